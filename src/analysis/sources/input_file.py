"""Input files: their bytes, and what is inside compressed ones, without writing to disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from .formats import FORMATS_IN_WORDS

MEGABYTE = 1_000_000
MAX_MB = 500
"""Megabytes that an input file may have, unpacked; `--max-mb` changes it. Reading takes about ten
times as much memory."""

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ARCHIVES = (GZIP, ZIP[0], b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!")
"""First bytes of packed files; none of these may be within another one."""

MAX_MEMBERS = 1000
_CHUNK = 1 << 20
_WORKBOOK = re.compile(r"xl/workbook\d*\.xml")
_OFFICE = ("xl/", "word/", "ppt/", "content.xml", "[Content_Types].xml")
UNPACKING_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError),
    RuntimeError,
)
"""What `gzip` and `zipfile` raise for a broken or unsupported file."""


@dataclass(frozen=True)
class File:
    """One input file, read once: the bytes that are parsed are those that were hashed."""

    path: Path
    data: bytes
    max_mb: int = MAX_MB

    @property
    def name(self) -> str:
        """The base name, safe to show."""
        return for_terminal(self.path.name)

    @property
    def shown(self) -> str:
        """The whole path, safe to show."""
        return for_terminal(str(self.path))

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the content."""
        return hashlib.sha256(self.data).hexdigest()


def load(path: Path, *, max_mb: int = MAX_MB) -> File:
    """Read the bytes of a file of up to `max_mb` megabytes.

    Raises
    ------
    InputError
        If there is no such file, or if it is a folder or a device, empty, too large or
        unreadable.
    """
    path = Path(path)
    shown = for_terminal(str(path))
    try:
        if path.is_dir():
            problem = f"{shown} is a folder"
        elif not path.exists():
            problem = f"{shown} does not exist"
        elif not path.is_file():
            problem = f"{shown} is not an ordinary file"
        elif path.stat().st_size > max_mb * MEGABYTE:
            raise size_error(shown, max_mb=max_mb)
        else:
            data = path.read_bytes()
            if data.strip():
                return File(path=path, data=data, max_mb=max_mb)
            problem = f"{shown} is empty"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = f"{shown} cannot be read ({for_terminal(reason)})"
    raise InputError(
        problem,
        allowed=f"one or more files, each {FORMATS_IN_WORDS}",
        next_step="check the path; save the page or export the table again if it is empty",
    )


def folder_files(folder: Path) -> list[Path]:
    """Return the files directly in a folder, sorted by name.

    Hidden files and the manifests of fetched files are left out.

    Raises
    ------
    InputError
        If it cannot be listed, holds no file, or more than `MAX_MEMBERS`.
    """
    shown = for_terminal(str(folder))
    try:
        files = sorted(p for p in folder.iterdir() if p.is_file() and not _is_aside(p.name))
    except OSError as error:
        problem = f"{shown} cannot be read ({for_terminal(error.strerror or str(error))})"
    else:
        if 0 < len(files) <= MAX_MEMBERS:
            return files
        problem = f"{shown} is a folder without files"
        if files:
            problem = f"{shown} holds {len(files):,} files, more than {MAX_MEMBERS:,}"
    raise InputError(
        problem,
        allowed="a folder that holds the files of one snapshot directly",
        next_step="check the path, or name the files",
    )


def _is_aside(name: str) -> bool:
    return name.startswith(".") or name.endswith(".manifest.json")


def size_error(what: str, *, max_mb: int) -> InputError:
    """Return the error for a file that is larger than the limit."""
    return InputError(
        f"{what} is larger than {max_mb:,} MB",
        allowed=f"files of up to {max_mb:,} MB each, unpacked",
        next_step="extract the papers you need from large JSON Lines with papertide filter FILE "
        "--out papers.parquet and give that file, or raise the limit with --max-mb if you trust "
        "this file",
    )


def joined_error(errors: list[InputError]) -> InputError:
    """Return one error that names the problems of several files."""
    if len(errors) == 1:
        return errors[0]
    return InputError(
        [problem for error in errors for problem in error.problems],
        allowed="; ".join(dict.fromkeys(error.allowed for error in errors)),
        next_step="; ".join(dict.fromkeys(error.next_step for error in errors)),
    )


def unpack(file: File, *, max_mb: int) -> list[File]:
    """Return the files that a compressed file holds, up to `max_mb` together, or the file itself.

    Returns
    -------
    list of File
        For a zip one per member, in the archive's order, named after it; else a single file. An
        Excel workbook is a single file too, although it is a zip.

    Raises
    ------
    InputError
        For broken archives, contents beyond the limit, archives within archives, encrypted
        members, names that lead out of the archive, and office files other than workbooks.
    """
    if file.data.startswith(GZIP):
        files = [File(path=file.path, data=_gunzip(file, max_mb=max_mb), max_mb=max_mb)]
    elif is_workbook(file.data):
        return [file]
    elif file.data.startswith(ZIP):
        files = list(_unzip(file, max_mb=max_mb))
    else:
        return [file]
    for inner in files:
        if inner.data.startswith(ARCHIVES) and not is_workbook(inner.data):
            raise archive_error(f"{file.shown} holds an archive within an archive ({inner.name})")
        if not inner.data.strip():
            raise archive_error(f"{file.shown} holds nothing but an empty file")
    return files


def is_workbook(data: bytes) -> bool:
    """Whether bytes are a zip that is an Excel workbook of the kind .xlsx."""
    if not data.startswith(ZIP[0]):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(_WORKBOOK.fullmatch(name) for name in archive.namelist())
    except (*UNPACKING_ERRORS, OSError, ValueError, OverflowError):
        return False


def archive_error(problem: str) -> InputError:
    """Return the error for a packed file that is not read."""
    return InputError(
        problem,
        allowed="gzip, or a zip that holds the files themselves (no archive within an archive)",
        next_step="unpack it, and give the file inside",
    )


def _gunzip(file: File, *, max_mb: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(file.data)) as stream:
            return _read(stream, limit=max_mb * MEGABYTE, file=file, max_mb=max_mb)
    except (OSError, EOFError, zlib.error) as error:
        reason = for_terminal(str(error)) or type(error).__name__
        problem = f"{file.shown} is a gzip file that cannot be unpacked ({reason})"
        raise archive_error(problem) from None


def _unzip(file: File, *, max_mb: int) -> Iterator[File]:
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            left = max_mb * MEGABYTE
            for member in zip_members(archive, shown=file.shown):
                with archive.open(member) as stream:
                    data = _read(stream, limit=left, file=file, max_mb=max_mb)
                left -= len(data)
                name = PurePosixPath(member.filename).name
                yield File(path=file.path / name, data=data, max_mb=max_mb)
    except (*UNPACKING_ERRORS, OSError, ValueError, OverflowError) as error:
        reason = for_terminal(str(error))[:200] or type(error).__name__
        problem = f"{file.shown} is a zip file that cannot be unpacked ({reason})"
        raise archive_error(problem) from None


def _read(stream: io.BufferedIOBase | IO[bytes], *, limit: int, file: File, max_mb: int) -> bytes:
    """Read up to a limit in bytes; the size that an archive states is not trusted."""
    content = io.BytesIO()
    while chunk := stream.read(_CHUNK):
        content.write(chunk)
        if content.tell() > limit:
            raise size_error(f"{file.shown}, unpacked,", max_mb=max_mb)
    return content.getvalue()


def zip_members(archive: zipfile.ZipFile, *, shown: str) -> list[zipfile.ZipInfo]:
    """Return the files of a zip that are read; errors as in `unpack`."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if any(name.startswith(_OFFICE) for name in names):
        raise InputError(
            f"{shown} is an office file of a kind that is not read here",
            allowed="an Excel workbook (.xlsx, .xls), by papertide run and snapshot",
            next_step="save the sheet as .xlsx or as CSV",
        )
    if any(_leads_out(name) for name in names):
        raise archive_error(f"{shown} holds a file whose name leads out of the archive")
    if len(names) > MAX_MEMBERS:
        raise archive_error(f"{shown} holds {len(names):,} files, more than {MAX_MEMBERS:,}")
    members = [m for m in entries if not m.is_dir() and not _is_hidden(m.filename)]
    if not members:
        raise archive_error(f"{shown} is a zip file without files")
    if any(member.flag_bits & 1 for member in members):
        raise archive_error(f"{shown} is encrypted")
    return members


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name[:3] or "\x00" in name


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
