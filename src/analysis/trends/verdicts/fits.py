"""Straight lines of log-odds on time, for thousands of groups at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_MOST_STEPS = 100
_LONGEST_STEP = 2.0


@dataclass(frozen=True)
class Lines:
    """Fitted lines, one a group.

    Attributes
    ----------
    centre : float
        Where on the time axis `level` is the log-odds.
    level, slope : ndarray of float64, shape (n_groups,)
        Log-odds at the centre, log-odds per unit of time.
    var_level, covariance, var_slope : ndarray of float64, shape (n_groups,)
        Of the binomial model, before any dispersion.
    share : ndarray of float64, shape (n_groups, n_periods)
        Fitted shares.
    root : ndarray of float64, shape (n_groups,)
        Signed root of the likelihood ratio of the slope against none; about normal without
        dispersion where there is no slope.
    """

    centre: float
    level: Vector
    slope: Vector
    var_level: Vector
    covariance: Vector
    var_slope: Vector
    share: Matrix
    root: Vector


def fit_lines(k: Matrix, *, n: Vector, x: Vector) -> Lines:
    """Fit logit(share) = level + slope * (x - centre) to each row of counts.

    Maximum likelihood with Jeffreys' prior as penalty (Firth), so that slopes stay finite where a
    group has papers in one period only. Iteratively reweighted least squares in all rows at once.

    Parameters
    ----------
    k : ndarray of float, shape (n_groups, n_periods)
        Counted papers, 0 <= k <= n; may be fractions (effective numbers).
    n : ndarray of float, shape (n_periods,)
        Papers in all; at least two with n > 0.
    x : ndarray of float, shape (n_periods,)
        Times.

    Returns
    -------
    Lines

    References
    ----------
    D. Firth (1993), "Bias reduction of maximum likelihood estimates", Biometrika 80:27-38; G.
    Heinze and M. Schemper (2002), "A solution to the problem of separation in logistic
    regression", Statistics in Medicine 21:2409-2419, for the penalised likelihood ratio.
    """
    k, n, x = (np.asarray(each, dtype="float64") for each in (k, n, x))
    centre = float((n * x).sum() / n.sum())
    t = x - centre
    mean = (k.sum(axis=1) + 1) / (n.sum() + 2)
    level, slope = np.log(mean / (1 - mean)), np.zeros(len(k))
    open_rows = np.arange(len(k))
    for _ in range(_MOST_STEPS):
        step = _step(k[open_rows], n=n, t=t, level=level[open_rows], slope=slope[open_rows])
        longest = np.maximum(np.abs(step[0]), np.abs(step[1]) * max(np.abs(t).max(), 1e-12))
        scale = np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300))
        level[open_rows] += scale * step[0]
        slope[open_rows] += scale * step[1]
        open_rows = open_rows[longest > 1e-9]
        if not len(open_rows):
            break
    share = expit(level[:, None] + slope[:, None] * t)
    a, b, c = _information(share, n=n, t=t)
    det = a * c - b * b
    ratio = 2 * (_penalised(k, n=n, share=share, det=det) - _without_slope(k, n=n, t=t, mean=mean))
    root = np.sign(slope) * np.sqrt(np.maximum(ratio, 0.0))
    return Lines(centre, level, slope, c / det, -b / det, a / det, share, root)


def _step(
    k: Matrix, *, n: Vector, t: Vector, level: Vector, slope: Vector
) -> tuple[Vector, Vector]:
    share = expit(level[:, None] + slope[:, None] * t)
    w = n * share * (1 - share)
    a, b, c = w.sum(axis=1), (w * t).sum(axis=1), (w * t * t).sum(axis=1)
    det = a * c - b * b
    leverage = w * (c[:, None] - 2 * b[:, None] * t + a[:, None] * t * t) / det[:, None]
    score = k - n * share + leverage * (0.5 - share)
    u, v = score.sum(axis=1), (score * t).sum(axis=1)
    return (c * u - b * v) / det, (a * v - b * u) / det


def _information(share: Matrix, *, n: Vector, t: Vector) -> tuple[Vector, Vector, Vector]:
    w = n * share * (1 - share)
    return w.sum(axis=1), (w * t).sum(axis=1), (w * t * t).sum(axis=1)


def _penalised(k: Matrix, *, n: Vector, share: Matrix, det: Vector) -> Vector:
    return (xlogy(k, share) + xlogy(n - k, 1 - share)).sum(axis=1) + np.log(det) / 2


def _without_slope(k: Matrix, *, n: Vector, t: Vector, mean: Vector) -> Vector:
    """Return the penalised likelihood at its highest without a slope: share (k + 1) / (n + 2)."""
    share = np.repeat(mean[:, None], len(n), axis=1)
    a, b, c = _information(share, n=n, t=t)
    return _penalised(k, n=n, share=share, det=a * c - b * b)
