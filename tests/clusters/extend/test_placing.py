"""New papers join the cluster of their neighbours; whether a snapshot belongs to a series."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from analysis.clusters.extend.new_papers import cluster_shares, place_papers, share_near
from analysis.clusters.find.graph import directed_graph, nearest_neighbours
from blobs import angles, blobs, near_of

SIZES = (0, 1, 2, 3, 7, 30)


def rows_of(*entries: dict[int, float], n: int) -> sp.csr_matrix:
    """Write a graph by hand: one dict a row, neighbour to weight."""
    dense = np.zeros((len(entries), n))
    for row, weights in enumerate(entries):
        for other, weight in weights.items():
            dense[row, other] = weight
    return sp.csr_matrix(dense)


# neighbours


def test_neighbours_are_the_nearest_others_nearest_first():
    vectors = angles(0, 10, 30, 90)
    indices, similarities = nearest_neighbours(vectors, rows=np.array([3, 0]), k=2)
    assert indices.tolist() == [[2, 1], [1, 2]]
    expected = np.cos(np.deg2rad([[60, 80], [10, 30]]))
    np.testing.assert_allclose(similarities, expected, atol=1e-6)
    assert similarities.dtype == np.float32


def test_equally_near_papers_come_in_row_order():
    vectors = angles(0, 20, 0, 20, 0)
    indices, _ = nearest_neighbours(vectors, rows=np.arange(5), k=3)
    assert indices.tolist() == [[2, 4, 1], [3, 0, 2], [0, 4, 1], [1, 0, 2], [0, 2, 1]]


@pytest.mark.parametrize("n", SIZES)
def test_neighbours_of_any_size_are_those_of_a_plain_search(n: int):
    vectors = blobs([n], seed=n)[0] if n else np.zeros((0, 4), dtype=np.float32)
    rows = np.arange(n)[::2]
    indices, similarities = nearest_neighbours(vectors, rows=rows, k=5)
    assert indices.shape == similarities.shape == (len(rows), max(0, min(5, n - 1)))
    for row, found in zip(rows, indices, strict=True):
        order = np.argsort(-(vectors[row] @ vectors.T), kind="stable")
        assert found.tolist() == order[order != row][:5].tolist()
    graph = directed_graph(indices, similarities, n=n)
    assert graph.shape == (len(rows), n)


def test_weights_solve_their_equation():
    """Three neighbours: 1 + 2 exp(-d / s) = log2(4), so that the two further ones weigh a half."""
    graph = directed_graph(np.array([[4, 1, 0]]), np.array([[0.9, 0.7, 0.7]]), n=5)
    np.testing.assert_allclose(graph.toarray(), [[0.5, 0.5, 0, 0, 1]], atol=1e-9)


def test_a_single_neighbour_weighs_one_and_rows_sum_to_log2_of_k_and_1():
    assert directed_graph(np.array([[1]]), np.array([[0.2]]), n=2).toarray().tolist() == [[0, 1]]
    vectors, _ = blobs([30])
    graph = near_of(vectors, np.arange(30), k=7)
    np.testing.assert_allclose(np.asarray(graph.sum(axis=1)).ravel(), 3.0)


def test_no_paper_at_all_has_no_weights_and_no_warning():
    indices, similarities = nearest_neighbours(angles(0, 10, 20), rows=np.array([], dtype=int), k=2)
    assert indices.shape == (0, 2)
    assert directed_graph(indices, similarities, n=3).shape == (0, 3)


# places by vote


def test_shares_by_hand():
    graph = rows_of({0: 1.0, 1: 0.5, 2: 0.5}, {2: 2.0}, {3: 1.0}, n=4)
    found = cluster_shares(graph, numbers=np.array([0, 1, 1, -1]), count=3)
    assert found.tolist() == [[0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]


def test_the_heavier_side_wins_and_the_placed_vote_in_the_next_round():
    """Paper 3 goes by weight; 4 knows only 3, and 5 only 4: they follow one round each."""
    graph = rows_of({0: 0.4, 1: 0.3, 2: 0.3}, {3: 1.0}, {4: 1.0}, n=6)
    labels = np.array([0, 1, 1, -1, -1, -1])
    vectors = angles(0, 40, 50, 20, 25, 30)
    rows = np.array([3, 4, 5])
    found = place_papers(labels, rows=rows, graph=graph, vectors=vectors, count=2)
    assert found.tolist() == [0, 1, 1, 1, 1, 1]
    assert labels.tolist() == [0, 1, 1, -1, -1, -1], "the input stays"


def test_papers_that_know_only_one_another_join_the_nearest_centroid():
    graph = rows_of({4: 1.0}, {3: 1.0}, n=5)
    labels = np.array([0, 0, 1, -1, -1])
    vectors = angles(0, 10, 90, 60, 20)
    found = place_papers(labels, rows=np.array([3, 4]), graph=graph, vectors=vectors, count=2)
    assert found.tolist() == [0, 0, 1, 1, 0]


def test_a_revised_paper_is_placed_anew_and_nobody_else_moves():
    vectors, truth = blobs([40, 40], seed=3)
    wrong = truth.copy()
    wrong[0] = 1
    rows = np.array([0])
    found = place_papers(wrong, rows=rows, graph=near_of(vectors, rows), vectors=vectors, count=2)
    assert found.tolist() == truth.tolist()


def test_the_order_of_papers_does_not_matter():
    vectors, truth = blobs([30, 40, 50], seed=1, spread=0.9)
    labels = truth.copy()
    labels[::4] = -1
    order = np.random.default_rng(0).permutation(len(labels))
    one, other = (
        place_papers(
            known,
            rows=np.flatnonzero(known < 0),
            vectors=v,
            count=3,
            graph=near_of(v, np.flatnonzero(known < 0)),
        )
        for known, v in ((labels, vectors), (labels[order], vectors[order]))
    )
    assert other.tolist() == one[order].tolist()
    assert (one == truth).mean() > 0.9


# whether a snapshot belongs to a series


def test_near_is_what_95_of_100_members_are():
    """Members at 0, 1, …, 19 degrees, the middle at 9.5: the two at the ends set the limit."""
    vectors = np.concatenate([angles(*range(20)), angles(9.5, 17, 18.9, 60, -1)])
    labels = np.array([0] * 20 + [-1] * 5)
    new = labels < 0
    assert share_near(vectors, numbers=labels, is_new=new) == pytest.approx(3 / 5)


def test_nothing_new_is_all_near_and_no_cluster_is_near_nothing():
    vectors = angles(0, 10, 20)
    nobody = np.zeros(3, dtype=bool)
    assert share_near(vectors, numbers=np.zeros(3, dtype=int), is_new=nobody) == 1.0
    assert share_near(vectors, numbers=np.full(3, -1), is_new=~nobody) == 0.0


def test_the_same_fields_are_near_and_another_one_is_not():
    vectors, truth = blobs([60, 60, 60, 40], seed=2)
    of_known = np.arange(len(truth)) % 3 == 0
    assert share_near(vectors, numbers=truth, is_new=of_known & (truth < 3)) > 0.8
    assert share_near(vectors, numbers=truth, is_new=truth == 3) < 0.2
