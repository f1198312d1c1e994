"""Receipts: which row of which table, and which papers, a number in a sentence comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.english import count, period_words
from analysis.base.schema import FREQUENCIES
from analysis.figures import percent

ROWS = "rows"
"""Stands for a column where what is told is how many rows match the key."""

MANIFEST = "manifest"
"""Stands for a table where a value stands in `manifest.json`; the key says where in it."""


@dataclass(frozen=True)
class Receipt:
    """Where numbers come from.

    Attributes
    ----------
    table : str
        A table of the run, or `MANIFEST`.
    key : tuple of (str, str)
        Columns and values that choose the row; days as YYYY-MM-DD. Of `MANIFEST`, ("at", path):
        names and positions joined by dots.
    columns : tuple of str
        The cells used, or `ROWS`.
    papers : tuple of str
        Ids of the papers behind it, those that belong most first.
    """

    table: str
    key: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    papers: tuple[str, ...] = ()


class Value(NamedTuple):
    """A number (or name) in a sentence: how a cell of a receipt is written."""

    text: str
    receipt: Receipt
    column: str
    form: str


class Mark(NamedTuple):
    """The place of a footnote."""

    receipt: Receipt


Piece = str | Value | Mark


def look_up(receipt: Receipt, *, tables: Mapping[str, pd.DataFrame], manifest: Mapping) -> dict:
    """Return the cells of a receipt by column, as the tables hold them.

    Parameters
    ----------
    receipt : Receipt
    tables : mapping of str to DataFrame
        Tables of the run by name.
    manifest : mapping
        Its manifest.

    Raises
    ------
    KeyError
        Where the key does not choose exactly one row: a defect of ours.
    """
    if receipt.table == MANIFEST:
        found: Any = manifest
        for part in receipt.key[0][1].split("."):
            found = found[int(part)] if isinstance(found, list) else found[part]
        return {column: found[column] for column in receipt.columns}
    frame = tables[receipt.table]
    chosen = pd.Series(True, index=frame.index)
    for column, value in receipt.key:
        held = frame[column]
        dates = pd.api.types.is_datetime64_any_dtype(held)
        chosen &= (held == pd.Timestamp(value)) if dates else (held.astype(str) == value)
    rows = frame[chosen]
    if receipt.columns == (ROWS,):
        return {ROWS: len(rows)}
    if len(rows) != 1:
        raise KeyError(f"{receipt.table} has {len(rows)} rows for {receipt.key}")
    return {column: rows[column].iloc[0] for column in receipt.columns}


# how a cell is written


def share_text(share: float) -> str:
    """Return a share with its unit: 4.1 %, 18 %, under 0.1 %, over 99.9 %."""
    if 0 < share < 0.0005:
        return "under 0.1 %"
    if 0.9995 < share < 1:
        return "over 99.9 %"
    return f"{percent(share)} %"


def share_number(share: float) -> str:
    """Return a share without its unit, for the lower end of an interval."""
    return share_text(share).removesuffix(" %")


def fold_text(ratio: float) -> str:
    """Return a ratio with two digits, or whole from 10 on: 1.03, 4.2, 18."""
    if ratio < 1.995:
        return f"{ratio:.2f}"
    return times_text(ratio)


def times_text(ratio: float) -> str:
    """Return a ratio with one digit after the point, or whole from 10 on: 1.9, 18."""
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:,.0f}"


def change_text(ratio: float) -> str:
    """Return by how many per cent a ratio lies above or below 1: 45 %, 8 %."""
    return f"{100 * abs(ratio - 1):.0f} %"


def change_number(ratio: float) -> str:
    """Return `change_text` without its unit."""
    return change_text(ratio).removesuffix(" %")


def span_text(years: float) -> str:
    """Return a time in months, or in years from two on: 9 months, 2.4 years."""
    years = abs(years)
    if years < 1.96:
        n = max(round(12 * years), 1)
        return count(n, "month")
    return f"{years:.1f} years"


def chance_text(part: float) -> str:
    """Return how often something happens: 41 %, under 1 %, over 99 %."""
    if part < 0.005:
        return "under 1 %"
    return "over 99 %" if part > 0.995 else f"{100 * part:.0f} %"


def number_text(n: object) -> str:
    """Return a whole number: 1,234."""
    return f"{int(n):,}"


def _period_text(day: object, *, freq: str) -> str:
    return period_words(pd.Timestamp(day).date(), freq=freq)


FORMS: dict[str, Callable[[Any], str]] = {
    "number": number_text,
    "share": share_text,
    "share number": share_number,
    "fold": fold_text,
    "times": times_text,
    "change": change_text,
    "change number": change_number,
    "span": span_text,
    "chance": chance_text,
    **{freq: partial(_period_text, freq=freq) for freq in FREQUENCIES},
}
"""How each kind of cell is written; the first day of a period under the name of its length."""
