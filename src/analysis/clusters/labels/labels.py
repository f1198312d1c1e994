"""Terms of clusters, labels that are tested against their papers, and exemplar papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .choice import NO_LABEL, Label, contains_any, label_options, papers_saying
from .names import MIXED, complete_name, label_phrases, written_form
from .occurrences import Phrase, PhraseIndex
from .phrases import PhraseCounts, phrases
from .terms import N_TERMS, ranked_columns

N_EXEMPLARS = 3
_BY_F1 = 40
_ACRONYM_FROM = 3
_MOST_READ = 15
_LEAST_MIXED = 0.2
"""Share of a mixed cluster's papers that say its phrases; below, its terms say more."""


@dataclass(frozen=True)
class ClusterTerms:
    """Labels and terms of c clusters.

    Attributes
    ----------
    headings : list of str
        One label per cluster, all different.
    terms : list of list of str
        Up to ten terms per cluster, most specific first, as the papers write them.
    presence : csr_matrix of bool, shape (n, number of different terms)
        Which paper contains which term.
    columns : dict of str to int
        Column of each term in `presence`.
    labels : list of Label
        The phrases of each label, with coverage and precision.
    """

    headings: list[str]
    terms: list[list[str]]
    presence: sp.csr_matrix
    columns: dict[str, int]
    labels: list[Label]


def cluster_terms(
    counts: PhraseCounts,
    *,
    numbers: np.ndarray,
    taken: Collection[str] = (),
    excluded: Collection[str] = (),
    broader: bool = False,
) -> ClusterTerms:
    """Find the terms and the label of each cluster.

    Terms are the phrases of `terms.ranked_columns`; of phrases within one another only the best
    stays. Labels are chosen by `choice.label_options`; the cluster that a label fits best has it
    first, and no two are the same. A cluster of which no label covers 40 % is called mixed, with
    its best phrases or terms; one without any phrase is called by its number.

    Parameters
    ----------
    counts : PhraseCounts
        From `count_phrases`, n papers.
    numbers : ndarray of int64, shape (n,)
        Clusters 0..c-1, -1 for papers that are in none.
    taken : collection of str
        Labels that other groups have.
    excluded : collection of str
        Words and phrases that no label contains.
    broader : bool
        Whether these are broader clusters.
    """
    count = int(numbers.max()) + 1
    if not len(counts.keys):
        headings = [_numbered(cluster) for cluster in range(count)]
        none = sp.csr_matrix((len(counts.texts), 0), dtype=bool)
        return ClusterTerms(headings, [[] for _ in headings], none, {}, [NO_LABEL] * count)
    ranked = ranked_columns(counts, numbers=numbers)
    chosen = [_without_overlaps(columns, keys=counts.keys) for columns in ranked]
    terms, presence, column_of = _terms(counts, numbers=numbers, chosen=chosen)
    unwanted = [phrase for text in excluded if (phrase := counts.index.phrase(text))]
    options = [
        label_options(
            counts,
            members=numbers == cluster,
            columns=_candidate_columns(counts, members=numbers == cluster, ranked=columns),
            excluded=unwanted,
            broader=broader,
        )
        for cluster, columns in enumerate(ranked)
    ]
    labels = _distinct(options, index=counts.index, taken=taken)
    named = [
        [term for term in own if not contains_any(counts.index.phrase(term), unwanted)]
        for own in terms
    ]
    headings = _headings(counts, labels=labels, numbers=numbers, terms=named, taken=taken)
    return ClusterTerms(headings, terms, presence, column_of, labels)


def papers_by_label(counts: PhraseCounts, labels: Sequence[Label]) -> np.ndarray:
    """Return which of n papers say which of c labels, ndarray of bool of shape (n, c)."""
    said = np.zeros((len(counts.texts), len(labels)), dtype=bool)
    for column, label in enumerate(labels):
        said[:, column] = papers_saying(counts.index, phrases=label.phrases)
    return said


def exemplars(vectors: np.ndarray, *, numbers: np.ndarray, weights: np.ndarray) -> list[list[int]]:
    """Choose up to three papers per cluster: nearest its centroid, placed with high weight.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
    numbers : ndarray of int64, shape (n,)
    weights : ndarray of float64, shape (n,)
        Weight of each paper in its own cluster.

    Returns
    -------
    list of list of int
        Row numbers, best first, one list per cluster.
    """
    chosen = []
    for cluster in range(numbers.max() + 1):
        rows = np.flatnonzero(numbers == cluster)
        centroid = vectors[rows].mean(axis=0)
        centroid = centroid / max(float(np.linalg.norm(centroid)), 1e-12)
        score = (vectors[rows] * centroid).sum(axis=1) * (0.5 + 0.5 * weights[rows])
        chosen.append(rows[np.argsort(-score, kind="stable")[:N_EXEMPLARS]].tolist())
    return chosen


def capitalised(phrase: str) -> str:
    """Return a phrase with a capital first letter."""
    return phrase[:1].upper() + phrase[1:]


# labels


def _candidate_columns(
    counts: PhraseCounts, *, members: np.ndarray, ranked: Sequence[int]
) -> list[int]:
    """Return the ranked phrases, then those that find the cluster's papers best by themselves."""
    inside = np.asarray(counts.presence[members].sum(axis=0)).ravel()
    f1 = 2 * inside / (members.sum() + counts.n_papers)
    best = np.argsort(-f1, kind="stable")[:_BY_F1]
    return list(dict.fromkeys([*ranked, *best[inside[best] > 0].tolist()]))


def _distinct(
    options: Sequence[Sequence[Label]], *, index: PhraseIndex, taken: Collection[str]
) -> list[Label]:
    """Give each cluster its best label that no other has; those with the best labels first."""
    used = {frozenset(map(index.key, label_phrases(label, index=index))) for label in taken}
    labels = [NO_LABEL] * len(options)
    scores = [own[0].score if own else 0.0 for own in options]
    for cluster in sorted(range(len(options)), key=lambda c: (-scores[c], c)):
        for label in options[cluster]:
            keys = frozenset(index.key(phrase) for phrase in label.phrases)
            if keys not in used:
                labels[cluster] = label
                used.add(keys)
                break
    return labels


def _headings(
    counts: PhraseCounts,
    *,
    labels: Sequence[Label],
    numbers: np.ndarray,
    terms: Sequence[Sequence[str]],
    taken: Collection[str],
) -> list[str]:
    used = {label.casefold() for label in taken}
    headings = []
    for cluster, label in enumerate(labels):
        members = numbers == cluster
        parts = [_written(counts, phrase, members=members) for phrase in label.phrases]
        heading = capitalised(", ".join(parts))
        if label.is_mixed:
            enough = parts and (label.coverage >= _LEAST_MIXED or not terms[cluster])
            heading = MIXED + ", ".join(parts if enough else terms[cluster][:3])
        if heading in ("", MIXED) or heading.casefold() in used:
            heading = f"{heading} ({_numbered(cluster)})" if parts else _numbered(cluster)
        used.add(heading.casefold())
        headings.append(heading)
    return headings


def _written(counts: PhraseCounts, phrase: Phrase, *, members: np.ndarray) -> str:
    """Return a phrase as the cluster's papers write it, long ones with their acronym."""
    rows = counts.index.rows(phrase)
    written, acronym = written_form(
        counts.index, phrase, texts=counts.texts, rows=rows[members[rows]]
    )
    if acronym and acronym != written and len(phrase) >= _ACRONYM_FROM:
        return f"{written} ({acronym})"
    return written


def _numbered(cluster: int) -> str:
    return f"Cluster {cluster + 1}"


# terms


def _without_overlaps(columns: list[int], *, keys: np.ndarray) -> list[int]:
    kept: list[int] = []
    for column in columns:
        words = set(keys[column].split())
        others = [set(keys[other].split()) for other in kept]
        if not any(words <= other or other <= words for other in others):
            kept.append(column)
        if len(kept) == N_TERMS:
            break
    return kept


def _terms(
    counts: PhraseCounts, *, numbers: np.ndarray, chosen: list[list[int]]
) -> tuple[list[list[str]], sp.csr_matrix, dict[str, int]]:
    """Return the terms as written, which papers contain which, and the column of each term."""
    written = _as_written(counts, numbers=numbers, wanted=chosen)
    used = sorted({column for columns in chosen for column in columns})
    terms: list[list[str]] = []
    column_of: dict[str, int] = {}
    for cluster, columns in enumerate(chosen):
        names: list[str] = []
        for column in columns:
            name = _completed(
                counts, written[cluster][column], column=column, members=numbers == cluster
            )
            if not any(_is_within(name, other) for other in names):
                names.append(name)
                column_of[name] = used.index(column)
        terms.append(names)
    return terms, counts.presence[:, used].astype(bool).tocsr(), column_of


def _is_within(name: str, other: str) -> bool:
    words, others = set(name.casefold().split()), set(other.casefold().split())
    return words <= others or others <= words


def _completed(counts: PhraseCounts, written: str, *, column: int, members: np.ndarray) -> str:
    """Return the name that a term is part of, as the cluster's papers write it."""
    index = counts.index
    phrase = index.phrase(written)
    longer = complete_name(index, phrase, members=members) if phrase else phrase
    if len(longer) <= len(phrase):
        return written
    rows = index.rows(longer)
    return written_form(index, longer, texts=counts.texts, rows=rows[members[rows]])[0]


def _as_written(
    counts: PhraseCounts, *, numbers: np.ndarray, wanted: list[list[int]]
) -> list[dict[int, str]]:
    """Return the most frequent spelling of each wanted phrase in the cluster's papers.

    The first 15 papers of the cluster that contain it are read.
    """
    keys = counts.keys
    spellings: list[dict[str, Counter[str]]] = [
        {keys[column]: Counter() for column in columns} for columns in wanted
    ]
    for cluster, columns in enumerate(wanted):
        members = np.flatnonzero(numbers == cluster)
        held = counts.presence[members][:, columns].tocsc()
        of_column = [
            members[np.sort(held[:, [i]].indices)[:_MOST_READ]] for i in range(len(columns))
        ]
        counters = spellings[cluster]
        for row in np.unique(np.concatenate([*of_column, np.array([], dtype=np.int64)])):
            for key, written in phrases(counts.texts[row]):
                if key in counters:
                    counters[key][written] += 1
    return [
        {column: _spelling(counters[keys[column]]) for column in columns}
        for columns, counters in zip(wanted, spellings, strict=True)
    ]


def _spelling(counter: Counter[str]) -> str:
    """Return the commonest spelling; of equally common ones the one with fewest capitals."""
    return min(counter, key=lambda s: (-counter[s], sum(c.isupper() for c in s), s))
