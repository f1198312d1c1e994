"""What a view's map shows: its window, the papers drawn as points, and the labels of clusters.

Labels are those of broader clusters zoomed out, of finer ones zoomed in, without overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.style import wrap

from .colors import Coloring

HEIGHT = 560

GL_POINTS = 100_000
"""Above this many papers a density is drawn, and points only when zoomed in."""

SVG_MOST = 20_000
"""Without WebGL, more papers than this are drawn as a density."""

CLOSE = 1.8
"""Zoom factor at which the labels of a level are replaced by those of its parts."""

_AREA = 15_000
_LETTERS = 20
_LONG_WORD = 30
_LINES = 3
_MARGIN = 4
_SIZES = (15, 12.5, 11)
_SAMPLE = 3_000
_CLEAR, _PALE, _HIDDEN = 0.88, 0.38, 0.07


Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a label in pixels."""


@dataclass(frozen=True)
class Window:
    """The visible part of the map: ranges of both axes, and the plot's size in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: int
    height: int


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


def inside(scene: Scene, points: Sequence[int], selector: Any) -> NDArray[np.int64]:
    """Return the rows of the papers within a lasso or box, from the `points` a browser reports.

    If papers are drawn as a density and not as points, the outline of plotly's `selector` counts.
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


class Spot(Protocol):
    """A position on the map."""

    x: float
    y: float


def whole_map(x: pd.Series, y: pd.Series, *, width: int, height: int) -> Window:
    """Return the window that shows all points, with a margin, at the same scale on both axes."""
    ends = [(float(v.min()), float(v.max())) if v.notna().any() else (0.0, 1.0) for v in (x, y)]
    return fit_window(*ends, width=width, height=height, margin=0.06)


def fit_window(
    x: Sequence[float], y: Sequence[float], *, width: int, height: int, margin: float = 0.0
) -> Window:
    """Return the smallest window of the plot's shape that contains both ranges."""
    spans = (abs(x[1] - x[0]), abs(y[1] - y[0]))
    per_pixel = max(spans[0] / width, spans[1] / height, 1e-9)
    if max(spans) == 0:
        per_pixel = 1 / min(width, height)

    def around(ends: Sequence[float], side: int) -> tuple[float, float]:
        centre, half = (ends[0] + ends[1]) / 2, per_pixel * (1 + 2 * margin) * side / 2
        return centre - half, centre + half

    return Window(around(x, width), around(y, height), width, height)


def resize_window(window: Window, width: int) -> Window:
    """Return a window with the same middle and scale on a plot of another width."""
    if width == window.width:
        return window
    middle = (window.x[0] + window.x[1]) / 2
    half = (window.x[1] - window.x[0]) / window.width * width / 2
    return replace(window, x=(middle - half, middle + half), width=width)


def place_labels(spots: pd.DataFrame, *, window: Window, whole: Window) -> pd.DataFrame:
    """Return the labels of the visible clusters and their positions.

    Parameters
    ----------
    spots : DataFrame
        From `map_labels`: `level` (0 the broadest), `group_id`, `parent_id`, `label`,
        `n_papers`, `x`, `y`.
    window, whole : Window
        The visible part, and the part that is visible when zoomed out.

    Returns
    -------
    DataFrame
        `group_id`, `level`, `lines` (list of str), `size` (pixels), `x`, `y` (map units): labels
        whose spot is in the window, without overlaps, in the order in which they were placed.
        Zoomed out, broader ones first, then the largest finer ones while there is room. With
        each zoom by `CLOSE` one level is replaced by its parts; a cluster without parts keeps
        its label.
    """
    columns = ["group_id", "level", "lines", "size", "x", "y"]
    visible = spots[spots["x"].between(*window.x) & spots["y"].between(*window.y)]
    zoom = (whole.x[1] - whole.x[0]) / (window.x[1] - window.x[0])
    passed = int(np.log(max(zoom, 1)) / np.log(CLOSE))
    visible = visible[
        (visible["level"] >= passed) | ~visible["group_id"].isin(spots["parent_id"].dropna())
    ]
    order = visible.sort_values(["level", "n_papers"], ascending=[True, False], kind="stable")
    most = max(4, window.width * window.height // _AREA)
    finest = int(spots["level"].nunique() == 1)
    taken: list[Box] = []
    rows: list[list[Any]] = []
    for spot in order.itertuples(index=False):
        if len(rows) >= most:
            break
        size = _SIZES[min(int(spot.level) + finest, len(_SIZES) - 1)]
        lines = label_lines(str(spot.label))
        box = _free(_box(spot, lines=lines, size=size, window=window), taken=taken, window=window)
        if box is None:
            continue
        taken.append(box)
        x, y = _spot(box, window=window)
        rows.append([spot.group_id, int(spot.level), lines, size, x, y])
    return pd.DataFrame(rows, columns=columns)


def label_lines(label: str) -> list[str]:
    """Break a label into at most three lines, without breaking a word of up to 30 letters."""
    longest = max((len(word) for word in label.split()), default=0)
    width = longest if _LETTERS < longest <= _LONG_WORD else _LETTERS
    return wrap(label, width=width, lines=_LINES)


def _box(spot: Spot, *, lines: list[str], size: float, window: Window) -> Box:
    """Return the box of a label around its spot."""
    x = (spot.x - window.x[0]) / (window.x[1] - window.x[0]) * window.width
    y = (window.y[1] - spot.y) / (window.y[1] - window.y[0]) * window.height
    wide = max(len(line) for line in lines) * size * 0.56 + 2 * _MARGIN
    high = len(lines) * size * 1.3 + _MARGIN
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _free(box: Box, *, taken: list[Box], window: Window) -> Box | None:
    """Return the box, or the nearest free one above or below, inside the window; else None."""
    step = (box[3] - box[1]) / 2
    for rise in (0, -step, step, -2 * step, 2 * step):
        left, top, right, bottom = box[0], box[1] + rise, box[2], box[3] + rise
        aside = max(0.0, -left) - max(0.0, right - window.width)
        moved = (left + aside, top, right + aside, bottom)
        inside = moved[0] >= 0 and top >= 0 and bottom <= window.height
        if inside and not any(
            moved[0] < other[2]
            and other[0] < moved[2]
            and moved[1] < other[3]
            and other[1] < moved[3]
            for other in taken
        ):
            return moved
    return None


def _spot(box: Box, *, window: Window) -> tuple[float, float]:
    (left, right), (low, high) = window.x, window.y
    x = left + (box[0] + box[2]) / 2 / window.width * (right - left)
    return float(x), float(high - (box[1] + box[3]) / 2 / window.height * (high - low))
