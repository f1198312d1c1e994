"""Clusters of a run extended to the union of its papers and a snapshot's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ..find.graph import directed_graph, nearest_neighbours
from .births import births, crowded_clusters, novel_groups
from .new_papers import cluster_shares, place_papers
from .splits_and_mergers import Change, Event, Thresholds, mergers, splits, within_budget


@dataclass(frozen=True)
class FreshFit:
    """A fresh fit of all papers: clusters 0..k-1, neighbour graph, smallest cluster size."""

    numbers: np.ndarray
    graph: sp.csr_matrix
    min_cluster_size: int


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
    n_neighbours: int = 15,
    limits: Thresholds | None = None,
) -> Extension:
    """Place new papers, and change clusters only if the papers give evidence for it.

    Old papers keep their cluster. New ones join the one that most of their neighbours are in. A
    group of new papers that are one another's neighbours is born in a small step
    (`births.novel_groups`; in a large one too many papers are new to tell). If new papers since
    the last fresh fit are more than `look_after` of those it saw, all papers are clustered from
    scratch, and a cluster of that fit with far too many new papers is born too. If they are more
    than `revise_after` of those at the last review, splits and mergers that the fresh fit shows
    are adopted (`splits_and_mergers`).

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
    groups = []
    if is_new.sum() <= limits.small_step * (~is_new).sum():
        least = max(limits.least_part, fresh.min_cluster_size // 2 if fresh else 0)
        groups = novel_groups(is_new, rows=rows, graph=graph, least=least, limits=limits)
    after, events, waiting = _apply_changes(
        placed, is_new=is_new, groups=groups, fresh=fresh, due=due, limits=limits
    )
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
    weights[np.flatnonzero(weighed)] = cluster_shares(
        fresh.graph[np.flatnonzero(weighed)] if fresh else graph, numbers=after, count=total
    )
    return Extension(
        numbers=after,
        weights=weights.tocsr(),
        weighed=weighed,
        events=events,
        new_graph=graph,
        fresh=fresh,
        reviewed=due and not waiting,
        waiting=waiting,
    )


def _apply_changes(
    numbers: np.ndarray,
    *,
    is_new: np.ndarray,
    groups: list[np.ndarray],
    fresh: FreshFit | None,
    due: bool,
    limits: Thresholds,
) -> tuple[np.ndarray, tuple[Event, ...], int]:
    """Apply births, splits and mergers; return numbers, events and how many changes wait."""
    numbers, free = numbers.copy(), int(numbers.max()) + 1
    proposed: list[Change] = []
    if fresh is not None:
        proposed = _proposals(
            numbers, is_new=is_new, groups=groups, fresh=fresh, due=due, limits=limits
        )
        free += sum(change.event.cluster >= free for change in proposed)
    kept = within_budget(proposed, most=_most_moved(is_new, limits=limits))
    events = []
    for event, rows in kept:
        if event.what == "merged":
            rows = np.flatnonzero(numbers == event.others[0])
        numbers[rows] = event.cluster
        events.append(replace(event, n_moved=int((~is_new[rows]).sum())))
    born = sorted(event.cluster for event in events if event.what == "born")
    for group in groups:
        rest = group[~np.isin(numbers[group], born)]
        if len(rest) >= limits.least_part and len(rest) >= len(group) / 2:
            numbers[rest] = free
            events.append(Event("born", free, (), 1.0, 0))
            free += 1
    return numbers, tuple(events), len(proposed) - len(kept)


def _most_moved(is_new: np.ndarray, *, limits: Thresholds) -> int:
    """Return how many old papers may move in this step."""
    n_old = int((~is_new).sum())
    step = float(is_new.sum()) / max(n_old, 1)
    if step > limits.small_step:
        return n_old
    return int(min(limits.most_moved * step, limits.most_moved_at_once) * n_old)


def _proposals(
    numbers: np.ndarray,
    *,
    is_new: np.ndarray,
    groups: list[np.ndarray],
    fresh: FreshFit,
    due: bool,
    limits: Thresholds,
) -> list[Change]:
    """Return the births, and if due the splits and mergers, that a fresh fit shows."""
    free, fitted = int(numbers.max()) + 1, fresh.numbers
    crowded = crowded_clusters(fitted, is_new=is_new, limits=limits)
    uncovered = [
        part for part in crowded if not _is_covered(fitted == part, is_new=is_new, groups=groups)
    ]
    born = births(numbers, is_new=is_new, fresh=fitted, crowded=uncovered, first_free=free)
    if not due:
        return born
    options = {"is_old": ~is_new, "fresh": fitted, "graph": fresh.graph, "limits": limits}
    cut = splits(numbers, first_free=free + len(born), crowded=crowded, **options)
    split = {change.event.others[0] for change in cut}
    merged = [
        change
        for change in mergers(numbers, crowded=crowded, **options)
        if not split & {change.event.cluster, *change.event.others}
    ]
    return [*born, *cut, *merged]


def _is_covered(part: np.ndarray, *, is_new: np.ndarray, groups: list[np.ndarray]) -> bool:
    """Return whether at least half of a part's new papers are in a group that is born anyway.

    The group contains new papers only; the part of a fresh fit takes old papers with it.
    """
    new = part & is_new
    return any(2 * int(new[group].sum()) >= int(new.sum()) for group in groups)
