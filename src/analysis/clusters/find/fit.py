"""Which papers belong together: density clusters, everybody placed, honest weights."""

from __future__ import annotations

from dataclasses import dataclass

import hdbscan
import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from .graph import DENSE_BELOW, bridged, fuzzy_graph, spectral_coordinates
from .neighbours import nearest_neighbours

NEIGHBOURS, NEIGHBOURS_OF_FEW = 15, 10
"""Neighbours a paper has in the graph, from `SMALLEST_BY_SIZE` papers on and below.

From 10 to 20 the agreement with known categories was the same.
"""

SMALLEST_LISTED, SMALLEST_CLUSTERED, SMALLEST_BY_SIZE = 15, 60, 200
"""Below: a list; a map without clusters; settings chosen by stability; settings by size."""

_GRID_DIMENSIONS = (12, 16, 20, 24)
_GRID_SIZES = (4, 5, 6, 8)
_SUBSAMPLES = 40
_TIED = 0.05
_ONE_CLUSTER = 0.25
_MAJORITY_ROUNDS = 10
SUBSAMPLE_SHARE = 0.8


@dataclass(frozen=True)
class Clustering:
    """Clusters of n papers.

    Attributes
    ----------
    labels : ndarray of int64, shape (n,)
        Cluster of each paper, 0 for the largest, all -1 where there are no clusters.
    weights : csr_matrix of float64, shape (n, n_clusters)
        Graph-weighted share of a paper's neighbours in each cluster; a row sums to 1.
    graph : csr_matrix of float64, shape (n, n)
        The neighbour graph, connected.
    rule : str
        How the settings were chosen, as a sentence.
    settings : dict
        `dimensions`, `min_cluster_size`, `min_samples`, `n_neighbours`, and `agreement` where
        they were chosen by stability.
    fits : ndarray of int64, shape (40, n), or None
        The fits of subsamples that chose the settings, -1 outside each subsample; None where
        nothing was chosen by them.
    """

    labels: np.ndarray
    weights: sp.csr_matrix
    graph: sp.csr_matrix
    rule: str
    settings: dict[str, float | int]
    fits: np.ndarray | None = None


def find_clusters(vectors: np.ndarray, *, seed: int = 0) -> Clustering:
    """Cluster unit vectors by the rule for their number.

    Under 60 papers there are no clusters. From 60 to 199 the dimensions and the smallest cluster
    size come from a small grid: the pair under which 40 seeded 80 % subsamples agree best on who
    belongs together, and of pairs that agree as well the one with the most clusters. From 200 on
    both follow from the number of papers, and clusters that the graph ties closely are joined.

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
    vectors = centred(vectors)
    graph = neighbour_graph(vectors)
    if n < SMALLEST_CLUSTERED:
        few = f"{n} papers are" if n != 1 else "1 paper is"
        rule = f"{few} too few for clusters: they are looked for from {SMALLEST_CLUSTERED} on."
        none = sp.csr_matrix((n, 0))
        return Clustering(np.full(n, -1), none, graph, rule, {"n_neighbours": _neighbours(n)})
    with threadpool_limits(1):
        settings, fits = (
            _chosen_by_stability(vectors, seed=seed) if n < SMALLEST_BY_SIZE else (by_size(n), None)
        )
        labels = fitted(vectors, graph=graph, settings=settings, rejoin=n >= SMALLEST_BY_SIZE)
    shares = neighbour_shares(labels, graph=graph)
    return Clustering(labels, shares, graph, _say(n, settings), settings, fits)


def fitted(
    vectors: np.ndarray,
    *,
    graph: sp.csr_matrix,
    settings: dict[str, float | int],
    rejoin: bool,
    dense_below: int = DENSE_BELOW,
) -> np.ndarray:
    """Return the cluster of each paper, 0 for the largest, under given settings.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Centred.
    graph : csr_matrix, shape (n, n)
        Their neighbour graph, connected.
    settings : dict
        `dimensions`, `min_cluster_size` and `min_samples`.
    rejoin : bool
        Join clusters that the graph ties closely.
    dense_below : int
        As for `graph.spectral_coordinates`.
    """
    dense = _dense(graph, settings, dense_below=dense_below)
    labels = _place_all(dense, vectors=vectors, graph=graph)
    return _numbered_by_size(_rejoined(labels, graph=graph) if rejoin else labels)


def neighbour_graph(vectors: np.ndarray) -> sp.csr_matrix:
    """Return the connected fuzzy graph of the 10 or 15 nearest neighbours, shape (n, n)."""
    indices, similarities = nearest_neighbours(vectors, k=_neighbours(len(vectors)))
    return bridged(fuzzy_graph(indices, similarities), vectors=vectors)


def _neighbours(n: int) -> int:
    return NEIGHBOURS if n >= SMALLEST_BY_SIZE else NEIGHBOURS_OF_FEW


def centred(vectors: np.ndarray) -> np.ndarray:
    """Take the common direction of all papers out and scale rows to length 1 again.

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


def neighbour_shares(labels: np.ndarray, *, graph: sp.csr_matrix) -> sp.csr_matrix:
    """Return the graph-weighted share of each paper's neighbours in each cluster.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        Clusters 0..c-1.
    graph : csr_matrix, shape (n, n)

    Returns
    -------
    csr_matrix of float64, shape (n, c)
        Rows sum to 1.
    """
    n = len(labels)
    members = sp.csr_matrix((np.ones(n), (np.arange(n), labels)), shape=(n, labels.max() + 1))
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    shares = (sp.diags(1 / np.maximum(degrees, 1e-12)) @ graph @ members).tocsr()
    shares.sort_indices()
    return shares


def by_size(n: int) -> dict[str, float | int]:
    """Return the settings that follow from the number of papers, from 200 on."""
    return {
        "n_neighbours": NEIGHBOURS,
        "dimensions": int(np.clip(round(2.5 * n**0.25), 10, 40)),
        "min_cluster_size": max(5, round(0.35 * n**0.5)),
        "min_samples": 5,
    }


def _dense(
    graph: sp.csr_matrix, settings: dict[str, float | int], *, dense_below: int
) -> np.ndarray:
    """Return HDBSCAN's labels (Campello, Moulavi & Sander 2013), -1 for papers it leaves out."""
    coordinates = spectral_coordinates(
        graph, dimensions=int(settings["dimensions"]), dense_below=dense_below
    )
    return _hdbscan(coordinates, settings)


def _hdbscan(coordinates: np.ndarray, settings: dict[str, float | int]) -> np.ndarray:
    model = hdbscan.HDBSCAN(
        min_cluster_size=int(settings["min_cluster_size"]),
        min_samples=int(settings["min_samples"]),
        core_dist_n_jobs=1,
    )
    return model.fit_predict(coordinates).astype(np.int64)


def _place_all(labels: np.ndarray, *, vectors: np.ndarray, graph: sp.csr_matrix) -> np.ndarray:
    """Give papers without a cluster the nearest centroid's, then let each paper's neighbours vote.

    In one round a paper moves to the cluster that most of its neighbours, by weight, are in. In
    further rounds it moves only where these are more than half of all its neighbours: with plain
    votes small clusters would drain into large ones (at 177 papers 20 became 5 in ten rounds).
    """
    labels = _voted(_joined_to_centroids(labels, vectors=vectors), graph=graph, more_than=0.0)
    for _ in range(_MAJORITY_ROUNDS):
        before = labels
        labels = _voted(labels, graph=graph, more_than=0.5)
        if np.array_equal(labels, before):
            break
    return labels


def _voted(labels: np.ndarray, *, graph: sp.csr_matrix, more_than: float) -> np.ndarray:
    shares = neighbour_shares(labels, graph=graph).toarray()
    rows = np.arange(len(labels))
    best = shares.argmax(axis=1)
    moves = (shares[rows, best] > shares[rows, labels] + 1e-9) & (shares[rows, best] > more_than)
    return np.where(moves, best, labels)


def _joined_to_centroids(labels: np.ndarray, *, vectors: np.ndarray) -> np.ndarray:
    names = np.unique(labels[labels >= 0])
    if not len(names):
        return np.zeros_like(labels)
    with threadpool_limits(1):
        centroids = np.stack([vectors[labels == name].mean(axis=0) for name in names])
        centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
        nearest = names[(vectors @ centroids.T).argmax(axis=1)]
    return np.where(labels < 0, nearest, labels)


def _rejoined(labels: np.ndarray, *, graph: sp.csr_matrix) -> np.ndarray:
    """Join clusters between which the graph is a quarter as dense as within the looser one.

    HDBSCAN also splits where a sample is thin by chance: six planted groups of 400 papers came
    out as 11 clusters (adjusted Rand index .86), joined again as 6 (1.0); on labelled arXiv
    abstracts the agreement stays or rises, on 5,840 daily papers nothing is joined.
    """
    _, labels = np.unique(labels, return_inverse=True)
    n, count = len(labels), int(labels.max()) + 1
    members = sp.csr_matrix((np.ones(n), (np.arange(n), labels)), shape=(n, count))
    ties = (members.T @ graph @ members).toarray()
    sizes = np.bincount(labels).astype(float)
    name = np.arange(count)
    while len(sizes) > 1:
        density = ties / np.outer(sizes, sizes)
        within = np.diag(density)
        closeness = density / np.maximum(np.minimum.outer(within, within), 1e-12)
        np.fill_diagonal(closeness, 0)
        a, b = np.unravel_index(int(closeness.argmax()), closeness.shape)
        if closeness[a, b] < _ONE_CLUSTER:
            break
        ties[a] += ties[b]
        ties[:, a] += ties[:, b]
        ties = np.delete(np.delete(ties, b, axis=0), b, axis=1)
        sizes[a] += sizes[b]
        sizes = np.delete(sizes, b)
        name = np.where(name == b, a, name)
        name = name - (name > b)
    return name[labels]


def _numbered_by_size(labels: np.ndarray) -> np.ndarray:
    """Renumber clusters from 0, largest first, equal sizes by their first paper."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    number = np.empty(labels.max() + 1, dtype=np.int64)
    number[names[order]] = np.arange(len(names))
    return number[labels]


def _chosen_by_stability(
    vectors: np.ndarray, *, seed: int
) -> tuple[dict[str, float | int], np.ndarray]:
    """Try the grid on subsamples; the best mean agreement wins, ties go to more clusters.

    Agreement of two subsamples is the adjusted Rand index (Hubert & Arabie 1985) over the papers
    in both, the mean is over all pairs of subsamples. It has a standard deviation of .02 between
    seeds, so figures within .05 of the best are tied. Of equally stable partitions the finer one
    tells more: the coarser ones hold their stability in one large mixed cluster.

    Returns the settings and the subsamples' fits under them, in which the neighbours have voted
    as in the fit of all papers.
    """
    n = len(vectors)
    random = np.random.default_rng(seed)
    size = round(SUBSAMPLE_SHARE * n)
    samples = [np.sort(random.choice(n, size, replace=False)) for _ in range(_SUBSAMPLES)]
    graphs = [neighbour_graph(vectors[sample]) for sample in samples]
    tried = []
    for dimensions in _GRID_DIMENSIONS:
        coordinates = [spectral_coordinates(graph, dimensions=dimensions) for graph in graphs]
        for min_cluster_size in _GRID_SIZES:
            settings = {
                "n_neighbours": _neighbours(n),
                "dimensions": dimensions,
                "min_cluster_size": min_cluster_size,
                "min_samples": 2,
            }
            fits = np.full((_SUBSAMPLES, n), -1)
            for row, sample in enumerate(samples):
                found = _hdbscan(coordinates[row], settings)
                fits[row, sample] = _joined_to_centroids(found, vectors=vectors[sample])
            agreement = _mean_agreement(fits)
            mean_count = float(np.mean([len(np.unique(fit[fit >= 0])) for fit in fits]))
            settings["agreement"] = round(agreement, 3)
            tried.append((mean_count, agreement, settings, fits))
    best = max(agreement for _, agreement, _, _ in tried)
    tied = [entry for entry in tried if entry[1] >= best - _TIED]
    _, _, settings, fits = max(tied, key=lambda entry: entry[:2])
    for row, sample in enumerate(samples):
        fits[row, sample] = _place_all(
            fits[row, sample], vectors=vectors[sample], graph=graphs[row]
        )
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


def _say(n: int, settings: dict[str, float | int]) -> str:
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
        f"{common}; chosen from a grid as the finest of those on which {_SUBSAMPLES} subsamples of "
        f"80 % agree best (adjusted Rand index {settings['agreement']:.2f})."
    )
