"""One date as people write it: a day, a month or a year, or why it was refused.

A date becomes the first day of the day, month or year that it names, with its precision. A time
with a zone counts as its day in UTC, a time without one as the day it states. Libraries guess
where this module refuses: 03/04/2024 is ambiguous, not 3 April or March 4.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime

from analysis.base.escaping import clean

AMBIGUOUS = "with day and month that could be swapped"
BEFORE = "before 1500"
NO_SUCH_DAY = "not a day of the calendar"
NO_YEAR = "without a year of four digits"
SPAN_OF_YEARS = "a span of years"
UNREADABLE = "not a date"

MISSING = frozenset(
    ("", "n/a", "na", "nan", "nat", "none", "null", "unknown", "undated", "n.d.", "-", "--", "?")
)
"""Texts that mean "no value", compared in lower case."""

MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
"""Pattern of an English month name, short or long; to be matched without regard to case."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = f"(?P<name>{MONTH_NAME})"
_TIME = r"(?:,?\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:gmt|utc|z|[+-]00:?00))?)?"
_ORDINAL = r"(?:st|nd|rd|th)?"
_SEPARATED = r"\.?,?[\s-]+(?P<year>\d{4})"
_ABOUT = r"(?:(?:c|ca|cca|circa|cop|copyright|p|©|℗|\(c\)|about|around|approx|um|vers)\.?\s*)?"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})(?:\.0)?",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})",
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_TIME}",
        r"(?P<year>(?:1[5-9]|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
        rf"(?:\w{{3}},?\s+)?(?P<day>\d{{1,2}}){_ORDINAL}[\s-]+{_NAMED_MONTH}{_SEPARATED}{_TIME}",
        rf"{_NAMED_MONTH}\.?\s+(?P<day>\d{{1,2}}){_ORDINAL},?\s+(?P<year>\d{{4}}){_TIME}",
        rf"{_NAMED_MONTH}{_SEPARATED}",
        rf"(?P<year>\d{{4}})[\s-]+{_NAMED_MONTH}\.?(?:[\s-]+(?P<day>\d{{1,2}}))?",
        r"(?P<month>\d{1,2})\s*[-/.,\s]\s*(?P<year>\d{4})",
        r"(?P<year>\d{4})\s*[-/.,\s]\s*(?P<month>\d{1,2})",
        r"(?P<year>(?:19|20)\d{2})(?P<month>0\d|1[0-2])",
        rf"[\[(]*\s*{_ABOUT}[\[(]*(?P<year>\d{{4}})\s*\??[\])]*\s*\??\.?",
        r"(?P<year>\d{4})\s*[年년]\s*"
        r"(?:(?P<month>\d{1,2})\s*[月월]\s*(?:(?P<day>\d{1,2})\s*[日일号號]?)?)?",
    )
]
"""Ways to write a date in numbers and English, the commonest first."""

_RIS = re.compile(r"(\d{4})/(?:(\d{1,2})/(?:(\d{1,2})/)?|/)(?:/.*|[^/\d].*)?", re.DOTALL)
_ISO_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _TIME, re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}(?:\1\d{2})?")
_YEARS = re.compile(r"[\[(]?(\d{4})\s*[-/]\s*(\d{4}|\d{2})[\])]?")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_LONGEST = 80
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_EXPORTED = re.compile(
    r"\bexport(?:ed)?[ _]?(?:date|on)?\s*:?\s*"
    r"(\d{4}-\d\d-\d\d|\d{1,2} [a-z]{3,9}\.? \d{4}|[a-z]{3,9}\.? \d{1,2},? \d{4})",
    re.IGNORECASE,
)

Parsed = tuple[date | None, str | None, str | None]
"""Date, precision and, if a text was refused, why."""


def parse_date(text: str) -> Parsed:
    """Read one date, plausible or not.

    Months may be named in many languages and stand anywhere beside the year. A span of days or of
    months counts as the month in which it begins, a season or a quarter as its year.

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
        if match := form.fullmatch(text):
            parts = match.groupdict()
            name, month = parts.get("name"), parts.get("month")
            month = str(_MONTHS.index(name[:3].lower()) + 1) if name else month
            found = _calendar(parts["year"], month, parts.get("day"))
            return (None, None, SPAN_OF_YEARS) if found[2] and _is_span(text) else found
    if match := _RIS.fullmatch(text):
        return _calendar(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), match[4])
    found = _timestamp(text)
    return found if found[0] else _worded(text)


def _calendar(year: str, month: str | None, day: str | None) -> Parsed:
    """Return a date; a month or a day of 0 is an unknown one, as in 2018-09-00."""
    day = day if day and int(day) else None
    month = month if month and (int(month) or day) else None
    precision = "day" if day else "month" if month else "year"
    try:
        return date(int(year), int(month or 1), int(day or 1)), precision, None
    except ValueError:
        return None, None, NO_SUCH_DAY


def _year_last(first: int, second: int, year: str) -> Parsed:
    if first == 0 or second == 0:
        return _calendar(year, str(max(first, second)), None)
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


def _is_span(text: str) -> bool:
    """Whether a text is two years, such as 2019-2020 or 2019/20."""
    match = _YEARS.fullmatch(text.translate(_DASHES))
    if match is None:
        return False
    first, last = int(match[1]), match[2]
    return int(last) > (first if len(last) == 4 else first % 100)


def _worded(text: str) -> Parsed:
    """Read a date of words and numbers in any order: août 2020, 2010, March, Winter 2019/20."""
    from .words import FILLERS, QUARTERS, SEASONS, WEEKDAYS, folded, month_number

    if _is_span(text):
        return None, None, SPAN_OF_YEARS
    if len(text) > _LONGEST:
        return None, None, UNREADABLE
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    if plain != text and plain.isascii() and any(c.isdigit() for c in plain):
        return parse_date(plain)
    if _SHORT_YEAR.fullmatch(plain):
        return None, None, NO_YEAR
    tokens = _TOKEN.findall(folded(re.sub(rf"(?i){_TIME}$", "", plain)))
    numbers = [token for token in tokens if token.isdecimal()]
    words = [token for token in tokens if not token.isdecimal()]
    months = [(word, month_number(word)) for word in words]
    named = [number for _, number in months if number]
    others = {word for word, number in months if not number}
    vague = bool(others & (SEASONS | QUARTERS))
    if (
        not words
        or others - SEASONS - QUARTERS - FILLERS - WEEKDAYS
        or any(len(number) not in (1, 2, 4) for number in numbers)
    ):
        return None, None, UNREADABLE
    return _put_together(named, numbers=numbers, vague=vague)


def _put_together(months: list[int], *, numbers: list[str], vague: bool) -> Parsed:
    """Return the date of the months and numbers of a text; `vague` if it names a season."""
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) < 4]
    if not months and not vague:
        return None, None, UNREADABLE
    if not years:
        return None, None, NO_YEAR
    if len(years) > 2 or len(months) > 2 or len(days) > 2:
        return None, None, UNREADABLE
    if vague and not months:
        follows = len(years) == 1 or int(years[1]) - int(years[0]) in (0, 1)
        return _calendar(years[0], None, None) if follows else (None, None, SPAN_OF_YEARS)
    if vague or (len(years) == 2 and len(months) == 1):
        return None, None, SPAN_OF_YEARS if len(years) == 2 else UNREADABLE
    day = days[0] if len(months) == len(days) == len(years) == 1 else None
    return _calendar(years[0], str(months[0]), day)


def file_date(file_name: str) -> date | None:
    """Return the last ISO date in a file name (2025-03-17 or 20250317), or None."""
    days = [parse_date("-".join(parts))[0] for parts in _ISO_IN_NAME.findall(file_name)]
    return max((day for day in days if day is not None and day.year >= 1900), default=None)


def export_day(text: str) -> date | None:
    """Return the last day of export that a text states, as in "Export Date: 31 May 2024"."""
    days = [parse_date(found)[0] for found in _EXPORTED.findall(text)]
    return max((day for day in days if day is not None), default=None)
