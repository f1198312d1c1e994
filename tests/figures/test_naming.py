"""Which groups are named, and where: ground, parts, spots."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.figures.naming import CELL, MOST_SPOTS, named_groups, rows_of_groups


def islands(**clusters: list[tuple[float, float, int]]) -> pd.DataFrame:
    """Papers of clusters in heaps: x, y and how many."""
    rows = [
        {"paper_id": f"{cluster}-{i}-{j}", "x": x, "y": y, "cluster_id": cluster}
        for cluster, heaps in clusters.items()
        for i, (x, y, n) in enumerate(heaps)
        for j in range(n)
    ]
    return pd.DataFrame(rows, columns=["paper_id", "x", "y", "cluster_id"])


def labels_of(points: pd.DataFrame, **broader: tuple[str, list[str]]) -> pd.DataFrame:
    """Labels of clusters, and broader clusters with a label and parts."""
    up = {part: group for group, (_, parts) in broader.items() for part in parts}
    sizes = points["cluster_id"].value_counts()
    rows = [
        (group, label, up.get(group), int(group in up), int(sizes.reindex(parts).sum()))
        for group, (label, parts) in broader.items()
    ]
    rows += [(c, c.upper(), up.get(c), int(c in up), sizes.get(c, 0)) for c in sorted(sizes.index)]
    frame = pd.DataFrame(rows, columns=["group_id", "label", "parent_id", "level", "n_papers"])
    return frame.assign(color="#000000", x=0.0, y=0.0)


def test_a_cluster_is_named_where_it_is_densest_among_its_own():
    points = islands(a=[(1, 1, 5), (9, 9, 3)], b=[(1, 1, 6)])
    a, b = named_groups(labels_of(points), points=points).set_index("group_id")["spots"][["a", "b"]]
    assert a == [(9, 9)]  # at (1, 1) most papers are of b
    assert b == [(1, 1)]


def test_a_cluster_without_ground_is_named_where_it_is_densest():
    points = islands(a=[(1, 1, 5), (9, 9, 3)], b=[(1, 1, 6), (9, 9, 4)])
    names = named_groups(labels_of(points), points=points).set_index("group_id")
    assert names.loc["a", "spots"] == [(1, 1)]
    assert (names.loc["a", "x"], names.loc["a", "y"]) == (1, 1)


def test_half_is_no_majority():
    points = islands(a=[(1, 1, 4), (9, 9, 1)], b=[(1, 1, 4)])
    assert named_groups(labels_of(points), points=points)["spots"].tolist() == [[(9, 9)], [(1, 1)]]


@pytest.mark.parametrize(
    ("heaps", "is_named"),
    [
        ({"a": [(1, 1, 4)], "b": [(1.4, 1, 3)]}, True),
        ({"a": [(1, 1, 4)], "b": [(9, 1, 3)]}, True),  # 4 of 7 lie together
        ({"a": [(1, 1, 4)], "b": [(9, 1, 4)]}, False),  # 4 of 8 are not most
        ({"a": [(1, 1, 4)], "b": [(1.4, 1, 3)], "c": [(1, 1, 8)]}, False),  # the ground is of c
    ],
)
def test_a_broader_cluster_needs_ground_of_its_own(heaps, is_named):
    points = islands(**heaps)
    labels = labels_of(points, broad=("Something else", ["a", "b"]))
    names = named_groups(labels, points=points).set_index("group_id")
    assert ("broad" in names.index) == is_named
    assert names.loc[["a", "b"], "level"].tolist() == [int(is_named)] * 2
    assert names.loc["a", "parent_id"] == ("broad" if is_named else None)


def test_a_broader_cluster_that_repeats_its_parts_gives_way():
    points = islands(a=[(1, 1, 4)], b=[(1.4, 1, 3)])
    labels = labels_of(points, broad=("B · A", ["a", "b"]))
    assert named_groups(labels, points=points)["group_id"].tolist() == ["a", "b"]


def test_parts_of_parts_rise_to_what_is_left():
    points = islands(a=[(1, 1, 4)], b=[(1.4, 1, 3)], c=[(2, 1, 2)])
    labels = labels_of(points, mid=("A · B", ["a", "b"]), top=("Top", ["mid", "c"]))
    labels.loc[labels["group_id"].isin(["a", "b"]), "level"] = 2
    names = named_groups(labels, points=points).set_index("group_id")
    assert names["level"].to_dict() == {"top": 0, "a": 1, "b": 1, "c": 1}
    assert names["parent_id"].dropna().to_dict() == {"a": "top", "b": "top", "c": "top"}


def test_spots_are_apart_and_densest_first():
    heaps = [(3.0 * i, 0.0, 10 - i) for i in range(9)]
    (spots,) = named_groups(labels_of(islands(a=heaps)), points=islands(a=heaps))["spots"]
    assert spots == [(3.0 * i, 0.0) for i in range(MOST_SPOTS)]
    near = islands(a=[(0, 0, 9), (3 * CELL, 0, 4), (4 * CELL, 0, 3)])
    (spots,) = named_groups(labels_of(near), points=near)["spots"]
    assert [x for x, _ in spots] == [0, 3 * CELL]  # the median of the second and the third


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_any_number_of_papers_and_labels_without_papers(n):
    random = np.random.default_rng(n)
    points = pd.DataFrame(random.normal(size=(n, 2)), columns=["x", "y"])
    points["cluster_id"] = [f"c{i % 2}" for i in range(n)]
    whole = islands(c0=[(0, 0, 1)], c1=[(1, 0, 1)])
    labels = labels_of(whole)
    before = labels.copy()
    names = named_groups(labels, points=points)
    assert names["group_id"].tolist() == ["c0", "c1"]
    assert names["spots"].map(len).between(1, MOST_SPOTS).all()
    assert {g: len(r) for g, r in rows_of_groups(labels, points=points).items()} == {
        "c0": (n + 1) // 2,
        "c1": n // 2,
    }
    pd.testing.assert_frame_equal(labels, before)
