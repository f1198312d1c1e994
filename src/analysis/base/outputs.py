"""Where files may be written, and what killed processes have left there."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

from .errors import InputError
from .escaping import for_terminal


def remove_leftovers(path: Path) -> None:
    """Remove what processes that were killed while they wrote this file or folder have left."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.(\d{{1,9}})\.part")
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
