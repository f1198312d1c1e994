"""The label of a cluster, chosen as the query that finds its papers best."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .names import complete_name, ending_share
from .occurrences import Phrase, PhraseIndex
from .phrases import PhraseCounts

COVERED, COVERED_IF_SMALL, SMALL = 0.4, 0.5, 10
"""Share of a cluster's papers that say its label, from ten papers on and below; a cluster without
such a label is mixed."""

MOST_PHRASES = 3
_BETA = 2.0
_LEAST_LIFT, _LEAST_LIFT_BROADER = 3.0, 1.5
_LEAST_SCORE = 0.2
_LEAST_GAIN = 0.06
_FEWER = (1.0, 0.93, 0.88)
_SINGLE_WORD, _SHARED_WORD = 0.62, 0.93
_LEAST_QUALITY, _OFTEN_IN_TITLES, _HARDLY_IN_TITLES = 0.4, 0.4, 0.3
_IN_NO_TITLE = 0.4
_LEAST_ENDING = 0.2
_CONSIDERED, _BEAM, _OPTIONS = 40, 6, 12


_DEGREES = frozenset("fine coarse few full high large long low multi open real short".split())
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Label:
    """Phrases that together name a cluster.

    Attributes
    ----------
    phrases : tuple of tuple of int
        One to three, that which most of its papers say first; none if no phrase is said by two.
    coverage : float
        Share of the cluster's papers that say one of them; NaN without phrases.
    precision : float
        Share of the papers that say one of them, among all papers, that are in the cluster.
    score : float
        See `label_options`.
    is_mixed : bool
        Whether it says too little of the cluster for the cluster to be called by it.
    """

    phrases: tuple[Phrase, ...]
    coverage: float
    precision: float
    score: float
    is_mixed: bool


NO_LABEL = Label((), np.nan, np.nan, 0.0, is_mixed=True)


@dataclass(frozen=True)
class _Candidates:
    """m phrases: `said` (m, n) which papers say each, `quality` (m,) how well it names things."""

    phrases: list[Phrase]
    said: NDArray[np.bool_]
    quality: NDArray[np.float64]


def label_options(
    counts: PhraseCounts,
    *,
    members: NDArray[np.bool_],
    columns: Sequence[int],
    excluded: Collection[Phrase] = (),
    broader: bool = False,
) -> list[Label]:
    """Return possible labels of a cluster, best first.

    The score of one to three phrases is F-beta of the papers that say any of them as a query for
    the cluster's papers (van Rijsbergen 1979; beta = 2, so that coverage counts more than
    precision), times the quality of the phrases: less for a single word, for a phrase and above
    all a word that is seldom in the titles of the papers that say it, for phrases that share a
    word, and for each further phrase, which must be said by at least 6 % of the cluster's papers
    that say none of the others. A phrase that mostly stands before a noun ("low-rank") is not one,
    nor one with a year or of signs for units alone. A label must be said three times as often
    inside the cluster as in all papers. Phrases are completed to the names that they are part of
    (`names.complete_name`).

    Parameters
    ----------
    counts : PhraseCounts
        Of n papers.
    members : ndarray of bool, shape (n,)
        The papers of the cluster.
    columns : sequence of int
        Candidates: phrases of `counts`.
    excluded : collection of tuple of int
        Phrases that no label contains.
    broader : bool
        Whether the cluster is a broader one, whose label must be said 1.5 times as often inside.

    Returns
    -------
    list of Label
        Those with a coverage of at least 40 % before the others. Empty if no phrase is said by two
        of its papers.
    """
    candidates = _candidates(counts, members=members, columns=columns, excluded=excluded)
    if not candidates.phrases:
        return []
    lift = _LEAST_LIFT_BROADER if broader else _LEAST_LIFT
    least = min(lift * members.mean(), (1 + members.mean()) / 2)
    found: dict[frozenset[Phrase], Label] = {}
    beam: list[tuple[int, ...]] = [()]
    for _ in range(MOST_PHRASES):
        longer = {
            choice: label
            for chosen in beam
            for choice, label in _with_one_more(chosen, candidates=candidates, members=members)
        }
        order = sorted(longer, key=lambda choice: (-longer[choice].score, choice))
        beam = order[:_BEAM]
        found |= {frozenset(longer[c].phrases): longer[c] for c in order[:_OPTIONS]}
    labels = list(found.values())
    specific = [label for label in labels if label.precision >= least]
    return sorted(specific or labels, key=lambda label: (label.is_mixed, -label.score))


def label_figures(
    index: PhraseIndex, *, phrases: Sequence[Phrase], members: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return coverage and precision of phrases as a label of a cluster; NaN if no paper says one.

    Parameters
    ----------
    index : PhraseIndex
        Of n papers.
    phrases : sequence of tuple of int
        From `PhraseIndex.phrase`.
    members : ndarray of bool, shape (n,)
    """
    said = papers_saying(index, phrases=phrases)
    if not said.any() or not members.any():
        return (0.0 if members.any() else np.nan), np.nan
    both = float((said & members).sum())
    return both / float(members.sum()), both / float(said.sum())


def papers_saying(index: PhraseIndex, *, phrases: Sequence[Phrase]) -> NDArray[np.bool_]:
    """Return which of n papers say at least one of the phrases."""
    said = np.zeros(index.n_texts, dtype=bool)
    for phrase in phrases:
        said[index.rows(phrase)] = True
    return said


def _candidates(
    counts: PhraseCounts,
    *,
    members: NDArray[np.bool_],
    columns: Sequence[int],
    excluded: Collection[Phrase],
) -> _Candidates:
    index = counts.index
    names: dict[Phrase, bool] = {}
    for column in columns:
        if phrase := index.phrase(counts.written[column]):
            name = complete_name(index, phrase, members=members)
            names.setdefault(name, len(name) == len(phrase) and " " not in counts.written[column])
    size, found = int(members.sum()), []
    for phrase in sorted(names):
        rows = index.rows(phrase)
        inside = int(members[rows].sum())
        if inside < 2 or contains_any(phrase, excluded):
            continue
        words = [index.names[word] for word in phrase]
        if any(map(_YEAR.fullmatch, words)) or (len(words) > 1 and max(map(len, words)) < 3):
            continue
        if names[phrase] and len(phrase) > 1 and index.names[phrase[0]] in _DEGREES:
            continue
        if ending_share(index, phrase, members=members) >= _LEAST_ENDING:
            found.append((2 * inside / (size + len(rows)), phrase))
    phrases = [phrase for _, phrase in sorted(found, key=lambda pair: (-pair[0], pair[1]))]
    phrases = phrases[:_CONSIDERED]
    said = np.zeros((len(phrases), index.n_texts), dtype=bool)
    quality = np.ones(len(phrases))
    for row, phrase in enumerate(phrases):
        said[row, index.rows(phrase)] = True
        in_title = counts.title_index.rows(counts.title_index.phrase(index.key(phrase)))
        titles = int(members[in_title].sum())
        share = titles / max(int((said[row] & members).sum()), 1)
        quality[row] = min(1.0, 0.55 + 1.5 * share) if titles else _IN_NO_TITLE
        if names[phrase]:
            quality[row] *= _SINGLE_WORD * min(1.0, _LEAST_QUALITY + share / _OFTEN_IN_TITLES)
            quality[row] *= 1.0 if titles > 1 else _HARDLY_IN_TITLES
    return _Candidates(phrases, said, quality)


def _with_one_more(
    chosen: tuple[int, ...], *, candidates: _Candidates, members: NDArray[np.bool_]
) -> list[tuple[tuple[int, ...], Label]]:
    """Return each choice of phrases that adds one to those chosen, with its label."""
    said = candidates.said[list(chosen)].any(axis=0)
    size = int(members.sum())
    union = candidates.said | said
    inside = (union & members).sum(axis=1)
    gain = inside - int((said & members).sum())
    coverage, precision = inside / size, inside / union.sum(axis=1)
    enough = gain >= max(2, _LEAST_GAIN * size) if chosen else gain >= 2
    scores = (1 + _BETA**2) * precision * coverage / (_BETA**2 * precision + coverage)
    words = [set(candidates.phrases[place]) for place in chosen]
    more = []
    for place in np.flatnonzero(enough).tolist():
        own = set(candidates.phrases[place])
        if place in chosen or any(own <= other or other <= own for other in words):
            continue
        choice = tuple(sorted((*chosen, place)))
        quality = float(np.exp(np.log(candidates.quality[list(choice)]).mean()))
        quality *= _SHARED_WORD if any(own & other for other in words) else 1.0
        order = sorted(choice, key=lambda p: (-int((candidates.said[p] & members).sum()), p))
        score = float(scores[place]) * quality * _FEWER[len(choice) - 1]
        phrases = tuple(candidates.phrases[p] for p in order)
        covered = coverage[place] >= (COVERED if size >= SMALL else COVERED_IF_SMALL)
        covered &= inside[place] >= (3 if size > 4 else 2)
        is_mixed = not covered or score < _LEAST_SCORE
        figures = (float(coverage[place]), float(precision[place]))
        more.append((choice, Label(phrases, *figures, score, is_mixed=bool(is_mixed))))
    return more


def contains_any(phrase: Phrase, parts: Collection[Phrase]) -> bool:
    """Whether the words of one of `parts` stand next to each other in a phrase."""
    return any(_contains(phrase, part) for part in parts)


def _contains(phrase: Phrase, part: Phrase) -> bool:
    width = len(part)
    return bool(part) and any(
        phrase[start : start + width] == part for start in range(len(phrase) - width + 1)
    )
