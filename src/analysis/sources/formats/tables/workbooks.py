"""Excel workbooks: every visible sheet that holds papers, up to limits on what is unpacked.

A few bytes of a workbook may stand for any number of equal cells or empty rows, so cells are
counted as they are read.
"""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from ...columns import match_columns, plain_names
from ...input_file import MAX_MEMBERS, MEGABYTE, is_workbook, size_error
from .. import Content
from ..records import Rows
from .delimited import HEADER
from .exports import exported

MOST_ROWS = 1_048_576
"""Rows that a sheet of Excel may have."""

_CELL = 8
"""Bytes that a cell takes at least, empty or not."""
_CHUNK = 1 << 20
_HEADER_WITHIN = 8
_ERRORS = frozenset(("#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"))
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_NAMED = frozenset(("wos-csv", "wos-excel", "bibliometrix-csv"))
"""Sources whose name does not say that the file is a CSV."""


@dataclass(frozen=True)
class _Sheet:
    """A sheet: its name, whether it is hidden, and the cells of its rows as they stand."""

    name: str
    hidden: bool
    rows: Iterator[Sequence[object]]


class _Budget:
    """What may still be read of a workbook, in bytes."""

    def __init__(self, content: Content) -> None:
        self.left = content.max_mb * MEGABYTE
        self.content = content

    def spend(self, n_bytes: int) -> None:
        self.left -= n_bytes
        if self.left < 0:
            shown = f"{self.content.shown}, unpacked,"
            raise size_error(shown, max_mb=self.content.max_mb)


def read_xlsx(content: Content) -> Rows:
    """Read the visible sheets of an Excel workbook that have a title column.

    Of several such sheets all are read, and a column `sheet` says which a row comes from; if none
    has a title column, the one with most cells. The header is the first row, or one of the next
    that has a title and another known column. Formulas count with the values that were stored,
    error values as empty cells, dates and times in ISO format.

    Raises
    ------
    InputError
        If the workbook is broken, protected by a password or too large, or has no rows.
    """
    from openpyxl import load_workbook

    if not is_workbook(content.data):
        raise _bad(f"{content.shown} is a zip file, and no Excel workbook")
    budget = _Budget(content)
    with _readable(content.shown):
        _check_size(content)
        data = io.BytesIO(content.data)
        book = load_workbook(data, read_only=True, data_only=True, keep_links=False)
        sheets = [
            _Sheet(sheet.title, sheet.sheet_state != "visible", _xlsx_rows(sheet))
            for sheet in book.worksheets
        ]
        return _papers(sheets, content=content, budget=budget)


def read_xls(content: Content) -> Rows:
    """Read the visible sheets of a workbook of Excel 97-2003; see `read_xlsx`."""
    import xlrd

    if _ENCRYPTED in content.data:
        raise _bad(f"{content.shown} is an Excel workbook that is protected by a password")
    budget = _Budget(content)
    with _readable(content.shown):
        book = xlrd.open_workbook(
            file_contents=content.data, logfile=io.StringIO(), on_demand=True, ragged_rows=True
        )
        return _papers(_xls_sheets(book), content=content, budget=budget)


@contextmanager
def _readable(shown: str) -> Iterator[None]:
    """Turn whatever a broken workbook makes its reader raise into a message."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        reason = first_lines(clean(str(error)), limit=200) or type(error).__name__
        raise _bad(f"{shown} is an Excel workbook that cannot be read ({reason})") from None


def _bad(problem: str) -> InputError:
    return InputError(
        problem,
        allowed="an Excel workbook (.xlsx, .xls) without a password, with one row per paper",
        next_step="open it and save it again as .xlsx, or save the sheet as CSV",
    )


def _check_size(content: Content) -> None:
    """Refuse a workbook that is too large once unpacked, whatever sizes it states."""
    budget = _Budget(content)
    with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise _bad(f"{content.shown} holds {len(members):,} files, more than {MAX_MEMBERS:,}")
        for member in members:
            with archive.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    budget.spend(len(chunk))


# sheets to one table


def _papers(sheets: Iterable[_Sheet], *, content: Content, budget: _Budget) -> Rows:
    shown, notes, dropped = content.shown, [], 0
    tables: dict[str, pd.DataFrame] = {}
    for sheet in sheets:
        name = first_lines(clean(sheet.name), limit=40) or "(no name)"
        if sheet.hidden:
            notes.append(f"{shown}: sheet {name} is hidden and was left out")
            continue
        frame, repeated = _table(sheet.rows, budget=budget, where=f"{shown}: sheet {name}")
        dropped += repeated
        if len(frame):
            tables[name] = frame
    if not tables:
        raise _bad(f"{shown} is an Excel workbook with no rows below a header")
    titled = [name for name, frame in tables.items() if "title" in match_columns(list(frame))]
    chosen = titled or [max(tables, key=lambda name: tables[name].size)]
    for name in tables.keys() - {*chosen}:
        why = "it has no title column" if titled else "another has more cells"
        notes.append(f"{shown}: sheet {name} was left out ({why})")
    found = {name: exported(tables[name]) for name in chosen}
    exporter = next(iter(found.values()))[1]
    days = [day for _, _, day in found.values() if day]
    frames = {name: frame for name, (frame, _, _) in found.items()}
    return Rows(
        frame=_joined(frames) if len(frames) > 1 else next(iter(frames.values())),
        dropped={HEADER: dropped},
        notes=tuple(sorted(notes)),
        day=max(days, default=None),
        format=exporter if exporter in _NAMED else "",
    )


def _table(
    rows: Iterator[Sequence[object]], *, budget: _Budget, where: str
) -> tuple[pd.DataFrame, int]:
    """Return the rows below the header, without blank ones, and the number of repeated headers."""
    records: list[list[object]] = []
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise _bad(f"{where} has more than {MOST_ROWS:,} rows")
        record = [_cell(value) for value in row]
        budget.spend(_CELL * len(record) + sum(len(v) for v in record if isinstance(v, str)))
        while record and record[-1] is None:
            record.pop()
        if record:
            records.append(record)
    start = next((i for i, r in enumerate(islice(records, _HEADER_WITHIN)) if _is_header(r)), 0)
    header, body = (records[start], records[start + 1 :]) if records else ([], [])
    kept = [record for record in body if record != header]
    width = max(map(len, [header, *kept]))
    names = ["" if name is None else str(name) for name in header]
    names += [""] * (width - len(header))
    columns = pd.DataFrame(
        [record + [None] * (width - len(record)) for record in kept],
        columns=range(width),
        dtype=object,
    )
    used = [i for i in range(width) if names[i] or columns[i].notna().any()]
    frame = columns[used].set_axis([names[i] for i in used], axis=1)
    return frame, len(body) - len(kept)


def _is_header(record: Sequence[object]) -> bool:
    known = match_columns(["" if cell is None else cell for cell in record])
    return "title" in known and len(known) > 1


def _joined(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several sheets, whose columns may have other names and orders."""
    parts = []
    for sheet, frame in frames.items():
        names = [str(name) for name in plain_names(list(frame))]
        for standard, place in match_columns(list(frame)).items():
            names[place] = standard
        unique = [f"{name}_{names[:i].count(name) + 1}" if name in names[:i] else name
                  for i, name in enumerate(names)]  # fmt: skip
        named = frame.set_axis(unique, axis=1)
        parts.append(named if "sheet" in unique else named.assign(sheet=sheet))
    return pd.concat(parts, ignore_index=True)


# rows and cells


def _xlsx_rows(sheet: Any) -> Iterator[Sequence[object]]:
    sheet.reset_dimensions()  # what a file states of its size is often wrong
    for row in sheet.iter_rows(values_only=True):
        yield [_unescaped(value) if isinstance(value, str) else value for value in row]


def _unescaped(text: str) -> str:
    """Return a text with its characters in place of "_x000D_" (ECMA-376, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _xls_sheets(book: Any) -> Iterator[_Sheet]:
    for number in range(book.nsheets):
        sheet = book.sheet_by_index(number)
        rows = _xls_rows(sheet, datemode=book.datemode)
        yield _Sheet(sheet.name, sheet.visibility > 0, rows)
        book.unload_sheet(number)


def _xls_rows(sheet: Any, *, datemode: int) -> Iterator[Sequence[object]]:
    import xlrd

    for row in sheet.get_rows():
        cells: list[object] = []
        for cell in row:
            value = cell.value
            if cell.ctype == xlrd.XL_CELL_DATE:
                value = _xls_date(value, datemode=datemode)
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                value = None
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            cells.append(value)
        yield cells


def _xls_date(value: float, *, datemode: int) -> datetime | float:
    import xlrd

    try:
        return xlrd.xldate.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError, xlrd.xldate.XLDateError):
        return value


def _cell(value: object) -> object:
    """Return the value of a cell: text, int, float, bool, or None where it is empty."""
    if isinstance(value, str):
        return value if value.strip() and value not in _ERRORS else None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)
