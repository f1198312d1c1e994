"""The charts of the report page as values that its scripts draw from; each text embedded once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.escaping import clean, first_lines, for_plotly, safe_url
from analysis.base.schema import COUNTED_WEIGHT
from analysis.figures.frames import (
    chart_note,
    event_table,
    map_points,
    share_table,
    then_and_now_table,
)
from analysis.figures.interactive import burst_timeline, share_over_time, then_and_now, topic_map
from analysis.figures.style import GREY

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_POINTS = 2_500
"""Beyond this the report draws an even sample: each point takes half a kilobyte, and `map.html`
has them all."""

MOST_LETTERS = 200
"""Of each abstract, shown next to a point."""

MOST_LINES = 12

COLOURINGS = {"cluster": "Clusters", "topic": "Topics", "date": "Date"}
_KINDS = {"topic": "Topics", "cluster": "Clusters"}
_BY = {"cluster": "cluster", "topic": "strongest topic", "date": "date"}
_EMBEDDED_ONCE = (
    *("x", "y", "text", "hovertext", "customdata", "hovertemplate", "ids", "hoverinfo"),
    "unselected",
)
_ONLY_IN_HOVER = ("title", "snippet", "topics", "topics_why")
"""Only hover texts are made of these."""


class TrendChart(NamedTuple):
    """A chart over time: its element's id, its title in words, and what the script draws from."""

    id: str
    words: str
    data: dict[str, Any]


def map_chart(run: Run) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return what the page draws its map from, and what it says about the map.

    Parameters
    ----------
    run : Run

    Returns
    -------
    data : dict
        For the page's script: `charts` and, if there is a map, `papers` and `groups`.
    facts : dict or None
        `by`, `pale` (weight under which points are pale, or None), `n_drawn`, `n_papers`; None if
        there is no map.
    """
    if run.map.empty:
        return {"charts": []}, None
    points = map_points(run)
    drawn = sample(points)
    chart = {"id": "topic-map", "kind": "map", **colouring(drawn, color=colourings(drawn)[0])}
    facts = {
        "by": _BY[str(chart["key"])],
        "pale": f"{COUNTED_WEIGHT:g}" if chart["key"] == "cluster" else None,
        "n_drawn": len(drawn),
        "n_papers": len(points),
    }
    data = {"charts": [chart], "papers": paper_columns(drawn), "groups": landmarks(drawn)}
    return data, facts


def trend_charts(run: Run) -> list[TrendChart]:
    """Return the charts over time of each kind of group: shares, then and now, bursts."""
    charts = []
    for kind, name in _KINDS.items():
        for what, (heading, figure) in _figures(run, kind=kind).items():
            id = f"{what}-{kind}"
            data = {"id": id, "kind": "share", **plain_figure(figure)}
            charts.append(TrendChart(id, f"{name}: {heading}", data))
    return charts


def _figures(run: Run, *, kind: str) -> dict[str, tuple[str, go.Figure]]:
    shares = share_table(run, kind=kind)
    if shares.empty:
        return {}
    note = chart_note(run)
    over = share_over_time(shares, top=MOST_LINES, note=note)
    figures = {"share": ("share of the papers of each period", over)}
    changes = then_and_now_table(run, kind=kind)
    if (changes["direction"] != "too few to say").any():
        slopes = then_and_now(changes, top=MOST_LINES, note=note)
        figures["then"] = ("shares then and now, the surest changes first", slopes)
    events = event_table(run, kind=kind)
    if len(events):
        figures["bursts"] = ("bursts and changes of course", burst_timeline(events, note=note))
    return figures


def sample(points: pd.DataFrame) -> pd.DataFrame:
    """Return `MOST_POINTS` evenly spaced rows of `points`, or all where there are no more."""
    if len(points) <= MOST_POINTS:
        return points
    rows = np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int)
    return points.iloc[rows].reset_index(drop=True)


def colourings(points: pd.DataFrame) -> list[str]:
    """Return what the map can be coloured by: what at least one point has; else one grey map."""
    has = {"cluster": "cluster", "topic": "topic", "date": "published"}
    return [name for name, column in has.items() if points[column].notna().any()] or ["topic"]


def paper_columns(points: pd.DataFrame) -> dict[str, Sequence[object]]:
    """Return what a map needs of its papers, column by column, in the order of `points`."""
    return {
        **{axis: [round(float(value), 4) for value in points[axis]] for axis in ("x", "y")},
        "title": texts(points["title"]),
        "date": texts(points["date"]),
        "url": [safe_url(url) for url in points["url"]],
        "cluster": texts(points["cluster"]),
        "topics": texts(points["topics"]),
        "snippet": [first_lines(text, limit=MOST_LETTERS) for text in texts(points["snippet"])],
    }


def colouring(points: pd.DataFrame, *, color: str) -> dict[str, object]:
    """Return the map in one colouring: layout, and traces with row numbers for coordinates.

    The traces keep the marker that `topic_map` gave them. The place and hover text of each point
    are left out: the page has them once, in `paper_columns`.
    """
    bare = points.assign(**dict.fromkeys(_ONLY_IN_HOVER, ""))
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


def topic_choices(points: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what the map can be filtered by: each topic's id, label and rows, most papers first.

    The last is "in no topic" with an empty id, if there are such papers; nothing if no paper has a
    topic.
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
    out: list[dict[str, Any]] = [{"id": t, "label": labels[t], "rows": rows[t]} for t in chosen]
    rest = [row for row, ids in enumerate(points["topic_ids"]) if not ids]
    return [*out, {"id": "", "label": "in no topic", "rows": rest}] if out and rest else out


def landmarks(points: pd.DataFrame) -> list[dict[str, object]]:
    """Return the clusters to name on the map, largest first: label, its length, row numbers."""
    rows = pd.Series(range(len(points)), index=points.index)
    groups = rows.groupby(points["cluster"].astype(object)).agg(list).items()
    return [
        {"plotly_label": for_plotly(clean(label)), "letters": len(clean(label)), "rows": of_group}
        for label, of_group in sorted(groups, key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def plain_figure(figure: go.Figure) -> dict[str, Any]:
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
    marker = {"color": point[f"{color}_color"], "symbol": point[f"{color}_symbol"]}
    return {"label": clean(label), **marker}
