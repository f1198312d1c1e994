"""Searching titles and abstracts: how a query is read and which papers match it.

The rules are those of the map page (`report/assets/map-search.js`), so that the page, the notebook
and `papertide filter` find the same papers: every word must begin a word of the title or abstract,
without regard to case and accents, and the words of a "phrase in quotes" must stand next to each
other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r'["“”„«]([^"“”„«»]+)["“”«»]')
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
"""Scripts that put no spaces between words: Thai, Han, Hiragana and Katakana."""

_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def fold(text: str) -> str:
    """Return `text` in lower case, without accents and with compatible characters unified."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return _NOT_ASCII.sub(_without_mark, decomposed).lower()


def _without_mark(match: re.Match[str]) -> str:
    character = match.group()
    return "" if unicodedata.category(character)[0] == "M" else character


def searchable_text(title: str, abstract: str | None) -> str:
    """Return the folded words of a paper, one space before each."""
    text = f"{title} {abstract}" if isinstance(abstract, str) else title
    words = text.translate(_ASCII).split() if text.isascii() else _WORD.findall(fold(text))
    return f" {' '.join(words)}"


def query_terms(query: str, *, join_hyphens: bool = False) -> list[str]:
    """Return the terms of a query: what a searchable text must contain to match.

    Parameters
    ----------
    query : str
        Words and "phrases in quotes" (straight, typographic or angle quotes).
    join_hyphens : bool
        Whether words that are joined by a hyphen or another sign form a phrase.

    Returns
    -------
    list of str
        One folded term per word or phrase, each once, in the order of the query. A term begins
        with a space, so that it matches only where a word begins; a single word in a script
        without spaces between words does not, and matches anywhere.
    """
    terms: list[str] = []
    for place, part in enumerate(_QUOTED.split(query)):
        is_phrase = place % 2 == 1  # the text between quotes is the captured group
        groups = (
            [part] if is_phrase else part.split() if join_hyphens else _WORD.findall(fold(part))
        )
        terms += [_term(_WORD.findall(fold(group))) for group in groups]
    return [term for term in dict.fromkeys(terms) if term]


def _term(words: Sequence[str]) -> str:
    if len(words) == 1 and _UNSPACED.search(words[0]):
        return words[0]
    return "".join(f" {word}" for word in words)


def matching_texts(query: str, *, texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return which texts contain every term of a query.

    Parameters
    ----------
    query : str
        An empty query, or one of spaces, matches every text; one without a letter or digit none.
    texts : sequence of str, length n
        From `searchable_text`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not query.strip():
        return np.ones(len(texts), dtype=bool)
    matches = np.zeros(len(texts), dtype=bool)
    terms = query_terms(query)
    rows: Iterable[int] = range(len(texts)) if terms else ()
    for term in sorted(terms, key=len, reverse=True):  # the longest is the rarest, most often
        rows = [row for row in rows if term in texts[row]]
    matches[list(rows)] = True
    return matches
