"""Vocabulary drift: phrases of a topic that fade, grow or are new, whether or not it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.groups import counted_memberships
from analysis.base.words import STOP_WORDS

from ..definitions import Topic
from ..recognise.phrases import STRONG, Matcher, find, matcher, sequences
from .candidates import Phrases, texts_of
from .counting import benjamini_hochberg, fisher
from .halves import Halves, halves, nearest_cosine, similarity

FEWEST = 20
"""Papers in each half from which a topic is looked at."""

FEWEST_HOLDING = 5
LEVEL = 0.05
NEW_RATIO = 0.1
LEAST_LIFT = 1.5
MOST_OTHERS = 1_000
MOVES = 0.5
TOO_FEW = "too few to say"

_TOPIC_COLUMNS = {
    "topic": "str", "label": "str", "n_early": "int64", "n_late": "int64",
    "cut": "datetime64[us]", "similarity": "float64", "chance_low": "float64",
    "nearest_other": "float64", "vectors": "str",
}  # fmt: skip
_PHRASE_COLUMNS = {
    "topic": "str", "phrase": "str", "change": "str", "in_definition": "bool",
    "n_early": "int64", "total_early": "int64", "n_late": "int64", "total_late": "int64",
    "p": "float64", "p_adjusted": "float64",
}  # fmt: skip


@dataclass(frozen=True)
class Drift:
    """What changed in the words of the topics.

    Attributes
    ----------
    topics : DataFrame
        One row a topic, in the order given: `topic`, `label`, `n_early`, `n_late` (papers in the
        halves), `cut` (first day of the later half), `similarity` (cosine of the halves' mean
        vectors), `chance_low` (which 95 % of random halves reach), `nearest_other` (cosine with
        the middle of the nearest other topic; null where there is none), `vectors`: "stay" where
        `similarity` is at least `chance_low`; "move" where it falls short of it by at least half
        the distance (1 - cosine) to the nearest other topic, "shift" in between; "too few to say"
        with fewer than twenty papers in either half.
    phrases : DataFrame
        Phrases that changed, per topic the surest first: `topic`, `phrase`, `change` ("fades",
        "grows", or "new" where the earlier share is at most a tenth of the later), `in_definition`,
        `n_early` of `total_early` and `n_late` of `total_late` papers, `p` and `p_adjusted`.
    """

    topics: pd.DataFrame
    phrases: pd.DataFrame


@dataclass(frozen=True)
class _Texts:
    """The texts of all papers; what was once asked of one is remembered."""

    texts: list[str]
    phrases: Phrases
    known: dict[int, dict[str, str]] = field(default_factory=dict)
    folded: dict[int, list[list[str]]] = field(default_factory=dict)

    def of(self, row: int) -> dict[str, str]:
        """Return the phrases of one paper, form to spelling."""
        if row not in self.known:
            self.known[row] = dict(self.phrases(self.texts[row]))
        return self.known[row]

    def words(self, row: int) -> list[list[str]]:
        """Return the folded words of one paper; see `phrases.sequences`."""
        if row not in self.folded:
            self.folded[row] = sequences(self.texts[row])
        return self.folded[row]


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

    The papers of a topic (weight at least .5) are cut by date into halves. Looked at are the
    definition's phrases and the noun phrases of titles and abstracts, each where at least five of
    the topic's papers hold it (which says nothing of when, so that the test stays fair). A phrase
    changed where Fisher's exact test, corrected for the phrases of the topic (Benjamini and
    Hochberg), is below .05. Phrases of its own that a definition lacks must also stand in the
    topic's papers 1.5 times as often as in other papers of the same time: what comes up
    everywhere is not the topic's vocabulary. Of phrases within one another the surest stays.

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
    rows_of = pd.Series(np.arange(len(papers)), index=papers["paper_id"])
    counted = counted_memberships(memberships, kind="topic")
    texts = _Texts(texts_of(papers), phrases)
    members = {
        topic.id: np.sort(
            rows_of.reindex(counted.loc[counted["group_id"] == topic.id, "paper_id"]).to_numpy(
                dtype="int64"
            )
        )
        for topic in topics
    }
    rows: list[dict[str, object]] = []
    changed: list[pd.DataFrame] = []
    for topic in topics:
        own = members[topic.id]
        parts = halves(papers, rows=own)
        nearest = nearest_cosine(vectors, members=members, name=topic.id)
        rows.append(_topic_row(topic, vectors=vectors, parts=parts, nearest=nearest, seed=seed))
        if rows[-1]["vectors"] != TOO_FEW:
            others = _others(papers, members=own, parts=parts)
            changed.append(_changes(topic, texts=texts, parts=parts, others=others))
    table = pd.DataFrame(rows, columns=list(_TOPIC_COLUMNS)).astype(_TOPIC_COLUMNS)
    empty = pd.DataFrame(columns=list(_PHRASE_COLUMNS)).astype(_PHRASE_COLUMNS)
    found = [frame for frame in changed if len(frame)]
    return Drift(table, pd.concat(found, ignore_index=True) if found else empty)


def _topic_row(
    topic: Topic, *, vectors: NDArray[np.float32], parts: Halves, nearest: float, seed: int
) -> dict[str, object]:
    row: dict[str, object] = {
        "topic": topic.id,
        "label": topic.label,
        "n_early": len(parts.early),
        "n_late": len(parts.late),
        "cut": parts.cut,
        "similarity": np.nan,
        "chance_low": np.nan,
        "nearest_other": nearest,
        "vectors": TOO_FEW,
    }
    if min(len(parts.early), len(parts.late)) < FEWEST:
        return row
    cosine, low = similarity(vectors, parts=parts, seed=seed, name=topic.id)
    far = low - cosine >= MOVES * (1 - nearest)
    verdict = "stay" if cosine >= low else "move" if far else "shift"
    return row | {"similarity": cosine, "chance_low": low, "vectors": verdict}


def _others(
    papers: pd.DataFrame, *, members: NDArray[np.int64], parts: Halves
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return at most 1,000 papers of either time that are not the topic's, evenly spaced."""
    rest = np.ones(len(papers), dtype=bool)
    rest[members] = False
    late = (papers["published"] >= parts.cut).to_numpy(dtype=bool)
    early = (papers["published"] < parts.cut).to_numpy(dtype=bool)
    out = []
    for time in (early, late):
        rows = np.flatnonzero(rest & time)
        places = np.linspace(0, len(rows) - 1, min(len(rows), MOST_OTHERS)).round().astype(int)
        out.append(rows[places])
    return out[0], out[1]


def _changes(
    topic: Topic,
    *,
    texts: _Texts,
    parts: Halves,
    others: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> pd.DataFrame:
    """Return the rows of `Drift.phrases` for one topic."""
    defined = matcher(
        [(phrase, 0, STRONG) for phrase in (*topic.strong, *topic.title, *topic.weak)]
    )
    held = [_held(rows, texts=texts, defined=defined) for rows in (parts.early, parts.late)]
    totals = len(parts.early), len(parts.late)
    forms = {**held[0][1], **held[1][1]}
    counts = [(key, held[0][0].get(key, 0), held[1][0].get(key, 0)) for key in sorted(forms)]
    counts = [entry for entry in counts if entry[1] + entry[2] >= FEWEST_HOLDING]
    p = np.array([fisher(a, totals[0], b, totals[1]) for _, a, b in counts])
    adjusted = benjamini_hochberg(p)
    rows = [
        {
            "topic": topic.id,
            "phrase": forms[key],
            "change": _change(a / totals[0], b / totals[1]),
            "in_definition": key[0],
            "n_early": a,
            "total_early": totals[0],
            "n_late": b,
            "total_late": totals[1],
            "p": p[place],
            "p_adjusted": adjusted[place],
            "key": " ".join(sequences(key[1])[0]),
        }
        for place, (key, a, b) in enumerate(counts)
        if adjusted[place] < LEVEL
    ]
    rows = [row for row in rows if row["in_definition"] or _is_own(row, texts=texts, others=others)]
    kept = _without_nested(sorted(rows, key=_sureness))
    return pd.DataFrame(kept, columns=list(_PHRASE_COLUMNS)).astype(_PHRASE_COLUMNS)


def _sureness(row: dict[str, object]) -> tuple[object, ...]:
    """Sort the surest first; of equal ones the definition's, then the longer."""
    return row["p"], not row["in_definition"], -str(row["key"]).count(" "), row["key"]


def _change(early: float, late: float) -> str:
    if late < early:
        return "fades"
    return "new" if early <= NEW_RATIO * late else "grows"


def _held(
    rows: NDArray[np.int64], *, texts: _Texts, defined: Matcher
) -> tuple[dict[tuple[bool, str], int], dict[tuple[bool, str], str]]:
    """Count the papers that hold each phrase; the key says whether the definition has it.

    A noun phrase with a phrase of the definition inside it counts as that phrase alone.
    """
    counts: dict[tuple[bool, str], int] = {}
    written: dict[tuple[bool, str], str] = {}
    covered: dict[str, bool] = {}
    for row in rows.tolist():
        own = {
            (True, hit.pattern.phrase): hit.pattern.phrase
            for words in texts.words(row)
            for hit in find(words, matcher=defined)
        }
        for key, spelling in texts.of(row).items():
            if key not in covered:
                covered[key] = any(find(words, matcher=defined) for words in sequences(spelling))
            if not covered[key]:
                own[False, key] = spelling
        for key, spelling in own.items():
            counts[key] = counts.get(key, 0) + 1
            written.setdefault(key, spelling)
    return counts, written


def _is_own(
    row: dict[str, object], *, texts: _Texts, others: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> bool:
    """Say whether a phrase is more common in the topic than in other papers of its time."""
    side = 0 if row["change"] == "fades" else 1
    share = (row["n_early"] / row["total_early"], row["n_late"] / row["total_late"])[side]
    rows = others[side].tolist()
    holding = sum(row["key"] in texts.of(other) for other in rows)
    words = str(row["key"]).split()
    return share * max(len(rows), 1) >= LEAST_LIFT * holding and not STOP_WORDS.issuperset(words)


def _without_nested(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    kept: list[dict[str, object]] = []
    for row in rows:
        form = f" {row['key']} "
        if not any(form in f" {k['key']} " or f" {k['key']} " in form for k in kept):
            kept.append(row)
    return kept


def told(found: Drift) -> list[dict[str, object]]:
    """Return what is worth a sentence, as values that JSON can hold.

    Parameters
    ----------
    found : Drift

    Returns
    -------
    list of dict
        Topics that did not move away but whose words changed: `topic`, `label`, `n_early`,
        `n_late`, `vectors`, and under `fades` and `rises` (grown or new, and not in the
        definition) up to three phrases each, as `phrase`, `change`, `n_early`, `n_late`. Topics
        with neither are left out.
    """
    out = []
    for row in found.topics[found.topics["vectors"].isin(["stay", "shift"])].itertuples():
        own = found.phrases[found.phrases["topic"] == row.topic]
        fades = own["change"] == "fades"
        sides = {"fades": own[fades], "rises": own[~fades & ~own["in_definition"]]}
        columns = ["phrase", "change", "n_early", "n_late"]
        lists = {name: side[columns].head(3).to_dict("records") for name, side in sides.items()}
        if any(lists.values()):
            halves_ = {"n_early": int(row.n_early), "n_late": int(row.n_late)}
            out.append({"topic": row.topic, "label": row.label, "vectors": row.vectors,
                        **halves_, **lists})  # fmt: skip
    return out
