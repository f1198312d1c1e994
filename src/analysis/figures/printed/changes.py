"""Slope charts (shares then and now) and burst timelines, for print."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.base.schema import SPANS

from ..changes import (
    DIRECTION_STYLES,
    NO_EVENTS,
    NO_PAIR,
    SlopeRow,
    axis_heights,
    axis_limits,
    end_words,
    grid_lines,
    slope_notes,
    slope_rows,
    slope_words,
    timeline_notes,
    timeline_rows,
    timeline_ticks,
)
from ..shares import spread_labels
from ..style import GREY, INK, MUTED, darken
from . import sheet

_LINE = 0.118
_LEFT, _BELOW = 0.62, 0.42
_DASHES = {"solid": "-", "dashed": (0, (4, 2)), "dotted": (0, (1, 1.6))}
_ROW = 0.26
_TICKS = 0.22


def print_then_and_now(
    changes: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 12,
    note: str = "",
    columns: int = 2,
) -> Figure:
    """Draw each group's share in the first and the last full period, for print.

    As `then_and_now`; `title`, `top`, `note`, `columns`, the result and the errors are those of
    `print_share_over_time`.

    Parameters
    ----------
    changes : DataFrame
        From `then_and_now_table`.
    """
    with sheet.print_style([title or "", note, *map(str, changes["label"].unique())]):
        if changes.empty:
            return sheet.sentence_figure(NO_PAIR, title=title, columns=columns)
        rows = slope_rows(changes, top=top)
        panels = [part for _, part in rows.groupby("panel")]
        inches = 2.5 if columns == 2 else 1.42
        words = [[_label(row, inches=inches) for row in part.itertuples()] for part in panels]
        tall = [max(1.2, 0.1 + sum(map(_height, each))) for each in words]
        room = sum(tall) + _BELOW * len(panels)
        notes = [*slope_notes(changes, rows), note]
        made = sheet.new_sheet(room, title=title, notes=notes, columns=columns)
        above = made.room
        for part, each, height in zip(panels, words, tall, strict=True):
            above -= height + _BELOW
            bottom = above + _BELOW - 0.05
            _draw_panel(made, part, labels=each, bottom=bottom, height=height, right=inches)
        return made.figure


def _label(row: SlopeRow, *, inches: float) -> str:
    _, sign, now = slope_words(row)
    return f"{sign} {sheet.fit_text(str(row.label), inches=inches - 0.12, size=7, lines=2)}\n{now}"


def _height(label: str) -> float:
    return _LINE * (label.count("\n") + 1) + 0.06


def _draw_panel(
    made: sheet.Sheet,
    rows: pd.DataFrame,
    *,
    labels: list[str],
    bottom: float,
    height: float,
    right: float,
) -> None:
    width = made.width - _LEFT - right - 0.32
    axes = made.panel(_LEFT, bottom, width, height)
    low, high = axis_limits(rows)
    _draw_slopes(axes, rows)
    axes.set_xlim(-0.04, 1.04)
    axes.set_ylim(low, high)
    lines = grid_lines(low, high)
    axes.set_yticks(lines, [""] * len(lines))
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([0.06, 0.94], end_words(rows), parse_math=False, linespacing=1.1)
    inch = (high - low) / height
    for end, side in (("then", -1), ("now", 1)):
        starts = axis_heights(rows[f"share_{end}"])
        sizes = [_height(label) * inch if side > 0 else 0.12 * inch for label in labels]
        places = spread_labels(starts, sizes=sizes, low=low - 0.06 * inch, high=high + 0.06 * inch)
        edge, away = 0.5 + 0.54 * side, 0.16 * (1.08 / width) * side
        leaders = [
            [(edge, start), (edge + away, place)]
            for start, place in zip(starts, places, strict=True)
        ]
        sheet.add_lines(axes, leaders, colors=GREY, linewidths=0.4, zorder=1, clip_on=False)
        for row, label, place in zip(rows.itertuples(), labels, places, strict=True):
            now = side > 0
            axes.text(
                edge + 1.2 * away,
                place,
                label if now else slope_words(row)[0],
                ha="left" if now else "right",
                va="center",
                fontsize=7 if now else 6.5,
                color=darken(row.color) if now else MUTED,
                linespacing=1.05,
                clip_on=False,
            )


def _draw_slopes(axes: Axes, rows: pd.DataFrame) -> None:
    for row in rows.itertuples():
        _, line, width = DIRECTION_STYLES[row.direction]
        axes.plot(
            [row.x_then, row.x_now],
            [row.share_then**0.5, row.share_now**0.5],
            color=row.color,
            linestyle=_DASHES[line],
            linewidth=width,
            marker="o",
            markersize=3.4,
            markeredgecolor="white",
            markeredgewidth=0.5,
            zorder=3,
            clip_on=False,
        )
    bars = [
        [(x, low), (x, high)]
        for end in ("then", "now")
        for x, low, high in zip(
            rows[f"x_{end}"],
            axis_heights(rows[f"share_{end}_low"]),
            axis_heights(rows[f"share_{end}_high"]),
            strict=True,
        )
    ]
    colors = 2 * rows["color"].tolist()
    sheet.add_lines(axes, bars, colors=colors, linewidths=1.8, alpha=0.4, zorder=2, clip_on=False)


def print_burst_timeline(
    events: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 30,
    note: str = "",
    columns: int = 2,
) -> Figure:
    """Draw bursts as bars and changes of course as ▲ or ▼, one row per group, for print.

    As `burst_timeline`; `title`, `top`, `note`, `columns`, the result and the errors are those of
    `print_share_over_time`.

    Parameters
    ----------
    events : DataFrame
        From `event_table`.
    """
    with sheet.print_style([title or "", note, *map(str, events["label"].unique())]):
        if events.empty:
            return sheet.sentence_figure(NO_EVENTS, title=title, columns=columns)
        rows = timeline_rows(events, top=top)
        labels = rows.drop_duplicates("row")["label"]
        inches = 2.0 if columns == 2 else 1.05
        names = [sheet.fit_text(str(label), inches=inches, size=7, lines=2) for label in labels]
        room, notes = _ROW * len(names) + _TICKS + 0.08, [*timeline_notes(events, rows), note]
        made = sheet.new_sheet(room, title=title, notes=notes, columns=columns)
        left = 0.16 + max(sheet.text_width(name, size=7) for name in names)
        width = made.width - left - 0.12
        axes = made.panel(left, _TICKS, width, _ROW * len(names))
        _set_timeline_axes(axes, events, names=names, ticks=max(2, int(width / 0.75)))
        _draw_events(axes, rows, inches=width)
        return made.figure


def _set_timeline_axes(axes: Axes, events: pd.DataFrame, *, names: list[str], ticks: int) -> None:
    names_of_days = ("first", "last", "partial_from", "partial_to")
    first, last, partial, begun = (events[name].iloc[0] for name in names_of_days)
    low, high = date2num(first), date2num(last) + 1
    axes.set_xlim(low, high)
    axes.set_ylim(len(names) - 0.5, -0.5)
    labelled = timeline_ticks(events, limit=ticks)
    days, words = date2num(labelled["period"]), labelled["period_label"].tolist()
    axes.set_xticks(days, words, parse_math=False)
    axes.set_yticks(range(len(names)), names, parse_math=False, color=INK, linespacing=0.95)
    axes.tick_params(axis="y", pad=4, labelsize=7)
    if pd.notna(partial):
        sheet.hatch(axes, date2num(partial), high)
    if pd.notna(begun):
        sheet.hatch(axes, low, date2num(begun) + 1)


def _draw_events(axes: Axes, rows: pd.DataFrame, *, inches: float) -> None:
    low, high = axes.get_xlim()
    day = inches / (high - low)
    for row in rows.itertuples():
        start, end = date2num(row.start), date2num(row.end) + 1
        if row.what in SPANS:
            corner, tall = (start, row.row - row.thickness / 2), row.thickness
            style = {"facecolor": row.color, "alpha": 0.85, "linewidth": 0, "zorder": 2}
            axes.add_patch(Rectangle(corner, end - start, tall, **style))
            edges = start, end
        else:
            axes.plot(
                [start],
                [row.row],
                marker="^" if row.sign > 0 else "v",
                markersize=6,
                color=darken(row.color),
                markeredgecolor="white",
                markeredgewidth=0.6,
                zorder=3,
                clip_on=False,
                linestyle="",
            )
            edges = start - 0.06 / day, start + 0.06 / day
        wide = sheet.text_width(row.words, size=6) + 0.06
        fits = edges[1] + wide / day <= high
        x = edges[1] + 0.04 / day if fits else edges[0] - 0.04 / day
        style = {"ha": "left" if fits else "right", "va": "center", "fontsize": 6, "zorder": 4}
        axes.text(x, row.row, row.words, color=MUTED, **style)
