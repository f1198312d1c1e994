"""A query of arXiv's, and the days of submission it is limited to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.base.errors import InputError

FIRST_DAY = date(1991, 8, 1)
"""arXiv begins in August 1991."""


@dataclass(frozen=True)
class Query:
    """A query, and the days of first submission it is limited to, both given or neither."""

    text: str
    first: date | None = None
    last: date | None = None

    @property
    def search(self) -> str:
        """The query as the API takes it."""
        if self.first is None or self.last is None:
            return self.text
        days = f"submittedDate:[{self.first:%Y%m%d}0000 TO {self.last:%Y%m%d}2359]"
        return f"({self.text}) AND {days}" if self.text else days

    @property
    def name(self) -> str:
        """The days, in words that can stand in a file name."""
        return f"{self.first}--{self.last}" if self.first else "all"


def checked(query: str, *, first: date | None, last: date | None, today: date) -> Query:
    """Return a query with its days; an open end is today, an open beginning arXiv's.

    Raises
    ------
    InputError
        For a query or days that are none.
    """
    text = " ".join(query.split())
    problems = []
    if not text and first is None and last is None:
        problems.append("neither a query nor days")
    if len(text) > 2000 or not text.isprintable():
        problems.append("a query that is too long or holds control characters")
    if first is None and last is None and not problems:
        return Query(text)
    begin, end = first or FIRST_DAY, last or today
    if begin > end:
        problems.append(f"--from {begin} is after --to {end}")
    if begin < FIRST_DAY or end > today:
        problems.append(f"the days {begin} to {end}")
    if problems:
        raise InputError(
            problems,
            allowed=f"a query such as cat:cs.CL, and days from {FIRST_DAY} to {today} (UTC)",
            next_step="correct the query, --from and --to",
        )
    return Query(text, begin, end)


def slug(text: str) -> str:
    """Return a query in words that can stand in a file name."""
    words = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return words[:60].strip("-") or "papers"


def halves(query: Query) -> tuple[Query, Query]:
    """Return the later and the earlier half of the days of a query."""
    assert query.first is not None
    assert query.last is not None
    middle = query.first + timedelta(days=(query.last - query.first).days // 2)
    later = Query(query.text, middle + timedelta(days=1), query.last)
    return later, Query(query.text, query.first, middle)
