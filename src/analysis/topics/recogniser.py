"""Topics of papers, found by phrases, with the evidence kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from ..schema import COUNTED_WEIGHT, conform
from ..words import sentences
from .definitions import Topic, folded_words

TITLE_WEIGHT = 0.8
SENTENCE_WEIGHT = 0.3
LEAST_STORED = 0.05
MOST_EVIDENCE = 5


def find_topics(
    papers: pd.DataFrame, *, topics: Sequence[Topic], track: Callable[..., Iterable[Any]] = list
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decide which topics each paper belongs to, and keep why.

    The weight joins independent hints as a noisy or: 1 - (1 - .8)^t (1 - .3)^s, where t is 1 if
    the title holds a phrase of the topic and s counts the sentences of the abstract that do. So a
    paper counts (weight of at least .5) with a phrase in its title or in two sentences.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `abstract`.
    topics : sequence of Topic
    track : callable
        Walks through a sequence; may draw a progress bar.

    Returns
    -------
    memberships : DataFrame
        Table `memberships`, kind "topic", rows of at least .05; `is_primary` marks a paper's
        highest weight of at least .5, of equal ones the topic defined first.
    evidence : DataFrame
        Table `evidence`, how "phrase": the phrase, the sentence it stands in, and what the
        sentence counts; at most five rows a membership, title first.
    """
    patterns = [_pattern(topic.phrases) for topic in topics]
    memberships: list[tuple[object, ...]] = []
    evidence: list[tuple[object, ...]] = []
    rows = list(zip(papers["paper_id"], papers["title"], papers["abstract"], strict=True))
    for paper_id, title, abstract in track(rows):
        parts = [(title, TITLE_WEIGHT)]
        if isinstance(abstract, str):
            parts += [(sentence, SENTENCE_WEIGHT) for sentence in sentences(abstract)]
        folded = [(part, folded_words(part), value) for part, value in parts]
        weights = []
        for topic, pattern in zip(topics, patterns, strict=True):
            hits = _hits(folded, pattern=pattern)
            weights.append(_joined([value for _, _, value in hits]))
            evidence += [(paper_id, topic.id, *hit) for hit in hits[:MOST_EVIDENCE]]
        best = max(range(len(topics)), key=weights.__getitem__, default=None)
        memberships += [
            (paper_id, topic.id, weight, number == best and weight >= COUNTED_WEIGHT)
            for number, (topic, weight) in enumerate(zip(topics, weights, strict=True))
            if weight >= LEAST_STORED
        ]
    return _tables(memberships, evidence)


def _tables(
    memberships: list[tuple[object, ...]], evidence: list[tuple[object, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["paper_id", "group_id", "weight", "is_primary"]
    members = pd.DataFrame(memberships, columns=columns).assign(kind="topic")
    columns = ["paper_id", "group_id", "text", "sentence", "value"]
    reasons = pd.DataFrame(evidence, columns=columns).assign(kind="topic", how="phrase")
    reasons = reasons.drop_duplicates(["paper_id", "group_id", "text", "sentence"])
    return conform(members, name="memberships"), conform(reasons, name="evidence")


def _joined(values: Sequence[float]) -> float:
    doubt = 1.0
    for value in values:
        doubt *= 1 - value
    return 1 - doubt


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Compile one pattern a topic; longer phrases first, a final * takes any word ending."""
    found: dict[str, None] = {}
    for phrase in phrases:
        for form in folded_words(phrase.removesuffix("*")).split("|"):
            ending = r"\w*" if phrase.endswith("*") else ""
            found[re.escape(form.strip()) + ending] = None
    ordered = sorted(found, key=lambda form: (-len(form), form))
    return re.compile(f" ({'|'.join(ordered)})(?= )")


def _hits(
    folded: Sequence[tuple[str, str, float]], *, pattern: re.Pattern[str]
) -> list[tuple[str, str, float]]:
    hits = []
    for part, words, value in folded:
        match = pattern.search(words)
        if match:
            hits.append((match.group(1), part, value))
    return hits
