"""Names, dtypes and sort keys of every table, and the laws between them.

This module imports nothing of the package, and everything else imports it: a column that is not
named here does not exist. Tables are plain pandas frames; `conform` gives a frame the columns,
dtypes and order that its table promises, `check_laws` counts what must add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 3
"""Version of the run directory's layout; a reader that meets another one stops."""

COUNTED_WEIGHT = 0.5
"""A topic counts a paper from this weight on; a cluster placement below it is "low weight"."""

KINDS = ("cluster", "topic")
FREQUENCIES = ("month", "quarter", "half-year", "year")
DIRECTIONS = ("rising", "falling", "flat", "unclear", "too few to say")
EVENTS = ("burst", "change")
PRECISIONS = ("day", "month", "year")


@dataclass(frozen=True)
class Table:
    """What one table promises: its key columns (also its sort order) and its columns' dtypes.

    `open_columns` is true where further columns of the input ride along after the named ones.
    """

    key: tuple[str, ...]
    columns: Mapping[str, str]
    open_columns: bool = False


TABLES: dict[str, Table] = {
    "papers": Table(
        key=("paper_id",),
        columns={
            "paper_id": "str",
            "title": "str",
            "abstract": "str",
            "published": "datetime64[us]",
            "published_precision": "str",
            "listed": "datetime64[us]",
            "source": "str",
            "url": "str",
            "in_snapshot": "bool",
            "first_run": "str",
            "last_run": "str",
            "text_hash": "str",
            "aliases": "list",
        },
        open_columns=True,
    ),
    "neighbours": Table(
        key=("paper_id", "rank"),
        columns={
            "paper_id": "str",
            "rank": "int64",
            "neighbour_id": "str",
            "similarity": "float32",
        },
    ),
    "memberships": Table(
        key=("paper_id", "kind", "group_id"),
        columns={
            "paper_id": "str",
            "kind": "str",
            "group_id": "str",
            "weight": "float32",
            "is_primary": "bool",
        },
    ),
    "evidence": Table(
        key=("paper_id", "kind", "group_id", "how", "text", "sentence"),
        columns={
            "paper_id": "str",
            "kind": "str",
            "group_id": "str",
            "how": "str",
            "text": "str",
            "sentence": "str",
            "value": "float32",
        },
    ),
    "reclassified": Table(
        key=("paper_id", "kind", "group_id"),
        columns={
            "paper_id": "str",
            "kind": "str",
            "group_id": "str",
            "weight_before": "float32",
            "weight": "float32",
            "previous_run": "str",
        },
    ),
    "map": Table(
        key=("paper_id",),
        columns={"paper_id": "str", "x": "float32", "y": "float32", "state": "str"},
    ),
    "groups": Table(
        key=("kind", "group_id"),
        columns={
            "kind": "str",
            "group_id": "str",
            "label": "str",
            "description": "str",
            "n_papers": "int64",
            "terms": "list",
            "exemplars": "list",
            "color": "str",
            "parent_id": "str",
            "status": "str",
            "definition_hash": "str",
            "stability": "float32",
        },
    ),
    "trends": Table(
        key=("kind", "group_id", "period"),
        columns={
            "kind": "str",
            "group_id": "str",
            "freq": "str",
            "period": "datetime64[us]",
            "period_end": "datetime64[us]",
            "n_papers": "int64",
            "n_total": "int64",
            "share": "float64",
            "share_low": "float64",
            "share_high": "float64",
            "share_weighted": "float64",
            "n_low_weight": "int64",
            "phi": "float64",
            "is_partial": "bool",
        },
    ),
    "verdicts": Table(
        key=("kind", "group_id"),
        columns={
            "kind": "str",
            "group_id": "str",
            "direction": "str",
            "log_odds_per_year": "float64",
            "low": "float64",
            "high": "float64",
            "ratio": "float64",
            "ratio_low": "float64",
            "ratio_high": "float64",
            "p": "float64",
            "p_adjusted": "float64",
            "n_periods": "int64",
            "n_papers": "int64",
            "share_first": "float64",
            "share_last": "float64",
            "doubling_years": "float64",
            "theil_sen": "float64",
            "dispersion": "float64",
            "df": "float64",
        },
    ),
    "events": Table(
        key=("kind", "group_id", "what", "start"),
        columns={
            "kind": "str",
            "group_id": "str",
            "what": "str",
            "start": "datetime64[us]",
            "end": "datetime64[us]",
            "strength": "float64",
            "n_papers": "int64",
            "p_adjusted": "float64",
        },
    ),
}
"""Every table of a run, by name. `NAME.parquet` holds it, `tables/NAME.csv` is its copy."""


def empty(name: str) -> pd.DataFrame:
    """Return table `name` with no rows, all columns and the right dtypes."""
    import pandas as pd

    return conform(pd.DataFrame(columns=list(TABLES[name].columns)), name=name)


def conform(frame: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Give a frame the columns, dtypes and row order of table `name`.

    Parameters
    ----------
    frame : DataFrame
        Has every column of the table, in any order; left unchanged.
    name : str
        A key of `TABLES`.

    Returns
    -------
    DataFrame
        Columns in the table's order (further ones after them where the table is open, dropped
        elsewhere), dtypes cast, rows sorted by the key columns, index 0..n-1.

    Raises
    ------
    KeyError
        Where a column is missing: a defect of ours, not of the input.
    """
    table = TABLES[name]
    missing = [column for column in table.columns if column not in frame]
    if missing:
        raise KeyError(f"table {name} lacks {', '.join(missing)}")
    extra = [c for c in frame.columns if c not in table.columns] if table.open_columns else []
    casts = {c: "object" if d == "list" else d for c, d in table.columns.items()}
    out = frame[[*table.columns, *extra]].astype(casts)
    return out.sort_values(list(table.key), kind="stable", ignore_index=True)


def broader_clusters(groups: pd.DataFrame) -> frozenset[str]:
    """Return the ids of clusters that are made of other clusters.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    """
    return frozenset(broader_ids(groups).values())


def broader_ids(groups: pd.DataFrame) -> dict[str, str]:
    """Return for each cluster that is part of a broader one the id of that one."""
    rows = groups[groups["kind"] == "cluster"]
    pairs = zip(rows["group_id"], rows["parent_id"], strict=True)
    return {group: parent for group, parent in pairs if isinstance(parent, str)}


def parts_of(groups: pd.DataFrame, group_id: str) -> frozenset[str]:
    """Return the ids under which papers belong to a group: its own, or its parts' at any depth.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    group_id : str
        An id of it.
    """
    above = broader_ids(groups)
    parts = {group for group, parent in above.items() if parent == group_id}
    if not parts:
        return frozenset({group_id})
    return frozenset().union(*(parts_of(groups, part) for part in parts))


def groups_of(groups: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Return the rows of one kind that papers belong to: all but broader clusters.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    kind : {"cluster", "topic"}
    """
    rows = groups[groups["kind"] == kind]
    if kind != "cluster":
        return rows
    return rows[~rows["group_id"].isin(broader_clusters(groups))]


def check_laws(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say which laws between the tables of one run are broken.

    The laws: keys are unique; every paper of another table is in `papers` and every group in
    `groups`; where there are clusters each paper has exactly one primary one; cluster weights of
    a paper sum to at most 1; `groups.n_papers` counts primary papers (clusters) or weights of at
    least `COUNTED_WEIGHT` (topics); a broader cluster has the papers of its parts, and no
    memberships or trend of its own; the trend grid is complete; per period all groups of a run
    have one `n_total`, and clusters' `n_papers` add up to it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        All tables of a run, by name.

    Returns
    -------
    list of str
        One sentence a broken law; empty when all hold.
    """
    return [
        *_broken_keys(tables),
        *_broken_references(tables),
        *_broken_memberships(tables),
        *_broken_hierarchy(tables),
        *_broken_trends(tables["trends"]),
    ]


def _broken_keys(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    return [
        f"{name}: the key {', '.join(TABLES[name].key)} is not unique"
        for name, frame in tables.items()
        if frame.duplicated(list(TABLES[name].key)).any()
    ]


def _broken_references(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    known_papers = set(tables["papers"]["paper_id"])
    known_groups = set(zip(tables["groups"]["kind"], tables["groups"]["group_id"], strict=True))
    broken = []
    for name, frame in tables.items():
        for column in ("paper_id", "neighbour_id"):
            if column in frame and not set(frame[column]) <= known_papers:
                broken.append(f"{name}.{column} names a paper that is not in papers")
        if "group_id" in frame and name != "groups":
            named = set(zip(frame["kind"], frame["group_id"], strict=True))
            if not named <= known_groups:
                broken.append(f"{name} names a group that is not in groups")
    return broken


def _broken_memberships(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    import pandas as pd

    memberships, groups = tables["memberships"], tables["groups"]
    clusters = memberships[memberships["kind"] == "cluster"]
    topics = memberships[memberships["kind"] == "topic"]
    broken = []
    primaries = clusters[clusters["is_primary"]]
    if (groups["kind"] == "cluster").any():
        ids = sorted(primaries["paper_id"])
        if ids != sorted(tables["papers"]["paper_id"]):
            broken.append("memberships: not every paper has exactly one primary cluster")
    weights = clusters.groupby("paper_id")["weight"].sum()
    if (weights > 1 + 1e-5).any():
        broken.append("memberships: cluster weights of a paper sum to more than 1")
    counted = topics[topics["weight"] >= COUNTED_WEIGHT]
    counts = {("cluster", g): n for g, n in primaries.groupby("group_id").size().items()}
    counts |= {("topic", g): n for g, n in counted.groupby("group_id").size().items()}
    held = pd.concat([groups_of(groups, kind=kind) for kind in KINDS])
    for kind, group_id, n in zip(held["kind"], held["group_id"], held["n_papers"], strict=True):
        if counts.get((kind, group_id), 0) != n:
            broken.append(f"groups: n_papers of {group_id} is {n}, the memberships count otherwise")
    return broken


def _broken_hierarchy(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    groups = tables["groups"]
    clusters = groups[groups["kind"] == "cluster"]
    broader = broader_clusters(groups)
    broken = [f"groups: the broader cluster {name} is not in groups"
              for name in sorted(broader - set(clusters["group_id"]))]  # fmt: skip
    parts = clusters.groupby("parent_id")["n_papers"].sum()
    for group_id, n in zip(clusters["group_id"], clusters["n_papers"], strict=True):
        if group_id in broader and parts[group_id] != n:
            broken.append(f"groups: {group_id} has {n} papers, its parts have {parts[group_id]}")
    for name in ("memberships", "evidence", "trends"):
        frame = tables[name]
        own = frame.loc[frame["kind"] == "cluster", "group_id"]
        if own.isin(broader).any():
            broken.append(f"{name}: a broader cluster has rows of its own")
    return broken


def _broken_trends(trends: pd.DataFrame) -> list[str]:
    if trends.empty:
        return []
    broken = []
    n_groups = len(trends[["kind", "group_id"]].drop_duplicates())
    if len(trends) != n_groups * trends["period"].nunique():
        broken.append("trends: the grid of groups and periods is not complete")
    if (trends.groupby("period")["n_total"].nunique() > 1).any():
        broken.append("trends: a period has more than one n_total")
    clusters = trends[trends["kind"] == "cluster"]
    by_period = clusters.groupby("period").agg(n=("n_papers", "sum"), total=("n_total", "first"))
    if (by_period["n"] != by_period["total"]).any():
        broken.append("trends: the clusters' papers do not add up to n_total")
    known = trends[trends["n_total"] > 0]
    inside = (known["share_low"] <= known["share"]) & (known["share"] <= known["share_high"])
    if not inside.all():
        broken.append("trends: an interval does not contain its share")
    return broken
