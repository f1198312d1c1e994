"""The cells of a CSV file, a column at a time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from analysis.base.escaping import for_csv, for_spreadsheet

_TEXT = pa.large_string()
_PLAIN = r"^[!-~]+(?: [!-~]+)*$"
"""Printable ASCII with single spaces: what `for_csv` leaves as it is."""

_PLAIN_FLOATS = (2e-4, 9e5)
"""Between these Arrow and NumPy write the same digits, but for a missing ".0". NumPy writes float32
with an exponent from 1e6 on and below 1e-4."""


def cells(column: pd.Series, *, safe: bool) -> pa.LargeStringArray:
    """Return a column as the texts of its cells, not quoted yet; null is empty.

    Parameters
    ----------
    column : Series
        Of any dtype that a table of a run has.
    safe : bool
        As for `write_csv_tables`.
    """
    text = for_spreadsheet if safe else for_csv
    kind = column.dtype
    if isinstance(kind, pd.StringDtype):
        return _texts(column, text=text, safe=safe)
    if kind in (np.float32, np.float64):
        return _floats(column.to_numpy())
    if isinstance(kind, np.dtype) and kind.kind in "biu":
        return compute.cast(pa.array(column.to_numpy()), _TEXT)
    if isinstance(kind, np.dtype) and kind.kind == "M":
        return _each_once(pa.array(column.to_numpy(), from_pandas=True), _moment)
    known: dict[str, str] = {}
    return pa.array([_cell(value, text=text, known=known) for value in column.tolist()], _TEXT)


def quoted(column: pa.LargeStringArray, *, alone: bool = False) -> pa.LargeStringArray:
    """Put quotation marks round cells that hold a comma or one of them.

    Parameters
    ----------
    column : array of large_string
        Without line ends.
    alone : bool
        The file has no other column, so that an empty cell needs them too.
    """
    marks = compute.match_substring_regex(column, '[,"]')
    if alone:
        marks = compute.or_(marks, compute.equal(column, ""))
    if not compute.any(marks).as_py():
        return column
    doubled = compute.replace_substring(column, '"', '""')
    mark, nothing = (pa.scalar(s, type=_TEXT) for s in ('"', ""))
    return compute.if_else(
        marks, compute.binary_join_element_wise(mark, doubled, mark, nothing), column
    )


def _texts(column: pd.Series, *, text: Callable[[str], str], safe: bool) -> pa.LargeStringArray:
    given = pa.array(column, type=_TEXT, from_pandas=True)
    given = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
    given = compute.fill_null(given, "")
    if 2 * compute.count_distinct(given).as_py() < len(given):
        return _each_once(given, text)
    strange = compute.invert(compute.match_substring_regex(given, _PLAIN))
    if safe:
        strange = compute.or_(strange, compute.match_substring_regex(given, "^[-=+@]"))
    mended = [text(value) for value in given.filter(strange).to_pylist()]
    return compute.replace_with_mask(given, strange, pa.array(mended, _TEXT))


def _each_once(values: pa.Array, write: Callable[[object], str]) -> pa.LargeStringArray:
    """Write each distinct value once."""
    coded = compute.dictionary_encode(values)
    said = pa.array([write(value) for value in coded.dictionary.to_pylist()], _TEXT)
    if not len(said):
        return pa.array([""] * len(values), _TEXT)
    return compute.fill_null(said.take(coded.indices), "")


def _floats(values: np.ndarray) -> pa.LargeStringArray:
    said = compute.cast(pa.array(values), _TEXT)
    whole = compute.invert(compute.match_substring(said, "."))
    point, nothing = (pa.scalar(s, type=_TEXT) for s in (".0", ""))
    said = compute.if_else(whole, compute.binary_join_element_wise(said, point, nothing), said)
    low, high = _PLAIN_FLOATS
    size = np.abs(values)
    other = ~((size >= low) & (size < high) | (values == 0))
    if not other.any():
        return said
    texts = ["" if np.isnan(value) else str(value) for value in values[other]]
    return compute.replace_with_mask(said, pa.array(other), pa.array(texts, _TEXT))


def _moment(value: dt.datetime) -> str:
    return value.isoformat().removesuffix("T00:00:00")


def _cell(value: object, *, text: Callable[[str], str], known: dict[str, str]) -> str:
    if isinstance(value, str):
        if value not in known:
            known[value] = text(value)
        return known[value]
    if isinstance(value, (list, tuple, np.ndarray)):
        said = "; ".join(_cell(item, text=for_csv, known={}) for item in value)
        return said if text is for_csv else text(said)
    if isinstance(value, dict):
        return text(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return str(value)
    if isinstance(value, dt.datetime):
        return _moment(value)
    return text(str(value))
