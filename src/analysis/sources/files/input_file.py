"""What a reader gets and what it gives back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal

if TYPE_CHECKING:
    import pandas as pd

FORMATS_IN_WORDS = (
    "a saved Hugging Face papers page (text or HTML), CSV, JSON, JSON Lines, Parquet, XML of "
    "arXiv, BibTeX, RIS, PubMed or Web of Science text, also in gzip or zip"
)
MEGABYTE = 1_000_000
MAX_MB = 500
"""Megabytes that an input file may have, unpacked; `--max-mb` changes it. Reading takes about ten
times as much memory."""


@dataclass(frozen=True)
class File:
    """One input file, read once: what is parsed is what was hashed."""

    path: Path
    data: bytes

    @property
    def name(self) -> str:
        """The base name, safe to show."""
        return for_terminal(self.path.name)

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the content."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Rows:
    """What a reader found in one file.

    Every reader takes the whole file as text (of Parquet the bytes) and, as `shown`, its name for
    messages; it raises InputError where the file holds no record that it can read.

    Attributes
    ----------
    frame : DataFrame
        One row a record, column names as in the file, values unparsed.
    dropped : mapping of str to int
        What could not become a row, by reason.
    notes : tuple of str
        Lines to show.
    day : date or None
        The day that the content itself gives for the whole file.
    format : str
        The reader's name where it is narrower than the format asked for; else empty.
    """

    frame: pd.DataFrame
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    day: date | None = None
    format: str = ""


def size_error(what: str, *, max_mb: int) -> InputError:
    """Return the error for a file that is larger than the limit."""
    return InputError(
        f"{what} is larger than {max_mb:,} MB",
        allowed=f"files of up to {max_mb:,} MB each, unpacked",
        next_step="take what you need out of large JSON Lines with papertide filter FILE --out "
        "papers.parquet and give that, or raise the limit with --max-mb if you trust this file",
    )


def load(path: Path, *, max_mb: int = MAX_MB) -> File:
    """Read the bytes of `path`.

    Parameters
    ----------
    path : Path
    max_mb : int
        Megabytes that the file may have.

    Raises
    ------
    InputError
        Where there is no such file, it is a directory or a device, is empty, too large or cannot
        be read.
    """
    path = Path(path)
    shown = for_terminal(str(path))
    try:
        if path.is_dir():
            problem = f"{shown} is a directory"
        elif not path.exists():
            problem = f"{shown} does not exist"
        elif not path.is_file():
            problem = f"{shown} is not an ordinary file"
        elif path.stat().st_size > max_mb * MEGABYTE:
            raise size_error(shown, max_mb=max_mb)
        else:
            data = path.read_bytes()
            if data.strip():
                return File(path=path, data=data)
            problem = f"{shown} is empty"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = f"{shown} cannot be read ({for_terminal(reason)})"
    raise InputError(
        problem,
        allowed=f"one or more files, each {FORMATS_IN_WORDS}",
        next_step="check the path; save the page or export the table again if it is empty",
    )


def joined(errors: list[InputError]) -> InputError:
    """Put the errors of several files into one that names every problem."""
    if len(errors) == 1:
        return errors[0]
    return InputError(
        [problem for error in errors for problem in error.problems],
        allowed="; ".join(dict.fromkeys(error.allowed for error in errors)),
        next_step="; ".join(dict.fromkeys(error.next_step for error in errors)),
    )
