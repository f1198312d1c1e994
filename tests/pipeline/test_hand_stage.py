"""What a person says on clusters, put into the tables of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.base.groups import groups_of
from analysis.base.laws import check_laws
from analysis.base.schema import empty
from analysis.clusters.overrides.read import read_cluster_overrides
from analysis.pipeline.groups.overrides import corrected
from analysis.pipeline.groups.topics import Definitions
from analysis.runs import tables_of
from page_runs import made_run


def told(tmp_path: Path, text: str) -> Definitions:
    path = tmp_path / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    return Definitions([], [], path, path, clusters=read_cluster_overrides(path))


def applied(tmp_path: Path, text: str, n: int = 80):
    run = made_run(n)
    found = corrected(
        run.memberships, run.groups, run.evidence, papers=run.papers,
        definitions=told(tmp_path, text), parent=None,
    )  # fmt: skip
    after = replace(
        run, memberships=found.memberships, groups=found.groups, evidence=found.evidence,
        trends=empty("trends"), verdicts=empty("verdicts"), events=empty("events"),
    )  # fmt: skip
    return run, after, found.told


def test_nothing_said_changes_nothing(tmp_path):
    run, after, said = applied(tmp_path, "")
    assert after.memberships is run.memberships
    assert after.groups is run.groups
    assert said == {"given": 0, "not_applied": []}


def test_a_cluster_is_renamed(tmp_path):
    _, after, said = applied(tmp_path, '[[cluster]]\nid = "c0002"\nlabel = "<b>Mine</b>"\n')
    labels = after.groups.set_index("group_id")["label"]
    assert labels["c0002"] == "<b>Mine</b>"
    assert said["not_applied"] == []
    assert check_laws(tables_of(after)) == []


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
    _, after, said = applied(tmp_path, text)
    assert [reason in line["reason"] for line in said["not_applied"]] == [True]
    assert check_laws(tables_of(after)) == []
