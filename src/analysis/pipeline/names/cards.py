"""What one needs to see of a cluster to name it: size, terms, exemplars, its siblings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.groups import broader_clusters, groups_of
from analysis.clusters import centre_vectors, primary_clusters

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_TERMS = 8
MOST_EXEMPLARS = 5
MOST_SIBLINGS = 5


@dataclass(frozen=True)
class ClusterCard:
    """A cluster as it is shown to whoever names it.

    Attributes
    ----------
    id : str
    n_papers : int
    coverage : float
        Share of its papers that say the label it has in the run; NaN if not measured.
    terms : tuple of str
        What its papers say more often than others.
    exemplars : tuple of (str, str)
        Titles and abstracts ("" where unknown) of papers from its middle.
    siblings : tuple of str
        Ids of the clusters that it must be told apart from: those of the same broader cluster, then
        the nearest others.
    parts : tuple of str
        Ids of the clusters that a broader one consists of.
    """

    id: str
    n_papers: int
    coverage: float
    terms: tuple[str, ...]
    exemplars: tuple[tuple[str, str], ...]
    siblings: tuple[str, ...]
    parts: tuple[str, ...] = ()


def cluster_cards(run: Run) -> list[ClusterCard]:
    """Return the clusters of a run, largest first, then the broader clusters, largest first."""
    rows = _active_clusters(run.groups)
    papers = run.papers.set_index("paper_id")
    near = _nearest(run)
    parents = dict(zip(rows["group_id"], rows["parent_id"], strict=True))
    cards = []
    for row in rows.to_dict("records"):
        own, parent = row["group_id"], row["parent_id"]
        children = [name for name, above in parents.items() if above == own]
        beside = [name for name, above in parents.items() if above == parent and name != own]
        beside = beside if isinstance(parent, str) else []
        siblings = dict.fromkeys([*beside, *near.get(own, [])])
        cards.append(
            ClusterCard(
                id=own,
                n_papers=int(row["n_papers"]),
                coverage=float(row["label_coverage"]),
                terms=tuple(row["terms"][:MOST_TERMS]),
                exemplars=_texts(papers, row["exemplars"][:MOST_EXEMPLARS]),
                siblings=tuple(siblings)[:MOST_SIBLINGS],
                parts=tuple(children),
            )
        )
    return cards


def members(run: Run, group_id: str) -> np.ndarray:
    """Return which papers of a run belong to a cluster or to a part of it, bool (n,)."""
    from analysis.base.groups import parts_of

    own = primary_clusters(run.memberships).reindex(run.papers["paper_id"])
    return own.isin(parts_of(run.groups, group_id)).to_numpy()


def _active_clusters(groups: pd.DataFrame) -> pd.DataFrame:
    """Return clusters with papers: first those that papers belong to, each part largest first."""
    leaves = groups_of(groups, kind="cluster")
    broader = groups[groups["group_id"].isin(broader_clusters(groups))]
    parts = [part[part["n_papers"] > 0] for part in (leaves, broader)]
    by_size = {"by": ["n_papers", "group_id"], "ascending": [False, True]}
    return pd.concat([part.sort_values(**by_size, kind="stable") for part in parts])


def _texts(papers: pd.DataFrame, ids: list[str]) -> tuple[tuple[str, str], ...]:
    known = papers.reindex([name for name in ids if name in papers.index])
    pairs = zip(known["title"], known["abstract"], strict=True)
    return tuple((title, text if isinstance(text, str) else "") for title, text in pairs)


def _nearest(run: Run) -> dict[str, list[str]]:
    """Return for each cluster that papers belong to the others, the nearest centroid first."""
    own = primary_clusters(run.memberships).reindex(run.papers["paper_id"])
    names, numbers = np.unique(own.fillna("").to_numpy().astype(str), return_inverse=True)
    if not len(names):
        return {}
    sums = np.zeros((len(names), run.vectors.shape[1]))
    np.add.at(sums, numbers, centre_vectors(run.vectors))
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centroids = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
    order = np.argsort(-np.round(centroids @ centroids.T, 6), axis=1, kind="stable")
    return {
        str(name): [str(names[k]) for k in row if k != number and names[k]]
        for number, (name, row) in enumerate(zip(names, order, strict=True))
        if name
    }
