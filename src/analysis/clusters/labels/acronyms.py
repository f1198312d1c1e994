"""Acronyms that papers define themselves, as in "retrieval-augmented generation (RAG)"."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from analysis.base.words import fold_word

_IN_BRACKETS = re.compile(r" \(([A-Z][A-Za-z0-9-]{1,9})\)")
_SIGN = re.compile(r"[^\w\s'’-]")
_LONGEST = 100
_SHORT = re.compile(r"[A-Za-z]*[A-Z][A-Za-z]*[A-Z][A-Za-z0-9]*")
_LEAST_DEFINITIONS, _LEAST_SHARE = 2, 0.7
_SKIPPED = frozenset("a an and by for from in of on or the to via with".split())


def short_form(token: str) -> str:
    """Return a token with at least two capitals as an acronym, without a plural s; else ""."""
    if not _SHORT.fullmatch(token):
        return ""
    return token[:-1] if token[-1] == "s" and token[:-1].isupper() else token


def find_acronyms(texts: Sequence[str]) -> dict[str, str]:
    """Find acronyms and their long forms, as Schwartz & Hearst (2003) do, by initials alone.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    dict of str to str
        From the acronym as written, without a plural s, to the folded words of its long form. One
        of several long forms is taken if at least two texts, and 70 % of those that define the
        acronym, give it.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for short, long in {_definition(text, match) for match in _IN_BRACKETS.finditer(text)}:
            if long:
                found[short][long] += 1
    return {
        short: long
        for short, counter in sorted(found.items())
        for long, n in counter.most_common(1)
        if n >= _LEAST_DEFINITIONS and n >= _LEAST_SHARE * counter.total()
    }


def _definition(text: str, match: re.Match[str]) -> tuple[str, str]:
    """Return the acronym that stands in brackets, and the long form before it or ""."""
    short = short_form(match.group(1).replace("-", ""))
    before = text[max(0, match.start() - _LONGEST) : match.start()]
    return short, _long_form(_SIGN.split(before)[-1].split(), short=short) if short else ""


def _long_form(words: Sequence[str], *, short: str) -> str:
    """Return the last words whose initials spell the acronym, folded; "" if there are none."""
    parts = [part for word in words for part in word.split("-") if part]
    letters = [letter.lower() for letter in short if letter.isalpha()]
    place = len(parts)
    for letter in reversed(letters):
        place -= 1
        while place >= 0 and parts[place][0].lower() != letter and parts[place] in _SKIPPED:
            place -= 1
        if place < 0 or parts[place][0].lower() != letter:
            return ""
    if len(parts) - place < 2 or parts[place].lower() in _SKIPPED:
        return ""
    return " ".join(fold_word(part) for part in parts[place:])
