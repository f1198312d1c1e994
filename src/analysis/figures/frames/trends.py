"""Trends, verdicts and events joined with the styles of their groups: one frame per figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from analysis.base.english import period_label, snapshot_words
from analysis.base.errors import InputError
from analysis.base.schema import DIRECTIONS, FEW_PAPERS

from .groups import group_styles

if TYPE_CHECKING:
    from analysis.runs import Run

_BEFORE = "#6b7280"
_VERDICT = ("direction", "ratio", "ratio_low", "ratio_high", "p_adjusted", "n_periods")


class ShareRow(Protocol):
    """A row of `share_table`."""

    label: str
    color: str
    symbol: str
    period_label: str
    n_papers: int
    n_total: int
    share: float
    share_low: float
    share_high: float
    is_partial: bool


class ChangeRow(Protocol):
    """A row of `then_and_now_table`."""

    label: str
    color: str
    symbol: str
    share_then: float
    share_then_low: float
    share_then_high: float
    share_now: float
    share_now_low: float
    share_now_high: float
    direction: str
    ratio: float
    ratio_low: float
    ratio_high: float


class EventRow(Protocol):
    """A row of `event_table`."""

    label: str
    color: str
    what: str
    start: pd.Timestamp
    end: pd.Timestamp
    start_label: str
    end_label: str
    sign: int
    strength: float
    n_papers: int
    first: pd.Timestamp


def chart_note(run: Run) -> str:
    """Return the note under every chart over time: how many papers, of which snapshot and date.

    Returns
    -------
    str
        Two sentences: the dated papers and the snapshot; the date that decides a paper's period.
    """
    day, by = run.manifest["snapshot_date"], run.manifest["period"].get("by", "published")
    papers = run.papers
    if run.manifest["settings"].get("only_snapshot"):
        papers = papers[papers["in_snapshot"]]
    n = int(papers[by].notna().sum())
    is_listing = by != "published"
    which = "papers with a listing date" if is_listing else "dated papers"
    counted = "listed in it, not those published in it" if is_listing else "published in it"
    snapshot = snapshot_words(day, iso=True)
    return f"{n:,} {which}, {snapshot}. A period contains the papers {counted}."


def share_table(run: Run, *, kind: str = "topic") -> pd.DataFrame:
    """Return what a share chart shows: the trends of one kind with label, colour and symbol.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `color`, `symbol`, `period_label` and every column of `trends`,
        groups with the most papers first, then by period. Empty if the run has no trends.
    """
    groups = group_styles(run, kind=kind)
    trends = run.trends[run.trends["kind"] == kind].merge(groups, on="group_id")
    labels = _period_labels(trends["period"], freq=trends["freq"])
    order = ["n_group", "group_id", "period"]
    trends = trends.assign(period_label=labels).sort_values(order, ascending=[False, True, True])
    return trends.drop(columns="n_group").reset_index(drop=True)


def compared_periods(trends: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `trends` in the periods of which two may be compared by themselves.

    Full periods with at least `schema.FEW_PAPERS` papers; if there are not two of them, full
    periods with any paper.
    """
    full = trends[~trends["is_partial"] & (trends["n_total"] > 0)]
    many = full[full["n_total"] >= FEW_PAPERS]
    return many if many["period"].nunique() > 1 else full


def then_and_now_table(run: Run, *, kind: str = "topic") -> pd.DataFrame:
    """Return what a slope chart shows: each group's share in two full periods, and its verdict.

    The first and the last full period with at least `schema.FEW_PAPERS` papers are compared; if
    there are not two of them, those with any paper.

    Returns
    -------
    DataFrame
        One row per group: `group_id`, `label`, `color`, `symbol`; of the first period `then` (its
        start), `then_label`, `n_then`, `total_then`, `share_then`, `share_then_low`,
        `share_then_high` (95 %); of the last `now`, `now_label`, `n_now`, `total_now`,
        `share_now`, `share_now_low`, `share_now_high`; from `verdicts` `direction`, `ratio` (fitted
        shares, last full period over first) with its 90 % interval `ratio_low`, `ratio_high`,
        `p_adjusted`, `n_periods`. The most certain changes come first: rising and falling by
        `p_adjusted`, then flat, then unclear, then too few to say; ties by size of the group.
        Empty if there are not two full periods with papers.
    """
    shares = share_table(run, kind=kind)
    full = compared_periods(shares)
    ends = full["period"].min(), full["period"].max()
    if full["period"].nunique() < 2:
        full = full.head(0)
    names = [_end_columns(end) for end in ("then", "now")]
    first, last = (
        full.loc[full["period"] == end, ["group_id", *columns]].rename(columns=columns)
        for columns, end in zip(names, ends, strict=True)
    )
    verdicts = run.verdicts.loc[run.verdicts["kind"] == kind, ["group_id", *_VERDICT]]
    table = first.merge(last, on="group_id").merge(verdicts, on="group_id", how="left")
    table = table.merge(group_styles(run, kind=kind), on="group_id")
    table["direction"] = table["direction"].fillna(DIRECTIONS[-1])
    rank = table["direction"].map({d: max(i, 1) for i, d in enumerate(DIRECTIONS)})
    table = table.assign(rank=rank).sort_values(
        ["rank", "p_adjusted", "n_group", "group_id"], ascending=[True, True, False, True]
    )
    styles = ["group_id", "label", "color", "symbol"]
    columns = [*styles, *names[0].values(), *names[1].values(), *_VERDICT]
    return table[columns].reset_index(drop=True)


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


def event_table(run: Run, *, kind: str = "topic") -> pd.DataFrame:
    """Return what a burst timeline shows: the events of one kind with the styles of their groups.

    Returns
    -------
    DataFrame
        One row per event: `group_id`, `label`, `color`, `symbol`, `freq`, `what`
        (`schema.EVENTS`), `start`, `end`, `start_label`, `end_label` (its first and last period),
        `sign` (1 up, -1 down; bursts and humps are up), `strength`, `n_papers`, `p_adjusted` (all
        as in `events`), and the same in every row, for the axis, `first` and `last` (first
        day of the first and last day of the last period of `trends`), `partial_from` (first day
        of the last periods that are partial, null if there are none) and `partial_to` (last day of
        the first ones that are partial). Earliest start first. Empty if
        there are no events.
    """
    styles = group_styles(run, kind=kind)
    events = run.events[run.events["kind"] == kind].merge(styles, on="group_id")
    trends = run.trends[run.trends["kind"] == kind]
    freq = str(trends["freq"].iloc[0]) if len(trends) else ""
    starts = np.sort(trends["period"].unique())
    last_periods = [starts[np.searchsorted(starts, end, side="right") - 1] for end in events["end"]]
    falls = (events["strength"] < 1) & ~events["what"].isin(["burst", "hump"])
    up = ~falls & ~events["what"].isin(["dip", "come-down"])
    table = events.assign(
        freq=pd.Series(freq, index=events.index, dtype="str"),
        start_label=_period_labels(events["start"], freq=freq),
        end_label=_period_labels(pd.Series(last_periods, dtype=events["end"].dtype), freq=freq),
        sign=np.where(up, 1, -1),
        first=trends["period"].min(),
        last=trends["period_end"].max(),
        **_partial_ends(trends),
    )
    columns = [
        *("group_id", "label", "color", "symbol", "freq", "what", "start", "end"),
        *("start_label", "end_label", "sign", "strength", "n_papers", "p_adjusted"),
        *("first", "last", "partial_from", "partial_to"),
    ]
    order = ["start", "end", "group_id", "what"]
    return table.sort_values(order)[columns].reset_index(drop=True)


def _partial_ends(trends: pd.DataFrame) -> dict[str, pd.Timestamp]:
    """Return where partial periods at the end begin, and where those at the beginning end."""
    partial, full = trends[trends["is_partial"]], trends[~trends["is_partial"]]
    if full.empty:
        return {"partial_from": partial["period"].min(), "partial_to": pd.NaT}
    return {
        "partial_from": partial.loc[partial["period"] > full["period"].max(), "period"].min(),
        "partial_to": partial.loc[partial["period"] < full["period"].min(), "period_end"].max(),
    }


def _end_columns(end: str) -> dict[str, str]:
    """Return the names of a period's columns at one end of a comparison, by their names now."""
    counts = {"period": end, "period_label": f"{end}_label", "n_papers": f"n_{end}"}
    shares = {f"share{part}": f"share_{end}{part}" for part in ("", "_low", "_high")}
    return {**counts, "n_total": f"total_{end}", **shares}


def _period_labels(periods: pd.Series, *, freq: pd.Series | str) -> pd.Series:
    each = [freq] * len(periods) if isinstance(freq, str) else freq
    labels = [period_label(p, freq=f) for p, f in zip(periods, each, strict=True)]
    return pd.Series(labels, index=periods.index, dtype="str")
