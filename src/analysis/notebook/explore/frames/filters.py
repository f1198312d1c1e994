"""What the view is asked to show: an immutable state, and pure functions on papers and state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.english import count

EVERYTHING = (0.0, None)
Days = tuple[pd.Timestamp | None, pd.Timestamp | None]


@dataclass(frozen=True)
class ViewState:
    """Filters and colouring of a view.

    Attributes
    ----------
    text : str
        Words of which each must begin a word of title or abstract.
    topic, cluster : str or None
        Group ids; a broader cluster stands for the clusters in it.
    dates : (Timestamp or None, Timestamp or None)
        First and last day, both included; None on a side leaves it open.
    least_weight : float
        Least weight of the primary cluster, from 0 to 1.
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
        asked = (self.text.strip(), self.topic, self.cluster, *self.dates, self.least_weight)
        return any(asked)


def last_days(papers: pd.DataFrame) -> pd.Series:
    """Return the last day on which each paper can have appeared, by the precision of its date."""
    days = papers["published"]
    precision = papers["published_precision"]
    ends = days.where(precision != "month", days + pd.offsets.MonthEnd(0))
    return ends.where(precision != "year", days + pd.offsets.YearEnd(0))


def shown_rows(
    papers: pd.DataFrame,
    *,
    state: ViewState,
    found: NDArray[np.bool_],
    inside: Mapping[str, frozenset[str]],
) -> NDArray[np.bool_]:
    """Say which papers pass all filters.

    Parameters
    ----------
    papers : DataFrame
        From `papers.view_papers`, n rows.
    state : ViewState
    found : ndarray of bool, shape (n,)
        What the text filter finds; see `query.matching_texts`.
    inside : mapping of str to frozenset of str
        Each cluster's id to the ids of the clusters that it stands for.

    Returns
    -------
    ndarray of bool, shape (n,)
        A paper known to the month or year only passes the date filter where any day of it would.
    """
    shown = found.copy()
    if state.topic is not None:
        shown &= np.fromiter((state.topic in ids for ids in papers["topic_ids"]), bool, len(papers))
    if state.cluster is not None:
        own = inside.get(state.cluster, frozenset({state.cluster}))
        shown &= papers["cluster_id"].isin(own).to_numpy()
    first, last = state.dates
    if first is not None:
        shown &= (last_days(papers) >= first).to_numpy()
    if last is not None:
        shown &= (papers["published"] <= last).to_numpy()
    if state.least_weight > 0:
        shown &= (papers["cluster_weight"] >= np.float32(state.least_weight)).to_numpy()
    return shown


def state_words(
    state: ViewState, *, n_shown: int, n_papers: int, n_chosen: int, labels: Mapping[str, str]
) -> str:
    """Say in one or two plain sentences what is shown and chosen.

    Parameters
    ----------
    state : ViewState
    n_shown, n_papers, n_chosen : int
    labels : mapping of str to str
        Labels of the groups, by id.

    Returns
    -------
    str
        Plain text, to be shown as text and never as markup.
    """
    chosen = f" {n_chosen:,} chosen." if n_chosen else ""
    if not state.narrows:
        return f"All {count(n_papers, 'paper')} shown.{chosen}" if n_papers else "No papers."
    parts = []
    if state.text.strip():
        parts.append(f"with “{state.text.strip()}” in title or abstract")
    if state.topic is not None:
        parts.append(f"in topic {labels.get(state.topic, state.topic)}")
    if state.cluster is not None:
        parts.append(f"in cluster {labels.get(state.cluster, state.cluster)}")
    parts += _date_words(state.dates)
    if state.least_weight > 0:
        parts.append(f"with a weight of at least {state.least_weight:.2f} in their cluster")
    start = f"{n_shown:,} of {count(n_papers, 'paper')}" if n_shown else "No paper"
    return f"{start} {', '.join(parts)}.{chosen}"


def _date_words(dates: Days) -> list[str]:
    first, last = (None if day is None else str(day.date()) for day in dates)
    if first and last:
        return [f"dated {first} to {last}"]
    if first:
        return [f"dated {first} or later"]
    return [f"dated {last} or earlier"] if last else []
