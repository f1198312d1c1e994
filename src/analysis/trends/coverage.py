"""What stretch of time the papers cover: from which day on, and where they stop in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .periods import period_bounds, period_numbers

WINDOW = {"D": 91, "M": 12}
"""Days or months on which the rate of arrival rests, at least; as many as the stretch in question
has if that is longer: a literature that grows says little about its beginning. Days are compared
with the same days of the week, of which there are 13."""

UNLIKELY_START = 0.01
"""A first period without papers up to some day is partial if chance leaves it so more rarely."""

UNLIKELY_GAP, LEAST_GAP = 1e-6, 10
"""Gaps in the middle are many, and holidays are no fault of a listing: the bar is higher, and a gap
has at least ten days (two months, if papers are dated by month)."""

_DAYS_OF_WEEK, _LEAST_MONTHS = 7, 2


@dataclass(frozen=True)
class Arrivals:
    """On which days, or in which months, any paper is dated.

    Attributes
    ----------
    first : int
        Number of the first unit since January 1970.
    unit : "D" or "M"
    is_active : ndarray of bool, shape (n_units,)
        From the first to the last unit with papers.
    """

    first: int
    unit: str
    is_active: NDArray[np.bool_]

    def day(self, place: int) -> pd.Timestamp:
        """Return the first day of a unit."""
        days = np.array([self.first + place]).astype(f"datetime64[{self.unit}]")
        return pd.Timestamp(days.astype("datetime64[us]")[0])

    def places(self, *, start: pd.Timestamp) -> int:
        """Return how many units lie between a day and the first unit with papers."""
        return self.first - int(np.array([start], dtype=f"M8[{self.unit}]").astype("int64")[0])


def arrivals(papers: pd.DataFrame) -> Arrivals | None:
    """Return when papers arrive, by the precision that most of the dated ones have.

    None if no paper is dated, or most are dated by year only.
    """
    dated = papers["published"].notna().to_numpy()
    precision = papers["published_precision"].astype("object").where(papers["published"].notna())
    sizes = {name: int((precision == name).sum()) for name in ("day", "month")}
    if 2 * sizes["day"] > dated.sum():
        unit, used = "D", (precision == "day").to_numpy(dtype=bool)
    elif 2 * (sizes["day"] + sizes["month"]) > dated.sum():
        unit, used = "M", precision.isin(("day", "month")).to_numpy(dtype=bool)
    else:
        return None
    days = papers["published"][used].to_numpy(dtype=f"datetime64[{unit}]").astype("int64")
    active = np.zeros(int(days.max() - days.min()) + 1, dtype=bool)
    active[days - days.min()] = True
    return Arrivals(int(days.min()), unit, active)


def covered_since(
    papers: pd.DataFrame, *, freq: str | None, covered_from: date | None = None
) -> pd.Timestamp | None:
    """Return the day since which papers are covered: periods that start before it are partial.

    Parameters
    ----------
    papers : DataFrame
        With `published` and `published_precision`.
    freq : str or None
        Length of the periods.
    covered_from : date, optional
        The day, if it is known.

    Returns
    -------
    Timestamp or None
        None without dated papers or periods.
    """
    if covered_from is not None:
        return pd.Timestamp(covered_from).as_unit("us")
    if freq is None:
        return None
    numbers, placed = period_numbers(papers, freq=freq)
    if not placed.any():
        return None
    first = int(numbers[placed].min())
    starts, ends = period_bounds(np.array([first]), freq=freq)
    return first_covered_day(
        papers[placed], start=pd.Timestamp(starts[0]), end=pd.Timestamp(ends[0])
    )


def first_covered_day(
    papers: pd.DataFrame, *, start: pd.Timestamp, end: pd.Timestamp
) -> pd.Timestamp:
    """Return the day from which on a source covers its papers, by the rate of their arrival.

    Parameters
    ----------
    papers : DataFrame
        With `published` and `published_precision`; at least one paper is dated.
    start, end : Timestamp
        First and last day of the first period with papers.

    Returns
    -------
    Timestamp
        The day of the first paper, if the stretch from `start` to it is longer than chance
        explains; else `start`.

    Notes
    -----
    A day has a paper with the frequency of the same days of the week in the 91 days after the first
    paper, or in as many as the stretch has, if these are more, without later gaps; days are
    independent. Whether there is any paper does not depend on how many arrive together.
    """
    seen = arrivals(papers)
    n = 0 if seen is None or seen.day(0) > end else seen.places(start=start)
    if seen is None or n <= 0:
        return start
    width = max(WINDOW[seen.unit], n)
    missing = np.arange(-n, 0)
    # The first paper itself is why the stretch ends there: it says nothing about the rate.
    window = np.arange(1, min(width + 1, len(seen.is_active)))
    for begin, end in _gap_places(seen):
        window = window[(window < begin) | (window >= end)]
    p = _chance_of_none(seen, missing=missing, window=window)
    return seen.day(0) if p < UNLIKELY_START else start


def gaps(papers: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return stretches without papers that chance does not explain: first and last day of each.

    A source that was down, or a month that was not fetched. The rate is that of the 91 days before
    and after the stretch, or of as many as the stretch has.
    """
    seen = arrivals(papers)
    if seen is None:
        return []
    day = pd.Timedelta(days=1)
    return [(seen.day(begin), seen.day(end) - day) for begin, end in _gap_places(seen)]


def _gap_places(seen: Arrivals) -> list[tuple[int, int]]:
    """Return the first unit of each gap and the one after its last."""
    edges = np.diff(np.pad((~seen.is_active).astype(int), 1))
    out = []
    for begin, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        n = int(end - begin)
        if n < (LEAST_GAP if seen.unit == "D" else _LEAST_MONTHS):
            continue
        width = max(WINDOW[seen.unit], n)
        around = np.r_[max(0, begin - width) : begin, end : min(end + width, len(seen.is_active))]
        if _chance_of_none(seen, missing=np.arange(begin, end), window=around) < UNLIKELY_GAP:
            out.append((int(begin), int(end)))
    return out


def _chance_of_none(
    seen: Arrivals, *, missing: NDArray[np.int64], window: NDArray[np.int64]
) -> float:
    """Return the probability that no unit of `missing` has a paper, by those of the `window`."""
    if not len(window):
        return 1.0
    cycle = _DAYS_OF_WEEK if seen.unit == "D" else 1
    active = seen.is_active[window]
    n = np.bincount((seen.first + window) % cycle, minlength=cycle)
    k = np.bincount((seen.first + window) % cycle, weights=active, minlength=cycle)
    # One more day like the others: a frequency is never 0 or 1, and rare days stay rare.
    rate = (k + min(float(active.mean()), 0.5)) / (n + 1)
    return float(np.prod(1 - rate[(seen.first + missing) % cycle]))
