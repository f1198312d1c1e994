"""Shares and slopes standardised for a changing mix of categories, venues or sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

STRATA = ("category", "primary_category", "venue", "journal", "input_source", "source")
"""Columns that may describe the origin of a paper; the first suitable one is used."""

MAX_STRATA = 30
LASTING = 0.5
MIN_COVERED = 0.8


@dataclass(frozen=True)
class Strata:
    """Counts by stratum.

    Attributes
    ----------
    column : str
        Column of papers whose values are the strata.
    n_papers : ndarray of int64, shape (n_groups, n_strata, n_periods)
    n_total : ndarray of int64, shape (n_strata, n_periods)
    """

    column: str
    n_papers: NDArray[np.int64]
    n_total: NDArray[np.int64]


def stratify(
    papers: pd.DataFrame, *, period: NDArray[np.int64], n_periods: int
) -> tuple[str, NDArray[np.int64]] | None:
    """Choose the column to standardise by, and number the stratum of each paper.

    A column of `STRATA` is suitable if at least two of its values last, that is, occur in at least
    half of the periods, and these have at least 80 % of the papers. (Venues named with their year
    do not last: nothing can be held constant.) The 30 lasting values with the most papers are
    strata; all others together are one.

    Parameters
    ----------
    papers : DataFrame
    period : ndarray of int64, shape (n_papers,)
        Number of the period, -1 if there is none.
    n_periods : int

    Returns
    -------
    (str, ndarray of int64) or None
        Column and numbers; None if no column is suitable.
    """
    placed = period >= 0
    for column in STRATA:
        if column not in papers:
            continue
        codes, values = pd.factorize(papers[column].where(papers[column].notna()), sort=False)
        codes, n_values = np.where(codes < 0, len(values), codes), len(values)
        sizes = np.bincount(codes[placed], minlength=n_values + 1)
        seen = np.unique(codes[placed] * n_periods + period[placed]) // n_periods
        lasting = np.bincount(seen, minlength=n_values + 1) >= max(LASTING * n_periods, 2)
        # Papers without a value are not a stratum.
        lasting[n_values] = False
        if lasting.sum() < 2 or sizes[lasting].sum() < MIN_COVERED * sizes.sum():
            continue
        kept = np.flatnonzero(lasting)
        names = values.astype("str")[kept].to_numpy()
        kept = kept[np.lexsort((names, -sizes[kept]))][:MAX_STRATA]
        number = np.full(len(sizes), len(kept), dtype="int64")
        number[kept] = np.arange(len(kept))
        return column, number[codes]
    return None


def standardised_shares(strata: Strata, *, full: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return shares with each stratum weighted by its papers in all full periods.

    Direct standardisation: the mean of the strata's shares in a period, weighted by the strata's
    shares of all papers; strata without papers in a period are left out of it.

    Returns
    -------
    ndarray of float64, shape (n_groups, n_periods)
        NaN if a period has no papers.

    References
    ----------
    J. L. Fleiss, B. Levin and M. C. Paik (2003), "Statistical Methods for Rates and Proportions",
    chapter 19.
    """
    weight = strata.n_total[:, full].sum(axis=1).astype("float64")
    weights = np.where(strata.n_total > 0, weight[:, None], 0.0)
    share = strata.n_papers / np.maximum(strata.n_total, 1)
    total = weights.sum(axis=0)
    return (share * weights).sum(axis=1) / np.where(total > 0, total, np.nan)


def standardised_slopes(
    strata: Strata, *, x: NDArray[np.float64], full: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each group's slope within strata, in log-odds per year, and its standard error.

    One scoring step from a slope of 0: sum over strata of sum (k_t - n_t p) x_t, over the sum of
    p (1 - p) sum n_t (x_t - mean)^2, p being the group's share of a stratum.

    References
    ----------
    The extended Mantel-Haenszel test for trend: N. Mantel (1963), "Chi-square tests with one
    degree of freedom", JASA 58:690-700.
    """
    n = strata.n_total[:, full].astype("float64")
    k = strata.n_papers[:, :, full].astype("float64")
    total = np.maximum(n.sum(axis=1), 1.0)
    share = k.sum(axis=2) / total
    mean = (n * x[full]).sum(axis=1) / total
    centred = x[full] - mean[:, None]
    score = (k * centred).sum(axis=(1, 2))
    variance = (share * (1 - share) * (n * centred**2).sum(axis=1)).sum(axis=1)
    safe = np.where(variance > 0, variance, np.nan)
    return score / safe, 1 / np.sqrt(safe)
