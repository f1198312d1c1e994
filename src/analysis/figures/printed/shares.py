"""Shares over time with their intervals, for print."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ..shares import NO_SHARES, ONE_PANEL, axis_top, columns_for, share_notes, shown_groups
from ..style import LINE_SYMBOLS, PALE
from .map_layers import MARKERS
from .share_parts import (
    draw_events,
    draw_group,
    draw_paper_counts,
    name_lines,
    period_axis,
    set_periods,
    set_share_axis,
)
from .sheet import (
    SMALL,
    TEXT,
    WIDTHS,
    Sheet,
    fit_text,
    new_sheet,
    print_style,
    sentence_figure,
    text_width,
)

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

    Up to four groups share a panel, labelled at the ends of their lines; more groups get one panel
    each, on common axes, with the other groups' lines in grey behind. A last panel shows the number
    of papers of each period. Partial periods are hatched, their markers open and their lines
    dashed. A line has a gap where a period has no papers. Characters that no installed font of
    `FALLBACK_FONTS` can draw appear as `UNDRAWABLE`.

    Parameters
    ----------
    shares : DataFrame
        From `share_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 12
        Number of groups drawn, the first in the frame; the note names the others.
    events : DataFrame, optional
        From `event_table`: bursts are drawn as a broad line behind the line of their group,
        changes of course as ▲ or ▼ beside it.
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
    with print_style([title or "", note, *map(str, shares["label"].unique())]):
        if shares.empty:
            return sentence_figure(NO_SHARES, title=title, columns=columns)
        groups = shown_groups(shares, top=top)
        foot = " ".join([*share_notes(shares, top=top, events=events), *([note] if note else [])])
        if len(groups) <= ONE_PANEL:
            made = new_sheet(3.4, title=title, foot=foot, columns=columns)
            _draw_one_panel(made, shares, groups=groups, events=events)
        else:
            across = columns_for(len(groups) + 1) if columns == 2 else 2
            n_rows = -(-(len(groups) + 1) // across)
            width = (WIDTHS.get(columns, 1) - _LEFT - _RIGHT - _GAP * (across - 1)) / across
            names = [
                fit_text(label, inches=width, size=TEXT, bold=True, lines=2)
                for label in (*(label for label, _ in groups), _PAPERS)
            ]
            head = _HEAD if not any("\n" in name for name in names) else _TWO_LINES
            made = new_sheet(
                n_rows * (_PLOT + head) + _TICKS, title=title, foot=foot, columns=columns
            )
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
    made: Sheet, shares: pd.DataFrame, *, groups: Groups, events: pd.DataFrame | None
) -> None:
    names = [
        fit_text(label, inches=0.24 * made.width, size=7.5, bold=True, lines=3)
        for label, _ in groups
    ]
    right = max(text_width(name, size=7.5, bold=True) for name in names) + 0.24
    width = made.width - _LEFT - right - _RIGHT
    bottom = _TICKS + _BARS + 0.34
    upper = made.panel(_LEFT, bottom, width, made.room - bottom - _TOP)
    lower = made.panel(_LEFT, _TICKS, width, _BARS)
    limit = axis_top(pd.concat([rows for _, rows in groups]))
    for symbol, (_, rows) in zip(LINE_SYMBOLS, groups, strict=False):
        draw_group(upper, rows, marker=MARKERS[symbol], limit=limit)
        draw_events(upper, rows, events=events, limit=limit)
    set_share_axis(upper, limit=limit)
    name_lines(
        upper, groups, names=names, limit=limit, inches=made.room - bottom - _TOP, width=width
    )
    draw_paper_counts(lower, shares, inches=width)
    _set_heading(lower, _PAPERS)
    time = period_axis(shares, ticks=9 if made.width > 5 else 4)
    set_periods(upper, time, labels=False)
    set_periods(lower, time)


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
        draw_group(axes, rows, marker="o", limit=limit)
        axes.add_collection(
            LineCollection(others, colors=PALE, linewidths=0.6, zorder=1), autolim=False
        )
        draw_events(axes, rows, events=events, limit=limit)
        set_share_axis(axes, limit=limit, labels=place % across == 0)
    draw_paper_counts(panels[-1], shares, inches=width)
    time = period_axis(shares, ticks=4 if width > 1.4 else 3)
    for place, axes in enumerate(panels):
        labels = place + across >= len(panels)
        set_periods(axes, time, labels=labels, size=SMALL if width > 1.4 else 5.6)


def _set_heading(axes: Axes, heading: str) -> None:
    axes.set_title(
        heading, loc="left", fontsize=TEXT, fontweight="bold", pad=3, y=1.0, parse_math=False
    )
