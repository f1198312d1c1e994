"""Coordinates for the picture: UMAP's layout, from the graph that the clusters use."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from .fit import SMALLEST_LISTED
from .graph import spectral_coordinates


def map_layout(
    graph: sp.csr_matrix, *, seed: int = 0, bar: dict[str, Any] | None = None
) -> np.ndarray:
    """Lay the graph out in two dimensions with UMAP (McInnes, Healy & Melville 2018).

    The layout starts from the graph's own spectral coordinates and runs in one thread with a
    fixed seed, so that it is the same in every process.

    Parameters
    ----------
    graph : csr_matrix, shape (n, n)
        From `fuzzy_graph`, connected.
    seed : int
        Seed of the layout's negative samples.
    bar : dict, optional
        Keywords for tqdm; a bar over the epochs is drawn where given.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Centred, the longer side from -10 to 10; no row under 15 points, which are shown as a list.
    """
    n = graph.shape[0]
    if n < SMALLEST_LISTED:
        return np.empty((0, 2), dtype=np.float32)
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    a, b = find_ab_params(1.0, 0.1)
    with threadpool_limits(1):
        start = _start(graph)
        points, _ = simplicial_set_embedding(
            data=None,
            graph=graph.tocoo(copy=True),  # umap writes into it
            n_components=2,
            initial_alpha=1.0,
            a=a,
            b=b,
            gamma=1.0,
            negative_sample_rate=5,
            n_epochs=500 if n <= 10_000 else 200,
            init=start,
            random_state=np.random.RandomState(seed),
            metric="cosine",
            metric_kwds={},
            densmap=False,
            densmap_kwds={},
            output_dens=False,
            parallel=False,
            verbose=False,
            tqdm_kwds={"disable": True} if bar is None else {"disable": False, **bar},
        )
    return _framed(points)


def _start(graph: sp.csr_matrix) -> np.ndarray:
    """Return the second and third eigenvectors, scaled to UMAP's usual start of ±10."""
    vectors = spectral_coordinates(graph, dimensions=3)[:, 1:]
    return (vectors / np.abs(vectors).max() * 10).astype(np.float32)


def _framed(points: np.ndarray) -> np.ndarray:
    points = points - (points.max(axis=0) + points.min(axis=0)) / 2
    return (points / max(float(np.abs(points).max()), 1e-9) * 10).astype(np.float32)
