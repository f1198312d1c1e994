"""Every table of a run as CSV, for people and programs that do not read Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ..text import for_csv


def write_csv_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as `NAME.csv`: UTF-8, a header line, one line a row.

    A null is an empty cell; a day is `2024-05-27`, a moment with a time of day its ISO 8601 form;
    a list is joined by "; "; true and false are words; a float is the shortest text that reads
    back as the same number of its dtype; a text is on one line (`text.for_csv`). The same tables
    give the same bytes.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Table name to table; left unchanged.
    folder : Path
        Made where it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, str] = {}  # ids stand in many rows
    for name, frame in tables.items():
        columns = [
            [_cell(value, known=known) for value in _values(frame[column])]
            for column in frame.columns
        ]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([for_csv(str(column)) for column in frame.columns])
            writer.writerows(zip(*columns, strict=True))


def _values(column: pd.Series) -> list[object]:
    # A float32 must stay one: as a Python float, .1 would be written as 0.10000000149011612.
    if column.dtype == np.float32:
        return list(column.to_numpy())
    return column.tolist()


def _cell(value: object, *, known: dict[str, str]) -> str:
    if isinstance(value, str):
        if value not in known:
            known[value] = for_csv(value)
        return known[value]
    if isinstance(value, (list, tuple, np.ndarray)):
        return "; ".join(_cell(item, known=known) for item in value)
    if isinstance(value, dict):
        return for_csv(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return str(value)
    if isinstance(value, dt.datetime):
        iso = value.isoformat()
        return iso.removesuffix("T00:00:00")
    return for_csv(str(value))
