"""Clusters that an older run does not have: their size, growth and nearest known group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.groups import counted_memberships, groups_of

from .paper_changes import rename_ids

if TYPE_CHECKING:
    from .run import Run

SHOWN_PERIODS = 4
_COLUMNS = {
    **dict.fromkeys(["group_id", "label"], "str"),
    **dict.fromkeys(["n_papers", "n_added"], "int64"),
    **dict.fromkeys(["nearest_kind", "nearest_id", "nearest_label"], "str"),
    **{"similarity": "float64", "growth": "object", "exemplars": "object"},
}


def new_clusters(run: Run, *, known: Iterable[str], added: Iterable[str]) -> pd.DataFrame:
    """List the clusters of a run that were not known before.

    Parameters
    ----------
    run : Run
    known : iterable of str
        Ids of the clusters that the older run has.
    added : iterable of str
        Ids of the papers that it does not have.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `n_papers`, `n_added` (of these, papers in `added`), the nearest known
        group as `nearest_kind`, `nearest_id`, `nearest_label` and `similarity` (cosine between the
        means of the groups' vectors less the mean of all; null if no group was known), `growth`
        (list of period and number of papers, of the last four periods of the trends), `exemplars`
        (list of paper ids). Largest first.
    """
    clusters = groups_of(run.groups, kind="cluster")
    new = clusters[~clusters["group_id"].isin(set(known))]
    if new.empty:
        return pd.DataFrame(columns=list(_COLUMNS)).astype(_COLUMNS)
    means = group_directions(run)
    topics = set(run.groups.loc[run.groups["kind"] == "topic", "group_id"])
    old = {("cluster", name) for name in known} | {("topic", name) for name in topics}
    papers = _papers_of(run, kind="cluster")
    fresh = papers[papers["paper_id"].isin(set(added))].groupby("group_id").size()
    near = [_nearest(("cluster", name), means=means, among=old) for name in new["group_id"]]
    keys = zip(run.groups["kind"], run.groups["group_id"], strict=True)
    labels = dict(zip(keys, run.groups["label"], strict=True))
    table = new[["group_id", "label", "n_papers", "exemplars"]].assign(
        n_added=[int(fresh.get(name, 0)) for name in new["group_id"]],
        nearest_kind=[key[0] for key, _ in near],
        nearest_id=[key[1] for key, _ in near],
        nearest_label=[labels.get(key, key[1]) for key, _ in near],
        similarity=[value for _, value in near],
        growth=[_growth(run, name) for name in new["group_id"]],
    )
    order = ["n_papers", "group_id"]
    table = table[list(_COLUMNS)].astype(_COLUMNS)
    return table.sort_values(order, ascending=[False, True], ignore_index=True)


def old_homes(old: Run, new: Run, *, same: dict[str, str]) -> pd.DataFrame:
    """Return for each cluster of one run the cluster of another that most of its papers come from.

    For runs whose cluster ids do not mean the same groups.

    Parameters
    ----------
    old, new : Run
    same : dict of str to str
        From `same_papers`.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `n_papers`, `n_shared` (of these, papers in the old run), `old_id`,
        `old_label`, `n_from` (of the shared papers, those that were in it). Largest first; clusters
        without a shared paper are left out.
    """
    before = _papers_of(old, kind="cluster")
    before = before[before["paper_id"].isin(same)]
    before = before.assign(paper_id=rename_ids(before["paper_id"], same=same))
    pairs = _papers_of(new, kind="cluster").merge(before, on="paper_id", suffixes=("", "_old"))
    counts = pairs.groupby(["group_id", "group_id_old"], as_index=False).size()
    counts["n_shared"] = counts.groupby("group_id")["size"].transform("sum")
    counts = counts.sort_values(["size", "group_id_old"], ascending=[False, True], kind="stable")
    counts = counts.drop_duplicates("group_id")
    labels = dict(zip(old.groups["group_id"], old.groups["label"], strict=True))
    rows = groups_of(new.groups, kind="cluster").merge(counts, on="group_id")
    rows = rows.rename(columns={"group_id_old": "old_id", "size": "n_from"})
    rows["old_label"] = rows["old_id"].map(labels).astype("str")
    rows = rows.sort_values(["n_papers", "group_id"], ascending=[False, True], ignore_index=True)
    columns = ["group_id", "label", "n_papers", "n_shared", "old_id", "old_label", "n_from"]
    return rows[columns]


def _papers_of(run: Run, *, kind: str) -> pd.DataFrame:
    return counted_memberships(run.memberships, kind=kind)[["paper_id", "group_id"]]


def group_directions(run: Run) -> dict[tuple[str, str], np.ndarray]:
    """Return the direction of each group's mean vector from the mean of all papers."""
    vectors = run.vectors.astype("float64")
    centred = vectors - vectors.mean(axis=0)
    row_of = pd.Series(np.arange(len(run.papers)), index=run.papers["paper_id"])
    directions = {}
    for kind in ("cluster", "topic"):
        for group, rows in _papers_of(run, kind=kind).groupby("group_id"):
            mean = centred[row_of[rows["paper_id"]].to_numpy()].mean(axis=0)
            length = float(np.linalg.norm(mean))
            directions[kind, str(group)] = mean / length if length else mean
    return directions


def _nearest(
    group: tuple[str, str], *, means: dict[tuple[str, str], np.ndarray], among: set[tuple[str, str]]
) -> tuple[tuple[str, str], float]:
    here = means.get(group)
    others = sorted(key for key in among if key in means and key != group)
    if here is None or not others:
        return ("", ""), float("nan")
    values = [float(here @ means[key]) for key in others]
    best = int(np.argmax(values))
    return others[best], values[best]


def _growth(run: Run, group_id: str) -> list[tuple[pd.Timestamp, int]]:
    rows = run.trends[(run.trends["kind"] == "cluster") & (run.trends["group_id"] == group_id)]
    rows = rows.sort_values("period").tail(SHOWN_PERIODS)
    return list(zip(rows["period"], rows["n_papers"].tolist(), strict=True))
