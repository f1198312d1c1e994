"""The dates in arXiv's metadata, line by line: the same as by the reader of papers, sooner."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.sources import add_to_index
from analysis.sources import dates_index as index
from analysis.sources.dates_index import arxiv_dates, read_rows

TODAY = date(2025, 3, 20)
COLUMNS = ["title_key", "arxiv_id", "published", "published_precision"]


def line(
    identifier: Any, title: Any = "Of models", *, day: str = "2020-05-06", **other: Any
) -> str:
    """One line of the metadata, with the fields that it has there."""
    at = datetime.fromisoformat(day).replace(hour=17, tzinfo=UTC)
    record = {
        "id": identifier,
        "submitter": "Ada Lovelace",
        "authors": 'A. Lovelace and E. Schr\\"odinger',
        "title": title,
        "journal-ref": None,
        "categories": "hep-ph cs.LG",
        "abstract": "  We say what is so.\n",
        "versions": [{"version": "v1", "created": format_datetime(at, usegmt=True)}],
        "update_date": "2024-01-01",
        "authors_parsed": [["Lovelace", "Ada", ""]],
    }
    return json.dumps(record | other)


LINES = [
    line("0704.0001", "Calculation of prompt production\n  at the LHC", day="2007-04-02"),
    line("1501.00010", r"Schr\"odinger's $\alpha$ cat", day="2015-01-01"),
    line("astro-ph/0601001", "An old one", day="2006-01-01"),
    line(704.0005, "A number for an id"),
    line("2005.00001", "Mojibake SchrÃ¶dinger"),
    line("2005.00002", "No date", versions=[]),
    line("2005.00003", "A date to come", day="2031-01-01"),
    line(
        "2005.00004",
        "v1 is not the first",
        versions=[
            {"version": "v2", "created": "Tue, 5 Jan 2021 00:00:00 GMT"},
            {"version": "v1", "created": "Mon, 4 Jan 2021 00:00:00 GMT"},
        ],
    ),
    line("no id", "An id that is none"),
    line("2005.00006", ""),
    "{broken",
    "",
    "[1]",
    line("2005.00007", "The last"),
]


def written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_dates_are_those_of_the_reader_of_papers(tmp_path):
    path = written(tmp_path / "a.jsonl", LINES)
    found = arxiv_dates(path, latest=TODAY + timedelta(days=31), max_mb=1)
    read = read_rows([path], today=TODAY)
    expected = read.loc[read["published"].notna(), COLUMNS].reset_index(drop=True)
    assert found is not None
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected)
    assert len(found) == 7
    assert found["arxiv_id"].iloc[:4].tolist() == [
        *("0704.0001", "1501.00010", "astro-ph/0601001", "0704.0005")
    ]


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_chunks_make_no_difference(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(index, "CHUNK", chunk)
    path = written(tmp_path / "a.jsonl", LINES)
    found = arxiv_dates(path, latest=TODAY, max_mb=1)
    assert found is not None
    assert len(found) == 7
    assert found.dtypes.astype(str).to_dict()["published"] == "datetime64[us]"


def test_gzip_and_zip_are_read_as_they_are(tmp_path):
    plain = written(tmp_path / "a.jsonl", LINES)
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "arxiv-metadata-oai-snapshot.json")
    tables = [arxiv_dates(p, latest=TODAY, max_mb=1) for p in (plain, packed, tmp_path / "a.zip")]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"title,arxiv_id,published\nA,2005.00001,2020-05-06\n",
        b'{"title": "A"}\n',
        b"[\n{}\n]",
        b"\x89PNG",
        b"PAR1",
        b'{"id": "W1", "title": "A", "abstract": "b", "versions": []}\n',
    ],
)
def test_other_files_are_left_to_the_other_readers(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert arxiv_dates(path, latest=TODAY, max_mb=1) is None
    assert arxiv_dates(tmp_path, latest=TODAY, max_mb=1) is None
    assert arxiv_dates(tmp_path / "none", latest=TODAY, max_mb=1) is None


def test_the_limit_is_that_of_the_unpacked_file(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress("\n".join([LINES[0]] * 3000).encode()))
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match="larger than 1 MB") as caught:
        arxiv_dates(path, latest=TODAY, max_mb=1)
    assert "--max-mb" in str(caught.value)
    assert arxiv_dates(path, latest=TODAY, max_mb=2) is not None


def test_one_endless_line_is_refused(tmp_path):
    path = written(tmp_path / "a", [LINES[0], "x" * 3_000_000])
    with pytest.raises(InputError, match="larger than 1 MB"):
        arxiv_dates(path, latest=TODAY, max_mb=1)


def test_an_archive_that_is_cut_off_is_an_error(tmp_path):
    content = gzip.compress("\n".join(line(f"2005.{i:05}") for i in range(1, 3000)).encode())
    path = tmp_path / "a.gz"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="cannot be unpacked"):
        arxiv_dates(path, latest=TODAY, max_mb=9)


@pytest.mark.slow
def test_twenty_thousand_lines_take_about_a_second(tmp_path):
    """120,000 take 4 s of one core; the bound leaves room for a busy machine."""
    text = "  We say what is so.\n" * 40
    lines = [
        line(
            f"20{i // 9000:02}.{i % 9000 + 1:05}".replace("2000.", "2012."),
            f"Of model {i}",
            abstract=text,
        )
        for i in range(20_000)
    ]
    path = written(tmp_path / "a.jsonl", lines)
    added, total = add_to_index([path], index=tmp_path / "i.parquet", today=TODAY)
    assert added == total > 15_000
