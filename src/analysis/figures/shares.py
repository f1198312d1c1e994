"""Share charts, interactive and printed: groups, periods, axis, events, notes, label positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from analysis.base.english import count, listing
from analysis.base.errors import InputError
from analysis.base.schema import FEW_PAPERS, MONTHS, SPANS

from .frames.trends import EventRow
from .style import LINE_SYMBOLS, one_line, times

ONE_PANEL = len(LINE_SYMBOLS)
"""Up to this many groups share one panel; more of them get one panel each."""

NO_SHARES = "There are no shares over time to show."

_STRIDES = {
    "month": (1, 2, 3, 6, 12, 24, 36, 60, 120, 240),
    "quarter": (1, 2, 4, 8, 12, 20, 40, 80),
    "half-year": (1, 2, 4, 6, 10, 20, 40),
    "year": (1, 2, 3, 5, 10, 20, 50, 100),
}


def shown_groups(shares: pd.DataFrame, *, top: int) -> list[tuple[str, pd.DataFrame]]:
    """Return the label and the rows of the first `top` groups, in the frame's order.

    Raises
    ------
    InputError
        If `top` is below 1.
    """
    if top < 1:
        raise InputError(
            f"top={top}", allowed="1 or more groups", next_step="leave top out, or give a number"
        )
    ids = shares["group_id"].drop_duplicates().head(top)
    by_group = dict(list(shares.groupby("group_id", sort=False)))
    return [(str(by_group[i]["label"].iloc[0]), by_group[i]) for i in ids]


def periods_of(shares: pd.DataFrame) -> pd.DataFrame:
    """Return one row per period: `period`, `period_end`, its label, `n_total`, `is_partial`."""
    columns = ["period", "period_end", "period_label", "n_total", "is_partial"]
    return shares[columns].drop_duplicates("period").sort_values("period", ignore_index=True)


def partial_runs(is_partial: pd.Series) -> list[tuple[int, int]]:
    """Return the first and last place of each run of partial periods."""
    edges = np.diff(np.pad(is_partial.to_numpy(dtype=bool), 1).astype(int))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def partial_words(periods: pd.DataFrame) -> str:
    """Return the names of the partial periods: 2024-05 and 2025-08 to 2025-09; "" without any."""
    names = periods["period_label"].tolist()
    runs = partial_runs(periods["is_partial"])
    return listing([names[a] if a == b else f"{names[a]} to {names[b]}" for a, b in runs])


def tick_rows(shares: pd.DataFrame, *, limit: int) -> pd.DataFrame:
    """Return the rows of `periods_of` that get a tick label: at most `limit`, evenly spaced."""
    return evenly_spaced(periods_of(shares), freq=str(shares["freq"].iloc[0]), limit=limit)


def evenly_spaced(periods: pd.DataFrame, *, freq: str, limit: int) -> pd.DataFrame:
    """Return at most `limit` evenly spaced rows of a frame with one row a `period`.

    Months, quarters and half-years are counted from the start of a year, years from the first.
    """
    starts = periods["period"]
    number = (starts.dt.year * 12 + starts.dt.month - 1) // MONTHS[freq]
    if freq == "year":
        number = number - number.iloc[0]
    for stride in _STRIDES[freq]:
        ticks = periods[number % stride == 0]
        if 0 < len(ticks) <= limit:
            return ticks
    return periods.iloc[[0]]


def axis_top(shares: pd.DataFrame) -> float:
    """Return the upper end of the share axis, a number in (0, 1].

    It covers every interval of the periods with at least `FEW_PAPERS` papers; if there are no
    such periods, of all. A single paper in an early year would otherwise flatten the rest.
    """
    known = shares[shares["n_total"] > 0]
    many = known[known["n_total"] >= FEW_PAPERS]
    highest = (many if len(many) else known)["share_high"].max()
    return min(1.0, 1.06 * float(highest)) if highest > 0 else 1.0


def columns_for(n_panels: int) -> int:
    """Return 3 or 4 columns, whichever leaves fewer empty cells."""
    return min((4, 3), key=lambda columns: -n_panels % columns)


@dataclass(frozen=True)
class Mark:
    """An event of a group: positions of its first and last period, `sign` 1 up or -1 down."""

    what: str
    first: int
    last: int
    sign: int
    words: str


def event_marks(rows: pd.DataFrame, *, events: pd.DataFrame | None) -> list[Mark]:
    """Return the events of one group of a share table, by the positions of its periods."""
    if events is None or events.empty:
        return []
    of_group = events[events["group_id"] == rows["group_id"].iloc[0]]
    starts = rows["period"].reset_index(drop=True)
    return [
        Mark(
            what=event.what,
            first=max(0, int(starts.searchsorted(event.start, side="right")) - 1),
            last=max(0, int(starts.searchsorted(event.end, side="right")) - 1),
            sign=int(event.sign),
            words=event_words(event),
        )
        for event in of_group.itertuples()
    ]


def mark_height(rows: pd.DataFrame, *, sign: int, limit: float) -> float:
    """Return the height on the share axis of the mark for a change at the first of `rows`.

    Below the line for a rise, which starts from there, above it for a fall.
    """
    share = rows["share"].iloc[0]
    share = 0.0 if pd.isna(share) else min(float(share), limit)
    return min(max(share - sign * 0.09 * limit, 0.03 * limit), 0.97 * limit)


def event_words(event: EventRow) -> str:
    """Return an event in words: burst 2025-02 to 2025-05, ×1.9, 255 papers."""
    when = event.start_label
    if event.what in SPANS and event.end_label != event.start_label:
        when += f" to {event.end_label}"
    way = event.sign > 0
    what = {
        "step": f"step {'up' if way else 'down'}",
        "come-down": "down from",
        "change": f"{'higher' if way else 'lower'} from",
    }.get(event.what, event.what)
    ratio = f"×{times(event.strength)}, " if event.strength == event.strength else ""
    return f"{what} {when}, {ratio}{count(event.n_papers, 'paper')}"


def share_notes(shares: pd.DataFrame, *, top: int, events: pd.DataFrame | None = None) -> list[str]:
    """Return the sentences under a share chart."""
    groups = [rows for _, rows in shown_groups(shares, top=top)]
    visible = pd.concat(groups)
    out = ["Share of all papers of a period; bands are 95 % confidence intervals."]
    periods = periods_of(shares)
    if names := partial_words(periods):
        verb = "is" if periods["is_partial"].sum() == 1 else "are"
        out.append(f"{names} {verb} incomplete: open markers, dashed lines.")
    drawn = {mark.what for rows in groups for mark in event_marks(rows, events=events)}
    spans = [what for what in SPANS if what in drawn]
    if spans:
        out.append(f"Broad line: {listing(spans)}.")
    if drawn - set(SPANS):
        out.append("▲▼ beside a line: step or change of course.")
    if (visible["share"] > axis_top(visible)).any():
        out.append(f"▲ is beyond the axis (a period with fewer than {FEW_PAPERS} papers).")
    if (visible["n_total"] == 0).any():
        out.append("A gap in a line is a period without papers.")
    return [*out, *hidden_groups_note(shares, n_shown=len(groups))]


def hidden_groups_note(
    frame: pd.DataFrame, *, n_shown: int, ordered: str = "most papers"
) -> list[str]:
    """Return one sentence that names the groups of a frame after the first `n_shown`, if any."""
    hidden = frame.drop_duplicates("group_id")["label"].tolist()[n_shown:]
    if not hidden:
        return []
    names = [one_line(str(label), width=40) for label in hidden[:8]]
    more = f" and {len(hidden) - 8} more" if len(hidden) > 8 else ""
    which = f"are the {n_shown} groups" if n_shown > 1 else "is the group"
    return [f"Shown {which} with the {ordered}; not shown: {', '.join(names)}{more}."]


def spread_labels(
    wanted: Sequence[float], *, sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Return centres for labels so that none touches the next, each near its wanted place.

    The sum of squared moves is minimal: isotonic regression of the wanted places minus the space
    taken by the labels before (pool adjacent violators), then clipped to the space available.
    Labels with the same wanted place keep their order. If there is not enough space for all, all
    are compressed by the same factor.

    Parameters
    ----------
    wanted : sequence of float
        Centres, in any order.
    sizes : sequence of float
        Heights of the labels, in the same unit.
    low, high : float
        Ends of the space available.

    Returns
    -------
    list of float
        Centres in the order of `wanted`.

    References
    ----------
    R. E. Barlow, D. J. Bartholomew, J. M. Bremner, H. D. Brunk, Statistical Inference under Order
    Restrictions (Wiley, 1972).
    """
    if not len(wanted):
        return []
    order = np.argsort(np.asarray(wanted, dtype="float64"), kind="stable")
    size = np.asarray(sizes, dtype="float64")[order]
    if size.sum() > high - low:
        size = size * (high - low) / size.sum()
    before = np.concatenate([[0.0], np.cumsum((size[:-1] + size[1:]) / 2)])
    free = isotonic_regression(np.asarray(wanted, dtype="float64")[order] - before).x
    least, most = low + size[0] / 2, high - size[-1] / 2 - before[-1]
    placed = np.empty(len(order))
    placed[order] = np.clip(free, least, max(least, most)) + before
    return [float(place) for place in placed]
