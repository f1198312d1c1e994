"""Shares over time with their intervals, for print."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.base.schema import SPANS

from ..shares import (
    NO_SHARES,
    ONE_PANEL,
    axis_top,
    columns_for,
    event_marks,
    mark_height,
    partial_runs,
    periods_of,
    share_notes,
    shown_groups,
    spread_labels,
    tick_rows,
)
from ..style import GREY, LINE_SYMBOLS, MUTED, PALE, darken, percent
from . import sheet

Groups = list[tuple[str, pd.DataFrame]]

_PAPERS = "Papers per period"
_LEFT, _RIGHT, _TICKS, _TOP = 0.42, 0.08, 0.2, 0.06
_GAP = 0.3
_BARS = 0.5
_PLOT, _HEAD, _TWO_LINES = 0.98, 0.18, 0.3


def print_share_over_time(
    shares: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 12,
    events: pd.DataFrame | None = None,
    note: str = "",
    columns: int = 2,
) -> Figure:
    """Draw each group's share of a period's papers, with its 95 % confidence interval, for print.

    As `share_over_time`, with the same parameters. Characters that no installed font of
    `FALLBACK_FONTS` can draw appear as `UNDRAWABLE`.

    Parameters
    ----------
    columns : {1, 2}, default 2
        For one column of a page (3.5 inches wide) or for both (7.2 inches).

    Returns
    -------
    matplotlib.figure.Figure
        A sentence in place of a chart if the frame is empty.

    Raises
    ------
    InputError
        If `top` is below 1 or `columns` is neither 1 nor 2.
    """
    with sheet.print_style([title or "", note, *map(str, shares["label"].unique())]):
        if shares.empty:
            return sheet.sentence_figure(NO_SHARES, title=title, columns=columns)
        groups = shown_groups(shares, top=top)
        notes = [*share_notes(shares, top=top, events=events), note]
        if len(groups) <= ONE_PANEL:
            made = sheet.new_sheet(3.4, title=title, notes=notes, columns=columns)
            _draw_one_panel(made, shares, groups=groups, events=events)
        else:
            across = columns_for(len(groups) + 1) if columns == 2 else 2
            n_rows = -(-(len(groups) + 1) // across)
            width = (sheet.WIDTHS.get(columns, 1) - _LEFT - _RIGHT - _GAP * (across - 1)) / across
            names = [
                sheet.fit_text(label, inches=width, size=sheet.TEXT, bold=True, lines=2)
                for label in (*(label for label, _ in groups), _PAPERS)
            ]
            head = _HEAD if not any("\n" in name for name in names) else _TWO_LINES
            room = n_rows * (_PLOT + head) + _TICKS
            made = sheet.new_sheet(room, title=title, notes=notes, columns=columns)
            places = [
                made.panel(
                    _LEFT + place % across * (width + _GAP),
                    _TICKS + (n_rows - 1 - place // across) * (_PLOT + head),
                    width,
                    _PLOT - 0.1,
                )
                for place in range(len(names))
            ]
            _draw_many_panels(places, shares, groups=groups, across=across, events=events)
            for axes, name in zip(places, names, strict=True):
                _set_heading(axes, name)
        return made.figure


def _draw_one_panel(
    made: sheet.Sheet, shares: pd.DataFrame, *, groups: Groups, events: pd.DataFrame | None
) -> None:
    names = [
        sheet.fit_text(label, inches=0.24 * made.width, size=7.5, bold=True, lines=3)
        for label, _ in groups
    ]
    right = max(sheet.text_width(name, size=7.5, bold=True) for name in names) + 0.24
    width = made.width - _LEFT - right - _RIGHT
    bottom = _TICKS + _BARS + 0.34
    upper = made.panel(_LEFT, bottom, width, made.room - bottom - _TOP)
    lower = made.panel(_LEFT, _TICKS, width, _BARS)
    limit = axis_top(pd.concat([rows for _, rows in groups]))
    for symbol, (_, rows) in zip(LINE_SYMBOLS, groups, strict=False):
        _draw_group(upper, rows, marker=sheet.MARKERS[symbol], limit=limit)
        _draw_events(upper, rows, events=events, limit=limit)
    _set_share_axis(upper, limit=limit)
    _name_lines(
        upper, groups, names=names, limit=limit, inches=made.room - bottom - _TOP, width=width
    )
    draw_paper_counts(lower, shares, inches=width)
    _set_heading(lower, _PAPERS)
    ticks = 9 if made.width > 5 else 4
    _set_periods(upper, shares, ticks=ticks, labels=False)
    _set_periods(lower, shares, ticks=ticks)


def _draw_many_panels(
    panels: list[Axes],
    shares: pd.DataFrame,
    *,
    groups: Groups,
    across: int,
    events: pd.DataFrame | None,
) -> None:
    figure = panels[0].get_figure(root=True)
    assert figure is not None
    width = panels[0].get_position().width * figure.get_figwidth()
    limit = axis_top(pd.concat([rows for _, rows in groups]))
    behind = [list(enumerate(rows["share"])) for _, rows in groups]
    for place, (axes, (_, rows)) in enumerate(zip(panels, groups, strict=False)):
        others = [line for i, line in enumerate(behind) if i != place]
        _draw_group(axes, rows, marker="o", limit=limit)
        sheet.add_lines(axes, others, colors=PALE, linewidths=0.6, zorder=1)
        _draw_events(axes, rows, events=events, limit=limit)
        _set_share_axis(axes, limit=limit, labels=place % across == 0)
    draw_paper_counts(panels[-1], shares, inches=width)
    ticks, size = (4, sheet.SMALL) if width > 1.4 else (3, 5.6)
    for place, axes in enumerate(panels):
        labels = place + across >= len(panels)
        _set_periods(axes, shares, ticks=ticks, labels=labels, size=size)


def _set_heading(axes: Axes, heading: str) -> None:
    style: dict[str, Any] = {"fontsize": sheet.TEXT, "fontweight": "bold", "parse_math": False}
    axes.set_title(heading, loc="left", pad=3, y=1.0, **style)


def _draw_group(axes: Axes, rows: pd.DataFrame, *, marker: str, limit: float) -> None:
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
        dashed = {**line, "linestyle": (0, (2, 1.5)), "marker": ""}
        for first, last in partial_runs(rows["is_partial"]):
            part = slice(max(0, first - 1), last + 2)
            axes.plot(places[part], share[part], **dashed)
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
        axes.text(place, height, text, fontsize=5.5, color=MUTED, va="center")


def _draw_events(
    axes: Axes, rows: pd.DataFrame, *, events: pd.DataFrame | None, limit: float
) -> None:
    """Draw a group's bursts as broad lines behind its line, its changes as ▲ or ▼ beside it."""
    color = rows["color"].iloc[0]
    for mark in event_marks(rows, events=events):
        if mark.what in SPANS:
            places = np.arange(mark.first, mark.last + 1)
            share = rows["share"].to_numpy(dtype="float64")[places]
            if len(places) == 1:
                places, share = places[0] + np.array([-0.3, 0.3]), np.repeat(share, 2)
            style: dict[str, Any] = {"alpha": 0.45, "linewidth": 7, "solid_capstyle": "round"}
            axes.plot(places, share, color=color, zorder=2.5, **style)
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


def _set_share_axis(axes: Axes, *, limit: float, labels: bool = True) -> None:
    """Set a share axis from 0 to `limit`, in percent, with grid lines."""
    axes.set_ylim(0, limit)
    ticks = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, limit)
    ticks = [float(tick) for tick in ticks if 0 <= tick <= limit]
    if labels:
        axes.set_yticks(ticks, [f"{100 * tick:.4g} %" for tick in ticks], parse_math=False)
    else:
        axes.yaxis.set_ticks([])  # a tick costs five artists
        across = [[(0, tick), (1, tick)] for tick in ticks]
        style = {"colors": sheet.LINE, "linewidths": 0.5, "zorder": 0.5}
        sheet.add_lines(axes, across, transform=axes.get_yaxis_transform(), **style)


def _set_periods(
    axes: Axes, shares: pd.DataFrame, *, ticks: int, labels: bool = True, size: float = sheet.SMALL
) -> None:
    """Set a period axis with at most `ticks` labels, hatched where periods are partial."""
    periods = periods_of(shares)
    end = len(periods) - 0.5
    axes.set_xlim(-0.5, end)
    labelled = tick_rows(shares, limit=ticks) if labels else periods.head(0)
    words = labelled["period_label"].tolist()
    axes.set_xticks(labelled.index.tolist(), words, parse_math=False, fontsize=size)
    for first, last in partial_runs(periods["is_partial"]):
        sheet.hatch(axes, first - 0.5, last + 0.5)


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
    widest = max(sheet.text_width(word, size=6) for word in words) + 0.05
    if widest * len(periods) <= inches:
        style: dict[str, Any] = {"fontsize": 6, "ha": "center", "va": "bottom", "color": MUTED}
        for place, count, word in zip(periods.index, periods["n_total"], words, strict=True):
            axes.text(place, count, word, **style)


def _name_lines(
    axes: Axes, groups: Groups, *, names: list[str], limit: float, inches: float, width: float
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
    sheet.add_lines(axes, leaders, colors=GREY, linewidths=0.5, zorder=1.5, clip_on=False)
    style: dict[str, Any] = {"va": "center", "fontweight": "bold", "linespacing": 1}
    for (_, _, name, color), height in zip(ends, heights, strict=True):
        axes.text(right + step, height, name, color=darken(color), clip_on=False, **style)
