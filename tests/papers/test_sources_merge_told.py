"""What merging duplicates does to the counts by year, in `papertide snapshot` and in a run."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.papers.duplicates import duplicate_summary
from analysis.papers.snapshot import read_snapshot

TODAY = date(2026, 1, 1)
TEXT = "Walks in small gardens by the sea are told of here, one after another, at some length {}."


def made(path: Path) -> Path:
    """Seven records, five papers: of 2020 two are merged away, of 2021 one of three."""
    records = [
        {"title": "Gardens", "abstract": TEXT.format("one"), "date": "2020-05-01", "id": "a"},
        {"title": "GARDENS", "abstract": TEXT.format("one"), "date": "2021", "id": "b"},
        {"title": "Gardens!", "abstract": TEXT.format("one"), "id": "c"},
        {"title": "The sea", "abstract": "Of the sea.", "date": "2021-02", "id": "d"},
        {"title": "The sky", "abstract": "Of the sky.", "date": "2021-03", "id": "e"},
        {"title": "Stones", "abstract": "Of stones.", "id": "f"},
        {"title": "Trees", "abstract": "Of trees.", "date": "2022", "id": "g"},
    ]
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


BY_YEAR = [
    {"year": 2020, "records": 2, "merged": 1, "papers": 1},  # c counts in the year of its paper
    {"year": 2021, "records": 3, "merged": 1, "papers": 2},
    {"year": 2022, "records": 1, "merged": 0, "papers": 1},
]


def test_counts_by_year_before_and_after(tmp_path: Path) -> None:
    read = read_snapshot([made(tmp_path / "p.json")], today=TODAY)
    told = duplicate_summary(read.papers, merged=read.merged, near=read.near)
    assert told["by_year"] == BY_YEAR
    assert (told["merged"], told["rules"]) == (2, {"same title": 2})
    assert told["years"] == {"2020": 1, "2021": 1}
    assert [row["other_id"] for row in told["rows"]] == ["b", "c"]


def test_no_more_are_named_than_asked_but_all_are_counted(tmp_path: Path) -> None:
    read = read_snapshot([made(tmp_path / "p.json")], today=TODAY)
    told = duplicate_summary(read.papers, merged=read.merged, near=read.near, limit=1)
    assert (told["merged"], len(told["rows"])) == (2, 1)


def test_the_snapshot_shows_them(cli: Any, tmp_path: Path) -> None:
    said = cli("snapshot", made(tmp_path / "p.json"))
    lines = said.out.splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("year"))
    assert lines[head].split() == ["year", "records", "merged", "papers", "bar"]
    assert [line.split()[:4] for line in lines[head + 2 : head + 5]] == [
        [str(n) for n in row.values()] for row in BY_YEAR
    ]


@pytest.mark.parametrize(("level", "merged"), [("all", 1), ("exact", 0)])
def test_a_run_keeps_the_list_and_exact_undoes_it(
    level: str, merged: int, cli: Any, tmp_path: Path
) -> None:
    words = " ".join(f"word{chr(97 + i)}{chr(97 + i // 3)}" for i in range(26))
    records = [
        {"title": "On walking in small gardens by the sea", "abstract": words, "date": "2020"},
        {"title": "Walking in small gardens by the sea", "abstract": words, "date": "2021"},
        {"title": "Stones", "abstract": "Of stones.", "date": "2022"},
    ]
    path = tmp_path / "p.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    said = cli("run", path, "--runs", tmp_path / "r", "--quiet", "--duplicates", level)
    told = json.loads((Path(said.out.strip()) / "manifest.json").read_text())["duplicates"]
    assert (told["merged"], len(told["rows"]), told["near"]) == (merged, merged, 0)
    assert sum(row["records"] for row in told["by_year"]) == 3
    assert sum(row["papers"] for row in told["by_year"]) == 3 - merged
