"""A series: the folder of its runs, their names and order, and the folder of a run being made."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.outputs import is_alive

from .files import MANIFEST, read_manifest, sha256
from .lock import WAIT, series_lock

if TYPE_CHECKING:
    from .run import Run

_NAME = re.compile(r"(\d{4,})(-\d{4}-\d{2}-\d{2})?")
_WRITING = ".writing-"
_NO_ROOM = 2**20


def runs_folder(given: str | Path | None = None) -> Path:
    """Return the series' directory.

    The one given, else `PAPERTIDE_RUNS`, else `runs/` beside the nearest `pyproject.toml` upwards
    from the working directory, else `./runs`.
    """
    if given is not None:
        return Path(given)
    if variable := os.environ.get("PAPERTIDE_RUNS"):
        return Path(variable)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").is_file():
            return folder / "runs"
    return here / "runs"


def list_runs(folder: Path) -> list[Path]:
    """Return the finished runs of a series, oldest first."""
    if not folder.is_dir():
        return []
    paths = [p for p in folder.iterdir() if _NAME.fullmatch(p.name) and (p / MANIFEST).is_file()]
    return sorted(paths, key=lambda path: (_number(path), path.name))


def _number(path: Path) -> int:
    return int(path.name.split("-")[0])


def next_name(folder: Path, *, snapshot_date: date | None) -> str:
    """Return the name of the series' next run: its number and the snapshot's date if known."""
    number = f"{max(map(_number, list_runs(folder)), default=0) + 1:04d}"
    return number if snapshot_date is None else f"{number}-{snapshot_date.isoformat()}"


def find_run(name: str | Path | None = None, *, runs: str | Path | None = None) -> Path:
    """Return the path of a run.

    Parameters
    ----------
    name : str or Path, optional
        A name in the series, its number alone, or a path; by default `PAPERTIDE_RUN`, else the
        newest run.
    runs : str or Path, optional
        The series' directory; see `runs_folder`.

    Raises
    ------
    InputError
        If there is no such run.
    """
    folder = runs_folder(runs)
    wanted = name or os.environ.get("PAPERTIDE_RUN")
    known = list_runs(folder)
    if not wanted:
        if known:
            return known[-1]
        raise InputError(
            f"no run in {folder}",
            allowed="a folder with at least one finished run",
            next_step="make one with: papertide run SNAPSHOT (or name another folder with --runs)",
        )
    by_number = [path for path in known if path.name.split("-")[0] == str(wanted)]
    for path in (folder / wanted, Path(wanted), *by_number):
        if (path / MANIFEST).is_file():
            return path
    names = ", ".join(path.name for path in known[-5:]) or "none yet"
    raise InputError(
        f"no run {str(wanted)!r} in {folder}",
        allowed=f"a run's path, or the name of a run in the series (newest: {names})",
        next_step="list the runs with: papertide show",
    )


def line_of(run: Run, *, folder: Path | None = None) -> dict[str, Path]:
    """Return the runs that a run goes back to, parent run first.

    Only with these does it share the ids of clusters. The line ends at a parent that no longer
    exists, or whose manifest is not the one that the run was made from.

    Parameters
    ----------
    run : Run
    folder : Path, optional
        Directory of the series; by default the one that the run is in.

    Returns
    -------
    dict of str to Path
        Name of a run to its directory.
    """
    folder = folder or (run.path.parent if run.path else None)
    line: dict[str, Path] = {}
    parent = parent_of(run)
    while folder is not None and parent.get("run") and parent["run"] not in line:
        path = folder / str(parent["run"])
        file = path / MANIFEST
        if not file.is_file() or sha256(file) != parent.get("manifest_sha256"):
            break
        line[path.name] = path
        parent = read_manifest(path).get("parent") or {}
    return line


def parent_of(run: Run) -> dict[str, str]:
    """Return the manifest's entry on the run that this one continues; empty if it has none."""
    return run.manifest.get("parent") or {}


# the folder of a run being made


@contextmanager
def new_run_folder(
    folder: Path, *, wait: float = WAIT, say: Callable[[str], None] = lambda line: None
) -> Iterator[Path]:
    """Open a temporary directory in the series that vanishes unless `finish` renames it.

    The series is locked meanwhile. Leftovers of killed processes are removed first.

    Parameters
    ----------
    folder : Path
        The series' directory; made if it is missing.
    wait : float
        Seconds to wait for another run of the series.
    say : callable
        Receives a line on whom this run waits for.

    Raises
    ------
    InputError
        If the series' directory cannot be written, its disk is full, or another process holds it
        for longer than that.
    """
    temporary = folder / f"{_WRITING}{os.getpid()}"
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(series_lock(folder, wait=wait, say=say))
            _remove_leftovers(folder)
            temporary.mkdir()
        except OSError as error:
            raise InputError(
                f"cannot write into {folder}: {error.strerror or error}",
                allowed="a folder that can be written, or a path where one can be made",
                next_step="choose another with --runs DIR",
            ) from error
        try:
            yield temporary
        except OSError as error:
            if not _is_full(error, folder=folder):
                raise
            raise InputError(
                f"the disk of {folder} is full ({error.strerror or error})",
                allowed="room for a complete run; nothing of this one was kept",
                next_step="make room and run again, or choose another disk with --runs DIR",
            ) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _is_full(error: OSError, *, folder: Path) -> bool:
    """Whether a write failed for want of room; NumPy raises such errors without a number."""
    if error.errno is None:
        return shutil.disk_usage(folder).free < _NO_ROOM
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(f"{_WRITING}*"):
        pid = path.name.removeprefix(_WRITING)
        if pid.isdigit() and (int(pid) == os.getpid() or not is_alive(int(pid))):
            shutil.rmtree(path, ignore_errors=True)
