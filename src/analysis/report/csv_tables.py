"""Every table of a run as CSV, for people and programs that do not read Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import compute

from .csv_cells import cells, quoted


def write_csv_tables(
    tables: Mapping[str, pd.DataFrame], folder: Path, *, safe: bool = False
) -> None:
    """Write each table as `NAME.csv`: UTF-8, a header line, one line a row.

    A null is an empty cell; a day is `2024-05-27`, a moment with a time of day its ISO 8601 form;
    a list is joined by "; "; true and false are words; a float is the shortest text that reads
    back as the same number of its dtype; a text is on one line (`text.for_csv`). The same tables
    give the same bytes, those that Python's csv module writes.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Table name to table; left unchanged.
    folder : Path
        Made where it does not exist.
    safe : bool
        Put an apostrophe before texts (and lists) that a spreadsheet program would compute
        (`text.for_spreadsheet`); numbers stay as they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        header = cells(pd.Series(frame.columns, dtype="object"), safe=safe)
        alone = len(frame.columns) == 1
        head = ",".join(quoted(header, alone=alone).to_pylist())
        columns = [quoted(cells(frame[c], safe=safe), alone=alone) for c in frame.columns]
        with (folder / f"{name}.csv").open("wb") as file:
            file.write(f"{head}\n".encode())
            for lines in _lines(columns):
                file.write(lines)


def _lines(columns: list[pa.LargeStringArray]) -> list[memoryview]:
    if not columns or not len(columns[0]):
        return []
    ends = pa.scalar("\n", type=pa.large_string())
    *first, last = columns
    last = compute.binary_join_element_wise(last, ends, pa.scalar("", type=pa.large_string()))
    comma = pa.scalar(",", type=pa.large_string())
    rows = compute.binary_join_element_wise(*first, last, comma) if first else last
    # The texts of an array lie one after another in one buffer.
    return [memoryview(rows.buffers()[2])]
