"""Design effects of papers that arrive in clumps (listed on one day, or in one venue).

In survey sampling clumps are called clusters, a word that means something else here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

MIN_CLUMPS = 10
"""Clumps beyond one per period that an estimate needs; with fewer, papers count as independent."""


@dataclass(frozen=True)
class ClumpCounts:
    """Papers by group and clump: one entry for each group and clump with papers.

    Attributes
    ----------
    group, clump : ndarray of int64, shape (m,)
        Numbers of the group and of the clump.
    n_papers : ndarray of int64, shape (m,)
        Papers of that group in that clump.
    size, period : ndarray of int64, shape (n_clumps,)
        Total papers of each clump, and the number of its period.
    """

    group: NDArray[np.int64]
    clump: NDArray[np.int64]
    n_papers: NDArray[np.int64]
    size: NDArray[np.int64]
    period: NDArray[np.int64]


def papers_by_period(
    clumps: ClumpCounts, *, n_groups: int, n_periods: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return papers by group and period, shape (n_groups, n_periods), and papers by period."""
    cell = clumps.group * n_periods + clumps.period[clumps.clump]
    n_papers = np.bincount(cell, weights=clumps.n_papers, minlength=n_groups * n_periods)
    n_total = np.bincount(clumps.period, weights=clumps.size, minlength=n_periods)
    table = np.rint(n_papers).astype("int64").reshape(n_groups, n_periods)
    return table, np.rint(n_total).astype("int64")


def clump_correlation(clumps: ClumpCounts, *, n_groups: int, full: NDArray[np.bool_]) -> float:
    """Estimate the intraclass correlation of clumps, pooled over all groups and full periods.

    For a group of share p in a period, the squared deviations of its clumps, sum (k_c - p m_c)^2
    with k_c of the clump's m_c papers, have the expectation p(1 - p) [(1 - r) A + r B], where
    A = n - S2 / n, B = S2 - 2 S3 / n + S2^2 / n^2, and S_j is the sum of m_c^j over the period's
    clumps; r is the correlation. Both sides are summed over groups and periods and set equal, with
    an unbiased estimate of p(1 - p) under the same r, by iteration.

    Parameters
    ----------
    clumps : ClumpCounts
    n_groups : int
    full : ndarray of bool, shape (n_periods,)
        Full periods.

    Returns
    -------
    float
        From 0 to .95; 0 if there are fewer than `MIN_CLUMPS` clumps more than periods.

    References
    ----------
    The moment estimator of the intraclass correlation of proportions: M. S. Ridout, C. G. B.
    Demetrio and D. Firth (1999), "Estimating intraclass correlation for binary data", Biometrics
    55:137-148; W. G. Cochran (1977), "Sampling Techniques", chapter 9A, for unequal clumps.
    """
    sums = _sums(clumps, full=full)
    if n_groups == 0 or sums is None:
        return 0.0
    by_group = _deviations(clumps, sums=sums, n_groups=n_groups)
    squares, spread = (each.sum(axis=0) for each in by_group)
    observed = squares[sums.used].sum()
    correlation = 0.0
    for _ in range(20):
        effect = 1 - correlation + correlation * sums.s2 / sums.n
        unbiased = (spread / np.maximum(1 - effect / sums.n, 0.05))[sums.used]
        largest = (unbiased * (sums.together - sums.alone)[sums.used]).sum()
        if largest <= 0:
            return 0.0
        correlation = (observed - (unbiased * sums.alone[sums.used]).sum()) / largest
        correlation = float(np.clip(correlation, 0.0, 0.95))
    return correlation


def design_effect(
    clumps: ClumpCounts, *, correlation: float, n_periods: int
) -> NDArray[np.float64]:
    """Return phi of each period: 1 + correlation (mean clump size of a paper - 1), at least 1.

    References
    ----------
    L. Kish (1965), "Survey Sampling", sections 5.4 and 8.2, with clump sizes
    weighted by papers, S2 / n.
    """
    m = clumps.size.astype("float64")
    n = np.bincount(clumps.period, weights=m, minlength=n_periods)
    s2 = np.bincount(clumps.period, weights=m * m, minlength=n_periods)
    mean_size = np.where(n > 0, s2 / np.where(n > 0, n, 1.0), 1.0)
    return np.maximum(1 + correlation * (mean_size - 1), 1.0)


def exchangeability_p(
    clumps: ClumpCounts, *, n_groups: int, x: NDArray[np.float64], full: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return p of each group's slope if whole clumps are exchanged over time.

    If a group's share is independent of time, the dates of clumps are exchangeable. The slope's
    score, sum r_c x_c with r_c = k_c - p m_c over all clumps c, then has the variance sum r_c^2
    times the variance of x over clumps; r / sqrt(1 - r^2) of the correlation r of r_c with x_c is
    compared with Student's t. A workshop that makes up half of a group is not a trend in this test,
    whenever it took place; with a dispersion shared between groups it could be one.

    Parameters
    ----------
    clumps : ClumpCounts
    n_groups : int
    x : ndarray of float, shape (n_periods,)
        Years.
    full : ndarray of bool, shape (n_periods,)
        Full periods.

    Returns
    -------
    ndarray of float64, shape (n_groups,)
        Two-sided p; 0, which never decides, if there are fewer than `MIN_CLUMPS` clumps more than
        periods.

    References
    ----------
    E. J. G. Pitman (1937), "Significance tests which may be applied to samples from any
    populations II: the correlation coefficient test", Supplement to the Journal of the Royal
    Statistical Society 4:225-232.
    """
    used = full[clumps.period] & (clumps.size > 0)
    if used.sum() - full.sum() < MIN_CLUMPS:
        return np.zeros(n_groups)
    m = clumps.size[used].astype("float64")
    times = x[clumps.period]
    centred = times - times[used].mean()
    rows = used[clumps.clump]
    group, clump = clumps.group[rows], clumps.clump[rows]
    k = clumps.n_papers[rows].astype("float64")

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(group, weights=values, minlength=n_groups).astype("float64")

    share = summed(k) / m.sum()
    score = summed(k * centred[clump]) - share * (m * centred[used]).sum()
    squares = summed(k * k) - 2 * share * summed(k * clumps.size[clump]) + share**2 * (m * m).sum()
    scale = np.sqrt(np.maximum(squares, 0.0) * (centred[used] ** 2).sum())
    r = np.divide(score, scale, out=np.zeros(n_groups), where=scale > 0)
    df = float(used.sum() - 2)
    t = np.abs(r) * np.sqrt(df / np.maximum(1 - r**2, 1e-12))
    return 2 * stats.t.sf(t, df)


def group_design_effect(
    clumps: ClumpCounts, *, n_groups: int, correlation: float, full: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how many times more clumped each group is than the pooled correlation implies.

    Both sides of the equation in `clump_correlation`, summed over full periods for each group
    separately: observed over expected under the pooled correlation. Deviations are from the group's
    share in the same period, so that trends and bursts do not count as clumps.

    Parameters
    ----------
    clumps : ClumpCounts
    n_groups : int
    correlation : float
        From `clump_correlation`.
    full : ndarray of bool, shape (n_periods,)

    Returns
    -------
    ndarray of float64, shape (n_groups,)
        At least 1; 1 if there are fewer than `MIN_CLUMPS` clumps more than periods.
    """
    sums = _sums(clumps, full=full)
    if sums is None:
        return np.ones(n_groups)
    squares, spread = _deviations(clumps, sums=sums, n_groups=n_groups)
    effect = 1 - correlation + correlation * sums.s2 / sums.n
    unbiased = spread / np.maximum(1 - effect / sums.n, 0.05)
    expected = unbiased * ((1 - correlation) * sums.alone + correlation * sums.together)
    observed = squares[:, sums.used].sum(axis=1)
    return np.maximum(observed / np.maximum(expected[:, sums.used].sum(axis=1), 1e-12), 1.0)


def squared_deviations(
    clumps: ClumpCounts, *, share: NDArray[np.float64], full: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return by group and period sum (k_c - p_t m_c)^2 over clumps, for given shares p_t.

    Zeros if there are fewer than `MIN_CLUMPS` clumps more than periods: clumps are unknown then.
    """
    sums = _sums(clumps, full=full)
    if sums is None:
        return np.zeros(share.shape)
    return np.maximum(_deviations(clumps, sums=sums, n_groups=len(share), share=share)[0], 0.0)


@dataclass(frozen=True)
class _Sums:
    """Papers of each period, sums of squares of clump sizes, and the factors A and B."""

    used: NDArray[np.bool_]
    n: NDArray[np.float64]
    s2: NDArray[np.float64]
    alone: NDArray[np.float64]
    together: NDArray[np.float64]


def _sums(clumps: ClumpCounts, *, full: NDArray[np.bool_]) -> _Sums | None:
    m = clumps.size.astype("float64")
    n, s2, s3 = (
        np.bincount(clumps.period, weights=m**j, minlength=len(full)).astype("float64")
        for j in (1, 2, 3)
    )
    n_clumps = np.bincount(clumps.period, weights=m > 0, minlength=len(full))
    used = full & (n_clumps > 1)
    if (n_clumps - 1)[used].sum() < MIN_CLUMPS:
        return None
    n = np.where(n > 0, n, 1.0)
    return _Sums(used, n, s2, n - s2 / n, s2 - 2 * s3 / n + s2**2 / n**2)


def _deviations(
    clumps: ClumpCounts, *, sums: _Sums, n_groups: int, share: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return squared deviations of clumps and share (1 - share), by group and period."""
    n_periods = len(sums.n)
    cell = clumps.group * n_periods + clumps.period[clumps.clump]
    k = clumps.n_papers.astype("float64")
    shape = (n_groups, n_periods)

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.bincount(cell, weights=values, minlength=n_groups * n_periods)
        return sums.astype("float64").reshape(shape)

    share = summed(k) / sums.n if share is None else share
    cross = summed(k * clumps.size[clumps.clump])
    return summed(k * k) - 2 * share * cross + share**2 * sums.s2, share * (1 - share)
