"""The run directory: written whole or not at all, read back only in the version that wrote it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.schema import SCHEMA_VERSION, TABLES

from .lock import WAIT, series_lock

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_NAME = re.compile(r"(\d{4,})(-\d{4}-\d{2}-\d{2})?")
_WRITING = ".writing-"
_NO_ROOM = 2**20


@dataclass(frozen=True)
class Decisions:
    """What a run decided on topics: memberships of kind "topic", its papers, its definitions."""

    run: str
    memberships: pd.DataFrame
    papers: frozenset[str]
    hashes: dict[str, str]


@dataclass(frozen=True)
class Run:
    """One analysis: its tables as frames, its vectors, its quality figures and its manifest.

    Tables hold what `analysis.base.schema.TABLES` says; all arrays align with `papers`. `path` is None
    until the run is written. `topic_fit` holds the arrays
    that the run learned of its topics (`topics.from_arrays` reads them), `ledger` the text of the
    register of clusters.
    """

    name: str
    path: Path | None
    papers: pd.DataFrame
    neighbours: pd.DataFrame
    memberships: pd.DataFrame
    evidence: pd.DataFrame
    reclassified: pd.DataFrame
    map: pd.DataFrame
    groups: pd.DataFrame
    lineage: pd.DataFrame
    moves: pd.DataFrame
    changes: pd.DataFrame
    restated: pd.DataFrame
    trends: pd.DataFrame
    verdicts: pd.DataFrame
    events: pd.DataFrame
    vectors: np.ndarray
    quality: dict[str, Any]
    manifest: dict[str, Any]
    topic_fit: dict[str, np.ndarray] = field(default_factory=dict)
    ledger: str = ""

    def __repr__(self) -> str:
        """Name the run in one line: frames print themselves when asked for."""
        counts = self.manifest["counts"]
        return (
            f"Run {self.name}: {counts['papers']:,} papers, {counts['clusters']} clusters, "
            f"{counts['topics']} topics"
        )


def tables_of(run: Run) -> dict[str, pd.DataFrame]:
    """Return the run's tables by name, in the order of the schema."""
    return {name: getattr(run, name) for name in TABLES}


def runs_folder(given: Path | None = None) -> Path:
    """Return the series' directory.

    The one given, else `PAPERTIDE_RUNS`, else `runs/` beside the nearest `pyproject.toml` upwards
    from the working directory, else `./runs`.
    """
    if given is not None:
        return given
    if named := os.environ.get("PAPERTIDE_RUNS"):
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").is_file():
            return folder / "runs"
    return here / "runs"


def list_runs(folder: Path) -> list[Path]:
    """Return the whole runs of a series, oldest first."""
    if not folder.is_dir():
        return []
    found = [
        p for p in folder.iterdir() if _NAME.fullmatch(p.name) and (p / "manifest.json").is_file()
    ]
    return sorted(found, key=lambda path: (int(path.name.split("-")[0]), path.name))


def next_name(folder: Path, *, snapshot_date: date | None) -> str:
    """Return the name of the series' next run: its number and the snapshot's date if known."""
    numbers = [int(path.name.split("-")[0]) for path in list_runs(folder)]
    number = f"{max(numbers, default=0) + 1:04d}"
    return number if snapshot_date is None else f"{number}-{snapshot_date.isoformat()}"


def find_run(name: str | Path | None = None, *, runs: Path | None = None) -> Path:
    """Return the path of a run.

    Parameters
    ----------
    name : str or Path, optional
        A name in the series, its number alone, or a path; `PAPERTIDE_RUN`, else the newest run,
        where left out.
    runs : Path, optional
        The series' directory; see `runs_folder`.

    Raises
    ------
    InputError
        Where there is no such run.
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
        if (path / "manifest.json").is_file():
            return path
    names = ", ".join(path.name for path in known[-5:]) or "none yet"
    raise InputError(
        f"no run {str(wanted)!r} in {folder}",
        allowed=f"a run's path, or the name of a run in the series (newest: {names})",
        next_step="list the runs with: papertide show",
    )


def read_run(path: Path) -> Run:
    """Read a run back.

    Parameters
    ----------
    path : Path
        A run directory.

    Raises
    ------
    InputError
        Where the directory is not a whole run, a file of it cannot be read, or it was written in
        another schema version.
    """
    import numpy as np
    import pandas as pd

    manifest = read_manifest(path)
    version = manifest.get("schema_version")
    if version != SCHEMA_VERSION:
        raise InputError(
            f"run {path.name} has schema version {version}",
            allowed=f"schema version {SCHEMA_VERSION}, which this papertide reads and writes",
            next_step="run the analysis again on the snapshot with this version",
        )
    needed = [*(f"{name}.parquet" for name in TABLES), "vectors.npy", "topics.npz", "ledger.toml",
              "quality.json"]  # fmt: skip
    missing = [name for name in needed if not (path / name).is_file()]
    if missing:
        raise InputError(
            f"run {path.name} lacks {', '.join(missing)}",
            allowed="a run directory with all its files",
            next_step="run the analysis again on the snapshot",
        )
    tables = {name: _read(path / f"{name}.parquet", pd.read_parquet) for name in TABLES}
    return Run(
        name=str(manifest["run"]),
        path=path,
        vectors=_read(path / "vectors.npy", lambda file: np.load(file, allow_pickle=False)),
        quality=_read_json(path / "quality.json"),
        manifest=manifest,
        topic_fit=_read(path / "topics.npz", _read_arrays),
        ledger=_read(path / "ledger.toml", lambda file: file.read_text(encoding="utf-8")),
        **tables,
    )


def last_decisions(folder: Path) -> Decisions | None:
    """Return what the series' newest run decided on topics; None where it cannot be compared.

    That is where there is no run yet, or another schema version wrote it.
    """
    import pandas as pd

    path = max(list_runs(folder), key=lambda p: int(p.name.split("-")[0]), default=None)
    if path is None or read_manifest(path).get("schema_version") != SCHEMA_VERSION:
        return None
    needed = ("memberships", "groups", "papers")
    tables = [_read(path / f"{name}.parquet", pd.read_parquet) for name in needed]
    memberships, groups = (table[table["kind"] == "topic"] for table in tables[:2])
    hashes = dict(zip(groups["group_id"], groups["definition_hash"], strict=True))
    return Decisions(path.name, memberships, frozenset(tables[2]["paper_id"]), hashes)


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    import numpy as np

    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of the run at `path`."""
    return _read_json(path / "manifest.json")


def _read_json(path: Path) -> dict[str, Any]:
    return _read(path, lambda file: dict(json.loads(file.read_text(encoding="utf-8"))))


def _read(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: {error}",
            allowed="a run directory with all its files",
            next_step="run the analysis again on the snapshot",
        ) from error


@contextmanager
def new_run_folder(
    folder: Path, *, wait: float = WAIT, say: Callable[[str], None] = lambda line: None
) -> Iterator[Path]:
    """Open a temporary directory in the series that vanishes unless `finish` renames it.

    The series is locked meanwhile. Leftovers of killed processes are removed first.

    Parameters
    ----------
    folder : Path
        The series' directory; made where it is missing.
    wait : float
        Seconds to wait for another run of the series.
    say : callable
        Is told whom this run waits for.

    Raises
    ------
    InputError
        Where the series' directory cannot be written, its disk is full, or another process holds
        it for longer than that.
    """
    temporary = folder / f"{_WRITING}{os.getpid()}"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(series_lock(folder, wait=wait, say=say))
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
                allowed="room for a whole run; nothing of this one was kept",
                next_step="make room and run again, or choose another disk with --runs DIR",
            ) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _is_full(error: OSError, *, folder: Path) -> bool:
    """Whether a write failed for want of room; NumPy says so without a number."""
    if error.errno is None:
        return shutil.disk_usage(folder).free < _NO_ROOM
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(f"{_WRITING}*"):
        pid = path.name.removeprefix(_WRITING)
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_tables(run: Run, folder: Path) -> None:
    """Write the tables as Parquet, arrays as npy and npz, and the quality figures as JSON."""
    import numpy as np

    for name, table in tables_of(run).items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    np.save(folder / "vectors.npy", run.vectors, allow_pickle=False)
    np.savez(folder / "topics.npz", **run.topic_fit)
    (folder / "ledger.toml").write_text(run.ledger, encoding="utf-8")
    write_json(folder / "quality.json", run.quality)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that a person can read and compare line by line."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def finish(temporary: Path, *, manifest: dict[str, Any], path: Path) -> None:
    """Hash every file into the manifest, write it last, and give the run its name.

    Raises
    ------
    InputError
        Where another process finished a run of this name meanwhile.
    """
    files = sorted(p for p in temporary.rglob("*") if p.is_file())
    outputs = {p.relative_to(temporary).as_posix(): sha256(p) for p in files}
    write_json(temporary / "manifest.json", {**manifest, "outputs": outputs})
    try:
        temporary.rename(path)
    except OSError as error:
        raise InputError(
            f"{path.name} was taken by another run that finished meanwhile ({error.strerror})",
            allowed="one run at a time in a series",
            next_step="run again",
        ) from error


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
