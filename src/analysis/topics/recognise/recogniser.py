"""Which topics a paper is about: phrases where they stand, joined with what its vector is near to.

The phrases give log-odds (`hints`), the vectors a score (`nearness`) that is learned from the
run's own papers in two rounds: first from what the phrases say, then from both together. Nothing
is fitted to labels; the few weights are the same for all topics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.base.escaping import normalised_title
from analysis.base.schema import COUNTED_WEIGHT, conform

from ..definitions import Topic
from .phrase_evidence import Hints, find_hints
from .vector_evidence import Fitted, fit, score

NEARNESS = 1.4
ROUNDS = 2
LEAST_STORED = 0.05
EXEMPLAR_ODDS = 4.0
EXEMPLARS_SHOWN = 2
"""Nearest papers of the topic kept as evidence for one membership."""

Words = Callable[[Sequence[int], np.ndarray], list[list[tuple[str, float]]]]
"""Rows of papers and directions (t, d) -> for each paper and direction the word that adds most to
`vector @ direction`, and what it adds."""


@dataclass(frozen=True)
class Recognised:
    """Tables `memberships` and `evidence` (kind "topic"), and what was learned on the way."""

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    fitted: Fitted
    common: list[tuple[str, str, int]]


def recognise_topics(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    topics: Sequence[Topic],
    fitted: Fitted | None = None,
    words: Words | None = None,
    track: Callable[..., Iterable[Any]] = list,
) -> Recognised:
    """Decide which topics each paper is about, and keep why.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `abstract`, n rows.
    vectors : float (n, d)
        Unit rows.
    topics : sequence of Topic
    fitted : Fitted, optional
        From an earlier run: used as it is for topics whose definition is the same, so that papers
        new since are judged as the old ones were; other topics are learned anew.
    words : callable, optional
        Names the words that draw papers most to directions; without it no words are kept.
    track : callable
        Walks through a sequence; may draw a progress bar.

    Returns
    -------
    Recognised
        `memberships`: rows of at least .05; `is_primary` marks a paper's highest weight of at
        least .5, of equal ones the topic defined first. `evidence`: at most five rows a
        membership, how "phrase" (value: log-odds it adds on its own), "neighbour" (text: title of
        a paper of the topic, value: cosine; 1 for a paper that the definition names) and "word"
        (value: log-odds it adds). `common`: strong phrases that nearly every paper holds.
    """
    hints = find_hints(papers, topics=topics, track=track)
    named = _named(papers, topics=topics)
    odds = np.maximum(hints.odds, np.where(named, EXEMPLAR_ODDS, -np.inf))
    with threadpool_limits(1):
        learned, scores = _learned(vectors, odds=odds, topics=topics, fitted=fitted)
        weights = _with_parents(_probability(odds + NEARNESS * scores), topics=topics)
        weights = np.where(named, np.maximum(weights, _probability(EXEMPLAR_ODDS)), weights)
        found = _Found(papers, vectors, topics, hints, named, weights, learned)
        memberships = _memberships(found)
        evidence = _evidence(found, words=words)
    common = [(topics[number].id, phrase, n) for number, phrase, n in hints.common]
    return Recognised(memberships, evidence, learned, common)


def reclassified(before: pd.DataFrame, *, after: pd.DataFrame) -> pd.DataFrame:
    """List the decisions that changed between two `memberships`, topics only.

    Parameters
    ----------
    before, after : DataFrame
        Table `memberships`. Rows of papers or topics that only one of them can know are the
        caller's to leave out.

    Returns
    -------
    DataFrame
        `paper_id`, `group_id`, `weight_before`, `weight` float32 (0 where not stored), one row a
        paper and topic that crossed the weight from which it counts; sorted by these.
    """
    key = ["paper_id", "group_id"]
    both = [frame.loc[frame["kind"] == "topic", [*key, "weight"]] for frame in (before, after)]
    joined = (
        both[0]
        .merge(both[1], on=key, how="outer", suffixes=("_before", ""))
        .fillna({"weight_before": 0, "weight": 0})
    )
    crossed = (joined["weight_before"] >= COUNTED_WEIGHT) != (joined["weight"] >= COUNTED_WEIGHT)
    out = joined[crossed].sort_values(key, ignore_index=True)
    return out.astype({"weight_before": "float32", "weight": "float32"})


@dataclass(frozen=True)
class _Found:
    papers: pd.DataFrame
    vectors: np.ndarray
    topics: Sequence[Topic]
    hints: Hints
    named: np.ndarray
    weights: np.ndarray
    fitted: Fitted


def _probability(odds: Any) -> Any:
    return 1 / (1 + np.exp(-odds))


def _named(papers: pd.DataFrame, *, topics: Sequence[Topic]) -> np.ndarray:
    """Return bool (n, t): the papers that a definition names as exemplars."""
    ids = papers["paper_id"].to_numpy()
    titles = papers["title"].map(normalised_title).to_numpy()
    out = np.zeros((len(papers), len(topics)), dtype=bool)
    for number, topic in enumerate(topics):
        if topic.exemplars:
            wanted = [normalised_title(text) for text in topic.exemplars]
            out[:, number] = np.isin(ids, topic.exemplars) | np.isin(titles, wanted)
    return out


def _learned(
    vectors: np.ndarray, *, odds: np.ndarray, topics: Sequence[Topic], fitted: Fitted | None
) -> tuple[Fitted, np.ndarray]:
    ids, hashes = [topic.id for topic in topics], [topic.definition_hash for topic in topics]
    if not topics:
        d = vectors.shape[1]
        none = np.zeros(0)
        return Fitted((), (), np.zeros(d), np.zeros((0, d)), none, none, none), odds
    scores = np.zeros_like(odds)
    for _ in range(ROUNDS):
        belongs = _probability(odds + NEARNESS * scores)
        learned, scores = fit(vectors, belongs=belongs, ids=ids, hashes=hashes)
    if fitted is None or fitted.centre.shape != learned.centre.shape:
        return learned, scores
    return _kept(learned, scores, vectors=vectors, fitted=fitted)


def _kept(
    learned: Fitted, scores: np.ndarray, *, vectors: np.ndarray, fitted: Fitted
) -> tuple[Fitted, np.ndarray]:
    """Put the earlier fit in the place of the new one, for topics defined as before."""
    pairs = zip(fitted.ids, fitted.hashes, strict=True)
    earlier = {pair: number for number, pair in enumerate(pairs)}
    old_scores = score(vectors, fitted=fitted)
    directions, offsets = learned.directions.copy(), learned.offsets.copy()
    scales, strengths, scores = learned.scales.copy(), learned.strengths.copy(), scores.copy()
    # One centre serves all topics: what an earlier one adds to the raw score goes to the offset.
    for new, key in enumerate(zip(learned.ids, learned.hashes, strict=True)):
        old = earlier.get(key)
        if old is not None:
            directions[new], scales[new] = fitted.directions[old], fitted.scales[old]
            moved = (fitted.centre - learned.centre) @ fitted.directions[old]
            offsets[new], strengths[new] = fitted.offsets[old] + moved, fitted.strengths[old]
            scores[:, new] = old_scores[:, old]
    kept = replace(
        learned, directions=directions, offsets=offsets, scales=scales, strengths=strengths
    )
    return kept, scores


def _with_parents(weights: np.ndarray, *, topics: Sequence[Topic]) -> np.ndarray:
    """Let no parent weigh less than its children: a paper of a topic is one of its parents."""
    out = weights.copy()
    numbers = {topic.id: number for number, topic in enumerate(topics)}
    for number, topic in enumerate(topics):
        at = topic.parent
        while at is not None:
            out[:, numbers[at]] = np.maximum(out[:, numbers[at]], weights[:, number])
            at = topics[numbers[at]].parent
    return out


def _memberships(found: _Found) -> pd.DataFrame:
    rows, numbers = np.nonzero(found.weights >= LEAST_STORED)
    best = found.weights.argmax(axis=1) if found.weights.shape[1] else np.zeros(0, np.int64)
    weights = found.weights[rows, numbers]
    frame = pd.DataFrame(
        {
            "paper_id": found.papers["paper_id"].to_numpy()[rows],
            "kind": "topic",
            "group_id": np.array([topic.id for topic in found.topics], dtype=object)[numbers],
            "weight": weights,
            "is_primary": (best[rows] == numbers) & (weights >= COUNTED_WEIGHT),
        }
    )
    return conform(frame, name="memberships")


def _evidence(found: _Found, *, words: Words | None) -> pd.DataFrame:
    ids = found.papers["paper_id"].to_numpy()
    rows = [
        (ids[row], found.topics[number].id, "phrase", phrase, sentence, value)
        for row, number, phrase, sentence, value in found.hints.said
        if found.weights[row, number] >= LEAST_STORED
    ]
    for number, topic in enumerate(found.topics):
        rows += [(ids[row], topic.id, *rest) for row, *rest in _neighbours(found, number=number)]
    for row, number, word, value in _drawn(found, words) if words is not None else ():
        rows.append((ids[row], found.topics[number].id, "word", word, "", value))
    columns = ["paper_id", "group_id", "how", "text", "sentence", "value"]
    frame = pd.DataFrame(rows, columns=columns).assign(kind="topic")
    key = ["paper_id", "kind", "group_id", "how", "text", "sentence"]
    return conform(frame.drop_duplicates(key), name="evidence")


def _neighbours(found: _Found, *, number: int) -> list[tuple[int, str, str, str, float]]:
    """For each paper of a topic, the nearest of the topic's other counted papers."""
    weights = found.weights[:, number]
    titles = found.papers["title"].to_numpy()
    named = [
        (row, "neighbour", titles[row], "named in the definition", 1.0)
        for row in np.flatnonzero(found.named[:, number])
    ]
    sure, members = (
        np.flatnonzero(weights >= COUNTED_WEIGHT),
        np.flatnonzero(weights >= LEAST_STORED),
    )
    out = []
    for start in range(0, len(members), 1024):
        block = members[start : start + 1024]
        near = found.vectors[block] @ found.vectors[sure].T
        near[block[:, None] == sure[None, :]] = -np.inf
        for row, cosines in zip(block, near, strict=True):
            if len(sure) > (row in sure):
                best = int(cosines.argmax())
                out.append((row, "neighbour", titles[sure[best]], "", float(cosines[best])))
    return named + out


def _drawn(found: _Found, words: Words) -> list[tuple[int, int, str, float]]:
    """For each paper and topic that counts it, the word that draws it there most."""
    fitted = found.fitted
    steps = NEARNESS * fitted.strengths / fitted.scales
    counted = (found.weights >= COUNTED_WEIGHT) & (steps > 0)
    rows = np.flatnonzero(counted.any(axis=1))
    if not len(rows):
        return []
    best = words(rows.tolist(), fitted.directions)
    return [
        (row, number, told[number][0], steps[number] * told[number][1])
        for row, told in zip(rows, best, strict=True)
        for number in np.flatnonzero(counted[row])
        if told[number][1] > 0
    ]
