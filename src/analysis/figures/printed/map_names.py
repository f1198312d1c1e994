"""Names on a print map: how large, broken into which lines, where, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import Stroke
from matplotlib.text import Text

from ..style import INK, MUTED, darken
from .label_placement import Label, Place, place_labels
from .map_layers import GREY_INK, Poster, marker_size
from .sheet import printable_lines

_SIZES = {"name": (7.5, 17.0), "heading": (15.0, 19.0), "title": (6.2, 6.2)}
_FINEST_TYPE = 4.5
_MEASURED = 20.0
_FILLED = 0.2
_LINES = ((44, 1), (26, 2), (17, 3))
"""Letters in a line and lines: a name is broken in each of these ways, the best one is taken."""
_TITLE_LINES = ((60, 2), (34, 3))
_KEY = 1.0
_HIDING = 0.28
"""Price of a hidden paper for each square point of its marker."""
_HEADING_COLOR = "#8a919b"


def draw_names(
    poster: Poster,
    names: pd.DataFrame,
    *,
    points: pd.DataFrame,
    marks: Mapping[str, tuple[str, bool]],
    grey: bool,
) -> int:
    """Write the names where there is room, and return how many found none.

    Parameters
    ----------
    poster : Poster
    names : DataFrame
        `group_id`, `label`, `color`, `n_papers`, `x`, `y`, `parent_id`; those that matter most
        first. Names that others name as their parent are headings.
    points : DataFrame
        With `cluster_id`.
    marks : mapping of str to (str, bool)
        Marker to stand beside a name, by group.
    grey : bool
        Without colour.
    """
    if names.empty:
        return 0
    kinds = _kinds(names, points)
    sizes = _type_sizes(names, kinds=kinds)
    keys = np.array([_KEY if group in marks else 0.0 for group in names["group_id"]])
    texts = [_text(poster, row, kind=kind, grey=grey)
             for row, kind in zip(names.itertuples(), kinds, strict=True)]  # fmt: skip
    wordings = [_wordings(str(label), kind=kind)
                for label, kind in zip(names["label"], kinds, strict=True)]  # fmt: skip
    measured = [_boxes(*each) for each in zip(texts, wordings, strict=True)]
    boxes = [_at_size(*each) for each in zip(measured, sizes, keys, strict=True)]
    sizes = sizes * _smaller(boxes, kinds=kinds, sizes=sizes, area=poster.width * poster.height)
    # A font is looked up anew for each size, which takes longer than drawing with it.
    sizes = np.maximum(np.floor(4 * sizes) / 4, _FINEST_TYPE)
    boxes = [_at_size(*each) for each in zip(measured, sizes, keys, strict=True)]
    wanted = [
        Label(x, y, box, own=own, line=kind != "heading")
        for (x, y), box, own, kind in zip(
            poster.places(names), boxes, _own_points(names, points), kinds, strict=True
        )
    ]
    found = place_labels(
        wanted, points=poster.places(points), width=poster.width, height=poster.height,
        hiding=_HIDING * marker_size(len(points)) ** 2,
    )  # fmt: skip
    for i, place in enumerate(found):
        if place is None:
            texts[i].remove()
            continue
        texts[i].set(text=wordings[i][place.variant], fontsize=sizes[i])
        mark = marks.get(names["group_id"].iloc[i])
        _set(poster, texts[i], place, key=keys[i] * sizes[i], mark=mark)
    return sum(place is None for place in found)


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


def _text(poster: Poster, row: tuple, *, kind: str, grey: bool) -> Text:
    color = _HEADING_COLOR if kind == "heading" else INK if grey else darken(str(row.color))
    return poster.axes.text(
        0, 0, "", color=MUTED if kind == "title" else color, ha="center", va="center",
        fontweight="bold" if kind == "name" else "normal", linespacing=1.05, parse_math=False,
        zorder=4 if kind == "heading" else 6,
    )  # fmt: skip


def _wordings(label: str, *, kind: str) -> list[str]:
    longest = min(26, max(map(len, label.split()), default=1))
    ways = _TITLE_LINES if kind == "title" else _LINES
    found = [
        printable_lines(label, width=max(width, longest), lines=lines) for width, lines in ways
    ]
    whole = [text for text in found if not text.endswith("…")] or found[-1:]
    return list(dict.fromkeys(whole))


def _boxes(text: Text, wordings: Sequence[str]) -> list[tuple[float, float]]:
    """Return width and height of each wording in type of `_MEASURED` points."""
    canvas = text.figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()
    text.set_fontsize(_MEASURED)
    found = []
    for wording in wordings:
        text.set_text(wording)
        box = text.get_window_extent(renderer)
        inch = text.figure.dpi / 72
        found.append((box.width / inch, box.height / inch))
    return found


def _at_size(boxes: list[tuple[float, float]], size: float, key: float) -> list[tuple]:
    grown = size / _MEASURED
    return [(grown * width + key * size, grown * height) for width, height in boxes]


def _smaller(
    boxes: Sequence[Sequence[tuple[float, float]]],
    *,
    kinds: Sequence[str],
    sizes: np.ndarray,
    area: float,
) -> np.ndarray:
    """Return factors for the type sizes at which all names fill no more than a share of the page.

    Headings keep their size; no name becomes smaller than can be read under a magnifying glass.
    """
    filled = sum(box[0][0] * box[0][1] for box in boxes)
    factor = min(1.0, float(np.sqrt(_FILLED * area / max(filled, 1e-9))))
    factors = np.maximum(factor, np.minimum(1.0, _FINEST_TYPE / sizes))
    return np.where(np.array(kinds) == "heading", max(factor, 0.7), factors)


def _own_points(names: pd.DataFrame, points: pd.DataFrame) -> list[np.ndarray]:
    """Return for each name which points are of its group or of one within it."""
    children: dict[str, list[str]] = {}
    for group, parent in zip(names["group_id"], names["parent_id"], strict=True):
        if isinstance(parent, str):
            children.setdefault(parent, []).append(group)
    rows = dict(points.groupby("cluster_id", sort=False).indices)
    titled = np.flatnonzero(points["paper_id"].isin(names["group_id"]))
    rows |= {points["paper_id"].iloc[row]: [row] for row in titled}
    found = []
    for group in names["group_id"]:
        within = [group]
        for one in within:
            within += children.get(one, [])
        own = np.zeros(len(points), dtype=bool)
        for one in within:
            own[rows.get(one, [])] = True
        found.append(own)
    return found


def _set(
    poster: Poster, text: Text, place: Place, *, key: float, mark: tuple[str, bool] | None
) -> None:
    """Put a name at its place: halo, leader line, marker, and the text itself on top.

    The halo is a text of its own, for a text with path effects would be outlines in a PDF.
    """
    axes = poster.axes
    x = place.x + key / 2
    text.set_position((x, place.y))
    halo = axes.text(
        x, place.y, text.get_text(), fontproperties=text.get_fontproperties(), color="white",
        ha="center", va="center", linespacing=1.05, parse_math=False, zorder=text.zorder - 0.5,
        path_effects=[Stroke(linewidth=0.16 * text.get_fontsize() + 0.8, foreground="white")],
    )  # fmt: skip
    halo.set_gid("halo")
    color = text.get_color()
    if place.line:
        start, end = (place.line[0], place.line[2]), (place.line[1], place.line[3])
        axes.plot(start, end, color="white", linewidth=2.0, alpha=0.7, zorder=3)
        axes.plot(start, end, color=color, linewidth=0.6, zorder=3.1, gid="leader")
        axes.plot(*place.line[:2], marker="o", markersize=2.2, color=color, zorder=3.1)
    if mark:
        left = place.x - place.width / 2 + 0.4 * key
        look = {"color": GREY_INK, "markeredgecolor": GREY_INK, "markeredgewidth": 0.7}
        face = GREY_INK if mark[1] else "white"
        axes.plot(
            left,
            place.y,
            marker="o",
            markersize=0.85 * text.get_fontsize(),
            color="white",
            alpha=0.85,
            markeredgewidth=0,
            zorder=5,
        )
        axes.plot(left, place.y, marker=mark[0], markersize=0.55 * text.get_fontsize(),
                  markerfacecolor=face, zorder=6, **look)  # fmt: skip
