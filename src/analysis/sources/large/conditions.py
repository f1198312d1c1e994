"""The conditions that a paper must fulfil: categories, dates, words."""

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
"""A date and its precision ("day", "month" or "year"); None if unknown."""

_CATEGORY = re.compile(r"[A-Za-z-]+(?:\.(?:[A-Za-z-]+|\*))?|\*")


@dataclass(frozen=True)
class Conditions:
    """Conditions; a paper passes if it fulfils all those given.

    Attributes
    ----------
    categories : tuple of str
        Lower case; one of them must be a category of the paper. "cs.*" stands for all of cs.
    first, last : date or None
        At least one day of the paper's date (a day, month or year) must lie between these.
    all_words, any_words : tuple of str
        Terms (see `query_terms`) that title and abstract must contain: all of the first, one of
        the others.
    """

    categories: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    all_words: tuple[str, ...] = ()
    any_words: tuple[str, ...] = ()

    def refuses_category(self, categories: str) -> str:
        """Return why categories, separated by spaces, do not pass; empty if they do."""
        return "" if not self.categories or _is_in(categories, self.categories) else OTHER_CATEGORY

    def refuses_date(self, dated: Dated) -> str:
        """Return why a date does not pass; empty if it does."""
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
    def has_words(self) -> bool:
        """Whether any words are required."""
        return bool(self.all_words or self.any_words)

    def refuses_words(self, title: str, abstract: str | None) -> str:
        """Return why the words of a paper do not pass; empty if they do."""
        text = fold(f"{title} {abstract or ''}")
        # Most papers lack a word even in the middle of words, which is quick to see.
        every = all(part in text for term in self.all_words for part in term.split())
        if not every or (self.any_words and not any(t.split()[0] in text for t in self.any_words)):
            return OTHER_WORDS
        searched = searchable_text(title, abstract)
        every = all(term in searched for term in self.all_words)
        some = not self.any_words or any(term in searched for term in self.any_words)
        return "" if every and some else OTHER_WORDS


def read_conditions(
    *,
    categories: Sequence[str] = (),
    first: str | None = None,
    last: str | None = None,
    words: Sequence[str] = (),
    any_words: Sequence[str] = (),
) -> Conditions:
    """Read conditions as they are written on the command line.

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
        For every condition that cannot be read, together.
    """
    problems = [
        f"{for_terminal(name)} is not a category"
        for name in categories
        if not _CATEGORY.fullmatch(name)
    ]
    ends: list[date | None] = []
    for name, text in (("--from", first), ("--to", last)):
        day, precision, problem = parse_date(text) if text else (None, None, None)
        if text and (day is None or day < EARLIEST):
            problems.append(
                f"{name} {for_terminal(text)} is {problem or 'not a date from 1900 on'}"
            )
        ends.append(last_day(day, precision=precision) if day and name == "--to" else day)
    every, some = _terms(words), _terms(any_words)
    if (words and not every) or (any_words and not some):
        problems.append("the words contain no letter and no digit")
    if ends[0] and ends[1] and ends[0] > ends[1]:
        problems.append(f"--from {for_terminal(first or '')} is after --to")
    if problems:
        raise InputError(
            problems,
            allowed="categories such as cs.CL or cs.*, dates such as 2023, 2023-01 or 2023-01-31, "
            'words and "phrases in quotes"',
            next_step="correct these options",
        )
    return Conditions(
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
def _is_in(categories: str, wanted: tuple[str, ...]) -> bool:
    """Whether one of a paper's categories is wanted; arXiv's metadata has some 10^5 lists."""
    return any(
        name == one or (one.endswith("*") and f"{name}.".startswith(one[:-1]))
        for name in categories.lower().split()
        for one in wanted
    )


def last_day(day: date, *, precision: str | None) -> date:
    """Return the last day of the day, month or year that begins with `day`."""
    if precision == "year":
        return date(day.year, 12, 31)
    if precision == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
    return day
