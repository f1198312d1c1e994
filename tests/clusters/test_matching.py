"""The clusters of a fresh fit matched to those of the run before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.clusters.lineage import cluster_similarity, match_fresh

# a fresh fit beside the run before


def counted(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    out = np.zeros((old.max() + 1, new.max() + 1), dtype="int64")
    np.add.at(out, (old, new), 1)
    return out


NINE = [f"c{n:04d}" for n in range(1, 10)]


@pytest.mark.parametrize("seed", range(5))
def test_permuted_labels_come_back(seed):
    generator = np.random.default_rng(seed)
    old = np.repeat(np.arange(9), 30)
    order = generator.permutation(9)
    new = order[old]
    moved = generator.random(len(new)) < 0.2
    new = np.where(moved, generator.integers(0, 9, len(new)), new)
    found = match_fresh(counted(old, new), ids=NINE)
    assert [found[order[k]] for k in range(9)] == NINE


def test_a_vanished_cluster_stays_unmatched_and_a_new_one_is_new():
    old = np.repeat([0, 1, 2], 20)
    new = np.concatenate([np.repeat([0, 1], 20), np.tile([0, 1], 10)])
    shared = np.column_stack([counted(old, new), np.zeros(3, dtype="int64")])
    assert match_fresh(shared, ids=NINE[:3]) == ["c0001", "c0002", None]


def test_of_a_split_the_largest_part_keeps_the_id():
    assert match_fresh(np.array([[12, 18]]), ids=["c0001"]) == [None, "c0001"]


def test_of_a_merger_the_largest_former_one_is_meant():
    assert match_fresh(np.array([[12], [18]]), ids=NINE[:2]) == ["c0002"]


def test_centroids_and_terms_decide_where_no_paper_is_shared():
    centroids = (np.eye(3), np.array([[0.0, 2, 0], [0.1, 0, 5], [1, 1, 1]]))
    terms = ([["a"], ["B", "b2"], ["c"]], [["b", "b2"], ["c"], ["x"]])
    none = np.zeros((3, 3), dtype="int64")
    found = match_fresh(none, ids=NINE[:3], centroids=centroids, terms=terms)
    assert found == ["c0002", "c0003", None]
    assert match_fresh(none, ids=NINE[:3]) == [None, None, None]


def test_papers_say_more_than_words():
    centroids = (np.eye(2), np.eye(2)[::-1])
    shared = np.array([[20, 0], [0, 20]])
    assert match_fresh(shared, ids=NINE[:2], centroids=centroids) == NINE[:2]


def test_likeness_by_hand():
    """4 of 10 + 4 - 4 papers: .4; trust 10 / 13, so .538 of the papers and .462 of the cosine."""
    centroids = (np.array([[1.0, 0]]), np.array([[3.0, 4]]))
    shared = np.array([[4, 6]])
    found = cluster_similarity(shared, centroids=(centroids[0], np.repeat(centroids[1], 2, axis=0)))
    weight = 0.7 * 10 / 13
    assert found[0, 0] == pytest.approx(weight * 0.4 + (1 - weight) * 0.6)


def test_the_price_decides_what_is_alike():
    shared = np.array([[4, 6]])
    assert match_fresh(shared, ids=["c0001"], price=0.3) == [None, None]
    assert match_fresh(shared, ids=["c0001"], price=0.5) == [None, "c0001"]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_match(shape):
    assert match_fresh(np.zeros(shape, dtype="int64"), ids=NINE[: shape[0]]) == [None] * shape[1]


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_match_is_one_to_one_and_hangs_on_no_order(table):
    shared = np.array(table)
    ids = NINE[: len(shared)]
    found = match_fresh(shared, ids=ids)
    given_ids = [name for name in found if name]
    assert len(set(given_ids)) == len(given_ids)
    assert match_fresh(shared[::-1], ids=ids[::-1]) == found
