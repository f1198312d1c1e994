"""Records of JSON that is truncated, followed by garbage, or several documents in one file.

Streaming parsers stop at the same places, but give events, not the records before and a note.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from analysis.sources.columns import column_key

_GAP = re.compile(r"[\s,\x1e]*")
_LIST = re.compile(r"[\s\ufeff]*\[\s*")
_NAMED = re.compile(r'"([^"\\]{1,40})"\s*:\s*\[\s*(?=\{)')


@dataclass(frozen=True)
class Salvaged:
    """Complete records or documents.

    Attributes
    ----------
    records : list
        Records of a list that breaks off, else documents.
    note : str
        On what was lost; empty if nothing was.
    breaks_off : bool
        Whether a list of records breaks off.
    """

    records: list[Any]
    note: str
    breaks_off: bool = False


def salvage(
    text: str, *, decoder: json.JSONDecoder, names: Collection[str], shown: str
) -> Salvaged | None:
    """Read the complete records of JSON that is not one complete document.

    Parameters
    ----------
    text : str
        Text that is not one JSON document.
    decoder : JSONDecoder
    names : collection of str
        Keys (see `column_key`) under which an object may hold its list of records.
    shown : str
        The file's name for messages.

    Returns
    -------
    Salvaged or None
        All complete documents, else the records of a list before it breaks off; None if there is
        no complete record.
    """
    documents, end, _ = _decode_values(text, start=0, decoder=decoder)
    if documents:
        rest = text[end:].strip()
        line = text.count("\n", 0, end) + 1
        note = f"{shown} holds something else after its JSON (line {line:,}); it was left out"
        return Salvaged(documents, note if rest else "")
    start = _list_start(text, names=names)
    if start is None:
        return None
    records, end, problem = _decode_values(text, start=start, decoder=decoder)
    if not any(isinstance(record, dict) for record in records):
        return None
    line = text.count("\n", 0, end) + 1
    note = f"{shown} breaks off in line {line:,} ({problem}); the {len(records):,} records before "
    return Salvaged(records, note + "were read", breaks_off=True)


def _decode_values(
    text: str, *, start: int, decoder: json.JSONDecoder
) -> tuple[list[Any], int, str]:
    """Return the consecutive values from `start`, where they end, and why."""
    values = []
    problem = "it ends there"
    while start < len(text):
        gap = _GAP.match(text, start)
        try:
            value, start = decoder.raw_decode(text, gap.end() if gap else start)
        except json.JSONDecodeError as error:
            problem = error.msg
            break
        except (ValueError, RecursionError):
            problem = "nested too deep"
            break
        values.append(value)
    return values, start, problem


def _list_start(text: str, *, names: Collection[str]) -> int | None:
    plain = _LIST.match(text)
    if plain:
        return plain.end()
    named = (m.end() for m in _NAMED.finditer(text[:1_000_000]) if column_key(m[1]) in names)
    return next(named, None)
