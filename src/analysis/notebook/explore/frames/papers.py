"""The papers of a run as the view needs them: one row a paper, whether or not it has a place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures.frames import map_points

if TYPE_CHECKING:
    from analysis.runs import Run

SELECTION = (
    *("paper_id", "title", "date", "published", "url", "cluster_id", "cluster", "cluster_weight"),
    *("topic_ids", "topics", "source", "x", "y"),
)
"""Columns of `view.selection`; further columns of the input follow. Abstracts stay in the run."""

_LEFT_OUT = {"abstract", "aliases", "text_hash", "in_snapshot", "listed"}


def view_papers(run: Run) -> pd.DataFrame:
    """Join what the view shows of each paper.

    Returns
    -------
    DataFrame
        One row a paper, in the order of `run.papers`: the columns of `views.map_points` (x and y
        null where the paper has no place on the map) and those of `papers`, except the abstract.
    """
    ids = run.papers[["paper_id"]]
    places = ids.merge(run.map, on="paper_id", how="left").fillna({"state": "new"})
    points = map_points(replace(run, map=places))
    more = [c for c in run.papers.columns if c not in points.columns and c not in _LEFT_OUT]
    return points.merge(run.papers[["paper_id", *more]], on="paper_id").reset_index(drop=True)


def selection_of(papers: pd.DataFrame, *, rows: list[int], extra: list[str]) -> pd.DataFrame:
    """Return the chosen rows with the columns that a reader of the next cell wants.

    Parameters
    ----------
    papers : DataFrame
        From `view_papers`.
    rows : list of int
        Row numbers; may be empty.
    extra : list of str
        Columns of the input that ride along.
    """
    columns = [*SELECTION, *(name for name in extra if name not in SELECTION)]
    return papers.iloc[rows][columns].reset_index(drop=True)
