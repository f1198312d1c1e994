"""Figures and papers as the values that a page's scripts draw from, each text embedded once."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.escaping import clean, first_lines, for_plotly, safe_url
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.interactive import topic_map
from analysis.figures.style import GREY

MOST_POINTS = 2_500
"""Beyond it the report draws an even sample: each point weighs half a kilobyte, and `map.html` has
them all."""

MOST_LETTERS = 200
"""Of each abstract, shown beside a point."""

PALE_POINTS = (
    f"Pale points lie between clusters: their weight in their own is under {COUNTED_WEIGHT:g}. "
)

COLOURINGS = {"cluster": "Clusters", "topic": "Topics", "date": "Date"}
_EMBEDDED_ONCE = (
    "x",
    "y",
    "text",
    "hovertext",
    "customdata",
    "hovertemplate",
    "ids",
    "hoverinfo",
    "unselected",
)
_SAID_ELSEWHERE = ("title", "snippet", "topics", "topics_why")
"""Only hover texts are made of these."""


def sample(points: pd.DataFrame) -> pd.DataFrame:
    """Return `MOST_POINTS` evenly spaced rows of `points`, or all where there are no more."""
    if len(points) <= MOST_POINTS:
        return points
    rows = np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int)
    return points.iloc[rows].reset_index(drop=True)


def colourings(points: pd.DataFrame) -> list[str]:
    """Say by what the map can be coloured: what at least one point has; else one grey map."""
    has = {"cluster": "cluster", "topic": "topic", "date": "published"}
    return [name for name, column in has.items() if points[column].notna().any()] or ["topic"]


def paper_columns(points: pd.DataFrame) -> dict[str, list[object]]:
    """Return what a map needs of its papers, column by column, in the order of `points`."""
    return {
        "x": _rounded(points["x"]),
        "y": _rounded(points["y"]),
        "title": texts(points["title"]),
        "date": texts(points["date"]),
        "url": [safe_url(url) for url in points["url"]],
        "cluster": texts(points["cluster"]),
        "topics": texts(points["topics"]),
    }


def snippets(points: pd.DataFrame) -> list[str]:
    """Return the first lines of the abstracts."""
    return [first_lines(text, limit=MOST_LETTERS) for text in texts(points["snippet"])]


def colouring(points: pd.DataFrame, *, color: str) -> dict[str, object]:
    """Return the map in one colouring: layout, and traces with row numbers for coordinates.

    The traces keep the marker that `topic_map` gave them. What it says of each point (place,
    hover text) is left out: the page has it once, in `paper_columns`.
    """
    bare = points.assign(**dict.fromkeys(_SAID_ELSEWHERE, ""))
    figure = plain_figure(topic_map(bare, color=color, names=False))
    row_of = dict(zip(points["paper_id"], range(len(points)), strict=True))
    traces = []
    for trace in figure["data"]:
        rows = [row_of[point[0]] for point in trace["customdata"]]
        if not rows:
            continue
        kept = {key: value for key, value in trace.items() if key not in _EMBEDDED_ONCE}
        traces.append({**kept, "rows": rows, **_entry(points.iloc[rows[0]], color=color)})
    return {"key": color, "name": COLOURINGS[color], "traces": traces, "layout": figure["layout"]}


def topic_choices(points: pd.DataFrame) -> list[dict[str, object]]:
    """Return what the map can be narrowed to: each topic's id, label, rows, most papers first.

    The last is "in no topic" with an empty id, where there are such papers; nothing where no paper
    has a topic.
    """
    rows: dict[str, list[int]] = {}
    labels: dict[str, str] = {}
    for row, (ids, names) in enumerate(
        zip(points["topic_ids"], points["topic_labels"], strict=True)
    ):
        for topic, label in zip(ids, names, strict=True):
            rows.setdefault(topic, []).append(row)
            labels[topic] = clean(label)
    chosen = sorted(rows, key=lambda topic: (-len(rows[topic]), topic))
    out: list[dict[str, object]] = [{"id": t, "label": labels[t], "rows": rows[t]} for t in chosen]
    rest = [row for row, ids in enumerate(points["topic_ids"]) if not ids]
    return [*out, {"id": "", "label": "in no topic", "rows": rest}] if out and rest else out


def landmarks(points: pd.DataFrame) -> list[dict[str, object]]:
    """Return the clusters to name on the map, largest first: label, its length, row numbers."""
    rows = pd.Series(range(len(points)), index=points.index)
    named = [
        (label, list(of_group))
        for label, of_group in rows.groupby(points["cluster"].astype(object))
    ]
    return [
        {"plotly_label": for_plotly(clean(label)), "letters": len(clean(label)), "rows": of_group}
        for label, of_group in sorted(named, key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def plain_figure(figure: go.Figure) -> dict[str, object]:
    """Return a figure as plain JSON values, without the template, which the page replaces."""
    plain = json.loads(figure.to_json())
    plain["layout"]["template"] = {}
    return plain


def texts(column: pd.Series) -> list[str]:
    """Return a column's texts without control characters, empty where null."""
    return [clean(value) if isinstance(value, str) else "" for value in column]


def _entry(point: pd.Series, *, color: str) -> dict[str, object]:
    if color == "date":
        dated = pd.notna(point["published"])
        return {"label": "dated"} if dated else {"label": "undated", "color": GREY}
    label = point[color]
    if pd.isna(label):
        return {"label": f"no {color}", "color": GREY}
    looks = {"color": point[f"{color}_color"], "symbol": point[f"{color}_symbol"]}
    return {"label": clean(label), **looks}


def _rounded(column: pd.Series) -> list[float]:
    return [round(float(value), 4) for value in column]
