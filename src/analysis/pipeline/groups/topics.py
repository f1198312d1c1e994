"""The topics of a run: recognised, overridden, compared with the parent run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import topics
from analysis.base import schema
from analysis.base.errors import InputError
from analysis.base.files import data_file, default_topics
from analysis.base.progress import Progress
from analysis.clusters.overrides import ClusterOverride, read_cluster_overrides
from analysis.embedding import strongest_word_finder
from analysis.embedding.new_words import LearnedWords
from analysis.runs import Run, file_entries
from analysis.topics import Topic
from analysis.topics.overrides import Override, apply_overrides, overrides_sentence, read_overrides

from .extend_topics import ParentTopics, definition_vectors, extend_topics

MOST_NAMED = 5


@dataclass(frozen=True)
class Definitions:
    """What people wrote: topics, overrides of topics and clusters, and the files."""

    topics: Sequence[Topic]
    overrides: Sequence[Override]
    topics_file: Path | None
    overrides_file: Path
    clusters: Sequence[ClusterOverride] = ()

    def file_entries(self) -> list[dict[str, Any]]:
        """Return the files as the manifest lists them."""
        return [
            *file_entries("topics", [self.topics_file] if self.topics_file else []),
            *file_entries("overrides", [self.overrides_file]),
        ]


@dataclass(frozen=True)
class RunTopics:
    """The topics' part of the tables, what was learned, and what the manifest says of it."""

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    reclassified: pd.DataFrame
    fitted: topics.VectorFit
    decided: dict[str, Any]


def read_definitions(topics_file: Path | None, *, overrides_file: Path | None) -> Definitions:
    """Read the given files; no topics without a file, the project's overrides by default.

    Raises
    ------
    InputError
        If one of them is wrong; all problems together.
    """
    overrides_file = overrides_file or data_file("overrides.toml")
    defined = topics.read_topics(topics_file) if topics_file else []
    overrides: Sequence[Override] = ()
    cluster_overrides: Sequence[ClusterOverride] = ()
    errors = []
    try:
        known = defined or topics.read_topics(default_topics())
        overrides = read_overrides(overrides_file, topics=[topic.id for topic in known])
    except InputError as error:
        errors.append(error)
    try:
        cluster_overrides = read_cluster_overrides(overrides_file)
    except InputError as error:
        errors.append(error)
    if errors:
        raise InputError(
            list(dict.fromkeys(problem for error in errors for problem in error.problems)),
            allowed="; and ".join(dict.fromkeys(error.allowed for error in errors)),
            next_step=errors[0].next_step,
        )
    return Definitions(
        defined, overrides if defined else (), topics_file, overrides_file, cluster_overrides
    )


def find_topics(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    definitions: Definitions,
    embedding: str,
    before: Run | None,
    progress: Progress,
    parent: ParentTopics | None = None,
    learned: LearnedWords | None = None,
) -> RunTopics:
    """Decide which topics each paper is about.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`.
    vectors : ndarray of float32, shape (n, d)
    definitions : Definitions
    embedding : str
        Its name; only the built-in one gives words as evidence.
    before : Run, optional
        The parent run, to report what changed.
    progress : Progress
    parent : ParentTopics, optional
        In an extension: what the parent learned is used as it is, and its decisions on known
        papers stay, for topics whose definition is the same.
    learned : LearnedWords, optional
        Words that the vectors know beside those of the built-in embedding.

    Raises
    ------
    InputError
        If a strong phrase occurs in nearly every paper.
    """
    track = progress.track("topics")
    if parent is None:
        recognised = topics.recognise_topics(
            papers,
            vectors=vectors,
            topics=definitions.topics,
            definitions=definition_vectors(
                definitions.topics, embedding=embedding, learned=learned
            ),
            words=strongest_word_finder(papers, embedding=embedding, learned=learned),
            track=track,
        )
    else:
        recognised = extend_topics(
            papers,
            vectors=vectors,
            topics=definitions.topics,
            embedding=embedding,
            parent=parent,
            learned=learned,
            track=track,
        )
    _refuse_common(recognised.common, definitions=definitions, n=len(papers))
    overridden = apply_overrides(
        recognised.memberships,
        recognised.evidence,
        papers=papers,
        overrides=definitions.overrides,
        topics=[topic.id for topic in definitions.topics],
    )
    line = overrides_sentence(overridden)
    changed, account = _reclassifications(
        overridden.memberships, papers=papers, defined=definitions.topics, before=before
    )
    for message in (line, account.get("said", "")):
        if message:
            progress.say(message)
    return RunTopics(
        overridden.memberships,
        overridden.evidence,
        changed,
        recognised.fitted,
        {
            "overrides": {**overridden.counts, "not_applied": overridden.unmatched, "said": line},
            "reclassified": account,
        },
    )


def changed_words(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    memberships: pd.DataFrame,
    definitions: Definitions,
) -> list[dict[str, object]]:
    """Return what the report says of topics whose words change while their papers stay.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`.
    vectors : float32 (n, d)
    memberships : DataFrame
        Of topics.
    definitions : Definitions
    """
    from analysis.clusters.labels.phrases import phrases
    from analysis.topics.growth.drift import drift, drift_findings

    changes = drift(
        papers, vectors=vectors, memberships=memberships, topics=definitions.topics, phrases=phrases
    )
    return drift_findings(changes)


def _refuse_common(
    common: Sequence[tuple[str, str, int]], *, definitions: Definitions, n: int
) -> None:
    if common and definitions.topics_file:
        raise InputError(
            [
                f"{topics.phrase_location(definitions.topics_file, topic=topic, phrase=phrase)}: "
                f"topic {topic}: strong phrase {phrase!r} stands in {k:,} of {n:,} papers"
                for topic, phrase, k in common
            ],
            allowed="strong phrases that tell some papers from the others",
            next_step="put the phrase under weak or title, or make it longer, and run again",
        )


def _reclassifications(
    memberships: pd.DataFrame, *, papers: pd.DataFrame, defined: Sequence[Topic], before: Run | None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Compare with the parent run: papers and topics that are in both."""
    if before is None:
        return schema.empty("reclassified"), {}
    hashes = {topic.id: topic.definition_hash for topic in defined}
    rows = before.groups[before.groups["kind"] == "topic"]
    hashes_before = dict(zip(rows["group_id"], rows["definition_hash"], strict=True))
    both = sorted(set(hashes) & set(hashes_before))
    known = set(papers["paper_id"]) & set(before.papers["paper_id"])
    earlier, now = (
        frame[frame["group_id"].isin(both) & frame["paper_id"].isin(known)]
        for frame in (before.memberships[before.memberships["kind"] == "topic"], memberships)
    )
    table = topics.reclassifications(earlier, after=now)
    table = table.assign(kind="topic", previous_run=before.name)
    redefined = [name for name in both if hashes[name] != hashes_before[name]]
    return schema.conform(table, name="reclassified"), {
        "previous_run": before.name,
        "n": len(table),
        "redefined": redefined,
        "said": _reclassified_line(table, redefined=redefined, before=before.name),
    }


def _reclassified_line(table: pd.DataFrame, *, redefined: Sequence[str], before: str) -> str:
    if table.empty and not redefined:
        return ""
    counts = table["group_id"].value_counts().sort_index()
    names = ", ".join(f"{name} {n:,}" for name, n in counts.head(MOST_NAMED).items())
    more = f" and {len(counts) - MOST_NAMED} more topics" if len(counts) > MOST_NAMED else ""
    new = f"; definition changed: {', '.join(redefined)}" if redefined else ""
    which = f" ({names}{more})" if names else ""
    n = len(table)
    return (
        f"{n:,} {'decision' if n == 1 else 'decisions'} on topics changed since run "
        f"{before}{which}{new}."
    )
