"""What can be said of each group's share over time: one verdict a group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.schema import conform, empty

from ..counting.clumps import exchange_p
from ..counting.counts import Counts
from ..counting.standardised import standardised_slopes
from .judging import Judged, judge, within_kinds

Vector = NDArray[np.float64]

LEAST_FULL_PERIODS = 4
LEAST_PAPERS = 20
FLAT = (0.8, 1.25)
SURE = 0.05


def verdict_table(counts: Counts) -> pd.DataFrame:
    """Say of each group whether its share rises, falls, stays, or cannot be told.

    Only full periods count. The first that applies: *too few to say*: under 4 full periods with
    papers, or under 20 papers of the group in them. *flat*: the 90 % interval of the ratio of
    fitted shares, last full period over first, lies within .8 to 1.25. *rising* and *falling*:
    adjusted p < .05, and the median slope of pairs of periods (Theil-Sen) does not point the
    other way. *unclear*: everything else.

    Parameters
    ----------
    counts : Counts
        From `count`.

    Returns
    -------
    DataFrame
        Table `verdicts`, one row a group of `counts`: `kind`, `group_id`, `direction`;
        `log_odds_per_year` with its 95 % interval `low`, `high`; `ratio` of the fitted shares
        `share_last` / `share_first` with its 90 % interval `ratio_low`, `ratio_high`; `p` of the
        slope, the larger of two tests' (`judge`, `exchange_p`), and `p_adjusted`
        (Benjamini-Hochberg over the tested groups of a kind, times the number of kinds: in at
        most about 5 % of runs in which nothing happens is anything told); `n_periods`
        (full, with papers) and `n_papers` (of the group in them); `dispersion` and `df` of the
        test; `theil_sen` (share per year); `doubling_years` (of rising groups; negative, the time
        to halve, of falling ones; null where that takes longer than twice the time looked at).
        `standardised` (slope within categories, venues or sources, where papers name one that
        lasts, with `standardised_error`), and `sign_flips`: the mix of these shifted so much that
        the slope within them points the other way, and one of the two is clear. Nulls where there
        are too few to say.

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
    for column in _MEASURED:
        table[column] = np.nan
    tested = (n_papers >= LEAST_PAPERS) & (int(full.sum()) >= LEAST_FULL_PERIODS)
    if not len(table):
        return empty("verdicts")
    if tested.any():
        phi = counts.phi[full]
        exchanged = exchange_p(
            counts.clumped, n_groups=len(counts.groups), x=counts.years, full=full
        )
        found = judge(k[tested] / phi, n=n / phi, x=x, least_p=exchanged[tested])
        robust = theil_sen(k[tested] / n, x=x)
        kinds = counts.groups["kind"].to_numpy()[tested]
        corrected = within_kinds(found.p, kinds=kinds)
        directions = _directions(found, p_adjusted=corrected, robust=robust)
        measured = _measured(found, span=float(x[-1] - x[0]), directions=directions)
        measured |= _held_constant(counts, tested=tested, full=full, found=found)
        measured |= {"p_adjusted": corrected, "theil_sen": robust}
        table.loc[tested, "direction"] = directions
        for column, values in measured.items():
            table.loc[tested, column] = values
    table["sign_flips"] = _flips(table)
    return conform(table, name="verdicts")


_MEASURED = (
    *("log_odds_per_year", "low", "high", "ratio", "ratio_low", "ratio_high", "p", "p_adjusted"),
    *("share_first", "share_last", "dispersion", "df", "theil_sen", "doubling_years"),
    *("standardised", "standardised_error"),
)


def _measured(found: Judged, *, span: float, directions: NDArray) -> dict[str, Vector]:
    with np.errstate(divide="ignore"):
        years = span * np.log(2) / np.log(found.ratio)
    clear = np.isin(directions, ("rising", "falling")) & (np.abs(years) <= 2 * span)
    return {
        "log_odds_per_year": found.slope,
        "low": found.low,
        "high": found.high,
        "ratio": found.ratio,
        "ratio_low": found.ratio_low,
        "ratio_high": found.ratio_high,
        "p": found.p,
        "share_first": found.share_first,
        "share_last": found.share_last,
        "dispersion": found.dispersion,
        "df": found.df,
        "doubling_years": np.where(clear, years, np.nan),
    }


def _held_constant(
    counts: Counts, *, tested: NDArray[np.bool_], full: NDArray[np.bool_], found: Judged
) -> dict[str, Vector]:
    if counts.strata is None:
        return {}
    slope, error = standardised_slopes(counts.strata, x=counts.years, full=full)
    # Clumps and scatter widen this error as they do that of the plain slope.
    wider = np.sqrt(found.dispersion * np.average(counts.phi[full], weights=counts.n_total[full]))
    return {"standardised": slope[tested], "standardised_error": error[tested] * wider}


def _flips(table: pd.DataFrame) -> Vector:
    """Say where slopes with and without the mix held constant differ in sign and one is clear."""
    clear = (table["p_adjusted"] < SURE) | (
        table["standardised"].abs() > 2 * table["standardised_error"]
    )
    return (table["standardised"] * table["log_odds_per_year"] < 0) & clear


def _directions(found: Judged, *, p_adjusted: Vector, robust: Vector) -> NDArray:
    flat = (found.ratio_low >= FLAT[0]) & (found.ratio_high <= FLAT[1])
    agrees = found.slope * robust >= 0
    clear = (p_adjusted < SURE) & agrees
    return np.select(
        [flat, clear & (found.slope > 0), clear & (found.slope < 0)],
        ["flat", "rising", "falling"],
        "unclear",
    )


def theil_sen(share: NDArray[np.float64], *, x: Vector) -> Vector:
    """Return the median slope over all pairs of periods, for each row of shares (Sen 1968)."""
    i, j = np.triu_indices(len(x), k=1)
    if not len(i):
        return np.zeros(len(share))
    return np.median((share[:, j] - share[:, i]) / (x[j] - x[i]), axis=1)
