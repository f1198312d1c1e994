"""Broader clusters: found on the graph, named by their parts, rows of `groups` only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from analysis import group_papers, map_points
from analysis.base.groups import broader_clusters, broader_ids, groups_of, parts_of
from analysis.base.laws import check_laws
from analysis.base.schema import conform
from analysis.clusters import ClusterDescription, neighbour_graph
from analysis.clusters.find.partition import broader_levels
from analysis.clusters.labels.describe import add_broader, broader_heading
from analysis.clusters.labels.phrases import count_phrases
from analysis.figures.frames.groups import densest_point, map_labels
from analysis.pipeline.groups.group_table import descriptions_of, group_table
from analysis.runs import tables_of
from page_runs import made_run


def nested(fields: int, *, parts: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors of `fields` fields with `parts` clusters each, and their clusters."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(fields, 60))
    rows, labels = [], []
    for field in range(fields):
        for part in range(parts):
            own = centres[field] + 0.6 * random.normal(size=60)
            rows.append(own + 0.45 * random.normal(size=(size, 60)))
            labels += [field * parts + part] * size
    vectors = np.concatenate(rows)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), np.array(labels)


def test_planted_fields_come_out_as_broader_clusters():
    vectors, labels = nested(4, parts=3, size=60)
    (found,) = broader_levels(labels, graph=neighbour_graph(vectors))
    assert len(found) == 12
    assert [len(set(found[3 * field : 3 * field + 3])) for field in range(4)] == [1, 1, 1, 1]
    assert len(set(found)) == 4


def test_many_clusters_get_two_levels_above_them():
    vectors, labels = nested(15, parts=6, size=25)
    graph = neighbour_graph(vectors)
    levels = broader_levels(labels, graph=graph)
    assert len(levels) == 2
    assert len(levels[0]) == 90
    assert len(levels[1]) == levels[0].max() + 1 > 24
    assert 2 <= levels[1].max() + 1 <= 8
    for level in levels:
        sizes = np.bincount(level[level >= 0])
        assert sizes.min() >= 2, "a broader cluster of one says nothing"


@pytest.mark.parametrize(("n", "count"), [(499, 10), (600, 3), (600, 1), (0, 0)])
def test_few_papers_or_clusters_have_no_broader_ones(n: int, count: int):
    labels = np.arange(n) % max(count, 1)
    assert broader_levels(labels, graph=sp.identity(n, format="csr")) == []
    assert broader_levels(np.full(600, -1), graph=sp.identity(600, format="csr")) == []


def test_a_cluster_far_from_all_others_stays_alone():
    """Five clusters of which four are close in pairs: two broader ones, and one in none."""
    count, size = 5, 120
    ties = np.eye(count) * 100.0
    for a, b in ((0, 1), (2, 3)):
        ties[a, b] = ties[b, a] = 10.0
    labels = np.repeat(np.arange(count), size)
    graph = sp.csr_matrix(ties[np.ix_(labels, labels)] / size**2)
    (found,) = broader_levels(labels, graph=graph)
    # A third of five clusters are two groups: the two pairs join next, the last one stays alone.
    assert found[0] == found[1] == found[2] == found[3] == 0
    assert found[4] == -1


@pytest.mark.parametrize(
    ("own", "held", "expected"),
    [
        ("Audio", [0.4, 0.3, 0.2], "Audio"),  # held by all three
        ("Audio", [0.4, 0.3, 0.0], "Audio"),  # by parts with 90 of 100 papers
        ("Audio", [0.4, 0.01, 0.2], "Speech · Music"),  # by parts with 60 of 100
        ("speech", [0.4, 0.3, 0.2], "Speech · Music"),  # a part has that name
    ],
)
def test_the_heading_stands_for_most_parts_or_names_two(own, held, expected):
    sizes = [50, 40, 10]
    assert (
        broader_heading(own, shares=held, sizes=sizes, parts=["Speech", "Music", "Noise"])
        == expected
    )


def test_names_of_two_do_not_pile_up():
    heading = broader_heading("X", shares=[0, 0], sizes=[2, 3], parts=["A · B", "C · D"])
    assert heading == "C · A"


def cluster(name: str, *, broader: str | None = None, color: str = "#000000"):
    return ClusterDescription(name, name, "", [], [], color, broader=broader)


def small_groups() -> pd.DataFrame:
    """Return clusters of 4, 3, 2 and 1 papers, the first three in two levels of broader ones."""
    above = ("c0005", "c0006", "c0005", None, "c0007", "c0007", None)
    descriptions = [cluster(f"c{i:04d}", broader=name) for i, name in enumerate(above, start=1)]
    members = np.repeat(["c0001", "c0002", "c0003", "c0004"], [4, 3, 2, 1])
    papers = pd.DataFrame({"paper_id": [f"p{i:02d}" for i in range(10)], "published": pd.NaT})
    memberships = conform(
        papers[["paper_id"]].assign(kind="cluster", group_id=members, weight=1.0, is_primary=True),
        name="memberships",
    )
    return group_table(descriptions, topics=[], memberships=memberships, papers=papers)


def test_broader_rows_count_their_parts():
    groups = small_groups().set_index("group_id")
    assert groups["n_papers"].tolist() == [4, 3, 2, 1, 6, 3, 9]
    assert groups["parent_id"].fillna("").tolist() == [
        *("c0005", "c0006", "c0005", "", "c0007", "c0007", "")
    ]


def test_broader_clusters_are_described_by_their_papers_and_have_the_largest_part_s_color():
    """Twelve clusters of four fields, the first of each field larger than the others."""
    vectors, labels = nested(4, parts=3, size=60)
    words = [f"field{label // 3} part{label} paper" for label in labels]
    papers = pd.DataFrame(
        {"paper_id": [f"p{i:04d}" for i in range(len(labels))], "title": words, "abstract": None}
    )
    graph, weights = neighbour_graph(vectors), np.ones(len(labels))
    leaves = [cluster(f"c{i:04d}", color=f"#{i:06x}") for i in range(1, 13)]
    descriptions = add_broader(
        leaves,
        numbers=labels,
        graph=graph,
        vectors=vectors,
        weights=weights,
        counts=count_phrases(papers["title"], papers["abstract"]),
        ids=papers["paper_id"].to_numpy(),
    )
    assert [d.id for d in descriptions] == [f"c{i:04d}" for i in range(1, 17)]
    assert [d.broader for d in descriptions[:3]] == ["c0013"] * 3
    broader = descriptions[12:]
    assert [d.color for d in broader] == [f"#{i:06x}" for i in (1, 4, 7, 10)]
    assert all(len(d.exemplars) == 3 for d in broader)
    assert [d.broader for d in broader] == [None] * 4


def test_who_is_broader_and_what_is_in_it():
    groups = small_groups()
    assert broader_clusters(groups) == {"c0005", "c0006", "c0007"}
    assert broader_ids(groups)["c0003"] == "c0005"
    assert list(groups_of(groups, kind="cluster")["group_id"]) == [f"c000{i}" for i in range(1, 5)]
    assert parts_of(groups, "c0007") == {"c0001", "c0002", "c0003"}
    assert parts_of(groups, "c0004") == {"c0004"}


def with_hierarchy(n: int = 80):
    """Return a made run whose clusters 1 and 3, and 2 and 4, have a broader one each."""
    run = made_run(n)
    groups = run.groups
    described = [
        replace(each, broader=("c0005", "c0006")[i % 2])
        for i, each in enumerate(descriptions_of(groups))
    ]
    broader = [
        replace(described[i], id=name, label=label, broader=None)
        for i, (name, label) in enumerate((("c0005", "Odd"), ("c0006", "Even")))
    ]
    clusters = group_table(
        [*described, *broader], topics=[], memberships=run.memberships, papers=run.papers
    )
    both = pd.concat([clusters, groups[groups["kind"] == "topic"]])
    return replace(run, groups=conform(both, name="groups"))


def test_the_laws_hold_and_are_broken_by_rows_of_a_broader_cluster():
    run = with_hierarchy()
    assert check_laws(tables_of(run)) == []
    groups = run.groups.copy()
    groups.loc[groups["group_id"] == "c0005", "n_papers"] += 1
    assert "groups: c0005 has 41 papers, its parts have 40" in str(
        check_laws({**tables_of(run), "groups": groups})
    )
    moved = run.memberships.replace({"group_id": {"c0001": "c0005"}})
    assert "memberships: a broader cluster has rows of its own" in check_laws(
        {**tables_of(run), "memberships": moved}
    )
    orphan = run.groups[run.groups["group_id"] != "c0006"]
    assert "groups: the broader cluster c0006 is not in groups" in check_laws(
        {**tables_of(run), "groups": orphan}
    )


def test_labels_of_the_map_stand_where_the_papers_are_densest():
    run = with_hierarchy()
    labels = map_labels(run)
    assert list(labels["level"]) == [0, 0, 1, 1, 1, 1]
    assert set(labels.loc[labels["level"] == 0, "label"]) == {"Odd", "Even"}
    assert labels.loc[labels["level"] == 1, "parent_id"].isin(["c0005", "c0006"]).all()
    points = map_points(run)
    assert set(points["broader"]) == {"Odd", "Even"}
    for row in labels[labels["level"] == 1].itertuples():
        own = points[points["cluster_id"] == row.group_id]
        assert own["x"].min() <= row.x <= own["x"].max()
    assert map_labels(made_run(14)).empty
    assert map_labels(made_run(30)).empty
    assert list(map_labels(made_run(60))["level"]) == [0] * 4


def test_a_heart_is_the_middle_of_the_fullest_cells():
    x = np.array([0.1, 0.2, 0.3, 9.0, -7.0])
    y = np.array([5.1, 5.2, 5.3, 0.0, 2.0])
    assert densest_point(x, y) == pytest.approx((0.2, 5.2))
    assert densest_point(x[3:4], y[3:4]) == (9.0, 0.0)


def test_papers_of_a_broader_cluster_are_those_of_its_parts():
    run = with_hierarchy()
    assert len(group_papers(run, "c0005")) == 40
    assert map_points(made_run(80))["broader"].isna().all()
