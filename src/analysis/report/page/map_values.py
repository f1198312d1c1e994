"""The columns of the papers that the map can be coloured and filtered by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.base.escaping import clean
from analysis.base.schema import TABLES

NONE = 0xFFFF
"""The code of a null in a column of codes."""

NO_DAY = -(2**31)
"""The day of a paper without a date."""

MOST_VALUES = 500
"""A text column with more distinct values is not offered as a colouring."""

MANY_VALUES = 20
"""A text column with more distinct values than there are colours must repeat them to be offered."""

REPEATED = 3
"""How many papers a value of such a column must have on average."""

_FEW_NUMBERS, _MOST_EXTRA = 12, 24


def extra_values(papers: pd.DataFrame) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """Return columns of papers that colour the map, and their codes, days or numbers."""
    named = ["source", "state", "first_run", "last_run", "listed"]
    known = {*TABLES["papers"].columns, *named}
    extra = [str(column) for column in papers.columns if column not in known]
    values: dict[str, dict[str, Any]] = {}
    coded: dict[str, np.ndarray] = {}
    for name in [*named, *extra[:_MOST_EXTRA]]:
        if value := _value(papers[name]):
            column = f"value{len(coded)}"
            values[clean(name)] = {"column": column, **value[0]}
            coded[column] = value[1]
    return values, coded


def _value(column: pd.Series) -> tuple[dict[str, Any], np.ndarray] | None:
    try:
        distinct = column.nunique()
    except TypeError:  # lists
        return None
    if pd.api.types.is_datetime64_any_dtype(column):
        return ({"kind": "date"}, days(column)) if distinct > 1 else None
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if numeric and distinct > _FEW_NUMBERS:
        return _number(column)
    repeated = distinct <= MANY_VALUES or REPEATED * distinct <= column.notna().sum()
    if not 1 <= distinct <= MOST_VALUES or not repeated:
        return None
    numbers, values = codes(column)
    return {"kind": "values", "values": [clean(str(value)) for value in values]}, numbers


def _number(column: pd.Series) -> tuple[dict[str, Any], np.ndarray] | None:
    """Return the numbers of a column for the page; None if one of them is too large for it."""
    wide = column.to_numpy("float64", na_value=np.nan)
    wide = np.where(np.isfinite(wide), wide, np.nan)
    if np.nanmax(np.abs(wide)) > np.finfo("float32").max:
        return None
    numbers = wide.astype("float32")
    low, middle, high = (float(value) for value in np.nanquantile(numbers, [0, 0.5, 1]))
    # On a linear scale, a few very large numbers would leave one colour for all others.
    log = low >= 0 and high > 20 * max(middle, 1.0)
    return {"kind": "number", "low": low, "high": high, "log": log}, numbers


def colourings(
    columns: dict[str, np.ndarray], values: dict[str, dict[str, Any]]
) -> list[dict[str, str]]:
    """Return what the map can be coloured by; by topic, all grey, if there is nothing else."""
    names = {"cluster": "cluster", "broader": "broader cluster", "topic": "topic"}
    choices = [
        {"key": key, "name": name, "kind": "groups", "column": key}
        for key, name in names.items()
        if (columns[key] != NONE).any()
    ]
    if (columns["day"] != NO_DAY).any():
        choices.append({"key": "date", "name": "date", "kind": "date", "column": "day"})
    for name, value in values.items():
        if name == "last_run" or (value["kind"] == "values" and len(value["values"]) < 2):
            continue
        title = "first seen in run" if name == "first_run" else name
        choice = {"key": f"column {name}", "name": title, "kind": value["kind"]}
        choices.append({**choice, "column": value["column"], "value": name})
    return choices or [{"key": "topic", "name": "topic", "kind": "groups", "column": "topic"}]


def codes(column: pd.Series) -> tuple[np.ndarray, list[object]]:
    """Return a column as codes of its values, the most frequent first, and these values.

    Values are sorted by frequency, then by their text; a null has the code `NONE`.
    """
    counts = column.value_counts(sort=False)
    values = sorted(counts.index, key=lambda value: (-int(counts[value]), str(value)))
    numbers = {value: code for code, value in enumerate(values)}
    return column.map(numbers).fillna(NONE).to_numpy(dtype="uint16"), values


def days(column: pd.Series) -> np.ndarray:
    """Return dates as days since 1970, `NO_DAY` if there is none."""
    known = column.notna().to_numpy()
    if getattr(column.dt, "tz", None) is not None:
        column = column.dt.tz_convert(None)
    out = np.full(len(column), NO_DAY, dtype="int32")
    out[known] = column[known].to_numpy().astype("datetime64[D]").astype("int64")
    return out
