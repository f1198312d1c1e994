"""Columns that ride along."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.papers.snapshot import Snapshot, read_snapshot
from analysis.sources import read_dates
from conftest import ROOT

DATA = ROOT / "data"
BUNDLED = DATA / "snapshots" / "hf-trending-2025-03-17.txt"
TODAY = date(2025, 3, 20)


def snap(tmp_path: Path, records: list[dict[str, object]], *, name: str = "p.json") -> Snapshot:
    path = tmp_path / name
    path.write_text(json.dumps(records), encoding="utf-8")
    return read_snapshot([path], today=TODAY)


def paper(title: str = "A", abstract: str | None = "about a", **more: object) -> dict[str, object]:
    return {"title": title, "abstract": abstract, **more}


def test_other_columns_ride_along_as_scalars(tmp_path: Path) -> None:
    records = [
        paper(
            "A",
            votes=3,
            score=0.5,
            tags=["x", "y"],
            who={"a": 1.50},
            ok=True,
            source="s",
            PAPER_ID=1,
        ),
        paper("B", votes=4, score=None, tags=[], who=None, ok=False, source=None, Ok="third"),
    ]
    papers = snap(tmp_path, records).papers.set_index("title")
    assert papers["votes"].dtype == "int64"
    assert papers["score"].dtype == "float64"
    assert papers["ok"].dtype == "bool"
    assert papers["Ok_2"].fillna("").to_dict() == {"A": "", "B": "third"}
    assert papers.loc["A", "tags"] == '["x", "y"]'
    assert papers.loc["A", "who"] == '{"a": 1.5}'
    assert pd.isna(papers.loc["B", "tags"])
    assert papers.loc["A", "input_source"] == "s"
    assert set(papers["source"]) == {"json"}
    assert "id" not in papers


def test_texts_become_numbers_only_where_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "title,abstract,n,zip,version,ratio,ref\n"
        "A,a,3,01234,1.10,0.5,2310.12345\nB,b,-4,1234,1.2,12.25,2310.12346\n",
        encoding="utf-8",
    )
    papers = read_snapshot([path], today=TODAY).papers
    kinds = {name: papers[name].dtype.kind for name in ("n", "zip", "version", "ratio", "ref")}
    assert kinds["n"] == "i"
    assert kinds["ratio"] == "f"
    assert sorted(papers["zip"]) == ["01234", "1234"]
    assert sorted(papers["version"]) == ["1.10", "1.2"]
    assert sorted(papers["ref"]) == ["2310.12345", "2310.12346"]


def test_of_two_columns_for_one_name_the_other_rides_along(tmp_path: Path) -> None:
    record = {
        "Summary": "short",
        "TITLE": "A",
        "Abstract": "long",
        "Publication Date": "2024",
        "date": "x",
    }
    papers = snap(tmp_path, [record]).papers
    assert papers["abstract"].tolist() == ["long"]
    assert papers["Summary"].tolist() == ["short"]
    assert papers["published"].dt.year.tolist() == [2024]
    assert papers["date"].tolist() == ["x"]


def test_our_own_table_can_be_read_again(tmp_path: Path) -> None:
    dates = read_dates([DATA / "arxiv_ids.csv"])
    papers = read_snapshot([BUNDLED], dates=dates, today=TODAY).papers
    papers.to_csv(tmp_path / "papers.csv", index=False)
    again = read_snapshot([tmp_path / "papers.csv"], today=TODAY).papers
    same = [c for c in papers.columns if c not in ("source", "aliases")]
    pd.testing.assert_frame_equal(again[same], papers[same])


def test_the_input_frame_of_a_stage_is_left_alone() -> None:
    from analysis.papers.exact_duplicates import assign_ids, drop_duplicates

    frame = pd.DataFrame(
        {
            "paper_id": ["x", "x"],
            "title": ["A", "A"],
            "title_key": ["a", "a"],
            "abstract": ["one", "three"],
            "published": pd.Series([pd.NaT, pd.Timestamp(2024, 1, 1)]),
            "source": ["csv", "json"],
            "arxiv_id": pd.Series([None, None], dtype="str"),
            "source_id": pd.Series([None, None], dtype="str"),
            "aliases": [["b"], ["a", "b"]],
        }
    )
    before = frame.copy(deep=True)
    assign_ids(frame)
    merged = drop_duplicates(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert merged["aliases"].tolist() == [["a", "b"]]
    assert merged["published"].tolist() == [pd.Timestamp(2024, 1, 1)]
    # The longer abstract and the date are from one row.
    assert merged["provenance"].isna().all()


def test_importing_the_package_loads_no_pandas() -> None:
    code = "import sys, analysis.sources; print('pandas' in sys.modules, 'numpy' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(DATA.parent / "src")},
    )
    assert out.stdout.split() == ["False", "False"]


def test_numpy_scalars_ride_along(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"title": ["A", "B"], "abstract": ["a", "b"], "v": [np.array([1, 2]), np.array([])]}
    )
    frame.to_parquet(tmp_path / "p.parquet")
    papers = read_snapshot([tmp_path / "p.parquet"], today=TODAY).papers.set_index("title")
    assert papers.loc["A", "v"] in ("[1, 2]", "[1.0, 2.0]")
    assert pd.isna(papers.loc["B", "v"])
