"""Papers of a view: the frame behind it, the selection, rows of the table and cards of papers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.escaping import clean, safe_url
from analysis.figures.frames import map_points
from analysis.figures.style import wrap

if TYPE_CHECKING:
    from analysis.runs import Run

SELECTION = (
    *("paper_id", "title", "date", "published", "url", "cluster_id", "cluster", "cluster_weight"),
    *("topic_ids", "topics", "source", "x", "y"),
)
"""Columns of `view.selection`, before additional columns of the input; without abstracts."""

_LEFT_OUT = {"abstract", "aliases", "text_hash", "in_snapshot", "listed"}

PAGE = 10
NEAREST = 5
_LONGEST = 300
_SORTS = {"date": "published", "weight": "cluster_weight"}


def view_papers(run: Run) -> pd.DataFrame:
    """Return what the view shows of each paper.

    Returns
    -------
    DataFrame
        One row per paper, in the order of `run.papers`: the columns of `map_points` (x and y null
        if the paper has no position on the map) and those of `papers`, except the abstract.
    """
    ids = run.papers[["paper_id"]]
    places = ids.merge(run.map, on="paper_id", how="left").fillna({"state": "new"})
    points = map_points(replace(run, map=places))
    more = [c for c in run.papers.columns if c not in points.columns and c not in _LEFT_OUT]
    return points.merge(run.papers[["paper_id", *more]], on="paper_id").reset_index(drop=True)


def selection_table(papers: pd.DataFrame, *, rows: list[int], extra: list[str]) -> pd.DataFrame:
    """Return the selected rows with the columns of `view.selection`.

    Parameters
    ----------
    papers : DataFrame
        From `view_papers`.
    rows : list of int
        Row numbers; may be empty.
    extra : list of str
        Additional columns of the input.
    """
    columns = [*SELECTION, *(name for name in extra if name not in SELECTION)]
    return papers.iloc[rows][columns].reset_index(drop=True)


def table_columns(papers: pd.DataFrame) -> list[list[str]]:
    """Return [name, heading] of the table's columns that are not entirely empty."""
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
    selected: NDArray[np.bool_],
    sort: str,
    descending: bool,
    page: int,
) -> tuple[list[dict[str, Any]], int, int]:
    """Return one page of the table.

    Parameters
    ----------
    papers : DataFrame
        From `view_papers`, n rows.
    rows : ndarray of int64
        Rows to list.
    selected : ndarray of bool, shape (n,)
    sort : str
        "date", "title", "cluster", "weight" or "topics"; papers without a value come last.
    descending : bool
    page : int
        From 0; a page beyond the last one is the last one.

    Returns
    -------
    list of dict
        `id`, `title`, `url` (empty if it is not http or https), `date`, `cluster`, `weight`,
        `topics`, `selected`.
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
    positions = order.index[page * PAGE : (page + 1) * PAGE]
    return (
        [_row(papers.iloc[row], selected=bool(selected[row])) for row in rows[positions]],
        page,
        pages,
    )


def _row(paper: pd.Series, *, selected: bool) -> dict[str, Any]:
    has_cluster = isinstance(paper["cluster"], str)
    return {
        "id": paper["paper_id"],
        "title": _short(paper["title"]),
        "url": safe_url(paper["url"]),
        "date": paper["date"],
        "cluster": _short(paper["cluster"]) if has_cluster else "",
        "weight": f"{paper['cluster_weight']:.2f}" if has_cluster else "",
        "topics": _short(paper["topics"]),
        "selected": selected,
    }


def paper_card(paper: pd.Series) -> dict[str, Any]:
    """Return the card of a paper: title, address, facts, first lines of the abstract."""
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


def open_paper_card(papers: pd.DataFrame, *, row: int, near: pd.DataFrame) -> dict[str, Any]:
    """Return the card of a paper with its nearest papers.

    Parameters
    ----------
    papers : DataFrame
    row : int
    near : DataFrame
        From `nearest.nearest_papers`.

    Returns
    -------
    dict
        As `paper_card`, and `near`: [paper_id, title, similarity and words] of each.
    """
    lines = [
        [
            paper.paper_id,
            _short(paper.title),
            f"{paper.date} · {paper.similarity:.2f}" + (f" · {paper.words}" if paper.words else ""),
        ]
        for paper in near.itertuples(index=False)
    ]
    return {**paper_card(papers.iloc[row]), "near": lines}


def _short(text: str) -> str:
    return " ".join(wrap(text, width=_LONGEST, lines=1))
