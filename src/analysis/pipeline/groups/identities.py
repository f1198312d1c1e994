"""Who is who from run to run: ids of clusters, places on the map, lineage, the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from analysis.base import schema
from analysis.base.groups import cluster_id, groups_of
from analysis.clusters.identity.ledger import Ledger
from analysis.clusters.identity.lineage import dormant_clusters, lineage_rows
from analysis.clusters.identity.matching import match_fresh
from analysis.clusters.identity.register import continued, opened, standing
from analysis.runs import Run

from ..parent import Parent, primary


def identified(
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    parent: Parent,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give clusters of a fresh fit the ids, names and colours of those that they continue.

    Parameters
    ----------
    memberships, groups : DataFrame
        Clusters alone, with ids from c0001 on.
    papers : DataFrame
        Table `papers`, n rows.
    vectors : float32 (n, d)
    parent : Parent

    Returns
    -------
    memberships, groups : DataFrame
        Matched one to one (`extension.identities.match_fresh`); what matches none, and every
        broader cluster, gets ids that the series has not given yet.
    """
    ours = groups_of(groups, kind="cluster")
    theirs = groups_of(parent.run.groups, kind="cluster")
    found: list[str | None] = [None] * len(ours)
    if len(ours) and len(theirs):
        found = _matched(
            ours, theirs, memberships=memberships, papers=papers, vectors=vectors, parent=parent.run
        )
    return _renamed(
        memberships,
        groups,
        matched=dict(zip(ours["group_id"], found, strict=True)),
        known=parent.run.groups.set_index("group_id"),
        first=parent.ledger.next_id,
    )


def numbered_from(
    memberships: pd.DataFrame, groups: pd.DataFrame, *, first: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give clusters of a fresh fit ids from `first` on, where they continue none.

    The parameters and what is returned are as for `identified`.
    """
    return _renamed(memberships, groups, matched={}, known=groups.iloc[:0], first=first)


def _matched(
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    parent: Run,
) -> list[str | None]:
    """Return for each new cluster the id of the one it continues, None for a new one."""
    now, before = primary(memberships), primary(parent.memberships)
    ids = papers["paper_id"].to_numpy()
    crossed = pd.crosstab(before.reindex(ids).to_numpy(), now.reindex(ids).to_numpy())
    crossed = crossed.reindex(index=theirs["group_id"], columns=ours["group_id"], fill_value=0)
    return match_fresh(
        crossed.to_numpy(),
        ids=theirs["group_id"].tolist(),
        centroids=(
            _centroids(theirs, papers=parent.papers, vectors=parent.vectors, of=before),
            _centroids(ours, papers=papers, vectors=vectors, of=now),
        ),
        terms=(theirs["terms"].tolist(), ours["terms"].tolist()),
    )


def _centroids(
    groups: pd.DataFrame, *, papers: pd.DataFrame, vectors: np.ndarray, of: pd.Series
) -> np.ndarray:
    labels = of.reindex(papers["paper_id"].to_numpy()).to_numpy()
    return np.stack([vectors[labels == name].mean(axis=0) for name in groups["group_id"]])


def _renamed(
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    matched: Mapping[str, str | None],
    known: pd.DataFrame,
    first: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rename clusters: matched ones as in `known` (indexed by id), others from `first` on."""
    number, into, rows = first, {}, groups.to_dict("records")
    for row in rows:
        name = matched.get(row["group_id"])
        if name is None:
            name = cluster_id(number)
            number += 1
        else:
            row["label"], row["color"] = known.at[name, "label"], known.at[name, "color"]
        into[row["group_id"]] = name
    taken: set[str] = {row["label"] for row in rows if matched.get(row["group_id"])}
    for row in rows:
        if not matched.get(row["group_id"]):
            row["label"] = row["label"] if row["label"] not in taken else (
                f"{row['label']} ({into[row['group_id']]})"
            )  # fmt: skip
            taken.add(row["label"])
        row["group_id"] = into[row["group_id"]]
        row["parent_id"] = into.get(row["parent_id"]) if row["parent_id"] in into else None
    renamed = memberships.assign(group_id=memberships["group_id"].map(into))
    return (
        schema.conform(renamed, name="memberships"),
        schema.conform(pd.DataFrame(rows, columns=groups.columns), name="groups"),
    )


def aligned(places: pd.DataFrame, *, before: pd.DataFrame) -> pd.DataFrame:
    """Turn a fresh map so that known papers lie as near as can be to where they were.

    Parameters
    ----------
    places, before : DataFrame
        Tables `map`, new and old.

    Returns
    -------
    DataFrame
        Turned and mirrored only (orthogonal Procrustes, Schönemann 1966); known papers have the
        state "moved". As given where fewer than three papers are in both.
    """
    from scipy.linalg import orthogonal_procrustes

    both = places.merge(before, on="paper_id", suffixes=("", "_old"))
    if len(both) < 3:
        return places
    ours = both[["x", "y"]].to_numpy(dtype=np.float64)
    theirs = both[["x_old", "y_old"]].to_numpy(dtype=np.float64)
    turn, _ = orthogonal_procrustes(ours - ours.mean(axis=0), theirs - theirs.mean(axis=0))
    turned = places[["x", "y"]].to_numpy(dtype=np.float64) @ turn
    known = places["paper_id"].isin(set(before["paper_id"]))
    out = places.assign(
        x=turned[:, 0], y=turned[:, 1], state=np.where(known, "moved", places["state"])
    )
    return schema.conform(out, name="map")


def registered(
    groups: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    trends: pd.DataFrame,
    parent: Parent | None,
    added: Sequence[str],
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
    added : sequence of str
        Papers that the parent does not have.
    run : str
        Its name.
    snapshot_date : date or None

    Returns
    -------
    groups, lineage : DataFrame
        `groups` with statuses.
    ledger : Ledger
    """
    if parent is None:
        lineage = schema.empty("lineage")
        return groups, lineage, opened(groups, run=run, snapshot_date=snapshot_date)
    now, before = primary(memberships), primary(parent.run.memberships)
    lineage = lineage_rows(before, now, previous_run=parent.run.name)
    placed = now[now.index.isin(set(added))].unique().tolist()
    state = standing(
        parent.ledger, dormant=dormant_clusters(trends), placed=placed, snapshot_date=snapshot_date
    )
    ours = groups["kind"] == "cluster"
    status = groups["group_id"].map(state.statuses).astype("object").where(ours)
    status = status.where(groups["n_papers"] > 0, groups["status"]).fillna(groups["status"])
    groups = schema.conform(groups.assign(status=status), name="groups")
    told = state.lineage[~state.lineage["group_id"].isin(
        lineage.loc[lineage["event"] == "retired", "group_id"])]  # fmt: skip
    lineage = schema.conform(pd.concat([lineage, told]), name="lineage")
    ledger = continued(
        parent.ledger, groups=groups, lineage=lineage, run=run, snapshot_date=snapshot_date
    )
    return groups, lineage, ledger
