"""Births: groups of papers whose neighbours are new too, and clusters crowded with new papers."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.stats import binom
from threadpoolctl import threadpool_limits

from ..find.graph import fuzzy_union
from .splits_and_mergers import Change, Event, Thresholds, density

_EDGE = 5
"""Papers at either end of the order along which a group is cut that no cut separates."""


def novel_groups(
    is_new: np.ndarray, *, rows: np.ndarray, graph: sp.csr_matrix, least: int, limits: Thresholds
) -> list[np.ndarray]:
    """Find groups of new papers whose neighbours are one another, not known papers.

    A new paper is novel if far more of its neighbours are new than chance would bring:
    p + .4 (1 - p) of their weight, p being the share of new papers among all. With 10 % new
    papers drawn at random from 5,840 no group of more than 3 came out in 100 draws, and of 30
    papers of an absent field among 4,000 nearly all are found. Distance to old centroids does not
    work: new subjects are seldom far from everything. Connected novel papers are a group; it is
    cut in two if the graph across is less than a quarter as dense as within.

    Parameters
    ----------
    is_new : ndarray of bool, shape (n,)
    rows : ndarray of int64, shape (m,)
        The papers that `graph` has a row for.
    graph : csr_matrix, shape (m, n)
        From `graph.directed_graph`.
    least : int
        Fewest papers of a group.
    limits : Thresholds

    Returns
    -------
    list of ndarray of int64
        Row numbers of each group's papers, ascending; groups by their first paper.
    """
    p = float(is_new.mean()) if len(is_new) else 0.0
    degrees = np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-12)
    among_new = np.asarray(graph[:, np.flatnonzero(is_new)].sum(axis=1)).ravel() / degrees
    novel = np.flatnonzero(is_new[rows] & (among_new >= p + limits.newness * (1 - p)))
    if len(novel) < least:
        return []
    graph_of_novel = fuzzy_union(graph[novel][:, rows[novel]])
    parts = _connected_groups(graph_of_novel, least=least, limits=limits)
    groups = [np.sort(rows[novel[part]]) for part in parts]
    return sorted(groups, key=lambda group: int(group[0]))


def crowded_clusters(fresh: np.ndarray, *, is_new: np.ndarray, limits: Thresholds) -> list[int]:
    """Return the clusters of a fresh fit that contain far more new papers than chance would bring.

    Parameters
    ----------
    fresh : ndarray of int64, shape (n,)
        Clusters 0..k-1 of a fresh fit.
    is_new : ndarray of bool, shape (n,)
    limits : Thresholds

    Returns
    -------
    list of int
        Numbers of `fresh` in which at least `least_part` papers, and a share as in
        `novel_groups`, are new, less likely than `significance` / k by chance.
    """
    p, count = float(is_new.mean()), int(fresh.max()) + 1
    sizes = np.bincount(fresh, minlength=count)
    new = np.bincount(fresh[is_new], minlength=count)
    chance = binom.sf(new - 1, sizes, p)
    enough = (new >= limits.least_part) & (new >= (p + limits.newness * (1 - p)) * sizes)
    return np.flatnonzero(enough & (chance < limits.significance / count)).tolist()


def births(
    numbers: np.ndarray,
    *,
    is_new: np.ndarray,
    fresh: np.ndarray,
    crowded: list[int],
    first_free: int,
) -> list[Change]:
    """Propose the crowded clusters of a fresh fit as born ones.

    Parameters
    ----------
    numbers, fresh : ndarray of int64, shape (n,)
        Clusters so far, and those of the fresh fit.
    is_new : ndarray of bool, shape (n,)
    crowded : list of int
        From `crowded_clusters`.
    first_free : int
        Number of the first born cluster.
    """
    changes = []
    for number, part in enumerate(crowded, start=first_free):
        rows = np.flatnonzero(fresh == part)
        old = rows[~is_new[rows]]
        others = tuple(int(c) for c in np.unique(numbers[old]))
        share = float(is_new[rows].mean())
        changes.append(Change(Event("born", number, others, share, len(old)), rows))
    return changes


def _connected_groups(graph: sp.csr_matrix, *, least: int, limits: Thresholds) -> list[np.ndarray]:
    """Cut a symmetric graph into connected groups, each too dense to be two."""
    n = graph.shape[0]
    if n < least:
        return []
    count, component = connected_components(graph, directed=False)
    if count > 1:
        parts = [np.flatnonzero(component == number) for number in range(count)]
    elif n < 2 * least:
        return [np.arange(n)]
    else:
        parts = _best_cut(graph)
        within = min(density(graph, part, part) for part in parts)
        if density(graph, *parts) >= limits.apart * within:
            return [np.arange(n)]
    return [
        part[inner]
        for part in parts
        for inner in _connected_groups(graph[part][:, part].tocsr(), least=least, limits=limits)
    ]


def _best_cut(graph: sp.csr_matrix) -> list[np.ndarray]:
    """Cut where the conductance is least along the second eigenvector (Shi & Malik 2000)."""
    degrees = np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-12)
    scale = sp.diags(1 / np.sqrt(degrees))
    with threadpool_limits(1):
        _, vectors = np.linalg.eigh((scale @ graph @ scale).toarray())
    along = vectors[:, -2] / np.sqrt(degrees)
    along = along * np.sign(along[np.abs(along).argmax()])
    order = np.argsort(along, kind="stable")
    inside = sp.triu(graph[order][:, order], 1).tocoo()
    change = np.bincount(inside.row, weights=inside.data, minlength=len(order))
    change -= np.bincount(inside.col, weights=inside.data, minlength=len(order))
    across, volume = np.cumsum(change)[:-1], np.cumsum(degrees[order])[:-1]
    conductance = across / np.minimum(volume, degrees.sum() - volume)
    first = min(_EDGE, len(order) // 2) - 1
    cut = first + int(conductance[first : len(order) - 1 - first].argmin()) + 1
    return [order[:cut], order[cut:]]
