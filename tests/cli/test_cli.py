"""The command line: run, show, options, help; what goes to stdout and what to stderr."""

import json
import sys
import time
from pathlib import Path

import pytest

from analysis.cli.main import main
from command_line import ABSTRACT, Said, refusal
from planted import planted_csv

# run


def test_run_prints_the_path_last_and_progress_on_stderr(cli, tmp_path):
    said = cli("run", planted_csv(tmp_path / "papers.csv", n=8), "--runs", tmp_path / "runs")
    assert said.code == 0
    assert said.out.splitlines()[-1] == str(tmp_path / "runs" / "0001")
    stages = ["read", "embed", "cluster", "label", "topics", "map", "trends", "write"]
    lines = said.err.splitlines()
    assert [s for s in stages if any(line.startswith(f"{s}: ") for line in lines)] == stages
    assert "8 papers, 8 dated" in lines
    assert any("date is unknown" in line and "--snapshot-date" in line for line in lines)


def test_quiet_says_nothing_but_the_path(cli, tmp_path):
    snapshot = planted_csv(tmp_path / "papers.csv", n=3)
    said = cli("run", snapshot, "--runs", tmp_path / "runs", "--quiet", "--fresh")
    assert said == Said(0, f"{tmp_path / 'runs' / '0001'}\n", "")


def test_options_reach_the_run(cli, tmp_path):
    snapshot = planted_csv(tmp_path / "papers.csv", n=8)
    topics = tmp_path / "mine.toml"
    topics.write_text('[[topic]]\nid = "sky"\nlabel = "Sky"\nstrong = ["galaxy"]\n')
    dates = tmp_path / "dates.csv"
    dates.write_text("title,published\nOn nothing,2020-01-01\n")
    said = cli(
        *("run", snapshot, "--runs", tmp_path / "runs", "--topics", topics, "--dates", dates),
        *("--dates", dates, "--snapshot-date", "2025-01-31", "--period", "year", "--quiet"),
    )
    assert said.code == 0
    manifest = json.loads((Path(said.out.strip()) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run"] == "0001-2025-01-31"
    assert manifest["counts"]["topics"] == 1
    assert manifest["settings"]["period"] == "year"
    names = ["mine.toml", "overrides.toml", "dates.csv", "dates.csv"]
    assert [d["name"] for d in manifest["definitions"]] == names


def test_dropped_rows_are_counted_by_reason_in_one_line(cli, tmp_path):
    rows = f'2401.00001,One title,"{ABSTRACT}"\n2401.00001,One title,"{ABSTRACT}"\n,,"{ABSTRACT}"\n'
    (tmp_path / "a.csv").write_text(f"arxiv_id,title,abstract\n{rows}")
    said = cli("run", tmp_path / "a.csv", "--runs", tmp_path / "runs")
    assert said.code == 0
    (line,) = [line for line in said.err.splitlines() if line.startswith("Dropped:")]
    assert "1 duplicate" in line
    assert "1 no title" in line


def test_implausible_dates_are_said_and_the_papers_kept(cli, tmp_path):
    rows = "".join(
        f'{name} title,"{ABSTRACT}",{day}\n'
        for name, day in [("One", "2099-01-01"), ("Two", "n/a"), ("Three", "2024-05-01")]
    )
    (tmp_path / "a.csv").write_text(f"title,abstract,published\n{rows}")
    said = cli("run", tmp_path / "a.csv", "--runs", tmp_path / "runs")
    assert said.code == 0
    assert "3 papers, 1 dated" in said.err
    assert "2099-01-01" in said.err
    assert "--dates FILE" in said.err


def test_control_characters_do_not_reach_the_terminal(cli, tmp_path):
    name = "evil\x1b[31m.csv"
    (tmp_path / name).write_text(f'title,abstract\nA\x1b[31m title\x07,"{ABSTRACT}\x08"\n')
    said = cli("run", tmp_path / name, "--runs", tmp_path / "runs")
    assert said.code == 0
    assert "\x1b" not in said.err
    assert "\x1b" not in cli("show", "0001", "--runs", tmp_path / "runs").out
    assert refusal(cli("run", tmp_path / f"missing{name}", "--runs", tmp_path / "runs"))


def test_the_installed_command_is_this_one():
    from importlib.metadata import entry_points

    (point,) = entry_points(group="console_scripts", name="papertide")
    assert point.load() is main


# show


def test_show_without_a_run_lists_the_series(cli, bundled):
    said = cli("show", "--runs", bundled.path.parent)
    assert said.code == 0
    assert said.err == ""
    header = [line for line in said.out.splitlines() if line.startswith("run ")]
    assert header[0].split() == [
        *("run", "snapshot", "papers", "undated", "clusters", "topics", "period")
    ]
    (row,) = [line for line in said.out.splitlines() if line.startswith(bundled.name)]
    n_clusters = str(bundled.manifest["counts"]["clusters"])
    assert row.split() == [bundled.name, "2025-03-17", "177", "0", n_clusters, "8", "year"]


def test_show_lists_as_json(cli, bundled):
    (entry,) = json.loads(cli("show", "--runs", bundled.path.parent, "--json").out)
    assert entry["run"] == bundled.name
    assert entry["path"] == str(bundled.path)
    assert entry["counts"] == bundled.manifest["counts"]


def test_show_without_any_run_says_how_to_make_one(cli, tmp_path):
    assert cli("show", "--runs", tmp_path) == Said(
        0, f"No run in {tmp_path}. Make one with: papertide run SNAPSHOT\n", ""
    )
    assert json.loads(cli("show", "--runs", tmp_path, "--json").out) == []


@pytest.mark.parametrize("by", ["name", "path"])
def test_show_prints_a_run_as_tables(cli, bundled, by):
    given = bundled.name if by == "name" else bundled.path
    said = cli("show", given, "--runs", bundled.path.parent)
    assert said.code == 0
    assert f"Run {bundled.name} (snapshot of 2025-03-17)" in said.out
    for group in bundled.groups.itertuples():
        (row,) = [line for line in said.out.splitlines() if line.startswith(f"{group.group_id} ")]
        assert group.label[:40] in row
        assert str(group.n_papers) in row
    assert f"{bundled.quality['diversity']:.2f}" in said.out
    assert max(map(len, said.out.splitlines())) < 400


def test_show_prints_a_run_as_json(cli, bundled):
    shown = json.loads(cli("show", bundled.path, "--json").out)
    assert shown["run"] == bundled.name
    assert shown["quality"] == bundled.quality
    assert len(shown["groups"]) == len(bundled.groups)
    assert len(shown["trends"]) == len(bundled.trends)
    assert shown["trends"][0]["share"] == bundled.trends["share"].iloc[0]
    assert shown["trends"][0]["period"] == str(bundled.trends["period"].iloc[0].date())


def test_show_of_an_unknown_run_is_refused(cli, bundled):
    said = cli("show", "0099", "--runs", bundled.path.parent)
    assert refusal(said)
    assert bundled.name in said.err


def test_show_of_a_run_in_another_version_names_both(cli, tmp_path):
    (tmp_path / "0001").mkdir()
    (tmp_path / "0001" / "manifest.json").write_text('{"schema_version": 99}')
    said = cli("show", "0001", "--runs", tmp_path)
    assert refusal(said)
    assert "99" in said.err
    listed = cli("show", "--runs", tmp_path)
    assert listed.code == 0
    assert "schema version 99, not 3 or 4" in listed.out
    assert json.loads(cli("show", "--runs", tmp_path, "--json").out)[0]["schema_version"] == 99


@pytest.mark.parametrize("manifest", ["{", '{"schema_version": 4, "counts": 3}'])
def test_a_damaged_manifest_is_listed_as_such_beside_the_others(cli, tmp_path, manifest):
    for name, text in (("0001", manifest), ("0002", '{"schema_version": 99}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text)
    listed = cli("show", "--runs", tmp_path)
    assert listed.code == 0
    assert "0001  its manifest is damaged" in listed.out
    assert "0002  schema version 99" in listed.out
    assert json.loads(cli("show", "--runs", tmp_path, "--json").out)[0]["counts"] in (None, 3)


def test_the_environment_names_the_series(cli, bundled, monkeypatch):
    monkeypatch.setenv("PAPERTIDE_RUNS", str(bundled.path.parent))
    assert bundled.name in cli("show").out


def test_a_bar_needs_a_terminal(monkeypatch):
    from analysis.base.progress import Progress

    assert Progress().bar("map") is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert Progress().bar("map")["desc"] == "map"
    assert Progress(quiet=True).bar("map") is None
    progress = Progress(quiet=True)
    with progress.stage("wait"):
        time.sleep(0.01)
    assert progress.seconds["wait"] >= 0.01
