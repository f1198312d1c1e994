"""The table `trends`: shares by group and period, with their confidence intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from analysis.base.schema import conform, empty

from .counts import Counts
from .standardisation import standardised_shares

TOWARDS_EXACT = 1 / 3
"""How far the limits are moved from Jeffreys (0) towards Clopper and Pearson (1/2)."""


def share_interval(
    k: ArrayLike, n: ArrayLike, *, phi: ArrayLike = 1.0, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the confidence interval of the share of `k` papers out of `n`.

    With k' = k / phi, n' = n / phi and d = 1/3 the limits are quantiles of two beta distributions:
    low of Beta(k' + 1/2 - d, n' - k' + 1/2 + d), high of Beta(k' + 1/2 + d, n' - k' + 1/2 - d).
    d = 0 is the interval of Jeffreys, d = 1/2 that of Clopper and Pearson. The coverage of Jeffreys
    is as low as 85 to 88 % if few papers are expected; with d = 1/3 the coverage holds in every
    cell of the simulation in `benchmarks/bench_trends.py`, and the interval is narrower than the
    exact one.

    Parameters
    ----------
    k, n : array-like of numbers, shapes that broadcast
        Counted papers and all papers, 0 <= k <= n.
    phi : array-like, default 1
        Design effect of clumped arrivals, >= 1: n papers are worth n / phi independent ones.
    level : float, default .95
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float64
        Shares from 0 to 1 with low <= k / n <= high; low is exactly 0 if k = 0, high exactly 1
        if k = n, both NaN if n = 0.

    Raises
    ------
    ValueError
        If k < 0, k > n, phi < 1, or `level` is not between 0 and 1.

    References
    ----------
    L. D. Brown, T. T. Cai and A. DasGupta (2001), "Interval estimation for a binomial
    proportion", Statistical Science 16:101-133, sections 3.1, 4.1.2 and 4.2.1. C. J. Clopper and
    E. S. Pearson (1934), Biometrika 26:404-413. Effective numbers for clumped samples: L. Kish
    (1965), "Survey Sampling", section 8.2; E. L. Korn and B. I. Graubard (1998), "Confidence
    intervals for proportions with small expected number of positive counts estimated from survey
    data", Survey Methodology 24:193-201.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, must lie between 0 and 1")
    k, n, phi = (np.asarray(each, dtype="float64") for each in (k, n, phi))
    k, n, phi = np.broadcast_arrays(k, n, phi)
    if ((k < 0) | (k > n)).any():
        raise ValueError("k must lie between 0 and n")
    if not (phi >= 1).all():
        raise ValueError("phi must be at least 1")
    known = np.where(n > 0, n, np.nan)
    share = k / known
    inside, outside = 0.5 - TOWARDS_EXACT, 0.5 + TOWARDS_EXACT
    hits, misses = k / phi, (known - k) / phi
    tail = (1 - level) / 2
    low = special.betaincinv(hits + inside, misses + outside, tail)
    high = special.betaincinv(hits + outside, misses + inside, 1 - tail)
    # Exact at 0 and n, and never beyond the share itself if phi is so large that little is left.
    low = np.where(k == 0, np.minimum(known, 0.0), np.minimum(low, share))
    high = np.where(k == n, np.minimum(known, 1.0), np.maximum(high, share))
    return low, high


def trend_table(counts: Counts | None) -> pd.DataFrame:
    """Return the table `trends`; empty without counts.

    Returns
    -------
    DataFrame
        One row per group and period: `kind`, `group_id`, `freq`, `period` (first day),
        `period_end` (last day), `n_papers`, `n_total` (all papers of the period),
        `share` = n_papers / n_total, `share_low` and `share_high` (95 %, `share_interval`),
        `share_weighted` (sum of the weights of all stored memberships, counted or not, over
        n_total), `share_standardised` (`standardised_shares`; null if the papers have no
        lasting category, venue or source), `n_low_weight` (counted papers with a weight below .5
        for clusters, below .7 for topics), `phi` (design effect of clumped arrivals in the period)
        and `is_partial`. Shares and interval are null if n_total is 0.
    """
    if counts is None:
        return empty("trends")
    n_groups, n_periods = counts.n_papers.shape
    low, high = share_interval(counts.n_papers, counts.n_total, phi=counts.phi)
    known = np.where(counts.n_total > 0, counts.n_total, np.nan)
    table = pd.DataFrame(
        {
            "kind": np.repeat(counts.groups["kind"].to_numpy(), n_periods),
            "group_id": np.repeat(counts.groups["group_id"].to_numpy(), n_periods),
            "freq": counts.freq,
            "period": np.tile(counts.starts, n_groups),
            "period_end": np.tile(counts.ends, n_groups),
            "n_papers": counts.n_papers.ravel(),
            "n_total": np.tile(counts.n_total, n_groups),
            "share": (counts.n_papers / known).ravel(),
            "share_low": low.ravel(),
            "share_high": high.ravel(),
            "share_weighted": (counts.weight / known).ravel(),
            "share_standardised": _standardised(counts).ravel(),
            "n_low_weight": counts.n_low_weight.ravel(),
            "phi": np.tile(counts.phi, n_groups),
            "is_partial": np.tile(counts.is_partial, n_groups),
        }
    )
    return conform(table, name="trends")


def _standardised(counts: Counts) -> np.ndarray:
    if counts.strata is None:
        return np.full(counts.n_papers.shape, np.nan)
    return standardised_shares(counts.strata, full=~counts.is_partial)
