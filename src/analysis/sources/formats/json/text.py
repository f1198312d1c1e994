"""JSON (a list of records, or an object that holds one) and JSON Lines."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines
from analysis.sources.files.input_file import Rows
from analysis.sources.records.columns import column_key, match_columns

from .salvage import salvage
from .services import kind_of, record_of

RECORD_KEYS = (
    "papers",
    "data",
    "results",
    "items",
    "records",
    "entries",
    "works",
    "articles",
    "documents",
    "docs",
    "rows",
    "recommendedPapers",
)
"""Where an object holds several lists of records, the first of these names wins."""

_NAMES = frozenset(column_key(key) for key in RECORD_KEYS)
MAX_COLUMNS = 200
BAD_LINE = "bad line"
NO_RECORD = "not a record"
CUT_OFF = "record cut off"
_SHOWN_LINES = 3
_ALLOWED = (
    "a list of records, an object that holds one list of records, or one record a line (JSON "
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


def read_json(text: str, *, shown: str) -> Rows:
    """Read one JSON document.

    Takes and returns what every reader does (`raw.Rows`): object columns, numbers as `Number`.
    Records of a service that is known (`json_kinds`) have standard columns. Of other records a
    nested `paper` is lifted, its fields win over the outer ones. Where the text breaks off, the
    whole records before are read. InputError for broken JSON, nesting too deep, no records.
    """
    notes: tuple[str, ...] = ()
    try:
        records = _find_records(loads(text), shown=shown)
    except RecursionError:
        raise _bad(f"{shown} is JSON nested too deep to be read") from None
    except ValueError as error:
        records, notes = _salvaged(text, error=error, shown=shown)
    good = [record for record in records if isinstance(record, dict)]
    if not good:
        raise _bad(f"{shown} is JSON without records")
    dropped = {NO_RECORD: len(records) - len(good)} if len(records) > len(good) else {}
    dropped |= {CUT_OFF: 1} if any("breaks off" in note for note in notes) else {}
    return _rows([_standard(record) for record in good], dropped=dropped, notes=notes, shown=shown)


def read_jsonl(text: str, *, shown: str) -> Rows:
    """Read JSON Lines: a broken line loses that line only, is counted as "bad line" and named.

    Records as in `read_json`; a line may also hold a whole answer with its list of records.
    InputError where no line is a record.
    """
    records = []
    bad: list[int] = []
    for number_, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            records += [_standard(inner) for inner in _inner(record)]
        else:
            bad.append(number_)
    if not records:
        raise _bad(f"{shown} has no line that is a JSON record ({len(bad):,} tried)")
    dropped = {BAD_LINE: len(bad)} if bad else {}
    return _rows(records, dropped=dropped, notes=_bad_lines(bad, shown=shown), shown=shown)


def _inner(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a record, or the records of an answer: pages of one may be saved a line each."""
    if "title" in record or not _NAMES & {column_key(key) for key in record}:
        return [record]
    if kind_of(record) is not None or "title" in match_columns(list(record)):
        return [record]
    lists = [value for key, value in record.items() if column_key(key) in _NAMES]
    found = [item for value in lists if isinstance(value, list) for item in value]
    return [item for item in found if isinstance(item, dict)] or [record]


def _bad_lines(bad: list[int], *, shown: str) -> tuple[str, ...]:
    if not bad:
        return ()
    named = ", ".join(f"{line:,}" for line in bad[:_SHOWN_LINES])
    more = f" and {len(bad) - _SHOWN_LINES:,} more" if len(bad) > _SHOWN_LINES else ""
    what = "line is" if len(bad) == 1 else "lines are"
    return (f"{shown}: {len(bad):,} {what} no JSON record (line {named}{more})",)


def _salvaged(text: str, *, error: ValueError, shown: str) -> tuple[list[Any], tuple[str, ...]]:
    """Return the records of JSON that is no whole document, with a note on the rest."""
    found = salvage(text, decoder=_DECODER, names=_NAMES, shown=shown)
    if found is None:
        where = ""
        if isinstance(error, json.JSONDecodeError):
            where = f" at line {error.lineno:,}, column {error.colno:,} ({error.msg})"
        raise _bad(f"{shown} is broken JSON{where}")
    if "breaks off" in found.note:
        return found.records, (found.note,)
    records = [r for document in found.records for r in _find_records(document, shown=shown)]
    return records, (found.note,) if found.note else ()


def _standard(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the service that a record comes from ("" for none) and its standard columns."""
    kind = kind_of(record)
    return ("", _lifted(record)) if kind is None else (kind, record_of(record, kind=kind))


def _rows(
    read: list[tuple[str, dict[str, Any]]],
    *,
    dropped: dict[str, int],
    notes: tuple[str, ...],
    shown: str,
) -> Rows:
    kinds = {kind for kind, _ in read}
    records = [record for _, record in read]
    if kinds != {""}:
        for record in records:
            record.setdefault("title", None)
            record.setdefault("abstract", None)
    frame, left_out = _frame(records, shown=shown)
    narrow = kinds.pop() if len(kinds) == 1 else ""
    return Rows(frame=frame, dropped=dropped, notes=(*notes, *left_out), format=narrow)


_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=lambda constant: None
)


def loads(text: str) -> Any:
    """Read one JSON value, its numbers as `Number`; errors as `json.loads`."""
    return _DECODER.decode(text)


def _bad(found: str) -> InputError:
    return InputError(
        found,
        allowed=_ALLOWED,
        next_step="export it again; in JSON Lines a broken line loses only itself",
    )


def _find_records(document: Any, *, shown: str) -> list[Any]:
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
        raise _bad(f"{shown} is an answer whose list of records ({clean(empty[0])}) is empty")
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
    found = set(match_columns(list(counts)).values())
    names = [name for i, name in enumerate(counts) if i in found]
    others = [name for i, name in enumerate(counts) if i not in found]
    fullest = sorted(others, key=lambda name: (-counts[name], name))[:MAX_COLUMNS]
    names += [name for name in others if name in set(fullest)]
    columns = [pd.Series([record.get(name) for record in records], dtype=object) for name in names]
    frame = pd.DataFrame(dict(enumerate(columns))).set_axis([clean(name) for name in names], axis=1)
    notes: tuple[str, ...] = ()
    if len(others) > MAX_COLUMNS:
        left_out = len(others) - MAX_COLUMNS
        notes = (
            f"{shown} has {len(others):,} further columns; the emptiest {left_out:,} left out",
        )
    return frame, notes
