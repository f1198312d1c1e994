"""Nearest neighbours, the graph of them and its spectral coordinates; nothing here is random."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from analysis.base.parallel import one_thread

NEIGHBOURS, NEIGHBOURS_OF_FEW = 15, 10
"""Neighbours of each paper in the graph, from `SMALLEST_BY_SIZE` papers on and below.

From 10 to 20 the agreement with known categories was the same.
"""

SMALLEST_LISTED, SMALLEST_CLUSTERED, SMALLEST_BY_SIZE = 15, 60, 200
"""Below: a list; a map without clusters; settings chosen by stability; settings by size."""

DENSE_BELOW = 1_500
_BLOCK = 1024
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
        with one_thread():
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
    with one_thread():
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
    every = rows is None
    rows = np.arange(len(vectors)) if rows is None else rows
    k = max(0, min(k, len(vectors) - 1))
    indices = np.empty((len(rows), k), dtype=np.int64)
    similarities = np.empty((len(rows), k), dtype=np.float32)
    if k == 0:
        return indices, similarities
    with one_thread():
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            # A view of `vectors` times its transpose is symmetric for BLAS, a copy is not: the
            # last digits differ.
            left = vectors[start : start + _BLOCK] if every else vectors[part]
            block = np.minimum(left @ vectors.T, np.float32(1))
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
        with one_thread():
            near = np.minimum(vectors[part] @ vectors[rows].T, np.float32(1))
        for i in np.flatnonzero((near >= similarities[part, -1:]).any(axis=1)):
            row = part[i]
            others = np.concatenate([indices[row], rows])
            values = np.concatenate([similarities[row], near[i]])
            order = np.lexsort((others, -values))[: indices.shape[1]]
            indices[row], similarities[row] = others[order], values[order]
