"""The neighbour graph and its spectral coordinates: deterministic, without any random number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh
from threadpoolctl import threadpool_limits

from .neighbours import nearest_neighbours

NEIGHBOURS, NEIGHBOURS_OF_FEW = 15, 10
"""Neighbours of each paper in the graph, from `SMALLEST_BY_SIZE` papers on and below.

From 10 to 20 the agreement with known categories was the same.
"""

SMALLEST_LISTED, SMALLEST_CLUSTERED, SMALLEST_BY_SIZE = 15, 60, 200
"""Below: a list; a map without clusters; settings chosen by stability; settings by size."""

DENSE_BELOW = 1_500
_BISECTIONS = 64
_LANCZOS = 100
"""ARPACK's vectors: more than there are nearly separate groups, whose eigenvalues are too close
together for fewer."""


def centre_vectors(vectors: np.ndarray) -> np.ndarray:
    """Remove the direction that all papers share and scale the rows to length 1 again.

    In a narrow corpus it is most of every vector, and papers near it are everybody's neighbours
    (Suzuki et al. 2013). A row equal to the mean stays as it is.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows.
    """
    if not len(vectors):
        return vectors
    centred = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.where(lengths > 1e-6, centred / np.maximum(lengths, 1e-6), vectors)


def neighbour_graph(vectors: np.ndarray) -> sp.csr_matrix:
    """Return the connected fuzzy graph of the 10 or 15 nearest neighbours, shape (n, n)."""
    indices, similarities = nearest_neighbours(vectors, k=n_neighbours(len(vectors)))
    return connect_components(fuzzy_graph(indices, similarities), vectors=vectors)


def n_neighbours(n: int) -> int:
    """Return how many neighbours each of n papers has in the graph."""
    return NEIGHBOURS if n >= SMALLEST_BY_SIZE else NEIGHBOURS_OF_FEW


def directed_graph(indices: np.ndarray, similarities: np.ndarray, *, n: int) -> sp.csr_matrix:
    """Weight the neighbours of m papers as UMAP does (McInnes, Healy & Melville 2018, alg. 2-3).

    With cosine distances d and ρ the distance of the nearest neighbour, an edge has weight
    exp(-(d - ρ) / σ), where σ makes a row's weights sum to log2(k + 1).

    Parameters
    ----------
    indices, similarities : ndarray, shape (m, k)
        From `nearest_neighbours`.
    n : int
        Number of all papers.

    Returns
    -------
    csr_matrix of float64, shape (m, n)
        Weights in (0, 1].
    """
    m, k = indices.shape
    if not indices.size:
        return sp.csr_matrix((m, n))
    beyond = np.clip(similarities[:, :1] - similarities, 0, None).astype(np.float64)
    low, high, sigma = np.zeros(m), np.full(m, np.inf), np.ones(m)
    for _ in range(_BISECTIONS):
        too_wide = np.exp(-beyond / sigma[:, None]).sum(axis=1) > np.log2(k + 1)
        high = np.where(too_wide, sigma, high)
        low = np.where(too_wide, low, sigma)
        sigma = np.where(np.isinf(high), sigma * 2, (low + high) / 2)
    # If all neighbours of a row are equally near, no σ fits; their weights stay at 1.
    sigma = np.maximum(sigma, 1e-3 * max(float(beyond.mean()), 1e-9))
    weights = np.exp(-beyond / sigma[:, None])
    rows = np.repeat(np.arange(m), k)
    return sp.csr_matrix((weights.ravel(), (rows, indices.ravel())), shape=(m, n))


def fuzzy_graph(indices: np.ndarray, similarities: np.ndarray) -> sp.csr_matrix:
    """Return the fuzzy union of the two directions of `directed_graph` for all n papers.

    Parameters
    ----------
    indices, similarities : ndarray, shape (n, k)
        From `nearest_neighbours`.

    Returns
    -------
    csr_matrix of float64, shape (n, n)
        Symmetric, weights in (0, 1], empty diagonal.
    """
    graph = fuzzy_union(directed_graph(indices, similarities, n=len(indices)))
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


def fuzzy_union(directed: sp.csr_matrix) -> sp.csr_matrix:
    """Join the two directions a and b of each edge as a + b - ab."""
    other = directed.T.tocsr()
    return (directed + other - directed.multiply(other)).tocsr()


def density(graph: sp.csr_matrix, one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean edge weight from the papers of one group to those of another."""
    return float(graph[one][:, other].sum()) / max(len(one) * len(other), 1)


def connect_components(graph: sp.csr_matrix, *, vectors: np.ndarray) -> sp.csr_matrix:
    """Connect the graph's components by one edge each, which has the graph's mean weight.

    With separate components the leading eigenvectors could rotate freely and would depend on
    rounding. With edges of the smallest weight they nearly could, and ARPACK would not converge;
    hence the mean. Starting with the smallest, each component is connected to the most similar
    paper outside it until one component is left.
    """
    weight = float(graph.data.mean()) if graph.nnz else 1.0
    count, component = connected_components(graph, directed=False)
    while count > 1:
        sizes = np.bincount(component)
        smallest = int(np.lexsort((np.arange(count), sizes))[0])
        inside = np.flatnonzero(component == smallest)
        outside = np.flatnonzero(component != smallest)
        with threadpool_limits(1):
            similar = vectors[inside] @ vectors[outside].T
        row, column = np.unravel_index(int(similar.argmax()), similar.shape)
        a, b = inside[row], outside[column]
        edge = sp.csr_matrix(([weight, weight], ([a, b], [b, a])), shape=graph.shape)
        graph = (graph + edge).tocsr()
        component[inside] = component[b]
        _, component = np.unique(component, return_inverse=True)
        count -= 1
    graph.sort_indices()
    return graph


def spectral_coordinates(
    graph: sp.csr_matrix, *, dimensions: int, dense_below: int = DENSE_BELOW
) -> np.ndarray:
    """Return row-normalised leading eigenvectors (Ng, Jordan & Weiss 2001).

    The eigenvectors are those of D^-1/2 A D^-1/2 with the largest eigenvalues. ARPACK starts from
    a fixed vector and each sign is fixed by the largest entry, so that nothing is random.

    Parameters
    ----------
    graph : csr_matrix, shape (n, n)
        Symmetric and connected.
    dimensions : int
        Eigenvectors wanted, at most n.
    dense_below : int
        Number of papers below which all eigenvectors are computed, which always works; from there
        on ARPACK computes the leading ones.

    Returns
    -------
    ndarray of float64, shape (n, dimensions)
        Rows of length 1.
    """
    n = graph.shape[0]
    dimensions = min(dimensions, n)
    scale = sp.diags(1 / np.sqrt(np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-12)))
    normalised = scale @ graph @ scale
    with threadpool_limits(1):
        if n < dense_below or dimensions >= n - 1:
            values, vectors = np.linalg.eigh(normalised.toarray())
        else:
            wide = min(n, max(_LANCZOS, 3 * dimensions))
            values, vectors = eigsh(normalised, k=dimensions, v0=np.ones(n), ncv=wide)
    order = np.argsort(-values, kind="stable")[:dimensions]
    vectors = vectors[:, order]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(dimensions)])
    vectors = vectors * signs
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def ties_between(numbers: np.ndarray, *, graph: sp.csr_matrix) -> np.ndarray:
    """Return the weight of the edges between each two clusters, ndarray of shape (c, c)."""
    n = len(numbers)
    members = sp.csr_matrix((np.ones(n), (np.arange(n), numbers)), shape=(n, numbers.max() + 1))
    return (members.T @ graph @ members).toarray()


def join_closest(
    ties: np.ndarray,
    sizes: np.ndarray,
    *,
    closeness: Callable[[np.ndarray, np.ndarray], np.ndarray],
    count: int = 1,
    least: float = -np.inf,
) -> np.ndarray:
    """Join groups two by two, each time the closest pair.

    Parameters
    ----------
    ties : ndarray of float64, shape (c, c)
        Weight of the edges between groups.
    sizes : ndarray of float64, shape (c,)
    closeness : callable
        From the ties and the sizes of the groups so far to the closeness of each pair.
    count : int
        Stop when this many groups are left.
    least : float
        Stop when no pair is at least as close.

    Returns
    -------
    ndarray of int64, shape (c,)
        Number of the group that each row ends up in, from 0, numbered by first row.
    """
    ties, sizes, group = ties.copy(), sizes.copy(), np.arange(len(sizes))
    while len(sizes) > count:
        close = closeness(ties, sizes)
        np.fill_diagonal(close, -1)
        a, b = sorted(np.unravel_index(int(close.argmax()), close.shape))
        if close[a, b] < least:
            break
        ties[a] += ties[b]
        ties[:, a] += ties[:, b]
        ties = np.delete(np.delete(ties, b, axis=0), b, axis=1)
        sizes[a] += sizes[b]
        sizes = np.delete(sizes, b)
        group = np.where(group == b, a, group)
        group = group - (group > b)
    return group
