"""What both slope charts draw: which groups in which panel, how a direction looks, words, notes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.base.schema import DIRECTIONS

from .shares import hidden_groups_note, shown_groups
from .style import percent, times

MOST_IN_PANEL = 12
"""More groups than this get further panels, each with a share axis of its own."""

NO_PAIR = "There are not two full periods to compare."

DIRECTION_STYLES = {
    "rising": ("▲", "solid", 2.2),
    "falling": ("▼", "solid", 2.2),
    "flat": ("=", "solid", 1.0),
    "unclear": ("?", "dashed", 1.0),
    "too few to say": ("·", "dotted", 1.0),
}
"""Sign before the label, line and its width, by direction: none is told by colour alone."""

_DODGE = 0.12
_ROUND = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)

VAGUE, MOST_FOLD = 20, 100
"""Ratios whose interval is wider than the first, or that are larger than the second, say little."""


def slope_rows(changes: pd.DataFrame, *, top: int) -> pd.DataFrame:
    """Return the first `top` rows of `views.then_and_now_table`, with their panel and places.

    Returns
    -------
    DataFrame
        The rows with `panel` (0, 1, ...; at most `MOST_IN_PANEL` rows each, larger shares first),
        `x_then` and `x_now` (places of the two ends across the panel, 0 to 1: ends stand beside one
        another, so that no interval hides another), sorted by panel, then by `share_now`,
        largest first.

    Raises
    ------
    InputError
        Where `top` is below 1.
    """
    rows = pd.concat([group for _, group in shown_groups(changes, top=top)])
    rows = rows.sort_values(["share_now", "share_then"], ascending=False, kind="stable")
    panels = -(-len(rows) // MOST_IN_PANEL)
    size = -(-len(rows) // panels)
    rows = rows.reset_index(drop=True)
    rows["panel"] = rows.index // size
    for end, start in (("then", 0.0), ("now", 1.0 - _DODGE)):
        rank = rows.groupby("panel")[f"share_{end}"].rank(method="first", ascending=False) - 1
        count = rows.groupby("panel")["panel"].transform("size")
        rows[f"x_{end}"] = start + _DODGE * rank / (count - 1).clip(lower=1)
    return rows


def slope_words(row: tuple) -> tuple[str, str, str]:
    """Return what is written of a group: its share then, its sign, its share now with the ratio."""
    now = ", ".join(filter(None, (f"{percent(row.share_now)} %", ratio_words(row))))
    return f"{percent(row.share_then)} %", DIRECTION_STYLES[row.direction][0], now


def axis_heights(shares: pd.Series) -> list[float]:
    """Return heights on the axis: square roots, so that small shares are told apart as well."""
    return np.sqrt(shares.to_numpy(dtype="float64")).tolist()


def axis_limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the heights at which the axis begins and ends: a little beyond all intervals."""
    names = [f"share_{end}{part}" for end in ("then", "now") for part in ("", "_low", "_high")]
    ends = np.sqrt(rows[names].to_numpy(dtype="float64"))
    low, high = float(ends.min()), float(ends.max())
    room = max(0.03 * (high - low), 0.01)
    return low - room, high + room


def grid_lines(low: float, high: float) -> list[float]:
    """Return heights of a few round shares between `low` and `high`."""
    kept: list[float] = []
    for at in sorted((share**0.5 for share in _ROUND), reverse=True):
        if low <= at <= high and (not kept or kept[-1] - at >= 0.09 * (high - low)):
            kept.append(at)
    return kept


def ratio_words(row: tuple) -> str:
    """Return the fitted ratio with its 90 % interval, ×3.5 (2.3–5.3); empty where it says little.

    That is where the line begins or ends next to zero, so that the ratio is enormous or known
    within a factor of `VAGUE` at best.
    """
    known = row.ratio_high <= VAGUE * row.ratio_low and 1 / MOST_FOLD <= row.ratio <= MOST_FOLD
    if not known:
        return ""
    return f"×{times(row.ratio)} ({times(row.ratio_low)}–{times(row.ratio_high)})"


def end_words(rows: pd.DataFrame) -> tuple[str, str]:
    """Return the words under the two ends: name and number of papers of each period."""
    first = rows.iloc[0]
    return tuple(f"{first[f'{end}_label']}\n{first[f'total_{end}']:,} papers"
                 for end in ("then", "now"))  # fmt: skip


def slope_notes(changes: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """Return the sentences that belong under a slope chart."""
    first = rows.iloc[0]
    known = [d for d in DIRECTIONS if (rows["direction"] == d).any()]
    signs = ", ".join(f"{DIRECTION_STYLES[d][0]} {d}" for d in known)
    out = [
        f"Share of the papers of {first['then_label']} and {first['now_label']}, the first and the "
        "last full period with enough papers, with 95 % intervals, on a square-root scale.",
        f"{signs}: judged from all full periods, not from these two.",
    ]
    told = [bool(ratio_words(row)) for row in rows.itertuples(index=False)]
    if any(told):
        out.append("×: fitted share at the end over that at the start, with its 90 % interval.")
    if rows["ratio"].notna().any() and not all(told):
        out.append("No × where one of the two is next to nothing, or the ratio known too vaguely.")
    if rows["panel"].max() > 0:
        out.append("Each panel has a scale of its own.")
    return [*out, *hidden_groups_note(changes, n_shown=len(rows), ordered="surest changes")]
