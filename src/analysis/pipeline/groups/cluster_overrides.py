"""Overrides of clusters, from `overrides.toml`, applied to a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.base import schema
from analysis.clusters import ClusterDescription, primary_clusters
from analysis.clusters.apply_overrides import apply_cluster_overrides, override_labels
from analysis.clusters.ledger import Ledger
from analysis.clusters.overrides import ClusterOverride
from analysis.topics.find_paper import find_papers, paper_index

from ..papers import Parent
from .group_table import descriptions_of


@dataclass(frozen=True)
class OverriddenClusters:
    """Clusters after the overrides, evidence of pins, and what the manifest says of them."""

    memberships: pd.DataFrame
    clusters: Sequence[ClusterDescription]
    evidence: pd.DataFrame
    account: dict[str, Any]


def override_clusters(
    memberships: pd.DataFrame,
    clusters: Sequence[ClusterDescription],
    *,
    overrides: Sequence[ClusterOverride],
    papers: pd.DataFrame,
    parent: Parent | None,
) -> OverriddenClusters:
    """Apply the overrides of clusters.

    Parameters
    ----------
    memberships : DataFrame
        Clusters' part of the table.
    clusters : sequence of ClusterDescription
    overrides : sequence of ClusterOverride
    papers : DataFrame
        Table `papers`.
    parent : Parent or None

    Returns
    -------
    OverriddenClusters
        `account` counts the overrides and lists those that could not be applied.
    """
    if not overrides:
        account = {"given": 0, "not_applied": []}
        return OverriddenClusters(memberships, clusters, schema.empty("evidence"), account)
    index = paper_index(papers)
    overridden = apply_cluster_overrides(
        memberships,
        overrides=overrides,
        find=lambda text: find_papers(index, text=text),
        before=primary_clusters(parent.run.memberships) if parent else None,
        merged_earlier=_earlier_mergers(parent.ledger) if parent else None,
    )
    used = set(primary_clusters(overridden.memberships))
    descriptions = list(clusters)
    if parent is not None:
        returned = used - {cluster.id for cluster in clusters}
        descriptions += [
            replace(cluster, broader=None, status="active")
            for cluster in descriptions_of(parent.run.groups)
            if cluster.id in returned
        ]
    labels, unnamed = override_labels(
        {cluster.id: cluster.label for cluster in descriptions},
        overrides=overrides,
        retired=_without_papers(descriptions, used=used),
    )
    return OverriddenClusters(
        overridden.memberships,
        [replace(cluster, label=labels[cluster.id]) for cluster in descriptions],
        overridden.evidence,
        {"given": len(overrides), "not_applied": [*overridden.not_applied, *unnamed]},
    )


def _without_papers(clusters: Sequence[ClusterDescription], *, used: set[str]) -> set[str]:
    """Return the clusters that neither have papers nor a part that has."""
    above = {cluster.id: cluster.broader for cluster in clusters}
    present: set[str] = set()
    for cluster in sorted(used):
        name: str | None = cluster
        while name and name not in present:
            present.add(name)
            name = above.get(name)
    return set(above) - present


def _earlier_mergers(ledger: Ledger) -> dict[str, str]:
    """Return the clusters merged away in earlier runs, and where their papers went."""
    return {
        entry.id: entry.children[-1]
        for entry in ledger.entries
        if entry.status == "retired"
        and entry.children
        and any(event.event == "merged" for event in entry.events)
    }
