"""Slope charts and burst timelines, interactive and printed: rows, positions, labels and notes."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from analysis.base.english import count, listing, period_label
from analysis.base.schema import DIRECTIONS, MONTHS, SPANS

from .frames.trends import ChangeRow, EventRow
from .shares import evenly_spaced, hidden_groups_note, shown_groups
from .style import one_line, percent, times

MOST_IN_PANEL = 12
"""More groups than this get further panels, each with its own share axis."""

NO_PAIR = "There are not two full periods to compare."

DIRECTION_STYLES = {
    "rising": ("▲", "solid", 2.2),
    "falling": ("▼", "solid", 2.2),
    "flat": ("=", "solid", 1.0),
    "unclear": ("?", "dashed", 1.0),
    "too few to say": ("·", "dotted", 1.0),
}
"""Sign before the label, line style and width by direction: colour alone is not enough."""

_DODGE = 0.12
_ROUND = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)

VAGUE, MOST_FOLD = 20, 100
"""Ratios with an interval wider than the first factor, or beyond the second, are not shown."""

NO_EVENTS = "No bursts and no changes of course were found."

_THIN, _THICK = 0.22, 0.8
_STRONGEST = 8.0


class SlopeRow(ChangeRow, Protocol):
    """A row of `slope_rows`."""

    panel: int
    x_then: float
    x_now: float


def slope_rows(changes: pd.DataFrame, *, top: int) -> pd.DataFrame:
    """Return the first `top` rows of `then_and_now_table`, with their panel and positions.

    Returns
    -------
    DataFrame
        The rows with `panel` (0, 1, ...; at most `MOST_IN_PANEL` rows each, larger shares first),
        `x_then` and `x_now` (positions of the two ends across the panel, 0 to 1: ends are side by
        side, so that no interval hides another), sorted by panel, then by `share_now`, largest
        first.

    Raises
    ------
    InputError
        If `top` is below 1.
    """
    rows = pd.concat([group for _, group in shown_groups(changes, top=top)])
    rows = rows.sort_values(["share_now", "share_then"], ascending=False, kind="stable")
    panels = -(-len(rows) // MOST_IN_PANEL)
    rows = rows.reset_index(drop=True)
    rows["panel"] = rows.index // -(-len(rows) // panels)
    for end, start in (("then", 0.0), ("now", 1.0 - _DODGE)):
        rank = rows.groupby("panel")[f"share_{end}"].rank(method="first", ascending=False) - 1
        size = rows.groupby("panel")["panel"].transform("size")
        rows[f"x_{end}"] = start + _DODGE * rank / (size - 1).clip(lower=1)
    return rows


def slope_words(row: ChangeRow) -> tuple[str, str, str]:
    """Return the labels of a group: its share then, its sign, its share now with the ratio."""
    now = ", ".join(filter(None, (f"{percent(row.share_now)} %", ratio_words(row))))
    return f"{percent(row.share_then)} %", DIRECTION_STYLES[row.direction][0], now


def axis_heights(shares: pd.Series) -> list[float]:
    """Return heights on the axis: square roots, so that small shares can be distinguished too."""
    return np.sqrt(shares.to_numpy(dtype="float64")).tolist()


def axis_limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the heights at which the axis starts and ends: a little beyond all intervals."""
    names = [f"share_{end}{part}" for end in ("then", "now") for part in ("", "_low", "_high")]
    ends = np.sqrt(rows[names].to_numpy(dtype="float64"))
    low, high = float(ends.min()), float(ends.max())
    room = max(0.03 * (high - low), 0.01)
    return low - room, high + room


def grid_lines(low: float, high: float) -> list[float]:
    """Return heights of a few round shares between `low` and `high`."""
    kept: list[float] = []
    for height in sorted((share**0.5 for share in _ROUND), reverse=True):
        if low <= height <= high and (not kept or kept[-1] - height >= 0.09 * (high - low)):
            kept.append(height)
    return kept


def ratio_words(row: ChangeRow) -> str:
    """Return the fitted ratio with its 90 % interval, ×3.5 (2.3–5.3); empty if it says little.

    That is the case if the fitted line starts or ends close to zero, so that the ratio is enormous
    or known only within a factor of `VAGUE`.
    """
    known = row.ratio_high <= VAGUE * row.ratio_low and 1 / MOST_FOLD <= row.ratio <= MOST_FOLD
    if not known:
        return ""
    return f"×{times(row.ratio)} ({times(row.ratio_low)}–{times(row.ratio_high)})"


def end_words(rows: pd.DataFrame) -> tuple[str, str]:
    """Return the texts under the two ends: name and number of papers of each period."""
    first = rows.iloc[0]
    then, now = (
        f"{first[f'{end}_label']}\n{first[f'total_{end}']:,} papers" for end in ("then", "now")
    )
    return then, now


def slope_notes(changes: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """Return the sentences under a slope chart."""
    first = rows.iloc[0]
    known = [d for d in DIRECTIONS if (rows["direction"] == d).any()]
    signs = ", ".join(f"{DIRECTION_STYLES[d][0]} {d}" for d in known)
    out = [
        f"Share of the papers of {first['then_label']} and {first['now_label']}, the first and the "
        "last full period with enough papers, with 95 % confidence intervals, on a square-root "
        "scale.",
        f"{signs}: based on all full periods, not only on these two.",
    ]
    has_ratio = [bool(ratio_words(row)) for row in rows.itertuples(index=False)]
    if any(has_ratio):
        out.append("×: fitted share at the end over that at the start, with its 90 % interval.")
    if rows["ratio"].notna().any() and not all(has_ratio):
        out.append("No × if one of the two is close to zero or the ratio is too uncertain.")
    if rows["panel"].max() > 0:
        out.append("Each panel has its own scale.")
    out += contradictions(rows)
    return [*out, *hidden_groups_note(changes, n_shown=len(rows), ordered="most certain changes")]


def contradictions(rows: pd.DataFrame) -> list[str]:
    """Return a sentence that names the groups whose two shares move against their verdict.

    The two periods scatter; the verdict rests on all periods.
    """
    sign = rows["direction"].map({"rising": 1, "falling": -1}).fillna(0)
    against = rows[sign * (rows["share_now"] - rows["share_then"]) < 0]
    if against.empty:
        return []
    names = [
        f"{one_line(str(row.label), width=40)} ({row.direction}, fitted ×{times(row.ratio)})"
        for row in against.itertuples(index=False)
    ]
    them = "it" if len(names) == 1 else "them"
    return [
        f"The two periods show the opposite of all periods together for {listing(names)}: follow "
        f"the verdict, not the line drawn, for {them}."
    ]


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
    strength = rows["strength"].where(rows["what"] != "dip", 1 / rows["strength"])
    part = np.log(strength.clip(1, _STRONGEST).fillna(1)) / np.log(_STRONGEST)
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
    drawn = set(rows["what"])
    if "burst" in drawn:
        out.append(
            "Bar: burst, a stretch with more papers than the group's trend line predicts; thicker "
            "bars are stronger bursts (×: observed over expected papers)."
        )
    if drawn & {"hump", "dip"}:
        out.append("Bar: hump (dip), a share higher (lower) than before and after (×: ratio).")
    if drawn - set(SPANS):
        out.append(
            "▲▼: step or change of course, a higher or lower share from there on (×: ratio to the "
            "share before)."
        )
    out.append("Significant at 5 % after correction for the number of groups and positions tested.")
    if events[["partial_from", "partial_to"]].notna().any(axis=None):
        out.append("Hatched: incomplete.")
    return [
        *out,
        *hidden_groups_note(events, n_shown=rows["row"].max() + 1, ordered="earliest events"),
    ]
