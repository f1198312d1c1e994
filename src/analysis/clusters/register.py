"""The register of a series' clusters, updated with each run; entries are never removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.escaping import clean
from analysis.base.groups import cluster_number
from analysis.base.schema import conform, empty

from .ledger import Entry, Event, Ledger, id_key


def update_register(
    ledger: Ledger,
    *,
    groups: pd.DataFrame,
    lineage: pd.DataFrame,
    run: str,
    snapshot_date: date | None = None,
) -> Ledger:
    """Add one run to the register.

    Parameters
    ----------
    ledger : Ledger
        As of the parent run; `Ledger()` if it is the first of the series.
    groups : DataFrame
        Table `groups` of the new run; broader clusters have entries of their own. An id of the
        register that it lacks is retired.
    lineage : DataFrame
        Table `lineage` of the new run.
    run : str
        Its name.
    snapshot_date : date, optional

    Returns
    -------
    Ledger
        A new one; entries of clusters that the run does not have keep all their data.

    Raises
    ------
    ValueError
        If the run gives a new cluster an id that another one had, which is a bug.
    """
    rows = groups[groups["kind"] == "cluster"].sort_values("group_id")
    known = {entry.id: entry for entry in ledger.entries}
    entries = {name: replace(entry, status="retired") for name, entry in known.items()}
    for row in rows.to_dict("records"):
        name = row["group_id"]
        if name not in known and cluster_number(name) < ledger.next_id:
            raise ValueError(f"the id {name} of the series was given before")
        entries[name] = _updated_entry(known.get(name), row=row, run=run)
    for name, new in _new_events(lineage, run=run).items():
        if name in entries:
            entry = entries[name]
            entries[name] = replace(
                entry,
                events=(*entry.events, *new.events),
                parents=tuple(dict.fromkeys((*entry.parents, *new.parents))),
                children=tuple(dict.fromkeys((*entry.children, *new.children))),
            )
    return Ledger(
        next_id=max([ledger.next_id - 1, *map(cluster_number, entries)], default=0) + 1,
        runs={**ledger.runs, run: snapshot_date.isoformat() if snapshot_date else ""},
        entries=tuple(entries.values()),
    )


def _updated_entry(entry: Entry | None, *, row: dict[Any, Any], run: str) -> Entry:
    n = int(row["n_papers"])
    entry = entry or Entry(row["group_id"], row["label"], first_run=run, last_run=run)
    renamed = clean(row["label"]) != entry.label
    return replace(
        entry,
        label=row["label"],
        former=(*entry.former, entry.label) if renamed else entry.former,
        last_run=run if n else entry.last_run,
        status=row["status"],
        colour=row["color"],
        broader=row["parent_id"] if isinstance(row["parent_id"], str) else "",
        terms=tuple(row["terms"]) if len(row["terms"]) else entry.terms,
        sizes={**entry.sizes, run: n} if n else entry.sizes,
    )


class _New(NamedTuple):
    """What a run adds to the entry of a cluster."""

    events: list[Event]
    parents: list[str]
    children: list[str]


def _new_events(lineage: pd.DataFrame, *, run: str) -> dict[str, _New]:
    """Return for each cluster its events of this run, its new parents and its new children.

    Splits and mergers are recorded with both clusters concerned.
    """
    new: dict[str, _New] = {}
    rows = lineage[lineage["event"] != "kept"]
    for row in rows.sort_values(["group_id", "event", "previous_group_id"]).to_dict("records"):
        name, event, other = row["group_id"], row["event"], row["previous_group_id"]
        other = other if isinstance(other, str) and other != name else ""
        if event in ("split", "merged") and not other:
            continue  # the cluster that keeps the id: its partners name it
        figures = (int(row["n_shared"]), float(row["overlap"]))
        new.setdefault(name, _New([], [], [])).events.append(Event(run, event, other, *figures))
        if event in ("split", "merged"):
            new[name].parents.append(other)
            partner = new.setdefault(other, _New([], [], []))
            partner.events.append(Event(run, event, name, *figures))
            partner.children.append(name)
    return {name: new[name] for name in sorted(new, key=id_key)}


def cluster_statuses(
    ledger: Ledger, *, dormant: Iterable[str], placed: Iterable[str], snapshot_date: date | None
) -> tuple[dict[str, str], pd.DataFrame]:
    """Determine which clusters are active, dormant or retired now.

    A cluster is *retired* when it was dormant in a run whose snapshot has another date and still
    is (unknown dates never differ), and *revived* when it was dormant or retired and is neither
    now: a dormant one because its trend has papers again, a retired one because a paper was
    placed in it. A cluster that was merged away stays retired.

    Parameters
    ----------
    ledger : Ledger
        As of the parent run.
    dormant : iterable of str
        From `lineage.dormant_clusters`.
    placed : iterable of str
        Clusters with a paper that the parent run did not have.
    snapshot_date : date or None
        Of the new run.

    Returns
    -------
    statuses : dict of str to str
        Status of each cluster of the register; new clusters are active.
    lineage : DataFrame
        A row of `lineage` for each status that has changed.
    """
    quiet, placed = frozenset(dormant), frozenset(placed)
    today = snapshot_date.isoformat() if snapshot_date else ""
    statuses, rows = {}, []
    for entry in ledger.entries:
        statuses[entry.id], event = _status(
            entry, ledger=ledger, quiet=entry.id in quiet, placed=entry.id in placed, today=today
        )
        if event:
            rows.append((event, entry.id, entry.id, ledger.last_run, 0, 0.0))
    changed = pd.DataFrame(rows, columns=list(empty("lineage").columns))
    return statuses, conform(changed, name="lineage")


def _status(
    entry: Entry, *, ledger: Ledger, quiet: bool, placed: bool, today: str
) -> tuple[str, str]:
    """Return the status now and the event that led to it, "" if it has not changed."""
    if entry.status == "retired":
        mergers = [event.other for event in entry.events if event.event == "merged"]
        merged = any(other in entry.children for other in mergers)
        return ("active", "revived") if placed and not quiet and not merged else ("retired", "")
    if not quiet:
        return ("active", "revived") if entry.status == "dormant" else ("active", "")
    if entry.status != "dormant":
        return "dormant", "dormant"
    since = [event.run for event in entry.events if event.event == "dormant"]
    before = ledger.runs.get(since[-1], "") if since else ""
    return ("retired", "retired") if before and today and before != today else ("dormant", "")
