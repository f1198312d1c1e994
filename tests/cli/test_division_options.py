"""`--clusters` and `--detail` of run and report."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from analysis import Run
from analysis.base.groups import groups_of


def test_a_report_in_another_number_of_groups(bundled: Run, cli, tmp_path: Path):
    out = tmp_path / "five"
    runs = bundled.path.parent
    said = cli("report", "--runs", runs, "--out", out, "--clusters", 5, "--quiet")
    assert (said.code, said.out) == (0, f"{out}\n")
    groups = pd.read_csv(out / "tables" / "groups.csv")
    assert len(groups_of(groups, kind="cluster")) == 5
    told = "The papers are divided into 5 clusters, as asked; run"
    for name in ("report.html", "brief.md"):
        assert told in (out / name).read_text(encoding="utf-8")
    about = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert about["run"] == bundled.name


def test_numbers_that_cannot_be_had(bundled: Run, cli, tmp_path: Path):
    runs = bundled.path.parent
    said = cli("report", "--runs", runs, "--out", tmp_path / "x", "--clusters", 999, "--quiet")
    assert said.code == 2
    assert said.err.startswith("Found: 999 groups\nAllowed: 2 to ")
    said = cli(
        *("report", "--runs", runs, "--out", tmp_path / "x", "--quiet"),
        *("--clusters", 5, "--detail", "fine"),
    )
    assert "Found: both 5 groups and the detail 'fine'" in said.err
    assert not (tmp_path / "x").exists()


def test_a_run_that_would_divide_an_extension_otherwise(bundled: Run, cli, tmp_path: Path):
    snapshot = tmp_path / "more.csv"
    snapshot.write_text("title,abstract\nOne more,On wombats.\n", encoding="utf-8")
    said = cli("run", snapshot, "--runs", bundled.path.parent, "--detail", "fine", "--quiet")
    assert said.code == 2
    assert f"the detail 'fine' for a run that extends run {bundled.name}" in said.err
