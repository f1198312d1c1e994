"""Records of indexes that cover many publishers: OpenAlex, Semantic Scholar, CORE, DBLP, ADS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..records import Record, dict_of, dicts_of, names_text, text_of, texts_of, without_empty

NESTED = ("citingPaper", "citedPaper")
"""Keys under which Semantic Scholar's citations and references hold the paper."""

LONGEST = 50_000
"""Words in an OpenAlex abstract at most; a position beyond means a broken index."""


def openalex_record(work: Mapping[str, Any]) -> Record:
    """Return the standard columns of one work of OpenAlex's API or snapshot."""
    date = text_of(work.get("publication_date")) or ""
    year = text_of(work.get("publication_year"))
    place = dict_of(work.get("primary_location")) or dict_of(work.get("host_venue"))
    best = dict_of(work.get("best_oa_location"))
    ids = dict_of(work.get("ids"))
    topic = dict_of(work.get("primary_topic"))
    people = [
        dict_of(a.get("author")).get("display_name") for a in dicts_of(work.get("authorships"))
    ]
    words = dicts_of(work.get("keywords"))
    addresses = [place.get("landing_page_url"), best.get("landing_page_url"), best.get("pdf_url")]
    return without_empty(
        {
            "title": text_of(work.get("title")) or text_of(work.get("display_name")),
            "abstract": abstract_of(work),
            "id": text_of(work.get("id")) or text_of(ids.get("openalex")),
            "doi": text_of(work.get("doi")) or text_of(ids.get("doi")),
            "arxiv_id": next(
                (a for a in addresses if isinstance(a, str) and "arxiv.org/" in a), None
            ),
            "published": year_only(date),
            "year": year,
            "url": next(filter(None, map(text_of, addresses)), None),
            "authors": names_text(people),
            "venue": text_of(dict_of(place.get("source")).get("display_name"))
            or text_of(place.get("display_name")),
            "keywords": names_text(
                word.get("display_name") or word.get("keyword") for word in words
            ),
            "openalex_topic": text_of(topic.get("display_name")),
            "document_type": text_of(work.get("type")),
            "language": text_of(work.get("language")),
            "cited_by_count": work.get("cited_by_count"),
            "is_retracted": work.get("is_retracted"),
        }
    )


def abstract_of(work: Mapping[str, Any]) -> str | None:
    """Rebuild the abstract from `abstract_inverted_index` (word -> its positions).

    Positions that are not numbers, negative or beyond `LONGEST` are left out.
    """
    plain = text_of(work.get("abstract"))
    index = dict_of(work.get("abstract_inverted_index"))
    placed = [
        (place, word)
        for word, places in index.items()
        if isinstance(places, list)
        for place in map(_place, places)
        if place is not None
    ]
    return " ".join(word for _, word in sorted(placed)) or plain


def _place(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) < LONGEST else None


def semantic_scholar_record(item: Mapping[str, Any]) -> Record:
    """Return the standard columns of one paper of Semantic Scholar, with the fields requested.

    Single papers, batches, searches, citations and the dataset have the same fields.
    `tldr`, a machine's summary, is never the abstract.
    """
    paper = next((item[name] for name in NESTED if isinstance(item.get(name), dict)), item)
    corpus = text_of(paper.get("corpusId") or paper.get("corpusid"))
    ids = dict_of(paper.get("externalIds") or paper.get("externalids"))
    journal = dict_of(paper.get("journal"))
    fields = [field.get("category") for field in dicts_of(paper.get("s2FieldsOfStudy"))]
    return without_empty(
        {
            "title": text_of(paper.get("title")),
            "abstract": text_of(paper.get("abstract")),
            "id": text_of(paper.get("paperId")) or (f"CorpusId:{corpus}" if corpus else None),
            "doi": text_of(ids.get("DOI")),
            "arxiv_id": text_of(ids.get("ArXiv")),
            "published": text_of(paper.get("publicationDate") or paper.get("publicationdate")),
            "year": text_of(paper.get("year")),
            "url": text_of(paper.get("url")),
            "authors": names_text(author.get("name") for author in dicts_of(paper.get("authors"))),
            "venue": text_of(paper.get("venue")) or text_of(journal.get("name")),
            "fields_of_study": names_text([*texts_of(paper.get("fieldsOfStudy")), *fields]),
            "document_type": names_text(texts_of(paper.get("publicationTypes"))),
            "citation_count": paper.get("citationCount", paper.get("citationcount")),
        }
    )


def year_only(date: str) -> str:
    """Return a date, of 1 January only the year: so services write dates that are known no better.

    (One in 365 papers that are dated to the day loses its day by this.)
    """
    return date[:4] if date[4:10] == "-01-01" else date


def core_record(work: Mapping[str, Any]) -> Record:
    """Return the standard columns of one work of CORE's API, version 2 or 3."""
    links = [text_of(link.get("url")) for link in dicts_of(work.get("links"))]
    authors = work.get("authors")
    names = [author.get("name") for author in dicts_of(authors)] or texts_of(authors)
    identifier = text_of(work.get("id"))
    return without_empty(
        {
            "title": text_of(work.get("title")),
            "abstract": text_of(work.get("abstract")) or text_of(work.get("description")),
            "id": f"CORE:{identifier}" if identifier else None,
            "doi": text_of(work.get("doi")),
            "arxiv_id": text_of(work.get("arxivId")),
            "published": year_only(text_of(work.get("publishedDate")) or ""),
            "year": text_of(work.get("yearPublished")) or text_of(work.get("year")),
            "url": next(filter(None, [text_of(work.get("downloadUrl")), *links]), None),
            "authors": names_text(names),
            "venue": next((j.get("title") for j in dicts_of(work.get("journals"))), None)
            or text_of(work.get("publisher")),
            "document_type": text_of(work.get("documentType")),
            "language": text_of(dict_of(work.get("language")).get("code")),
            "citation_count": work.get("citationCount"),
        }
    )


def dblp_record(hit: Mapping[str, Any]) -> Record:
    """Return the standard columns of one hit of DBLP's search: no abstract, the year alone."""
    info = dict_of(hit.get("info"))
    people = dict_of(info.get("authors")).get("author")
    people = [people] if isinstance(people, dict | str) else people
    key = text_of(info.get("key"))
    addresses = info.get("ee")
    return without_empty(
        {
            "title": text_of(info.get("title")),
            "id": f"DBLP:{key}" if key else None,
            "doi": text_of(info.get("doi")),
            "year": text_of(info.get("year")),
            "url": next(iter(texts_of(addresses)), None) or text_of(info.get("url")),
            "authors": names_text(
                [text_of(person.get("text")) for person in dicts_of(people)] or texts_of(people)
            ),
            "venue": names_text(texts_of(info.get("venue"))),
            "document_type": text_of(info.get("type")),
        }
    )


def ads_record(paper: Mapping[str, Any]) -> Record:
    """Return the standard columns of one document of NASA's ADS (a month is 2018-09-00)."""
    names = texts_of(paper.get("identifier"))
    date = text_of(paper.get("pubdate")) or year_only(text_of(paper.get("date")) or "")
    bibcode = text_of(paper.get("bibcode"))
    return without_empty(
        {
            "title": " ".join(texts_of(paper.get("title"))),
            "abstract": text_of(paper.get("abstract")),
            "id": bibcode,
            "doi": next(iter(texts_of(paper.get("doi"))), None),
            "arxiv_id": next((n for n in names if n.lower().startswith("arxiv:")), None),
            "published": date,
            "year": text_of(paper.get("year")),
            "url": f"https://ui.adsabs.harvard.edu/abs/{bibcode}" if bibcode else None,
            "authors": names_text(texts_of(paper.get("author"))),
            "venue": text_of(paper.get("pub")),
            "keywords": names_text(texts_of(paper.get("keyword"))),
            "categories": " ".join(texts_of(paper.get("arxiv_class"))),
            "document_type": text_of(paper.get("doctype")),
            "citation_count": paper.get("citation_count"),
        }
    )
