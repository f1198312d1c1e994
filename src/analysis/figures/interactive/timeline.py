"""Bursts and changes of course on a time axis."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ..shares import event_words
from ..style import GREY, MUTED, PALE, darken
from ..timeline import NO_EVENTS, TimelineRow, timeline_notes, timeline_rows, timeline_ticks
from .sheet import add_notes, empty_figure, hatched_box, label_room, plotly_text, sentence_figure

_ROW = 34


def burst_timeline(
    events: pd.DataFrame, *, title: str | None = None, top: int = 30, note: str = ""
) -> go.Figure:
    """Draw bursts as bars and changes of course as ▲ or ▼, one row per group.

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

    Returns
    -------
    plotly.graph_objects.Figure
        A sentence in place of a chart if the frame is empty.

    Raises
    ------
    InputError
        If `top` is below 1.
    """
    if events.empty:
        return sentence_figure(NO_EVENTS, title=title)
    rows = timeline_rows(events, top=top)
    names = [
        plotly_text(str(label), width=34, lines=2) for label in rows.drop_duplicates("row")["label"]
    ]
    figure = empty_figure(title=title, height=_ROW * len(names))
    figure.layout.height += figure.layout.margin.t + figure.layout.margin.b
    figure.layout.margin.l = label_room(names) + 16
    _set_axes(figure, events, names=names)
    for row in rows.itertuples():
        figure.add_trace(_mark(row))
        figure.add_annotation(_words(row, last=events["last"].iloc[0]))
    figure.update_layout(showlegend=False)
    add_notes(figure, [*timeline_notes(events, rows), *([note] if note else [])])
    return figure


def _set_axes(figure: go.Figure, events: pd.DataFrame, *, names: list[str]) -> None:
    first, last, partial = (events[name].iloc[0] for name in ("first", "last", "partial_from"))
    end = last + pd.Timedelta(days=1)
    labelled = timeline_ticks(events, limit=9)
    rows = (-0.5, len(names) - 0.5)
    figure.update_layout(
        xaxis={
            "type": "date",
            "range": [str(first), str(end)],
            "showgrid": False,
            "zeroline": False,
            "tickvals": [str(day) for day in labelled["period"]],
            "ticktext": labelled["period_label"].tolist(),
            "tickfont": {"size": 11, "color": MUTED},
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": PALE,
            "showline": True,
            "linecolor": GREY,
        },
        yaxis={
            "range": [rows[1], rows[0]],
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "tickfont": {"size": 12},
            "showgrid": True,
            "gridcolor": "#eceef1",
            "zeroline": False,
        },
    )
    if pd.notna(partial):
        figure.add_trace(hatched_box((str(partial), str(end)), rows, number=1))


def _mark(row: TimelineRow) -> go.Scatter:
    words = plotly_text(f"{row.label}: {event_words(row)}", width=60)
    if row.what == "burst":
        start, end = str(row.start), str(row.end + pd.Timedelta(days=1))
        low, high = row.row - row.thickness / 2, row.row + row.thickness / 2
        return go.Scatter(
            x=[start, end, end, start, start],
            y=[low, low, high, high, low],
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=row.color,
            opacity=0.85,
            hoveron="fills",
            hoverinfo="text",
            text=words,
        )
    return go.Scatter(
        x=[str(row.start)],
        y=[row.row],
        mode="markers",
        marker={
            "symbol": "triangle-up" if row.sign > 0 else "triangle-down",
            "size": 13,
            "color": darken(row.color),
            "line": {"color": "white", "width": 1},
        },
        cliponaxis=False,
        hoverinfo="text",
        hovertext=[words],
    )


def _words(row: TimelineRow, *, last: pd.Timestamp) -> dict[str, Any]:
    burst = row.what == "burst"
    middle = row.first + (last - row.first) * 0.75
    fits = (row.end if burst else row.start) < middle
    day = row.end + pd.Timedelta(days=1) if burst and fits else row.start
    return {
        "text": row.words,
        "x": str(day),
        "y": row.row,
        "xanchor": "left" if fits else "right",
        "xshift": (4 if burst else 10) * (1 if fits else -1),
        "showarrow": False,
        "font": {"size": 11, "color": MUTED},
    }
