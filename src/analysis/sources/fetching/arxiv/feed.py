"""An answer of arXiv's API: an Atom feed, one page of the papers that a query finds.

The API: https://info.arxiv.org/help/api/user-manual.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from analysis.base.escaping import clean, first_lines

from ..http.body import first_words
from ..http.problems import PassingError, RefusedError

_ATOM = "{http://www.w3.org/2005/Atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ERROR = "an error: "
_MANUAL = "https://info.arxiv.org/help/api/user-manual.html#query_details"
_REQUIRED = ("id", "title", "published")
_ALLOWED = "an Atom feed whose entries have id, title and published"


@dataclass(frozen=True)
class Entry:
    """A paper of a feed; `paper_id` is its id with neither address nor version."""

    paper_id: str
    title: str
    published: str
    abstract: str


@dataclass(frozen=True)
class Feed:
    """A page: its papers, how many the query finds in all, and where the page begins."""

    entries: tuple[Entry, ...]
    total: int
    start: int | None


def read_feed(body: bytes) -> Feed:
    """Read one page.

    Raises
    ------
    PassingError
        For anything but XML: a page of HTML, an answer that breaks off.
    RefusedError
        For an error of the API, another kind of XML, and entries without id, title or date, with
        the fields that were found.
    """
    root = _parsed(body)
    if root.tag != f"{_ATOM}feed":
        if root.tag.rpartition("}")[2].lower() == "html":
            raise PassingError(f"a page of HTML ({first_words(body)})")
        raise RefusedError(f"XML that is no Atom feed (its root is {clean(root.tag)[:80]})",
                      allowed=_ALLOWED)  # fmt: skip
    found = root.findall(f"{_ATOM}entry")
    said = next((_said(entry) for entry in found if _is_error(entry)), None)
    if said is not None:
        raise RefusedError(
            f"{_ERROR}{said}",
            allowed='a query that arXiv understands, such as cat:cs.CL or ti:"topic models"',
            next_step=f"correct the query: {_MANUAL}",
            query=True,
        )
    entries = tuple(_entry(entry, number=i) for i, entry in enumerate(found, 1))
    total = _number(root, "totalResults")
    return Feed(entries, total=len(entries) if total is None else total,
                start=_number(root, "startIndex"))  # fmt: skip


def _parsed(body: bytes) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        words = first_words(body)
        raise PassingError(f"no whole XML, but {words or 'nothing'!r}") from None


def _text(entry: Element, name: str) -> str:
    found = entry.find(f"{_ATOM}{name}")
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _is_error(entry: Element) -> bool:
    return _text(entry, "title") == "Error" or "/api/errors" in _text(entry, "id")


def _said(entry: Element) -> str:
    return first_lines(clean(_text(entry, "summary") or _text(entry, "id")), limit=160)


def _entry(entry: Element, *, number: int) -> Entry:
    texts = {name: _text(entry, name) for name in _REQUIRED}
    missing = [name for name, text in texts.items() if not text]
    if missing:
        names = ", ".join(clean(child.tag.rpartition("}")[2])[:30] for child in list(entry)[:15])
        raise RefusedError(
            f"an entry without {' and '.join(missing)} (number {number} of the page, with "
            f"{names or 'nothing'})",
            allowed=_ALLOWED,
        )
    return Entry(id_of(texts["id"]), title=texts["title"], published=texts["published"],
                 abstract=_text(entry, "summary"))  # fmt: skip


def id_of(text: str) -> str:
    """Return the arXiv id of an entry; what it says itself where that is none."""
    from analysis.sources.records.ids import arxiv_id

    return arxiv_id(text) or text


def _number(root: Element, name: str) -> int | None:
    found = root.find(f"{_SEARCH}{name}")
    text = "" if found is None else (found.text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def explain(body: bytes) -> str:
    """Return what an error of the API says; empty where it is no feed."""
    try:
        read_feed(body)
    except PassingError:
        return ""
    except RefusedError as problem:
        return str(problem).removeprefix(_ERROR) if problem.query else ""
    return ""
