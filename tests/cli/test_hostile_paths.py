"""Paths that the system refuses, and names of any bytes: exit code 2 or the work done."""

from __future__ import annotations

import errno
import importlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from analysis.base.outputs import part_of, remove_leftovers
from analysis.cli.main import main
from analysis.runs import list_runs
from command_line import ABSTRACT, Cli, Said, refusal
from page_runs import made_run, written

NOWHERE = ("--base-url", "http://127.0.0.1:9")
CALLS = (
    *(("run", "P"), ("run", "CSV", "--runs", "P", "--quiet"), ("snapshot", "CSV", "--dates", "P")),
    *(
        ("run", "CSV", "--runs", "new", name, "P")
        for name in ("--topics", "--overrides", "--dates")
    ),
    *(("run", "CSV", "--runs", "new", name, "P") for name in ("--stopwords", "--extend")),
    ("run", "CSV", "--runs", "new", "--embedding", "P.npy"),
    *(("show", "P"), ("show", "--runs", "P"), ("verify", "P"), ("compare", "P", "RUN")),
    *(("audit", "P"), ("replay", "P", "CSV"), ("replay", "RUN", "P"), ("snapshot", "P")),
    *(("filter", "P", "--out", "o.parquet"), ("filter", "LINES", "--out", "P", "--quiet")),
    *(("dates", "add", "P"), ("dates", "add", "CSV", "--to", "P")),
    *(("export", "RUN", "--to", tool, "--out", "P") for tool in ("csv", "embedding-atlas")),
    ("report", "RUN", "--out", "P", "--formats", "svg", "--quiet"),
    *(("notebooks", "P", "--out", "new"), ("topics", "score", "P", "RUN")),
    ("topics", "sample", "pretraining", "RUN", "--out", "P"),
    ("topics", "sample", "pretraining", "RUN", "--out", "o.csv", "--labelled", "P"),
    ("topics", "drift", "RUN", "pretraining", "--topics", "P"),
    ("topics", "suggest", "RUN", "--toml", "P"),
    *(("name", "RUN", "--accept", "P"), ("name", "RUN", "--set", "c0001=New", "--overrides", "P")),
    *(("fetch", "dates", "P", *NOWHERE), ("fetch", "arxiv", "words", "--out", "P", *NOWHERE)),
)


@pytest.fixture(scope="module")
def run_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(made_run(60), tmp_path_factory.mktemp("runs"))


@pytest.fixture
def given(run_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A folder to work in, and what the words in capitals of a call stand for."""
    monkeypatch.chdir(tmp_path)
    rows = [f"Title {i} of words,{ABSTRACT},2024-01-0{i}" for i in range(1, 4)]
    Path("papers.csv").write_text("\n".join(["title,abstract,published", *rows]))
    Path("papers.jsonl").write_text(f'{{"title": "Title", "abstract": "{ABSTRACT}"}}\n')
    return {"CSV": "papers.csv", "LINES": "papers.jsonl", "RUN": str(run_path)}


def called(cli: Cli, call: tuple[str, ...], given: dict[str, str]) -> Said:
    """Call a command with the words of `given`; what it prints may be no UTF-8."""
    words = [given["P"] + word[1:] if word in ("P", "P.npy") else word for word in call]
    with (
        redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")),
        redirect_stderr(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) as stderr,
    ):
        code = cli(*(given.get(word, word) for word in words)).code
        stderr.flush()
        return Said(code, "", stderr.buffer.getvalue().decode("utf-8", "replace"))


@pytest.mark.usefixtures("_without_pages", "_without_charts")
@pytest.mark.parametrize("name", ["y" * 300, "y" * 245, "d/" * 3000, os.fsdecode(b"n\xff\xfe")])
def test_no_name_is_called_a_bug(cli: Cli, given: dict[str, str], name: str):
    for call in CALLS:
        said = called(cli, call, {**given, "P": name})
        assert said.code in (0, 2), (call, said.err)
        assert not said.code or "Next: " in said.err or "Usage: " in said.err, (call, said.err)
        assert not [path for path in Path().rglob("*") if path.name.endswith(".part")], call


@pytest.mark.parametrize(
    "call",
    [
        *(("filter", "LINES", "--out", "P", "--quiet"), ("dates", "add", "CSV", "--to", "P")),
        *(("export", "RUN", "--to", tool, "--out", "P") for tool in ("csv", "embedding-atlas")),
        ("topics", "sample", "pretraining", "RUN", "--out", "P"),
        ("topics", "suggest", "RUN", "--toml", "P"),
        ("name", "RUN", "--set", "c0001=New", "--overrides", "P"),
    ],
    ids=" ".join,
)
def test_names_that_are_no_utf8_are_written(cli: Cli, given: dict[str, str], call: tuple[str, ...]):
    name = os.fsdecode(b"n\xff")
    assert called(cli, call, {**given, "P": name}).code == 0
    assert Path(name).exists()


def test_a_series_in_a_folder_that_is_no_utf8(cli: Cli, given: dict[str, str]):
    given |= {"P": os.fsdecode(b"n\xff")}
    for _ in range(2):
        assert called(cli, ("run", "CSV", "--runs", "P", "--quiet", "--fresh"), given).code == 0
    assert called(cli, ("verify", "--runs", "P"), given).code == 0
    assert [path.name for path in list_runs(Path(given["P"]))] == ["0001", "0002"]


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [
        ("utf-8", b"n\xff \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
        ("latin-1", b"n\xff \xe9 \\u20ac \\ud83d\\ude00"),
        ("ascii", b"n\xff \\u00e9 \\u20ac \\ud83d\\ude00"),
    ],
)
def test_stdout_takes_every_text(monkeypatch, encoding: str, printed: bytes):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setattr("sys.argv", ["papertide", "--version"])
    main()
    stream.flush()
    written = len(stream.buffer.getvalue())
    stream.write(os.fsdecode(b"n\xff") + " é € 😀")
    stream.flush()
    assert stream.buffer.getvalue()[written:] == printed


def test_a_long_name_has_a_part_of_its_own(tmp_path: Path):
    long = tmp_path / ("y" * 255)
    part = part_of(long, pid=2**22 + 5)
    part.touch()
    part_of(tmp_path / ("y" * 254), pid=2**22 + 5).touch()
    remove_leftovers(long)
    assert [*tmp_path.iterdir()] == [part_of(tmp_path / ("y" * 254), pid=2**22 + 5)]


# what the system refuses


@pytest.mark.parametrize(
    ("number", "allowed"),
    [
        (errno.EACCES, "files that this user can read"),
        (errno.EROFS, "files that this user can read"),
        (errno.ENOSPC, "room on the disk"),
        (errno.EDQUOT, "room on the disk"),
        (errno.ENAMETOOLONG, "names of at most 255 bytes"),
        (errno.EMFILE, "enough open files"),
        (errno.EIO, "a disk without errors"),
    ],
)
def test_what_the_system_refuses_is_no_bug(cli: Cli, monkeypatch, run_path, number, allowed):
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "some\x1b[31mwhere")

    monkeypatch.setattr("analysis.runs.series.list_runs", refused)
    said = refusal(cli("verify", "--runs", run_path.parent))
    assert f"Found: some [31mwhere: {os.strerror(number)}" in said
    assert f"Allowed: {allowed}" in said


def test_a_missing_file_of_our_own_stays_a_bug(cli: Cli, monkeypatch, run_path: Path):
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "ours")

    monkeypatch.setattr("analysis.runs.series.list_runs", missing)
    said = cli("verify", "--runs", run_path.parent)
    assert said.code == 1
    assert "bug in papertide" in said.err


WRITING = (
    ("run", "CSV", "--runs", "P", "--quiet"),
    *(("filter", "LINES", "--out", "P", "--quiet"), ("dates", "add", "CSV", "--to", "P")),
    ("report", "RUN", "--out", "P", "--formats", "svg", "--quiet"),
    *(("export", "RUN", "--to", tool, "--out", "P") for tool in ("csv", "embedding-atlas")),
    *(("notebooks", "RUN", "--out", "P"), ("topics", "suggest", "RUN", "--toml", "P")),
    ("topics", "sample", "pretraining", "RUN", "--out", "P"),
    ("name", "RUN", "--set", "c0001=New", "--overrides", "P"),
    ("fetch", "arxiv", "words", "--out", "P", *NOWHERE),
)


@pytest.fixture
def read_only(given: dict[str, str]) -> Iterator[Path]:
    """A folder that this user may not write to; root becomes somebody else for that."""
    user, here = os.geteuid(), Path.cwd()
    for name in ("nbclient", "nbconvert", "nbformat", "logging.handlers"):
        importlib.import_module(name)  # somebody else may not read where they lie
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        shutil.copytree(given["RUN"], folder / "runs" / "0001")
        for name in ("CSV", "LINES"):
            shutil.copy(given[name], folder)
        (folder / "locked").mkdir(mode=0o555)
        os.chdir(folder)
        os.seteuid(65534 if user == 0 else user)
        try:
            yield folder
        finally:
            os.seteuid(user)
            os.chdir(here)


def test_a_folder_that_cannot_be_written_is_no_bug(cli: Cli, given, read_only: Path):
    here = {name: given[name] for name in ("CSV", "LINES")} | {"RUN": "runs/0001"}
    for call in WRITING:
        for place in ("locked", "locked/x", "locked/x/y", "locked/x.parquet"):
            said = called(cli, call, {**here, "P": place})
            assert "Found: " in said.err, (call, place, said)
            assert said.code == 2, (call, place, said)
    assert not [*(read_only / "locked").iterdir()]
