"""A file of lines as blocks of complete lines: plain, gzip or one member of a zip.

The file is never held as a whole. Blocks end where a part of the output ends: at the first line
end `Limits.part` bytes or more after the last such place, whatever the sizes of the reads.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from ..input_file import ARCHIVES, GZIP, MEGABYTE, UNPACKING_ERRORS, ZIP, archive_error, zip_members

READ_BYTES = 4 * MEGABYTE
_ALLOWED = "JSON Lines: one record per line, plain, in gzip or as a file in a zip"


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, unpacked.

    Attributes
    ----------
    line : int
        A longer line is lost; if it is the first one, the file is not JSON Lines.
    whole : int
        A larger input is refused.
    part : int
        The least that is read before the papers among it are saved.
    """

    line: int = 32 * MEGABYTE
    whole: int = 100_000 * MEGABYTE
    part: int = 64 * MEGABYTE


@dataclass(frozen=True)
class Block:
    """Complete lines that follow one another.

    Attributes
    ----------
    data : bytes
        The lines with their ends; empty for a line that was too long.
    end : int
        Bytes of the input, unpacked, up to the end of this block.
    crc : int
        CRC-32 of these bytes.
    ends_part : bool
    too_long : bytes
        The beginning of a line that was too long (the block is that line alone); else empty.
    """

    data: bytes
    end: int
    crc: int
    ends_part: bool
    too_long: bytes = b""


@contextmanager
def open_lines(
    path: Path, *, member: str | None = None
) -> Iterator[tuple[io.BufferedIOBase, io.BufferedReader]]:
    """Open a file, or what is packed in it.

    Parameters
    ----------
    path : Path
    member : str, optional
        Which file of a zip, if it holds several.

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
) -> io.BufferedIOBase:
    if start.startswith(ZIP):
        archive = zipfile.ZipFile(file)
        return archive.open(_member(archive, name=member, shown=shown))  # type: ignore[return-value]
    if member is not None:
        raise _bad(f"{shown} is not a zip file, so it holds no {for_terminal(member)}")
    return gzip.GzipFile(fileobj=file) if start.startswith(GZIP) else file


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


def blocks(lines: io.BufferedIOBase, *, limits: Limits, shown: str) -> Iterator[Block]:
    """Read blocks of complete lines.

    Parameters
    ----------
    lines : binary file
    limits : Limits
    shown : str
        The file's name for messages.

    Raises
    ------
    InputError
        If the first line or the whole is too long, if it is not text in UTF-8, and if it cannot
        be read to its end.
    """
    cut = _Cut(limits=limits)
    rest, first = b"", True
    while chunk := _read(lines, shown=shown):
        if first:
            _check_start(chunk, shown=shown)
            first = False
        data = rest + chunk
        while (end := cut.end_of_block(data)) > 0:
            yield cut.block(data[:end])
            data = data[end:]
        rest = data
        if len(rest) > limits.line:
            if not cut.end:
                raise _one_line(shown, limits=limits)
            block, rest = cut.too_long(rest, lines=lines, shown=shown)
            yield block
        if cut.end > limits.whole:
            raise _too_large(shown, limits=limits)
    if rest:
        yield cut.block(rest)


def _read(lines: io.BufferedIOBase, *, shown: str) -> bytes:
    with reading(shown):
        return lines.read(READ_BYTES)


@dataclass
class _Cut:
    """Where blocks end, with a count of what was read."""

    limits: Limits
    end: int = 0
    crc: int = 0
    part_end: int = 0

    def end_of_block(self, data: bytes) -> int:
        """Return where the next block of `data` ends; 0 if no line ends there."""
        left = self.part_end + self.limits.part - self.end
        if left <= len(data):
            return data.find(b"\n", left - 1) + 1 or data.rfind(b"\n") + 1
        return data.rfind(b"\n") + 1

    def block(self, data: bytes) -> Block:
        """Count `data` and return it as a block."""
        self._count(data)
        return self._block(data)

    def too_long(self, rest: bytes, *, lines: io.BufferedIOBase, shown: str) -> tuple[Block, bytes]:
        """Read on to the end of a line that is too long; return its block and what follows."""
        start = rest[:100]
        while (line_end := rest.find(b"\n")) < 0:
            self._count(rest)
            rest = _read(lines, shown=shown)
            if not rest or self.end > self.limits.whole:
                break
        self._count(rest[: line_end + 1])
        return self._block(b"", too_long=start), rest[line_end + 1 :]

    def _count(self, data: bytes) -> None:
        self.end += len(data)
        self.crc = zlib.crc32(data, self.crc)

    def _block(self, data: bytes, *, too_long: bytes = b"") -> Block:
        ends_part = self.end - self.part_end >= self.limits.part
        self.part_end = self.end if ends_part else self.part_end
        return Block(data, self.end, self.crc, ends_part, too_long)


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
    gigabytes = limits.whole // (1000 * MEGABYTE)
    return InputError(
        f"{shown}, unpacked, is larger than {gigabytes:,} GB",
        allowed=f"up to {gigabytes:,} GB",
        next_step="raise the limit with --max-gb if you trust this file",
    )
