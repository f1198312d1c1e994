"""A run whose trends are those of some of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.base.groups import groups_of, parts_of
from analysis.base.schema import KINDS
from analysis.runs import Run

_MOST_HINTS = 3


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
