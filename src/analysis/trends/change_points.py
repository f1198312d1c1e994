"""Change points: periods from which a second line fits a share better than one for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .log_odds_slopes import DispersionPrior, dispersion_prior

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

MIN_SIDE = 3
"""Periods on either side of a change: two define a line, the third can contradict it."""


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
