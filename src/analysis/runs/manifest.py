"""The manifest of a run: its inputs, counts, rules, settings and versions."""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.groups import groups_of
from analysis.base.schema import SCHEMA_VERSION
from analysis.papers import Snapshot, duplicate_summary

from .run import sha256

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
