"""The table `groups`, assembled from the descriptions of clusters and the definitions of topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.groups import PALETTE, counted_memberships
from analysis.base.schema import conform, empty
from analysis.clusters import ClusterDescription
from analysis.topics import Topic

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
    rows = _cluster_rows(clusters, memberships=memberships)
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
        )
        for row in groups[groups["kind"] == "cluster"].to_dict("records")
    ]


def _cluster_rows(
    clusters: Sequence[ClusterDescription], *, memberships: pd.DataFrame
) -> list[dict[str, Any]]:
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
            "color": PALETTE[number % len(PALETTE)],
            "parent_id": topic.parent or None,
            "status": "active",
            "definition_hash": topic.definition_hash,
            "stability": np.nan,
        }
        for number, topic in enumerate(topics)
    ]
