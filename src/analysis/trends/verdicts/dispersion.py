"""How much more shares scatter round their line than papers drawn one by one would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

Vector = NDArray[np.float64]

_FEWEST_GROUPS = 3


@dataclass(frozen=True)
class Prior:
    """What the groups together say about a group's dispersion: its scale and its weight."""

    scale: float
    df: float
    most_df: float


def pearson(
    k: NDArray[np.float64], *, n: Vector, share: NDArray[np.float64], n_fitted: int = 2
) -> tuple[Vector, Vector]:
    """Return each group's dispersion and the degrees of freedom it is worth.

    The dispersion is Pearson's chi-squared over n_periods - n_fitted. With few papers a period it
    scatters more than a chi-squared does: its variance is 2 d + sum of the counts' excess
    kurtosis, (1 - 6 s(1 - s)) / (n s(1 - s)), so that it is worth 2 d^2 / variance degrees of
    freedom (matching moments).

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


def prior(dispersion: Vector, *, df: Vector) -> Prior:
    """Fit the scaled F distribution from which the groups' dispersions come.

    Parameters
    ----------
    dispersion, df : ndarray of float64, shape (n_groups,)
        As `pearson` returns them.

    Returns
    -------
    Prior
        Scale s0^2 and degrees of freedom d0 (infinite where the groups differ no more than chance
        lets them); df 0 where there are fewer than three groups to learn from.

    References
    ----------
    G. K. Smyth (2004), "Linear models and empirical Bayes methods for assessing differential
    expression in microarray experiments", Statistical Applications in Genetics and Molecular
    Biology 3(1), section 6.2. High outliers are drawn in before the moments are taken, after B.
    Phipson et al. (2016), "Robust hyperparameter estimation", Annals of Applied Statistics
    10:946-963.
    """
    most = float(df.sum())
    if len(dispersion) < _FEWEST_GROUPS:
        return Prior(1.0, 0.0, most)
    centred = np.log(np.maximum(dispersion, 1e-6)) - digamma(df / 2) + np.log(df / 2)
    drawn_in = _winsorised(centred)
    mean = float(drawn_in.mean())
    excess = float(drawn_in.var(ddof=1) - polygamma(1, df / 2).mean())
    if excess <= 0:
        return Prior(float(np.exp(mean)), np.inf, most)
    d0 = 2 * _inverse_trigamma(excess)
    scale = float(np.exp(mean + digamma(d0 / 2) - np.log(d0 / 2)))
    return Prior(scale, d0, most)


def shrunk(dispersion: Vector, *, df: Vector, prior: Prior) -> tuple[Vector, Vector]:
    """Return dispersions drawn towards the prior, at least 1, and their degrees of freedom.

    (d0 s0^2 + d s^2) / (d0 + d) with d0 + d degrees of freedom, but no more than all groups have
    together (Smyth 2004, section 4).
    """
    if np.isinf(prior.df):
        drawn = np.full(len(dispersion), prior.scale)
    else:
        drawn = (prior.df * prior.scale + df * dispersion) / (prior.df + df)
    return np.maximum(drawn, 1.0), np.minimum(prior.df + df, max(prior.most_df, 1.0))


def _winsorised(values: Vector) -> Vector:
    """Draw in what lies further above the median than three times the lower quartile is below."""
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
