"""Phrases that are worth a trend of their own: what papers are about, and no group carries.

Nothing here looks at dates except to count the papers that have one, so that a test of the
phrases' trends is not biased by their choice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from analysis.base.words import WORD, fold_word

from .labels import capitalised
from .ngrams import mostly_foreign
from .word_forms import Candidates, Joined, candidates, join, sums

MOST_WORDS = 300
LEAST_PAPERS = 20
"""Dated papers of a word: with fewer, `trends` says too little about a share."""

MOST_SHARE = 0.5
TITLE_SHARE, TITLE_SHARE_ALONE = 0.1, 0.25
"""Least part of the papers that say a phrase which have it in the title; for a single word that is
no name, the second. Stock phrases ("experimental results") are in hardly any title."""

LIFT, LIFT_ALONE = 3.0, 8.0
"""How many times more often than any paper, neighbours of a paper that says it say it too."""

AGREEMENT = 0.3
"""Kappa between a paper and its neighbours in saying a phrase that serves as well: a phrase of a
fifth of all papers ("agents") cannot be said five times as often by neighbours."""

CARRIED = 2 / 3
"""F1 of a word as a query for the papers of a group from which on the group carries it: half of the
papers of either are in both."""

MOST_OF_PAPERS = 0.6
"""A label of several phrases carries one of them if this part of its papers are in the group."""

_MOST_AFTER_TO = 0.1
_ROMAN = re.compile(r"[IVX]+")
_NOT_SLUG = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Word:
    """A phrase with its variants and near-synonyms.

    Attributes
    ----------
    id : str
        A slug of the folded phrase.
    label : str
        As the papers write it, with its short form in brackets if it has one.
    forms : tuple of str
        The phrases counted with it, the one it is called by first; those that differ by more than
        hyphens, case and plural.
    rows : ndarray of int64
        The papers that say one of them, sorted.
    """

    id: str
    label: str
    forms: tuple[str, ...]
    rows: NDArray[np.int64]


def find_words(
    papers: pd.DataFrame,
    *,
    near: sp.csr_matrix,
    dated: NDArray[np.bool_],
    groups: sp.csr_matrix,
    labels: Sequence[str],
    without: Collection[str] = (),
    most: int = MOST_WORDS,
) -> list[Word]:
    """Choose the phrases whose trends are tested.

    Phrases of one to four words, counted wherever they stand, spellings, plurals and short forms
    ("VLA") as one; phrases are also one if the Jaccard similarity of their papers is at least .6.
    Kept are those that at least 20 dated papers and at most half of all papers say, that a tenth of
    these have in the title, and that papers close to one another say together (three times as often
    as chance, or with a kappa of .3). A single word must have several capitals (LoRA), or be said
    together eight times as often, or with that kappa, and have a capital (Mamba) or be in the title
    of a quarter (quantization). Left out are
    words of another language than most papers, and what a group carries: its label is or contains
    the word (a label of several phrases only if half of the word's papers are in the group), or the
    word as a query for its papers has an F1 of at least two thirds. Of the rest, the commonest.

    Parameters
    ----------
    papers : DataFrame
        `title`, `abstract` (null where there is none); n rows.
    near : csr_matrix, shape (n, n)
        1 where the paper of the column is one of the nearest of that of the row.
    dated : ndarray of bool, shape (n,)
        Papers that a trend can count.
    groups : csr_matrix, shape (n, g)
        1 where a group counts a paper.
    labels : sequence of str, length g
    without : collection of str
        Words and phrases that no chosen one contains.
    most : int

    Returns
    -------
    list of Word
        By number of papers, most first. Papers in another order give the same words.
    """
    if dated.sum() < LEAST_PAPERS:
        return []
    found = candidates(papers, least=LEAST_PAPERS)
    joined = join(found)
    kept = _telling(found, joined, dated=dated, near=near)
    kept &= ~_carried(joined, groups=groups, labels=labels, without=without)
    totals = sums(joined.presence)
    chosen = sorted(np.flatnonzero(kept).tolist(), key=lambda i: (-totals[i], joined.key(i)))
    written = found.spellings([j for i in chosen[:most] for j in joined.forms[i]])
    out: list[Word] = []
    for i in chosen[:most]:
        rows = np.sort(joined.presence[:, [i]].indices).astype("int64")
        forms = [(j, written[j][0][0]) for j in joined.forms[i]]
        short = next((text for j, text in forms if joined.shorts.get(j) in joined.forms[i]), "")
        label = capitalised(forms[0][1]) + (f" ({short})" if short else "")
        identifier = _slug(joined.key(i), taken={word.id for word in out})
        different: dict[str, str] = {}
        for j, text in forms:
            different.setdefault("".join(joined.keys[j]), text)
        out.append(Word(identifier, label, tuple(different.values()), rows))
    return out


def _telling(
    found: Candidates, joined: Joined, *, dated: NDArray[np.bool_], near: sp.csr_matrix
) -> NDArray[np.bool_]:
    """Return which words say what their papers are about."""
    totals = sums(joined.presence)
    titles = sums(joined.in_titles) / totals
    lift = _lift(joined.presence, near=near)
    share = totals / max(len(dated), 1)
    agree = share * (lift - 1) >= AGREEMENT * (1 - share)
    kept = (sums(joined.presence[dated]) >= LEAST_PAPERS) & (totals <= MOST_SHARE * len(dated))
    kept &= (titles >= TITLE_SHARE) & ((lift >= LIFT) | agree)
    foreign = mostly_foreign(found.tokens, n=len(dated))
    if 2 * foreign.sum() < len(dated):
        kept &= 2 * sums(joined.presence[foreign]) < totals
    alone = np.array([all(len(joined.keys[j]) == 1 for j in own) for own in joined.forms], bool)
    heads = {i: joined.forms[i][0] for i in np.flatnonzero(kept & alone)}
    written = found.spellings(list(heads.values()))
    for i, head in heads.items():
        capitals = _n_capitals(written[head][0][0])
        is_noun = "-" not in written[head][0][0] and found.after_to(head) < _MOST_AFTER_TO
        is_noun &= titles[i] >= TITLE_SHARE_ALONE
        together = lift[i] >= LIFT_ALONE or agree[i]
        kept[i] = capitals > 1 or (together and (capitals == 1 or is_noun))
    return kept


def _n_capitals(word: str) -> int:
    """Return how many capitals a word has; none if it is a Roman number."""
    return 0 if _ROMAN.fullmatch(word) else sum(character.isupper() for character in word)


def _lift(presence: sp.csc_matrix, *, near: sp.csr_matrix) -> NDArray[np.float64]:
    """Return how many times more often than any paper, neighbours of a word's papers say it."""
    together = sums(presence.multiply(near @ presence))
    degrees = np.asarray(near.sum(axis=1)).ravel()
    by_chance = (presence.T @ degrees) * (sums(presence) - 1) / max(len(degrees) - 1, 1)
    return together / np.maximum(by_chance, 1e-9)


def _carried(
    joined: Joined, *, groups: sp.csr_matrix, labels: Sequence[str], without: Collection[str]
) -> NDArray[np.bool_]:
    """Return which words a group carries, or are not wanted."""
    both = (joined.presence.T @ groups).toarray()
    totals = sums(joined.presence)[:, None]
    carried = (2 * both >= CARRIED * (totals + sums(groups))).any(axis=1)
    named = [_phrases(label) for label in labels]
    has_most = both >= MOST_OF_PAPERS * totals
    refused = [_folded(text) for text in without]
    for i, forms in enumerate(joined.forms):
        keys = [f" {' '.join(joined.keys[j])} " for j in forms]
        carried[i] |= any(text in keys[0] for text in refused)
        carried[i] |= any(
            (len(phrases) == 1 or has_most[i, group])
            and any(key in phrase for key in keys for phrase in phrases)
            for group, phrases in enumerate(named)
        )
    return carried


def _phrases(label: str) -> list[str]:
    """Return the folded phrases of a label: "Quantization, LoRA and others" has three."""
    return [_folded(part) for part in re.split(r"[,;·]|\band\b", label)]


def _folded(text: str) -> str:
    """Return the folded words of a text between spaces."""
    return f" {' '.join(map(fold_word, WORD.findall(text)))} "


def _slug(key: tuple[str, ...], *, taken: set[str]) -> str:
    base = _NOT_SLUG.sub("-", " ".join(key)).strip("-")
    names = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)
