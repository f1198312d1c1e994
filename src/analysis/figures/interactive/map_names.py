"""Labels of clusters on the interactive map, placed by the rule of all maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..label_placement import Label, hiding_cost, place_labels
from ..naming import named_groups, rows_of_groups
from ..style import darken
from .sheet import plotly_text

LABELS_ON_MAP = 30

_ROOM = (660, 540)
"""Width and height of the axes in a usual window, for which labels are placed."""

_FILLED = 0.9
"""Part of the width or height that the papers take up, between plotly's margins of an axis."""

_LINE = 20
_LETTER = 6.6


def map_annotations(points: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the labels of the largest clusters for which a map of the usual size has room.

    Parameters
    ----------
    points : DataFrame
        From `map_points`.

    Returns
    -------
    list of dict
        Annotations, at most `LABELS_ON_MAP`.
    """
    looks = {"label": ("cluster", "first"), "color": ("cluster_color", "first")}
    names = points.groupby("cluster_id").agg(**looks, n_papers=("x", "size"))
    if names.empty:
        return []
    names = names.rename_axis("group_id").reset_index()
    names = names.assign(level=0, parent_id=None, x=0.0, y=0.0)
    names = named_groups(names, points=points).head(LABELS_ON_MAP)
    anchors, places = on_axes(names, points=points), on_axes(points, points=points)
    own = rows_of_groups(names, points=points)
    boxes = [[(min(len(label), 26) * _LETTER + 8, _LINE)] for label in names["label"]]
    labels = [
        Label(x, y, box, is_own=np.isin(np.arange(len(points)), own[group]))
        for (x, y), box, group in zip(anchors, boxes, names["group_id"], strict=True)
    ]
    width, height = _ROOM
    found = place_labels(
        labels, points=places, width=width, height=height, hiding=hiding_cost(len(points))
    )
    return [
        _annotation(names.iloc[i], place.x - x, place.y - y, line=place.line is not None)
        for i, ((x, y), place) in enumerate(zip(anchors, found, strict=True))
        if place
    ]


def on_axes(frame: pd.DataFrame, *, points: pd.DataFrame) -> np.ndarray:
    """Return `x` and `y` of a frame in pixels on axes of the usual size, shape (n, 2)."""
    low, high = (points[["x", "y"]].agg(how).to_numpy(dtype="float64") for how in ("min", "max"))
    scale = _FILLED * min(np.array(_ROOM) / np.maximum(high - low, 1e-9))
    middle = (low + high) / 2
    return (frame[["x", "y"]].to_numpy(dtype="float64") - middle) * scale + np.array(_ROOM) / 2


def _annotation(name: pd.Series, right: float, up: float, *, line: bool) -> dict[str, Any]:
    """Return a label so many pixels from its place, with a line to it or without."""
    color = darken(name["color"])
    away: dict[str, Any] = {"showarrow": False, "xshift": right, "yshift": up}
    if line:
        # The centre of the text is where the arrow begins.
        style = {"arrowhead": 0, "arrowwidth": 0.8, "arrowcolor": color}
        away = {"showarrow": True, "ax": right, "ay": -up, **style}
    text = f"<b>{plotly_text(name['label'], width=26, lines=1)}</b>"
    font = {"size": 11, "color": color}
    halo = {"bgcolor": "rgba(255,255,255,.72)", "borderpad": 1}
    return {"x": name["x"], "y": name["y"], "text": text, "font": font, **halo, **away}
