"""A run whose clusters are being named: the names that hold so far, and the file they go into."""

from __future__ import annotations

import math
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.runs import line_of

from .cards import ClusterCard, cluster_cards
from .check import NAME_ALLOWED, id_problems, name_problems
from .overrides_file import NewName, names_in, overrides_file, write_names
from .suggestions import SuggestionFile

if TYPE_CHECKING:
    from analysis.runs import Run

_MOST_INPUTS = 3


class NameRefusedError(InputError):
    """Names or ids that cannot be taken; others can."""


@dataclass(frozen=True)
class Naming:
    """The state of naming a run's clusters.

    Attributes
    ----------
    run : Run
    groups : DataFrame
        Its table `groups` with the labels that the overrides file gives.
    by_hand : mapping of str to str
        The names in the overrides file, by id.
    source, target : Path
        The overrides file as it is, and the one that is written; see `overrides_file`.
    """

    run: Run
    groups: pd.DataFrame
    by_hand: Mapping[str, str]
    source: Path
    target: Path

    @property
    def labels(self) -> dict[str, str]:
        """The label of each cluster by its id."""
        rows = self.groups[self.groups["kind"] == "cluster"]
        return dict(zip(rows["group_id"], rows["label"], strict=True))

    @property
    def present(self) -> dict[tuple[str, str], str]:
        """The labels of topics and of clusters with papers, by kind and id."""
        rows = self.groups[self.groups["n_papers"].gt(0) | (self.groups["kind"] == "topic")]
        return dict(
            zip(zip(rows["kind"], rows["group_id"], strict=True), rows["label"], strict=True)
        )


def open_naming(run: Run, *, overrides: Path | None) -> Naming:
    """Begin to name the clusters of a run.

    Parameters
    ----------
    run : Run
    overrides : Path, optional
        By default `./data/overrides.toml`, begun as a copy of the package's if it is missing.

    Raises
    ------
    InputError
        If the run has no clusters or the file is wrong.
    """
    source, target = overrides_file(overrides)
    by_hand = names_in(source)
    groups = _with_labels(run.groups, names=by_hand)
    naming = Naming(run, groups, by_hand, source, target)
    if not any(kind == "cluster" for kind, _ in naming.present):
        raise InputError(
            f"run {run.name} has no clusters",
            allowed="a run with clusters: from 60 papers on",
            next_step="name another run, or set the labels of topics in topics.toml",
        )
    return naming


def cards_of(naming: Naming, *, ids: Collection[str] = ()) -> list[ClusterCard]:
    """Return the clusters to name, in the order in which they are shown.

    Parameters
    ----------
    naming : Naming
    ids : collection of str
        Only these; all by default.

    Raises
    ------
    InputError
        If an id is not that of a cluster with papers; all of them together.
    """
    if problems := id_problems(ids, groups=naming.groups, run=naming.run.name):
        raise _refused(problems)
    cards = [card for card in cluster_cards(naming.run) if not ids or card.id in ids]
    run = naming.run.groups.set_index("group_id")["label"]
    return [
        card if naming.labels[card.id] == run[card.id] else replace(card, coverage=math.nan)
        for card in cards
    ]


def give_names(naming: Naming, names: Mapping[str, str], *, why: str = "") -> Naming:
    """Check names and write them into the overrides file.

    Parameters
    ----------
    naming : Naming
    names : mapping of str to str
        By id of the cluster. The label that a cluster has already is kept for good this way.
    why : str
        Where they come from, for names that are new in the file.

    Returns
    -------
    Naming
        With these names.

    Raises
    ------
    NameRefusedError
        If a name or an id is wrong, or a name is that of another group; all together.
    InputError
        If the file cannot be written.
    """
    if problems := name_problems(names, groups=naming.groups, run=naming.run.name):
        raise _refused(problems)
    new = {name: NewName(text, why) for name, text in names.items()}
    write_names(new, source=naming.source, target=naming.target)
    given = {name: value.label for name, value in new.items()}
    return replace(
        naming,
        groups=_with_labels(naming.groups, names=given),
        by_hand={**naming.by_hand, **given},
        source=naming.target,
    )


def check_origin(suggested: SuggestionFile, *, run: Run, path: Path) -> None:
    """Refuse suggestions for a run to which the opened one does not go back.

    Raises
    ------
    InputError
        Their ids would mean other clusters.
    """
    if suggested.run not in (run.name, *line_of(run)):
        raise InputError(
            f"file of suggestions {path}: it is for run {clean(suggested.run) or '(none)'}, and "
            f"the ids of run {run.name} need not mean the same clusters",
            allowed="suggestions for the run that is named, or for one that it extends",
            next_step="name the run that the suggestions are for, and its series with --runs DIR",
        )


def next_run(naming: Naming, *, overrides: Path | None, runs: Path | None) -> str:
    """Return the command whose run takes the names; the same snapshot will do."""
    names = [str(entry["name"]) for entry in naming.run.manifest["inputs"]]
    words = ["papertide", "run", *(names if len(names) <= _MOST_INPUTS else ["SNAPSHOT..."])]
    for option, path in (("--overrides", overrides), ("--runs", runs)):
        words += [option, str(path)] if path is not None else []
    return " ".join(shlex.quote(clean(word)) for word in words)


def parsed_names(texts: Sequence[str]) -> dict[str, str]:
    """Return the names in texts such as `c0003=Machine translation`, by id.

    Raises
    ------
    InputError
        If one has another form or two name the same cluster; all problems together.
    """
    names: dict[str, str] = {}
    problems = []
    for text in texts:
        name, sign, label = (part.strip() for part in text.partition("="))
        if not sign or not name:
            problems.append(f"{clean(text)[:60]!r} is not ID=NAME")
        elif name in names:
            problems.append(f"two names for {clean(name)[:60]}")
        else:
            names[name] = label
    if problems:
        raise _refused(problems)
    return names


def _with_labels(groups: pd.DataFrame, *, names: Mapping[str, str]) -> pd.DataFrame:
    rows = groups[["kind", "group_id", "label"]].itertuples(index=False)
    labels = [
        names.get(group_id, label) if kind == "cluster" else label for kind, group_id, label in rows
    ]
    column = pd.Series(labels, index=groups.index, dtype=groups["label"].dtype)
    return groups.assign(label=column)


def _refused(problems: Sequence[str]) -> NameRefusedError:
    return NameRefusedError(
        problems,
        allowed=f"ids of clusters with papers (example: c0001), and {NAME_ALLOWED}",
        next_step="see the clusters with: papertide show RUN",
    )
