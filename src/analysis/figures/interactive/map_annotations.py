"""Labels of clusters and the menu of topics on the interactive map."""

from __future__ import annotations

from collections import Counter
from typing import Any, Protocol

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ..frames.groups import densest_point
from ..style import darken
from .sheet import plotly_text

LABELS_ON_MAP = 30
MAP_HEIGHT = 680

_ASSUMED_WIDTH = 760
_LINE = 20
_LETTER = 6.6
_FADED = 0.06
_MENU_ROOM = 34


class Spot(Protocol):
    """A cluster's label and its position on the map."""

    label: str
    color: str
    x: float
    y: float


def add_labels(figure: go.Figure, points: pd.DataFrame) -> None:
    """Write the labels of the largest clusters where their papers are densest, if there is room."""
    clustered = points[points["cluster_id"].notna()]
    if clustered.empty:
        return
    spots = clustered.groupby("cluster_id").agg(
        label=("cluster", "first"), color=("cluster_color", "first"), n=("paper_id", "size")
    )
    centers = {
        group: densest_point(rows["x"].to_numpy(), rows["y"].to_numpy())
        for group, rows in clustered.groupby("cluster_id")
    }
    spots["x"] = [centers[group][0] for group in spots.index]
    spots["y"] = [centers[group][1] for group in spots.index]
    spots = spots.sort_values(["n"], ascending=False, kind="stable").head(LABELS_ON_MAP)
    for spot, shift in _with_room(spots, points=points):
        figure.add_annotation(
            x=float(spot.x),
            y=float(spot.y),
            yshift=shift,
            text=f"<b>{plotly_text(spot.label, width=26, lines=1)}</b>",
            showarrow=False,
            font={"size": 11, "color": darken(spot.color)},
            bgcolor="rgba(255,255,255,.72)",
            borderpad=1,
        )


def _with_room(spots: pd.DataFrame, *, points: pd.DataFrame) -> list[tuple[Spot, int]]:
    """Return the labels with a vertical shift in pixels at which none hides a larger cluster's.

    Labels without room are left out. Computed for a map of the usual size; the legend has all
    labels.
    """
    span = max(
        float(np.ptp(points["x"])) / _ASSUMED_WIDTH, float(np.ptp(points["y"])) / MAP_HEIGHT, 1e-9
    )
    taken: list[tuple[float, float, float]] = []
    out = []
    for spot in spots.itertuples():
        half = (min(len(str(spot.label)), 26) * _LETTER + 8) / 2
        x, y = spot.x / span, spot.y / span
        for shift in (0, _LINE, -_LINE, 2 * _LINE, -2 * _LINE):
            free = all(
                abs(x - other_x) > half + other_half or abs(y + shift - other_y) >= _LINE
                for other_x, other_y, other_half in taken
            )
            if free:
                taken.append((x, y + shift, half))
                out.append((spot, shift))
                break
    return out


def add_topic_menu(figure: go.Figure, points: pd.DataFrame) -> None:
    """Add a menu of topics to a map whose points carry `customdata` = [paper_id, ...].

    Parameters
    ----------
    figure : Figure
        Changed in place; left alone if no topic counts any paper.
    points : DataFrame
        From `map_points`: `paper_id`, `topic_ids`, `topic_labels`. A topic shows all papers
        that it counts, not only those whose strongest topic it is.
    """
    labels = {
        topic: label
        for ids, names in zip(points["topic_ids"], points["topic_labels"], strict=True)
        for topic, label in zip(ids, names, strict=True)
    }
    if not labels:
        return
    topics_of = dict(zip(points["paper_id"], map(set, points["topic_ids"]), strict=True))
    sizes = Counter(topic for topics in topics_of.values() for topic in topics)
    choices: list[tuple[str, list[Any]]] = [("All papers", [None] * len(figure.data))]
    for topic in sorted(labels, key=lambda topic: (-sizes[topic], topic)):
        rows = [
            [place for place, point in enumerate(trace.customdata) if topic in topics_of[point[0]]]
            for trace in figure.data
        ]
        choices.append(
            (f"{plotly_text(labels[topic], width=40, lines=1)} ({sizes[topic]:,})", rows)
        )
    rest = [
        [place for place, point in enumerate(trace.customdata) if not topics_of[point[0]]]
        for trace in figure.data
    ]
    if any(rest):
        choices.append((f"In no topic ({sum(map(len, rest)):,})", rest))
    figure.update_traces(unselected={"marker": {"opacity": _FADED}})
    figure.update_layout(
        updatemenus=[
            {
                "buttons": [
                    {"label": label, "method": "restyle", "args": [{"selectedpoints": rows}]}
                    for label, rows in choices
                ],
                "x": 0,
                "xanchor": "left",
                "y": 1,
                "yanchor": "bottom",
                "pad": {"b": 6},
                "bgcolor": "white",
                "font": {"size": 12},
            }
        ]
    )
    figure.layout.margin.t += _MENU_ROOM
