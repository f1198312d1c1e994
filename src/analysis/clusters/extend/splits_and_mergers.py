"""Splits and mergers: where a fresh fit of all papers disagrees with the clusters so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of an extension.

    Attributes
    ----------
    least_part : int
        Fewest papers of a part of a split, or of a born cluster.
    newness : float
        A new paper is novel if the share of its neighbours that are new too is at least
        p + newness (1 - p), p being the share of new papers among all.
    most_expected, most_recent : float
        Of growth over several steps: largest p, which is there the share of recent papers in the
        paper's cluster; largest share of all papers that count as recent.
    young : float
        A cluster with at least this share of recent papers is news itself: nothing that a fresh
        fit holds with most of it is born out of it, and it is not split or merged.
    follow : float
        Papers that came before join a group that has grown if at least this share of their
        neighbours is in it.
    significance : float
        A cluster of a fresh fit is born if so many new papers in it are less likely than this by
        chance (binomial), divided by the number of clusters tested.
    apart : float
        Two groups are apart if the graph between them is less than this fraction as dense as
        within the looser one.
    together : float
        Clusters are merged only if the graph between them is at least this fraction as dense.
    part_share, former_share : float
        Of a split: share of a part's old papers that come from one cluster. Of a merger: share of
        each former cluster's papers that are together now.
    look_after, revise_after : float
        New papers, as a fraction of those at the last fresh fit (or the last revision), after
        which the papers are clustered from scratch to look for births (or for splits and mergers).
    small_step, tiny_step, most_moved, most_moved_at_once, most_moved_in_tiny : float
        In a step of at most `small_step` new papers, at most `most_moved` times the papers added
        since the last fresh fit move, and never more than `most_moved_at_once` of the old ones,
        in a step of at most `tiny_step` `most_moved_in_tiny`; further changes wait for a later
        run.
    """

    least_part: int = 10
    newness: float = 0.4
    most_expected: float = 0.5
    most_recent: float = 0.34
    young: float = 0.75
    follow: float = 0.667
    significance: float = 1e-3
    apart: float = 0.25
    together: float = 0.1
    part_share: float = 0.6
    former_share: float = 0.6
    look_after: float = 0.05
    revise_after: float = 0.2
    small_step: float = 0.1
    most_moved: float = 0.45
    most_moved_at_once: float = 0.028
    tiny_step: float = 0.02
    most_moved_in_tiny: float = 0.0095


@dataclass(frozen=True)
class Event:
    """One change of the clusters, by cluster numbers.

    Attributes
    ----------
    what : str
        "born", "split" or "merged".
    cluster : int
        The born cluster, the new part of a split one, or the one that others were merged into.
    others : tuple of int
        The cluster that was split, or those merged away; for a born one those that its old papers
        come from.
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


class Change(NamedTuple):
    """A proposed event, and the row numbers of the papers that it moves."""

    event: Event
    rows: np.ndarray


def splits(
    numbers: np.ndarray,
    *,
    is_old: np.ndarray,
    fresh: np.ndarray,
    graph: sp.csr_matrix,
    first_free: int,
    limits: Thresholds,
    crowded: Sequence[int] = (),
) -> list[Change]:
    """Propose to split clusters into the parts that a fresh fit finds.

    A part is a cluster of the fresh fit of which at least `least_part` papers, and at least
    `part_share` of the old ones, are in one cluster here. If a cluster has two parts or more, the
    largest keeps its number and each other one gets a number from `first_free` on.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Clusters so far.
    is_old : ndarray of bool, shape (n,)
    fresh : ndarray of int64, shape (n,)
        Clusters of a fresh fit.
    graph : csr_matrix, shape (n, n)
    first_free : int
    limits : Thresholds
    crowded : sequence of int
        Clusters of the fresh fit that are born (`births.crowded_clusters`): they are not parts.
    """
    shape = _shape(numbers, fresh)
    table = _cross_table(numbers, fresh, shape=shape)
    old = _cross_table(numbers[is_old], fresh[is_old], shape=shape)
    of_part = old / np.maximum(old.sum(axis=0), 1)
    is_part = (table >= limits.least_part) & (of_part >= limits.part_share)
    is_part[:, list(crowded)] = False
    changes, number = [], first_free
    for cluster in np.flatnonzero(is_part.sum(axis=1) >= 2):
        parts = sorted(np.flatnonzero(is_part[cluster]), key=lambda k: (-table[cluster, k], k))
        inside = numbers == cluster
        rest = np.flatnonzero(inside & (fresh == parts[0]))
        for part in parts[1:]:
            rows = np.flatnonzero(inside & (fresh == part))
            moved = int(is_old[rows].sum())
            evidence = closeness(graph, rest, rows)
            changes.append(Change(Event("split", number, (int(cluster),), evidence, moved), rows))
            number += 1
    return changes


def mergers(
    numbers: np.ndarray,
    *,
    is_old: np.ndarray,
    fresh: np.ndarray,
    graph: sp.csr_matrix,
    limits: Thresholds,
    crowded: Sequence[int] = (),
) -> list[Change]:
    """Propose to merge clusters that are one in a fresh fit and that the graph ties closely.

    The parameters are those of `splits`. The largest keeps its number.
    """
    former = _cross_table(numbers[is_old], fresh[is_old], shape=_shape(numbers, fresh))
    sizes = former.sum(axis=1)
    together = former.argmax(axis=1)
    concentrated = former.max(axis=1) >= limits.former_share * np.maximum(sizes, 1)
    concentrated &= (sizes > 0) & ~np.isin(together, list(crowded))
    changes = []
    for part in np.unique(together[concentrated]):
        candidates = np.flatnonzero(concentrated & (together == part))
        largest, *others = sorted(candidates.tolist(), key=lambda c: (-sizes[c], c))
        keeper = np.flatnonzero(numbers == largest)
        for cluster in others:
            rows = np.flatnonzero(numbers == cluster)
            evidence = closeness(graph, keeper, rows)
            if evidence >= limits.together:
                moved = int(is_old[rows].sum())
                changes.append(Change(Event("merged", largest, (cluster,), evidence, moved), rows))
    return changes


def within_budget(changes: list[Change], *, most: int) -> list[Change]:
    """Keep the changes with the best evidence that together move at most `most` old papers.

    Births come first, then splits and mergers by how clear they are: parts far apart, mergers
    close together.
    """
    rank = {"born": 0, "split": 1, "merged": 1}
    clear = {"born": -1.0, "split": 1.0, "merged": -1.0}

    def order(change: Change) -> tuple:
        event = change.event
        clearness = clear[event.what] * event.evidence
        return rank[event.what], clearness, event.cluster, event.others

    kept, moved = [], 0
    for change in sorted(changes, key=order):
        if moved + change.event.n_moved <= most:
            kept.append(change)
            moved += change.event.n_moved
    return kept


def closeness(graph: sp.csr_matrix, one: np.ndarray, other: np.ndarray) -> float:
    """Return how dense the graph is between two groups, over the looser one's own density."""
    within = min(density(graph, one, one), density(graph, other, other))
    return density(graph, one, other) / max(within, 1e-12)


def density(graph: sp.csr_matrix, one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean edge weight from the papers of one group to those of another."""
    return float(graph[one][:, other].sum()) / max(len(one) * len(other), 1)


def _shape(numbers: np.ndarray, fresh: np.ndarray) -> tuple[int, int]:
    return int(numbers.max()) + 1, int(fresh.max()) + 1


def _cross_table(numbers: np.ndarray, fresh: np.ndarray, *, shape: tuple[int, int]) -> np.ndarray:
    """Count papers by cluster so far (rows) and in the fresh fit (columns)."""
    rows, columns = shape
    return np.bincount(numbers * columns + fresh, minlength=rows * columns).reshape(rows, columns)
