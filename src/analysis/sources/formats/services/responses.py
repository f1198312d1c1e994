"""Where the records of a response stand: at the top, in a list below, each perhaps wrapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analysis.base.escaping import clean, first_lines

from ...columns import column_key, match_columns
from . import service_of

RECORD_KEYS = (
    *("papers", "data", "results", "items", "records", "entries", "works", "articles"),
    *("documents", "docs", "rows", "recommendedPapers", "notes", "hit", "result", "hits"),
)
"""If an object holds several lists of records, the first of these names wins."""

WRAPPERS = ("paper", "info", "_source", "metadata", "attributes", "content", "work", "article")
"""Keys under which a record may hold its own fields."""

_NAMES = frozenset(column_key(key) for key in RECORD_KEYS)
_DEEPEST = 4
_LOOKED_AT = 20


def is_record_name(key: str) -> bool:
    """Whether lists of records are known to stand under a key."""
    return column_key(key) in _NAMES


def response_records(document: Any) -> list[Any] | str:
    """Return the records of one JSON document; what it is instead if it has none."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return "JSON, but a single value"
    if _has_title(document):
        return [document]
    lists = list(_lists(document))
    titled = [pair for pair in lists if any(map(_has_title, pair[1][:_LOOKED_AT]))]
    chosen = _chosen(titled) or _chosen([pair for pair in lists if pair[2] == 0])
    if chosen is not None:
        return chosen
    single = next((item for item in _dicts(document) if _has_title(item)), None)
    if single is not None and not titled:
        return [single]
    empty = [key for key, value in document.items() if value == [] and is_record_name(key)]
    if empty and not lists:
        return f"a response whose list of records ({clean(empty[0])}) is empty"
    keys = ", ".join(first_lines(clean(str(key)), limit=40) for key in list(document)[:20])
    what = "several lists of records" if lists else "no list of records"
    return f"a JSON object with {what}; its keys are {keys or 'none'}"


def _chosen(lists: list[tuple[str, list[Any], int]]) -> list[Any] | None:
    """Return the list with the best name, or the only one."""
    named = {column_key(key): value for key, value, _ in reversed(lists)}
    best = next((named[column_key(key)] for key in RECORD_KEYS if column_key(key) in named), None)
    return lists[0][1] if best is None and len(lists) == 1 else best


def _lists(document: dict[str, Any]) -> Iterator[tuple[str, list[Any], int]]:
    """Yield the lists of objects in a response: key, list and depth, the outermost first."""
    level = [document]
    for depth in range(_DEEPEST):
        for item in level:
            for key, value in item.items():
                if isinstance(value, list) and any(isinstance(one, dict) for one in value):
                    yield key, value, depth
        level = [v for item in level for v in item.values() if isinstance(v, dict)]


def _dicts(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    level = [document]
    for _ in range(_DEEPEST):
        level = [v for item in level for v in item.values() if isinstance(v, dict)]
        yield from level


def _has_title(record: Any) -> bool:
    if not isinstance(record, dict):
        return False
    if "title" in record or "title" in match_columns(list(record)):
        return True
    return service_of(record) is not None or _wrapper(record) is not None


def _wrapper(record: dict[str, Any]) -> str | None:
    """Return the key under which a record holds an object with a title; None for none."""
    return next(
        (
            key
            for key in WRAPPERS
            if isinstance(record.get(key), dict) and "title" in match_columns(list(record[key]))
        ),
        None,
    )


def records_of_line(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a record, or the records of a response: its pages may be saved one per line."""
    if (
        "title" in record
        or _has_title(record)
        or not any(isinstance(value, dict | list) for value in record.values())
    ):
        return [record]
    found = response_records(record)
    items = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    return items or [record]


def lifted(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the fields of the object that it wraps, which replace its own."""
    key = "paper" if isinstance(record.get("paper"), dict) else None
    if key is None and "title" not in record:
        key = _wrapper(record)
    if key is None:
        return record
    inner = record[key]
    outer = {name: value for name, value in record.items() if name != key}
    return outer | {name: value for name, value in inner.items() if value is not None}
