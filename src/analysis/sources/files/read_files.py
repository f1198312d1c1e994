"""The files of a snapshot, each read into one part; of a zip each member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from ..dates.parsing import no_dates, parse_dates
from ..records.columns import missing_columns, standardise
from .archives import unpacked
from .input_file import File, Rows, joined, load
from .read_file import read_file


@dataclass(frozen=True)
class Part:
    """What was read of one file, or of one member of a zip.

    `file` is what was given, `named` its name and its member's, `listed` its listing dates, which
    may tell the snapshot's day.
    """

    file: File
    named: str
    format: str
    rows: Rows
    listed: pd.DataFrame


def read_parts(paths: Sequence[Path], *, format: str, latest: date, max_mb: int) -> list[Part]:
    """Read all files.

    Parameters
    ----------
    paths : sequence of Path
    format : str
        One of `read.FORMATS`.
    latest : date
        Later listing dates are refused.
    max_mb : int
        Megabytes that each file may have, unpacked.

    Raises
    ------
    InputError
        For every file that cannot be read, together.
    """
    parts: list[Part] = []
    errors = []
    for path in paths:
        try:
            parts += _parts_of(load(Path(path), max_mb=max_mb), format=format, latest=latest,
                               max_mb=max_mb)  # fmt: skip
        except InputError as error:
            errors.append(error)
    if errors:
        raise joined(errors)
    return parts


def _parts_of(outer: File, *, format: str, latest: date, max_mb: int) -> list[Part]:
    """Read a file, or every member of a zip; a member without papers is left out and named."""
    parts, errors = [], []
    for file in unpacked(outer, max_mb=max_mb):
        try:
            part = _part(file, format=format, latest=latest)
            parts.append(replace(part, file=outer, named=f"{outer.name} {file.name}"))
        except InputError as error:
            errors.append(error)
    if not parts:
        raise joined(errors)
    left_out = tuple(f"left out: {error.problems[0]}" for error in errors)
    rows = replace(parts[0].rows, notes=(*parts[0].rows.notes, *left_out))
    return [replace(parts[0], rows=rows), *parts[1:]]


def _part(file: File, *, format: str, latest: date) -> Part:
    name, rows = read_file(file, asked=format)
    error = missing_columns(rows.frame, shown=for_terminal(str(file.path)))
    if error is not None:
        raise error
    known, _ = standardise(rows.frame)
    listed = no_dates(known.index)
    if "listed" in known:
        listed = parse_dates(known["listed"], latest=latest)
    return Part(file=file, named=file.name, format=name, rows=rows, listed=listed)


def inputs_of(
    parts: Sequence[Part], *, counts: Mapping[tuple[Path, str], int]
) -> list[dict[str, Any]]:
    """Describe each file; one that holds several formats is described once for each."""
    files = {(part.file.path, part.format): part.file for part in parts}
    return [
        {
            "name": file.name,
            "bytes": len(file.data),
            "sha256": file.sha256,
            "format": format,
            "n_papers": counts[path, format],
        }
        for (path, format), file in files.items()
    ]
