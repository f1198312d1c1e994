"""Groups, that is clusters and topics: their ids, their rows, and the memberships that count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .schema import COUNTED_WEIGHT

if TYPE_CHECKING:
    import pandas as pd

CLUSTER_ID = re.compile(r"c\d{4,}")
"""The form of a cluster id: c0001 for the first cluster of a series."""

COLOR = re.compile("#[0-9a-fA-F]{6}")
"""The form of a color that a user gives to a group."""

PALETTE = (
    *("#1f77b4", "#d95f02", "#2ca02c", "#c23b4e", "#8a63b8", "#8c6d31", "#d670ae", "#4c5c6b"),
    *("#a3a61b", "#17a2b8", "#5a86d6", "#f0a13c", "#66a46c", "#e8837f", "#b59ad6", "#b0826b"),
    *("#7b4173", "#3d7f7a", "#c7b42e", "#6fb7d6"),
)
"""Twenty colours that stay distinct on white and black; further groups get another marker shape."""

GRADES = ((0.75, "often found again"), (0.5, "sometimes found again"), (0.0, "seldom found again"))
"""Words for a cluster's stability, with the lowest value of each. Hennig 2007: a cluster is found
again from .75, and dissolved at .5 and below."""


def cluster_id(number: int) -> str:
    """Return the id of a cluster by its number in the series, counted from 1: c0001 for 1."""
    return f"c{number:04d}"


def cluster_number(identifier: str) -> int:
    """Return the number in a cluster id, 12 for c0012; 0 if it is not a cluster id."""
    return int(identifier[1:]) if CLUSTER_ID.fullmatch(identifier) else 0


def is_counted(memberships: pd.DataFrame) -> pd.Series:
    """Return for each membership whether its group counts the paper.

    A cluster, or a broader one, counts its primary papers, a topic those with a weight of at least
    `COUNTED_WEIGHT`.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`; `kind`, `weight` and `is_primary` are read.

    Returns
    -------
    Series of bool
        With the index of `memberships`.
    """
    heavy = memberships["weight"] >= COUNTED_WEIGHT
    exclusive = memberships["kind"].isin(("cluster", "broader"))
    return memberships["is_primary"].where(exclusive, heavy).astype("bool")


def counted_memberships(memberships: pd.DataFrame, *, kind: str | None = None) -> pd.DataFrame:
    """Return the rows of `memberships` that count (`is_counted`), of one kind if it is given.

    Of a cluster these are its primary papers: each paper has one row of kind "cluster".

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`.
    kind : {"cluster", "topic"}, optional
    """
    rows = memberships if kind is None else memberships[memberships["kind"] == kind]
    return rows[is_counted(rows)]


def primary_memberships(memberships: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Return one row per paper: its primary cluster, or its topic of the highest weight.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`.
    kind : {"cluster", "topic"}
        A paper that no topic counts has no row of kind "topic".
    """
    return memberships[(memberships["kind"] == kind) & memberships["is_primary"]]


def grade(stability: float | None) -> str:
    """Return a stability in words, "" if it was not measured.

    Parameters
    ----------
    stability : float or None
        `stability` of the table `groups`: mean Jaccard similarity, NaN if not measured.
    """
    if stability is None or stability != stability:
        return ""
    return next(words for least, words in GRADES if round(float(stability), 2) >= least)


def broader_clusters(groups: pd.DataFrame) -> frozenset[str]:
    """Return the ids of clusters that consist of other clusters.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    """
    return frozenset(broader_ids(groups).values())


def broader_ids(groups: pd.DataFrame) -> dict[str, str]:
    """Return the id of the broader cluster of each cluster that has one."""
    rows = groups[groups["kind"] == "cluster"]
    pairs = zip(rows["group_id"], rows["parent_id"], strict=True)
    return {group: parent for group, parent in pairs if isinstance(parent, str)}


def parts_of(groups: pd.DataFrame, group_id: str) -> frozenset[str]:
    """Return the ids under which papers belong to a group: its own, or those of its parts.

    Parts are followed to any depth.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    group_id : str
        An id in it.
    """
    above = broader_ids(groups)
    parts = {group for group, parent in above.items() if parent == group_id}
    if not parts:
        return frozenset({group_id})
    return frozenset().union(*(parts_of(groups, part) for part in parts))


def broader_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the broader clusters that have papers, with the kind "broader".

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    """
    is_broader = (groups["kind"] == "cluster") & groups["group_id"].isin(broader_clusters(groups))
    return groups[is_broader & (groups["n_papers"] > 0)].assign(kind="broader")


def broader_memberships(memberships: pd.DataFrame, *, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the papers of broader clusters, from those of their parts.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`.
    groups : DataFrame
        Table `groups`.

    Returns
    -------
    DataFrame
        Columns as in `memberships`, `kind` "broader"; a paper's weight in a broader cluster is the
        sum of its weights in the parts, and it is primary where one of them is.
    """
    import pandas as pd

    above = broader_ids(groups)
    level = memberships[memberships["kind"] == "cluster"]
    levels = []
    while len(level := level[level["group_id"].isin(above)]):
        level = level.assign(group_id=level["group_id"].map(above).astype("str"), kind="broader")
        levels.append(level)
    if not levels:
        return memberships.head(0)
    # Sums of floats depend on their order, sums of integer multiples of 2^-30 do not.
    rows = pd.concat(levels)
    rows = rows.assign(weight=(rows["weight"].astype("float64") * 2**30).round())
    rows = rows.groupby(["paper_id", "kind", "group_id"], as_index=False).agg(
        weight=("weight", "sum"), is_primary=("is_primary", "max")
    )
    weight = (rows["weight"] / 2**30).clip(upper=1).astype(memberships["weight"].dtype)
    return rows.assign(weight=weight)[list(memberships.columns)]


def shown_groups(groups: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Return the rows of one kind that are drawn and listed: `groups_of` with papers, if topics.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    kind : {"cluster", "topic"}
    """
    rows = groups_of(groups, kind=kind)
    return rows[rows["n_papers"] > 0] if kind == "topic" else rows


def groups_of(groups: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Return the rows of one kind that papers can belong to.

    Broader clusters, whose parts have the papers, and retired groups without papers are left out.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`.
    kind : {"cluster", "topic"}
    """
    gone = (groups["status"] == "retired") & (groups["n_papers"] == 0)
    rows = groups[(groups["kind"] == kind) & ~gone]
    if kind != "cluster":
        return rows
    return rows[~rows["group_id"].isin(broader_clusters(groups))]
