"""Rows of the linked table and the cards of papers, as plain values for the widgets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.escaping import clean, safe_url
from analysis.figures.style import wrap

PAGE = 10
NEAREST = 5
_LONGEST = 300
_SORTS = {"date": "published", "weight": "cluster_weight"}


def table_columns(papers: pd.DataFrame) -> list[list[str]]:
    """Return [name, heading] of the table's columns that are not empty throughout."""
    columns = [["title", "Title"]]
    if papers["published"].notna().any():
        columns.insert(0, ["date", "Date"])
    if papers["cluster_id"].notna().any():
        columns += [["cluster", "Cluster"], ["weight", "Weight"]]
    if papers["topics"].ne("").any():
        columns.append(["topics", "Topics"])
    return columns


def table_page(
    papers: pd.DataFrame,
    *,
    rows: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    sort: str,
    descending: bool,
    page: int,
) -> tuple[list[dict[str, Any]], int, int]:
    """Return one page of the table.

    Parameters
    ----------
    papers : DataFrame
        From `papers.view_papers`, n rows.
    rows : ndarray of int64
        Rows to list.
    chosen : ndarray of bool, shape (n,)
    sort : str
        "date", "title", "cluster", "weight" or "topics"; papers without a value come last.
    descending : bool
    page : int
        From 0; a page beyond the last is the last.

    Returns
    -------
    list of dict
        `id`, `title`, `url` (empty where it is not http or https), `date`, `cluster`, `weight`,
        `topics`, `chosen`.
    page, pages : int
    """
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(page, 0), pages - 1)
    listed = papers.iloc[rows]
    column = _SORTS.get(sort, sort if sort in ("title", "cluster", "topics") else "title")
    keys = listed[column]
    if pd.api.types.is_string_dtype(keys):
        keys = keys.str.casefold().where(keys.ne(""))
    order = keys.reset_index(drop=True).sort_values(
        ascending=not descending, kind="stable", na_position="last"
    )
    places = order.index[page * PAGE : (page + 1) * PAGE]
    return (
        [_row(papers.iloc[rows[at]], chosen=bool(chosen[rows[at]])) for at in places],
        page,
        pages,
    )


def _row(paper: pd.Series, *, chosen: bool) -> dict[str, Any]:
    placed = isinstance(paper["cluster"], str)
    return {
        "id": paper["paper_id"],
        "title": _short(paper["title"]),
        "url": safe_url(paper["url"]),
        "date": paper["date"],
        "cluster": _short(paper["cluster"]) if placed else "",
        "weight": f"{paper['cluster_weight']:.2f}" if placed else "",
        "topics": _short(paper["topics"]),
        "chosen": chosen,
    }


def card_of(paper: pd.Series) -> dict[str, Any]:
    """Return what the card of a paper says: title, address, facts, first lines of the abstract."""
    facts = [["Date", str(paper["date"])]]
    if isinstance(paper["cluster"], str):
        facts.append(["Cluster", f"{_short(paper['cluster'])} ({paper['cluster_weight']:.2f})"])
    if isinstance(paper.get("broader"), str):
        facts.append(["within", _short(paper["broader"])])
    if paper["topics"]:
        facts.append(["Topics", _short(paper["topics_why"] or paper["topics"])])
    return {
        "title": _short(paper["title"]),
        "url": safe_url(paper["url"]),
        "facts": facts,
        "snippet": clean(paper["snippet"]),
    }


def paper_in_hand(papers: pd.DataFrame, *, row: int, near: pd.DataFrame) -> dict[str, Any]:
    """Return the card of a paper with its nearest ones.

    Parameters
    ----------
    papers : DataFrame
    row : int
    near : DataFrame
        From `near.near_papers`.

    Returns
    -------
    dict
        As `card_of`, and `near`: [paper_id, title, similarity and words] of each.
    """
    lines = [
        [
            paper.paper_id,
            _short(paper.title),
            f"{paper.date} · {paper.similarity:.2f}" + (f" · {paper.words}" if paper.words else ""),
        ]
        for paper in near.itertuples(index=False)
    ]
    return {**card_of(papers.iloc[row]), "near": lines}


def _short(text: str) -> str:
    return " ".join(wrap(text, width=_LONGEST, lines=1))
