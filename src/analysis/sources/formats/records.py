"""What every reader returns, and the helpers that make records: flat, under standard names.

The numbers in JSON keep their spelling until a column's type is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

Record = dict[str, Any]
_SHOWN_LINES = 3


@dataclass(frozen=True)
class Rows:
    """What a reader found in one file.

    Attributes
    ----------
    frame : DataFrame
        One row per record, column names as in the file, values unparsed.
    dropped : mapping of str to int
        What could not become a row, by reason; counts may be 0.
    notes : tuple of str
        Lines to show.
    day : date or None
        The day that the content itself gives for the whole file.
    format : str
        The name of the source (see `formats.SOURCES_IN_WORDS`) if the reader recognised one; else
        empty.
    """

    frame: pd.DataFrame
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    day: date | None = None
    format: str = ""


def frame_of(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a frame of records: object columns, null where a record lacks one.

    `title` and `abstract` are always there; the other columns are in the order in which they
    first occur.
    """
    names = dict.fromkeys(("title", "abstract"))
    for record in records:
        names.update(dict.fromkeys(record))
    columns = {name: [record.get(name) for record in records] for name in names}
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def without_empty(record: Mapping[str, Any]) -> Record:
    """Return a record without its empty values."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


def names_text(names: Iterable[object]) -> str:
    """Join names, each once, by "; "."""
    texts = (" ".join(name.split()) for name in names if isinstance(name, str))
    return "; ".join(dict.fromkeys(text for text in texts if text))


def text_of(value: object) -> str | None:
    """Return a text as it is, a number as text, anything else as None."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
        return str(value)
    return None


def texts_of(value: object) -> list[str]:
    """Return the texts of a list, or of a single text."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def dict_of(value: object) -> dict[str, Any]:
    """Return a dict as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def dicts_of(value: object) -> list[dict[str, Any]]:
    """Return the dicts of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def named_lines(lines: Sequence[int]) -> str:
    """Return the first lines of a file by number, in brackets: "(line 3, 8, 9 and 2 more)"."""
    named = ", ".join(f"{line:,}" for line in lines[:_SHOWN_LINES])
    rest = len(lines) - _SHOWN_LINES
    return f"(line {named}{f' and {rest:,} more' if rest > 0 else ''})"


# JSON values


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


JSON_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=lambda constant: None
)


def loads(text: str) -> Any:
    """Read one JSON value, its numbers as `Number`; errors as `json.loads`."""
    return JSON_DECODER.decode(text)
