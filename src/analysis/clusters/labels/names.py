"""Phrases completed to the fixed names that they are part of, and written as the papers do."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from analysis.base.words import STOP_WORDS

from .acronyms import short_form
from .occurrences import TOKEN, Phrase, PhraseIndex
from .phrases import ends_phrase, may_head

LONGEST_NAME = 6
MIXED = "Mixed: "
"""How the label of a cluster begins that no phrase covers."""

_ALWAYS, _ALWAYS_AFTER = 0.6, 0.5
_FEWEST = 3
_READ = 12
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_NOUNS_AFTER = frozenset("analysis code design field problem process set".split())
_LINKS = frozenset({"of", "in", "for", "to", "and", "with", "from"})


def complete_name(index: PhraseIndex, phrase: Phrase, *, members: NDArray[np.bool_]) -> Phrase:
    """Extend a phrase by the words that nearly always stand next to it.

    "East respiratory syndrome" becomes "Middle East respiratory syndrome" if at least 60 % of its
    occurrences in the papers of a cluster, and at least three, follow that word; a word that
    follows is taken from 50 % on. A function word is only taken together with the word before it
    ("mixture of experts").

    Parameters
    ----------
    index : PhraseIndex
        Of n papers.
    phrase : tuple of int
    members : ndarray of bool, shape (n,)
        The papers of the cluster.

    Returns
    -------
    tuple of int
        At most six words.
    """
    while len(phrase) < LONGEST_NAME:
        places = index.positions(phrase)
        places = places[members[index.text_of_word[places]]]
        if len(places) < _FEWEST:
            break
        longer = _to_the_left(index, phrase, places=places)
        longer = longer or _to_the_right(index, phrase, places=places)
        if longer is None or len(longer) > LONGEST_NAME:
            break
        phrase = longer
    return phrase


def _to_the_left(index: PhraseIndex, phrase: Phrase, *, places: NDArray[np.int64]) -> Phrase | None:
    before = _neighbours(index, places, offset=-1)
    word = _commonest(before, least=_ALWAYS * len(places))
    if word is None:
        return None
    name = index.names[word]
    if name not in STOP_WORDS:
        return (word, *phrase) if len(name) > 1 else None
    if name not in _LINKS:
        return None
    first = _commonest(
        _neighbours(index, places[before == word], offset=-2), least=_ALWAYS * len(places)
    )
    if first is None or index.names[first] in STOP_WORDS or ends_phrase(index.names[first]):
        return None
    return (first, word, *phrase)


def _to_the_right(
    index: PhraseIndex, phrase: Phrase, *, places: NDArray[np.int64]
) -> Phrase | None:
    after = _neighbours(index, places, offset=len(phrase))
    word = _commonest(after, least=_ALWAYS_AFTER * len(places))
    if word is None or index.names[word] in STOP_WORDS:
        return None
    if not may_head(index.names[word]) and index.names[word] not in _NOUNS_AFTER:
        return None
    return (*phrase, word)


def _neighbours(index: PhraseIndex, places: NDArray[np.int64], *, offset: int) -> NDArray[np.int64]:
    """Return the word at a distance from each place in the same text, -1 if there is none."""
    there = np.clip(places + offset, 0, max(len(index.words) - 1, 0))
    same = (there == places + offset) & (index.text_of_word[there] == index.text_of_word[places])
    return np.where(same, index.words[there], -1)


def _commonest(words: NDArray[np.int64], *, least: float) -> int | None:
    if not len(words):
        return None
    values, counts = np.unique(words, return_counts=True)
    best = int(counts.argmax())
    return int(values[best]) if values[best] >= 0 and counts[best] >= least else None


def ending_share(index: PhraseIndex, phrase: Phrase, *, members: NDArray[np.bool_]) -> float:
    """Return the share of a phrase's occurrences in a cluster at the end of a noun phrase.

    Parameters are those of `complete_name`.
    """
    places = index.positions(phrase)
    places = places[members[index.text_of_word[places]]]
    if not len(places):
        return 0.0
    after = _neighbours(index, places, offset=len(phrase))
    return float(index.breaks(ends_phrase)[after].mean())


def written_form(
    index: PhraseIndex, phrase: Phrase, *, texts: list[str], rows: NDArray[np.int64]
) -> tuple[str, str]:
    """Return a phrase as papers write it most often, and its acronym if many use one.

    Parameters
    ----------
    index : PhraseIndex
    phrase : tuple of int
    texts : list of str
        The texts of the index.
    rows : ndarray of int64
        Papers that say the phrase; the first twelve are read.

    Returns
    -------
    written : str
        A usual spelling in their abstracts, at least a quarter as common as the commonest; the
        plural if there is one, and the one with the fewest capitals. The folded words if the papers
        only write the acronym.
    acronym : str
        The short form, if a third of these papers write it; else "".
    """
    spellings: Counter[str] = Counter()
    shorts: Counter[str] = Counter()
    read = rows[:_READ].tolist()
    for row in read:
        found = _spellings(index, phrase, text=texts[row])
        short = {short_form(spelling) for spelling in found} & set(index.acronyms)
        shorts.update(short)
        spellings.update(spelling for spelling in found if short_form(spelling) not in short)
    acronym = min(shorts, key=lambda s: (-shorts[s], s)) if shorts else ""
    if not spellings:
        return index.key(phrase), acronym
    written = min(spellings, key=lambda s: (-spellings[s], sum(c.isupper() for c in s), s))
    usual = [s for s in spellings if 4 * spellings[s] >= spellings[written]]
    written = min(
        usual, key=lambda s: (not s.endswith("s"), sum(c.isupper() for c in s), -spellings[s], s)
    )
    return written, acronym if 3 * sum(shorts.values()) >= len(read) else ""


def label_phrases(label: str, *, index: PhraseIndex) -> list[Phrase]:
    """Return the phrases of a label as it is written, without acronyms in brackets."""
    parts = _BRACKETS.sub("", label.removeprefix(MIXED)).replace(" · ", ", ").split(", ")
    return [phrase for part in parts if (phrase := index.phrase(part))]


def _spellings(index: PhraseIndex, phrase: Phrase, *, text: str) -> set[str]:
    """Return the parts of a text that are the phrase; those that end a noun phrase if any do.

    What ends a noun phrase is spelled as a noun ("robots", not "robot" as in "robot arm").
    """
    text = text.partition(". ")[2] or text
    tokens = list(TOKEN.finditer(text))
    ending: set[str] = set()
    inside: set[str] = set()
    for start, token in enumerate(tokens):
        if not index.may_begin(phrase, token=token.group()):
            continue
        for stop in range(start + 1, min(start + len(phrase) + 2, len(tokens)) + 1):
            part = text[token.start() : tokens[stop - 1].end()]
            if index.phrase(part) == phrase:
                after = tokens[stop].group().lower() if stop < len(tokens) else "."
                goes_on = after[0].isalnum() and not ends_phrase(after)
                spelled = " ".join(part.split()).removesuffix("'s").removesuffix("’s")
                (inside if goes_on else ending).add(spelled)
                break
    return ending or inside
