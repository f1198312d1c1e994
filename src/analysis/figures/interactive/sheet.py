"""Parts that interactive figures share: the empty figure, notes, hatching, text for plotly."""

from __future__ import annotations

import plotly.graph_objects as go

from analysis.base.escaping import for_plotly

from ..style import GREY, INK, MUTED, PALE, columns_of, wrap

FONT = {"family": "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif", "size": 13, "color": INK}
SMALL = {"size": 11, "color": MUTED}

QUIET = {"showgrid": False, "zeroline": False}
GRID = {"showgrid": True, "gridcolor": "#eceef1"}
TICKS = {"ticks": "outside", "ticklen": 4, "tickcolor": PALE}
BASELINE = {"showline": True, "linecolor": GREY}
"""Parts of the description of an axis."""

LEADER = {"arrowhead": 0, "arrowwidth": 0.7, "arrowcolor": GREY}
"""The line from an annotation to what it labels."""


def plotly_text(text: str, *, width: int = 1000, lines: int | None = None) -> str:
    """Return `text` wrapped, truncated after `lines` and escaped line by line."""
    return "<br>".join(for_plotly(line) for line in wrap(text, width=width, lines=lines))


def empty_figure(*, title: str | None, height: int = 0, inner: int = 0) -> go.Figure:
    """Return an empty white figure of a `height`, or of an `inner` height without the margins."""
    figure = go.Figure()
    above, below = 56 if title else 40, 16
    figure.update_layout(
        template="none",  # whatever plotly's default is
        paper_bgcolor="white",
        plot_bgcolor="white",
        font=FONT,
        height=height or inner + above + below,
        # One of plotly's default buttons would send the chart and its data to a server.
        modebar={"remove": ["sendChartToCloud"]},
        margin={"l": 16, "r": 16, "t": above, "b": below},
        hoverlabel={"align": "left", "bgcolor": "white", "bordercolor": "#c9cdd3"},
        hoverlabel_font={"size": 12, "color": INK},
    )
    if title:
        x = {"x": 0, "xref": "container", "xanchor": "left"}
        y = {"y": 1, "yref": "container", "yanchor": "top"}
        text = f"<b>{plotly_text(title, width=90, lines=2)}</b>"
        style = {"pad": {"t": 14, "l": 16}, "font": {"size": 16}}
        figure.update_layout(title={"text": text, **x, **y, **style})
    return figure


def sentence_figure(text: str, *, title: str | None) -> go.Figure:
    """Return a figure with a sentence that says why there is nothing to draw."""
    figure = empty_figure(title=title, height=240)
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    middle = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
    return figure.add_annotation(text=plotly_text(text, width=90), showarrow=False, **middle)


def add_notes(figure: go.Figure, sentences: list[str], *, below: int = 26) -> go.Figure:
    """Write the sentences that are not empty `below` pixels under the panels, and make room."""
    text = plotly_text(" ".join(filter(None, sentences)), width=120)
    x = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 16 - figure.layout.margin.l}
    y = {"y": 0, "yref": "paper", "yanchor": "top", "yshift": -below}
    figure.add_annotation(text=text, **x, **y, align="left", showarrow=False, font=SMALL)
    room = 16 * (text.count("<br>") + 1) + below - 6
    figure.layout.margin.b += room
    figure.layout.height += room
    return figure


def label_room(texts: list[str], *, size: int = 12) -> int:
    """Return the width in pixels of the longest line of the texts; lines end at `<br>`."""
    lines = [line for text in texts for line in text.split("<br>")]
    return round(max(map(columns_of, lines), default=0) * size * 0.62)


def hatched_box(xs: tuple[object, object], ys: tuple[float, float], *, number: int) -> go.Scatter:
    """Return a hatched rectangle in panel `number`, for what is incomplete."""
    lines = {"shape": "/", "size": 8, "solidity": 0.12}
    return go.Scatter(
        x=[xs[0], xs[1], xs[1], xs[0]],
        y=[ys[0], ys[0], ys[1], ys[1]],
        xaxis=f"x{number}",
        yaxis=f"y{number}",
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillpattern={**lines, "fgcolor": "#c3c8cf", "bgcolor": "rgba(0,0,0,0)"},
        hoverinfo="skip",
        showlegend=False,
    )
