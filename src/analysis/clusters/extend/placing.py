"""New papers join the cluster that most of their neighbours are in."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

_ROUNDS = 30
_BISECTIONS = 64


def neighbour_rows(
    vectors: np.ndarray, *, rows: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Find the k nearest other papers of some papers, by cosine.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows.
    rows : ndarray of int64, shape (m,)
        Papers whose neighbours are wanted.
    k : int
        Neighbours wanted; n - 1 where there are fewer.

    Returns
    -------
    indices : ndarray of int64, shape (m, min(k, n - 1))
        Nearest first; equal similarities in row order.
    similarities : ndarray of float32, same shape
    """
    n = len(vectors)
    k = max(0, min(k, n - 1))
    indices = np.empty((len(rows), k), dtype=np.int64)
    similarities = np.empty((len(rows), k), dtype=np.float32)
    if k == 0:
        return indices, similarities
    with threadpool_limits(1):
        for start in range(0, len(rows), 512):
            part = rows[start : start + 512]
            block = np.minimum(vectors[part] @ vectors.T, np.float32(1))
            block[np.arange(len(part)), part] = -np.inf
            edge = -np.partition(-block, k - 1, axis=1)[:, k - 1]
            for i, (values, limit) in enumerate(zip(block, edge, strict=True)):
                near = np.flatnonzero(values >= limit)
                chosen = near[np.argsort(-values[near], kind="stable")[:k]]
                indices[start + i] = chosen
                similarities[start + i] = values[chosen]
    return indices, similarities


def directed_graph(indices: np.ndarray, similarities: np.ndarray, *, n: int) -> sp.csr_matrix:
    """Weight the neighbours of m papers as `clusters.graph.fuzzy_graph` does, in one direction.

    Parameters
    ----------
    indices, similarities : ndarray, shape (m, k)
        From `neighbour_rows`.
    n : int
        Papers in all.

    Returns
    -------
    csr_matrix of float64, shape (m, n)
        Weights in (0, 1] that sum to log2(k + 1) in a row.
    """
    m, k = indices.shape
    if k == 0 or m == 0:
        return sp.csr_matrix((m, n))
    beyond = np.clip(similarities[:, :1] - similarities, 0, None).astype(np.float64)
    low, high, sigma = np.zeros(m), np.full(m, np.inf), np.ones(m)
    for _ in range(_BISECTIONS):
        too_wide = np.exp(-beyond / sigma[:, None]).sum(axis=1) > np.log2(k + 1)
        high, low = np.where(too_wide, sigma, high), np.where(too_wide, low, sigma)
        sigma = np.where(np.isinf(high), sigma * 2, (low + high) / 2)
    sigma = np.maximum(sigma, 1e-3 * max(float(beyond.mean()), 1e-9))
    weights = np.exp(-beyond / sigma[:, None])
    rows = np.repeat(np.arange(m), k)
    return sp.csr_matrix((weights.ravel(), (rows, indices.ravel())), shape=(m, n))


def shares(graph: sp.csr_matrix, *, labels: np.ndarray, count: int) -> np.ndarray:
    """Return the share of each row's neighbours, by weight, in each cluster.

    Parameters
    ----------
    graph : csr_matrix, shape (m, n)
    labels : ndarray of int64, shape (n,)
        Clusters 0..count-1; papers at -1 are in none.
    count : int

    Returns
    -------
    ndarray of float64, shape (m, count)
        Rows sum to at most 1.
    """
    known = np.flatnonzero(labels >= 0)
    members = sp.csr_matrix(
        (np.ones(len(known)), (known, labels[known])), shape=(len(labels), count)
    )
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    return np.asarray((graph @ members).todense()) / np.maximum(degrees, 1e-12)[:, None]


def placed(
    labels: np.ndarray, *, rows: np.ndarray, graph: sp.csr_matrix, vectors: np.ndarray, count: int
) -> np.ndarray:
    """Give each paper of `rows` the cluster that most of its neighbours, by weight, are in.

    Papers vote that have a cluster; those that got theirs in one round vote in the next. A paper
    none of whose neighbours ever has one joins the nearest centroid.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        What papers of `rows` have here does not count.
    rows : ndarray of int64, shape (m,)
    graph : csr_matrix, shape (m, n)
        From `directed_graph`.
    vectors : ndarray of float32, shape (n, d)
    count : int
        Clusters.

    Returns
    -------
    ndarray of int64, shape (n,)
        A new array; papers outside `rows` as before.
    """
    fixed = labels.copy()
    fixed[rows] = -1
    current = fixed.copy()
    for _ in range(_ROUNDS):
        voted = shares(graph, labels=current, count=count)
        best = np.where(voted.max(axis=1, initial=0) > 0, voted.argmax(axis=1), -1)
        after = fixed.copy()
        after[rows] = best
        if np.array_equal(after, current):
            break
        current = after
    left = rows[current[rows] < 0]
    if len(left):
        current[left] = _nearest_centroid(vectors, labels=fixed, rows=left, count=count)
    return current


def _nearest_centroid(
    vectors: np.ndarray, *, labels: np.ndarray, rows: np.ndarray, count: int
) -> np.ndarray:
    centroids = np.zeros((count, vectors.shape[1]))
    for cluster in range(count):
        own = vectors[labels == cluster]
        if len(own):
            mean = own.mean(axis=0)
            centroids[cluster] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    with threadpool_limits(1):
        return (vectors[rows] @ centroids.T).argmax(axis=1)
