"""The groups of a run: overrides of clusters applied, and the table `groups` assembled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.groups import PALETTE, counted_memberships
from analysis.base.schema import conform, empty
from analysis.clusters import ClusterDescription, primary_clusters
from analysis.clusters.apply_overrides import (
    apply_cluster_overrides,
    override_colors,
    override_labels,
)
from analysis.clusters.ledger import Ledger
from analysis.clusters.overrides import ClusterOverride
from analysis.topics import Topic
from analysis.topics.find_paper import find_papers, paper_index

from ..papers import Parent

N_EXEMPLARS = 3
N_TERMS = 10


def group_table(
    clusters: Sequence[ClusterDescription],
    *,
    topics: Sequence[Topic],
    memberships: pd.DataFrame,
    papers: pd.DataFrame,
) -> pd.DataFrame:
    """Return the table `groups` of a run.

    Parameters
    ----------
    clusters : sequence of ClusterDescription
        Broader clusters too.
    topics : sequence of Topic
    memberships : DataFrame
        Table `memberships`, from which the papers are counted.
    papers : DataFrame
        `paper_id` and `published`.

    Returns
    -------
    DataFrame
        A broader cluster has the papers of its parts. A cluster without papers is retired and has
        no broader cluster.
    """
    rows = cluster_rows(clusters, memberships=memberships)
    rows += _topic_rows(topics, memberships=memberships, papers=papers)
    return conform(pd.DataFrame(rows), name="groups") if rows else empty("groups")


def descriptions_of(groups: pd.DataFrame) -> list[ClusterDescription]:
    """Return the descriptions of the clusters in a table `groups`."""
    return [
        ClusterDescription(
            id=row["group_id"],
            label=row["label"],
            description=row["description"],
            terms=row["terms"],
            exemplars=row["exemplars"],
            color=row["color"],
            broader=row["parent_id"] if isinstance(row["parent_id"], str) else None,
            status=row["status"],
            stability=row["stability"],
            label_coverage=row["label_coverage"],
            label_precision=row["label_precision"],
        )
        for row in groups[groups["kind"] == "cluster"].to_dict("records")
    ]


def cluster_rows(
    clusters: Sequence[ClusterDescription], *, memberships: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return the clusters' rows of the table `groups`, as `group_table` does."""
    counted = counted_memberships(memberships, kind="cluster")["group_id"].value_counts()
    sizes = _sizes(clusters, counted=counted.to_dict())
    return [
        {
            "kind": "cluster",
            "group_id": cluster.id,
            "label": cluster.label,
            "description": cluster.description,
            "n_papers": sizes[cluster.id],
            "terms": list(cluster.terms),
            "exemplars": list(cluster.exemplars),
            "color": cluster.color,
            "parent_id": cluster.broader if sizes[cluster.id] else None,
            "status": cluster.status if sizes[cluster.id] else "retired",
            "definition_hash": None,
            "stability": cluster.stability,
            "label_coverage": cluster.label_coverage,
            "label_precision": cluster.label_precision,
        }
        for cluster in clusters
    ]


def _sizes(clusters: Sequence[ClusterDescription], *, counted: Mapping[str, int]) -> dict[str, int]:
    """Return the number of papers of each cluster; a broader one has those of its parts."""
    parts: dict[str, list[str]] = {}
    for cluster in clusters:
        if cluster.broader:
            parts.setdefault(cluster.broader, []).append(cluster.id)

    def size(name: str) -> int:
        return sum(map(size, parts[name])) if name in parts else int(counted.get(name, 0))

    return {cluster.id: size(cluster.id) for cluster in clusters}


def _topic_rows(
    topics: Sequence[Topic], *, memberships: pd.DataFrame, papers: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return a row per topic; exemplars have the highest weights, of equal ones the newest."""
    counted = counted_memberships(memberships, kind="topic").merge(
        papers[["paper_id", "published"]], on="paper_id"
    )
    counted = counted.sort_values(
        ["weight", "published", "paper_id"], ascending=[False, False, True], kind="stable"
    )
    members = {
        topic.id: counted.loc[counted["group_id"] == topic.id, "paper_id"].tolist()
        for topic in topics
    }
    return [
        {
            "kind": "topic",
            "group_id": topic.id,
            "label": topic.label,
            "description": topic.description,
            "n_papers": len(members[topic.id]),
            "terms": list((topic.strong or topic.title)[:N_TERMS]),
            "exemplars": members[topic.id][:N_EXEMPLARS],
            "color": topic.color or PALETTE[number % len(PALETTE)],
            "parent_id": topic.parent or None,
            "status": "active",
            "definition_hash": topic.definition_hash,
            "stability": np.nan,
            "label_coverage": np.nan,
            "label_precision": np.nan,
        }
        for number, topic in enumerate(topics)
    ]


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
        `account` counts the overrides and lists those that could not be applied, and the clusters
        whose name is given by hand.
    """
    if not overrides:
        account = {"given": 0, "not_applied": [], "renamed": []}
        return OverriddenClusters(memberships, clusters, empty("evidence"), account)
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
    colors, uncolored = override_colors(
        {cluster.id: cluster.color for cluster in descriptions}, overrides=overrides
    )
    described = [_with_label(cluster, label=labels[cluster.id]) for cluster in descriptions]
    return OverriddenClusters(
        overridden.memberships,
        [replace(cluster, color=colors[cluster.id]) for cluster in described],
        overridden.evidence,
        {
            "given": len(overrides),
            "not_applied": [*overridden.not_applied, *unnamed, *uncolored],
            "renamed": sorted({o.ids[0] for o in overrides if o.what == "rename"} & set(labels)),
        },
    )


def _with_label(cluster: ClusterDescription, *, label: str) -> ClusterDescription:
    """Give a cluster a label by hand, which is not tested on its papers."""
    if label == cluster.label:
        return cluster
    return replace(cluster, label=label, label_coverage=np.nan, label_precision=np.nan)


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
