"""Exact nearest neighbours by cosine, the same for any thread count and any block of rows."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

_BLOCK = 1024


def nearest_neighbours(
    vectors: np.ndarray, *, k: int, rows: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Find the k nearest other papers of each paper, or of some papers, by cosine.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows.
    k : int
        Neighbours wanted; n - 1 if there are fewer.
    rows : ndarray of int64, shape (m,), optional
        Papers whose neighbours are wanted; all n by default.

    Returns
    -------
    indices : ndarray of int64, shape (m, min(k, n - 1))
        Nearest first; equal similarities in row order.
    similarities : ndarray of float32, same shape
        Cosines, at most 1.
    """
    rows = np.arange(len(vectors)) if rows is None else rows
    k = max(0, min(k, len(vectors) - 1))
    indices = np.empty((len(rows), k), dtype=np.int64)
    similarities = np.empty((len(rows), k), dtype=np.float32)
    if k == 0:
        return indices, similarities
    with threadpool_limits(1):
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            block = np.minimum(vectors[part] @ vectors.T, np.float32(1))
            block[np.arange(len(part)), part] = -np.inf
            stop = start + len(part)
            indices[start:stop], similarities[start:stop] = _largest(block, k=k)
    return indices, similarities


def _largest(block: np.ndarray, *, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and values of the k largest of each row; ties go to the lower column."""
    edge = -np.partition(-block, k - 1, axis=1)[:, k - 1 : k]
    chosen = np.empty((len(block), k), dtype=np.int64)
    for row, (values, limit) in enumerate(zip(block, edge[:, 0], strict=True)):
        candidates = np.flatnonzero(values >= limit)
        chosen[row] = candidates[np.argsort(-values[candidates], kind="stable")[:k]]
    return chosen, np.take_along_axis(block, chosen, axis=1)


def updated_neighbours(
    vectors: np.ndarray, *, indices: np.ndarray, similarities: np.ndarray, rows: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Bring the lists of the k nearest papers up to date after papers were added or revised.

    The result is that of `nearest_neighbours` on all papers, but only what new papers can change
    is computed.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows.
    indices : ndarray of int64, shape (n, j)
        Known nearest papers, -1 where unknown; the lists of `rows` are ignored.
    similarities : ndarray of float32, same shape
    rows : ndarray of int64
        New and revised papers.
    k : int
        Neighbours wanted; n - 1 if there are fewer.

    Returns
    -------
    indices, similarities : ndarray, shape (n, min(k, n - 1))
    """
    n = len(vectors)
    width = max(0, min(k, n - 1))
    search = (indices < 0).any(axis=1) | (indices.shape[1] < width)
    search |= np.isin(indices, rows).any(axis=1)  # lists with a revised paper
    search[rows] = True
    neighbours = np.full((n, width), -1, dtype=np.int64)
    cosines = np.full((n, width), -np.inf, dtype=np.float32)
    kept = np.flatnonzero(~search)
    if len(kept):
        neighbours[kept], cosines[kept] = indices[kept, :width], similarities[kept, :width]
    searched = nearest_neighbours(vectors, k=width, rows=np.flatnonzero(search))
    neighbours[search], cosines[search] = searched
    if width:
        _insert_new(
            vectors, indices=neighbours, similarities=cosines, kept=kept, rows=np.sort(rows)
        )
    return neighbours, cosines


def _insert_new(
    vectors: np.ndarray,
    *,
    indices: np.ndarray,
    similarities: np.ndarray,
    kept: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Insert new papers, in place, into the lists whose last entry is farther away."""
    for start in range(0, len(kept), 2 * _BLOCK):
        part = kept[start : start + 2 * _BLOCK]
        with threadpool_limits(1):
            near = np.minimum(vectors[part] @ vectors[rows].T, np.float32(1))
        for i in np.flatnonzero((near >= similarities[part, -1:]).any(axis=1)):
            row = part[i]
            others = np.concatenate([indices[row], rows])
            values = np.concatenate([similarities[row], near[i]])
            order = np.lexsort((others, -values))[: indices.shape[1]]
            indices[row], similarities[row] = others[order], values[order]
