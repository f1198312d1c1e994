"""Vocabulary drift: phrases of a topic that fade, grow or are new, whether or not it moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.words import STOP_WORDS

from ..definitions import Topic
from ..phrases import STRONG, Matcher, find_phrases, phrase_matcher, sequences
from .candidates import Phrases, nested, texts_of
from .comparisons import (
    LEVEL,
    TOO_FEW,
    Halves,
    adjust_p,
    counted_rows,
    fisher_p,
    half_similarity,
    halves,
    nearest_centroid,
    topic_centroids,
)

FEWEST = 20
"""Fewest papers in each half of a topic that is examined."""

FEWEST_HOLDING = 5
NEW_RATIO = 0.1
LEAST_LIFT = 1.5
MOST_OTHERS = 1_000
MOVES = 0.5

_TOPIC_COLUMNS = {
    **{"topic": "str", "label": "str", "n_early": "int64", "n_late": "int64"},
    **{"cut": "datetime64[us]", "similarity": "float64", "chance_low": "float64"},
    **{"nearest_other": "float64", "vectors": "str"},
}
_PHRASE_COLUMNS = {
    **{"topic": "str", "phrase": "str", "change": "str", "in_definition": "bool"},
    **dict.fromkeys(("n_early", "total_early", "n_late", "total_late"), "int64"),
    **{"p": "float64", "p_adjusted": "float64"},
}


@dataclass(frozen=True)
class Drift:
    """What changed in the words of the topics.

    Attributes
    ----------
    topics : DataFrame
        One row per topic, in the order given: `topic`, `label`, `n_early`, `n_late` (papers in the
        halves), `cut` (first day of the later half), `similarity` (cosine of the halves'
        centroids), `chance_low` (which 95 % of random halves reach), `nearest_other` (cosine with
        the centroid of the nearest other topic; null if there is none), `vectors`: "stay" if
        `similarity` is at least `chance_low`; "move" if it falls short of it by at least half the
        distance (1 - cosine) to the nearest other topic, "shift" in between; "too few to say" with
        fewer than twenty papers in either half.
    phrases : DataFrame
        Phrases that changed, per topic the surest first: `topic`, `phrase`, `change` ("fades",
        "grows", or "new" if the earlier share is at most a tenth of the later), `in_definition`,
        `n_early` of `total_early` and `n_late` of `total_late` papers, `p` and `p_adjusted`.
    """

    topics: pd.DataFrame
    phrases: pd.DataFrame


@dataclass(frozen=True)
class _Texts:
    """What the papers say, by row; each paper is read once."""

    phrases: Callable[[int], Mapping[str, str]]
    words: Callable[[int], list[list[str]]]
    words_of_phrase: Callable[[str], list[list[str]]]


def drift(
    papers: pd.DataFrame,
    *,
    vectors: NDArray[np.float32],
    memberships: pd.DataFrame,
    topics: Sequence[Topic],
    phrases: Phrases,
    seed: int = 0,
) -> Drift:
    """Find the phrases whose share of a topic's papers changed between its two halves.

    The papers of a topic (weight at least .5) are split by date into halves. The phrases of the
    definition and the noun phrases of titles and abstracts are examined, if at least five of the
    topic's papers contain them (whenever that was, so that the test stays fair). A phrase changed
    if Fisher's exact test, corrected for the phrases of the topic (Benjamini and Hochberg), is
    below .05. Phrases that the definition lacks must also be 1.5 times as frequent in the topic's
    papers as in other papers of the same time: what comes up everywhere is not the topic's
    vocabulary. Of phrases contained in one another the surest is kept.

    Parameters
    ----------
    papers, memberships : DataFrame
        Tables of one run.
    vectors : ndarray of float32, shape (len(papers), d)
    topics : sequence of Topic
    phrases : callable
        Candidate phrases of a text, as (form to count, as written).
    seed : int
        Of the random halves.

    Returns
    -------
    Drift
    """
    texts = texts_of(papers)
    read = _Texts(
        phrases=cache(lambda row: dict(phrases(texts[row]))),
        words=cache(lambda row: sequences(texts[row])),
        words_of_phrase=cache(sequences),
    )
    rows_of = pd.Series(np.arange(len(papers)), index=papers["paper_id"])
    ids = [topic.id for topic in topics]
    members = counted_rows(memberships, kind="topic", ids=ids, rows_of=rows_of)
    centroids = topic_centroids(vectors, rows=members)
    rows: list[dict[str, object]] = []
    changes: list[dict[str, Any]] = []
    for topic in topics:
        parts = halves(papers, rows=members[topic.id])
        others = {name: vector for name, vector in centroids.items() if name != topic.id}
        _, nearest = nearest_centroid(centroids.get(topic.id), centroids=others)
        rows.append(_topic_row(topic, vectors=vectors, parts=parts, nearest=nearest, seed=seed))
        if rows[-1]["vectors"] != TOO_FEW:
            sample = _other_papers(papers, members=members[topic.id], parts=parts)
            changes += _phrase_changes(topic, texts=read, parts=parts, others=sample)
    return Drift(
        pd.DataFrame(rows, columns=list(_TOPIC_COLUMNS)).astype(_TOPIC_COLUMNS),
        pd.DataFrame(changes, columns=list(_PHRASE_COLUMNS)).astype(_PHRASE_COLUMNS),
    )


def _topic_row(
    topic: Topic, *, vectors: NDArray[np.float32], parts: Halves, nearest: float, seed: int
) -> dict[str, object]:
    sizes = len(parts.early), len(parts.late)
    cosine, low, verdict = np.nan, np.nan, TOO_FEW
    if min(sizes) >= FEWEST:
        cosine, low = half_similarity(vectors, parts=parts, seed=seed, name=topic.id)
        far = low - cosine >= MOVES * (1 - nearest)
        verdict = "stay" if cosine >= low else "move" if far else "shift"
    values = (topic.id, topic.label, *sizes, parts.cut, cosine, low, nearest, verdict)
    return dict(zip(_TOPIC_COLUMNS, values, strict=True))


def _other_papers(
    papers: pd.DataFrame, *, members: NDArray[np.int64], parts: Halves
) -> list[list[int]]:
    """Return at most 1,000 papers of either time that are not the topic's, evenly spaced."""
    outside = np.ones(len(papers), dtype=bool)
    outside[members] = False
    sides = []
    for time in (papers["published"] < parts.cut, papers["published"] >= parts.cut):
        rows = np.flatnonzero(outside & time.to_numpy(dtype=bool))
        places = np.linspace(0, len(rows) - 1, min(len(rows), MOST_OTHERS)).round().astype(int)
        sides.append(rows[places].tolist())
    return sides


def _phrase_changes(
    topic: Topic, *, texts: _Texts, parts: Halves, others: list[list[int]]
) -> list[dict[str, Any]]:
    """Return the rows of `Drift.phrases` for one topic."""
    defined = phrase_matcher(
        [(phrase, 0, STRONG) for phrase in (*topic.strong, *topic.title, *topic.weak)]
    )
    early, late = (_count(rows, texts=texts, defined=defined) for rows in (parts.early, parts.late))
    total_early, total_late = len(parts.early), len(parts.late)
    counts = {key: (early[0].get(key, 0), late[0].get(key, 0)) for key in {**early[0], **late[0]}}
    keys = sorted(key for key, both in counts.items() if sum(both) >= FEWEST_HOLDING)
    p = np.array([fisher_p(counts[k][0], total_early, counts[k][1], total_late) for k in keys])
    rows = []
    for key, own_p, adjusted in zip(keys, p, adjust_p(p), strict=True):
        if adjusted < LEVEL:
            n_early, n_late = counts[key]
            change = _change(n_early / total_early, n_late / total_late)
            spelling = late[1].get(key) or early[1][key]
            sizes = (n_early, total_early, n_late, total_late)
            values = (topic.id, spelling, change, key[0], *sizes, own_p, adjusted)
            row = dict(zip(_PHRASE_COLUMNS, values, strict=True))
            rows.append(row | {"key": " ".join(sequences(key[1])[0])})
    rows = [row for row in rows if row["in_definition"] or _is_own(row, texts=texts, others=others)]
    # The surest first; of equal ones the definition's, then the longer.
    rows.sort(key=lambda r: (r["p"], not r["in_definition"], -r["key"].count(" "), r["key"]))
    kept: list[dict[str, Any]] = []
    for row in rows:
        if not any(nested(row["key"], other["key"]) for other in kept):
            kept.append(row)
    return kept


def _change(early: float, late: float) -> str:
    if late < early:
        return "fades"
    return "new" if early <= NEW_RATIO * late else "grows"


_Key = tuple[bool, str]
"""Whether the definition has the phrase, and its form to count."""


def _count(
    rows: NDArray[np.int64], *, texts: _Texts, defined: Matcher
) -> tuple[dict[_Key, int], dict[_Key, str]]:
    """Count the papers that contain each phrase, and keep its first spelling.

    A noun phrase that contains a phrase of the definition counts as that phrase alone.
    """
    counts: dict[_Key, int] = {}
    spellings: dict[_Key, str] = {}
    covered: dict[str, bool] = {}
    for row in rows.tolist():
        held: dict[_Key, str] = {
            (True, hit.pattern.phrase): hit.pattern.phrase
            for words in texts.words(row)
            for hit in find_phrases(words, matcher=defined)
        }
        for form, spelling in texts.phrases(row).items():
            if form not in covered:
                covered[form] = any(
                    find_phrases(words, matcher=defined)
                    for words in texts.words_of_phrase(spelling)
                )
            if not covered[form]:
                held[False, form] = spelling
        for key, spelling in held.items():
            counts[key] = counts.get(key, 0) + 1
            spellings.setdefault(key, spelling)
    return counts, spellings


def _is_own(row: dict[str, Any], *, texts: _Texts, others: list[list[int]]) -> bool:
    """Return whether a phrase is more common in the topic than in other papers of its time."""
    side = 0 if row["change"] == "fades" else 1
    share = (row["n_early"] / row["total_early"], row["n_late"] / row["total_late"])[side]
    n_holding = sum(row["key"] in texts.phrases(paper) for paper in others[side])
    is_lifted = share * max(len(others[side]), 1) >= LEAST_LIFT * n_holding
    return is_lifted and not STOP_WORDS.issuperset(row["key"].split())


def drift_findings(result: Drift) -> list[dict[str, object]]:
    """Return what is worth a sentence, as values that JSON can hold.

    Parameters
    ----------
    result : Drift

    Returns
    -------
    list of dict
        Topics that did not move away but whose words changed: `topic`, `label`, `n_early`,
        `n_late`, `vectors`, and under `fades` and `rises` (grown or new, and not in the
        definition) up to three phrases each, as `phrase`, `change`, `n_early`, `n_late`. Topics
        with neither are left out.
    """
    out: list[dict[str, object]] = []
    for row in result.topics[result.topics["vectors"].isin(["stay", "shift"])].itertuples():
        phrases = result.phrases[result.phrases["topic"] == row.topic]
        fades = phrases["change"] == "fades"
        sides = {"fades": phrases[fades], "rises": phrases[~fades & ~phrases["in_definition"]]}
        columns = ["phrase", "change", "n_early", "n_late"]
        lists = {name: side[columns].head(3).to_dict("records") for name, side in sides.items()}
        if any(lists.values()):
            sizes = {"n_early": int(row.n_early), "n_late": int(row.n_late)}
            names = {"topic": row.topic, "label": row.label, "vectors": row.vectors}
            out.append({**names, **sizes, **lists})
    return out
