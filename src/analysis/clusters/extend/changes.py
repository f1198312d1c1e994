"""The changes of a step: births first, then splits and mergers, as far as papers may move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from .births import births, crowded_clusters
from .growth import grown_groups, recent_windows, young_clusters
from .splits_and_mergers import Change, Event, Thresholds, mergers, splits, within_budget


@dataclass(frozen=True)
class FreshFit:
    """A fresh fit of all papers: clusters 0..k-1, neighbour graph, smallest cluster size."""

    numbers: np.ndarray
    graph: sp.csr_matrix
    min_cluster_size: int


@dataclass(frozen=True)
class Changed:
    """Clusters after the changes, the changes, and how many wait for a later step."""

    numbers: np.ndarray
    events: tuple[Event, ...]
    waiting: int


def most_moved(is_new: np.ndarray, *, n_last_fit: int, limits: Thresholds) -> int:
    """Return how many old papers may move in this step.

    In a small step it is a fraction of the papers added since the last fresh fit.

    Parameters
    ----------
    is_new : ndarray of bool, shape (n,)
    n_last_fit : int
        Papers at the last fresh fit.
    limits : Thresholds
    """
    n_old = int((~is_new).sum())
    step = float(is_new.sum()) / max(n_old, 1)
    if step > limits.small_step:
        return n_old
    grown = max(step, len(is_new) / max(n_last_fit, 1) - 1)
    tiny = step <= limits.tiny_step
    most = limits.most_moved_in_tiny if tiny else limits.most_moved_at_once
    return int(min(limits.most_moved * grown, most) * n_old)


def changes_of_fit(
    numbers: np.ndarray,
    *,
    arrived: np.ndarray,
    fresh: FreshFit,
    due: bool,
    most: int,
    limits: Thresholds,
) -> Changed:
    """Apply the births, and if due the splits and mergers, that a fresh fit shows.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Clusters so far, new papers placed.
    arrived : ndarray of int64, shape (n,)
        Number of the step in which each paper came; new papers have the highest.
    fresh : FreshFit
    due : bool
        Whether splits and mergers are due.
    most : int
        Old papers that may move.
    limits : Thresholds
    """
    is_new = arrived == arrived.max()
    free = int(numbers.max()) + 1
    crowded = crowded_clusters(fresh.numbers, is_new=is_new, limits=limits)
    proposed = _births(numbers, arrived=arrived, fresh=fresh, crowded=crowded, limits=limits)
    born = _fitting_births(proposed, arrived=arrived, most=most)
    after = _applied(numbers, born)
    events = [change.event for change in born]
    if due:
        revised = _revisions(
            after,
            arrived=arrived,
            fresh=fresh,
            crowded=crowded,
            free=free + len(proposed),
            newborn=range(free, free + len(proposed)),
            limits=limits,
        )
        left = most - sum(event.n_moved for event in events)
        kept = within_budget(revised, most=left)
        after = _applied(after, kept)
        events += [change.event for change in kept]
        proposed = [*proposed, *revised]
    return Changed(after, tuple(events), len(proposed) - len(events))


def _births(
    numbers: np.ndarray,
    *,
    arrived: np.ndarray,
    fresh: FreshFit,
    crowded: Sequence[int],
    limits: Thresholds,
) -> list[Change]:
    """Return groups that have grown, and crowded clusters of the fresh fit that hold none."""
    is_new = arrived == arrived.max()
    grown = grown_groups(
        numbers,
        arrived=arrived,
        fresh=fresh.numbers,
        graph=fresh.graph,
        least=max(limits.least_part, fresh.min_cluster_size // 2),
        limits=limits,
    )
    uncovered = [
        part
        for part in crowded
        if not _is_covered(is_new & (fresh.numbers == part), groups=(one.rows for one in grown))
    ]
    first_free = int(numbers.max()) + 1 + len(grown)
    more = births(
        numbers, is_new=is_new, fresh=fresh.numbers, crowded=uncovered, first_free=first_free
    )
    return [*grown, *more]


def _is_covered(new: np.ndarray, *, groups: Iterable[np.ndarray]) -> bool:
    """Return whether at least half of these new papers are in a group that is born anyway."""
    return any(2 * int(new[group].sum()) >= int(new.sum()) for group in groups)


def _fitting_births(proposed: Sequence[Change], *, arrived: np.ndarray, most: int) -> list[Change]:
    """Keep the births with the best evidence that move at most `most` old papers together.

    One that moves too many is born without those that came first, if half of it is left.
    """
    is_new = arrived == arrived.max()
    kept: list[Change] = []
    for event, rows in sorted(proposed, key=lambda one: (-one.event.evidence, one.event.cluster)):
        old = rows[~is_new[rows]]
        latest = old[np.argsort(-arrived[old], kind="stable")][:most]
        if 2 * (len(rows) - len(old) + len(latest)) < len(rows):
            continue
        most -= len(latest)
        chosen = np.sort(np.concatenate([rows[is_new[rows]], latest]))
        kept.append(Change(replace(event, n_moved=len(latest)), chosen))
    return kept


def _revisions(
    numbers: np.ndarray,
    *,
    arrived: np.ndarray,
    fresh: FreshFit,
    crowded: Sequence[int],
    free: int,
    newborn: range,
    limits: Thresholds,
) -> list[Change]:
    """Return splits and mergers; clusters that are news themselves are left as they are."""
    is_new = arrived == arrived.max()
    in_newborn = np.isin(numbers, newborn)
    sizes = np.bincount(fresh.numbers)
    taken = 2 * np.bincount(fresh.numbers[in_newborn], minlength=len(sizes)) >= sizes
    young: set[int] = set(newborn)
    for is_recent in recent_windows(arrived, limits=limits)[:1]:
        young |= young_clusters(numbers, is_recent=is_recent, is_new=is_new, limits=limits)
    options = {
        "is_old": ~is_new,
        "fresh": fresh.numbers,
        "graph": fresh.graph,
        "limits": limits,
        "crowded": sorted({*crowded, *np.flatnonzero(taken).tolist()}),
    }
    cut = splits(numbers, first_free=free, **options)
    cut = [change for change in cut if change.event.others[0] not in young]
    spared = young | {change.event.others[0] for change in cut}
    merged = [
        change
        for change in mergers(numbers, **options)
        if not spared & {change.event.cluster, *change.event.others}
    ]
    return [*cut, *merged]


def _applied(numbers: np.ndarray, changes: Iterable[Change]) -> np.ndarray:
    after = numbers.copy()
    for event, rows in changes:
        after[rows] = event.cluster
    return after
