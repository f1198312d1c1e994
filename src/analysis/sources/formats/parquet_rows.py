"""The rows of a Parquet file, decoded batch by batch up to a limit that counts what is decoded.

A few bytes of Parquet may stand for any number of equal cells, so the size of the file says nothing
about the memory that its rows take.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from analysis.base.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

_MEGABYTE = 1_000_000
_LEAST_ROWS, _MOST_ROWS = 64, 10_000
_CELL = 8
"""Bytes that a cell takes at least once it is a column of a frame."""


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
