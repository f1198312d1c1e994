"""Names suggested by a language model, checked, and the file in which a person accepts them."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_toml
from analysis.base.files import read_toml, written_whole
from analysis.base.groups import CLUSTER_ID
from analysis.base.outputs import writing

from .cards import ClusterCard, members
from .check import (
    LEAST_COVERAGE,
    NameFigures,
    figures_line,
    folded_name,
    name_figures,
    phrase_index,
)
from .questions import name_in, question

if TYPE_CHECKING:
    from analysis.runs import Run

_FIELDS = ("id", "label", "now", "coverage", "precision", "papers", "doubtful")


class Ask(Protocol):
    """Asks a language model; `what` says for what, in words."""

    def __call__(self, messages: Sequence[Mapping[str, str]], *, what: str) -> str:
        """Return the text of the answer."""
        ...


@dataclass(frozen=True)
class Suggestion:
    """A name for a cluster, the one that it has now, and how well the papers bear it out."""

    id: str
    label: str
    now: str
    figures: NameFigures

    @property
    def is_doubtful(self) -> bool:
        """Whether too few of the cluster's papers say the name."""
        return not self.figures.coverage >= LEAST_COVERAGE


@dataclass(frozen=True)
class SuggestionFile:
    """The names that a file of suggestions still has: by id of the cluster, and where from."""

    run: str
    model: str
    names: Mapping[str, str]


def suggest_names(
    run: Run,
    *,
    cards: Sequence[ClusterCard],
    groups: Mapping[tuple[str, str], str],
    ask: Ask,
    keep: Callable[[Suggestion], None],
    say: Callable[[str], None],
) -> list[str]:
    """Ask a model for a name of each cluster, and check the names.

    Parameters
    ----------
    run : Run
    cards : sequence of ClusterCard
        The clusters to name.
    groups : mapping of (kind, group id) to str
        The labels of all groups, none of which is suggested to another.
    ask : callable
        Sends messages to a model, and returns its answer as it came.
    keep : callable
        Takes each suggestion as it comes.
    say : callable
        Takes a line per cluster.

    Returns
    -------
    list of str
        The clusters for which the model gave no usable name, and why; one line each.

    Raises
    ------
    InputError
        If the server refuses or fails; suggestions that came before have been kept.
    """
    index = phrase_index(run.papers)
    taken = {folded_name(label): group for (_, group), label in groups.items()}
    labels = {group: label for (kind, group), label in groups.items() if kind == "cluster"}
    problems = []
    for number, card in enumerate(cards, start=1):
        answer = ask(question(card, labels=labels), what=f"a name for {card.id}")
        name, problem = name_in(answer)
        owner = taken.get(folded_name(name), card.id)
        if not problem and owner != card.id:
            problem = f"the name is that of {owner} too ({name})"
        counted = f"{card.id} ({number:,} of {len(cards):,})"
        if problem:
            problems.append(f"{card.id}: {problem}")
            say(f"{counted}: {problem}")
            continue
        if folded_name(name) == folded_name(labels[card.id]):
            say(f"{counted}: keeps its name {name}")
            continue
        figures = name_figures(name, index=index, members=members(run, card.id))
        suggestion = Suggestion(card.id, name, labels[card.id], figures)
        taken[folded_name(name)] = card.id
        keep(suggestion)
        doubt = "; doubtful" if suggestion.is_doubtful else ""
        say(f"{counted}: {name} (now {labels[card.id]}); {figures_line(figures)}{doubt}")
    return problems


# the file


def suggestions_text(suggestions: Sequence[Suggestion], *, run: str, model: str, path: Path) -> str:
    """Return a file of suggestions as TOML, doubtful ones last."""
    lines = [
        f"# Names that a language model suggests for clusters of run {clean(run)}. Delete the ones",
        "# that you do not want, correct labels as you like, then run:",
        f"#   papertide name {clean(run)} --accept {shlex.quote(clean(str(path)))}",
        "#",
        "# label      the suggestion",
        "# now        the label in the run",
        "# coverage   share of the cluster's papers that say the words of the label",
        "# precision  share of all papers that say them which are in the cluster",
        f"# doubtful   under {LEAST_COVERAGE} of the cluster's papers say them",
        "",
        f"run = {for_toml(run)}",
        f"model = {for_toml(model)}",
    ]
    for each in sorted(suggestions, key=lambda each: each.is_doubtful):
        lines += ["", *_block(each)]
    return "\n".join(lines) + "\n"


def _block(each: Suggestion) -> list[str]:
    lines = [
        "[[suggestion]]",
        f"id = {for_toml(each.id)}",
        f"label = {for_toml(each.label)}",
        f"now = {for_toml(each.now)}",
        f"papers = {each.figures.n_members}",
    ]
    for name in ("coverage", "precision"):
        value = getattr(each.figures, name)
        lines += [] if math.isnan(value) else [f"{name} = {value:.2f}"]
    return [*lines, "doubtful = true"] if each.is_doubtful else lines


def write_suggestions(
    suggestions: Sequence[Suggestion], *, run: str, model: str, path: Path
) -> None:
    """Write a file of suggestions, as a whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    text = suggestions_text(suggestions, run=run, model=model, path=path)
    allowed = "a file in a folder that can be written"
    with writing(path, allowed=allowed, next_step="name another with --out FILE"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def read_suggestions(path: Path) -> SuggestionFile:
    """Read what a person left in a file of suggestions.

    Raises
    ------
    InputError
        If it cannot be read or is no such file; all problems together.
    """
    try:
        _, content = read_toml(path)
    except OSError as error:
        raise _error(path, [error.strerror or type(error).__name__]) from error
    except ValueError as error:
        raise _error(path, [f"not TOML ({clean(str(error))})"]) from error
    texts = {name: content.get(name, "") for name in ("run", "model")}
    tables = content.get("suggestion", [])
    problems = [
        f"{name} is not a text" for name, text in texts.items() if not isinstance(text, str)
    ]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append("suggestion is not a list of tables ([[suggestion]])")
        tables = []
    unknown = [name for name in content if name not in ("run", "model", "suggestion")]
    problems += [f"unknown entry {first_lines(clean(name), limit=40)!r}" for name in unknown]
    names: dict[str, str] = {}
    for number, table in enumerate(tables, start=1):
        wrong = _table_problems(table, known=names)
        problems += [f"suggestion {number}: {problem}" for problem in wrong]
        if not wrong:
            names[table["id"]] = table["label"]
    if problems:
        raise _error(path, problems)
    return SuggestionFile(texts["run"], texts["model"], names)


def _table_problems(table: Mapping[str, Any], *, known: Mapping[str, str]) -> list[str]:
    problems = [
        f"unknown field {first_lines(clean(name), limit=40)!r}"
        for name in table
        if name not in _FIELDS
    ]
    for name in ("id", "label"):
        if not isinstance(table.get(name), str):
            problems.append(f"{name} is missing or not a text")
    if problems:
        return problems
    shown = first_lines(clean(table["id"]), limit=40)
    if not CLUSTER_ID.fullmatch(table["id"]):
        return [f"id {shown!r} is not a cluster id (example: c0001)"]
    return [f"a second name for {shown}"] if table["id"] in known else []


def _error(path: Path, problems: Sequence[str]) -> InputError:
    return InputError(
        [f"file of suggestions {path}: {problem}" for problem in problems],
        allowed="a file that papertide name --suggest wrote, with the suggestions that you want",
        next_step="correct the file, or make another with: papertide name --suggest",
    )
