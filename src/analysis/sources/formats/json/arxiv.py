"""arXiv's metadata as JSON Lines (the snapshot that Cornell publishes at Kaggle)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.sources.records.records import Record, dicts_of, filled, text_of

from ..latex import clean_source


def record_of(paper: Mapping[str, Any]) -> Record:
    """Return the standard columns of one line.

    The date is that of version 1; `update_date`, which can be years later, rides along.
    """
    categories = (text_of(paper.get("categories")) or "").split()
    return filled(
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
    """Return when version 1 was submitted, as it is written there; None where it is not told."""
    if isinstance(versions, list) and versions and isinstance(versions[0], dict):
        first = versions[0]
        if first.get("version") == "v1" and isinstance(first.get("created"), str):
            return first["created"]
    told = [v for v in dicts_of(versions) if isinstance(v.get("created"), str)]
    first = next((v for v in told if v.get("version") == "v1"), told[0] if told else None)
    return first["created"] if first else None


def _cleaned(value: object) -> str | None:
    text = text_of(value)
    return clean_source(text) if text else None
