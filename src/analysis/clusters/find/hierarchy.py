"""Broader clusters: which clusters lie so close that one name can stand for them together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

SMALLEST_WITH_BROADER, FEWEST_CLUSTERS = 500, 4
"""Papers and clusters from which on there are broader clusters."""

_IN_ONE, _IN_ONE_ABOVE = 3, 5
_MOST_AT_THE_TOP = 24
_SPREAD, _HELD = 0.75, 0.08


def broader_levels(labels: np.ndarray, *, graph: sp.csr_matrix) -> list[np.ndarray]:
    """Join clusters to broader ones, and these once more where they are many.

    Clusters are joined two by two, first those between which the graph has the most ties for
    their size: weight between the two over the product of their weights, average linkage on the
    graph that the clusters came from. About three make a broader one; where more than 24 broader
    ones come out, about five of these make one more. Of size-weighted Ward linkage of centroids,
    average linkage of centroids, greedy modularity and this one, this was nearest to the 16
    categories of labelled arXiv abstracts (10 groups from 32 clusters: AMI .709; .692, .709,
    .703), and the only one of the two best that left no mixed rest in daily papers.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        Clusters 0..c-1; all -1 where there are none.
    graph : csr_matrix of float64, shape (n, n)
        From `neighbour_graph`.

    Returns
    -------
    list of ndarray of int64
        One entry a level, finest first: for each cluster of the level below, the number of the
        broader one it is in, 0..k-1; -1 where it stays alone. Empty under 500 papers or four
        clusters.
    """
    n, count = len(labels), int(labels.max(initial=-1)) + 1
    if n < SMALLEST_WITH_BROADER or count < FEWEST_CLUSTERS:
        return []
    members = sp.csr_matrix((np.ones(n), (np.arange(n), labels)), shape=(n, count))
    ties = (members.T @ graph @ members).toarray()
    first = _joined(ties, count=max(2, round(count / _IN_ONE)))
    if first.max() + 1 <= _MOST_AT_THE_TOP:
        return [_alone_apart(first)]
    onto = np.eye(first.max() + 1)[first]
    second = _joined(onto.T @ ties @ onto, count=round((first.max() + 1) / _IN_ONE_ABOVE))
    return _levels(first, second)


def _joined(ties: np.ndarray, *, count: int) -> np.ndarray:
    """Return for each row the number of its group, `count` groups, numbered by first row."""
    ties, volumes, name = ties.copy(), ties.sum(axis=1), np.arange(len(ties))
    while len(ties) > count:
        density = ties / np.outer(volumes, volumes)
        np.fill_diagonal(density, -1)
        a, b = sorted(np.unravel_index(int(density.argmax()), density.shape))
        ties[a] += ties[b]
        ties[:, a] += ties[:, b]
        ties = np.delete(np.delete(ties, b, axis=0), b, axis=1)
        volumes[a] += volumes[b]
        volumes = np.delete(volumes, b)
        name = np.where(name == b, a, name)
        name = name - (name > b)
    return name


def _alone_apart(name: np.ndarray) -> np.ndarray:
    """Set clusters that are alone in their group to -1 and renumber the groups."""
    sizes = np.bincount(name)
    kept = np.cumsum(sizes > 1) - 1
    return np.where(sizes[name] > 1, kept[name], -1)


def _levels(first: np.ndarray, second: np.ndarray) -> list[np.ndarray]:
    """Put two levels together; what is alone in its group hangs from no broader one.

    A cluster alone on the first level cannot be in the second: it would skip a level.
    """
    fine = _alone_apart(first)
    of_group = np.full(fine.max() + 1, -1)
    of_group[fine[fine >= 0]] = second[first[fine >= 0]]
    _, of_group = np.unique(of_group, return_inverse=True)
    return [fine, _alone_apart(of_group)]


def broader_heading(
    own: str, *, held: Sequence[float], sizes: Sequence[int], below: Sequence[str]
) -> str:
    """Choose the heading of a broader cluster.

    Parameters
    ----------
    own : str
        The heading that its papers together would get as one cluster.
    held : sequence of float
        For each cluster in it, the share of papers that hold this heading.
    sizes : sequence of int
        Papers of each cluster in it.
    below : sequence of str
        The headings of the clusters in it.

    Returns
    -------
    str
        `own`, where at least 8 % of the papers of clusters that make up three quarters of it hold
        it and none of them has that name already; else the names of the two largest.
    """
    spread = sum(n for n, share in zip(sizes, held, strict=True) if share >= _HELD)
    if spread >= _SPREAD * sum(sizes) and own.casefold() not in {h.casefold() for h in below}:
        return own
    order = sorted(range(len(below)), key=lambda i: (-sizes[i], i))
    return " · ".join(below[i].split(" · ")[0] for i in order[:2])
