"""The file that a fetch leaves, and the manifest beside it: written once, never over another."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import platform
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

VERSION = 1
DISTRIBUTIONS = ("papertide", "urllib3")
_LEVEL = 6
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Fetched:
    """What a fetch has written.

    Attributes
    ----------
    path, manifest : Path
    n_papers : int
        Papers in the file, each counted once.
    notes : tuple of str
        Lines to show.
    """

    path: Path
    manifest: Path
    n_papers: int
    notes: tuple[str, ...] = ()


def manifest_path(out: Path) -> Path:
    """Return where the manifest of a fetched file stands."""
    return out.with_name(f"{out.name}.manifest.json")


def gzipped(lines: Iterable[str]) -> bytes:
    """Return lines as gzip; the same bytes for the same lines."""
    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb", compresslevel=_LEVEL, mtime=0, filename="") as file:
        for line in lines:
            file.write(line.encode("utf-8") + b"\n")
    return data.getvalue()


def zipped(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return named contents as zip; the same bytes for the same contents."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content, compresslevel=_LEVEL)
    return data.getvalue()


def is_whole(out: Path) -> bool:
    """Whether a file is the one that the manifest beside it describes."""
    try:
        told = json.loads(manifest_path(out).read_text(encoding="utf-8"))
        return bool(told["file"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest())
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return False


def check_free(out: Path, *, goes_on: bool) -> None:
    """Refuse a file that is there already, and one in a folder that is not.

    A manifest without its file is refused too, unless it is of the fetch that `goes_on`.

    Raises
    ------
    InputError
    """
    if out.exists() or out.is_symlink():
        raise exists(out)
    if manifest_path(out).exists() and not goes_on:
        raise exists(manifest_path(out))
    if not out.parent.is_dir():
        raise _cannot(out, reason="its folder does not exist")


def exists(path: Path) -> InputError:
    """Return the error for a file that is there already."""
    return InputError(
        f"{for_terminal(str(path))} exists {_fetched_when(path)}".rstrip(),
        allowed="a new file: what was fetched is never overwritten",
        next_step="use it, or name another file with --out FILE",
    )


def _fetched_when(path: Path) -> str:
    try:
        told = json.loads(manifest_path(path).read_text(encoding="utf-8"))
        day, n_papers = str(told["fetched"]["ended"])[:10], int(told["papers"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ""
    return for_terminal(f"({n_papers:,} papers, fetched on {day})")


def publish(out: Path, *, content: bytes, told: Mapping[str, Any]) -> Path:
    """Write a file and its manifest; the file appears last, whole, and over no other.

    Parameters
    ----------
    out : Path
    content : bytes
    told : mapping
        What the manifest says; name, size, hash and versions are added.

    Returns
    -------
    Path
        The manifest.

    Raises
    ------
    InputError
        Where the file is there by now, or cannot be written.
    """
    manifest = manifest_path(out)
    entry = {"name": out.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    full = {"manifest_version": VERSION, **told, "file": entry, "versions": versions()}
    text = json.dumps(full, ensure_ascii=False, indent=2) + "\n"
    try:
        _place(_written(manifest, data=text.encode("utf-8")), manifest, over=True)
        _place(_written(out, data=content), out, over=False)
    except FileExistsError:
        manifest.unlink(missing_ok=True)
        raise exists(out) from None
    except OSError as error:
        raise _cannot(out, reason=error.strerror or str(error)) from None
    return manifest


def versions() -> dict[str, str]:
    """Return the versions of Python and of what made the requests."""
    found = {name: metadata.version(name) for name in DISTRIBUTIONS}
    return {"python": platform.python_version(), **found}


def _written(path: Path, *, data: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.writing-{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _place(temporary: Path, path: Path, *, over: bool) -> None:
    """Give a written file its name; a link refuses a name that is taken, a rename does not."""
    try:
        if over:
            temporary.replace(path)
            return
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if path.exists():
                raise FileExistsError from None
            temporary.rename(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _cannot(out: Path, *, reason: str) -> InputError:
    return InputError(
        f"cannot write {for_terminal(str(out))}: {for_terminal(reason)}",
        allowed="a file in an existing folder that can be written",
        next_step="create the folder, or name another file with --out FILE",
    )
