"""Outputs stay out of runs, and what a killed process left is removed by the next that writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.files import notebook_folder, written_whole
from analysis.base.outputs import check_outside_runs, is_alive
from analysis.base.progress import Progress
from analysis.notebook.execute import execute_notebooks
from command_line import refusal
from page_runs import made_run, written


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_parts_of_dead_processes_go_and_others_stay(tmp_path: Path):
    dead, living = dead_pid(), os.getppid()
    for pid in (dead, living):
        (tmp_path / f".out.{pid}.part").mkdir()
        (tmp_path / f".out.{pid}.part" / "map.html").touch()
    (tmp_path / f".out2.{dead}.part").touch()
    (tmp_path / f".out.csv.{dead}.part").touch()
    with written_whole(tmp_path / "out") as temporary:
        temporary.mkdir()
    with written_whole(tmp_path / "out.csv") as temporary:
        temporary.touch()
    assert {path.name for path in tmp_path.iterdir()} == {
        "out", "out.csv", f".out.{living}.part", f".out2.{dead}.part",
    }  # fmt: skip
    assert is_alive(os.getpid())
    assert not is_alive(dead)


@pytest.fixture(scope="module")
def run_path(tmp_path_factory) -> Path:
    return written(made_run(20), tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize("below", [".", "x.csv", "tables/x.csv", "a/b"])
def test_no_output_lies_in_a_run(run_path: Path, tmp_path: Path, below: str):
    (tmp_path / "link").symlink_to(run_path, target_is_directory=True)
    for run in (run_path, tmp_path / "link"):
        with pytest.raises(InputError, match=rf"is inside the run {run_path.name}"):
            check_outside_runs(run / below)
    check_outside_runs(run_path.parent / "x.csv")
    check_outside_runs(tmp_path / below)


def test_commands_do_not_write_into_a_run(run_path: Path, tmp_path: Path, cli):
    before = sorted(path.name for path in run_path.iterdir())
    lines = tmp_path / "papers.jsonl"
    lines.write_text('{"title": "One", "abstract": "About one."}\n')
    out = run_path / "x.parquet"
    calls = (
        ("filter", lines, "--out", out, "--replace", "--quiet"),
        ("topics", "sample", "any", run_path, "--out", run_path / "x.csv"),
        ("notebooks", run_path, "--out", run_path, "--quiet"),
    )
    for call in calls:
        assert f"is inside the run {run_path.name}" in refusal(cli(*call))
    assert sorted(path.name for path in run_path.iterdir()) == before


def test_the_notebooks_are_not_overwritten(run_path: Path):
    with pytest.raises(InputError, match="holds the notebooks themselves"):
        execute_notebooks(run_path, out=notebook_folder(), progress=Progress(quiet=True))


def test_out_of_memory_is_not_called_a_bug(monkeypatch, cli, run_path: Path):
    def short(*args: object, **kwargs: object) -> None:
        raise MemoryError

    monkeypatch.setattr("analysis.runs.run.changed_files", short)
    said = cli("show", run_path)
    assert "Found: not enough memory" in refusal(said)
