"""Figures of merit of clusters, each with its formula and source, and how often they recur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis.base.schema import COUNTED_WEIGHT

CONTESTED = 0.1
"""A paper is contested if its two highest cluster weights differ by no more than this."""

LARGEST_GRADED = 10_000
"""Papers above which clusters are graded only on request: there five subsamples cost a fifth of a
run, at 20,000 twice as much."""

_MANY = 6_000


def npmi(both: float, first: float, second: float) -> float:
    """Return the normalised pointwise mutual information of two events (Bouma 2009).

    NPMI = log(p(a, b) / (p(a) p(b))) / -log p(a, b): -1 never together, 0 independent, 1 always
    together.

    Parameters
    ----------
    both, first, second : float
        Probabilities p(a, b), p(a) and p(b).
    """
    if both <= 0:
        return -1.0
    if both >= 1:
        return 1.0
    return float(np.log(both / (first * second)) / -np.log(both))


def coherence(
    terms: Sequence[Sequence[str]], *, presence: sp.csr_matrix, columns: Mapping[str, int]
) -> float | None:
    """Return the mean NPMI over all pairs of a cluster's terms, then over clusters.

    Röder, Both & Hinneburg 2015, with papers as the windows in which terms meet.

    Parameters
    ----------
    terms : sequence of sequences of str
        Terms of each cluster.
    presence : csr_matrix of bool, shape (n papers, n terms)
        Which paper contains which term.
    columns : mapping of str to int
        Column of each term.

    Returns
    -------
    float or None
        From -1 to 1; None if no cluster has two terms.
    """
    n = presence.shape[0]
    counts = presence.astype(np.float64)
    together = (counts.T @ counts).tocsr() / max(n, 1)
    values = []
    for of_cluster in terms:
        pairs = [(columns[a], columns[b]) for a, b in combinations(of_cluster, 2)]
        if pairs:
            values.append(
                np.mean([npmi(together[a, b], together[a, a], together[b, b]) for a, b in pairs])
            )
    return float(np.mean(values)) if values else None


def diversity(terms: Sequence[Sequence[str]]) -> float | None:
    """Return the share of different terms among all terms of all clusters (Dieng et al. 2020)."""
    every = [term.casefold() for of_cluster in terms for term in of_cluster]
    return len(set(every)) / len(every) if every else None


def share_well_placed(weights: np.ndarray) -> float | None:
    """Return the share of papers whose primary cluster has a weight of at least .5."""
    return float((weights >= COUNTED_WEIGHT).mean()) if len(weights) else None


def cluster_stability(numbers: np.ndarray, *, fits: np.ndarray) -> np.ndarray:
    """Return how well each cluster recurs in fits of subsamples (Hennig 2007).

    In each subsample the cluster, as far as it is in it, is compared with the cluster of the fit
    that is most similar: their Jaccard similarity, papers in both over papers in either. The mean
    over the subsamples is the figure.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Clusters 0..c-1, -1 for papers in none.
    fits : ndarray of int64, shape (b, n)
        Clusters of each fit, -1 for papers that are not in its subsample.

    Returns
    -------
    ndarray of float64, shape (c,)
        From 0 to 1; NaN for a cluster that no subsample contains a paper of.
    """
    count = int(numbers.max(initial=-1)) + 1
    best = np.full((len(fits), count), np.nan)
    for row, fit in enumerate(fits):
        inside = fit >= 0
        own, other = numbers[inside], fit[inside]
        shared = np.zeros((count, int(other.max(initial=0)) + 1))
        np.add.at(shared, (own[own >= 0], other[own >= 0]), 1)
        sizes = shared.sum(axis=1, keepdims=True)
        either = sizes + np.bincount(other, minlength=shared.shape[1]) - shared
        best[row] = np.where(sizes[:, 0] > 0, (shared / np.maximum(either, 1)).max(axis=1), np.nan)
    known = ~np.isnan(best)
    totals = np.where(known, best, 0).sum(axis=0)
    return np.where(known.any(axis=0), totals / np.maximum(known.sum(axis=0), 1), np.nan)


def n_subsamples(n: int) -> int:
    """Return how many subsamples grade n papers: 8 up to 6,000, then 5.

    On 5,840 papers the figures of 8 differ by .04 from those of 40, the figures of 5 by .06 (mean
    absolute difference); five of six clusters have the same grade in words with 8, four of five
    with 5.
    """
    return 8 if n <= _MANY else 5


def grading_is_due(n: int, *, fitted: bool, grades: bool | None) -> bool:
    """Return whether a run's clusters are graded.

    Parameters
    ----------
    n : int
        Papers.
    fitted : bool
        All papers were clustered from scratch in this run, if only to look for births.
    grades : bool or None
        What the user asked for; None leaves it to the rule: after a fit of up to 10,000 papers.
    """
    return grades if grades is not None else fitted and n <= LARGEST_GRADED


def grade_clusters(clusters: pd.Series, *, fits: np.ndarray) -> dict[str, float]:
    """Return the stability of each cluster by its id (`cluster_stability`).

    Parameters
    ----------
    clusters : Series of str, length n
        Primary cluster of each paper, null if it has none.
    fits : ndarray of int64, shape (b, n)
        From `subsample_fits`.
    """
    names = sorted(clusters.dropna().unique())
    numbers = pd.Index(names, dtype="str").get_indexer(clusters)
    return dict(zip(names, cluster_stability(numbers, fits=fits).tolist(), strict=True))


def contested(memberships: pd.DataFrame, *, within: float = CONTESTED) -> pd.DataFrame:
    """Return the papers whose two highest cluster weights are close to each other.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`; only clusters count, and only weights that are stored (of at least
        .1, or primary).
    within : float

    Returns
    -------
    DataFrame
        `paper_id`, `first_id`, `first_weight`, `second_id`, `second_weight`: the heavier cluster
        first, of equal weights the primary one; sorted by `paper_id`.
    """
    rows = memberships[memberships["kind"] == "cluster"].sort_values(
        ["paper_id", "weight", "is_primary", "group_id"], ascending=[True, False, False, True]
    )
    rank = rows.groupby("paper_id").cumcount().to_numpy()
    columns = rows.set_index("paper_id")[["group_id", "weight"]]
    first, second = columns[rank == 0], columns[rank == 1]
    both = first.add_suffix("_first").join(second.add_suffix("_second"), how="inner")
    # Weights are stored as float32: .45 - .35 is a little more than .1.
    gap = both["weight_first"].astype("float64") - both["weight_second"].astype("float64")
    out = both[gap <= within + 1e-6].reset_index()
    out.columns = ["paper_id", "first_id", "first_weight", "second_id", "second_weight"]
    return out
