"""Clusters extended: old papers keep theirs; births, splits and mergers need evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.clusters import centre_vectors, find_clusters, neighbour_graph
from analysis.clusters.extend.extend import Extension, FreshFit, extend_clusters
from analysis.clusters.extend.splits_and_mergers import Thresholds
from blobs import blobs


def never() -> FreshFit:
    raise AssertionError("no fresh fit is due")


def fit_with(vectors: np.ndarray, *, fresh: np.ndarray):
    """A fresh fit that finds these clusters."""
    return lambda: FreshFit(fresh, neighbour_graph(vectors), 10)


def extended(vectors: np.ndarray, labels: np.ndarray, *, fresh=None, **given) -> Extension:
    """Extend the clusters; `fresh` are those of the fresh fit, which is not due if it is None."""
    is_new = given.pop("is_new", labels < 0)
    n_old = int((~is_new).sum())
    options = {
        "revised": np.zeros(len(labels), dtype=bool),
        "n_last_fit": n_old if fresh is not None else len(labels),
        "n_last_review": n_old,
        "fit": never if fresh is None else fit_with(vectors, fresh=fresh),
        **given,
    }
    return extend_clusters(vectors, numbers=labels, is_new=is_new, **options)


def hidden(truth: np.ndarray, is_new: np.ndarray) -> np.ndarray:
    return np.where(is_new, -1, truth)


def events(found: Extension) -> list[tuple[str, int, tuple[int, ...]]]:
    return [(event.what, event.cluster, event.others) for event in found.events]


# nothing new


@pytest.mark.parametrize("sizes", [(1,), (2,), (3,), (7,), (30,), (60, 60)])
def test_without_a_new_paper_nothing_changes(sizes: tuple[int, ...]):
    vectors, truth = blobs(sizes)
    found = extended(vectors, truth)
    assert found.numbers.tobytes() == truth.tobytes()
    assert (found.events, found.fresh, found.reviewed, found.waiting) == ((), None, False, 0)
    assert not found.weighed.any()
    assert found.weights.nnz == 0


@pytest.mark.parametrize("n_new", [1, 2, 3, 7, 30])
def test_new_papers_of_known_fields_join_them(n_new: int):
    vectors, truth = blobs([200, 200, 200], seed=n_new)
    is_new = np.random.default_rng(n_new).permutation(600) < n_new
    found = extended(vectors, hidden(truth, is_new))
    assert found.numbers.tolist() == truth.tolist()
    assert found.events == ()
    assert found.weighed.tolist() == is_new.tolist()
    weights = found.weights.toarray()
    assert (weights[is_new, truth[is_new]] > 0.9).all()
    assert weights[~is_new].sum() == 0
    assert (weights.sum(axis=1) <= 1 + 1e-9).all()


def test_a_revised_paper_moves_to_where_it_belongs_now():
    vectors, truth = blobs([100, 100])
    labels = truth.copy()
    labels[7] = 1
    revised = np.arange(200) == 7
    found = extended(vectors, labels, is_new=np.zeros(200, dtype=bool), revised=revised)
    assert found.numbers.tolist() == truth.tolist()
    assert found.weighed.tolist() == revised.tolist()
    assert found.events == ()


def test_the_order_of_papers_does_not_matter():
    vectors, truth = blobs([120, 120, 120, 120, 30], seed=8, spread=0.7)
    is_new = (truth == 4) | (np.random.default_rng(0).random(510) < 0.02)
    order = np.random.default_rng(3).permutation(510)
    one = extended(vectors, hidden(truth, is_new))
    other = extended(vectors[order], hidden(truth, is_new)[order])
    assert other.numbers.tolist() == one.numbers[order].tolist()
    assert events(other) == events(one) == [("born", 4, ())]
    np.testing.assert_allclose(other.weights.toarray(), one.weights.toarray()[order], atol=1e-6)


def test_the_same_input_gives_the_same_bytes():
    vectors, truth = blobs([120, 120, 30], seed=8)
    one, other = (extended(vectors, hidden(truth, truth == 2)) for _ in range(2))
    assert one.numbers.tobytes() == other.numbers.tobytes()
    assert one.weights.data.tobytes() == other.weights.data.tobytes()
    assert one.events == other.events


# births


@pytest.mark.parametrize("seed", range(10))
def test_thirty_papers_of_an_absent_field_are_born_in_a_small_step(seed: int):
    vectors, truth = blobs([130, 130, 130, 130, 30], seed=seed)
    is_new = (truth == 4) | (np.random.default_rng(seed).random(550) < 0.02)
    found = extended(vectors, hidden(truth, is_new))
    assert events(found) == [("born", 4, ())]
    born = found.numbers == 4
    assert (truth[born] == 4).mean() >= 0.85
    assert born[truth == 4].mean() >= 0.75
    assert (found.numbers == truth)[~is_new].all()


@pytest.mark.parametrize("n_new", [9, 10])
def test_nine_papers_are_too_few_to_be_born(n_new: int):
    vectors, truth = blobs([200, 200, n_new])
    found = extended(vectors, hidden(truth, truth == 2))
    assert bool(found.events) == (n_new >= 10)


def test_an_absent_field_is_born_in_a_large_step_by_the_fresh_look():
    vectors, truth = blobs([150, 150, 60], seed=2)
    is_new = (truth == 2) | (np.arange(360) % 6 == 0)
    found = extended(vectors, hidden(truth, is_new), fresh=truth)
    assert events(found) == [("born", 2, ())]
    assert found.numbers.tolist() == truth.tolist()
    assert found.fresh is not None
    assert found.events[0].evidence == 1.0


def test_old_papers_that_a_born_cluster_takes_are_counted():
    """Forty papers of a field came before it was a cluster; the 60 new ones make it one."""
    vectors, truth = blobs([150, 150, 100], seed=4)
    is_new = np.arange(400) >= 340
    labels = hidden(np.where(truth == 2, 1, truth), is_new)
    found = extended(vectors, labels, fresh=truth)
    (event,) = found.events
    assert (event.what, event.cluster, event.others, event.n_moved) == ("born", 2, (1,), 40)
    assert found.numbers.tolist() == truth.tolist()


def test_a_random_tenth_of_the_same_corpus_gives_no_birth():
    for seed in range(20):
        vectors, truth = blobs([90] * 6, seed=seed, spread=0.9)
        is_new = np.random.default_rng(seed).random(540) < (0.05, 0.1)[seed % 2]
        found = extended(vectors, hidden(truth, is_new), fresh=truth)
        assert [event for event in found.events if event.what == "born"] == []


def test_with_real_fits_a_planted_birth_is_the_one_event():
    vectors, truth = blobs([150, 150, 150, 40], seed=11)
    is_new = (truth == 3) | (np.random.default_rng(1).random(490) < 0.05)
    start = find_clusters(vectors[~is_new]).numbers
    assert start.max() == 2
    labels = np.full(490, -1)
    labels[~is_new] = start

    def fit() -> FreshFit:
        found = find_clusters(vectors)
        return FreshFit(found.numbers, found.graph, int(found.settings["min_cluster_size"]))

    n_old = int((~is_new).sum())
    found = extended(
        centre_vectors(vectors), labels, fit=fit, n_last_fit=n_old, n_last_review=n_old
    )
    assert events(found) == [("born", 3, ())]
    assert set(np.flatnonzero(found.numbers == 3)) == set(np.flatnonzero(truth == 3))


def test_a_born_cluster_is_not_split_off_as_well():
    """Forty of its papers are old ones of cluster 1, a part of it by the rule for splits.

    Else the part would be taken out of the born cluster again, which could end up empty.
    """
    vectors, truth = blobs([150, 150, 100], seed=4)
    is_new = (np.arange(400) >= 340) | (np.arange(400) % 10 == 0)
    labels = hidden(np.where(truth == 2, 1, truth), is_new)
    found = extended(vectors, labels, fresh=truth)
    assert found.reviewed
    assert events(found) == [("born", 2, (1,))]
    assert found.numbers.tolist() == truth.tolist()


def test_in_a_small_step_what_is_new_alone_is_born():
    """Twelve old papers lie beside the field, and the fresh fit puts them with it: they stay."""
    vectors, truth = blobs([200, 200, 200, 42], seed=6)
    is_new = np.arange(642) >= 612
    labels = hidden(np.where(truth == 3, 0, truth), is_new)
    old = (truth == 3) & ~is_new
    found = extended(vectors, labels, fresh=truth)
    (event,) = found.events
    assert (event.what, event.n_moved) == ("born", 0)
    assert (found.numbers[is_new] == 3).all()
    assert (found.numbers[old] == 0).all()


# splits and mergers


def test_a_planted_split_is_named_so():
    vectors, truth = blobs([150, 100, 150], seed=1)
    is_new = np.random.default_rng(0).random(400) < 0.25
    labels = hidden(np.where(truth == 1, 0, truth * 1), is_new)
    labels[labels == 2] = 1
    found = extended(vectors, labels, fresh=truth)
    (event,) = found.events
    assert (event.what, event.cluster, event.others) == ("split", 2, (0,))
    assert event.n_moved == int(((truth == 1) & ~is_new).sum())
    assert found.reviewed
    assert set(np.flatnonzero(found.numbers == 2)) == set(np.flatnonzero(truth == 1))
    moved = found.numbers[~is_new] != labels[~is_new]
    assert moved.sum() == event.n_moved, "every move belongs to an event"


def test_a_planted_merger_is_named_so_and_frees_no_number():
    vectors, truth = blobs([200, 150], seed=1)
    is_new = np.random.default_rng(0).random(350) < 0.25
    halves = np.where((truth == 0) & (np.arange(350) % 3 == 0), 2, truth)
    found = extended(vectors, hidden(halves, is_new), fresh=truth)
    (event,) = found.events
    assert (event.what, event.cluster, event.others) == ("merged", 0, (2,))
    assert found.numbers.tolist() == truth.tolist()
    assert not (found.numbers == 2).any()
    assert found.weighed[truth == 0].all()
    assert not found.weighed[(truth == 1) & ~is_new].any()


@pytest.mark.parametrize("share", [0.02, 0.05, 0.09])
def test_a_small_step_moves_few_old_papers_and_the_rest_waits(share: float):
    """Every cluster is two in the fresh fit: half of all old papers would move."""
    vectors, truth = blobs([100] * 8, seed=5)
    is_new = np.random.default_rng(2).random(800) < share
    labels = hidden(truth // 2, is_new)
    n_old, n_new = int((~is_new).sum()), int(is_new.sum())
    found = extended(vectors, labels, fresh=truth, n_last_fit=500, n_last_review=500)
    moved = (found.numbers != labels)[~is_new].sum()
    assert moved <= 0.45 * n_new
    assert moved == sum(event.n_moved for event in found.events)
    assert found.waiting == 4 - len(found.events) > 0
    assert not found.reviewed, "it is looked at again in the next run"
    assert n_new <= 0.1 * n_old


def test_a_large_step_takes_all_of_them():
    vectors, truth = blobs([100] * 8, seed=5)
    is_new = np.random.default_rng(2).random(800) < 0.3
    found = extended(vectors, hidden(truth // 2, is_new), fresh=truth)
    assert [event.what for event in found.events] == ["split"] * 4
    assert (found.waiting, found.reviewed) == (0, True)


@pytest.mark.parametrize(("n_last_fit", "is_due"), [(380, True), (381, False)])
def test_a_fresh_fit_is_due_after_a_twentieth(n_last_fit: int, is_due: bool):
    """400 papers: more than 1.05 × 380 = 399, not more than 1.05 × 381 = 400.05."""
    vectors, truth = blobs([200, 200])
    is_new = np.arange(400) % 100 == 0
    found = extended(vectors, hidden(truth, is_new), fresh=truth, n_last_fit=n_last_fit)
    assert (found.fresh is not None) == is_due


def test_thresholds_decide():
    vectors, truth = blobs([200, 200, 12])
    labels = hidden(truth, truth == 2)
    assert extended(vectors, labels).events
    assert not extended(vectors, labels, limits=Thresholds(least_part=13)).events
    assert not extended(vectors, labels, limits=replace(Thresholds(), newness=1.1)).events
