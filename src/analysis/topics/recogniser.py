"""Which topics a paper is about: its phrases, and how near its vector is to the topic's papers.

The phrases give log-odds (`phrase_evidence`), the vectors a score (`vector_evidence`) that is
learned from the run's own papers in two rounds: first from what the phrases say, then from both
together. Nearness to the definition's own words counts besides, and a strong phrase in the title
decides. Nothing is fitted to labels in a run; the few weights are the same for all topics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.base.escaping import normalised_title
from analysis.base.schema import COUNTED_WEIGHT, TABLES, conform

from .definitions import Topic
from .phrase_evidence import phrase_evidence
from .vector_evidence import VectorFit, definition_fit, definition_nearness, fit, score

NEARNESS = 1.4
ROUNDS = 2
LEAST_STORED = 0.05
EXEMPLAR_ODDS, TITLED_ODDS = 4.0, 0.01
DEFINITION = 1.0
_BLOCK = 1024
_BY_TOPIC = (*("directions", "offsets", "scales", "strengths", "texts", "levels", "certainties"),)

Words = Callable[[Sequence[int], np.ndarray], list[list[tuple[str, float]]]]
"""Rows of papers and directions (t, d) -> for each paper and direction the word that adds most to
`vector @ direction`, and what it adds."""

_EvidenceRow = tuple[int, int, str, str, str, float]
"""Numbers of the paper and the topic, then `how`, `text`, `sentence`, `value`."""


@dataclass(frozen=True)
class Recognition:
    """The result of `recognise_topics`.

    Attributes
    ----------
    memberships, evidence : DataFrame
        Rows of kind "topic".
    fitted : VectorFit
    common : list of (topic id, phrase, number of papers)
        Strong phrases that nearly every paper contains.
    """

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    fitted: VectorFit
    common: list[tuple[str, str, int]]


def recognise_topics(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    topics: Sequence[Topic],
    definitions: np.ndarray | None = None,
    fitted: VectorFit | None = None,
    words: Words | None = None,
    track: Callable[..., Iterable[Any]] = list,
) -> Recognition:
    """Decide which topics each paper is about, and keep the evidence.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `abstract`, n rows.
    vectors : float (n, d)
        Unit rows.
    topics : sequence of Topic
    definitions : float (t, d), optional
        Vectors of the definitions' texts (`definition_text`); without them the mean of the papers
        that the phrases point to stands in.
    fitted : VectorFit, optional
        From an earlier run: used as it is for topics whose definition is the same, so that papers
        added since are judged as the old ones were; other topics are learned from scratch.
    words : callable, optional
        Names the words that draw papers most to directions; without it no words are kept.
    track : callable
        Iterates over a sequence; may show a progress bar.

    Returns
    -------
    Recognition
        `memberships`: rows of at least .05; `is_primary` marks a paper's highest weight of at
        least .5, of equal ones the topic defined first. `evidence`: at most five rows per
        membership, with `how` "phrase" (value: log-odds it adds on its own), "neighbour" (text:
        title of a paper of the topic, value: cosine; 1 for a paper that the definition names) and
        "word" (value: log-odds it adds).
    """
    phrases = phrase_evidence(papers, topics=topics, track=track)
    exemplars = _exemplars(papers, topics=topics)
    odds = np.maximum(phrases.odds, np.where(exemplars, EXEMPLAR_ODDS, -np.inf))
    with threadpool_limits(1):
        fitted, scores = _fit_rounds(
            vectors, odds=odds, topics=topics, definitions=definitions, earlier=fitted
        )
        total = np.maximum(odds + scores, np.where(phrases.titled, TITLED_ODDS, -np.inf))
        weights = _with_parents(_probability(total), topics=topics)
        weights = np.where(exemplars, np.maximum(weights, _probability(EXEMPLAR_ODDS)), weights)
        rows: list[_EvidenceRow] = [
            (paper, topic, "phrase", phrase, sentence, value)
            for paper, topic, phrase, sentence, value in phrases.rows
            if weights[paper, topic] >= LEAST_STORED
        ]
        for number in range(len(topics)):
            rows += _neighbour_rows(
                papers, vectors=vectors, weights=weights, exemplars=exemplars, topic=number
            )
        if words is not None:
            rows += _word_rows(words, weights=weights, fitted=fitted)
    return Recognition(
        _memberships(papers, weights=weights, topics=topics),
        _evidence(rows, papers=papers, topics=topics),
        fitted,
        [(topics[number].id, phrase, n) for number, phrase, n in phrases.common],
    )


def reclassifications(before: pd.DataFrame, *, after: pd.DataFrame) -> pd.DataFrame:
    """List the decisions that changed between two `memberships`, topics only.

    Parameters
    ----------
    before, after : DataFrame
        Table `memberships`. The caller leaves out papers and topics that only one of them can
        know.

    Returns
    -------
    DataFrame
        `paper_id`, `group_id`, `weight_before`, `weight` float32 (0 where not stored), one row per
        paper and topic whose weight crossed the value from which it counts; sorted by these.
    """
    key = ["paper_id", "group_id"]
    old, new = (frame.loc[frame["kind"] == "topic", [*key, "weight"]] for frame in (before, after))
    weights = old.merge(new, on=key, how="outer", suffixes=("_before", ""))
    weights = weights.fillna({"weight_before": 0, "weight": 0})
    crossed = (weights["weight_before"] >= COUNTED_WEIGHT) != (weights["weight"] >= COUNTED_WEIGHT)
    out = weights[crossed].sort_values(key, ignore_index=True)
    return out.astype({"weight_before": "float32", "weight": "float32"})


def _probability(odds: Any) -> Any:
    return 1 / (1 + np.exp(-odds))


def _exemplars(papers: pd.DataFrame, *, topics: Sequence[Topic]) -> np.ndarray:
    """Return bool (n, t): the papers that a definition names as exemplars."""
    ids = papers["paper_id"].to_numpy()
    titles = papers["title"].map(normalised_title).to_numpy()
    out = np.zeros((len(papers), len(topics)), dtype=bool)
    for number, topic in enumerate(topics):
        if topic.exemplars:
            wanted = [normalised_title(text) for text in topic.exemplars]
            out[:, number] = np.isin(ids, topic.exemplars) | np.isin(titles, wanted)
    return out


def _fit_rounds(
    vectors: np.ndarray,
    *,
    odds: np.ndarray,
    topics: Sequence[Topic],
    definitions: np.ndarray | None,
    earlier: VectorFit | None,
) -> tuple[VectorFit, np.ndarray]:
    """Return the fit, and the log-odds that the vectors add."""
    ids, hashes = [topic.id for topic in topics], [topic.definition_hash for topic in topics]
    if not topics:
        d, none = vectors.shape[1], np.zeros(0)
        rows = np.zeros((0, d))
        return VectorFit((), (), np.zeros(d), rows, none, none, none, rows, none, none), odds
    if definitions is None:
        means = _probability(odds).T @ vectors.astype(np.float64)
        definitions = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    near = definition_fit(
        vectors, definitions=definitions, brevity=[topic.brevity for topic in topics]
    )
    closeness = DEFINITION * definition_nearness(vectors, near=near)
    scores = np.zeros_like(odds)
    for _ in range(ROUNDS):
        belongs = _probability(odds + closeness + NEARNESS * scores)
        fitted, scores = fit(vectors, belongs=belongs, ids=ids, hashes=hashes, near=near)
    added = closeness + NEARNESS * scores
    if earlier is None or earlier.centre.shape != fitted.centre.shape:
        return fitted, added
    return _with_earlier(fitted, added, vectors=vectors, earlier=earlier)


def _with_earlier(
    fitted: VectorFit, added: np.ndarray, *, vectors: np.ndarray, earlier: VectorFit
) -> tuple[VectorFit, np.ndarray]:
    """Put the earlier fit in place of the new one for topics with the same definition."""
    old_keys = list(zip(earlier.ids, earlier.hashes, strict=True))
    near = earlier.texts, earlier.levels, earlier.certainties
    old_added = DEFINITION * definition_nearness(vectors, near=near)
    old_added += NEARNESS * score(vectors, fitted=earlier)
    for new, key in enumerate(zip(fitted.ids, fitted.hashes, strict=True)):
        if key in old_keys:
            old = old_keys.index(key)
            for name in _BY_TOPIC:
                getattr(fitted, name)[new] = getattr(earlier, name)[old]
            # All topics share one centre: the difference of the two centres moves to the offset.
            fitted.offsets[new] += (earlier.centre - fitted.centre) @ earlier.directions[old]
            added[:, new] = old_added[:, old]
    return fitted, added


def _with_parents(weights: np.ndarray, *, topics: Sequence[Topic]) -> np.ndarray:
    """Raise each parent to its children's weights: a paper of a topic is one of its parent's."""
    out = weights.copy()
    numbers = {topic.id: number for number, topic in enumerate(topics)}
    for number, topic in enumerate(topics):
        parent = topic.parent
        while parent is not None:
            above = numbers[parent]
            out[:, above] = np.maximum(out[:, above], weights[:, number])
            parent = topics[above].parent
    return out


def _memberships(
    papers: pd.DataFrame, *, weights: np.ndarray, topics: Sequence[Topic]
) -> pd.DataFrame:
    rows, numbers = np.nonzero(weights >= LEAST_STORED)
    best = weights.argmax(axis=1) if len(topics) else np.zeros(0, np.int64)
    stored = weights[rows, numbers]
    frame = pd.DataFrame(
        {
            "paper_id": papers["paper_id"].to_numpy()[rows],
            "kind": "topic",
            "group_id": np.array([topic.id for topic in topics], dtype=object)[numbers],
            "weight": stored,
            "is_primary": (best[rows] == numbers) & (stored >= COUNTED_WEIGHT),
        }
    )
    return conform(frame, name="memberships")


def _evidence(
    rows: Sequence[_EvidenceRow], *, papers: pd.DataFrame, topics: Sequence[Topic]
) -> pd.DataFrame:
    ids = papers["paper_id"].to_numpy()
    named = [(ids[paper], "topic", topics[topic].id, *rest) for paper, topic, *rest in rows]
    columns = list(TABLES["evidence"].columns)
    frame = pd.DataFrame(named, columns=columns)
    return conform(frame.drop_duplicates(columns[:-1]), name="evidence")


def _neighbour_rows(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    weights: np.ndarray,
    exemplars: np.ndarray,
    topic: int,
) -> list[_EvidenceRow]:
    """Return the topic's exemplars, and for each of its papers the nearest other counted one."""
    titles = papers["title"].to_numpy()
    out: list[_EvidenceRow] = [
        (row, topic, "neighbour", titles[row], "named in the definition", 1.0)
        for row in np.flatnonzero(exemplars[:, topic]).tolist()
    ]
    counted = np.flatnonzero(weights[:, topic] >= COUNTED_WEIGHT)
    members = np.flatnonzero(weights[:, topic] >= LEAST_STORED)
    for start in range(0, len(members), _BLOCK):
        block = members[start : start + _BLOCK]
        similarities = vectors[block] @ vectors[counted].T
        similarities[block[:, None] == counted[None, :]] = -np.inf
        for row, cosines in zip(block.tolist(), similarities, strict=True):
            if len(counted) > (row in counted):
                best = int(cosines.argmax())
                title = titles[counted[best]]
                out.append((row, topic, "neighbour", title, "", float(cosines[best])))
    return out


def _word_rows(words: Words, *, weights: np.ndarray, fitted: VectorFit) -> list[_EvidenceRow]:
    """Return for each paper and topic that counts it the word that draws it there most."""
    steps = NEARNESS * fitted.strengths / fitted.scales
    counted = (weights >= COUNTED_WEIGHT) & (steps > 0)
    rows = np.flatnonzero(counted.any(axis=1)).tolist()
    if not rows:
        return []
    return [
        (row, topic, "word", best[topic][0], "", steps[topic] * best[topic][1])
        for row, best in zip(rows, words(rows, fitted.directions), strict=True)
        for topic in np.flatnonzero(counted[row]).tolist()
        if best[topic][1] > 0
    ]
