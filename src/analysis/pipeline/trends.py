"""The trends of a run's groups: counted, counted again by other periods, or of fewer groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Any

import pandas as pd

from analysis import trends
from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.base.groups import broader_groups, broader_memberships, groups_of, parts_of
from analysis.base.schema import KINDS, conform, empty
from analysis.papers.boilerplate import papers_as_analysed
from analysis.runs import Run

from .label_shares import label_memberships, with_label_shares
from .settings import Settings, counting_settings, period_problems
from .words import word_memberships

_KEY = ["kind", "group_id", "period"]
_LISTED = " A paper stands in the period in which a source listed it, not that of its publication."
_MOST_HINTS = 3
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


def select_groups(run: Run, *, groups: Sequence[str]) -> Run:
    """Keep the trends, verdicts and events of some groups.

    Nothing is counted or corrected again: a verdict keeps its correction for all groups that were
    tested, because testing only the groups you picked would turn chance into findings.

    Parameters
    ----------
    run : Run
        Left unchanged.
    groups : sequence of str
        Ids or labels of clusters and topics, case ignored; a label that two groups have selects
        both, a broader cluster its parts.

    Returns
    -------
    Run
        With the rows of these groups in `trends`, `verdicts`, `events` and `restated`; the
        manifest's `told_anew` records it.

    Raises
    ------
    InputError
        If the run has no group of a name; all such names are listed together.
    """
    chosen = _find_groups(run, names=groups)
    tables = {}
    for name in ("trends", "verdicts", "events", "restated"):
        frame = getattr(run, name)
        keys = pd.MultiIndex.from_frame(frame[["kind", "group_id"]])
        tables[name] = frame[keys.isin(chosen)].reset_index(drop=True)
    n = sum(len(groups_of(run.groups, kind=kind)) for kind in KINDS)
    note = (
        f"Charts, findings and tables of trends show {len(chosen):,} of {n:,} groups, as asked. "
        f"Verdicts are corrected for all {n:,} groups that were tested, so they are the same as "
        "in the full report."
    )
    notes = [*run.manifest.get("told_anew", []), note]
    shown = sorted(group_id for _, group_id in chosen)
    return replace(
        run, **tables, manifest={**run.manifest, "told_anew": notes, "shown_groups": shown}
    )


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


def _find_groups(run: Run, *, names: Sequence[str]) -> set[tuple[str, str]]:
    columns = ["kind", "group_id", "label"]
    known = list(run.groups[columns].itertuples(index=False, name=None))
    counted = pd.concat([groups_of(run.groups, kind=kind) for kind in KINDS])
    with_papers = set(counted[columns[:2]].itertuples(index=False, name=None))
    chosen: set[tuple[str, str]] = set()
    problems = []
    for name in _split_names(names, known=known):
        matching = _groups_named(name, known=known)
        if not matching:
            problems.append(_unknown(name, known=known))
        for kind, group_id in matching:
            parts = parts_of(run.groups, group_id) if kind == "cluster" else {group_id}
            chosen |= {(kind, part) for part in parts} & with_papers
    if problems or not chosen:
        raise InputError(
            problems or "no group that has papers",
            allowed="ids or labels of the run's clusters and topics",
            next_step=f"list them with: papertide show {run.name}",
        )
    return chosen


def _split_names(names: Sequence[str], *, known: Sequence[tuple[str, str, str]]) -> list[str]:
    """Split names at commas, except labels that contain a comma."""
    parts = [[name] if _groups_named(name, known=known) else name.split(",") for name in names]
    return list(dict.fromkeys(part.strip() for each in parts for part in each if part.strip()))


def _groups_named(name: str, *, known: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    by_id = [(kind, group_id) for kind, group_id, _ in known if group_id == name]
    wanted = clean(name).casefold()
    return by_id or [
        (kind, group_id)
        for kind, group_id, label in known
        if wanted in (group_id.casefold(), clean(label).casefold())
    ]


def _unknown(name: str, *, known: Sequence[tuple[str, str, str]]) -> str:
    names = {group_id: clean(label) for _, group_id, label in known}
    forms = {form.casefold(): i for i, label in names.items() for form in (label, i)}
    near = get_close_matches(clean(name).casefold(), list(forms), n=_MOST_HINTS)
    ids = dict.fromkeys(forms[form] for form in near)
    hint = f" (did you mean {', '.join(f'{i}, “{names[i]}”' for i in ids)}?)" if ids else ""
    return f"no group {name!r} in this run{hint}"
