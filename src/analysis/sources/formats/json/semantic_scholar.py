"""Papers of Semantic Scholar: single, batch, search, bulk search, citations and its dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.sources.records.records import (
    Record,
    dict_of,
    dicts_of,
    filled,
    names_text,
    text_of,
    texts_of,
)

NESTED = ("citingPaper", "citedPaper")


def record_of(item: Mapping[str, Any]) -> Record:
    """Return the standard columns of one paper; only the fields that were asked for are there.

    `tldr`, a machine's summary, is never the abstract.
    """
    paper = next((item[name] for name in NESTED if isinstance(item.get(name), dict)), item)
    ids = dict_of(paper.get("externalIds") or paper.get("externalids"))
    journal = dict_of(paper.get("journal"))
    fields = [field.get("category") for field in dicts_of(paper.get("s2FieldsOfStudy"))]
    return filled(
        {
            "title": text_of(paper.get("title")),
            "abstract": text_of(paper.get("abstract")),
            "id": text_of(paper.get("paperId")) or _corpus(paper),
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


def _corpus(paper: Mapping[str, Any]) -> str | None:
    number = text_of(paper.get("corpusId") or paper.get("corpusid"))
    return f"CorpusId:{number}" if number else None
