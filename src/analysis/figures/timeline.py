"""Burst timelines, interactive and printed: rows, ticks and notes."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from analysis.base.english import count, period_label
from analysis.base.schema import MONTHS

from .frames.trends import EventRow
from .shares import evenly_spaced, hidden_groups_note, shown_groups
from .style import times

NO_EVENTS = "No bursts and no changes of course were found."

_THIN, _THICK = 0.22, 0.8
_STRONGEST = 8.0


class TimelineRow(EventRow, Protocol):
    """A row of `timeline_rows`."""

    row: int
    thickness: float
    words: str


def timeline_rows(events: pd.DataFrame, *, top: int) -> pd.DataFrame:
    """Return the events of the first `top` groups with the position of each.

    Returns
    -------
    DataFrame
        The rows of `event_table` with `row` (one per group in the frame's order, 0 at the top),
        `thickness` (as a fraction of the row's height: thin at a strength of 1, full from 8 on,
        on a log scale) and `words` (×1.9, 255 papers).

    Raises
    ------
    InputError
        If `top` is below 1.
    """
    groups = [rows for _, rows in shown_groups(events, top=top)]
    rows = pd.concat([part.assign(row=i) for i, part in enumerate(groups)], ignore_index=True)
    part = np.log(rows["strength"].clip(1, _STRONGEST).fillna(1)) / np.log(_STRONGEST)
    words = [
        f"{f'×{times(strength)}' if strength == strength else 'new'}, {count(n, 'paper')}"
        for strength, n in zip(rows["strength"], rows["n_papers"], strict=True)
    ]
    return rows.assign(thickness=_THIN + (_THICK - _THIN) * part, words=words)


def timeline_ticks(events: pd.DataFrame, *, limit: int) -> pd.DataFrame:
    """Return `period` and `period_label` of at most `limit` evenly spaced periods of the axis."""
    first, last, freq = (events[column].iloc[0] for column in ("first", "last", "freq"))
    starts = pd.date_range(first, last, freq=pd.DateOffset(months=MONTHS[freq]))
    labels = [period_label(start, freq=freq) for start in starts]
    periods = pd.DataFrame({"period": starts, "period_label": labels})
    return evenly_spaced(periods, freq=freq, limit=limit)


def timeline_notes(events: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """Return the sentences under a timeline."""
    out = []
    if (rows["what"] == "burst").any():
        out.append(
            "Bar: burst, a stretch with more papers than the group's trend line predicts; thicker "
            "bars are stronger bursts (×: observed over expected papers)."
        )
    if (rows["what"] == "change").any():
        out.append(
            "▲▼: change of course, a higher or lower share from there on (×: ratio to the share "
            "before)."
        )
    out.append("Significant at 5 % after correction for the number of groups and positions tested.")
    if events["partial_from"].notna().any():
        out.append("Hatched: incomplete.")
    return [
        *out,
        *hidden_groups_note(events, n_shown=rows["row"].max() + 1, ordered="earliest events"),
    ]
