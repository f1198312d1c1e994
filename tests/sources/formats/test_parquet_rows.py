"""What of a Parquet file is decoded: all of it up to the limit, and no more."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import read_snapshot
from analysis.sources.formats.tables import parquet as parquet_rows
from analysis.sources.formats.tables.parquet import decoded_table


def packed(table: pa.Table, **how: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", **how)
    return file.getvalue()


def equal_cells(n: int, *, length: int) -> pa.Table:
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), ["a" * length])
    return pa.table({"title": [f"Paper {i}" for i in range(n)], "abstract": cells})


@pytest.mark.parametrize("as_text", [False, True])
def test_few_bytes_that_are_many_are_refused_early(tmp_path: Path, monkeypatch, as_text: bool):
    table = equal_cells(20_000, length=10_000)  # 200 MB
    if as_text:
        table = table.set_column(1, "abstract", table["abstract"].cast(pa.large_string()))
    data = packed(table)
    assert len(data) < 300_000
    (tmp_path / "p.parquet").write_bytes(data)
    whole = parquet_rows._decoded
    decoded = []
    monkeypatch.setattr(parquet_rows, "_decoded", lambda b: decoded.append(whole(b)) or decoded[-1])
    with pytest.raises(InputError, match="is larger than 20 MB, decoded"):
        read_snapshot([tmp_path / "p.parquet"], today=date(2026, 1, 1), max_mb=20)
    assert len(decoded) > 0
    assert sum(table.nbytes for table in decoded) < 130_000_000  # the limit and one batch


@pytest.mark.parametrize("n", [1, 63, 64, 65, 10_001])
def test_a_table_within_the_limit_is_whole(n: int):
    table = pa.table({"title": [f"Paper {i}" for i in range(n)], "year": list(range(n))})
    table = table.replace_schema_metadata({"papertide": "x"})
    found = decoded_table(packed(table, row_group_size=50), max_mb=10, shown="p")
    assert found.to_pydict() == table.to_pydict()
    assert found.schema.metadata[b"papertide"] == b"x"


def test_an_empty_table_keeps_its_columns():
    table = pa.table({"title": pa.array([], pa.string())})
    assert decoded_table(packed(table), max_mb=1, shown="p").column_names == ["title"]


def test_rows_without_content_count_too():
    data = packed(pa.table({"title": pa.nulls(2_000_000)}))
    with pytest.raises(InputError, match="is larger than 10 MB"):
        decoded_table(data, max_mb=10, shown="p")
