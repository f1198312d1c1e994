"""Straight lines of log-odds on time with their overdispersion, for thousands of groups at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import digamma, expit, polygamma, xlogy

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_MAX_STEPS = 100
_LONGEST_STEP = 2.0
_MIN_GROUPS = 3


@dataclass(frozen=True)
class LogOddsLines:
    """Fitted lines, one per group.

    Attributes
    ----------
    centre : float
        The time at which `level` is the log-odds.
    level, slope : ndarray of float64, shape (n_groups,)
        Log-odds at the centre, log-odds per unit of time.
    var_level, covariance, var_slope : ndarray of float64, shape (n_groups,)
        Of the binomial model, without overdispersion.
    share : ndarray of float64, shape (n_groups, n_periods)
        Fitted shares.
    root : ndarray of float64, shape (n_groups,)
        Signed root of the likelihood ratio statistic of the slope; about standard normal without
        overdispersion if there is no slope.
    """

    centre: float
    level: Vector
    slope: Vector
    var_level: Vector
    covariance: Vector
    var_slope: Vector
    share: Matrix
    root: Vector


def fit_lines(k: Matrix, *, n: Vector, x: Vector) -> LogOddsLines:
    """Fit logit(share) = level + slope * (x - centre) to each row of counts.

    Maximum likelihood with Jeffreys' prior as penalty (Firth), so that slopes stay finite if a
    group has papers in only one period. Iteratively reweighted least squares in all rows at once.

    Parameters
    ----------
    k : ndarray of float, shape (n_groups, n_periods)
        Counted papers, 0 <= k <= n; may be fractional (effective numbers).
    n : ndarray of float, shape (n_periods,)
        All papers; at least two with n > 0.
    x : ndarray of float, shape (n_periods,)
        Times.

    Returns
    -------
    LogOddsLines

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
    for _ in range(_MAX_STEPS):
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
    return LogOddsLines(centre, level, slope, c / det, -b / det, a / det, share, root)


def _step(
    k: Matrix, *, n: Vector, t: Vector, level: Vector, slope: Vector
) -> tuple[Vector, Vector]:
    share = expit(level[:, None] + slope[:, None] * t)
    a, b, c = _information(share, n=n, t=t)
    det = a * c - b * b
    w = n * share * (1 - share)
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
    """Return the maximum of the penalised likelihood without a slope: share (k + 1) / (n + 2)."""
    share = np.repeat(mean[:, None], len(n), axis=1)
    a, b, c = _information(share, n=n, t=t)
    return _penalised(k, n=n, share=share, det=a * c - b * b)


# overdispersion


@dataclass(frozen=True)
class DispersionPrior:
    """The prior of a group's dispersion, estimated from all groups: its scale and its weight."""

    scale: float
    df: float
    max_df: float


def pearson_dispersion(
    k: NDArray[np.float64], *, n: Vector, share: NDArray[np.float64], n_fitted: int = 2
) -> tuple[Vector, Vector]:
    """Return each group's dispersion and its effective degrees of freedom.

    The dispersion is Pearson's chi-squared over n_periods - n_fitted. With few papers per period
    it varies more than a chi-squared variable: its variance is 2 d + sum of the counts' excess
    kurtosis, (1 - 6 s(1 - s)) / (n s(1 - s)), so that it has 2 d^2 / variance degrees of freedom
    (matching moments).

    References
    ----------
    P. McCullagh and J. A. Nelder (1989), "Generalized Linear Models", sections 4.5.2 and 9.2; P.
    McCullagh (1985), "On the asymptotic distribution of Pearson's statistic", International
    Statistical Review 53:61-67.
    """
    seen = n > 0
    spread = share[:, seen] * (1 - share[:, seen])
    variance = np.maximum(n[seen] * spread, 1e-12)
    squares = (k[:, seen] - n[seen] * share[:, seen]) ** 2 / variance
    d = float(max(int(seen.sum()) - n_fitted, 1))
    kurtosis = np.maximum((1 - 6 * spread) / variance, 0.0)
    extra = kurtosis.mean(axis=1) * d
    return squares.sum(axis=1) / d, d / (1 + extra / (2 * d))


def dispersion_prior(dispersion: Vector, *, df: Vector) -> DispersionPrior:
    """Fit the scaled F distribution of the groups' dispersions.

    Parameters
    ----------
    dispersion, df : ndarray of float64, shape (n_groups,)
        From `pearson_dispersion`.

    Returns
    -------
    DispersionPrior
        Scale s0^2 and degrees of freedom d0 (infinite if the groups differ no more than by chance);
        df 0 if there are fewer than three groups.

    References
    ----------
    G. K. Smyth (2004), "Linear models and empirical Bayes methods for assessing differential
    expression in microarray experiments", Statistical Applications in Genetics and Molecular
    Biology 3(1), section 6.2. High outliers are winsorised before the moments are taken, after B.
    Phipson et al. (2016), "Robust hyperparameter estimation", Annals of Applied Statistics
    10:946-963.
    """
    max_df = float(df.sum())
    if len(dispersion) < _MIN_GROUPS:
        return DispersionPrior(1.0, 0.0, max_df)
    centred = np.log(np.maximum(dispersion, 1e-6)) - digamma(df / 2) + np.log(df / 2)
    winsorised = _winsorise(centred)
    mean = float(winsorised.mean())
    excess = float(winsorised.var(ddof=1) - polygamma(1, df / 2).mean())
    if excess <= 0:
        return DispersionPrior(float(np.exp(mean)), np.inf, max_df)
    d0 = 2 * _inverse_trigamma(excess)
    scale = float(np.exp(mean + digamma(d0 / 2) - np.log(d0 / 2)))
    return DispersionPrior(scale, d0, max_df)


def shrink_dispersion(
    dispersion: Vector, *, df: Vector, prior: DispersionPrior
) -> tuple[Vector, Vector]:
    """Return dispersions shrunk towards the prior, at least 1, and their degrees of freedom.

    (d0 s0^2 + d s^2) / (d0 + d) with d0 + d degrees of freedom, but no more than all groups
    together (Smyth 2004, section 4).
    """
    if np.isinf(prior.df):
        shrunk = np.full(len(dispersion), prior.scale)
    else:
        shrunk = (prior.df * prior.scale + df * dispersion) / (prior.df + df)
    return np.maximum(shrunk, 1.0), np.minimum(prior.df + df, max(prior.max_df, 1.0))


def _winsorise(values: Vector) -> Vector:
    """Limit values above the median to three times the distance of the lower quartile below it."""
    quarter, middle = np.quantile(values, [0.25, 0.5])
    return np.minimum(values, middle + 3 * max(middle - quarter, 1e-6))


def _inverse_trigamma(value: float) -> float:
    """Return x with trigamma(x) = value, by Newton's method on 1 / trigamma (Smyth 2004)."""
    if value > 1e7:
        return 1 / np.sqrt(value)
    if value < 1e-6:
        return 1 / value
    x = 0.5 + 1 / value
    for _ in range(50):
        tri = float(polygamma(1, x))
        step = tri * (1 - tri / value) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            break
    return x


# false discovery rate


def adjust_p(p: Vector) -> Vector:
    """Return p-values adjusted for the false discovery rate (step-up procedure).

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", Journal of the
    Royal Statistical Society B 57:289-300.
    """
    p = np.asarray(p, dtype="float64")
    return stats.false_discovery_control(p, method="bh") if len(p) else p.copy()


WORDS = 3.0
"""Factor of the adjusted p of words, which are a family of their own: groups lose no power."""


def adjust_p_within_kinds(p: Vector, *, kinds: NDArray) -> Vector:
    """Return p-values adjusted over the groups of each kind, times the number of kinds.

    So at most 5 % of runs without any change report one, for clusters and topics together, and the
    verdict on a topic does not depend on the number of clusters. Broader clusters have the papers
    of their parts: both are one kind here. Words count for themselves: their factor is `WORDS`,
    whatever other kinds there are.
    """
    adjusted = np.ones(len(p))
    kinds = np.where(np.asarray(kinds) == "broader", "cluster", kinds)
    for kind in set(kinds):
        factor = WORDS if kind == "word" else len(set(kinds) - {"word"})
        adjusted[kinds == kind] = factor * adjust_p(p[kinds == kind])
    return np.minimum(adjusted, 1.0)
