"""Terms of clusters: the phrases that papers inside a cluster write more often than others."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from .phrases import PhraseCounts

N_TERMS = 10

_LENGTH_FACTOR = {1: 1.0, 2: 1.45, 3: 1.5}
_LEAST_LIFT = 1.5
_CANDIDATES = 80
_NESTED = 0.7


def ranked_columns(counts: PhraseCounts, *, numbers: np.ndarray) -> list[list[int]]:
    """Return the columns of each cluster's best phrases, best first.

    A phrase scores p log(p / q) (its part of the Kullback-Leibler divergence; p and q are the
    shares of papers inside and outside the cluster that contain it, a paper with the phrase in its
    title counting twice), times a factor for its length; p must be at least 1.5 q.

    Parameters
    ----------
    counts : PhraseCounts
        Of n papers.
    numbers : ndarray of int64, shape (n,)
        Clusters 0..c-1, -1 for papers that are in none.

    Returns
    -------
    list of list of int
        At most 80 columns per cluster; the commonest phrases if none is more common inside.
    """
    rows = np.flatnonzero(numbers >= 0)
    numbers, presence = numbers[rows], counts.presence[rows]
    counted = presence + counts.in_titles[rows]
    n, count = len(numbers), numbers.max() + 1
    members = sp.csr_matrix((np.ones(n), (numbers, np.arange(n))), shape=(count, n))
    inside = (members @ counted).toarray()
    papers_inside = (members @ presence).toarray()
    sizes = np.bincount(numbers, minlength=count)[:, None]
    everywhere = np.asarray(counted.sum(axis=0))
    p = inside / (2 * sizes)
    q = (everywhere - inside + 0.5) / (2 * (n - sizes) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(inside > 0, p * np.log(p / q), 0.0)
    if count == 1:  # there is nothing outside to compare with
        score, q = p.copy(), np.zeros_like(q)
    score *= [_LENGTH_FACTOR[key.count(" ") + 1] for key in counts.keys]
    score[papers_inside < 2] *= 0.01
    score[p < _LEAST_LIFT * q] = 0
    score[:, _always_inside_longer(presence, keys=counts.keys)] = 0
    order = np.argsort(-score, axis=1, kind="stable")[:, :_CANDIDATES]
    commonest = np.argsort(-papers_inside, axis=1, kind="stable")[:, :N_TERMS]
    return [
        [int(column) for column in best if score[cluster, column] > 0]
        or [int(column) for column in common if papers_inside[cluster, column] > 0]
        for cluster, (best, common) in enumerate(zip(order, commonest, strict=True))
    ]


def _always_inside_longer(presence: sp.csr_matrix, *, keys: np.ndarray) -> list[int]:
    """Return columns that nearly always stand inside one longer phrase ("large language")."""
    counts = np.asarray(presence.sum(axis=0)).ravel()
    column_of = {key: column for column, key in enumerate(keys)}
    nested = set()
    for key, column in column_of.items():
        words = key.split()
        for inner in (" ".join(words[1:]), " ".join(words[:-1])):
            if inner in column_of and counts[column] >= _NESTED * counts[column_of[inner]]:
                nested.add(column_of[inner])
    return sorted(nested)
