"""The clusters of a run: papers placed in them, labels, figures of merit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.base import schema
from analysis.base.progress import Progress
from analysis.clusters import quality
from analysis.clusters.group_rows import cluster_groups, cluster_memberships, with_broader

if TYPE_CHECKING:
    from analysis.clusters import Clustering, ClusterTerms, PhraseCounts


@dataclass(frozen=True)
class Placed:
    """The clusters' part of `memberships` and `groups`, and their figures."""

    memberships: pd.DataFrame
    groups: pd.DataFrame
    figures: dict[str, Any]


def describe_clusters(
    papers: pd.DataFrame, *, vectors: np.ndarray, found: Clustering, progress: Progress
) -> Placed:
    """Place each paper, label the clusters and measure them.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`, n rows.
    vectors : float32 (n, d)
    found : Clustering
        From `clusters.find_clusters`.
    progress : Progress
    """
    from analysis import clusters

    figures: dict[str, Any] = {"coherence_npmi": None, "diversity": None, "share_well_placed": None}
    placed = cluster_memberships(papers, labels=found.labels, weights=found.weights)
    if found.weights.shape[1] == 0:
        return Placed(placed, schema.empty("groups"), figures)
    own = np.asarray(found.weights[np.arange(len(papers)), found.labels]).ravel()
    counts = clusters.count_phrases(
        papers["title"], papers["abstract"], track=progress.track("label")
    )
    words = clusters.cluster_terms(counts, labels=found.labels)
    best = clusters.exemplars(vectors, labels=found.labels, weights=own)
    groups = cluster_groups(
        papers, labels=found.labels, headings=words.labels, terms=words.terms, exemplars=best
    )
    groups = _with_broader(
        groups, papers=papers, counts=counts, vectors=vectors, found=found, own=own
    )
    figures["coherence_npmi"] = quality.coherence(
        words.terms, presence=words.presence, columns=words.columns
    )
    figures["diversity"] = quality.diversity(words.terms)
    figures["share_well_placed"] = quality.share_well_placed(own)
    return Placed(placed, groups, figures)


def _with_broader(
    groups: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    counts: PhraseCounts,
    vectors: np.ndarray,
    found: Clustering,
    own: np.ndarray,
) -> pd.DataFrame:
    """Add the broader clusters, if the papers are many enough for any."""
    from analysis import clusters

    levels = clusters.broader_levels(found.labels, graph=found.graph)
    if not levels:
        return groups
    ids = papers["paper_id"].to_numpy()
    below, names = found.labels, list(groups["label"])
    headings, terms, exemplars = [], [], []
    for parents in levels:
        labels = np.where(below >= 0, parents[below], -1)
        inside = labels >= 0
        words = clusters.cluster_terms(
            counts.of_rows(np.flatnonzero(inside)), labels=labels[inside]
        )
        headings.append(_headings(words, below=below[inside], parents=parents, names=names))
        terms.append(words.terms)
        best = clusters.exemplars(vectors[inside], labels=labels[inside], weights=own[inside])
        exemplars.append([[str(ids[inside][row]) for row in rows] for rows in best])
        below, names = labels, headings[-1]
    return with_broader(groups, levels=levels, headings=headings, terms=terms, exemplars=exemplars)


def _headings(
    words: ClusterTerms, *, below: np.ndarray, parents: np.ndarray, names: Sequence[str]
) -> list[str]:
    """Name broader clusters by a phrase that most of their parts hold, else by their parts."""
    from analysis.clusters import broader_heading

    sizes = np.bincount(below, minlength=len(parents))
    column_of = {name.casefold(): column for name, column in words.columns.items()}
    chosen = []
    for number, own in enumerate(words.labels):
        parts = np.flatnonzero(parents == number)
        column = column_of.get(own.casefold())
        held = [
            0.0 if column is None else float(words.presence[below == part, column].mean())
            for part in parts
        ]
        chosen.append(
            broader_heading(
                own, held=held, sizes=sizes[parts].tolist(), below=[names[part] for part in parts]
            )
        )
    return chosen
