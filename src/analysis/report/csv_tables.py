"""Every table of a run as CSV, for people and programs that do not read Parquet."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.base.escaping import for_csv, for_spreadsheet


def write_csv_tables(
    tables: Mapping[str, pd.DataFrame], folder: Path, *, safe: bool = False
) -> None:
    """Write each table as `NAME.csv`: UTF-8, a header line, one line per row.

    A null is an empty cell; a day is `2024-05-27`, a moment with a time of day its ISO 8601 form;
    a list is joined by "; "; booleans are `true` and `false`; a float is the shortest text that
    reads back as the same number of its dtype; a text is on one line (`escaping.for_csv`). The
    same tables give the same bytes.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Table name to table; left unchanged.
    folder : Path
        Created if it does not exist.
    safe : bool
        Put an apostrophe before texts (and lists) that a spreadsheet program would read as a
        formula (`escaping.for_spreadsheet`); numbers stay as they are.
    """
    text = for_spreadsheet if safe else for_csv
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        cells = {place: text_cells(frame[c], text=text) for place, c in enumerate(frame.columns)}
        pd.DataFrame(cells).to_csv(
            folder / f"{name}.csv",
            header=[text(str(column)) for column in frame.columns],
            index=False,
            lineterminator="\n",
        )


def text_cells(column: pd.Series, *, text: Callable[[str], str]) -> pd.Series:
    """Return a column as `DataFrame.to_csv` is to write it: numbers as they are, all else as text.

    Parameters
    ----------
    column : Series
        Of any dtype that a table of a run has.
    text : function
        Escapes a text: `escaping.for_csv` or `escaping.for_spreadsheet`.
    """
    kind = column.dtype
    if isinstance(kind, np.dtype) and kind.kind in "iuf":
        return column
    values = column.tolist()
    if isinstance(kind, np.dtype) and kind.kind == "O":  # lists among them cannot be keys
        cells = [_cell(value, text=text) for value in values]
    else:
        known = {value: _cell(value, text=text) for value in set(values)}
        cells = [known.get(value, "") for value in values]
    return pd.Series(cells, index=column.index, dtype="object")


def _cell(value: object, *, text: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (list, tuple, np.ndarray)):
        return text("; ".join(_cell(item, text=for_csv) for item in value))
    if isinstance(value, dict):
        return text(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value) if isinstance(value, (float, np.floating)) else text(str(value))
