"""What a person says on clusters: the `[[cluster]]` tables of `overrides.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, normalised_title
from analysis.base.groups import CLUSTER_ID
from analysis.base.toml_tables import read_toml, table_lines

FORMS: dict[str, tuple[str, ...]] = {
    "rename": ("id", "label"),
    "merge": ("merge",),
    "keep_apart": ("keep_apart",),
    "pin": ("paper", "cluster"),
}
"""What can be said, and the fields that say it; `why` may stand with each."""

OTHERS = ("topic",)
"""Tables of the same file that are read elsewhere."""


@dataclass(frozen=True)
class ClusterOverride:
    """One thing said: `what` is a key of `FORMS`.

    `ids` are the clusters named (one for "rename" and "pin"); `label` is the new name, `paper` an
    id or title as written.
    """

    what: str
    ids: tuple[str, ...]
    label: str = ""
    paper: str = ""
    why: str = ""
    line: int | None = None


def read_cluster_overrides(path: Path) -> list[ClusterOverride]:
    """Read what a person says on clusters.

    Parameters
    ----------
    path : Path
        TOML with one `[[cluster]]` table for each thing said: `id` and `label` (rename), `merge`
        (ids; the first keeps its own), `keep_apart` (ids), or `paper` and `cluster` (pin).

    Returns
    -------
    list of ClusterOverride
        In the order of the file. Whether the clusters exist is not looked at here.

    Raises
    ------
    InputError
        Where the file cannot be read, a table says nothing or several things, a field is unknown,
        missing or of the wrong kind, or two tables contradict each other; all problems together,
        each with its line.
    """
    try:
        text, content = read_toml(path)
    except OSError as error:
        raise _error(path, [error.strerror or type(error).__name__]) from error
    except ValueError as error:
        raise _error(path, [f"not TOML ({error})"]) from error
    tables = content.get("cluster", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _error(path, ["cluster is not a list of tables ([[cluster]])"])
    known = ("cluster", *OTHERS)
    problems = [f"unknown entry {name!r}" for name in content if name not in known]
    lines = table_lines(text, name="cluster", n=len(tables))
    found = []
    for number, (table, line) in enumerate(zip(tables, lines, strict=True), start=1):
        where = f"line {line}" if line else f"cluster decision {number}"
        what, wrong = _what(table)
        wrong += [] if wrong else _problems(table, what=what)
        problems += [f"{where}: {problem}" for problem in wrong]
        if not wrong:
            found.append(_override(table, what=what, line=line))
    problems += contradictions(found)
    if problems:
        raise _error(path, problems)
    return found


def _error(path: Path, problems: Sequence[str]) -> InputError:
    return InputError(
        [f"overrides file {path}: {problem}" for problem in problems],
        allowed="[[cluster]] tables that say one thing each: id and label (rename), merge (two or "
        "more ids), keep_apart (two or more ids), or paper and cluster (pin); why may be added",
        next_step="correct the file and run again; data/overrides.toml explains the form",
    )


def _what(table: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return what a table says, and what is wrong where that cannot be told."""
    fields = {*(name for form in FORMS.values() for name in form), "why"}
    wrong = [f"unknown field {first_lines(clean(n), limit=40)!r}" for n in table if n not in fields]
    said = [what for what, form in FORMS.items() if any(name in table for name in form)]
    if not said:
        wrong.append("says nothing: id and label, merge, keep_apart, or paper and cluster")
    elif len(said) > 1:
        wrong.append(f"says several things at once ({', '.join(said)}); write one table for each")
    return (said[0] if said else ""), wrong


def _problems(table: Mapping[str, Any], *, what: str) -> list[str]:
    problems = []
    for name in FORMS[what]:
        value = table.get(name)
        if name in ("merge", "keep_apart"):
            problems += _ids_problems(value, name=name)
        elif not isinstance(value, str) or not clean(value):
            problems.append(f"{name} is missing or no text")
        elif name in ("id", "cluster") and not CLUSTER_ID.fullmatch(value):
            problems.append(f"{name} {_short(value)!r} is no cluster id such as c0001")
    if not isinstance(table.get("why", ""), str):
        problems.append("why is no text")
    return problems


def _ids_problems(value: object, *, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return [f"{name} is no list of cluster ids"]
    wrong = [each for each in value if not CLUSTER_ID.fullmatch(each)]
    if wrong:
        return [f"{name} holds {_short(wrong[0])!r}, which is no cluster id such as c0001"]
    return [] if len(set(value)) > 1 else [f"{name} needs two different ids"]


def _short(text: str) -> str:
    return first_lines(clean(text), limit=60)


def _override(table: Mapping[str, Any], *, what: str, line: int | None) -> ClusterOverride:
    named = table.get("id") or table.get("cluster")
    ids = (named,) if named else tuple(dict.fromkeys(table[what]))
    label, paper, why = (clean(table.get(name, "")) for name in ("label", "paper", "why"))
    return ClusterOverride(what, ids, label, paper, why, line)


def contradictions(overrides: Sequence[ClusterOverride]) -> list[str]:
    """Say which decisions contradict an earlier one.

    Those are two names for one cluster, two clusters for one paper as written, and clusters that
    are to be merged (if by way of others) and kept apart.
    """
    problems, first = [], {}
    into = mergers(overrides)
    for override in overrides:
        if override.what == "rename":
            key, said = ("rename", override.ids[0]), override.label
        elif override.what == "pin":
            key = ("pin", normalised_title(override.paper))
            said = into.get(override.ids[0], override.ids[0])
        else:
            continue
        earlier, before = first.setdefault(key, (override, said))
        if before != said:
            about = override.ids[0] if override.what == "rename" else f"“{_short(override.paper)}”"
            problems.append(f"{place(override)} contradicts {place(earlier)}: {key[0]} of {about}")
    for override in overrides:
        if override.what == "keep_apart":
            problems += [
                f"{place(override)}: {one} and {other} are to be kept apart, and to be merged"
                for one, other in combinations(override.ids, 2)
                if into.get(one, one) == into.get(other, other)
            ]
    return problems


def place(override: ClusterOverride) -> str:
    """Say where in its file a decision stands."""
    return f"line {override.line}" if override.line else "a decision"


def mergers(overrides: Sequence[ClusterOverride]) -> dict[str, str]:
    """Return for each cluster that is to be merged away the one that it becomes part of.

    Of clusters that several tables join, the one named first in the file stays.
    """
    into: dict[str, str] = {}
    for override in overrides:
        if override.what != "merge":
            continue
        roots = list(dict.fromkeys(into.get(name, name) for name in override.ids))
        order = [name for name in dict.fromkeys((*into.values(), *roots)) if name in roots]
        keeper = order[0]
        into |= {name: keeper for name, root in into.items() if root in roots}
        into |= {name: keeper for name in (*roots, *override.ids) if name != keeper}
    return into


def kept_apart(overrides: Sequence[ClusterOverride]) -> frozenset[frozenset[str]]:
    """Return the pairs of clusters that are never to be merged."""
    return frozenset(
        frozenset(pair)
        for override in overrides
        if override.what == "keep_apart"
        for pair in combinations(override.ids, 2)
    )
