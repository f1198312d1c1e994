"""How dates are read, and which are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.sources.dates import (
    AMBIGUOUS,
    BEFORE,
    NO_SUCH_DAY,
    UNREADABLE,
    combine_dates,
    file_date,
    parse_date,
    parse_dates,
    refused_line,
)

LATEST = date(2025, 4, 17)


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2024", date(2024, 1, 1), "year"),
        ("2024.0", date(2024, 1, 1), "year"),
        ("2024-05", date(2024, 5, 1), "month"),
        ("2024/5", date(2024, 5, 1), "month"),
        ("May 2024", date(2024, 5, 1), "month"),
        ("Sept. 2024", date(2024, 9, 1), "month"),
        ("2024-05-27", date(2024, 5, 27), "day"),
        ("2024/05/27", date(2024, 5, 27), "day"),
        ("2024.5.7", date(2024, 5, 7), "day"),
        ("20240527", date(2024, 5, 27), "day"),
        ("May 27, 2024", date(2024, 5, 27), "day"),
        ("may 27 2024", date(2024, 5, 27), "day"),
        ("27 May 2024", date(2024, 5, 27), "day"),
        ("1st June 2024", date(2024, 6, 1), "day"),
        ("27-May-2024", date(2024, 5, 27), "day"),
        ("Mon, 2 Apr 2007 19:18:42 GMT", date(2007, 4, 2), "day"),
        ("2024-05-27 23:30:00", date(2024, 5, 27), "day"),
        ("2024-05-27T23:30:00Z", date(2024, 5, 27), "day"),
        ("2024-05-27T23:30:00.123456-05:00", date(2024, 5, 28), "day"),
        ("2024-05-27T00:30:00+02:00", date(2024, 5, 26), "day"),
        ("27/05/2024", date(2024, 5, 27), "day"),
        ("05/27/2024", date(2024, 5, 27), "day"),
        ("05.05.2024", date(2024, 5, 5), "day"),
        ("  2024-02-29\x00 ", date(2024, 2, 29), "day"),
    ],
)
def test_a_date_is_read_with_its_precision(text: str, day: date, precision: str) -> None:
    assert parse_date(text) == (day, precision, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("05/06/2024", AMBIGUOUS),
        ("2024-02-30", NO_SUCH_DAY),
        ("2023-02-29", NO_SUCH_DAY),
        ("2024-13", NO_SUCH_DAY),
        ("0000", NO_SUCH_DAY),
        ("soon", UNREADABLE),
        ("1716768000", UNREADABLE),
        ("<script>", UNREADABLE),
        ("0001-01-01T00:00:00+14:00", UNREADABLE),
    ],
)
def test_a_refused_date_says_why(text: str, problem: str) -> None:
    assert parse_date(text) == (None, None, problem)


@pytest.mark.parametrize("text", ["", "n/a", "N/A", "nan", "None", "unknown", " - ", "NaT", "null"])
def test_a_missing_date_is_no_problem(text: str) -> None:
    assert parse_date(text) == (None, None, None)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    day, precision, problem = parse_date(text)
    assert (day is None) == (precision is None)
    assert day is None or problem is None


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_survives_its_spellings(day: date) -> None:
    for spelling in (day.isoformat(), f"{day:%B} {day.day}, {day.year}", f"{day:%d %b %Y}"):
        assert parse_date(spelling) == (day, "day", None)
    assert parse_date(day.isoformat()[:7]) == (day.replace(day=1), "month", None)


def test_a_column_keeps_its_index_and_refuses_the_implausible() -> None:
    values = pd.Series(
        ["2024-05", None, "1499-12-31", "2099-01-01", "2025-04-17"], index=[5, 1, 9, 2, 7]
    )
    parsed = parse_dates(values, latest=LATEST)
    assert list(parsed.index) == [5, 1, 9, 2, 7]
    assert parsed["date"].dtype == "datetime64[us]"
    assert parsed["date"].dropna().dt.date.to_dict() == {5: date(2024, 5, 1), 7: LATEST}
    assert parsed["precision"].dropna().to_dict() == {5: "month", 7: "day"}
    assert parsed["problem"].dropna().to_dict() == {9: BEFORE, 2: "later than 2025-04-17"}


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([pd.Timestamp("2024-05-28 03:00", tz="Asia/Tokyo"), pd.NaT]),
        pd.Series([pd.Timestamp("2024-05-27 23:59"), pd.NaT]),
        pd.Series([date(2024, 5, 27), None], dtype=object),
        pd.Series(
            [datetime(2024, 5, 28, 1, tzinfo=timezone(timedelta(hours=2))), None], dtype=object
        ),
        pd.Series([datetime(2024, 5, 27, 1, tzinfo=UTC), float("nan")], dtype=object),
    ],
)
def test_real_date_columns_count_in_utc(values: pd.Series) -> None:
    parsed = parse_dates(values, latest=LATEST)
    assert parsed["date"].iloc[0] == pd.Timestamp(2024, 5, 27)
    assert parsed["precision"].iloc[0] == "day"
    assert parsed.iloc[1][["date", "precision", "problem"]].isna().all()


@pytest.mark.parametrize("dtype", ["int64", "float64", "Int64", "object"])
def test_a_number_is_a_year(dtype: str) -> None:
    parsed = parse_dates(pd.Series([2019, 2020], dtype=dtype), latest=LATEST)
    assert parsed["date"].dt.year.tolist() == [2019, 2020]
    assert set(parsed["precision"]) == {"year"}


@pytest.mark.parametrize("n", [0, 1, 2])
def test_small_columns(n: int) -> None:
    parsed = parse_dates(pd.Series(["2024"] * n, dtype="str"), latest=LATEST)
    assert len(parsed) == n
    assert parsed["date"].notna().all()


def test_year_and_month_columns_are_put_together() -> None:
    known = pd.DataFrame(
        {"year": ["2024", "2023.0", "2022", "n/a"], "month": ["5", "Nov", "winter", "3"]}
    )
    out = combine_dates(known, latest=LATEST)
    assert out["date"].dt.strftime("%Y-%m").fillna("").tolist() == [
        "2024-05",
        "2023-11",
        "2022-01",
        "",
    ]
    assert out["precision"].fillna("").tolist() == ["month", "month", "year", ""]


def test_the_first_column_that_dates_a_row_counts() -> None:
    known = pd.DataFrame(
        {
            "published": ["2024-05-27", "", "2099-01-01", "soon"],
            "year_month": ["2020-01", "2020-02", "2020-03", ""],
        }
    )
    out = combine_dates(known, latest=LATEST)
    assert out["date"].dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "2024-05-27",
        "2020-02-01",
        "2020-03-01",
        "",
    ]
    assert out["problem"].fillna("").tolist() == ["", "", "", UNREADABLE]


def test_month_column_with_years_in_it() -> None:
    out = combine_dates(pd.DataFrame({"month": ["2023-08", "8", "n/a"]}), latest=LATEST)
    assert out["date"].dt.strftime("%Y-%m").fillna("").tolist() == ["2023-08", "", ""]


def test_a_stated_precision_makes_a_date_coarser_and_never_finer() -> None:
    known = pd.DataFrame(
        {
            "published": ["2024-05-01", "2024-01-01", "2024-05", "2024-05-27"],
            "published_precision": ["month", "year", "day", "nonsense"],
        }
    )
    out = combine_dates(known, latest=LATEST)
    assert out["precision"].tolist() == ["month", "year", "month", "day"]
    assert out["date"].dt.strftime("%Y-%m-%d").tolist() == [
        "2024-05-01",
        "2024-01-01",
        "2024-05-01",
        "2024-05-27",
    ]


def test_refused_dates_are_counted_by_reason_with_an_example() -> None:
    parsed = parse_dates(pd.Series(["2099-01-01", "2098", "soon", "2024"]), latest=LATEST)
    assert refused_line(parsed["problem"], texts=parsed["text"], what="publication dates") == (
        '3 publication dates were not used: 2 later than 2025-04-17 (such as "2098" and '
        '"2099-01-01"), 1 not a date (such as "soon")'
    )
    none = parse_dates(pd.Series(["2024"]), latest=LATEST)
    assert refused_line(none["problem"], texts=none["text"], what="publication dates") == ""


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("hf-trending-2025-03-17.txt", date(2025, 3, 17)),
        ("export_20250317.csv", date(2025, 3, 17)),
        ("2025-01-01_2025-03-17.csv", date(2025, 3, 17)),
        ("hf_daily_2024-05_2025-12.parquet", None),
        ("2025-02-30.csv", None),
        ("1234567890.csv", None),
        ("papers.csv", None),
    ],
)
def test_a_date_in_a_file_name(name: str, day: date | None) -> None:
    assert file_date(name) == day
