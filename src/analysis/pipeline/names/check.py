"""Names checked: by their form, against the other groups, and against the papers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.english import count, listing, verb
from analysis.base.escaping import clean, first_lines
from analysis.base.words import STOP_WORDS
from analysis.clusters.labels.occurrences import PhraseIndex

LONGEST_NAME = 80
NAME_ALLOWED = (
    f"names on one line, of up to {LONGEST_NAME} characters with a letter or digit, each given to "
    "one group only, topics and clusters together"
)
LEAST_COVERAGE = 0.4
"""Share of a cluster's papers that say its name, below which a suggestion is called doubtful."""

_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_JOINTS = re.compile(r"[,;·/]|\band\b|&")


# form and other groups


def name_problems(names: Mapping[str, str], *, groups: pd.DataFrame, run: str) -> list[str]:
    """Return what is wrong with new names; all problems together.

    Parameters
    ----------
    names : mapping of str to str
        New name of each cluster by its id.
    groups : DataFrame
        Table `groups`, with the labels that hold so far.
    run : str
        Name of the run.
    """
    problems = id_problems(names, groups=groups, run=run)
    problems += [f"{name}: {problem}" for name, text in names.items() if (problem := _form(text))]
    return problems if problems else _given_twice(names, groups=groups)


def id_problems(ids: Collection[str], *, groups: pd.DataFrame, run: str) -> list[str]:
    """Return one line for each id that is not that of a cluster with papers."""
    rows = groups.set_index("group_id")
    problems = []
    for name in ids:
        shown = first_lines(clean(name), limit=60)
        if name not in rows.index:
            problems.append(f"run {run} has no cluster {shown!r}")
        elif rows.at[name, "kind"] == "topic":
            problems.append(f"{shown} is a topic; its label is set in topics.toml")
        elif rows.at[name, "n_papers"] == 0:
            problems.append(f"cluster {shown} has no papers in run {run}")
    return problems


def folded_name(name: str) -> str:
    """Return the form in which names are compared: on one line, without regard to case."""
    return clean(name).casefold()


def _form(name: str) -> str:
    text = clean(name)
    if not any(character.isalnum() for character in text):
        return "no name" if not text else f"{first_lines(text, limit=40)!r} has no letter or digit"
    if len(text) > LONGEST_NAME:
        return f"{first_lines(text, limit=40)!r} has {len(text):,} characters"
    return ""


def _given_twice(names: Mapping[str, str], *, groups: pd.DataFrame) -> list[str]:
    """Return the new names that several groups would have."""
    present = groups[groups["n_papers"].gt(0) | (groups["kind"] == "topic")]
    owners: dict[str, list[str]] = {}
    for row in present[["kind", "group_id", "label"]].itertuples():
        label = names.get(row.group_id, row.label) if row.kind == "cluster" else row.label
        owners.setdefault(folded_name(label), []).append(f"{row.kind} {row.group_id}")
    problems: dict[str, str] = {}
    for name in names.values():
        shared = owners[folded_name(name)]
        if len(shared) > 1:
            line = f"“{clean(name)}” would be the name of {listing(sorted(shared))}"
            problems.setdefault(folded_name(name), line)
    return list(problems.values())


# papers


@dataclass(frozen=True)
class NameFigures:
    """How well a name, as a search, finds the papers of its cluster.

    Attributes
    ----------
    coverage : float
        Share of the cluster's papers that say the name; NaN if it has none.
    precision : float
        Share of the papers that say the name which are in the cluster; NaN if none says it.
    n_members, n_said, n_both : int
        Papers of the cluster, papers that say the name, and papers that do both.
    """

    coverage: float
    precision: float
    n_members: int
    n_said: int
    n_both: int


def phrase_index(papers: pd.DataFrame) -> PhraseIndex:
    """Return the words of the titles and abstracts of papers, for looking names up."""
    pairs = zip(papers["title"], papers["abstract"], strict=True)
    return PhraseIndex(
        [f"{title}. {text}" if isinstance(text, str) else title for title, text in pairs]
    )


def name_figures(name: str, *, index: PhraseIndex, members: np.ndarray) -> NameFigures:
    """Compare the papers that say a name with the members of its cluster.

    A paper says a name if it says one of its parts: "Quantization, LoRA and optimizers (Adam)" has
    four. It says a part if it has all phrases in it between function words: "Scaling laws of vision
    transformers" has two. What counts as the same phrase is decided as for labels (`PhraseIndex`),
    and for a name without function words the figures are those of `labels.choice.label_figures`.

    Parameters
    ----------
    name : str
    index : PhraseIndex
        From `phrase_index`, of n papers.
    members : ndarray of bool, shape (n,)
    """
    said = np.zeros(index.n_texts, dtype=bool)
    for part in name_parts(name):
        said |= _papers_saying(part, index=index)
    n_members, n_said, n_both = int(members.sum()), int(said.sum()), int((said & members).sum())
    return NameFigures(
        coverage=n_both / n_members if n_members else np.nan,
        precision=n_both / n_said if n_said else np.nan,
        n_members=n_members,
        n_said=n_said,
        n_both=n_both,
    )


def figures_line(figures: NameFigures) -> str:
    """Return in words how many papers of the cluster, and how many others, say the name."""
    n = figures.n_said - figures.n_both
    others = f"{count(n, 'other paper')} {verb(n, 'does', 'do')}" if n else "no other does"
    say = verb(figures.n_both, "says", "say")
    return f"{figures.n_both:,} of its {count(figures.n_members, 'paper')} {say} it, {others}"


def _papers_saying(part: str, *, index: PhraseIndex) -> np.ndarray:
    """Return which papers say all phrases of a part of a name."""
    words: list[list[str]] = [[]]
    for word in part.split():
        if word.lower() in STOP_WORDS:
            words.append([])
        else:
            words[-1].append(word)
    phrases = [" ".join(each) for each in words if each]
    said = np.full(index.n_texts, bool(phrases))
    for phrase in phrases:
        found = np.zeros(index.n_texts, dtype=bool)
        found[index.rows(index.phrase(phrase))] = True
        said &= found
    return said


def name_parts(name: str) -> list[str]:
    """Return the phrases that a name lists, and short forms in brackets as phrases of their own."""
    texts = [_BRACKETS.sub(" ", name), *_BRACKETS.findall(name)]
    parts = [part.strip() for text in texts for part in _JOINTS.split(text)]
    return [part for part in parts if part]
