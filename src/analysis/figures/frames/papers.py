"""Papers joined with their groups and evidence: on the map, in a group, in two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import first_lines
from analysis.base.groups import broader_ids, counted_memberships, parts_of, primary_memberships
from analysis.base.schema import COUNTED_WEIGHT

from .groups import group_styles

if TYPE_CHECKING:
    from analysis.runs import Run

_EVIDENCE_ORDER = {"override": 0, "phrase": 1, "neighbour": 2, "word": 3}
_MOST_QUOTED = 60


def date_label(published: pd.Timestamp, precision: object) -> str:
    """Return a paper's date at its known precision: 2024-05-27, 2024-05, 2024 or undated."""
    if published is None or published != published:
        return "undated"
    return str(published.date())[: {"year": 4, "month": 7}.get(str(precision), 10)]


def date_labels(papers: pd.DataFrame) -> list[str]:
    """Return the `date_label` of each row of `papers` (`published`, `published_precision`)."""
    return list(map(date_label, papers["published"], papers["published_precision"]))


def map_points(run: Run) -> pd.DataFrame:
    """Return what the topic map shows: one row per paper that has a position on the map.

    Returns
    -------
    DataFrame
        `paper_id`, `x`, `y`, `state`, `title`, `snippet` (first 300 characters of the abstract,
        empty if there is none), `published`, `date` (text at the known precision, or "undated"),
        `url`, then for the primary cluster and the primary topic `cluster_id`, `cluster` (label),
        `cluster_color`, `cluster_symbol`, `cluster_weight` and `topic_id`, `topic`, `topic_color`,
        `topic_symbol` (all null if there is none), `broader_id` and `broader` (label of the
        broader cluster that contains the primary one; null if there is none), and for all topics
        that count the paper, strongest first: `topics` (labels, joined by ", "), `topics_why`
        (label, weight and best evidence, joined by "; "), `topic_ids` and `topic_labels` (lists).
        Sorted by `paper_id`.
    """
    papers = run.papers.assign(
        snippet=run.papers["abstract"].fillna("").map(first_lines), date=date_labels(run.papers)
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


def map_places(run: Run) -> pd.DataFrame:
    """Return what the print map needs: fewer columns than `map_points`, and much faster.

    Returns
    -------
    DataFrame
        `paper_id`, `x`, `y`, `title`, `cluster_id`, `cluster` (label), `cluster_color`,
        `cluster_symbol`, `cluster_weight` (all null if there is none). Sorted by `paper_id`.
    """
    places = run.map[["paper_id", "x", "y"]].merge(run.papers[["paper_id", "title"]], on="paper_id")
    return places.merge(_primary(run, kind="cluster"), on="paper_id", how="left")


def _primary(run: Run, *, kind: str) -> pd.DataFrame:
    rows = primary_memberships(run.memberships, kind=kind)
    groups = group_styles(run, kind=kind)[["group_id", "label", "color", "symbol"]]
    rows = rows[["paper_id", "group_id", "weight"]].merge(groups, on="group_id")
    names = {"group_id": f"{kind}_id", "label": kind, "color": f"{kind}_color"}
    return rows.rename(columns={**names, "symbol": f"{kind}_symbol", "weight": f"{kind}_weight"})


def _topic_lists(run: Run) -> pd.DataFrame:
    rows = counted_memberships(run.memberships, kind="topic")
    rows = rows.merge(group_styles(run, kind="topic")[["group_id", "label"]], on="group_id")
    rows = rows.merge(best_evidence(run), on=["paper_id", "group_id"], how="left")
    rows = rows.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    reasons = [
        f"{label} {weight:.2f}" + (f" ({why})" if isinstance(why, str) else "")
        for label, weight, why in zip(rows["label"], rows["weight"], rows["why"], strict=True)
    ]
    lists: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for paper, *values in zip(
        rows["paper_id"], rows["group_id"], rows["label"], reasons, strict=True
    ):
        for part, value in zip(lists.setdefault(paper, ([], [], [])), values, strict=True):
            part.append(value)
    ids, labels, why = zip(*lists.values(), strict=True) if lists else ((), (), ())
    columns = {
        "paper_id": list(lists),
        "topics": map(", ".join, labels),
        "topics_why": map("; ".join, why),
        "topic_ids": ids,
        "topic_labels": labels,
    }
    out = pd.DataFrame({name: pd.Series(list(values)) for name, values in columns.items()})
    return out.astype({"paper_id": "str", "topics": "str", "topics_why": "str"})


def best_evidence(run: Run) -> pd.DataFrame:
    """Return, for each topic of each paper, the strongest piece of evidence.

    Returns
    -------
    DataFrame
        `paper_id`, `group_id`, `why`: "set by hand", else the phrase that counts most in quotation
        marks, else the title of the topic's nearest paper, else a word. Pairs without evidence
        have no row.
    """
    rows = run.evidence[run.evidence["kind"] == "topic"]
    rows = rows.assign(order=rows["how"].map(_EVIDENCE_ORDER).fillna(len(_EVIDENCE_ORDER)))
    rows = rows.sort_values(
        ["paper_id", "group_id", "order", "value", "text"],
        ascending=[True, True, True, False, True],
        kind="stable",
    ).drop_duplicates(["paper_id", "group_id"])
    words = [
        _evidence_words(how, text) for how, text in zip(rows["how"], rows["text"], strict=True)
    ]
    why = pd.Series(words, index=rows.index, dtype="str")
    return rows.assign(why=why)[["paper_id", "group_id", "why"]].reset_index(drop=True)


def _evidence_words(how: str, text: str) -> str:
    if how == "override":
        return "set by hand"
    quoted = f"“{first_lines(text, limit=_MOST_QUOTED)}”"
    return f"like {quoted}" if how == "neighbour" else quoted


def group_papers(run: Run, group_id: str, *, n: int | None = None) -> pd.DataFrame:
    """List the papers of a cluster or topic, highest weight first.

    Parameters
    ----------
    run : Run
    group_id : str
        An id in `run.groups`; for a broader cluster the papers of its parts are listed.
    n : int, optional
        Maximum number of papers; all if omitted.

    Returns
    -------
    DataFrame
        `weight`, `date`, `title`, `url`, `paper_id`: the primary papers of a cluster, the papers of
        a topic with a weight of at least .5.

    Raises
    ------
    InputError
        If the run has no such group.
    """
    if group_id not in set(run.groups["group_id"]):
        raise InputError(
            f"no group {group_id!r} in run {run.name}",
            allowed=f"one of {', '.join(run.groups['group_id'])}",
            next_step="look at run.groups for ids and labels",
        )
    rows = run.memberships[run.memberships["group_id"].isin(parts_of(run.groups, group_id))]
    rows = counted_memberships(rows).merge(run.papers, on="paper_id")
    rows = rows.sort_values(["weight", "paper_id"], ascending=[False, True], kind="stable").head(n)
    columns = ["weight", "date", "title", "url", "paper_id"]
    return rows.assign(date=date_labels(rows))[columns].reset_index(drop=True)


def compare_topics(run: Run, other: Run) -> pd.DataFrame:
    """List the papers that came into a topic or went out of it between two runs.

    Parameters
    ----------
    run, other : Run
        Before and after. Papers and topics that are not in both are left out.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `change` ("came" or "went"), `weight_before`, `weight_after` (0 if
        not stored), `why` (`best_evidence` of the run that counts the paper), `title`,
        `paper_id`; sorted by topic, then by the larger weight.
    """
    shared = set(run.papers["paper_id"]) & set(other.papers["paper_id"])
    known = [set(group_styles(each, kind="topic")["group_id"]) for each in (run, other)]
    topics = known[0] & known[1]
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
    labels = group_styles(other, kind="topic").set_index("group_id")["label"]
    rows = rows.assign(
        label=rows["group_id"].map(labels), most=rows[["weight_before", "weight_after"]].max(axis=1)
    )
    rows = rows.sort_values(
        ["group_id", "change", "most", "paper_id"], ascending=[True, True, False, True]
    )
    columns = ["weight_before", "weight_after", "why", "title", "paper_id"]
    return rows[["group_id", "label", "change", *columns]].reset_index(drop=True)
