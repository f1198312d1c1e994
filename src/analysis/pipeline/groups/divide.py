"""A run shown in another division of its papers: coarser or finer, without refitting anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis import clusters as found
from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.groups import groups_of
from analysis.base.laws import broken_tree
from analysis.base.schema import conform, empty
from analysis.clusters import quality
from analysis.papers.boilerplate import papers_as_analysed
from analysis.runs import Run, tables_of

from ..label_shares import label_memberships
from ..settings import Settings, counting_settings
from ..trends import count_trends
from .division import divided_descriptions, divided_memberships
from .group_table import cluster_rows
from .tree import wanted_groups

_DIVIDED = "The papers are divided into"


def divide(run: Run, *, clusters: int | None = None, detail: str | None = None) -> Run:
    """Divide the papers of a run into fewer or more groups, along its tree of groups.

    Nothing is fitted again: groups are joined, or divided, as the tables `tree` and `leaves` say.
    Clusters that stay whole keep their id, label and color.

    Parameters
    ----------
    run : Run
        Left unchanged.
    clusters : int, optional
        How many groups, from 2 to the number of leaves of the tree.
    detail : {"coarse", "medium", "fine"}, optional
        In place of a number: a third as many as the run has, as many, or three times as many.

    Returns
    -------
    Run
        With other `groups`, `memberships`, `trends`, `verdicts` and `events`, and without what the
        run knows of other clusters only (lineage, changes); its manifest's `told_anew` says so. The
        run itself if it has as many groups already.

    Raises
    ------
    InputError
        If there is no such division, or the run has no tree.
    """
    if clusters is None and detail is None:
        return run
    n = len(groups_of(run.groups, kind="cluster"))
    if n and run.tree.empty:
        raise InputError(
            f"run {run.name} has no tree of groups: an earlier version of papertide made it",
            allowed="a run made by this version",
            next_step="run the analysis again on the snapshot",
        )
    _check_tree(run)
    before = run.manifest["clustering"].get("division") or {"medium": n}
    medium = int(before["medium"])
    leaves = int(run.tree["to_n"].max()) if len(run.tree) else 0
    wanted = wanted_groups(medium, n_leaves=leaves, clusters=clusters, detail=detail)
    if wanted == n:
        return run
    node = found.tree_division(run.leaves, tree=run.tree, count=wanted)
    of_clusters = divided_memberships(run, node=node)
    described = divided_descriptions(run, memberships=of_clusters)
    topics = run.memberships[run.memberships["kind"] == "topic"]
    memberships = conform(pd.concat([of_clusters, topics]), name="memberships")
    rows = pd.DataFrame(cluster_rows(described, memberships=memberships))
    kept = run.groups[run.groups["kind"] == "topic"]
    groups = conform(pd.concat([rows, kept]) if len(kept) else rows, name="groups")
    division = {"clusters": wanted, "medium": medium, "told_of": before.get("told_of", n)}
    return _told(run, memberships=memberships, groups=groups, division=division)


def _told(
    run: Run, *, memberships: pd.DataFrame, groups: pd.DataFrame, division: dict[str, int]
) -> Run:
    """Return the run with these groups, counted by the stage that every run goes through."""
    stored, day = run.manifest["settings"], run.manifest["snapshot_date"]
    tables, period = count_trends(
        run.papers,
        memberships=memberships,
        groups=groups,
        words=empty("words"),
        labels=label_memberships(
            papers_as_analysed(run.papers, manifest=run.manifest), groups=groups
        ),
        snapshot_date=date.fromisoformat(day) if day else None,
        settings=Settings(**counting_settings(stored)),
    )
    # Words do not depend on the division; they are counted and corrected by themselves.
    tables = {name: _with_words(table, of=getattr(run, name)) for name, table in tables.items()}
    known = set(zip(groups["kind"], groups["group_id"], strict=True))
    weights = memberships.loc[
        (memberships["kind"] == "cluster") & memberships["is_primary"], "weight"
    ]
    ids = set(groups.loc[groups["kind"] == "cluster", "group_id"])
    return replace(
        run,
        **tables,
        memberships=memberships,
        groups=groups,
        tree=run.tree.assign(group_id=run.tree["node"].where(run.tree["node"].isin(ids))),
        quality={
            **run.quality,
            **dict.fromkeys(("coherence_npmi", "diversity")),
            "share_well_placed": quality.share_well_placed(weights.to_numpy()),
            "contested": len(quality.contested(memberships)),
        },
        manifest=_manifest(run, groups=groups, period=period, division=division),
        **{
            name: _of_groups(getattr(run, name), known=known)
            for name in ("evidence", "reclassified", "changes", "restated")
        },
        lineage=run.lineage.head(0),
        moves=run.moves[run.moves["kind"] == "topic"].reset_index(drop=True),
    )


def _with_words(table: pd.DataFrame, *, of: pd.DataFrame) -> pd.DataFrame:
    parts = [part for part in (table, of[of["kind"] == "word"]) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else table


def _of_groups(table: pd.DataFrame, *, known: set[tuple[str, str]]) -> pd.DataFrame:
    keys = zip(table["kind"], table["group_id"], strict=True)
    kept = np.array([key in known for key in keys], dtype=bool)
    return table[kept].reset_index(drop=True)


def _manifest(
    run: Run, *, groups: pd.DataFrame, period: dict[str, Any], division: dict[str, int]
) -> dict[str, Any]:
    n = division["clusters"]
    note = (
        f"{_DIVIDED} {count(n, 'cluster')}, as asked; run {run.name} has "
        f"{division['told_of']:,}. Verdicts are corrected for all groups of this division."
    )
    manifest = run.manifest
    earlier = [line for line in manifest.get("told_anew", []) if not line.startswith(_DIVIDED)]
    return {
        **manifest,
        "counts": {**manifest["counts"], "clusters": n},
        "period": period,
        "clustering": {**manifest["clustering"], "division": division},
        "told_anew": [*earlier, note],
    }


def _check_tree(run: Run) -> None:
    try:
        broken = broken_tree(tables_of(run))
    except (KeyError, TypeError, ValueError) as error:
        broken = [f"tree: {error}"]
    if broken:
        raise InputError(
            [f"run {run.name} is damaged: {line}" for line in broken],
            allowed="the tables as papertide wrote them",
            next_step=f"look at it with papertide verify {run.name}, or run the analysis again",
        )
