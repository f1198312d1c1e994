"""XML: arXiv's Atom feed and OAI-PMH in its four metadata formats, PubMed's, EndNote's."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_terminal

from ..dates import parse_date
from ..texts.latex import clean_source
from . import PREAMBLE, Content, Detection
from .bibliographic_xml import endnote_record, is_endnote, pubmed_record
from .records import Record, Rows, frame_of, names_text, without_empty

DELETED = "deleted record"
MAX_DEPTH = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PROLOG = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>|<!--(?:(?!-->).){0,2000}-->|<!doctype\b[^>\[]{0,500}>|\s)*",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?[A-Za-z][\w.-]{0,60}[\s>/]|<!DOCTYPE|<!ENTITY|<\?xml")
_NEXT_DOCUMENT = re.compile(r"(?<=>)\s*(?=<\?xml\s)")
_COMMENT = re.compile(r"\s*comment:", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+PubmedArticleSet\b[^>\[]{0,500}>")  # declares nothing
_RECORDS = {
    **{"entry": "arxiv-atom", "record": "arxiv-oai"},
    **dict.fromkeys(("PubmedArticle", "PubmedBookArticle"), "pubmed-xml"),
}
_ANSWERED = ("updated", "responseDate")
"""Elements directly in the root in which Atom and OAI-PMH give the time of the response."""


@dataclass
class _Parsed:
    """The records read so far, and what ended the reading early."""

    records: list[Record] = field(default_factory=list)
    format: str = ""
    n_deleted: int = 0
    broken: str = ""
    root: str = ""
    answered: str = ""


def detect_xml(text: str) -> Detection | None:
    """Return a detection if a text begins as XML, after its prolog."""
    return Detection() if _ROOT.match(after_prolog(text)) else None


def after_prolog(text: str) -> str:
    """Return the first characters after the prolog of XML or HTML."""
    prolog = _PROLOG.match(text[:PREAMBLE])
    return text[prolog.end() if prolog else 0 :][:200]


def read_xml(content: Content) -> Rows:
    """Read an Atom feed of arXiv's API, a response of OAI-PMH, an export of PubMed or EndNote.

    Standard columns; the date of arXiv's is that of the first version. The file's day is the one on
    which arXiv answered. If the text breaks off, the records before are read and a note says so.

    Raises
    ------
    InputError
        For XML with declarations of its own (entities), nested too deep, of another kind, without
        a record, and if the response is an error.
    """
    text, shown = _DOCTYPE.sub("", _CONTROL.sub(" ", content.text), count=1), content.shown
    parsed = _parse(text, shown=shown)
    documents = _NEXT_DOCUMENT.split(text) if parsed.broken else []
    if len(documents) > 1:
        parsed = _combined([_parse(document, shown=shown) for document in documents])
    if not parsed.records:
        raise _no_records(f"{shown} is {_what_instead(parsed)}")
    note = f"{shown} breaks off ({parsed.broken}); the {len(parsed.records):,} records before "
    return Rows(
        frame=frame_of(parsed.records),
        dropped={DELETED: parsed.n_deleted} if parsed.n_deleted else {},
        notes=(note + "were read",) if parsed.broken else (),
        day=parse_date(parsed.answered.strip()[:40])[0],
        format=parsed.format,
    )


def _what_instead(parsed: _Parsed) -> str:
    """Return what XML without a record is."""
    if parsed.broken:
        return f"broken XML ({parsed.broken})"
    if parsed.root in ("feed", "OAI-PMH"):
        return "a response of arXiv that holds no paper"
    root = for_terminal(first_lines(parsed.root, limit=40))
    return f"XML without records that are known (its root is {root})"


def _combined(parts: list[_Parsed]) -> _Parsed:
    """Combine the documents of one file, responses that were concatenated."""
    return _Parsed(
        records=[record for part in parts for record in part.records],
        format=next((part.format for part in parts if part.format), ""),
        n_deleted=sum(part.n_deleted for part in parts),
        broken="; ".join(part.broken for part in parts if part.broken),
        root=parts[0].root,
    )


def _no_records(problem: str) -> InputError:
    return InputError(
        problem,
        allowed="XML of arXiv (a response of its API or of OAI-PMH), PubMed or EndNote",
        next_step="repeat the request or the export, or export as CSV, RIS or JSON",
    )


def _parse(text: str, *, shown: str) -> _Parsed:
    from defusedxml.common import DefusedXmlException

    parsed = _Parsed()
    try:
        for element in _elements(text, parsed=parsed, shown=shown):
            _take(element, parsed=parsed, shown=shown)
    except ParseError as error:
        parsed.broken = clean(str(error))
    except DefusedXmlException:
        raise InputError(
            f"{shown} is XML that declares entities or a document type of its own",
            allowed="XML without declarations: they can hide files and endless text",
            next_step="remove the DOCTYPE, or export the records again",
        ) from None
    return parsed


def _elements(text: str, *, parsed: _Parsed, shown: str) -> Iterator[Element]:
    """Yield entries, records and errors, each emptied afterwards."""
    from defusedxml.ElementTree import iterparse

    depth, root = 0, None
    for event, element in iterparse(io.StringIO(text), events=("start", "end"), forbid_dtd=True):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise _no_records(f"{shown} is XML nested deeper than {MAX_DEPTH} elements")
        if root is None:
            root = element
            parsed.root = _name(element)
        name = _name(element)
        if event == "end" and depth == 1 and name in _ANSWERED:
            parsed.answered = parsed.answered or element.text or ""
        is_error = name == "error" and depth <= 1
        if event == "end" and (name in _RECORDS or is_error) and _is_whole(element):
            yield element
            element.clear()
            if depth == 1:
                root.clear()


def _is_whole(element: Element) -> bool:
    """Whether an element is not a "record" within the metadata of another one."""
    return _name(element) != "record" or bool(_children(element, "header")) or is_endnote(element)


def _take(element: Element, *, parsed: _Parsed, shown: str) -> None:
    name = _name(element)
    if name == "error":
        message = f"{element.get('code') or 'unknown'} {_line(element.text or '')}".rstrip()
        raise _no_records(f"{shown} is an error of OAI-PMH, not papers: {message}")
    parsed.format = parsed.format or ("endnote-xml" if is_endnote(element) else _RECORDS[name])
    if _RECORDS[name] == "pubmed-xml":
        parsed.records.append(without_empty(pubmed_record(element)))
    elif is_endnote(element):
        parsed.records.append(without_empty(endnote_record(element)))
    elif name == "entry":
        parsed.records.append(without_empty(_entry(element, shown=shown)))
    elif (_values(element, "header", "status") or [""])[0] == "deleted":
        parsed.n_deleted += 1
    else:
        parsed.records.append(without_empty(_oai(element)))


def _line(text: str) -> str:
    return first_lines(clean(text), limit=200)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if _name(child) == name]


def _values(element: Element, name: str, key: str) -> list[str]:
    return [child.get(key) or "" for child in _children(element, name)]


def _texts(element: Element, name: str) -> list[str]:
    return ["".join(child.itertext()) for child in _children(element, name)]


def _text(element: Element, name: str) -> str | None:
    return next((text for text in _texts(element, name) if text.strip()), None)


def _clean_text(element: Element, name: str) -> str | None:
    text = _text(element, name)
    return clean_source(text) if text else None


def _entry(entry: Element, *, shown: str) -> Record:
    identifier, title = _text(entry, "id") or "", _text(entry, "title") or ""
    if title.strip() == "Error" or "/api/errors" in identifier:
        text = _line(_text(entry, "summary") or identifier)
        raise _no_records(f"{shown} is an error of arXiv's API, not a paper: {text}")
    authors = [name for author in _children(entry, "author") for name in _texts(author, "name")]
    addresses = (c.get("href") for c in _children(entry, "link") if c.get("rel") == "alternate")
    return {
        "title": _clean_text(entry, "title"),
        "abstract": _clean_text(entry, "summary"),
        "arxiv_id": identifier.strip(),
        "doi": _text(entry, "doi"),
        "published": _text(entry, "published"),
        "url": next(addresses, None),
        "authors": names_text(map(clean_source, authors)),
        "primary_category": next(filter(None, _values(entry, "primary_category", "term")), None),
        "categories": " ".join(_values(entry, "category", "term")).strip(),
        "venue": _clean_text(entry, "journal_ref"),
        "updated": _text(entry, "updated"),
    }


def _oai(record: Element) -> Record:
    metadata = next((child for m in _children(record, "metadata") for child in m), None)
    header = _children(record, "header")[0]
    identifier = (_text(header, "identifier") or "").strip()
    sets = [text.strip() for text in _texts(header, "setSpec")]
    base: Record = {"arxiv_id": identifier.rpartition("arXiv.org:")[2], "sets": " ".join(sets)}
    if metadata is None:
        return base
    kinds: dict[str, Callable[[Element], Record]] = {"dc": _dublin_core, "arXivRaw": _raw}
    return base | without_empty(kinds.get(_name(metadata), _arxiv)(metadata))


def _arxiv(paper: Element) -> Record:
    """Read the formats arXiv (authors in parts) and arXivOld (authors as text)."""
    groups = [author for group in _children(paper, "authors") for author in group]
    names = [
        " ".join(t for part in ("forenames", "keyname", "suffix") for t in _texts(author, part))
        for author in groups
    ]
    return {
        **_common(paper),
        "published": _text(paper, "created") or _text(paper, "date"),
        "authors": names_text(map(clean_source, names or _texts(paper, "authors"))),
        "updated": _text(paper, "updated"),
    }


def _raw(paper: Element) -> Record:
    versions = _children(paper, "version")
    first = sorted(versions, key=lambda version: version.get("version") != "v1")[:1]
    return {
        **_common(paper),
        "published": _text(first[0], "date") if first else None,
        "authors": names_text(map(clean_source, _texts(paper, "authors"))),
        "n_versions": len(versions),
    }


def _common(paper: Element) -> Record:
    categories = (_text(paper, "categories") or "").split()
    return {
        "title": _clean_text(paper, "title"),
        "abstract": _clean_text(paper, "abstract"),
        "arxiv_id": _text(paper, "id"),
        "doi": (_text(paper, "doi") or "").strip().partition(" ")[0],
        "primary_category": categories[0] if categories else None,
        "categories": " ".join(categories),
        "venue": _clean_text(paper, "journal-ref"),
    }


def _dublin_core(paper: Element) -> Record:
    """Read oai_dc: comments follow the abstract, dates of later versions follow the first."""
    names = _texts(paper, "identifier")
    days = [text.strip() for text in _texts(paper, "date")]
    dated = sorted((day, text) for text in days if (day := parse_date(text)[0]))
    abstracts = [text for text in _texts(paper, "description") if not _COMMENT.match(text)]
    return {
        "title": _clean_text(paper, "title"),
        "abstract": clean_source(abstracts[0]) if abstracts else None,
        "arxiv_id": next((name for name in names if "arxiv.org/abs" in name), None),
        "doi": next((name[4:] for name in names if name.casefold().startswith("doi:")), None),
        "published": dated[0][1] if dated else None,
        "authors": names_text(map(clean_source, _texts(paper, "creator"))),
        "subjects": names_text(_texts(paper, "subject")),
    }
