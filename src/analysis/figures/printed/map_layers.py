"""The sheet of a print map, and the layers under its labels: points and density glow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from analysis.base.schema import COUNTED_WEIGHT

from ..style import GREY, MUTED
from .sheet import MARKERS, printable_lines

MAP_WIDTH = 11.0
"""Width of a print map in inches; as a vector graphic it scales to any poster."""

_DPI = 144
_EDGE = 22.0
_HEAD, _FOOT = 72.0, 44.0
_MARGIN = (64.0, 34.0)
_FLATTEST, _TALLEST = 0.5, 1.1

VECTOR_POINTS = 2_000
"""Beyond this many papers, points are rasterised in SVG and PDF; labels remain text."""

GREY_INK = "#3d434b"
_GLOW_CELLS = 360
_FINER = 2
_GLOW_STEPS = 6
_SPREAD = 0.013


@dataclass(frozen=True)
class Poster:
    """A figure whose axes are in points of 1/72 inch, and the transformation from the map to it.

    The point `middle` of the map is in the middle of the axes; one unit is `scale` points long.
    """

    figure: Figure
    axes: Axes
    width: float
    height: float
    middle: tuple[float, float]
    scale: float

    def places(self, frame: pd.DataFrame) -> np.ndarray:
        """Return `x` and `y` of a frame in points on the page, shape (n, 2)."""
        out = (frame[["x", "y"]].to_numpy(dtype="float64") - self.middle) * self.scale
        return out + np.array([self.width, self.height]) / 2


def new_poster(points: pd.DataFrame) -> Poster:
    """Return an empty poster with room for `points` (`x`, `y`) and labels around them."""
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
    style: dict[str, Any] = {"va": "top", "parse_math": False}
    heading = printable_lines(title, width=52, lines=1) if title else ""
    poster.figure.text(left, 1 - 16 / total, heading, fontsize=21, fontweight="bold", **style)
    below = printable_lines(subtitle, width=105, lines=1) if subtitle else ""
    poster.figure.text(left, 1 - 46 / total, below, fontsize=11, color=MUTED, **style)
    notes = printable_lines(foot, width=190, lines=3) if foot else ""
    poster.figure.text(
        left, (_FOOT - 4) / total, notes, fontsize=7.5, color=MUTED, linespacing=1.4, **style
    )


def marker_size(n: int) -> float:
    """Return the diameter of a paper's marker in points, for `n` papers."""
    return float(np.clip(7.0 * (177 / max(n, 1)) ** 0.36, 0.8, 9.0))


def draw_points(
    axes: Axes, points: pd.DataFrame, *, places: np.ndarray, marks: Mapping[str, tuple[str, bool]]
) -> None:
    """Draw the papers; with `marks` in grey, each cluster with its marker."""
    size = marker_size(len(points)) ** 2
    raster = len(points) > VECTOR_POINTS
    styles = _point_styles(points, marks)
    order = styles.groupby(["marker", "filled"], sort=True).indices
    for (marker, filled), rows in order.items():
        colors = styles["rgba"].iloc[rows].tolist()
        axes.scatter(
            places[rows, 0],
            places[rows, 1],
            s=size,
            marker=marker,
            facecolors=colors if filled else "none",
            edgecolors="white" if filled and not raster else "none" if filled else colors,
            linewidths=0.4 if filled else min(0.6, size**0.5 / 4),
            rasterized=raster,
            zorder=2,
        )


def _point_styles(points: pd.DataFrame, marks: Mapping[str, tuple[str, bool]]) -> pd.DataFrame:
    clusters = points["cluster_id"]
    if marks:
        colors = pd.Series(GREY_INK, index=points.index)
        styles = [marks.get(group, ("o", True)) for group in clusters]
    else:
        colors = points["cluster_color"].astype("object").where(clusters.notna(), GREY)
        markers = points["cluster_symbol"].map(MARKERS).astype("object").fillna("o")
        styles = [(marker, True) for marker in markers]
    pale = (points["cluster_weight"] < COUNTED_WEIGHT) | clusters.isna()
    # Fewer papers are drawn with stronger colours.
    thin = min(1.0, (6_000 / max(len(points), 1)) ** 0.2)
    known = {color: to_rgb(color) for color in colors.unique()}
    rgba = [(*known[c], (0.38 if p else 0.85) * thin) for c, p in zip(colors, pale, strict=True)]
    return pd.DataFrame(styles, columns=["marker", "filled"]).assign(rgba=rgba)


def draw_glow(
    axes: Axes, points: pd.DataFrame, *, places: np.ndarray, room: tuple[float, float], grey: bool
) -> None:
    """Tint the page in steps where clusters are dense, each in its colour."""
    clustered = points["cluster_id"].notna().to_numpy()
    if not clustered.any():
        return
    cell = max(room) / _GLOW_CELLS
    shape = (int(room[1] / cell) + 1, int(room[0] / cell) + 1)
    spread = _SPREAD * _GLOW_CELLS
    cells = np.minimum((places[clustered] / cell).astype(int), np.array(shape)[::-1] - 1)
    flat = cells[:, 1] * shape[1] + cells[:, 0]
    codes, names = pd.factorize(points["cluster_color"][clustered])
    inks = np.array([to_rgb(GREY_INK if grey else name) for name in names])
    # Blurring is linear: the colours of the papers are summed per cell and blurred once.
    weight, *mixed = (
        gaussian_filter(
            np.bincount(flat, weights=part, minlength=shape[0] * shape[1]).reshape(shape),
            spread,
            mode="constant",
            truncate=3.0,
        )
        for part in (np.ones(len(flat)), *inks[codes].T)
    )
    image = np.dstack(
        [
            np.dstack(mixed) / np.maximum(weight, 1e-12)[..., None],
            _steps(weight, top=0.28 if grey else 0.34),
        ]
    )
    # Not resampled: a glow at 300 dots per inch would be most of a file's bytes.
    axes.imshow(
        (255 * _finer(_finer(image).swapaxes(0, 1)).swapaxes(0, 1) + 0.5).astype("uint8"),
        extent=(0, shape[1] * cell, 0, shape[0] * cell),
        origin="lower",
        interpolation="none",
        zorder=1,
        aspect="auto",
    )


def _finer(image: np.ndarray) -> np.ndarray:
    """Return `_FINER` times as many rows, interpolated linearly."""
    rows = np.linspace(0, len(image) - 1, _FINER * len(image), dtype="float32")
    first = np.minimum(rows.astype(int), max(len(image) - 2, 0))
    part = (rows - first).astype("float32")[:, None, None]
    image = image.astype("float32")
    return image[first] * (1 - part) + image[np.minimum(first + 1, len(image) - 1)] * part


def _steps(weight: np.ndarray, *, top: float) -> np.ndarray:
    """Return opacities that rise with density in soft steps, like the contours of a map."""
    busy = weight[weight > weight.max() * 0.03]
    level = np.searchsorted(np.quantile(busy, np.linspace(0.0, 0.9, _GLOW_STEPS)), weight)
    return gaussian_filter(level * top / _GLOW_STEPS, 0.6)
