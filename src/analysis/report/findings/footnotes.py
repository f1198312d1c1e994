"""Footnotes: which row of which table a sentence rests on, its cells, and a few of its papers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.base.english import count, listing
from analysis.base.escaping import clean, first_lines, for_html

from ..page.html import link, shown
from .receipts import MANIFEST, ROWS, Mark, Receipt
from .sentences import Part

if TYPE_CHECKING:
    from .facts import Grounds

MOST_PAPERS = 3
_LONG_TITLE = 90


def numbered(sentences: Iterable[Iterable[Part]]) -> dict[Receipt, int]:
    """Give receipts numbers in the order in which sentences mark them, from 1 on."""
    marks = (part.receipt for parts in sentences for part in parts if isinstance(part, Mark))
    return {receipt: number for number, receipt in enumerate(dict.fromkeys(marks), start=1)}


def source_words(receipt: Receipt, *, grounds: Grounds) -> str:
    """Return table, key and cells of a receipt as plain text.

    Returns
    -------
    str
        "trends, kind topic, group_id agents, period 2024-05-01: n_papers 17, n_total 416";
        "verdicts: 42 rows", "manifest, period.power.3: power 0.61".
    """
    cells = grounds.cells(receipt)
    if receipt.table == MANIFEST:
        where = f"manifest.json, {receipt.key[0][1]}"
    else:
        where = ", ".join([receipt.table, *(f"{name} {value}" for name, value in receipt.key)])
    if receipt.columns == (ROWS,):
        return f"{where}: {count(cells[ROWS], 'row')}"
    return f"{where}: {', '.join(f'{name} {_cell(value)}' for name, value in cells.items())}"


def note_html(receipt: Receipt, *, number: int, grounds: Grounds) -> str:
    """Return a footnote as an item of a list, with links to a few papers and back."""
    papers = grounds.titles(receipt.papers[:MOST_PAPERS])
    links = [link(short_title(title), url=url) for title, url in papers]
    return (
        f'<li id="note-{number}">{shown(source_words(receipt, grounds=grounds))}.'
        f'{papers_words(receipt, shown_as=links)} <a href="#at-{number}" class="back" '
        f'aria-label="back to the text">↩</a></li>'
    )


def mark_html(receipt: Receipt, *, number: int, first: bool, grounds: Grounds) -> str:
    """Return the place of a footnote: its number, a link; what it says is shown on hover."""
    titles = [
        f"“{short_title(title)}”" for title, _ in grounds.titles(receipt.papers[:MOST_PAPERS])
    ]
    said = f"{source_words(receipt, grounds=grounds)}.{papers_words(receipt, shown_as=titles)}"
    anchor = f' id="at-{number}"' if first else ""
    return (
        f'<sup><a href="#note-{number}"{anchor} title="{for_html(clean(said))}">{number}</a></sup>'
    )


def papers_words(receipt: Receipt, *, shown_as: list[str]) -> str:
    """Return how many papers are behind a receipt, with those shown; begins with a space."""
    n = len(receipt.papers)
    if not n:
        return ""
    what = f" {count(n, 'paper')}"
    if not shown_as:
        return f"{what}."
    such = " " if len(shown_as) == n else ", such as "
    return f"{what}{':' if such == ' ' else ''}{such}{listing(shown_as)}."


def short_title(title: str, *, limit: int = _LONG_TITLE) -> str:
    """Return a title on one line, cut where it is long."""
    return first_lines(clean(title), limit=limit)


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return "null" if value != value else f"{value:.6g}"
    return str(value)
