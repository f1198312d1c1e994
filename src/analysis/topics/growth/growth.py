"""How fast groups of papers grow: the latest periods against those before, with counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .counting import benjamini_hochberg, fisher

FEWEST_COUNTED = 8
FEWEST_TOTAL = 15
LEVEL = 0.05
PERIODS_COMPARED = 2
TOO_FEW = "too few to say"
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Windows:
    """Two stretches of time: which papers lie in each, and the days they cover, in words."""

    before: NDArray[np.bool_]
    last: NDArray[np.bool_]
    words: str


def windows(papers: pd.DataFrame, *, trends: pd.DataFrame) -> Windows:
    """Choose what is compared: the last two full periods with the two before them.

    Where the trends hold fewer than four full periods, the dated range is cut in its middle.
    Papers known to the year only are in no window, unless the periods are years.

    Parameters
    ----------
    papers : DataFrame
        `published` and `published_precision`, n rows.
    trends : DataFrame
        Table `trends`; of it the periods alone are read.

    Returns
    -------
    Windows
        Masks of shape (n,); all false where no paper has a date.
    """
    days = papers["published"]
    periods = trends.drop_duplicates("period").sort_values("period")
    full = periods[~periods["is_partial"]].tail(2 * PERIODS_COMPARED)
    yearly = papers["published_precision"].eq("year").to_numpy(dtype=bool)
    dated = days.notna().to_numpy() & ~yearly
    if len(full) == 2 * PERIODS_COMPARED:
        if full["freq"].iloc[0] == "year":
            dated = days.notna().to_numpy()
        first, second = full.iloc[:PERIODS_COMPARED], full.iloc[PERIODS_COMPARED:]
        ends = [(part["period"].iloc[0], part["period_end"].iloc[-1]) for part in (first, second)]
    elif dated.any():
        start, stop = days[dated].min().normalize(), days[dated].max().normalize()
        middle = start + (stop - start) // 2
        middle = middle.normalize()
        ends = [(start, middle), (middle + _DAY, max(stop, middle + _DAY))]
    else:
        nowhere = np.zeros(len(papers), dtype=bool)
        return Windows(nowhere, nowhere, "")
    inside = [
        dated & ((days >= start) & (days < stop + _DAY)).to_numpy(dtype=bool)
        for start, stop in ends
    ]
    spans = [f"{start:%Y-%m-%d} to {stop:%Y-%m-%d}" for start, stop in ends]
    return Windows(inside[0], inside[1], f"{spans[1]} against {spans[0]}")


def growth(members: Sequence[NDArray[np.int64]], *, within: Windows) -> pd.DataFrame:
    """Compare each group's share of all papers in the two windows.

    Parameters
    ----------
    members : sequence of ndarray of int64
        Row numbers of each group's papers.
    within : Windows

    Returns
    -------
    DataFrame
        One row a group: `n_before`, `total_before`, `n_last`, `total_last` (papers), `p`
        (Fisher's exact test, two-sided), `p_adjusted` (for the number of groups that are tested,
        Benjamini and Hochberg) and `growth`: "rises" or "falls" where `p_adjusted` is below .05,
        else "no clear change"; "too few to say" (p null) with fewer than eight of the group's
        papers in both windows together or fewer than fifteen papers in all in either.
    """
    totals = int(within.before.sum()), int(within.last.sum())
    rows = []
    for group in members:
        counts = int(within.before[group].sum()), int(within.last[group].sum())
        enough = sum(counts) >= FEWEST_COUNTED and min(totals) >= FEWEST_TOTAL
        p = fisher(counts[0], totals[0], counts[1], totals[1]) if enough else np.nan
        rows.append((counts[0], totals[0], counts[1], totals[1], p))
    columns = ["n_before", "total_before", "n_last", "total_last", "p"]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[:4], "int64"))
    frame["p"] = frame["p"].astype("float64")
    tested = frame["p"].notna()
    frame["p_adjusted"] = np.nan
    frame.loc[tested, "p_adjusted"] = benjamini_hochberg(frame.loc[tested, "p"].to_numpy())
    words = [_word(row) for row in frame.itertuples(index=False)]
    return frame.assign(growth=pd.Series(words, index=frame.index, dtype="str"))


def _word(row: tuple) -> str:
    if np.isnan(row.p):
        return TOO_FEW
    if row.p_adjusted >= LEVEL:
        return "no clear change"
    return "rises" if row.n_last * row.total_before > row.n_before * row.total_last else "falls"
