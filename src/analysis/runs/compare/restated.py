"""Shares that earlier runs reported, beside those of the newest run in the same periods."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.base.schema import conform, empty

from ..run import read_manifest

_KEY = ["kind", "group_id", "period"]
_THEN = {"share": "share_then", "share_low": "share_then_low", "share_high": "share_then_high"}


def restated_shares(
    trends: pd.DataFrame, *, older: Mapping[str, pd.DataFrame], clusters: bool = True
) -> pd.DataFrame:
    """Return the shares that earlier runs stored beside those of this one.

    Parameters
    ----------
    trends : DataFrame
        Table `trends` of this run.
    older : mapping of str to DataFrame
        Name to table `trends` of each earlier run, as stored.
    clusters : bool
        False if the cluster ids of those runs do not mean the same groups: topics only.

    Returns
    -------
    DataFrame
        Table `restated`: one row per share reported then, of a group and period that this run has
        too. Runs whose periods have another length have no rows; a share that was null then (no
        paper in the period) was not reported. `share_now` is null if this run has no paper in the
        period.
    """
    freq = set(trends["freq"])
    parts = []
    for name, table in older.items():
        rows = table[table["share"].notna() & table["freq"].isin(freq)]
        rows = rows if clusters else rows[rows["kind"] == "topic"]
        now = trends[[*_KEY, "share"]].rename(columns={"share": "share_now"})
        parts.append(rows.rename(columns=_THEN).merge(now, on=_KEY).assign(run=name))
    full = [part for part in parts if len(part)]
    return conform(pd.concat(full), name="restated") if full else empty("restated")


def restated_by_runs(
    trends: pd.DataFrame,
    *,
    folders: Mapping[str, Path],
    by: str = "published",
    clusters: bool = True,
) -> pd.DataFrame:
    """Return `restated_shares` for the runs in these folders that use the same day for periods.

    Parameters
    ----------
    trends, clusters
        As for `restated_shares`.
    folders : mapping of str to Path
        Name to directory of each earlier run; table `trends` and the manifest are read.
    by : {"published", "listed"}
        The day that decides a paper's period in this run.
    """
    periods = {name: read_manifest(path).get("period") or {} for name, path in folders.items()}
    folders = {
        name: path for name, path in folders.items() if (periods[name].get("by") or by) == by
    }
    older = {name: pd.read_parquet(path / "trends.parquet") for name, path in folders.items()}
    return restated_shares(trends, older=older, clusters=clusters)


def has_left(table: pd.DataFrame) -> pd.Series:
    """Return for each row of `restated` whether the share now lies outside the interval then."""
    now = table["share_now"]
    return (now < table["share_then_low"]) | (now > table["share_then_high"])
