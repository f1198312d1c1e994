"""The manifest of a run: its inputs, counts, rules, settings and versions, and its verification."""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from analysis.base.groups import groups_of
from analysis.base.schema import SCHEMA_VERSION

from .files import MANIFEST, changed_files, hashes_of, read_manifest, sha256, shown

if TYPE_CHECKING:
    import pandas as pd

    from analysis.papers import Snapshot

DISTRIBUTIONS = (
    *("papertide", "numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "umap-learn", "numba"),
    *("hdbscan", "plotly", "matplotlib"),
)
"""Packages whose versions determine a run's bytes."""

NAMED_DUPLICATES = 200
"""Merged records and near misses that a manifest lists; all are counted, and `papertide snapshot
--json` lists all."""


def run_manifest(
    papers: pd.DataFrame,
    *,
    groups: pd.DataFrame,
    name: str,
    read: Snapshot,
    decisions: Mapping[str, Any],
) -> dict[str, Any]:
    """Describe a run before it is written.

    Parameters
    ----------
    papers, groups : DataFrame
        Tables of the run.
    name : str
        The run's name in the series.
    read : Snapshot
        The contents of the input files.
    decisions : mapping
        Entries of the stages: `period`, `clustering`, `embedding`, `settings` and so on.

    Returns
    -------
    dict
        Ready for JSON; the caller adds the definitions' and outputs' hashes, the times and the
        peak memory.
    """
    from analysis.papers import duplicate_summary
    from analysis.papers.languages import table_languages

    dated = int(papers["published"].notna().sum())
    return {
        "schema_version": SCHEMA_VERSION,
        "run": name,
        "snapshot_date": read.date.isoformat() if read.date else None,
        "snapshot_date_from": read.date_from,
        "inputs": list(read.inputs),
        "parent": None,
        "counts": {
            "papers": len(papers),
            "dated": dated,
            "undated": len(papers) - dated,
            "no_abstract": int(papers["abstract"].isna().sum()),
            "clusters": len(groups_of(groups, kind="cluster")),
            "topics": len(groups_of(groups, kind="topic")),
            "dropped": dict(read.dropped),
        },
        "languages": table_languages(papers),
        "notes": list(read.notes),
        "duplicates": duplicate_summary(
            read.papers, merged=read.merged, near=read.near, limit=NAMED_DUPLICATES
        ),
        **decisions,
        "versions": versions(),
    }


def file_entries(role: str, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return role, name, size and SHA-256 of files that a run depends on."""
    return [
        {"role": role, "name": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in paths
    ]


def versions() -> dict[str, str]:
    """Return the versions of Python and of every package in `DISTRIBUTIONS`."""
    out = {"python": platform.python_version()}
    for name in DISTRIBUTIONS:
        try:
            out[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            out[name] = "not installed"
    return out


def peak_memory_mb() -> int:
    """Return the largest resident size that this process has had, in MiB.

    On Linux `ru_maxrss` includes what the process that started this one had, so the kernel's
    figure for this program is read if there is one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 2**10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


# verification


@dataclass(frozen=True)
class Verification:
    """The outcome of `verify`: the number of files and the problems, one line each."""

    n_files: int
    problems: tuple[str, ...]
    parent: str


def verify(path: Path) -> Verification:
    """Compare the files of a run with the hashes in its manifest.

    Parameters
    ----------
    path : Path
        A run directory, of any schema version.

    Returns
    -------
    Verification
        `problems` lists each file whose hash differs, that is missing, that is not in the manifest
        or that cannot be read, and what has changed of a parent run in the same series since it
        was extended. `parent` is a line on the parent run.

    Raises
    ------
    InputError
        If the manifest cannot be read, is not as it was written or lists no files.
    """
    manifest = read_manifest(path, strict=True)
    outputs = hashes_of(manifest, path=path)
    present = {p.relative_to(path).as_posix() for p in path.rglob("*") if not p.is_dir()}
    extra = sorted(present - set(outputs) - {MANIFEST})
    problems = changed_files(path, outputs=outputs, names=sorted(outputs))
    problems += [f"{shown(name)} is not in the manifest" for name in extra]
    parent, parent_problems = _parent(manifest.get("parent"), series=path.parent)
    return Verification(len(outputs), (*problems, *parent_problems), parent)


def _parent(parent: object, *, series: Path) -> tuple[str, list[str]]:
    """Return a line on the parent run, and its problems."""
    if not isinstance(parent, Mapping):
        return "", []
    name = str(parent.get("run", ""))
    folder = series / PurePosixPath(name).name
    file, shown_name = folder / MANIFEST, shown(name)
    if not file.is_file():
        return f"Its parent {shown_name} is not in this series and was not checked.", []
    if sha256(file) != parent.get("manifest_sha256"):
        return "", [f"the manifest of the parent {shown_name} has changed since it was extended"]
    outputs = hashes_of(read_manifest(folder), path=folder)
    problems = changed_files(folder, outputs=outputs, names=sorted(outputs))
    if problems:
        return "", [f"its parent {shown_name}: {problem}" for problem in problems]
    return f"Its parent {shown_name} is as it was when it was extended.", []
