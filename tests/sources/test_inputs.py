"""Folders of files and DataFrames as snapshots: read, checked and recorded like files."""

from __future__ import annotations

import hashlib
import math
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import read_snapshot
from analysis.sources import input_file

TODAY = date(2026, 1, 1)
BODY = "We walked along the canal and counted barges, locks and weirs."
FRAME = pd.DataFrame(
    {
        "Title": ["Barges", "Locks", "Weirs"],
        "Abstract": [BODY, None, "Weirs keep water where it is."],
        "Date": pd.to_datetime(["2019-07-08", None, "2020-03-01 12:30"], format="mixed"),
        "cites": [7, 0, 2],
        "share": [0.1, math.nan, 1 / 3],
        "authors": [["Poe, A", "Moe, B"], [], None],
    },
    index=[5, 5, 7],
)


def refused(*inputs: object, **how: object) -> str:
    with pytest.raises(InputError) as caught:
        read_snapshot(list(inputs), today=TODAY, **how)
    return str(caught.value)


def test_a_frame_is_read_like_a_file_of_its_rows(tmp_path: Path) -> None:
    before = FRAME.copy(deep=True)
    read = read_snapshot([FRAME], today=TODAY)
    pd.testing.assert_frame_equal(FRAME, before)
    papers = read.papers.set_index("title")
    days = papers["published"].dropna().dt.strftime("%Y-%m-%d").to_dict()
    assert days == {"Barges": "2019-07-08", "Weirs": "2020-03-01"}
    assert papers.loc["Barges", "abstract"] == BODY
    assert pd.isna(papers.loc["Locks", "abstract"])
    assert papers["cites"].to_dict() == {"Barges": 7, "Locks": 0, "Weirs": 2}
    assert papers.loc["Weirs", "share"] == pytest.approx(1 / 3)
    FRAME.to_json(
        tmp_path / "f.jsonl", orient="records", lines=True, force_ascii=False, date_format="iso",
        double_precision=15,
    )  # fmt: skip
    same = read_snapshot([tmp_path / "f.jsonl"], today=TODAY)
    pd.testing.assert_frame_equal(read.papers, same.papers)
    assert read.inputs == [same.inputs[0] | {"name": "DataFrame"}]
    digest = hashlib.sha256((tmp_path / "f.jsonl").read_bytes()).hexdigest()
    assert read.inputs[0]["sha256"] == digest
    with pytest.raises(InputError, match="DataFrame is larger than 0 MB"):
        read_snapshot([FRAME], today=TODAY, max_mb=0)


def test_frames_of_any_dtype(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "title": pd.Series(["A", "B"], dtype="category"),
            "abstract": pd.array(["a", pd.NA], dtype="string"),
            "year": pd.array([2019, pd.NA], dtype="Int64"),
            1: [np.arange(2), {"a": (1, 2)}],
            "when": [datetime(2020, 1, 1, 3), date(2020, 1, 2)],
            "period": pd.period_range("2020-01", periods=2, freq="M"),
        }
    )
    papers = read_snapshot([frame], today=TODAY).papers.set_index("title")
    assert papers.loc["A", "published"].year == 2019
    assert pd.isna(papers.loc["B", "published"])
    assert papers["1"].to_dict() == {"A": "[0, 1]", "B": '{"a": [1, 2]}'}
    assert papers["period"].to_dict() == {"A": "2020-01", "B": "2020-02"}


def test_the_order_of_rows_and_the_index_change_nothing() -> None:
    other = FRAME.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        read_snapshot([FRAME], today=TODAY).papers, read_snapshot([other], today=TODAY).papers
    )


def test_columns_of_a_frame_are_proposed_and_given() -> None:
    body = "We counted the barges of the canal and wrote down what they carried, and why, " * 4
    frame = pd.DataFrame(
        {"Kopf": [f"The canal {i} and its locks" for i in range(9)], "Inhalt": f"{body}"}
    )
    frame["Inhalt"] = [f"{i} {text}" for i, text in enumerate(frame["Inhalt"])]
    said = refused(frame)
    assert said.startswith("Found: DataFrame has no title and no abstract column")
    assert "--columns 'title=Kopf,abstract=Inhalt'" in said
    read = read_snapshot([frame], today=TODAY, columns={"title": "Kopf", "abstract": "Inhalt"})
    assert len(read.papers) == 9


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (pd.DataFrame(), "DataFrame has no rows or no columns"),
        (FRAME.head(0), "DataFrame has no rows or no columns"),
        (
            FRAME.assign(Title=pd.Series(["\ud800"] * 3, index=FRAME.index, dtype=object)),
            "DataFrame holds a value that JSON cannot",
        ),
        (FRAME.assign(Title=None), "DataFrame: no paper is left (dropped: 3 no title)"),
        (FRAME.rename(columns={"Title": "x"}), "DataFrame has no title column"),
    ],
)
def test_frames_without_papers_are_told(frame: pd.DataFrame, problem: str) -> None:
    assert problem in refused(frame)


def test_frames_and_files_are_one_snapshot(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("title,abstract\nQuays,Quays are long.\n")
    read = read_snapshot([FRAME, FRAME.head(2), tmp_path / "p.csv"], today=TODAY)
    assert [entry["name"] for entry in read.inputs] == ["DataFrame", "DataFrame 2", "p.csv"]
    assert [entry["n_papers"] for entry in read.inputs] == [3, 2, 1]
    assert sorted(read.papers["title"]) == ["Barges", "Locks", "Quays", "Weirs"]
    one = read_snapshot([FRAME.head(1)], today=TODAY)
    assert one.papers["title"].tolist() == ["Barges"]
    assert "looks like JSON Lines" in refused(FRAME, format="csv")


# folders


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "b.csv").write_text("title,abstract\nQuays,Quays are long.\n")
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - Docks\nAB  - Docks are wide.\nER  - \n")
    (tmp_path / "in" / "c.csv").write_text("title,abstract\nNever,read\n")
    (tmp_path / ".hidden.csv").write_text("title,abstract\nNever,read\n")
    (tmp_path / "b.csv.manifest.json").write_text('{"request": {}}')
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7")
    read = read_snapshot([tmp_path], today=TODAY)
    assert sorted(read.papers["title"]) == ["Docks", "Quays"]
    assert [entry["name"] for entry in read.inputs] == ["a.ris", "b.csv"]
    assert f"left out: {tmp_path / 'notes.pdf'} is a PDF" in read.notes
    files = read_snapshot([tmp_path / "a.ris", tmp_path / "b.csv"], today=TODAY)
    pd.testing.assert_frame_equal(read.papers, files.papers)


def test_the_day_in_the_name_of_a_file_within_is_the_snapshots(tmp_path: Path) -> None:
    (tmp_path / "papers-2024-05-06.csv").write_text("title,abstract\nQuays,Quays are long.\n")
    read = read_snapshot([tmp_path], today=TODAY)
    assert (read.date, read.date_from) == (date(2024, 5, 6), "file name")


def test_a_folder_without_papers_is_told_with_its_files(tmp_path: Path, monkeypatch) -> None:
    assert "is a folder without files" in refused(tmp_path)
    for number in range(30):
        (tmp_path / f"{number:02}.pdf").write_bytes(b"%PDF-1.7")
    said = refused(tmp_path)
    assert said.count("is a PDF") == 20
    monkeypatch.setattr(input_file, "MAX_MEMBERS", 29)
    assert "holds 30 files, more than 29" in refused(tmp_path)
