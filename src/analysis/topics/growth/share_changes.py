"""Whether shares of papers changed: windows of time, Fisher's exact test, growth of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

FEWEST_COUNTED = 8
FEWEST_TOTAL = 15
LEVEL = 0.05
PERIODS_COMPARED = 2
TOO_FEW = "too few to say"
_DAY = pd.Timedelta(days=1)


@lru_cache(maxsize=100_000)
def fisher_p(k_first: int, n_first: int, k_second: int, n_second: int) -> float:
    """Return the two-sided p of Fisher's exact test on `k_first` of `n_first` and the second.

    Parameters
    ----------
    k_first, n_first, k_second, n_second : int
        Papers counted and papers in total, on either side.

    Returns
    -------
    float
        From 0 to 1; 1 if one side has no papers or nothing was counted.

    Raises
    ------
    ValueError
        If a count is below 0 or above its total.

    References
    ----------
    R. A. Fisher (1935), "The logic of inductive inference", JRSS 98:39-82.
    """
    table = [[k_first, n_first - k_first], [k_second, n_second - k_second]]
    return float(stats.fisher_exact(table).pvalue)


def adjust_p(p: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values corrected for their number: rejecting those below .05 keeps the FDR there.

    Parameters
    ----------
    p : sequence of float, length m

    Returns
    -------
    ndarray of float64, shape (m,)
        In the order given.

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", JRSS B
    57:289-300.
    """
    values = np.asarray(p, dtype="float64")
    return stats.false_discovery_control(values, method="bh") if len(values) else values


@dataclass(frozen=True)
class Windows:
    """Two stretches of time: which papers are in each, and the days they cover, in words."""

    before: NDArray[np.bool_]
    last: NDArray[np.bool_]
    words: str


def time_windows(papers: pd.DataFrame, *, trends: pd.DataFrame) -> Windows:
    """Choose what is compared: the last two full periods with the two before them.

    If the trends have fewer than four full periods, the dated range is split in the middle. Papers
    known only to the year are in no window, unless the periods are years.

    Parameters
    ----------
    papers : DataFrame
        `published` and `published_precision`, n rows.
    trends : DataFrame
        Table `trends`, of which only the periods are read.

    Returns
    -------
    Windows
        Masks of shape (n,); all false if no paper has a date.
    """
    days = papers["published"]
    periods = trends.drop_duplicates("period").sort_values("period")
    full = periods[~periods["is_partial"]].tail(2 * PERIODS_COMPARED)
    yearly = papers["published_precision"].eq("year").to_numpy(dtype=bool)
    dated = days.notna().to_numpy() & ~yearly
    if len(full) == 2 * PERIODS_COMPARED:
        if full["freq"].iloc[0] == "year":
            dated = days.notna().to_numpy()
        halves = full.iloc[:PERIODS_COMPARED], full.iloc[PERIODS_COMPARED:]
        ends = [(part["period"].iloc[0], part["period_end"].iloc[-1]) for part in halves]
    elif dated.any():
        start, stop = days[dated].min().normalize(), days[dated].max().normalize()
        middle = (start + (stop - start) // 2).normalize()
        ends = [(start, middle), (middle + _DAY, max(stop, middle + _DAY))]
    else:
        nowhere = np.zeros(len(papers), dtype=bool)
        return Windows(nowhere, nowhere, "")
    before, last = (
        dated & ((days >= start) & (days < stop + _DAY)).to_numpy(dtype=bool)
        for start, stop in ends
    )
    spans = [f"{start:%Y-%m-%d} to {stop:%Y-%m-%d}" for start, stop in ends]
    return Windows(before, last, f"{spans[1]} against {spans[0]}")


def share_growth(members: Sequence[NDArray[np.int64]], *, within: Windows) -> pd.DataFrame:
    """Compare each group's share of all papers in the two windows.

    Parameters
    ----------
    members : sequence of ndarray of int64
        Row numbers of each group's papers.
    within : Windows

    Returns
    -------
    DataFrame
        One row per group: `n_before`, `total_before`, `n_last`, `total_last` (papers), `p`
        (Fisher's exact test, two-sided), `p_adjusted` (for the number of groups that are tested,
        Benjamini and Hochberg) and `growth`: "rises" or "falls" if `p_adjusted` is below .05, else
        "no clear change"; "too few to say" (p null) with fewer than eight of the group's papers
        in both windows together or fewer than fifteen papers in total in either.
    """
    totals = int(within.before.sum()), int(within.last.sum())
    rows = []
    for group in members:
        counts = int(within.before[group].sum()), int(within.last[group].sum())
        enough = sum(counts) >= FEWEST_COUNTED and min(totals) >= FEWEST_TOTAL
        p = fisher_p(counts[0], totals[0], counts[1], totals[1]) if enough else np.nan
        rows.append((counts[0], totals[0], counts[1], totals[1], p))
    columns = ["n_before", "total_before", "n_last", "total_last", "p"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype({**dict.fromkeys(columns, "int64"), "p": "float64"})
    tested = frame["p"].notna()
    frame["p_adjusted"] = np.nan
    frame.loc[tested, "p_adjusted"] = adjust_p(frame.loc[tested, "p"].to_numpy())
    words = [_growth_word(row) for row in frame.itertuples(index=False)]
    return frame.assign(growth=pd.Series(words, index=frame.index, dtype="str"))


def _growth_word(row: Any) -> str:
    if np.isnan(row.p):
        return TOO_FEW
    if row.p_adjusted >= LEVEL:
        return "no clear change"
    return "rises" if row.n_last * row.total_before > row.n_before * row.total_last else "falls"
