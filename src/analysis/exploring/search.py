"""Searching titles and abstracts: every word asked for must begin a word of the paper.

The rules are those of the map page (`report/assets/map.js`), so that both find the same papers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, compatible characters made one."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text)
    return "".join(c for c in split if unicodedata.category(c)[0] != "M").lower()


def haystack(title: str, abstract: str | None) -> str:
    """Return the folded words of a paper, a space before each."""
    text = f"{title} {abstract}" if isinstance(abstract, str) else title
    if text.isascii():
        return f" {text.translate(_ASCII)}"
    return f" {' '.join(_WORD.findall(fold(text)))}"


def needles(query: str) -> list[str]:
    """Return what a haystack must hold for the query, one string a word.

    A space before a word makes it match at the beginning of words only; scripts that put no spaces
    between words match anywhere.
    """
    found = _WORD.findall(fold(query))
    return [word if _UNSPACED.search(word) else f" {word}" for word in found]


def hits(query: str, *, haystacks: Sequence[str]) -> NDArray[np.bool_]:
    """Say which papers hold every word of a query.

    Parameters
    ----------
    query : str
        An empty one, or one of spaces, finds every paper; one without a letter or digit none.
    haystacks : sequence of str, length n
        From `haystack`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    n = len(haystacks)
    if not query.strip():
        return np.ones(n, dtype=bool)
    asked = needles(query)
    found = np.zeros(n, dtype=bool)
    if not asked:
        return found
    rows: Sequence[int] = range(n)
    for needle in sorted(set(asked), key=len, reverse=True):
        rows = [row for row in rows if needle in haystacks[row]]
    found[list(rows)] = True
    return found
