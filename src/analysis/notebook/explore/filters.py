"""Filters of a view: the state, the papers that pass, and both in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.english import count
from analysis.base.escaping import clean
from analysis.base.groups import parts_of

Days = tuple[pd.Timestamp | None, pd.Timestamp | None]

COLUMN = "column "
"""Before the name of a column of the papers in the key of its colouring and filter."""

_MOST_NAMED = 3


@dataclass(frozen=True)
class ViewState:
    """Filters of a view.

    Attributes
    ----------
    text : str
        Query: each word must begin a word of the title or abstract, the words of a "phrase in
        quotes" must stand next to each other (`base.words`).
    topic : str or None
        Id of a topic that must count the paper; "" for papers in no topic.
    dates : (Timestamp or None, Timestamp or None)
        First and last day, both inclusive; None on a side leaves it open.
    least_weight : float
        Minimum weight of the primary cluster, from 0 to 1.
    only : dict of str to tuple
        Values that pass, by the key of a colouring: ids for "cluster", "broader" and "topic" (the
        strongest), texts for "column NAME"; None stands for papers without a value.
    """

    text: str = ""
    topic: str | None = None
    dates: Days = (None, None)
    least_weight: float = 0.0
    only: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        filters = (self.text.strip(), *self.dates, self.least_weight, self.only)
        return self.topic is not None or any(filters)

    def as_trait(self) -> dict[str, Any]:
        """Return what the widget's `filters` holds."""
        first, last = (None if day is None else str(day.date()) for day in self.dates)
        days = {"from": first, "to": last, "weight": self.least_weight}
        only = {key: list(values) for key, values in self.only.items()}
        return {"text": self.text, "topic": self.topic, **days, "only": only}


def from_trait(filters: Mapping[str, Any]) -> ViewState:
    """Return the state that the widget's `filters` holds."""
    first, last = (pd.Timestamp(day) if (day := filters.get(k)) else None for k in ("from", "to"))
    return ViewState(
        text=filters.get("text", ""),
        topic=filters.get("topic"),
        dates=(first, last),
        least_weight=float(filters.get("weight", 0)),
        only={key: tuple(values) for key, values in filters.get("only", {}).items()},
    )


def shown_rows(
    papers: pd.DataFrame, *, state: ViewState, matches: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which papers pass all filters.

    Parameters
    ----------
    papers : DataFrame
        From `tables.view_papers`, n rows.
    state : ViewState
    matches : ndarray of bool, shape (n,)
        Papers that match the text filter; see `words.matching_texts`.

    Returns
    -------
    ndarray of bool, shape (n,)
        A paper dated to the month or year only passes the date filter if any day of it would.
    """
    shown = matches.copy()
    if state.topic is not None:
        ids = papers["topic_ids"]
        has = [state.topic in names if state.topic else not names for names in ids]
        shown &= np.array(has, dtype=bool)
    for key, values in state.only.items():
        column = values_of(papers, key)
        shown &= (column.isin(values) | (column.isna() & (None in values))).to_numpy()
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


def values_of(papers: pd.DataFrame, key: str) -> pd.Series:
    """Return each paper's value for a key of `ViewState.only`, null if it has none."""
    if key == "broader":
        return papers["broader_id"].fillna(papers["cluster_id"])
    if key in ("cluster", "topic"):
        return papers[f"{key}_id"]
    column = papers[key.removeprefix(COLUMN)]
    return column.map(lambda value: clean(str(value)), na_action="ignore")


def state_words(
    state: ViewState, *, n_shown: int, n_papers: int, n_selected: int, groups: pd.DataFrame
) -> str:
    """Return one or two plain sentences on what is shown and selected, never to be used as markup.

    `groups` are those of the run.
    """
    selected = f" {n_selected:,} selected." if n_selected else ""
    if not state.narrows:
        return f"All {count(n_papers, 'paper')} shown.{selected}" if n_papers else "No papers."
    labels = dict(zip(groups["group_id"], groups["label"], strict=True))
    parts = []
    if state.text.strip():
        parts.append(f"with “{state.text.strip()}” in title or abstract")
    if state.topic is not None:
        parts.append(
            f"in topic {labels.get(state.topic, state.topic)}" if state.topic else "in no topic"
        )
    for key, values in state.only.items():
        kind = key.removeprefix(COLUMN)
        named = values if key.startswith(COLUMN) else _labels(values, groups=groups, labels=labels)
        texts = [f"(no {kind})" if value is None else str(value) for value in named]
        parts.append(f"{'with' if key.startswith(COLUMN) else 'in'} {kind} {_alternatives(texts)}")
    first, last = (None if day is None else str(day.date()) for day in state.dates)
    if first and last:
        parts.append(f"dated {first} to {last}")
    elif first or last:
        parts.append(f"dated {first} or later" if first else f"dated {last} or earlier")
    if state.least_weight > 0:
        parts.append(f"with a weight of at least {state.least_weight:.2f} in their cluster")
    start = f"{n_shown:,} of {count(n_papers, 'paper')}" if n_shown else "No paper"
    return f"{start} {', '.join(parts)}.{selected}"


def _labels(
    ids: Sequence[str | None], *, groups: pd.DataFrame, labels: Mapping[str, str]
) -> list[str | None]:
    """Return the label of each group; of the broader cluster in place of exactly its parts."""
    if len(ids) > 1:
        for parent in groups["parent_id"].dropna().unique():
            if set(ids) == parts_of(groups, parent):
                return [labels.get(parent, parent)]
    return [None if value is None else labels.get(value, value) for value in ids]


def _alternatives(texts: Sequence[str]) -> str:
    more = len(texts) - _MOST_NAMED
    return " or ".join([*texts[:_MOST_NAMED], *([f"{more:,} more"] if more > 0 else [])])
