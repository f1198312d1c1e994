"""The length of the periods in which trends are counted, and the reason for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from analysis.base.english import count, verb
from analysis.base.errors import InputError
from analysis.base.schema import FREQUENCIES

from .coverage import covered_since
from .periods import (
    check_frequency,
    first_charted_period,
    partial_periods,
    period_bounds,
    period_numbers,
)

MEDIAN_PAPERS = 20
ENOUGH_PERIODS = 6
MIN_PERIODS = 4


@dataclass(frozen=True)
class PeriodChoice:
    """The period of a run's trends, and the reason for it.

    Attributes
    ----------
    freq : str or None
        One of `schema.FREQUENCIES`; None if there is nothing to chart.
    reason : str
        One or more plain sentences for the report: why this period, or why there is no chart, and
        how many papers are left out.
    n_periods : int
        Periods of the grid, including the partial one; 0 without a period.
    median_papers : float or None
        Median number of papers over the full periods, including empty ones; None if there are none.
    n_undated : int
        Papers without a date; they are in no period.
    n_too_coarse : int
        Papers with only a year if the period is finer; left out of numerator and denominator.
    n_early : int
        Papers of the first, nearly empty periods that are not charted; see `first_charted_period`.
    """

    freq: str | None
    reason: str
    n_periods: int
    median_papers: float | None
    n_undated: int
    n_too_coarse: int
    n_early: int = 0


@dataclass(frozen=True)
class _Grid:
    """The papers by periods of one length."""

    freq: str
    n_placed: int
    n_periods: int
    n_full: int
    median: float | None
    n_too_coarse: int
    early: str = ""
    n_early: int = 0


def reference_day(papers: pd.DataFrame, *, snapshot_date: date | None) -> pd.Timestamp | None:
    """Return the day up to which the papers are known.

    Parameters
    ----------
    papers : DataFrame
        With `listed` and `published`.
    snapshot_date : date or None
        The date of the snapshot, if it is known.

    Returns
    -------
    Timestamp or None
        The snapshot's date, else the latest `listed`, else the latest `published`; None if there is
        no date at all. If the latest paper has only a month or a year, its first day is taken, so
        that this period counts as partial.
    """
    for day in (snapshot_date, papers["listed"].max(), papers["published"].max()):
        if day is not None and not pd.isna(day):
            return pd.Timestamp(day).normalize().as_unit("us")
    return None


def choose_period(
    papers: pd.DataFrame,
    *,
    period: str = "auto",
    reference: pd.Timestamp | None,
    lag: int = 0,
    covered_from: date | None = None,
) -> PeriodChoice:
    """Choose the length of the periods that trends are counted in.

    With "auto" this is the finest of month, quarter, half-year and year with a median of at least
    20 papers per full period and at least 6 periods; else the coarsest with at least 4 periods;
    else none. If more than half of the dated papers have only a year, only years are considered
    (at least 4 of them).

    The periods run without gaps from that of the first to that of the last paper that can be
    placed, except for nearly empty ones at the beginning (`first_charted_period`). A period is full
    if it ends on or before the reference day and is covered from its first day on. The median is
    taken over full periods, including empty ones; the numbers of periods (6 and 4) include partial
    periods.

    Parameters
    ----------
    papers : DataFrame
        With `published` and `published_precision`.
    period : {"auto", "month", "quarter", "half-year", "year"}
        Any other than "auto" is used as it is.
    reference : Timestamp or None
        From `reference_day`, minus `lag`; None makes no period full.
    lag : int, default 0
        From `listing_lag`; part of the reason.
    covered_from : date, optional
        The day from which the source covers its papers; without it, the rate of arrival decides
        whether the first period is partial (`coverage.first_covered_day`).

    Returns
    -------
    PeriodChoice

    Raises
    ------
    InputError
        If `period` is not one of these, or no paper can be placed in the requested period.
    """
    if period != "auto":
        check_frequency(period, more=("auto",))
    grids = {
        freq: _grid(papers, freq=freq, reference=reference, covered_from=covered_from)
        for freq in FREQUENCIES
    }
    n_undated = int(papers["published"].isna().sum())
    if period != "auto":
        if not grids[period].n_placed:
            raise _nothing_to_place(grids[period], n_undated=n_undated)
        choice = _choice(grids[period], why="as requested", n_undated=n_undated)
        return _with_lag(choice, lag=lag)
    n_year_only = grids["month"].n_too_coarse
    n_dated = len(papers) - n_undated
    if 2 * n_year_only > n_dated:
        grids = {"year": grids["year"]}
    choice = _automatic(grids, n_dated=n_dated, n_undated=n_undated, n_year_only=n_year_only)
    return _with_lag(choice, lag=lag)


def _with_lag(choice: PeriodChoice, *, lag: int) -> PeriodChoice:
    if not lag or choice.freq is None:
        return choice
    sentence = (
        f" A {choice.freq} counts as full from {count(lag, 'day')} after its end, when 99 % of its "
        "papers are listed."
    )
    return replace(choice, reason=choice.reason + sentence)


def _grid(
    papers: pd.DataFrame,
    *,
    freq: str,
    reference: pd.Timestamp | None,
    covered_from: date | None = None,
) -> _Grid:
    numbers, placed = period_numbers(papers, freq=freq)
    n_too_coarse = int(papers["published"].notna().sum() - placed.sum())
    if not placed.any():
        return _Grid(freq, 0, 0, 0, None, n_too_coarse)
    first = first_charted_period(numbers[placed])
    charted = numbers[placed & (numbers >= first)]
    counts = np.bincount(charted - first)
    bounds = period_bounds(first + np.arange(len(counts)), freq=freq)
    since = covered_since(papers, freq=freq, covered_from=covered_from)
    full = counts[~partial_periods(bounds, reference=reference, since=since)]
    median = float(np.median(full)) if len(full) else None
    n_early = int(placed.sum()) - len(charted)
    start = str(period_bounds(np.array([first]), freq=freq)[0][0].astype("datetime64[M]"))
    return _Grid(
        freq, int(placed.sum()), len(counts), len(full), median, n_too_coarse, start, n_early
    )


def _automatic(
    grids: dict[str, _Grid], *, n_dated: int, n_undated: int, n_year_only: int
) -> PeriodChoice:
    years_only = ""
    if len(grids) == 1:
        years_only = f"{n_year_only:,} of {n_dated:,} dated papers have only a year"
    enough = (
        f"at least {ENOUGH_PERIODS} periods with a median of at least {MEDIAN_PAPERS} papers in "
        "the full ones"
    )
    for grid in grids.values():
        if grid.n_periods >= ENOUGH_PERIODS and (grid.median or 0) >= MEDIAN_PAPERS:
            why = years_only or f"this is the finest length that gives {enough}"
            return _choice(grid, why=why, n_undated=n_undated)
    for grid in reversed(grids.values()):
        if grid.n_periods >= MIN_PERIODS:
            coarsest = f"so this is the coarsest with at least {MIN_PERIODS}"
            why = years_only or f"no length gives {enough}, {coarsest}"
            return _choice(grid, why=why, n_undated=n_undated)
    reason = f"No trend chart: {_why_none(grids, n_dated=n_dated, years_only=years_only)}."
    return PeriodChoice(None, reason + _left_out(n_undated, 0), 0, None, n_undated, 0)


def _why_none(grids: Mapping[str, _Grid], *, n_dated: int, years_only: str) -> str:
    if not n_dated:
        return "no paper has a date"
    grid = next(iter(grids.values()))
    papers = f"{count(n_dated, 'dated paper')} {verb(n_dated, 'spans', 'span')}"
    because = f"; {years_only}" if years_only else ""
    return (
        f"the {papers} {count(grid.n_periods, grid.freq)}, "
        f"and a trend needs at least {MIN_PERIODS} periods{because}"
    )


def _choice(grid: _Grid, *, why: str, n_undated: int) -> PeriodChoice:
    if grid.median is None:
        full = "none of them full"
    elif grid.n_full == 1:
        full = f"the full one with {_papers(grid.median)}"
    else:
        full = f"the {grid.n_full} full ones with a median of {_papers(grid.median)}"
    reason = (
        f"Papers are counted by {grid.freq}: {why}. "
        f"There {verb(grid.n_periods, 'is', 'are')} {count(grid.n_periods, grid.freq)}, {full}."
    )
    return PeriodChoice(
        freq=grid.freq,
        reason=reason + _early(grid) + _left_out(n_undated, grid.n_too_coarse),
        n_periods=grid.n_periods,
        median_papers=grid.median,
        n_undated=n_undated,
        n_too_coarse=grid.n_too_coarse,
        n_early=grid.n_early,
    )


def _early(grid: _Grid) -> str:
    if not grid.n_early:
        return ""
    since = grid.early[:4] if grid.freq == "year" else grid.early
    return (
        f" {count(grid.n_early, 'paper')} before {since} "
        f"{verb(grid.n_early, 'is', 'are')} not charted: "
        f"they are too few for so many {grid.freq}s."
    )


def _left_out(n_undated: int, n_too_coarse: int) -> str:
    reasons = ((n_undated, "without a date"), (n_too_coarse, "with only a year"))
    return "".join(
        f" {count(n, 'paper')} {reason} {verb(n, 'is', 'are')} left out."
        for n, reason in reasons
        if n
    )


def _nothing_to_place(grid: _Grid, *, n_undated: int) -> InputError:
    return InputError(
        f"no paper can be placed in a {grid.freq}: {n_undated:,} without a date, "
        f"{grid.n_too_coarse} with only a year",
        allowed="a period that the papers' dates are precise enough for",
        next_step="use --period year"
        if grid.n_too_coarse
        else "date the papers with --dates FILE, or use --period auto",
    )


def _papers(median: float) -> str:
    return f"{f'{median:,.1f}'.removesuffix('.0')} {'paper' if median == 1 else 'papers'}"
