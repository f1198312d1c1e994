"""Verdicts on each group's share over time, from tests of its log-odds slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.base.schema import conform, empty

from .counts import Counts
from .design_effect import exchangeability_p
from .log_odds_slopes import (
    LogOddsLines,
    Matrix,
    Vector,
    adjust_p_within_kinds,
    dispersion_prior,
    fit_lines,
    pearson_dispersion,
    shrink_dispersion,
)
from .standardisation import standardised_slopes

MIN_FULL_PERIODS = 4
MIN_PAPERS = 20
LEVEL = 0.95
FLAT = (0.8, 1.25)
FLAT_LEVEL = 0.90
SURE = 0.05


def verdict_table(counts: Counts) -> pd.DataFrame:
    """Return a verdict on each group: whether its share rises, falls, is flat or unclear.

    Only full periods count. The first of these that applies: *too few to say*: fewer than 4 full
    periods with papers, or fewer than 20 papers of the group in them. *flat*: the 90 % interval of
    the ratio of fitted shares, last full period over first, lies within .8 to 1.25. *rising* and
    *falling*: adjusted p < .05, and the Theil-Sen slope does not have the opposite sign.
    *unclear*: everything else.

    Parameters
    ----------
    counts : Counts
        From `count_papers`.

    Returns
    -------
    DataFrame
        Table `verdicts`, one row per group of `counts`: `kind`, `group_id`, `direction`;
        `log_odds_per_year` with its 95 % interval `low`, `high`; `ratio` of the fitted shares
        `share_last` / `share_first` with its 90 % interval `ratio_low`, `ratio_high`; `p` of the
        slope, the larger of two tests (`slope_tests`, `exchangeability_p`), and `p_adjusted`
        (Benjamini-Hochberg over the tested groups of a kind, times the number of kinds: at most
        about 5 % of runs without any change report one); `n_periods`
        (full, with papers) and `n_papers` (of the group in them); `dispersion` and `df` of the
        test; `theil_sen` (share per year); `doubling_years` (of rising groups; of falling ones
        the negative time to halve; null if longer than twice the time span of the data).
        `standardised` (slope within categories, venues or sources, if papers have a lasting one,
        with `standardised_error`), and `sign_flips`: the mix of these shifted so much that the
        slope within them has the opposite sign, and one of the two is clear. Nulls if there are
        too few to say. `label_first` and `label_last` are null: who has the papers' texts adds
        them.

    References
    ----------
    Equivalence by an interval: D. J. Schuirmann (1987), Journal of Pharmacokinetics and
    Biopharmaceutics 15:657-680. Pairs of periods: P. K. Sen (1968), "Estimates of the regression
    coefficient based on Kendall's tau", JASA 63:1379-1389.
    """
    full = ~counts.is_partial & (counts.n_total > 0)
    k, n, x = counts.n_papers[:, full], counts.n_total[full], counts.years[full]
    n_papers = k.sum(axis=1)
    table = counts.groups[["kind", "group_id"]].assign(
        n_periods=int(full.sum()), n_papers=n_papers, direction="too few to say"
    )
    for column in _TEST_COLUMNS:
        table[column] = np.nan
    tested = (n_papers >= MIN_PAPERS) & (int(full.sum()) >= MIN_FULL_PERIODS)
    if not len(table):
        return empty("verdicts")
    if tested.any():
        phi = counts.phi[full]
        min_p = exchangeability_p(
            counts.clump_counts, n_groups=len(counts.groups), x=counts.years, full=full
        )
        tests = slope_tests(k[tested] / phi, n=n / phi, x=x, min_p=min_p[tested])
        robust = theil_sen_slope(k[tested] / n, x=x)
        kinds = counts.groups["kind"].to_numpy()[tested]
        p_adjusted = adjust_p_within_kinds(tests.p, kinds=kinds)
        directions = _directions(tests, p_adjusted=p_adjusted, robust=robust)
        columns = _test_columns(tests, span=float(x[-1] - x[0]), directions=directions)
        columns |= _standardised_columns(counts, tested=tested, full=full, tests=tests)
        columns |= {"p_adjusted": p_adjusted, "theil_sen": robust}
        table.loc[tested, "direction"] = directions
        for column, values in columns.items():
            table.loc[tested, column] = values
    table["sign_flips"] = _sign_flips(table)
    return conform(table, name="verdicts")


_TEST_COLUMNS = (
    *("log_odds_per_year", "low", "high", "ratio", "ratio_low", "ratio_high", "p", "p_adjusted"),
    *("share_first", "share_last", "dispersion", "df", "theil_sen", "doubling_years"),
    *("standardised", "standardised_error", "label_first", "label_last"),
)


def _test_columns(tests: SlopeTests, *, span: float, directions: NDArray) -> dict[str, Vector]:
    with np.errstate(divide="ignore"):
        years = span * np.log(2) / np.log(tests.ratio)
    clear = np.isin(directions, ("rising", "falling")) & (np.abs(years) <= 2 * span)
    columns = {name: getattr(tests, name) for name in _TEST_COLUMNS if hasattr(tests, name)}
    columns["log_odds_per_year"] = tests.slope
    return columns | {"doubling_years": np.where(clear, years, np.nan)}


def _standardised_columns(
    counts: Counts, *, tested: NDArray[np.bool_], full: NDArray[np.bool_], tests: SlopeTests
) -> dict[str, Vector]:
    if counts.strata is None:
        return {}
    slope, error = standardised_slopes(counts.strata, x=counts.years, full=full)
    # Clumps and overdispersion widen this error as they do that of the plain slope.
    wider = np.sqrt(tests.dispersion * np.average(counts.phi[full], weights=counts.n_total[full]))
    return {"standardised": slope[tested], "standardised_error": error[tested] * wider}


def _sign_flips(table: pd.DataFrame) -> Vector:
    """Return whether slopes with and without standardisation differ in sign and one is clear."""
    clear = (table["p_adjusted"] < SURE) | (
        table["standardised"].abs() > 2 * table["standardised_error"]
    )
    return (table["standardised"] * table["log_odds_per_year"] < 0) & clear


def _directions(tests: SlopeTests, *, p_adjusted: Vector, robust: Vector) -> NDArray:
    flat = (tests.ratio_low >= FLAT[0]) & (tests.ratio_high <= FLAT[1])
    agrees = tests.slope * robust >= 0
    clear = (p_adjusted < SURE) & agrees
    return np.select(
        [flat, clear & (tests.slope > 0), clear & (tests.slope < 0)],
        ["flat", "rising", "falling"],
        "unclear",
    )


def theil_sen_slope(share: NDArray[np.float64], *, x: Vector) -> Vector:
    """Return the median slope over all pairs of periods, for each row of shares (Sen 1968)."""
    i, j = np.triu_indices(len(x), k=1)
    if not len(i):
        return np.zeros(len(share))
    return np.median((share[:, j] - share[:, i]) / (x[j] - x[i]), axis=1)


# tests of slopes


@dataclass(frozen=True)
class SlopeTests:
    """One entry per group; intervals as in the columns of table `verdicts`."""

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


def slope_tests(k: Matrix, *, n: Vector, x: Vector, min_p: Vector | None = None) -> SlopeTests:
    """Fit a line to each group's log-odds and test its slope.

    Parameters
    ----------
    k : ndarray, shape (n_groups, n_periods)
        Effective counts, papers / phi.
    n : ndarray, shape (n_periods,)
        Effective totals; at least three above 0.
    x : ndarray, shape (n_periods,)
        Years.
    min_p : ndarray, shape (n_groups,), optional
        p of another test, from `exchangeability_p`: if it is larger, it is used, and the intervals
        are widened accordingly.

    Returns
    -------
    SlopeTests
        Slopes in log-odds per year with 95 % intervals; fitted shares of the first and the last
        period with papers, their ratio with a 90 % interval (delta method on its logarithm); p of
        the signed root of the penalised likelihood ratio over the square root of the dispersion,
        by Student's t. The intervals are scaled so that the slope's contains 0 exactly if p > .05.

    References
    ----------
    Quasi-likelihood: R. W. M. Wedderburn (1974), Biometrika 61:439-447. Shrunk dispersion with
    d0 + d degrees of freedom: Smyth (2004); for counts S. P. Lund et al. (2012), "Detecting
    differential expression in RNA-sequence data using quasi-likelihood with shrunken dispersion
    estimates", Statistical Applications in Genetics and Molecular Biology 11(5).
    """
    lines = fit_lines(k, n=n, x=x)
    group_dispersion, group_df = pearson_dispersion(k, n=n, share=lines.share)
    prior = dispersion_prior(group_dispersion, df=group_df)
    dispersion, df = shrink_dispersion(group_dispersion, df=group_df, prior=prior)
    t = np.abs(lines.root) / np.sqrt(dispersion)
    if min_p is not None:
        t = np.minimum(t, stats.t.isf(min_p / 2, df))
    error = _slope_error(lines, t=t, dispersion=dispersion)
    wide, narrow = (stats.t.isf((1 - level) / 2, df) for level in (LEVEL, FLAT_LEVEL))
    filled = np.flatnonzero(np.asarray(n) > 0)
    first, last = lines.share[:, filled[0]], lines.share[:, filled[-1]]
    log_ratio = np.log(last) - np.log(first)
    spread = narrow * _ratio_error(lines, ends=(x[filled[0]], x[filled[-1]]), error=error)
    return SlopeTests(
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
    )


def _slope_error(lines: LogOddsLines, *, t: Vector, dispersion: Vector) -> Vector:
    """Return standard errors of the slopes: slope / t, or Wald's if t is small.

    Wald's error is far too large if a group has no papers at one end (W. W. Hauck and A.
    Donner 1977, JASA 72:851-853).
    """
    wald = np.sqrt(dispersion * lines.var_slope)
    by_likelihood = np.abs(lines.slope) / np.maximum(t, 1e-12)
    return np.where(t > 0.5, by_likelihood, wald)


def _ratio_error(lines: LogOddsLines, *, ends: tuple[float, float], error: Vector) -> Vector:
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
