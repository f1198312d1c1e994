"""The register of a series' clusters, carried on from run to run; nothing in it is ever lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from analysis.base.groups import cluster_id, cluster_number
from analysis.base.schema import conform, empty

from .ledger import Entry, Event, Ledger, id_key, ledger_text, read_ledger

__all__ = [
    "Entry",
    "Event",
    "Ledger",
    "Standing",
    "continued",
    "ledger_text",
    "new_ids",
    "opened",
    "read_ledger",
    "standing",
]


@dataclass(frozen=True)
class Standing:
    """What `standing` returns: the status of each cluster, and the rows of `lineage` that say so.

    Rows are there only for what is another status than before.
    """

    statuses: dict[str, str]
    lineage: pd.DataFrame


def opened(groups: pd.DataFrame, *, run: str, snapshot_date: date | None = None) -> Ledger:
    """Open the register with the clusters of a series' first run.

    Parameters
    ----------
    groups : DataFrame
        Table `groups` of the run; broader clusters have entries of their own.
    run : str
        Its name.
    snapshot_date : date, optional
    """
    return continued(
        Ledger(1, {}, ()),
        groups=groups,
        lineage=empty("lineage"),
        run=run,
        snapshot_date=snapshot_date,
    )


def continued(
    ledger: Ledger,
    *,
    groups: pd.DataFrame,
    lineage: pd.DataFrame,
    run: str,
    snapshot_date: date | None = None,
) -> Ledger:
    """Carry the register on by one run.

    Parameters
    ----------
    ledger : Ledger
        As of the run before.
    groups : DataFrame
        Table `groups` of the new run. An id of the register that it lacks is retired.
    lineage : DataFrame
        Table `lineage` of the new run.
    run : str
        Its name.
    snapshot_date : date, optional

    Returns
    -------
    Ledger
        A new one; entries of clusters that the run does not have keep all they had.

    Raises
    ------
    ValueError
        Where the run gives an id to a new cluster that another one had: a defect of ours.
    """
    rows = groups[groups["kind"] == "cluster"].sort_values("group_id")
    known = {entry.id: entry for entry in ledger.entries}
    events = _events(lineage, run=run)
    entries = {
        name: replace(entry, status="retired") for name, entry in known.items()
    }  # fmt: skip
    for row in rows.to_dict("records"):
        name = row["group_id"]
        if name not in known and cluster_number(name) < ledger.next_id:
            raise ValueError(f"the id {name} of the series was given before")
        entries[name] = _carried(known.get(name), row=row, run=run)
    for name, (own, parents, children) in events.items():
        if name in entries:
            entries[name] = _with_events(entries[name], own, parents=parents, children=children)
    numbers = map(cluster_number, entries)
    return Ledger(
        next_id=max([ledger.next_id - 1, *numbers], default=0) + 1,
        runs={**ledger.runs, run: snapshot_date.isoformat() if snapshot_date else ""},
        entries=tuple(entries.values()),
    )


def new_ids(ledger: Ledger, *, n: int) -> list[str]:
    """Return the next `n` ids of the series, none of which was ever given."""
    return [cluster_id(number) for number in range(ledger.next_id, ledger.next_id + n)]


def _carried(entry: Entry | None, *, row: Mapping[str, object], run: str) -> Entry:
    n = int(row["n_papers"])
    broader = row["parent_id"] if isinstance(row["parent_id"], str) else ""
    was = entry or Entry(row["group_id"], row["label"], first_run=run, last_run=run)
    return replace(
        was,
        label=row["label"],
        last_run=run if n else was.last_run,
        status=row["status"],
        colour=row["color"],
        broader=broader,
        terms=tuple(row["terms"]) if len(row["terms"]) else was.terms,
        sizes={**was.sizes, run: n} if n else was.sizes,
    )


def _with_events(
    entry: Entry, own: Iterable[Event], *, parents: Iterable[str], children: Iterable[str]
) -> Entry:
    return replace(
        entry,
        events=(*entry.events, *own),
        parents=tuple(dict.fromkeys((*entry.parents, *parents))),
        children=tuple(dict.fromkeys((*entry.children, *children))),
    )


_Told = tuple[list[Event], list[str], list[str]]


def _events(lineage: pd.DataFrame, *, run: str) -> dict[str, _Told]:
    """Return for each cluster its events of this run, its new parents and its new children.

    Splits and mergers stand with both clusters concerned.
    """
    told: dict[str, _Told] = {}
    rows = lineage[lineage["event"] != "kept"]
    for row in rows.sort_values(["group_id", "event", "previous_group_id"]).to_dict("records"):
        name, event, other = row["group_id"], row["event"], row["previous_group_id"]
        other = other if isinstance(other, str) and other != name else ""
        if event in ("split", "merged") and not other:
            continue  # the cluster that keeps the id: its partners name it
        facts = (int(row["n_shared"]), float(row["overlap"]))
        told.setdefault(name, ([], [], []))[0].append(Event(run, event, other, *facts))
        if event in ("split", "merged"):
            told[name][1].append(other)
            theirs = told.setdefault(other, ([], [], []))
            theirs[0].append(Event(run, event, name, *facts))
            theirs[2].append(name)
    return {name: told[name] for name in sorted(told, key=id_key)}


def standing(
    ledger: Ledger, *, dormant: Iterable[str], placed: Iterable[str], snapshot_date: date | None
) -> Standing:
    """Say which clusters are active, dormant or retired now.

    A cluster is *retired* when it was dormant in a run whose snapshot has another date and is so
    still (unknown dates never differ), and *revived* when it was dormant or retired and is
    neither now: a dormant one because its trend has papers again, a retired one because a paper
    was placed in it. What was merged away stays retired.

    Parameters
    ----------
    ledger : Ledger
        As of the run before.
    dormant : iterable of str
        From `lineage.dormant_clusters`.
    placed : iterable of str
        Clusters that hold a paper which the run before did not have.
    snapshot_date : date or None
        Of the new run.

    Returns
    -------
    Standing
        For the clusters of the register; new ones are active.
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
    columns = list(empty("lineage").columns)
    return Standing(statuses, conform(pd.DataFrame(rows, columns=columns), name="lineage"))


def _status(
    entry: Entry, *, ledger: Ledger, quiet: bool, placed: bool, today: str
) -> tuple[str, str]:
    """Return the status now and the event that led to it, "" where it is as before."""
    if entry.status == "retired":
        merged = any(event.event == "merged" and event.other in entry.children
                     for event in entry.events)  # fmt: skip
        return ("active", "revived") if placed and not quiet and not merged else ("retired", "")
    if not quiet:
        return ("active", "revived") if entry.status == "dormant" else ("active", "")
    if entry.status != "dormant":
        return "dormant", "dormant"
    since = [event.run for event in entry.events if event.event == "dormant"]
    before = ledger.runs.get(since[-1], "") if since else ""
    return ("retired", "retired") if before and today and before != today else ("dormant", "")
