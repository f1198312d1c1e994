"""Broader clusters: clusters so close to each other that one name can stand for them together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from .graph import join_closest, ties_between

SMALLEST_WITH_BROADER, FEWEST_CLUSTERS = 500, 4
"""Papers and clusters from which on there are broader clusters."""

_IN_ONE, _IN_ONE_ABOVE = 3, 5
_MOST_AT_THE_TOP = 24
_SPREAD, _LEAST_SHARE = 0.75, 0.08


def broader_levels(numbers: np.ndarray, *, graph: sp.csr_matrix) -> list[np.ndarray]:
    """Join clusters to broader ones, and these once more if there are many.

    Clusters are joined two by two, first those between which the graph has the most ties for
    their size: weight between the two over the product of their weights, average linkage on the
    graph that the clusters came from. About three make a broader one; if more than 24 broader
    ones result, about five of these make one more. Of size-weighted Ward linkage of centroids,
    average linkage of centroids, greedy modularity and this one, this was nearest to the 16
    categories of labelled arXiv abstracts (10 groups from 32 clusters: AMI .709; .692, .709,
    .703), and the only one of the two best that left no mixed remainder in daily papers.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Clusters 0..c-1; all -1 if there are none.
    graph : csr_matrix of float64, shape (n, n)
        From `neighbour_graph`.

    Returns
    -------
    list of ndarray of int64
        One entry per level, finest first: for each cluster of the level below, the number of the
        broader one it is in, 0..k-1; -1 if it stays alone. Empty under 500 papers or four
        clusters.
    """
    count = int(numbers.max(initial=-1)) + 1
    if len(numbers) < SMALLEST_WITH_BROADER or count < FEWEST_CLUSTERS:
        return []
    ties = ties_between(numbers, graph=graph)
    first = _join(ties, count=max(2, round(count / _IN_ONE)))
    if first.max() + 1 <= _MOST_AT_THE_TOP:
        return [_without_singles(first)]
    onto = np.eye(first.max() + 1)[first]
    second = _join(onto.T @ ties @ onto, count=round((first.max() + 1) / _IN_ONE_ABOVE))
    return _two_levels(first, second)


def _join(ties: np.ndarray, *, count: int) -> np.ndarray:
    return join_closest(
        ties,
        ties.sum(axis=1),
        closeness=lambda ties, volumes: ties / np.outer(volumes, volumes),
        count=count,
    )


def _without_singles(groups: np.ndarray) -> np.ndarray:
    """Set clusters that are alone in their group to -1 and renumber the groups."""
    sizes = np.bincount(groups)
    kept = np.cumsum(sizes > 1) - 1
    return np.where(sizes[groups] > 1, kept[groups], -1)


def _two_levels(first: np.ndarray, second: np.ndarray) -> list[np.ndarray]:
    """Combine two levels; a cluster that is alone in its group is part of no broader one.

    A cluster alone on the first level cannot be in the second: it would skip a level.
    """
    fine = _without_singles(first)
    of_group = np.full(fine.max() + 1, -1)
    of_group[fine[fine >= 0]] = second[first[fine >= 0]]
    _, of_group = np.unique(of_group, return_inverse=True)
    return [fine, _without_singles(of_group)]


def broader_heading(
    heading: str, *, shares: Sequence[float], sizes: Sequence[int], parts: Sequence[str]
) -> str:
    """Choose the heading of a broader cluster.

    Parameters
    ----------
    heading : str
        The heading that its papers together would get as one cluster.
    shares : sequence of float
        For each cluster in it, the share of papers that contain this heading.
    sizes : sequence of int
        Papers of each cluster in it.
    parts : sequence of str
        The headings of the clusters in it.

    Returns
    -------
    str
        `heading`, if at least 8 % of the papers of clusters that make up three quarters of it
        contain it and none of them has that name already; else the names of the two largest.
    """
    spread = sum(n for n, share in zip(sizes, shares, strict=True) if share >= _LEAST_SHARE)
    if spread >= _SPREAD * sum(sizes) and heading.casefold() not in {p.casefold() for p in parts}:
        return heading
    order = sorted(range(len(parts)), key=lambda i: (-sizes[i], i))
    return " · ".join(parts[i].split(" · ")[0] for i in order[:2])
