"""Splits, mergers and births that a fresh fit shows, and the budget of a small step."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from analysis.clusters.extend.births import births
from analysis.clusters.extend.splits_and_mergers import (
    Change,
    Event,
    Thresholds,
    closeness,
    mergers,
    splits,
    within_budget,
)
from blobs import blobs, near_of

LIMITS = Thresholds()


def blocks(sizes: list[int], ties: list[list[float]]) -> sp.csr_matrix:
    """A graph of the given density between groups of the given sizes."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    return sp.csr_matrix(np.array(ties)[np.ix_(of, of)])


def events(changes: list[Change]) -> list[Event]:
    return [change.event for change in changes]


def test_closeness_by_hand():
    """Density 2 in the one, 4 in the other, .5 across: .5 / 2."""
    graph = blocks([3, 5], [[2, 0.5], [0.5, 4]])
    assert closeness(graph, np.arange(3), np.arange(3, 8)) == pytest.approx(0.25)
    assert closeness(graph, np.arange(3), np.array([], dtype=int)) == 0


# splits


def test_a_cluster_of_two_parts_is_split_and_the_largest_keeps_its_name():
    labels = np.repeat([0, 1], [50, 20])
    fresh = np.repeat([2, 0, 1], [20, 30, 20])
    graph = blocks([20, 30, 20], [[1, 0.1, 0], [0.1, 2, 0], [0, 0, 1]])
    is_old = np.ones(70, dtype=bool)
    is_old[:5] = False
    (change,) = splits(labels, is_old=is_old, fresh=fresh, graph=graph, first_free=7, limits=LIMITS)
    assert change.event == Event("split", 7, (0,), pytest.approx(0.1), 15)
    assert change.rows.tolist() == list(range(20))


@pytest.mark.parametrize(("from_elsewhere", "parts"), [(0, 1), (13, 1), (14, 0)])
def test_a_part_has_three_fifths_of_its_old_papers_from_one_cluster(from_elsewhere, parts):
    """20 of 33 are .606, 20 of 34 .588: below .6 it is not a part of that cluster."""
    labels = np.repeat([0, 0, 1], [40, 20, from_elsewhere])
    fresh = np.repeat([0, 1, 1], [40, 20, from_elsewhere])
    n = len(labels)
    found = splits(
        labels,
        is_old=np.ones(n, dtype=bool),
        fresh=fresh,
        graph=sp.identity(n, format="csr"),
        first_free=2,
        limits=LIMITS,
    )
    assert len(found) == parts


@pytest.mark.parametrize(("size", "parts"), [(9, 0), (10, 1)])
def test_a_part_has_ten_papers(size: int, parts: int):
    labels, fresh = np.zeros(30 + size, dtype=int), np.repeat([0, 1], [30, size])
    graph = sp.identity(30 + size, format="csr")
    options = {"is_old": np.ones(30 + size, dtype=bool), "fresh": fresh, "graph": graph}
    assert len(splits(labels, first_free=1, limits=LIMITS, **options)) == parts
    assert len(splits(labels, first_free=1, limits=Thresholds(least_part=9), **options)) == 1


def test_three_parts_are_two_splits_by_size():
    labels, fresh = np.zeros(60, dtype=int), np.repeat([1, 2, 0], [10, 20, 30])
    found = splits(
        labels,
        is_old=np.ones(60, dtype=bool),
        fresh=fresh,
        graph=sp.identity(60, format="csr"),
        first_free=4,
        limits=LIMITS,
    )
    assert [(e.cluster, e.others, e.n_moved) for e in events(found)] == [
        (4, (0,), 20),
        (5, (0,), 10),
    ]


# mergers


def test_clusters_that_are_one_and_hang_together_are_merged_into_the_largest():
    labels, fresh = np.repeat([0, 1, 2], [20, 30, 15]), np.repeat([0, 0, 1], [20, 30, 15])
    graph = blocks([20, 30, 15], [[1, 0.2, 0], [0.2, 2, 0], [0, 0, 1]])
    (change,) = mergers(
        labels, is_old=np.ones(65, dtype=bool), fresh=fresh, graph=graph, limits=LIMITS
    )
    assert change.event == Event("merged", 1, (0,), pytest.approx(0.2), 20)


@pytest.mark.parametrize(("across", "merged"), [(0.09, 0), (0.1, 1)])
def test_clusters_that_hang_together_loosely_stay_two(across: float, merged: int):
    labels, fresh = np.repeat([0, 1], [20, 30]), np.zeros(50, dtype=int)
    graph = blocks([20, 30], [[1, across], [across, 1]])
    found = mergers(labels, is_old=np.ones(50, dtype=bool), fresh=fresh, graph=graph, limits=LIMITS)
    assert len(found) == merged


@pytest.mark.parametrize(("together", "merged"), [(11, 0), (12, 1)])
def test_three_fifths_of_each_former_cluster_are_together(together: int, merged: int):
    labels = np.repeat([0, 1], [40, 20])
    fresh = np.where(np.arange(60) < 40 + together, 0, 1)
    found = mergers(
        labels,
        is_old=np.ones(60, dtype=bool),
        fresh=fresh,
        graph=blocks([60], [[1.0]]),
        limits=LIMITS,
    )
    assert len(found) == merged


# births, and what a small step may move


def test_a_born_cluster_says_where_its_old_papers_come_from():
    labels = np.array([0, 0, 1, 1, 2, 2, 2])
    is_new = np.array([0, 0, 0, 0, 1, 1, 1], dtype=bool)
    fresh = np.array([0, 1, 1, 0, 1, 1, 1])
    (change,) = births(labels, is_new=is_new, fresh=fresh, crowded=[1], first_free=3)
    assert change.event == Event("born", 3, (0, 1), pytest.approx(0.6), 2)
    assert change.rows.tolist() == [1, 2, 4, 5, 6]


def changed(what: str, *, cluster: int, evidence: float, moved: int) -> Change:
    return Change(Event(what, cluster, (0,), evidence, moved), np.arange(moved))


def test_the_clearest_changes_come_first_and_what_is_too_much_waits():
    changes = [
        changed("split", cluster=5, evidence=0.3, moved=10),
        changed("merged", cluster=1, evidence=0.2, moved=5),
        changed("split", cluster=6, evidence=0.1, moved=20),
        changed("born", cluster=7, evidence=0.6, moved=4),
        changed("born", cluster=8, evidence=0.9, moved=3),
    ]
    kept = [(e.what, e.cluster) for e in events(within_budget(changes, most=100))]
    assert kept == [("born", 8), ("born", 7), ("merged", 1), ("split", 6), ("split", 5)]
    assert within_budget(changes, most=0) == []
    small = within_budget(changes, most=17)
    assert sum(e.n_moved for e in events(small)) <= 17
    assert [(e.what, e.cluster) for e in events(small)] == [("born", 8), ("born", 7), ("merged", 1)]
    assert within_budget(list(reversed(changes)), most=17) == small, "whatever the order given"


def test_real_parts_are_apart_and_real_halves_are_close():
    vectors, truth = blobs([60, 60], seed=2)
    graph = near_of(vectors, np.arange(120))
    one, other = np.flatnonzero(truth == 0), np.flatnonzero(truth == 1)
    assert closeness(graph, one, other) < 0.1
    assert closeness(graph, one[::2], one[1::2]) > 0.5
