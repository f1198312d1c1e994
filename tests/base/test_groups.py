from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from analysis.base.groups import (
    PALETTE,
    cluster_id,
    cluster_number,
    counted_memberships,
    primary_memberships,
)
from analysis.base.schema import TABLES, conform, empty
from analysis.clusters.group_rows import cluster_groups, cluster_memberships
from analysis.topics import Topic
from analysis.topics.group_rows import topic_groups

PAPERS = pd.DataFrame(
    {
        "paper_id": pd.Series(["p1", "p2", "p3"], dtype="str"),
        "published": pd.to_datetime(["2024-01-01", "2024-03-01", None]).astype("datetime64[us]"),
    }
)


@pytest.mark.parametrize(
    ("number", "identifier"), [(1, "c0001"), (9, "c0009"), (9999, "c9999"), (10000, "c10000")]
)
def test_an_id_holds_the_number_of_its_cluster(number, identifier):
    assert cluster_id(number) == identifier
    assert cluster_number(identifier) == number


@pytest.mark.parametrize("identifier", ["", "c1", "c001", "x0001", "c0001 ", "agents"])
def test_another_id_has_no_number(identifier):
    assert cluster_number(identifier) == 0


MEMBERSHIPS = conform(
    pd.DataFrame(
        [
            ("p1", "cluster", "c0001", 0.3, True),
            ("p1", "cluster", "c0002", 0.6, False),
            ("p1", "topic", "t", 0.5, False),
            ("p1", "topic", "u", 0.9, True),
            ("p2", "topic", "t", 0.49, False),
        ],
        columns=list(TABLES["memberships"].columns),
    ),
    name="memberships",
)


def pairs(rows):
    return [*zip(rows["paper_id"], rows["group_id"], strict=True)]


def test_a_cluster_counts_its_primary_papers_and_a_topic_those_of_one_half():
    counted = [("p1", "c0001"), ("p1", "t"), ("p1", "u")]
    assert pairs(counted_memberships(MEMBERSHIPS)) == counted
    assert pairs(counted_memberships(MEMBERSHIPS, kind="cluster")) == counted[:1]
    assert pairs(counted_memberships(MEMBERSHIPS, kind="topic")) == counted[1:]
    assert pairs(counted_memberships(empty("memberships"))) == []


def test_a_paper_has_one_primary_group_of_a_kind():
    assert pairs(primary_memberships(MEMBERSHIPS, kind="cluster")) == [("p1", "c0001")]
    assert pairs(primary_memberships(MEMBERSHIPS, kind="topic")) == [("p1", "u")]


def test_one_primary_row_and_at_most_three_more_from_a_tenth():
    weights = sp.csr_matrix(
        np.array([[0.3, 0.25, 0.2, 0.15, 0.1], [0.91, 0.09, 0, 0, 0], [0, 1, 0, 0, 0]])
    )
    members = cluster_memberships(PAPERS, labels=np.array([1, 0, 0]), weights=weights)
    rows = [
        (r.paper_id, r.group_id, round(float(r.weight), 2), bool(r.is_primary))
        for r in members.itertuples()
    ]
    assert rows == [
        ("p1", "c0001", 0.3, False),
        ("p1", "c0002", 0.25, True),
        ("p1", "c0003", 0.2, False),
        ("p1", "c0004", 0.15, False),
        ("p2", "c0001", 0.91, True),
        ("p3", "c0001", 0.0, True),
        ("p3", "c0002", 1.0, False),
    ]
    assert set(members["kind"]) == {"cluster"}


def test_no_clusters_give_no_rows_of_the_right_form():
    members = cluster_memberships(PAPERS, labels=np.full(3, -1), weights=sp.csr_matrix((3, 0)))
    assert len(members) == 0
    assert list(members.columns) == list(TABLES["memberships"].columns)


def test_a_cluster_tells_its_terms_its_size_and_its_exemplars():
    groups = cluster_groups(
        PAPERS,
        labels=np.array([0, 0, 1]),
        headings=["One", "Two"],
        terms=[["a", "b", "c", "d", "e"], []],
        exemplars=[[1, 0], [2]],
    )
    assert list(groups["label"]) == ["One", "Two"]
    assert list(groups["description"]) == ["Papers on a, b, c and d.", ""]
    assert list(groups["n_papers"]) == [2, 1]
    assert list(groups["exemplars"]) == [["p2", "p1"], ["p3"]]
    assert list(groups["color"]) == list(PALETTE[:2])
    assert groups["definition_hash"].isna().all()


def test_a_topic_counts_from_one_half_and_shows_the_newest_of_equals():
    topics = [Topic("t", "Label", "About t.", ("x",)), Topic("u", "Empty", "", ("y",))]
    rows = [
        ("p1", "topic", "t", 0.8, True),
        ("p2", "topic", "t", 0.8, True),
        ("p3", "topic", "t", 0.49, False),
    ]
    members = conform(
        pd.DataFrame(rows, columns=list(TABLES["memberships"].columns)), name="memberships"
    )
    groups = topic_groups(members, papers=PAPERS, topics=topics)
    assert list(groups["group_id"]) == ["t", "u"]
    assert list(groups["n_papers"]) == [2, 0]
    assert list(groups["exemplars"]) == [["p2", "p1"], []]
    assert groups.loc[0, "definition_hash"] == topics[0].definition_hash


def test_the_palette_has_twenty_different_colours():
    assert len(set(PALETTE)) == len(PALETTE) == 20
    assert all(len(color) == 7 and int(color[1:], 16) >= 0 for color in PALETTE)


@pytest.mark.parametrize("n", [0, 1, 25])
def test_every_cluster_has_a_colour(n):
    groups = cluster_groups(
        PAPERS,
        labels=np.zeros(3, dtype=int),
        headings=[f"H{i}" for i in range(n)],
        terms=[[]] * n,
        exemplars=[[]] * n,
    )
    assert list(groups["color"]) == [PALETTE[i % 20] for i in range(n)]
