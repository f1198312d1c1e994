"""The file of topic definitions that a run was made with, found again by its hash."""

from __future__ import annotations

import warnings
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base import files
from analysis.runs import sha256

if TYPE_CHECKING:
    from analysis.runs import Run

_PATTERNS = ("{}", "*/{}", "*/*/{}")
"""Where a file of the recorded name is looked for below a folder."""


def default_topics(run: Run | None = None) -> Path:
    """Return the path of the topic definitions: those of a run, else those in use by default.

    Parameters
    ----------
    run : Run, optional
        A run keeps the name and the SHA-256 of its definitions, not the file; a file that has
        both is looked for in the working directory, in the directory that holds the series, and
        up to two folders below each.

    Returns
    -------
    Path
        If the run's file is not found, that of the default definitions, with a warning.
    """
    if run is None:
        return files.default_topics()
    path = find_definitions(run)
    if path is None:
        warnings.warn(missing_definitions(run), stacklevel=2)
        return files.default_topics()
    return path


def missing_definitions(run: Run) -> str:
    """Return the sentence for a run whose topic definitions are not found."""
    return (
        f"The topic definitions of run {run.name} ({_recorded(run)['name']}) were not found in "
        f"{Path.cwd()} or beside the series: the default definitions are used instead. Copy the "
        "file there to use it."
    )


def find_definitions(run: Run) -> Path | None:
    """Return the file of topic definitions whose SHA-256 is in a run's manifest, if it is found.

    Parameters
    ----------
    run : Run
    """
    recorded = _recorded(run)
    default = files.default_topics()
    if not recorded or sha256(default) == recorded["sha256"]:
        return default
    folders = [Path.cwd(), *([run.path.resolve().parents[1]] if run.path else [])]
    name = escape(recorded["name"])
    candidates = (
        path
        for folder in folders
        for pattern in _PATTERNS
        for path in sorted(folder.glob(pattern.format(name)))
    )
    return next(
        (path for path in candidates if path.is_file() and sha256(path) == recorded["sha256"]), None
    )


def _recorded(run: Run) -> dict[str, str]:
    """Return the manifest's entry for the topic definitions; empty if it has none."""
    entries = run.manifest.get("definitions", [])
    return next((entry for entry in entries if entry["role"] == "topics"), {})
