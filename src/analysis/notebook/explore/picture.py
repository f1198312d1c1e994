"""The map as a small picture, for viewers without widgets: GitHub, nbconvert, e-mail."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from PIL import Image

from analysis.figures.printed.sheet import print_style, printable_lines
from analysis.figures.style import GREY, INK, MUTED

from .map_figure import Scene, point_size

SENTENCE = (
    "This is a picture of the map. Run the cell in JupyterLab to search it and select papers."
)
_DPI = 80
_SAMPLE = 20_000
_COLORS = 96


def map_picture(scene: Scene, *, words: str) -> bytes:
    """Draw the map as PNG.

    Parameters
    ----------
    scene : Scene
        Its window sets the picture's size in pixels.
    words : str
        What is shown; written below the map, with a sentence on how to see more.

    Returns
    -------
    bytes
        A PNG of a few tens of kilobytes.
    """
    texts = [words, *(line for lines in scene.labels["lines"] for line in lines)]
    with print_style(texts):
        return _picture(scene, words=words)


def _picture(scene: Scene, *, words: str) -> bytes:
    window = scene.window
    width, height = window.width / 100, window.height / 100
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
            parse_math=False,
            bbox={"facecolor": (1, 1, 1, 0.7), "edgecolor": "none", "pad": 1},
        )
    for number, (text, color) in enumerate(((words, INK), (SENTENCE, MUTED))):
        line = printable_lines(text, width=130, lines=1)
        y = (0.32 - 0.2 * number) / (height + 0.5)
        figure.text(0.01, y, line, size=8, color=color, parse_math=False)
    out, small = BytesIO(), BytesIO()
    figure.savefig(out, format="png")
    Image.open(out).convert("RGB").quantize(_COLORS).save(small, format="png", optimize=True)
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
