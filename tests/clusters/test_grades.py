"""Grades of clusters, contested papers, drift figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis import clusters
from analysis.base.groups import grade
from analysis.clusters.extend.new_papers import fit_line, fit_of_new_papers
from analysis.clusters.find import fit, graph, partition
from analysis.clusters.quality import LARGEST_GRADED, cluster_stability, contested, grading_is_due


def unit(sizes: list[int], *, seed: int = 0, noise: float = 0.05) -> np.ndarray:
    """Points around orthogonal directions, as unit rows."""
    random = np.random.default_rng(seed)
    rows = np.repeat(np.eye(len(sizes), 16), sizes, axis=0)
    rows = rows + noise * random.standard_normal(rows.shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


# found again


def test_stability_by_hand():
    labels = np.array([0, 0, 0, 1, 1, 2])
    fits = np.array(
        [
            [0, 0, 0, 1, 1, -1],  # cluster 0 and 1 found exactly, cluster 2 not in the subsample
            [0, 0, 1, 1, -1, 1],  # 0: 2/3; 1: {3} in {2, 3, 5}: 1/3; 2: {5} in {2, 3, 5}: 1/3
        ]
    )
    expected = [(1 + 2 / 3) / 2, (1 + 1 / 3) / 2, 1 / 3]
    assert cluster_stability(labels, fits=fits) == pytest.approx(expected)


def test_papers_in_no_cluster_still_count_in_what_the_fit_found():
    found = cluster_stability(np.array([0, 0, -1]), fits=np.array([[0, 0, 0]]))
    assert found == pytest.approx([2 / 3])


def test_a_cluster_outside_every_subsample_has_no_figure():
    found = cluster_stability(np.array([0, 1]), fits=np.array([[0, -1], [0, -1]]))
    assert found[0] == 1
    assert np.isnan(found[1])


@pytest.mark.parametrize("n", [0, 1, 3])
def test_no_fits_no_figures(n):
    labels = np.zeros(n, dtype=np.int64)
    assert np.isnan(cluster_stability(labels, fits=np.empty((0, n), dtype=np.int64))).all()


@pytest.mark.parametrize(
    ("stability", "words"),
    [
        (1.0, "often found again"),
        (0.75, "often found again"),
        (0.7449, "sometimes found again"),
        (0.5, "sometimes found again"),
        (0.49, "seldom found again"),
        (0.0, "seldom found again"),
        (float("nan"), ""),
        (None, ""),
    ],
)
def test_grades_in_words(stability, words):
    assert grade(stability) == words


def test_a_grade_agrees_with_the_figure_as_it_is_printed():
    assert f"{0.7461:.2f}" == "0.75"
    assert grade(np.float32(0.7461)) == "often found again"


# fits of subsamples


def test_separate_groups_are_found_again_and_halves_of_one_are_not():
    vectors = unit([80, 80, 80])
    fits = clusters.subsample_fits(vectors, count=3, seed=1)
    assert fits.shape == (3, 240)
    assert ((fits >= 0).sum(axis=1) == 192).all()
    truth = np.repeat([0, 1, 2], 80)
    assert cluster_stability(truth, fits=fits) == pytest.approx([1, 1, 1])
    halves = np.where(truth == 2, 2 + np.arange(240) % 2, truth)
    assert (cluster_stability(halves, fits=fits)[2:] < 0.6).all()


def test_subsamples_from_lists_of_all_papers_equal_those_clustered_alone():
    vectors = unit([110, 90, 60], noise=0.3)
    fits = clusters.subsample_fits(vectors, count=1, seed=4)
    inside = np.flatnonzero(fits[0] >= 0)
    own = graph.centre_vectors(vectors)[inside]
    settings = partition.settings_by_size(len(inside))
    alone = partition.partition(
        own, graph=graph.neighbour_graph(own), settings=settings, rejoin=True
    )
    assert fits[0, inside].tobytes() == alone.tobytes()


def test_subsamples_are_the_same_for_the_same_seed_and_others_for_another():
    vectors = unit([110, 110])
    one, two = (clusters.subsample_fits(vectors, count=2, seed=3) for _ in range(2))
    assert one.tobytes() == two.tobytes()
    other = clusters.subsample_fits(vectors, count=2, seed=4)
    assert ((one >= 0) != (other >= 0)).any()


def test_few_papers_reuse_the_subsamples_that_chose_the_settings(monkeypatch):
    monkeypatch.setattr(fit, "SUBSAMPLES", 5)
    vectors = unit([25, 25, 25])
    found = clusters.find_clusters(vectors)
    assert found.fits.shape == (5, 75)
    assert ((found.fits >= 0).sum(axis=1) == 60).all()
    assert cluster_stability(found.numbers, fits=found.fits) == pytest.approx([1, 1, 1])
    assert clusters.subsample_fits(vectors, count=99).tobytes() == found.fits.tobytes()


def test_no_clusters_no_fits():
    assert clusters.find_clusters(unit([30])).fits is None
    assert clusters.subsample_fits(unit([30]), count=4).shape == (0, 30)


@pytest.mark.parametrize(
    ("n", "fitted", "grades", "due"),
    [
        (500, True, None, True),
        (500, False, None, False),
        (500, False, True, True),
        (500, True, False, False),
        (LARGEST_GRADED, True, None, True),
        (LARGEST_GRADED + 1, True, None, False),
        (LARGEST_GRADED + 1, False, True, True),
    ],
)
def test_when_clusters_are_graded(n, fitted, grades, due):
    assert grading_is_due(n, fitted=fitted, grades=grades) is due


# contested papers


def rows(*given: tuple[str, str, float, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(given, columns=["paper_id", "group_id", "weight", "is_primary"])
    return frame.assign(kind="cluster").astype({"weight": "float32"})


def test_contested_papers_by_hand():
    found = contested(
        rows(
            ("a", "c1", 0.45, True),
            ("a", "c2", 0.35, False),  # .1 apart: contested
            ("b", "c1", 0.50, True),
            ("b", "c2", 0.39, False),  # .11 apart
            ("c", "c1", 0.30, True),
            ("c", "c2", 0.38, False),
            ("c", "c3", 0.15, False),
            ("d", "c1", 0.05, True),
        )
    )
    assert found["paper_id"].tolist() == ["a", "c"]
    assert found["first_id"].tolist() == ["c1", "c2"]
    assert found["second_id"].tolist() == ["c2", "c1"]
    assert found["first_weight"].tolist() == pytest.approx([0.45, 0.38])


def test_topics_are_not_contested():
    frame = rows(("a", "t1", 0.9, True), ("a", "t2", 0.9, False)).assign(kind="topic")
    assert contested(frame).empty
    assert list(contested(frame)) == [
        "paper_id",
        "first_id",
        "first_weight",
        "second_id",
        "second_weight",
    ]


# drift


def test_drift_by_hand():
    labels = np.array([0, 0, 1, 1, 0])
    neighbours = np.array([[1, 2], [0, 4], [3, 0], [2, -1], [0, 2]])
    is_new = np.array([False, False, False, True, True])
    weights = np.array([0.9, 0.4, 0.6, 0.5, 0.3])
    found = fit_of_new_papers(
        labels, weights=weights, neighbours=neighbours, is_new=is_new, n_fresh=2
    )
    assert found.n_new == 2
    assert found.poorly_placed == pytest.approx(1 / 2)
    assert found.poorly_placed_known == pytest.approx(1 / 3)
    assert found.agreement == pytest.approx(2 / 3)
    assert found.agreement_known == pytest.approx(4 / 6)
    assert (found.since_fresh, found.n_fresh) == (3, 2)
    assert fit_line(found) == (
        "Drift: 50% of 2 new papers poorly placed (known papers: 33%); 67% of their nearest papers "
        "in the same cluster (known papers: 67%); 3 papers added since the last fresh fit (of 2)"
    )


def test_drift_without_new_papers_says_nothing_of_them():
    found = fit_of_new_papers(
        np.zeros(3, dtype=np.int64),
        weights=np.ones(3),
        neighbours=np.full((3, 2), -1),
        is_new=np.zeros(3, dtype=bool),
        n_fresh=3,
    )
    assert found.poorly_placed is None
    assert found.agreement is None
    assert fit_line(found) == "Drift: no papers added since the last fresh fit (of 3)"
    assert found.as_dict()["agreement_known"] is None
