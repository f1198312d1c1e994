"""Shares of groups by period as a heatmap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..heat import Heat, heat_notes, heat_of
from ..shares import NO_SHARES, tick_rows
from ..style import GREY, MUTED, PALE, RAMP
from .share_traces import paper_bars, share_hover
from .sheet import add_notes, empty_figure, hatched_box, label_room, plotly_text, sentence_figure

_KEY, _BARS, _GAP = 36, 60, 10
_RAMP = [[i / (len(RAMP) - 1), color] for i, color in enumerate(RAMP)]

_QUIET = {
    "showgrid": False,
    "zeroline": False,
    "ticks": "",
    "tickfont": {"size": 11, "color": MUTED},
}
_MARKED = {"ticks": "outside", "ticklen": 4, "tickcolor": PALE}


def share_heatmap(
    shares: pd.DataFrame, *, title: str | None = None, top: int = 40, note: str = ""
) -> go.Figure:
    """Draw shares as colours, one row per group and one column per period.

    Groups that peaked early are at the top (`heat.heat_of`); the colour ramp is perceptually even,
    also in grey. Partial periods are hatched, periods without papers blank; bars below show the
    number of papers of each period. Up to `heat.NUMBERED` periods, cells show their share in
    percent.

    Parameters
    ----------
    shares : DataFrame
        From `share_table`.
    title : str, optional
        Heading of the figure.
    top : int, default 40
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
    if shares.empty:
        return sentence_figure(NO_SHARES, title=title)
    heat = heat_of(shares, top=top)
    names = [plotly_text(str(label), width=34, lines=2) for label in heat.groups["label"]]
    row = 32 if any("<br>" in name for name in names) else 21
    tall = _KEY + row * len(names) + _GAP + _BARS
    figure = empty_figure(title=title, height=tall)
    figure.layout.height += figure.layout.margin.t + figure.layout.margin.b
    figure.layout.margin.l = label_room(names) + 16
    figure.add_trace(_cells(heat))
    for first, last in heat.partial_runs():
        ends = (first - 0.5, last + 0.5)
        figure.add_trace(hatched_box(ends, (-0.5, len(names) - 0.5), number=1))
    bars = paper_bars(shares, number=2)
    figure.add_trace(bars.update(x=list(range(len(heat.periods))), width=0.7))
    figure.add_trace(_key())
    _set_axes(figure, heat, shares, names=names, tall=tall)
    add_notes(figure, [*heat_notes(shares, heat), *([note] if note else [])])
    return figure


def _key() -> go.Heatmap:
    steps = [i / 47 for i in range(48)]
    common = {"xaxis": "x3", "yaxis": "y3", "hoverinfo": "skip", "showscale": False}
    return go.Heatmap(z=[steps], x=steps, y=[0], zmin=0, zmax=1, colorscale=_RAMP, **common)


def _cells(heat: Heat) -> go.Heatmap:
    level = [[None if np.isnan(cell) else float(cell) for cell in row] for row in heat.level]
    words = {"text": heat.words, "texttemplate": "%{text}", "textfont": {"size": 10}}
    return go.Heatmap(
        z=level,
        x=list(range(len(heat.periods))),
        y=list(range(len(heat.groups))),
        zmin=0,
        zmax=1,
        colorscale=_RAMP,
        showscale=False,
        xgap=1 if len(heat.periods) <= 60 else 0,
        ygap=1,
        hoverongaps=False,
        hoverinfo="text",
        hovertext=_hover(heat),
        **(words if any(map(any, heat.words)) else {}),
    )


def _hover(heat: Heat) -> list[list[str]]:
    periods = list(heat.periods.itertuples(index=False))
    return [
        [
            share_hover(
                str(label),
                period=period.period_label,
                counts=(int(heat.n_papers[row, column]), period.n_total),
                shares=(heat.share[row, column], heat.low[row, column], heat.high[row, column]),
                is_partial=period.is_partial,
            )
            for column, period in enumerate(periods)
        ]
        for row, label in enumerate(heat.groups["label"])
    ]


def _set_axes(
    figure: go.Figure, heat: Heat, shares: pd.DataFrame, *, names: list[str], tall: int
) -> None:
    labelled = tick_rows(shares, limit=9)
    columns = {**_QUIET, "range": [-0.5, len(heat.periods) - 0.5], "domain": [0, 1]}
    figure.update_layout(
        xaxis={**columns, "anchor": "y", "showticklabels": False, "matches": "x2"},
        xaxis2={
            **columns,
            **_MARKED,
            "anchor": "y2",
            "tickvals": labelled.index.tolist(),
            "ticktext": labelled["period_label"].tolist(),
            "showline": True,
            "linecolor": GREY,
        },
        yaxis={
            **_QUIET,
            "anchor": "x",
            "domain": [(_BARS + _GAP) / tall, 1 - _KEY / tall],
            "range": [len(names) - 0.5, -0.5],
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "tickfont": {"size": 12},
        },
        yaxis2={
            **_QUIET,
            "anchor": "x2",
            "domain": [0, _BARS / tall],
            "rangemode": "tozero",
            "nticks": 3,
            "tickformat": ",d",
            "title": {"text": "papers", "font": {"size": 11, "color": MUTED}},
        },
    )
    _set_key_axes(figure, heat, tall=tall)


def _set_key_axes(figure: go.Figure, heat: Heat, *, tall: int) -> None:
    figure.update_layout(
        xaxis3={
            **_QUIET,
            **_MARKED,
            "anchor": "y3",
            "domain": [0.7, 1],
            "range": [0, 1],
            "fixedrange": True,
            "tickvals": [at for at, _ in heat.key],
            "ticktext": [words for _, words in heat.key],
            "tickfont": {"size": 10, "color": MUTED},
        },
        yaxis3={
            **_QUIET,
            "anchor": "x3",
            "domain": [1 - 10 / tall, 1],
            "showticklabels": False,
            "fixedrange": True,
        },
    )
