"""The run of the series that a new one continues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import runs
from analysis.base.errors import InputError
from analysis.base.groups import cluster_number, groups_of
from analysis.clusters.ledger import Ledger, read_ledger
from analysis.runs import Run

LARGEST_STEP = 3.0
"""New papers, as a multiple of the known ones, above which all are fitted from scratch."""


@dataclass(frozen=True)
class Parent:
    """The run that a new one continues, and its register of clusters."""

    run: Run
    ledger: Ledger


def find_parent(folder: Path, *, name: str | Path | None) -> Parent | None:
    """Open the run to continue: the one named, else the newest finished run of the series.

    Returns
    -------
    Parent or None
        None if the series has no run yet.

    Raises
    ------
    InputError
        If it is damaged, of another schema version, or not in this series.
    """
    known = runs.list_runs(folder)
    if name is None and not known:
        return None
    path = runs.find_run(name, runs=folder) if name is not None else known[-1]
    if path.parent.resolve() != folder.resolve():
        raise InputError(
            f"run {path} is not in the series {folder}",
            allowed="a run of the series that the new one is written into",
            next_step="name one that `papertide show` lists, or give its folder with --runs",
        )
    try:
        ledger = read_ledger(path / "ledger.toml")
        free = max(ledger.next_id, next_number(folder))
        return Parent(runs.read_run(path), replace(ledger, next_id=free))
    except InputError as error:
        raise InputError(
            error.problems,
            allowed=error.allowed,
            next_step="extend another run with --extend RUN, make a fresh fit with --fresh, or "
            "begin another series with --runs DIR",
        ) from error


def next_number(folder: Path) -> int:
    """Return the lowest cluster number above all that the series' runs have given.

    Runs may extend one another in branches, and some may be unreadable as a whole.

    Parameters
    ----------
    folder : Path
        Directory of the series.
    """
    return max((_highest_number(path) for path in runs.list_runs(folder)), default=0) + 1


def _highest_number(path: Path) -> int:
    """Return the highest cluster number of a run, 0 if none of its files can be read."""
    try:
        return read_ledger(path / "ledger.toml").next_id - 1
    except InputError:
        pass
    try:
        groups = pd.read_parquet(path / "groups.parquet", columns=["kind", "group_id"])
    except (OSError, ValueError):
        return 0
    ids = groups.loc[groups["kind"] == "cluster", "group_id"]
    return max(map(cluster_number, ids), default=0)


def is_unchanged(
    parent: Run,
    *,
    inputs: Sequence[Mapping[str, Any]],
    definitions: Sequence[Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> bool:
    """Whether a run was made from these files with these settings."""
    before = parent.manifest
    ours = sorted(str(one["sha256"]) for one in inputs)
    theirs = sorted(str(one["sha256"]) for one in before["inputs"])
    hashes = [
        sorted((str(one["role"]), str(one["sha256"])) for one in side)
        for side in (definitions, before.get("definitions", []))
    ]
    return ours == theirs and hashes[0] == hashes[1] and dict(settings) == before["settings"]


def has_clusters(run: Run) -> bool:
    """Whether a run has any cluster that papers belong to."""
    return len(groups_of(run.groups, kind="cluster")) > 0


def decisions_of(parent: Parent | None) -> runs.Decisions | None:
    """Return what the parent run decided on topics, to compare with."""
    if parent is None:
        return None
    topics = parent.run.groups[parent.run.groups["kind"] == "topic"]
    rows = parent.run.memberships
    return runs.Decisions(
        parent.run.name,
        rows[rows["kind"] == "topic"],
        frozenset(parent.run.papers["paper_id"]),
        dict(zip(topics["group_id"], topics["definition_hash"], strict=True)),
    )
