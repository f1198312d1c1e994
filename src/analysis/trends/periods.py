"""Periods of trends: their first and last days, which are full, and which paper is in which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.errors import InputError
from analysis.base.schema import AXES, FREQUENCIES, MONTHS

SPARSE_SHARE = 0.025
SPARSE_PERIODS = 0.25
LISTED_SHARE = 0.99
MIN_LISTED = 100
MAX_LAG = 92


def check_frequency(freq: str, *, more: Sequence[str] = ()) -> None:
    """Raise an InputError if `freq` is neither a known period nor one of `more`."""
    if freq not in FREQUENCIES:
        raise InputError(
            f"the period {freq!r}",
            allowed=", ".join([*more, *FREQUENCIES]),
            next_step="use one of these as the period",
        )


def period_numbers(
    papers: pd.DataFrame, *, freq: str
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the number of each paper's period since January 1970, and which papers have one.

    Returns
    -------
    numbers : ndarray of int64, shape (n,)
        0 if there is no period.
    placed : ndarray of bool, shape (n,)
        Dated, and precisely enough for the period.
    """
    dated = papers["published"].notna().to_numpy()
    if freq == "year":
        placed = dated
    else:
        placed = dated & (papers["published_precision"] != "year").to_numpy(dtype=bool)
    months = papers["published"].to_numpy(dtype="datetime64[M]").astype("int64")
    return np.where(placed, months, 0) // MONTHS[freq], placed


def period_bounds(
    numbers: NDArray[np.int64], *, freq: str
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return the first and the last days of numbered periods."""
    starts = (numbers * MONTHS[freq]).astype("datetime64[M]")
    ends = (starts + MONTHS[freq]).astype("datetime64[D]") - 1
    return starts.astype("datetime64[us]"), ends.astype("datetime64[us]")


def partial_periods(
    bounds: tuple[NDArray[np.datetime64], NDArray[np.datetime64]],
    *,
    reference: pd.Timestamp | None,
    since: pd.Timestamp | None = None,
) -> NDArray[np.bool_]:
    """Return which periods are not covered as a whole.

    They end after the `reference` day (all of them if there is none), or start before the day
    `since` which papers are covered.
    """
    starts, ends = bounds
    if reference is None:
        return np.ones(len(ends), dtype=bool)
    partial = ends > np.datetime64(reference.date(), "us")
    return partial if since is None else partial | (starts < np.datetime64(since.date(), "us"))


def first_charted_period(numbers: NDArray[np.int64]) -> int:
    """Return the number of the first period to chart.

    Corpora may begin with few papers: 2 % of those of the ACL Anthology are in the first 43 of its
    63 years. The earliest periods that together hold at most 2.5 % of the papers are left out if
    they are more than a quarter of all periods; otherwise all periods are charted.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,), n >= 1
        Period of each placed paper.
    """
    first, last = int(numbers.min()), int(numbers.max())
    counts = np.bincount(numbers - first)
    sparse = int((np.cumsum(counts) <= SPARSE_SHARE * len(numbers)).sum())
    return first + (sparse if sparse > SPARSE_PERIODS * (last - first + 1) else 0)


def papers_on_axis(papers: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return papers with the dates that assign them to periods.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`.
    by : {"published", "listed"}
        With "listed", `published` and its precision are replaced by the day in `listed`.

    Raises
    ------
    InputError
        If `by` is neither, or no paper has the requested date.
    """
    if by not in AXES:
        raise InputError(
            f"trends by {by!r}", allowed=", ".join(AXES), next_step="use one of these with --by"
        )
    if by == "published":
        return papers
    if papers["listed"].isna().all():
        raise InputError(
            "trends by listed, but no paper has the day on which it was listed",
            allowed="a snapshot that contains the day on which each paper was listed",
            next_step="leave --by out",
        )
    listed = papers["listed"].dt.normalize()
    precision = pd.Series("day", index=papers.index, dtype="str").where(listed.notna())
    return papers.assign(published=listed, published_precision=precision)


def listing_lag(papers: pd.DataFrame, *, reference: pd.Timestamp | None) -> int:
    """Return the number of days within which 99 % of the papers are listed after publication.

    Parameters
    ----------
    papers : DataFrame
        With `published`, `published_precision`, `listed`.
    reference : Timestamp or None
        From `reference_day`. Papers of its month are left out: some of them are not listed yet.

    Returns
    -------
    int
        Days; 0 if fewer than 100 papers have both dates, or if it takes more than 92 days: listing
        is then hardly related to publication.
    """
    if reference is None:
        return 0
    known = papers["listed"].notna() & papers["published"].notna()
    known &= (papers["published_precision"] == "day").fillna(False).astype(bool)
    known &= papers["published"] < reference.replace(day=1)
    if known.sum() < MIN_LISTED:
        return 0
    days = (papers["listed"][known].dt.normalize() - papers["published"][known]).dt.days
    lag = int(np.quantile(days.to_numpy().clip(min=0), LISTED_SHARE, method="inverted_cdf"))
    return lag if lag <= MAX_LAG else 0
