"""What is asked of a paper: categories, dates, words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal
from analysis.base.query import fold, query_terms, searchable_text

from ..dates.parsing import EARLIEST, parse_date

OTHER_CATEGORY = "another category"
OTHER_DATE = "outside the dates"
UNDATED = "undated"
OTHER_WORDS = "without the words"

Dated = tuple[date | None, str | None]
"""A date and its precision ("day", "month" or "year"); None where unknown."""

_CATEGORY = re.compile(r"[A-Za-z-]+(?:\.(?:[A-Za-z-]+|\*))?|\*")


@dataclass(frozen=True)
class Asked:
    """Filters; a paper passes where all those given hold.

    Attributes
    ----------
    categories : tuple of str
        Lower case; one of them must be a category of the paper. "cs.*" stands for all of cs.
    first, last : date or None
        Some day of what the paper's date names (a day, month or year) must lie between these.
    all_words, any_words : tuple of str
        What the folded words of title and abstract must hold, all of these and one of those; each
        begins with a space, so that words match from their beginning.
    """

    categories: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    all_words: tuple[str, ...] = ()
    any_words: tuple[str, ...] = ()

    def refuses_category(self, categories: str) -> str:
        """Return why categories, separated by spaces, do not pass; else nothing."""
        return "" if not self.categories or _is_in(categories, self.categories) else OTHER_CATEGORY

    def refuses_date(self, dated: Dated) -> str:
        """Return why a date does not pass, else nothing."""
        if self.first is None and self.last is None:
            return ""
        day, precision = dated
        if day is None:
            return UNDATED
        if self.last is not None and day > self.last:
            return OTHER_DATE
        early = self.first is not None and last_day(day, precision=precision) < self.first
        return OTHER_DATE if early else ""

    @property
    def asks_words(self) -> bool:
        """Whether any words are asked for."""
        return bool(self.all_words or self.any_words)

    def refuses_words(self, title: str, abstract: str | None) -> str:
        """Return why the words of a paper do not pass, else nothing."""
        text = fold(f"{title} {abstract or ''}")
        # Most papers lack a word even in the middle of words, which is quick to see.
        every = all(part in text for term in self.all_words for part in term.split())
        if not every or (self.any_words and not any(t.split()[0] in text for t in self.any_words)):
            return OTHER_WORDS
        searched = searchable_text(title, abstract)
        every = all(term in searched for term in self.all_words)
        some = not self.any_words or any(term in searched for term in self.any_words)
        return "" if every and some else OTHER_WORDS


def asked_for(
    *,
    categories: Sequence[str] = (),
    first: str | None = None,
    last: str | None = None,
    words: Sequence[str] = (),
    any_words: Sequence[str] = (),
) -> Asked:
    """Read filters as they are written on the command line.

    Parameters
    ----------
    categories : sequence of str
        Such as "cs.CL" or "cs.*", in any case.
    first, last : str, optional
        A year, month or day, such as 2023-01; the whole of `last` belongs to the range.
    words, any_words : sequence of str
        Words and "phrases in quotes".

    Raises
    ------
    InputError
        For every filter that cannot be read.
    """
    problems = [
        f"{for_terminal(name)} is no category" for name in categories
        if not _CATEGORY.fullmatch(name)
    ]  # fmt: skip
    ends: list[date | None] = []
    for name, text in (("--from", first), ("--to", last)):
        day, precision, problem = parse_date(text) if text else (None, None, None)
        if text and (day is None or day < EARLIEST):
            problems.append(f"{name} {for_terminal(text)} is {problem or 'no date from 1900 on'}")
        ends.append(last_day(day, precision=precision) if day and name == "--to" else day)
    every, some = _terms(words), _terms(any_words)
    if (words and not every) or (any_words and not some):
        problems.append("the words hold no letter and no digit")
    if ends[0] and ends[1] and ends[0] > ends[1]:
        problems.append(f"--from {for_terminal(first or '')} is after --to")
    if problems:
        raise InputError(
            problems,
            allowed="categories such as cs.CL or cs.*, dates such as 2023, 2023-01 or 2023-01-31, "
            'words and "phrases in quotes"',
            next_step="mend these options",
        )
    return Asked(
        categories=tuple(name.lower() for name in categories),
        first=ends[0],
        last=ends[1],
        all_words=every,
        any_words=some,
    )


def _terms(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the terms of several texts; a word with a hyphen is a phrase."""
    terms = (term for text in texts for term in query_terms(text, join_hyphens=True))
    return tuple(dict.fromkeys(terms))


@lru_cache(maxsize=1 << 17)
def _is_in(categories: str, asked: tuple[str, ...]) -> bool:
    """Whether one of the categories of a paper is asked for; the dump has some 10^5 lists."""
    return any(
        name == one or (one.endswith("*") and f"{name}.".startswith(one[:-1]))
        for name in categories.lower().split()
        for one in asked
    )


def last_day(day: date, *, precision: str | None) -> date:
    """Return the last day of the day, month or year that begins with `day`."""
    if precision == "year":
        return date(day.year, 12, 31)
    if precision == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
    return day
