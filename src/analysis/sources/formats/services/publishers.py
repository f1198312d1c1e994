"""Records of publishers and libraries: Crossref, CSL JSON (Zotero, Mendeley) and Europe PMC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..records import Record, dict_of, dicts_of, names_text, text_of, texts_of, without_empty

CSL_TYPES = frozenset(
    """article article-journal article-magazine article-newspaper bill book broadcast chapter
    classic collection dataset document entry entry-dictionary entry-encyclopedia event figure
    interview legal_case legislation manuscript motion_picture pamphlet paper-conference patent
    performance periodical personal_communication post post-weblog regulation report review
    review-book software speech standard thesis treaty webpage""".split()
)
"""Types of items in CSL 1.0.2 that can be papers or stand in the same library."""

_CROSSREF_DATES = ("issued", "published", "published-online", "published-print", "posted")


def date_text(value: object) -> str | None:
    """Return CSL's date as a text that `parse_date` reads: date-parts, raw, literal or a season."""
    if not isinstance(value, dict):
        return text_of(value)
    for text in (_parts_text(value.get("date-parts")), value.get("raw"), value.get("literal")):
        if isinstance(text, str) and text.strip():
            return text.partition("/")[0] if text[4:5] == "-" else text
    numbers = [text_of(value.get(name)) or "" for name in ("year", "month", "day")]
    return _parts_text([numbers])


def _parts_text(parts: object) -> str | None:
    """Return the first of CSL's date-parts; a month beyond 12 is a season and left out."""
    if not isinstance(parts, list) or not parts:
        return None
    first = parts[0] if isinstance(parts[0], list) else parts
    texts: list[str] = []
    for part in first[:3]:
        text = (text_of(part) or "").strip().removesuffix(".0")
        if not text.isdecimal() or len(text) > 4 or (texts and not 1 <= int(text) <= 31):
            break
        if len(texts) == 1 and int(text) > 12:
            break
        texts.append(text.zfill(2) if texts else text.zfill(4))
    return "-".join(texts) or None


def _people(value: object) -> str:
    return names_text(
        text_of(person.get("literal"))
        or text_of(person.get("name"))
        or ", ".join(filter(None, [text_of(person.get("family")), text_of(person.get("given"))]))
        for person in dicts_of(value)
    )


def crossref_record(work: Mapping[str, Any]) -> Record:
    """Return the standard columns of one work of Crossref's API.

    The date is the earliest of publication; that of the DOI counts only where there is no other.
    """
    dates = (date_text(work.get(name)) for name in (*_CROSSREF_DATES, "created"))
    title, subtitle = (" ".join(texts_of(work.get(name))) for name in ("title", "subtitle"))
    return without_empty(
        {
            "title": f"{title}: {subtitle}" if title and subtitle else title,
            "abstract": text_of(work.get("abstract")),
            "doi": text_of(work.get("DOI")),
            "published": next(filter(None, dates), None),
            "url": text_of(work.get("URL")),
            "authors": _people(work.get("author")),
            "venue": next(iter(texts_of(work.get("container-title"))), None),
            "keywords": names_text(texts_of(work.get("subject"))),
            "document_type": text_of(work.get("type")),
            "language": text_of(work.get("language")),
            "citation_count": work.get("is-referenced-by-count"),
        }
    )


def csl_record(item: Mapping[str, Any]) -> Record:
    """Return the standard columns of one item of CSL JSON, as Zotero and Mendeley export it.

    Its `id` is a key of the library, not of the paper.
    """
    dates = (date_text(item.get(name)) for name in ("issued", "available-date", "submitted"))
    return without_empty(
        {
            "title": " ".join(texts_of(item.get("title"))),
            "abstract": text_of(item.get("abstract")),
            "doi": text_of(item.get("DOI")),
            "arxiv_id": text_of(item.get("arxiv") or item.get("arxiv_id")),
            "published": next(filter(None, dates), None),
            "url": text_of(item.get("URL")),
            "authors": _people(item.get("author")),
            "venue": next(iter(texts_of(item.get("container-title"))), None),
            "keywords": text_of(item.get("keyword")),
            "document_type": text_of(item.get("type")),
            "language": text_of(item.get("language")),
            "citation_key": text_of(item.get("citation-key")) or text_of(item.get("id")),
        }
    )


def europe_pmc_record(paper: Mapping[str, Any]) -> Record:
    """Return the standard columns of one result of Europe PMC ("lite" ones have no abstract)."""
    journal = dict_of(paper.get("journalInfo"))
    pmid = text_of(paper.get("pmid"))
    source, identifier = text_of(paper.get("source")), text_of(paper.get("id"))
    own = f"{source}:{identifier}" if source and identifier else identifier
    words = dict_of(paper.get("keywordList")).get("keyword")
    return without_empty(
        {
            "title": text_of(paper.get("title")),
            "abstract": text_of(paper.get("abstractText")),
            "id": f"PMID:{pmid}" if pmid else own,
            "doi": text_of(paper.get("doi")),
            "published": text_of(paper.get("firstPublicationDate"))
            or text_of(journal.get("printPublicationDate"))
            or text_of(journal.get("dateOfPublication")),
            "year": text_of(paper.get("pubYear")),
            "url": f"https://europepmc.org/article/{source}/{identifier}" if own else None,
            "authors": text_of(paper.get("authorString")),
            "venue": text_of(dict_of(journal.get("journal")).get("title"))
            or text_of(paper.get("journalTitle")),
            "keywords": names_text(texts_of(words)),
            "document_type": names_text(
                texts_of(dict_of(paper.get("pubTypeList")).get("pubType"))
                or texts_of(paper.get("pubType"))
            ),
            "language": text_of(paper.get("language")),
            "citation_count": paper.get("citedByCount"),
        }
    )
