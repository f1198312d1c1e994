"""The map drawn, as a plotly FigureWidget and as a picture.

One trace of the widget contains all points, so that a point's number is its paper's and every
change of colour or filter is one small message of binary arrays. Text is escaped for plotly. The
picture is for viewers without widgets: GitHub, nbconvert, e-mail.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from analysis.base.escaping import for_plotly
from analysis.figures.interactive.sheet import FONT
from analysis.figures.printed.sheet import print_style, printable_lines
from analysis.figures.style import GREY, INK, MUTED

from .scene import HEIGHT, Scene, point_size

SVG_POINTS = 5_000
"""Above this many points, WebGL draws them if the browser has it."""

SENTENCE = (
    "This is a picture of the map. Run the cell in JupyterLab to search it and select papers."
)
_DPI = 80
_SAMPLE = 20_000
_COLORS = 96
_CELLS = 220
_CONFIG = {
    "scrollZoom": True,
    "displaylogo": False,
    "displayModeBar": True,
    "doubleClick": "reset",
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "showTips": False,
    "modeBarButtons": [["lasso2d", "select2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetViews"]],
}


def figure_widget(scene: Scene, *, width: int, webgl: bool = True) -> go.FigureWidget:
    """Return the map as a widget; traces are named "density", "papers" and "open paper"."""
    many = webgl and (scene.dense or len(scene.drawn) > SVG_POINTS)
    trace_class: type[go.Scatter] | type[go.Scattergl] = go.Scattergl if many else go.Scatter
    points = trace_class(name="papers", mode="markers", hoverinfo="none", showlegend=False)
    rings = go.Scatter(
        name="open paper",
        mode="markers",
        hoverinfo="skip",
        showlegend=False,
        marker={"symbol": "circle-open", "color": "#e8590c", "size": 18, "line": {"width": 3}},
    )
    density = go.Heatmap(
        name="density",
        hoverinfo="skip",
        showscale=False,
        zsmooth="best",
        visible=scene.dense,
        colorscale=[[0, "rgba(90,120,200,0)"], [0.25, "rgba(90,120,200,.35)"], [1, "#3b5bdb"]],
    )
    plain = {"visible": False, "showgrid": False, "zeroline": False}
    figure = go.FigureWidget(
        data=[density, points, rings],
        layout={
            **{"template": "none", "font": FONT, "height": HEIGHT, "width": width},
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            **{"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"},
            **{"dragmode": "lasso", "hovermode": "closest", "hoverdistance": 12},
            "xaxis": plain,
            "yaxis": {**plain, "scaleanchor": "x", "scaleratio": 1},
            "newselection": {"line": {"width": 1.5, "dash": "dot", "color": "#8a8f98"}},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "orientation": "v"},
        },
    )
    figure.set_trait("_config", {**figure._config, **_CONFIG})  # plotly has no other way to set it
    draw(figure, scene, places=True, window=True)
    return figure


def draw(
    figure: go.FigureWidget, scene: Scene, *, places: bool = False, window: bool = False
) -> None:
    """Update the widget to the scene, in one message.

    With `places`, also send the positions of the points (they change only with a density); with
    `window`, also the ranges of the axes, as when the view is reset.
    """
    density, points, rings = figure.data
    with figure.batch_update():
        if places:
            points.x, points.y = scene.x[scene.drawn], scene.y[scene.drawn]
        points.marker.update(_marker(scene))
        points.selectedpoints = _selected(scene)
        opened = list(scene.open_rows)
        rings.x, rings.y = scene.x[opened], scene.y[opened]
        if scene.dense:
            density.update(_density(scene))
        figure.layout.annotations = label_annotations(scene.labels)
        if window:
            figure.layout.xaxis.range = scene.window.x
            figure.layout.yaxis.range = scene.window.y


def label_annotations(labels: pd.DataFrame) -> list[dict[str, Any]]:
    """Return labels as plotly annotations; the view's style sheet sets their colours."""
    return [
        {
            "x": row.x,
            "y": row.y,
            "text": "<br>".join(map(for_plotly, row.lines)),
            "showarrow": False,
            "font": {"size": row.size, "weight": 700 if row.level == 0 else 500},
            "captureevents": False,
        }
        for row in labels.itertuples(index=False)
    ]


def _marker(scene: Scene) -> dict[str, Any]:
    coloring, rows = scene.coloring, scene.drawn
    marker: dict[str, Any] = {
        "color": coloring.values[rows],
        "colorscale": [list(step) for step in coloring.scale],
        "cmin": coloring.low,
        "cmax": coloring.high,
        "opacity": scene.opacity[rows],
        "size": point_size(len(scene.x)),
        "symbol": "circle" if coloring.symbols is None else coloring.symbols[rows],
        "line": {"width": 0.5, "color": "rgba(128,128,128,.45)"},
        "showscale": bool(coloring.ticks),
    }
    if coloring.ticks:
        marker["colorbar"] = {
            "title": {"text": for_plotly(coloring.title), "side": "top", "font": {"size": 12}},
            "tickvals": [value for value, _ in coloring.ticks],
            "ticktext": [for_plotly(word) for _, word in coloring.ticks],
            **{"orientation": "h", "len": 0.4, "thickness": 10, "outlinewidth": 0},
            **{"x": 0.01, "xanchor": "left", "y": 0.01, "yanchor": "bottom"},
        }
    return marker


def _selected(scene: Scene) -> NDArray[np.int32]:
    """Return the numbers of the selected points, of all points if none is selected.

    None would mean the same, but plotly's widget drops what the browser has already confirmed, so
    that a None after a selection would never be sent.
    """
    if not scene.selected.any():
        return np.arange(len(scene.drawn), dtype="int32")
    return np.flatnonzero(scene.selected[scene.drawn]).astype("int32")


def _density(scene: Scene) -> dict[str, Any]:
    rows = np.flatnonzero(scene.shown & np.isfinite(scene.x))
    ends = [(float(np.nanmin(v)), float(np.nanmax(v))) for v in (scene.x, scene.y)]
    counts, x, y = np.histogram2d(scene.x[rows], scene.y[rows], bins=_CELLS, range=ends)
    return {
        "z": np.log1p(counts.T).astype("float32"),
        **{"x0": float(x[0] + x[1]) / 2, "dx": float(x[1] - x[0])},
        **{"y0": float(y[0] + y[1]) / 2, "dy": float(y[1] - y[0])},
    }


def map_picture(scene: Scene, *, words: str) -> bytes:
    """Draw the map as PNG, a few tens of kilobytes, in pixels of the scene's window.

    `words` say what is shown; they are written below the map, with a sentence on how to see more.
    """
    window = scene.window
    width, height = window.width / 100, window.height / 100
    with print_style([words, *scene.labels["lines"].explode().dropna()]):
        figure = Figure(figsize=(width, height + 0.5), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0.5 / (height + 0.5), 1, height / (height + 0.5)))
        axes.set(xlim=window.x, ylim=window.y)
        axes.axis("off")
        _draw_points(axes, scene)
        for row in scene.labels.itertuples(index=False):
            axes.text(
                row.x,
                row.y,
                "\n".join(printable_lines(line, width=100, lines=1) for line in row.lines),
                size=row.size * 0.68,
                color=INK,
                weight="bold" if row.level == 0 else "normal",
                ha="center",
                va="center",
                bbox={"facecolor": (1, 1, 1, 0.7), "edgecolor": "none", "pad": 1},
            )
        for number, (text, color) in enumerate(((words, INK), (SENTENCE, MUTED))):
            line = printable_lines(text, width=130, lines=1)
            figure.text(0.01, (0.32 - 0.2 * number) / (height + 0.5), line, size=8, color=color)
        full, small = BytesIO(), BytesIO()
        figure.savefig(full, format="png")
    Image.open(full).convert("RGB").quantize(_COLORS).save(small, format="png", optimize=True)
    return small.getvalue()


def _draw_points(axes: Axes, scene: Scene) -> None:
    rows = np.flatnonzero(np.isfinite(scene.x))
    if len(rows) > _SAMPLE:
        rows = rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype("int64")]
    if not len(rows):
        return
    coloring = scene.coloring
    part = (coloring.values[rows] - coloring.low) / (coloring.high - coloring.low)
    stops = np.array([stop for stop, _ in coloring.scale])
    hues = [hue for _, hue in coloring.scale]
    numbers = np.clip(np.searchsorted(stops, part), 0, len(hues) - 1)
    colors = [hues[i] if hues[i].startswith("#") else GREY for i in numbers]
    alpha = scene.opacity[rows] * np.where(scene.selected[rows] | ~scene.selected.any(), 1, 0.2)
    size = (0.75 * point_size(len(scene.x))) ** 2
    axes.scatter(scene.x[rows], scene.y[rows], s=size, c=to_rgba_array(colors, alpha), linewidths=0)
