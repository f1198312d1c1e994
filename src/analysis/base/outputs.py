"""Where files may be written, and what killed processes have left there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError, system_advice
from .escaping import for_terminal

_LONGEST = 230
"""Bytes of a name to which a number and an ending can be added, within the 255 of file systems."""


def part_of(path: Path, *, pid: int) -> Path:
    """Return the name under which a process writes a file or folder until it is complete."""
    return path.with_name(f".{_stem(path)}.{pid}.part")


def _stem(path: Path) -> str:
    """Return a file's name; its hash where the name of a part would be too long with it."""
    name = os.fsencode(path.name)
    return path.name if len(name) <= _LONGEST else hashlib.sha256(name).hexdigest()


def remove_leftovers(path: Path) -> None:
    """Remove what processes that were killed while they wrote this file or folder have left."""
    pattern = re.compile(rf"\.{re.escape(_stem(path))}\.(\d{{1,9}})\.part")
    with contextlib.suppress(OSError):
        for left in path.parent.iterdir():
            found = pattern.fullmatch(left.name)
            if found is None or is_alive(int(found[1])):
                continue
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether a process has the number, even another user's."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


@contextmanager
def writing(path: Path, *, allowed: str, next_step: str) -> Iterator[None]:
    """Turn an operating system's error in the block into one that says what to do next.

    Raises
    ------
    InputError
        In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            allowed, next_step = system_advice(error) or (allowed, next_step)
        raise InputError(
            f"cannot write {for_terminal(str(path))}: {reason}",
            allowed=allowed,
            next_step=next_step,
        ) from error


def check_outside_runs(path: Path, *, option: str = "--out") -> None:
    """Refuse a path inside a run, whose files never change.

    Parameters
    ----------
    path : Path
        A file or folder that may not exist yet.
    option : str
        The option that names it.

    Raises
    ------
    InputError
    """
    real = Path(os.path.realpath(path))
    for above in (real, *real.parents):
        if all((above / name).is_file() for name in ("manifest.json", "papers.parquet")):
            raise InputError(
                f"{for_terminal(str(path))} is inside the run {for_terminal(above.name)}",
                allowed="a path outside every run: the files of a run never change",
                next_step=f"choose another with {option}",
            )
