"""Clusters fitted from scratch: all papers, and subsamples that choose settings and grade them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import ArpackNoConvergence

from analysis.base.parallel import one_thread

from .graph import (
    DENSE_BELOW,
    NEIGHBOURS,
    SMALLEST_BY_SIZE,
    SMALLEST_CLUSTERED,
    centre_vectors,
    connect_components,
    fuzzy_graph,
    n_neighbours,
    nearest_neighbours,
    neighbour_graph,
    spectral_coordinates,
)
from .partition import (
    Settings,
    hdbscan_clusters,
    join_nearest_centroid,
    neighbour_shares,
    partition,
    place_all,
    settings_by_size,
)

SUBSAMPLES, SUBSAMPLE_SHARE = 40, 0.8

_GRID_DIMENSIONS = (12, 16, 20, 24)
_GRID_SIZES = (4, 5, 6, 8)
_TIED = 0.05

_SPARE = 2.6
"""Neighbours searched for once, as a multiple of those used: of 39, 80 % leave fewer than 15 in
one of a hundred million papers."""

_DENSE_BELOW = 400
"""All eigenvectors of 1,200 papers take .6 s; for eight subsamples that is more than the run."""


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
    with one_thread():
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


def choose_by_stability(vectors: np.ndarray, *, seed: int) -> tuple[Settings, np.ndarray]:
    """Try the grid of settings on subsamples and choose the one under which they agree best.

    Agreement of two subsamples is the adjusted Rand index (Hubert & Arabie 1985) over the papers
    in both, averaged over all pairs of subsamples. It has a standard deviation of .02 between
    seeds, so figures within .05 of the best are tied. Ties go to more clusters: of equally stable
    partitions the finer one says more, as the coarser ones owe their stability to one large mixed
    cluster.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Centred, 60 to 199 papers.
    seed : int

    Returns
    -------
    settings : dict
    fits : ndarray of int64, shape (40, n)
        The subsamples' fits under these settings, -1 outside each, in which the neighbours have
        voted as in the fit of all papers.
    """
    n = len(vectors)
    random = np.random.default_rng(seed)
    size = round(SUBSAMPLE_SHARE * n)
    samples = [np.sort(random.choice(n, size, replace=False)) for _ in range(SUBSAMPLES)]
    graphs = [neighbour_graph(vectors[sample]) for sample in samples]
    candidates = []
    for dimensions in _GRID_DIMENSIONS:
        coordinates = [spectral_coordinates(graph, dimensions=dimensions) for graph in graphs]
        for min_cluster_size in _GRID_SIZES:
            settings: Settings = {
                "n_neighbours": n_neighbours(n),
                "dimensions": dimensions,
                "min_cluster_size": min_cluster_size,
                "min_samples": 2,
            }
            fits = np.full((SUBSAMPLES, n), -1)
            for row, sample in enumerate(samples):
                numbers = hdbscan_clusters(coordinates[row], settings)
                fits[row, sample] = join_nearest_centroid(numbers, vectors=vectors[sample])
            agreement = _mean_agreement(fits)
            mean_count = float(np.mean([len(np.unique(fit[fit >= 0])) for fit in fits]))
            settings["agreement"] = round(agreement, 3)
            candidates.append((mean_count, agreement, settings, fits))
    best = max(agreement for _, agreement, _, _ in candidates)
    tied = [candidate for candidate in candidates if candidate[1] >= best - _TIED]
    _, _, settings, fits = max(tied, key=lambda candidate: candidate[:2])
    for row, sample in enumerate(samples):
        fits[row, sample] = place_all(fits[row, sample], graph=graphs[row])
    return settings, fits


def _mean_agreement(fits: np.ndarray) -> float:
    values = []
    for i in range(len(fits)):
        for j in range(i):
            both = (fits[i] >= 0) & (fits[j] >= 0)
            values.append(adjusted_rand(fits[i][both], fits[j][both]))
    return float(np.mean(values))


def adjusted_rand(first: np.ndarray, second: np.ndarray) -> float:
    """Return the adjusted Rand index (Hubert & Arabie 1985) of two labellings.

    Equal to scikit-learn's, without the checks that take 2 ms a call: thousands are made here.

    Parameters
    ----------
    first, second : ndarray of int64, shape (n,)
        Labels from 0.
    """
    table = np.bincount(first * (second.max() + 1) + second)
    together = _pairs(table)
    in_first, in_second = _pairs(np.bincount(first)), _pairs(np.bincount(second))
    expected = in_first * in_second / max(_pairs(np.array([len(first)])), 1)
    largest = (in_first + in_second) / 2
    return 1.0 if largest == expected else float((together - expected) / (largest - expected))


def _pairs(counts: np.ndarray) -> float:
    return float((counts * (counts - 1) // 2).sum())


def subsample_fits(vectors: np.ndarray, *, count: int, seed: int = 0) -> np.ndarray:
    """Cluster subsamples of 80 % of the papers.

    From 200 papers on each is clustered by the rule for its own size, with the neighbours taken
    from lists made once for all papers. From 60 to 199 they are the 40 subsamples that choose the
    settings.

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
    vectors = centre_vectors(vectors)
    if n < SMALLEST_CLUSTERED:
        return np.empty((0, n), dtype=np.int64)
    if n < SMALLEST_BY_SIZE:
        with one_thread():
            return choose_by_stability(vectors, seed=seed)[1]
    random = np.random.default_rng(seed)
    lists = nearest_neighbours(vectors, k=round(_SPARE * NEIGHBOURS))
    fits = np.full((count, n), -1, dtype=np.int64)
    for row in range(count):
        inside = np.sort(random.choice(n, round(SUBSAMPLE_SHARE * n), replace=False))
        graph = _graph(vectors[inside], inside=inside, lists=lists, n=n)
        with one_thread():
            fits[row, inside] = _fit(vectors[inside], graph=graph)
    return fits


def _fit(vectors: np.ndarray, *, graph: sp.csr_matrix) -> np.ndarray:
    settings = settings_by_size(len(vectors))
    fit = partial(partition, vectors, graph=graph, settings=settings, rejoin=True)
    try:
        return fit(dense_below=_DENSE_BELOW)
    except ArpackNoConvergence:
        return fit(dense_below=DENSE_BELOW)


def _graph(
    vectors: np.ndarray, *, inside: np.ndarray, lists: tuple[np.ndarray, np.ndarray], n: int
) -> sp.csr_matrix:
    """Return the subsample's neighbour graph from the lists of all papers."""
    number = np.full(n, -1)
    number[inside] = np.arange(len(inside))
    indices, similarities = number[lists[0][inside]], lists[1][inside]
    nearest = np.argsort(indices < 0, axis=1, kind="stable")[:, :NEIGHBOURS]
    indices = np.take_along_axis(indices, nearest, axis=1)
    similarities = np.take_along_axis(similarities, nearest, axis=1)
    if (indices < 0).any():
        indices, similarities = nearest_neighbours(vectors, k=NEIGHBOURS)
    return connect_components(fuzzy_graph(indices, similarities), vectors=vectors)
