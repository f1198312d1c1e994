"""One topic in two runs: the papers that came or went, the two lines of its share."""

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
    topics = set(group_styles(run, kind="topic")["group_id"]) & set(
        group_styles(other, kind="topic")["group_id"]
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
    labels = group_styles(other, kind="topic").set_index("group_id")["label"]
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
