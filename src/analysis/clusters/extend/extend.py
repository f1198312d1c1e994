"""Clusters of a run extended to the union of its papers and a snapshot's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ..find.graph import directed_graph, nearest_neighbours
from .births import novel_groups
from .changes import Changed, FreshFit, changes_of_fit, most_moved
from .new_papers import cluster_shares, place_papers
from .splits_and_mergers import Event, Thresholds


@dataclass(frozen=True)
class Extension:
    """Clusters of n papers after an extension.

    Attributes
    ----------
    numbers : ndarray of int64, shape (n,)
        Cluster numbers: those of the parent run, and further ones for new clusters.
    weights : csr_matrix of float64, shape (n, clusters)
        Share of each paper's neighbours in each cluster, for the papers of `weighed`; other rows
        are empty: those papers keep the weights they have.
    weighed : ndarray of bool, shape (n,)
    events : tuple of Event
    new_graph : csr_matrix of float64, shape (m, n)
        Neighbours of the m new and revised papers, by weight (`graph.directed_graph`).
    fresh : FreshFit or None
        The fresh fit of all papers, if one was due.
    reviewed : bool
        Whether splits and mergers were looked for, and none waits.
    waiting : int
        Changes that wait because a small step may not move so many papers.
    """

    numbers: np.ndarray
    weights: sp.csr_matrix
    weighed: np.ndarray
    events: tuple[Event, ...]
    new_graph: sp.csr_matrix
    fresh: FreshFit | None
    reviewed: bool
    waiting: int


def extend_clusters(
    vectors: np.ndarray,
    *,
    numbers: np.ndarray,
    is_new: np.ndarray,
    revised: np.ndarray,
    n_last_fit: int,
    n_last_review: int,
    fit: Callable[[], FreshFit],
    arrived: np.ndarray | None = None,
    n_neighbours: int = 15,
    limits: Thresholds | None = None,
) -> Extension:
    """Place new papers, and change clusters only if the papers give evidence for it.

    Old papers keep their cluster. New ones join the one that most of their neighbours are in. A
    group of new papers that are one another's neighbours is born in a small step
    (`births.novel_groups`; in a large one too many papers are new to tell). If new papers since
    the last fresh fit are more than `look_after` of those it saw, all papers are clustered from
    scratch. Groups that grew over the last steps, inside a cluster too, are born then
    (`growth.grown_groups`), and clusters of that fit with far too many new papers. If new papers
    are more than `revise_after` of those at the last review, splits and mergers that the fresh
    fit shows are adopted (`splits_and_mergers`).

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Centred unit rows, as `find_clusters` uses them.
    numbers : ndarray of int64, shape (n,)
        Clusters 0..c-1 of known papers, -1 for new ones.
    is_new : ndarray of bool, shape (n,)
    revised : ndarray of bool, shape (n,)
        Old papers whose text changed: they are placed again.
    n_last_fit, n_last_review : int
        Papers of the series at the last fresh fit and at the last review.
    fit : callable
        Clusters all papers from scratch; called only if a fresh fit is due.
    arrived : ndarray of int64, shape (n,), optional
        Number of the step in which each known paper came; all in one step by default. Values of
        new papers are ignored.
    n_neighbours : int
    limits : Thresholds, optional
    """
    limits = limits or Thresholds()
    count, n = int(numbers.max()) + 1, len(numbers)
    rows = np.flatnonzero(is_new | revised)
    graph = directed_graph(*nearest_neighbours(vectors, k=n_neighbours, rows=rows), n=n)
    placed = place_papers(numbers, rows=rows, graph=graph, vectors=vectors, count=count)
    fresh = fit() if is_new.any() and n > (1 + limits.look_after) * n_last_fit else None
    due = fresh is not None and n > (1 + limits.revise_after) * n_last_review
    changed = Changed(placed, (), 0)
    if fresh is not None:
        steps = _steps(is_new, arrived=arrived)
        most = most_moved(is_new, n_last_fit=n_last_fit, limits=limits)
        changed = changes_of_fit(
            placed, arrived=steps, fresh=fresh, due=due, most=most, limits=limits
        )
    after, events = changed.numbers, list(changed.events)
    if is_new.sum() <= limits.small_step * (~is_new).sum():
        least = max(limits.least_part, fresh.min_cluster_size // 2 if fresh else 0)
        groups = novel_groups(is_new, rows=rows, graph=graph, least=least, limits=limits)
        after, more = _with_novel(after, groups=groups, events=events, limits=limits)
        events += more
    total = int(after.max()) + 1
    made = sorted(event.cluster for event in events if event.cluster >= count)
    fixed = np.where(is_new & ~np.isin(after, made), -1, after)
    open_rows = fixed[rows] < 0
    after = place_papers(
        fixed, rows=rows[open_rows], graph=graph[open_rows], vectors=vectors, count=total
    )
    weighed = is_new | revised
    if fresh is not None:
        touched = {cluster for e in events for cluster in (e.cluster, *e.others)}
        weighed = weighed | np.isin(after, sorted(touched))
    weights = sp.lil_matrix((n, total))
    near = fresh.graph[np.flatnonzero(weighed)] if fresh else graph
    weights[np.flatnonzero(weighed)] = cluster_shares(near, numbers=after, count=total)
    return Extension(
        numbers=after,
        weights=weights.tocsr(),
        weighed=weighed,
        events=tuple(events),
        new_graph=graph,
        fresh=fresh,
        reviewed=due and not changed.waiting,
        waiting=changed.waiting,
    )


def _steps(is_new: np.ndarray, *, arrived: np.ndarray | None) -> np.ndarray:
    """Return the number of each paper's step, that of the new ones above all others."""
    if arrived is None:
        return is_new.astype(np.int64)
    return np.where(is_new, arrived[~is_new].max(initial=0) + 1, arrived)


def _with_novel(
    numbers: np.ndarray,
    *,
    groups: Sequence[np.ndarray],
    events: Sequence[Event],
    limits: Thresholds,
) -> tuple[np.ndarray, list[Event]]:
    """Give groups of novel papers clusters of their own, unless most of one is in a born one."""
    after = numbers.copy()
    more: list[Event] = []
    born = [event.cluster for event in events if event.what == "born"]
    free = max([int(numbers.max()), *(event.cluster for event in events)]) + 1
    for group in groups:
        rest = group[~np.isin(numbers[group], born)]
        if len(rest) >= limits.least_part and len(rest) >= len(group) / 2:
            after[rest] = free + len(more)
            more.append(Event("born", free + len(more), (), 1.0, 0))
    return after, more
