"""Local metadata, such as arXiv's own, indexed by arXiv id and normalised title to date papers.

The index is one Parquet file of four columns; a run reads only the rows of its own papers. Of
arXiv's metadata (JSON Lines, plain, gzip or zip) only what dates a paper is read, line by line: as
a table of papers its 2.8 million lines in 4.5 GB would not fit into memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_terminal, normalised_title
from analysis.base.files import written_whole

from .dates import GRACE, RANK, parse_dates
from .fill_dates import DATE_COLUMNS, no_rows, read_dates
from .formats.records import loads, text_of
from .formats.services import first_version, service_of
from .ids import arxiv_ids
from .input_file import MAX_MB, MEGABYTE, size_error
from .large.stream import open_lines, reading
from .paper_rows import paper_rows
from .read_files import read_parts
from .texts.latex import clean_source

COLUMNS = ("title_key", "arxiv_id", "published", "published_precision")
_DTYPES = no_rows()[list(COLUMNS)].dtypes.to_dict()
CHUNK = 50_000
"""Lines of arXiv's metadata that are made into a table at a time."""

_FIRST_LINES = 5


def add_to_index(
    paths: Sequence[Path], *, index: Path, today: date, max_mb: int = MAX_MB
) -> tuple[int, int]:
    """Add the dates of files to an index, which is created if it does not exist.

    Parameters
    ----------
    paths : sequence of Path
        Files of any format that a snapshot can have, or dates files; undated rows are left out.
    index : Path
        The Parquet file; replaced as a whole or not at all.
    today : date
        Later dates are refused.
    max_mb : int
        Megabytes that each file may have, unpacked.

    Returns
    -------
    n_added, n_total : int
        Rows that are new or more precise than before, and all rows.

    Raises
    ------
    InputError
        If a file cannot be read or dates nothing, or the index cannot be read or written.
    """
    before = _read(index) if index.exists() else no_rows()[list(COLUMNS)]
    rows = pd.concat([_dated(path, today=today, max_mb=max_mb) for path in paths])
    if rows.empty:
        names = ", ".join(for_terminal(str(path)) for path in paths)
        raise InputError(
            f"{names}: no paper with a date",
            allowed="records with a title or an arXiv id, and a date",
            next_step="give arXiv's metadata, or a CSV with title, arxiv_id and published",
        )
    both = pd.concat([before.assign(new=False), rows.assign(new=True)], ignore_index=True)
    both = both.assign(rank=-both["published_precision"].map(RANK).astype("float64"))
    both = both.sort_values(["arxiv_id", "title_key", "rank", "published", "new"], kind="stable")
    both = both.drop_duplicates(["arxiv_id", "title_key"], ignore_index=True)
    _write(both[list(COLUMNS)], index=index)
    return int(both["new"].sum()), len(both)


def look_up_dates(index: Path, *, papers: pd.DataFrame) -> pd.DataFrame:
    """Return the dates that an index has for papers, as `read_dates` returns them.

    `papers` has the columns `title_key` and `arxiv_id`.
    """
    import pyarrow.parquet as pq

    ids, keys = papers["arxiv_id"].dropna().tolist(), papers["title_key"].tolist()
    filters = [[("arxiv_id", "in", ids or [""])], [("title_key", "in", keys or [""])]]
    try:
        table = pq.read_table(index, columns=list(COLUMNS), filters=filters)
    except (OSError, ValueError, KeyError) as error:
        raise _broken(index, error) from None
    rows = table.to_pandas().reset_index(drop=True).astype(_DTYPES)
    nothing = pd.Series(None, index=rows.index, dtype="str")
    return rows.assign(problem=nothing, text=nothing)[list(DATE_COLUMNS)]


def _dated(path: Path, *, today: date, max_mb: int) -> pd.DataFrame:
    lines = arxiv_dates(path, latest=today + GRACE, max_mb=max_mb)
    if lines is not None:
        return lines
    try:
        rows = read_rows([path], today=today, max_mb=max_mb)
    except InputError as error:
        try:
            rows = read_dates([path])
        except InputError:
            raise error from None
    return rows.loc[rows["published"].notna(), list(COLUMNS)]


def read_rows(paths: Sequence[Path], *, today: date, max_mb: int = MAX_MB) -> pd.DataFrame:
    """Read the rows of files, cleaned and with `title_key`, without merging any."""
    latest = today + GRACE
    rows = [
        paper_rows(part.rows.frame, listed=part.listed, source=part.format, latest=latest)[0]
        for part in read_parts(paths, format="auto", latest=latest, max_mb=max_mb)
    ]
    papers = pd.concat(rows, ignore_index=True)
    return papers.assign(title_key=papers["title"].map(normalised_title).astype("str"))


def _read(index: Path) -> pd.DataFrame:
    if not index.is_file():
        raise _broken(index, OSError("not an ordinary file"))
    try:
        with index.open("rb") as file:
            return pd.read_parquet(file)[list(COLUMNS)].astype(_DTYPES)
    except (OSError, ValueError, KeyError) as error:
        raise _broken(index, error) from None


def _broken(index: Path, error: Exception) -> InputError:
    return InputError(
        f"{for_terminal(str(index))} is not an index of dates ({for_terminal(str(error))[:120]})",
        allowed="a file that papertide dates add wrote",
        next_step="delete it and add the files again",
    )


def _write(table: pd.DataFrame, *, index: Path) -> None:
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(index) as temporary, temporary.open("wb") as file:
            table.to_parquet(file, index=False)
    except OSError as error:
        raise InputError(
            f"cannot write {for_terminal(str(index))}: {error.strerror or error}",
            allowed="a file in a writable folder",
            next_step="choose another with --to FILE",
        ) from None


def arxiv_dates(path: Path, *, latest: date, max_mb: int) -> pd.DataFrame | None:
    """Read the dates of arXiv's metadata (up to `max_mb` megabytes, unpacked).

    Returns
    -------
    DataFrame or None
        `title_key`, `arxiv_id`, `published` (the day of version 1, up to `latest`),
        `published_precision`; rows without a date, title or arXiv id are left out. None for any
        other file, which the other readers read.

    Raises
    ------
    InputError
        If the file is larger than the limit, or a truncated archive.
    """
    with ExitStack() as stack:
        try:
            lines, _ = stack.enter_context(open_lines(path))
        except InputError:
            return None
        stack.enter_context(reading(for_terminal(str(path))))
        if not _is_metadata(lines):
            return None
        lines.seek(0)
        tables, rows = [], []
        for line in _limited(lines, path=path, max_mb=max_mb):
            record = _record(line)
            if record is not None:
                rows.append(_dated_row(record))
            if len(rows) == CHUNK:
                tables.append(_dated_table(rows, latest=latest))
                rows = []
        tables.append(_dated_table(rows, latest=latest))
    return pd.concat(tables, ignore_index=True)


def _is_metadata(lines: io.BufferedReader) -> bool:
    """Whether the first of the first lines that is a record is one of arXiv's metadata."""
    for _ in range(_FIRST_LINES):
        record = _record(lines.readline(MEGABYTE))
        if record is not None:
            return service_of(record) == "arxiv-json"
    return False


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        value = loads(line.decode("utf-8-sig").strip())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _limited(lines: io.BufferedReader, *, path: Path, max_mb: int) -> Iterator[bytes]:
    left = max_mb * MEGABYTE
    while line := lines.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise size_error(for_terminal(str(path)), max_mb=max_mb)
        yield line


def _dated_row(record: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    title = text_of(record.get("title"))
    key = normalised_title(clean(clean_source(title))) if title else ""
    return key or None, text_of(record.get("id")), first_version(record.get("versions"))


def _dated_table(
    rows: list[tuple[str | None, str | None, str | None]], *, latest: date
) -> pd.DataFrame:
    raw = pd.DataFrame(rows, columns=["title_key", "arxiv_id", "created"], dtype="str")
    dates = parse_dates(raw["created"], latest=latest)
    table = pd.DataFrame(
        {
            "title_key": raw["title_key"],
            "arxiv_id": arxiv_ids(raw["arxiv_id"], surely=True),
            "published": dates["date"],
            "published_precision": dates["precision"],
        }
    )
    return table[table[["title_key", "arxiv_id", "published"]].notna().all(axis=1)]
