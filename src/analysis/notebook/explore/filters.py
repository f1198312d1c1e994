"""Filters of a view: the state, the papers that pass, the periods of the date slider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.english import count, period_label
from analysis.base.groups import parts_of
from analysis.trends.periods import period_bounds, period_numbers

MOST_BARS = 60
Days = tuple[pd.Timestamp | None, pd.Timestamp | None]


@dataclass(frozen=True)
class ViewState:
    """Filters and colouring of a view.

    Attributes
    ----------
    text : str
        Query: each word must begin a word of the title or abstract, the words of a "phrase in
        quotes" must stand next to each other (`base.words`).
    topic, cluster : str or None
        Group ids; a broader cluster stands for its parts.
    dates : (Timestamp or None, Timestamp or None)
        First and last day, both inclusive; None on a side leaves it open.
    least_weight : float
        Minimum weight of the primary cluster, from 0 to 1.
    color : str
        "cluster", "topic", "date", or a column of the papers.
    """

    text: str = ""
    topic: str | None = None
    cluster: str | None = None
    dates: Days = (None, None)
    least_weight: float = 0.0
    color: str = "cluster"

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        filters = (self.text.strip(), self.topic, self.cluster, *self.dates, self.least_weight)
        return any(filters)


def shown_rows(
    papers: pd.DataFrame, *, state: ViewState, matches: NDArray[np.bool_], groups: pd.DataFrame
) -> NDArray[np.bool_]:
    """Return which papers pass all filters.

    Parameters
    ----------
    papers : DataFrame
        From `tables.view_papers`, n rows.
    state : ViewState
    matches : ndarray of bool, shape (n,)
        Papers that match the text filter; see `query.matching_texts`.
    groups : DataFrame
        The run's groups.

    Returns
    -------
    ndarray of bool, shape (n,)
        A paper dated to the month or year only passes the date filter if any day of it would.
    """
    shown = matches.copy()
    if state.topic is not None:
        shown &= np.fromiter((state.topic in ids for ids in papers["topic_ids"]), bool, len(papers))
    if state.cluster is not None:
        shown &= papers["cluster_id"].isin(parts_of(groups, state.cluster)).to_numpy()
    first, last = state.dates
    if first is not None:
        days, precision = papers["published"], papers["published_precision"]
        ends = days.where(precision != "month", days + pd.offsets.MonthEnd(0))
        ends = ends.where(precision != "year", days + pd.offsets.YearEnd(0))
        shown &= (ends >= first).to_numpy()
    if last is not None:
        shown &= (papers["published"] <= last).to_numpy()
    if state.least_weight > 0:
        shown &= (papers["cluster_weight"] >= np.float32(state.least_weight)).to_numpy()
    return shown


def state_words(
    state: ViewState, *, n_shown: int, n_papers: int, n_selected: int, labels: Mapping[str, str]
) -> str:
    """Return one or two plain sentences on what is shown and selected, never to be used as markup.

    `labels` are the labels of the groups, by id.
    """
    selected = f" {n_selected:,} selected." if n_selected else ""
    if not state.narrows:
        return f"All {count(n_papers, 'paper')} shown.{selected}" if n_papers else "No papers."
    parts = []
    if state.text.strip():
        parts.append(f"with “{state.text.strip()}” in title or abstract")
    if state.topic is not None:
        parts.append(f"in topic {labels.get(state.topic, state.topic)}")
    if state.cluster is not None:
        parts.append(f"in cluster {labels.get(state.cluster, state.cluster)}")
    first, last = (None if day is None else str(day.date()) for day in state.dates)
    if first and last:
        parts.append(f"dated {first} to {last}")
    elif first or last:
        parts.append(f"dated {first} or later" if first else f"dated {last} or earlier")
    if state.least_weight > 0:
        parts.append(f"with a weight of at least {state.least_weight:.2f} in their cluster")
    start = f"{n_shown:,} of {count(n_papers, 'paper')}" if n_shown else "No paper"
    return f"{start} {', '.join(parts)}.{selected}"


@dataclass(frozen=True)
class Bars:
    """Consecutive periods without gaps.

    Attributes
    ----------
    freq : str
    labels : list of str
    starts, ends : list of Timestamp
        First and last day of each period.
    column : ndarray of int64, shape (n,)
        Number of each paper's period; -1 for papers without a period.
    note : str
        Which papers have no period; empty if there are none.
    """

    freq: str
    labels: list[str]
    starts: list[pd.Timestamp]
    ends: list[pd.Timestamp]
    column: NDArray[np.int64]
    note: str

    def counts(self, rows: NDArray[np.bool_]) -> list[int]:
        """Return the number of papers among `rows` (n,) in each period."""
        columns = self.column[rows & (self.column >= 0)]
        return np.bincount(columns, minlength=len(self.labels)).tolist()

    def between(self, first: pd.Timestamp | None, last: pd.Timestamp | None) -> tuple[int, int]:
        """Return the numbers of the first and last period that overlap the days."""
        low = 0 if first is None else sum(end < first for end in self.ends)
        high = len(self.labels) if last is None else sum(start <= last for start in self.starts)
        top = max(0, len(self.labels) - 1)
        return min(low, top), min(max(high - 1, 0), top)


def date_bars(papers: pd.DataFrame) -> Bars:
    """Divide the papers' dates into the finest periods of which there are at most sixty.

    If more than half of the dated papers are known to the year only, into years. Of `papers`,
    `published` and `published_precision` are read.
    """
    is_dated = papers["published"].notna()
    undated = int((~is_dated).sum())
    coarse = int((papers["published_precision"].eq("year") & is_dated).sum())
    finer = () if 2 * coarse > is_dated.sum() else ("month", "quarter", "half-year")
    for freq in (*finer, "year"):
        numbers, placed = period_numbers(papers, freq=freq)
        if placed.any() and np.ptp(numbers[placed]) < MOST_BARS:
            break
    if not placed.any():
        return Bars(freq, [], [], [], np.full(len(papers), -1), "")
    first, last = int(numbers[placed].min()), int(numbers[placed].max())
    starts, ends = period_bounds(np.arange(first, last + 1), freq=freq)
    first_days, last_days = ([pd.Timestamp(day) for day in side] for side in (starts, ends))
    notes = [f"{undated:,} undated"] if undated else []
    if coarse and freq != "year":
        notes.append(f"{coarse:,} known to the year only")
    return Bars(
        freq=freq,
        labels=[period_label(day, freq=freq) for day in first_days],
        starts=first_days,
        ends=last_days,
        column=np.where(placed, numbers - first, -1),
        note=f"Not in the bars: {', '.join(notes)}." if notes else "",
    )
