"""TOML files that a person writes: their content, and the lines on which their tables begin."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text and the content of a file.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is not TOML or not UTF-8 (`tomllib.TOMLDecodeError`, `UnicodeDecodeError`).
    """
    text = path.read_text(encoding="utf-8-sig")
    return text, tomllib.loads(text)


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
