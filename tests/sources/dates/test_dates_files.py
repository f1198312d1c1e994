"""Dates files: papers dated by title or arXiv id."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import read_snapshot
from analysis.sources import add_dates, missing_dates, read_dates
from conftest import ROOT

HERE = ROOT / "tests"
DATA = HERE / "data" / "sources"
TODAY = date(2025, 3, 20)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def papers(**columns: list[object]) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    n = len(frame)
    for name in ("arxiv_id", "published_precision"):
        frame[name] = pd.Series(frame.get(name, [None] * n), dtype="str")
    frame["published"] = pd.Series(frame.get("published", [None] * n)).astype("datetime64[us]")
    return frame


def dates_of(frame: pd.DataFrame) -> list[str]:
    days = frame["published"].dt.strftime("%Y-%m-%d").fillna("undated")
    return (days + " " + frame["published_precision"].fillna("-")).tolist()


def test_the_columns_of_a_dates_table() -> None:
    table = read_dates([DATA / "dates.csv"])
    assert list(table.columns) == [
        "title_key",
        "arxiv_id",
        "published",
        "published_precision",
        "problem",
        "text",
    ]
    assert table["title_key"][1] == "counting sheep at night"
    assert table["arxiv_id"].fillna("").tolist() == ["2304.00010", "", "2001.00100", ""]
    assert dates_of(table) == ["2023-04-05 day", "2022-11-01 month", "undated -", "undated -"]
    assert table["problem"].fillna("").tolist() == ["", "", "", "not a date"]


def test_no_dates_files_give_an_empty_table() -> None:
    table = read_dates([])
    assert table.empty
    assert table["published"].dtype == "datetime64[us]"
    frame = papers(title=["A"])
    pd.testing.assert_frame_equal(add_dates(frame, dates=table), frame)


def test_the_bundled_dates_keep_ids_that_end_in_zero() -> None:
    table = read_dates([HERE.parent / "data" / "arxiv_ids.csv"])
    assert len(table) == 177
    assert table["arxiv_id"].str.fullmatch(r"\d{4}\.\d{5}").all()
    assert table["arxiv_id"].str.endswith("0").sum() == 17
    assert table["published_precision"].value_counts().to_dict() == {"month": 135, "day": 42}


def test_papers_are_dated_by_id_then_by_title(tmp_path: Path) -> None:
    file = write(
        tmp_path / "d.csv",
        "title,arxiv_id,published\nA,2401.00001,2024-01-05\nB,,2023-02\nC,2401.00009,2024-01-09\n",
    )
    frame = papers(
        title=["another title", " b! ", "C", "D"], arxiv_id=["2401.00001", None, "2312.00002", None]
    )
    before = frame.copy()
    out = add_dates(frame, dates=read_dates([file]))
    # C has an arXiv id that is not the file's: another paper of the same title.
    assert dates_of(out) == ["2024-01-05 day", "2023-02-01 month", "undated -", "undated -"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("own", "given", "result"),
    [
        (("2024-05-01", "month"), "2024-05-27", "2024-05-27 day"),
        (("2024-01-01", "year"), "2024-05", "2024-05-01 month"),
        (("2024-01-01", "year"), "2024-05-27", "2024-05-27 day"),
        (("2024-05-01", "month"), "2024-06-27", "2024-05-01 month"),
        (("2024-01-01", "year"), "2023-12-31", "2024-01-01 year"),
        (("2024-05-20", "day"), "2024-05-27", "2024-05-20 day"),
        (("2024-05-20", "day"), "2024-05", "2024-05-20 day"),
        ((None, None), "2024", "2024-01-01 year"),
    ],
)
def test_the_own_date_stays_unless_refined(
    tmp_path: Path, own: tuple[str | None, str | None], given: str, result: str
) -> None:
    file = write(tmp_path / "d.csv", f"title,published\nA,{given}\n")
    frame = papers(title=["A"], published=[own[0]], published_precision=[own[1]])
    assert dates_of(add_dates(frame, dates=read_dates([file]))) == [result]


def test_several_files_the_most_precise_date_counts_in_any_order(tmp_path: Path) -> None:
    one = write(tmp_path / "one.csv", "title,month\nA,2024-05\n")
    two = write(tmp_path / "two.csv", "title;date\nA;May 28, 2024\na;2024-05-27\n")
    for files in ([one, two], [two, one]):
        assert dates_of(add_dates(papers(title=["A"]), dates=read_dates(files))) == [
            "2024-05-27 day"
        ]


def test_a_title_with_two_arxiv_ids_dates_nothing_by_title(tmp_path: Path) -> None:
    file = write(
        tmp_path / "d.csv",
        "title,arxiv_id,published\nA,2401.00001,2024-01-05\nA,2402.00001,2024-02-05\n",
    )
    frame = papers(title=["A", "A"], arxiv_id=[None, "2402.00001"])
    assert dates_of(add_dates(frame, dates=read_dates([file]))) == ["undated -", "2024-02-05 day"]


def test_a_papers_table_is_dated_by_its_paper_id(tmp_path: Path) -> None:
    file = write(tmp_path / "d.csv", "arxiv_id,published\n2401.00001,2024-01-05\n")
    frame = papers(title=["A", "B"], paper_id=["2401.00001", "t0123456789ab"]).drop(
        columns="arxiv_id"
    )
    assert dates_of(add_dates(frame, dates=read_dates([file]))) == ["2024-01-05 day", "undated -"]


def test_a_snapshot_takes_ids_and_dates_from_a_dates_file() -> None:
    table = read_dates([DATA / "dates.csv"])
    snapshot = read_snapshot([DATA / "plain.txt"], dates=table, today=TODAY)
    by_title = snapshot.papers.set_index("title")
    assert by_title.loc["Reading Maps Without Legends", "paper_id"] == "2304.00010"
    assert by_title.loc["Reading Maps Without Legends", "url"] == "https://arxiv.org/abs/2304.00010"
    rivers = by_title.loc["Three Rivers and One Bridge: Transport in Small Countries"]
    # The file names its arXiv id and no date: the month is the id's.
    assert (rivers["published"], rivers["published_precision"]) == (
        pd.Timestamp(2020, 1, 1),
        "month",
    )
    assert by_title["published"].isna().sum() == 2
    assert 'dates files: 1 publication date was not used: 1 not a date (such as "soon")' in (
        snapshot.notes
    )


def test_dates_after_the_snapshot_are_not_used_and_only_ours_are_counted(tmp_path: Path) -> None:
    page = tmp_path / "2020-01-01.csv"
    write(page, "title,abstract\nA,about a\nB,about b\n")
    file = write(tmp_path / "d.csv", "title,published\nA,2020-03-01\nB,2020-01-31\nC,2020-03-01\n")
    snapshot = read_snapshot([page], dates=read_dates([file]), today=TODAY)
    assert dates_of(snapshot.papers.sort_values("title")) == ["undated -", "2020-01-31 day"]
    assert snapshot.notes == [
        "dates files: 1 publication date was not used: 1 later than 2020-02-01 (such as "
        '"2020-03-01")'
    ]


def test_problems_of_all_dates_files_come_together(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.csv"
    no_date = write(tmp_path / "no_date.csv", "title,note\nA,b\n")
    no_key = write(tmp_path / "no_key.csv", "name;published\nA;2024\n")
    with pytest.raises(InputError) as caught:
        read_dates([nothing, no_date, no_key])
    message = str(caught.value)
    assert "nothing.csv does not exist" in message
    assert "no_date.csv has no date column (published," in message
    assert "its columns are title, note" in message
    assert (
        "no_key.csv has neither a title nor an arxiv_id column; its columns are name, published"
        in (message)
    )
    assert "rename the columns of the dates file" in message


def test_a_page_is_no_dates_file() -> None:
    with pytest.raises(InputError, match=r"plain\.txt is not a table"):
        read_dates([DATA / "plain.txt"])


def test_the_sentence_about_missing_dates() -> None:
    titles = ["Alpha", "Beta", "Gamma", "Delta", "x" * 200]
    frame = papers(title=titles)
    assert missing_dates(frame) == (
        "5 of 5 papers have no date: “Alpha”, “Beta”, “Gamma” and 2 more. Undated papers are "
        "mapped and assigned to topics but left out of the trends. To date them give --dates "
        "FILE: a CSV with a title or an arxiv_id column and a date column (published: 2024-05-27, "
        "or year_month: 2024-05)."
    )
    assert missing_dates(frame[:1]).startswith("1 of 1 paper has no date: “Alpha”. Undated")
    assert "x" * 80 + "…" in missing_dates(frame[4:])
    assert missing_dates(frame[:0]) == ""
    assert missing_dates(frame.assign(published=pd.Timestamp(2024, 1, 1))) == ""
