from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import analysis
from analysis.__main__ import main
from analysis.progress import Progress
from analysis.runs import list_runs, new_run_folder
from command_line import Said, refusal
from conftest import SNAPSHOT
from planted import planted_csv

ABSTRACT = "An abstract of a paper that says some things at some length about its own subject."
COMMAND = [sys.executable, "-m", "analysis"]


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


# bad input


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"  \n\n ", "is empty"),
    "noise": (random.Random(0).randbytes(5000), "is binary data of no known format"),
    "page without papers": (b"Hello\n\nSign up\n\nLog in\n", "no papers in it"),
    "no title": (f'id,abstract\n1,"{ABSTRACT}"\n'.encode(), "has no title column"),
    "no abstract": (b"id,title\n1,A title\n2,Another\n", "has no abstract column"),
    "neither": (b"id,foo\n1,2\n2,3\n", "has no title and no abstract column"),
    "header only": (b"title,abstract\n", "has a header and no rows"),
    "mixed encodings": (
        f"title,abstract\nÉtudes à Zürich,{ABSTRACT} é à ü\n".encode()
        + "Café,naïve é\n".encode("latin-1"),
        "mixes encodings",
    ),
    "one long line": (b"x" * 10_000_000, "no papers in it"),
    "gzip": (b"\x1f\x8b\x08" + b"x" * 100, "gzip"),
    "broken json": (b'[{"title": "A", "abstract": ', ""),
    "control characters": (b"\x01\x02\x03\x04" * 100, "binary"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_refused_and_leaves_nothing(cli, tmp_path, kind):
    content, problem = BAD[kind]
    path = tmp_path / "input.dat"
    path.write_bytes(content)
    said = cli("run", path, "--runs", tmp_path / "runs")
    assert refusal(said)
    assert problem in said.err
    assert str(path) in said.err
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.parametrize(("name", "problem"), [(".", "is a directory"), ("no", "does not exist")])
def test_a_directory_and_a_missing_path_are_refused(cli, tmp_path, name, problem):
    said = cli("run", tmp_path / name, "--runs", tmp_path / "runs")
    assert refusal(said)
    assert problem in said.err
    assert list((tmp_path / "runs").iterdir()) == []


def test_the_problems_of_several_files_are_told_together(cli, tmp_path):
    (tmp_path / "empty").touch()
    said = cli("run", tmp_path / "empty", tmp_path / "missing", "--runs", tmp_path / "runs")
    assert refusal(said)
    assert "is empty" in said.err
    assert "does not exist" in said.err


@pytest.mark.parametrize("where", ["/proc/papertide", "FILE", "FILE/below"])
def test_an_output_that_cannot_be_written_is_refused(cli, tmp_path, where):
    (tmp_path / "file").touch()
    folder = where.replace("FILE", str(tmp_path / "file"))
    if not Path("/proc").is_dir() and where.startswith("/proc"):
        pytest.skip("no /proc on this system")
    said = cli("run", planted_csv(tmp_path / "papers.csv", n=3), "--runs", folder)
    assert refusal(said)
    assert f"cannot write into {folder}" in said.err


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--topics", "missing.toml", "topics file missing.toml"),
        ("--topics", "bad.toml", "no strong or title phrase and no exemplar speaks for it"),
        ("--dates", "missing.csv", "missing.csv does not exist"),
        ("--dates", "bad.csv", "no date column"),
        ("--format", "xls", "format 'xls'"),
        ("--format", "parquet", "was to be read as Parquet"),
        ("--embedding", "nope", "embedding 'nope'"),
        ("--snapshot-date", "2099-01-01", "2099-01-01"),
    ],
)
def test_a_bad_option_is_refused(cli, monkeypatch, tmp_path, option, value, problem):
    monkeypatch.chdir(tmp_path)
    Path("bad.toml").write_text('[[topic]]\nid = "a"\nlabel = "A"\n')
    Path("bad.csv").write_text("title,colour\nA title,red\n")
    snapshot = planted_csv(tmp_path / "papers.csv", n=3)
    said = cli("run", snapshot, "--runs", "runs", option, value)
    assert refusal(said)
    assert problem in said.err
    assert not Path("runs").exists() or list(Path("runs").iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "a.txt", "--period", "week"),
        ("run", "a.txt", "--snapshot-date", "soon"),
        ("run", "a.txt", "--nonsense"),
        ("show", "a", "b"),
        ("notebooks",),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_with_2_and_names_the_help(cli, arguments):
    said = cli(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert "Usage: papertide" in said.err
    assert "Error: " in said.err
    assert "Traceback" not in said.err


def test_help_and_version(cli):
    assert "papertide" in cli("--version").out
    assert analysis.__version__ in cli("--version").out
    for arguments in (("--help",), ("run", "-h"), ("show", "--help"), ("notebooks", "--help")):
        said = cli(*arguments)
        assert said.code == 0
        assert "Usage:" in said.out


# defects and interrupts


def test_a_defect_of_ours_is_one_message_and_a_traceback_on_request(cli, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom \x1b[31m")

    monkeypatch.setattr("analysis.pipeline.run", broken)
    said = cli("run", "a.txt")
    assert said.code == 1
    assert said.out == ""
    assert "defect of papertide" in said.err
    assert "RuntimeError: boom" in said.err
    assert "--debug" in said.err
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err
    assert "Traceback" in cli("run", "a.txt", "--debug").err


def test_an_interrupt_ends_with_130(cli, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.pipeline.run", interrupted)
    said = cli("run", "a.txt")
    assert said == Said(130, "", "Interrupted; nothing was left behind.\n")


def test_an_interrupt_that_a_library_swallows_ends_the_run_after_the_stage():
    came: list[bool] = []
    progress = Progress(quiet=True, interrupted=lambda: bool(came))
    with progress.stage("one"):
        pass
    with pytest.raises(KeyboardInterrupt), progress.stage("two"):
        came.append(True)
    assert list(progress.seconds) == ["one"]


def started(tmp_path: Path, *, ignore_interrupts: bool = False) -> subprocess.Popen[str]:
    """Start a run of the bundled snapshot and wait until it is in the middle."""
    before = (lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignore_interrupts else None
    process = subprocess.Popen(
        [*COMMAND, "run", str(SNAPSHOT), "--runs", str(tmp_path / "runs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )
    for line in process.stderr:
        if line.startswith("embed:"):
            break
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert names == [".lock", f".writing-{process.pid}"]
    return process


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "ignore_interrupts"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGTERM, True)],
    ids=["interrupt", "termination", "termination of a background job"],
)
def test_a_signal_in_the_middle_leaves_nothing(tmp_path, number, ignore_interrupts):
    process = started(tmp_path, ignore_interrupts=ignore_interrupts)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Interrupted; nothing was left behind." in err
    assert "Traceback" not in err
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.slow
def test_a_killed_run_looks_like_none_and_the_next_one_cleans_up(tmp_path, cli):
    process = started(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    runs = tmp_path / "runs"
    assert sorted(path.name for path in runs.iterdir()) == [".lock", f".writing-{process.pid}"]
    assert list_runs(runs) == []
    assert cli("show", "--runs", runs).out.startswith("No run in")
    with new_run_folder(runs) as folder:
        assert sorted(runs.iterdir()) == [runs / ".lock", folder]
    assert list(runs.iterdir()) == []


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_defect(bundled):
    """Like `papertide show RUN --json | head`."""
    process = subprocess.Popen(
        [*COMMAND, "show", str(bundled.path), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.read(10)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert err == ""


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
    assert f"Run {bundled.name} (snapshot 2025-03-17)" in said.out
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
    assert "schema version 99, not 3" in listed.out
    assert json.loads(cli("show", "--runs", tmp_path, "--json").out)[0]["schema_version"] == 99


def test_the_environment_names_the_series(cli, bundled, monkeypatch):
    monkeypatch.setenv("PAPERTIDE_RUNS", str(bundled.path.parent))
    assert bundled.name in cli("show").out


def test_a_bar_needs_a_terminal(monkeypatch):
    from analysis.progress import Progress

    assert Progress().bar("map") is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert Progress().bar("map")["desc"] == "map"
    assert Progress(quiet=True).bar("map") is None
    progress = Progress(quiet=True)
    with progress.stage("wait"):
        time.sleep(0.01)
    assert progress.seconds["wait"] >= 0.01
