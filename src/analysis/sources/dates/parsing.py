"""Dates as people write them: a day, a month or a year, and why a date was refused.

A date becomes the first day of the day, month or year that it names, with its precision. A time
with a zone counts as its day in UTC, a time without one as the day it states. Libraries guess
where this module refuses: 03/04/2024 is ambiguous, not 3 April or March 4.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from analysis.base.escaping import clean

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
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            parts = match.groupdict()
            return _calendar(parts["year"], _month(parts), parts.get("day"))
    for form in _SPANS:
        match = form.fullmatch(text)
        if match:
            return _calendar(match["year"], _month(match.groupdict()), None)
    match = _RIS.fullmatch(text)
    if match:
        return _calendar(match[1], match[2], match[3])
    match = _YEAR_LAST.fullmatch(text)
    if match:
        return _year_last(int(match[1]), int(match[3]), match[4])
    return _timestamp(text)


def _month(parts: dict[str, str | None]) -> str | None:
    name = parts.get("name")
    return str(MONTHS.index(name[:3].lower()) + 1) if name else parts.get("month")


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
