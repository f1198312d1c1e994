"""Which papers say a phrase: every place where its words stand next to each other.

Spelling, plurals, hyphens and case make no difference, nor does whether a word is written as one or
two ("fine-tuning", "fine tuning"), and an acronym that the papers define counts as its long form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.base.words import STOP_WORDS, fold_word

from .acronyms import find_acronyms, short_form

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\s-\s|[^\w\s'’-]")
"""A word, without hyphens, or a sign that ends a phrase."""

_APART = -1
_PREFIXES = frozenset({"over", "under"})
_SHORTEST_PART = 2
_LEAST_AS_ONE = 0.03
_LONGEST = 40

Phrase = tuple[int, ...]
"""Numbers of the words of a phrase in a `PhraseIndex`."""


class PhraseIndex:
    """The words of n texts in their order, for looking phrases up.

    Parameters
    ----------
    texts : sequence of str, length n
        "title. abstract" each.
    acronyms : mapping of str to str, optional
        Folded long forms of acronyms; by default those that the texts define.
    """

    def __init__(self, texts: Sequence[str], *, acronyms: Mapping[str, str] | None = None) -> None:
        self.n_texts = len(texts)
        self.acronyms = find_acronyms(texts) if acronyms is None else acronyms
        """Long form of each acronym that the texts define, folded, words separated by spaces."""
        self._numbers = Numbers()
        names, codes, lengths = _raw_tokens(texts)
        self._folded_of = {token: self._fold(token) for token in names}
        folded = np.array([self._number(word) for word in self._folded_of.values()], dtype=np.int64)
        words = folded[codes] if len(folded) else np.empty(0, dtype=np.int64)
        of_text = np.repeat(np.arange(self.n_texts, dtype=np.int32), lengths)
        words, of_text = self._expand(words, of_text)
        self._pairs = self._pairs_written_as_one(words)
        self.words, self.text_of_word = self._join(words, of_text)
        self._known: dict[Phrase, NDArray[np.int32]] = {}
        self._phrases: dict[str, Phrase] = {}
        self._breaks: NDArray[np.bool_] | None = None

    def phrase(self, text: str) -> Phrase:
        """Return the words of a phrase; empty if no text has one of them."""
        if text not in self._phrases:
            self._phrases[text] = self._phrase(text)
        return self._phrases[text]

    def _phrase(self, text: str) -> Phrase:
        numbers = []
        for token in TOKEN.findall(text):
            word = self._folded(token)
            number = self._numbers.get(word, _APART) if word else _APART
            if number < 0 and word not in self._long:
                return ()
            numbers.append(number)
        words = np.array(numbers, dtype=np.int64)
        words, rows = self._expand(words, np.zeros(len(words), dtype=np.int32))
        return tuple(self._join(words, rows)[0].tolist())

    def key(self, phrase: Phrase) -> str:
        """Return the folded words of a phrase, separated by spaces."""
        return " ".join(self.names[number] for number in phrase)

    def may_begin(self, phrase: Phrase, *, token: str) -> bool:
        """Whether an occurrence of a phrase may begin with a token."""
        word = self._folded(token)
        first = self.names[phrase[0]]
        if not word:
            return False
        return first.startswith(word) or self.acronyms.get(word, "").startswith(first)

    def breaks(self, ends_phrase: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Return whether a noun phrase ends before a word, by number; true for -1, a sign."""
        if self._breaks is None:
            self._breaks = np.array([*map(ends_phrase, self.names), True])
        return self._breaks

    @cached_property
    def names(self) -> list[str]:
        """The folded words by number."""
        return list(self._numbers)

    def rows(self, phrase: Phrase) -> NDArray[np.int32]:
        """Return the row numbers of the texts that say a phrase, ascending."""
        if phrase not in self._known:
            rows = np.unique(self.text_of_word[self.positions(phrase)])
            self._known[phrase] = rows
        return self._known[phrase]

    def positions(self, phrase: Phrase) -> NDArray[np.int64]:
        """Return where in `words` each occurrence of a phrase begins."""
        if not phrase:
            return np.empty(0, dtype=np.int64)
        sizes = [self._starts[number + 1] - self._starts[number] for number in phrase]
        rarest = int(np.argmin(sizes))
        begin, end = self._starts[phrase[rarest]], self._starts[phrase[rarest] + 1]
        places = self._order[begin:end] - rarest
        places = places[(places >= 0) & (places + len(phrase) <= len(self.words))]
        for offset, number in enumerate(phrase):
            if offset != rarest:
                places = places[self.words[places + offset] == number]
        inside = self.text_of_word[places] == self.text_of_word[places + len(phrase) - 1]
        return np.sort(places[inside])

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.words, kind="stable")

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.searchsorted(self.words[self._order], np.arange(len(self._numbers) + 1))

    @cached_property
    def _long(self) -> dict[str, list[int]]:
        """Numbers of the words of each acronym's long form, by the acronym's folded word."""
        return {
            short: [self._numbers[word] for word in long.split()]
            for short, long in self.acronyms.items()
        }

    def _folded(self, token: str) -> str:
        folded = self._folded_of.get(token)
        return self._fold(token) if folded is None else folded

    def _fold(self, token: str) -> str:
        short = short_form(token)
        if short and short in self.acronyms:
            return short
        return fold_word(token.lower()) if token[0].isalnum() else ""

    def _number(self, word: str) -> int:
        return self._numbers[word] if word else _APART

    def _pairs_written_as_one(
        self, words: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """Return pairs of words that are also written as one, and not only by mistake.

        Returns
        -------
        codes : ndarray of int64
            First word times `base` plus second word, sorted.
        joined : ndarray of int64
            The one word for both.
        base : int
        """
        numbers, base = self._numbers, len(self._numbers)
        times = np.bincount(words[words >= 0], minlength=base)
        apart = {
            first * base + second: number
            for word, number in numbers.items()
            if len(word) <= _LONGEST
            for stop in range(_SHORTEST_PART, len(word) - _SHORTEST_PART)
            if (second := numbers.get(word[stop:])) is not None
            and (first := numbers.get(word[:stop])) is not None
            and word[stop:] not in STOP_WORDS
            and (word[:stop] not in STOP_WORDS or word[:stop] in _PREFIXES)
        }
        codes = np.array(sorted(apart), dtype=np.int64)
        joined = np.array([apart[code] for code in codes.tolist()], dtype=np.int64)
        if not len(codes) or len(words) < 2:
            return codes, joined, base
        pair = np.where((words[:-1] >= 0) & (words[1:] >= 0), words[:-1] * base + words[1:], -1)
        place = np.minimum(np.searchsorted(codes, pair), len(codes) - 1)
        n_apart = np.bincount(place[codes[place] == pair], minlength=len(codes))
        often = times[joined] >= _LEAST_AS_ONE * n_apart
        return codes[often], joined[often], base

    def _join(
        self, words: NDArray[np.int64], of_text: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        codes, joined, base = self._pairs
        if len(words) < 2 or not len(codes):
            return words, of_text
        pair = np.where((words[:-1] >= 0) & (words[1:] >= 0), words[:-1] * base + words[1:], -1)
        place = np.minimum(np.searchsorted(codes, pair), len(codes) - 1)
        match = (codes[place] == pair) & (of_text[:-1] == of_text[1:])
        match[1:] &= ~match[:-1]
        words = words.copy()
        words[:-1][match] = joined[place[match]]
        keep = np.ones(len(words), dtype=bool)
        keep[1:][match] = False
        return words[keep], of_text[keep]

    def _expand(
        self, words: NDArray[np.int64], of_text: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Put the long form in place of each acronym."""
        repeats, long_of = self._lengths
        lengths = repeats[words]
        short = np.flatnonzero(lengths > 1)
        if not len(short):
            return words, of_text
        starts = np.cumsum(lengths) - lengths
        expanded, of_text = np.repeat(words, lengths), np.repeat(of_text, lengths)
        for number in np.unique(words[short]).tolist():
            places = starts[short[words[short] == number]]
            for offset, word in enumerate(long_of[number]):
                expanded[places + offset] = word
        return expanded, of_text

    @cached_property
    def _lengths(self) -> tuple[NDArray[np.int64], dict[int, list[int]]]:
        """Words in the place of each word (the last entry is for -1), and the long forms."""
        long_of = {
            self._numbers[short]: long
            for short, long in self._long.items()
            if short in self._numbers
        }
        repeats = np.ones(len(self._numbers) + 1, dtype=np.int64)
        for number, long in long_of.items():
            repeats[number] = len(long)
        return repeats, long_of


class Numbers(dict[str, int]):
    """Numbers new tokens in the order in which they are asked for."""

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self)
        return number


def _raw_tokens(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct tokens, the number of each token, and how many each text has."""
    numbers = Numbers()
    codes: list[NDArray[np.int64]] = []
    for text in texts:
        tokens = TOKEN.findall(text)
        codes.append(np.fromiter(map(numbers.__getitem__, tokens), np.int64, len(tokens)))
    lengths = np.array([len(part) for part in codes], dtype=np.int64)
    joined = np.concatenate(codes) if codes else np.empty(0, dtype=np.int64)
    return list(numbers), joined, lengths
