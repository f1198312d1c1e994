"""Sentences and abstracts that return in many records, whatever these are about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from analysis.base.words import content_words

FEWEST = 5
"""Records in which a sentence or an abstract must return …"""

LEAST_SHARE = 0.01
"""… and for a sentence their share of all records."""

MOST_ELSEWHERE = 0.1
"""Share of these records above which none of its words may stand in the rest of their texts: a
sentence that says what papers are about shares words with them."""

LONGEST = 300
MOST_AT_AN_END = 5
_ENDS = (". ", "? ", "! ")
_NUMBER = re.compile(r"\d+")


def sentence_key(sentence: str) -> str:
    """Return the form in which sentences are compared: no case, each number 0."""
    return " ".join(_NUMBER.sub("0", sentence).casefold().split())


def repeated_sentences(titles: Sequence[str], abstracts: Sequence[str | None]) -> tuple[str, ...]:
    """Find sentences at the start or end of abstracts that return and carry no subject.

    Parameters
    ----------
    titles, abstracts : sequence of str, length n
        Abstracts without the lines and headings that are found by rule; None where there is none.

    Returns
    -------
    tuple of str
        Keys (`sentence_key`), sorted: in at least `FEWEST` records and `LEAST_SHARE` of those with
        an abstract, with no word that more than `MOST_ELSEWHERE` of these records say elsewhere.
    """
    known = [row for row, text in enumerate(abstracts) if text]
    if len(known) < FEWEST:
        return ()
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row in known:
        for key in {sentence_key(one) for one in _ends(abstracts[row] or "")}:
            rows_of[key].append(row)
    least = max(FEWEST, LEAST_SHARE * len(known))
    out = []
    for key, rows in rows_of.items():
        if len(rows) >= least and 0 < len(key) <= LONGEST:
            rests = (f"{titles[r]}. {_without(abstracts[r] or '', keys={key})}" for r in rows)
            if not _carries_subject(key, rests=rests, n=len(rows)):
                out.append(key)
    return tuple(sorted(out))


def repeated_abstracts(titles: Sequence[str], abstracts: Sequence[str | None]) -> frozenset[str]:
    """Return short abstracts of at least `FEWEST` records that share no word with their titles."""
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(abstracts):
        if text and len(text) <= LONGEST:
            rows_of[text].append(row)
    return frozenset(
        text
        for text, rows in rows_of.items()
        if len(rows) >= FEWEST
        and not _carries_subject(text, rests=(titles[r] for r in rows), n=len(rows))
    )


def without_repeated(text: str, *, keys: Collection[str]) -> str:
    """Return `text` without sentences at its start and end whose key is one of `keys`."""
    return _without(text, keys=keys) if keys else text


def _ends(text: str) -> list[str]:
    first, last = _first_sentence(text), _last_sentence(text)
    return [one for one in (first, last) if one and len(one) < len(text)]


def _first_sentence(text: str) -> str:
    """Return the first sentence, "" if it is longer than `LONGEST`."""
    places = (text.find(end, 0, LONGEST) for end in _ENDS)
    place = min((place for place in places if place >= 0), default=-1)
    return text[: place + 1] if place >= 0 else text if len(text) <= LONGEST else ""


def _last_sentence(text: str) -> str:
    """Return the last sentence, "" if it is longer than `LONGEST`."""
    place = max(text.rfind(end, max(len(text) - LONGEST, 0)) for end in _ENDS)
    return text[place + 2 :] if place >= 0 else text if len(text) <= LONGEST else ""


def _without(text: str, *, keys: Collection[str]) -> str:
    for _ in range(MOST_AT_AN_END):
        first = _first_sentence(text)
        if not first or sentence_key(first) not in keys:
            break
        text = text[len(first) :].lstrip()
    for _ in range(MOST_AT_AN_END):
        last = _last_sentence(text)
        if not last or sentence_key(last) not in keys:
            break
        text = text[: -len(last)].rstrip()
    return text


def _carries_subject(text: str, *, rests: Iterable[str], n: int) -> bool:
    words = set(content_words(text))
    counts = dict.fromkeys(words, 0)
    for rest in rests:
        for word in words & set(content_words(rest)):
            counts[word] += 1
            if counts[word] > MOST_ELSEWHERE * n:
                return True
    return not words
