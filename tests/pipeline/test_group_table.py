"""The table `groups`: papers counted, clusters without papers retired, topics described."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from analysis.base.groups import PALETTE
from analysis.base.schema import TABLES, conform, empty
from analysis.clusters import ClusterDescription, Extension
from analysis.clusters.extend.splits_and_mergers import Event
from analysis.clusters.labels.describe import cluster_color, describe_clusters
from analysis.pipeline.groups.extension import extended_memberships
from analysis.pipeline.groups.group_table import descriptions_of, group_table
from analysis.pipeline.groups.identities import renumber_clusters
from analysis.topics import Topic

PAPERS = pd.DataFrame(
    {
        "paper_id": pd.Series(["p1", "p2", "p3"], dtype="str"),
        "published": pd.to_datetime(["2024-01-01", "2024-03-01", None]).astype("datetime64[us]"),
    }
)


def members(*rows: tuple[str, str, str, float, bool]) -> pd.DataFrame:
    columns = ["paper_id", "kind", "group_id", "weight", "is_primary"]
    return conform(pd.DataFrame(list(rows), columns=columns), name="memberships")


def cluster(name: str, **values: object) -> ClusterDescription:
    return ClusterDescription(name, f"On {name}", "", ["a"], ["p1"], "#123456", **values)


def test_a_cluster_without_papers_is_retired_and_so_is_a_broader_one_of_such():
    clusters = [
        cluster("c0001", broader="c0004"),
        cluster("c0002", broader="c0005", status="dormant"),
        cluster("c0003", broader="c0004"),
        cluster("c0004"),
        cluster("c0005", broader="c0006"),
        cluster("c0006"),
    ]
    rows = members(
        *((p, "cluster", "c0001", 1.0, True) for p in ("p1", "p2")),
        ("p3", "cluster", "c0003", 1.0, True),
        ("p3", "cluster", "c0001", 0.2, False),
    )
    table = group_table(clusters, topics=[], memberships=rows, papers=PAPERS).set_index("group_id")
    assert table["n_papers"].tolist() == [2, 0, 1, 3, 0, 0]
    assert table["status"].tolist() == ["active", "retired", "active", "active", *["retired"] * 2]
    assert table["parent_id"].fillna("").tolist() == ["c0004", "", "c0004", "", "", ""]


def test_descriptions_survive_the_table():
    clusters = [cluster("c0001", broader="c0002", stability=0.5), cluster("c0002")]
    rows = members(("p1", "cluster", "c0001", 1.0, True))
    table = group_table(clusters, topics=[], memberships=rows, papers=PAPERS)
    again = group_table(descriptions_of(table), topics=[], memberships=rows, papers=PAPERS)
    pd.testing.assert_frame_equal(again, table)


def test_no_group_at_all_gives_an_empty_table():
    table = group_table([], topics=[], memberships=empty("memberships"), papers=PAPERS)
    pd.testing.assert_frame_equal(table, empty("groups"))


def test_a_topic_counts_from_one_half_and_shows_the_newest_of_equals():
    topics = [Topic("t", "Label", "About t.", ("x",)), Topic("u", "Empty", "", ("y",))]
    rows = members(
        ("p1", "topic", "t", 0.8, True),
        ("p2", "topic", "t", 0.8, True),
        ("p3", "topic", "t", 0.49, False),
    )
    groups = group_table([], topics=topics, memberships=rows, papers=PAPERS)
    assert list(groups["group_id"]) == ["t", "u"]
    assert list(groups["n_papers"]) == [2, 0]
    assert list(groups["exemplars"]) == [["p2", "p1"], []]
    assert list(groups["color"]) == list(PALETTE[:2])
    assert groups.loc[0, "definition_hash"] == topics[0].definition_hash
    assert list(groups.columns) == list(TABLES["groups"].columns)


# clusters described


def test_clusters_are_described_by_terms_and_exemplars():
    clustering = SimpleNamespace(
        numbers=np.array([0, 0, 1]),
        weights=sp.csr_matrix(np.array([[0.9, 0.1], [1.0, 0.0], [0.0, 1.0]])),
        graph=sp.identity(3, format="csr"),
    )
    papers = PAPERS.assign(title=["Protein folding", "Protein folding", "Galaxies"], abstract=None)
    vectors = np.eye(3, dtype=np.float32)
    descriptions, figures = describe_clusters(papers, vectors=vectors, clustering=clustering)
    first, second = descriptions
    assert (first.id, first.label, first.description) == (
        "c0001",
        "Protein folding",
        "Papers on Protein folding.",
    )
    assert (second.label, second.description) == ("Cluster 2", "")
    assert first.exemplars == ["p2", "p1"]
    assert [first.color, second.color] == list(PALETTE[:2])
    assert figures["share_well_placed"] == 1.0


def test_no_clusters_have_no_figures():
    clustering = SimpleNamespace(numbers=np.full(3, -1), weights=sp.csr_matrix((3, 0)))
    descriptions, figures = describe_clusters(PAPERS, vectors=np.eye(3), clustering=clustering)
    assert descriptions == []
    assert set(figures.values()) == {None}


@pytest.mark.parametrize("number", [1, 20, 21, 45])
def test_colors_repeat_after_twenty_clusters(number: int):
    assert cluster_color(number) == PALETTE[(number - 1) % 20]


# ids of the series


def test_matched_clusters_keep_id_label_and_color_and_others_get_new_ids():
    rows = members(("p1", "cluster", "c0001", 1.0, True), ("p2", "cluster", "c0002", 1.0, True))
    known = group_table(
        [cluster("c0007", stability=0.5)], topics=[], memberships=rows, papers=PAPERS
    ).assign(label="Adapters", color="#ffffff")
    fresh = [cluster("c0001", broader="c0003"), cluster("c0002"), cluster("c0003")]
    memberships, clusters = renumber_clusters(
        rows, fresh, first=12, matched={"c0001": "c0007"}, known=known
    )
    assert memberships["group_id"].tolist() == ["c0007", "c0012"]
    assert [(c.id, c.label, c.color, c.broader) for c in clusters] == [
        ("c0007", "Adapters", "#ffffff", "c0013"),
        ("c0012", "On c0002", "#123456", None),
        ("c0013", "On c0003", "#123456", None),
    ]


# memberships of an extension


def test_weights_in_a_cluster_that_a_born_one_absorbed_go_to_the_born_one():
    """p1 and p2, all of c0002, are in the born c0003; p3 is not weighed again and named c0002."""
    rows = members(
        ("p1", "cluster", "c0002", 1.0, True),
        ("p2", "cluster", "c0002", 1.0, True),
        ("p3", "cluster", "c0001", 0.6, True),
        ("p3", "cluster", "c0002", 0.4, False),
    )
    extension = Extension(
        numbers=np.array([2, 2, 0]),
        weights=sp.csr_matrix(np.array([[0, 0, 1.0], [0, 0, 0.9], [0, 0, 0]])),
        weighed=np.array([True, True, False]),
        events=(Event("born", 2, (1,), 0.7, 2),),
        new_graph=sp.csr_matrix((0, 3)),
        fresh=None,
        reviewed=False,
        waiting=0,
    )
    extended = extended_memberships(
        PAPERS,
        extension=extension,
        names=["c0001", "c0002", "c0003"],
        parent=SimpleNamespace(memberships=rows),
    )
    last = extended[extended["paper_id"] == "p3"]
    assert last["group_id"].tolist() == ["c0001", "c0003"]
    assert last["weight"].round(2).tolist() == pytest.approx([0.6, 0.4])
    assert set(extended["group_id"]) == set(extended.loc[extended["is_primary"], "group_id"])
