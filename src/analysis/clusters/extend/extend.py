"""Clusters of a run carried on to the union of its papers and a snapshot's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from .births import crowded, novel_groups
from .placing import directed_graph, neighbour_rows, placed, shares
from .splits_and_mergers import Event, births, mergers, splits, within_budget
from .thresholds import Thresholds

Fit = Callable[[], tuple[np.ndarray, sp.csr_matrix, int]]
"""Returns clusters 0..k-1, neighbour graph and smallest cluster size of a fresh fit."""


@dataclass(frozen=True)
class Carried:
    """Clusters of n papers after an extension.

    Attributes
    ----------
    labels : ndarray of int64, shape (n,)
        Numbers below `count` are the clusters there were, further ones are new.
    weights : csr_matrix of float64, shape (n, clusters)
        Share of each paper's neighbours in each cluster, for the papers of `weighed`; other rows
        are empty: those papers keep the weights they have.
    weighed : ndarray of bool, shape (n,)
    events : tuple of Event
    near : csr_matrix of float64, shape (m, n)
        Neighbours of the m new and revised papers, by weight (`placing.directed_graph`).
    graph : csr_matrix or None
        The neighbour graph of all papers, where there was a fresh look.
    cold : ndarray of int64 or None
        The clusters of the fresh look.
    looked, revised : bool
        Whether all papers were clustered afresh, and whether splits and mergers were looked for.
    waiting : int
        Splits and mergers that wait because a small step may not move so many papers.
    """

    labels: np.ndarray
    weights: sp.csr_matrix
    weighed: np.ndarray
    events: tuple[Event, ...]
    near: sp.csr_matrix
    graph: sp.csr_matrix | None
    cold: np.ndarray | None
    looked: bool
    revised: bool
    waiting: int


def carry_on(
    vectors: np.ndarray,
    *,
    labels: np.ndarray,
    is_new: np.ndarray,
    revised: np.ndarray,
    n_looked: int,
    n_revised: int,
    fit: Fit,
    n_neighbours: int = 15,
    limits: Thresholds | None = None,
) -> Carried:
    """Place new papers, and change clusters only where the papers give evidence for it.

    Old papers keep their cluster. New ones join the one that most of their neighbours are in. A
    group of new papers that lie among one another is born in a small step (`news.novel_groups`; in
    a large one too many papers are new for that to tell). When new papers
    since the last fresh look are more than `look_after` of those it saw, all papers are clustered
    afresh, and a cluster of that fit with far too many new papers is born too. When they are more
    than `revise_after` of those at the last revision, splits and mergers that the fresh fit shows
    are taken over (`revision`).

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        As `clusters.find_clusters` sees them: centred, unit rows.
    labels : ndarray of int64, shape (n,)
        Clusters 0..c-1 of the papers there were, -1 for new ones.
    is_new : ndarray of bool, shape (n,)
    revised : ndarray of bool, shape (n,)
        Old papers whose text changed: they are placed anew.
    n_looked, n_revised : int
        Papers of the series at the last fresh look and at the last revision.
    fit : Fit
        Clusters all papers afresh; called only where a look is due.
    n_neighbours : int
    limits : Thresholds, optional

    Returns
    -------
    Carried
    """
    limits = limits or Thresholds()
    count, n = int(labels.max()) + 1, len(labels)
    rows = np.flatnonzero(is_new | revised)
    near = neighbour_rows(vectors, rows=rows, k=n_neighbours)
    graph = directed_graph(*near, n=n)
    at = placed(labels, rows=rows, graph=graph, vectors=vectors, count=count)
    looked = bool(is_new.any()) and n > (1 + limits.look_after) * n_looked
    cold, whole, smallest = fit() if looked else (None, None, 0)
    groups = []
    if is_new.sum() <= limits.small_step * (~is_new).sum():
        groups = novel_groups(
            is_new, rows=rows, graph=graph, least=max(limits.least_part, smallest // 2),
            limits=limits,
        )  # fmt: skip
    due = looked and n > (1 + limits.revise_after) * n_revised
    at, events, waiting = _changed(
        at, is_new=is_new, groups=groups, cold=cold, graph=whole, due=due, limits=limits
    )
    total = int(at.max()) + 1
    fixed = np.where(is_new & ~_in_events(at, events, count=count), -1, at)
    at = placed(
        fixed, rows=rows[fixed[rows] < 0], graph=graph[fixed[rows] < 0], vectors=vectors,
        count=total,
    )  # fmt: skip
    touched = {e.cluster for e in events} | {o for e in events for o in e.others}
    weighed = (is_new | revised) | (np.isin(at, sorted(touched)) & (whole is not None))
    weights = _weights(
        at, rows=rows, graph=graph, whole=whole, weighed=weighed, count=total
    )  # fmt: skip
    return Carried(
        at, weights, weighed, events, graph, whole, cold, looked, due and not waiting, waiting
    )  # fmt: skip


def _changed(
    labels: np.ndarray,
    *,
    is_new: np.ndarray,
    groups: list[np.ndarray],
    cold: np.ndarray | None,
    graph: sp.csr_matrix | None,
    due: bool,
    limits: Thresholds,
) -> tuple[np.ndarray, tuple[Event, ...], int]:
    """Apply births, splits and mergers; return labels, events and how many changes wait."""
    labels, free = labels.copy(), int(labels.max()) + 1
    n_old = int((~is_new).sum())
    step = float(is_new.sum()) / max(n_old, 1)
    most = n_old
    if step <= limits.small_step:
        most = int(min(limits.most_moved * step, limits.most_moved_at_once) * n_old)
    proposed = []
    if cold is not None and graph is not None:
        news = crowded(cold, is_new=is_new, limits=limits)
        own = [part for part in news if not _is_covered(cold == part, is_new=is_new, by=groups)]
        proposed += births(labels, is_new=is_new, cold=cold, crowded=own, first_free=free)
        free += len(own)
        if due:
            common = {"is_old": ~is_new, "cold": cold, "graph": graph, "limits": limits,
                      "crowded": news}  # fmt: skip
            parts = splits(labels, first_free=free, **common)
            cut = {change.event.others[0] for change in parts}
            proposed += parts
            proposed += [
                change
                for change in mergers(labels, **common)
                if not cut & {change.event.cluster, *change.event.others}
            ]
            free += len(parts)
    kept = within_budget(proposed, most=most)
    events = []
    for change in kept:
        rows = change.rows
        if change.event.what == "merged":
            rows = np.flatnonzero(labels == change.event.others[0])
        labels[rows] = change.event.cluster
        events.append(replace(change.event, n_moved=int((~is_new[rows]).sum())))
    born = {e.cluster for e in events if e.what == "born"}
    for group in groups:
        own = group[~np.isin(labels[group], sorted(born))]
        if len(own) >= limits.least_part and len(own) >= len(group) / 2:
            labels[own] = free
            events.append(Event("born", free, (), 1.0, 0))
            free += 1
    return labels, tuple(events), len(proposed) - len(kept)


def _is_covered(part: np.ndarray, *, is_new: np.ndarray, by: list[np.ndarray]) -> bool:
    """Say whether at least half of a part's new papers are in a group that is born anyway.

    The group holds what is new alone; the part of a fresh look takes old papers with it.
    """
    new = part & is_new
    return any(2 * int(new[group].sum()) >= int(new.sum()) for group in by)


def _in_events(labels: np.ndarray, events: tuple[Event, ...], *, count: int) -> np.ndarray:
    """Return which papers are in a cluster that this extension made."""
    made = {e.cluster for e in events if e.cluster >= count}
    return np.isin(labels, sorted(made))


def _weights(
    labels: np.ndarray,
    *,
    rows: np.ndarray,
    graph: sp.csr_matrix,
    whole: sp.csr_matrix | None,
    weighed: np.ndarray,
    count: int,
) -> sp.csr_matrix:
    """Return each weighed paper's share of neighbours in each cluster; other rows are empty."""
    out = sp.lil_matrix((len(labels), count))
    if whole is not None:
        some = np.flatnonzero(weighed)
        values = shares(whole[some], labels=labels, count=count)
    else:
        some, values = rows, shares(graph, labels=labels, count=count)
    out[some] = values
    return out.tocsr()
