"""Hostile files for papertide filter: memory, time and terminals stay as they are."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.sources.large.filtering import filter_file
from analysis.sources.large.stream import Limits
from command_line import refusal
from hostile import HOSTILE

GIGABYTE = 10**9
MEASURED = """
import sys
from analysis.cli.main import main
from analysis.runs import peak_memory_mb
sys.argv, code = ["papertide", "filter", *sys.argv[1:]], 0
try:
    main()
except SystemExit as end:
    code = end.code
print(code, peak_memory_mb())
"""


def packed(path: Path, *, head: bytes) -> Path:
    """A gigabyte after `head` in a few MB: one line without end."""
    part = gzip.compress(b"a" * 10**7, 1)
    path.write_bytes(gzip.compress(head, 1) + part * (GIGABYTE // 10**7))
    return path


def measured(path: Path, *, out: Path) -> tuple[int, int, str]:
    """Filter a file in a process of its own: exit code, peak memory in MB, what it said."""
    command = [sys.executable, "-c", MEASURED, str(path), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    code, megabytes = map(int, done.stdout.split()[-2:])
    return code, megabytes, done.stderr


@pytest.mark.parametrize("kind", ["plain", "gzip"])
def test_a_gigabyte_on_one_line_is_refused_unread(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "p"
    if kind == "gzip":
        packed(path, head=b'{"title": "')
    else:
        path.write_bytes(b'{"title": "')
        with path.open("r+b") as file:
            os.truncate(file.fileno(), GIGABYTE)
            file.seek(11)
            file.write(b"a" * 10**6)
    code, megabytes, said = measured(path, out=tmp_path / "o")
    assert code == 2
    assert "begins with a line of more than 32 MB" in said
    assert megabytes < 500
    assert [p.name for p in tmp_path.iterdir()] == ["p"]


@pytest.mark.slow
def test_a_gigabyte_after_good_lines_loses_one_line_in_little_memory(tmp_path: Path) -> None:
    good = b'{"title": "A", "abstract": "a"}\n'
    path = packed(tmp_path / "p", head=good)
    code, megabytes, _ = measured(path, out=tmp_path / "measured")
    assert code == 0
    assert megabytes < 500
    done = filter_file(path, out=tmp_path / "o")
    assert done.metadata["dropped"] == {"bad line": 1}
    assert done.metadata["papers"] == 1


@pytest.mark.parametrize("name", ["../../p.jsonl", "/etc/p.jsonl", "C:\\p.jsonl"])
def test_a_name_that_leads_out_of_the_archive(name: str, tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, '{"title": "A", "abstract": "a"}\n')
    with pytest.raises(InputError, match="name leads out of the archive"):
        filter_file(path, out=tmp_path / "o")


def test_names_and_lines_reach_the_terminal_harmless(cli: Any, tmp_path: Path) -> None:
    folder = tmp_path / "\x1b[31mred"
    folder.mkdir()
    path = folder / "p\x1b]0;x\x07.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a\x1b[2J", "x")
        archive.writestr("b", "y")
    said = refusal(cli("filter", path, "--out", tmp_path / "o"))
    assert "holds 2 files" in said
    lines = folder / "p.jsonl"
    lines.write_bytes(b'{"title": "A", "abstract": "a"}\n\x1b]0;title\x07\x9b31m\xe2\x80\xae\n')
    said = cli("filter", lines, "--out", tmp_path / "o")
    assert said.code == 0
    assert "\\u001b]0;title\\u0007\\x9b31m\\u202e" in said.err.replace("\\\\", "\\")
    assert not set("\x1b\x07\x9b\u202e") & set(said.err)


def test_hostile_texts_are_stored_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    records = [{"title": text, "abstract": text, "url": text, "authors": text} for text in HOSTILE]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    rows = pq.read_table(filter_file(path, out=tmp_path / "o").out).to_pylist()
    assert len(rows) == len(HOSTILE)
    texts = "".join(row["title"] + row["abstract"] + row["authors"] for row in rows)
    assert not set("\x00\x08\x1b\x07\u202e\u2066\ud800") & set(texts)
    assert {row.get("url") or "" for row in rows} == {""}


LINES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [
                b'{"title": "A", "abstract": "a"}',
                b"{}",
                b"[]",
                b'{"title": 1e999}',
                b'{"id": "0704.0001", "title": "B", "abstract": "b", "versions": [1, {}]}',
                b'{"paper": {"title": "C"}}',
                b'{"title": ["D"], "abstract": {"x": 1}}',
                b'{"title": "E", "date": "2020-99", "year": -5, "authors": [1, "x"]}',
            ]
        ),
    ),
    max_size=8,
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(lines=LINES, end=st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
def test_any_lines_are_papers_or_lost_one_by_one(
    lines: list[bytes], end: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    (folder / "p").write_bytes(end.join(lines))
    limits = Limits(line=200, total=10**6, part=64)
    told: dict[str, Any] | None = None
    problems: list[str] = []
    try:
        told = filter_file(folder / "p", out=folder / "o", limits=limits).metadata
    except InputError as error:
        problems = error.problems
    assert bool(problems) == (told is None)
    if told is not None:
        table = pq.read_table(folder / "o")
        assert table.num_rows == told["papers"] > 0
        assert told["papers"] + told["dropped"].get("no title", 0) == told["records"]
        assert all(row["title"] for row in table.to_pylist())
