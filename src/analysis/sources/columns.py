"""The alias table: under which names a column of the input is known.

Names are compared without case, spaces, underscores and punctuation, so that `Arxiv ID`,
`arxiv_id` and `arxivId` are one. Where two columns of an input match one name, the alias that
stands earlier here wins and the other column rides along unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import InputError
from ..text import clean, first_lines

if TYPE_CHECKING:
    import pandas as pd

ALIASES: dict[str, tuple[str, ...]] = {
    "title": (
        "title",
        "paper_title",
        "article_title",
        "document_title",
        "primary_title",
        "display_name",
    ),
    "abstract": (
        "abstract",
        "summary",
        "abstract_text",
        "paper_abstract",
        "abstract_note",
        "description",
    ),
    "arxiv_id": ("arxiv_id", "arxiv", "arxiv_number", "arxiv_identifier", "eprint"),
    "id": (
        "id",
        "paper_id",
        "acl_id",
        "anthology_id",
        "openalex_id",
        "corpus_id",
        "eid",
        "identifier",
        "uid",
        "key",
    ),
    "doi": ("doi", "doi_url"),
    "published": (
        "published",
        "published_at",
        "publication_date",
        "date_published",
        "published_date",
        "pub_date",
        "date",
        "day",
        "submitted",
        "submitted_date",
        "submission_date",
    ),
    "published_precision": ("published_precision",),
    "year_month": ("year_month", "publication_month", "month_published"),
    "year": ("year", "publication_year", "pub_year"),
    "month": ("month",),
    "listed": (
        "listed",
        "featured",
        "submitted_on_daily_at",
        "listed_at",
        "featured_at",
        "date_listed",
    ),
    "url": ("url", "link", "paper_url", "landing_page_url", "abs_url", "arxiv_url", "pdf_url"),
}
"""Standard name -> the column names that mean it, best first."""

NEEDED = ("title", "abstract")
_NOT_KEY = re.compile(r"[\W_]+")


def column_key(name: object) -> str:
    """Return the form under which column names are compared."""
    return _NOT_KEY.sub("", str(name).casefold())


_KEYS = {
    standard: tuple(column_key(alias) for alias in aliases) for standard, aliases in ALIASES.items()
}


def match_columns(names: Sequence[object]) -> dict[str, int]:
    """Find the standard columns among `names`.

    Returns
    -------
    dict
        Standard name -> position of the column that carries it; names without one are left out.
    """
    places: dict[str, int] = {}
    for position, name in enumerate(names):
        places.setdefault(column_key(name), position)
    found = {}
    for standard, keys in _KEYS.items():
        hit = next((places[key] for key in keys if key in places), None)
        if hit is not None:
            found[standard] = hit
    return found


def standardise(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a table as it was read into its standard columns and the rest.

    Parameters
    ----------
    frame : DataFrame
        Any column names, repeated ones included; left unchanged.

    Returns
    -------
    known, riders : DataFrame
        `known` has the standard columns that were found, under their standard names; `riders`
        has all other columns under their own names. Both keep the index.
    """
    found = match_columns(list(frame.columns))
    known = frame.iloc[:, list(found.values())].set_axis(list(found), axis=1)
    rest = [i for i in range(frame.shape[1]) if i not in found.values()]
    return known, frame.iloc[:, rest]


def missing_columns(frame: pd.DataFrame, *, shown: str) -> InputError | None:
    """Return the error for a table that lacks a title or an abstract column, else None.

    Parameters
    ----------
    frame : DataFrame
        As it was read.
    shown : str
        The file's name as the user knows it.
    """
    found = match_columns(list(frame.columns))
    lacking = [name for name in NEEDED if name not in found]
    if not lacking:
        return None
    accepted = "; ".join(f"{name}: {', '.join(ALIASES[name])}" for name in NEEDED)
    return InputError(
        f"{shown} has no {' and no '.join(lacking)} column; its columns are "
        f"{shown_names(list(frame.columns))}",
        allowed=f"a title and an abstract column, under one of these names ({accepted}); case, "
        "spaces and underscores do not matter",
        next_step=f"rename the column that holds the {lacking[0]}",
    )


def shown_names(names: Sequence[object], *, limit: int = 20) -> str:
    """Join column names for a message: cleaned, cut at 40 characters, at most `limit` of them."""
    shown = [first_lines(clean(str(name)), limit=40) or "(no name)" for name in names[:limit]]
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(shown) + more
