"""Identities of clusters from run to run: ids after a fresh fit, statuses, lineage, register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from analysis.base import schema
from analysis.base.groups import cluster_id, groups_of
from analysis.clusters import ClusterDescription, primary_clusters
from analysis.clusters.ledger import Ledger
from analysis.clusters.lineage import dormant_clusters, lineage_rows, match_fresh, mean_vectors
from analysis.clusters.register import cluster_statuses, update_register
from analysis.runs import Run

from ..papers import Parent


def match_parent(
    memberships: pd.DataFrame,
    clusters: Sequence[ClusterDescription],
    *,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    parent: Parent,
) -> tuple[pd.DataFrame, list[ClusterDescription]]:
    """Give clusters of a fresh fit the ids, labels and colors of those that they continue.

    Parameters
    ----------
    memberships : DataFrame
        Of clusters, with ids from c0001 on.
    clusters : sequence of ClusterDescription
    papers : DataFrame
        Table `papers`, n rows.
    vectors : ndarray of float32, shape (n, d)
    parent : Parent

    Returns
    -------
    memberships : DataFrame
    clusters : list of ClusterDescription
        Matched one to one (`lineage.match_fresh`); clusters without a match, and all broader
        clusters, get ids that the series has not given yet.
    """
    broader = {cluster.broader for cluster in clusters}
    fresh = [cluster for cluster in clusters if cluster.id not in broader]
    earlier = groups_of(parent.run.groups, kind="cluster")
    matched: list[str | None] = [None] * len(fresh)
    if fresh and len(earlier):
        matched = _match(
            fresh,
            earlier,
            memberships=memberships,
            papers=papers,
            vectors=vectors,
            parent=parent.run,
        )
    ids = [cluster.id for cluster in fresh]
    return renumber_clusters(
        memberships,
        clusters,
        matched={new: old for new, old in zip(ids, matched, strict=True) if old},
        known=parent.run.groups,
        first=parent.ledger.next_id,
    )


def _match(
    fresh: Sequence[ClusterDescription],
    earlier: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    parent: Run,
) -> list[str | None]:
    """Return for each cluster of a fresh fit the id of the one it continues, None if it is new."""
    now, before = primary_clusters(memberships), primary_clusters(parent.memberships)
    ids = papers["paper_id"].to_numpy()
    names, earlier_names = [cluster.id for cluster in fresh], earlier["group_id"].tolist()
    shared = pd.crosstab(before.reindex(ids).to_numpy(), now.reindex(ids).to_numpy())
    shared = shared.reindex(index=earlier_names, columns=names, fill_value=0)
    return match_fresh(
        shared.to_numpy(),
        ids=earlier_names,
        centroids=(
            mean_vectors(
                parent.vectors,
                clusters=before.reindex(parent.papers["paper_id"]).to_numpy(),
                names=earlier_names,
            ),
            mean_vectors(vectors, clusters=now.reindex(ids).to_numpy(), names=names),
        ),
        terms=(earlier["terms"].tolist(), [cluster.terms for cluster in fresh]),
    )


def renumber_clusters(
    memberships: pd.DataFrame,
    clusters: Sequence[ClusterDescription],
    *,
    first: int,
    matched: Mapping[str, str] | None = None,
    known: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[ClusterDescription]]:
    """Give clusters of a fresh fit the ids of the series.

    Parameters
    ----------
    memberships : DataFrame
        Of clusters.
    clusters : sequence of ClusterDescription
    first : int
        Number of the first id for clusters that continue none.
    matched : mapping of str to str, optional
        For clusters that continue one, its id: they get its label and color too.
    known : DataFrame, optional
        Table `groups` with the clusters that are continued.
    """
    matched = matched or {}
    new = [cluster.id for cluster in clusters if cluster.id not in matched]
    ids = {**matched, **{name: cluster_id(number) for number, name in enumerate(new, first)}}
    rows = {} if known is None else known.set_index("group_id").to_dict("index")
    taken = {rows[name]["label"] for name in matched.values()}
    out = []
    for cluster in clusters:
        name = ids[cluster.id]
        broader = ids.get(cluster.broader) if cluster.broader else None
        if cluster.id in matched:
            label, color = rows[name]["label"], rows[name]["color"]
            given = {key: rows[name][key] for key in ("label_coverage", "label_precision")}
            cluster = replace(cluster, **given)
        else:
            label = cluster.label if cluster.label not in taken else f"{cluster.label} ({name})"
            color = cluster.color
            taken.add(label)
        out.append(replace(cluster, id=name, label=label, color=color, broader=broader))
    renamed = memberships.assign(group_id=memberships["group_id"].map(ids))
    return schema.conform(renamed, name="memberships"), out


def register_clusters(
    groups: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    trends: pd.DataFrame,
    parent: Parent | None,
    run: str,
    snapshot_date: date | None,
) -> tuple[pd.DataFrame, pd.DataFrame, Ledger]:
    """Bring statuses, lineage and register up to date.

    Parameters
    ----------
    groups : DataFrame
        Clusters and topics of the run.
    memberships, trends : DataFrame
        Tables of the run.
    parent : Parent or None
        None for the first run of a series.
    run : str
        Its name.
    snapshot_date : date or None

    Returns
    -------
    groups, lineage : DataFrame
        `groups` with statuses.
    ledger : Ledger
    """
    lineage, earlier = schema.empty("lineage"), Ledger()
    if parent is not None:
        earlier = parent.ledger
        now, before = primary_clusters(memberships), primary_clusters(parent.run.memberships)
        statuses, changed = cluster_statuses(
            earlier,
            dormant=dormant_clusters(trends),
            placed=now[~now.index.isin(parent.run.papers["paper_id"])].unique(),
            snapshot_date=snapshot_date,
        )
        is_cluster = groups["kind"] == "cluster"
        status = groups["group_id"].map(statuses).astype("object").where(is_cluster)
        status = status.where(groups["n_papers"] > 0, groups["status"]).fillna(groups["status"])
        groups = schema.conform(groups.assign(status=status), name="groups")
        lineage = lineage_rows(before, now, previous_run=parent.run.name)
        retired = lineage.loc[lineage["event"] == "retired", "group_id"]
        rows = pd.concat([lineage, changed[~changed["group_id"].isin(retired)]])
        lineage = schema.conform(rows, name="lineage")
    ledger = update_register(
        earlier, groups=groups, lineage=lineage, run=run, snapshot_date=snapshot_date
    )
    return groups, lineage, ledger
