"""What a sheet of the workbook is: columns with a meaning, a form and a width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.base.escaping import clean

LONGEST_TEXT = 32_767
"""Characters of a cell, counted as Excel does, in UTF-16."""

MOST_ROWS = 1_048_576
MOST_LINKS = 65_530
LONGEST_LINK = 2_079
_CUT = " … (cut here: a cell holds no more)"
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_MARKUP = "</r>"


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    name : str
        Its heading.
    values : Series or sequence
    form : {"text", "whole", "share", "number", "p", "day", "date", "link"}
        "share" is shown in per cent, "date" is a day whose precision stands beside it in `known`.
    means : str
        One line for the first sheet.
    width : float
        In characters.
    known : sequence of str, optional
        "day", "month" or "year" of each date.
    """

    name: str
    values: Sequence[object] | pd.Series
    form: str
    means: str
    width: float = 12
    known: Sequence[str] | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name (at most 31 characters), what a row is, its columns of one length."""

    name: str
    means: str
    columns: Sequence[Column]

    @property
    def n_rows(self) -> int:
        """Return the number of rows without the heading."""
        return len(self.columns[0].values) if self.columns else 0


def for_workbook(text: str) -> str:
    """Return `text` on one line as a cell of a workbook holds it.

    Characters that XML does not allow are taken out and what is too long for a cell is cut, with
    a note. Texts are written as texts, so that none is computed, whatever it begins with.
    """
    shown = _NOT_IN_XML.sub("", clean(text))
    if shown.startswith("<r>") and shown.endswith(_MARKUP):
        shown += " "  # else XlsxWriter takes it for formatted text and writes it as it is
    if _length(shown) <= LONGEST_TEXT:
        return shown
    units = shown.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(_CUT))]
    return units.decode("utf-16-le", "ignore").rstrip() + _CUT


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
