"""Tidy frames for figures and pages: tables of a run joined, nothing new computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .errors import InputError
from .schema import COUNTED_WEIGHT, broader_ids, groups_of, parts_of
from .text import first_lines

if TYPE_CHECKING:
    from .runs import Run

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
"""Marker shapes: groups beyond the 20 colours of the palette get another shape, never a shade."""


_EVIDENCE_ORDER = {"override": 0, "phrase": 1, "neighbour": 2, "word": 3}
_MOST_QUOTED = 60
_BEFORE = "#6b7280"


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
        `topic_symbol` (all null where there is none), `broader_id` and `broader` (label of the
        broader cluster that the primary one is part of; null where none), and of all topics the
        paper counts for, strongest first: `topics` (labels, joined by ", "), `topics_why` (label,
        weight and the best of the evidence, joined by "; "), `topic_ids` and `topic_labels`
        (lists). Sorted by `paper_id`.
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
    above = broader_ids(run.groups)
    names = dict(zip(run.groups["group_id"], run.groups["label"], strict=True))
    points["broader_id"] = points["cluster_id"].map(above).astype("str")
    points["broader"] = points["broader_id"].map(names).astype("str")
    points = points.merge(_topic_lists(run), on="paper_id", how="left")
    points = points.fillna({"topics": "", "topics_why": ""})
    for column in ("topic_ids", "topic_labels"):
        lists = [names if isinstance(names, list) else [] for names in points[column]]
        points[column] = pd.Series(lists, index=points.index, dtype="object")
    return points


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
    groups = groups_of(run.groups, kind=kind).copy()
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
    rows = rows.merge(best_evidence(run), on=["paper_id", "group_id"], how="left")
    rows = rows.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    told = [
        f"{label} {weight:.2f}" + (f" ({why})" if isinstance(why, str) else "")
        for label, weight, why in zip(rows["label"], rows["weight"], rows["why"], strict=True)
    ]
    held: dict[str, list[tuple[str, str, str]]] = {}
    for paper, label, why, topic in zip(
        rows["paper_id"], rows["label"], told, rows["group_id"], strict=True
    ):
        held.setdefault(paper, []).append((label, why, topic))
    each = [list(zip(*own, strict=True)) for own in held.values()]
    out = pd.DataFrame(
        {
            "paper_id": list(held),
            "topics": [", ".join(labels) for labels, _, _ in each],
            "topics_why": ["; ".join(whys) for _, whys, _ in each],
            "topic_ids": [list(ids) for _, _, ids in each],
            "topic_labels": [list(labels) for labels, _, _ in each],
        }
    )
    return out.astype({"paper_id": "str", "topics": "str", "topics_why": "str"})


def best_evidence(run: Run) -> pd.DataFrame:
    """Return, for each topic of each paper, the one piece of evidence to name first.

    Returns
    -------
    DataFrame
        `paper_id`, `group_id`, `why`: "set by hand", else the phrase that counts most in quotation
        marks, else the title of the nearest paper of the topic, else a word. Pairs without
        evidence have no row.
    """
    rows = run.evidence[run.evidence["kind"] == "topic"]
    rows = rows.assign(order=rows["how"].map(_EVIDENCE_ORDER).fillna(len(_EVIDENCE_ORDER)))
    rows = rows.sort_values(
        ["paper_id", "group_id", "order", "value", "text"],
        ascending=[True, True, True, False, True],
        kind="stable",
    ).drop_duplicates(["paper_id", "group_id"])
    told = [_told(how, text) for how, text in zip(rows["how"], rows["text"], strict=True)]
    why = pd.Series(told, index=rows.index, dtype="str")
    return rows.assign(why=why)[["paper_id", "group_id", "why"]].reset_index(drop=True)


def _told(how: str, text: str) -> str:
    if how == "override":
        return "set by hand"
    quoted = f"“{first_lines(text, limit=_MOST_QUOTED)}”"
    return f"like {quoted}" if how == "neighbour" else quoted


def compare_topics(run: Run, other: Run) -> pd.DataFrame:
    """List the papers that came into a topic or went out of it from one run to another.

    Parameters
    ----------
    run, other : Run
        Before and after. Papers and topics that one of them lacks are left out.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `change` ("came" or "went"), `weight_before`, `weight_after` (0 where
        none is stored), `why` (`best_evidence` of the run that counts the paper), `title`,
        `paper_id`; sorted by topic, then by the larger weight.
    """
    shared = set(run.papers["paper_id"]) & set(other.papers["paper_id"])
    topics = set(_looks(run, kind="topic")["group_id"]) & set(
        _looks(other, kind="topic")["group_id"]
    )
    key = ["paper_id", "group_id"]
    sides = []
    for each in (run, other):
        rows = each.memberships[each.memberships["kind"] == "topic"]
        rows = rows[rows["paper_id"].isin(shared) & rows["group_id"].isin(topics)]
        rows = rows[[*key, "weight"]].merge(best_evidence(each), on=key, how="left")
        sides.append(rows)
    rows = sides[0].merge(sides[1], on=key, how="outer", suffixes=("_before", "_after"))
    rows = rows.fillna({"weight_before": 0, "weight_after": 0})
    before, after = (rows[f"weight_{side}"] >= COUNTED_WEIGHT for side in ("before", "after"))
    change = np.where(after, "came", "went")
    rows = rows.assign(change=change, why=rows["why_after"].where(after, rows["why_before"]))
    rows = rows[before != after].merge(other.papers[["paper_id", "title"]], on="paper_id")
    labels = _looks(other, kind="topic").set_index("group_id")["label"]
    rows = rows.assign(
        label=rows["group_id"].map(labels), most=rows[["weight_before", "weight_after"]].max(axis=1)
    )
    rows = rows.sort_values(
        ["group_id", "change", "most", "paper_id"], ascending=[True, True, False, True]
    )
    columns = ["group_id", "label", "change", "weight_before", "weight_after", "why", "title",
               "paper_id"]  # fmt: skip
    return rows[columns].reset_index(drop=True)


def compare_shares(run: Run, other: Run, group_id: str) -> pd.DataFrame:
    """Join one topic's shares in two runs, to be drawn as two lines.

    Parameters
    ----------
    run, other : Run
        Before and after.
    group_id : str
        A topic of both.

    Returns
    -------
    DataFrame
        As `share_table`, with two groups: "before" and "after", the second in the topic's colour.
        Periods that one of the runs lacks are left out.

    Raises
    ------
    InputError
        Where one of the runs has no such topic, or they cut time differently.
    """
    tables = [share_table(each, kind="topic") for each in (run, other)]
    named = [set(each.groups.loc[each.groups["kind"] == "topic", "group_id"])
             for each in (run, other)]  # fmt: skip
    if group_id not in named[0] & named[1]:
        raise InputError(
            f"no topic {group_id!r} in both run {run.name} and run {other.name}",
            allowed=f"one of {', '.join(sorted(named[0] & named[1])) or 'none'}",
            next_step="look at run.groups for ids and labels",
        )
    freqs = [sorted(set(table["freq"])) for table in tables]
    if all(freqs) and freqs[0] != freqs[1]:
        raise InputError(
            f"run {run.name} cuts time by {freqs[0][0]}, run {other.name} by {freqs[1][0]}",
            allowed="two runs with periods of one length",
            next_step="make one of them again with Settings(period=...)",
        )
    both = set(tables[0]["period"]) & set(tables[1]["period"])
    looks = {"before": {"color": _BEFORE, "symbol": "square"}, "after": {}}
    sides = []
    for table, (name, look) in zip(tables, looks.items(), strict=True):
        own = table[(table["group_id"] == group_id) & table["period"].isin(both)]
        label = own["label"] + f", {name}"
        sides.append(own.assign(group_id=name, label=label, **look))
    return pd.concat([side for side in sides if len(side)] or sides[:1], ignore_index=True)


def group_papers(run: Run, group_id: str, *, n: int | None = None) -> pd.DataFrame:
    """List the papers of a cluster or topic, those that belong most first.

    Parameters
    ----------
    run : Run
    group_id : str
        An id of `run.groups`; of a broader cluster the papers of its parts are listed.
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
    rows = run.memberships[run.memberships["group_id"].isin(parts_of(run.groups, group_id))]
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
