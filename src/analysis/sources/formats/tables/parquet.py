"""Parquet: typed columns, decoded batch by batch up to a limit that counts what is decoded.

A few bytes of Parquet may stand for any number of equal cells, so the size of the file says nothing
about the memory that its rows take.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .. import Content
from ..records import Rows

if TYPE_CHECKING:
    import pyarrow as pa

SHORT_FLOATS = (
    "{shown}: the ids are 32-bit floats, too short for an arXiv id; they were not used (store ids "
    "as text)"
)
ORIGIN_KEY = b"papertide"
"""Where in a Parquet file's metadata `papertide filter` records what it was extracted from."""
_ID_KEYS = ("id", "arxiv_id", "paper_id", "arxiv")
_MEGABYTE = 1_000_000
_LEAST_ROWS, _MOST_ROWS = 64, 10_000
_CELL = 8
"""Bytes that a cell takes at least once it is a column of a frame."""


def read_parquet(content: Content) -> Rows:
    """Read a Parquet file.

    Columns of text as strings, of time as datetime64, nested ones as objects. InputError if the
    file is broken or has no rows.
    """
    import pyarrow as pa

    shown = content.shown
    try:
        table = decoded_table(content.data, max_mb=content.max_mb, shown=shown)
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
    floats = (pa.float32(), pa.float16())
    short = [f.name.casefold() in _ID_KEYS and f.type in floats for f in table.schema]
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


def _column(column: pa.ChunkedArray) -> pd.Series:
    import pyarrow as pa

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


def decoded_table(data: bytes, *, max_mb: int, shown: str) -> pa.Table:
    """Return the table of a Parquet file, dictionaries decoded.

    Parameters
    ----------
    data : bytes
    max_mb : int
        Megabytes that the decoded table may have.
    shown : str
        The file's path for messages.

    Raises
    ------
    InputError
        If the table is larger.
    pyarrow.ArrowException, OSError, ValueError
        If the file is broken.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(data), memory_map=False)
    limit, about = max_mb * _MEGABYTE, file.metadata
    if about.num_rows * about.num_columns * _CELL > limit:
        raise _too_large(shown, max_mb=max_mb)
    packed = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    rows = min(max(limit // max(packed, 1), _LEAST_ROWS), _MOST_ROWS)
    tables, size = [], 0
    for batch in file.iter_batches(batch_size=rows):
        tables.append(_decoded(batch))
        size += tables[-1].nbytes
        if size > limit:
            raise _too_large(shown, max_mb=max_mb)
    return pa.concat_tables(tables) if tables else file.schema_arrow.empty_table()


def _decoded(batch: pa.RecordBatch) -> pa.Table:
    import pyarrow as pa

    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    fields = [field.with_type(c.type) for field, c in zip(batch.schema, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, batch.schema.metadata))


def _too_large(shown: str, *, max_mb: int) -> InputError:
    return InputError(
        f"{shown} is larger than {max_mb:,} MB, decoded",
        allowed=f"files of up to {max_mb:,} MB each, unpacked and decoded",
        next_step="keep the columns and rows you need, or raise the limit with --max-mb if you "
        "trust this file",
    )
