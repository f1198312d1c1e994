"""A fresh fit beside the run before: which cluster is which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

PRICE = 0.5
PAPERS = 0.7
"""Part of the shared papers in the likeness of two clusters that have many."""

CENTROIDS = 2 / 3
"""Part of the centroids in the rest; the terms have what is left of it."""

DOUBT = 3.0
"""So many papers that both runs know weigh half as much as any number of them."""


def match_fresh(
    shared: np.ndarray,
    *,
    ids: Sequence[str],
    centroids: tuple[np.ndarray, np.ndarray] | None = None,
    terms: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] | None = None,
    price: float = PRICE,
) -> list[str | None]:
    """Match the clusters of a fresh fit one to one with those of the previous run.

    Of all ways to pair them the one with the largest gain is taken, where a pair gains its
    likeness less 1 - `price` (`scipy.optimize.linear_sum_assignment`; Crouse 2016): a pair less
    alike than that is never made, so that both count as without partner.

    Likeness goes by the shared papers first: .7 m / (m + 3) of it is their Jaccard similarity,
    counted among papers that both runs know, m of which are in the larger of the two clusters.
    Two thirds of the rest are the cosine of the centroids, one third is the Jaccard similarity
    of the terms; where one of these is not given the other has its part, and where neither is the
    papers alone decide.

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
        From 0 (nothing is matched) to 1 (whatever is alike at all may be).

    Returns
    -------
    list of str or None, length n
        The old id of each new cluster, None for one that is new. The order of the old clusters
        does not matter.
    """
    order = np.argsort(np.asarray(ids, dtype="str"), kind="stable")
    like = likeness(shared, centroids=centroids, terms=terms)[order]
    gain = np.maximum(like - (1 - price), 0)
    out: list[str | None] = [None] * shared.shape[1]
    for row, column in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
        if gain[row, column] > 0:
            out[column] = str(ids[order[row]])
    return out


def likeness(
    shared: np.ndarray,
    *,
    centroids: tuple[np.ndarray, np.ndarray] | None = None,
    terms: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] | None = None,
) -> np.ndarray:
    """Return how alike each pair of clusters is, from 0 to 1.

    Parameters
    ----------
    shared, centroids, terms
        As for `match_fresh`.

    Returns
    -------
    ndarray of float64, shape (o, n)
    """
    counts = shared.astype("float64")
    known, given = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    by_papers = counts / np.maximum(known + given - counts, 1)
    others = []
    if centroids is not None:
        others.append((CENTROIDS, np.clip(_unit(centroids[0]) @ _unit(centroids[1]).T, 0, 1)))
    if terms is not None:
        others.append((1 - CENTROIDS, _by_terms(*terms)))
    if not others:
        return by_papers
    total = sum(part for part, _ in others)
    by_words = sum(part / total * figures for part, figures in others)
    most = np.maximum(known, given)
    weight = PAPERS * most / (most + DOUBT)
    return weight * by_papers + (1 - weight) * by_words


def _unit(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype("float64")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def _by_terms(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> np.ndarray:
    ours, theirs = ([frozenset(term.casefold() for term in row) for row in side]
                    for side in (old, new))  # fmt: skip
    out = np.zeros((len(ours), len(theirs)))
    for row, words in enumerate(ours):
        for column, others in enumerate(theirs):
            out[row, column] = len(words & others) / max(len(words | others), 1)
    return out
