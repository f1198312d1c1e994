"""Files written whole: they get their name once they are complete."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
        Replace a file of that name. A folder never replaces anything.
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
        If the content cannot be written or renamed.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
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
    if overwrite and not is_folder:
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
