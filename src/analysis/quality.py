"""How good the clusters are, in numbers with a formula and a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from .schema import COUNTED_WEIGHT


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
        Which paper holds which term.
    columns : mapping of str to int
        Column of each term.

    Returns
    -------
    float or None
        From -1 to 1; None where no cluster has two terms.
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
