"""Records, as the readers of exchange formats make them: flat, under standard names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

ALWAYS = ("title", "abstract")

Record = dict[str, Any]


def frame_of(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a frame of records: object columns, null where a record lacks one.

    `title` and `abstract` are always there; the other columns stand in the order in which they
    first occur.
    """
    names = dict.fromkeys(ALWAYS)
    for record in records:
        names.update(dict.fromkeys(record))
    columns = {name: [record.get(name) for record in records] for name in names}
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def filled(record: Mapping[str, Any]) -> Record:
    """Return a record without its empty values."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


def names_text(names: Iterable[object]) -> str:
    """Join names, each once, by "; "."""
    found = (" ".join(name.split()) for name in names if isinstance(name, str))
    return "; ".join(dict.fromkeys(name for name in found if name))


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


def dict_of(value: object) -> Mapping[str, Any]:
    """Return a mapping as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def dicts_of(value: object) -> list[Mapping[str, Any]]:
    """Return the mappings of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
