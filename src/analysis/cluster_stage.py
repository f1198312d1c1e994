"""The clusters of a run: papers placed in them, labels, figures of merit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import quality, schema
from .groups import cluster_groups, cluster_memberships
from .progress import Progress

if TYPE_CHECKING:
    from .clusters import Clustering


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
    from . import clusters

    figures: dict[str, Any] = {"coherence_npmi": None, "diversity": None, "share_well_placed": None}
    placed = cluster_memberships(papers, labels=found.labels, weights=found.weights)
    if found.weights.shape[1] == 0:
        return Placed(placed, schema.empty("groups"), figures)
    own = np.asarray(found.weights[np.arange(len(papers)), found.labels]).ravel()
    words = clusters.cluster_terms(
        papers["title"], papers["abstract"], labels=found.labels, track=progress.track("label")
    )
    best = clusters.exemplars(vectors, labels=found.labels, weights=own)
    groups = cluster_groups(
        papers, labels=found.labels, headings=words.labels, terms=words.terms, exemplars=best
    )
    figures["coherence_npmi"] = quality.coherence(
        words.terms, presence=words.presence, columns=words.columns
    )
    figures["diversity"] = quality.diversity(words.terms)
    figures["share_well_placed"] = quality.share_well_placed(own)
    return Placed(placed, groups, figures)
