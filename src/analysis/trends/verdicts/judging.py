"""Slopes and ratios with their intervals, tested against scatter shared between groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.base.schema import KINDS

from .dispersion import pearson, prior, shrunk
from .fits import Lines, fit_lines

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LEVEL = 0.95
FLAT_LEVEL = 0.90


@dataclass(frozen=True)
class Judged:
    """One entry a group; intervals as the columns of table `verdicts` say.

    `dispersion` and `df` are what the tests rest on, `scatter` and `scatter_df` the group's own
    before shrinking, `prior_scale` and `prior_df` what it was drawn towards.
    """

    lines: Lines
    slope: Vector
    low: Vector
    high: Vector
    share_first: Vector
    share_last: Vector
    ratio: Vector
    ratio_low: Vector
    ratio_high: Vector
    p: Vector
    dispersion: Vector
    df: Vector
    scatter: Vector
    scatter_df: Vector
    prior_scale: float
    prior_df: float


def judge(k: Matrix, *, n: Vector, x: Vector, least_p: Vector | None = None) -> Judged:
    """Fit a line to each group's log-odds and test its slope.

    Parameters
    ----------
    k : ndarray, shape (n_groups, n_periods)
        Effective counts, papers / phi.
    n : ndarray, shape (n_periods,)
        Effective totals; at least three above 0.
    x : ndarray, shape (n_periods,)
        Years.
    least_p : ndarray, shape (n_groups,), optional
        Another test's p, from `exchange_p`: where it is the larger, it stands, and the intervals
        are as wide as it says.

    Returns
    -------
    Judged
        Slopes in log-odds a year with 95 % intervals; fitted shares of the first and the last
        period with papers, their ratio with a 90 % interval (delta method on its logarithm); p of
        the signed root of the penalised likelihood ratio over the square root of the dispersion,
        by Student's t. The intervals are scaled so that the slope's holds 0 exactly where p > .05.

    References
    ----------
    Quasi-likelihood: R. W. M. Wedderburn (1974), Biometrika 61:439-447. Shrunk dispersion with
    d0 + d degrees of freedom: Smyth (2004); for counts S. P. Lund et al. (2012), "Detecting
    differential expression in RNA-sequence data using quasi-likelihood with shrunken dispersion
    estimates", Statistical Applications in Genetics and Molecular Biology 11(5).
    """
    lines = fit_lines(k, n=n, x=x)
    scatter, scatter_df = pearson(k, n=n, share=lines.share)
    common = prior(scatter, df=scatter_df)
    dispersion, df = shrunk(scatter, df=scatter_df, prior=common)
    t = np.abs(lines.root) / np.sqrt(dispersion)
    if least_p is not None:
        t = np.minimum(t, stats.t.isf(least_p / 2, df))
    error = _error(lines, t=t, dispersion=dispersion)
    wide, narrow = (stats.t.isf((1 - level) / 2, df) for level in (LEVEL, FLAT_LEVEL))
    seen = np.flatnonzero(np.asarray(n) > 0)
    first, last = lines.share[:, seen[0]], lines.share[:, seen[-1]]
    log_ratio = np.log(last) - np.log(first)
    spread = narrow * _ratio_error(lines, ends=(x[seen[0]], x[seen[-1]]), error=error)
    return Judged(
        lines=lines,
        slope=lines.slope,
        low=lines.slope - wide * error,
        high=lines.slope + wide * error,
        share_first=first,
        share_last=last,
        ratio=np.exp(log_ratio),
        ratio_low=np.exp(log_ratio - spread),
        ratio_high=np.exp(np.minimum(log_ratio + spread, 700)),
        p=np.minimum(2 * stats.t.sf(t, df), 1.0),
        dispersion=dispersion,
        df=df,
        scatter=scatter,
        scatter_df=scatter_df,
        prior_scale=common.scale,
        prior_df=common.df,
    )


def _error(lines: Lines, *, t: Vector, dispersion: Vector) -> Vector:
    """Return standard errors of the slopes: slope / t, and Wald's where that says nothing.

    Wald's error is far too large where a group has no papers at one end (W. W. Hauck and A.
    Donner 1977, JASA 72:851-853).
    """
    wald = np.sqrt(dispersion * lines.var_slope)
    by_likelihood = np.abs(lines.slope) / np.maximum(t, 1e-12)
    return np.where(t > 0.5, by_likelihood, wald)


def _ratio_error(lines: Lines, *, ends: tuple[float, float], error: Vector) -> Vector:
    """Return the standard error of log(last share / first share) by the delta method."""
    before, after = (end - lines.centre for end in ends)
    odds = [lines.level + lines.slope * end for end in (before, after)]
    misses = [1 / (1 + np.exp(np.clip(each, -700, 700))) for each in odds]
    by_level = misses[1] - misses[0]
    by_slope = misses[1] * after - misses[0] * before
    variance = (
        by_level**2 * lines.var_level
        + 2 * by_level * by_slope * lines.covariance
        + by_slope**2 * lines.var_slope
    )
    return np.sqrt(variance / lines.var_slope) * error


def adjusted(p: Vector) -> Vector:
    """Return p adjusted for the false discovery rate over all of them (step-up).

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", Journal of the
    Royal Statistical Society B 57:289-300.
    """
    p = np.asarray(p, dtype="float64")
    return stats.false_discovery_control(p, method="bh") if len(p) else p.copy()


def within_kinds(p: Vector, *, kinds: NDArray) -> Vector:
    """Return p adjusted over the groups of each kind, times the number of kinds among them.

    So at most 5 % of runs in which nothing happens tell of anything, clusters and topics taken
    together, and what is said of a topic does not hang on the clusters that are found.
    """
    out = np.ones(len(p))
    for kind in KINDS:
        out[kinds == kind] = adjusted(p[kinds == kind])
    return np.minimum(out * len(set(kinds)), 1.0)
