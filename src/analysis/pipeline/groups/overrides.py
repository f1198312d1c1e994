"""Clusters as a person wants them: renamed, merged, kept apart, papers pinned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.base import schema
from analysis.base.groups import broader_clusters, counted_memberships
from analysis.clusters.identity.ledger import Ledger
from analysis.clusters.overrides.apply import apply_by_hand, renamed
from analysis.topics.find_paper import paper_index, papers_named

from ..parent import Parent, primary
from .extended_rows import with_sizes_of_broader
from .topics import Definitions


@dataclass(frozen=True)
class Corrected:
    """Memberships, groups and evidence of clusters and topics, and what the manifest says."""

    memberships: pd.DataFrame
    groups: pd.DataFrame
    evidence: pd.DataFrame
    told: dict[str, Any]


def corrected(
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    definitions: Definitions,
    parent: Parent | None,
) -> Corrected:
    """Put what `overrides.toml` says on clusters over what was found.

    Parameters
    ----------
    memberships, groups, evidence : DataFrame
        Tables of the run, clusters and topics.
    papers : DataFrame
        Table `papers`.
    definitions : Definitions
    parent : Parent or None

    Returns
    -------
    Corrected
        Tables as they were where nothing is said. `told` counts what was said and lists what
        could not be applied.
    """
    said = definitions.clusters
    if not said:
        return Corrected(memberships, groups, evidence, {"given": 0, "not_applied": []})
    ours = memberships["kind"] == "cluster"
    index = paper_index(papers)
    found = apply_by_hand(
        memberships[ours],
        overrides=said,
        find=lambda text: papers_named(index, text=text),
        before=primary(parent.run.memberships) if parent else None,
        gone=_gone(parent.ledger) if parent else None,
    )
    recounted = _recounted(groups, memberships=found.memberships, parent=parent)
    named, unnamed = renamed(recounted, overrides=said)
    both = [found.memberships, memberships[~ours]]
    return Corrected(
        schema.conform(pd.concat([part for part in both if len(part)]), name="memberships")
        if any(map(len, both))
        else memberships,
        named,
        schema.conform(
            pd.concat([part for part in (evidence, found.evidence) if len(part)] or [evidence]),
            name="evidence",
        ),
        {"given": len(said), "not_applied": [*found.not_applied, *unnamed]},
    )


def _gone(ledger: Ledger) -> dict[str, str]:
    """Return the clusters merged away in earlier runs, and where their papers went."""
    return {
        entry.id: entry.children[-1]
        for entry in ledger.entries
        if entry.status == "retired"
        and entry.children
        and any(event.event == "merged" for event in entry.events)
    }


def _recounted(
    groups: pd.DataFrame, *, memberships: pd.DataFrame, parent: Parent | None
) -> pd.DataFrame:
    """Count papers anew; a cluster without any is retired, one that came back has its row again."""
    sizes = counted_memberships(memberships, kind="cluster")["group_id"].value_counts()
    back = set(sizes.index) - set(groups["group_id"])
    if back and parent is not None:
        old = parent.run.groups
        rows = old[old["group_id"].isin(back)].assign(parent_id=None, status="active")
        groups = schema.conform(pd.concat([groups, rows]), name="groups")
    broader = broader_clusters(groups)
    leaf = (groups["kind"] == "cluster") & ~groups["group_id"].isin(broader)
    counted = groups["group_id"].map(sizes).fillna(0).astype("int64")
    empty = leaf & (counted == 0)
    out = groups.assign(
        n_papers=counted.where(leaf, groups["n_papers"]),
        status=groups["status"].mask(empty, "retired"),
        parent_id=groups["parent_id"].mask(empty),
    )
    return with_sizes_of_broader(schema.conform(out, name="groups"), broader=broader)
