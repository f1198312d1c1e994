"""Bursts and changes of course on a time axis, for print."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..style import INK, MUTED, PALE, darken
from ..timeline import NO_EVENTS, timeline_notes, timeline_rows, timeline_ticks
from .sheet import fit_text, new_sheet, print_style, sentence_figure, text_width

_ROW = 0.26
_TICKS = 0.22


def print_burst_timeline(
    events: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 30,
    note: str = "",
    columns: int = 2,
) -> Figure:
    """Draw bursts as bars and changes of course as ▲ or ▼, one row per group, for print.

    A bar reaches from the first to the last day of a burst; stronger bursts are thicker. Each event
    is labelled with its strength and its number of papers.

    Parameters
    ----------
    events : DataFrame
        From `event_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 30
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
    with print_style([title or "", note, *map(str, events["label"].unique())]):
        if events.empty:
            return sentence_figure(NO_EVENTS, title=title, columns=columns)
        rows = timeline_rows(events, top=top)
        foot = " ".join([*timeline_notes(events, rows), *([note] if note else [])])
        labels = rows.drop_duplicates("row")["label"]
        room = 2.0 if columns == 2 else 1.05
        names = [fit_text(str(label), inches=room, size=7, lines=2) for label in labels]
        made = new_sheet(_ROW * len(names) + _TICKS + 0.08, title=title, foot=foot, columns=columns)
        left = 0.16 + max(text_width(name, size=7) for name in names)
        width = made.width - left - 0.12
        axes = made.panel(left, _TICKS, width, _ROW * len(names))
        _set_axes(axes, events, names=names, ticks=max(2, int(width / 0.75)))
        _draw(axes, rows, inches=width)
        return made.figure


def _set_axes(axes: Axes, events: pd.DataFrame, *, names: list[str], ticks: int) -> None:
    first, last, partial = (events[name].iloc[0] for name in ("first", "last", "partial_from"))
    low, high = date2num(first), date2num(last) + 1
    axes.set_xlim(low, high)
    axes.set_ylim(len(names) - 0.5, -0.5)
    labelled = timeline_ticks(events, limit=ticks)
    axes.set_xticks(
        date2num(labelled["period"]), labelled["period_label"].tolist(), parse_math=False
    )
    axes.set_yticks(range(len(names)), names, parse_math=False, color=INK, linespacing=0.95)
    axes.tick_params(axis="y", pad=4, labelsize=7)
    if pd.notna(partial):
        axes.axvspan(
            date2num(partial),
            high,
            facecolor="none",
            edgecolor=PALE,
            hatch="////",
            linewidth=0,
            zorder=0,
        )


def _draw(axes: Axes, rows: pd.DataFrame, *, inches: float) -> None:
    low, high = axes.get_xlim()
    day = inches / (high - low)
    for row in rows.itertuples():
        start, end = date2num(row.start), date2num(row.end) + 1
        if row.what == "burst":
            tall = row.thickness
            axes.add_patch(
                Rectangle(
                    (start, row.row - tall / 2),
                    end - start,
                    tall,
                    facecolor=row.color,
                    alpha=0.85,
                    linewidth=0,
                    zorder=2,
                )
            )
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
        wide = text_width(row.words, size=6) + 0.06
        fits = edges[1] + wide / day <= high
        axes.text(
            edges[1] + 0.04 / day if fits else edges[0] - 0.04 / day,
            row.row,
            row.words,
            ha="left" if fits else "right",
            va="center",
            fontsize=6,
            color=MUTED,
            parse_math=False,
            zorder=4,
        )
