"""The words of a run: phrases with trends of their own that no group carries."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis.base.groups import broader_clusters, broader_memberships, counted_memberships
from analysis.base.schema import conform, empty
from analysis.clusters.labels.words import find_words
from analysis.trends import papers_on_axis

MOST_PAPERS = 200_000
"""From more papers no words are chosen: their tokens would not fit into the memory of a run."""


def word_table(
    papers: pd.DataFrame,
    *,
    neighbours: pd.DataFrame,
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    by: str,
    without: Collection[str] = (),
) -> pd.DataFrame:
    """Return the table `words` of a run; `find_words` says which phrases are chosen.

    Parameters
    ----------
    papers, neighbours, memberships, groups : DataFrame
        Tables of the run.
    by : {"published", "listed"}
        The day that decides a paper's period.
    without : collection of str
        Words and phrases that are never shown.
    """
    n = len(papers)
    if n > MOST_PAPERS:
        return empty("words")
    ids = pd.Index(papers["paper_id"])
    near = _matrix(
        ids, neighbours["paper_id"], ids.get_indexer(neighbours["neighbour_id"]), width=n
    )
    counted = counted_memberships(
        pd.concat([memberships, broader_memberships(memberships, groups=groups)])
    )
    columns, keys = pd.factorize(pd.MultiIndex.from_frame(counted[["kind", "group_id"]]))
    kinds = groups["kind"].mask(groups["group_id"].isin(broader_clusters(groups)), "broader")
    labels = dict(zip(zip(kinds, groups["group_id"], strict=True), groups["label"], strict=True))
    words = find_words(
        papers,
        near=near,
        dated=papers_on_axis(papers, by=by)["published"].notna().to_numpy(dtype=bool),
        groups=_matrix(ids, counted["paper_id"], columns, width=len(keys)),
        labels=[str(labels[key]) for key in keys],
        without=without,
    )
    names = ids.to_numpy()
    frame = pd.DataFrame(
        {
            "word_id": [word.id for word in words],
            "label": [word.label for word in words],
            "forms": [list(word.forms) for word in words],
            "n_papers": [len(word.rows) for word in words],
            "paper_ids": [names[word.rows].tolist() for word in words],
        }
    )
    return conform(frame, name="words")


def word_memberships(words: pd.DataFrame) -> pd.DataFrame:
    """Return one row per word and paper that says it, as in the table `memberships`."""
    rows = words[["word_id", "paper_ids"]].explode("paper_ids").dropna()
    frame = pd.DataFrame({"paper_id": rows["paper_ids"], "group_id": rows["word_id"]})
    frame = frame.assign(kind="word", weight=1.0, is_primary=False)
    return conform(frame, name="memberships")


def _matrix(ids: pd.Index, papers: pd.Series, columns: np.ndarray, *, width: int) -> sp.csr_matrix:
    rows = ids.get_indexer(papers)
    ones = np.ones(len(rows), dtype="float32")
    return sp.csr_matrix((ones, (rows, columns)), shape=(len(ids), width))
