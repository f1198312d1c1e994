"""A file of lines as blocks of whole lines: plain, gzip or one member of a zip, never all of it.

The file's SHA-256 is computed on the way. Blocks end where a part of the output ends, at the first
line end `PART_BYTES` or more after the last such place, whatever the sizes of the reads.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from ..files.archives import GZIP, NESTED, ZIP, bad_archive, members_of
from ..files.input_file import MEGABYTE

PART_BYTES = 64 * MEGABYTE
READ_BYTES = 4 * MEGABYTE
MAX_LINE_MB = 32
"""Megabytes that a line may have; a longer one is lost. Such a first line is no JSON Lines."""
MAX_GB = 100
"""Gigabytes that the input may have, unpacked."""
_BOM = b"\xef\xbb\xbf"
_ALLOWED = "JSON Lines: one record a line, plain, in gzip or as a file in a zip"


@dataclass(frozen=True)
class Limits:
    """What is refused: a longer line, a longer input (both in bytes, unpacked)."""

    line: int = MAX_LINE_MB * MEGABYTE
    whole: int = MAX_GB * 1000 * MEGABYTE
    part: int = PART_BYTES


@dataclass(frozen=True)
class Block:
    """Whole lines that follow one another.

    Attributes
    ----------
    data : bytes
        The lines with their ends; of a line that was too long nothing.
    end : int
        Bytes of the input, unpacked, up to the end of this block.
    crc : int
        CRC-32 of these bytes.
    ends_part : bool
    too_long : bytes
        What a line that was too long begins with (the block stands for that line alone); else
        empty.
    """

    data: bytes
    end: int
    crc: int
    ends_part: bool
    too_long: bytes = b""


class HashedFile(io.RawIOBase):
    """A file that is hashed as it is read; `digest` reads what was skipped or left."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._sha = hashlib.sha256()
        self.n_hashed = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move as a file does."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place in the file."""
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read, and hash what was not hashed yet."""
        start = self._file.tell()
        n = self._file.readinto(buffer) or 0
        if start <= self.n_hashed < start + n:
            self._sha.update(memoryview(buffer)[self.n_hashed - start : n])
            self.n_hashed = start + n
        return n

    def digest(self) -> str:
        """Return the hexadecimal SHA-256 of the whole file."""
        self.seek(self.n_hashed)
        buffer = bytearray(1 << 20)
        while self.readinto(memoryview(buffer)):
            pass
        return self._sha.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@contextmanager
def opened(path: Path, *, member: str | None) -> Iterator[tuple[IO[bytes], HashedFile]]:
    """Open a file, or what is packed in it.

    Parameters
    ----------
    path : Path
    member : str, optional
        Which file of a zip, where it holds several.

    Yields
    ------
    lines : binary file
        What is in it, unpacked.
    file : HashedFile
        The file itself.

    Raises
    ------
    InputError
        For what is no file, is empty or packed otherwise, and where it breaks off while it is
        read.
    """
    shown = for_terminal(str(path))
    with _told(shown):
        if not path.is_file():
            what = "does not exist" if not path.exists() else "is not an ordinary file"
            raise _bad(f"{shown} {what}")
        file = HashedFile(path)
    with file:
        with _told(shown):
            start = file.read(8) or b""
            if not start.strip():
                raise _bad(f"{shown} is empty")
            file.seek(0)
            lines = _unpacked(file, start=start, member=member, shown=shown)
        with lines:
            yield lines, file


@contextmanager
def _told(shown: str) -> Iterator[None]:
    """Turn what can go wrong while a file is read into a message."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError,
            RuntimeError) as error:  # fmt: skip
        reason = for_terminal(str(error))[:200] or type(error).__name__
        raise bad_archive(f"{shown} is packed and cannot be unpacked ({reason})") from None
    except OSError as error:
        reason = for_terminal(error.strerror or str(error))
        raise _bad(f"{shown} cannot be read ({reason})") from None


def _bad(found: str) -> InputError:
    return InputError(found, allowed=_ALLOWED, next_step="check the path and the file")


def _unpacked(file: HashedFile, *, start: bytes, member: str | None, shown: str) -> IO[bytes]:
    buffered = io.BufferedReader(file, 1 << 20)
    if start.startswith(ZIP):
        archive = zipfile.ZipFile(buffered)
        return archive.open(_member(archive, asked=member, shown=shown))
    if member is not None:
        raise _bad(f"{shown} is no zip file, so it holds no {for_terminal(member)}")
    return gzip.GzipFile(fileobj=buffered) if start.startswith(GZIP) else buffered


def _member(archive: zipfile.ZipFile, *, asked: str | None, shown: str) -> zipfile.ZipInfo:
    found = members_of(archive, shown=shown)
    names = [member.filename for member in found]
    if asked is None and len(found) == 1:
        return found[0]
    if asked in names:
        return found[names.index(asked)]
    some = ", ".join(for_terminal(name) for name in names[:10])
    raise InputError(
        f"{shown} holds {len(names):,} files ({some})" if asked is None
        else f"{shown} holds no {for_terminal(asked)}, but {some}",
        allowed="one file of JSON Lines",
        next_step="name it with --member NAME",
    )  # fmt: skip


def blocks(lines: IO[bytes], *, limits: Limits, shown: str) -> Iterator[Block]:
    """Read blocks of whole lines.

    Parameters
    ----------
    lines : binary file
    limits : Limits
    shown : str
        The file's name for messages.

    Raises
    ------
    InputError
        Where the first line is too long, the whole is, or it is no text in UTF-8.
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
            long, rest = cut.too_long(rest, lines=lines, shown=shown)
            yield long
        if cut.end > limits.whole:
            raise _too_large(shown, limits=limits)
    if rest:
        yield cut.block(rest)


def _read(lines: IO[bytes], *, shown: str) -> bytes:
    with _told(shown):
        return lines.read(READ_BYTES)


@dataclass
class _Cut:
    """Where blocks end; counts what was cut off."""

    limits: Limits
    end: int = 0
    crc: int = 0
    part_end: int = 0

    def end_of_block(self, data: bytes) -> int:
        """Return where the next block of `data` ends, 0 where no line ends there."""
        left = self.part_end + self.limits.part - self.end
        if left <= len(data):
            return data.find(b"\n", left - 1) + 1 or data.rfind(b"\n") + 1
        return data.rfind(b"\n") + 1

    def block(self, data: bytes) -> Block:
        """Count `data` and return it as a block."""
        self._count(data)
        return self._made(data)

    def too_long(self, rest: bytes, *, lines: IO[bytes], shown: str) -> tuple[Block, bytes]:
        """Read on to the end of a line that is too long; return its block and what follows."""
        start = rest[:100]
        while (at := rest.find(b"\n")) < 0:
            self._count(rest)
            rest = _read(lines, shown=shown)
            if not rest or self.end > self.limits.whole:
                break
        self._count(rest[: at + 1])
        return self._made(b"", too_long=start), rest[at + 1 :]

    def _count(self, data: bytes) -> None:
        self.end += len(data)
        self.crc = zlib.crc32(data, self.crc)

    def _made(self, data: bytes, *, too_long: bytes = b"") -> Block:
        ends = self.end - self.part_end >= self.limits.part
        self.part_end = self.end if ends else self.part_end
        return Block(data, self.end, self.crc, ends, too_long)


def _check_start(chunk: bytes, *, shown: str) -> None:
    if chunk.startswith((*NESTED, b"PAR1")):
        raise _bad(f"{shown} holds an archive within an archive, or binary data")
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in chunk[:1000]:
        raise InputError(
            f"{shown} is no text in UTF-8",
            allowed=_ALLOWED + ", in UTF-8",
            next_step="convert it to UTF-8",
        )


def _one_line(shown: str, *, limits: Limits) -> InputError:
    return InputError(
        f"{shown} begins with a line of more than {limits.line // MEGABYTE:,} MB",
        allowed=_ALLOWED,
        next_step="write one record a line (jq -c '.[]' does it for a list), or raise the limit "
        "with --max-line-mb",
    )


def _too_large(shown: str, *, limits: Limits) -> InputError:
    gigabytes = limits.whole // (1000 * MEGABYTE)
    return InputError(
        f"{shown}, unpacked, is larger than {gigabytes:,} GB",
        allowed=f"up to {gigabytes:,} GB",
        next_step="raise the limit with --max-gb if you trust this file",
    )
