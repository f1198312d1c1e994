"""The command `papertide topics suggest` and the public function."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis import suggest_topics
from analysis.cli.main import cli
from analysis.topics import read_topics
from page_runs import made_run, written

# the public function and the command


@pytest.fixture
def series(tmp_path) -> Path:
    """A series with one run that has clusters and topics, but no paper in a topic."""
    run = made_run(80)
    rows = run.memberships[run.memberships["kind"] == "cluster"]
    return written(replace(run, memberships=rows), tmp_path / "runs").parent


def command(*words: str, runs: Path) -> object:
    return CliRunner().invoke(cli, ["topics", "suggest", *words, "--runs", str(runs)])


def test_suggest_topics_lists_the_columns_that_matter(series):
    from analysis import open_run

    table = suggest_topics(open_run(runs_dir=series), n=2)
    assert len(table) == 2
    assert list(table)[:5] == ["topic_id", "label", "n_papers", "n_uncovered", "growth"]
    assert table["n_uncovered"].tolist() == [20, 20]


def test_the_command_prints_tables_and_toml(series):
    result = command("--n", "2", runs=series)
    assert result.exit_code == 0
    head, _, toml = result.output.partition("# ")
    assert head.startswith("80 of 80 papers are in no topic.\nShowing 2 of 4 groups")
    assert "20 of 20" in head
    assert len(tomllib.loads("# " + toml)["topic"]) == 2


def test_the_command_prints_json(series):
    shown = json.loads(command("0001", "--json", runs=series).output)
    assert shown["n_uncovered"] == 80
    assert [s["n_papers"] for s in shown["suggestions"]] == [20] * 4
    assert shown["suggestions"][0]["similarity"] is None


def test_the_command_writes_a_new_file_only(series, tmp_path):
    file = tmp_path / "new.toml"
    result = command("--toml", str(file), runs=series)
    assert result.exit_code == 0
    assert result.output.endswith(f"\n{file}\n")
    assert "[[topic]]" not in result.output
    assert len(read_topics(file)) == 4
    before = file.read_bytes()
    result = command("--toml", str(file), runs=series)
    assert result.exit_code == 2
    assert result.stderr == (
        f"Found: {file} exists already\n"
        "Allowed: a new file: an existing topics file is never overwritten\n"
        "Next: choose another name, or leave out --toml and copy what you want\n"
    )
    assert file.read_bytes() == before
    result = command("--toml", str(tmp_path / "no" / "x.toml"), runs=series)
    assert result.exit_code == 2
    assert "Found: cannot write" in result.stderr
    assert not list(tmp_path.glob(".*"))


def test_a_run_that_is_not_there(series):
    result = command("0009", runs=series)
    assert result.exit_code == 2
    assert result.stderr.startswith("Found: no run '0009' in ")
