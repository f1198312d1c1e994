"""What the phrases of the definitions say about each paper, weighted by where they appear.

The log-odds that a paper is about a topic start at `START` and grow by the weights below. These are
the same for every topic, so that a topic defined tomorrow is weighted like those measured today.
In a short definition (`Topic.brevity` near 1) a single phrase and the label say more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.base.words import sentences

from .definitions import Topic
from .phrases import (
    EXCLUDED,
    GAP,
    STRONG,
    WEAK,
    Matcher,
    drop_excluded,
    find_phrases,
    phrase_matcher,
    sequences,
)

START, START_SHORT = -3.6, -0.6
ANY_STRONG = 1.5
TITLE_STRONG, TITLE_WEAK = 2.4, 0.3
PROPOSAL_STRONG = 1.1
SENTENCES_STRONG, SENTENCES_WEAK = 2.3, 1.4
BACKGROUND_STRONG = 1.2
MORE_PHRASES = 0.9
TITLE_LABEL, SENTENCES_LABEL = 1.0, 1.0

IN_TITLE, LABEL = "title", "label"
MOST_PHRASES = 3
"""Phrases kept as evidence for one paper and topic."""

COMMON_SHARE, COMMON_FROM = 0.9, 30
"""A phrase is common if this share of the papers has it, in a run of at least so many papers."""

# Sentences and their roles

TITLE, PROPOSAL, BACKGROUND, REST = "title", "proposal", "background", "rest"

_AUTHORS = (
    r"\b(?:we|our|ours|us)\b|\b(?:this|the present) (?:paper|work|study|article|survey|report)"
)
_BY_AUTHORS = re.compile(_AUTHORS + r"\b|\bhere\b", re.I)
_PROPOSES = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|survey|report|thesis)"
    r"|our (?:work|paper|study|contributions?))\b[^.]{0,60}?\b(?:propos|introduc|present|develop"
    r"|design|releas|buil[dt]|construct|creat|curat|collect|stud(?:y|ies)|investigat|explor|examin"
    r"|analy[sz]|survey|review|revisit|address|tackle|aim|argue|formulat|establish|contribut|train"
    r"|pre-?train|describ|report|offer|provid|devis|seek|focus|unveil|conduct|ask|extend|identif)"
    r"|\b(?:is|are) (?:proposed|introduced|presented|developed)\b"
    r"|\b(?:called|dubbed|termed|named|coined)\b",
    re.I,
)


class Sentence(NamedTuple):
    """One sentence of a paper, or its title, with its role."""

    role: str
    text: str


def sentence_roles(title: str, abstract: str | None) -> list[Sentence]:
    """Split a paper into its title and its sentences, each with its role.

    A sentence in which the authors say what they propose, build or study is a proposal. Sentences
    before the first proposal that lack "we" or "this paper" are background: what others did. An
    abstract without a proposal has no background either.

    Parameters
    ----------
    title : str
    abstract : str or None

    Returns
    -------
    list of Sentence
        In the order of the text, the title first.
    """
    texts = sentences(abstract) if isinstance(abstract, str) else []
    proposes = [bool(_PROPOSES.search(text)) for text in texts]
    first = proposes.index(True) if True in proposes else 0
    out = [Sentence(TITLE, title)]
    for number, text in enumerate(texts):
        if proposes[number]:
            role = PROPOSAL
        elif number < first and not _BY_AUTHORS.search(text):
            role = BACKGROUND
        else:
            role = REST
        out.append(Sentence(role, text))
    return out


# Phrases in them


class PhraseRow(NamedTuple):
    """A phrase as evidence; `paper` and `topic` are row numbers, `value` what it adds alone."""

    paper: int
    topic: int
    phrase: str
    sentence: str
    value: float


@dataclass(frozen=True)
class PhraseEvidence:
    """What the phrases say.

    Attributes
    ----------
    odds : ndarray of float64, shape (n, t)
        Log-odds from the phrases alone.
    titled : ndarray of bool, shape (n, t)
        The title has a strong phrase (not one listed under `title`).
    rows : list of PhraseRow
        At most three per paper and topic, the weightiest first.
    common : list of (topic number, phrase, number of papers)
        Strong phrases that nearly every paper contains.
    """

    odds: np.ndarray
    titled: np.ndarray
    rows: list[PhraseRow]
    common: list[tuple[int, str, int]]


def phrase_evidence(
    papers: pd.DataFrame, *, topics: Sequence[Topic], track: Callable[..., Iterable[Any]] = list
) -> PhraseEvidence:
    """Look for every phrase of every definition in every paper.

    A paper's log-odds are the sum of, with the definition's brevity b: -3.6 - .6 b; 1.5 b for any
    strong phrase; 2.4 for one in the title (a phrase listed under `title` counts as strong there,
    as weak elsewhere) or .3 for a weak one; 1.1 for a strong phrase in a proposal; 2.3 ln(1 +
    sentences with a strong phrase) and 1.4 ln(1 + sentences with a weak one only), both without
    background; 1.2 ln(1 + background sentences with a strong phrase); .9 ln(different strong
    phrases); b for the topic's label in the title, and b ln(1 + sentences with it, the title among
    them).

    Parameters
    ----------
    papers : DataFrame
        `title`, `abstract`, n rows.
    topics : sequence of Topic
        t definitions.
    track : callable
        Iterates over a sequence; may show a progress bar.
    """
    look = phrase_matcher(
        [
            (phrase, number, level)
            for number, topic in enumerate(topics)
            for level, phrases in (
                *((STRONG, topic.strong), (IN_TITLE, topic.title)),
                *((WEAK, topic.weak), (EXCLUDED, topic.excluded), (LABEL, _label(topic))),
            )
            for phrase in phrases
        ]
    )
    brevity = [topic.brevity for topic in topics]
    odds = np.full((len(papers), len(topics)), START) + START_SHORT * np.array(brevity)
    titled = np.zeros(odds.shape, dtype=bool)
    rows: list[PhraseRow] = []
    counts: Counter[tuple[int, str]] = Counter()
    texts = list(zip(papers["title"], papers["abstract"], strict=True))
    for paper, (title, abstract) in enumerate(track(texts)):
        for topic, matches in _matches_by_topic(title, abstract, look=look).items():
            odds[paper, topic] += _log_odds(matches, brevity=brevity[topic])
            titled[paper, topic] = any(match.titled for match in matches)
            rows += [
                PhraseRow(paper, topic, *reason)
                for reason in _reasons(matches, brevity=brevity[topic])
            ]
            counts.update({(topic, match.phrase) for match in matches if match.strong})
    common = [
        (topic, phrase, n)
        for (topic, phrase), n in sorted(counts.items())
        if len(texts) >= COMMON_FROM and n >= COMMON_SHARE * len(texts)
    ]
    return PhraseEvidence(odds=odds, titled=titled, rows=rows, common=common)


def _label(topic: Topic) -> tuple[str, ...]:
    """Return the label as a phrase, without the signs that have a meaning in phrases."""
    return (topic.label.replace("*", " ").replace(GAP, " "),)


class _Match(NamedTuple):
    """A phrase in a sentence: its level, as written and as defined."""

    sentence: Sentence
    level: str
    written: str
    phrase: str

    @property
    def strong(self) -> bool:
        return self.level == STRONG or (self.level == IN_TITLE and self.sentence.role == TITLE)

    @property
    def titled(self) -> bool:
        return self.level == STRONG and self.sentence.role == TITLE


def _matches_by_topic(
    title: str, abstract: str | None, *, look: Matcher
) -> dict[int, list[_Match]]:
    """Return the matches for each topic, at most one per sentence and phrase."""
    out: dict[int, dict[tuple[int, str, bool], _Match]] = {}
    for number, sentence in enumerate(sentence_roles(title, abstract)):
        for words in sequences(sentence.text):
            for hit in drop_excluded(find_phrases(words, matcher=look)):
                level, phrase = hit.pattern.level, hit.pattern.phrase
                matches = out.setdefault(hit.pattern.owner, {})
                key = number, phrase, level == LABEL
                matches.setdefault(key, _Match(sentence, level, hit.found, phrase))
    return {topic: list(matches.values()) for topic, matches in out.items()}


def _log_odds(matches: Sequence[_Match], *, brevity: float) -> float:
    """Return what the phrases of one paper add to the log-odds of one topic."""
    strong = {match.sentence for match in matches if match.strong}
    labels = {match.sentence for match in matches if match.level == LABEL}
    weak = {m.sentence for m in matches if not m.strong and m.level != LABEL} - strong
    roles, weak_roles = {role for role, _ in strong}, {role for role, _ in weak}
    n_strong = sum(role not in (TITLE, BACKGROUND) for role, _ in strong)
    n_weak = sum(role not in (TITLE, BACKGROUND) for role, _ in weak)
    n_background = sum(role == BACKGROUND for role, _ in strong)
    n_phrases = len({match.phrase for match in matches if match.strong})
    return (
        brevity * ANY_STRONG * bool(strong)
        + TITLE_STRONG * (TITLE in roles)
        + TITLE_WEAK * (TITLE in weak_roles)
        + PROPOSAL_STRONG * (PROPOSAL in roles)
        + SENTENCES_STRONG * math.log1p(n_strong)
        + SENTENCES_WEAK * math.log1p(n_weak)
        + BACKGROUND_STRONG * math.log1p(n_background)
        + MORE_PHRASES * math.log(max(n_phrases, 1))
        + brevity * TITLE_LABEL * any(role == TITLE for role, _ in labels)
        + brevity * SENTENCES_LABEL * math.log1p(len(labels))
    )


def _reasons(matches: Sequence[_Match], *, brevity: float) -> list[tuple[str, str, float]]:
    """Return the weightiest phrases, each sentence once: phrase, sentence, what it adds alone."""
    best: dict[str, tuple[float, str]] = {}
    for match in matches:
        text, written = match.sentence.text, match.written
        value = _log_odds([match], brevity=brevity)
        if text not in best or value > best[text][0]:
            best[text] = (value, written)
    ordered = sorted(best.items(), key=lambda item: -item[1][0])
    return [(written, text, value) for text, (value, written) in ordered[:MOST_PHRASES]]
