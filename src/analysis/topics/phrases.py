"""Phrases of topic definitions, found in a text in one pass over its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis.base.words import WORD, fold_word

GAP = "..."
MOST_BETWEEN = 8
"""Most words that a gap ("introduce ... dataset") stands for."""

LETTERS = 3
"""Fewest letters of a word with a *."""

STRONG, WEAK, EXCLUDED = "strong", "weak", "excluded"


@dataclass(frozen=True)
class Pattern:
    """One spelling of a phrase.

    Attributes
    ----------
    words : tuple of str
        Folded, in order, with `*` and `...`.
    phrase : str
        As defined.
    owner : int
        Number of its topic.
    level : str
    needed : frozenset of str
        Words that a text must contain literally.
    """

    words: tuple[str, ...]
    phrase: str
    owner: int
    level: str
    needed: frozenset[str]


class Hit(NamedTuple):
    """A phrase in a text: the words it starts at and ends before, and how it is written there."""

    start: int
    end: int
    pattern: Pattern
    found: str


class Matcher(dict[str, list[Pattern]]):
    """All patterns of all topics: a folded word -> the patterns that it may start.

    The patterns of a word are looked up once, when it first occurs.
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
        candidates = [*self._open.get(word[:LETTERS], ()), *self._open.get("", ())]
        fitting = [pattern for pattern in candidates if _fits(word, pattern.words[0])]
        patterns = self[word] = [*self._exact.get(word, ()), *fitting]
        return patterns


def sequences(text: str) -> list[list[str]]:
    """Return the folded words of `text`, hyphenated ones split and, if that differs, joined.

    So a phrase is found however it is written: "fine-tuning" is "fine tuning" in the first list
    and "finetuning" in the second.
    """
    words = WORD.findall(text)
    joined = list(map(fold_word, words))
    if "-" not in text:
        return [joined]
    return [[fold_word(part) for word in words for part in word.split("-")], joined]


def phrase_forms(phrase: str) -> list[tuple[str, ...]]:
    """Return the spellings of `phrase`, as folded words with `*` and `...` kept; [] if none.

    A phrase consists of words, with `*` at the end or start for any ending or beginning, and
    `...` for at most eight words; it starts and ends with a word.
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


def phrase_matcher(phrases: Sequence[tuple[str, int, str]]) -> Matcher:
    """Prepare phrases, each with the number of its topic and its level, for `find_phrases`."""
    patterns: dict[tuple[object, ...], Pattern] = {}
    for phrase, owner, level in phrases:
        for words in phrase_forms(phrase):
            needed = frozenset(word for word in words if word != GAP and "*" not in word)
            patterns.setdefault((words, owner, level), Pattern(words, phrase, owner, level, needed))
    return Matcher(list(patterns.values()))


def find_phrases(words: Sequence[str], *, matcher: Matcher) -> list[Hit]:
    """Return every phrase in `words`, in order of its position.

    Parameters
    ----------
    words : sequence of str
        One of the lists that `sequences` returns.
    matcher : Matcher
    """
    starts = [(start, patterns) for start, word in enumerate(words) if (patterns := matcher[word])]
    if not starts:
        return []
    present = set(words)
    hits = []
    for start, patterns in starts:
        for pattern in patterns:
            if len(pattern.words) == 1:
                hits.append(Hit(start, start + 1, pattern, words[start]))
            elif pattern.needed <= present and (end := _end(words, pattern.words, start=start)):
                hits.append(Hit(start, end, pattern, " ".join(words[start:end])))
    return hits


def drop_excluded(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that count for a topic: those that none of its excluded phrases overlaps."""
    excluded: dict[int, list[Hit]] = {}
    for hit in hits:
        if hit.pattern.level == EXCLUDED:
            excluded.setdefault(hit.pattern.owner, []).append(hit)
    if not excluded:
        return list(hits)
    return [
        hit
        for hit in hits
        if hit.pattern.level != EXCLUDED
        and not any(
            other.start < hit.end and hit.start < other.end
            for other in excluded.get(hit.pattern.owner, ())
        )
    ]


def _fits(word: str, pattern: str) -> bool:
    if pattern[0] == "*":
        return pattern.strip("*") in word if pattern[-1] == "*" else word.endswith(pattern[1:])
    return word.startswith(pattern[:-1]) if pattern[-1] == "*" else word == pattern


def _end(words: Sequence[str], pattern: tuple[str, ...], *, start: int) -> int:
    """Return where `pattern`, whose first word is at `start`, ends; 0 if it does not match."""
    place = start + 1
    for number, wanted in enumerate(pattern[1:], start=1):
        if wanted == GAP:
            rest = pattern[number + 1 :]
            for after in range(place, min(place + MOST_BETWEEN + 1, len(words))):
                if _fits(words[after], rest[0]) and (end := _end(words, rest, start=after)):
                    return end
            return 0
        if place >= len(words) or not _fits(words[place], wanted):
            return 0
        place += 1
    return place
