"""Traces of a share chart: line, band, dashed end, other groups in grey, bars of papers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from analysis.base.schema import SPANS

from ..frames.trends import ShareRow
from ..shares import event_marks, mark_height, partial_runs, periods_of
from ..style import GREY, MUTED, PALE, darken, percent, share_words
from .sheet import plotly_text


def group_traces(
    rows: pd.DataFrame, *, label: str, number: int, limit: float, symbol: str = ""
) -> list[go.Scatter]:
    """Return a group's band first, then its line, dashed end and markers for values off the axis.

    The markers have the shape `symbol`, or the group's own shape if it is empty.
    """
    first = rows.iloc[0]
    color = first["color"]
    hover = [share_hover(row) for row in rows.itertuples(index=False)]
    common = _common(rows, number=number)
    full = rows["share"].where(~rows["is_partial"])
    marker = {"symbol": symbol or first["symbol"], "size": 6, "color": color}
    traces = [
        _band(rows, color=color, common=common),
        go.Scatter(
            **{**common, "showlegend": True},
            name=plotly_text(label, width=40, lines=1),
            x=dates(rows),
            y=_numbers(full),
            mode="lines+markers" if len(rows) <= 40 else "lines",
            line={"color": color, "width": 2},
            marker=marker,
            hovertext=hover,
        ),
    ]
    if rows["is_partial"].any():
        traces.append(_dashed(rows, hover=hover, marker=marker, common=common))
    above = (rows["share"] > limit).to_numpy()
    if above.any():
        traces.append(
            go.Scatter(
                **common,
                x=dates(rows[above]),
                y=[0.95 * limit] * int(above.sum()),
                mode="markers+text",
                text=[f" {percent(share)} %" for share in rows.loc[above, "share"]],
                textposition="middle right",
                textfont={"size": 9, "color": MUTED},
                marker={"symbol": "triangle-up", "size": 8, "color": color},
                cliponaxis=False,
                hovertext=[text for text, over in zip(hover, above, strict=True) if over],
            )
        )
    return traces


def _common(rows: pd.DataFrame, *, number: int) -> dict[str, Any]:
    """Return what all traces of a group in panel `number` have in common."""
    group = {"legendgroup": str(rows["group_id"].iloc[0]), "showlegend": False}
    return {"xaxis": f"x{number}", "yaxis": f"y{number}", "hoverinfo": "text", **group}


def _dashed(
    rows: pd.DataFrame, *, hover: list[str], marker: dict[str, Any], common: dict[str, Any]
) -> go.Scatter:
    """Draw the partial periods, each stretch from the full period before to the one after it."""
    drawn = np.zeros(len(rows), dtype=bool)
    for first, last in partial_runs(rows["is_partial"]):
        drawn[max(0, first - 1) : last + 2] = True
    start = int(np.argmax(drawn))
    tail = rows.iloc[start:]
    sizes = [marker["size"] + 1 if partial else 0 for partial in tail["is_partial"]]
    return go.Scatter(
        **common,
        x=dates(tail),
        y=_numbers(tail["share"].where(drawn[start:])),
        mode="lines+markers",
        line={"color": marker["color"], "width": 2, "dash": "dot"},
        marker={
            **marker,
            "symbol": f"{marker['symbol']}-open",
            "size": sizes,
            "line": {"width": 2, "color": marker["color"]},
        },
        hovertext=hover[start:],
    )


def _band(rows: pd.DataFrame, *, color: str, common: dict[str, Any]) -> go.Scatter:
    """Fill the interval, one polygon for each stretch without a gap."""
    red, green, blue = hex_to_rgb(color)
    known = rows["share"].notna()
    stretches = rows[known].groupby((~known).cumsum()[known])
    xs: list[str | None] = []
    ys: list[float | None] = []
    for _, stretch in stretches:
        days = dates(stretch)
        xs += [*days, *reversed(days), None]
        ys += [*stretch["share_high"], *reversed(stretch["share_low"].tolist()), None]
        if len(days) == 1:
            width = (stretch["period_end"].iloc[0] - stretch["period"].iloc[0]) * 0.1
            left, right = (str(stretch["period"].iloc[0] + step) for step in (-width, width))
            low, high = stretch["share_low"].iloc[0], stretch["share_high"].iloc[0]
            xs[-3:] = [left, right, right, left, None]
            ys[-3:] = [high, high, low, low, None]
    return go.Scatter(
        **{**common, "hoverinfo": "skip"},
        x=xs,
        y=ys,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},.16)",
    )


def event_traces(
    rows: pd.DataFrame, *, events: pd.DataFrame | None, number: int, limit: float
) -> list[go.Scatter]:
    """Return a broad line for each burst of a group and ▲ or ▼ for each change of course."""
    color = str(rows["color"].iloc[0])
    common = _common(rows, number=number)
    traces = []
    for mark in event_marks(rows, events=events):
        part = rows.iloc[mark.first : mark.last + 1]
        words = plotly_text(f"{rows['label'].iloc[0]}: {mark.words}", width=60)
        if mark.what in SPANS:
            style = {"mode": "lines", "line": {"color": color, "width": 9}, "opacity": 0.4}
            if len(part) == 1:
                style = {"mode": "markers", "marker": {"color": color, "size": 16}, "opacity": 0.4}
            place = {"x": dates(part), "y": _numbers(part["share"])}
        else:
            symbol = "triangle-up" if mark.sign > 0 else "triangle-down"
            line = {"color": "white", "width": 1}
            marker = {"symbol": symbol, "size": 10, "color": darken(color), "line": line}
            style = {"mode": "markers", "cliponaxis": False, "marker": marker}
            height = mark_height(part, sign=mark.sign, limit=limit)
            place = {"x": dates(part.head(1)), "y": [height]}
        traces.append(go.Scatter(**common, **style, **place, hovertext=[words] * len(part)))
    return traces


def other_lines(groups: list[pd.DataFrame], *, number: int) -> go.Scatter:
    """Return one grey trace with the lines of several groups, to draw behind the panel's own."""
    xs: list[str | None] = []
    ys: list[float | None] = []
    for rows in groups:
        xs += [*dates(rows), None]
        ys += [*_numbers(rows["share"]), None]
    return go.Scatter(
        x=xs,
        y=ys,
        xaxis=f"x{number}",
        yaxis=f"y{number}",
        mode="lines",
        line={"width": 1, "color": PALE},
        hoverinfo="skip",
        showlegend=False,
    )


def paper_bars(shares: pd.DataFrame, *, number: int) -> go.Bar:
    """Return bars of the number of papers per period, partial periods paler."""
    periods = periods_of(shares)
    days = (periods["period_end"] - periods["period"]).dt.days + 1
    words = [
        f"{row.period_label}: {row.n_total:,} {'paper' if row.n_total == 1 else 'papers'}"
        + _partial_words(row.is_partial)
        for row in periods.itertuples(index=False)
    ]
    partial = periods["is_partial"]
    pattern = {
        "shape": ["/" if is_partial else "" for is_partial in partial],
        **{"fgcolor": MUTED, "bgcolor": PALE, "size": 7, "solidity": 0.2},
    }
    return go.Bar(
        x=dates(periods),
        y=periods["n_total"].tolist(),
        width=(days * 86_400_000 * 0.7).tolist(),
        text=[f"{n:,}" for n in periods["n_total"]] if len(periods) <= 12 else None,
        textposition="outside",
        textfont={"size": 10, "color": MUTED},
        cliponaxis=False,
        marker={
            "color": [PALE if is_partial else GREY for is_partial in partial],
            "line": {"width": 0},
            "pattern": pattern,
        },
        hovertext=words,
        hoverinfo="text",
        showlegend=False,
        xaxis=f"x{number}",
        yaxis=f"y{number}",
    )


def share_hover(row: ShareRow) -> str:
    """Return the hover text of a group's share in a period."""
    heading = f"<b>{plotly_text(str(row.label), width=60, lines=2)}</b><br>{row.period_label}: "
    if row.n_total == 0:
        return heading + "no papers"
    words = share_words(row.n_papers, row.n_total, row.share, row.share_low, row.share_high)
    return heading + words + _partial_words(row.is_partial)


def _partial_words(is_partial: bool) -> str:
    return "<br>incomplete period" if is_partial else ""


def dates(rows: pd.DataFrame) -> list[str]:
    """Return the rows' periods as ISO days."""
    return rows["period"].dt.strftime("%Y-%m-%d").tolist()


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]
