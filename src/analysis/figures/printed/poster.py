"""The sheet of a print map: axes measured in points, a heading above, notes below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .. import MUTED
from .base import lines_of

MAP_WIDTH = 11.0
"""Width of a print map in inches; as vectors it grows to any poster."""

_DPI = 144
_EDGE = 22.0
_HEAD, _FOOT = 72.0, 44.0
_MARGIN = (64.0, 34.0)
_FLATTEST, _TALLEST = 0.5, 1.1


@dataclass(frozen=True)
class Poster:
    """A figure whose axes are measured in points of 1/72 inch, and the way there from the map.

    `middle` of the map stands in the middle of the axes, one unit of it is `scale` points long.
    """

    figure: Figure
    axes: Axes
    width: float
    height: float
    middle: tuple[float, float]
    scale: float

    def places(self, frame: pd.DataFrame) -> np.ndarray:
        """Return `x`, `y` of a frame in points on the page, shape (n, 2)."""
        out = (frame[["x", "y"]].to_numpy(dtype="float64") - self.middle) * self.scale
        return out + np.array([self.width, self.height]) / 2


def new_poster(points: pd.DataFrame) -> Poster:
    """Return an empty poster with room for `x`, `y` of `points` and labels around them."""
    low, high = (points[["x", "y"]].agg(how).to_numpy(dtype="float64") for how in ("min", "max"))
    span = np.maximum(high - low, 1e-9)
    width = 72 * MAP_WIDTH
    inner = width - 2 * _MARGIN[0]
    tall = inner * float(np.clip(span[1] / span[0], _FLATTEST, _TALLEST))
    height = tall + 2 * _MARGIN[1]
    total = height + _HEAD + _FOOT
    figure = Figure(figsize=(MAP_WIDTH, total / 72), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, _FOOT / total, 1, height / total))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    scale = min(inner / span[0], tall / span[1], inner)
    middle = (low + high) / 2
    return Poster(figure, axes, width, height, (float(middle[0]), float(middle[1])), float(scale))


def write_around(poster: Poster, *, title: str | None, subtitle: str, foot: str) -> None:
    """Write title and subtitle above the map and the notes below it."""
    total = poster.height + _HEAD + _FOOT
    left = _EDGE / poster.width
    look = {"va": "top", "parse_math": False}
    heading = lines_of(title, width=52, lines=1) if title else ""
    poster.figure.text(left, 1 - 16 / total, heading, fontsize=21, fontweight="bold", **look)
    below = lines_of(subtitle, width=105, lines=1) if subtitle else ""
    poster.figure.text(left, 1 - 46 / total, below, fontsize=11, color=MUTED, **look)
    notes = lines_of(foot, width=190, lines=3) if foot else ""
    poster.figure.text(
        left, (_FOOT - 4) / total, notes, fontsize=7.5, color=MUTED, linespacing=1.4, **look
    )
