"""The map as a plotly FigureWidget: points, density, open paper, labels.

One trace contains all points, so that a point's number is its paper's and every change of colour
or filter is one small message of binary arrays. Text is escaped for plotly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from analysis.base.escaping import for_plotly
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.interactive.sheet import FONT

from .colors import Coloring
from .labels import Window

HEIGHT = 560
SVG_POINTS = 5_000
"""Above this many points, WebGL draws them if the browser has it."""

SVG_MOST = 20_000
"""Without WebGL, more papers than this are drawn as a density."""

GL_POINTS = 100_000
"""Above this many papers a density is drawn, and points only when zoomed in."""

_SAMPLE = 3_000
_CELLS = 220
_CLEAR, _PALE, _HIDDEN = 0.88, 0.38, 0.07
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


@dataclass(frozen=True)
class Scene:
    """Everything that the map shows; arrays have one entry per paper.

    `drawn` are the rows that are sent as points, in their order; `dense` is whether the papers
    are drawn as a density.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    coloring: Coloring
    opacity: NDArray[np.float32]
    drawn: NDArray[np.int64]
    dense: bool
    shown: NDArray[np.bool_]
    selected: NDArray[np.bool_]
    labels: pd.DataFrame
    window: Window
    open_rows: tuple[int, ...] = ()


def opacities(
    papers: pd.DataFrame, *, shown: NDArray[np.bool_], selected: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the opacity of each point: faint if filtered out, pale if its weight is low.

    If papers are selected, plotly draws the others at a fifth of their opacity, which would make
    pale ones invisible; so all are nearly opaque then.
    """
    pale, clear = (0.75, 1.0) if selected.any() else (_PALE, _CLEAR)
    weights = papers["cluster_weight"].fillna(1).to_numpy()
    solid = np.where(weights < COUNTED_WEIGHT, pale, clear)
    return np.where(shown | selected, solid, _HIDDEN).astype("float32")


def drawn_rows(
    x: NDArray[np.float32], y: NDArray[np.float32], *, window: Window, limit: int = GL_POINTS
) -> tuple[NDArray[np.int64], bool]:
    """Return the rows to draw as points, and whether a density is drawn for the others.

    Up to `limit` papers, all are points. Above, those in the window if they are at most a third
    of `limit`, else an evenly spaced sample of them.
    """
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(rows) <= limit:
        return rows, False
    inside = (x >= window.x[0]) & (x <= window.x[1]) & (y >= window.y[0]) & (y <= window.y[1])
    rows = np.flatnonzero(inside)
    if len(rows) > limit // 3:
        rows = rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype("int64")]
    return rows, True


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
            "template": "none",
            "font": FONT,
            "height": HEIGHT,
            "width": width,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "dragmode": "lasso",
            "hovermode": "closest",
            "hoverdistance": 12,
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

    Parameters
    ----------
    figure : FigureWidget
        From `figure_widget`; changed in place.
    scene : Scene
    places : bool
        Also send the positions of the points (they change only with a density).
    window : bool
        Also send the ranges of the axes, as when the view is reset.
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


def inside(scene: Scene, points: Sequence[int], selector: Any) -> NDArray[np.int64]:
    """Return the rows of the papers within a lasso or box.

    Parameters
    ----------
    scene : Scene
    points : sequence of int
        Numbers of the points that the browser reports.
    selector : LassoSelector, BoxSelector or None
        Its outline, used if papers are drawn as a density and not as points.
    """
    if not scene.dense or selector is None:
        return scene.drawn[np.asarray(points, dtype="int64")]
    if hasattr(selector, "xrange"):
        (left, right), (low, high) = sorted(selector.xrange), sorted(selector.yrange)
        within = (scene.x >= left) & (scene.x <= right) & (scene.y >= low) & (scene.y <= high)
        return np.flatnonzero(within)
    from matplotlib.path import Path

    outline = Path(np.column_stack([selector.xs, selector.ys]))
    return np.flatnonzero(outline.contains_points(np.column_stack([scene.x, scene.y])))


def point_size(n: int) -> float:
    """Return the diameter in pixels of a point on a map of `n` papers."""
    return float(np.clip(9 * (177 / max(n, 1)) ** 0.22, 2.4, 11))


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
            "orientation": "h",
            "len": 0.4,
            "thickness": 10,
            "x": 0.01,
            "xanchor": "left",
            "y": 0.01,
            "yanchor": "bottom",
            "outlinewidth": 0,
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
        "x0": float(x[0] + x[1]) / 2,
        "dx": float(x[1] - x[0]),
        "y0": float(y[0] + y[1]) / 2,
        "dy": float(y[1] - y[0]),
    }
