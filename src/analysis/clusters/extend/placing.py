"""New papers join the cluster that most of their neighbours are in."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

_ROUNDS = 30


def cluster_shares(graph: sp.csr_matrix, *, numbers: np.ndarray, count: int) -> np.ndarray:
    """Return the share of each row's neighbours, by weight, in each cluster.

    Parameters
    ----------
    graph : csr_matrix, shape (m, n)
    numbers : ndarray of int64, shape (n,)
        Clusters 0..count-1; papers at -1 are in none.
    count : int

    Returns
    -------
    ndarray of float64, shape (m, count)
        Rows sum to at most 1.
    """
    known = np.flatnonzero(numbers >= 0)
    members = sp.csr_matrix(
        (np.ones(len(known)), (known, numbers[known])), shape=(len(numbers), count)
    )
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    return np.asarray((graph @ members).todense()) / np.maximum(degrees, 1e-12)[:, None]


def place_papers(
    numbers: np.ndarray, *, rows: np.ndarray, graph: sp.csr_matrix, vectors: np.ndarray, count: int
) -> np.ndarray:
    """Give each paper of `rows` the cluster that most of its neighbours, by weight, are in.

    Papers that have a cluster vote; those that got theirs in one round vote in the next. A paper
    none of whose neighbours ever has one joins the nearest centroid.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        The values of papers in `rows` are ignored.
    rows : ndarray of int64, shape (m,)
    graph : csr_matrix, shape (m, n)
        From `graph.directed_graph`.
    vectors : ndarray of float32, shape (n, d)
    count : int
        Number of clusters.

    Returns
    -------
    ndarray of int64, shape (n,)
        A new array; papers outside `rows` keep their cluster.
    """
    fixed = numbers.copy()
    fixed[rows] = -1
    current = fixed.copy()
    for _ in range(_ROUNDS):
        shares = cluster_shares(graph, numbers=current, count=count)
        best = np.where(shares.max(axis=1, initial=0) > 0, shares.argmax(axis=1), -1)
        after = fixed.copy()
        after[rows] = best
        if np.array_equal(after, current):
            break
        current = after
    left = rows[current[rows] < 0]
    if len(left):
        current[left] = _nearest_centroid(vectors, numbers=fixed, rows=left, count=count)
    return current


def _nearest_centroid(
    vectors: np.ndarray, *, numbers: np.ndarray, rows: np.ndarray, count: int
) -> np.ndarray:
    centroids = np.zeros((count, vectors.shape[1]))
    for cluster in range(count):
        members = vectors[numbers == cluster]
        if len(members):
            mean = members.mean(axis=0)
            centroids[cluster] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    with threadpool_limits(1):
        return (vectors[rows] @ centroids.T).argmax(axis=1)
