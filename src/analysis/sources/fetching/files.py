"""The files of a fetch: responses kept while it runs, then the result and its manifest.

The folder `OUT.parts` holds `request.json` (what was requested, and when that began) and one file
per response, each written whole, so that an interrupted fetch can resume. The result is written
once and never over another file.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import platform
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from filelock import Timeout

from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import exclusive_lock, written_whole

from ..dates.fetched import manifest_path, read_json

MANIFEST_VERSION = 1
REQUEST = "request.json"
_DISTRIBUTIONS = ("papertide", "urllib3")
_LOCK = ".lock"
_LEVEL = 6
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class FetchedFile:
    """The result of a fetch.

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


# responses


@dataclass(frozen=True)
class ResponseFolder:
    """A folder of responses; `begun` is when the first was requested, in ISO format, UTC."""

    path: Path
    begun: str

    def __len__(self) -> int:
        """Count the responses."""
        if not self.path.is_dir():
            return 0
        return sum(not p.name.startswith(".") and p.name != REQUEST for p in self.path.iterdir())

    def load(self, name: str) -> bytes | None:
        """Return a response that was kept, or None."""
        path = self.path / name
        return path.read_bytes() if path.exists() else None

    def save(self, name: str, *, body: bytes) -> None:
        """Keep a response."""
        _write(self.path / name, data=body)

    def remove(self) -> None:
        """Remove the folder and its responses."""
        remove_responses(self.path)


def response_folder(out: Path) -> Path:
    """Return where the responses for a file are kept."""
    return out.with_name(f"{out.name}.parts")


def remove_responses(folder: Path) -> None:
    """Remove a folder of responses."""
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)


def stored_request(folder: Path) -> dict[str, Any]:
    """Return the request that a folder of responses belongs to; empty if it is not one."""
    return read_json(folder / REQUEST)


@contextmanager
def open_responses(
    folder: Path, *, request: Mapping[str, Any], now: str
) -> Iterator[ResponseFolder]:
    """Open the folder of a request exclusively; it is created if it does not exist.

    The fetch begins `now`, unless it resumes.

    Raises
    ------
    InputError
        If the folder belongs to another request, holds other files, is in use or cannot be
        created.
    """
    shown = for_terminal(str(folder))
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(exist_ok=True)
            stack.enter_context(exclusive_lock(folder / _LOCK))
        except Timeout:
            raise InputError(
                f"another process is fetching into {shown}",
                allowed="one fetch at a time per file",
                next_step="wait until it is done, or name another file with --out FILE",
            ) from None
        except OSError as error:
            raise _not_writable(folder, reason=error.strerror or str(error)) from None
        yield ResponseFolder(folder, begun=_begun(folder, request=request, now=now, shown=shown))


def _begun(folder: Path, *, request: Mapping[str, Any], now: str, shown: str) -> str:
    stored = stored_request(folder)
    if stored and stored.get("request") == dict(request):
        return str(stored.get("begun", now))
    others = [p.name for p in folder.iterdir() if not p.name.startswith(".")]
    if stored or others:
        content = "the responses of another request" if stored else "other files"
        raise InputError(
            f"{shown} contains {content}",
            allowed="the responses that the same command has fetched before",
            next_step="remove that folder if you do not need it, or name another file with --out",
        )
    text = json.dumps({"request": dict(request), "begun": now}, ensure_ascii=False, indent=2)
    _write(folder / REQUEST, data=text.encode("utf-8"))
    return now


# the result


def gzip_lines(lines: Iterable[str]) -> bytes:
    """Compress lines with gzip; the same bytes for the same lines."""
    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb", compresslevel=_LEVEL, mtime=0, filename="") as file:
        for line in lines:
            file.write(line.encode("utf-8") + b"\n")
    return data.getvalue()


def zip_members(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Compress named contents into a zip; the same bytes for the same contents."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content, compresslevel=_LEVEL)
    return data.getvalue()


def check_output(out: Path, *, resumes: bool) -> None:
    """Refuse a file that exists, and one in a folder that does not.

    A manifest without its file is refused too, unless it belongs to the fetch that `resumes`.

    Raises
    ------
    InputError
    """
    if out.exists() or out.is_symlink():
        raise _already_exists(out)
    if manifest_path(out).exists() and not resumes:
        raise _already_exists(manifest_path(out))
    if not out.parent.is_dir():
        raise _not_writable(out, reason="its folder does not exist")


def publish(out: Path, *, content: bytes, facts: Mapping[str, Any]) -> Path:
    """Write a file and its manifest; the file appears last, whole, and replaces no other.

    `facts` are the manifest's content; name, size, hash and versions are added. Returns the path of
    the manifest.

    Raises
    ------
    InputError
        If the file exists by now, or cannot be written.
    """
    manifest = manifest_path(out)
    entry = {"name": out.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    versions = {"python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in _DISTRIBUTIONS}
    full = {"manifest_version": MANIFEST_VERSION, **facts, "file": entry, "versions": versions}
    text = json.dumps(full, ensure_ascii=False, indent=2) + "\n"
    try:
        _write(manifest, data=text.encode("utf-8"), sync=True)
        _write(out, data=content, sync=True, overwrite=False)
    except FileExistsError:
        manifest.unlink(missing_ok=True)
        raise _already_exists(out) from None
    except OSError as error:
        raise _not_writable(out, reason=error.strerror or str(error)) from None
    return manifest


def _write(path: Path, *, data: bytes, sync: bool = False, overwrite: bool = True) -> None:
    with written_whole(path, sync=sync, overwrite=overwrite) as temporary:
        temporary.write_bytes(data)


def _already_exists(path: Path) -> InputError:
    manifest, when = read_json(manifest_path(path)), ""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        day, n_papers = str(manifest["fetched"]["ended"])[:10], int(manifest["papers"])
        when = " " + for_terminal(f"({count(n_papers, 'paper')}, fetched on {day})")
    return InputError(
        f"{for_terminal(str(path))} exists{when}",
        allowed="a new file: fetched files are never overwritten",
        next_step="use it, or name another file with --out FILE",
    )


def _not_writable(path: Path, *, reason: str) -> InputError:
    return InputError(
        f"cannot write {for_terminal(str(path))}: {for_terminal(reason)}",
        allowed="a file in an existing folder that can be written",
        next_step="create the folder, or name another file with --out FILE",
    )
