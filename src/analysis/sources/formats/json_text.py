"""JSON (a list of records, or an object that holds one) and JSON Lines.

JSON that is truncated, followed by garbage, or several documents in one file is read as far as it
is complete. Streaming parsers stop at the same places, but give events, not the records before.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean

from ..columns import match_columns
from . import Content, Detection
from .records import JSON_DECODER, Rows, loads, named_lines
from .services import service_of, service_record
from .services.responses import is_record_name, lifted, records_of_line, response_records

MAX_COLUMNS = 200
BAD_LINE = "bad line"
NO_RECORD = "not a record"
CUT_OFF = "record cut off"
_HEAD = 200_000
_START = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_GAP = re.compile(r"[\s,\x1e]*")
_LIST = re.compile(r"[\s\ufeff]*\[\s*")
_NAMED = re.compile(r'"([^"\\]{1,40})"\s*:\s*\[\s*(?=\{)')
_ALLOWED = (
    "a list of records, an object that holds one list of records, or one record per line (JSON "
    "Lines); a record is an object with a title and an abstract"
)


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
    has_other = any(isinstance(_parsed(line), dict) for line in others)
    document = _parsed(first)
    if not isinstance(document, dict):
        return has_other and _parsed(text) is _BROKEN
    lists = (value for value in document.values() if isinstance(value, list) and value)
    return has_other or not any(isinstance(v[0], dict) and "title" in v[0] for v in lists)


_BROKEN = object()


def _parsed(text: str) -> Any:
    """Return the value that a text is in JSON; `_BROKEN` if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _BROKEN


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
        records = _document_records(loads(text), shown=shown)
    except RecursionError:
        raise _bad(f"{shown} is JSON nested too deep to be read") from None
    except ValueError as error:
        records, notes, cut_off = _salvage(text, error=error, shown=shown)
    good = [record for record in records if isinstance(record, dict)]
    if not good:
        raise _bad(f"{shown} is JSON without records")
    dropped = {NO_RECORD: len(records) - len(good), CUT_OFF: int(cut_off)}
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
            records += [_standard(inner) for inner in records_of_line(record)]
        else:
            bad.append(line_number)
    if not records:
        raise _bad(f"{shown} has no line that is a JSON record ({len(bad):,} tried)")
    return _rows(
        records, dropped={BAD_LINE: len(bad)}, notes=_bad_lines(bad, shown=shown), shown=shown
    )


def _bad_lines(bad: list[int], *, shown: str) -> tuple[str, ...]:
    if not bad:
        return ()
    what = "line is not a JSON record" if len(bad) == 1 else "lines are not JSON records"
    return (f"{shown}: {len(bad):,} {what} {named_lines(bad)}",)


def _salvage(
    text: str, *, error: ValueError, shown: str
) -> tuple[list[Any], tuple[str, ...], bool]:
    """Return the complete records of JSON that is not one document, notes, and if it breaks off.

    These are the records of all complete documents, else those of a list before it breaks off.
    InputError if there is no complete record.
    """
    documents, end, _ = _decode_values(text, start=0)
    if documents:
        records = [
            record for document in documents for record in _document_records(document, shown=shown)
        ]
        line = text.count("\n", 0, end) + 1
        note = f"{shown} holds something else after its JSON (line {line:,}); it was left out"
        return records, (note,) if text[end:].strip() else (), False
    start = _list_start(text)
    records, end, problem = ([], 0, "") if start is None else _decode_values(text, start=start)
    if not any(isinstance(record, dict) for record in records):
        where = ""
        if isinstance(error, json.JSONDecodeError):
            where = f" at line {error.lineno:,}, column {error.colno:,} ({error.msg})"
        raise _bad(f"{shown} is broken JSON{where}")
    line = text.count("\n", 0, end) + 1
    note = f"{shown} breaks off in line {line:,} ({problem}); the {len(records):,} records before "
    return records, (note + "were read",), True


def _decode_values(text: str, *, start: int) -> tuple[list[Any], int, str]:
    """Return the consecutive values from `start`, where they end, and why."""
    values = []
    problem = "it ends there"
    while start < len(text):
        gap = _GAP.match(text, start)
        try:
            value, start = JSON_DECODER.raw_decode(text, gap.end() if gap else start)
        except json.JSONDecodeError as error:
            problem = error.msg
            break
        except (ValueError, RecursionError):
            problem = "nested too deep"
            break
        values.append(value)
    return values, start, problem


def _list_start(text: str) -> int | None:
    plain = _LIST.match(text)
    if plain:
        return plain.end()
    named = (m.end() for m in _NAMED.finditer(text[:1_000_000]) if is_record_name(m[1]))
    return next(named, None)


def _standard(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the service that a record comes from ("" for none) and its standard columns."""
    service = service_of(record)
    if service is None:
        return "", lifted(record)
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


def _bad(problem: str) -> InputError:
    return InputError(
        problem,
        allowed=_ALLOWED,
        next_step="export it again; in JSON Lines only the broken lines are lost",
    )


def _document_records(document: Any, *, shown: str) -> list[Any]:
    records = response_records(document)
    if isinstance(records, list):
        return records
    raise _bad(f"{shown} is {records}")


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
