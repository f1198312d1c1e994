"""The dates in arXiv's metadata (JSON Lines, plain, gzip or zip), line by line.

Only what dates a paper is looked at, and nothing is held but that: the whole of arXiv, 2.8 million
lines in 4.5 GB, would be more than a machine has room for as a table of papers.
"""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal, normalised_title

from ..files.archives import GZIP, ZIP
from ..files.input_file import MEGABYTE, size_error
from ..formats.json.arxiv import first_version
from ..formats.json.services import kind_of
from ..formats.latex import clean_source
from ..records.cleaning import cleaned
from ..records.ids import arxiv_ids
from ..records.records import text_of
from .parsing import parse_dates

CHUNK = 50_000
"""Lines that are made into a table at a time."""

_LOOKED_AT = 5
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda name: None)


def arxiv_dates(path: Path, *, latest: date, max_mb: int) -> pd.DataFrame | None:
    """Read the dates of arXiv's metadata.

    Parameters
    ----------
    path : Path
    latest : date
        Later dates are refused.
    max_mb : int
        Megabytes that the file may have, unpacked.

    Returns
    -------
    DataFrame or None
        `title_key`, `arxiv_id`, `published` (the day of version 1), `published_precision`; what
        has no date, title or arXiv id is left out. None where the file is anything else, for the
        other readers.

    Raises
    ------
    InputError
        Where the file is larger than the limit, or breaks off as an archive.
    """
    with ExitStack() as stack:
        try:
            stream = _opened(path, stack=stack)
            if stream is None or not _is_metadata(stream):
                return None
            stream.seek(0)
            return _read(stream, path=path, latest=latest, max_mb=max_mb)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError,
                RuntimeError) as error:  # fmt: skip
            shown = for_terminal(str(path))
            raise InputError(
                f"{shown} cannot be read ({for_terminal(str(error)) or type(error).__name__})",
                allowed="arXiv's metadata as JSON Lines, also in gzip or zip",
                next_step="check the path; fetch or unpack the file again if it is cut off",
            ) from None


def _opened(path: Path, *, stack: ExitStack) -> IO[bytes] | None:
    if not path.is_file():
        return None
    stream: IO[bytes] = stack.enter_context(path.open("rb"))
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(GZIP):
        return stack.enter_context(gzip.GzipFile(fileobj=stream))
    if not start.startswith(ZIP):
        return stream
    archive = stack.enter_context(zipfile.ZipFile(stream))
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1 or members[0].flag_bits & 1:
        return None
    return stack.enter_context(archive.open(members[0]))


def _is_metadata(stream: IO[bytes]) -> bool:
    """Whether one of the first lines is a record of arXiv's metadata."""
    for _ in range(_LOOKED_AT):
        record = _record(stream.readline(MEGABYTE))
        if record is not None:
            return kind_of(record) == "arxiv-json"
    return False


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        found = _DECODER.decode(line.decode("utf-8-sig").strip())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _read(stream: IO[bytes], *, path: Path, latest: date, max_mb: int) -> pd.DataFrame:
    tables, rows = [], []
    for line in _lines(stream, path=path, max_mb=max_mb):
        record = _record(line)
        if record is not None:
            rows.append(_row(record))
        if len(rows) == CHUNK:
            tables.append(_table(rows, latest=latest))
            rows = []
    tables.append(_table(rows, latest=latest))
    return pd.concat(tables, ignore_index=True)


def _lines(stream: IO[bytes], *, path: Path, max_mb: int) -> Iterator[bytes]:
    left = max_mb * MEGABYTE
    while line := stream.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise size_error(for_terminal(str(path)), max_mb=max_mb)
        yield line


def _row(record: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    title = text_of(record.get("title"))
    key = normalised_title(cleaned(clean_source(title))) if title else ""
    return key or None, text_of(record.get("id")), first_version(record.get("versions"))


def _table(rows: list[tuple[str | None, str | None, str | None]], *, latest: date) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["title_key", "arxiv_id", "created"], dtype="str")
    dates = parse_dates(found["created"], latest=latest)
    out = pd.DataFrame(
        {
            "title_key": found["title_key"],
            "arxiv_id": arxiv_ids(found["arxiv_id"], surely=True),
            "published": dates["date"],
            "published_precision": dates["precision"],
        }
    )
    return out[out.drop(columns="published_precision").notna().all(axis=1)]
