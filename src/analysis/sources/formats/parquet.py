"""Parquet: columns as they are typed, nested ones as Python lists and dicts."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from . import Content
from .records import Rows

SHORT_FLOATS = (
    "{shown}: the ids are 32-bit floats, too short for an arXiv id; they were not used (store ids "
    "as text)"
)
ORIGIN_KEY = b"papertide"
"""Where in a file's metadata `papertide filter` records what it was extracted from."""
_ID_KEYS = ("id", "arxiv_id", "paper_id", "arxiv")


def read_parquet(content: Content) -> Rows:
    """Read a Parquet file.

    Columns of text as strings, of time as datetime64, nested ones as objects. InputError if the
    file is broken or has no rows.
    """
    shown = content.shown
    try:
        table = pq.read_table(io.BytesIO(content.data))
        columns = [_column(table.column(i)) for i in range(table.num_columns)]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise InputError(
            f"{shown} is Parquet that cannot be read ({first_lines(clean(str(error)), limit=200)})",
            allowed="a whole Parquet file",
            next_step="copy or export the file again",
        ) from None
    if not table.num_rows:
        raise InputError(
            f"{shown} is a Parquet table with no rows",
            allowed="a table with one row per paper",
            next_step="export the table again",
        )
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    frame = frame.set_axis(table.column_names, axis=1)
    short = [_is_short_id(field) for field in table.schema]
    keep = [
        i
        for i, name in enumerate(table.column_names)
        if not short[i] and not name.startswith("__index_level_")
    ]
    notes = [SHORT_FLOATS.format(shown=shown)] if any(short) else []
    notes += _origin_note(table.schema.metadata or {}, shown=shown)
    return Rows(frame=frame.iloc[:, keep], notes=tuple(notes))


def _origin_note(metadata: Mapping[bytes, bytes], *, shown: str) -> list[str]:
    """Return a note on the file that `papertide filter` extracted this one from, if any."""
    try:
        origin = json.loads(metadata[ORIGIN_KEY])
        name, sha = origin["input"]["name"], origin["input"]["sha256"]
        papers, records = int(origin["papers"]), int(origin["records"])
    except (KeyError, TypeError, ValueError):
        return []
    name, sha = (first_lines(clean(str(text)), limit=80) for text in (name, sha))
    return [f"{shown} was filtered from {name} ({papers:,} of {records:,} records; sha256 {sha})"]


def _is_short_id(field: pa.Field) -> bool:
    return field.name.casefold() in _ID_KEYS and field.type in (pa.float32(), pa.float16())


def _column(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_decimal(kind):
        return pd.Series(column.to_pylist(), dtype=object)
    if pa.types.is_date(kind) or pa.types.is_time(kind):
        return pd.Series(column.cast(pa.string()).to_pylist(), dtype=object)
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", tz=kind.tz), safe=False).to_pandas()
    return column.to_pandas()
