"""Papers come in clumps (a day's listing, a venue): how much less they tell than as many alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEAST_CLUMPS = 10
"""Clumps beyond one a period that an estimate needs; with fewer, papers count as independent."""


@dataclass(frozen=True)
class Clumped:
    """Which papers of a group arrived together: one entry for each group and clump with papers.

    Attributes
    ----------
    group, clump : ndarray of int64, shape (m,)
        Numbers of the group and of the clump.
    n_papers : ndarray of int64, shape (m,)
        Papers of that group in that clump.
    size, period : ndarray of int64, shape (n_clumps,)
        Papers of each clump in all, and the number of the period that holds it.
    """

    group: NDArray[np.int64]
    clump: NDArray[np.int64]
    n_papers: NDArray[np.int64]
    size: NDArray[np.int64]
    period: NDArray[np.int64]


def counted(
    clumped: Clumped, *, n_groups: int, n_periods: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return papers by group and period, shape (n_groups, n_periods), and papers by period."""
    cell = clumped.group * n_periods + clumped.period[clumped.clump]
    n_papers = np.bincount(cell, weights=clumped.n_papers, minlength=n_groups * n_periods)
    n_total = np.bincount(clumped.period, weights=clumped.size, minlength=n_periods)
    table = np.rint(n_papers).astype("int64").reshape(n_groups, n_periods)
    return table, np.rint(n_total).astype("int64")


def clump_correlation(clumped: Clumped, *, n_groups: int, full: NDArray[np.bool_]) -> float:
    """Estimate how alike two papers of one clump are, pooled over all groups and full periods.

    For a group of share p in a period, the squared deviations of its clumps, sum (k_c - p m_c)^2
    with k_c of the clump's m_c papers, have the expectation p(1 - p) [(1 - r) A + r B], where
    A = n - S2 / n, B = S2 - 2 S3 / n + S2^2 / n^2, and S_j is the sum of m_c^j over the period's
    clumps; r is the correlation. Sums over groups and periods of both sides are set equal. For
    p(1 - p) stands its unbiased estimate under the same r, found by iteration.

    Parameters
    ----------
    clumped : Clumped
    n_groups : int
    full : ndarray of bool, shape (n_periods,)
        Periods that count.

    Returns
    -------
    float
        From 0 to .95; 0 where there are fewer than `LEAST_CLUMPS` clumps more than periods.

    References
    ----------
    The moment estimator of the intraclass correlation of proportions: M. S. Ridout, C. G. B.
    Demetrio and D. Firth (1999), "Estimating intraclass correlation for binary data", Biometrics
    55:137-148; W. G. Cochran (1977), "Sampling Techniques", chapter 9A, for unequal clumps.
    """
    sums = _sums(clumped, full=full)
    if n_groups == 0 or sums is None:
        return 0.0
    by_group = _deviations(clumped, sums=sums, n_groups=n_groups)
    squares, spread = (each.sum(axis=0) for each in by_group)
    observed = squares[sums.used].sum()
    correlation = 0.0
    for _ in range(20):
        effect = 1 - correlation + correlation * sums.s2 / sums.n
        unbiased = (spread / np.maximum(1 - effect / sums.n, 0.05))[sums.used]
        most = (unbiased * (sums.together - sums.alone)[sums.used]).sum()
        if most <= 0:
            return 0.0
        correlation = (observed - (unbiased * sums.alone[sums.used]).sum()) / most
        correlation = float(np.clip(correlation, 0.0, 0.95))
    return correlation


def design_effect(clumped: Clumped, *, correlation: float, n_periods: int) -> NDArray[np.float64]:
    """Return phi of each period: 1 + correlation (mean size of a paper's clump - 1), at least 1.

    References
    ----------
    L. Kish (1965), "Survey Sampling", sections 5.4 and 8.2, with the size of clumps weighted by
    their papers, S2 / n.
    """
    m = clumped.size.astype("float64")
    n = np.bincount(clumped.period, weights=m, minlength=n_periods)
    s2 = np.bincount(clumped.period, weights=m * m, minlength=n_periods)
    mean_size = np.where(n > 0, s2 / np.where(n > 0, n, 1.0), 1.0)
    return np.maximum(1 + correlation * (mean_size - 1), 1.0)


def exchange_p(
    clumped: Clumped, *, n_groups: int, x: NDArray[np.float64], full: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how easily whole clumps, dealt out anew over time, give as steep a slope.

    If a group's share has nothing to do with time, clumps could change their dates. The slope's
    score, sum r_c x_c with r_c = k_c - p m_c over all clumps c, then has the variance sum r_c^2
    times the variance of x over clumps; r / sqrt(1 - r^2) of the correlation r of r_c with x_c is
    compared with Student's t. One workshop that makes up half of a group cannot pass for a trend
    here, wherever in time it falls; a dispersion that is shared between groups would let it.

    Parameters
    ----------
    clumped : Clumped
    n_groups : int
    x : ndarray of float, shape (n_periods,)
        Years.
    full : ndarray of bool, shape (n_periods,)
        Periods that count.

    Returns
    -------
    ndarray of float64, shape (n_groups,)
        Two-sided p; 0 where there are fewer than `LEAST_CLUMPS` clumps more than periods, so that
        it decides nothing.

    References
    ----------
    E. J. G. Pitman (1937), "Significance tests which may be applied to samples from any
    populations II: the correlation coefficient test", Supplement to the Journal of the Royal
    Statistical Society 4:225-232.
    """
    used = full[clumped.period] & (clumped.size > 0)
    if used.sum() - full.sum() < LEAST_CLUMPS:
        return np.zeros(n_groups)
    m = clumped.size[used].astype("float64")
    times = x[clumped.period]
    centred = times - times[used].mean()
    rows = used[clumped.clump]
    group, clump = clumped.group[rows], clumped.clump[rows]
    k = clumped.n_papers[rows].astype("float64")

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(group, weights=values, minlength=n_groups)

    share = summed(k) / m.sum()
    score = summed(k * centred[clump]) - share * (m * centred[used]).sum()
    squares = summed(k * k) - 2 * share * summed(k * clumped.size[clump]) + share**2 * (m * m).sum()
    most = np.sqrt(np.maximum(squares, 0.0) * (centred[used] ** 2).sum())
    r = np.divide(score, most, out=np.zeros(n_groups), where=most > 0)
    df = float(used.sum() - 2)
    t = np.abs(r) * np.sqrt(df / np.maximum(1 - r**2, 1e-12))
    return 2 * stats.t.sf(t, df)


def group_effect(
    clumped: Clumped, *, n_groups: int, correlation: float, full: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how many times more clumped each group is than the pooled correlation says.

    Both sides of the equation in `clump_correlation`, summed over full periods for each group by
    itself: what is observed over what the pooled correlation lets expect. Deviations are from the
    group's share in the same period, so that trends and bursts do not count as clumps.

    Parameters
    ----------
    clumped : Clumped
    n_groups : int
    correlation : float
        From `clump_correlation`.
    full : ndarray of bool, shape (n_periods,)

    Returns
    -------
    ndarray of float64, shape (n_groups,)
        At least 1; 1 where there are fewer than `LEAST_CLUMPS` clumps more than periods.
    """
    sums = _sums(clumped, full=full)
    if sums is None:
        return np.ones(n_groups)
    squares, spread = _deviations(clumped, sums=sums, n_groups=n_groups)
    effect = 1 - correlation + correlation * sums.s2 / sums.n
    unbiased = spread / np.maximum(1 - effect / sums.n, 0.05)
    expected = unbiased * ((1 - correlation) * sums.alone + correlation * sums.together)
    observed = squares[:, sums.used].sum(axis=1)
    return np.maximum(observed / np.maximum(expected[:, sums.used].sum(axis=1), 1e-12), 1.0)


def clump_squares(
    clumped: Clumped, *, share: NDArray[np.float64], full: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return by group and period sum (k_c - p_t m_c)^2 over clumps, for given shares p_t.

    Zeros where there are fewer than `LEAST_CLUMPS` clumps more than periods: what papers arrived
    in is not known then.
    """
    sums = _sums(clumped, full=full)
    if sums is None:
        return np.zeros(share.shape)
    return np.maximum(_deviations(clumped, sums=sums, n_groups=len(share), share=share)[0], 0.0)


@dataclass(frozen=True)
class _Sums:
    """Papers of each period, sums of squares of clump sizes, and the factors A and B."""

    used: NDArray[np.bool_]
    n: NDArray[np.float64]
    s2: NDArray[np.float64]
    alone: NDArray[np.float64]
    together: NDArray[np.float64]


def _sums(clumped: Clumped, *, full: NDArray[np.bool_]) -> _Sums | None:
    m = clumped.size.astype("float64")
    n, s2, s3 = (np.bincount(clumped.period, weights=m**j, minlength=len(full)) for j in (1, 2, 3))
    n_clumps = np.bincount(clumped.period, weights=m > 0, minlength=len(full))
    used = full & (n_clumps > 1)
    if (n_clumps - 1)[used].sum() < LEAST_CLUMPS:
        return None
    n = np.where(n > 0, n, 1.0)
    return _Sums(used, n, s2, n - s2 / n, s2 - 2 * s3 / n + s2**2 / n**2)


def _deviations(
    clumped: Clumped, *, sums: _Sums, n_groups: int, share: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by group and period squared deviations of clumps, and share (1 - share)."""
    n_periods = len(sums.n)
    cell = clumped.group * n_periods + clumped.period[clumped.clump]
    k = clumped.n_papers.astype("float64")
    shape = (n_groups, n_periods)

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(cell, weights=values, minlength=n_groups * n_periods).reshape(shape)

    share = summed(k) / sums.n if share is None else share
    cross = summed(k * clumped.size[clumped.clump])
    return summed(k * k) - 2 * share * cross + share**2 * sums.s2, share * (1 - share)
