"""The neighbour graph and its smooth coordinates: no random number anywhere."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh
from threadpoolctl import threadpool_limits

DENSE_BELOW = 1_500
_BISECTIONS = 64
_LANCZOS = 100
"""ARPACK's vectors: more than nearly separate groups, whose eigenvalues lie too close for fewer."""


def fuzzy_graph(indices: np.ndarray, similarities: np.ndarray) -> sp.csr_matrix:
    """Weight the neighbour graph as UMAP does (McInnes, Healy & Melville 2018, algorithms 2-3).

    With cosine distances d and ρ the distance of the nearest neighbour, an edge has weight
    exp(-(d - ρ) / σ), where σ makes a row's weights sum to log2(k + 1); the two directions a and
    b of an edge join as a + b - ab.

    Parameters
    ----------
    indices, similarities : ndarray, shape (n, k)
        From `nearest_neighbours`.

    Returns
    -------
    csr_matrix, shape (n, n)
        Symmetric, weights in (0, 1], empty diagonal.
    """
    n, k = indices.shape
    if k == 0:
        return sp.csr_matrix((n, n))
    beyond = np.clip(similarities[:, :1] - similarities, 0, None).astype(np.float64)
    low, high, sigma = np.zeros(n), np.full(n, np.inf), np.ones(n)
    for _ in range(_BISECTIONS):
        too_wide = np.exp(-beyond / sigma[:, None]).sum(axis=1) > np.log2(k + 1)
        high = np.where(too_wide, sigma, high)
        low = np.where(too_wide, low, sigma)
        sigma = np.where(np.isinf(high), sigma * 2, (low + high) / 2)
    # A row whose neighbours are all equally near has no σ that fits; its weights stay at 1.
    sigma = np.maximum(sigma, 1e-3 * max(float(beyond.mean()), 1e-9))
    weights = np.exp(-beyond / sigma[:, None])
    rows = np.repeat(np.arange(n), k)
    directed = sp.csr_matrix((weights.ravel(), (rows, indices.ravel())), shape=(n, n))
    other = directed.T.tocsr()
    graph = (directed + other - directed.multiply(other)).tocsr()
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


def bridged(graph: sp.csr_matrix, *, vectors: np.ndarray) -> sp.csr_matrix:
    """Join the graph's connected components by one edge each, of the graph's mean weight.

    Separate components would leave the leading eigenvectors free to turn, so that they would hang
    on rounding; so would ties of the smallest weight there is, and ARPACK would not converge. Each
    component but the largest is tied to its most similar outside paper.
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
        Papers under which all eigenvectors are computed, which always works; above, ARPACK.

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
