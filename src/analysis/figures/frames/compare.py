"""Topics in two runs: papers that came or went, and one topic's share as two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.schema import COUNTED_WEIGHT

from .groups import group_styles
from .papers import best_evidence
from .trends import share_table

if TYPE_CHECKING:
    from analysis.runs import Run

_BEFORE = "#6b7280"


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


def compare_shares(run: Run, other: Run, group_id: str) -> pd.DataFrame:
    """Return one topic's shares in two runs, to be drawn as two lines.

    Parameters
    ----------
    run, other : Run
        Before and after.
    group_id : str
        A topic that both runs have.

    Returns
    -------
    DataFrame
        As `share_table`, with two groups: "before" and "after", the second in the topic's colour.
        Periods that are not in both runs are left out.

    Raises
    ------
    InputError
        If one of the runs has no such topic, or their periods differ in length.
    """
    tables = [share_table(each, kind="topic") for each in (run, other)]
    topics = set.intersection(
        *(set(each.groups.loc[each.groups["kind"] == "topic", "group_id"]) for each in (run, other))
    )
    if group_id not in topics:
        raise InputError(
            f"topic {group_id!r} is not in both run {run.name} and run {other.name}",
            allowed=f"one of {', '.join(sorted(topics)) or 'none'}",
            next_step="look at run.groups for ids and labels",
        )
    freqs = [sorted(set(table["freq"])) for table in tables]
    if all(freqs) and freqs[0] != freqs[1]:
        raise InputError(
            f"run {run.name} counts by {freqs[0][0]}, run {other.name} by {freqs[1][0]}",
            allowed="two runs with periods of the same length",
            next_step="make one of them again with Settings(period=...)",
        )
    periods = set(tables[0]["period"]) & set(tables[1]["period"])
    styles: dict[str, dict[str, str]] = {
        "before": {"color": _BEFORE, "symbol": "square"},
        "after": {},
    }
    sides = []
    for table, (name, style) in zip(tables, styles.items(), strict=True):
        rows = table[(table["group_id"] == group_id) & table["period"].isin(periods)]
        label = rows["label"] + f", {name}"
        sides.append(rows.assign(group_id=name, label=label, **style))
    return pd.concat([side for side in sides if len(side)] or sides[:1], ignore_index=True)
