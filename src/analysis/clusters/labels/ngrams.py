"""Runs of one to four words that could be a phrase, wherever they stand, and who says them.

`phrases.py` finds candidates where a noun phrase ends; here "world model" is also found within
"world model learning", so that a phrase is counted in every paper that says it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.words import STOP_WORDS, WORD, fold_word

from .occurrences import Numbers
from .phrases import _FOREIGN, _WEAK_ALONE, _kind

if TYPE_CHECKING:
    import scipy.sparse as sp

LONGEST = 4
_TOKEN = re.compile(WORD.pattern + r"|[^\s\w]|_")
_END_OF_TITLE = "."

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tokens:
    """All titles and abstracts as one row of tokens: words and signs.

    Attributes
    ----------
    written : list of str
        The distinct tokens as written.
    code : ndarray of int32, shape (number of tokens,)
        Position in `written` of each token.
    row, in_title : ndarray of int32 and bool, shape (number of tokens,)
        The paper of each token, and whether it stands in the title.
    """

    written: list[str]
    code: NDArray[np.int32]
    row: NDArray[np.int32]
    in_title: NDArray[np.bool_]


@dataclass(frozen=True)
class NGrams:
    """Phrases of one length that enough papers say.

    Attributes
    ----------
    keys : list of tuple of str
        Their folded words.
    column, start : ndarray of int64, shape (occurrences,)
        Which phrase, and its first token; sorted by phrase.
    """

    keys: list[tuple[str, ...]]
    column: Ints
    start: Ints

    @property
    def length(self) -> int:
        """The number of words of a phrase; 0 if there is none."""
        return len(self.keys[0]) if self.keys else 0

    def presence(self, tokens: Tokens, *, n: int, titles: bool = False) -> sp.csc_matrix:
        """Return which of n papers say which phrase, in title or abstract or in the title."""
        import scipy.sparse as sp

        kept = tokens.in_title[self.start] if titles else slice(None)
        pairs = np.unique(self.column[kept] * n + tokens.row[self.start[kept]])
        shape = (n, len(self.keys))
        return sp.csc_matrix((np.ones(len(pairs), "float32"), (pairs % n, pairs // n)), shape=shape)


def tokens_of(titles: Sequence[str], abstracts: Sequence[str | None]) -> Tokens:
    """Split titles and abstracts into words and signs.

    Parameters
    ----------
    titles, abstracts : sequence of str, length n
    """
    codes = Numbers()
    parts, lengths, titles_end = [], [], []
    for title, abstract in zip(titles, abstracts, strict=True):
        first = [*_TOKEN.findall(title), _END_OF_TITLE]
        found = first + _TOKEN.findall(abstract) if isinstance(abstract, str) else first
        parts.append(np.fromiter(map(codes.__getitem__, found), "int32", len(found)))
        lengths.append(len(found))
        titles_end.append(len(first))
    none = np.array([], dtype="int32")
    row = np.repeat(np.arange(len(lengths), dtype="int32"), lengths)
    place = np.arange(len(row)) - np.repeat(np.cumsum([0, *lengths])[:-1], lengths)
    in_title = place < np.repeat(np.array(titles_end, dtype="int64"), lengths)
    return Tokens(list(codes), np.concatenate([none, *parts]), row, in_title)


def frequent_ngrams(tokens: Tokens, *, least: int) -> Iterator[NGrams]:
    """Find the phrases of one, two, three and four words that at least `least` papers say.

    A phrase runs over no sign, function word or stock word of abstracts, its last word can head a
    noun phrase, and it does not repeat a word; plurals, hyphens and case do not matter.
    """
    kinds = [_kind_of(token) for token in tokens.written]
    folded, words = pd.factorize(np.array([kind[0] for kind in kinds], dtype="object"))
    inside = ~np.array([kind[1] for kind in kinds], dtype=bool)[tokens.code]
    heads = np.array([kind[2] for kind in kinds], dtype=bool)[tokens.code]
    word = folded.astype("int64")[tokens.code]
    names: list[tuple[str, ...]] = [(word,) for word in words]
    start = np.flatnonzero(inside)
    ids = word[start]
    for length in range(1, LONGEST + 1):
        ends = heads[start + length - 1]
        kept = _papers_of(ids[ends], tokens.row[start[ends]], size=len(names), least=least) >= least
        for i in np.flatnonzero(kept):
            kept[i] = _may_stand(names[i])
        column = np.cumsum(kept) - 1
        taken = ends & kept[ids]
        keys = [name for name, keep in zip(names, kept, strict=True) if keep]
        order = np.argsort(column[ids[taken]], kind="stable")
        yield NGrams(keys, column[ids[taken]][order], start[taken][order])
        if length == LONGEST:
            return
        more = _papers_of(ids, tokens.row[start], size=len(names), least=least)[ids] >= least
        more &= start + length < len(word)
        start, ids = start[more], ids[more]
        more = inside[start + length] & (tokens.row[start + length] == tokens.row[start])
        start, ids = start[more], ids[more]
        ids, codes = pd.factorize(ids * len(words) + word[start + length])
        names = [(*names[code // len(words)], words[code % len(words)]) for code in codes]


def single_words(tokens: Tokens, *, words: Container[str]) -> NGrams:
    """Return where words written with a hyphen stand that fold to given ones, however rare."""
    folded = {code: fold_word(token) for code, token in enumerate(tokens.written) if "-" in token}
    code_of = {code: word for code, word in folded.items() if word in words}
    keys = sorted(set(code_of.values()))
    column_of = np.full(len(tokens.written), -1)
    for code, word in code_of.items():
        column_of[code] = keys.index(word)
    column = column_of[tokens.code]
    start = np.flatnonzero(column >= 0)
    order = np.argsort(column[start], kind="stable")
    return NGrams([(word,) for word in keys], column[start][order], start[order])


def spellings(
    ngrams: NGrams, tokens: Tokens, *, columns: Sequence[int]
) -> list[list[tuple[str, int]]]:
    """Return how phrases are written, the commonest first, with the number of times.

    Titles count only if no abstract has the phrase, since they are written in capitals.
    """
    out = []
    for column in columns:
        first, last = np.searchsorted(ngrams.column, [column, column + 1])
        starts = ngrams.start[first:last]
        in_title = tokens.in_title[starts]
        starts = starts if in_title.all() else starts[~in_title]
        codes = tokens.code[starts[:, None] + np.arange(ngrams.length)]
        ways, counts = np.unique(codes, axis=0, return_counts=True)
        written = [" ".join(tokens.written[code] for code in way) for way in ways]
        pairs = zip(written, counts.tolist(), strict=True)
        out.append(sorted(pairs, key=lambda pair: (-pair[1], _capitals(pair[0]), pair[0])))
    return out


def bracketed(ngrams: NGrams, tokens: Tokens) -> pd.DataFrame:
    """Return the short forms that follow phrases in brackets, "world model (WM)".

    Returns
    -------
    DataFrame
        `column` of the phrase, `word` folded, `n` times. The capitals of a short form are the
        initials of the phrase (A. S. Schwartz and M. A. Hearst 2003, in its strictest form).
    """
    is_short = np.zeros(len(tokens.code) + LONGEST, dtype=bool)
    is_short[_in_brackets(tokens)] = True
    hits = is_short[ngrams.start + ngrams.length + 1]
    start, column = ngrams.start[hits], ngrams.column[hits]
    codes = tokens.code[start[:, None] + np.arange(ngrams.length)]
    long = ["-".join(tokens.written[code] for code in row) for row in codes]
    short = [tokens.written[code] for code in tokens.code[start + ngrams.length + 1]]
    pairs = pd.DataFrame({"column": column, "word": list(map(fold_word, short))})
    fits = [_spells(*pair) for pair in zip(short, long, strict=True)]
    return pairs[np.array(fits, dtype=bool)].value_counts(sort=False).reset_index(name="n")


def n_bracketed(tokens: Tokens) -> pd.Series:
    """Return how often each folded word stands in brackets by itself."""
    codes = tokens.code[_in_brackets(tokens)]
    return pd.Series(
        [fold_word(tokens.written[code]) for code in codes], dtype="str"
    ).value_counts()


def _in_brackets(tokens: Tokens) -> Ints:
    code_of = {token: code for code, token in enumerate(tokens.written)}
    opens = tokens.code == code_of.get("(", -1)
    closes = tokens.code == code_of.get(")", -1)
    return np.flatnonzero(opens[:-2] & closes[2:]) + 1


def share_after_to(ngrams: NGrams, tokens: Tokens, *, column: int) -> float:
    """Return how large a part of a phrase's occurrences follows "to": much for a verb."""
    first, last = np.searchsorted(ngrams.column, [column, column + 1])
    before = np.maximum(ngrams.start[first:last] - 1, 0)
    return float(np.mean([tokens.written[code] == "to" for code in tokens.code[before]]))


def mostly_foreign(tokens: Tokens, *, n: int) -> NDArray[np.bool_]:
    """Return which of n papers have more function words of other languages than of English."""
    lower = [token.lower() for token in tokens.written]
    difference = np.array([(word in _FOREIGN) - 1.0 * (word in STOP_WORDS) for word in lower])
    return np.bincount(tokens.row, weights=difference[tokens.code], minlength=n) > 0


def _spells(short: str, long: str) -> bool:
    """Whether the capitals of a short form are the initials of a long one, joined by hyphens."""
    capitals = "".join(c for c in short if c.isupper()).lower()
    return len(capitals) > 1 and capitals == "".join(p[0] for p in long.lower().split("-") if p)


def _kind_of(token: str) -> tuple[str, bool, bool]:
    if not token[0].isalnum():
        return token, True, False
    folded, breaks, head = _kind(token.lower())
    return folded, breaks or (token in _FOREIGN), head


def _may_stand(key: tuple[str, ...]) -> bool:
    return len(set(key)) == len(key) and not (len(key) == 1 and key[0] in _WEAK_ALONE)


def _papers_of(ids: Ints, rows: NDArray[np.int32], *, size: int, least: int) -> Ints:
    """Return the number of papers of each id; 0 for those that occur less than `least` times."""
    often = np.bincount(ids, minlength=size)[ids] >= least
    ids, rows = ids[often], rows[often]
    pairs = pd.unique(ids * (int(rows.max(initial=0)) + 1) + rows)
    return np.bincount(pairs // (int(rows.max(initial=0)) + 1), minlength=size)


def _capitals(text: str) -> int:
    return sum(character.isupper() for character in text)
