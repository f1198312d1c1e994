"""The files of a snapshot, each recognised, decoded and read by the reader of its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from .columns import checked_columns, standardise
from .dates import no_dates, parse_dates
from .formats import FORMAT_NAMES, FORMATS, Content, Format, detect_format
from .formats.records import Rows
from .formats.tables.frames import frame_file
from .input_file import File, folder_files, joined_error, load, unpack
from .texts.decoding import decode

_BY_NAME = {format.name: format for format in FORMATS}
One = TypeVar("One")
_MOST_ERRORS = 20
_INTERCHANGEABLE = {"json", "jsonl"}
"""Formats of which either reader may be asked for the other's files."""


@dataclass(frozen=True)
class Part:
    """What was read from one file, or from one member of a zip.

    Attributes
    ----------
    file : File
        As it was given.
    name : str
        The file's name, and its member's if it is packed.
    format : str
        The format, or the source if it was recognised.
    rows : Rows
    listed : DataFrame
        Listing dates, from `parse_dates`; they may tell the snapshot's day.
    """

    file: File
    name: str
    format: str
    rows: Rows
    listed: pd.DataFrame


Input: TypeAlias = Path | pd.DataFrame
"""What a snapshot is read from: a file, a folder of files, or a DataFrame."""


def read_parts(
    inputs: Sequence[Input],
    *,
    format: str,
    latest: date,
    max_mb: int,
    columns: Mapping[str, str] | None = None,
) -> list[Part]:
    """Read all inputs, each file of up to `max_mb` megabytes, unpacked.

    A folder stands for the files directly in it; those that cannot be read are left out and named,
    like members of a zip. A DataFrame is read like the JSON Lines file that it would be saved as.
    `format` is one of `formats.FORMAT_NAMES`; listing dates after `latest` are refused; `columns`
    says which columns hold what (see `columns.given`).

    Raises
    ------
    InputError
        For every input that cannot be read, together.
    """

    def members(file: File, format: str = format) -> list[Part]:
        return _members(file, format=format, latest=latest, max_mb=max_mb, columns=columns)

    parts: list[Part] = []
    errors = []
    n_frames = 0
    for source in inputs:
        try:
            if isinstance(source, pd.DataFrame):
                n_frames += 1
                file = frame_file(source, number=n_frames, max_mb=max_mb)
                parts += members(file, format="jsonl" if format == "auto" else format)
            elif _is_folder(Path(source)):
                files = folder_files(Path(source))
                parts += _read_some(files, lambda path: members(load(path, max_mb=max_mb)))
            else:
                parts += members(load(Path(source), max_mb=max_mb))
        except InputError as error:
            errors.append(error)
    if errors:
        raise joined_error(errors)
    return parts


def _members(
    outer: File, *, format: str, latest: date, max_mb: int, columns: Mapping[str, str] | None
) -> list[Part]:
    """Read a file, or every member of a zip; a member without papers is left out and named."""

    def read(file: File) -> list[Part]:
        part = read_part(file, format=format, latest=latest, columns=columns)
        name = outer.name if file is outer else f"{outer.name} {file.name}"
        return [replace(part, file=outer, name=name)]

    return _read_some(unpack(outer, max_mb=max_mb), read)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def _read_some(files: Sequence[One], read: Callable[[One], list[Part]]) -> list[Part]:
    """Read what can be read of several files; the first part names the others in notes."""
    parts: list[Part] = []
    errors = []
    for file in files:
        try:
            parts += read(file)
        except InputError as error:
            errors.append(error)
    if not parts:
        raise joined_error(errors[:_MOST_ERRORS])
    left_out = tuple(f"left out: {error.problems[0]}" for error in errors)
    rows = replace(parts[0].rows, notes=(*parts[0].rows.notes, *left_out))
    return [replace(parts[0], rows=rows), *parts[1:]]


def read_part(
    file: File, *, format: str, latest: date, columns: Mapping[str, str] | None = None
) -> Part:
    """Read one unpacked file; parameters and errors as in `read_parts`."""
    name, rows = read_file(file, format=format)
    frame, notes = checked_columns(rows.frame, columns=columns, shown=file.shown)
    rows = replace(rows, frame=frame, notes=(*rows.notes, *notes))
    known, _ = standardise(rows.frame)
    listed = no_dates(known.index)
    if "listed" in known:
        listed = parse_dates(known["listed"], latest=latest)
    return Part(file=file, name=file.name, format=name, rows=rows, listed=listed)


def input_entries(
    parts: Sequence[Part], *, counts: Mapping[tuple[Path, str], int]
) -> list[dict[str, Any]]:
    """Return the manifest's entry for each file; a file of several formats has one for each."""
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


def read_file(file: File, *, format: str = "auto", tables_only: bool = False) -> tuple[str, Rows]:
    """Read one file in the format asked for, or in the one that its content shows.

    `format` is one of `formats.FORMAT_NAMES`; another one than "auto" overrides what the content
    looks like, unless that is certain. With `tables_only` a file that is not a table is refused.

    Returns
    -------
    format : str
        The format, or the source if the reader recognised one.
    rows : Rows

    Raises
    ------
    InputError
        If the file cannot be read, or not in the format asked for.
    """
    if format not in FORMAT_NAMES:
        raise InputError(
            f"unknown format {for_terminal(format)}",
            allowed=", ".join(FORMAT_NAMES),
            next_step="leave --format out to have the format detected",
        )
    content, notes = _content(file)
    detected, detection = detect_format(content)
    chosen = _BY_NAME.get(format, detected)
    fits = chosen == detected or {chosen.name, detected.name} <= _INTERCHANGEABLE
    if not fits and (detection.certain or chosen.magic):
        raise _wrong_format(content, detected=detected, chosen=chosen)
    if tables_only and not chosen.is_table:
        raise InputError(
            f"{content.shown} is not a table",
            allowed="a CSV (or JSON, JSON Lines, Parquet) with a header",
            next_step="check that its first line has the column names",
        )
    try:
        rows = chosen.read(content)
    except InputError as error:
        if chosen == detected:
            raise
        reason = f" ({'; '.join(error.problems)})"
        raise _wrong_format(content, detected=detected, chosen=chosen, reason=reason) from None
    return rows.format or chosen.name, replace(rows, notes=(*notes, *rows.notes))


def _content(file: File) -> tuple[Content, tuple[str, ...]]:
    """Return a file's content, decoded if it is text, and notes on its encoding."""
    text = ""
    notes: tuple[str, ...] = ()
    if not any(format.magic and file.data.startswith(format.magic) for format in FORMATS):
        text, notes = decode(file.data, shown=file.shown)
        if not text.strip():
            raise InputError(
                f"{file.shown} holds nothing but spaces",
                allowed="a file with papers in it",
                next_step="save the page or export the table again",
            )
    content = Content(file.data, text, file.shown, file_name=file.name, max_mb=file.max_mb)
    return content, notes


def _wrong_format(
    content: Content, *, detected: Format, chosen: Format, reason: str = ""
) -> InputError:
    return InputError(
        f"{content.shown} was to be read as {chosen.words} but looks like {detected.words}{reason}",
        allowed=f"--format {detected.name} or --format auto for this file",
        next_step=f"give --format {detected.name}, or leave it out",
    )
