"""Which runs a run extends, as its manifest and those of its parents say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..folder import read_manifest, sha256

if TYPE_CHECKING:
    from ..folder import Run


def line_of(run: Run, *, folder: Path | None = None) -> dict[str, Path]:
    """Return the runs that a run goes back to, parent first.

    Only with these does it share the ids of clusters. The line ends at a parent that is not there
    any more, or whose manifest is not the one that the run was made from.

    Parameters
    ----------
    run : Run
    folder : Path, optional
        Directory of the series; the one that the run is in where left out.

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
        file = path / "manifest.json"
        if not file.is_file() or sha256(file) != parent.get("manifest_sha256"):
            break
        line[path.name] = path
        parent = read_manifest(path).get("parent") or {}
    return line


def parent_of(run: Run) -> dict[str, str]:
    """Return what the manifest says of the run that this one continues; empty where none."""
    return run.manifest.get("parent") or {}
