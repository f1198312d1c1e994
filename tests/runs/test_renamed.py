"""Clusters with another label: found between two runs, recorded, and told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.pipeline.run import Settings, run
from analysis.report.markup import HTML
from analysis.report.text.changes import change_parts
from analysis.runs import Run, read_run
from analysis.runs.comparison import compare, compare_opened, compare_with_parent
from analysis.runs.renamed import COLUMNS, renamed_clusters, renamed_since_parent
from compared_runs import DAY, told
from hostile import HOSTILE
from page_runs import made_run
from series_of_runs import TODAY
from two_runs import tiny_run


def labelled(labels: dict[str, str], *, name: str, by_hand: tuple[str, ...] = ()) -> Run:
    rows = [("a", DAY, "c1", "t"), ("b", DAY, "c2", "t"), ("c", DAY, "c3", "")]
    made = tiny_run(rows, name=name, labels={"t": "Tea", **labels})
    return replace(made, manifest={**made.manifest, "clusters_by_hand": {"renamed": by_hand}})


@pytest.fixture
def pair() -> tuple[Run, Run]:
    old = labelled({"c1": "One", "c2": "Two", "c3": "Three"}, name="0001")
    new = labelled({"c1": "Uno", "c2": "Two", "c3": "Tre"}, name="0002", by_hand=("c2", "c3"))
    return old, new


def test_clusters_with_another_label_are_found(pair):
    table = renamed_clusters(*pair)
    assert list(table.columns) == list(COLUMNS)
    assert table.to_numpy().tolist() == [["c1", "One", "Uno", False], ["c3", "Three", "Tre", True]]
    assert renamed_clusters(pair[0], pair[0]).empty
    assert renamed_clusters(made_run(0), made_run(0)).empty


def test_topics_new_and_retired_clusters_are_not_renamed(pair):
    old, new = pair
    groups = new.groups
    retired = groups["status"].mask(groups["group_id"] == "c1", "retired")
    other_topic = groups["label"].mask(groups["kind"] == "topic", "Coffee")
    new = replace(new, groups=groups.assign(status=retired, label=other_topic))
    old = replace(old, groups=old.groups[old.groups["group_id"] != "c3"])
    assert renamed_clusters(old, new).empty


def test_renamed_clusters_are_told_where_ids_mean_the_same(pair):
    assert told(*pair)["Clusters"].splitlines()[1:] == [
        "Renamed: “One” is now “Uno” (c1).",
        "Renamed by hand: “Three” is now “Tre” (c3).",
    ]
    assert compare(*pair, ids="other").renamed.empty
    assert "Renamed" not in told(*pair, ids="other")["Clusters"]


def test_many_renamed_clusters_are_counted(pair):
    ids = [f"c{k}" for k in range(13)]
    runs = [
        tiny_run([(i, DAY, i, "") for i in ids], name=name, labels={i: f"{i}{name}" for i in ids})
        for name in ("0001", "0002")
    ]
    lines = told(*runs)["Clusters"].splitlines()
    assert sum(line.startswith("Renamed: ") for line in lines) == 10
    assert lines[-1] == "And 3 more renamed."


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_escaped(text):
    text = text.encode("utf-8", "replace").decode()  # no table holds half a character
    old = labelled({"c1": text, "c2": "Two", "c3": "Three"}, name="0001")
    new = labelled({"c1": "One", "c2": text, "c3": "Three"}, name="0002")
    comparison = compare(old, new, ids="same")
    (clusters,) = (p for p in change_parts(comparison, target=HTML) if p.title == "Clusters")
    assert len(clusters.items) == 2
    assert re.findall("<(?!/?bdi>)", "".join(clusters.items)) == []
    assert "\x1b" not in told(old, new)["Clusters"]


@pytest.mark.usefixtures("_without_pages")
def test_a_name_by_hand_is_recorded_and_told(series_of_one: Path, first_run: Run, tmp_path: Path):
    old = first_run.groups[first_run.groups["kind"] == "cluster"].iloc[0]
    overrides = tmp_path / "overrides.toml"
    name = f'[[cluster]]\nid = "{old["group_id"]}"\nlabel = "Mine"\n'
    overrides.write_text(name, encoding="utf-8")
    settings = Settings(runs=series_of_one, today=TODAY, overrides=overrides)
    made = run(first_run.path.parents[1] / "snapshot.csv", settings=settings)
    expected = [[old["group_id"], old["label"], "Mine", True]]
    assert renamed_since_parent(made).to_numpy().tolist() == expected
    assert compare_with_parent(made).renamed.to_numpy().tolist() == expected
    stored = read_run(series_of_one / first_run.name)
    assert compare_opened(stored, made).renamed.to_numpy().tolist() == expected
