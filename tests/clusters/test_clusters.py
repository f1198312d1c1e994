from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import adjusted_rand_score

from analysis.clusters import (
    Clustering,
    find_clusters,
    map_layout,
    nearest_neighbours,
    neighbour_graph,
)
from analysis.clusters.find import fit, graph, partition
from analysis.clusters.labels.labels import exemplars
from analysis.embedding import embed, paper_texts
from planted import planted

SIZES = [0, 1, 2, 3, 5, 8, 14, 15, 50]


def unit(angles: list[float]) -> np.ndarray:
    """Unit vectors in the plane, by their angles in degrees."""
    turned = np.radians(angles)
    return np.column_stack([np.cos(turned), np.sin(turned)]).astype(np.float32)


def random_unit(n: int, *, d: int = 12, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def planted_vectors(n: int, *, n_fields: int) -> tuple[np.ndarray, np.ndarray]:
    frame = planted(n, n_fields=n_fields)
    return embed(paper_texts(frame["title"], frame["abstract"])), frame["field"].to_numpy()


# neighbours


def test_neighbours_by_hand():
    indices, similarities = nearest_neighbours(unit([0, 10, 40, 180]), k=2)
    assert indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    expected = np.cos(np.radians([[10, 40], [10, 30], [30, 40], [140, 170]]))
    assert similarities == pytest.approx(expected, abs=1e-6)
    assert (indices.dtype, similarities.dtype) == (np.int64, np.float32)


@pytest.mark.parametrize("n", [7, 1023, 1024, 1025, 2100])
def test_neighbours_are_exact_and_ties_go_to_the_lower_row(n):
    """One-hot rows: every cosine is 0 or 1 exactly, so that nearly all of them are ties."""
    kinds = np.random.default_rng(n).integers(0, 5, n)
    indices, similarities = nearest_neighbours(np.eye(5, dtype=np.float32)[kinds], k=6)
    cosines = (kinds[:, None] == kinds[None, :]).astype(float)
    np.fill_diagonal(cosines, -1)
    expected = np.argsort(-cosines, axis=1, kind="stable")[:, :6]
    assert (indices == expected).all()
    assert (similarities == np.take_along_axis(cosines, expected, axis=1)).all()


def test_neighbours_across_blocks_are_those_of_the_whole_matrix():
    vectors = random_unit(1500)
    indices, _ = nearest_neighbours(vectors, k=5)
    cosines = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    np.fill_diagonal(cosines, -np.inf)
    expected = np.argsort(-cosines, axis=1)[:, :5]
    assert (np.sort(indices) == np.sort(expected)).mean() > 0.9999


@pytest.mark.parametrize(("n", "k"), [(0, 15), (1, 15), (2, 15), (3, 15), (16, 15), (5, 0)])
def test_there_are_at_most_n_minus_one_neighbours(n, k):
    indices, similarities = nearest_neighbours(random_unit(n), k=k)
    assert indices.shape == similarities.shape == (n, max(0, min(k, n - 1)))


# the graph


def test_fuzzy_graph_by_hand():
    """With two neighbours the farther one's weight is log2(3) - 1, whatever the distances."""
    indices = np.array([[1, 2], [0, 2], [1, 0]])
    similarities = np.array([[0.9, 0.5], [0.9, 0.6], [0.6, 0.5]], dtype=np.float32)
    far = np.log2(3) - 1  # 0.58496
    both_far = 2 * far - far**2  # 0.82774
    expected = [[0, 1, both_far], [1, 0, 1], [both_far, 1, 0]]
    assert graph.fuzzy_graph(indices, similarities).toarray() == pytest.approx(
        np.array(expected), abs=1e-5
    )


def test_fuzzy_graph_joins_the_two_directions():
    """Of four points the fourth is nobody's neighbour: its edges have one direction only."""
    indices = np.array([[1, 2], [0, 2], [1, 0], [2, 1]])
    similarities = np.array([[0.9, 0.5], [0.9, 0.6], [0.6, 0.5], [0.2, 0.1]], dtype=np.float32)
    found = graph.fuzzy_graph(indices, similarities).toarray()
    assert found[3].tolist() == pytest.approx([0, np.log2(3) - 1, 1, 0], abs=1e-5)
    assert (found == found.T).all()


def test_equal_texts_have_edges_of_full_weight():
    indices, similarities = nearest_neighbours(unit([30, 30, 30, 30]), k=2)
    weights = graph.fuzzy_graph(indices, similarities)
    assert weights.data == pytest.approx(np.ones(weights.nnz))


@pytest.mark.parametrize("n", SIZES)
def test_the_neighbour_graph_is_symmetric_connected_and_within_bounds(n):
    weights = neighbour_graph(random_unit(n))
    assert weights.shape == (n, n)
    assert (abs(weights - weights.T) > 1e-12).nnz == 0
    assert ((weights.data > 0) & (weights.data <= 1)).all()
    assert weights.diagonal().sum() == 0
    if n:
        assert connected_components(weights, directed=False)[0] == 1


def test_bridged_joins_two_components_at_their_nearest_papers():
    vectors = unit([0, 5, 60, 65])
    pairs = sp.csr_matrix(([1, 1, 0.5, 0.5], ([0, 1, 2, 3], [1, 0, 3, 2])), shape=(4, 4))
    joined = graph.connect_components(pairs, vectors=vectors).toarray()
    expected = pairs.toarray()
    expected[1, 2] = expected[2, 1] = 0.75  # the mean weight
    assert joined.tolist() == expected.tolist()


def test_bridged_joins_many_components_and_leaves_connected_graphs_alone():
    vectors = random_unit(9)
    alone = sp.csr_matrix((9, 9))
    joined = graph.connect_components(alone, vectors=vectors)
    assert connected_components(joined, directed=False)[0] == 1
    assert joined.nnz == 16  # eight edges
    again = graph.connect_components(joined, vectors=vectors)
    assert (again != joined).nnz == 0


# spectral coordinates


def two_blocks() -> sp.csr_matrix:
    """Two cliques of four with one weak edge between them."""
    weights = np.kron(np.eye(2), np.ones((4, 4))) - np.eye(8)
    weights[3, 4] = weights[4, 3] = 0.1
    return sp.csr_matrix(weights)


def test_spectral_coordinates_separate_two_blocks():
    places = graph.spectral_coordinates(two_blocks(), dimensions=2)
    assert np.linalg.norm(places, axis=1) == pytest.approx(np.ones(8))
    assert (places[:, 0] > 0).all()  # the first eigenvector has one sign
    assert set(np.sign(places[:4, 1])) | set(np.sign(places[4:, 1])) == {-1, 1}
    assert len(set(np.sign(places[:4, 1]))) == 1


def test_the_first_coordinate_follows_the_degrees():
    weights = two_blocks()
    degrees = np.asarray(weights.sum(axis=1)).ravel()
    places = graph.spectral_coordinates(weights, dimensions=8)
    assert places.shape == (8, 8)
    assert places[:, 0] == pytest.approx(np.sqrt(degrees / degrees.sum()))


def test_spectral_coordinates_are_the_same_every_time_and_in_any_order():
    weights = neighbour_graph(random_unit(80))
    places = graph.spectral_coordinates(weights, dimensions=6)
    assert places.tobytes() == graph.spectral_coordinates(weights, dimensions=6).tobytes()
    order = np.random.default_rng(1).permutation(80)
    permuted = graph.spectral_coordinates(weights[order][:, order].tocsr(), dimensions=6)
    assert permuted == pytest.approx(places[order], abs=1e-6)


def separate_groups(n: int, count: int) -> np.ndarray:
    """Unit vectors of groups that have no neighbour outside."""
    random = np.random.default_rng(0)
    vectors = np.zeros((n, count * 10), dtype=np.float32)
    for row in range(n):
        vectors[row, row % count * 10 :][:10] = 1 + 0.5 * random.normal(size=10)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("dimensions", [3, 17])
def test_separate_groups_of_many_papers_have_coordinates(dimensions):
    weights = neighbour_graph(separate_groups(2000, 20))
    places = graph.spectral_coordinates(weights, dimensions=dimensions)
    assert np.linalg.norm(places, axis=1) == pytest.approx(np.ones(2000))
    assert places.tobytes() == graph.spectral_coordinates(weights, dimensions=dimensions).tobytes()


def test_the_sparse_solver_gives_the_same_coordinates():
    weights = neighbour_graph(random_unit(120))
    dense = graph.spectral_coordinates(weights, dimensions=5)
    sparse, again = (
        graph.spectral_coordinates(weights, dimensions=5, dense_below=10) for _ in range(2)
    )
    assert sparse == pytest.approx(dense, abs=1e-6)
    assert sparse.tobytes() == again.tobytes()


# clusters


def check(found: Clustering, *, n: int) -> None:
    """What every clustering keeps: all placed, numbered by size, shares that sum to 1."""
    count = found.numbers.max() + 1
    sizes = np.bincount(found.numbers, minlength=count)
    assert len(found.numbers) == n
    assert found.numbers.min() == 0
    assert (np.diff(sizes) <= 0).all()
    assert sizes.min() > 0
    assert found.weights.shape == (n, count)
    assert np.asarray(found.weights.sum(axis=1)).ravel() == pytest.approx(np.ones(n))
    assert found.weights.data.min() >= 0


@pytest.mark.parametrize("n", SIZES)
def test_few_papers_have_no_clusters_and_the_rule_says_why(n):
    found = find_clusters(random_unit(n))
    assert found.numbers.tolist() == [-1] * n
    assert found.weights.shape == (n, 0)
    assert str(n) in found.rule
    assert "60" in found.rule


@pytest.mark.parametrize(("n", "n_fields"), [(120, 5), (400, 4), (400, 6), (1000, 6)])
def test_a_planted_corpus_is_recovered(n, n_fields):
    vectors, fields = planted_vectors(n, n_fields=n_fields)
    found = find_clusters(vectors)
    check(found, n=n)
    assert adjusted_rand_score(fields, found.numbers) >= 0.9


@pytest.mark.parametrize(("n", "count", "spread"), [(250, 4, 1.0), (400, 6, 1.5), (1000, 6, 0.5)])
def test_planted_directions_are_recovered(n, count, spread):
    centres = random_unit(count, d=100, seed=1)[np.arange(n) % count]
    vectors = centres + spread * random_unit(n, d=100, seed=2)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = find_clusters(vectors)
    check(found, n=n)
    assert adjusted_rand_score(np.arange(n) % count, found.numbers) >= 0.9


def test_clusters_tied_closely_are_one():
    """Two cliques with one weak edge stay two; tied a quarter as densely as within, they are one.

    Within a clique of four 12 of 16 cells hold a tie: .75; between them the 16 cells hold .1 or
    weights of .2, a density of .00625 or .2.
    """
    apart, labels = two_blocks(), np.repeat([0, 1], 4)
    assert partition._rejoin(labels, graph=apart).tolist() == labels.tolist()
    close = apart.toarray()
    close[:4, 4:] = close[4:, :4] = 0.2
    assert partition._rejoin(labels, graph=sp.csr_matrix(close)).tolist() == [0] * 8
    close[:4, 4:] = close[4:, :4] = 0.18  # .18 / .75 is below a quarter
    assert partition._rejoin(labels, graph=sp.csr_matrix(close)).tolist() == labels.tolist()


def test_joining_goes_on_until_nothing_is_close():
    """Three cliques in a chain: the first two are one, the third is far."""
    weights = np.kron(np.eye(3), np.ones((3, 3))) - np.eye(9)
    weights[:3, 3:6] = weights[3:6, :3] = 0.5
    weights[5, 6] = weights[6, 5] = 0.1
    labels = np.array([2, 2, 2, 0, 0, 0, 1, 1, 1])
    found = partition._rejoin(labels, graph=sp.csr_matrix(weights))
    assert adjusted_rand_score([0] * 6 + [1] * 3, found) == 1


def test_sixty_papers_are_clustered_by_stability_and_the_rule_says_so(monkeypatch):
    monkeypatch.setattr(fit, "SUBSAMPLES", 3)
    vectors, _ = planted_vectors(60, n_fields=4)
    found = find_clusters(vectors)
    check(found, n=60)
    assert "subsamples" in found.rule
    assert 0 <= found.settings["agreement"] <= 1
    again = find_clusters(vectors)
    assert again.numbers.tobytes() == found.numbers.tobytes()
    assert again.settings == found.settings


@pytest.mark.parametrize("n", [200, 1600])
def test_from_two_hundred_papers_on_the_settings_follow_from_the_number(n):
    vectors = random_unit(n)
    found = find_clusters(vectors, seed=1)
    check(found, n=n)
    assert f"{n:,}" in found.rule
    assert found.numbers.tobytes() == find_clusters(vectors, seed=2).numbers.tobytes()


@pytest.mark.parametrize("n", [60, 200])
def test_equal_texts_are_one_cluster(monkeypatch, n):
    monkeypatch.setattr(fit, "SUBSAMPLES", 2)
    found = find_clusters(np.tile(unit([30]), (n, 1)))
    check(found, n=n)
    assert found.numbers.tolist() == [0] * n


def test_the_vectors_are_left_as_they_were():
    vectors = random_unit(200)
    vectors.flags.writeable = False
    before = vectors.copy()
    find_clusters(vectors)
    assert (vectors == before).all()


def test_neighbour_shares_by_hand():
    weights = sp.csr_matrix(np.array([[0, 1, 0.5], [1, 0, 0], [0.5, 0, 0]]))
    shares = partition.neighbour_shares(np.array([0, 0, 1]), graph=weights).toarray()
    assert shares == pytest.approx(np.array([[2 / 3, 1 / 3], [1, 0], [1, 0]]))


def test_exemplars_are_near_the_centroid_and_well_placed():
    vectors = unit([0, 2, 4, 30, 90, 92, 92])
    labels = np.array([0, 0, 0, 0, 1, 1, 1])
    best = exemplars(vectors, numbers=labels, weights=np.ones(7))
    assert best == [[2, 1, 0], [5, 6, 4]]
    doubtful = exemplars(vectors, numbers=labels, weights=np.array([1, 1, 0, 1, 1, 1, 1]))
    assert doubtful[0] == [1, 0, 3]


# the map


@pytest.mark.parametrize("n", [0, 1, 2, 14])
def test_under_fifteen_papers_have_no_place(n):
    places = map_layout(sp.csr_matrix((n, n)))
    assert (places.shape, places.dtype) == ((0, 2), np.float32)


@pytest.mark.parametrize("n", [15, 16, 60])
def test_the_layout_is_the_same_every_time(n):
    weights = neighbour_graph(random_unit(n))
    before = weights.copy()
    places = map_layout(weights)
    assert (places.shape, places.dtype) == ((n, 2), np.float32)
    assert np.isfinite(places).all()
    assert np.abs(places).max() == pytest.approx(10)
    assert places.max(axis=0) == pytest.approx(-places.min(axis=0), abs=1e-4)
    assert places.tobytes() == map_layout(weights).tobytes()
    assert (weights != before).nnz == 0


def test_neighbours_lie_together_on_the_map():
    vectors, fields = planted_vectors(200, n_fields=4)
    places = map_layout(neighbour_graph(vectors))
    distances = np.linalg.norm(places[:, None] - places[None, :], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (fields[distances.argmin(axis=1)] == fields).mean() > 0.95


def test_equal_texts_can_be_laid_out():
    places = map_layout(neighbour_graph(np.tile(unit([30]), (20, 1))))
    assert np.isfinite(places).all()
