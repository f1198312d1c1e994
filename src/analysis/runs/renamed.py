"""Clusters that have another label in a later run, by hand or because their papers moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from .run import Run

COLUMNS = {"group_id": "str", "old_label": "str", "new_label": "str", "by_hand": "bool"}


def renamed_clusters(old: Run, new: Run) -> pd.DataFrame:
    """Return the clusters of both runs that have different labels in them.

    Parameters
    ----------
    old, new : Run
        Runs in which a cluster's id means the same group.

    Returns
    -------
    DataFrame
        A row per cluster in the order of the new run, without those retired in it: `group_id`,
        `old_label`, `new_label`, and `by_hand`, whether `overrides.toml` gave the new label.
    """
    before = _clusters(old).set_index("group_id")["label"]
    rows = _clusters(new)
    rows = rows[rows["group_id"].isin(before.index) & (rows["status"] != "retired")]
    earlier = before.reindex(rows["group_id"]).to_numpy()
    rows = rows.assign(old_label=earlier).rename(columns={"label": "new_label"})
    by_hand = set((new.manifest.get("clusters_by_hand") or {}).get("renamed", ()))
    rows = rows.assign(by_hand=rows["group_id"].isin(by_hand))
    return _table(rows[rows["old_label"] != rows["new_label"]])


def renamed_since_parent(run: Run) -> pd.DataFrame:
    """Return the clusters renamed since the parent run, as the manifest records them."""
    return _table(pd.DataFrame(run.manifest.get("renamed") or [], columns=list(COLUMNS)))


def _clusters(run: Run) -> pd.DataFrame:
    return run.groups[run.groups["kind"] == "cluster"]


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[list(COLUMNS)].astype(COLUMNS).reset_index(drop=True)
