"""Change points: periods from which on a share takes another course than one line allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..verdicts.dispersion import Prior, prior

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

SHORTEST = 3
"""Periods at least on either side of a change: two make a line, the third can contradict it."""


@dataclass(frozen=True)
class Breaks:
    """Each possible change in each group.

    Attributes
    ----------
    at : ndarray of int64, shape (n_breaks,)
        First period of the new course.
    p : ndarray of float64, shape (n_groups, n_breaks)
        Of two lines fitting so much better than one; not corrected for the number of breaks.
    """

    at: NDArray[np.int64]
    p: Matrix


def breaks(
    k: Matrix, *, n: Vector, x: Vector, least: Vector, common: Prior | None = None
) -> Breaks:
    """Test in every group whether two lines, before and from a period on, fit better than one.

    Shares are transformed to 2 arcsin(sqrt((k + 3/8) / (n + 3/4))), whose variance is about 1 / n
    whatever the share, and less where few papers are expected; so all groups have one set of
    weights, and one decomposition serves all. F of the two further parameters, with the
    dispersion shrunk across groups and at least 1.

    Parameters
    ----------
    k : ndarray, shape (n_groups, n_periods)
        Effective counts.
    n : ndarray, shape (n_periods,)
        Effective totals; periods with 0 are in no fit.
    x : ndarray, shape (n_periods,)
        Years.
    least : ndarray, shape (n_groups,)
        Dispersion at least, from `clumps.group_effect`.
    common : Prior, optional
        What dispersions are drawn towards; learned from these groups where left out.

    Returns
    -------
    Breaks
        Without any where there are fewer than six periods.

    References
    ----------
    F. J. Anscombe (1948), "The transformation of Poisson, binomial and negative-binomial data",
    Biometrika 35:246-254. G. C. Chow (1960), "Tests of equality between sets of coefficients in
    two linear regressions", Econometrica 28:591-605; the largest F over all breaks: D. W. K.
    Andrews (1993), Econometrica 61:821-856.
    """
    n_periods = k.shape[1]
    common = common or line_prior(k, n=n, x=x)
    at = np.arange(SHORTEST, n_periods - SHORTEST + 1)
    if not len(at) or not len(k):
        return Breaks(at[:0], np.ones((len(k), 0)))
    root, line, rest = _rest(k, n=n, x=x)
    squares = (rest**2).sum(axis=1)
    gained = np.stack([((rest @ _further(line, root=root, x=x, at=i)) ** 2).sum(axis=1)
                       for i in at], axis=1)  # fmt: skip
    left = np.maximum(squares[:, None] - gained, 0.0)
    if np.isinf(common.df):
        spread, weight = np.full(gained.shape, common.scale), common.most_df
    else:
        weight = max(min(common.df + n_periods - 4, common.most_df), 1.0)
        spread = (common.df * common.scale + left) / (common.df + n_periods - 4)
    spread = np.maximum(spread, least[:, None])
    return Breaks(at, stats.f.sf(gained / 2 / spread, 2, weight))


def line_prior(k: Matrix, *, n: Vector, x: Vector) -> Prior:
    """Return what the groups together say of the scatter round one line."""
    rest = _rest(k, n=n, x=x)[2]
    df = np.full(len(k), float(max(len(x) - 2, 1)))
    return prior((rest**2).sum(axis=1) / df, df=df)


def _rest(k: Matrix, *, n: Vector, x: Vector) -> tuple[Vector, Matrix, Matrix]:
    """Return the weights' roots, a basis of lines, and what lines leave of transformed shares."""
    root = np.sqrt(n)
    z = root * 2 * np.arcsin(np.sqrt((k + 3 / 8) / (n + 3 / 4)))
    line = np.linalg.qr(np.stack([root, root * (x - x.mean())], axis=1))[0]
    return root, line, z - (z @ line) @ line.T


def _further(line: Matrix, *, root: Vector, x: Vector, at: int) -> Matrix:
    """Return an orthonormal basis of what a second line from period `at` on adds to the first."""
    later = np.arange(len(x)) >= at
    added = np.stack([root * later, root * later * (x - x[at])], axis=1)
    added -= line @ (line.T @ added)
    return np.linalg.qr(added)[0]
