"""The tree over clusters: every division is a partition, nested; planted hierarchies are found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from analysis.base.laws import check_laws
from analysis.base.schema import TABLES, empty
from analysis.clusters import build_tree, groups_at, neighbour_graph, tree_division, tree_tables
from analysis.clusters.find.tree import smallest_part, two_means


def points(n: int, *, seed: int = 0, d: int = 8) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def planted(*, fields: int, parts: int, halves: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors of nested groups, and the number of the smallest group of each."""
    random = np.random.default_rng(1)
    rows, labels = [], []
    for _ in range(fields):
        field = random.normal(size=40)
        for _ in range(parts):
            part = field + 0.5 * random.normal(size=40)
            for _ in range(halves):
                centre = part + 0.35 * random.normal(size=40)
                rows.append(centre + 0.12 * random.normal(size=(size, 40)))
                labels += [len(rows) - 1] * size
    vectors = np.concatenate(rows)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), np.array(labels)


def tree_of(numbers: np.ndarray, *, vectors: np.ndarray, above: dict[str, str] | None = None):
    names = [f"c{number + 1:04d}" for number in range(int(numbers.max(initial=-1)) + 1)]
    graph = neighbour_graph(vectors)
    return build_tree(numbers, names=names, graph=graph, vectors=vectors, above=above)


def law_breaks(tree, *, papers: pd.DataFrame) -> list[str]:
    """The broken laws on the tree; the other tables are empty."""
    nodes, leaves = tree_tables(tree, papers=papers, known=())
    tables = {name: empty(name) for name in TABLES}
    full = tables["papers"].reindex(range(len(papers))).assign(paper_id=papers["paper_id"])
    return check_laws({**tables, "papers": full, "tree": nodes, "leaves": leaves})


@pytest.mark.parametrize("n", [1, 2, 3, 7, 30, 60, 200])
def test_every_division_is_a_partition_that_refines_the_one_before(n):
    vectors = points(n)
    numbers = np.arange(n) % min(n, 5)
    tree = tree_of(numbers, vectors=vectors)
    assert tree.n_leaves >= min(n, 5)
    before = np.zeros(n, dtype=int)
    for count in range(1, tree.n_leaves + 1):
        node = groups_at(tree, count=count)
        assert len(set(node.tolist())) == count
        assert len(set(zip(node.tolist(), before.tolist(), strict=True))) == count, "not nested"
        assert ((tree.from_n[node] <= count) & (tree.to_n[node] >= count)).all()
        np.testing.assert_array_equal(np.bincount(node, minlength=len(tree.names))[node],
                                      tree.sizes[node])  # fmt: skip
        before = node
    papers = pd.DataFrame({"paper_id": [f"p{i:04d}" for i in range(n)]})
    assert law_breaks(tree, papers=papers) == []


def test_no_clusters_make_no_tree():
    none = np.full(7, -1)
    tree = build_tree(none, names=[], graph=sp.csr_matrix((7, 7)), vectors=points(7))
    assert tree.names == []
    assert tree.n_leaves == 0


@given(
    numbers=st.lists(st.integers(0, 6), min_size=7, max_size=60),
    seed=st.integers(0, 99),
    parents=st.lists(st.sampled_from(["", "b1", "b2"]), min_size=7, max_size=7),
)
@settings(max_examples=12)
def test_broader_clusters_are_nodes_whatever_the_graph(numbers, seed, parents):
    vectors = points(len(numbers), seed=seed)
    compact = np.unique(numbers, return_inverse=True)[1]
    count = compact.max() + 1
    above = {f"c{i + 1:04d}": p for i, p in enumerate(parents[:count]) if p}
    above |= {"b1": "top", "b2": "top"}
    tree = tree_of(compact, vectors=vectors, above=above)
    sizes = dict(zip(tree.names, tree.sizes.tolist(), strict=True))
    own = np.bincount(compact)
    for name in ("b1", "b2"):
        inside = [i for i in range(count) if above.get(f"c{i + 1:04d}") == name]
        assert sizes.get(name) == (own[inside].sum() if len(inside) > 1 else None)
    both = [i for i in range(count) if f"c{i + 1:04d}" in above]
    if {above[f"c{i + 1:04d}"] for i in both} == {"b1", "b2"}:
        assert sizes["top"] == own[both].sum()
    papers = pd.DataFrame({"paper_id": [f"p{i:04d}" for i in range(len(numbers))]})
    assert law_breaks(tree, papers=papers) == []


def test_a_planted_hierarchy_is_found_above_and_below_the_clusters():
    vectors, finest = planted(fields=3, parts=3, halves=2, size=40)
    tree = tree_of(finest // 2, vectors=vectors)
    for count, truth in ((3, finest // 6), (9, finest // 2), (18, finest)):
        assert adjusted_rand_score(truth, groups_at(tree, count=count)) > 0.99, count


def test_names_say_where_a_node_belongs():
    vectors, finest = planted(fields=2, parts=2, halves=2, size=30)
    numbers = finest // 2
    tree = tree_of(numbers, vectors=vectors, above={"c0001": "c0005", "c0002": "c0005"})
    above = {name: tree.names[p] for name, p in zip(tree.names, tree.parents.tolist(), strict=True)}
    assert above["c0001"] == above["c0002"] == "c0005"
    assert above["c0001.1"] == above["c0001.2"] == "c0001"
    assert above["c0003"].endswith("+1")
    first, second = (tree.sizes[tree.names.index(f"c0001.{side}")] for side in (1, 2))
    assert first >= second >= smallest_part(len(numbers))


def test_the_same_papers_give_the_same_tree_and_other_rows_the_same_groups():
    vectors, finest = planted(fields=2, parts=2, halves=2, size=30)
    tree, again = (tree_of(finest // 2, vectors=vectors) for _ in range(2))
    assert tree.names == again.names
    np.testing.assert_array_equal(tree.leaf, again.leaf)


def test_two_means_finds_two_groups_and_their_gain():
    vectors = np.array([[0, 0], [0, 2], [10, 0], [10, 2]], dtype=np.float32)
    side, gain = two_means(vectors, least=1)
    assert side.tolist() in ([True, True, False, False], [False, False, True, True])
    # Each mean is 5 from the middle: four papers at a squared distance of 25.
    assert gain == pytest.approx(100)
    assert two_means(vectors, least=3) is None
    assert two_means(np.zeros((6, 2), dtype=np.float32), least=1) is None


def test_the_tables_give_the_divisions_back():
    vectors, finest = planted(fields=2, parts=2, halves=2, size=30)
    tree = tree_of(finest // 2, vectors=vectors)
    papers = pd.DataFrame({"paper_id": [f"p{i:04d}" for i in range(len(finest))]})
    nodes, leaves = tree_tables(tree, papers=papers, known={"c0001"})
    assert nodes.loc[nodes["group_id"].notna(), "node"].tolist() == ["c0001"]
    for count in (1, 3, 4, 6, tree.n_leaves):
        found = tree_division(leaves, tree=nodes, count=count)
        wanted = [tree.names[node] for node in groups_at(tree, count=count)]
        assert found.tolist() == wanted


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"n_papers": 3}, "papers or divisions"),
        ({"to_n": 1}, "does not refine"),
        ({"parent": "nobody"}, "not one root"),
    ],
)
def test_the_laws_see_a_wrong_tree(change, law):
    vectors, finest = planted(fields=2, parts=2, halves=2, size=30)
    tree = tree_of(finest // 2, vectors=vectors)
    papers = pd.DataFrame({"paper_id": [f"p{i:04d}" for i in range(len(finest))]})
    nodes, leaves = tree_tables(tree, papers=papers, known=())
    row = nodes.index[nodes["node"] == "c0001"][0]
    for column, value in change.items():
        nodes.loc[row, column] = value
    tables = {name: empty(name) for name in TABLES}
    full = tables["papers"].reindex(range(len(papers))).assign(paper_id=papers["paper_id"])
    broken = check_laws({**tables, "papers": full, "tree": nodes, "leaves": leaves})
    assert any(law in line for line in broken), broken
