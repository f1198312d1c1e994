"""Papers of a view: the frame behind it, the selection, the nearest papers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.embedding import EMBEDDINGS, embed, explain_pair, paper_texts
from analysis.embedding.builtin import load_model
from analysis.embedding.model_file import Model
from analysis.embedding.new_words import learned_from_arrays, with_learned
from analysis.figures.frames import date_labels, map_points

if TYPE_CHECKING:
    from analysis.runs import Run

SELECTION = (
    *("paper_id", "title", "date", "published", "url", "cluster_id", "cluster", "cluster_weight"),
    *("topic_ids", "topics", "source", "x", "y"),
)
"""Columns of `view.selection`, before additional columns of the input; without abstracts."""

_LEFT_OUT = {"abstract", "aliases", "text_hash", "in_snapshot", "listed"}

MOST_WORDS = 5


def view_papers(run: Run) -> pd.DataFrame:
    """Return what the view shows of each paper.

    Returns
    -------
    DataFrame
        One row per paper, in the order of `run.papers`: the columns of `map_points` (x and y null
        if the paper has no position on the map) and those of `papers`, except the abstract.
    """
    places = run.papers[["paper_id"]].merge(run.map, on="paper_id", how="left")
    points = map_points(replace(run, map=places.fillna({"state": "new"})))
    more = [c for c in run.papers.columns if c not in points.columns and c not in _LEFT_OUT]
    return points.merge(run.papers[["paper_id", *more]], on="paper_id").reset_index(drop=True)


def nearest_papers(run: Run, asked: str, *, n: int = 10) -> pd.DataFrame:
    """List the papers nearest to a paper (its id or an alias) or to a text, as `View.near` does."""
    if n < 1:
        raise InputError(f"n={n}", allowed="1 or more papers", next_step="leave n out, or raise it")
    row = _row_of(run, asked)
    if row is None:
        vector, text = _embedded(run, asked), asked
    else:
        vector, text = run.vectors[row], _text(run, row)
    cosines = run.vectors.astype("float64") @ np.asarray(vector, dtype="float64")
    order = np.argsort(-cosines, kind="stable")
    order = order[order != (-1 if row is None else row)][:n]
    words = [""] * len(order)
    if run.manifest["embedding"]["name"] == "builtin":
        model = with_learned(load_model(), learned_from_arrays(run.topic_fit))
        words = [_shared_words(text, _text(run, other), model=model) for other in order]
    papers = run.papers.iloc[order]
    table = papers.assign(similarity=cosines[order], words=words, date=date_labels(papers))
    columns = ["similarity", "words", "date", "title", "url", "paper_id"]
    return table[columns].astype({"words": "str"}).reset_index(drop=True)


def _row_of(run: Run, paper_id: str) -> int | None:
    """Return the row of a paper by its id or an alias; None if there is none."""
    if not isinstance(paper_id, str):
        raise InputError(
            f"{paper_id!r} where a paper is expected",
            allowed="a paper_id of the run, or a text",
            next_step="look at run.papers for ids",
        )
    rows = np.flatnonzero(run.papers["paper_id"] == paper_id)
    if not len(rows) and len(paper_id) < 100:
        rows = np.flatnonzero([paper_id in names for names in run.papers["aliases"]])
    return int(rows[0]) if len(rows) else None


def _text(run: Run, row: int) -> str:
    paper = run.papers.iloc[[row]]
    return paper_texts(paper["title"], paper["abstract"])[0]


def _shared_words(text: str, other: str, *, model: Model) -> str:
    parts = explain_pair(text, other, model=model)
    return ", ".join(parts[parts["value"] > 0]["word"].head(MOST_WORDS))


def _embedded(run: Run, text: str) -> np.ndarray:
    name = run.manifest["embedding"]["name"]
    if not text.strip():
        raise InputError(
            "an empty text",
            allowed="a paper_id of the run, or words to search for",
            next_step="describe what the papers should be about",
        )
    if name == "tfidf" or name.endswith(".npy") or ".parquet:" in name:
        raise InputError(
            f"no paper {text!r}, and this run's embedding ({name}) cannot embed a new text",
            allowed="a paper_id of the run",
            next_step=f"give a paper_id, or make the run with an embedding other than {name}: "
            f"{EMBEDDINGS['builtin'].split(';')[0]} is the default",
        )
    vector = embed([text], embedding=name, learned=learned_from_arrays(run.topic_fit))[0]
    if vector.shape != run.vectors.shape[1:]:
        raise InputError(
            f"a vector of {len(vector)} numbers for the text, of {run.vectors.shape[1]} in the run",
            allowed="the embedding that made the run",
            next_step="make the run again, or give a paper_id",
        )
    return vector
