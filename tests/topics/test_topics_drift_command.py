"""Vocabulary drift in the report and in `papertide topics drift`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from analysis.cli.main import cli
from analysis.pipeline.topic_questions import topic_drift
from analysis.report import report_page
from page_runs import made_run, written
from replaced_words import ADAPTERS, counted, replaced


def test_the_report_says_it_once_and_escapes_it():
    run = made_run(80)
    assert "may then need new phrases" not in report_page(run)
    entry = {"phrase": "<b>GRPO", "change": "new", "n_early": 0, "n_late": 15}
    faded = {"phrase": "tuning", "change": "fades", "n_early": 42, "n_late": 16}
    topic = {"topic": "a", "label": "Alignment", "vectors": "stay", "n_early": 200, "n_late": 1202}
    drifted = {**topic, "fades": [faded], "rises": [entry]}
    page = report_page(replace(run, manifest={**run.manifest, "vocabulary_drift": [drifted] * 5}))
    assert page.count("may then need new phrases") == 1
    assert (
        "The words of “Alignment” changed: “tuning” fades (42 of 200 earlier, 16 of 1,202 later "
        "papers) and “&lt;b&gt;GRPO” is new (0 of 200 earlier, 15 of 1,202 later papers). The"
        in page
    )
    assert "The words of 2 more topics changed too." in page


@pytest.fixture
def series(tmp_path) -> Path:
    """A series with one run of 60 papers of the topic whose words were replaced, and 20 others."""
    texts = replaced(30) + ["We look at galaxies."] * 20
    run = made_run(80, topics=("Adapters", "Others"))
    papers = run.papers.assign(abstract=texts)
    groups = run.groups[run.groups["kind"] == "topic"].head(1)
    groups = groups.assign(group_id="adapters", definition_hash=ADAPTERS.definition_hash)
    made = replace(
        run,
        papers=papers,
        groups=groups,
        memberships=counted(papers["paper_id"].head(60).tolist()),
        vectors=np.tile(np.array([1, 0], dtype="float32"), (80, 1)),
    )
    return written(made, tmp_path / "runs").parent


@pytest.fixture
def definitions(tmp_path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[topic]]\nid = "adapters"\nlabel = "Adapters"\n'
        'strong = ["adapter layer", "soft prompt"]\n',
        encoding="utf-8",
    )
    return path


def command(*words: str, runs: Path, topics: Path) -> object:
    options = ["--runs", str(runs), "--topics", str(topics)]
    return CliRunner().invoke(cli, ["topics", "drift", *words, *options])


@pytest.mark.parametrize("words", [(), ("0001",), ("adapters",), ("0001", "adapters")])
def test_the_command_prints_what_changed(words, series, definitions):
    result = command(*words, runs=series, topics=definitions)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].split() == [
        "topic",
        "earlier",
        "later",
        "cut",
        "vectors",
        "cosine",
        "by",
        "chance",
        "next",
        "topic",
    ]
    assert lines[2].split()[:5] == ["adapters", "30", "30", "2023-10-07", "stay"]
    assert any("fades" in line and "soft prompt" in line for line in lines)
    assert any("new" in line and "steering tokens" in line for line in lines)


def test_the_command_prints_json(series, definitions):
    shown = json.loads(command("--json", runs=series, topics=definitions).output)
    assert shown["topics"][0]["vectors"] == "stay"
    assert shown["topics"][0]["nearest_other"] is None
    assert {p["phrase"] for p in shown["phrases"]} == {"soft prompt", "steering tokens"}
    assert shown["notes"] == []


def test_an_edited_definition_is_said(series, definitions):
    text = definitions.read_text(encoding="utf-8").replace("soft prompt", "hard prompt")
    definitions.write_text(text, encoding="utf-8")
    result = command(runs=series, topics=definitions)
    assert "The definition of adapters in mine.toml differs from the one" in result.output


def test_a_topic_that_is_not_there(series, definitions):
    result = command("0001", "peft", runs=series, topics=definitions)
    assert result.exit_code == 2
    assert result.stderr == (
        "Found: no topic 'peft' in both run 0001-2025-03-17 and mine.toml\n"
        "Allowed: one of adapters\n"
        "Next: name one of these, or give the run's definitions with --topics FILE\n"
    )
    result = command("peft", runs=series, topics=definitions)
    assert result.exit_code == 2
    assert result.stderr.startswith("Found: no run 'peft' in ")


def test_a_topic_that_the_file_lacks_is_left_out_and_said(series, tmp_path):
    from analysis import open_run

    other = tmp_path / "other.toml"
    other.write_text('[[topic]]\nid = "b"\nlabel = "B"\nstrong = ["x y"]\n', encoding="utf-8")
    made, notes = topic_drift(open_run(runs_dir=series), topics=other)
    assert made.topics.empty
    assert notes == ["Left out, since other.toml does not define it: adapters."]
