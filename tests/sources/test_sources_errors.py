"""Bad input: one message each, with what was found, what is allowed and what to do next."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.papers.snapshot import read_snapshot
from analysis.sources.formats import FORMATS_IN_WORDS
from analysis.sources.texts.decoding import decode

TODAY = date(2025, 3, 20)


def message(*paths: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_snapshot(paths, today=TODAY)
    return str(caught.value)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    assert message(tmp_path / "no.csv") == (
        f"Found: {tmp_path / 'no.csv'} does not exist\n"
        f"Allowed: one or more files, each {FORMATS_IN_WORDS}\n"
        "Next: check the path; save the page or export the table again if it is empty"
    )
    assert f"{tmp_path} is a folder without files" in message(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "pipe is not an ordinary file" in message(tmp_path / "pipe")
    assert "does not exist" in message(Path("a\x1b[31mb"))
    assert "\x1b" not in message(Path("a\x1b[31mb"))
    assert "cannot be read" in message(Path("x" * 5000)) or "exist" in message(Path("x" * 5000))
    assert "no snapshot was given" in message()


@pytest.mark.parametrize("data", [b"", b"  \n\r\n\t ", b"\xef\xbb\xbf \n"])
def test_empty_files(tmp_path: Path, data: bytes) -> None:
    text = message(written(tmp_path / "p.csv", data))
    assert "is empty" in text or "holds nothing but spaces" in text
    assert "Next: " in text


@pytest.mark.parametrize(
    ("data", "found", "step"),
    [
        (b"\x1f\x8b\x08\x00abc", "is a gzip file that cannot be unpacked", "unpack it"),
        (b"PK\x03\x04abc", "is a zip file that cannot be unpacked", "unpack it"),
        (b"%PDF-1.7 abc", "is a PDF", "abstracts as text"),
        (b"SQLite format 3\x00abc", "is an SQLite database", "export the table as CSV"),
        (bytes(range(256)) * 20, "is binary data in an unknown format", "export it again as text"),
        (b"title,abstract\nA,\x00b\n", "is binary data in an unknown format", "export it again"),
        (b"\x01\x02\x03\x04text" * 9, "is binary data in an unknown format", "export it again"),
    ],
)
def test_binary_files(tmp_path: Path, data: bytes, found: str, step: str) -> None:
    text = message(written(tmp_path / "p.txt", data))
    assert found in text
    assert step in text.split("Next: ")[1]


def test_a_table_without_title_or_abstract_column(tmp_path: Path) -> None:
    text = message(written(tmp_path / "p.csv", b"name,abstract,year\nA,a,2024\n"))
    assert f"{tmp_path / 'p.csv'} has no title column; its columns are name, abstract, year" in text
    assert "title: title, paper_title," in text
    assert text.endswith("or rename the column that holds the title")
    text = message(written(tmp_path / "p.csv", b"a,b\n1,2\n3,4\n"))
    assert "has no title and no abstract column; its columns are a, b" in text


def test_column_names_are_shown_cleaned_and_cut(tmp_path: Path) -> None:
    names = ["\x1b[31mred", "y" * 99, "year", *(f"c{i}" for i in range(30))]
    rows = ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n"
    text = message(written(tmp_path / "p.csv", rows.encode()))
    assert "\x1b" not in text
    assert "y" * 41 not in text
    assert "and 13 more" in text


def test_a_table_with_a_header_and_nothing_else(tmp_path: Path) -> None:
    assert "has a header and no rows" in message(written(tmp_path / "p", b"title,abstract\n"))
    text = message(written(tmp_path / "p", b"title,abstract\nn/a,a\n,b\n"))
    assert "no paper is left (dropped: 2 no title)" in text


SAMPLES = [b"word ", b"x", b"title,", b'{"a": ', b"[", b'"', b"[a", b"[[a]", b"a\x0bb", b"byak "]
SAMPLES += [b"*", b"- ", b"(", b"](/papers/", b"| ", b"2024-"]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_line_of_10_mb_ends_in_a_message(tmp_path: Path, sample: bytes) -> None:
    path = written(tmp_path / "p", sample * (10_000_000 // len(sample)) + b"x")
    assert message(path).startswith("Found: ")


def test_problems_of_several_files_come_together(tmp_path: Path) -> None:
    good = written(tmp_path / "good.csv", b"title,abstract\nA,a\n")
    empty = written(tmp_path / "empty.csv", b"")
    bare = written(tmp_path / "bare.csv", b"name,text\nA,a\n")
    (tmp_path / "void").mkdir()
    text = message(good, empty, bare, tmp_path / "none.csv", tmp_path / "void")
    assert text.startswith("Found:\n")
    assert text.count("\n  - ") == 4
    for part in (
        "empty.csv is empty",
        "bare.csv has no title",
        "none.csv does not",
        "a folder without files",
    ):
        assert part in text
    assert text.count("Allowed: ") == text.count("Next: ") == 1


@settings(max_examples=150)
@given(data=st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_a_message(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("bytes") / "p", data)
    try:
        snapshot = read_snapshot([path], today=TODAY)
    except InputError:
        return
    assert len(snapshot.papers)


PIECES = st.sampled_from(
    [
        *("title", "abstract", ",", ";", "\n", "\r", '"', "\t", "A", "{", "}", "[", "]", ":", "1"),
        *("Mar 17", " ", "https://huggingface.co/papers/2310.00001", "](", "x" * 200, ". "),
        *("\x1b", "é", "\ufeff"),
    ]
)


@settings(max_examples=200)
@given(pieces=st.lists(PIECES, max_size=40))
def test_no_text_ends_in_anything_but_a_message(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    path = written(tmp_path_factory.mktemp("text") / "p", "".join(pieces).encode())
    try:
        snapshot = read_snapshot([path], today=TODAY)
    except InputError:
        return
    papers = snapshot.papers
    assert papers["title"].str.len().min() > 0
    assert snapshot.inputs[0]["n_papers"] == len(papers) + snapshot.dropped.get("duplicate", 0)


def test_text_with_a_mark_that_breaks_off_loses_one_character():
    text, notes = decode("\ufeffÅngström – über".encode()[:-4], shown="p.txt")
    assert text == "Ångström – "
    text, notes = decode(b"\xef\xbb\xbf" + "§ über".encode() + b"\xc3", shown="p.txt")
    assert text == "§ über"
    assert notes == ("p.txt breaks off within a character; that character was left out",)


def test_text_with_a_mark_and_a_bad_byte_names_the_byte_of_the_file():
    with pytest.raises(InputError) as caught:
        decode(b"\xef\xbb\xbf" + "ü\n".encode() + b"a\xffb" + "ü".encode(), shown="p.txt")
    assert "p.txt mixes encodings: most of it is UTF-8, but byte 7 (line 2) is not" in str(
        caught.value
    )


def test_records_without_any_column_are_refused_in_whole_words(tmp_path):
    path = tmp_path / "p.json"
    path.write_text("[{}]", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_snapshot([path], today=date(2026, 1, 1))
    assert "p.json has no title and no abstract column; its columns are none" in str(caught.value)
