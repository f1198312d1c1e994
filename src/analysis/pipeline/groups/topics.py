"""The topics of a run: recognised, corrected by hand, compared with the run before."""

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
from analysis.base.progress import Progress
from analysis.base.resources import data_file
from analysis.clusters.overrides.read import ClusterOverride, read_cluster_overrides
from analysis.embedding import drawing_words
from analysis.runs import Decisions, manifest
from analysis.topics.group_rows import topic_groups
from analysis.topics.overrides.apply import apply_overrides, overrides_line
from analysis.topics.overrides.read import Override, read_overrides

from .carried_topics import Earlier, carried_topics

MOST_NAMED = 5


@dataclass(frozen=True)
class Definitions:
    """What people wrote: topics, decisions by hand on topics and clusters, and their files."""

    topics: Sequence[topics.Topic]
    overrides: Sequence[Override]
    topics_file: Path
    overrides_file: Path
    clusters: Sequence[ClusterOverride] = ()

    def hashed(self) -> list[dict[str, Any]]:
        """Return the files as the manifest lists them."""
        return [
            *manifest.hashed("topics", [self.topics_file]),
            *manifest.hashed("overrides", [self.overrides_file]),
        ]


@dataclass(frozen=True)
class Found:
    """The topics' part of the tables, what was learned, and what the manifest says of it."""

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    groups: pd.DataFrame
    reclassified: pd.DataFrame
    fitted: topics.Fitted
    decided: dict[str, Any]


def read_definitions(topics_file: Path | None, *, overrides_file: Path | None) -> Definitions:
    """Read the files given, else the defaults.

    Raises
    ------
    InputError
        Where one of them is wrong.
    """
    topics_file = topics_file or data_file("topics.toml")
    overrides_file = overrides_file or data_file("overrides.toml")
    defined = topics.read_topics(topics_file)
    found, errors = [], []
    for read in (
        lambda: read_overrides(overrides_file, topics=[topic.id for topic in defined]),
        lambda: read_cluster_overrides(overrides_file),
    ):
        try:
            found.append(read())
        except InputError as error:
            errors.append(error)
    if errors:
        raise _both(errors)
    return Definitions(defined, found[0], topics_file, overrides_file, found[1])


def _both(errors: Sequence[InputError]) -> InputError:
    """Tell the problems of one file together, each once."""
    return InputError(
        list(dict.fromkeys(problem for error in errors for problem in error.problems)),
        allowed="; and ".join(dict.fromkeys(error.allowed for error in errors)),
        next_step=errors[0].next_step,
    )


def find_topics(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    definitions: Definitions,
    embedding: str,
    before: Decisions | None,
    progress: Progress,
    earlier: Earlier | None = None,
) -> Found:
    """Decide which topics each paper is about.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`.
    vectors : float32 (n, d)
    definitions : Definitions
    embedding : str
        Its name; only the built-in one names words as evidence.
    before : Decisions, optional
        Of the series' last run, to say what changed.
    progress : Progress
    earlier : Earlier, optional
        In an extension: what the parent learned is used as it is, and the decisions on papers
        that it knew stand, for topics whose definition is the same.

    Raises
    ------
    InputError
        Where a strong phrase stands in nearly every paper.
    """
    if earlier is None:
        found = topics.recognise_topics(
            papers,
            vectors=vectors,
            topics=definitions.topics,
            words=drawing_words(papers, embedding=embedding),
            track=progress.track("topics"),
        )
    else:
        found = carried_topics(
            papers,
            vectors=vectors,
            topics=definitions.topics,
            embedding=embedding,
            earlier=earlier,
            track=progress.track("topics"),
        )
    _refuse_common(found.common, definitions=definitions, n=len(papers))
    by_hand = apply_overrides(
        found.memberships,
        found.evidence,
        papers=papers,
        overrides=definitions.overrides,
        topics=[topic.id for topic in definitions.topics],
    )
    said = overrides_line(by_hand)
    defined = topic_groups(by_hand.memberships, papers=papers, topics=definitions.topics)
    changed, told = _changed(by_hand.memberships, papers=papers, defined=defined, before=before)
    for line in (said, told.get("said", "")):
        if line:
            progress.say(line)
    decided = {
        "overrides": {**by_hand.counts, "not_applied": by_hand.unmatched, "said": said},
        "reclassified": told,
    }
    return Found(
        by_hand.memberships, by_hand.evidence, defined, changed, found.fitted, decided
    )  # fmt: skip


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
    from analysis.topics.growth.drift import drift, told

    found = drift(
        papers, vectors=vectors, memberships=memberships, topics=definitions.topics, phrases=phrases
    )
    return told(found)


def _refuse_common(
    common: Sequence[tuple[str, str, int]], *, definitions: Definitions, n: int
) -> None:
    if common:
        raise InputError(
            [
                f"{topics.located(definitions.topics_file, topic=topic, phrase=phrase)}: topic "
                f"{topic}: strong phrase {phrase!r} stands in {k:,} of {n:,} papers"
                for topic, phrase, k in common
            ],
            allowed="strong phrases that tell some papers from the others",
            next_step="put the phrase under weak or title, or make it longer, and run again",
        )


def _changed(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    defined: pd.DataFrame,
    before: Decisions | None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Compare with the last run: papers and topics that both know."""
    if before is None:
        return schema.empty("reclassified"), {}
    hashes = dict(zip(defined["group_id"], defined["definition_hash"], strict=True))
    both = sorted(set(hashes) & set(before.hashes))
    known = set(papers["paper_id"]) & before.papers
    parts = [
        frame[frame["group_id"].isin(both) & frame["paper_id"].isin(known)]
        for frame in (before.memberships, memberships)
    ]
    table = topics.reclassified(parts[0], after=parts[1])
    table = schema.conform(table.assign(kind="topic", previous_run=before.run), name="reclassified")
    redefined = [name for name in both if hashes[name] != before.hashes[name]]
    told = {
        "previous_run": before.run, "n": len(table), "redefined": redefined,
        "said": _said(table, redefined=redefined, before=before),
    }  # fmt: skip
    return table, told


def _said(table: pd.DataFrame, *, redefined: Sequence[str], before: Decisions) -> str:
    if table.empty and not redefined:
        return ""
    counts = table["group_id"].value_counts().sort_index()
    named = ", ".join(f"{name} {n:,}" for name, n in counts.head(MOST_NAMED).items())
    more = f" and {len(counts) - MOST_NAMED} more topics" if len(counts) > MOST_NAMED else ""
    new = f"; defined anew: {', '.join(redefined)}" if redefined else ""
    what = f" ({named}{more})" if named else ""
    n = len(table)
    return (
        f"{n:,} {'decision' if n == 1 else 'decisions'} on topics changed since run "
        f"{before.run}{what}{new}."
    )
