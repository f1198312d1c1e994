"""The trends of a run's groups: counted, and counted again by other periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from analysis import trends
from analysis.base.errors import InputError
from analysis.base.groups import broader_groups, broader_memberships, groups_of
from analysis.base.schema import KINDS, conform, empty
from analysis.papers.boilerplate import papers_as_analysed
from analysis.runs import Run

from .label_shares import label_memberships, with_label_shares
from .settings import Settings, counting_settings, period_problems
from .words import word_memberships

_KEY = ["kind", "group_id", "period"]
_LISTED = " A paper stands in the period in which a source listed it, not that of its publication."
_DEFAULTS = {name: getattr(Settings(), name) for name in ("period", "by", "only_snapshot")}


def count_trends(
    papers: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    words: pd.DataFrame,
    labels: pd.DataFrame,
    snapshot_date: date | None,
    settings: Settings,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables trends, verdicts and events, and the manifest's entry on periods.

    Parameters
    ----------
    papers, memberships, groups, words : DataFrame
        Tables of the run.
    labels : DataFrame
        From `label_memberships`: the papers that say each cluster's label.
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
    when, period = _periods(papers, dated=dated, snapshot_date=snapshot_date, settings=settings)
    counts = when["freq"] and trends.count_papers(
        pd.concat([memberships, broader_memberships(memberships, groups=groups)]),
        papers=dated,
        groups=pd.concat(
            [*(groups_of(groups, kind=kind) for kind in KINDS), broader_groups(groups)]
        ),
        **when,
    )
    if not counts:
        return {name: empty(name) for name in ("trends", "verdicts", "events")}, period
    said = word_memberships(words)
    # Words overlap as no groups do: counted by themselves, they change nothing in those.
    of_words = trends.count_papers(
        said[said["paper_id"].isin(papers["paper_id"])],
        papers=dated,
        groups=words.rename(columns={"word_id": "group_id"}).assign(kind="word"),
        **when,
    )
    tables = _tables(counts)
    tables["verdicts"] = with_label_shares(
        tables["verdicts"],
        said=labels[labels["paper_id"].isin(papers["paper_id"])],
        dated=dated,
        **when,
    )
    power = trends.power_figures(counts, verdicts=tables["verdicts"])
    if of_words:
        more = _tables(of_words)
        tables = {
            name: conform(pd.concat([table, more[name]]), name=name) if len(table) else more[name]
            for name, table in tables.items()
        }
    return tables, {**period, **trends.manifest_entry(counts), "power": power}


def _periods(
    papers: pd.DataFrame, *, dated: pd.DataFrame, snapshot_date: date | None, settings: Settings
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how papers are counted (`freq`, `reference`, `since`), and the manifest's entry."""
    reference = trends.reference_day(papers, snapshot_date=snapshot_date)
    lag = trends.listing_lag(dated, reference=reference) if settings.by == "published" else 0
    if reference is not None:
        reference -= pd.Timedelta(days=lag)
    known = settings.covered_from
    choice = trends.choose_period(
        dated, period=settings.period, reference=reference, lag=lag, covered_from=known
    )
    since = trends.covered_since(dated, freq=choice.freq, covered_from=known)
    period = {
        "freq": choice.freq,
        "reason": choice.reason + (_LISTED if settings.by == "listed" and choice.freq else ""),
        "by": settings.by,
        "lag_days": lag,
        "since": None if since is None else f"{since:%Y-%m-%d}",
        "gaps": [[f"{day:%Y-%m-%d}" for day in gap] for gap in trends.gaps(dated)],
    }
    return {"freq": choice.freq, "reference": reference, "since": since}, period


def _tables(counts: trends.Counts) -> dict[str, pd.DataFrame]:
    verdicts = trends.verdict_table(counts)
    return {
        "trends": trends.trend_table(counts),
        "verdicts": verdicts,
        "events": trends.find_events(counts, verdicts=verdicts),
    }


def recount(
    run: Run, *, period: str | None = None, by: str | None = None, only_snapshot: bool | None = None
) -> Run:
    """Count a run's trends again, by the stage that every run goes through.

    Parameters
    ----------
    run : Run
        Left unchanged; its papers, memberships and groups are counted.
    period : {"auto", "month", "quarter", "half-year", "year"}, optional
    by : {"published", "listed"}, optional
        The day that decides a paper's period.
    only_snapshot : bool, optional
        Count the papers that the snapshot lists, not all papers of the series.

    Returns
    -------
    Run
        With other `trends`, `verdicts`, `events` and `restated` (earlier shares beside the new
        ones; empty if the periods differ), and other entries on periods and settings in the
        manifest; its `told_anew` lists the differences. Arguments that are not given are as in
        the run: without any, the run itself is returned, and with the run's own settings the
        tables are the same to the last bit.

    Raises
    ------
    InputError
        If a setting has no allowed value, or no paper can be placed in a period.
    """
    if problems := period_problems(period=period, by=by):
        raise InputError(problems, allowed="the names listed", next_step="give one of them")
    asked = {"period": period, "by": by, "only_snapshot": only_snapshot}
    asked = {name: value for name, value in asked.items() if value is not None}
    if not asked:
        return run
    stored = run.manifest["settings"]
    settings = Settings(**{**counting_settings(stored), **asked})
    day = run.manifest["snapshot_date"]
    tables, entry = count_trends(
        run.papers,
        memberships=run.memberships,
        groups=run.groups,
        words=run.words,
        labels=label_memberships(
            papers_as_analysed(run.papers, manifest=run.manifest), groups=run.groups
        ),
        snapshot_date=date.fromisoformat(day) if day else None,
        settings=settings,
    )
    before = run.manifest["period"]
    comparable = (entry["freq"], entry["by"]) == (before["freq"], before.get("by", _DEFAULTS["by"]))
    manifest = {
        **run.manifest,
        "period": entry,
        "settings": {**stored, **asked},
        "told_anew": [_difference(run, only_snapshot=settings.only_snapshot, period=entry)],
    }
    restated = empty("restated")
    if comparable:
        now = tables["trends"][[*_KEY, "share"]].rename(columns={"share": "share_now"})
        restated = run.restated.drop(columns="share_now").merge(now, on=_KEY)
        restated = conform(restated, name="restated")
    return replace(run, **tables, restated=restated, manifest=manifest)


def _difference(run: Run, *, only_snapshot: bool, period: dict[str, object]) -> str:
    """Return a sentence on how the new trends differ from those of the run."""
    stored, before = run.manifest["settings"], run.manifest["period"]
    by = before.get("by", _DEFAULTS["by"])
    parts = []
    if period["freq"] != before["freq"]:
        parts.append(f"by {period['freq'] or 'no period'} (the run: {before['freq'] or 'none'})")
    if period["by"] != by:
        parts.append(f"by the day on which papers were {period['by']} (the run: {by})")
    if only_snapshot != stored.get("only_snapshot", _DEFAULTS["only_snapshot"]):
        what = ("the papers of the snapshot", "all papers of the series")
        now, then = what if only_snapshot else what[::-1]
        parts.append(f"over {now} (the run: {then})")
    if not parts:
        return f"Trends and verdicts were counted again, with the settings of run {run.name}."
    return (
        f"Trends and verdicts were counted again for this report, {', '.join(parts)}; the tables "
        f"stored in run {run.name} differ."
    )
