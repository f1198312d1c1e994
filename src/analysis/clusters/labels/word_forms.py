"""Phrases that enough papers say, and which of them are one word in several forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from .ngrams import (
    NGrams,
    Tokens,
    bracketed,
    frequent_ngrams,
    n_bracketed,
    share_after_to,
    single_words,
    spellings,
    tokens_of,
)

SAME = 0.6
"""Jaccard similarity of the papers of two phrases from which on they are one word."""

INSIDE, INSIDE_TITLES = 0.7, 0.4
"""A phrase is left out if this part of its papers, and of those that have it in the title, say one
longer phrase that contains it."""

_LEAST_BRACKETS, _LEAST_BRACKETED, _LEAST_MEANT = 3, 0.02, 0.7
"""A short form stands in brackets after its long form three times or more, for 2 % of the papers
that say that, and in 70 % of all brackets it stands in: TTS may be speech or scaling."""

_MODELLING = re.compile(r"modell?ing$")


@dataclass(frozen=True)
class Candidates:
    """Phrases of all lengths, m of them."""

    keys: list[tuple[str, ...]]
    presence: sp.csc_matrix
    in_titles: sp.csc_matrix
    grams: list[NGrams]
    tokens: Tokens

    def after_to(self, column: int) -> float:
        """Return `share_after_to` of a single word."""
        return share_after_to(self.grams[0], self.tokens, column=column)

    def spellings(self, columns: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        """Return how phrases are written, the commonest first, with the number of times."""
        out: dict[int, list[tuple[str, int]]] = {}
        first = 0
        for grams in self.grams:
            own = [column for column in columns if first <= column < first + len(grams.keys)]
            inner = [column - first for column in own]
            out |= dict(zip(own, spellings(grams, self.tokens, columns=inner), strict=True))
            first += len(grams.keys)
        return out


def candidates(papers: pd.DataFrame, *, least: int) -> Candidates:
    """Find the phrases that at least `least` papers say (`ngrams.frequent_ngrams`).

    Forms with a hyphen ("world-model") are found with them, however rare.
    """
    n = len(papers)
    abstracts = papers["abstract"].astype("object").where(papers["abstract"].notna(), None)
    tokens = tokens_of(papers["title"].tolist(), abstracts.tolist())
    grams = list(frequent_ngrams(tokens, least=least))
    joined = {"".join(key) for each in grams for key in each.keys if each.length > 1}
    grams.append(single_words(tokens, words=joined - {key[0] for key in grams[0].keys}))
    keys = [key for each in grams for key in each.keys]
    presence = sp.hstack([each.presence(tokens, n=n) for each in grams], format="csc")
    titles = sp.hstack([each.presence(tokens, n=n, titles=True) for each in grams], format="csc")
    return Candidates(keys, presence, titles, grams, tokens)


def _short_forms(found: Candidates) -> dict[int, int]:
    """Return the column of the long form of each short form, by "long form (LF)" in the texts."""
    column_of = {key: column for column, key in enumerate(found.keys)}
    parts, first = [], 0
    for grams in found.grams:
        if grams.keys:
            pairs = bracketed(grams, found.tokens)
            parts.append(pairs.assign(column=pairs["column"] + first))
        first += len(grams.keys)
    if not parts:
        return {}
    pairs = pd.concat(parts, ignore_index=True)
    least = _LEAST_BRACKETED * sums(found.presence)[pairs["column"]]
    uses = pairs["word"].map(n_bracketed(found.tokens)).astype("float64")
    meant = pairs["n"] >= _LEAST_MEANT * uses
    pairs = pairs[meant & (pairs["n"] >= np.maximum(least, _LEAST_BRACKETS))]
    return {
        column_of[(word,)]: column
        for word, column in zip(pairs["word"], pairs["column"].tolist(), strict=True)
        if (word,) in column_of
    }


@dataclass(frozen=True)
class Joined:
    """Words, w of them, each of one or more candidates.

    `forms` holds their columns, first the one that the word is called by; `shorts` the column of
    the long form of short forms.
    """

    forms: list[list[int]]
    keys: list[tuple[str, ...]]
    presence: sp.csc_matrix
    in_titles: sp.csc_matrix
    shorts: dict[int, int]

    def key(self, word: int) -> tuple[str, ...]:
        """Return the folded words that the word is called by."""
        return self.keys[self.forms[word][0]]


def join(found: Candidates) -> Joined:
    """Join variants, short forms and phrases of nearly the same papers to words.

    A word is called by its commonest form, but by no short form, nor a single word, if it has
    others.
    """
    shorts = _short_forms(found)
    totals = sums(found.presence)
    parts = _parts(found.keys, totals=totals, least=INSIDE)
    parts &= _parts(found.keys, totals=sums(found.in_titles), least=INSIDE_TITLES)
    order = sorted(range(len(totals)), key=lambda i: (-totals[i], found.keys[i]))
    first_of: dict[str, int] = {}
    head = np.full(len(totals), -1)
    for i in order:
        if i not in parts:
            head[i] = first_of.setdefault(_MODELLING.sub("model", "".join(found.keys[i])), i)
    for short, long in shorts.items():
        if head[short] == short and head[long] >= 0:
            head[short] = head[long]
    member = _membership(_with_same_papers(found, head=head))
    columns = member.indices
    places = np.repeat(np.arange(member.shape[1]), np.diff(member.indptr))
    forms: list[list[int]] = [[] for _ in range(member.shape[1])]
    for column, place in zip(columns.tolist(), places.tolist(), strict=True):
        forms[place].append(column)

    def ranked(own: list[int]) -> list[int]:
        def rank(column: int) -> tuple[bool, bool, float, tuple[str, ...]]:
            key = found.keys[column]
            return shorts.get(column) in own, len(key) == 1, -float(totals[column]), tuple(key)

        return sorted(own, key=rank)

    return Joined(
        forms=list(map(ranked, forms)),
        keys=found.keys,
        presence=_said(found.presence, member),
        in_titles=_said(found.in_titles, member),
        shorts=shorts,
    )


def _membership(head: NDArray) -> sp.csc_matrix:
    """Return which candidate belongs to which word, one column per distinct head."""
    columns = np.flatnonzero(head >= 0)
    places = np.unique(head[columns], return_inverse=True)[1]
    shape = (len(head), int(places.max(initial=-1)) + 1)
    return sp.csc_matrix((np.ones(len(columns), "float32"), (columns, places)), shape=shape)


def _said(presence: sp.csc_matrix, member: sp.csc_matrix) -> sp.csc_matrix:
    return (presence @ member).astype(bool).astype("float32").tocsc()


def _parts(keys: Sequence[tuple[str, ...]], *, totals: NDArray, least: float) -> set[int]:
    """Return phrases that nearly always stand within a longer one ("large language")."""
    column_of = {key: column for column, key in enumerate(keys)}
    return {
        column_of[inner]
        for key, column in column_of.items()
        for inner in (key[1:], key[:-1])
        if inner in column_of and totals[column] >= least * totals[column_of[inner]]
    }


def _with_same_papers(found: Candidates, *, head: NDArray) -> NDArray:
    """Join words whose papers are nearly the same, the rarer to the commoner."""
    heads = np.unique(head[head >= 0])
    presence = _said(found.presence, _membership(head))
    totals = sums(presence)
    both = (presence.T @ presence).tocoo()
    same = both.data >= SAME * (totals[both.row] + totals[both.col] - both.data)
    near: dict[int, list[int]] = {i: [] for i in range(len(heads))}
    for one, other in zip(both.row[same].tolist(), both.col[same].tolist(), strict=True):
        near[one].append(other)
    joined = np.full(len(heads), -1)
    for i in sorted(near, key=lambda word: (-totals[word], found.keys[heads[word]])):
        if joined[i] < 0:
            free = [other for other in near[i] if joined[other] < 0]
            joined[free] = i
    out = head.copy()
    known = head >= 0
    out[known] = heads[joined[np.searchsorted(heads, head[known])]]
    return out


def sums(matrix: sp.spmatrix) -> NDArray[np.float64]:
    """Return the sum of each column."""
    return np.asarray(matrix.sum(axis=0), dtype="float64").ravel()
