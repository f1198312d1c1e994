"""One line to the row of a paper, or the reason why it gives none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from analysis.base.escaping import safe_url

from ..dates.parsing import EARLIEST, RANK, Parsed, parse_date
from ..formats.json.arxiv import first_version
from ..formats.json.services import kind_of, record_of
from ..formats.json.text import BAD_LINE, loads
from ..formats.latex import clean_source
from ..records.cleaning import cleaned
from ..records.columns import match_columns
from ..records.ids import arxiv_id, arxiv_month
from ..records.records import Record, names_text, text_of, texts_of
from .conditions import Asked, Dated

NO_TITLE = "no title"
TEXTS = ("arxiv_id", "id", "doi", "title", "abstract", "authors", "categories", "primary_category",
         "venue", "keywords", "document_type", "updated", "url", "listed", "upvotes", "comments",
         "organization", "github", "github_stars", "ai_summary", "openalex_topic", "language",
         "cited_by_count", "fields_of_study", "citation_count")  # fmt: skip
"""Columns of text that a row may have; `published` and `published_precision` are the others."""

Row = dict[str, Any]

_IS_TEXT = frozenset(TEXTS)
_LONGEST_DATE = 100


@dataclass(frozen=True)
class BadLine:
    """A line that is lost: its number from 1, why, and what it begins with, escaped."""

    line: int
    reason: str
    begins: str


def bad_line(line: bytes, *, number: int, reason: str) -> BadLine:
    """Describe a line that is lost."""
    begins = line[:60].decode("utf-8", "backslashreplace")
    return BadLine(number, reason, json.dumps(begins)[1:-1])


def row_of(line: bytes, *, asked: Asked) -> Row | str:
    """Read one line.

    Parameters
    ----------
    line : bytes
        Not empty.
    asked : Asked

    Returns
    -------
    dict or str
        The row of a paper; the reason where the paper is not asked for or has no title.

    Raises
    ------
    ValueError
        With the reason where the line is no JSON object.
    """
    raw = _object(line)
    told = raw.get("categories")
    # What costs least is asked first: most lines of arXiv's metadata are not asked for.
    if isinstance(told, str) and (refused := asked.refuses_category(told)):
        return refused
    kind = kind_of(raw)
    if kind == "arxiv-json":
        return _arxiv_row(raw, asked=asked)
    record = record_of(raw, kind=kind) if kind else _plain_record(raw)
    categories = text_of(record.get("categories")) or ""
    return _row(record, categories=categories, dated=_dated(record), asked=asked)


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        value = loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"no UTF-8 at byte {error.start:,} of the line") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} (character {error.pos + 1:,})") from None
    if not isinstance(value, dict):
        raise ValueError("a single value, no record")
    return value


def _arxiv_row(raw: Mapping[str, Any], *, asked: Asked) -> Row | str:
    if refused := asked.refuses_category(text_of(raw.get("categories")) or ""):
        return refused
    dated = _date(first_version(raw.get("versions")), identifier=text_of(raw.get("id")))
    if refused := asked.refuses_date(dated):
        return refused
    if asked.asks_words:
        refused = asked.refuses_words(
            clean_source(text_of(raw.get("title")) or ""),
            clean_source(text_of(raw.get("abstract")) or ""),
        )
        if refused:
            return refused
    return _row(record_of(raw, kind="arxiv-json"), categories="", dated=dated, asked=Asked())


def _row(record: Record, *, categories: str, dated: Dated, asked: Asked) -> Row | str:
    if refused := asked.refuses_category(categories) or asked.refuses_date(dated):
        return refused
    texts = {
        name: cleaned(text_of(value) or "") for name, value in record.items() if name in _IS_TEXT
    }
    if asked.asks_words:
        refused = asked.refuses_words(texts.get("title", ""), texts.get("abstract"))
        if refused:
            return refused
    if not texts.get("title"):
        return NO_TITLE
    if "url" in texts:
        texts["url"] = safe_url(texts["url"])
    row: Row = {name: text or None for name, text in texts.items()}
    day, precision = dated
    if day is not None:
        row["published"] = datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)
        row["published_precision"] = precision
    return row


def _plain_record(raw: Mapping[str, Any]) -> Record:
    """Return the standard columns of a record of no service that is known."""
    names = list(raw)
    found = {standard: raw[names[place]] for standard, place in match_columns(names).items()}
    rest = {name: raw[name] for name in TEXTS if name in raw and name not in found}
    record = {**rest, **found}
    for name in ("authors", "keywords", "categories", "abstract"):
        if isinstance(record.get(name), list):
            texts = texts_of(record[name])
            record[name] = names_text(texts) if name in ("authors", "keywords") else " ".join(texts)
    return record


def _dated(record: Record) -> Dated:
    for name in ("published", "year_month", "year"):
        told = _date(text_of(record.get(name)), identifier=None)
        if told[0] is not None:
            return _coarser(told, stated=record.get("published_precision"))
    return _date(None, identifier=text_of(record.get("arxiv_id")) or text_of(record.get("id")))


def _coarser(dated: Dated, *, stated: object) -> Dated:
    """Return a date with the precision that the record itself states, where that is coarser."""
    day, precision = dated
    if day is None or precision is None or RANK.get(str(stated), 9) >= RANK[precision]:
        return dated
    return date(day.year, 1 if stated == "year" else day.month, 1), str(stated)


def _date(text: str | None, *, identifier: str | None) -> Dated:
    """Return the date that a text tells, else the month of an arXiv id."""
    if text and len(text) < _LONGEST_DATE:
        # "Mon, 2 Apr 2007 19:18:42 GMT": there are few days, and many times.
        timed = text[-4:] == " GMT" and text[-13:-12] == " " and text[-7:-6] == ":"
        day, precision, _ = _parsed(text[:-13] if timed else text)
        if day is not None and day >= EARLIEST:
            return day, precision
    found = arxiv_id(identifier[:300], pad=True) if identifier else None
    month = arxiv_month(found) if found else None
    return month, "month" if month else None


@lru_cache(maxsize=50_000)
def _parsed(text: str) -> Parsed:
    return parse_date(text)


__all__ = ["BAD_LINE", "NO_TITLE", "TEXTS", "BadLine", "bad_line", "row_of"]
