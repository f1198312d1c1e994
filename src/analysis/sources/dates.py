"""Dates as people write them, one or a column: a day, a month or a year, or why it was refused.

A date becomes the first day of the day, month or year that it names, with its precision. A time
with a zone counts as its day in UTC, a time without one as the day it states. Libraries guess
where this module refuses: 03/04/2024 is ambiguous, not 3 April or March 4.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from analysis.base.escaping import clean, first_lines

EARLIEST = date(1900, 1, 1)

GRACE = timedelta(days=31)
"""A date may be this much later than its snapshot: journals date issues ahead."""

AMBIGUOUS = "with day and month that could be swapped"
BEFORE = "before 1900"
LATER = "later than {latest}"
NO_SUCH_DAY = "not a day of the calendar"
UNREADABLE = "not a date"

MISSING = frozenset(
    ("", "n/a", "na", "nan", "nat", "none", "null", "unknown", "undated", "n.d.", "-", "--", "?")
)
"""Texts that mean "no value", compared in lower case."""

RANK = {"year": 0, "month": 1, "day": 2}
"""Precisions, coarse to fine."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
"""Pattern of an English month name, short or long; to be matched without regard to case."""

_NAMED_MONTH = f"(?P<name>{MONTH_NAME})"
_TIME = r"(?:,?\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:gmt|utc|z|[+-]00:?00))?)?"
_ORDINAL = r"(?:st|nd|rd|th)?"
_SEPARATED = r"\.?,?[\s-]+(?P<year>\d{4})"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})(?:\.0)?",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})",
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_TIME}",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
        rf"(?:\w{{3}},?\s+)?(?P<day>\d{{1,2}}){_ORDINAL}[\s-]+{_NAMED_MONTH}{_SEPARATED}{_TIME}",
        rf"{_NAMED_MONTH}\.?\s+(?P<day>\d{{1,2}}){_ORDINAL},?\s+(?P<year>\d{{4}}){_TIME}",
        rf"{_NAMED_MONTH}{_SEPARATED}",
        rf"(?P<year>\d{{4}})[\s-]+{_NAMED_MONTH}\.?(?:[\s-]+(?P<day>\d{{1,2}}))?",
    )
]
_FIRST_DAY = rf"(?:\d{{1,2}}\s*[-–]\s*)?(?:\d{{1,2}}\s+)?{_NAMED_MONTH}\.?(?:\s+\d{{1,2}})?"
_LAST_DAY = rf"(?:\d{{1,2}}\s+)?{MONTH_NAME}\.?(?:\s+\d{{1,2}})?,?\s+(?P<year>\d{{4}})"
_SPANS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_FIRST_DAY}\s*[-–/]\s*{_LAST_DAY}",
        rf"\d{{1,2}}\s*[-–]\s*\d{{1,2}}\s+{_NAMED_MONTH}\.?,?\s+(?P<year>\d{{4}})",
        rf"{_NAMED_MONTH}\.?\s+\d{{1,2}}\s*[-–]\s*\d{{1,2}},?\s+(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})\s+{_NAMED_MONTH}\.?\s*[-–/]\s*{MONTH_NAME}\.?",
    )
]
"""Spans of days or months, such as "24-27 Sept. 2019" and "1 Jan.-Feb. 2019"."""
_RIS = re.compile(r"(\d{4})/(?:(\d{1,2})/(?:(\d{1,2})/)?|/)(?:/.*|[^/\d].*)?", re.DOTALL)
_ISO_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _TIME, re.IGNORECASE)

Parsed = tuple[date | None, str | None, str | None]
"""Date, precision and, if a text was refused, why."""


def parse_date(text: str) -> Parsed:
    """Read one date, plausible or not.

    A span of days or of months counts as the month in which it begins.

    Parameters
    ----------
    text : str
        For example 2024, 2024-05, 2024-05-27, 2024-05-27T23:30:00-05:00, May 27, 2024.

    Returns
    -------
    date : date or None
        First day of the day, month or year named.
    precision : str or None
        "day", "month" or "year".
    problem : str or None
        Why the text was refused; None if it was read or means "no value".
    """
    text = clean(text)
    if text.casefold() in MISSING:
        return None, None, None
    for form in (*_FORMS, *_SPANS):
        if match := form.fullmatch(text):
            parts = match.groupdict()
            name, month = parts.get("name"), parts.get("month")
            month = str(MONTHS.index(name[:3].lower()) + 1) if name else month
            return _calendar(parts["year"], month, parts.get("day"))
    if match := _RIS.fullmatch(text):
        return _calendar(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), match[4])
    return _timestamp(text)


def _calendar(year: str, month: str | None, day: str | None) -> Parsed:
    precision = "day" if day else "month" if month else "year"
    try:
        return date(int(year), int(month or 1), int(day or 1)), precision, None
    except ValueError:
        return None, None, NO_SUCH_DAY


def _year_last(first: int, second: int, year: str) -> Parsed:
    if first <= 12 and second <= 12 and first != second:
        return None, None, AMBIGUOUS
    day, month = max(first, second), min(first, second)
    return _calendar(year, str(month), str(day))


def _timestamp(text: str) -> Parsed:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, None, UNREADABLE
    return moment.date(), "day", None


def file_date(file_name: str) -> date | None:
    """Return the last ISO date in a file name (2025-03-17 or 20250317), or None."""
    days = [parse_date("-".join(parts))[0] for parts in _ISO_IN_NAME.findall(file_name)]
    return max((day for day in days if day is not None and day >= EARLIEST), default=None)


# columns

_DTYPES = {"date": "datetime64[us]", "precision": "str", "problem": "str"}


def parse_dates(values: pd.Series, *, latest: date) -> pd.DataFrame:
    """Read a column of dates.

    Parameters
    ----------
    values : Series
        Texts, numbers, dates or timestamps; null for none.
    latest : date
        Later dates are refused, like those before 1900.

    Returns
    -------
    DataFrame
        Same index: `date` datetime64[us] (null where unknown), `precision` "day" | "month" |
        "year" (null likewise), `problem` str (why refused; null where read or missing) and
        `text` str (what was read, cleaned).
    """
    texts = date_texts(values)
    codes, uniques = pd.factorize(texts)
    parsed = [_plausible(parse_date(text), latest=latest) for text in uniques]
    parsed.append((None, None, None))  # code -1, a missing value, finds the last entry
    table = pd.DataFrame(parsed, columns=list(_DTYPES), dtype=object).astype(_DTYPES)
    return table.iloc[codes].set_axis(values.index).assign(text=texts)


def no_dates(index: pd.Index) -> pd.DataFrame:
    """Return what `parse_dates` gives for a column without values."""
    return pd.DataFrame(None, index=index, columns=[*_DTYPES, "text"]).astype(
        {**_DTYPES, "text": "str"}
    )


def date_texts(values: pd.Series) -> pd.Series:
    """Return a column of dates as texts: timestamps as their UTC day, null where there is none."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert("UTC")
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.dt.strftime("%Y-%m-%d").astype("str")
    if pd.api.types.is_float_dtype(values.dtype):
        texts = [None if value != value else f"{value:.10g}" for value in values.tolist()]
    else:
        texts = [
            clean(str(value))
            if isinstance(value, str | int | float | date) and value == value
            else None
            for value in values.tolist()
        ]
    return pd.Series(texts, index=values.index, dtype="str")


def _plausible(parsed: Parsed, *, latest: date) -> Parsed:
    day = parsed[0]
    if day is None:
        return parsed
    if day < EARLIEST:
        return None, None, BEFORE
    if day > latest:
        return None, None, LATER.format(latest=latest.isoformat())
    return parsed


def combine_dates(known: pd.DataFrame, *, latest: date) -> pd.DataFrame:
    """Read the date of each row from whichever standard columns have one.

    The first of `published`, `year_month`, `month` (if it includes a year) and `year` with `month`
    that gives a date is used. A `published_precision` column, as in this program's own
    tables, makes a date coarser.

    Parameters
    ----------
    known : DataFrame
        Standard columns (see `columns.ALIASES`); left unchanged.

    Returns
    -------
    DataFrame
        As `parse_dates`; the problem is that of the first column with one, null if another column
        gave the date.
    """
    out = no_dates(known.index)
    for values in _date_columns(known):
        parsed = parse_dates(values, latest=latest)
        use = out["date"].isna() & (
            parsed["date"].notna() | (parsed["problem"].notna() & out["problem"].isna())
        )
        out = pd.DataFrame({name: out[name].mask(use, parsed[name]) for name in out})
    if "published_precision" in known:
        out = _coarser(out, stated=known["published_precision"])
    return out


def _date_columns(known: pd.DataFrame) -> list[pd.Series]:
    columns = [known[name] for name in ("published", "year_month") if name in known]
    if "month" in known:
        months = date_texts(known["month"]).fillna("").str.strip()
        with_year = months.where(months.str.contains(r"\d{4}"))
        columns.append(with_year)
        if "year" in known:
            columns.append(_year_and_month(known["year"], months=months))
    if "year" in known:
        columns.append(known["year"])
    return columns


def _year_and_month(years: pd.Series, *, months: pd.Series) -> pd.Series:
    numbers = months.str.replace(r"\.0$", "", regex=True)
    names = months.str.lower().str[:3].map({name: str(i + 1) for i, name in enumerate(MONTHS)})
    numbers = numbers.where(numbers.str.fullmatch(r"0?[1-9]|1[0-2]"), names)
    days = months.str.extract(r"^[A-Za-z]{3,9}\.? (\d{1,2})$", expand=False)
    numbers = numbers.where(days.isna(), numbers + "-" + days)
    years = date_texts(years).str.strip().str.replace(r"\.0$", "", regex=True)
    return years + "-" + numbers


def _coarser(parsed: pd.DataFrame, *, stated: pd.Series) -> pd.DataFrame:
    """Return dates with the precision that the rows themselves state, if that is coarser."""
    rank, stated_rank = parsed["precision"].map(RANK), stated.map(RANK)
    coarser = (stated_rank < rank).to_numpy()
    month = parsed["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    year = parsed["date"].dt.to_period("Y").dt.to_timestamp().astype("datetime64[us]")
    first = month.where(stated_rank != RANK["year"], year)
    return parsed.assign(
        date=parsed["date"].mask(coarser, first),
        precision=parsed["precision"].mask(coarser, stated.astype("str")),
    )


def refused_line(problems: pd.Series, *, texts: pd.Series, what: str) -> str:
    """Return a line on the dates that were refused; empty if there are none.

    `problems` says why (null for a date that was read), `texts` what was read. The line is such as
    ``3 publication dates were not used: 2 not a date (such as "soon"), 1 ...``.
    """
    counts = Counter(problems.dropna())
    if not counts:
        return ""
    parts = []
    for problem, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        example = first_lines(min(texts.loc[problems.index[problems == problem]]), limit=40)
        parts.append(f'{count:,} {problem} (such as "{example}")')
    total = sum(counts.values())
    plural = what if total > 1 else what.removesuffix("s")
    return f"{total:,} {plural} {'were' if total > 1 else 'was'} not used: {', '.join(parts)}"
