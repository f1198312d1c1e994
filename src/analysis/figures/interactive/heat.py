"""Shares of groups by period as a heatmap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..heat import Heat, heat_notes, heat_of
from ..shares import NO_SHARES, tick_rows
from ..style import MUTED, RAMP
from . import sheet
from .share_traces import paper_bars, share_hover

_KEY, _BARS, _GAP = 36, 60, 10
_QUIET = {**sheet.QUIET, "ticks": "", "tickfont": sheet.SMALL}
_RAMP = [[i / (len(RAMP) - 1), color] for i, color in enumerate(RAMP)]


def share_heatmap(
    shares: pd.DataFrame, *, title: str | None = None, top: int = 40, note: str = ""
) -> go.Figure:
    """Draw shares as colours, one row per group and one column per period.

    Groups that peaked early are at the top (`heat.heat_of`); the colour ramp is perceptually even,
    also in grey. Partial periods are hatched, periods without papers blank; bars below show the
    number of papers of each period. Up to `heat.NUMBERED` periods, cells show their share in
    percent.

    `title`, `top`, `note`, the result and the errors are those of `share_over_time`.

    Parameters
    ----------
    shares : DataFrame
        From `share_table`.
    """
    if shares.empty:
        return sheet.sentence_figure(NO_SHARES, title=title)
    heat = heat_of(shares, top=top)
    names = [sheet.plotly_text(str(label), width=34, lines=2) for label in heat.groups["label"]]
    row = 32 if any("<br>" in name for name in names) else 21
    tall = _KEY + row * len(names) + _GAP + _BARS
    figure = sheet.empty_figure(title=title, inner=tall)
    figure.layout.margin.l = sheet.label_room(names) + 16
    figure.add_trace(_cells(heat))
    for first, last in heat.partial_runs():
        ends = (first - 0.5, last + 0.5)
        figure.add_trace(sheet.hatched_box(ends, (-0.5, len(names) - 0.5), number=1))
    bars = paper_bars(shares, number=2)
    figure.add_trace(bars.update(x=list(range(len(heat.periods))), width=0.7))
    figure.add_trace(_key())
    _set_axes(figure, heat, shares, names=names, tall=tall)
    return sheet.add_notes(figure, [*heat_notes(shares, heat), note])


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
        hovertext=[[share_hover(row) for row in rows] for rows in heat.cells],
        **(words if any(map(any, heat.words)) else {}),
    )


def _set_axes(
    figure: go.Figure, heat: Heat, shares: pd.DataFrame, *, names: list[str], tall: int
) -> None:
    labelled = tick_rows(shares, limit=9)
    columns = {**_QUIET, "range": [-0.5, len(heat.periods) - 0.5], "domain": [0, 1]}
    papers = {"rangemode": "tozero", "nticks": 3, "tickformat": ",d"}
    figure.update_layout(
        xaxis={**columns, "anchor": "y", "showticklabels": False, "matches": "x2"},
        xaxis2={
            **columns,
            **sheet.TICKS,
            **sheet.BASELINE,
            "anchor": "y2",
            "tickvals": labelled.index.tolist(),
            "ticktext": labelled["period_label"].tolist(),
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
            **papers,
            "anchor": "x2",
            "domain": [0, _BARS / tall],
            "title": {"text": "papers", "font": sheet.SMALL},
        },
        xaxis3={
            **_QUIET,
            **sheet.TICKS,
            "anchor": "y3",
            "domain": [0.7, 1],
            "range": [0, 1],
            "fixedrange": True,
            "tickvals": [level for level, _ in heat.key],
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
