"""Answers kept beside the file that they will become, so that a fetch goes on where it ended.

The folder `OUT.parts` holds `request.json` (what was asked, when it began) and one file an answer,
each written under another name first: whatever moment the process ends at, a file there is whole.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

REQUEST = "request.json"
_LOCK = ".lock"
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


@dataclass(frozen=True)
class Parts:
    """A folder of answers; `begun` is when the first of them was asked for, ISO in UTC."""

    folder: Path
    begun: str

    def __len__(self) -> int:
        """Count the answers."""
        if not self.folder.is_dir():
            return 0
        return sum(not p.name.startswith(".") and p.name != REQUEST for p in self.folder.iterdir())


def parts_folder(out: Path) -> Path:
    """Return where the answers for a file are kept."""
    return out.with_name(f"{out.name}.parts")


def request_of(folder: Path) -> dict[str, Any]:
    """Return what a folder of answers was asked for; empty where it is none."""
    try:
        found = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def open_parts(folder: Path, *, request: Mapping[str, Any], now: str) -> Iterator[Parts]:
    """Open the folder of a request, alone, and make it where it is not there.

    Parameters
    ----------
    folder : Path
    request : mapping
        What is asked for; a folder of another request is refused.
    now : str
        When this began, if it begins now.

    Raises
    ------
    InputError
        Where the folder is of another request, not one of ours, in use or cannot be made.
    """
    shown = for_terminal(str(folder))
    try:
        folder.mkdir(exist_ok=True)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise InputError(
            f"cannot write {shown}: {error.strerror or error}",
            allowed="a file in an existing folder that can be written",
            next_step="create the folder, or name another file with --out FILE",
        ) from None
    try:
        _lock(lock, shown=shown)
        yield Parts(folder, begun=_begun(folder, request=request, now=now, shown=shown))
    finally:
        os.close(lock)


def _lock(descriptor: int, *, shown: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(
            f"another process is fetching into {shown}",
            allowed="one fetch at a time into a file",
            next_step="wait until it is done, or name another file with --out FILE",
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def _begun(folder: Path, *, request: Mapping[str, Any], now: str, shown: str) -> str:
    before = request_of(folder)
    if before and before.get("request") == dict(request):
        return str(before.get("begun", now))
    others = [p.name for p in folder.iterdir() if not p.name.startswith(".")]
    if before or others:
        what = "the answers of another request" if before else "other files"
        raise InputError(
            f"{shown} holds {what}",
            allowed="the answers that the same command has fetched before",
            next_step="remove that folder if you do not need it, or name another file with --out",
        )
    text = json.dumps({"request": dict(request), "begun": now}, ensure_ascii=False, indent=2)
    _write(folder, name=REQUEST, data=text.encode("utf-8"))
    return now


def kept(parts: Parts, *, name: str) -> bytes | None:
    """Return an answer that was kept; None where it was not."""
    try:
        return (parts.folder / name).read_bytes()
    except FileNotFoundError:
        return None


def keep(parts: Parts, *, name: str, body: bytes) -> None:
    """Keep an answer; it is there whole or not at all."""
    _write(parts.folder, name=name, data=body)


def _write(folder: Path, *, name: str, data: bytes) -> None:
    temporary = folder / f".{name}.writing"
    temporary.write_bytes(data)
    temporary.replace(folder / name)


def remove(folder: Path) -> None:
    """Remove a folder of answers."""
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)
