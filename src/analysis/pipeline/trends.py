"""The trends of a run's groups: shares, verdicts and events."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from analysis import trends
from analysis.base import schema
from analysis.base.groups import groups_of

from .settings import Settings

_LISTED = " A paper stands in the period in which a source listed it, not that of its publication."


def count_trends(
    papers: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    snapshot_date: date | None,
    settings: Settings,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables trends, verdicts and events, and the manifest's entry on periods.

    Parameters
    ----------
    papers, memberships, groups : DataFrame
        Tables of the run.
    snapshot_date : date or None
        The day up to which the papers are known, if the snapshot gives it.
    settings : Settings
        `only_snapshot`, `period` and `by` are read.

    Raises
    ------
    InputError
        If no paper has the day that `by` asks for, or none can be placed in the period.
    """
    if settings.only_snapshot:
        papers = papers[papers["in_snapshot"]].reset_index(drop=True)
        memberships = memberships[memberships["paper_id"].isin(papers["paper_id"])]
    dated = trends.papers_on_axis(papers, by=settings.by)
    reference = trends.reference_day(papers, snapshot_date=snapshot_date)
    lag = trends.listing_lag(dated, reference=reference) if settings.by == "published" else 0
    if reference is not None:
        reference -= pd.Timedelta(days=lag)
    choice = trends.choose_period(dated, period=settings.period, reference=reference, lag=lag)
    counts = choice.freq and trends.count_papers(
        memberships,
        papers=dated,
        groups=pd.concat([groups_of(groups, kind=kind) for kind in schema.KINDS]),
        freq=choice.freq,
        reference=reference,
    )
    reason = choice.reason + (_LISTED if settings.by == "listed" and choice.freq else "")
    period = {"freq": choice.freq, "reason": reason, "by": settings.by, "lag_days": lag}
    if not counts:
        return {name: schema.empty(name) for name in ("trends", "verdicts", "events")}, period
    tables = {
        "trends": trends.trend_table(counts),
        "verdicts": trends.verdict_table(counts),
        "events": trends.find_events(counts),
    }
    power = trends.power_figures(counts, verdicts=tables["verdicts"])
    return tables, {**period, **trends.manifest_entry(counts), "power": power}
