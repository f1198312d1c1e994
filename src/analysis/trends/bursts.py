"""Bursts: windows of periods in which a group had more papers than its line predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .log_odds_slopes import DispersionPrior

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LONGEST = 0.25
MAX_PERIODS = 12
"""A burst lasts at most a quarter of the periods, and at most 12: anything longer is a change or a
trend."""

MIN_EFFECTIVE_CLUMPS = 4.0
"""Effective number of days (or venues) in a burst: a single workshop is not one."""

WORTH_TESTING = 2.0
"""Windows less than 1.4 standard errors above the line are not bursts: their p is set to 1 without
computing it. With at least six windows p times their number would be above .4."""


@dataclass(frozen=True)
class BurstScan:
    """All windows of periods, with a test of each group in each of them.

    Attributes
    ----------
    first, last : ndarray of int64, shape (n_windows,)
        First and last period of each window.
    p : ndarray of float64, shape (n_groups, n_windows)
        Of so many papers in the window, not corrected for the number of windows.
    strength : ndarray of float64, shape (n_groups, n_windows)
        Papers over those expected from the other periods.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    p: Matrix
    strength: Matrix


def scan_bursts(
    k: Matrix,
    *,
    n: Vector,
    x: Vector,
    share: Matrix,
    dispersion: Vector,
    df: Vector,
    prior: DispersionPrior,
    excess: Matrix,
    squares: Matrix,
) -> BurstScan:
    """Test every window of up to a quarter of the periods, and 12, in every group.

    The expected number comes from the line through the other periods, so that a burst cannot mask
    itself, not even in the first or the last period. Given as many papers as that line is worth,
    those of the window are binomial. Numbers are divided by the dispersion, which is estimated
    without the window and shrunk; the tail (extended to fractions by the incomplete beta function)
    becomes a normal deviate, which is compared with Student's t. A window counts only if its excess
    comes from at least four clumps, (sum r_c)^2 / sum r_c^2 >= 4 (Kish's effective number): a
    dispersion shared by all groups does not account for one workshop in one of them.

    Parameters
    ----------
    k, share : ndarray, shape (n_groups, n_periods)
        Effective counts, and the shares that the groups' lines fit.
    n : ndarray, shape (n_periods,)
        Effective totals.
    x : ndarray, shape (n_periods,)
        Years.
    dispersion, df : ndarray, shape (n_groups,)
        From `pearson_dispersion`, around those lines.
    prior : DispersionPrior
    excess, squares : ndarray, shape (n_groups, n_periods)
        Papers beyond the line, and `squared_deviations` of clumps around it.

    Returns
    -------
    BurstScan

    References
    ----------
    The scan statistic: J. Naus (1965), JASA 60:532-538; M. Kulldorff (1997), "A spatial scan
    statistic", Communications in Statistics 26:1481-1496. It replaces the two-state model of J.
    Kleinberg (2002), "Bursty and hierarchical structure in streams", KDD, whose costs are not error
    rates: see `benchmarks/bench_trends.py`.
    """
    first, last = _windows(k.shape[1])
    inside = _sums(k, first=first, last=last)
    expected, worth, misses = _predict(k, n=n, x=x, share=share, first=first, last=last)
    part = expected / (expected + worth)
    z2 = (inside - expected) ** 2 / (misses * expected / (1 - part))
    spread, weight = _dispersion_without(z2, dispersion=dispersion, df=df, prior=prior)
    beyond = np.maximum(_window_sums(excess, first=first, last=last), 0.0)
    is_spread = beyond**2 >= MIN_EFFECTIVE_CLUMPS * _sums(squares, first=first, last=last)
    tested = (inside > expected) & is_spread & (z2 >= WORTH_TESTING)
    unit = (spread * misses)[tested]
    tail = special.betainc(inside[tested] / unit, worth[tested] / unit + 1, part[tested])
    deviate = -special.ndtri(np.maximum(tail, 1e-300))
    p = np.ones(inside.shape)
    p[tested] = special.stdtr(np.maximum(weight[tested], 1.0), -deviate)
    return BurstScan(first, last, p, inside / expected)


def _predict(
    k: Matrix,
    *,
    n: Vector,
    x: Vector,
    share: Matrix,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> tuple[Matrix, Matrix, Matrix]:
    """Predict each window's papers from the line through the other periods.

    That line is one Newton step from the line through all periods. Returned are the expected
    papers, the papers that the prediction is worth (1 / its relative variance), and the share of
    papers outside the group.
    """
    t = x - (n * x).sum() / n.sum()
    w, e = n * share * (1 - share), k - n * share
    a, b, c, u, v = (
        _window_sums(each, first=first, last=last) for each in (w, w * t, w * t * t, e, e * t)
    )
    totals = [each.sum(axis=1)[:, None] for each in (w, w * t, w * t * t)]
    rest = [total - inside for total, inside in zip(totals, (a, b, c), strict=True)]
    det = np.maximum(rest[0] * rest[2] - rest[1] ** 2, 1e-12)
    level = -(rest[2] * u - rest[1] * v) / det
    slope = -(rest[0] * v - rest[1] * u) / det
    middle = b / np.maximum(a, 1e-12)
    papers = _sums(np.broadcast_to(n, k.shape), first=first, last=last)
    usual = np.clip(_sums(n * share, first=first, last=last) / papers, 1e-9, 1 - 1e-9)
    odds = special.logit(usual) + np.clip(level + slope * middle, -5.0, 5.0)
    predicted = np.clip(special.expit(odds), 1e-9, 1 - 1e-9)
    variance = (rest[2] - 2 * rest[1] * middle + rest[0] * middle**2) / det
    misses = np.maximum(1 - predicted, 0.02)
    return papers * predicted, 1 / np.maximum(variance * misses, 1e-9), misses


def _windows(n_periods: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    longest = min(max(int(LONGEST * n_periods), 1), MAX_PERIODS)
    pairs = [
        (i, i + length - 1)
        for length in range(1, longest + 1)
        for i in range(n_periods - length + 1)
    ]
    first, last = np.array(pairs, dtype="int64").reshape(-1, 2).T
    return first, last


def _sums(values: Matrix, *, first: NDArray[np.int64], last: NDArray[np.int64]) -> Matrix:
    return np.maximum(_window_sums(values, first=first, last=last), 0.0)


def _window_sums(values: Matrix, *, first: NDArray[np.int64], last: NDArray[np.int64]) -> Matrix:
    summed = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return summed[:, last + 1] - summed[:, first]


def _dispersion_without(
    squares: Matrix, *, dispersion: Vector, df: Vector, prior: DispersionPrior
) -> tuple[Matrix, Matrix]:
    """Return the shrunk dispersion without the contribution of each window, and its df."""
    d = df[:, None]
    if np.isinf(prior.df):
        shape = squares.shape
        return np.full(shape, max(prior.scale, 1.0)), np.full(shape, prior.max_df)
    left = np.maximum(d * dispersion[:, None] - squares, 0.0)
    weight = np.maximum(prior.df + d - 1, 1.0)
    spread = np.maximum((prior.df * prior.scale + left) / weight, 1.0)
    return spread, np.minimum(np.broadcast_to(weight, squares.shape), max(prior.max_df, 1.0))
