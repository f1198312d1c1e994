"""Overrides of clusters in the tables of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.base.groups import groups_of
from analysis.base.laws import check_laws
from analysis.base.schema import conform, empty
from analysis.clusters.overrides import read_cluster_overrides
from analysis.pipeline.groups.group_table import descriptions_of, group_table, override_clusters
from analysis.runs import Run, tables_of
from page_runs import made_run


def joined(one: pd.DataFrame, other: pd.DataFrame, *, name: str) -> pd.DataFrame:
    parts = [part for part in (one, other) if len(part)]
    return conform(pd.concat(parts), name=name) if parts else empty(name)


def applied(tmp_path: Path, text: str, n: int = 80) -> tuple[Run, Run, dict[str, Any]]:
    """Return a made run, the run with these overrides, and the account of them."""
    path = tmp_path / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    run = made_run(n)
    is_topic, topics = run.memberships["kind"] == "topic", run.groups[run.groups["kind"] == "topic"]
    overridden = override_clusters(
        run.memberships[~is_topic],
        descriptions_of(run.groups),
        overrides=read_cluster_overrides(path),
        papers=run.papers,
        parent=None,
    )
    memberships = joined(overridden.memberships, run.memberships[is_topic], name="memberships")
    clusters = group_table(
        overridden.clusters, topics=[], memberships=memberships, papers=run.papers
    )
    after = replace(
        run,
        memberships=memberships,
        groups=joined(clusters, topics, name="groups"),
        evidence=joined(run.evidence, overridden.evidence, name="evidence"),
        trends=empty("trends"),
        verdicts=empty("verdicts"),
        events=empty("events"),
    )
    return run, after, overridden.account


def test_without_overrides_nothing_changes(tmp_path):
    run, after, account = applied(tmp_path, "")
    pd.testing.assert_frame_equal(after.memberships, run.memberships)
    made_up = "definition_hash"  # clusters have none, those of the made run do
    pd.testing.assert_frame_equal(
        after.groups.drop(columns=made_up), run.groups.drop(columns=made_up)
    )
    assert account == {"given": 0, "not_applied": [], "renamed": []}


def test_a_cluster_is_renamed(tmp_path):
    _, after, account = applied(tmp_path, '[[cluster]]\nid = "c0002"\nlabel = "<b>Mine</b>"\n')
    labels = after.groups.set_index("group_id")["label"]
    assert labels["c0002"] == "<b>Mine</b>"
    assert account["not_applied"] == []
    assert check_laws(tables_of(after)) == []


def test_a_color_given_by_hand_is_that_of_map_charts_and_print(tmp_path):
    from analysis import share_table
    from analysis.figures.frames import map_labels, map_points
    from analysis.report.page.map import map_content

    text = '[[cluster]]\nid = "c0002"\ncolor = "#0A0B0C"\n[[cluster]]\nid = "c0099"\n'
    run, after, account = applied(tmp_path, text + 'color = "#112233"\n')
    colors = after.groups.set_index("group_id")["color"]
    assert colors["c0002"] == "#0a0b0c"
    assert colors["c0001"] == run.groups.set_index("group_id").at["c0001", "color"]
    assert [one["names"] for one in account["not_applied"]] == ["c0099"]
    assert account["renamed"] == []
    points = map_points(after)
    assert set(points[points["cluster_id"] == "c0002"]["cluster_color"]) == {"#0a0b0c"}
    groups = map_content(after).columns.meta["groups"]
    assert [one["color"] for one in groups if one["id"] == "c0002"] == ["#0a0b0c"]
    shares = share_table(replace(after, trends=run.trends), kind="cluster")
    assert set(shares[shares["group_id"] == "c0002"]["color"]) == {"#0a0b0c"}
    assert len(map_labels(after))


def test_two_clusters_become_one_and_the_other_is_retired(tmp_path):
    run, after, _ = applied(tmp_path, '[[cluster]]\nmerge = ["c0001", "c0003"]\n')
    before = run.groups.set_index("group_id")["n_papers"]
    groups = after.groups.set_index("group_id")
    assert groups.at["c0001", "n_papers"] == before["c0001"] + before["c0003"]
    assert (groups.at["c0003", "n_papers"], groups.at["c0003", "status"]) == (0, "retired")
    assert list(groups_of(after.groups, kind="cluster")["group_id"]) == ["c0001", "c0002", "c0004"]
    assert check_laws(tables_of(after)) == []


def test_a_paper_is_pinned_with_its_evidence(tmp_path):
    text = '[[cluster]]\npaper = "2301.00000"\ncluster = "c0002"\nwhy = "It says so."\n'
    run, after, _ = applied(tmp_path, text)
    primary = after.memberships[after.memberships["is_primary"]]
    own = primary[(primary["paper_id"] == "2301.00000") & (primary["kind"] == "cluster")]
    assert own["group_id"].tolist() == ["c0002"]
    assert len(after.evidence) == len(run.evidence) + 1
    assert check_laws(tables_of(after)) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[cluster]]\nid = "c0099"\nlabel = "X"\n', "there is no cluster c0099"),
        ('[[cluster]]\npaper = "No such title"\ncluster = "c0001"\n', "no such paper"),
    ],
)
def test_what_finds_nothing_is_listed(tmp_path, text, reason):
    _, after, account = applied(tmp_path, text)
    assert [reason in line["reason"] for line in account["not_applied"]] == [True]
    assert check_laws(tables_of(after)) == []
