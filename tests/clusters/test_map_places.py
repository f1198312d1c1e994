"""Places on a map that stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from analysis.clusters.map import place_on_map
from blobs import blobs, near_of

NOBODY = np.array([], dtype=int)


def nothing(n: int) -> sp.csr_matrix:
    return sp.csr_matrix((0, n))


def square() -> np.ndarray:
    """A hundred places on a grid of ten by ten, one apart."""
    return np.stack(np.meshgrid(np.arange(10.0), np.arange(10.0)), axis=-1).reshape(-1, 2)


def test_a_paper_stands_beside_the_middle_of_its_own_cluster_s_neighbours():
    """Its neighbours of the own cluster are at (0, 0), (1, 0) and (0, 1), the nearest twice.

    The middle is (.25, .25); it stands half the usual distance beside: a grid of ten by ten spread
    over 8 × 8 between the tenths has .8.
    """
    known = np.vstack([square(), [np.nan, np.nan]])
    labels = np.zeros(101, dtype=int)
    labels[55] = 1
    weights = np.zeros((1, 101))
    weights[0, [0, 1, 10, 99, 55]] = [0.5, 0.25, 0.25, 0.1, 1.0]
    found = place_on_map(
        known,
        rows=np.array([100]),
        graph=sp.csr_matrix(weights),
        numbers=labels,
        vectors=np.ones((101, 3), dtype=np.float32),
    )
    np.testing.assert_allclose(np.linalg.norm(found[100] - [0.25, 0.25]), 0.4, atol=0.05)
    assert found.dtype == np.float32
    assert found[:100].tobytes() == known[:100].astype(np.float32).tobytes()


@pytest.mark.parametrize("n_new", [0, 1, 2, 3, 7, 30])
def test_known_places_stay_to_the_bit_and_every_new_paper_has_one(n_new: int):
    vectors, truth = blobs([60, 60, n_new], seed=n_new)
    random = np.random.default_rng(1)
    known = (random.normal(size=(120 + n_new, 2)) + 8 * truth[:, None]).astype(np.float32)
    known[120:] = np.nan
    rows = np.arange(120, 120 + n_new)
    found = place_on_map(
        known, rows=rows, graph=near_of(vectors, rows), numbers=truth, vectors=vectors
    )
    assert found[:120].tobytes() == known[:120].tobytes()
    assert np.isfinite(found).all()
    assert np.isnan(known[120:]).all(), "the input stays"
    if n_new >= 2:
        assert len(np.unique(found[120:], axis=0)) == n_new, "none covers another"


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_a_map_of_any_size_that_gets_no_new_paper_stays(n: int):
    known = np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32)
    labels, vectors = np.zeros(n, dtype=int), np.ones((n, 4), dtype=np.float32)
    found = place_on_map(known, rows=NOBODY, graph=nothing(n), numbers=labels, vectors=vectors)
    assert found.tobytes() == known.tobytes()


def test_a_born_cluster_has_ground_of_its_own_and_lies_together():
    """Its neighbours are in the left one of two heaps: it goes near that one, on free ground."""
    vectors, truth = blobs([80, 80, 30], seed=3)
    random = np.random.default_rng(0)
    known = random.uniform(-2, 2, size=(190, 2)) + np.where(truth == 1, 30, 0)[:, None] * [1, 0]
    known[160:] = np.nan
    rows, graph = np.arange(160, 190), np.zeros((30, 190))
    graph[:, :5] = 1.0
    found = place_on_map(
        known, rows=rows, graph=sp.csr_matrix(graph), numbers=truth, vectors=vectors
    )
    own, others = found[160:], found[:160]
    middle = own.mean(axis=0)
    radius = np.linalg.norm(own - middle, axis=1).max()
    assert (np.linalg.norm(others - middle, axis=1) < radius).sum() == 0
    assert np.linalg.norm(middle - others[truth[:160] == 0].mean(axis=0)) < np.linalg.norm(
        middle - others[truth[:160] == 1].mean(axis=0)
    )


def test_new_papers_of_a_known_cluster_stand_within_it():
    vectors, truth = blobs([80, 80], seed=5)
    random = np.random.default_rng(5)
    known = random.normal(size=(160, 2)) + 20 * truth[:, None]
    rows = np.arange(0, 160, 8)
    straight = known.copy()
    straight[rows] = np.nan
    found = place_on_map(
        straight, rows=rows, graph=near_of(vectors, rows), numbers=truth, vectors=vectors
    )
    own = np.linalg.norm(found[rows] - 20 * truth[rows, None], axis=1)
    assert own.max() < 5


def test_a_first_point_of_an_empty_map_is_placed():
    found = place_on_map(
        np.full((1, 2), np.nan),
        rows=np.array([0]),
        graph=sp.csr_matrix((1, 1)),
        numbers=np.array([0]),
        vectors=np.ones((1, 3), dtype=np.float32),
    )
    assert np.isfinite(found).all()
