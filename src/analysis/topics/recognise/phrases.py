"""Phrases of topic definitions, found in a text in one pass over its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis.base.words import WORD, fold_word

GAP = "..."
MOST_BETWEEN = 8
"""Words that a gap ("introduce ... dataset") may stand for, at most."""

LETTERS = 3
"""Letters that a word with a * needs at least."""

STRONG, WEAK, EXCLUDED = "strong", "weak", "excluded"


@dataclass(frozen=True)
class Pattern:
    """One way to write one phrase: its words, folded, in order.

    `needed`: those of them that a text must hold as they stand.
    """

    words: tuple[str, ...]
    phrase: str
    owner: int
    level: str
    needed: frozenset[str]


class Hit(NamedTuple):
    """A phrase found: where it starts and ends in the words, and how it stood there."""

    start: int
    end: int
    pattern: Pattern
    found: str


class Matcher(dict[str, list[Pattern]]):
    """All patterns of all topics: a folded word -> those that it may start.

    What a word starts is worked out when it is first asked for.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        super().__init__()
        self._exact: dict[str, list[Pattern]] = {}
        self._open: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            first = pattern.words[0]
            if "*" not in first:
                self._exact.setdefault(first, []).append(pattern)
            else:
                start = "" if first[0] == "*" else first.rstrip("*")[:LETTERS]
                self._open.setdefault(start, []).append(pattern)

    def __missing__(self, word: str) -> list[Pattern]:
        may = [*self._open.get(word[:LETTERS], ()), *self._open.get("", ())]
        fitting = [pattern for pattern in may if _fits(word, pattern.words[0])]
        starting = self[word] = [*self._exact.get(word, ()), *fitting]
        return starting


def sequences(text: str) -> list[list[str]]:
    """Return the folded words of `text`, hyphenated ones apart and, where that differs, joined.

    So a phrase is found however it is written: "fine-tuning" stands as "fine tuning" in the first
    list and as "finetuning" in the second.
    """
    words = WORD.findall(text)
    joined = [fold_word(word) for word in words]
    if "-" not in text:
        return [joined]
    return [[fold_word(part) for word in words for part in word.split("-")], joined]


def phrase_forms(phrase: str) -> list[tuple[str, ...]]:
    """Return the ways to write `phrase`, as folded words with `*` and `...` kept; [] if none.

    A phrase holds words, with a final or an initial `*` for any ending or beginning of a word,
    and `...` for at most eight words; it starts and ends with a word.
    """
    forms: dict[tuple[str, ...], None] = {}
    for way in (0, -1):
        words: list[str] = []
        for part in phrase.split():
            words += [GAP] if part == GAP else _part(part, way=way)
        if words and words[0] != GAP and words[-1] != GAP and "" not in words:
            forms[tuple(words)] = None
    return list(forms)


def _part(part: str, *, way: int) -> list[str]:
    folded = sequences(part.strip("*"))[way]
    if folded and part.endswith("*"):
        folded = [*folded[:-1], folded[-1] + "*"]
    if folded and part.startswith("*"):
        folded = ["*" + folded[0], *folded[1:]]
    return folded


def matcher(phrases: Sequence[tuple[str, int, str]]) -> Matcher:
    """Prepare phrases, each with the number of its topic and its level, for `find`."""
    made: dict[tuple[object, ...], Pattern] = {}
    for phrase, owner, level in phrases:
        for words in phrase_forms(phrase):
            needed = frozenset(word for word in words if word != GAP and "*" not in word)
            made.setdefault((words, owner, level), Pattern(words, phrase, owner, level, needed))
    return Matcher(list(made.values()))


def find(words: Sequence[str], *, matcher: Matcher) -> list[Hit]:
    """Return every phrase that stands in `words`, in order of its place.

    Parameters
    ----------
    words : sequence of str
        One of the lists that `sequences` gives.
    matcher : Matcher
    """
    begun = [(start, patterns) for start, word in enumerate(words) if (patterns := matcher[word])]
    if not begun:
        return []
    present = set(words)
    hits = []
    for start, patterns in begun:
        for pattern in patterns:
            if len(pattern.words) == 1:
                hits.append(Hit(start, start + 1, pattern, words[start]))
            elif pattern.needed <= present and (end := _end(words, pattern.words, at=start)):
                hits.append(Hit(start, end, pattern, " ".join(words[start:end])))
    return hits


def not_excluded(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that speak for a topic: those that no excluded phrase of it overlaps."""
    barred: dict[int, list[Hit]] = {}
    for hit in hits:
        if hit.pattern.level == EXCLUDED:
            barred.setdefault(hit.pattern.owner, []).append(hit)
    if not barred:
        return list(hits)
    return [
        hit
        for hit in hits
        if hit.pattern.level != EXCLUDED
        and not any(
            other.start < hit.end and hit.start < other.end
            for other in barred.get(hit.pattern.owner, ())
        )
    ]


def _fits(word: str, pattern: str) -> bool:
    if pattern[0] == "*":
        return pattern.strip("*") in word if pattern[-1] == "*" else word.endswith(pattern[1:])
    return word.startswith(pattern[:-1]) if pattern[-1] == "*" else word == pattern


def _end(words: Sequence[str], pattern: tuple[str, ...], *, at: int) -> int:
    """Return where `pattern`, whose first word stands at `at`, ends; 0 where it does not fit."""
    place = at + 1
    for number, wanted in enumerate(pattern[1:], start=1):
        if wanted == GAP:
            rest = pattern[number + 1 :]
            for skip in range(MOST_BETWEEN + 1):
                start = place + skip
                if start < len(words) and _fits(words[start], rest[0]):
                    end = _end(words, rest, at=start)
                    if end:
                        return end
            return 0
        if place >= len(words) or not _fits(words[place], wanted):
            return 0
        place += 1
    return place
