"""What is kept of a file: the conditions, and the row that a line gives if it fulfils them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_terminal, safe_url
from analysis.base.words import fold, query_terms, searchable_text

from ..columns import match_columns
from ..dates import EARLIEST, OLDEST, RANK, parse_date
from ..formats.records import Record, loads, names_text, text_of, texts_of
from ..formats.services import first_version, service_of, service_record
from ..ids import arxiv_id, arxiv_month
from ..texts.latex import clean_source

OTHER_CATEGORY = "another category"
OTHER_DATE = "outside the dates"
UNDATED = "undated"
OTHER_WORDS = "without the words"
NO_TITLE = "no title"
TEXTS = tuple(
    "arxiv_id id doi title abstract authors categories primary_category venue keywords "
    "document_type updated url listed upvotes comments organization github github_stars ai_summary "
    "openalex_topic language cited_by_count fields_of_study citation_count".split()
)
"""Columns of text that a row may have; `published` and `published_precision` are the others."""

Row = dict[str, Any]

Dated = tuple[date | None, str | None]
"""A date and its precision ("day", "month" or "year"); None if unknown."""

_LONGEST_DATE = 100
_CATEGORY = re.compile(r"[A-Za-z-]+(?:\.(?:[A-Za-z-]+|\*))?|\*")


@dataclass(frozen=True)
class Conditions:
    """Conditions; a paper passes if it fulfils all those given.

    Attributes
    ----------
    categories : tuple of str
        Lower case; one of them must be a category of the paper. "cs.*" stands for all of cs.
    first, last : date or None
        At least one day of the paper's date (a day, month or year) must lie between these.
    all_words, any_words : tuple of str
        Terms (see `query_terms`) that title and abstract must contain: all of the first, one of
        the others.
    """

    categories: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    all_words: tuple[str, ...] = ()
    any_words: tuple[str, ...] = ()

    def refuses_category(self, categories: str) -> str:
        """Return why categories, separated by spaces, do not pass; empty if they do."""
        return "" if not self.categories or _is_in(categories, self.categories) else OTHER_CATEGORY

    def refuses_date(self, dated: Dated) -> str:
        """Return why a date does not pass; empty if it does."""
        day, precision = dated
        if day is None:
            return UNDATED if self.first or self.last else ""
        late = self.last is not None and day > self.last
        early = self.first is not None and last_day(day, precision=precision) < self.first
        return OTHER_DATE if late or early else ""

    @property
    def has_words(self) -> bool:
        """Whether any words are required."""
        return bool(self.all_words or self.any_words)

    def refuses_words(self, title: str, abstract: str | None) -> str:
        """Return why the words of a paper do not pass; empty if they do."""
        text = fold(f"{title} {abstract or ''}")
        # Most papers lack a word even in the middle of words, which is quick to see.
        every = all(part in text for term in self.all_words for part in term.split())
        if not every or (self.any_words and not any(t.split()[0] in text for t in self.any_words)):
            return OTHER_WORDS
        searched = searchable_text(title, abstract)
        every = all(term in searched for term in self.all_words)
        some = not self.any_words or any(term in searched for term in self.any_words)
        return "" if every and some else OTHER_WORDS


def read_conditions(
    *,
    categories: Sequence[str] = (),
    first: str | None = None,
    last: str | None = None,
    words: Sequence[str] = (),
    any_words: Sequence[str] = (),
) -> Conditions:
    """Read conditions as they are written on the command line.

    Parameters
    ----------
    categories : sequence of str
        Such as "cs.CL" or "cs.*", in any case.
    first, last : str, optional
        A year, month or day, such as 2023-01; the whole of `last` belongs to the range.
    words, any_words : sequence of str
        Words and "phrases in quotes".

    Raises
    ------
    InputError
        For every condition that cannot be read, together.
    """
    problems = [
        f"{for_terminal(name)} is not a category"
        for name in categories
        if not _CATEGORY.fullmatch(name)
    ]
    ends: list[date | None] = []
    for name, text in (("--from", first), ("--to", last)):
        day, precision, problem = parse_date(text) if text else (None, None, None)
        if text and (day is None or day < EARLIEST):
            why = problem or "not a date from 1900 on"
            problems.append(f"{name} {for_terminal(text)} is {why}")
        ends.append(last_day(day, precision=precision) if day and name == "--to" else day)
    every, some = _terms(words), _terms(any_words)
    if (words and not every) or (any_words and not some):
        problems.append("the words contain no letter and no digit")
    if ends[0] and ends[1] and ends[0] > ends[1]:
        problems.append(f"--from {for_terminal(first or '')} is after --to")
    if problems:
        raise InputError(
            problems,
            allowed="categories such as cs.CL or cs.*, dates such as 2023, 2023-01 or 2023-01-31, "
            'words and "phrases in quotes"',
            next_step="correct these options",
        )
    return Conditions(
        categories=tuple(name.lower() for name in categories),
        first=ends[0],
        last=ends[1],
        all_words=every,
        any_words=some,
    )


def _terms(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the terms of several texts; a word with a hyphen is a phrase."""
    return tuple(dict.fromkeys(t for text in texts for t in query_terms(text, join_hyphens=True)))


@lru_cache(maxsize=1 << 17)
def _is_in(categories: str, wanted: tuple[str, ...]) -> bool:
    """Whether one of a paper's categories is wanted; arXiv's metadata has some 10^5 lists."""
    return any(
        name == one or (one.endswith("*") and f"{name}.".startswith(one[:-1]))
        for name in categories.lower().split()
        for one in wanted
    )


def last_day(day: date, *, precision: str | None) -> date:
    """Return the last day of the day, month or year that begins with `day`."""
    if precision == "year":
        return date(day.year, 12, 31)
    if precision == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
    return day


# from lines to rows

_IS_TEXT = frozenset(TEXTS)
_SEARCHED = ("title", "abstract")


def bad_line(line: bytes, *, number: int, reason: str) -> dict[str, Any]:
    """Describe a line that is lost: `line` from 1, `reason`, and how it `begins`, escaped."""
    begins = line[:60].decode("utf-8", "backslashreplace")
    return {"line": number, "reason": reason, "begins": json.dumps(begins)[1:-1]}


def row_of(line: bytes, *, conditions: Conditions) -> Row | str:
    """Return the row of the paper in a line, or why it does not pass or has no title.

    Raises
    ------
    ValueError
        With the reason if the line, which is not empty, is not a JSON object.
    """
    raw = _object(line)
    categories = raw.get("categories")
    # The cheapest condition comes first: most lines of arXiv's metadata are in other categories.
    if isinstance(categories, str) and (refused := conditions.refuses_category(categories)):
        return refused
    service = service_of(raw)
    if service == "arxiv-json":
        dated = _date(first_version(raw.get("versions")), identifier=text_of(raw.get("id")))
        refused = conditions.refuses_category(text_of(categories) or "")
        if refused := refused or conditions.refuses_date(dated):
            return refused
        if conditions.has_words:  # before the whole record is made, which takes longer
            title, abstract = (clean_source(text_of(raw.get(k)) or "") for k in _SEARCHED)
            if refused := conditions.refuses_words(title, abstract):
                return refused
        return _row(_texts(service_record(raw, service=service)), dated=dated)
    record = service_record(raw, service=service) if service else _plain_record(raw)
    dated = _dated(record)
    refused = conditions.refuses_category(text_of(record.get("categories")) or "")
    if refused := refused or conditions.refuses_date(dated):
        return refused
    texts = _texts(record)
    if conditions.has_words:
        refused = conditions.refuses_words(texts.get("title", ""), texts.get("abstract"))
    return refused or _row(texts, dated=dated)


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        value = loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start:,} of the line") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} (character {error.pos + 1:,})") from None
    if not isinstance(value, dict):
        raise ValueError("a single value, not a record")
    return value


def _texts(record: Record) -> dict[str, str]:
    return {k: clean(text_of(value) or "") for k, value in record.items() if k in _IS_TEXT}


def _row(texts: dict[str, str], *, dated: Dated) -> Row | str:
    if not texts.get("title"):
        return NO_TITLE
    if "url" in texts:
        texts["url"] = safe_url(texts["url"])
    row: Row = {name: text or None for name, text in texts.items()}
    day, precision = dated
    if day is not None:
        row["published"] = datetime(day.year, day.month, day.day)
        row["published_precision"] = precision
    return row


def _plain_record(raw: Mapping[str, Any]) -> Record:
    """Return the standard columns of a record of an unknown service."""
    names = list(raw)
    standard = {name: raw[names[place]] for name, place in match_columns(names).items()}
    rest = {name: raw[name] for name in TEXTS if name in raw and name not in standard}
    record = {**rest, **standard}
    for name in ("authors", "keywords", "categories", "abstract"):
        if isinstance(record.get(name), list):
            texts = texts_of(record[name])
            record[name] = names_text(texts) if name in ("authors", "keywords") else " ".join(texts)
    return record


def _dated(record: Record) -> Dated:
    for name in ("published", "year_month", "year"):
        dated = _date(text_of(record.get(name)), identifier=None)
        if dated[0] is not None:
            return _coarser(dated, stated=record.get("published_precision"))
    return _date(None, identifier=text_of(record.get("arxiv_id")) or text_of(record.get("id")))


def _coarser(dated: Dated, *, stated: object) -> Dated:
    """Return a date with the precision that the record itself states, if that is coarser."""
    day, precision = dated
    if day is None or precision is None or RANK.get(str(stated), 9) >= RANK[precision]:
        return dated
    return date(day.year, 1 if stated == "year" else day.month, 1), str(stated)


def _date(text: str | None, *, identifier: str | None) -> Dated:
    """Return the date that a text gives, else the month of an arXiv id."""
    if text and len(text) < _LONGEST_DATE:
        # "Mon, 2 Apr 2007 19:18:42 GMT": there are few days, and many times.
        timed = text[-4:] == " GMT" and text[-13:-12] == " " and text[-7:-6] == ":"
        day, precision, _ = _parsed(text[:-13] if timed else text)
        if day is not None and day >= OLDEST:
            return day, precision
    arxiv = arxiv_id(identifier[:300], pad=True) if identifier else None
    month = arxiv_month(arxiv) if arxiv else None
    return month, "month" if month else None


_parsed = lru_cache(maxsize=50_000)(parse_date)
