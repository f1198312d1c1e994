"""From one line to the row of a paper, or the reason why there is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from analysis.base.escaping import clean, safe_url

from ..columns import match_columns
from ..dates.parsing import EARLIEST, RANK, Parsed, parse_date
from ..formats.latex import clean_source
from ..formats.records import Record, loads, names_text, text_of, texts_of
from ..formats.services import first_version, service_of, service_record
from ..ids import arxiv_id, arxiv_month
from .conditions import Conditions, Dated

NO_TITLE = "no title"
TEXTS = tuple(
    "arxiv_id id doi title abstract authors categories primary_category venue keywords "
    "document_type updated url listed upvotes comments organization github github_stars ai_summary "
    "openalex_topic language cited_by_count fields_of_study citation_count".split()
)
"""Columns of text that a row may have; `published` and `published_precision` are the others."""

Row = dict[str, Any]

_IS_TEXT = frozenset(TEXTS)
_LONGEST_DATE = 100


def bad_line(line: bytes, *, number: int, reason: str) -> dict[str, Any]:
    """Describe a line that is lost: `line` from 1, `reason`, and how it `begins`, escaped."""
    begins = line[:60].decode("utf-8", "backslashreplace")
    return {"line": number, "reason": reason, "begins": json.dumps(begins)[1:-1]}


def row_of(line: bytes, *, conditions: Conditions) -> Row | str:
    """Read one line.

    Parameters
    ----------
    line : bytes
        Not empty.
    conditions : Conditions

    Returns
    -------
    dict or str
        The row of a paper; the reason if the paper does not pass or has no title.

    Raises
    ------
    ValueError
        With the reason if the line is not a JSON object.
    """
    raw = _object(line)
    categories = raw.get("categories")
    # The cheapest condition comes first: most lines of arXiv's metadata are in other categories.
    if isinstance(categories, str) and (refused := conditions.refuses_category(categories)):
        return refused
    service = service_of(raw)
    if service == "arxiv-json":
        return _arxiv_row(raw, conditions=conditions)
    record = service_record(raw, service=service) if service else _plain_record(raw)
    categories = text_of(record.get("categories")) or ""
    return _row(record, categories=categories, dated=_dated(record), conditions=conditions)


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


def _arxiv_row(raw: Mapping[str, Any], *, conditions: Conditions) -> Row | str:
    if refused := conditions.refuses_category(text_of(raw.get("categories")) or ""):
        return refused
    dated = _date(first_version(raw.get("versions")), identifier=text_of(raw.get("id")))
    if refused := conditions.refuses_date(dated):
        return refused
    if conditions.has_words:
        refused = conditions.refuses_words(
            clean_source(text_of(raw.get("title")) or ""),
            clean_source(text_of(raw.get("abstract")) or ""),
        )
        if refused:
            return refused
    return _row(
        service_record(raw, service="arxiv-json"),
        categories="",
        dated=dated,
        conditions=Conditions(),
    )


def _row(record: Record, *, categories: str, dated: Dated, conditions: Conditions) -> Row | str:
    if refused := conditions.refuses_category(categories) or conditions.refuses_date(dated):
        return refused
    texts = {
        name: clean(text_of(value) or "") for name, value in record.items() if name in _IS_TEXT
    }
    if conditions.has_words:
        refused = conditions.refuses_words(texts.get("title", ""), texts.get("abstract"))
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
        if day is not None and day >= EARLIEST:
            return day, precision
    arxiv = arxiv_id(identifier[:300], pad=True) if identifier else None
    month = arxiv_month(arxiv) if arxiv else None
    return month, "month" if month else None


@lru_cache(maxsize=50_000)
def _parsed(text: str) -> Parsed:
    return parse_date(text)
