"""Growth over several steps: windows, novel papers, groups inside a cluster, who follows them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from analysis.clusters import neighbour_graph
from analysis.clusters.extend.growth import (
    grown_groups,
    novel_papers,
    recent_windows,
    steps_of_arrival,
    young_clusters,
)
from analysis.clusters.extend.splits_and_mergers import Change, Thresholds
from blobs import blobs

LIMITS = Thresholds()


def grown(vectors: np.ndarray, numbers: np.ndarray, **given) -> list[Change]:
    options = {
        "fresh": np.zeros(len(numbers), dtype=np.int64),
        "graph": neighbour_graph(vectors),
        "least": 10,
        "limits": LIMITS,
        **given,
    }
    return grown_groups(numbers, **options)


# when papers came


def test_steps_are_counted_in_the_order_of_the_runs():
    runs = pd.Series(["0002-2025-03-17", "10000", "0001", "0002-2025-03-17", "0010-2024-01-01"])
    assert steps_of_arrival(runs).tolist() == [1, 3, 0, 1, 2]


def test_no_paper_came_in_no_run():
    assert steps_of_arrival(pd.Series([], dtype="str")).tolist() == []


@pytest.mark.parametrize(
    ("counts", "first_steps"),
    [
        ((100,), []),
        ((90, 10), [1]),
        ((60, 40), []),
        ((50, 10, 10, 10, 10, 10), [3, 4, 5]),
        ((80, 5, 5, 5, 5), [1, 3, 4]),
        ((30, 34, 36), []),
        ((1, 66, 33), [2]),
    ],
)
def test_windows_go_back_to_ten_twenty_and_thirty_percent(counts, first_steps):
    """A window of more than .34 is none: of 50 + 5 × 10 papers the last three steps are .3."""
    arrived = np.repeat(np.arange(len(counts)), counts)
    windows = recent_windows(arrived, limits=LIMITS)
    assert [int(arrived[window].min()) for window in windows] == first_steps
    for window in windows:
        assert window.tolist() == (arrived >= arrived[window].min()).tolist()


# novel papers


def two_rings(*, across: float) -> sp.csr_matrix:
    """Twenty papers, ten by ten: weight `across` to the other ten, the rest to the own ones."""
    graph = np.full((20, 20), across / 10)
    for start in (0, 10):
        graph[start : start + 10, start : start + 10] = (1 - across) / 9
    np.fill_diagonal(graph, 0)
    return sp.csr_matrix(graph)


@pytest.mark.parametrize(("across", "is_novel"), [(0.0, True), (0.1, True), (0.2, False)])
def test_what_counts_is_two_steps_away(across: float, is_novel: bool):
    """Ten of 20 papers are recent: .5 + .4 × .5 = .7 of what is around must be.

    In two steps a walk is in its own ten with (1 - a)² + a²: .82 for a = .1, .68 for a = .2.
    """
    is_recent = np.arange(20) >= 10
    numbers = np.zeros(20, dtype=np.int64)
    found = novel_papers(
        numbers, is_recent=is_recent, graph=two_rings(across=across), limits=LIMITS
    )
    assert found.tolist() == (is_recent & is_novel).tolist()


def test_a_cluster_that_grows_as_a_whole_is_no_news():
    """Of 400 papers 100 are recent, 80 of them spread over one cluster of 160."""
    vectors, truth = blobs([160, 240], seed=3)
    random = np.random.default_rng(0)
    is_recent = np.zeros(400, dtype=bool)
    is_recent[random.choice(160, 80, replace=False)] = True
    is_recent[160 + random.choice(240, 20, replace=False)] = True
    graph = neighbour_graph(vectors)
    options = {"is_recent": is_recent, "graph": graph, "limits": LIMITS}
    one = np.zeros(400, dtype=np.int64)
    assert novel_papers(one, **options).sum() > novel_papers(truth, **options).sum()
    assert grown(vectors, truth, arrived=is_recent.astype(np.int64)) == []


# groups


@pytest.mark.parametrize(("n_steps", "evidence"), [(1, 1.0), (2, 1.0), (5, 0.8)])
def test_a_group_that_grew_inside_a_cluster_is_born_however_many_steps_it_took(
    n_steps: int, evidence: float
):
    """Thirty papers of their own in cluster 0 come in one, two or five steps, among 40 others.

    Of five steps of 14 papers the last four are the first .1 of the 430: 24 of the 30 are recent.
    """
    vectors, truth = blobs([200, 200, 30], seed=5)
    arrived = np.zeros(430, dtype=np.int64)
    arrived[truth == 2] = 1 + np.arange(30) % n_steps
    arrived[:400:10] = 1 + np.arange(40) % n_steps
    numbers = np.where(truth == 2, 0, truth)
    (change,) = grown(vectors, numbers, arrived=arrived, fresh=truth)
    assert change.rows.tolist() == np.flatnonzero(truth == 2).tolist()
    event = change.event
    n_before = int((arrived[change.rows] < n_steps).sum())
    assert (event.what, event.cluster, event.n_moved) == ("born", 2, n_before)
    assert event.others == ((0,) if n_before else ())
    assert event.evidence == evidence


def test_where_the_fresh_fit_sees_two_groups_two_are_born():
    vectors, truth = blobs([200, 200, 30, 30], seed=5)
    numbers = np.where(truth >= 2, 0, truth)
    arrived = (truth >= 2).astype(np.int64)
    found = grown(vectors, numbers, arrived=arrived, fresh=truth)
    assert [set(truth[change.rows].tolist()) for change in found] == [{2}, {3}]
    assert [change.event.cluster for change in found] == [2, 3]


@pytest.mark.parametrize(
    ("n", "is_born"), [(0, False), (3, False), (7, False), (9, False), (12, True)]
)
def test_a_group_needs_the_least_number(n: int, is_born: bool):
    vectors, truth = blobs([150, 150, n], seed=2)
    arrived = np.where(truth == 2, 1, np.arange(len(truth)) % 20 == 0).astype(np.int64)
    found = grown(vectors, np.where(truth == 2, 0, truth), arrived=arrived, fresh=truth)
    assert len(found) == is_born


def test_papers_that_came_before_follow_if_most_of_their_neighbours_are_in_the_group():
    """Of 60 papers of the group, ten came with the first step and are surrounded by the others."""
    vectors, truth = blobs([200, 200, 60], seed=4)
    arrived = ((truth == 2) & (np.arange(460) % 6 > 0)).astype(np.int64)
    numbers = np.where(truth == 2, 0, truth)
    (change,) = grown(vectors, numbers, arrived=arrived, fresh=truth)
    assert change.rows.tolist() == np.flatnonzero(truth == 2).tolist()
    assert change.event.evidence == pytest.approx(50 / 60)
    (alone,) = grown(vectors, numbers, arrived=arrived, fresh=truth, limits=Thresholds(follow=1.1))
    assert alone.rows.tolist() == np.flatnonzero(arrived).tolist()


def test_nothing_is_born_out_of_a_cluster_that_is_news_itself():
    """The group has a cluster already; it came in the step before and goes on growing."""
    vectors, truth = blobs([200, 200, 40], seed=1)
    arrived = np.zeros(440, dtype=np.int64)
    arrived[truth == 2] = 1 + np.arange(40) % 2
    assert grown(vectors, truth, arrived=arrived, fresh=truth) == []
    old = np.where(truth == 2, 0, truth)
    assert len(grown(vectors, old, arrived=arrived, fresh=truth)) == 1


def test_what_a_fresh_fit_holds_apart_is_born_out_of_a_young_cluster_too():
    """Cluster 2 came in two steps; twenty papers that were put into it with it are a field too."""
    vectors, truth = blobs([200, 200, 40, 20], seed=1)
    arrived = np.where(truth >= 2, 1 + np.arange(460) % 2, 0)
    (change,) = grown(vectors, np.minimum(truth, 2), arrived=arrived, fresh=truth)
    assert change.rows.tolist() == np.flatnonzero(truth == 3).tolist()
    assert grown(vectors, np.minimum(truth, 2), arrived=arrived, fresh=np.minimum(truth, 2)) == []


def test_young_clusters_are_those_of_recent_papers():
    """Of 8 known papers of each cluster 0, 5, 6 and 8 are recent: it takes three quarters."""
    numbers = np.repeat(np.arange(4), 10)
    is_new = np.arange(40) % 10 >= 8
    is_recent = is_new.copy()
    for cluster, recent in enumerate((0, 5, 6, 8)):
        is_recent[10 * cluster : 10 * cluster + recent] = True
    found = young_clusters(numbers, is_recent=is_recent, is_new=is_new, limits=LIMITS)
    assert found == {2, 3}


@pytest.mark.parametrize(("share", "n_steps"), [(0.05, 1), (0.1, 1), (0.3, 1), (0.03, 10)])
def test_papers_drawn_from_the_same_corpus_are_no_growth(share: float, n_steps: int):
    vectors, truth = blobs([90] * 6, seed=4, spread=0.9)
    for seed in range(20):
        steps_ago = np.random.default_rng(seed).random(540) / share
        arrived = np.maximum(n_steps - steps_ago.astype(np.int64), 0)
        assert arrived.max() == n_steps
        assert grown(vectors, truth, arrived=arrived, fresh=truth) == []


def test_the_order_of_papers_does_not_matter():
    vectors, truth = blobs([150, 150, 30, 25], seed=7)
    arrived = np.where(truth >= 2, 1 + np.arange(355) % 3, 0)
    numbers = np.where(truth >= 2, truth - 2, truth)
    order = np.random.default_rng(1).permutation(355)
    one = grown(vectors, numbers, arrived=arrived, fresh=truth)
    other = grown(vectors[order], numbers[order], arrived=arrived[order], fresh=truth[order])
    assert len(one) == 2
    assert {frozenset(order[change.rows].tolist()) for change in other} == {
        frozenset(change.rows.tolist()) for change in one
    }
