"""Memberships of clusters: which rows a paper has, and where weight goes when clusters empty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis.base.schema import TABLES, conform
from analysis.clusters import cluster_memberships, follow_moved_papers, merge_clusters

PAPERS = pd.DataFrame({"paper_id": pd.Series(["p1", "p2", "p3"], dtype="str")})


def table(*rows: tuple[str, str, float, bool]) -> pd.DataFrame:
    columns = ["paper_id", "group_id", "weight", "is_primary"]
    frame = pd.DataFrame(rows, columns=columns).assign(kind="cluster")
    return conform(frame, name="memberships")


def rows_of(memberships: pd.DataFrame) -> list[tuple[str, str, float, bool]]:
    rows = conform(memberships, name="memberships").to_dict("records")
    return [
        (r["paper_id"], r["group_id"], round(float(r["weight"]), 2), bool(r["is_primary"]))
        for r in rows
    ]


def test_one_primary_row_and_at_most_three_more_from_a_tenth():
    weights = sp.csr_matrix(
        np.array([[0.3, 0.25, 0.2, 0.15, 0.1], [0.91, 0.09, 0, 0, 0], [0, 1, 0, 0, 0]])
    )
    members = cluster_memberships(PAPERS, numbers=np.array([1, 0, 0]), weights=weights)
    assert rows_of(members) == [
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
    members = cluster_memberships(PAPERS, numbers=np.full(3, -1), weights=sp.csr_matrix((3, 0)))
    assert len(members) == 0
    assert list(members.columns) == list(TABLES["memberships"].columns)


def test_weights_in_merged_clusters_are_added():
    members = table(("p1", "c0001", 0.5, True), ("p1", "c0002", 0.3, False))
    assert rows_of(merge_clusters(members, into={"c0002": "c0001"})) == [("p1", "c0001", 0.8, True)]
    assert merge_clusters(members, into={}) is members


def test_weight_in_a_cluster_without_papers_follows_its_papers():
    """c0001 had p1 and p2; both are in c0003 now, in which p3 has a weight already."""
    before = pd.Series({"p1": "c0001", "p2": "c0001", "p3": "c0002"})
    members = table(
        ("p1", "c0003", 0.9, True),
        ("p2", "c0003", 0.8, True),
        ("p3", "c0001", 0.3, False),
        ("p3", "c0002", 0.5, True),
        ("p3", "c0003", 0.1, False),
    )
    assert rows_of(follow_moved_papers(members, before=before))[2:] == [
        ("p3", "c0002", 0.5, True),
        ("p3", "c0003", 0.4, False),
    ]


def test_weight_in_a_cluster_that_never_had_papers_is_dropped():
    members = table(("p1", "c0001", 0.9, True), ("p1", "c0009", 0.1, False))
    followed = follow_moved_papers(members, before=pd.Series({"p1": "c0001"}))
    assert rows_of(followed) == [("p1", "c0001", 0.9, True)]


def test_nothing_moves_if_every_cluster_has_papers():
    members = table(("p1", "c0001", 0.9, True))
    assert follow_moved_papers(members, before=pd.Series({"p1": "c0001"})) is members
