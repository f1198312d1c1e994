"""Splits and mergers: where a fresh look at all papers disagrees with the clusters there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .thresholds import Thresholds


@dataclass(frozen=True)
class Event:
    """One change of the clusters.

    Attributes
    ----------
    what : str
        "born", "split" or "merged".
    cluster : int
        The born cluster, the new part of a split one, or the one that others were merged into.
    others : tuple of int
        The cluster that was split, or those merged away; for a born one those that old papers of
        it come from.
    evidence : float
        Born: share of new papers in it. Split and merged: graph density between the parts over
        that within the looser one.
    n_moved : int
        Old papers that changed their cluster.
    """

    what: str
    cluster: int
    others: tuple[int, ...]
    evidence: float
    n_moved: int


@dataclass(frozen=True)
class _Change:
    event: Event
    rows: np.ndarray


def splits(
    labels: np.ndarray,
    *,
    is_old: np.ndarray,
    cold: np.ndarray,
    graph: sp.csr_matrix,
    first_free: int,
    limits: Thresholds,
    crowded: Sequence[int] = (),
) -> list[_Change]:
    """Propose the parts into which clusters fall in a fresh look.

    A part is a cluster of the fresh look of which at least `least_part` papers, and at least
    `part_share` of the old ones, are in one cluster here. Where a cluster has two parts or more,
    the largest keeps its name and each other one gets a number from `first_free` on.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
    is_old : ndarray of bool, shape (n,)
    cold : ndarray of int64, shape (n,)
        Clusters of a fit that knows nothing of these.
    graph : csr_matrix, shape (n, n)
    first_free : int
    limits : Thresholds
    crowded : sequence of int
        Clusters of the fresh look that are born (`news.crowded`): they are no part of any other.
    """
    table, old = _crossed(labels, cold=cold), _crossed(labels[is_old], cold=cold[is_old],
                                                       shape=_shape(labels, cold))  # fmt: skip
    of_part = old / np.maximum(old.sum(axis=0), 1)
    is_part = (table >= limits.least_part) & (of_part >= limits.part_share)
    is_part[:, list(crowded)] = False
    changes, number = [], first_free
    for cluster in np.flatnonzero(is_part.sum(axis=1) >= 2):
        parts = sorted(np.flatnonzero(is_part[cluster]), key=lambda k: (-table[cluster, k], k))
        inside = labels == cluster
        rest = np.flatnonzero(inside & (cold == parts[0]))
        for part in parts[1:]:
            rows = np.flatnonzero(inside & (cold == part))
            moved = int(is_old[rows].sum())
            evidence = closeness(graph, rest, rows)
            event = Event("split", number, (int(cluster),), evidence, moved)
            changes.append(_Change(event, rows))
            number += 1
    return changes


def mergers(
    labels: np.ndarray,
    *,
    is_old: np.ndarray,
    cold: np.ndarray,
    graph: sp.csr_matrix,
    limits: Thresholds,
    crowded: Sequence[int] = (),
) -> list[_Change]:
    """Propose the clusters that are one in a fresh look and that the graph ties closely.

    The parameters are those of `splits`. The largest keeps its name.
    """
    former = _crossed(labels[is_old], cold=cold[is_old], shape=_shape(labels, cold))
    sizes = former.sum(axis=1)
    together = former.argmax(axis=1)
    held = former.max(axis=1) >= limits.former_share * np.maximum(sizes, 1)
    held &= ~np.isin(together, list(crowded))
    changes = []
    for part in np.unique(together[held & (sizes > 0)]):
        own = [c for c in np.flatnonzero(held & (together == part)) if sizes[c] > 0]
        own.sort(key=lambda c: (-sizes[c], c))
        keeper = np.flatnonzero(labels == own[0])
        for cluster in own[1:]:
            rows = np.flatnonzero(labels == cluster)
            evidence = closeness(graph, keeper, rows)
            if evidence >= limits.together:
                moved = int(is_old[rows].sum())
                event = Event("merged", int(own[0]), (int(cluster),), evidence, moved)
                changes.append(_Change(event, rows))
    return changes


def births(
    labels: np.ndarray, *, is_new: np.ndarray, cold: np.ndarray, crowded: list[int], first_free: int
) -> list[_Change]:
    """Turn clusters of a fresh look that are mostly new papers into born ones.

    The parameters are those of `splits`; `crowded` is from `news.crowded`.
    """
    changes = []
    for number, part in enumerate(crowded):
        rows = np.flatnonzero(cold == part)
        old = rows[~is_new[rows]]
        others = tuple(int(c) for c in np.unique(labels[old]))
        share = float(is_new[rows].mean())
        changes.append(_Change(Event("born", first_free + number, others, share, len(old)), rows))
    return changes


def within_budget(changes: list[_Change], *, most: int) -> list[_Change]:
    """Keep the changes with the best evidence whose old papers are at most `most` together.

    Born clusters come first, then splits and mergers by how clear they are: parts far apart,
    mergers close together.
    """
    rank = {"born": 0, "split": 1, "merged": 1}
    clear = {"born": -1.0, "split": 1.0, "merged": -1.0}
    order = sorted(
        changes,
        key=lambda c: (
            rank[c.event.what], clear[c.event.what] * c.event.evidence, c.event.cluster,
            c.event.others,
        ),
    )  # fmt: skip
    kept, moved = [], 0
    for change in order:
        if moved + change.event.n_moved <= most:
            kept.append(change)
            moved += change.event.n_moved
    return kept


def closeness(graph: sp.csr_matrix, one: np.ndarray, other: np.ndarray) -> float:
    """Return how dense the graph is between two groups, over the looser one's own density."""

    def density(a: np.ndarray, b: np.ndarray) -> float:
        return float(graph[a][:, b].sum()) / max(len(a) * len(b), 1)

    return density(one, other) / max(min(density(one, one), density(other, other)), 1e-12)


def _shape(labels: np.ndarray, cold: np.ndarray) -> tuple[int, int]:
    return int(labels.max()) + 1, int(cold.max()) + 1


def _crossed(
    labels: np.ndarray, *, cold: np.ndarray, shape: tuple[int, int] | None = None
) -> np.ndarray:
    """Count papers by cluster here (rows) and in the fresh look (columns)."""
    rows, columns = shape or _shape(labels, cold)
    return np.bincount(labels * columns + cold, minlength=rows * columns).reshape(rows, columns)
