"""The sheets of a run's workbook, one function each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.english import period_label
from analysis.base.groups import counted_memberships, grade
from analysis.base.schema import KINDS
from analysis.figures.frames import share_table

from .sheet import Column, Sheet

if TYPE_CHECKING:
    from analysis.runs import Run

_LABEL = 34
_TITLE = 70
_INTERVAL = "95 % interval of the share"
_COUNTS = {
    "added": "papers that are new",
    "gone": "papers that are no longer there",
    "override": "by decisions by hand",
    "definition": "by another definition of the topic",
    "revised": "by revised texts or dates",
    "refit": "by a fresh fit",
}


def groups(run: Run) -> Sheet:
    """Return the clusters and topics, those with the most papers first."""
    rows = pd.concat([_by_size(run.groups[run.groups["kind"] == kind]) for kind in KINDS[::-1]])
    labels = dict(zip(run.groups["group_id"], run.groups["label"], strict=True))
    return Sheet("groups", "A row a cluster or topic.", [
        *_names(rows, labels=rows["label"]),
        Column("papers", rows["n_papers"], "whole", "Papers that count for it: a cluster's primary "
               "ones, a topic's with a weight of .5 or more."),
        Column("share of papers", _part(rows["n_papers"], len(run.papers)), "share",
               "Of all papers, dated or not."),
        Column("status", rows["status"], "text", "active, dormant (no new papers) or retired."),
        Column("broader", [labels.get(i) for i in rows["parent_id"]], "text",
               "The broader group it is part of.", _LABEL),
        Column("found again", [grade(value) for value in rows["stability"]], "text",
               "How often fits of 80 % of the papers find the cluster again; empty where not "
               "measured.", 20),
        Column("stability", rows["stability"], "number", "The same as a number, 0 to 1."),
        Column("terms", ["; ".join(map(str, terms)) for terms in rows["terms"]], "text",
               "Words that set a cluster's papers apart.", 60),
        Column("description", rows["description"], "text", "What a topic is about.", 60),
    ])  # fmt: skip


def verdicts(run: Run) -> Sheet:
    """Return what became of each group over the full periods."""
    rows = _in_order(run, run.verdicts)
    return Sheet("verdicts", "A row a group: what its share did over the full periods.", [
        *_names(rows, labels=rows["label"]),
        Column("verdict", rows["direction"], "text", "rising, falling (p < .05, corrected for all "
               "groups looked at), flat (the 90 % interval of the ratio lies within .8 to 1.25), "
               "unclear, or too few to say (under 4 periods or 20 papers).", 16),
        Column("share first", rows["share_first"], "share", "Fitted share in the first full "
               "period."),
        Column("share last", rows["share_last"], "share", "Fitted share in the last full period."),
        Column("ratio", rows["ratio"], "number", "Last fitted share over first."),
        Column("ratio low", rows["ratio_low"], "number", "90 % interval of the ratio, lower end."),
        Column("ratio high", rows["ratio_high"], "number", "Its upper end."),
        Column("p", rows["p"], "p", "Of the slope, of this group alone; the larger of two tests."),
        Column("p adjusted", rows["p_adjusted"], "p", "Corrected for all groups (Benjamini and "
               "Hochberg within a kind, times the number of kinds)."),
        Column("doubling years", rows["doubling_years"], "number", "Of a rising group the "
               "years in which its share doubles; of a falling one, below 0, those in which it "
               "halves; empty where that takes longer than twice the time looked at."),
        Column("papers", rows["n_papers"], "whole", "Papers of the group in the full periods."),
        Column("periods", rows["n_periods"], "whole", "Full periods."),
        Column("slope a year", rows["log_odds_per_year"], "number", "Of the log-odds of the "
               "share."),
        Column("slope low", rows["low"], "number", "95 % interval of the slope, lower end."),
        Column("slope high", rows["high"], "number", "Its upper end."),
        Column("Theil-Sen a year", rows["theil_sen"], "share", "Points a year, by the median "
               "over all pairs of periods, which single periods do not move."),
        Column("standardised slope", rows["standardised"], "number", "With the mix of sources, "
               "venues or categories held fixed; empty where there is no such column."),
        Column("sign flips", _yes(rows["sign_flips"]), "text", "yes where the mix of sources, "
               "venues or categories shifted so much that the slope within them points the other "
               "way."),
        Column("dispersion", rows["dispersion"], "number", "How much more the shares scatter than "
               "by chance alone; 1 is chance."),
    ])  # fmt: skip


def trends(run: Run) -> Sheet:
    """Return the shares, a row a group and period."""
    rows = pd.concat([share_table(run, kind=kind).assign(kind=kind) for kind in KINDS[::-1]])
    return Sheet("trends", "A row a group and period.", [
        *_names(rows, labels=rows["label"]),
        Column("period", rows["period_label"], "text", "Its name."),
        Column("from", rows["period"], "day", "First day."),
        Column("to", rows["period_end"], "day", "Last day."),
        Column("papers", rows["n_papers"], "whole", "Papers of the group in the period."),
        Column("all papers", rows["n_total"], "whole", "All dated papers of the period."),
        Column("share", rows["share"], "share", "papers / all papers."),
        Column("share low", rows["share_low"], "share", f"{_INTERVAL}, lower end."),
        Column("share high", rows["share_high"], "share", f"{_INTERVAL}, upper end."),
        Column("weighted share", rows["share_weighted"], "share", "The same with every paper "
               "counted by its weight."),
        Column("standardised share", rows["share_standardised"], "share", "With the mix of "
               "sources, venues or categories held fixed; empty where there is no such column."),
        Column("low weight", rows["n_low_weight"], "whole", "Papers counted with little weight."),
        Column("phi", rows["phi"], "number", "How much wider the interval is made because papers "
               "arrive in clumps (variance over that of chance)."),
        Column("complete", _yes(~rows["is_partial"].astype("bool")), "text", "no where the "
               "snapshot does not cover the period to its end; such periods are in no verdict."),
    ])  # fmt: skip


def shares(run: Run, *, kind: str) -> Sheet:
    """Return the shares of one kind, a row a group, a column a period."""
    rows = share_table(run, kind=kind)
    wide = rows.pivot(index="group_id", columns="period", values="share")
    wide = wide.reindex(rows["group_id"].unique())
    labels = rows.drop_duplicates("group_id")
    partial = set(rows.loc[rows["is_partial"], "period"])
    freq = str(rows["freq"].iloc[0]) if len(rows) else ""
    columns = [
        Column(period_label(period, freq=freq) + (" (not complete)" if period in partial else ""),
               wide[period], "share", "", 10)
        for period in wide.columns
    ]  # fmt: skip
    means = f"Share of each {kind} by period: the same numbers as in trends, for a chart."
    return Sheet(f"{kind} shares", means, [*_names(labels, labels=labels["label"])[1:], *columns])


def events(run: Run) -> Sheet:
    """Return bursts and changes of course."""
    rows = _in_order(run, run.events)
    return Sheet("events", "A row a burst or change of course.", [
        *_names(rows, labels=rows["label"]),
        Column("what", rows["what"], "text", "burst (more papers than its line lets expect, for a "
               "while) or change (another course from a period on)."),
        Column("from", rows["start"], "day", "First day of the burst, or of the first period of "
               "the new course."),
        Column("to", rows["end"], "day", "Last day of the burst, or of that period."),
        Column("strength", rows["strength"], "number", "Of a burst, papers over those expected; of "
               "a change, share after over share before."),
        Column("papers", rows["n_papers"], "whole", "In the burst, or from the change on."),
        Column("p adjusted", rows["p_adjusted"], "p", "Corrected for all groups and stretches."),
    ])  # fmt: skip


def changes(run: Run) -> Sheet:
    """Return how many papers each group has more or fewer than in the run before, and why."""
    rows = _in_order(run, run.changes)
    means = "A row a group: its papers in the run before and now, and why they differ."
    return Sheet("changes", means, [
        *_names(rows, labels=rows["label"]),
        Column("papers before", rows["n_old"], "whole", "In the run before."),
        Column("papers now", rows["n_new"], "whole", "In this run."),
        Column("all before", rows["n_total_old"], "whole", "All papers of the run before."),
        Column("all now", rows["n_total_new"], "whole", "All papers of this run."),
        *(Column(name, rows[name], "whole", f"More or fewer papers: {why}.")
          for name, why in _COUNTS.items()),
    ])  # fmt: skip


def papers(run: Run) -> Sheet:
    """Return the papers, newest first, without their abstracts."""
    rows = run.papers.sort_values(["published", "paper_id"], ascending=[False, True])
    held = run.memberships
    label = {(kind, i): str(name) for kind, i, name in zip(
        *(run.groups[c] for c in ("kind", "group_id", "label")), strict=True)}  # fmt: skip
    cluster = counted_memberships(held, kind="cluster")
    names = [label[("cluster", i)] for i in cluster["group_id"]]
    primary = dict(zip(cluster["paper_id"], names, strict=True))
    topic = counted_memberships(held, kind="topic")
    topic = topic.sort_values(["paper_id", "weight", "group_id"], ascending=[True, False, True])
    told: dict[str, str] = {}
    for paper, group in zip(topic["paper_id"], topic["group_id"], strict=True):
        name = label[("topic", group)]
        told[paper] = f"{told[paper]}; {name}" if paper in told else name
    ids = rows["paper_id"].tolist()
    return Sheet("papers", "A row a paper, newest first.", [
        Column("title", rows["title"], "text", "", _TITLE),
        Column("published", rows["published"], "date", "As precisely as it is known.", 12,
               known=rows["published_precision"].tolist()),
        Column("link", rows["url"], "link", "The first 65,530 can be clicked.", 34),
        Column("cluster", [primary.get(i) for i in ids], "text", "Its primary cluster.", _LABEL),
        Column("topics", [told.get(i) for i in ids], "text", "All topics it counts for, strongest "
               "first.", _LABEL),
        Column("paper_id", ids, "text", "As in every other table.", 14),
    ])  # fmt: skip


def _names(rows: pd.DataFrame, *, labels: pd.Series) -> list[Column]:
    return [
        Column("kind", rows["kind"], "text", "cluster or topic.", 9),
        Column("group", labels, "text", "Its name.", _LABEL),
        Column("group_id", rows["group_id"], "text", "As in every other table.", 14),
    ]


def _in_order(run: Run, rows: pd.DataFrame) -> pd.DataFrame:
    """Add labels; topics first, groups with the most papers first."""
    order = pd.concat([_by_size(run.groups[run.groups["kind"] == kind]) for kind in KINDS[::-1]])
    order = order[["kind", "group_id", "label"]].assign(place=np.arange(len(order)))
    joined = rows.merge(order, on=["kind", "group_id"], how="left")
    return joined.sort_values("place", kind="stable", ignore_index=True)


def _by_size(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["n_papers", "group_id"], ascending=[False, True])


def _part(values: pd.Series, whole: int) -> pd.Series:
    return values / whole if whole else values * np.nan


def _yes(values: pd.Series) -> list[str]:
    return ["yes" if value else "no" for value in values]
