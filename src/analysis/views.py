"""Tidy frames for figures and pages: tables of a run joined, nothing new computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import InputError
from .schema import COUNTED_WEIGHT
from .text import first_lines

if TYPE_CHECKING:
    import pandas as pd

    from .runs import Run

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
"""Marker shapes: groups beyond the 20 colours of the palette get another shape, never a shade."""


def period_label(period: pd.Timestamp, *, freq: str) -> str:
    """Return the short name of a period: 2024-05, 2024 Q2, 2024 H1 or 2024."""
    if freq == "month":
        return f"{period.year}-{period.month:02d}"
    if freq == "quarter":
        return f"{period.year} Q{(period.month - 1) // 3 + 1}"
    if freq == "half-year":
        return f"{period.year} H{(period.month - 1) // 6 + 1}"
    return str(period.year)


def date_label(published: pd.Timestamp, precision: object) -> str:
    """Return a paper's date at the precision that is known: 2024-05-27, 2024-05, 2024, undated."""
    if published is None or published != published:
        return "undated"
    return str(published.date())[: {"year": 4, "month": 7}.get(str(precision), 10)]


def map_points(run: Run) -> pd.DataFrame:
    """Join what the topic map shows, one row a paper that has a place on the map.

    Returns
    -------
    DataFrame
        `paper_id`, `x`, `y`, `state`, `title`, `snippet` (first 300 characters of the abstract,
        empty where there is none), `published`, `date` (text at known precision, or "undated"),
        `url`, then for the primary cluster and the primary topic `cluster_id`, `cluster` (label),
        `cluster_color`, `cluster_symbol`, `cluster_weight` and `topic_id`, `topic`, `topic_color`,
        `topic_symbol` (all null where there is none), and `topics`: labels of all topics the paper
        counts for, joined by ", ", strongest first. Sorted by `paper_id`.
    """
    papers = run.papers.assign(
        snippet=run.papers["abstract"].fillna("").map(first_lines),
        date=[
            date_label(day, precision)
            for day, precision in zip(
                run.papers["published"], run.papers["published_precision"], strict=True
            )
        ],
    )
    points = run.map.merge(
        papers[["paper_id", "title", "snippet", "published", "date", "url"]], on="paper_id"
    )
    for kind in ("cluster", "topic"):
        primary = _primary(run, kind=kind)
        if kind == "topic":
            primary = primary.drop(columns="topic_weight")
        points = points.merge(primary, on="paper_id", how="left")
    return points.merge(_topic_lists(run), on="paper_id", how="left").fillna({"topics": ""})


def share_table(run: Run, *, kind: str = "topic") -> pd.DataFrame:
    """Join what a share chart shows: the trend rows of one kind with label, colour and symbol.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `color`, `symbol`, `period_label` and every column of `trends`,
        groups with the most papers first, then by period. Empty where the run has no trend.
    """
    groups = _looks(run, kind=kind)
    trends = run.trends[run.trends["kind"] == kind].merge(groups, on="group_id")
    labels = [
        period_label(period, freq=freq)
        for period, freq in zip(trends["period"], trends["freq"], strict=True)
    ]
    order = ["n_group", "group_id", "period"]
    trends = trends.assign(period_label=labels).sort_values(order, ascending=[False, True, True])
    return trends.drop(columns="n_group").reset_index(drop=True)


def _looks(run: Run, *, kind: str) -> pd.DataFrame:
    groups = run.groups[run.groups["kind"] == kind].copy()
    groups["symbol"] = symbols(groups["color"])
    columns = {"n_papers": "n_group"}
    return groups[["group_id", "label", "color", "symbol", "n_papers"]].rename(columns=columns)


def symbols(colors: pd.Series) -> list[str]:
    """Give each group a marker shape: the n-th group of one colour gets the n-th shape.

    Groups come sorted by id, so that a shape, like a colour, belongs to the group.
    """
    seen = colors.groupby(colors).cumcount()
    return [SYMBOLS[count % len(SYMBOLS)] for count in seen]


def _primary(run: Run, *, kind: str) -> pd.DataFrame:
    rows = run.memberships[(run.memberships["kind"] == kind) & run.memberships["is_primary"]]
    looks = _looks(run, kind=kind)[["group_id", "label", "color", "symbol"]]
    rows = rows[["paper_id", "group_id", "weight"]].merge(looks, on="group_id")
    names = {"group_id": f"{kind}_id", "label": kind, "color": f"{kind}_color"}
    return rows.rename(columns={**names, "symbol": f"{kind}_symbol", "weight": f"{kind}_weight"})


def _topic_lists(run: Run) -> pd.DataFrame:
    rows = run.memberships[run.memberships["kind"] == "topic"]
    rows = rows[rows["weight"] >= COUNTED_WEIGHT]
    rows = rows.merge(_looks(run, kind="topic")[["group_id", "label"]], on="group_id")
    rows = rows.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    lists = rows.groupby("paper_id")["label"].agg(", ".join)
    return lists.rename("topics").reset_index()


def group_papers(run: Run, group_id: str, *, n: int | None = None) -> pd.DataFrame:
    """List the papers of a cluster or topic, those that belong most first.

    Parameters
    ----------
    run : Run
    group_id : str
        An id of `run.groups`.
    n : int, optional
        At most so many; all where left out.

    Returns
    -------
    DataFrame
        `weight`, `date`, `title`, `url`, `paper_id`: a cluster's primary papers, a topic's with
        weight of at least .5.

    Raises
    ------
    InputError
        Where the run has no such group.
    """
    if group_id not in set(run.groups["group_id"]):
        raise InputError(
            f"no group {group_id!r} in run {run.name}",
            allowed=f"one of {', '.join(run.groups['group_id'])}",
            next_step="look at run.groups for ids and labels",
        )
    rows = run.memberships[run.memberships["group_id"] == group_id]
    rows = rows[
        rows["is_primary"] | ((rows["kind"] == "topic") & (rows["weight"] >= COUNTED_WEIGHT))
    ]
    rows = rows.merge(run.papers, on="paper_id")
    rows = rows.sort_values(["weight", "paper_id"], ascending=[False, True], kind="stable").head(n)
    dates = [
        date_label(day, precision)
        for day, precision in zip(rows["published"], rows["published_precision"], strict=True)
    ]
    columns = ["weight", "date", "title", "url", "paper_id"]
    return rows.assign(date=dates)[columns].reset_index(drop=True)
