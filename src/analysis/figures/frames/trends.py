"""Trends, verdicts and events joined with the looks of their groups, one frame a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.english import period_label, snapshot_words
from analysis.base.schema import DIRECTIONS, FEW_PAPERS

from .groups import group_styles

if TYPE_CHECKING:
    from analysis.runs import Run

_END = ("period_label", "n_papers", "n_total", "share", "share_low", "share_high")
_VERDICT = ("direction", "ratio", "ratio_low", "ratio_high", "p_adjusted", "n_periods")


def chart_note(run: Run) -> str:
    """Return what stands under every chart over time: how many papers, of what, told by which day.

    Returns
    -------
    str
        Two sentences: the dated papers and the snapshot; the day that tells a paper's period.
    """
    day, by = run.manifest["snapshot_date"], run.manifest["period"].get("by", "published")
    papers = run.papers
    if run.manifest["settings"].get("only_snapshot"):
        papers = papers[papers["in_snapshot"]]
    n = int(papers[by].notna().sum())
    which, told = ("dated papers", by) if by == "published" else (
        "papers with a day of listing", f"{by} in it, not those published")  # fmt: skip
    taken = snapshot_words(day, iso=True)
    return f"{n:,} {which}, {taken}. A period holds the papers {told} in it."


def share_table(run: Run, *, kind: str = "topic") -> pd.DataFrame:
    """Join what a share chart shows: the trend rows of one kind with label, colour and symbol.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `color`, `symbol`, `period_label` and every column of `trends`,
        groups with the most papers first, then by period. Empty where the run has no trend.
    """
    groups = group_styles(run, kind=kind)
    trends = run.trends[run.trends["kind"] == kind].merge(groups, on="group_id")
    labels = _period_labels(trends["period"], freq=trends["freq"])
    order = ["n_group", "group_id", "period"]
    trends = trends.assign(period_label=labels).sort_values(order, ascending=[False, True, True])
    return trends.drop(columns="n_group").reset_index(drop=True)


def then_and_now_table(run: Run, *, kind: str = "topic") -> pd.DataFrame:
    """Join what a slope chart shows: each group's share in two full periods, and its verdict.

    Compared are the first and the last full period with at least `schema.FEW_PAPERS` papers; where
    there are not two of them, with any paper.

    Returns
    -------
    DataFrame
        One row a group: `group_id`, `label`, `color`, `symbol`; of the first period `then` (its
        start), `then_label`, `n_then`, `total_then`, `share_then`, `share_then_low`,
        `share_then_high` (95 %); of the last `now`, `now_label`, `n_now`, `total_now`,
        `share_now`, `share_now_low`, `share_now_high`; from `verdicts` `direction`, `ratio` (fitted
        shares, last full period over first) with its 90 % interval `ratio_low`, `ratio_high`,
        `p_adjusted`, `n_periods`. What is surest of a change comes first: rising and falling by
        `p_adjusted`, then flat, then unclear, then too few to say; among equals the larger group.
        Empty where there are not two full periods with papers.
    """
    shares = share_table(run, kind=kind)
    full = shares[~shares["is_partial"] & (shares["n_total"] > 0)]
    many = full[full["n_total"] >= FEW_PAPERS]
    full = many if many["period"].nunique() > 1 else full
    ends = full["period"].min(), full["period"].max()
    if full["period"].nunique() < 2:
        full = full.head(0)
    first, last = (
        full[full["period"] == end][["group_id", "period", *_END]].rename(columns=_of(name))
        for name, end in zip(("then", "now"), ends, strict=True)
    )
    verdicts = run.verdicts.loc[run.verdicts["kind"] == kind, ["group_id", *_VERDICT]]
    table = first.merge(last, on="group_id").merge(verdicts, on="group_id", how="left")
    table = table.merge(group_styles(run, kind=kind), on="group_id")
    table["direction"] = table["direction"].fillna(DIRECTIONS[-1])
    rank = table["direction"].map({d: max(i, 1) for i, d in enumerate(DIRECTIONS)})
    table = table.assign(rank=rank).sort_values(
        ["rank", "p_adjusted", "n_group", "group_id"], ascending=[True, True, False, True]
    )
    names = ["group_id", "label", "color", "symbol", *_of("then").values(), *_of("now").values()]
    return table[[*names, *_VERDICT]].reset_index(drop=True)


def event_table(run: Run, *, kind: str = "topic") -> pd.DataFrame:
    """Join what a timeline of bursts shows: the events of one kind with the looks of their groups.

    Returns
    -------
    DataFrame
        One row an event: `group_id`, `label`, `color`, `symbol`, `freq`, `what` ("burst" |
        "change"), `start`, `end`, `start_label`, `end_label` (names of the first and last period
        of it), `sign` (1 up, -1 down; a burst is up), `strength`, `n_papers`, `p_adjusted` (all as
        in `events`), and the same in every row, for the axis, `first` and `last` (first day of
        the first and last day of the last period of `trends`) and `partial_from` (first day of the
        first partial period, null where all are full). Earliest start first. Empty where nothing
        was found.
    """
    events = run.events[run.events["kind"] == kind].merge(
        group_styles(run, kind=kind), on="group_id"
    )
    trends = run.trends[run.trends["kind"] == kind]
    freq = str(trends["freq"].iloc[0]) if len(trends) else ""
    starts = np.sort(trends["period"].unique())
    held = [starts[np.searchsorted(starts, end, side="right") - 1] for end in events["end"]]
    up = (events["what"] == "burst") | ~(events["strength"] < 1)
    table = events.assign(
        freq=pd.Series(freq, index=events.index, dtype="str"),
        start_label=_period_labels(events["start"], freq=freq),
        end_label=_period_labels(pd.Series(held, dtype=events["end"].dtype), freq=freq),
        sign=np.where(up, 1, -1),
        first=trends["period"].min(),
        last=trends["period_end"].max(),
        partial_from=trends.loc[trends["is_partial"], "period"].min(),
    )
    columns = ["group_id", "label", "color", "symbol", "freq", "what", "start", "end",
               "start_label", "end_label", "sign", "strength", "n_papers", "p_adjusted",
               "first", "last", "partial_from"]  # fmt: skip
    order = ["start", "end", "group_id", "what"]
    return table.sort_values(order)[columns].reset_index(drop=True)


def _of(end: str) -> dict[str, str]:
    """Return the names of a period's columns at one end of a comparison."""
    return {
        "period": end,
        "period_label": f"{end}_label",
        "n_papers": f"n_{end}",
        "n_total": f"total_{end}",
        "share": f"share_{end}",
        "share_low": f"share_{end}_low",
        "share_high": f"share_{end}_high",
    }


def _period_labels(periods: pd.Series, *, freq: pd.Series | str) -> pd.Series:
    each = [freq] * len(periods) if isinstance(freq, str) else freq
    named = [period_label(p, freq=f) for p, f in zip(periods, each, strict=True)]
    return pd.Series(named, index=periods.index, dtype="str")
