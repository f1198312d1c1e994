"""The lines of a file of any size, one after another: plain, gzip or one member of a zip."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from ..input_file import ARCHIVES, GZIP, MEGABYTE, UNPACKING_ERRORS, ZIP, archive_error, zip_members

READ_BYTES = 1 * MEGABYTE
"""How much of a line that is too long, or of what is unpacked, is read at a time."""
_ALLOWED = "JSON Lines: one record per line, plain, in gzip or as a file in a zip"


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, unpacked.

    Attributes
    ----------
    line : int
        A longer line is lost; if it is the first one, the file is not JSON Lines.
    total : int
        A larger input is refused.
    part : int
        The least that is read before the papers among it are saved as a part.
    """

    line: int = 32 * MEGABYTE
    total: int = 100_000 * MEGABYTE
    part: int = 64 * MEGABYTE


@contextmanager
def open_lines(
    path: Path, *, member: str | None = None
) -> Iterator[tuple[io.BufferedReader, io.BufferedReader]]:
    """Open a file, or what is packed in it.

    `member` names the file of a zip, if it holds several.

    Yields
    ------
    lines : binary file
        The content, unpacked.
    file : binary file
        The file itself; its position shows how much was read.

    Raises
    ------
    InputError
        If it is not a file, or empty, or packed in another way.
    """
    shown = for_terminal(str(path))
    with reading(shown):
        if not path.is_file():
            what = "does not exist" if not path.exists() else "is not an ordinary file"
            raise _bad(f"{shown} {what}")
        file = path.open("rb")
    with file:
        with reading(shown):
            start = file.read(8)
            if not start.strip():
                raise _bad(f"{shown} is empty")
            file.seek(0)
            lines = _unpacked(file, start=start, member=member, shown=shown)
        with lines:
            yield lines, file


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Turn the errors of reading and unpacking a file into messages."""
    try:
        yield
    except UNPACKING_ERRORS as error:
        reason = for_terminal(str(error))[:200] or type(error).__name__
        raise archive_error(f"{shown} is packed and cannot be unpacked ({reason})") from None
    except OSError as error:
        reason = for_terminal(error.strerror or str(error))
        raise _bad(f"{shown} cannot be read ({reason})") from None


def _bad(problem: str) -> InputError:
    return InputError(problem, allowed=_ALLOWED, next_step="check the path and the file")


def _unpacked(
    file: io.BufferedReader, *, start: bytes, member: str | None, shown: str
) -> io.BufferedReader:
    packed: Any  # both are readable as raw files, although neither is typed as one
    if start.startswith(ZIP):
        archive = zipfile.ZipFile(file)
        packed = archive.open(_member(archive, name=member, shown=shown))
    elif member is not None:
        raise _bad(f"{shown} is not a zip file, so it holds no {for_terminal(member)}")
    elif start.startswith(GZIP):
        packed = gzip.GzipFile(fileobj=file)
    else:
        return file
    return io.BufferedReader(packed, READ_BYTES)


def _member(archive: zipfile.ZipFile, *, name: str | None, shown: str) -> zipfile.ZipInfo:
    members = {member.filename: member for member in zip_members(archive, shown=shown)}
    if name is None and len(members) == 1:
        return next(iter(members.values()))
    if name in members:
        return members[name]
    some = ", ".join(for_terminal(member) for member in list(members)[:10])
    problem = f"holds {len(members):,} files ({some})"
    if name is not None:
        problem = f"holds no {for_terminal(name)}, but {some}"
    raise InputError(
        f"{shown} {problem}",
        allowed="one file of JSON Lines",
        next_step="name it with --member NAME",
    )


class Lines:
    """The lines of a file from `open_lines`, one after another.

    Attributes
    ----------
    end, crc : int
        Bytes read so far, unpacked, and their CRC-32.
    """

    def __init__(self, file: io.BufferedReader, *, limits: Limits, shown: str) -> None:
        self.file = file
        self.limits = limits
        self.shown = shown
        self.end = 0
        self.crc = 0

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        """Yield each line without its end, or the beginning of one, and whether it is too long.

        Raises
        ------
        InputError
            If the first line or the whole file is too long, if it is not text in UTF-8, and if it
            cannot be read to its end.
        """
        with reading(self.shown):
            _check_start(self.file.peek(1000)[:1000], shown=self.shown)
        while line := self._read(self.limits.line + 1):
            beginning, too_long = line, len(line) > self.limits.line and line[-1:] != b"\n"
            if too_long and self.end == len(line):
                raise _one_line(self.shown, limits=self.limits)
            while line and line[-1:] != b"\n" and self.end <= self.limits.total:
                line = self._read(READ_BYTES)
            if self.end > self.limits.total:
                raise _too_large(self.shown, limits=self.limits)
            yield beginning.removesuffix(b"\n"), too_long

    def _read(self, limit: int) -> bytes:
        with reading(self.shown):
            line = self.file.readline(limit)
        self.end += len(line)
        self.crc = zlib.crc32(line, self.crc)
        return line


def _check_start(chunk: bytes, *, shown: str) -> None:
    if chunk.startswith((*ARCHIVES, b"PAR1")):
        raise _bad(f"{shown} holds an archive within an archive, or binary data")
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in chunk[:1000]:
        raise InputError(
            f"{shown} is not text in UTF-8",
            allowed=_ALLOWED + ", in UTF-8",
            next_step="convert it to UTF-8",
        )


def _one_line(shown: str, *, limits: Limits) -> InputError:
    return InputError(
        f"{shown} begins with a line of more than {limits.line // MEGABYTE:,} MB",
        allowed=_ALLOWED,
        next_step="write one record per line (jq -c '.[]' does it for a list), or raise the limit "
        "with --max-line-mb",
    )


def _too_large(shown: str, *, limits: Limits) -> InputError:
    gigabytes = limits.total // (1000 * MEGABYTE)
    return InputError(
        f"{shown}, unpacked, is larger than {gigabytes:,} GB",
        allowed=f"up to {gigabytes:,} GB",
        next_step="raise the limit with --max-gb if you trust this file",
    )
