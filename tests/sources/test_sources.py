"""From files to the papers table: the bundled page, texts, the snapshot's date."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.escaping import clean, short_hash
from analysis.base.schema import TABLES, conform
from analysis.papers.snapshot import Snapshot, dropped_line, read_snapshot
from analysis.sources import read_dates
from analysis.sources.texts.markup import plain_text
from conftest import ROOT
from hostile import HOSTILE

DATA = ROOT / "data"
BUNDLED = DATA / "snapshots" / "hf-trending-2025-03-17.txt"
TODAY = date(2025, 3, 20)


def snap(tmp_path: Path, records: list[dict[str, object]], *, name: str = "p.json") -> Snapshot:
    path = tmp_path / name
    path.write_text(json.dumps(records), encoding="utf-8")
    return read_snapshot([path], today=TODAY)


def paper(title: str = "A", abstract: str | None = "about a", **more: object) -> dict[str, object]:
    return {"title": title, "abstract": abstract, **more}


# The bundled snapshot


def test_the_bundled_page_gives_177_papers_all_dated() -> None:
    dates = read_dates([DATA / "arxiv_ids.csv"])
    snapshot = read_snapshot([BUNDLED], dates=dates, today=TODAY)
    papers = snapshot.papers
    assert len(papers) == 177
    assert snapshot.dropped == {}
    assert snapshot.notes == []
    assert (snapshot.date, snapshot.date_from) == (date(2025, 3, 17), "content")
    assert papers["published_precision"].value_counts().to_dict() == {"month": 135, "day": 42}
    assert papers["paper_id"].str.endswith("0").sum() == 17
    assert set(papers["paper_id"]) == set(dates["arxiv_id"])
    assert (papers["url"] == "https://arxiv.org/abs/" + papers["paper_id"]).all()
    assert set(papers["source"]) == {"hf-page"}
    data = BUNDLED.read_bytes()
    assert snapshot.inputs == [
        {
            "name": BUNDLED.name,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "format": "hf-page",
            "n_papers": 177,
        }
    ]


def test_the_bundled_page_without_dates_files() -> None:
    papers = read_snapshot([BUNDLED], today=TODAY).papers
    assert len(papers) == 177
    assert papers["paper_id"].str.fullmatch(r"t[0-9a-f]{12}").all()
    assert papers["published"].isna().all()
    assert papers["published_precision"].isna().all()
    assert papers["abstract"].str.len().min() > 1300
    assert papers["title"].str.len().max() == 174


def test_the_table_is_the_schema_s(tmp_path: Path) -> None:
    papers = snap(tmp_path, [paper(note="x"), paper("B", None)]).papers
    ours = [
        c for c in TABLES["papers"].columns if c not in ("in_snapshot", "first_run", "last_run")
    ]
    assert list(papers.columns) == [*ours, "note"]
    added = papers.assign(in_snapshot=True, first_run="0001", last_run="0001")
    full = conform(added, name="papers")
    pd.testing.assert_frame_equal(full[papers.columns.tolist()], papers)
    assert papers["paper_id"].is_monotonic_increasing


def test_a_text_hash_covers_title_and_abstract(tmp_path: Path) -> None:
    papers = snap(tmp_path, [paper("A", "about"), paper("B", None)]).papers.set_index("title")
    assert papers.loc["A", "text_hash"] == short_hash("A\nabout", length=16)
    assert papers.loc["B", "text_hash"] == short_hash("B\n", length=16)


# Titles, abstracts, notes


def test_rows_without_title_are_dropped_and_abstracts_may_lack(tmp_path: Path) -> None:
    snapshot = snap(
        tmp_path,
        [
            paper(),
            paper(""),
            paper("NaN"),
            paper("B", "n/a"),
            paper("C", "[No abstract available]"),
        ],
    )
    assert snapshot.dropped == {"no title": 2}
    assert snapshot.papers["abstract"].isna().sum() == 2
    assert snapshot.notes == [
        "2 abstracts are placeholders and count as missing (“No abstract available”)",
        "2 papers have no abstract; they are placed by title",
    ]
    assert dropped_line(snapshot.dropped) == "Dropped: 2 no title"
    assert (
        dropped_line({"duplicate": 1200, "bad line": 1}) == "Dropped: 1 bad line, 1,200 duplicate"
    )
    assert dropped_line({}) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_through_cleaned(tmp_path: Path, text: str) -> None:
    record = paper(text, text, note=text, url=text, published=text)
    record[text] = text
    snapshot = snap(tmp_path, [record])
    row = snapshot.papers.iloc[0]
    assert row["title"] == row["abstract"] == clean(plain_text(text))
    assert row["note"] == clean(text)
    assert pd.isna(row["url"])
    snapshot.papers.to_parquet(tmp_path / "out.parquet")
    back = pd.read_parquet(tmp_path / "out.parquet")
    assert back["title"].tolist() == [row["title"]]
    assert not any("\x1b" in note or "\n" in note for note in snapshot.notes)


# The snapshot's date


@pytest.mark.parametrize(
    ("name", "listed", "expected"),
    [
        ("p-2025-03-01.json", "2025-03-05T23:00:00-05:00", (date(2025, 3, 6), "content")),
        ("p-2025-03-01.json", "2099-01-01", (date(2025, 3, 1), "file name")),
        ("p-2025-03-01.json", None, (date(2025, 3, 1), "file name")),
        ("p-2099-03-01.json", None, (None, "unknown")),
        ("p.json", None, (None, "unknown")),
    ],
)
def test_the_date_of_a_snapshot(
    tmp_path: Path, name: str, listed: str | None, expected: tuple[date | None, str]
) -> None:
    snapshot = snap(tmp_path, [paper(featured=listed)], name=name)
    assert (snapshot.date, snapshot.date_from) == expected


def test_a_given_date_wins_and_bounds_the_dates(tmp_path: Path) -> None:
    path = tmp_path / "p-2025-03-01.csv"
    path.write_text("title,abstract,published\nA,a,2020-02-01\nB,b,2020-02-02\n", encoding="utf-8")
    snapshot = read_snapshot([path], snapshot_date=date(2020, 1, 1), today=TODAY)
    assert (snapshot.date, snapshot.date_from) == (date(2020, 1, 1), "given")
    assert snapshot.papers["published"].notna().sum() == 1
    assert snapshot.notes == [
        f"{path.name}: 1 publication date was not used: 1 later than 2020-02-01 (such as "
        '"2020-02-02")'
    ]


@pytest.mark.parametrize("day", [date(1899, 1, 1), date(2099, 1, 1)])
def test_an_implausible_given_date_is_refused(day: date) -> None:
    with pytest.raises(InputError, match=f"the snapshot's date is {day.isoformat()}") as caught:
        read_snapshot([BUNDLED], snapshot_date=day, today=TODAY)
    assert "a day from 1900-01-01 to 2025-04-20" in str(caught.value)
