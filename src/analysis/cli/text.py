"""Text for the terminal: tables, lines of at most 100 columns, numbers, JSON records."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis.base.escaping import first_lines, for_terminal

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 100
_CELL_WIDTH = 60


def text_table(
    rows: Sequence[Sequence[str]], *, header: Sequence[str], right: Sequence[int] = ()
) -> str:
    """Align rows in columns; long cells are cut, wide characters count twice.

    Parameters
    ----------
    rows : sequence of sequences of str
        As many cells as the header; escaped here.
    header : sequence of str
    right : sequence of int
        Columns aligned to the right.
    """
    cells = [
        [first_lines(for_terminal(cell), limit=_CELL_WIDTH) for cell in row]
        for row in (header, *rows)
    ]
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        padded = []
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _columns(cell))
            padded.append(space + cell if number in right else cell + space)
        lines.append("  ".join(padded).rstrip())
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def wrap_text(text: str, *, indent: str = "", hanging: str = "") -> str:
    """Return `text`, safe for a terminal, in lines of at most 100 columns.

    Parameters
    ----------
    text : str
        Its own leading spaces are kept.
    indent : str
        Put before every line.
    hanging : str
        Put before every line but the first. With it long words, such as paths, are not broken.
    """
    lead = indent + " " * (len(text) - len(text.lstrip()))
    return textwrap.fill(
        for_terminal(text),
        width=WIDTH,
        initial_indent=lead,
        subsequent_indent=lead + hanging,
        break_long_words=not hanging,
    )


def two_digits(value: float) -> str:
    """Return a share as .25, without the leading 0; - where it is NaN."""
    return "-" if value != value else f"{value:.2f}".removeprefix("0")


def two_digits_interval(value: float, *, low: float, high: float) -> str:
    """Return a share with its interval: .25 (.20-.31); without an interval the share alone."""
    if value != value or low != low:
        return two_digits(value)
    return f"{two_digits(value)} ({two_digits(low)}-{two_digits(high)})"


def json_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON holds them: numbers with 15 digits, NaN as null, dates as days."""
    days = frame.select_dtypes("datetime")
    text = frame.assign(**{name: days[name].dt.strftime("%Y-%m-%d") for name in days})
    return list(json.loads(text.to_json(orient="records", double_precision=15)))
