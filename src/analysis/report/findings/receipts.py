"""Receipts: the row of a table, and the papers, that a number in a sentence comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.english import count, listing
from analysis.base.escaping import clean, first_lines

from ..markup import PLAIN, Target

ROWS = "rows"
"""Stands for a column if the number is how many rows match the key."""

MANIFEST = "manifest"
"""Stands for a table if the value is in `manifest.json`; the key says where in it."""

EITHER = " or "
"""Joins the kinds in a key that more than one kind matches."""

_KIND_WORDS = {"broader": "broader cluster"}
_LONG_LABEL, _LONG_TITLE = 80, 90

Key = tuple[str, str]
"""Kind and id of a group."""


@dataclass(frozen=True)
class Receipt:
    """Where numbers come from.

    Attributes
    ----------
    table : str
        A table of the run, or `MANIFEST`.
    key : tuple of (str, str)
        Columns and values that select the row; days as YYYY-MM-DD. For `MANIFEST`, ("at", path):
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
    """A number (or name) in a sentence: a cell of a receipt, as it is written."""

    text: str
    receipt: Receipt
    column: str
    form: str


class Mark(NamedTuple):
    """The place of a footnote."""

    receipt: Receipt


class Name(NamedTuple):
    """The place of a group's label."""

    key: Key
    label: str


Part = str | Value | Mark | Name
"""A piece of a sentence; plain strings are our own words and hold no digit."""


def look_up(
    receipt: Receipt, *, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the cells of a receipt by column from a run's tables (by name) and manifest.

    Raises
    ------
    KeyError
        If the key does not select exactly one row, which is a bug.
    """
    if receipt.table == MANIFEST:
        value: Any = manifest
        for name in receipt.key[0][1].split("."):
            value = value[int(name)] if isinstance(value, list) else value[name]
        return {column: value[column] for column in receipt.columns}
    frame = tables[receipt.table]
    chosen = pd.Series(True, index=frame.index)
    for column, value in receipt.key:
        cells = frame[column]
        if pd.api.types.is_datetime64_any_dtype(cells):
            chosen &= cells == pd.Timestamp(value)
        else:
            chosen &= cells.astype(str).isin(value.split(EITHER) if column == "kind" else [value])
    rows = frame[chosen]
    if receipt.columns == (ROWS,):
        return {ROWS: len(rows)}
    if len(rows) != 1:
        raise KeyError(f"{receipt.table} has {len(rows)} rows for {receipt.key}")
    return {column: rows[column].iloc[0] for column in receipt.columns}


# sentences


def set_parts(
    parts: Sequence[Part], *, target: Target, mark: Callable[[Receipt], str] | None = None
) -> str:
    """Join the parts of sentences into one text.

    Parameters
    ----------
    parts : sequence of str, Value, Mark and Name
    target : Target
    mark : function, optional
        Returns the place of a footnote; footnotes are left out by default.

    Returns
    -------
    str
        For HTML, the strings of `parts` are still to be escaped: they are our own words and
        numbers, which hold nothing to escape.
    """
    out = []
    for part in parts:
        if isinstance(part, Name):
            kind = target.aside(f"({_KIND_WORDS.get(part.key[0], part.key[0])})")
            out.append(f"{target.label(short_label(part))} {kind}")
        elif isinstance(part, Mark):
            out.append(mark(part.receipt) if mark else "")
        else:
            out.append(part.text if isinstance(part, Value) else part)
    return "".join(out)


def plain_text(parts: Sequence[Part]) -> str:
    """Return parts of sentences as plain text without footnotes; names in quotation marks."""
    return set_parts(parts, target=PLAIN)


def short_label(part: Name) -> str:
    """Return a group's label on one line, cut if it is very long; its id if it has none."""
    return first_lines(clean(part.label), limit=_LONG_LABEL) or part.key[1]


# footnotes


def footnote_numbers(sentences: Iterable[Iterable[Part]]) -> dict[Receipt, int]:
    """Return the receipts that sentences mark, numbered from 1 in that order."""
    marks = (part.receipt for parts in sentences for part in parts if isinstance(part, Mark))
    return {receipt: number for number, receipt in enumerate(dict.fromkeys(marks), start=1)}


def source_words(receipt: Receipt, *, cells: Mapping[str, Any]) -> str:
    """Return table, key and cells (from `look_up`) of a receipt as plain text.

    For example "trends, kind topic, group_id agents, period 2024-05-01: n_papers 17, n_total 416",
    "verdicts: 42 rows", "manifest.json, period.power.3: power 0.61".
    """
    if receipt.table == MANIFEST:
        where = f"manifest.json, {receipt.key[0][1]}"
    else:
        where = ", ".join([receipt.table, *(f"{name} {value}" for name, value in receipt.key)])
    if receipt.columns == (ROWS,):
        return f"{where}: {count(cells[ROWS], 'row')}"
    return f"{where}: {', '.join(f'{name} {_cell(value)}' for name, value in cells.items())}"


def papers_words(receipt: Receipt, *, examples: Sequence[str]) -> str:
    """Return how many papers are behind a receipt, with examples; begins with a space."""
    n = len(receipt.papers)
    if not n:
        return ""
    joint = ": " if len(examples) == n else ", such as " if examples else ""
    return f" {count(n, 'paper')}{joint}{listing(examples)}."


def short_title(title: str, *, limit: int = _LONG_TITLE) -> str:
    """Return a title on one line, cut if it is long."""
    return first_lines(clean(title), limit=limit)


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return "null" if value != value else f"{value:.6g}"
    return str(value)
