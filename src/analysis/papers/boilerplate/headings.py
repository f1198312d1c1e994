"""Headings of structured abstracts, where they stand as headings: at the start of a sentence.

"METHODS:", "Objective —" and "Results." are headings wherever a sentence begins; in brackets if
there are three in one text; without a sign only in capitals ("DESIGN Randomised trial"), or if at
least two of the best known ones stand in one text ("Background Sleep is … Methods We …"). Those of
other languages ("Objetivo:", "【目的】") need a sign or brackets.
"""

from __future__ import annotations

import re

from .vocabulary import (
    BARE_HEADINGS,
    HAN_HEADINGS,
    HEADING_CORE,
    HEADING_WORDS,
    OPENINGS,
    OTHER_HEADINGS,
)

MOST_WORDS = 9
FEWEST_BRACKETED = 3
"""Headings in brackets of an abstract that they structure; fewer are marks in running text."""

_NOT_LAST = frozenset("and as at for in is of on or the to with".split())
_START = re.compile(r"(?:^|[.!?;:)\]\"”’])[\s\"“]{0,3}(?=[\[(<]?[A-ZÀ-Þ])")
_FIRST = re.compile(r"[\[(<]?([A-ZÀ-Þ][A-Za-zÀ-ÿ]*)")
_SIGNED = re.compile(
    r"[\[(<]?(?P<words>[A-ZÀ-Þ][A-Za-zÀ-ÿ/&,'’\- ]{1,79}?)[\])>]?"
    r"\s?(?::[\s—–-]{0,3}|\?\s(?=[A-ZÀ-Þ])|\.?\s?[—–]\s?|\s--?\s|\.-{1,2}\s?|\.(?=\s|$))"
)
_BRACKETED = re.compile(r"[\[<](?P<words>[A-Z][A-Za-z/&,'’\- ]{1,79})[\]>]\s?")
_CAPITALS = re.compile(
    r"(?P<words>[A-Z][A-Z/&,\-]{1,40}(?: (?:&|[A-Z][A-Z/&,\-]{1,40})){0,8})\s(?=[A-Za-z\d(\"“])"
)
_OPENING = re.compile(r"[A-Z][a-z ]|[A-Z][A-Z-]{0,20}[a-z]|[\d(\"“]")
_BARE = re.compile(r"(?P<words>[A-Z][a-z]+(?:(?:/| and | & )[A-Za-z]?[a-z]+)?)\s(?=[A-Z0-9])")
_LEADING = re.compile(r"\s*(?:Abstract|ABSTRACT|Summary|SUMMARY)\s(?=(?P<next>[A-Z][A-Za-z]*))")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_HAN = re.compile(
    rf"(?:(?<=^)|(?<=[。；;.!?\s]))(?:[【〔［\[](?:{HAN_HEADINGS})[】〕］\]]|(?:{HAN_HEADINGS})(?=[:：]))\s?[:：]?\s?"
)
_FIRST_WORDS = HEADING_WORDS | {heading.split()[0] for heading in OTHER_HEADINGS}


def without_headings(text: str) -> str:
    """Return `text` without headings, and without a leading "Abstract" or "Summary".

    The text itself if it has none. Takes time in proportion to its length.
    """
    if (match := _LEADING.match(text)) and match["next"].casefold() in OPENINGS:
        text = text[match.end() :]
    if not text.isascii():
        text = _HAN.sub("", text) if _HAN.search(text) else text
    cuts: list[tuple[int, int]] = []
    bracketed: list[tuple[int, int]] = []
    bare: list[re.Match[str]] = []
    for start in _starts(text):
        match = next(filter(None, (p.match(text, start) for p in (_SIGNED, _BRACKETED))), None)
        if match and (_is_heading(match["words"]) or _is_abroad(match["words"])):
            (cuts if match.re is _SIGNED else bracketed).append(match.span())
        elif n := _capitals_before_text(text, start=start):
            cuts.append((start, start + n))
        elif (match := _BARE.match(text, start)) and _is_bare_heading(match["words"]):
            bare.append(match)
    if len({match["words"].casefold() for match in bare}) >= 2:
        cuts += [match.span() for match in bare]
    if len(bracketed) >= FEWEST_BRACKETED:
        cuts += bracketed
    return _cut(text, spans=sorted(cuts)) if cuts else text


def _starts(text: str) -> list[int]:
    """Return where a sentence begins with a word that headings begin with."""
    ends = (match.end() for match in _START.finditer(text))
    firsts = ((end, _FIRST.match(text, end)) for end in ends)
    return [end for end, first in firsts if first and first[1].casefold() in _FIRST_WORDS]


def _capitals_before_text(text: str, *, start: int) -> int:
    """Return the length of a heading in capitals without a sign; 0 if there is none.

    The text may begin with one other word in capitals: "METHODS HIV patients took part".
    """
    match = _CAPITALS.match(text, start)
    if match is None:
        return 0
    words = match["words"]
    if _is_heading(words):
        return match.end() - start if _OPENING.match(text, match.end()) else 0
    head = words.rpartition(" ")[0]
    is_head = text[match.end() : match.end() + 1].islower() and _is_heading(head)
    return len(head) + 1 if is_head else 0


def _is_heading(text: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(text)]
    if not 0 < len(words) <= MOST_WORDS or not all(word in HEADING_WORDS for word in words):
        return False
    return words[-1] not in _NOT_LAST and any(word in HEADING_CORE for word in words)


def _is_abroad(words: str) -> bool:
    return " ".join(words.casefold().split()) in OTHER_HEADINGS


def _is_bare_heading(words: str) -> bool:
    first, *others = (word.casefold() for word in _WORD.findall(words))
    if not others:
        return first in BARE_HEADINGS
    return others[-1] in BARE_HEADINGS and first in HEADING_WORDS


def _cut(text: str, *, spans: list[tuple[int, int]]) -> str:
    parts, place = [], 0
    for start, end in spans:
        parts.append(text[place:start])
        place = max(place, end)
    parts.append(text[place:])
    return " ".join(filter(None, (part.strip() for part in parts)))
