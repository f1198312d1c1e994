"""Shares over time with their intervals: one panel for a few groups, one panel each for more."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ..shares import (
    NO_SHARES,
    ONE_PANEL,
    axis_top,
    columns_for,
    partial_runs,
    periods_of,
    share_notes,
    shown_groups,
    spread_labels,
    tick_rows,
)
from ..style import LINE_SYMBOLS, MUTED, darken
from . import sheet
from .share_traces import dates, event_traces, group_traces, other_lines, paper_bars

Groups = list[tuple[str, pd.DataFrame]]

_SHADE = "rgba(90,98,110,.09)"
_PAPERS = "Papers per period"
_PANEL, _GAP = 130, 56


def share_over_time(
    shares: pd.DataFrame,
    *,
    title: str | None = None,
    top: int = 12,
    events: pd.DataFrame | None = None,
    note: str = "",
) -> go.Figure:
    """Draw each group's share of the papers of a period, with its 95 % confidence interval.

    Up to four groups share a panel, labelled at the ends of their lines; more groups get one panel
    each, on common axes, with the other groups' lines in grey behind. A last panel shows the number
    of papers of each period. Partial periods are hatched, their markers open and their lines
    dashed. A line has a gap where a period has no papers.

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

    Returns
    -------
    plotly.graph_objects.Figure
        A sentence in place of a chart if the frame is empty.

    Raises
    ------
    InputError
        If `top` is below 1.
    """
    if shares.empty:
        return sheet.sentence_figure(NO_SHARES, title=title)
    groups = shown_groups(shares, top=top)
    if len(groups) <= ONE_PANEL:
        figure = _one_panel(shares, groups=groups, events=events, title=title)
    else:
        figure = _many_panels(shares, groups=groups, events=events, title=title)
    figure.update_layout(showlegend=False)
    return sheet.add_notes(figure, [*share_notes(shares, top=top, events=events), note])


def _one_panel(
    shares: pd.DataFrame, *, groups: Groups, events: pd.DataFrame | None, title: str | None
) -> go.Figure:
    figure = sheet.empty_figure(title=title, height=520)
    visible = pd.concat([rows for _, rows in groups])
    limit = axis_top(visible)
    wide: dict[str, Any] = {"x": (0.0, 1.0), "ticks": 9}
    _set_panel(figure, shares, number=1, **wide, y=(0.25, 1), limit=limit, tick_labels=False)
    _set_panel(figure, shares, number=2, **wide, y=(0, 0.16), limit=None)
    drawn = [
        group_traces(rows, label=label, number=1, limit=limit, symbol=symbol)
        for symbol, (label, rows) in zip(LINE_SYMBOLS, groups, strict=False)
    ]
    figure.add_traces([band for band, *_ in drawn])
    for (_, rows), (_, *lines) in zip(groups, drawn, strict=True):
        figure.add_traces(event_traces(rows, events=events, number=1, limit=limit))
        figure.add_traces(lines)
    figure.add_trace(paper_bars(shares, number=2))
    _add_heading(figure, _PAPERS, x=0, y=0.16, width=60)
    _name_lines(figure, groups, limit=limit)
    return figure


def _name_lines(figure: go.Figure, groups: Groups, *, limit: float) -> None:
    """Write each group's label at the end of its line, without overlaps."""
    ends = []
    for label, rows in groups:
        known = rows["share"].dropna()
        if len(known):
            name = f"<b>{sheet.plotly_text(label, width=24, lines=3)}</b>"
            ends.append((min(float(known.iloc[-1]), limit), name, str(rows["color"].iloc[0])))
    margin = figure.layout.margin
    pixel = limit / (0.75 * (figure.layout.height - margin.t - margin.b))
    sizes = [(16 * name.count("<br>") + 20) * pixel for _, name, _ in ends]
    heights = spread_labels([share for share, *_ in ends], sizes=sizes, low=0.0, high=limit)
    style = {"xanchor": "left", "align": "left", **sheet.LEADER, "arrowwidth": 0.8}
    for (share, name, color), height in zip(ends, heights, strict=True):
        place = {"x": 1, "xref": "paper", "y": share, "yref": "y"}
        away = {"ax": 16, "ay": (share - height) / pixel}
        font = {"size": 12, "color": darken(color)}
        figure.add_annotation(text=name, **place, **away, **style, font=font)
    margin.r += sheet.label_room([name[3:-4] for _, name, _ in ends]) + 22


def _many_panels(
    shares: pd.DataFrame, *, groups: Groups, events: pd.DataFrame | None, title: str | None
) -> go.Figure:
    n_panels = len(groups) + 1
    columns = columns_for(n_panels)
    n_rows = -(-n_panels // columns)
    drawn = n_rows * _PANEL + (n_rows - 1) * _GAP
    figure = sheet.empty_figure(title=title, inner=drawn)
    figure.layout.height += 12
    visible = pd.concat([rows for _, rows in groups])
    limit = axis_top(visible)
    for place in range(n_panels):
        row, column = divmod(place, columns)
        is_papers = place == len(groups)
        x = _domain(column, of=columns, gap=0.045)
        y = _domain(n_rows - 1 - row, of=n_rows, gap=_GAP / drawn)
        _set_panel(
            figure,
            shares,
            number=place + 1,
            x=x,
            y=y,
            limit=None if is_papers else limit,
            ticks=4,
            tick_labels=place + columns >= n_panels,
            share_labels=column == 0 or is_papers,
        )
        heading = _PAPERS if is_papers else groups[place][0]
        _add_heading(figure, heading, x=x[0], y=y[1], width=36 if columns <= 3 else 27)
        if is_papers:
            figure.add_trace(paper_bars(shares, number=place + 1))
        else:
            label, rows = groups[place]
            behind = [other for _, other in groups if other is not rows]
            figure.add_trace(other_lines(behind, number=place + 1))
            traces = group_traces(rows, label=label, number=place + 1, limit=limit)
            marks = event_traces(rows, events=events, number=place + 1, limit=limit)
            figure.add_traces([*marks, *traces])
    figure.layout.margin.t += 12
    return figure


def _domain(place: int, *, of: int, gap: float) -> tuple[float, float]:
    width = (1 - gap * (of - 1)) / of
    start = place * (width + gap)
    return start, min(1.0, start + width)


def _set_panel(
    figure: go.Figure,
    shares: pd.DataFrame,
    *,
    number: int,
    x: tuple[float, float],
    y: tuple[float, float],
    limit: float | None,
    ticks: int,
    tick_labels: bool = True,
    share_labels: bool = True,
) -> None:
    """Set the position and the axes of panel `number`, and shade its partial periods.

    A panel with a `limit` has a share axis up to it, one without has an axis of papers.
    """
    periods = periods_of(shares)
    labelled = tick_rows(shares, limit=ticks)
    first, last = periods["period"].iloc[0], periods["period"].iloc[-1]
    margin = max((periods["period_end"].iloc[-1] - last) * 0.55, (last - first) * 0.02)
    ends = [first - margin, last + margin]
    axis = {**sheet.QUIET, "tickfont": sheet.SMALL}
    figure.layout[f"xaxis{number}"] = {
        **axis,
        **sheet.TICKS,
        **sheet.BASELINE,
        "domain": x,
        "anchor": f"y{number}",
        "type": "date",
        "range": [str(end) for end in ends],
        "matches": None if number == 1 else "x",
        "tickvals": dates(labelled),
        "ticktext": labelled["period_label"].tolist(),
        "showticklabels": tick_labels,
    }
    heights: dict[str, Any] = {"rangemode": "tozero", "nticks": 3, "tickformat": ",d"}
    if limit is not None:
        heights = {"range": [0, limit], "tickformat": ".0%", "nticks": 6}
    figure.layout[f"yaxis{number}"] = {
        **axis,
        **sheet.GRID,
        **heights,
        "domain": y,
        "anchor": f"x{number}",
        "showticklabels": share_labels,
        "automargin": True,
        "matches": None if limit is None or number == 1 else "y",
    }
    _shade_partial(figure, periods, number=number, ends=(ends[0], ends[1]), limit=limit)


def _shade_partial(
    figure: go.Figure,
    periods: pd.DataFrame,
    *,
    number: int,
    ends: tuple[pd.Timestamp, pd.Timestamp],
    limit: float | None,
) -> None:
    """Shade each stretch of partial periods, from halfway after the one before to halfway after."""
    starts = periods["period"].tolist()
    halfway = [a + (b - a) / 2 for a, b in pairwise(starts)]
    edges = [ends[0], *halfway, ends[1]]
    panel = {"xref": f"x{number}", "yref": f"y{number if number > 1 else ''} domain"}
    style = {"fillcolor": _SHADE, "line_width": 0, "layer": "below", "y0": 0, "y1": 1}
    for first, last in partial_runs(periods["is_partial"]):
        start, end = str(edges[first]), str(edges[last + 1])
        if limit is not None:
            figure.add_trace(sheet.hatched_box((start, end), (0.0, limit), number=number))
        figure.add_shape(type="rect", x0=start, x1=end, **panel, **style)
        if number == 1:
            at_end = last + 1 == len(periods)
            corner = {"x": end if at_end else start, "xanchor": "right" if at_end else "left"}
            font = {"size": 10, "color": MUTED}
            place = {**corner, "y": 1, "yanchor": "top", "showarrow": False, "font": font}
            figure.add_annotation(text="partial", **panel, **place)


def _add_heading(figure: go.Figure, text: str, *, x: float, y: float, width: int) -> None:
    place = {"x": x, "xref": "paper", "xanchor": "left", "y": y, "yref": "paper"}
    style = {"yanchor": "bottom", "showarrow": False, "font": {"size": 12}}
    words = sheet.plotly_text(text, width=width, lines=2)
    figure.add_annotation(text=f"<b>{words}</b>", **place, **style)
