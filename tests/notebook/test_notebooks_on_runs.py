"""The notebooks on runs of any size and subject, cell by cell in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from analysis import Run, default_topics
from notebook_cells import NAMES, OWN_TOPICS, code_of, read, run_of

pytestmark = pytest.mark.usefixtures("_without_pages", "_few_subsamples")

CASES = ("one", "undated", "twenty", "no topics", "own topics", "other fields")


@pytest.fixture(scope="module")
def runs_of_cases(_few_subsamples, tmp_path_factory) -> Callable[[str], Run]:
    """Return a function that gives the run of a case, made once."""
    return cache(lambda case: run_of(case, folder=tmp_path_factory.mktemp("case")))


def execute(name: str) -> dict[str, Any]:
    """Run a notebook's cells in this process and return their variables."""
    namespace: dict[str, Any] = {}
    for source in code_of(read(name)):
        exec(compile(source, name, "exec"), namespace)
    return namespace


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES)
def test_runs_on_any_run(case, name, runs_of_cases, tmp_path, monkeypatch, capsys):
    made = runs_of_cases(case)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERTIDE_RUN", str(made.path))
    variables = execute(name)
    assert variables["run"].name == made.name
    if name == "02_trends":
        assert (tmp_path / "share-by-topic.svg").stat().st_size > 1000
        assert (tmp_path / "trends.xlsx").stat().st_size > 1000
    if name in ("03_new_snapshot", "04_my_topics"):
        old, new = variables["old"], variables["new"]
        assert set(new.papers["paper_id"]) == set(made.papers["paper_id"])
        # What is edited where no definitions were taken are the default ones.
        none_taken = not [e for e in made.manifest["definitions"] if e["role"] == "topics"]
        edited = name == "04_my_topics" and none_taken
        assert (len(hashes(old)) == 8) if edited else (hashes(old) == hashes(made))
    if name == "03_new_snapshot":
        last = Path(capsys.readouterr().out.strip())
        assert last.parent.parent == Path("runs")
        assert {"earlier.csv", "later.csv"} <= {path.name for path in last.parent.iterdir()}
        assert hashes(new) == hashes(made)


def hashes(run: Run) -> set[str]:
    """Return the hashes of a run's topic definitions."""
    return set(run.groups.loc[run.groups["kind"] == "topic", "definition_hash"])


def test_notebooks_that_make_runs_follow_one_another_and_can_be_run_again(
    runs_of_cases, tmp_path, monkeypatch
):
    """03 on one run, then 04 and 03 on another subject, all in the same folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPERTIDE_RUN", str(runs_of_cases("other fields").path))
    first = execute("03_new_snapshot")
    monkeypatch.setenv("PAPERTIDE_RUN", str(runs_of_cases("twenty").path))
    execute("04_my_topics")
    again = execute("03_new_snapshot")
    assert (len(first["new"].papers), len(again["new"].papers)) == (100, 20)
    assert again["new"].manifest["parent"]["run"] == again["old"].name


def test_definitions_that_are_nowhere_are_replaced_with_a_warning(
    runs_of_cases, tmp_path, monkeypatch
):
    made = runs_of_cases("own topics")
    monkeypatch.chdir(tmp_path)
    assert default_topics(made) == made.path.parents[1] / "mine.toml"
    elsewhere = replace(made, path=tmp_path / "series" / "0001")
    with pytest.warns(
        UserWarning, match=r"The topic definitions of run 0001 \(mine\.toml\) were not found"
    ):
        assert default_topics(elsewhere) == default_topics()
    below = tmp_path / "config" / "mine.toml"
    below.parent.mkdir()
    below.write_text(OWN_TOPICS, encoding="utf-8")
    assert default_topics(elsewhere) == below
