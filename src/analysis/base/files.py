"""Files: default ones, TOML that people write, files written whole, and locks.

Whatever moment a process ends at, a file is not left half written.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .outputs import part_of, remove_leftovers

_INSTALLED = Path(__file__).parents[1] / "_data"
_CHECKOUT = Path(__file__).resolve().parents[3]
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
_POLL_SECONDS = 0.1

MOST_BYTES = 20_000_000
"""Bytes of the largest file of definitions, labels or words that is read."""


# default files


def data_file(name: str) -> Path:
    """Return the path of a default file: `./data/NAME`, else the package's own copy.

    Parameters
    ----------
    name : str
        `overrides.toml`, `arxiv_ids.csv` or a path below `data/`.

    Raises
    ------
    FileNotFoundError
        If the installation is incomplete.
    """
    return _first([Path("data") / name, _INSTALLED / name, _CHECKOUT / "data" / name])


def dates_index() -> Path | None:
    """Return the path of the index that `papertide dates add` writes here; None without one."""
    path = Path("data") / "dates_index.parquet"
    return path if path.is_file() else None


def example_snapshot() -> Path:
    """Return the path of the bundled snapshot: a saved Hugging Face papers page of 177 papers."""
    return data_file("snapshots/hf-trending-2025-03-17.txt")


def default_topics() -> Path:
    """Return the path of `data/topics.toml` if it exists here, else of the bundled set `ml`."""
    return own_topics() or data_file("topics/ml.toml")


def own_topics() -> Path | None:
    """Return the path of the definitions that a user keeps here; None without any."""
    path = Path("data") / "topics.toml"
    return path if path.is_file() else None


def topic_sets() -> dict[str, Path]:
    """Return the sets of topic definitions by name; those in `./data/topics/` come first."""
    folders = (_CHECKOUT / "data", _INSTALLED, Path("data"))
    paths = [path for folder in folders for path in sorted((folder / "topics").glob("*.toml"))]
    return dict(sorted({path.stem: path for path in paths}.items()))


def notebook_folder() -> Path:
    """Return the folder of the notebooks: the checkout's, else the package's copy."""
    return _first([_CHECKOUT / "notebooks", _INSTALLED / "notebooks"])


def _first(candidates: list[Path]) -> Path:
    for path in candidates:
        if path.exists():
            return path
    raise FileNotFoundError(
        f"none of {', '.join(map(str, candidates))} exists: reinstall papertide"
    )


# TOML


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text and the content of a file.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is not TOML or not UTF-8 (`tomllib.TOMLDecodeError`, `UnicodeDecodeError`).
    """
    text = read_small(path).decode("utf-8-sig")
    try:
        return text, tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_small(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file that a person writes.

    Raises
    ------
    OSError
        If it cannot be read, is no regular file, or is has more than `most` bytes.
    """
    if path.exists():
        _check_regular(path)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"larger than {most / 1e6:.0f} MB", str(path))
    return content


def _check_regular(path: Path) -> None:
    """Refuse a device, which never ends or would be replaced, and a pipe, which may wait."""
    if not path.is_dir() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file", str(path))


def table_lines(text: str, *, name: str, n: int) -> list[int | None]:
    """Return the line on which each `[[name]]` begins; None if they are written in another form.

    Parameters
    ----------
    text : str
        TOML.
    name : str
    n : int
        Number of tables of that name.
    """
    header = re.compile(rf"""\s*\[\[\s*(?:{name}|"{name}"|'{name}')\s*\]\]""")
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if header.match(line)]
    if len(starts) > n:
        # Some are inside multi-line strings: the text before one of those is not valid TOML.
        starts = [start for start in starts if _is_toml("\n".join(lines[:start]))]
    return [start + 1 for start in starts] if len(starts) == n else [None] * n


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


# written whole


@contextmanager
def written_whole(path: Path, *, overwrite: bool = True, sync: bool = False) -> Iterator[Path]:
    """Write a file or folder under another name and rename it when it is complete.

    Whoever looks at `path` sees what was there before or all of the new content, whatever moment
    this process ends at.

    Parameters
    ----------
    path : Path
        The name to give; its folder exists.
    overwrite : bool
        Replace a file or folder of that name.
    sync : bool
        Have a file on the disk before it gets its name, so that a power failure leaves no
        empty file.

    Yields
    ------
    Path
        A free name in the same folder, for the block to write a file or folder to. After an error
        it is removed, and `path` is as it was.

    Raises
    ------
    FileExistsError
        If `path` exists when the content is complete and `overwrite` is false.
    OSError
        If the content cannot be written or renamed, or `path` is a device or a pipe.
    """
    if path.exists() and not path.is_dir():
        _check_regular(path)
    remove_leftovers(path)
    temporary = part_of(path, pid=os.getpid())
    try:
        yield temporary
        if sync:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        _rename(temporary, path, overwrite=overwrite)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _rename(temporary: Path, path: Path, *, overwrite: bool) -> None:
    is_folder = temporary.is_dir()
    if overwrite:
        if is_folder and path.is_dir() and any(path.iterdir()):
            _replace_folder(temporary, path)
        else:
            temporary.replace(path)
        return
    try:
        if not is_folder:
            os.link(temporary, path)  # unlike a rename, it refuses a name that is taken
            return
    except FileExistsError:
        raise
    except OSError:
        pass  # a file system without links
    if path.exists() or path.is_symlink():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    temporary.rename(path)


def _replace_folder(temporary: Path, path: Path) -> None:
    old = temporary.with_suffix(".old")
    path.replace(old)
    try:
        temporary.replace(path)
    except BaseException:
        old.replace(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def exclusive_lock(path: Path, *, wait: float = 0.0) -> Iterator[bool]:
    """Hold a lock on a file that the system releases when this process ends, however it ends.

    Parameters
    ----------
    path : Path
        Made if it is missing, and left in place; its content is neither read nor changed.
    wait : float
        Seconds to wait at most for another process.

    Yields
    ------
    bool
        False if the file system supports no locks, and nothing is locked.

    Raises
    ------
    filelock.Timeout
        If another process still holds the lock after that time.
    OSError
        If the file cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, fallback_to_soft=False)
    try:
        lock.acquire(timeout=wait, poll_interval=_POLL_SECONDS)
    except Timeout:
        raise
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
