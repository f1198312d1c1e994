"""JSON, JSON Lines and Parquet: odd records in good files, and unusable ones."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import Snapshot, read_snapshot

TODAY = date(2025, 3, 20)


def read(path: Path, content: str | bytes, **settings: object) -> Snapshot:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    path.write_bytes(data)
    return read_snapshot([path], today=TODAY, **settings)  # type: ignore[arg-type]


def titles(snapshot: Snapshot) -> list[str]:
    return sorted(snapshot.papers["title"])


# JSON


@pytest.mark.parametrize("key", ["papers", "data", "Results", "items", "whatever"])
def test_an_object_that_holds_the_records(tmp_path: Path, key: str) -> None:
    document = {"total": 2, key: [{"title": "A", "abstract": "a"}], "tags": ["x"], "none": []}
    assert titles(read(tmp_path / "p", json.dumps(document))) == ["A"]


def test_of_several_lists_the_named_one_counts(tmp_path: Path) -> None:
    document = {"authors": [{"name": "x"}], "papers": [{"title": "A", "abstract": "a"}]}
    assert titles(read(tmp_path / "p", json.dumps(document))) == ["A"]
    with pytest.raises(InputError, match="several lists of records; its keys are one, two"):
        read(tmp_path / "p", json.dumps({"one": [{"title": "A"}], "two": [{"title": "B"}]}))


def test_numbers_keep_their_spelling_as_ids(tmp_path: Path) -> None:
    text = (
        '[{"id": 2310.00010, "title": "A", "abstract": "a", "score": 2.50, "n": NaN, "k": 1e400}]'
    )
    row = read(tmp_path / "p", text).papers.iloc[0]
    assert row["paper_id"] == "2310.00010"
    assert row["score"] == 2.5
    assert "n" not in row
    assert "k" not in row


def test_an_answer_of_the_daily_papers(tmp_path: Path) -> None:
    inner = {
        "id": "2503.00010",
        "publishedAt": "2025-03-10T22:23:19.000Z",
        "submittedOnDailyAt": "2025-03-17T00:44:05.364Z",
        "title": "A Title\n  in two lines",
        "summary": "The inner\nsummary.",
        "upvotes": 46,
        "ai_summary": None,
    }
    outer = {
        "publishedAt": "2025-03-12T03:23:19.000Z",
        "title": "outer",
        "ai_summary": "by a model",
    }
    older = {"paper": {"id": "2503.00020", "title": "B", "summary": "b"}, "numComments": 1}
    snapshot = read(tmp_path / "p", json.dumps([{"paper": inner, **outer}, older]))
    row = snapshot.papers.iloc[0]
    assert (snapshot.date, snapshot.date_from) == (date(2025, 3, 17), "content")
    assert (row["title"], row["abstract"]) == ("A Title in two lines", "The inner summary.")
    assert row["published"] == pd.Timestamp(2025, 3, 10)
    assert row["listed"] == pd.Timestamp(2025, 3, 17)
    assert (row["upvotes"], row["ai_summary"]) == (46, "by a model")


def test_elements_that_are_no_records_are_counted(tmp_path: Path) -> None:
    snapshot = read(tmp_path / "p", '[{"title": "A", "abstract": "a"}, 1, "x", null]')
    assert snapshot.dropped == {"not a record": 3}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"title": "A", "abstract": "a"', "is broken JSON at line 1, column 32"),
        ("[]", "is JSON without records"),
        ("[[1], [2]]", "is JSON without records"),
        ('{"meta": {}, "papers": []}', "is a response whose list of records (papers) is empty"),
        ("{}", "its keys are none"),
        ("[" * 100_000, "is JSON nested too deep to be read"),
        ('{"a":' * 100_000, "is JSON nested too deep to be read"),
    ],
    ids=range(7),
)
def test_unusable_json(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / "p", text)
    assert found in str(caught.value)
    assert "one record per line (JSON Lines)" in str(caught.value)


def test_a_bad_line_of_json_lines_loses_only_itself(tmp_path: Path) -> None:
    good = json.dumps({"title": "A \u2028 B", "abstract": "a"}, ensure_ascii=False)
    lines = [
        good,
        '{"title": "broken',
        "[1]",
        "{" * 5 + '"a":' * 5,
        "",
        '{"title": "C", "abstract": 1}',
    ]
    lines.append('{"a":' * 100_000)
    snapshot = read(tmp_path / "p", "\r\n".join(lines))
    assert titles(snapshot) == ["A B", "C"]
    assert snapshot.dropped == {"bad line": 4}
    assert snapshot.inputs[0]["format"] == "jsonl"


def test_records_with_endless_keys_keep_the_fullest(tmp_path: Path) -> None:
    records = [{"title": f"T{i}", "abstract": "a", "common": 1, f"key {i}": i} for i in range(300)]
    snapshot = read(tmp_path / "p", json.dumps(records))
    assert snapshot.papers.shape[1] == 10 + 200
    assert "common" in snapshot.papers
    assert snapshot.notes[0].endswith("has 301 further columns; the emptiest 101 were left out")


# Parquet


def test_parquet_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([2310.0001, 704.0001]),
            "title": pa.array(["A", "B"]).dictionary_encode(),
            "abstract": ["a", None],
            "published": pa.array(
                [pd.Timestamp("2023-10-05 23:00"), None], pa.timestamp("ns", tz="America/New_York")
            ),
            "listed": pa.array([date(2023, 10, 7), None], pa.date32()),
            "raw": pa.array([b"\xffx", None]),
            "nested": pa.array([[{"a": 1}], []]),
            "n": pa.array([1, None], pa.int32()),
        }
    )
    pq.write_table(table, tmp_path / "p")
    snapshot = read_snapshot([tmp_path / "p"], today=TODAY)
    papers = snapshot.papers.set_index("title")
    assert papers["paper_id"].to_dict() == {"A": "2310.00010", "B": "0704.0001"}
    assert papers.loc["A", "published"] == pd.Timestamp(2023, 10, 5)
    assert papers.loc["A", "listed"] == pd.Timestamp(2023, 10, 7)
    assert papers.loc["B", "published_precision"] == "month"
    assert (papers.loc["A", "nested"], papers.loc["A", "n"]) == ('[{"a": 1}]', 1.0)
    assert papers.loc["A", "raw"] == "\ufffdx"
    assert (snapshot.date, snapshot.date_from) == (date(2023, 10, 7), "content")


def test_timestamps_with_a_zone_count_in_utc(tmp_path: Path) -> None:
    late = pd.Timestamp("2023-10-05 23:00", tz="America/New_York")
    frame = pd.DataFrame({"title": ["A"], "abstract": ["a"], "published": [late]}, index=[7])
    frame.to_parquet(tmp_path / "p")
    papers = read_snapshot([tmp_path / "p"], today=TODAY).papers
    assert papers["published"].tolist() == [pd.Timestamp(2023, 10, 6)]
    assert not any("index" in column for column in papers)


def test_ids_too_short_for_arxiv_are_not_guessed(tmp_path: Path) -> None:
    table = {"id": pa.array([2310.00001], pa.float32()), "title": ["A"], "abstract": ["a"]}
    pq.write_table(pa.table(table), tmp_path / "p")
    snapshot = read_snapshot([tmp_path / "p"], today=TODAY)
    assert snapshot.papers["paper_id"].str.startswith("t").all()
    assert "32-bit floats" in snapshot.notes[0]


def test_broken_and_empty_parquet(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is Parquet that cannot be read"):
        read(tmp_path / "p", b"PAR1" + bytes(100) + b"PAR1")
    pq.write_table(pa.table({"title": pa.array([], pa.string())}), tmp_path / "p")
    with pytest.raises(InputError, match="is a Parquet table with no rows"):
        read_snapshot([tmp_path / "p"], today=TODAY)
