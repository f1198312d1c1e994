"""Fits of subsamples, to see which clusters hang on a few papers."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import ArpackNoConvergence
from threadpoolctl import threadpool_limits

from .fit import (
    NEIGHBOURS,
    SMALLEST_BY_SIZE,
    SUBSAMPLE_SHARE,
    by_size,
    centred,
    find_clusters,
    fitted,
)
from .graph import DENSE_BELOW, bridged, fuzzy_graph
from .neighbours import nearest_neighbours

_SPARE = 2.6
"""Neighbours looked for once, as a multiple of those used: of 39, 80 % leave fewer than 15 in one
of a hundred million papers."""

_DENSE_BELOW = 400
"""All eigenvectors of 1,200 papers take .6 s; of eight subsamples that is more than the run."""


def subsample_fits(vectors: np.ndarray, *, count: int, seed: int = 0) -> np.ndarray:
    """Cluster subsamples of 80 % of the papers.

    From 200 papers on each is clustered by the rule for its own size, with the neighbours taken
    from lists made once for all papers. From 60 to 199 they are the 40 subsamples by which the
    settings are chosen.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows in canonical order, not centred.
    count : int
        Subsamples, from 200 papers on.
    seed : int

    Returns
    -------
    ndarray of int64, shape (count, n)
        Cluster of each paper in each fit, -1 outside the subsample; no row under 60 papers.
    """
    n = len(vectors)
    if n < SMALLEST_BY_SIZE:
        fits = find_clusters(vectors, seed=seed).fits
        return np.empty((0, n), dtype=np.int64) if fits is None else fits
    vectors = centred(vectors)
    random = np.random.default_rng(seed)
    lists = nearest_neighbours(vectors, k=round(_SPARE * NEIGHBOURS))
    fits = np.full((count, n), -1, dtype=np.int64)
    for row in range(count):
        inside = np.sort(random.choice(n, round(SUBSAMPLE_SHARE * n), replace=False))
        own = vectors[inside]
        graph = _graph(own, inside=inside, lists=lists, n=n)
        with threadpool_limits(1):
            fits[row, inside] = _fit(own, graph=graph)
    return fits


def _fit(own: np.ndarray, *, graph: sp.csr_matrix) -> np.ndarray:
    settings = by_size(len(own))
    try:
        return fitted(own, graph=graph, settings=settings, rejoin=True, dense_below=_DENSE_BELOW)
    except ArpackNoConvergence:
        return fitted(own, graph=graph, settings=settings, rejoin=True, dense_below=DENSE_BELOW)


def _graph(
    own: np.ndarray, *, inside: np.ndarray, lists: tuple[np.ndarray, np.ndarray], n: int
) -> sp.csr_matrix:
    """Return the subsample's neighbour graph from the lists of all papers."""
    number = np.full(n, -1)
    number[inside] = np.arange(len(inside))
    indices, similarities = number[lists[0][inside]], lists[1][inside]
    nearest = np.argsort(indices < 0, axis=1, kind="stable")[:, :NEIGHBOURS]
    indices = np.take_along_axis(indices, nearest, axis=1)
    similarities = np.take_along_axis(similarities, nearest, axis=1)
    if (indices < 0).any():
        indices, similarities = nearest_neighbours(own, k=NEIGHBOURS)
    return bridged(fuzzy_graph(indices, similarities), vectors=own)
