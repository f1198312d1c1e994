"""JSON (a list of records, or an object that holds one) and JSON Lines."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines
from analysis.sources.columns import column_key, match_columns

from .. import Content, Detection
from ..records import Rows
from .salvage import salvage
from .services import service_of, service_record

RECORD_KEYS = (
    *("papers", "data", "results", "items", "records", "entries", "works", "articles"),
    *("documents", "docs", "rows", "recommendedPapers"),
)
"""If an object holds several lists of records, the first of these names wins."""

_NAMES = frozenset(column_key(key) for key in RECORD_KEYS)
MAX_COLUMNS = 200
BAD_LINE = "bad line"
NO_RECORD = "not a record"
CUT_OFF = "record cut off"
_SHOWN_LINES = 3
_HEAD = 200_000
_START = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_ALLOWED = (
    "a list of records, an object that holds one list of records, or one record per line (JSON "
    "Lines); a record is an object with a title and an abstract"
)


class Number(str):
    """A number's own spelling: ids such as 2310.00010 keep their zeros."""

    __slots__ = ()


def plain(value: Any) -> Any:
    """Return `value` with every `Number` in it as an int or a float."""
    if isinstance(value, Number):
        return number(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def number(spelling: str) -> int | float | str:
    """Return the number that `spelling` means; the spelling itself where an int is too long."""
    if spelling.lstrip("-").isdigit():
        return int(spelling) if len(spelling) < 19 else str(spelling)
    return float(spelling)


def detect_json(text: str) -> Detection | None:
    """Return a detection if a text begins as one JSON document."""
    return Detection() if _START.match(text) and not _is_lines(text) else None


def detect_jsonl(text: str) -> Detection | None:
    """Return a detection if a text begins as JSON Lines."""
    return Detection() if _START.match(text) and _is_lines(text) else None


def _is_lines(text: str) -> bool:
    """Whether a text that begins as JSON is JSON Lines."""
    first, *others = [line for line in text[:_HEAD].split("\n") if line.strip()][:20]
    if not others or not first.lstrip().startswith("{"):
        return False
    has_other = any(_is_object(line) for line in others)
    if _is_object(first):
        return has_other or not _holds_records(first)
    return has_other and not _parses(text)


def _holds_records(line: str) -> bool:
    values = json.loads(line).values()
    return any(
        isinstance(v, list) and v and isinstance(v[0], dict) and "title" in v[0] for v in values
    )


def _is_object(line: str) -> bool:
    return _parses(line) and isinstance(json.loads(line), dict)


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def read_json(content: Content) -> Rows:
    """Read one JSON document.

    Object columns, numbers as `Number`. Records of a known service have standard columns; in
    other records the fields of a nested `paper` replace the outer ones. If the text breaks off,
    the complete records before are read. InputError for broken JSON, nesting too deep and no
    records.
    """
    text, shown = content.text, content.shown
    notes: tuple[str, ...] = ()
    cut_off = False
    try:
        records = _records(loads(text), shown=shown)
    except RecursionError:
        raise _bad(f"{shown} is JSON nested too deep to be read") from None
    except ValueError as error:
        records, notes, cut_off = _salvage(text, error=error, shown=shown)
    good = [record for record in records if isinstance(record, dict)]
    if not good:
        raise _bad(f"{shown} is JSON without records")
    dropped = {NO_RECORD: len(records) - len(good), CUT_OFF: int(cut_off)}
    dropped = {reason: n for reason, n in dropped.items() if n}
    return _rows([_standard(record) for record in good], dropped=dropped, notes=notes, shown=shown)


def read_jsonl(content: Content) -> Rows:
    """Read JSON Lines: a broken line is lost alone, counted as "bad line" and named.

    Records as in `read_json`; a line may also hold a whole response with its list of records.
    InputError if no line is a record.
    """
    shown = content.shown
    records = []
    bad: list[int] = []
    for line_number, line in enumerate(content.text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            records += [_standard(inner) for inner in _inner(record)]
        else:
            bad.append(line_number)
    if not records:
        raise _bad(f"{shown} has no line that is a JSON record ({len(bad):,} tried)")
    dropped = {BAD_LINE: len(bad)} if bad else {}
    return _rows(records, dropped=dropped, notes=_bad_lines(bad, shown=shown), shown=shown)


def _inner(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a record, or the records of a response: its pages may be saved one per line."""
    if "title" in record or not _NAMES & {column_key(key) for key in record}:
        return [record]
    if service_of(record) is not None or "title" in match_columns(list(record)):
        return [record]
    lists = [value for key, value in record.items() if column_key(key) in _NAMES]
    items = [item for value in lists if isinstance(value, list) for item in value]
    return [item for item in items if isinstance(item, dict)] or [record]


def _bad_lines(bad: list[int], *, shown: str) -> tuple[str, ...]:
    if not bad:
        return ()
    named = ", ".join(f"{line:,}" for line in bad[:_SHOWN_LINES])
    more = f" and {len(bad) - _SHOWN_LINES:,} more" if len(bad) > _SHOWN_LINES else ""
    what = "line is not a JSON record" if len(bad) == 1 else "lines are not JSON records"
    return (f"{shown}: {len(bad):,} {what} (line {named}{more})",)


def _salvage(
    text: str, *, error: ValueError, shown: str
) -> tuple[list[Any], tuple[str, ...], bool]:
    """Return records of incomplete JSON, notes on the rest, and whether a list breaks off."""
    salvaged = salvage(text, decoder=_DECODER, names=_NAMES, shown=shown)
    if salvaged is None:
        where = ""
        if isinstance(error, json.JSONDecodeError):
            where = f" at line {error.lineno:,}, column {error.colno:,} ({error.msg})"
        raise _bad(f"{shown} is broken JSON{where}")
    notes = (salvaged.note,) if salvaged.note else ()
    if salvaged.breaks_off:
        return salvaged.records, notes, True
    return [record for d in salvaged.records for record in _records(d, shown=shown)], notes, False


def _standard(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the service that a record comes from ("" for none) and its standard columns."""
    service = service_of(record)
    if service is None:
        return "", _lifted(record)
    return service, service_record(record, service=service)


def _rows(
    standard: list[tuple[str, dict[str, Any]]],
    *,
    dropped: dict[str, int],
    notes: tuple[str, ...],
    shown: str,
) -> Rows:
    services = {service for service, _ in standard}
    records = [record for _, record in standard]
    if services != {""}:
        for record in records:
            record.setdefault("title", None)
            record.setdefault("abstract", None)
    frame, left_out = _frame(records, shown=shown)
    service = services.pop() if len(services) == 1 else ""
    return Rows(frame=frame, dropped=dropped, notes=(*notes, *left_out), format=service)


_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=lambda constant: None
)


def loads(text: str) -> Any:
    """Read one JSON value, its numbers as `Number`; errors as `json.loads`."""
    return _DECODER.decode(text)


def _bad(problem: str) -> InputError:
    return InputError(
        problem,
        allowed=_ALLOWED,
        next_step="export it again; in JSON Lines only the broken lines are lost",
    )


def _records(document: Any, *, shown: str) -> list[Any]:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise _bad(f"{shown} is JSON, but a single value")
    if "title" in match_columns(list(document)):
        return [document]
    lists = {
        key: value
        for key, value in document.items()
        if isinstance(value, list) and any(isinstance(item, dict) for item in value)
    }
    named = {column_key(key): key for key in reversed(lists)}
    chosen = next((named[key] for key in RECORD_KEYS if key in named), None)
    if chosen is None and len(lists) == 1:
        chosen = next(iter(lists))
    if chosen is not None:
        return lists[chosen]
    empty = [key for key, value in document.items() if value == [] and column_key(key) in _NAMES]
    if empty and not lists:
        raise _bad(f"{shown} is a response whose list of records ({clean(empty[0])}) is empty")
    keys = ", ".join(first_lines(clean(str(key)), limit=40) for key in list(document)[:20])
    what = "several lists of records" if lists else "no list of records"
    raise _bad(f"{shown} is a JSON object with {what}; its keys are {keys or 'none'}")


def _lifted(record: dict[str, Any]) -> dict[str, Any]:
    inner = record.get("paper")
    if not isinstance(inner, dict):
        return record
    outer = {key: value for key, value in record.items() if key != "paper"}
    return outer | {key: value for key, value in inner.items() if value is not None}


def _frame(records: list[dict[str, Any]], *, shown: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Make a frame of records; of more than `MAX_COLUMNS` other columns the fullest are kept."""
    counts = Counter(key for record in records for key in record)
    standard = set(match_columns(list(counts)).values())
    names = [name for i, name in enumerate(counts) if i in standard]
    others = [name for i, name in enumerate(counts) if i not in standard]
    fullest = set(sorted(others, key=lambda name: (-counts[name], name))[:MAX_COLUMNS])
    names += [name for name in others if name in fullest]
    columns = [pd.Series([record.get(name) for record in records], dtype=object) for name in names]
    frame = pd.DataFrame(dict(enumerate(columns))).set_axis([clean(name) for name in names], axis=1)
    n_left_out = len(others) - len(fullest)
    note = f"{shown} has {len(others):,} further columns; the emptiest {n_left_out:,} were left out"
    return frame, (note,) if n_left_out else ()
