"""Parts of a printed share chart: line and band, events, paper counts, axes, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from ..shares import event_marks, mark_height, periods_of, spread_labels, tick_rows
from ..style import GREY, MUTED, PALE, darken, percent
from .sheet import LINE, SMALL, text_width


def draw_group(axes: Axes, rows: pd.DataFrame, *, marker: str, limit: float) -> None:
    """Draw one group: band, line, dashed end with open markers, signs for values off the axis."""
    color = rows["color"].iloc[0]
    share = rows["share"].to_numpy(dtype="float64")
    low, high = (rows[c].to_numpy(dtype="float64") for c in ("share_low", "share_high"))
    partial = rows["is_partial"].to_numpy(dtype=bool)
    places = np.arange(len(rows))
    axes.fill_between(places, low, high, color=color, alpha=0.17, linewidth=0, zorder=2)
    known = np.pad(~np.isnan(share), 1)
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    if alone.any():
        axes.vlines(
            places[alone], low[alone], high[alone], color=color, alpha=0.25, linewidth=4, zorder=2
        )
    size = 3.2 if len(rows) <= 40 else 0
    line = {"color": color, "linewidth": 1.3, "marker": marker, "zorder": 3, "clip_on": True}
    axes.plot(places, np.where(partial, np.nan, share), markersize=size, **line)
    if partial.any():
        start = max(0, int((~partial).sum()) - 1)
        dashed = {**line, "linestyle": (0, (2, 1.5)), "marker": ""}
        axes.plot(places[start:], share[start:], **dashed)
        axes.plot(
            places,
            np.where(partial, share, np.nan),
            **{**line, "linestyle": "", "clip_on": False},
            markersize=3.6,
            markerfacecolor="white",
            markeredgewidth=1,
        )
    for place in places[share > limit]:
        height = 0.93 * limit
        axes.plot([place], [height], marker="^", markersize=4, color=color, zorder=4)
        text = f"  {percent(share[place])} %"
        axes.text(place, height, text, fontsize=5.5, color=MUTED, va="center", parse_math=False)


def draw_events(
    axes: Axes, rows: pd.DataFrame, *, events: pd.DataFrame | None, limit: float
) -> None:
    """Draw a group's bursts as broad lines behind its line, its changes as ▲ or ▼ beside it."""
    color = rows["color"].iloc[0]
    for mark in event_marks(rows, events=events):
        if mark.what == "burst":
            places = np.arange(mark.first, mark.last + 1)
            share = rows["share"].to_numpy(dtype="float64")[places]
            if len(places) == 1:
                places, share = places[0] + np.array([-0.3, 0.3]), np.repeat(share, 2)
            axes.plot(
                places,
                share,
                color=color,
                alpha=0.45,
                linewidth=7,
                zorder=2.5,
                solid_capstyle="round",
            )
        else:
            axes.plot(
                [mark.first],
                [mark_height(rows.iloc[mark.first :], sign=mark.sign, limit=limit)],
                marker="^" if mark.sign > 0 else "v",
                markersize=5,
                color=darken(color),
                markeredgecolor="white",
                markeredgewidth=0.5,
                zorder=5,
            )


def set_share_axis(axes: Axes, *, limit: float, labels: bool = True) -> None:
    """Set a share axis from 0 to `limit`, in percent, with grid lines."""
    axes.set_ylim(0, limit)
    ticks = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, limit)
    ticks = [float(tick) for tick in ticks if 0 <= tick <= limit]
    if labels:
        axes.set_yticks(ticks, [f"{100 * tick:.4g} %" for tick in ticks], parse_math=False)
    else:
        axes.yaxis.set_ticks([])  # a tick costs five artists
        across = [[(0, tick), (1, tick)] for tick in ticks]
        axes.add_collection(
            LineCollection(
                across,
                colors=LINE,
                linewidths=0.5,
                zorder=0.5,
                transform=axes.get_yaxis_transform(),
            ),
            autolim=False,
        )


@dataclass(frozen=True)
class PeriodAxis:
    """The period axis: number of periods, number of full periods, positions and texts of labels."""

    n: int
    n_full: int
    ticks: list[int]
    labels: list[str]


def period_axis(shares: pd.DataFrame, *, ticks: int) -> PeriodAxis:
    """Return the period axis of a share table with at most `ticks` labels."""
    periods = periods_of(shares)
    labelled = tick_rows(shares, limit=ticks)
    return PeriodAxis(
        n=len(periods),
        n_full=int((~periods["is_partial"]).sum()),
        ticks=labelled.index.tolist(),
        labels=labelled["period_label"].tolist(),
    )


def set_periods(axes: Axes, time: PeriodAxis, *, labels: bool = True, size: float = SMALL) -> None:
    """Set a period axis, hatched where periods are partial."""
    axes.set_xlim(-0.5, time.n - 0.5)
    if labels:
        axes.set_xticks(time.ticks, time.labels, parse_math=False, fontsize=size)
    else:
        axes.xaxis.set_ticks([])
    if time.n_full < time.n:
        axes.axvspan(
            time.n_full - 0.5,
            time.n - 0.5,
            facecolor="none",
            edgecolor=PALE,
            hatch="////",
            linewidth=0,
            zorder=0,
        )


def draw_paper_counts(axes: Axes, shares: pd.DataFrame, *, inches: float) -> None:
    """Draw the number of papers per period as bars, with numbers if there is room."""
    periods = periods_of(shares)
    colors = [PALE if partial else GREY for partial in periods["is_partial"]]
    axes.bar(periods.index, periods["n_total"], width=0.7, color=colors, zorder=2)
    highest = max(1, int(periods["n_total"].max()))
    axes.set_ylim(0, 1.25 * highest)
    ticks = MaxNLocator(nbins=2, integer=True).tick_values(0, 1.25 * highest)
    ticks = [int(tick) for tick in ticks if 0 <= tick <= 1.25 * highest]
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks], parse_math=False)
    words = [f"{count:,}" for count in periods["n_total"]]
    widest = max(text_width(word, size=6) for word in words) + 0.05
    if widest * len(periods) <= inches:
        for place, count, word in zip(periods.index, periods["n_total"], words, strict=True):
            axes.text(
                place,
                count,
                word,
                fontsize=6,
                parse_math=False,
                ha="center",
                va="bottom",
                color=MUTED,
            )


def name_lines(
    axes: Axes,
    groups: Sequence[tuple[str, pd.DataFrame]],
    *,
    names: Sequence[str],
    limit: float,
    inches: float,
    width: float,
) -> None:
    """Write each group's label at the end of its line, without overlaps."""
    ends = []
    for (_, rows), name in zip(groups, names, strict=True):
        known = rows["share"].reset_index(drop=True).dropna()
        if len(known):
            color = rows["color"].iloc[0]
            ends.append((int(known.index[-1]), min(float(known.iloc[-1]), limit), name, color))
    sizes = [(name.count("\n") + 1.25) * 0.115 / inches * limit for _, _, name, _ in ends]
    heights = spread_labels([end[1] for end in ends], sizes=sizes, low=0.0, high=limit)
    n = len(groups[0][1])
    right = n - 0.5
    step = 0.16 * n / width
    leaders = [
        [(place + 0.1 * step, share), (right, share), (right + 0.9 * step, height)]
        for (place, share, _, _), height in zip(ends, heights, strict=True)
    ]
    axes.add_collection(
        LineCollection(leaders, colors=GREY, linewidths=0.5, zorder=1.5, clip_on=False),
        autolim=False,
    )
    for (_, _, name, color), height in zip(ends, heights, strict=True):
        axes.text(
            right + step,
            height,
            name,
            va="center",
            fontweight="bold",
            color=darken(color),
            linespacing=1,
            parse_math=False,
            clip_on=False,
        )
