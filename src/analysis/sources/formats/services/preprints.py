"""Records of arXiv, Hugging Face's daily papers and OpenReview."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...texts.latex import clean_source
from ..records import Record, dict_of, dicts_of, names_text, text_of, texts_of, without_empty

_LAST_MOMENT = 32_503_680_000
"""Seconds from 1970 to the year 3000."""


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


def openreview_record(note: Mapping[str, Any]) -> Record:
    """Return the standard columns of a note of OpenReview, API 1 or 2 (there each has a `value`).

    The date is that of publication (`pdate`), else that of submission (`cdate`).
    """
    content = {
        name: value["value"] if isinstance(value, dict) and "value" in value else value
        for name, value in dict_of(note.get("content")).items()
    }
    moments = (_moment_text(note.get(name)) for name in ("pdate", "odate", "cdate", "tcdate"))
    forum = text_of(note.get("forum")) or text_of(note.get("id"))
    return without_empty(
        {
            "title": text_of(content.get("title")),
            "abstract": text_of(content.get("abstract")),
            "id": text_of(note.get("id")) or forum,
            "published": next(filter(None, moments), None),
            "url": f"https://openreview.net/forum?id={forum}" if forum else None,
            "authors": names_text(texts_of(content.get("authors"))),
            "venue": text_of(content.get("venue")) or text_of(content.get("venueid")),
            "keywords": names_text(texts_of(content.get("keywords"))),
            "primary_area": text_of(content.get("primary_area")),
            "submitted": _moment_text(note.get("cdate")),
        }
    )


def _moment_text(value: object) -> str | None:
    """Return the day of a moment in milliseconds since 1970."""
    text = text_of(value) or ""
    seconds = int(text) / 1000 if text.isdecimal() and len(text) < 16 else -1
    if not 0 < seconds < _LAST_MOMENT:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()
