"""Terms of a cluster, a heading that a person would accept, and exemplar papers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .phrases import PhraseCounts, phrases

N_TERMS = 10
N_EXEMPLARS = 3

_LENGTH_FACTOR = {1: 1.0, 2: 1.45, 3: 1.5}
_LEAST_LIFT = 1.5
_HEADING_SHARE = 0.08
_HEADING_LIFT = 2.0
_LONGER_HEADING = 0.3
_EMPTY_WORDS = frozenset(
    {"large", "pretrained", "model", "system", "task", "network", "method", "approach"}
)
_CANDIDATES = 80
_NESTED = 0.7
_MOST_READ = 50


@dataclass(frozen=True)
class ClusterTerms:
    """Headings and terms of c clusters.

    Attributes
    ----------
    headings : list of str
        One per cluster, all different.
    terms : list of list of str
        Up to ten terms per cluster, most specific first, as the papers write them.
    presence : csr_matrix of bool, shape (n, number of different terms)
        Which paper contains which term.
    columns : dict of str to int
        Column of each term in `presence`.
    """

    headings: list[str]
    terms: list[list[str]]
    presence: sp.csr_matrix
    columns: dict[str, int]


def cluster_terms(counts: PhraseCounts, *, numbers: np.ndarray) -> ClusterTerms:
    """Find the terms and the heading of each cluster.

    A phrase scores p log(p / q) (its part of the Kullback-Leibler divergence; p and q are the
    shares of papers inside and outside the cluster that contain it, a paper with the phrase in its
    title counting twice), times a factor for its length; p must be at least 1.5 q. Of phrases
    within one another only the best stays. A heading stands in 8 % of the cluster's papers if any
    phrase does, twice as often as in all papers, and no two say the same ("language models",
    "large language models"). A cluster without a phrase of its own is called by its number.

    Parameters
    ----------
    counts : PhraseCounts
        From `count_phrases`, n papers.
    numbers : ndarray of int64, shape (n,)
        Clusters 0..c-1.
    """
    presence, keys = counts.presence, counts.keys
    count = int(numbers.max()) + 1
    if not len(keys):
        headings = [_numbered(cluster) for cluster in range(count)]
        none = sp.csr_matrix((len(counts.texts), 0), dtype=bool)
        return ClusterTerms(headings, [[] for _ in headings], none, {})
    ranked = _ranked_columns(presence, counts.in_titles, keys=keys, numbers=numbers)
    chosen = [_without_overlaps(columns, keys=keys) for columns in ranked]
    heads = _heading_columns(ranked, presence, keys=keys, numbers=numbers)
    wanted = [[*columns, *head] for columns, head in zip(chosen, heads, strict=True)]
    written = _as_written(counts, numbers=numbers, wanted=wanted)
    used = sorted({column for columns in chosen for column in columns})
    terms = [[written[c][column] for column in columns] for c, columns in enumerate(chosen)]
    column_of = {
        term: used.index(column)
        for names, columns in zip(terms, chosen, strict=True)
        for term, column in zip(names, columns, strict=True)
    }
    headings = [
        capitalised(written[cluster][head[0]]) if head else _numbered(cluster)
        for cluster, head in enumerate(heads)
    ]
    return ClusterTerms(headings, terms, presence[:, used].astype(bool).tocsr(), column_of)


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


def _ranked_columns(
    presence: sp.csr_matrix, in_titles: sp.csr_matrix, *, keys: np.ndarray, numbers: np.ndarray
) -> list[list[int]]:
    """Return the best columns of each cluster, best first."""
    n, count = len(numbers), numbers.max() + 1
    counted = presence + in_titles
    members = sp.csr_matrix((np.ones(n), (numbers, np.arange(n))), shape=(count, n))
    inside = (members @ counted).toarray()
    papers_inside = (members @ presence).toarray()
    sizes = np.bincount(numbers, minlength=count)[:, None]
    everywhere = np.asarray(counted.sum(axis=0))
    p = inside / (2 * sizes)
    q = (everywhere - inside + 0.5) / (2 * (n - sizes) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(inside > 0, p * np.log(p / q), 0.0)
    if count == 1:  # there is nothing outside to compare with
        score, q = p.copy(), np.zeros_like(q)
    score *= [_LENGTH_FACTOR[key.count(" ") + 1] for key in keys]
    score[papers_inside < 2] *= 0.01
    score[p < _LEAST_LIFT * q] = 0
    score[:, _always_inside_longer(presence, keys=keys)] = 0
    order = np.argsort(-score, axis=1, kind="stable")[:, :_CANDIDATES]
    commonest = np.argsort(-papers_inside, axis=1, kind="stable")[:, :N_TERMS]
    return [
        [int(column) for column in best if score[cluster, column] > 0]
        or [int(column) for column in common if papers_inside[cluster, column] > 0]
        for cluster, (best, common) in enumerate(zip(order, commonest, strict=True))
    ]


def _always_inside_longer(presence: sp.csr_matrix, *, keys: np.ndarray) -> list[int]:
    """Return columns that nearly always stand inside one longer phrase ("large language")."""
    counts = np.asarray(presence.sum(axis=0)).ravel()
    column_of = {key: column for column, key in enumerate(keys)}
    nested = set()
    for key, column in column_of.items():
        words = key.split()
        for inner in (" ".join(words[1:]), " ".join(words[:-1])):
            if inner in column_of and counts[column] >= _NESTED * counts[column_of[inner]]:
                nested.add(column_of[inner])
    return sorted(nested)


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


def _heading_columns(
    ranked: list[list[int]], presence: sp.csr_matrix, *, keys: np.ndarray, numbers: np.ndarray
) -> list[list[int]]:
    """Choose one column per cluster, or none; larger clusters first, no heading twice."""
    taken: set[frozenset[str]] = set()
    chosen = []
    everywhere = np.asarray(presence.mean(axis=0)).ravel()
    for cluster, columns in enumerate(ranked):
        shares = np.asarray(presence[numbers == cluster].mean(axis=0)).ravel()
        specific = [c for c in columns if shares[c] >= _HEADING_LIFT * everywhere[c]]
        common = [c for c in specific if shares[c] >= _HEADING_SHARE]
        free = [
            column
            for candidates in (common, specific, columns)
            for column in candidates
            if _gist(keys[column]) not in taken
        ]
        best = [_longer(c, free=free, shares=shares, keys=keys) for c in free[:1]]
        chosen.append(best)
        taken |= {_gist(keys[column]) for column in best}
    return chosen


def _longer(column: int, *, free: list[int], shares: np.ndarray, keys: np.ndarray) -> int:
    """Take "software engineering" for "engineering" if many of its papers say that."""
    for other in free:
        ends_with = keys[other].endswith(f" {keys[column]}")
        if ends_with and shares[other] >= _LONGER_HEADING * shares[column]:
            return other
    return column


def _gist(key: str) -> frozenset[str]:
    """Return the words that distinguish headings: "large language models" is "language"."""
    words = frozenset(key.split())
    return words - _EMPTY_WORDS or words


def _as_written(
    counts: PhraseCounts, *, numbers: np.ndarray, wanted: list[list[int]]
) -> list[dict[int, str]]:
    """Return the most frequent spelling of each wanted phrase in the cluster's papers.

    The first 50 papers of the cluster that contain it are read.
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


def _numbered(cluster: int) -> str:
    return f"Cluster {cluster + 1}"


def capitalised(phrase: str) -> str:
    """Return a phrase with a capital first letter."""
    return phrase[:1].upper() + phrase[1:]
