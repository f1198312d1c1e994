"""Overrides of clusters: the `[[cluster]]` tables of `overrides.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, normalised_title
from analysis.base.files import read_toml, table_lines
from analysis.base.groups import CLUSTER_ID, COLOR

FORMS: dict[str, tuple[str, ...]] = {
    "rename": ("id", "label"),
    "color": ("id", "color"),
    "merge": ("merge",),
    "keep_apart": ("keep_apart",),
    "pin": ("paper", "cluster"),
}
"""The kinds of overrides and the fields of each; `why` may be added to all.

One table may name a cluster and color it; all others have one override."""

OTHERS = ("topic",)
"""Tables of the same file that are read elsewhere."""


@dataclass(frozen=True)
class ClusterOverride:
    """One override: `what` is a key of `FORMS`.

    `ids` are the clusters named (one for "rename", "color" and "pin"); `label` is the new name,
    `paper` an id or title as written, `color` of the form #rrggbb.
    """

    what: str
    ids: tuple[str, ...]
    label: str = ""
    paper: str = ""
    why: str = ""
    line: int | None = None
    color: str = ""


def read_cluster_overrides(path: Path) -> list[ClusterOverride]:
    """Read the overrides of clusters.

    Parameters
    ----------
    path : Path
        TOML with one `[[cluster]]` table per override: `id` with `label` (rename) or `color`
        (#rrggbb) or both, `merge` (ids; the first keeps its own), `keep_apart` (ids), or `paper`
        and `cluster` (pin).

    Returns
    -------
    list of ClusterOverride
        In the order of the file. Whether the clusters exist is not checked here.

    Raises
    ------
    InputError
        If the file cannot be read, a table has no override or several, a field is unknown,
        missing or of the wrong type, or two tables contradict each other; all problems together,
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
    overrides = []
    for number, (table, line) in enumerate(zip(tables, lines, strict=True), start=1):
        where = f"line {line}" if line else f"cluster override {number}"
        kinds, wrong = _kinds(table)
        if not wrong:
            wrong = list(dict.fromkeys(p for what in kinds for p in _problems(table, what=what)))
        problems += [f"{where}: {problem}" for problem in wrong]
        if not wrong:
            overrides += [_override(table, what=what, line=line) for what in kinds]
    problems += contradictions(overrides)
    if problems:
        raise _error(path, problems)
    return overrides


def _error(path: Path, problems: Sequence[str]) -> InputError:
    return InputError(
        [f"overrides file {path}: {problem}" for problem in problems],
        allowed="[[cluster]] tables with one override each: id with label (rename) or color, merge "
        "(two or more ids), keep_apart (two or more ids), or paper and cluster (pin); why may be "
        "added",
        next_step="correct the file and run again; data/overrides.toml explains the format",
    )


def _kinds(table: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the kinds of a table's overrides, and what is wrong if they are not clear."""
    fields = {*(name for form in FORMS.values() for name in form), "why"}
    wrong = [f"unknown field {first_lines(clean(n), limit=40)!r}" for n in table if n not in fields]
    kinds = [w for w, form in FORMS.items() if any(n in table for n in form if n != "id")]
    if "id" in table and not {"rename", "color"} & set(kinds):
        kinds.insert(0, "rename")
    if not kinds:
        wrong.append(
            "no override: give id and label or color, merge, keep_apart, or paper and cluster"
        )
    elif len(kinds) > 1 and kinds != ["rename", "color"]:
        wrong.append(f"several overrides at once ({', '.join(kinds)}); write one table for each")
    return kinds, wrong


def _problems(table: Mapping[str, Any], *, what: str) -> list[str]:
    problems = []
    for name in FORMS[what]:
        value = table.get(name)
        if name in ("merge", "keep_apart"):
            problems += _ids_problems(value, name=name)
        elif not isinstance(value, str) or not clean(value):
            problems.append(f"{name} is missing or not a text")
        elif name in ("id", "cluster") and not CLUSTER_ID.fullmatch(value):
            problems.append(f"{name} {_short(value)!r} is not a cluster id (example: c0001)")
        elif name == "color" and not COLOR.fullmatch(value):
            problems.append(f"color {_short(value)!r} is not of the form #rrggbb (#1a8a72)")
    if not isinstance(table.get("why", ""), str):
        problems.append("why is not a text")
    return problems


def _ids_problems(value: object, *, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return [f"{name} is not a list of cluster ids"]
    wrong = [each for each in value if not CLUSTER_ID.fullmatch(each)]
    if wrong:
        return [f"{name} contains {_short(wrong[0])!r}, which is not a cluster id (example: c0001)"]
    return [] if len(set(value)) > 1 else [f"{name} needs two different ids"]


def _short(text: str) -> str:
    return first_lines(clean(text), limit=60)


def _override(table: Mapping[str, Any], *, what: str, line: int | None) -> ClusterOverride:
    cluster = table.get("id") or table.get("cluster")
    ids = (cluster,) if cluster else tuple(dict.fromkeys(table[what]))
    label, paper, why = (clean(table.get(name, "")) for name in ("label", "paper", "why"))
    if what == "color":
        return ClusterOverride(what, ids, why=why, line=line, color=table["color"].lower())
    return ClusterOverride(what, ids, label, paper, why, line)


def contradictions(overrides: Sequence[ClusterOverride]) -> list[str]:
    """Return a message for each override that contradicts an earlier one.

    Contradictions are two names or colors for one cluster, two clusters for one paper as written,
    and clusters that are to be merged (even by way of others) and kept apart.
    """
    problems: list[str] = []
    first: dict[tuple[str, str], tuple[ClusterOverride, str]] = {}
    into = mergers(overrides)
    for override in overrides:
        cluster = override.ids[0]
        if override.what == "rename":
            key, value, about = ("rename", cluster), override.label, cluster
        elif override.what == "color":
            key, value, about = ("color", cluster), override.color, cluster
        elif override.what == "pin":
            key, value = ("pin", normalised_title(override.paper)), into.get(cluster, cluster)
            about = f"“{_short(override.paper)}”"
        else:
            continue
        earlier, before = first.setdefault(key, (override, value))
        if before != value:
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
    """Return where in its file an override stands."""
    return f"line {override.line}" if override.line else "an override"


def mergers(overrides: Sequence[ClusterOverride]) -> dict[str, str]:
    """Return for each cluster that is to be merged away the one that it becomes part of.

    Of clusters that several tables join, the one named first in the file stays.
    """
    from scipy.cluster.hierarchy import DisjointSet

    sets = DisjointSet()
    for override in overrides:
        if override.what == "merge":
            for name in override.ids:
                sets.add(name)
                sets.merge(override.ids[0], name)
    keepers: dict[str, str] = {}
    for name in sets:  # in the order in which they were added
        keepers.setdefault(sets[name], name)
    return {name: keepers[sets[name]] for name in sets if name != keepers[sets[name]]}


def pairs_apart(overrides: Sequence[ClusterOverride]) -> frozenset[frozenset[str]]:
    """Return the pairs of clusters that are never to be merged."""
    return frozenset(
        frozenset(pair)
        for override in overrides
        if override.what == "keep_apart"
        for pair in combinations(override.ids, 2)
    )
