"""What the phrases of the definitions say about each paper, weighed by where they stand.

The log-odds that a paper is about a topic start at `START` and grow by the weights below. They are
the same for every topic, so that a topic defined tomorrow is weighed as those measured today; see
CONTRIBUTING for how they were chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..definitions import Topic
from .phrases import EXCLUDED, STRONG, WEAK, Matcher, find, matcher, not_excluded, sequences
from .sentence_roles import BACKGROUND, PROPOSAL, REST, TITLE, parts

START = -3.6
TITLE_STRONG, TITLE_WEAK = 2.4, 0.3
PROPOSAL_STRONG = 1.1
SENTENCES_STRONG, SENTENCES_WEAK = 2.3, 1.4
BACKGROUND_STRONG = 1.2
MORE_PHRASES = 0.9

IN_TITLE = "title"
MOST_PHRASES = 3
"""Phrases kept as evidence for one paper and topic."""

COMMON_SHARE, COMMON_FROM = 0.9, 30


@dataclass(frozen=True)
class Hints:
    """What the phrases say.

    `odds` float64 (n, t): log-odds from the phrases alone; `said`: (paper row, topic number,
    phrase as found, its sentence, what it adds on its own), at most three a paper and topic, the
    weightiest first; `common`: (topic number, phrase, papers) of strong phrases that nearly every
    paper holds.
    """

    odds: np.ndarray
    said: list[tuple[int, int, str, str, float]]
    common: list[tuple[int, str, int]]


def find_hints(
    papers: pd.DataFrame, *, topics: Sequence[Topic], track: Callable[..., Iterable[Any]] = list
) -> Hints:
    """Look for every phrase of every definition in every paper.

    A paper's log-odds are the sum of: -3.6; 2.4 for a strong phrase in the title (a phrase listed
    under `title` counts as strong there, as weak elsewhere) or .3 for a weak one; 1.1 for a strong
    phrase in a sentence that says what is proposed; 2.3 ln(1 + sentences with a strong phrase) and
    1.4 ln(1 + those with a weak one only), background apart; 1.2 ln(1 + background sentences with
    a strong phrase); .9 ln(different strong phrases).

    Parameters
    ----------
    papers : DataFrame
        `title`, `abstract`, n rows.
    topics : sequence of Topic
        t definitions.
    track : callable
        Walks through a sequence; may draw a progress bar.
    """
    look = matcher(
        [
            (phrase, number, level)
            for number, topic in enumerate(topics)
            for level, phrases in (
                (STRONG, topic.strong), (IN_TITLE, topic.title), (WEAK, topic.weak),
                (EXCLUDED, topic.excluded),
            )
            for phrase in phrases
        ]
    )  # fmt: skip
    odds = np.full((len(papers), len(topics)), START)
    said: list[tuple[int, int, str, str, float]] = []
    seen: dict[tuple[int, str], int] = {}
    rows = list(zip(papers["title"], papers["abstract"], strict=True))
    for row, (title, abstract) in enumerate(track(rows)):
        for number, found in _by_topic(title, abstract, look=look).items():
            odds[row, number] += _adds(found)
            said += [(row, number, *reason) for reason in _reasons(found)]
            for phrase in {phrase for _, strong, _, phrase, _ in found if strong}:
                seen[number, phrase] = seen.get((number, phrase), 0) + 1
    common = [
        (number, phrase, n)
        for (number, phrase), n in sorted(seen.items())
        if len(rows) >= COMMON_FROM and n >= COMMON_SHARE * len(rows)
    ]
    return Hints(odds=odds, said=said, common=common)


_Found = tuple[str, bool, str, str, str]
"""Role of the sentence, whether the phrase is strong there, as found, as defined, the sentence."""


def _by_topic(title: str, abstract: str | None, *, look: Matcher) -> dict[int, list[_Found]]:
    """Return what was found for each topic, at most one row a sentence and phrase."""
    out: dict[int, dict[tuple[int, str], _Found]] = {}
    for place, part in enumerate(parts(title, abstract)):
        for words in sequences(part.text):
            for hit in not_excluded(find(words, matcher=look)):
                level = hit.pattern.level
                strong = level == STRONG or (level == IN_TITLE and part.role == TITLE)
                phrase = hit.pattern.phrase
                rows = out.setdefault(hit.pattern.owner, {})
                rows.setdefault((place, phrase), (part.role, strong, hit.found, phrase, part.text))
    return {number: list(rows.values()) for number, rows in out.items()}


def _adds(found: Sequence[_Found]) -> float:
    """Return what the phrases of one paper add to the log-odds of one topic."""
    strong = {(role, text) for role, is_strong, _, _, text in found if is_strong}
    weak = {(role, text) for role, is_strong, _, _, text in found if not is_strong} - strong
    roles, weak_roles = {role for role, _ in strong}, {role for role, _ in weak}
    told = sum(role not in (TITLE, BACKGROUND) for role, _ in strong)
    hinted = sum(role not in (TITLE, BACKGROUND) for role, _ in weak)
    background = sum(role == BACKGROUND for role, _ in strong)
    different = len({phrase for _, is_strong, _, phrase, _ in found if is_strong})
    return (
        TITLE_STRONG * (TITLE in roles)
        + TITLE_WEAK * (TITLE in weak_roles)
        + PROPOSAL_STRONG * (PROPOSAL in roles)
        + SENTENCES_STRONG * math.log1p(told)
        + SENTENCES_WEAK * math.log1p(hinted)
        + BACKGROUND_STRONG * math.log1p(background)
        + MORE_PHRASES * math.log(max(different, 1))
    )


def _reasons(found: Sequence[_Found]) -> list[tuple[str, str, float]]:
    """Return the weightiest phrases, each sentence once: phrase, sentence, what it adds alone."""
    best: dict[str, tuple[float, str]] = {}
    for role, strong, words, _, text in found:
        value = _ALONE[role, strong]
        if text not in best or value > best[text][0]:
            best[text] = (value, words)
    ordered = sorted(best.items(), key=lambda item: -item[1][0])
    return [(words, text, value) for text, (value, words) in ordered[:MOST_PHRASES]]


_ALONE = {
    (role, strong): _adds([(role, strong, "", "", "")])
    for role in (TITLE, PROPOSAL, BACKGROUND, REST)
    for strong in (True, False)
}
"""What one phrase adds by itself, by the role of its sentence and whether it is strong there."""
