"""The arXiv API: a query with its days of submission, and the Atom feed that answers it.

The API: https://info.arxiv.org/help/api/user-manual.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element, ParseError

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .response import PermanentError, TransientError, first_words

FIRST_DAY = date(1991, 8, 1)
"""arXiv begins in August 1991."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ERROR = "an error: "
_MANUAL = "https://info.arxiv.org/help/api/user-manual.html#query_details"
_REQUIRED = ("id", "title", "published")
_ALLOWED = "an Atom feed whose entries have id, title and published"


@dataclass(frozen=True)
class Query:
    """A query and the days of first submission it is limited to: both days or neither."""

    text: str
    first: date | None = None
    last: date | None = None

    @property
    def search(self) -> str:
        """The query as the API expects it."""
        if self.first is None or self.last is None:
            return self.text
        days = f"submittedDate:[{self.first:%Y%m%d}0000 TO {self.last:%Y%m%d}2359]"
        return f"({self.text}) AND {days}" if self.text else days

    @property
    def name(self) -> str:
        """The days in a form that can be part of a file name."""
        return f"{self.first}--{self.last}" if self.first else "all"


def parse_query(query: str, *, first: date | None, last: date | None, today: date) -> Query:
    """Return a query with its days; an open range ends today or begins with arXiv.

    Raises
    ------
    InputError
        If the query or the days are invalid.
    """
    text = " ".join(query.split())
    problems = []
    if not text and first is None and last is None:
        problems.append("neither a query nor days")
    if len(text) > 2000 or not text.isprintable():
        problems.append("a query that is too long or contains control characters")
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
    """Return a query in a form that can be part of a file name."""
    words = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return words[:60].strip("-") or "papers"


def halves(query: Query) -> tuple[Query, Query]:
    """Return the later and the earlier half of the days of a query."""
    assert query.first is not None
    assert query.last is not None
    middle = query.first + timedelta(days=(query.last - query.first).days // 2)
    later = Query(query.text, middle + timedelta(days=1), query.last)
    return later, Query(query.text, query.first, middle)


# feeds


@dataclass(frozen=True)
class Entry:
    """A paper of a feed; `paper_id` is its id without address and version."""

    paper_id: str
    title: str
    published: str
    abstract: str


@dataclass(frozen=True)
class Feed:
    """One page: its papers, how many the query finds in total, and where the page begins."""

    entries: tuple[Entry, ...]
    total: int
    start: int | None


def read_feed(body: bytes) -> Feed:
    """Read one page.

    Raises
    ------
    TransientError
        If it is not XML: a page of HTML, a response that breaks off.
    PermanentError
        If it is an error of the API, another kind of XML, or has entries without id, title or
        date; the message names the fields that are there.
    """
    root = _root(body)
    if root.tag != f"{_ATOM}feed":
        if root.tag.rpartition("}")[2].lower() == "html":
            raise TransientError(f"a page of HTML ({first_words(body)})")
        raise PermanentError(
            f"XML that is not an Atom feed (its root is {clean(root.tag)[:80]})", allowed=_ALLOWED
        )
    elements = root.findall(f"{_ATOM}entry")
    if (error := next(filter(_is_error, elements), None)) is not None:
        message = first_lines(clean(_text(error, "summary") or _text(error, "id")), limit=160)
        raise PermanentError(
            f"{_ERROR}{message}",
            allowed='a query that arXiv understands, such as cat:cs.CL or ti:"topic models"',
            next_step=f"correct the query: {_MANUAL}",
            is_query=True,
        )
    entries = tuple(_entry(element, number=i) for i, element in enumerate(elements, 1))
    total = _number(root, "totalResults")
    return Feed(
        entries, total=len(entries) if total is None else total, start=_number(root, "startIndex")
    )


def _root(body: bytes) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        words = first_words(body)
        raise TransientError(f"invalid XML ({words or 'empty'})") from None


def _text(entry: Element, name: str) -> str:
    element = entry.find(f"{_ATOM}{name}")
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _is_error(entry: Element) -> bool:
    return _text(entry, "title") == "Error" or "/api/errors" in _text(entry, "id")


def _entry(entry: Element, *, number: int) -> Entry:
    from ..ids import arxiv_id

    texts = {name: _text(entry, name) for name in _REQUIRED}
    missing = [name for name, text in texts.items() if not text]
    if missing:
        names = ", ".join(clean(child.tag.rpartition("}")[2])[:30] for child in list(entry)[:15])
        raise PermanentError(
            f"an entry without {' and '.join(missing)} (number {number} of the page, with "
            f"{names or 'nothing'})",
            allowed=_ALLOWED,
        )
    return Entry(
        arxiv_id(texts["id"]) or texts["id"],
        title=texts["title"],
        published=texts["published"],
        abstract=_text(entry, "summary"),
    )


def _number(root: Element, name: str) -> int | None:
    element = root.find(f"{_SEARCH}{name}")
    text = "" if element is None else (element.text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def error_message(body: bytes) -> str:
    """Return the message of an error of the API; empty if it is not a feed."""
    try:
        read_feed(body)
    except TransientError:
        return ""
    except PermanentError as problem:
        return str(problem).removeprefix(_ERROR) if problem.is_query else ""
    return ""
