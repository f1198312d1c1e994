"""Works of OpenAlex: answers of its API, and its snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.sources.records.records import Record, dict_of, dicts_of, filled, names_text, text_of

LONGEST = 50_000
"""Words of an abstract at most; a position beyond is a broken index and not a long text."""


def record_of(work: Mapping[str, Any]) -> Record:
    """Return the standard columns of one work.

    OpenAlex writes 1 January where it knows the year only; such a date counts as a year. (Of
    papers dated to the day one in 365 loses its day by it.)
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
    return filled(
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

    Positions that are no numbers, negative or beyond `LONGEST` are left out.
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
