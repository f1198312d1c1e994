"""Lists of nearest papers, brought up to date when papers are added or revised."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from .placing import neighbour_rows


def updated_neighbours(
    vectors: np.ndarray, *, indices: np.ndarray, similarities: np.ndarray, rows: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Bring the k nearest papers of all papers up to date.

    The result is that of a search among all: only what new papers can change is looked at.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows.
    indices : ndarray of int64, shape (n, j)
        What is known of the nearest papers, -1 where nothing is; rows of `rows` do not count.
    similarities : ndarray of float32, same shape
    rows : ndarray of int64
        New and revised papers.
    k : int
        Neighbours wanted, n - 1 where there are fewer.

    Returns
    -------
    indices, similarities : ndarray, shape (n, min(k, n - 1))
    """
    n = len(vectors)
    width = max(0, min(k, n - 1))
    changed = np.zeros(n, dtype=bool)
    changed[rows] = True
    short = (indices < 0).any(axis=1) | (indices.shape[1] < width)
    stale = np.isin(indices, rows).any(axis=1)  # lists with a revised paper
    search = np.flatnonzero(changed | short | stale)
    out = np.full((n, width), -1, dtype=np.int64)
    cosines = np.full((n, width), -np.inf, dtype=np.float32)
    kept = np.flatnonzero(~(changed | short | stale))
    if len(kept):
        out[kept], cosines[kept] = indices[kept, :width], similarities[kept, :width]
    out[search], cosines[search] = neighbour_rows(vectors, rows=search, k=width)
    if width:
        _let_in(vectors, indices=out, similarities=cosines, kept=kept, rows=np.sort(rows))
    return out, cosines


def _let_in(
    vectors: np.ndarray,
    *,
    indices: np.ndarray,
    similarities: np.ndarray,
    kept: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Put new papers into the lists of those that they are nearer to than the last there."""
    for start in range(0, len(kept), 2048):
        part = kept[start : start + 2048]
        with threadpool_limits(1):
            near = np.minimum(vectors[part] @ vectors[rows].T, np.float32(1))
        some = np.flatnonzero((near >= similarities[part, -1:]).any(axis=1))
        for i in some:
            row = part[i]
            others = np.concatenate([indices[row], rows])
            values = np.concatenate([similarities[row], near[i]])
            order = np.lexsort((others, -values))[: indices.shape[1]]
            indices[row], similarities[row] = others[order], values[order]
