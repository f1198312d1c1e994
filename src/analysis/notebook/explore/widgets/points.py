"""The map as a plotly FigureWidget: points, density, the paper in hand, labels.

One trace holds all points, so that a point's number is its paper's and every change of colour or
filter is one small message of binary arrays. Texts are escaped for plotly.
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

from ..frames.colors import Looks
from ..frames.labels import Window

HEIGHT = 560
SVG_POINTS = 5_000
"""Above so many points they are drawn by WebGL, where the browser has it."""

SVG_MOST = 20_000
"""Without WebGL a density stands for more papers than these."""

GL_POINTS = 100_000
"""Above so many papers a density stands for them, and points come where the map is magnified."""

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
    """Everything that the map shows; arrays have one entry a paper.

    `drawn` are the rows that are sent as points, in their order; `dense` whether a density
    stands for the papers.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    looks: Looks
    opacity: NDArray[np.float32]
    drawn: NDArray[np.int64]
    dense: bool
    shown: NDArray[np.bool_]
    chosen: NDArray[np.bool_]
    labels: pd.DataFrame
    window: Window
    in_hand: tuple[int, ...] = ()


def opacities(
    papers: pd.DataFrame, *, shown: NDArray[np.bool_], chosen: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return how solid each point is: faint where filtered out, pale where poorly placed.

    Where papers are chosen plotly draws the others at a fifth of this, which pale ones would not
    survive; so all are nearly solid then.
    """
    pale, clear = (0.75, 1.0) if chosen.any() else (_PALE, _CLEAR)
    weights = papers["cluster_weight"].fillna(1).to_numpy()
    solid = np.where(weights < COUNTED_WEIGHT, pale, clear)
    return np.where(shown | chosen, solid, _HIDDEN).astype("float32")


def drawn_rows(
    x: NDArray[np.float32], y: NDArray[np.float32], *, window: Window, limit: int = GL_POINTS
) -> tuple[NDArray[np.int64], bool]:
    """Return the rows to draw as points, and whether a density stands for the others.

    Up to `limit` papers all are points. Above, those in the window where they are at most
    a third of `limit`, else an evenly spaced sample of them.
    """
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(placed) <= limit:
        return placed, False
    inside = (x >= window.x[0]) & (x <= window.x[1]) & (y >= window.y[0]) & (y <= window.y[1])
    rows = np.flatnonzero(inside)
    if len(rows) > limit // 3:
        rows = rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype("int64")]
    return rows, True


def map_widget(scene: Scene, *, width: int, webgl: bool = True) -> go.FigureWidget:
    """Return the map as a widget; traces are named "density", "papers" and "in hand"."""
    many = webgl and (scene.dense or len(scene.drawn) > SVG_POINTS)
    points = (go.Scattergl if many else go.Scatter)(
        name="papers", mode="markers", hoverinfo="none", showlegend=False
    )
    rings = go.Scatter(
        name="in hand",
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
    figure.set_trait("_config", {**figure._config, **_CONFIG})  # plotly has no other way to say it
    draw(figure, scene, places=True, window=True)
    return figure


def draw(
    figure: go.FigureWidget, scene: Scene, *, places: bool = False, window: bool = False
) -> None:
    """Bring the widget in step with the scene, in one message.

    Parameters
    ----------
    figure : FigureWidget
        From `map_widget`; changed in place.
    scene : Scene
    places : bool
        Send the points' places too (they change only with a density).
    window : bool
        Send the ranges of the axes too, as when the view is reset.
    """
    density, points, rings = figure.data
    with figure.batch_update():
        if places:
            points.x, points.y = scene.x[scene.drawn], scene.y[scene.drawn]
        points.marker.update(_marker(scene))
        points.selectedpoints = _selected(scene)
        hand = list(scene.in_hand)
        rings.x, rings.y = scene.x[hand], scene.y[hand]
        if scene.dense:
            density.update(_density(scene))
        figure.layout.annotations = annotations(scene.labels)
        if window:
            figure.layout.xaxis.range = scene.window.x
            figure.layout.yaxis.range = scene.window.y


def annotations(labels: pd.DataFrame) -> list[dict[str, Any]]:
    """Return placed labels as plotly's annotations; the view's style sheet gives them colours."""
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
        Numbers of the points that the browser found.
    selector : LassoSelector, BoxSelector or None
        Its outline; asked where a density stands for papers that are not drawn.
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
    looks, rows = scene.looks, scene.drawn
    marker: dict[str, Any] = {
        "color": looks.values[rows],
        "colorscale": [list(step) for step in looks.scale],
        "cmin": looks.low,
        "cmax": looks.high,
        "opacity": scene.opacity[rows],
        "size": point_size(len(scene.x)),
        "symbol": "circle" if looks.symbols is None else looks.symbols[rows],
        "line": {"width": 0.5, "color": "rgba(128,128,128,.45)"},
        "showscale": bool(looks.ticks),
    }
    if looks.ticks:
        marker["colorbar"] = {
            "title": {"text": for_plotly(looks.title), "side": "top", "font": {"size": 12}},
            "tickvals": [value for value, _ in looks.ticks],
            "ticktext": [for_plotly(word) for _, word in looks.ticks],
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
    """Numbers of the chosen points, of all where none is chosen.

    None would say the same, but plotly's widget takes back what the browser has confirmed, so that
    a None after a choice would never be sent.
    """
    if not scene.chosen.any():
        return np.arange(len(scene.drawn), dtype="int32")
    return np.flatnonzero(scene.chosen[scene.drawn]).astype("int32")


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
