"""Which service a JSON record comes from, told from its keys, and its standard columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from analysis.sources.records.ids import arxiv_id
from analysis.sources.records.records import Record

from . import arxiv as arxiv_json
from . import hf_daily, openalex, semantic_scholar

NESTED = semantic_scholar.NESTED
"""Where Semantic Scholar's citations and references hold the paper."""

_PLAIN_ID = re.compile(
    r"1[0-3](?:0[1-9]|1[0-2])\.(?!0000)\d{4}|(?:1[5-9]|2\d)(?:0[1-9]|1[0-2])\.(?!00000)\d{5}"
)
_ARXIV = frozenset(("id", "title", "abstract"))
_ARXIV_ANY = frozenset(("versions", "authors_parsed", "update_date"))


def kind_of(record: Mapping[str, Any]) -> str | None:
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
    """Whether a record has the keys of arXiv's metadata and none that tells another service.

    All records of a dump have the same keys, so that they are looked at once.
    """
    names = set(keys)
    others = {"paper", "submittedOnDailyAt", "publishedAt", "abstract_inverted_index", "paperId",
              "corpusid", *NESTED}  # fmt: skip
    return names >= _ARXIV and bool(_ARXIV_ANY & names) and not others & names


def _is_openalex(identifier: object) -> bool:
    return isinstance(identifier, str) and identifier.startswith("https://openalex.org/W")


def _is_arxiv(identifier: object) -> bool:
    if not isinstance(identifier, str):
        return False
    plain = _PLAIN_ID.fullmatch(identifier) is not None  # as nearly all of arXiv's metadata
    return plain or arxiv_id(identifier[:40], pad=True) is not None


_RECORDS: dict[str, Callable[[Mapping[str, Any]], Record]] = {
    "arxiv-json": arxiv_json.record_of,
    "hf-daily": hf_daily.record_of,
    "openalex": openalex.record_of,
    "semantic-scholar": semantic_scholar.record_of,
}


def record_of(record: Mapping[str, Any], *, kind: str) -> Record:
    """Return the standard columns of a record of one of the services."""
    return _RECORDS[kind](record)
