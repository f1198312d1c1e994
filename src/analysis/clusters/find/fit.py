"""Clusters of a set of papers, fitted from scratch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from .graph import (
    SMALLEST_BY_SIZE,
    SMALLEST_CLUSTERED,
    centre_vectors,
    n_neighbours,
    neighbour_graph,
)
from .partition import Settings, neighbour_shares, partition, settings_by_size
from .subsamples import SUBSAMPLES, choose_by_stability


@dataclass(frozen=True)
class Clustering:
    """Clusters of n papers.

    Attributes
    ----------
    numbers : ndarray of int64, shape (n,)
        Cluster number of each paper, 0 for the largest; all -1 if there are no clusters.
    weights : csr_matrix of float64, shape (n, n_clusters)
        Graph-weighted share of a paper's neighbours in each cluster; a row sums to 1.
    graph : csr_matrix of float64, shape (n, n)
        The neighbour graph, connected.
    rule : str
        How the settings were chosen, as a sentence.
    settings : dict
        `dimensions`, `min_cluster_size`, `min_samples`, `n_neighbours`, and `agreement` if they
        were chosen by stability.
    fits : ndarray of int64, shape (40, n), or None
        The fits of subsamples that chose the settings, -1 outside each subsample; None if nothing
        was chosen by them.
    """

    numbers: np.ndarray
    weights: sp.csr_matrix
    graph: sp.csr_matrix
    rule: str
    settings: Settings
    fits: np.ndarray | None = None


def find_clusters(vectors: np.ndarray, *, seed: int = 0) -> Clustering:
    """Cluster unit vectors by the rule for their number.

    Under 60 papers there are no clusters. From 60 to 199 the dimensions and the smallest cluster
    size come from a small grid: the pair under which 40 seeded 80 % subsamples agree best on who
    belongs together, and of pairs that agree equally well the one with the most clusters. From
    200 on both follow from the number of papers, and clusters that the graph ties closely are
    joined.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows in canonical order.
    seed : int
        Seed of the subsamples.

    Returns
    -------
    Clustering
    """
    n = len(vectors)
    vectors = centre_vectors(vectors)
    graph = neighbour_graph(vectors)
    if n < SMALLEST_CLUSTERED:
        few = f"{n} papers are" if n != 1 else "1 paper is"
        rule = f"{few} too few for clusters: they are looked for from {SMALLEST_CLUSTERED} on."
        none = sp.csr_matrix((n, 0))
        return Clustering(np.full(n, -1), none, graph, rule, {"n_neighbours": n_neighbours(n)})
    by_size = n >= SMALLEST_BY_SIZE
    with threadpool_limits(1):
        settings, fits = (
            (settings_by_size(n), None) if by_size else choose_by_stability(vectors, seed=seed)
        )
        numbers = partition(vectors, graph=graph, settings=settings, rejoin=by_size)
    shares = neighbour_shares(numbers, graph=graph)
    return Clustering(numbers, shares, graph, _rule(n, settings), settings, fits)


def _rule(n: int, settings: Settings) -> str:
    common = (
        f"HDBSCAN on {settings['dimensions']} spectral coordinates "
        f"of the {settings['n_neighbours']}-neighbour graph, "
        f"clusters of at least {settings['min_cluster_size']} papers"
    )
    if n >= SMALLEST_BY_SIZE:
        return (
            f"{common}; both follow from the number of papers ({n:,}). Clusters with a quarter as "
            "many ties between as within them are one."
        )
    return (
        f"{common}; chosen from a grid as the finest of those on which {SUBSAMPLES} subsamples of "
        f"80 % agree best (adjusted Rand index {settings['agreement']:.2f})."
    )
