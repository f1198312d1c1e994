"""Searching titles and abstracts: every word asked for must begin a word of the paper.

The rules are those of the map page (`report/assets/map.js`), so that both find the same papers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.base.words import fold, haystack, needles

__all__ = ["fold", "haystack", "hits", "needles"]


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
