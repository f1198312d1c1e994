"""How many papers a step moves, births that fit in part, and what a born cluster rules out."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.clusters import neighbour_graph
from analysis.clusters.extend.changes import Changed, FreshFit, changes_of_fit, most_moved
from analysis.clusters.extend.splits_and_mergers import Thresholds
from blobs import blobs

LIMITS = Thresholds()


@pytest.mark.parametrize(
    ("n_new", "n_last_fit", "most"),
    [
        (300, 1000, 1000),
        (101, 1000, 1000),
        (100, 1000, 28),
        (50, 1000, 22),
        (50, 950, 28),
        (20, 1000, 9),
        (20, 700, 9),
        (10, 1000, 4),
        (10, 990, 9),
        (0, 1000, 0),
    ],
)
def test_how_many_old_papers_may_move(n_new: int, n_last_fit: int, most: int):
    """Of 1,000 old ones: all in a step over .1; else .45 of the growth since the last fit.

    But at most .028, and in a step of at most .02 at most .0095. 50 new after 950 at the last fit
    are a growth of 1,050 / 950 - 1 = .105, .45 of which is .047: .028.
    """
    is_new = np.arange(1000 + n_new) >= 1000
    assert most_moved(is_new, n_last_fit=n_last_fit, limits=LIMITS) == most


def changed(
    vectors: np.ndarray, numbers: np.ndarray, *, arrived: np.ndarray, fresh: np.ndarray, **given
) -> Changed:
    fit = FreshFit(fresh, neighbour_graph(vectors), 10)
    options = {"due": True, "most": len(numbers), "limits": LIMITS, **given}
    return changes_of_fit(numbers, arrived=arrived, fresh=fit, **options)


def in_three_steps(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sixty papers of a field that came in three steps, in a cluster of 200 others."""
    vectors, truth = blobs([200, 200, 60], seed=seed)
    return vectors, truth, np.where(truth == 2, 1 + np.arange(460) % 3, 0)


@pytest.mark.parametrize("most", [460, 40, 39, 10, 9, 0])
def test_a_birth_that_moves_too_many_is_born_without_the_first(most: int):
    """Twenty are new, 40 may have to move; with ten of these half of the group is there."""
    vectors, truth, arrived = in_three_steps(4)
    numbers = np.where(truth == 2, 0, truth)
    found = changed(vectors, numbers, arrived=arrived, fresh=truth, due=False, most=most)
    if most < 10:
        assert (found.events, found.waiting) == ((), 1)
        assert found.numbers.tolist() == numbers.tolist()
        return
    (event,) = found.events
    assert (event.what, event.cluster, event.n_moved) == ("born", 2, min(most, 40))
    born = found.numbers == 2
    assert born.sum() == 20 + event.n_moved
    assert truth[born].tolist() == [2] * int(born.sum())
    left = (truth == 2) & ~born
    assert arrived[left].max(initial=0) <= arrived[born].min()
    assert found.waiting == 0


def test_what_was_just_born_is_not_merged_back():
    """The fresh fit holds field and cluster as one, and these thresholds merge whatever it does.

    Once it is no longer news, the field is merged like any other cluster.
    """
    vectors, truth, arrived = in_three_steps(4)
    numbers = np.where(truth == 2, 0, truth)
    options = {"arrived": arrived, "fresh": numbers}
    found = changed(vectors, numbers, limits=Thresholds(together=0.0), **options)
    assert [(event.what, event.cluster) for event in found.events] == [("born", 2)]
    after = changed(vectors, found.numbers, limits=Thresholds(together=0.0), **options)
    assert after.events == ()
    options["arrived"] = (np.arange(460) % 20 == 0).astype(np.int64)
    later = changed(vectors, truth, limits=Thresholds(together=0.0), **options)
    assert [(event.what, event.cluster) for event in later.events] == [("merged", 0)]


def test_a_split_waits_where_births_leave_no_room():
    """The birth moves 40; the split of cluster 1 would move 100 more."""
    vectors, truth = blobs([200, 100, 100, 60], seed=2)
    arrived = np.where(truth == 3, 1 + np.arange(460) % 3, 0)
    numbers = np.array([0, 1, 1, 0])[truth]
    options = {"arrived": arrived, "fresh": truth}
    whole = changed(vectors, numbers, **options)
    assert [event.what for event in whole.events] == ["born", "split"]
    assert whole.numbers.tolist() == np.array([0, 1, 3, 2])[truth].tolist()
    part = changed(vectors, numbers, most=139, **options)
    assert ([event.what for event in part.events], part.waiting) == (["born"], 1)


def test_papers_of_a_birth_that_waits_are_not_counted_twice():
    """Every old paper that moves belongs to an event, and the events move no more than they may."""
    vectors, truth = blobs([200, 100, 100, 60], seed=2)
    arrived = np.where(truth == 3, 1 + np.arange(460) % 3, 0)
    numbers = np.array([0, 1, 1, 0])[truth]
    for most in range(0, 180, 15):
        found = changed(vectors, numbers, arrived=arrived, fresh=truth, most=most)
        moved = int((found.numbers != numbers)[arrived < 3].sum())
        assert moved == sum(event.n_moved for event in found.events) <= most
