"""Bursts and changes of course: marks on share charts, rows and notes of burst timelines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.base.english import period_label
from analysis.base.schema import MONTHS

from .shares import evenly_spaced, hidden_groups_note, shown_groups
from .style import times

NO_EVENTS = "No burst and no change of course was found."

_THIN, _THICK = 0.22, 0.8
_STRONGEST = 8.0


def timeline_rows(events: pd.DataFrame, *, top: int) -> pd.DataFrame:
    """Return the events of the first `top` groups with the place of each.

    Returns
    -------
    DataFrame
        The rows of `views.event_table` with `row` (0 on top, one a group, in the frame's order),
        `thickness` (part of a row's height: a strength of 1 is thin, of 8 and more full; on a log
        scale) and `words` (×1.9, 255 papers).

    Raises
    ------
    InputError
        Where `top` is below 1.
    """
    groups = [rows for _, rows in shown_groups(events, top=top)]
    rows = pd.concat([part.assign(row=i) for i, part in enumerate(groups)], ignore_index=True)
    part = np.log(rows["strength"].clip(1, _STRONGEST).fillna(1)) / np.log(_STRONGEST)
    words = [
        f"×{times(strength)}, {n:,} {'paper' if n == 1 else 'papers'}"
        if strength == strength
        else f"new, {n:,} {'paper' if n == 1 else 'papers'}"
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
    """Return the sentences that belong under a timeline."""
    out = []
    if (rows["what"] == "burst").any():
        out.append(
            "Bar: burst, a stretch with more papers than the group's line lets expect; the "
            "thicker, the more (× says how many times as many)."
        )
    if (rows["what"] == "change").any():
        out.append(
            "▲▼: change of course, from there on a higher or lower share (× over that before)."
        )
    out.append("Found at 5 % after correction for the number of groups and places looked at.")
    if events["partial_from"].notna().any():
        out.append("Hatched: not complete.")
    return [
        *out,
        *hidden_groups_note(events, n_shown=rows["row"].max() + 1, ordered="earliest events"),
    ]
