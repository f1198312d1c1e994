"""Services that answer in JSON: which one a record comes from, and its standard columns.

A new service is one function that makes a record and one line in `_RECORDS`, with a rule in
`service_of` and words in `formats.SOURCES_IN_WORDS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ...ids import arxiv_id
from ..records import Record
from .indexes import (
    NESTED,
    ads_record,
    core_record,
    dblp_record,
    openalex_record,
    semantic_scholar_record,
)
from .preprints import arxiv_record, first_version, hf_daily_record, openreview_record
from .publishers import CSL_TYPES, crossref_record, csl_record, europe_pmc_record

__all__ = ["SERVICES", "first_version", "hf_daily_record", "service_of", "service_record"]

_PLAIN_ID = re.compile(
    r"1[0-3](?:0[1-9]|1[0-2])\.(?!0000)\d{4}|(?:1[5-9]|2\d)(?:0[1-9]|1[0-2])\.(?!00000)\d{5}"
)
_ARXIV = {"id", "title", "abstract"}
_ARXIV_ANY = {"versions", "authors_parsed", "update_date"}
_NOT_ARXIV = {*NESTED, "paper", "paperId", "corpusid", "submittedOnDailyAt", "publishedAt"}
_NOT_ARXIV |= {"abstract_inverted_index"}
_OPENREVIEW = {"forum", "invitation", "invitations", "cdate", "tcdate", "pdate"}
_DBLP = {"@score", "@id", "ee", "venue", "key", "year"}
_CROSSREF = {"indexed", "reference-count", "is-referenced-by-count", "published-online"}
_CSL = {"container-title", "citation-key", "accessed", "title-short", "author"}
_EUROPE_PMC = {"abstractText", "authorString", "firstPublicationDate"}
_CORE = {"yearPublished", "publishedDate"}
_CORE_ALSO = {"downloadUrl", "dataProviders", "documentType", "oaiIds", "fullText", "outputs"}
"""Fields of one service alone, beside the title."""


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
    return _catalogue_of(record)


def _catalogue_of(record: Mapping[str, Any]) -> str | None:
    """Return the service among those that are told by fields of their own, None for none."""
    keys = record.keys()
    content, info = record.get("content"), record.get("info")
    if isinstance(content, dict) and "title" in content and _OPENREVIEW & keys:
        return "openreview"
    if isinstance(info, dict) and "title" in info and _DBLP & (keys | info.keys()):
        return "dblp"
    if "title" not in keys:
        return None
    if "DOI" in keys and (isinstance(record["title"], list) or _CROSSREF & keys):
        return "crossref"
    kind = record.get("type")
    if isinstance(record.get("issued"), dict) or (
        isinstance(kind, str) and kind in CSL_TYPES and _CSL & keys
    ):
        return "csl-json"
    if "bibcode" in keys:
        return "ads"
    if _EUROPE_PMC & keys:
        return "europe-pmc"
    return "core" if _CORE & keys and _CORE_ALSO & keys else None


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


_RECORDS: dict[str, Callable[[Mapping[str, Any]], Record]] = {
    "arxiv-json": arxiv_record,
    "hf-daily": hf_daily_record,
    "openreview": openreview_record,
    "openalex": openalex_record,
    "semantic-scholar": semantic_scholar_record,
    "core": core_record,
    "dblp": dblp_record,
    "ads": ads_record,
    "crossref": crossref_record,
    "csl-json": csl_record,
    "europe-pmc": europe_pmc_record,
}
SERVICES = tuple(_RECORDS)


def service_record(record: Mapping[str, Any], *, service: str) -> Record:
    """Return the standard columns of a record of one of the services."""
    return _RECORDS[service](record)
