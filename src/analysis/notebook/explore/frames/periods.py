"""The bars of the date slider: periods that all fit, and how many papers each has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.english import period_label
from analysis.trends.counting.periods import bounds, place

MOST_BARS = 60


@dataclass(frozen=True)
class Bars:
    """Periods in a row without gaps.

    Attributes
    ----------
    freq : str
    labels : list of str
    starts, ends : list of Timestamp
        First and last day of each period.
    column : ndarray of int64, shape (n,)
        Number of each paper's period; -1 for papers that are in none.
    note : str
        Which papers are in no period; empty where there are none.
    """

    freq: str
    labels: list[str]
    starts: list[pd.Timestamp]
    ends: list[pd.Timestamp]
    column: NDArray[np.int64]
    note: str

    def counts(self, rows: NDArray[np.bool_]) -> list[int]:
        """Return the number of papers among `rows` (n,) in each period."""
        here = self.column[rows & (self.column >= 0)]
        return np.bincount(here, minlength=len(self.labels)).tolist()

    def between(self, first: pd.Timestamp | None, last: pd.Timestamp | None) -> tuple[int, int]:
        """Return the numbers of the first and last period that the days touch."""
        low = 0 if first is None else sum(end < first for end in self.ends)
        high = len(self.labels) if last is None else sum(start <= last for start in self.starts)
        top = max(0, len(self.labels) - 1)
        return min(low, top), min(max(high - 1, 0), top)


def date_bars(papers: pd.DataFrame) -> Bars:
    """Cut the papers' dates into the finest periods that are at most sixty.

    Where more than half of the dated papers are known to the year only, into years.

    Parameters
    ----------
    papers : DataFrame
        `published`, `published_precision`, n rows.
    """
    dated = int(papers["published"].notna().sum())
    undated = len(papers) - dated
    coarse = int((papers["published_precision"].eq("year") & papers["published"].notna()).sum())
    freq = "year"
    for finer in () if 2 * coarse > dated else ("month", "quarter", "half-year"):
        numbers, placed = place(papers, freq=finer)
        if placed.any() and np.ptp(numbers[placed]) < MOST_BARS:
            freq = finer
            break
    numbers, placed = place(papers, freq=freq)
    if not placed.any():
        return Bars(freq, [], [], [], np.full(len(papers), -1), "")
    first, last = int(numbers[placed].min()), int(numbers[placed].max())
    starts, ends = bounds(np.arange(first, last + 1), freq=freq)
    days = [[pd.Timestamp(day) for day in side] for side in (starts, ends)]
    notes = [f"{undated:,} undated"] if undated else []
    if coarse and freq != "year":
        notes.append(f"{coarse:,} known to the year only")
    return Bars(
        freq,
        [period_label(day, freq=freq) for day in days[0]],
        *days,
        np.where(placed, numbers - first, -1),
        f"Not in the bars: {', '.join(notes)}." if notes else "",
    )
