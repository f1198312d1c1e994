"""One run at a time in a series: a lock on a small file in the series' directory.

The file says who holds the lock, but it is not the lock: a process that is killed leaves the file
and loses the lock, and the next one takes over. On NFS the lock also holds between machines,
unless the folder is mounted with `nolock` or `local_lock`. On a file system without locks a line
says so and the run continues; even then a name is given to one run only (`runs.finish`).
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from analysis.base.errors import InputError
from analysis.base.files import exclusive_lock

WAIT = 600.0
"""Seconds that a run waits for another one of its series."""

LOCK_FILE = ".lock"
_GRACE = 1.0
"""Seconds for a process that has just taken the lock to write who it is."""


@contextmanager
def series_lock(
    folder: Path, *, wait: float = WAIT, say: Callable[[str], None] = lambda line: None
) -> Iterator[None]:
    """Hold the series exclusively; wait while another process does.

    Parameters
    ----------
    folder : Path
        The series' directory, which exists.
    wait : float
        Seconds to wait at most.
    say : callable
        Receives one line on whom this process waits for, and one on a lock that was left behind.

    Raises
    ------
    InputError
        If the other process still holds the series after that time.
    OSError
        If the lock file cannot be made.
    """
    path = folder / LOCK_FILE
    with ExitStack() as stack:
        if _take(path, stack=stack, wait=wait, say=say):
            _sign(path, say=say)
            # Removed while locked: whoever opened the file meanwhile sees that it is gone.
            stack.callback(_remove, path)
        else:
            say(f"{folder} is on a file system without locks: make one run at a time there.")
        yield


def _take(path: Path, *, stack: ExitStack, wait: float, say: Callable[[str], None]) -> bool:
    """Lock the file until `stack` is left; false if the file system supports no locks."""
    from filelock import Timeout

    begun = time.monotonic()
    for seconds in (0.0, min(_GRACE, wait)):
        with contextlib.suppress(Timeout):
            return stack.enter_context(exclusive_lock(path, wait=seconds))
        if holder := _holder(path):
            break
    else:
        holder = {}
    if time.monotonic() - begun < wait:
        say(f"Waiting for {_words(holder)}, which is making a run in {path.parent}.")
    try:
        left = max(wait - (time.monotonic() - begun), 0.0)
        return stack.enter_context(exclusive_lock(path, wait=left))
    except Timeout:
        raise InputError(
            f"{_words(_holder(path))} is still making a run in {path.parent} after "
            f"{time.monotonic() - begun:.0f} s of waiting",
            allowed="one run at a time in a series",
            next_step="wait until it is done or end it, then run again; a larger --wait waits "
            "longer, another --runs DIR is another series",
        ) from None


def _sign(path: Path, *, say: Callable[[str], None]) -> None:
    """Write into the locked file who holds it."""
    if before := _holder(path):
        say(
            f"A run in {path.parent} was interrupted: {_words(before)} has ended. "
            "This one takes over."
        )
    signature = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
    path.write_text(json.dumps(signature), encoding="utf-8")


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _holder(path: Path) -> dict[str, object]:
    """Return who signed the file; empty if nobody has yet, or it cannot be read."""
    try:
        signature = json.loads(_beginning(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return signature if isinstance(signature, dict) else {}


def _beginning(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(4096)


def _words(holder: dict[str, object]) -> str:
    if not holder:
        return "another process"
    return (
        f"process {holder.get('pid', '?')} on {holder.get('host', '?')} "
        f"(since {holder.get('since', '?')})"
    )
