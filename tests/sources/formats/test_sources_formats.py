"""Column names, detection, CSV and encodings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import Snapshot, read_snapshot
from analysis.sources.columns import ALIASES, column_key, match_columns
from analysis.sources.formats import Content, detect_format

TODAY = date(2025, 3, 20)


def read(path: Path, content: str | bytes, **settings: object) -> Snapshot:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    path.write_bytes(data)
    return read_snapshot([path], today=TODAY, **settings)  # type: ignore[arg-type]


def titles(snapshot: Snapshot) -> list[str]:
    return sorted(snapshot.papers["title"])


# The alias table


def test_no_alias_means_two_things() -> None:
    keys = [column_key(alias) for aliases in ALIASES.values() for alias in aliases]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("Arxiv ID", "arxiv_id"),
        ("arxivId", "arxiv_id"),
        ("ID", "id"),
        ("published", "published"),
        ("publishedAt", "published"),
        ("listed", "listed"),
        ("Featured", "listed"),
        ("submittedOnDailyAt", "listed"),
        ("SUMMARY", "abstract"),
        ("Publication-Year", "year"),
        ("votes", None),
    ],
)
def test_columns_are_known_by_their_aliases(name: str, standard: str | None) -> None:
    assert list(match_columns([name])) == ([standard] if standard else [])


# Detection


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"title": 1}]', "json"),
        ('  {"papers": []}', "json"),
        ('{\n "papers": [\n  {"title": "A"}\n]}', "json"),
        ('{"a": 1}\n{"a": 2}\n', "jsonl"),
        ('{"a": broken\n{"a": 2}\n', "jsonl"),
        ("title,abstract\nA,b\n", "csv"),
        ("Title;Abstract\nA;b\n", "csv"),
        ("note\ttitle\tabstract\n", "csv"),
        ("sep=;\ntitle;abstract\n", "csv"),
        ("name,text\nA,b\nB,c\n", "csv"),
        ("title\nA\n", "csv"),
        ("new\n\nSubscribe\n", "hf-page"),
        ("One, two, three.\n\nA text with no table.\n", "hf-page"),
        ("[Subscribe](https://huggingface.co)\n", "hf-page"),
    ],
)
def test_the_format_is_told_from_the_content(text: str, expected: str) -> None:
    assert detect_format(Content(text.encode(), text, shown="p"))[0].name == expected


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".parquet", ""])
def test_the_file_name_does_not_matter(tmp_path: Path, suffix: str) -> None:
    snapshot = read(tmp_path / f"p{suffix}", "title,abstract\nA,about\n")
    assert snapshot.inputs[0]["format"] == "csv"
    assert set(snapshot.papers["source"]) == {"csv"}


def test_a_format_that_does_not_fit_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / "p", '[{"title": "A", "abstract": "a"}]', format="csv")
    assert str(caught.value) == (
        f"Found: {tmp_path / 'p'} was to be read as CSV but looks like JSON\n"
        "Allowed: --format json or --format auto for this file\n"
        "Next: give --format json, or leave it out"
    )
    with pytest.raises(InputError, match="was to be read as Parquet but looks like CSV"):
        read(tmp_path / "p", "title,abstract\nA,a\n", format="parquet")
    with pytest.raises(
        InputError,
        match=r"as CSV but looks like a Hugging Face papers page saved as text \(.*no rows",
    ):
        read(tmp_path / "p", "only a line", format="csv")
    with pytest.raises(InputError, match="unknown format docx"):
        read(tmp_path / "p", "title,abstract\nA,a\n", format="docx")


def test_a_format_given_overrides_a_doubtful_look(tmp_path: Path) -> None:
    page = "One, two\n\nThree, four\n\n" + "A sentence about numbers. " * 20
    with pytest.raises(InputError):
        read(tmp_path / "p", "Key, Day\n\n" + "A sentence, about numbers. " * 20)
    forced = read(
        tmp_path / "p", "Key, Day\n\n" + "A sentence, about numbers. " * 20, format="hf-page"
    )
    assert titles(forced) == ["Key, Day"]
    assert detect_format(Content(b"", page, shown="p"))[0].name == "hf-page"
    one = read(tmp_path / "p", '{"title": "A", "abstract": "a"}', format="jsonl")
    assert titles(one) == ["A"]


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_quotes_and_line_breaks(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["note", "title", "abstract"],
        ["", f'"A{delimiter} with ""quotes"""', '"two\r\nlines, and; all | of it"'],
    ]
    text = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n\r\n"
    snapshot = read(tmp_path / "p", text)
    title = f'A{delimiter} with "quotes"'.replace("\t", " ").replace("  ", " ")
    assert titles(snapshot) == [title]
    assert snapshot.papers["abstract"].tolist() == ["two lines, and; all | of it"]
    assert snapshot.dropped == {}


def test_a_separator_line_is_no_header(tmp_path: Path) -> None:
    assert titles(read(tmp_path / "p", "sep=;\r\ntitle;abstract\r\nA;a\r\n")) == ["A"]


def test_rows_with_another_number_of_cells_are_counted(tmp_path: Path) -> None:
    text = "title,abstract,n\nA,a,1\nB,b\nC,c,3,4\nD,d,4,,\n,,\nE,e,5\n"
    snapshot = read(tmp_path / "p", text)
    assert titles(snapshot) == ["A", "D", "E"]
    assert snapshot.dropped == {"wrong number of cells": 2}


def test_an_open_quote_loses_its_own_line_only(tmp_path: Path) -> None:
    text = 'title,abstract\nA,a\n"B,b\nC,c\n"D","d, and\nmore"\nE,e\n'
    snapshot = read(tmp_path / "p", text)
    assert titles(snapshot) == ["A", "C", "D", "E"]
    assert snapshot.dropped == {"wrong number of cells": 1}
    at_the_end = read(tmp_path / "p", 'title,abstract\nA,"a\nB,b\nC,c\n')
    assert titles(at_the_end) == ["B", "C"]
    assert at_the_end.dropped == {"wrong number of cells": 1}


def test_a_table_that_does_not_fit_its_header_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / "p", "title,abstract\n" + "A,a,x\n" * 9 + "B,b\n")
    assert "has 2 cells in its header, but 9 of 10 rows have another number" in str(caught.value)


def test_ids_in_a_csv_stay_strings(tmp_path: Path) -> None:
    snapshot = read(tmp_path / "p", "id,title,abstract\n2310.00010,A,a\n2310.12300,B,b\n")
    assert snapshot.papers["paper_id"].tolist() == ["2310.00010", "2310.12300"]


def test_a_spreadsheet_that_cut_zeros_is_mended(tmp_path: Path) -> None:
    snapshot = read(tmp_path / "p", "arxiv_id,title,abstract\n2310.0001,A,a\n704.0001,B,b\n")
    assert snapshot.papers["paper_id"].tolist() == ["0704.0001", "2310.00010"]


def test_repeated_and_empty_column_names(tmp_path: Path) -> None:
    snapshot = read(tmp_path / "p", "title,abstract,x,x,,Title\nA,a,1,2,3,other\n")
    row = snapshot.papers.iloc[0]
    assert (row["x"], row["x_2"], row["column"], row["input_Title"]) == (1, 2, 3, "other")


def test_a_cell_may_be_very_long(tmp_path: Path) -> None:
    import csv

    before = csv.field_size_limit()
    snapshot = read(tmp_path / "p", "title,abstract\nA," + "long " * 2_000_000 + "\nB,b\n")
    assert snapshot.papers["abstract"].str.len().max() == 9_999_999
    assert csv.field_size_limit() == before


# Encodings


def test_windows_text_is_read_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    snapshot = read(path, "title,abstract\nCafé “A”,résumé – naïve\n".encode("cp1252"))
    assert titles(snapshot) == ["Café “A”"]
    assert snapshot.notes == [
        f"{path} is not UTF-8 (byte 18); it was read as Windows-1252, so check a few accented "
        "letters"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_byte_order_marks(tmp_path: Path, encoding: str) -> None:
    snapshot = read(tmp_path / "p", "title,abstract\nÉtude 日本,über\n".encode(encoding))
    assert titles(snapshot) == ["Étude 日本"]
    assert snapshot.notes == []


def test_mixed_encodings_are_refused_with_the_place(tmp_path: Path) -> None:
    data = "title,abstract\nCafé,für\n".encode() + "Café,für\n".encode("cp1252")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "p", data)
    message = str(caught.value)
    assert "mixes encodings: most of it is UTF-8, but byte 29 (line 3) is not" in message
    assert "Allowed: text in one encoding" in message
    with pytest.raises(InputError, match=r"neither UTF-8 nor Windows-1252: byte 17 \(line 2\)"):
        read(tmp_path / "p", b"title,abstract\nA \x81,b\xe9\n")
    with pytest.raises(InputError, match="begins as UTF-16 but breaks off"):
        read(tmp_path / "p", "title,abstract\nA,b\n".encode("utf-16") + b"\xd8")
