"""Delimited text: tables whose cells are all strings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pandas as pd

from analysis.base.english import verb
from analysis.base.errors import InputError

from ...columns import column_key, match_columns
from ...dates import export_day
from .. import Content, Detection
from ..records import Rows, named_lines
from .exports import exported

DELIMITERS = (",", ";", "\t", "|")
RAGGED = "wrong number of cells"
HEADER = "repeated header"
_HEAD = 200_000
_HEADER_WITHIN = 8
_LONGEST_HEADER = 20_000
_SEPARATOR_LINE = re.compile(r"sep=([,;|\t])\r?\n", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[\d.,-]+\s*")
_MAX_CELL = 2**31 - 1
_MAX_RESTARTS = 50
_FEW = 3


def detect_csv(text: str) -> Detection | None:
    """Return whether a text is a table: surely if its header has a title column."""
    delimiter, header = sniff(text)
    matches = match_columns(header)
    if "title" in matches:
        return Detection(start=len(text) - len(skip_preamble(text)))
    if (matches and len(header) > 1) or _is_table(text, delimiter=delimiter, header=header):
        return Detection(certain=False)
    return None


def sniff(text: str) -> tuple[str, list[str]]:
    """Return the delimiter of a table in text, one of `DELIMITERS`, and the cells of its header.

    The delimiter under which most header cells have a known name wins, then the one that gives
    most cells.
    """
    head = skip_preamble(text)[:_HEAD]
    headers = {d: _first_records(head, delimiter=d, count=1) or [[]] for d in DELIMITERS}
    ranks = {d: (len(match_columns(cells)), len(cells)) for d, (cells,) in headers.items()}
    best = max(DELIMITERS, key=lambda delimiter: ranks[delimiter])
    return best, headers[best][0]


def skip_preamble(text: str) -> str:
    """Return a table without a first line such as "sep=;" and without lines before its header.

    Lines are skipped if the first is not a header but one of the next is: it has three cells or
    more, a title and another known column.
    """
    match = _SEPARATOR_LINE.match(text)
    text = text[match.end() :] if match else text
    place = 0
    for line in text[:_HEAD].split("\n")[:_HEADER_WITHIN]:
        if len(line) < _LONGEST_HEADER and any(_is_header(line, d) for d in DELIMITERS):
            return text[place:]
        place += len(line) + 1
    return text


def _is_header(line: str, delimiter: str) -> bool:
    records = _first_records(line, delimiter=delimiter, count=1)
    known = match_columns(records[0]) if records and len(records[0]) > 2 else {}
    return "title" in known and len(known) > 1


def _first_records(head: str, *, delimiter: str, count: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        return list(islice(filter(None, reader), count))
    except csv.Error:  # a cell beyond the limit of the csv module: not the header of a table
        return []


def _is_table(text: str, *, delimiter: str, header: list[str]) -> bool:
    names = [column_key(cell) for cell in header]
    if len(names) < 2 or not all(names) or max(map(len, header)) > 60:
        return False
    if any(_NUMBER.fullmatch(cell) for cell in header):
        return False
    head = skip_preamble(text)[:_HEAD]
    records = _first_records(head, delimiter=delimiter, count=5)
    return len(records) > 1 and all(len(record) == len(header) for record in records)


def read_csv(content: Content) -> Rows:
    """Read a delimited table.

    The first record is the header; blank records are skipped, surplus cells are ignored if they
    are empty. Repeated headers, as in concatenated tables, and records with another number of
    cells are dropped and counted, the latter named by their lines. If a record that runs over
    several lines does not fit, or closes its quotes in odd places, a quote was opened and not
    closed: reading resumes at its second line if that fits, so that only the broken line is lost.

    Columns are strings, empty cells empty strings. InputError if no record follows the header, or
    most do not fit it.
    """
    delimiter, header = sniff(content.text)
    lines = list(io.StringIO(skip_preamble(content.text), newline=""))
    with _long_cells():
        fitting = list(_records(lines, delimiter=delimiter, header=header))
    records = [record for record in fitting if isinstance(record, list)]
    ragged = [record for record in fitting if isinstance(record, int)]
    n_rows, n_ragged = len(records), len(ragged)
    if not records or n_ragged > max(n_rows, _FEW):
        raise _no_table(content.shown, n_cells=len(header), n_rows=n_rows, n_ragged=n_ragged)
    records = [record for record in records if record != header] or records
    columns = pd.DataFrame(records, columns=range(len(header)), dtype="str")
    frame, exporter, last = exported(columns.set_axis(header, axis=1))
    dropped = {RAGGED: n_ragged, HEADER: n_rows - len(records)}
    preamble = content.text[: len(content.text) - sum(map(len, lines))]
    day = export_day(preamble) or last
    before = preamble.count("\n")
    named = named_lines([before + line for line in ragged])
    has = verb(n_ragged, "row has", "rows have")
    note = f"{content.shown}: {n_ragged:,} {has} another number of cells {named}"
    notes = (note,) if ragged else ()
    return Rows(frame=frame, dropped=dropped, notes=notes, day=day, format=exporter)


def _no_table(shown: str, *, n_cells: int, n_rows: int, n_ragged: int) -> InputError:
    problem = f"{shown} has a header and no rows"
    if n_ragged:
        problem = (
            f"{shown} has {n_cells} cells in its header, but {n_ragged:,} of "
            f"{n_rows + n_ragged:,} rows have another number"
        )
    return InputError(
        problem,
        allowed="a CSV with one row per paper, each with as many cells as the header",
        next_step="export the table again, with quotes around cells that hold the delimiter",
    )


def _records(lines: list[str], *, delimiter: str, header: list[str]) -> Iterator[list[str] | int]:
    """Yield the records after the header; for one that does not fit it, its first line, from 1."""
    n_cells = len(header)
    start, is_header, restarts = 0, True, 0
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter)
        begin, start, read = start, len(lines), 0
        for record in reader:
            first, read = begin + read, reader.line_num
            if is_header:
                is_header = not record
                continue
            if not any(record):
                continue
            if len(record) > n_cells:
                record = _without_funding(record, header=header)
            fits = _fits(record, n_cells=n_cells)
            block = lines[first : begin + read]
            if restarts < _MAX_RESTARTS and len(block) > 1:
                broken = not fits or not _is_strict(block, delimiter=delimiter)
                rest = islice(lines, first + 1, None)
                if broken and _fits(next(csv.reader(rest, delimiter=delimiter)), n_cells=n_cells):
                    yield first + 1
                    start, restarts = first + 1, restarts + 1
                    break
            yield record[:n_cells] if fits else first + 1


def _without_funding(record: list[str], *, header: list[str]) -> list[str]:
    """Remove from a record of Scopus the funding texts for which the header has no column.

    Scopus writes as many "Funding Text" cells as a record needs; the EID ends every record.
    """
    surplus = len(record) - len(header)
    if not record[-1].startswith("2-s2.0-") or "Funding Text 1" not in header:
        return record
    last = max(i for i, name in enumerate(header) if name.startswith("Funding Text"))
    return record[: last + 1] + record[last + 1 + surplus :]


def _is_strict(block: list[str], *, delimiter: str) -> bool:
    """Whether every quote in the lines of a record is closed before a delimiter or line end."""
    try:
        return len(list(csv.reader(block, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _fits(record: list[str], *, n_cells: int) -> bool:
    """Whether a record has a cell for each of the header, and nothing beyond."""
    return len(record) >= n_cells and not any(record[n_cells:])


@contextmanager
def _long_cells() -> Iterator[None]:
    """Allow cells of any length, and put the csv module's own limit back afterwards."""
    before = csv.field_size_limit(_MAX_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
