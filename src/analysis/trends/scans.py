"""Scans of every group's share: windows with a burst, and periods from which it changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from .log_odds_slopes import DispersionPrior, Matrix, Vector, dispersion_prior

Windows = tuple[NDArray[np.int64], NDArray[np.int64]]
"""First and last periods of windows."""

LONGEST = 0.25
MAX_PERIODS = 12
"""A burst lasts at most a quarter of the periods, and at most 12: anything longer is a change or a
trend."""

MIN_EFFECTIVE_CLUMPS = 4.0
"""Effective number of days (or venues) in a burst: a single workshop is not one."""

WORTH_TESTING = 2.0
"""Windows less than 1.4 standard errors above the line are not bursts: their p is set to 1 without
computing it. With at least six windows p times their number would be above .4."""

MIN_SIDE = 3
"""Periods on either side of a change: two define a line, the third can contradict it."""


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
    windows = _windows(k.shape[1])
    inside = _sums(k, windows)
    expected, worth, misses = _predict(k, n=n, x=x, share=share, windows=windows)
    part = expected / (expected + worth)
    z2 = (inside - expected) ** 2 / (misses * expected / (1 - part))
    spread, weight = _dispersion_without(z2, dispersion=dispersion, df=df, prior=prior)
    beyond = np.maximum(_window_sums(excess, windows), 0.0)
    is_spread = beyond**2 >= MIN_EFFECTIVE_CLUMPS * _sums(squares, windows)
    tested = (inside > expected) & is_spread & (z2 >= WORTH_TESTING)
    unit = (spread * misses)[tested]
    tail = special.betainc(inside[tested] / unit, worth[tested] / unit + 1, part[tested])
    deviate = -special.ndtri(np.maximum(tail, 1e-300))
    p = np.ones(inside.shape)
    p[tested] = special.stdtr(np.maximum(weight[tested], 1.0), -deviate)
    return BurstScan(*windows, p, inside / expected)


def _predict(
    k: Matrix, *, n: Vector, x: Vector, share: Matrix, windows: Windows
) -> tuple[Matrix, Matrix, Matrix]:
    """Predict each window's papers from the line through the other periods.

    That line is one Newton step from the line through all periods. Returned are the expected
    papers, the papers that the prediction is worth (1 / its relative variance), and the share of
    papers outside the group.
    """
    t = x - (n * x).sum() / n.sum()
    w, e = n * share * (1 - share), k - n * share
    a, b, c, u, v = (_window_sums(each, windows) for each in (w, w * t, w * t * t, e, e * t))
    totals = [each.sum(axis=1)[:, None] for each in (w, w * t, w * t * t)]
    rest = [total - inside for total, inside in zip(totals, (a, b, c), strict=True)]
    det = np.maximum(rest[0] * rest[2] - rest[1] ** 2, 1e-12)
    level = -(rest[2] * u - rest[1] * v) / det
    slope = -(rest[0] * v - rest[1] * u) / det
    middle = b / np.maximum(a, 1e-12)
    papers = _sums(np.broadcast_to(n, k.shape), windows)
    usual = np.clip(_sums(n * share, windows) / papers, 1e-9, 1 - 1e-9)
    odds = special.logit(usual) + np.clip(level + slope * middle, -5.0, 5.0)
    predicted = np.clip(special.expit(odds), 1e-9, 1 - 1e-9)
    variance = (rest[2] - 2 * rest[1] * middle + rest[0] * middle**2) / det
    misses = np.maximum(1 - predicted, 0.02)
    return papers * predicted, 1 / np.maximum(variance * misses, 1e-9), misses


def _windows(n_periods: int) -> Windows:
    longest = min(max(int(LONGEST * n_periods), 1), MAX_PERIODS)
    pairs = [
        (i, i + length - 1)
        for length in range(1, longest + 1)
        for i in range(n_periods - length + 1)
    ]
    first, last = np.array(pairs, dtype="int64").reshape(-1, 2).T
    return first, last


def _sums(values: Matrix, windows: Windows) -> Matrix:
    return np.maximum(_window_sums(values, windows), 0.0)


def _window_sums(values: Matrix, windows: Windows) -> Matrix:
    first, last = windows
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


# changes


@dataclass(frozen=True)
class ChangeScan:
    """A test of each group at each possible change point.

    Attributes
    ----------
    start : ndarray of int64, shape (n_changes,)
        First period of the second line.
    p : ndarray of float64, shape (n_groups, n_changes)
        Of two lines fitting so much better than one; not corrected for the number of changes.
    """

    start: NDArray[np.int64]
    p: Matrix


def scan_changes(
    k: Matrix, *, n: Vector, x: Vector, min_dispersion: Vector, prior: DispersionPrior | None = None
) -> ChangeScan:
    """Test in every group whether two lines, before and from a period, fit better than one.

    Shares are transformed to 2 arcsin(sqrt((k + 3/8) / (n + 3/4))), whose variance is about 1 / n
    for any share, and less if few papers are expected; so all groups have the same weights, and one
    decomposition serves all. The test is F of the two further parameters, with the dispersion
    shrunk across groups and at least 1.

    Parameters
    ----------
    k : ndarray, shape (n_groups, n_periods)
        Effective counts.
    n : ndarray, shape (n_periods,)
        Effective totals; periods with 0 have no weight.
    x : ndarray, shape (n_periods,)
        Years.
    min_dispersion : ndarray, shape (n_groups,)
        Smallest dispersion, from `group_design_effect`.
    prior : DispersionPrior, optional
        By default estimated from these groups (`line_prior`).

    Returns
    -------
    ChangeScan
        Empty if there are fewer than six periods.

    References
    ----------
    F. J. Anscombe (1948), "The transformation of Poisson, binomial and negative-binomial data",
    Biometrika 35:246-254. G. C. Chow (1960), "Tests of equality between sets of coefficients in
    two linear regressions", Econometrica 28:591-605; the largest F over all change points: D. W. K.
    Andrews (1993), Econometrica 61:821-856.
    """
    n_periods = k.shape[1]
    prior = prior or line_prior(k, n=n, x=x)
    start = np.arange(MIN_SIDE, n_periods - MIN_SIDE + 1)
    if not len(start) or not len(k):
        return ChangeScan(start[:0], np.ones((len(k), 0)))
    root, line, rest = _residuals(k, n=n, x=x)
    squares = (rest**2).sum(axis=1)
    gained = np.stack(
        [((rest @ _second_line(line, root=root, x=x, start=i)) ** 2).sum(axis=1) for i in start],
        axis=1,
    )
    left = np.maximum(squares[:, None] - gained, 0.0)
    if np.isinf(prior.df):
        spread, weight = np.full(gained.shape, prior.scale), prior.max_df
    else:
        weight = max(min(prior.df + n_periods - 4, prior.max_df), 1.0)
        spread = (prior.df * prior.scale + left) / (prior.df + n_periods - 4)
    spread = np.maximum(spread, min_dispersion[:, None])
    return ChangeScan(start, stats.f.sf(gained / 2 / spread, 2, weight))


def line_prior(k: Matrix, *, n: Vector, x: Vector) -> DispersionPrior:
    """Return the prior of the dispersion around one line, estimated from all groups."""
    rest = _residuals(k, n=n, x=x)[2]
    df = np.full(len(k), float(max(len(x) - 2, 1)))
    return dispersion_prior((rest**2).sum(axis=1) / df, df=df)


def _residuals(k: Matrix, *, n: Vector, x: Vector) -> tuple[Vector, Matrix, Matrix]:
    """Return the roots of the weights, a basis of lines, and residuals of transformed shares."""
    root = np.sqrt(n)
    z = root * 2 * np.arcsin(np.sqrt((k + 3 / 8) / (n + 3 / 4)))
    line = np.linalg.qr(np.stack([root, root * (x - x.mean())], axis=1))[0]
    return root, line, z - (z @ line) @ line.T


def _second_line(line: Matrix, *, root: Vector, x: Vector, start: int) -> Matrix:
    """Return an orthonormal basis of what a second line from period `start` adds to the first."""
    later = np.arange(len(x)) >= start
    added = np.stack([root * later, root * later * (x - x[start])], axis=1)
    added -= line @ (line.T @ added)
    return np.linalg.qr(added)[0]
