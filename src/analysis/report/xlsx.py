"""Sheets written to an .xlsx file; the only module that uses XlsxWriter."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis.base.escaping import clean, safe_url

LONGEST_TEXT = 32_767
"""Characters of a cell, counted as Excel does, in UTF-16."""

MOST_ROWS = 1_048_576
MOST_LINKS = 65_530
LONGEST_LINK = 2_079
_CUT = " … (cut here: a cell holds no more)"
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_MARKUP = "</r>"

_MADE = datetime(1980, 1, 1)
"""The same sheets give the same bytes."""

_LONGEST_TITLE = 255

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMS = {
    "whole": "#,##0",
    "share": "0.0%",
    "number": "0.00",
    "p": "[<0.0001]0.0E+00;0.0000",
    "day": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "year": "yyyy",
}
_FIRST_DAY = pd.Timestamp("1899-12-30")
_LEAP_DAY = 61
"""Excel's 1 March 1900; Excel treats 1900 as a leap year, so earlier days are written as texts."""

Write = Callable[[Worksheet, int, int, object], object]


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    name : str
        Its heading.
    values : Series or sequence
    form : {"text", "whole", "share", "number", "p", "day", "date", "link"}
        "share" is shown in per cent, "date" is a day whose precision is given in `precision`.
    meaning : str
        One line for the first sheet.
    width : float
        In characters.
    precision : sequence of str, optional
        "day", "month" or "year" of each date.
    """

    name: str
    values: Sequence[object] | pd.Series
    form: str
    meaning: str
    width: float = 12
    precision: Sequence[str] | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name (at most 31 characters), what a row is, columns of equal length."""

    name: str
    meaning: str
    columns: Sequence[Column]

    @property
    def n_rows(self) -> int:
        """The number of rows without the heading."""
        return len(self.columns[0].values) if self.columns else 0


def write_workbook(sheets: list[Sheet], path: Path, *, title: str) -> None:
    """Write sheets in their order, each with a frozen heading and a filter.

    Parameters
    ----------
    sheets : list of Sheet
    path : Path
        An .xlsx file; an existing one is replaced.
    title : str
        For the file's properties.
    """
    with TemporaryDirectory(prefix="papertide-") as private:
        book = Workbook(str(path), {**_OPTIONS, "tmpdir": private})
        try:
            _fill(book, sheets=sheets, title=title)
            book.close()
        except XlsxFileError as error:
            raise OSError(str(error)) from error
        finally:
            for page in book.worksheets():
                page.row_data_fh.close()


def for_workbook(text: str) -> str:
    """Return `text` on one line as a cell of a workbook can hold it.

    Characters that XML does not allow are removed, and text that is too long for a cell is cut,
    with a note. Texts are written as texts, so that none is read as a formula.
    """
    shown = _NOT_IN_XML.sub("", clean(text))
    if shown.startswith("<r>") and shown.endswith(_MARKUP):
        shown += " "  # else XlsxWriter takes it for formatted text and does not escape it
    if _length(shown) <= LONGEST_TEXT:
        return shown
    units = shown.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(_CUT))]
    return units.decode("utf-16-le", "ignore").rstrip() + _CUT


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _fill(book: Workbook, *, sheets: list[Sheet], title: str) -> None:
    book.use_zip64()
    about = {"title": for_workbook(title)[:_LONGEST_TITLE], "author": "Papertide"}
    book.set_properties({**about, "created": _MADE})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    forms = {name: book.add_format({"num_format": code}) for name, code in _FORMS.items()}
    forms["link"] = book.add_format({"font_color": "#0563C1", "underline": 1})
    for sheet in sheets:
        _write_sheet(sheet, page=book.add_worksheet(sheet.name), head=head, forms=forms)


def _write_sheet(sheet: Sheet, *, page: Worksheet, head: Format, forms: dict[str, Format]) -> None:
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, for_workbook(column.name), head)
    room = MOST_ROWS - 1
    kept = sheet.n_rows if sheet.n_rows <= room else room - 1
    writers = [_writer(column, forms=forms) for column in sheet.columns]
    values = [_plain(column) for column in sheet.columns]
    for row, cells in enumerate(islice(zip(*values, strict=True), kept), start=1):
        for place, (write, value) in enumerate(zip(writers, cells, strict=True)):
            if value is not None:
                write(page, row, place, value)
    if kept < sheet.n_rows:
        rest = f"{sheet.n_rows - kept:,} more rows do not fit here; the CSV file has all."
        page.write_string(kept + 1, 0, rest)
    page.autofilter(0, 0, max(kept, 1), len(sheet.columns) - 1)


def _plain(column: Column) -> list[object]:
    """Return the cells as texts and numbers, None if there is nothing to write."""
    if column.form in ("text", "link"):
        known: dict[object, str | None] = {}
        return [_text(value, known=known) for value in column.values]
    values = pd.Series(column.values).reset_index(drop=True)
    if column.form in ("day", "date"):
        days = (pd.to_datetime(values) - _FIRST_DAY).dt.days
        texts = pd.to_datetime(values).astype("object")
        shown = [
            None if math.isnan(n) else n if n >= _LEAP_DAY else str(texts[i].date())
            for i, n in enumerate(days.astype("float64").tolist())
        ]
        precision = column.precision if column.precision is not None else ["day"] * len(shown)
        return list(zip(shown, precision, strict=True))
    numbers = values.astype("float64").to_numpy()
    return [value if math.isfinite(value) else None for value in numbers.tolist()]


def _text(value: object, *, known: dict[object, str | None]) -> str | None:
    if not isinstance(value, str):
        return None
    if value not in known:
        known[value] = for_workbook(value) or None
    return known[value]


def _writer(column: Column, *, forms: dict[str, Format]) -> Write:
    if column.form == "text":
        return Worksheet.write_string
    if column.form == "link":
        return partial(_link, form=forms["link"])
    if column.form in ("day", "date"):
        return partial(_day, forms=forms)
    form = forms[column.form]
    return lambda page, row, place, value: page.write_number(row, place, value, form)


def _day(
    page: Worksheet,
    row: int,
    place: int,
    value: tuple[int | str | None, str],
    *,
    forms: dict[str, Format],
) -> None:
    number, precision = value
    if isinstance(number, str):
        page.write_string(row, place, number)
    elif number is not None:
        page.write_number(row, place, number, forms.get(precision, forms["day"]))


def _link(page: Worksheet, row: int, place: int, value: str, *, form: Format) -> None:
    """Write an address as a link until the limit on links is reached; any other text as it is."""
    if page.hlink_count < MOST_LINKS and len(value) <= LONGEST_LINK and safe_url(value):
        page.write_url(row, place, value, form, value)
    else:
        page.write_string(row, place, value)
