"""Lists of nearest papers, brought up to date, are those of a search among all."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.clusters.find.graph import nearest_neighbours, updated_neighbours
from blobs import blobs

SIZES = (0, 1, 2, 3, 7, 30)


def known_lists(vectors: np.ndarray, *, old: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The lists of the papers that there were, among themselves, by row of the union."""
    indices, similarities = nearest_neighbours(vectors[old], rows=np.arange(len(old)), k=k)
    table = np.full((len(vectors), indices.shape[1]), -1, dtype=np.int64)
    cosines = np.full(table.shape, -np.inf, dtype=np.float32)
    table[old], cosines[old] = old[indices], similarities
    return table, cosines


def differing(vectors: np.ndarray, *, indices, similarities, rows, k: int) -> list[int]:
    """The papers whose list is not that of a search among all."""
    before = indices.copy()
    found = updated_neighbours(vectors, indices=indices, similarities=similarities, rows=rows, k=k)
    expected = nearest_neighbours(vectors, rows=np.arange(len(vectors)), k=k)
    assert found[0].shape == expected[0].shape == found[1].shape
    assert indices.tolist() == before.tolist(), "the input stays"
    other = (found[0] != expected[0]) | ~np.isclose(found[1], expected[1], atol=1e-6)
    return np.flatnonzero(other.any(axis=1)).tolist()


@pytest.mark.parametrize("n_old", SIZES)
@pytest.mark.parametrize("n_new", SIZES)
def test_added_papers_of_any_number(n_old: int, n_new: int):
    n = n_old + n_new
    vectors = blobs([n], seed=n_old * 31 + n_new)[0] if n else np.zeros((0, 4), dtype=np.float32)
    is_new = np.random.default_rng(n_new).permutation(n) < n_new
    indices, similarities = known_lists(vectors, old=np.flatnonzero(~is_new), k=5)
    added = np.flatnonzero(is_new)
    assert differing(vectors, indices=indices, similarities=similarities, rows=added, k=5) == []


@pytest.mark.parametrize("seed", range(5))
def test_added_and_revised_papers(seed: int):
    """A revised paper may have been anybody's neighbour, and may be one to others now."""
    vectors = blobs([50, 50, 50], seed=seed, spread=1.0)[0]
    random = np.random.default_rng(seed)
    order = random.permutation(150)
    new, revised = np.sort(order[:12]), np.sort(order[12:18])
    before = vectors.copy()
    before[revised] = before[random.permutation(150)[:6]]
    indices, similarities = known_lists(before, old=np.setdiff1d(np.arange(150), new), k=10)
    rows = np.concatenate([new, revised])
    assert differing(vectors, indices=indices, similarities=similarities, rows=rows, k=10) == []


def test_nothing_new_gives_the_lists_there_are_bit_for_bit():
    vectors = blobs([40], seed=9)[0]
    indices, similarities = nearest_neighbours(vectors, rows=np.arange(40), k=10)
    found = updated_neighbours(
        vectors, indices=indices, similarities=similarities, rows=np.array([], dtype=int), k=10
    )
    assert found[0].tobytes() == indices.tobytes()
    assert found[1].tobytes() == similarities.tobytes()


def test_a_longer_list_is_searched_anew():
    vectors = blobs([40], seed=8)[0]
    indices, similarities = nearest_neighbours(vectors, rows=np.arange(40), k=4)
    none = np.array([], dtype=int)
    assert differing(vectors, indices=indices, similarities=similarities, rows=none, k=6) == []
