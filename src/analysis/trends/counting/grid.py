"""The grid of periods: where each begins and ends, which are full, which paper falls in which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.errors import InputError
from analysis.base.schema import AXES, FREQUENCIES

SPARSE_SHARE = 0.025
SPARSE_STRETCH = 0.25
SURELY_LISTED = 0.99
LEAST_LISTED = 100
LONGEST_LAG = 92

_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def check_freq(freq: str, *, more: Sequence[str] = ()) -> None:
    """Raise InputError where `freq` is neither a known period nor one of `more`."""
    if freq not in FREQUENCIES:
        raise InputError(
            f"the period {freq!r}",
            allowed=", ".join([*more, *FREQUENCIES]),
            next_step="give one of these as the period",
        )


def place(papers: pd.DataFrame, *, freq: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the number of each paper's period, from January 1970 on, and which papers have one.

    Returns
    -------
    numbers : ndarray of int64, shape (n,)
        0 where there is no period.
    placed : ndarray of bool, shape (n,)
        Dated, and precisely enough for the period.
    """
    dated = papers["published"].notna().to_numpy()
    if freq == "year":
        placed = dated
    else:
        placed = dated & (papers["published_precision"] != "year").to_numpy(dtype=bool)
    months = papers["published"].to_numpy(dtype="datetime64[M]").astype("int64")
    return np.where(placed, months, 0) // _MONTHS[freq], placed


def bounds(
    numbers: NDArray[np.int64], *, freq: str
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return the first and the last day of numbered periods."""
    starts = (numbers * _MONTHS[freq]).astype("datetime64[M]")
    ends = (starts + _MONTHS[freq]).astype("datetime64[D]") - 1
    return starts.astype("datetime64[us]"), ends.astype("datetime64[us]")


def is_partial(
    ends: NDArray[np.datetime64], *, reference: pd.Timestamp | None
) -> NDArray[np.bool_]:
    """Say which periods end after the reference day; all of them where there is none."""
    if reference is None:
        return np.ones(len(ends), dtype=bool)
    return ends > np.datetime64(reference.date(), "us")


def first_charted(numbers: NDArray[np.int64]) -> int:
    """Return the number of the first period that is worth charting.

    Corpora may begin with a trickle: 2 % of the ACL Anthology's papers lie in the first 43 of its
    63 years. The earliest periods that together hold at most 2.5 % of the papers are left out
    where they are more than a quarter of all periods; otherwise nothing is.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,), n >= 1
        Period of each placed paper.
    """
    first, last = int(numbers.min()), int(numbers.max())
    counts = np.bincount(numbers - first)
    sparse = int((np.cumsum(counts) <= SPARSE_SHARE * len(numbers)).sum())
    return first + (sparse if sparse > SPARSE_STRETCH * (last - first + 1) else 0)


def on_axis(papers: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return papers with the dates that their periods are told by.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`.
    by : {"published", "listed"}
        With "listed", `published` and its precision are replaced by the day in `listed`.

    Raises
    ------
    InputError
        Where `by` is neither, or no paper has the day it asks for.
    """
    if by not in AXES:
        raise InputError(
            f"trends by {by!r}", allowed=", ".join(AXES), next_step="give one of these with --by"
        )
    if by == "published":
        return papers
    if papers["listed"].isna().all():
        raise InputError(
            "trends by listed, but no paper has the day on which it was listed",
            allowed="a snapshot that says when each paper was listed",
            next_step="leave --by out",
        )
    listed = papers["listed"].dt.normalize()
    precision = pd.Series("day", index=papers.index, dtype="str").where(listed.notna())
    return papers.assign(published=listed, published_precision=precision)


def listing_lag(papers: pd.DataFrame, *, reference: pd.Timestamp | None) -> int:
    """Return within how many days of publication 99 % of the papers are listed.

    Parameters
    ----------
    papers : DataFrame
        With `published`, `published_precision`, `listed`.
    reference : Timestamp or None
        From `reference_day`. Papers of its month are left out, whose late ones are yet to come.

    Returns
    -------
    int
        Days; 0 where fewer than 100 papers have both dates, and where the 99 % take more than 92
        days: then listing has little to do with publishing.
    """
    if reference is None:
        return 0
    known = papers["listed"].notna() & papers["published"].notna()
    known &= (papers["published_precision"] == "day").fillna(False).astype(bool)
    known &= papers["published"] < reference.replace(day=1)
    if known.sum() < LEAST_LISTED:
        return 0
    days = (papers["listed"][known].dt.normalize() - papers["published"][known]).dt.days
    lag = int(np.quantile(days.to_numpy().clip(min=0), SURELY_LISTED, method="inverted_cdf"))
    return lag if lag <= LONGEST_LAG else 0
