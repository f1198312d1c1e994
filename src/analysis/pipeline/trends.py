"""What becomes of the groups over time: shares, verdicts, events."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from analysis import trends
from analysis.base import schema
from analysis.base.groups import groups_of

from .settings import Settings

_LISTED = " A paper stands in the period in which a source listed it, not that of its publication."


def over_time(
    papers: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    snapshot_date: date | None,
    settings: Settings,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables trends, verdicts and events, and what the manifest says of periods.

    Parameters
    ----------
    papers, memberships, groups : DataFrame
        Tables of the run.
    snapshot_date : date or None
        The day up to which the papers are known, where the snapshot tells.
    settings : Settings
        `only_snapshot`, `period` and `by` are read.

    Raises
    ------
    InputError
        Where no paper has the day that `by` asks for, or none can be placed in the period.
    """
    if settings.only_snapshot:
        papers = papers[papers["in_snapshot"]].reset_index(drop=True)
        memberships = memberships[memberships["paper_id"].isin(papers["paper_id"])]
    dated = trends.on_axis(papers, by=settings.by)
    reference = trends.reference_day(papers, snapshot_date=snapshot_date)
    lag = trends.listing_lag(dated, reference=reference) if settings.by == "published" else 0
    if reference is not None:
        reference -= pd.Timedelta(days=lag)
    choice = trends.choose_period(dated, period=settings.period, reference=reference, lag=lag)
    counts = choice.freq and trends.count(
        memberships,
        papers=dated,
        groups=pd.concat([groups_of(groups, kind=kind) for kind in schema.KINDS]),
        freq=choice.freq,
        reference=reference,
    )
    reason = choice.reason + (_LISTED if settings.by == "listed" and choice.freq else "")
    said = {"freq": choice.freq, "reason": reason, "by": settings.by, "lag_days": lag}
    if not counts:
        return {name: schema.empty(name) for name in ("trends", "verdicts", "events")}, said
    tables = {
        "trends": trends.trend_table(counts),
        "verdicts": trends.verdict_table(counts),
        "events": trends.find_events(counts),
    }
    power = trends.power_figures(counts, found=tables["verdicts"])
    return tables, {**said, **trends.arrivals(counts), "power": power}
