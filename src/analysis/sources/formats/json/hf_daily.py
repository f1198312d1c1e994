"""Hugging Face's daily papers API, from its first schema (2023) to the present one."""

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


def record_of(item: Mapping[str, Any]) -> Record:
    """Return the standard columns of one paper of a day's list.

    What the inner `paper` says counts: the outer `publishedAt` differs from its date by hours or
    days. An AI summary rides along and is never the abstract. `listedOn` is the day whose list held
    the paper: `papertide fetch hf-daily` puts it before each record, for older ones do not say it.
    """
    paper = dict_of(item.get("paper"))
    title = paper.get("title") or item.get("title")
    return filled(
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
            "authors": _authors(paper.get("authors") or item.get("authors")),
            "keywords": names_text(texts_of(paper.get("ai_keywords") or item.get("ai_keywords"))),
            "ai_summary": text_of(paper.get("ai_summary") or item.get("ai_summary")),
            "organization": _organization(paper.get("organization") or item.get("organization")),
            "github": text_of(paper.get("githubRepo") or item.get("githubRepo")),
            "github_stars": paper.get("githubStars") or item.get("githubStars"),
        }
    )


def _authors(authors: object) -> str:
    return names_text([author.get("name") for author in dicts_of(authors)] or texts_of(authors))


def _organization(organization: object) -> str | None:
    told = dict_of(organization)
    return text_of(told.get("fullname")) or text_of(told.get("name")) or text_of(organization)
