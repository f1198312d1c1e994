"""A finished run told otherwise: trends by other periods, or of fewer groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.base.groups import groups_of, parts_of
from analysis.base.schema import AXES, FREQUENCIES, KINDS, conform, empty
from analysis.runs import Run

from .settings import Settings
from .trends import over_time

PERIODS = ("auto", *FREQUENCIES)
_KEY = ["kind", "group_id", "period"]
_MOST_NEAR = 3
_USUAL = {name: getattr(Settings(), name) for name in ("period", "by", "only_snapshot")}


def retold(
    run: Run, *, period: str | None = None, by: str | None = None, only_snapshot: bool | None = None
) -> Run:
    """Count a run's trends anew, by the stage that every run goes through.

    Parameters
    ----------
    run : Run
        Left as it is; its papers, memberships and groups are what is counted.
    period : {"auto", "month", "quarter", "half-year", "year"}, optional
    by : {"published", "listed"}, optional
        The day that tells a paper's period.
    only_snapshot : bool, optional
        Count what the snapshot lists, not all papers of the series.

    Returns
    -------
    Run
        With other `trends`, `verdicts`, `events` and `restated` (earlier shares beside those of
        now; empty where time is cut otherwise), and what the manifest says of periods and
        settings; its `told_anew` names what differs from the run. What is left out is as in the
        run; with nothing given that is the run itself, and with the run's own settings the tables
        are the same to the last bit.

    Raises
    ------
    InputError
        Where a setting has another value, or no paper can be placed.
    """
    _check(period=period, by=by)
    asked = {"period": period, "by": by, "only_snapshot": only_snapshot}
    asked = {name: value for name, value in asked.items() if value is not None}
    if not asked:
        return run
    stored = run.manifest["settings"]
    settings = {name: stored.get(name, usual) for name, usual in _USUAL.items()} | asked
    day = run.manifest["snapshot_date"]
    tables, said = over_time(
        run.papers,
        memberships=run.memberships,
        groups=run.groups,
        snapshot_date=date.fromisoformat(day) if day else None,
        settings=Settings(**settings),
    )
    before = run.manifest["period"]
    comparable = (said["freq"], said["by"]) == (before["freq"], before.get("by", _USUAL["by"]))
    manifest = {
        **run.manifest,
        "period": said,
        "settings": {**stored, **settings},
        "told_anew": [_difference(run, settings=settings, period=said)],
    }
    return replace(
        run,
        **tables,
        restated=_restated(run.restated, trends=tables["trends"])
        if comparable
        else empty("restated"),
        manifest=manifest,
    )


def narrowed(run: Run, *, groups: Sequence[str]) -> Run:
    """Keep the trends, verdicts and events of some groups.

    Nothing is counted or corrected anew: a verdict stays what it is among all groups that were
    looked at, else leaving out what did not rise would make risers of chance.

    Parameters
    ----------
    run : Run
        Left as it is.
    groups : sequence of str
        Ids or labels of clusters and topics, in any case; a label that two groups have stands for
        both, a broader cluster for its parts.

    Returns
    -------
    Run
        With the rows of these groups in `trends`, `verdicts`, `events` and `restated`; the
        manifest's `told_anew` says so.

    Raises
    ------
    InputError
        Where a name is none of the run's; all such names together.
    """
    chosen = _chosen(run, names=groups)
    tables = {}
    for name in ("trends", "verdicts", "events", "restated"):
        frame = getattr(run, name)
        keys = pd.MultiIndex.from_frame(frame[["kind", "group_id"]])
        tables[name] = frame[keys.isin(chosen)].reset_index(drop=True)
    n = sum(len(groups_of(run.groups, kind=kind)) for kind in KINDS)
    said = (
        f"Charts, findings and tables of trends show {len(chosen):,} of {n:,} groups, as asked. "
        f"Verdicts are corrected for all {n:,} groups that were looked at, so they are the same "
        "as in the whole report."
    )
    told = [*run.manifest.get("told_anew", []), said]
    shown = sorted(group_id for _, group_id in chosen)
    return replace(
        run, **tables, manifest={**run.manifest, "told_anew": told, "shown_groups": shown}
    )


def _check(*, period: str | None, by: str | None) -> None:
    problems = []
    if period is not None and period not in PERIODS:
        problems.append(f"period {period!r}: allowed are {', '.join(PERIODS)}")
    if by is not None and by not in AXES:
        problems.append(f"by {by!r}: allowed are {', '.join(AXES)}")
    if problems:
        raise InputError(problems, allowed="the names listed", next_step="give one of them")


def _restated(restated: pd.DataFrame, *, trends: pd.DataFrame) -> pd.DataFrame:
    now = trends[[*_KEY, "share"]].rename(columns={"share": "share_now"})
    return conform(restated.drop(columns="share_now").merge(now, on=_KEY), name="restated")


def _difference(run: Run, *, settings: dict[str, object], period: dict[str, object]) -> str:
    """Say how the trends told here differ from those of the run."""
    stored, before = run.manifest["settings"], run.manifest["period"]
    by = before.get("by", _USUAL["by"])
    parts = []
    if period["freq"] != before["freq"]:
        parts.append(f"by {period['freq'] or 'no period'} (the run: {before['freq'] or 'none'})")
    if period["by"] != by:
        parts.append(f"by the day on which papers were {period['by']} (the run: {by})")
    if settings["only_snapshot"] != stored.get("only_snapshot", _USUAL["only_snapshot"]):
        what = ("the papers of the snapshot", "all papers of the series")
        now, then = what if settings["only_snapshot"] else what[::-1]
        parts.append(f"over {now} (the run: {then})")
    if not parts:
        return f"Trends and verdicts were counted anew, with the settings of run {run.name}."
    return (
        f"Trends and verdicts were counted anew for this report, {', '.join(parts)}; the tables "
        f"stored in run {run.name} say otherwise."
    )


def _chosen(run: Run, *, names: Sequence[str]) -> set[tuple[str, str]]:
    columns = ["kind", "group_id", "label"]
    known = list(run.groups[columns].itertuples(index=False, name=None))
    counted = pd.concat([groups_of(run.groups, kind=kind) for kind in KINDS])
    held = set(counted[columns[:2]].itertuples(index=False, name=None))
    chosen: set[tuple[str, str]] = set()
    problems = []
    for name in _apart(names, known=known):
        found = _named(name, known=known)
        if not found:
            problems.append(_unknown(name, known=known))
        for kind, group_id in found:
            parts = parts_of(run.groups, group_id) if kind == "cluster" else {group_id}
            chosen |= {(kind, part) for part in parts} & held
    if problems or not chosen:
        raise InputError(
            problems or "no group that has papers",
            allowed="ids or labels of the run's clusters and topics",
            next_step=f"list them with: papertide show {run.name}",
        )
    return chosen


def _apart(names: Sequence[str], *, known: Sequence[tuple[str, str, str]]) -> list[str]:
    """Take names apart at commas, except labels with a comma in them."""
    parts = [[name] if _named(name, known=known) else name.split(",") for name in names]
    return list(dict.fromkeys(part.strip() for each in parts for part in each if part.strip()))


def _named(name: str, *, known: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
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
    near = get_close_matches(clean(name).casefold(), list(forms), n=_MOST_NEAR)
    ids = dict.fromkeys(forms[form] for form in near)
    hint = f" (near: {', '.join(f'{i}, “{names[i]}”' for i in ids)})" if ids else ""
    return f"no group {name!r} in this run{hint}"
