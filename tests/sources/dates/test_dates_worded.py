"""Dates in words, in other orders and languages, half known, or in columns that help each other."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analysis.sources.dates import (
    AMBIGUOUS,
    BEFORE,
    NO_SUCH_DAY,
    NO_YEAR,
    SPAN_OF_YEARS,
    UNREADABLE,
    combine_dates,
    export_day,
    parse_date,
    parse_dates,
    refused_line,
)
from analysis.sources.dates.words import LANGUAGES, folded, month_names, month_number

LATEST = date(2025, 4, 17)


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("12/2014", date(2014, 12, 1), "month"),
        ("7-2009", date(2009, 7, 1), "month"),
        ("03.1988", date(1988, 3, 1), "month"),
        ("08 1995", date(1995, 8, 1), "month"),
        ("1995 08", date(1995, 8, 1), "month"),
        ("202006", date(2020, 6, 1), "month"),
        ("2018-09-00", date(2018, 9, 1), "month"),
        ("2018/09/00", date(2018, 9, 1), "month"),
        ("00/11/2003", date(2003, 11, 1), "month"),
        ("2019-00-00", date(2019, 1, 1), "year"),
        ("2019-00", date(2019, 1, 1), "year"),
        ("20190000", date(2019, 1, 1), "year"),
        ("2010, March", date(2010, 3, 1), "month"),
        ("March, 2010", date(2010, 3, 1), "month"),
        ("2010 (April)", date(2010, 4, 1), "month"),
        ("2021 4 March", date(2021, 3, 4), "day"),
        ("Thursday, 4 March 2021", date(2021, 3, 4), "day"),
        ("août 2020", date(2020, 8, 1), "month"),
        ("1er août 2020", date(2020, 8, 1), "day"),
        ("févr. 2019", date(2019, 2, 1), "month"),
        ("FEVRIER 2019", date(2019, 2, 1), "month"),
        ("3 de marzo de 2021", date(2021, 3, 3), "day"),
        ("marzo del 2021", date(2021, 3, 1), "month"),
        ("março de 2018", date(2018, 3, 1), "month"),
        ("3. März 2021", date(2021, 3, 3), "day"),
        ("Jänner 2017", date(2017, 1, 1), "month"),
        ("Okt. 2016", date(2016, 10, 1), "month"),
        ("12 gennaio 2015", date(2015, 1, 12), "day"),
        ("август 2020 г.", date(2020, 8, 1), "month"),
        ("5 мая 2019", date(2019, 5, 5), "day"),
        ("серпень 2020", date(2020, 8, 1), "month"),
        ("15 Ağustos 2020", date(2020, 8, 15), "day"),
        ("październik 2012", date(2012, 10, 1), "month"),
        ("2020年8月", date(2020, 8, 1), "month"),
        ("2020年8月15日", date(2020, 8, 15), "day"),
        ("2020 年", date(2020, 1, 1), "year"),
        ("2020년 8월 3일", date(2020, 8, 3), "day"),
        ("２０２０－０８", date(2020, 8, 1), "month"),
        ("Spring 2020", date(2020, 1, 1), "year"),
        ("2020 Herbst", date(2020, 1, 1), "year"),
        ("Winter 2019-2020", date(2019, 1, 1), "year"),
        ("hiver 2019/20", date(2019, 1, 1), "year"),
        ("Q3 2020", date(2020, 1, 1), "year"),
        ("2. Quartal 2020", date(2020, 1, 1), "year"),
        ("c2010", date(2010, 1, 1), "year"),
        ("[2010]", date(2010, 1, 1), "year"),
        ("[ca. 2010?]", date(2010, 1, 1), "year"),
        ("©1997", date(1997, 1, 1), "year"),
        ("(1984).", date(1984, 1, 1), "year"),
        ("Nov-Dec 2020", date(2020, 11, 1), "month"),
        ("juillet–août 2020", date(2020, 7, 1), "month"),
        ("2020 Dec 31-2021 Jan 2", date(2020, 12, 1), "month"),
        ("24-27 Sept. 2019", date(2019, 9, 1), "month"),
        ("1665", date(1665, 1, 1), "year"),
        ("6 March 1834", date(1834, 3, 6), "day"),
    ],
)
def test_a_worded_or_half_known_date_is_read(text: str, day: date, precision: str) -> None:
    assert parse_date(text) == (day, precision, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2019-2020", SPAN_OF_YEARS),
        ("1998–2003", SPAN_OF_YEARS),
        ("2019/20", SPAN_OF_YEARS),
        ("March 2019-2020", SPAN_OF_YEARS),
        ("Summer 2012 to 2015", UNREADABLE),
        ("13/2014", NO_SUCH_DAY),
        ("2018-00-05", NO_SUCH_DAY),
        ("March 45, 2020", NO_SUCH_DAY),
        ("03/04/2020", AMBIGUOUS),
        ("March", NO_YEAR),
        ("Dec-14", NO_YEAR),
        ("12/14", NO_YEAR),
        ("03.04.21", NO_YEAR),
        ("jui 2020", UNREADABLE),
        ("volume 12 March 2020", UNREADABLE),
        ("2010s", UNREADABLE),
        ("in press", UNREADABLE),
        ("accepted 2020", UNREADABLE),
        ("12 apples 2020", UNREADABLE),
        ("March April May 2020", UNREADABLE),
        ("x" * 5000, UNREADABLE),
    ],
)
def test_what_is_refused_is_told_with_its_form(text: str, problem: str) -> None:
    assert parse_date(text) == (None, None, problem)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_of_every_language_is_read_in_full(language: str) -> None:
    from babel.dates import get_month_names

    clashes = set()
    for number, name in get_month_names("wide", locale=language).items():
        found = parse_date(f"{name} 2020")[0]
        if found is not None and found.month != number:
            clashes.add(name)
        assert found is not None or folded(name) not in month_names()
    assert clashes == set()


def test_a_shortened_month_must_be_clear() -> None:
    assert [month_number(word) for word in ("augu", "juil", "jui", "ju", "zzz")] == [
        *(8, 7, None, None, None)
    ]


def test_forms_that_were_refused_have_an_example_each() -> None:
    texts = pd.Series(["soon", "later", "12~2014", "11~2014", "9~2014", "?!"])
    parsed = parse_dates(texts, latest=LATEST)
    assert refused_line(parsed["problem"], texts=parsed["text"], what="dates") == (
        '6 dates were not used: 6 not a date (such as "11~2014", "later" and "9~2014")'
    )


def test_months_and_years_may_be_ahead_by_a_year_days_may_not() -> None:
    parsed = parse_dates(pd.Series(["2026-04", "2026", "2025-04-18", "2026-05"]), latest=LATEST)
    assert parsed["problem"].isna().tolist() == [True, True, False, False]
    assert parse_dates(pd.Series(["1499", "1500"]), latest=LATEST)["problem"].tolist()[0] == BEFORE


def dated(**columns: list[str | None]) -> list[str]:
    out = combine_dates(pd.DataFrame(columns), latest=LATEST)
    digits = out["precision"].map({"day": 10, "month": 7, "year": 4})
    texts = out["date"].dt.strftime("%Y-%m-%d")
    return [t[: int(d)] if d == d else "" for t, d in zip(texts, digits, strict=True)]


def test_a_month_or_day_without_a_year_takes_that_of_its_row() -> None:
    found = dated(
        published=["JAN", "FEB 2", "MAR-APR", "SPR", "15-Mar", "", "7", "2018-03", "maio", "x"],
        year=["2019", "2020", "2021.0", "2022", "2023", "2024", "2016", "2017", "2015", "2014"],
    )
    assert found == [
        *("2019-01", "2020-02-02", "2021-03", "2022", "2023-03-15", "2024", "2016-07", "2018-03"),
        *("2015-05", "2014"),
    ]


def test_early_access_dates_what_has_no_year() -> None:
    found = dated(year=["2022", "", ""], early_access=["OCT 2021", "OCT 2021", ""])
    assert found == ["2022", "2021-10", ""]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Cancer (2021) 127:5 (700-710). Date of Publication: 1 Mar 2021", "2021-03-01"),
        ("Gut (2018) 67 (S1). Date of Publication: June 2018", "2018-06"),
        ("Lancet Oncology. 34(3):123-45, 2019 Mar.", "2019-03"),
        ("J Med Ethics. 2020 Apr 5;12(3):1-2. doi: 10.1/x.", "2020-04-05"),
        ("Heart (2016) 102:1 (12-19)", "2016"),
        ("Invented Journal", ""),
        ("Proceedings of 2019 Meeting of Lamps", ""),
    ],
)
def test_a_citation_gives_the_date_that_no_column_has(text: str, date: str) -> None:
    assert dated(citation=[text]) == [date]
    assert dated(citation=[text], published=["2001-02-03"]) == ["2001-02-03"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Export Date: 31 May 2024", date(2024, 5, 31)),
        ("EXPORT DATE:05 March 2023\nExport Date: 7 March 2023", date(2023, 3, 7)),
        ("About the data: Exported on Mar 04, 2024. Criteria: lamps", date(2024, 3, 4)),
        ("exported 2022-12-01", date(2022, 12, 1)),
        ("We exported 12 lamps in 2024", None),
        ("Export of grain, May 2024", None),
        ("", None),
    ],
)
def test_the_day_of_export_in_a_text(text: str, day: date | None) -> None:
    assert export_day(text) == day
