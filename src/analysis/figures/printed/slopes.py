"""Shares then and now as slopes with their intervals, for print."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ..shares import spread_labels
from ..slopes import (
    DIRECTION_STYLES,
    NO_PAIR,
    SlopeRow,
    axis_heights,
    axis_limits,
    end_words,
    grid_lines,
    slope_notes,
    slope_rows,
    slope_words,
)
from ..style import GREY, MUTED, darken
from .sheet import Sheet, fit_text, new_sheet, print_style, sentence_figure

_LINE = 0.118
_LEFT, _BELOW = 0.62, 0.42
_DASHES = {"solid": "-", "dashed": (0, (4, 2)), "dotted": (0, (1, 1.6))}


def print_then_and_now(
    changes: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 12,
    note: str = "",
    columns: int = 2,
) -> Figure:
    """Draw each group's share in the first and the last full period, joined by a line, for print.

    Both ends have their 95 % confidence interval and are placed side by side, so that none hides
    another. Each line is labelled at its end: sign of the direction, label, share, fitted ratio
    with its 90 % interval. Clear changes are broad lines, flat ones thin, unclear ones dashed,
    those with too few papers dotted. More than `slopes.MOST_IN_PANEL` groups get further panels.

    Parameters
    ----------
    changes : DataFrame
        From `then_and_now_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 12
        Number of groups drawn, the first in the frame; the note names the others.
    note : str, optional
        A sentence added to the notes, such as the source.
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
    with print_style([title or "", note, *map(str, changes["label"].unique())]):
        if changes.empty:
            return sentence_figure(NO_PAIR, title=title, columns=columns)
        rows = slope_rows(changes, top=top)
        foot = " ".join([*slope_notes(changes, rows), *([note] if note else [])])
        panels = [part for _, part in rows.groupby("panel")]
        inches = 2.5 if columns == 2 else 1.42
        words = [[_label(row, inches=inches) for row in part.itertuples()] for part in panels]
        tall = [max(1.2, 0.1 + sum(map(_height, each))) for each in words]
        made = new_sheet(sum(tall) + _BELOW * len(panels), title=title, foot=foot, columns=columns)
        above = made.room
        for part, each, height in zip(panels, words, tall, strict=True):
            above -= height + _BELOW
            _draw_panel(
                made, part, labels=each, bottom=above + _BELOW - 0.05, height=height, right=inches
            )
        return made.figure


def _label(row: SlopeRow, *, inches: float) -> str:
    _, sign, now = slope_words(row)
    return f"{sign} {fit_text(str(row.label), inches=inches - 0.12, size=7, lines=2)}\n{now}"


def _height(label: str) -> float:
    return _LINE * (label.count("\n") + 1) + 0.06


def _draw_panel(
    made: Sheet,
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
        _write_labels(
            axes, rows, labels=labels, starts=starts, places=places, side=side, inch=1.08 / width
        )


def _write_labels(
    axes: Axes,
    rows: pd.DataFrame,
    *,
    labels: list[str],
    starts: list[float],
    places: list[float],
    side: int,
    inch: float,
) -> None:
    edge, away = 0.5 + 0.54 * side, 0.16 * inch * side
    leaders = [
        [(edge, start), (edge + away, place)] for start, place in zip(starts, places, strict=True)
    ]
    axes.add_collection(
        LineCollection(leaders, colors=GREY, linewidths=0.4, zorder=1, clip_on=False), autolim=False
    )
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
            parse_math=False,
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
    axes.add_collection(
        LineCollection(
            bars,
            colors=2 * rows["color"].tolist(),
            linewidths=1.8,
            alpha=0.4,
            zorder=2,
            clip_on=False,
        ),
        autolim=False,
    )
