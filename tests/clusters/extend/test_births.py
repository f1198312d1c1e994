"""Births: groups of new papers among one another, clusters crowded with them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import binom

from analysis.clusters.extend.births import crowded_clusters, novel_groups
from analysis.clusters.extend.splits_and_mergers import Thresholds
from blobs import blobs, near_of

LIMITS = Thresholds()


def found_groups(vectors: np.ndarray, *, is_new: np.ndarray, least: int = 10) -> list[np.ndarray]:
    rows = np.flatnonzero(is_new)
    graph = near_of(vectors, rows)
    return novel_groups(is_new, rows=rows, graph=graph, least=least, limits=LIMITS)


def ring(n_old: int, *, groups: list[list[int]], to_old: float, n: int) -> sp.csr_matrix:
    """Give each new paper weight 1 - `to_old` on the others of its group, the rest on paper 0."""
    graph = np.zeros((n - n_old, n))
    for group in groups:
        for row in group:
            others = [other for other in group if other != row]
            graph[row - n_old, others] = (1 - to_old) / len(others)
            graph[row - n_old, 0] = to_old
    return sp.csr_matrix(graph)


# groups of new papers


@pytest.mark.parametrize(("to_old", "n_found"), [(0.0, 2), (0.52, 2), (0.53, 0), (1.0, 0)])
def test_the_share_of_new_neighbours_that_makes_a_group(to_old: float, n_found: int):
    """20 of 160 papers are new: p = .125; .125 + .4 × .875 = .475 of the weight is enough."""
    groups = [list(range(140, 150)), list(range(150, 160))]
    is_new = np.arange(160) >= 140
    graph = ring(140, groups=groups, to_old=to_old, n=160)
    found = novel_groups(is_new, rows=np.arange(140, 160), graph=graph, least=10, limits=LIMITS)
    assert [group.tolist() for group in found] == (groups if n_found else [])


def test_a_group_smaller_than_the_least_is_not_born():
    is_new = np.arange(109) >= 100
    graph = ring(100, groups=[list(range(100, 109))], to_old=0.1, n=109)
    options = {"rows": np.arange(100, 109), "graph": graph, "limits": LIMITS}
    assert novel_groups(is_new, least=10, **options) == []
    assert [len(group) for group in novel_groups(is_new, least=9, **options)] == [9]


def test_revised_papers_are_not_novel():
    """Papers that the graph has rows for but that are not new make no group."""
    is_new = np.arange(120) >= 110
    graph = ring(100, groups=[list(range(100, 110)), list(range(110, 120))], to_old=0.1, n=120)
    options = {"graph": graph, "least": 10, "limits": LIMITS}
    (found,) = novel_groups(is_new, rows=np.arange(100, 120), **options)
    assert found.tolist() == list(range(110, 120))


@pytest.mark.parametrize("seed", range(10))
def test_a_planted_group_comes_out_whole(seed: int):
    vectors, truth = blobs([100, 100, 100, 100, 30], seed=seed)
    known = np.random.default_rng(seed).random(len(truth)) < 0.05
    (found,) = found_groups(vectors, is_new=(truth == 4) | known)
    assert (truth[found] == 4).all()
    assert len(found) >= 27


def test_two_planted_groups_are_two():
    vectors, truth = blobs([250, 250, 25, 25], seed=1)
    found = found_groups(vectors, is_new=truth >= 2)
    assert [set(truth[group].tolist()) for group in found] == [{2}, {3}]


def test_two_groups_with_a_few_ties_are_cut_apart():
    """Dense within (1), a twentieth across: .05 < .25, the cut stands; at .5 it does not."""
    for across, n_found in ((0.05, 2), (0.5, 1)):
        graph = np.full((40, 440), 0.0)
        own = np.full((40, 40), across)
        own[:20, :20] = own[20:, 20:] = 1.0
        np.fill_diagonal(own, 0)
        graph[:, 400:] = own
        found = novel_groups(
            np.arange(440) >= 400,
            rows=np.arange(400, 440),
            graph=sp.csr_matrix(graph),
            least=10,
            limits=LIMITS,
        )
        assert len(found) == n_found


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1])
def test_papers_drawn_from_the_same_corpus_are_not_novel(share: float):
    vectors, _ = blobs([80] * 6, seed=4, spread=0.9)
    graph = near_of(vectors, np.arange(len(vectors)))
    for seed in range(20):
        is_new = np.random.default_rng(seed).random(len(vectors)) < share
        rows = np.flatnonzero(is_new)
        found = novel_groups(is_new, rows=rows, graph=graph[rows], least=10, limits=LIMITS)
        assert found == []


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_any_number_of_new_papers(n: int):
    vectors, truth = blobs([300, n], seed=6)
    found = found_groups(vectors, is_new=truth == 1)
    assert len(found) == (1 if n >= 10 else 0)


def test_the_order_of_papers_does_not_matter():
    vectors, truth = blobs([150, 150, 20, 20], seed=7)
    order = np.random.default_rng(1).permutation(len(truth))
    straight = found_groups(vectors, is_new=truth >= 2)
    shuffled = found_groups(vectors[order], is_new=truth[order] >= 2)
    assert {frozenset(order[group].tolist()) for group in shuffled} == {
        frozenset(group.tolist()) for group in straight
    }
    assert [int(group[0]) for group in shuffled] == sorted(int(group[0]) for group in shuffled)


# clusters of a fresh fit


def test_a_crowded_cluster_has_enough_new_papers_by_number_share_and_chance():
    """100 papers in four clusters of 25, 20 new: p = .2, the share asked for is .2 + .4 × .8 = .52.

    13 of 25 are .52, and so many come by chance once in 4,000 draws: P(X >= 13) = .00037, less than
    .001 / 4 asks. 12 of 25 are too few.
    """
    fresh = np.repeat(np.arange(4), 25)

    def of(*counts: int) -> list[int]:
        is_new = np.concatenate([np.arange(25) < count for count in counts])
        assert is_new.mean() == 0.2
        return crowded_clusters(fresh, is_new=is_new, limits=LIMITS)

    assert binom.sf(12, 25, 0.2) == pytest.approx(0.00037, abs=1e-5)
    assert of(20, 0, 0, 0) == [0]
    assert of(0, 14, 3, 3) == [1]
    assert of(13, 7, 0, 0) == []
    assert of(5, 5, 5, 5) == []


def test_fewer_than_the_least_part_are_never_a_crowd():
    fresh = np.array([0] * 9 + [1] * 300)
    is_new = np.arange(309) < 9
    assert crowded_clusters(fresh, is_new=is_new, limits=LIMITS) == []
    assert crowded_clusters(fresh, is_new=is_new, limits=Thresholds(least_part=9)) == [0]


def test_where_nothing_or_everything_is_new_nothing_is_crowded():
    fresh = np.repeat(np.arange(3), 20)
    assert crowded_clusters(fresh, is_new=np.zeros(60, dtype=bool), limits=LIMITS) == []
    assert crowded_clusters(fresh, is_new=np.ones(60, dtype=bool), limits=LIMITS) == []


def test_papers_drawn_at_random_crowd_no_cluster():
    fresh = np.random.default_rng(0).integers(0, 12, size=600)
    n_births = 0
    for seed in range(100):
        is_new = np.random.default_rng(seed).random(600) < 0.1
        n_births += bool(crowded_clusters(fresh, is_new=is_new, limits=LIMITS))
    assert n_births == 0
