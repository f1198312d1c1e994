"""CSV and its relatives: delimiter found by itself, every cell a string."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pandas as pd

from analysis.base.errors import InputError

from ..files.detect import skip_preamble, sniff
from ..files.input_file import Rows
from ..records.columns import exporter_of, match_columns

RAGGED = "wrong number of cells"
HEADER = "repeated header"
_MAX_CELL = 2**31 - 1
_MAX_RESTARTS = 50
_FEW = 3


def read_csv(text: str, *, shown: str) -> Rows:
    """Read a delimited table.

    The first record is the header; blank records are skipped, surplus cells are ignored where
    they are empty. The header again, of tables put together, and any record with another number of
    cells are dropped and counted. Where a record that runs over several lines does not fit, or
    closes its quotes in odd places, a quote was opened and not closed: reading goes on at its
    second line if that fits, so that only the broken line is lost.

    Parameters
    ----------
    text : str
        The whole file.
    shown : str
        The file's name for messages.

    Returns
    -------
    Rows
        String columns, empty cells as empty strings.

    Raises
    ------
    InputError
        Where no record follows the header, or most do not fit it.
    """
    delimiter, header = sniff(text)
    lines = list(io.StringIO(skip_preamble(text), newline=""))
    records: list[list[str]] = []
    dropped = 0
    with _long_cells():
        for record in _records(lines, delimiter=delimiter, header=header):
            if record is None:
                dropped += 1
            else:
                records.append(record)
    if not records or dropped > max(len(records), _FEW):
        raise _no_table(shown, n_cells=len(header), n_rows=len(records), dropped=dropped)
    n_rows = len(records)
    records = [record for record in records if record != header] or records
    columns = pd.DataFrame(records, columns=range(len(header)), dtype="str")
    frame = columns.set_axis(header, axis=1)
    exporter = exporter_of(header)
    if exporter and "abstract" not in match_columns(header):
        frame = frame.assign(abstract=None)
    lost = {RAGGED: dropped, HEADER: n_rows - len(records)}
    lost = {reason: n for reason, n in lost.items() if n}
    return Rows(frame=frame, dropped=lost, format=exporter)


def _no_table(shown: str, *, n_cells: int, n_rows: int, dropped: int) -> InputError:
    found = f"{shown} has a header and no rows"
    if dropped:
        found = (
            f"{shown} has {n_cells} cells in its header, but {dropped:,} of {n_rows + dropped:,} "
            "rows have another number"
        )
    return InputError(
        found,
        allowed="a CSV with one row a paper, each with as many cells as the header",
        next_step="export the table again, with quotes around cells that hold the delimiter",
    )


def _records(lines: list[str], *, delimiter: str, header: list[str]) -> Iterator[list[str] | None]:
    """Yield the records after the header, None for each that does not fit it."""
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
                    yield None
                    start, restarts = first + 1, restarts + 1
                    break
            yield record[:n_cells] if fits else None


def _without_funding(record: list[str], *, header: list[str]) -> list[str]:
    """Take out of a record of Scopus the funding texts for which the header has no column.

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
