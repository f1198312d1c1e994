"""What is new: groups of papers whose neighbours are new too."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.stats import binom
from threadpoolctl import threadpool_limits

from .thresholds import Thresholds

_EDGE = 5
"""Papers at either end of the order along which a group is cut that no cut parts off."""


def novel_groups(
    is_new: np.ndarray, *, rows: np.ndarray, graph: sp.csr_matrix, least: int, limits: Thresholds
) -> list[np.ndarray]:
    """Find groups of new papers that lie among one another, not among what was known.

    A new paper is novel where far more of its neighbours are new than chance would bring:
    p + .4 (1 - p) of their weight, p the share of new papers in all. With 10 % new papers drawn
    at random from 5,840 no group of more than 3 came out in 100 draws, and of 30 papers of an
    absent field among 4,000 nearly all are found. Distance to old centroids does not do: what is
    new seldom lies far from everything. Novel papers that hang together are a group; it is cut
    in two where the graph across is less than a quarter as dense as within.

    Parameters
    ----------
    is_new : ndarray of bool, shape (n,)
    rows : ndarray of int64, shape (m,)
        The papers that `graph` has a row for.
    graph : csr_matrix, shape (m, n)
        From `placing.directed_graph`.
    least : int
        Papers that a group has at least.
    limits : Thresholds

    Returns
    -------
    list of ndarray of int64
        Row numbers of each group's papers, ascending; groups by their first paper.
    """
    p = float(is_new.mean()) if len(is_new) else 0.0
    own = is_new[rows]
    degrees = np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-12)
    among_new = np.asarray(graph[:, np.flatnonzero(is_new)].sum(axis=1)).ravel() / degrees
    novel = np.flatnonzero(own & (among_new >= p + limits.newness * (1 - p)))
    if len(novel) < least:
        return []
    directed = graph[novel][:, rows[novel]]
    both = (directed + directed.T - directed.multiply(directed.T)).tocsr()
    found = [np.sort(rows[novel[part]]) for part in _apart(both, least=least, limits=limits)]
    return sorted(found, key=lambda part: int(part[0]))


def crowded(cold: np.ndarray, *, is_new: np.ndarray, limits: Thresholds) -> list[int]:
    """Return the clusters of a fresh look that hold far too many new papers for chance.

    Parameters
    ----------
    cold : ndarray of int64, shape (n,)
        Clusters 0..k-1 of a fit that knows nothing of earlier runs.
    is_new : ndarray of bool, shape (n,)
    limits : Thresholds

    Returns
    -------
    list of int
        Numbers of `cold` in which at least `least_part` papers, and a share as in `novel_groups`,
        are new, less likely than `significance` / k by chance.
    """
    p, count = float(is_new.mean()), int(cold.max()) + 1
    sizes = np.bincount(cold, minlength=count)
    new = np.bincount(cold[is_new], minlength=count)
    chance = binom.sf(new - 1, sizes, p)
    enough = (new >= limits.least_part) & (new >= (p + limits.newness * (1 - p)) * sizes)
    return np.flatnonzero(enough & (chance < limits.significance / count)).tolist()


def _apart(graph: sp.csr_matrix, *, least: int, limits: Thresholds) -> list[np.ndarray]:
    """Cut a symmetric graph into connected groups that are not two."""
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
        within = min(_density(graph, part, part) for part in parts)
        if _density(graph, *parts) >= limits.apart * within:
            return [np.arange(n)]
    return [
        part[inner]
        for part in parts
        for inner in _apart(graph[part][:, part].tocsr(), least=least, limits=limits)
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


def _density(graph: sp.csr_matrix, one: np.ndarray, other: np.ndarray) -> float:
    return float(graph[one][:, other].sum()) / (len(one) * len(other))
