"""Exact nearest neighbours by cosine, the same for any thread count."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

_BLOCK = 1024


def nearest_neighbours(vectors: np.ndarray, *, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the k nearest other rows of each row, by cosine.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows.
    k : int
        Neighbours wanted; n - 1 where there are fewer rows.

    Returns
    -------
    indices : ndarray of int64, shape (n, min(k, n - 1))
        Nearest first; equal similarities in row order.
    similarities : ndarray of float32, same shape
        Cosines, at most 1.
    """
    n = len(vectors)
    k = max(0, min(k, n - 1))
    indices = np.empty((n, k), dtype=np.int64)
    similarities = np.empty((n, k), dtype=np.float32)
    if k == 0:
        return indices, similarities
    with threadpool_limits(1):
        for start in range(0, n, _BLOCK):
            rows = slice(start, min(start + _BLOCK, n))
            block = np.minimum(vectors[rows] @ vectors.T, np.float32(1))
            block[np.arange(len(block)), np.arange(rows.start, rows.stop)] = -np.inf
            indices[rows], similarities[rows] = _largest(block, k=k)
    return indices, similarities


def _largest(block: np.ndarray, *, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Take the k largest of each row; ties at the edge go to the lower column."""
    edge = -np.partition(-block, k - 1, axis=1)[:, k - 1 : k]
    chosen = np.empty((len(block), k), dtype=np.int64)
    for row, (values, limit) in enumerate(zip(block, edge[:, 0], strict=True)):
        candidates = np.flatnonzero(values >= limit)
        chosen[row] = candidates[np.argsort(-values[candidates], kind="stable")[:k]]
    return chosen, np.take_along_axis(block, chosen, axis=1)
