"""Runs made again: byte for byte, or what differs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.base.errors import InputError
from analysis.base.schema import TABLES, conform
from analysis.cli.main import cli
from analysis.pipeline.replay import _groups_by_paper, replay
from analysis.pipeline.run import Settings, run
from analysis.runs import RUN_FILES
from conftest import TODAY
from page_runs import made_run
from planted import planted
from sealed import reseal

pytestmark = pytest.mark.usefixtures("_without_pages")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A series of two runs, its inputs beside it in `snapshots/`."""
    folder = tmp_path_factory.mktemp("replay")
    (folder / "snapshots").mkdir()
    frame = planted(230, n_fields=3)
    frame.head(210).to_csv(folder / "snapshots" / "first.csv", index=False)
    frame.to_csv(folder / "snapshots" / "second.csv", index=False)
    for name in ("first", "second"):
        run(
            folder / "snapshots" / f"{name}.csv",
            settings=Settings(runs=folder / "runs", today=TODAY, period="year", topics="ml"),
        )
    return folder


def copied(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


def test_both_runs_come_out_byte_for_byte(made):
    for name in ("0001", "0002"):
        found = replay(made / "runs" / name, folder=made / "snapshots")
        assert found.differing == ()
        assert found.equal == RUN_FILES
        assert found.reasons == ()
        assert found.memberships == ""
    assert {f"{name}.parquet" for name in TABLES} <= set(RUN_FILES)
    assert sorted(p.name for p in (made / "runs").iterdir() if p.is_dir()) == ["0001", "0002"]


def test_inputs_are_known_by_their_hash_whatever_their_name(made, tmp_path):
    other = tmp_path / "renamed.csv"
    shutil.copy(made / "snapshots" / "first.csv", other)
    found = replay(made / "runs" / "0001", files=[other], folder=tmp_path)
    assert found.differing == ()


def test_memberships_are_compared_by_the_weight_from_which_a_topic_counts(monkeypatch):
    papers = [("p1", "topic", "t", 0.6, True), ("p1", "topic", "u", 0.8, False)]
    rows = pd.DataFrame(papers, columns=["paper_id", "kind", "group_id", "weight", "is_primary"])
    each = replace(made_run(20), memberships=conform(rows, name="memberships"))
    assert _groups_by_paper(each, kind="topic").to_dict() == {"p1": "t u"}
    monkeypatch.setattr("analysis.base.groups.COUNTED_WEIGHT", 0.7)
    assert _groups_by_paper(each, kind="topic").to_dict() == {"p1": "u"}


def test_a_missing_input_is_named(made, tmp_path):
    with pytest.raises(InputError) as caught:
        replay(made / "runs" / "0002", folder=tmp_path)
    assert caught.value.problems == ["no file is the input second.csv of run 0002"]
    assert "--inputs DIR" in str(caught.value)


def test_a_missing_parent_is_named(made, tmp_path):
    folder = copied(made, tmp_path)
    shutil.rmtree(folder / "runs" / "0001")
    with pytest.raises(InputError, match="was made from run 0001, which is not in"):
        replay(folder / "runs" / "0002", folder=folder)


def test_a_changed_input_differs_and_memberships_are_compared(made, tmp_path):
    folder = copied(made, tmp_path)
    file = folder / "snapshots" / "second.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-2]), encoding="utf-8")
    args = ["replay", "0002", str(file), "--runs", str(folder / "runs"), "--quiet"]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 2
    assert "differing: papers.parquet" in done.stderr
    assert "changed: input second.csv has another SHA-256 than" in done.stderr
    assert "228 papers in both, 2 only stored, 0 only made again" in done.stderr
    assert "the same cluster: " in done.stderr


def test_other_definitions_and_versions_are_named(made, tmp_path):
    folder = copied(made, tmp_path)

    def edit(manifest: dict[str, Any]) -> None:
        manifest["versions"]["numpy"] = "1.0"
        topics = next(one for one in manifest["definitions"] if one["role"] == "topics")
        topics["sha256"] = "0" * 64

    reseal(folder / "runs" / "0001", edit=edit)
    found = replay(folder / "runs" / "0001", folder=folder)
    assert found.differing == ()
    assert any(reason.endswith("then 1.0") for reason in found.reasons)
    assert any(reason.startswith("topics ml.toml has another") for reason in found.reasons)
    done = CliRunner().invoke(
        cli, ["replay", "0001", "--runs", str(folder / "runs"), "--inputs", str(folder), "--quiet"]
    )
    assert done.exit_code == 0
    assert f"all {len(RUN_FILES)} tables and arrays byte for byte" in done.stdout
    assert "Changed, without effect: numpy" in done.stdout


def test_another_table_differs_and_a_damaged_one_is_refused(made, tmp_path):
    folder = copied(made, tmp_path)
    file = folder / "runs" / "0001" / "map.parquet"
    places = pd.read_parquet(file)
    places.assign(x=-places["x"]).to_parquet(file, index=False)
    with pytest.raises(InputError, match=r"run 0001: map\.parquet is not as it was written"):
        replay(folder / "runs" / "0001", folder=folder)
    reseal(file.parent)
    found = replay(folder / "runs" / "0001", folder=folder)
    assert found.differing == ("map.parquet",)
    assert found.memberships.endswith("the same topics: 210 papers (100.0%)")


def test_a_gap_in_the_series_keeps_the_number(made, tmp_path):
    """Run 0002 was made when 0001 was there; as the third run its parent has a run between."""
    folder = copied(made, tmp_path)
    extra = planted(240, n_fields=3)
    extra.to_csv(folder / "snapshots" / "third.csv", index=False)
    settings = Settings(runs=folder / "runs", extend="0001", today=TODAY, period="year")
    run(folder / "snapshots" / "third.csv", settings=settings)
    shutil.rmtree(folder / "runs" / "0002")
    found = replay(folder / "runs" / "0003", folder=folder / "snapshots")
    assert found.differing == ()
    assert found.reasons == ()


def test_settings_are_those_of_the_run(tmp_path):
    planted(30).to_csv(tmp_path / "papers.csv", index=False)
    settings = Settings(runs=tmp_path / "runs", today=TODAY, seed=3, period="quarter",
                        snapshot_date=TODAY)  # fmt: skip
    stored = run(tmp_path / "papers.csv", settings=settings)
    found = replay(stored.path, files=[tmp_path / "papers.csv"], folder=tmp_path)
    assert found.differing == ()
    assert stored.manifest["settings"]["seed"] == 3
