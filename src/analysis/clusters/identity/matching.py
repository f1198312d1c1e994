"""Clusters of a fresh fit matched to those of the parent run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

PRICE = 0.5
PAPERS = 0.7
"""Weight of the shared papers in the similarity of two clusters that have many."""

CENTROIDS = 2 / 3
"""Weight of the centroids in the rest; the remainder goes to the terms."""

DOUBT = 3.0
"""With this many papers that both runs know, the shared papers have half of their weight."""


def match_fresh(
    shared: np.ndarray,
    *,
    ids: Sequence[str],
    centroids: tuple[np.ndarray, np.ndarray] | None = None,
    terms: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] | None = None,
    price: float = PRICE,
) -> list[str | None]:
    """Match the clusters of a fresh fit one to one with those of the previous run.

    Of all assignments the one with the largest gain is taken, where a pair gains its similarity
    less 1 - `price` (`scipy.optimize.linear_sum_assignment`; Crouse 2016): less similar pairs are
    never matched, so that both stay without a partner.

    The similarity depends on the shared papers first: .7 m / (m + 3) of it is their Jaccard
    similarity, counted among papers that both runs know, m of which are in the larger of the two
    clusters. Two thirds of the rest are the cosine of the centroids, one third is the Jaccard
    similarity of the terms; if one of these is not given the other takes its weight, and if
    neither is the papers alone decide.

    Parameters
    ----------
    shared : ndarray of int64, shape (o, n)
        Papers in each pair of an old and a new cluster.
    ids : sequence of str, length o
        Ids of the old clusters.
    centroids : pair of ndarray, shapes (o, d) and (n, d), optional
        Means of the clusters' vectors, old and new; any length.
    terms : pair of sequences, optional
        Terms of each old and each new cluster.
    price : float
        From 0 (nothing is matched) to 1 (clusters with any similarity may be).

    Returns
    -------
    list of str or None, length n
        The old id of each new cluster, None for one that is new. The order of the old clusters
        does not matter.
    """
    order = np.argsort(np.asarray(ids, dtype="str"), kind="stable")
    similarity = cluster_similarity(shared, centroids=centroids, terms=terms)[order]
    gain = np.maximum(similarity - (1 - price), 0)
    out: list[str | None] = [None] * shared.shape[1]
    for row, column in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
        if gain[row, column] > 0:
            out[column] = str(ids[order[row]])
    return out


def cluster_similarity(
    shared: np.ndarray,
    *,
    centroids: tuple[np.ndarray, np.ndarray] | None = None,
    terms: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] | None = None,
) -> np.ndarray:
    """Return the similarity of each pair of clusters, from 0 to 1.

    Parameters
    ----------
    shared, centroids, terms
        As for `match_fresh`.

    Returns
    -------
    ndarray of float64, shape (o, n)
    """
    counts = shared.astype("float64")
    old, new = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    by_papers = counts / np.maximum(old + new - counts, 1)
    others = []
    if centroids is not None:
        others.append((CENTROIDS, np.clip(_unit(centroids[0]) @ _unit(centroids[1]).T, 0, 1)))
    if terms is not None:
        others.append((1 - CENTROIDS, _term_similarity(*terms)))
    if not others:
        return by_papers
    total = sum(weight for weight, _ in others)
    by_content = sum(weight / total * figures for weight, figures in others)
    most = np.maximum(old, new)
    weight = PAPERS * most / (most + DOUBT)
    return weight * by_papers + (1 - weight) * by_content


def _unit(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype("float64")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def _term_similarity(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> np.ndarray:
    before, after = (
        [frozenset(term.casefold() for term in terms) for terms in side] for side in (old, new)
    )
    return np.array(
        [[len(a & b) / max(len(a | b), 1) for b in after] for a in before], dtype=np.float64
    ).reshape(len(before), len(after))
