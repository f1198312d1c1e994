"""Humps and dips: a share that is higher, or lower, than both before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..log_odds_slopes import DispersionPrior, Matrix, Vector

HUMP_SIDE = 2
"""Periods before a hump, in it and after it: with one alone, a single odd period would do."""

_MOST_CELLS = 1_000_000
"""Groups times windows looked at together, which bounds memory."""


def angles(k: Matrix, *, n: Vector) -> Matrix:
    """Return 2 arcsin(sqrt((k + 3/8) / (n + 3/4))) (Anscombe 1948; see `scan_changes`)."""
    return 2 * np.arcsin(np.sqrt((k + 3 / 8) / (n + 3 / 4)))


@dataclass(frozen=True)
class Humps:
    """The clearest hump or dip of each group.

    Attributes
    ----------
    first, last : ndarray of int64, shape (n_groups,)
        First and last period of the window whose levels fit best, among those on its side.
    sign : ndarray of int64, shape (n_groups,)
        1 of a hump, -1 of a dip, 0 if no window is higher, or lower, than both of its sides.
    p : ndarray of float64, shape (n_groups,)
        The smallest p of all windows times the number of tests, at most 1.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    sign: NDArray[np.int64]
    p: Vector


def find_humps(k: Matrix, *, n: Vector, min_dispersion: Vector, prior: DispersionPrior) -> Humps:
    """Find the clearest hump or dip of each group.

    Windows overlap much, so the smallest p is multiplied by twice the number of possible starts
    instead of the number of windows: with one large step, the worst case, that about holds its
    level from 8 to 80 periods (see `docs/decisions/trends/turns.md`).

    Parameters
    ----------
    k : ndarray, shape (n_groups, n_periods)
        Effective counts.
    n : ndarray, shape (n_periods,)
        Effective totals.
    min_dispersion : ndarray, shape (n_groups,)
        Smallest dispersion, from `group_design_effect`.
    prior : DispersionPrior
        From `line_prior`.

    Returns
    -------
    Humps
        p is 1 if there are fewer than six periods.
    """
    nothing = np.zeros(len(k), dtype="int64")
    out = Humps(nothing, nothing.copy(), nothing.copy(), np.ones(len(k)))
    n_windows = len(_windows(k.shape[1])[0])
    if not n_windows:
        return out
    n_tests = min(n_windows, 2 * (k.shape[1] - 2 * HUMP_SIDE))
    block = max(_MOST_CELLS // n_windows, 1)
    for start in range(0, len(k), block):
        rows = slice(start, start + block)
        scan = scan_windows(k[rows], n=n, min_dispersion=min_dispersion[rows], prior=prior)
        one = np.arange(len(scan.p))
        out.sign[rows] = scan.sign[one, scan.p.argmin(axis=1)]
        same_side = scan.sign == out.sign[rows][:, None]
        best = np.where(same_side, scan.squares, np.inf).argmin(axis=1)
        out.first[rows], out.last[rows] = scan.first[best], scan.last[best]
        out.p[rows] = np.minimum(scan.p.min(axis=1) * n_tests, 1.0)
    return out


@dataclass(frozen=True)
class WindowScan:
    """A test of each group in each window between a stretch before and a stretch after.

    Attributes
    ----------
    first, last : ndarray of int64, shape (n_windows,)
        First and last period of each window.
    sign : ndarray of float64, shape (n_groups, n_windows)
        1 if the share is higher in the window than before and after, -1 if lower, 0 if neither.
    p : ndarray of float64, shape (n_groups, n_windows)
        The larger p of two comparisons, with the periods before and with those after.
    squares : ndarray of float64, shape (n_groups, n_windows)
        Squared deviations of the angles from the three levels.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    sign: Matrix
    p: Matrix
    squares: Matrix


def scan_windows(
    k: Matrix, *, n: Vector, min_dispersion: Vector, prior: DispersionPrior
) -> WindowScan:
    """Test in every group and window whether the share is higher (or lower) than before and after.

    Both comparisons must show it, so p is the larger of the two (an intersection-union test): a
    line or a single step is no hump, however clear it is. Parameters as in `find_humps`.

    References
    ----------
    R. L. Berger (1982), "Multiparameter hypothesis testing and acceptance sampling", Technometrics
    24:295-300.
    """
    first, last = _windows(k.shape[1])
    weights, means, squares = _three_levels(angles(k, n=n), n=n, first=first, last=last)
    before, after = (
        (means[1] - means[side]) / np.sqrt(1 / weights[1] + 1 / weights[side]) for side in (0, 2)
    )
    sign = np.where(before * after > 0, np.sign(before), 0.0)
    spread, df = shrunk_spread(squares, n_periods=k.shape[1], n_fitted=3, prior=prior)
    t = np.minimum(np.abs(before), np.abs(after))
    t /= np.sqrt(np.maximum(spread, min_dispersion[:, None]))
    p = np.where(sign != 0, 2 * special.stdtr(df, -t), 1.0)
    return WindowScan(first, last, sign, p, squares)


def _windows(n_periods: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    end = n_periods - HUMP_SIDE
    pairs = [(i, j) for i in range(HUMP_SIDE, end) for j in range(i + HUMP_SIDE - 1, end)]
    first, last = np.array(pairs, dtype="int64").reshape(-1, 2).T
    return first, last


def _three_levels(
    z: Matrix, *, n: Vector, first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[list[Vector], list[Matrix], Matrix]:
    """Return weights and means before, in and after each window, and the squares around them."""
    papers = np.concatenate([[0.0], np.cumsum(n)])
    sums = np.concatenate([np.zeros((len(z), 1)), np.cumsum(n * z, axis=1)], axis=1)
    places = ((np.zeros_like(first), first), (first, last + 1), (last + 1, last * 0 + len(n)))
    weights = [np.maximum(papers[end] - papers[start], 1e-12) for start, end in places]
    totals = [sums[:, end] - sums[:, start] for start, end in places]
    means = [total / weight for total, weight in zip(totals, weights, strict=True)]
    explained = sum(w * mean**2 for w, mean in zip(weights, means, strict=True))
    return weights, means, np.maximum((n * z * z).sum(axis=1)[:, None] - explained, 0.0)


def shrunk_spread(
    squares: Matrix, *, n_periods: int, n_fitted: int, prior: DispersionPrior
) -> tuple[Matrix, float]:
    """Return the shrunk dispersion around a fit, and its degrees of freedom."""
    if np.isinf(prior.df):
        return np.full(np.shape(squares), prior.scale), max(prior.max_df, 1.0)
    weight = max(prior.df + n_periods - n_fitted, 1.0)
    return (prior.df * prior.scale + squares) / weight, max(min(weight, prior.max_df), 1.0)
