"""How commands end: bad input, wrong usage, bugs, interrupts, killed processes."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import analysis
from analysis.base.progress import Progress
from analysis.runs import list_runs, new_run_folder
from command_line import ABSTRACT, Said, refusal
from conftest import SNAPSHOT
from planted import planted_csv

COMMAND = [sys.executable, "-m", "analysis"]


# bad input


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"  \n\n ", "is empty"),
    "noise": (random.Random(0).randbytes(5000), "is binary data in an unknown format"),
    "page without papers": (b"Hello\n\nSign up\n\nLog in\n", "no papers in it"),
    "no title": (f'id,abstract\n1,"{ABSTRACT}"\n'.encode(), "has no title column"),
    "no abstract": (f'title,body\nA title,"{ABSTRACT * 4}"\n'.encode(), "has no abstract column"),
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


@pytest.mark.parametrize(
    ("name", "problem"), [("runs", "is a folder without files"), ("no", "does not exist")]
)
def test_an_empty_folder_and_a_missing_path_are_refused(cli, tmp_path, name, problem):
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
        ("--topics", "bad.toml", "has no strong phrase, no title phrase and no exemplar"),
        ("--dates", "missing.csv", "missing.csv does not exist"),
        ("--dates", "bad.csv", "no date column"),
        ("--format", "xlsb", "format 'xlsb'"),
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


def test_help_of_overrides_names_all_that_the_file_decides(cli):
    words = " ".join(cli("run", "--help").out.split())
    assert "--overrides FILE Manual decisions on topics and clusters." in words


@pytest.mark.parametrize("value", ["soon", "2025-02-30", "2025-03-17T10:00", "17.3.2025"])
def test_a_wrong_date_is_answered_with_an_example(cli, value):
    said = cli("run", "a.txt", "--snapshot-date", value)
    assert said.code == 2
    assert f"'--snapshot-date': '{value}' is not a date such as 2025-03-17" in said.err


# bugs and interrupts


def test_a_bug_of_ours_is_one_message_and_a_traceback_on_request(cli, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom \x1b[31m")

    monkeypatch.setattr("analysis.pipeline.run.run", broken)
    said = cli("run", "a.txt")
    assert said.code == 1
    assert said.out == ""
    assert "bug in papertide" in said.err
    assert "RuntimeError: boom" in said.err
    assert "--debug" in said.err
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err
    assert "Traceback" in cli("run", "a.txt", "--debug").err


def test_an_interrupt_ends_with_130(cli, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.pipeline.run.run", interrupted)
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
    # Set either way: a test run in the background hands down that interrupts are ignored.
    handler = signal.SIG_IGN if ignore_interrupts else signal.SIG_DFL
    process = subprocess.Popen(
        [*COMMAND, "run", str(SNAPSHOT), "--runs", str(tmp_path / "runs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, handler),
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
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == ""
    assert "Interrupted; nothing was left behind." in err
    assert "Traceback" not in err
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.slow
def test_a_killed_run_looks_like_none_and_the_next_one_cleans_up(tmp_path, cli):
    process = started(tmp_path)
    process.kill()
    process.communicate(timeout=120)
    runs = tmp_path / "runs"
    assert sorted(path.name for path in runs.iterdir()) == [".lock", f".writing-{process.pid}"]
    assert list_runs(runs) == []
    assert cli("show", "--runs", runs).out.startswith("No run in")
    with new_run_folder(runs) as folder:
        assert sorted(runs.iterdir()) == [runs / ".lock", folder]
    assert list(runs.iterdir()) == []


@pytest.mark.slow
def test_a_reader_that_goes_away_is_not_an_error(bundled):
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
    assert process.wait(timeout=120) == 0
    assert err == ""
