"""Columns of numbers and texts as bytes that a page's script reads back as typed arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.base.escaping import clean

NONE = 0xFFFF
"""The code of a null in a column of codes."""

NO_DAY = -(2**31)
"""The day of a paper without a date."""

_KINDS = {"uint8": "u8", "uint16": "u16", "uint32": "u32", "int32": "i32", "float32": "f32"}


def pack(columns: Mapping[str, np.ndarray]) -> tuple[dict[str, dict[str, object]], bytes]:
    """Pack columns one after the other, little-endian, each starting at a multiple of four bytes.

    Parameters
    ----------
    columns : mapping of str to ndarray
        One-dimensional, of a dtype in uint8, uint16, uint32, int32, float32.

    Returns
    -------
    index : dict
        Name to `kind` (u8, u16, u32, i32 or f32), `start` in bytes and `length` in values.
    data : bytes
    """
    index: dict[str, dict[str, object]] = {}
    parts: list[bytes] = []
    start = 0
    for name, column in columns.items():
        raw = np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("<")).tobytes()
        kind = _KINDS[column.dtype.name]
        index[name] = {"kind": kind, "start": start, "length": len(column)}
        padded = raw + b"\0" * (-len(raw) % 4)
        parts.append(padded)
        start += len(padded)
    return index, b"".join(parts)


def lines(columns: Sequence[Sequence[object]]) -> bytes:
    """Return columns of texts one after the other, one text per line; a null is an empty line."""
    texts = [clean(text) if isinstance(text, str) else "" for column in columns for text in column]
    return "".join(f"{text}\n" for text in texts).encode("utf-8")


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
    out = np.full(len(column), NO_DAY, dtype="int32")
    out[known] = column[known].to_numpy().astype("datetime64[D]").astype("int64")
    return out


def on_grid(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """Return coordinates as integers from 0 to 65535, on one scale for both, and that scale.

    Returns
    -------
    x, y : ndarray of uint16
    scale : dict
        `x`, `y` (of the corner) and `step`: a coordinate is corner + number times step.
    """
    left, low = float(x.min()), float(y.min())
    step = max(float(x.max()) - left, float(y.max()) - low) / 65535 or 1.0
    columns, rows = (
        np.rint((values.astype("float64") - start) / step).astype("uint16")
        for values, start in ((x, left), (y, low))
    )
    return columns, rows, {"x": left, "y": low, "step": step}


def ranks(texts: Sequence[str]) -> np.ndarray:
    """Return the rank of each text in alphabetical order, ignoring case."""
    order = sorted(range(len(texts)), key=lambda row: (texts[row].casefold(), row))
    out = np.empty(len(texts), dtype="uint32")
    out[order] = np.arange(len(texts), dtype="uint32")
    return out
