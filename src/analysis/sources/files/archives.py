"""Compressed files: what is inside, within limits, without writing anything to disk."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

from .input_file import MEGABYTE, File, size_error

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
NESTED = (GZIP, b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!")
MAX_MEMBERS = 1000
_CHUNK = 1 << 20
_OFFICE = ("xl/", "word/", "ppt/", "content.xml", "[Content_Types].xml")
_ALLOWED = "gzip, or a zip that holds the files themselves (no archive within an archive)"


def unpacked(file: File, *, max_mb: int) -> list[File]:
    """Return the files that a compressed file holds, or the file itself.

    Parameters
    ----------
    file : File
    max_mb : int
        Megabytes that the contents may have together.

    Returns
    -------
    list of File
        For a zip one a member, in the archive's order, named after it; the rest gives one.

    Raises
    ------
    InputError
        For broken archives, contents beyond the limit, archives within, encrypted members, names
        that lead out of the archive, and office files.
    """
    shown = for_terminal(str(file.path))
    if file.data.startswith(GZIP):
        data = _gunzipped(file.data, max_mb=max_mb, shown=shown)
        found = [File(path=file.path, data=data)]
    elif file.data.startswith(ZIP):
        found = list(_unzipped(file, max_mb=max_mb, shown=shown))
    else:
        return [file]
    for inner in found:
        if inner.data.startswith(NESTED):
            raise bad_archive(f"{shown} holds an archive within an archive ({inner.name})")
        if not inner.data.strip():
            raise bad_archive(f"{shown} holds nothing but an empty file")
    return found


def bad_archive(found: str) -> InputError:
    """Return the error for a packed file that is not read."""
    return InputError(found, allowed=_ALLOWED, next_step="unpack it, and give the file within")


def _gunzipped(data: bytes, *, max_mb: int, shown: str) -> bytes:
    out = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while chunk := stream.read(_CHUNK):
                out.write(chunk)
                if out.tell() > max_mb * MEGABYTE:
                    raise size_error(f"{shown}, unpacked,", max_mb=max_mb)
    except (OSError, EOFError, zlib.error) as error:
        reason = for_terminal(str(error)) or type(error).__name__
        raise bad_archive(f"{shown} is a gzip file that cannot be unpacked ({reason})") from None
    return out.getvalue()


def _unzipped(file: File, *, max_mb: int, shown: str) -> Iterator[File]:
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            left = max_mb * MEGABYTE
            for member in members_of(archive, shown=shown):
                data = _member(archive, member, limit=left, shown=shown, max_mb=max_mb)
                left -= len(data)
                yield File(path=file.path / PurePosixPath(member.filename).name, data=data)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
            ValueError, OverflowError) as error:  # fmt: skip
        reason = for_terminal(str(error))[:200] or type(error).__name__
        raise bad_archive(f"{shown} is a zip file that cannot be unpacked ({reason})") from None


def members_of(archive: zipfile.ZipFile, *, shown: str) -> list[zipfile.ZipInfo]:
    """Return the files of a zip that are read; errors as in `unpacked`."""
    everything = archive.infolist()
    names = [member.filename for member in everything]
    if any(name.startswith(_OFFICE) for name in names):
        raise InputError(
            f"{shown} is an Excel workbook or another office file",
            allowed="CSV, or one of the other formats that papertide reads",
            next_step="save the sheet as CSV",
        )
    if any(_leads_out(name) for name in names):
        raise bad_archive(f"{shown} holds a file whose name leads out of the archive")
    if len(names) > MAX_MEMBERS:
        raise bad_archive(f"{shown} holds {len(names):,} files, more than {MAX_MEMBERS:,}")
    found = [m for m in everything if not m.is_dir() and not _is_hidden(m.filename)]
    if not found:
        raise bad_archive(f"{shown} is a zip file without files")
    if any(member.flag_bits & 1 for member in found):
        raise bad_archive(f"{shown} is encrypted")
    return found


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name[:3] or "\x00" in name


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, limit: int, shown: str, max_mb: int
) -> bytes:
    """Read one member; the size that the archive states is not believed."""
    out = io.BytesIO()
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
            if out.tell() > limit:
                raise size_error(f"{shown}, unpacked,", max_mb=max_mb)
    return out.getvalue()
