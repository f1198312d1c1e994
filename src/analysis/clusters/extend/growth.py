"""Growth: recent papers that crowd together, also inside a known cluster and over several steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from .splits_and_mergers import Change, Event, Thresholds

_WINDOWS = (0.0, 0.1, 0.2, 0.3)
"""Shares of the papers that the last steps must have brought together to be a window."""

_ROUNDS = 10


def steps_of_arrival(first_runs: pd.Series) -> np.ndarray:
    """Return the number of the run in which each paper came, counted from 0 in their order.

    Parameters
    ----------
    first_runs : Series of str, length n
        Names of runs, which begin with their number.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    names = sorted(first_runs.unique(), key=lambda name: (len(name.partition("-")[0]), name))
    return pd.Index(names).get_indexer(first_runs).astype(np.int64)


def recent_windows(arrived: np.ndarray, *, limits: Thresholds) -> list[np.ndarray]:
    """Return which papers are recent, by how many of the last steps count as recent.

    Parameters
    ----------
    arrived : ndarray of int64, shape (n,)
        Number of the step in which each paper came.
    limits : Thresholds

    Returns
    -------
    list of ndarray of bool, shape (n,)
        Different windows, longest first: the last step, and the fewest last steps that brought at
        least 10, 20 and 30 % of the papers, as far as that is no more than `most_recent` of them.
    """
    steps, counts = np.unique(arrived, return_counts=True)
    brought = np.cumsum(counts[::-1]) / max(len(arrived), 1)
    starts = set()
    for share in _WINDOWS:
        number = int(np.searchsorted(brought, share))
        if number < len(steps) and brought[number] <= limits.most_recent:
            starts.add(int(steps[::-1][number]))
    return [arrived >= start for start in sorted(starts)]


def novel_papers(
    numbers: np.ndarray, *, is_recent: np.ndarray, graph: sp.csr_matrix, limits: Thresholds
) -> np.ndarray:
    """Return the recent papers that have far more recent papers around them than their cluster.

    What is around a paper are its neighbours and theirs, by weight: two steps of a random walk on
    the graph. A recent paper is novel if the recent ones among these are at least
    p + newness (1 - p), p being the share of recent papers in its cluster, but at least that among
    all papers and at most `most_expected`. A cluster that grows as a whole is thereby no news. One
    step is too noisy where many papers are recent.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Cluster of each paper.
    is_recent : ndarray of bool, shape (n,)
    graph : csr_matrix, shape (n, n)
        Neighbour graph of all papers.
    limits : Thresholds

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    p = float(is_recent.mean())
    sizes = np.bincount(numbers)
    of_cluster = np.bincount(numbers[is_recent], minlength=len(sizes)) / np.maximum(sizes, 1)
    expected = np.clip(of_cluster, p, max(p, limits.most_expected))[numbers]
    degrees = np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-12)
    around = (graph @ ((graph @ is_recent.astype(np.float64)) / degrees)) / degrees
    return is_recent & (around >= expected + limits.newness * (1 - expected))


def young_clusters(
    numbers: np.ndarray, *, is_recent: np.ndarray, is_new: np.ndarray, limits: Thresholds
) -> set[int]:
    """Return the clusters that were mostly made of recent papers before this step.

    They are news themselves: what grows in them is their own growth, unless a fresh fit has it
    apart from most of them, and they are not split or merged yet.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
    is_recent, is_new : ndarray of bool, shape (n,)
    limits : Thresholds
    """
    count = int(numbers.max()) + 1
    known = np.bincount(numbers[~is_new], minlength=count)
    recent = np.bincount(numbers[~is_new & is_recent], minlength=count)
    return set(np.flatnonzero((known > 0) & (recent >= limits.young * known)).tolist())


def grown_groups(
    numbers: np.ndarray,
    *,
    arrived: np.ndarray,
    fresh: np.ndarray,
    graph: sp.csr_matrix,
    least: int,
    limits: Thresholds,
) -> list[Change]:
    """Propose groups of recent papers that have grown since their clusters were found.

    Novel papers (`novel_papers`) that the graph connects within one cluster of the fresh fit are a
    group. Recent papers with more neighbours in it than in their cluster belong to it, and others
    that have nearly all of them in it. The longest window comes first: it shows most of a group.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Clusters so far, new papers placed.
    arrived : ndarray of int64, shape (n,)
        Number of the step in which each paper came.
    fresh : ndarray of int64, shape (n,)
        Clusters of a fresh fit. They keep apart what grows side by side.
    graph : csr_matrix, shape (n, n)
        Its neighbour graph.
    least : int
        Fewest novel papers of a group.
    limits : Thresholds

    Returns
    -------
    list of Change
        Born clusters, numbered from the first free number on, with different papers. The evidence
        is the share of recent papers.
    """
    is_new = arrived == arrived.max(initial=0)
    taken = np.zeros(len(numbers), dtype=bool)
    changes: list[Change] = []
    for is_recent in recent_windows(arrived, limits=limits):
        young = young_clusters(numbers, is_recent=is_recent, is_new=is_new, limits=limits)
        novel = novel_papers(numbers, is_recent=is_recent, graph=graph, limits=limits)
        for part in _connected_parts(novel & ~taken, fresh=fresh, graph=graph, least=least):
            cluster = _mode(numbers[part])
            if cluster in young and fresh[part[0]] == _mode(fresh[~is_new & (numbers == cluster)]):
                continue
            rows = _with_followers(
                part, numbers=numbers, is_recent=is_recent, taken=taken, graph=graph, limits=limits
            )
            taken[rows] = True
            old = rows[~is_new[rows]]
            event = Event(
                "born",
                int(numbers.max()) + 1 + len(changes),
                tuple(np.unique(numbers[old]).tolist()),
                float(is_recent[rows].mean()),
                len(old),
            )
            changes.append(Change(event, rows))
    return changes


def _mode(values: np.ndarray) -> int:
    return int(np.bincount(values).argmax())


def _connected_parts(
    novel: np.ndarray, *, fresh: np.ndarray, graph: sp.csr_matrix, least: int
) -> list[np.ndarray]:
    """Return groups of novel papers that edges within the clusters of a fresh fit connect."""
    rows = np.flatnonzero(novel)
    if len(rows) < least:
        return []
    edges = graph[rows][:, rows].tocoo()
    inside = fresh[rows[edges.row]] == fresh[rows[edges.col]]
    within = sp.csr_matrix(
        (edges.data[inside], (edges.row[inside], edges.col[inside])), shape=edges.shape
    )
    _, component = connected_components(within, directed=False)
    sizes = np.bincount(component)
    return [rows[component == number] for number in np.flatnonzero(sizes >= least)]


def _with_followers(
    group: np.ndarray,
    *,
    numbers: np.ndarray,
    is_recent: np.ndarray,
    taken: np.ndarray,
    graph: sp.csr_matrix,
    limits: Thresholds,
) -> np.ndarray:
    """Add recent papers with more neighbours, by weight, in the group than in their cluster.

    Other papers join if a share of at least `follow` of their neighbours is in it.
    """
    rows = np.flatnonzero(~taken)
    near = graph[rows].tocoo()
    same = numbers[rows[near.row]] == numbers[near.col]
    own = sp.csr_matrix((near.data[same], (near.row[same], near.col[same])), shape=near.shape)
    near = near.tocsr()
    degrees = np.asarray(near.sum(axis=1)).ravel()
    inside = np.zeros(graph.shape[0], dtype=bool)
    inside[group] = True
    for _ in range(_ROUNDS):
        in_group = near @ inside.astype(np.float64)
        in_cluster = own @ (~inside).astype(np.float64)
        least = np.where(is_recent[rows], in_cluster, limits.follow * degrees)
        joined = inside.copy()
        joined[rows[in_group > least]] = True
        if np.array_equal(joined, inside):
            break
        inside = joined
    return np.flatnonzero(inside)
