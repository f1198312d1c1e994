"""Shares: the table `trends`, confidence intervals, correction for errors, power of verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from analysis.base.schema import conform, empty

from .counts import Counts
from .log_odds_slopes import fit_lines
from .standardisation import standardised_shares
from .verdicts import SURE

TOWARDS_EXACT = 1 / 3
"""How far the limits are moved from Jeffreys (0) towards Clopper and Pearson (1/2)."""

STARTS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Shares of the first period for which `power_figures` gives the power."""


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


def detection_power(
    n_total: ArrayLike, *, first: float, last: float, n_groups: int, phi: ArrayLike = 1.0
) -> float:
    """Return the probability that a share from `first` to `last` is called rising or falling.

    The signed root of the likelihood ratio of the expected papers is the mean of the test
    statistic, whose standard deviation is about 1; the limit is .05 over the number of groups,
    which the first detected group must pass (Benjamini-Hochberg). It agrees with the simulation of
    `benchmarks/bench_trlimits.py` within a few percentage points.

    Parameters
    ----------
    n_total : array-like, shape (n_periods,)
        Papers of each full period; the periods are equally long.
    first, last : float
        Shares of the first and the last period, between 0 and 1; a straight line between them.
    n_groups : int
        Tested groups of all kinds together.
    phi : array-like, default 1
        Design effect, by period or the same for all.

    Returns
    -------
    float
        From 0 to 1; 0 if fewer than four periods have papers.
    """
    n = np.asarray(n_total, dtype="float64") / np.asarray(phi, dtype="float64")
    if (n > 0).sum() < 4:
        return 0.0
    x = np.arange(len(n), dtype="float64")
    expected = n * np.linspace(first, last, len(n))
    root = abs(float(fit_lines(expected[None, :], n=n, x=x).root[0]))
    limit = float(stats.norm.isf(SURE / 2 / max(n_groups, 1)))
    return float(stats.norm.sf(limit - root) + stats.norm.sf(limit + root))


def power_figures(counts: Counts, *, verdicts: pd.DataFrame) -> list[dict[str, float]]:
    """Return the power to detect shares that double or halve with a run's papers.

    `detection_power` in the full periods, with the number of tested groups and the overdispersion
    of the run: the median dispersion of the tested groups times the design effect of each period.

    Parameters
    ----------
    counts : Counts
    verdicts : DataFrame
        Table `verdicts` of these counts.

    Returns
    -------
    list of dict
        `first`, `last` (shares) and `power` (0 to 1), for each of `STARTS` a doubling and a
        halving; empty if no group was tested.
    """
    tested = verdicts[verdicts["direction"] != "too few to say"]
    if tested.empty:
        return []
    full = ~counts.is_partial & (counts.n_total > 0)
    phi = counts.phi[full] * float(tested["dispersion"].median())
    return [
        {
            "first": first,
            "last": round(first * times, 6),
            "power": round(
                detection_power(
                    counts.n_total[full],
                    first=first,
                    last=first * times,
                    n_groups=len(tested),
                    phi=phi,
                ),
                6,
            ),
        }
        for first in STARTS
        for times in (2.0, 0.5)
    ]


def corrected_share(
    k: ArrayLike,
    n: ArrayLike,
    *,
    precision: tuple[int, int],
    recall: tuple[int, int],
    phi: ArrayLike = 1.0,
    level: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of papers that truly belong to a topic, with its confidence interval.

    It is share * precision / recall. The three estimates are independent, so the squared distances
    of their limits add up on the logarithmic scale. An error that is the same in every period
    changes the level of shares but not their ratios.

    Parameters
    ----------
    k, n : array-like
        Counted papers and all papers.
    precision : (int, int)
        Labelled papers counted correctly, and all labelled papers counted.
    recall : (int, int)
        Labelled papers counted correctly, and all labelled papers that belong.
    phi : array-like, default 1
    level : float, default .95

    Returns
    -------
    share, low, high : ndarray of float64
        At most 1; NaN if n is 0, no paper is labelled, or none was counted correctly.

    References
    ----------
    W. J. Rogan and B. Gladen (1978), "Estimating prevalence from the results of a screening test",
    American Journal of Epidemiology 107:71-76, with precision in place of specificity; adding up
    distances: R. G. Newcombe (2001), "Logit confidence intervals and the inverse sinh
    transformation", The American Statistician 55:200-202.
    """
    k, n = np.asarray(k, dtype="float64"), np.asarray(n, dtype="float64")
    limits = [
        share_interval(k, n, phi=phi, level=level),
        *(share_interval(*each, level=level) for each in (precision, recall)),
    ]
    total = np.where(n > 0, n, np.nan)
    if not (precision[0] and recall[0]):
        nothing = np.full(total.shape, np.nan)
        return nothing, nothing, nothing
    # The logarithm of a share of 0 is undefined: its upper limit is used instead.
    values: list[NDArray[np.float64] | float] = [
        np.where(k > 0, k / total, limits[0][1]),
        precision[0] / precision[1],
        recall[0] / recall[1],
    ]
    with np.errstate(divide="ignore"):
        below = [np.log(v) - np.log(low) for v, (low, _) in zip(values, limits, strict=True)]
    above = [np.log(high) - np.log(v) for v, (_, high) in zip(values, limits, strict=True)]
    middle = np.log(values[0]) + np.log(values[1]) - np.log(values[2])
    # The limits of a divisor change sides.
    down = np.sqrt(below[0] ** 2 + below[1] ** 2 + above[2] ** 2)
    up = np.sqrt(above[0] ** 2 + above[1] ** 2 + below[2] ** 2)
    share = np.where(k > 0, np.exp(middle), np.where(n > 0, 0.0, np.nan))
    low, high = np.exp(middle - down), np.exp(middle + up)
    return np.minimum(share, 1.0), np.minimum(low, 1.0), np.minimum(high, 1.0)
