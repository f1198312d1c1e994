"""The lineage of clusters: what became of each from one run to the next."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.base.schema import conform

SHARE = 0.6
LEAST = 10
QUIET_PERIODS = 4
EXPECTED = 8.0


def lineage_rows(
    old: pd.Series,
    new: pd.Series,
    *,
    previous_run: str,
    previous_ids: Iterable[str] | None = None,
    share: float = SHARE,
    least: int = LEAST,
) -> pd.DataFrame:
    """Return the table `lineage` of a run from the primary clusters of two runs.

    Ids are those of the series: which cluster keeps an id has been decided before. With "old
    papers" being those that both runs have:

    - *kept*: the id is in both. `overlap`: share of its old papers that are still in it.
    - *born*: the id is not in the earlier run (the smaller parts of a split too).
      `previous_group_id` is where most of its old papers were (null if it has none), `overlap`
      their share.
    - *split*: two or more clusters of at least `least` old papers each have at least `share` of
      these from one. One row per part; `overlap` is that share.
    - *merged*: two or more clusters of at least `least` old papers each have at least `share` of
      these in one cluster now, and all but one of the ids are gone. One row per former cluster;
      `overlap` is that share.
    - *retired*: no paper has the id any more.

    Parameters
    ----------
    old, new : Series of str
        Primary cluster of each paper, indexed by its id.
    previous_run : str
        Name of the run that `old` is from.
    previous_ids : iterable of str, optional
        Ids that had papers in that run, if `old` lacks some of its papers.
    share, least : float, int
        Thresholds of splits and mergers.

    Returns
    -------
    DataFrame
        Table `lineage`.
    """
    both = pd.DataFrame({"previous_group_id": old, "group_id": new}).dropna()
    pairs = both.groupby(["previous_group_id", "group_id"], sort=True).size()
    pairs = pairs.rename("n_shared").reset_index()
    pairs["of_part"] = pairs["n_shared"] / pairs.groupby("group_id")["n_shared"].transform("sum")
    pairs["n_part"] = pairs.groupby("group_id")["n_shared"].transform("sum")
    pairs["n_former"] = pairs.groupby("previous_group_id")["n_shared"].transform("sum")
    pairs["of_former"] = pairs["n_shared"] / pairs["n_former"]
    before, now = set(old.dropna()) | set(previous_ids or ()), set(new.dropna())
    gone = sorted(before - now)
    retired = pd.DataFrame({"group_id": gone, "previous_group_id": gone}, dtype="str")
    parts = [
        _kept_rows(pairs, both=sorted(before & now)).assign(event="kept"),
        _born_rows(pairs, born=sorted(now - before)).assign(event="born"),
        _split_rows(pairs, share=share, least=least).assign(event="split"),
        _merged_rows(pairs, gone=gone, share=share, least=least).assign(event="merged"),
        retired.assign(event="retired", n_shared=0, overlap=0.0),
    ]
    rows = pd.concat([part for part in parts if len(part)] or parts[-1:])
    return conform(rows.assign(previous_run=previous_run), name="lineage")


def _kept_rows(pairs: pd.DataFrame, *, both: list[str]) -> pd.DataFrame:
    same = pairs[pairs["group_id"] == pairs["previous_group_id"]].set_index("group_id")
    same = same.reindex(both)
    return pd.DataFrame(
        {
            "group_id": both,
            "previous_group_id": both,
            "n_shared": same["n_shared"].fillna(0).to_numpy(),
            "overlap": same["of_former"].fillna(0).to_numpy(),
        }
    )


def _born_rows(pairs: pd.DataFrame, *, born: list[str]) -> pd.DataFrame:
    order = pairs.sort_values(["n_shared", "previous_group_id"], ascending=[False, True])
    most = order.drop_duplicates("group_id").set_index("group_id").reindex(born)
    return pd.DataFrame(
        {
            "group_id": born,
            "previous_group_id": most["previous_group_id"].to_numpy(),
            "n_shared": most["n_shared"].fillna(0).to_numpy(),
            "overlap": most["of_part"].fillna(0).to_numpy(),
        }
    )


def _split_rows(pairs: pd.DataFrame, *, share: float, least: int) -> pd.DataFrame:
    parts = pairs[(pairs["of_part"] >= share) & (pairs["n_part"] >= least)]
    parts = parts[parts["previous_group_id"].duplicated(keep=False)]
    return _lineage_columns(parts, overlap="of_part")


def _merged_rows(pairs: pd.DataFrame, *, gone: list[str], share: float, least: int) -> pd.DataFrame:
    former = pairs[(pairs["of_former"] >= share) & (pairs["n_former"] >= least)]
    same = former["group_id"] == former["previous_group_id"]
    former = former[same | former["previous_group_id"].isin(gone)]
    return _lineage_columns(former[former["group_id"].duplicated(keep=False)], overlap="of_former")


def _lineage_columns(pairs: pd.DataFrame, *, overlap: str) -> pd.DataFrame:
    out = pairs[["group_id", "previous_group_id", "n_shared"]]
    return out.assign(overlap=pairs[overlap])


def dormant_clusters(
    trends: pd.DataFrame, *, periods: int = QUIET_PERIODS, expected: float = EXPECTED
) -> tuple[str, ...]:
    """Return the clusters that get no papers any more.

    A cluster is dormant if it has no paper since the beginning of the last `periods` full
    periods, although its share before them, times all papers counted in them, would give at least
    `expected`. A paper in a partial period after them counts too. Shares rather than counts are
    projected, so that a snapshot that lists fewer papers makes no cluster dormant.

    Parameters
    ----------
    trends : DataFrame
        Table `trends`.
    periods : int
    expected : float
        Papers.

    Returns
    -------
    tuple of str
        Sorted; empty if there is no earlier period.
    """
    rows = trends[trends["kind"] == "cluster"]
    full = sorted(rows.loc[~rows["is_partial"], "period"].unique())
    if len(full) < periods:
        return ()
    start = full[-periods]
    earlier = rows[rows["period"] < start].groupby("group_id")[["n_papers", "n_total"]].sum()
    recent = rows[rows["period"] >= start]
    n_recent = recent.groupby("group_id")["n_papers"].sum()
    counted = recent[~recent["is_partial"]].groupby("group_id")["n_total"].sum()
    known = earlier[earlier["n_total"] > 0]
    projected = known["n_papers"] / known["n_total"] * counted.reindex(known.index)
    silent = (projected >= expected) & (n_recent.reindex(known.index) == 0)
    return tuple(sorted(known.index[silent]))
