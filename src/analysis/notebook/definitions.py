"""The file of topic definitions that a run was made with, found again by its hash."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base import resources
from analysis.runs import sha256

if TYPE_CHECKING:
    from analysis.runs import Run

_PATTERNS = ("{}", "*/{}", "*/*/{}")
"""How deep below a folder a file of the run's name is looked for."""


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
        If the run's file is found nowhere, that of the default definitions, with a warning.
    """
    if run is None:
        return resources.default_topics()
    path = find_definitions(run)
    if path is None:
        name = _recorded(run)["name"]
        warnings.warn(
            f"the topic definitions of run {run.name} ({name}) were not found in {Path.cwd()} or "
            "beside the series: the default definitions are used. Copy the file there, or give "
            "its path.",
            stacklevel=2,
        )
        return resources.default_topics()
    return path


def find_definitions(run: Run, *, candidates: Iterable[Path] = ()) -> Path | None:
    """Return the file of topic definitions whose SHA-256 is in a run's manifest; None if not found.

    Parameters
    ----------
    run : Run
    candidates : iterable of Path
        Files to look at before those in the usual places.
    """
    recorded = _recorded(run)
    if not recorded:
        return resources.default_topics()
    folders = [Path.cwd(), *([run.path.resolve().parents[1]] if run.path else [])]
    usual = [
        path
        for folder in folders
        for pattern in _PATTERNS
        for path in sorted(folder.glob(pattern.format(escape(recorded["name"]))))
    ]
    for path in (*candidates, resources.default_topics(), *usual):
        if path.is_file() and sha256(path) == recorded["sha256"]:
            return path
    return None


def _recorded(run: Run) -> dict[str, str]:
    """Return the manifest's entry for the topic definitions; empty if it has none."""
    entries = run.manifest.get("definitions", [])
    return next((entry for entry in entries if entry["role"] == "topics"), {})
