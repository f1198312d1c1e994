"""The exception for problems that a user can fix: found, allowed, next step."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any

_PERMISSIONS = (
    "files that this user can read, in folders that can be written where something is written",
    "change the permissions, or choose another path",
)
_ROOM = ("room on the disk for all that is written", "make room, or choose a path on another disk")
_PATHS = ("names of at most 255 bytes, in paths that lead to a file", "choose another path")
_OPEN_FILES = ("enough open files at a time", "raise the limit, as in: ulimit -n 1024")
_SYSTEM = {
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _PERMISSIONS),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _ROOM),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EISDIR), _PATHS),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), _OPEN_FILES),
    errno.EIO: ("a disk without errors", "check the disk, or choose a path on another one"),
}
"""What the operating system refuses -> what it would have allowed, and what to do."""


class InputError(Exception):
    """Bad input or usage. The command line prints it and ends with exit code 2.

    Parameters
    ----------
    found : str or sequence of str
        The problem; several problems of one input are reported together.
    allowed : str
        What would have been accepted.
    next_step : str
        What to do now.
    """

    def __init__(self, found: str | Sequence[str], *, allowed: str, next_step: str) -> None:
        self.problems = [found] if isinstance(found, str) else list(found)
        self.allowed = allowed
        self.next_step = next_step
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the three parts on the way from one process to another."""
        return _input_error, (self.problems, self.allowed, self.next_step)

    def __str__(self) -> str:
        """Return the message as three labelled parts."""
        if len(self.problems) == 1:
            found = f"Found: {self.problems[0]}"
        else:
            found = "Found:\n" + "\n".join(f"  - {problem}" for problem in self.problems)
        return f"{found}\nAllowed: {self.allowed}\nNext: {self.next_step}"


def _input_error(problems: list[str], allowed: str, next_step: str) -> InputError:
    return InputError(problems, allowed=allowed, next_step=next_step)


def system_advice(error: OSError) -> tuple[str, str] | None:
    """Return what the operating system would have allowed, and what to do; None if unknown."""
    return _SYSTEM.get(error.errno or 0)
