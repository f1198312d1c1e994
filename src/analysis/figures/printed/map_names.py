"""Labels on a print map: type size, line breaks, position and drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import Stroke
from matplotlib.text import Text

from ..label_placement import Label, Place, hiding_cost, place_labels
from ..naming import rows_of_groups
from ..style import INK, MUTED, darken
from .map_layers import GREY_INK, Poster
from .sheet import printable_lines

_SIZES = {"name": (7.5, 17.0), "heading": (15.0, 19.0), "title": (6.2, 6.2)}
_FINEST_TYPE = 4.5
_MEASURED = 20.0
_FILLED = 0.2
_LINES = ((44, 1), (26, 2), (17, 3))
"""Letters per line and number of lines: the ways in which a label may be broken."""
_TITLE_LINES = ((60, 2), (34, 3))
_KEY = 1.0
_HEADING_COLOR = "#8a919b"

GREY_MARKS = (
    *(("o", True), ("s", False), ("^", True), ("D", False), ("v", True), ("o", False)),
    *(("s", True), ("^", False), ("D", True), ("v", False), ("P", True), ("X", True)),
)
"""Markers and whether they are filled, in the order in which grey maps use them."""


Box = tuple[float, float]
"""Width and height."""


def draw_names(
    poster: Poster,
    names: pd.DataFrame,
    *,
    points: pd.DataFrame,
    marks: Mapping[str, tuple[str, bool]],
    grey: bool,
) -> int:
    """Write the labels where there is room, and return how many have none.

    Parameters
    ----------
    poster : Poster
    names : DataFrame
        `group_id`, `label`, `color`, `n_papers`, `x`, `y`, `parent_id`; most important first.
        Groups that are the parent of others are headings.
    points : DataFrame
        With `cluster_id`.
    marks : mapping of str to (str, bool)
        Marker beside a label, by group.
    grey : bool
        Draw without colour.
    """
    if names.empty:
        return 0
    kinds = _kinds(names, points)
    sizes = _type_sizes(names, kinds=kinds)
    keys = np.array([_KEY if group in marks else 0.0 for group in names["group_id"]])
    texts = [
        _text(poster, color=color, kind=kind, grey=grey)
        for color, kind in zip(names["color"], kinds, strict=True)
    ]
    wordings = [
        _wordings(str(label), kind=kind) for label, kind in zip(names["label"], kinds, strict=True)
    ]
    measured = [_boxes(*each) for each in zip(texts, wordings, strict=True)]
    boxes = [_at_size(*each) for each in zip(measured, sizes, keys, strict=True)]
    sizes = sizes * _smaller(boxes, kinds, sizes, area=poster.width * poster.height)
    # A font is looked up again for each size, which takes longer than drawing with it.
    sizes = np.maximum(np.floor(4 * sizes) / 4, _FINEST_TYPE)
    boxes = [_at_size(*each) for each in zip(measured, sizes, keys, strict=True)]
    labels = [
        Label(x, y, box, is_own=own, line=kind != "heading")
        for (x, y), box, own, kind in zip(
            poster.places(names), boxes, _own(names, points), kinds, strict=True
        )
    ]
    positions = place_labels(
        labels,
        points=poster.places(points),
        width=poster.width,
        height=poster.height,
        hiding=hiding_cost(len(points)),
    )
    for i, place in enumerate(positions):
        if place is None:
            texts[i].remove()
            continue
        texts[i].set(text=wordings[i][place.variant], fontsize=sizes[i])
        mark = marks.get(names["group_id"].iloc[i])
        _draw_at(poster, texts[i], place, key=keys[i] * sizes[i], mark=mark)
    return positions.count(None)


def _kinds(names: pd.DataFrame, points: pd.DataFrame) -> list[str]:
    parents = set(names["parent_id"].dropna())
    clusters = set(points["cluster_id"].dropna())
    return [
        "heading" if group in parents else "name" if group in clusters else "title"
        for group in names["group_id"]
    ]


def _type_sizes(names: pd.DataFrame, *, kinds: Sequence[str]) -> np.ndarray:
    share = pd.Series(names["n_papers"].to_numpy(dtype="float64"))
    most = share.groupby(list(kinds)).transform("max")
    part = np.sqrt((share / most.clip(lower=1)).to_numpy())
    low, high = (np.array([_SIZES[kind][end] for kind in kinds]) for end in (0, 1))
    return low + (high - low) * part


def _text(poster: Poster, *, color: str, kind: str, grey: bool) -> Text:
    color = _HEADING_COLOR if kind == "heading" else INK if grey else darken(color)
    return poster.axes.text(
        0,
        0,
        "",
        color=MUTED if kind == "title" else color,
        ha="center",
        va="center",
        fontweight="bold" if kind == "name" else "normal",
        linespacing=1.05,
        zorder=4 if kind == "heading" else 6,
    )


def _wordings(label: str, *, kind: str) -> list[str]:
    longest = min(26, max(map(len, label.split()), default=1))
    ways = _TITLE_LINES if kind == "title" else _LINES
    broken = [
        printable_lines(label, width=max(width, longest), lines=lines) for width, lines in ways
    ]
    whole = [text for text in broken if not text.endswith("…")] or broken[-1:]
    return list(dict.fromkeys(whole))


def _boxes(text: Text, wordings: Sequence[str]) -> list[Box]:
    """Return width and height of each wording in type of `_MEASURED` points."""
    figure = text.get_figure(root=True)
    assert figure is not None
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()
    text.set_fontsize(_MEASURED)
    boxes = []
    for wording in wordings:
        text.set_text(wording)
        box = text.get_window_extent(renderer)
        inch = figure.dpi / 72
        boxes.append((box.width / inch, box.height / inch))
    return boxes


def _at_size(boxes: list[Box], size: float, key: float) -> list[Box]:
    grown = size / _MEASURED
    return [(grown * width + key * size, grown * height) for width, height in boxes]


def _smaller(
    boxes: Sequence[Sequence[Box]], kinds: Sequence[str], sizes: np.ndarray, *, area: float
) -> np.ndarray:
    """Return factors for the type sizes at which all labels fill at most `_FILLED` of the page.

    Headings shrink less; no label becomes smaller than `_FINEST_TYPE`.
    """
    filled = sum(box[0][0] * box[0][1] for box in boxes)
    factor = min(1.0, float(np.sqrt(_FILLED * area / max(filled, 1e-9))))
    factors = np.maximum(factor, np.minimum(1.0, _FINEST_TYPE / sizes))
    return np.where(np.array(kinds) == "heading", max(factor, 0.7), factors)


def _own(names: pd.DataFrame, points: pd.DataFrame) -> list[np.ndarray]:
    """Return for each label which points belong to its group; for a title, its paper."""
    rows = rows_of_groups(names, points=points)
    titled = points["paper_id"].isin(names["group_id"])
    rows |= {points["paper_id"].iloc[row]: [row] for row in np.flatnonzero(titled)}
    return [np.isin(np.arange(len(points)), rows[group]) for group in names["group_id"]]


def _draw_at(
    poster: Poster, text: Text, place: Place, *, key: float, mark: tuple[str, bool] | None
) -> None:
    """Draw a label at its position: halo, leader line, marker, and the text on top.

    The halo is a separate text, because a text with path effects would become outlines in a PDF.
    """
    axes = poster.axes
    x = place.x + key / 2
    size = float(text.get_fontsize())
    text.set_position((x, place.y))
    halo = axes.text(
        x,
        place.y,
        text.get_text(),
        fontproperties=text.get_fontproperties(),
        color="white",
        ha="center",
        va="center",
        linespacing=1.05,
        zorder=text.zorder - 0.5,
        path_effects=[Stroke(linewidth=0.16 * size + 0.8, foreground="white")],
    )
    halo.set_gid("halo")
    color = text.get_color()
    if place.line:
        start, end = (place.line[0], place.line[2]), (place.line[1], place.line[3])
        axes.plot(start, end, color="white", linewidth=2.0, alpha=0.7, zorder=3)
        axes.plot(start, end, color=color, linewidth=0.6, zorder=3.1, gid="leader")
        axes.plot(*place.line[:2], marker="o", markersize=2.2, color=color, zorder=3.1)
    if mark:
        left = place.x - place.width / 2 + 0.4 * key
        white: dict[str, Any] = {"color": "white", "alpha": 0.85, "markeredgewidth": 0}
        axes.plot(left, place.y, marker="o", markersize=0.85 * size, zorder=5, **white)
        axes.plot(
            left,
            place.y,
            marker=mark[0],
            markersize=0.55 * size,
            markerfacecolor=GREY_INK if mark[1] else "white",
            color=GREY_INK,
            markeredgecolor=GREY_INK,
            markeredgewidth=0.7,
            zorder=6,
        )


def grey_marks(spots: pd.DataFrame) -> dict[str, tuple[str, bool]]:
    """Return a marker per cluster for grey print, different from those of its nearest neighbours.

    Parameters
    ----------
    spots : DataFrame
        `group_id`, `x`, `y`, largest cluster first.
    """
    marks: dict[str, tuple[str, bool]] = {}
    places = spots[["x", "y"]].to_numpy(dtype="float64")
    ids = spots["group_id"].tolist()
    for i, group in enumerate(ids):
        near = np.argsort(np.hypot(*(places[:i] - places[i]).T), kind="stable")
        taken = [marks[ids[j]] for j in near[: len(GREY_MARKS) - 1]]
        marks[group] = next(mark for mark in GREY_MARKS if mark not in taken)
    return marks
