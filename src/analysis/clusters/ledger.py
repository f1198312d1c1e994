"""`ledger.toml`: the register of a series' clusters, in a form people can read and compare."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_toml
from analysis.base.groups import CLUSTER_ID, cluster_id, cluster_number
from analysis.base.schema import LINEAGE, STATUSES

DIGITS = 4

HEADER = """\
# The register of the clusters of this series, as of this run: every id that was ever given, what
# it was called and how many papers it had in each run, and what became of it. Papertide writes
# this file; what you want to say on clusters goes into overrides.toml.
#
# former    labels that it had in earlier runs
# parents   clusters it came out of by a split, or that were merged into it
# children  clusters that came out of it, or the one it was merged into
# overlap   share of the papers, n_shared their number
"""


@dataclass(frozen=True)
class Event:
    """An event of a cluster in a run; `other` ("with" in the file) is "" if no other is concerned.

    `overlap` is rounded to four digits.
    """

    run: str
    event: str
    other: str = ""
    n_shared: int = 0
    overlap: float = 0.0

    def __post_init__(self) -> None:
        overlap = round(float(self.overlap), DIGITS)
        _set(self, run=clean(self.run), other=clean(self.other))
        _set(self, n_shared=int(self.n_shared), overlap=overlap)


@dataclass(frozen=True)
class Entry:
    """One cluster of the series. Texts are on one line; `sizes` are its papers by run.

    `former` are labels of earlier runs, the latest last; `broader` is the broader cluster that it
    is part of in its last run, "" if there is none;
    `last_run` is the last run in which it had papers.
    """

    id: str
    label: str
    first_run: str
    last_run: str
    status: str = "active"
    colour: str = ""
    broader: str = ""
    terms: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        _set(self, **{name: clean(getattr(self, name)) for name in _TEXTS})
        _set(self, **{name: tuple(map(clean, getattr(self, name))) for name in _LISTS})
        _set(self, sizes={clean(run): int(n) for run, n in self.sizes.items()})


_TEXTS = ("id", "label", "first_run", "last_run", "status", "colour", "broader")
_LISTS = ("terms", "former", "parents", "children")


@dataclass(frozen=True)
class Ledger:
    """The register: the number of the next id, the snapshot's date of each run, the clusters.

    Dates are written as YYYY-MM-DD, "" if unknown; entries are sorted by id. Empty by default.
    """

    next_id: int = 1
    runs: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        _set(self, entries=tuple(sorted(self.entries, key=lambda entry: id_key(entry.id))))
        _set(self, runs={clean(run): clean(day) for run, day in self.runs.items()})

    @property
    def last_run(self) -> str:
        """The run that the register is as of."""
        return next(reversed(list(self.runs)), "")


def _set(instance: object, **values: object) -> None:
    for name, value in values.items():
        object.__setattr__(instance, name, value)


def id_key(identifier: str) -> tuple[int, str]:
    """Sort c0002 before c0010 before c10000."""
    return (cluster_number(identifier), identifier)


def ledger_text(ledger: Ledger) -> str:
    """Return the register as TOML, which `read_ledger` reads: one block per cluster, by id."""
    lines = [HEADER, f"next_id = {ledger.next_id}", "", "[runs] # and the dates of their snapshots"]
    lines += [f"{for_toml(run)} = {for_toml(day)}" for run, day in ledger.runs.items()]
    for entry in ledger.entries:
        lines += ["", *_block(entry)]
    return "\n".join(lines) + "\n"


def _block(entry: Entry) -> list[str]:
    texts = [name for name in _TEXTS if name != "broader" or entry.broader]
    lines = ["[[cluster]]"]
    lines += [f"{name} = {for_toml(getattr(entry, name))}" for name in texts]
    for name in _LISTS:
        if name == "former" and not entry.former:
            continue
        values = ", ".join(for_toml(value) for value in getattr(entry, name))
        lines.append(f"{name} = [{values}]")
    if entry.sizes:
        lines += ["", "[cluster.sizes]"]
        lines += [f"{for_toml(run)} = {n}" for run, n in entry.sizes.items()]
    for event in entry.events:
        lines += ["", "[[cluster.events]]", f"run = {for_toml(event.run)}"]
        lines += [f"event = {for_toml(event.event)}", f"with = {for_toml(event.other)}"]
        lines += [f"n_shared = {event.n_shared}", f"overlap = {event.overlap!r}"]
    return lines


def read_ledger(path: Path) -> Ledger:
    """Read a run's register.

    Parameters
    ----------
    path : Path
        `ledger.toml` of a run.

    Raises
    ------
    InputError
        If the file is missing or not TOML, or an entry lacks a field; all problems together.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _damaged(path, [error.strerror or type(error).__name__]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _damaged(path, [f"not TOML ({error})"]) from error
    problems = _problems(content)
    if problems:
        raise _damaged(path, problems)
    entries = tuple(_entry(table) for table in content.get("cluster", []))
    return Ledger(content["next_id"], content["runs"], entries)


def _damaged(path: Path, problems: list[str]) -> InputError:
    return InputError(
        [f"{path}: {problem}" for problem in problems],
        allowed="the file as Papertide wrote it: the identities of all clusters depend on it",
        next_step="restore it from a copy, extend an earlier run with --extend RUN, or start "
        "another series with --runs DIR",
    )


def _problems(content: Mapping[str, Any]) -> list[str]:
    clusters = content.get("cluster", [])
    problems = []
    if not _is_count(content.get("next_id")):
        problems.append("next_id is missing or not a number")
    if not _is_table(content.get("runs"), of=str):
        problems.append("runs is missing or not a table of texts")
    if not isinstance(clusters, list) or not all(isinstance(table, dict) for table in clusters):
        return [*problems, "cluster is not a list of tables ([[cluster]])"]
    for number, table in enumerate(clusters, start=1):
        name = table.get("id")
        known = isinstance(name, str) and CLUSTER_ID.fullmatch(name)
        where = f"cluster {name if known else number}"
        problems += [f"{where}: {problem}" for problem in _entry_problems(table)]
    if not problems:
        problems += _id_problems([table["id"] for table in clusters], next_id=content["next_id"])
    return problems


def _entry_problems(table: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{name} is missing or not a text"
        for name in _TEXTS
        if not isinstance(table.get(name, "" if name == "broader" else None), str)
    ]
    if isinstance(table.get("id"), str) and not CLUSTER_ID.fullmatch(table["id"]):
        name = first_lines(clean(table["id"]), limit=40)
        problems.append(f"id {name!r} is not a cluster id (example: c0001)")
    if isinstance(table.get("status"), str) and table["status"] not in STATUSES:
        problems.append(f"status is not one of {', '.join(STATUSES)}")
    for name in _LISTS:
        values = table.get(name, [] if name == "former" else None)
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            problems.append(f"{name} is missing or not a list of texts")
    if not _is_table(table.get("sizes", {}), of=int):
        problems.append("sizes is not a table of numbers")
    events = table.get("events", [])
    if not isinstance(events, list) or not all(map(_is_event, events)):
        problems.append("an event lacks run, event, with, n_shared or overlap, or is unknown")
    return problems


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_table(value: object, *, of: type) -> bool:
    if not isinstance(value, dict):
        return False
    return all(_is_count(v) if of is int else isinstance(v, of) for v in value.values())


def _is_event(table: object) -> bool:
    return (
        isinstance(table, dict)
        and table.get("event") in LINEAGE
        and all(isinstance(table.get(name), str) for name in ("run", "with"))
        and _is_count(table.get("n_shared"))
        and isinstance(table.get("overlap"), float)
    )


def _id_problems(ids: list[str], *, next_id: int) -> list[str]:
    counts = sorted(Counter(ids).items())
    problems = [f"cluster {name} is listed twice" for name, n in counts if n > 1]
    largest = max(map(cluster_number, ids), default=0)
    if next_id <= largest:
        problems.append(f"next_id is {next_id}, but {cluster_id(largest)} is given")
    return problems


def _entry(table: Mapping[str, Any]) -> Entry:
    events = tuple(
        Event(e["run"], e["event"], e["with"], e["n_shared"], e["overlap"])
        for e in table.get("events", [])
    )
    fields = {name: table.get(name, "") for name in _TEXTS}
    fields |= {name: table.get(name, ()) for name in _LISTS}
    return Entry(**fields, sizes=table.get("sizes", {}), events=events)
