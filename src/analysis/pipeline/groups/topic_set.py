"""Which topic definitions a run uses: a file, a bundled set that fits the papers, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.files import default_topics, own_topics, topic_sets
from analysis.papers.boilerplate import papers_as_analysed
from analysis.runs import sha256
from analysis.topics import read_topics
from analysis.topics.coverage import LEAST_COVERED, coverage

NONE = "none"
_WRITE = (
    "To follow topics of this field, start from the drafts of `papertide topics suggest` and run "
    "again with --topics FILE."
)


@dataclass(frozen=True)
class TopicSet:
    """The file of definitions, None for no topics; its name, and why it was taken."""

    file: Path | None
    name: str
    said: str

    def entry(self) -> dict[str, Any]:
        """Return what the manifest says of it."""
        return {"name": self.name, "said": self.said}


def given_set(given: Path | str) -> TopicSet:
    """Return the set that a person named: a bundled one, a file, or none.

    Raises
    ------
    InputError
        If it is neither a file nor the name of a set.
    """
    sets, text = topic_sets(), str(given)
    if text == NONE:
        return TopicSet(None, NONE, "No topics, as asked for.")
    if text in sets:
        return TopicSet(sets[text], text, f"Topics: the set {text}, as asked for.")
    path = Path(given)
    if not path.exists() and path.name == text and not path.suffix:
        raise InputError(
            f"no topics are named {text!r}",
            allowed=f"{', '.join(sets)}, {NONE}, or a file",
            next_step="use one of these",
        )
    return TopicSet(path, path.name, f"Topics: {path.name}, as asked for.")


def choose_set(
    papers: pd.DataFrame, *, before: Mapping[str, Any] | None, decided: bool = False
) -> TopicSet:
    """Return the set for papers for which none was named.

    `data/topics.toml` is used if it exists. Otherwise a series keeps the set of the run before,
    and else the bundled set is taken that covers most of the papers, if that is at least 45 %.
    InputError if the file of the run before is not found.

    Parameters
    ----------
    papers : DataFrame
        `title`, `abstract`.
    before : mapping or None
        Manifest of the run that is continued.
    decided : bool
        Decisions by hand name topics of the default set, which is then used.
    """
    own = own_topics()
    if own is not None:
        return TopicSet(own, own.name, f"Topics: {own}.")
    kept = None if before is None else _set_of(before)
    if kept is not None:
        return kept
    if decided:
        default = default_topics()
        said = f"Topics: {default.stem}, since decisions by hand name its topics."
        return TopicSet(default, default.stem, said)
    analysed = papers_as_analysed(papers, manifest={})
    shares = {
        name: coverage(analysed, topics=read_topics(path)) for name, path in topic_sets().items()
    }
    best = max(shares, key=lambda name: shares[name])
    share = f"{shares[best]:.0%}".replace("%", " %")
    if shares[best] >= LEAST_COVERED:
        said = f"Topics: the bundled set {best}, whose phrases cover {share} of the papers."
        return TopicSet(topic_sets()[best], best, said)
    said = (
        f"No topics: no bundled set fits these papers. The phrases of {best} cover {share} of "
        f"them, {LEAST_COVERED * 100:.0f} % are needed. {_WRITE}"
    )
    return TopicSet(None, NONE, said)


def _set_of(before: Mapping[str, Any]) -> TopicSet | None:
    """Return the set of an earlier run, None if it recorded none.

    InputError if its file is not found.
    """
    run, entry = before["run"], before.get("topic_set", {})
    if entry.get("name") == NONE:
        return TopicSet(None, NONE, f"No topics, as in run {run}. {_WRITE}")
    recorded = [one for one in before.get("definitions", []) if one["role"] == "topics"]
    if not recorded:
        return None
    name, digest = str(recorded[0]["name"]), recorded[0]["sha256"]
    sets = topic_sets()
    places = {path: label for label, path in sets.items()}
    here = [path for path in (Path("data") / name, Path(name)) if path.is_file()]
    for path, label in (places | dict.fromkeys(here, name)).items():
        if sha256(path) == digest:
            return TopicSet(path, label, f"Topics: {label}, as in run {run}.")
    kept = str(entry.get("name", Path(name).stem))
    if kept in {*sets, "topics"}:
        label = kept if kept in sets else "ml"
        path = sets[label]
    elif here:
        path, label = here[0], name
    else:
        raise InputError(
            f"run {run} has the topics of {for_terminal(name)}, which is not in this folder or in "
            "its folder data",
            allowed="the topics of the run that is extended, or others that are named",
            next_step="give the file with --topics FILE, or a bundled set or none with --topics "
            "NAME|none",
        )
    return TopicSet(path, label, f"Topics: {label}, as in run {run}, in another version.")
