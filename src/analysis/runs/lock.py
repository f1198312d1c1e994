"""One run at a time in a series: a lock that the kernel lets go of when its process ends.

The lock is `flock` on a small file in the series' directory. The file says who holds it, but it
is not the lock: a process that is killed leaves the file and loses the lock, and the next one
takes over. On NFS Linux turns it into a lock of the server, so that it holds between machines,
unless the folder is mounted with `nolock` or `local_lock`: then it holds on each machine alone.
Where the file system knows no locks at all, that is said and the run goes on; a name that two runs
want is still given once (`runs.finish`).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from analysis.base.errors import InputError

WAIT = 600.0
"""Seconds that a run waits for another one of its series."""

LOCK_FILE = ".lock"
_LOOKS_EVERY = 0.2
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


@contextmanager
def series_lock(
    folder: Path, *, wait: float = WAIT, say: Callable[[str], None] = lambda line: None
) -> Iterator[None]:
    """Hold the series alone; wait while another process does.

    Parameters
    ----------
    folder : Path
        The series' directory, which exists.
    wait : float
        Seconds to wait at most.
    say : callable
        Is told in one line whom this process waits for, and of a lock that was left behind.

    Raises
    ------
    InputError
        Where the other process still holds the series after that time.
    OSError
        Where no file can be made there.
    """
    path = folder / LOCK_FILE
    held = _wait_for(path, wait=wait, say=say)
    try:
        yield
    finally:
        if held is not None:
            # While the lock is held: whoever opened this file meanwhile sees that it is gone.
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(held)


def _wait_for(path: Path, *, wait: float, say: Callable[[str], None]) -> int | None:
    """Return the locked file's descriptor; None where the file system knows no locks."""
    begun, told = time.monotonic(), False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            locked = _try_lock(descriptor)
            if locked and _is_at(descriptor, path=path):
                return _taken(descriptor, path=path, say=say)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in _NO_LOCKS:
                raise
            say(f"{path.parent} is on a file system without locks: make one run at a time there.")
            return None
        holder = _holder(descriptor)
        os.close(descriptor)
        if locked:
            continue  # its holder ended and took the file away between open and lock
        waited = time.monotonic() - begun
        if waited >= wait:
            raise _given_up(path.parent, holder=holder, waited=waited)
        if not told and (holder or waited > 1):
            say(f"Waiting for {_named(holder)}, which is making a run in {path.parent}.")
            told = True
        time.sleep(min(_LOOKS_EVERY, max(wait - waited, 0.001)))


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, *, path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _taken(descriptor: int, *, path: Path, say: Callable[[str], None]) -> int:
    if before := _holder(descriptor):
        say(
            f"A run in {path.parent} ended in the middle: {_named(before)} is no more. "
            "This one takes over."
        )
    own = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(own).encode(), 0)
    return descriptor


def _holder(descriptor: int) -> dict[str, object]:
    """Return who wrote the file; empty where nobody has yet, or it cannot be read."""
    try:
        found = json.loads(os.pread(descriptor, 4096, 0))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _named(holder: dict[str, object]) -> str:
    if not holder:
        return "another process"
    return (
        f"process {holder.get('pid', '?')} on {holder.get('host', '?')} "
        f"(since {holder.get('since', '?')})"
    )


def _given_up(folder: Path, *, holder: dict[str, object], waited: float) -> InputError:
    return InputError(
        f"{_named(holder)} is still making a run in {folder} after {waited:.0f} s of waiting",
        allowed="one run at a time in a series",
        next_step="wait until it is done or end it, then run again; a larger --wait waits longer, "
        "another --runs DIR is another series",
    )
