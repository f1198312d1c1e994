"""Services that answer in JSON: which one a record comes from, and its standard columns.

A new service is one function that makes a record and one line in `_RECORDS`, with a rule in
`service_of` and words in `formats.SOURCES_IN_WORDS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ..ids import arxiv_id
from .latex import clean_source
from .records import Record, dict_of, dicts_of, names_text, text_of, texts_of, without_empty

NESTED = ("citingPaper", "citedPaper")
"""Keys under which Semantic Scholar's citations and references hold the paper."""

LONGEST = 50_000
"""Words in an OpenAlex abstract at most; a position beyond means a broken index."""

_PLAIN_ID = re.compile(
    r"1[0-3](?:0[1-9]|1[0-2])\.(?!0000)\d{4}|(?:1[5-9]|2\d)(?:0[1-9]|1[0-2])\.(?!00000)\d{5}"
)
_ARXIV = {"id", "title", "abstract"}
_ARXIV_ANY = {"versions", "authors_parsed", "update_date"}
_NOT_ARXIV = {*NESTED, "paper", "paperId", "corpusid", "submittedOnDailyAt", "publishedAt"}
_NOT_ARXIV |= {"abstract_inverted_index"}


def service_of(record: Mapping[str, Any]) -> str | None:
    """Return the name of the service that a record looks like, None for any other record."""
    if _only_arxiv(tuple(record)) and _is_arxiv(record["id"]):
        return "arxiv-json"
    keys = record.keys()
    if isinstance(record.get("paper"), dict) or "submittedOnDailyAt" in keys:
        return "hf-daily"
    if {"publishedAt", "summary", "title"} <= keys and {"authors", "upvotes"} & keys:
        return "hf-daily"
    if "abstract_inverted_index" in keys or _is_openalex(record.get("id")):
        return "openalex"
    if {"paperId", "title"} <= keys or any(isinstance(record.get(k), dict) for k in NESTED):
        return "semantic-scholar"
    if {"corpusid", "title"} <= keys:
        return "semantic-scholar"
    if keys >= _ARXIV and _ARXIV_ANY & keys:
        return "arxiv-json" if _is_arxiv(record["id"]) else None
    return None


@lru_cache(maxsize=64)
def _only_arxiv(keys: tuple[str, ...]) -> bool:
    """Whether a record has the keys of arXiv's metadata and none of another service.

    All records of a dump have the same keys, so that this is computed once.
    """
    names = set(keys)
    return names >= _ARXIV and bool(_ARXIV_ANY & names) and not _NOT_ARXIV & names


def _is_openalex(identifier: object) -> bool:
    return isinstance(identifier, str) and identifier.startswith("https://openalex.org/W")


def _is_arxiv(identifier: object) -> bool:
    if not isinstance(identifier, str):
        return False
    plain = _PLAIN_ID.fullmatch(identifier) is not None  # as nearly all of arXiv's metadata
    return plain or arxiv_id(identifier[:40], pad=True) is not None


def arxiv_record(paper: Mapping[str, Any]) -> Record:
    """Return the standard columns of one line of arXiv's metadata (Cornell's snapshot on Kaggle).

    The date is that of version 1; `update_date`, which can be years later, becomes `updated`.
    """
    categories = (text_of(paper.get("categories")) or "").split()
    return without_empty(
        {
            "title": _cleaned(paper.get("title")),
            "abstract": _cleaned(paper.get("abstract")),
            "arxiv_id": text_of(paper.get("id")),
            "doi": (text_of(paper.get("doi")) or "").partition(" ")[0],
            "published": first_version(paper.get("versions")),
            "authors": _cleaned(paper.get("authors")),
            "primary_category": categories[0] if categories else None,
            "categories": " ".join(categories),
            "venue": _cleaned(paper.get("journal-ref")),
            "updated": text_of(paper.get("update_date")),
        }
    )


def first_version(versions: object) -> str | None:
    """Return the date of version 1 as it is written there; None if there is none."""
    if isinstance(versions, list) and versions and isinstance(versions[0], dict):
        first = versions[0]
        if first.get("version") == "v1" and isinstance(first.get("created"), str):
            return first["created"]
    dated = [v for v in dicts_of(versions) if isinstance(v.get("created"), str)]
    dated.sort(key=lambda version: version.get("version") != "v1")
    return dated[0]["created"] if dated else None


def _cleaned(value: object) -> str | None:
    text = text_of(value)
    return clean_source(text) if text else None


def hf_daily_record(item: Mapping[str, Any]) -> Record:
    """Return the standard columns of one paper of Hugging Face's daily papers (schemas since 2023).

    The inner `paper` takes precedence: the outer `publishedAt` differs from its date by hours or
    days. An AI summary is kept apart and is never the abstract. `listedOn` is the day whose list
    held the paper: `papertide fetch hf-daily` adds it to each record, as older ones lack it.
    """
    paper = dict_of(item.get("paper"))
    title = paper.get("title") or item.get("title")
    authors = paper.get("authors") or item.get("authors")
    names = [author.get("name") for author in dicts_of(authors)] or texts_of(authors)
    return without_empty(
        {
            "title": text_of(title),
            "abstract": text_of(paper.get("summary")) or text_of(item.get("summary")),
            "arxiv_id": text_of(paper.get("id")) or text_of(item.get("id")),
            "published": paper.get("publishedAt") or item.get("publishedAt"),
            "listed": paper.get("submittedOnDailyAt")
            or item.get("submittedOnDailyAt")
            or item.get("listedOn"),
            "upvotes": paper.get("upvotes", item.get("upvotes")),
            "comments": item.get("numComments"),
            "authors": names_text(names),
            "keywords": names_text(texts_of(paper.get("ai_keywords") or item.get("ai_keywords"))),
            "ai_summary": text_of(paper.get("ai_summary") or item.get("ai_summary")),
            "organization": _organization(paper.get("organization") or item.get("organization")),
            "github": text_of(paper.get("githubRepo") or item.get("githubRepo")),
            "github_stars": paper.get("githubStars") or item.get("githubStars"),
        }
    )


def _organization(organization: object) -> str | None:
    names = dict_of(organization)
    return text_of(names.get("fullname")) or text_of(names.get("name")) or text_of(organization)


def openalex_record(work: Mapping[str, Any]) -> Record:
    """Return the standard columns of one work of OpenAlex's API or snapshot.

    OpenAlex writes 1 January if it knows only the year; such a date counts as a year. (One in 365
    papers that are dated to the day loses its day by this.)
    """
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
            "published": date[:4] if date[4:10] == "-01-01" else date,
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


_RECORDS: dict[str, Callable[[Mapping[str, Any]], Record]] = {
    "arxiv-json": arxiv_record,
    "hf-daily": hf_daily_record,
    "openalex": openalex_record,
    "semantic-scholar": semantic_scholar_record,
}
SERVICES = tuple(_RECORDS)


def service_record(record: Mapping[str, Any], *, service: str) -> Record:
    """Return the standard columns of a record of one of the services."""
    return _RECORDS[service](record)
