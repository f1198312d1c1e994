"""The topic map: one point per paper, labels of clusters, and a menu of topics."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.errors import InputError
from analysis.base.escaping import safe_url
from analysis.base.schema import COUNTED_WEIGHT

from ..style import GREY, MUTED
from .map_names import map_annotations
from .sheet import SMALL, empty_figure, plotly_text, sentence_figure

MAP_HEIGHT = 680

_FADED = 0.06
_MENU_ROOM = 34

COLORINGS = ("cluster", "topic", "date")
OLD_TO_NEW = ["#c3d94e", "#5ec962", "#21918c", "#3b528b", "#440154"]


def topic_map(
    points: pd.DataFrame, *, color: str = "cluster", title: str | None = None
) -> go.Figure:
    """Draw the map of papers, coloured by cluster, topic or date.

    Parameters
    ----------
    points : DataFrame
        From `map_points`.
    color : {"cluster", "topic", "date"}
        By cluster: one trace per cluster, most papers first, labelled on the map; papers whose
        weight in it is below .5 are paler. By topic: one trace per primary topic. Papers without
        a group come last, in grey. By date: from light (old) to dark (new), undated in grey.
    title : str, optional
        Heading of the figure.

    Returns
    -------
    plotly.graph_objects.Figure
        `go.Scatter` traces, each point with `customdata` = [paper_id, url] (url empty if it is
        not http or https). A click in the legend shows one group alone, a double click hides or
        shows it; a menu shows the papers of one topic, whatever the colour. A sentence in place
        of a map if there are no points.

    Raises
    ------
    InputError
        If `color` is not one of the three.
    """
    if color not in COLORINGS:
        raise InputError(
            f"color={color!r}", allowed=", ".join(COLORINGS), next_step="choose one of them"
        )
    if points.empty:
        return sentence_figure("No paper has a position on the map.", title=title)
    figure = empty_figure(title=title, height=MAP_HEIGHT)
    _set_axes(figure)
    if color == "date":
        figure.add_traces(_date_traces(points))
    else:
        figure.add_traces(_group_traces(points, kind=color))
        pale = color == "cluster" and bool((points["cluster_weight"] < COUNTED_WEIGHT).any())
        figure.update_layout(legend=_legend(color, pale=pale))
    if color == "cluster":
        figure.update_layout(annotations=map_annotations(points))
    _add_topic_menu(figure, points)
    return figure


class PointRow(Protocol):
    """A row of `map_points`."""

    title: str
    date: str
    cluster: str
    cluster_weight: float
    topics: str
    topics_why: str
    snippet: str


def _set_axes(figure: go.Figure) -> None:
    plain = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_xaxes(**plain)
    figure.update_yaxes(**plain, scaleanchor="x", scaleratio=1)
    figure.update_layout(dragmode="pan", hovermode="closest", hoverdistance=12)


def _legend(kind: str, *, pale: bool) -> dict[str, Any]:
    lines = [f"<b>{kind.capitalize()}</b> (papers)", "click: show one alone, again: show all"]
    if pale:
        lines.append(f"pale: weight below {COUNTED_WEIGHT}")
    title = {"text": "<br>".join(lines), "font": SMALL}
    clicks = {"itemclick": "toggleothers", "itemdoubleclick": "toggle"}
    style = {"itemsizing": "constant", "font": {"size": 12}, "tracegroupgap": 0}
    return {"title": title, **clicks, **style, "x": 1.01, "y": 1}


def _group_traces(points: pd.DataFrame, *, kind: str) -> list[go.Scatter]:
    by_group = dict(list(points.groupby(f"{kind}_id")))
    traces = []
    for group in sorted(by_group, key=lambda group: (-len(by_group[group]), group)):
        rows = by_group[group]
        first = rows.iloc[0]
        opacity: float | list[float] = 0.85
        if kind == "cluster":
            opacity = np.where(rows["cluster_weight"] < COUNTED_WEIGHT, 0.35, 0.85).tolist()
        style = {"color": first[f"{kind}_color"], "symbol": first[f"{kind}_symbol"]}
        marker = {**style, "opacity": opacity}
        traces.append(_trace(rows, points=points, name=str(first[kind]), marker=marker))
    rest = points[points[f"{kind}_id"].isna()]
    if len(rest):
        marker = {"color": GREY, "symbol": "circle", "opacity": 0.6}
        traces.append(_trace(rest, points=points, name=f"no {kind}", marker=marker))
    return traces


def _date_traces(points: pd.DataFrame) -> list[go.Scatter]:
    undated = points["published"].isna()
    traces = []
    if undated.any():
        marker: dict[str, Any] = {"color": GREY, "opacity": 0.6}
        traces.append(_trace(points[undated], points=points, name="undated", marker=marker))
    if not undated.all():
        rows = points[~undated].sort_values(["published", "paper_id"])
        days = _day_numbers(rows["published"])
        marker = {
            "color": days.tolist(),
            "colorscale": OLD_TO_NEW,
            "cmin": int(days.min()),
            "cmax": int(max(days.max(), days.min() + 1)),
            "opacity": 0.85,
            "colorbar": _color_bar(rows["published"]),
        }
        traces.append(_trace(rows, points=points, name="dated", marker=marker))
    for trace in traces:
        trace.showlegend = len(traces) > 1
    return traces


def _day_numbers(days: pd.Series) -> np.ndarray:
    return days.to_numpy(dtype="datetime64[D]").astype("int64")


def _color_bar(published: pd.Series) -> dict[str, Any]:
    first, last = published.min(), published.max()
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    by_year = months > 30
    step = -(-(months // 12) // 6) if by_year else -(-months // 6)
    ticks = pd.Series(pd.date_range(first, last, freq=f"{step}{'YS' if by_year else 'MS'}"))
    if ticks.empty:
        ticks = pd.Series([first])
    return {
        "title": {"text": "<b>Date</b>", "side": "top", "font": SMALL},
        "tickvals": _day_numbers(ticks).tolist(),
        "ticktext": ticks.dt.strftime("%Y" if by_year else "%Y-%m").tolist(),
        **{"thickness": 14, "len": 0.5, "outlinewidth": 0},
        **{"y": 0.9, "yanchor": "top"},
    }


def _trace(
    rows: pd.DataFrame, *, points: pd.DataFrame, name: str, marker: dict[str, Any]
) -> go.Scatter:
    return go.Scatter(
        x=rows["x"].to_numpy(dtype="float32"),
        y=rows["y"].to_numpy(dtype="float32"),
        mode="markers",
        name=f"{plotly_text(name, width=30, lines=1)} ({len(rows):,})",
        marker={
            "size": _marker_size(len(points)),
            "line": {"width": 0.6, "color": "white"},
            **marker,
        },
        customdata=[
            [paper, safe_url(url)] for paper, url in zip(rows["paper_id"], rows["url"], strict=True)
        ],
        hovertext=[_hover(row) for row in rows.itertuples(index=False)],
        hoverinfo="text",
    )


def _marker_size(n: int) -> float:
    return float(np.clip(9 * (177 / n) ** 0.2, 3.5, 12))


def _hover(row: PointRow) -> str:
    lines = [f"<b>{plotly_text(row.title, width=70, lines=4)}</b>", plotly_text(row.date)]
    if isinstance(row.cluster, str):
        weight = f"weight {row.cluster_weight:.2f}"
        lines.append(f"Cluster: {plotly_text(row.cluster, width=60, lines=1)} ({weight})")
    if row.topics:
        lines.append(plotly_text(f"Topics: {row.topics_why or row.topics}", width=76, lines=4))
    if row.snippet:
        muted = plotly_text(row.snippet, width=80, lines=5)
        lines.append(f'<span style="color:{MUTED}">{muted}</span>')
    return "<br>".join(lines)


def _add_topic_menu(figure: go.Figure, points: pd.DataFrame) -> None:
    """Add a menu of topics: a topic shows all papers that it counts, whatever comes first."""
    labels: dict[str, str] = {}
    papers: dict[str, set[str]] = {}
    for paper, ids, names in zip(
        points["paper_id"], points["topic_ids"], points["topic_labels"], strict=True
    ):
        labels |= zip(ids, names, strict=True)
        for topic in ids or [""]:
            papers.setdefault(topic, set()).add(paper)
    if not labels:
        return

    def places(topic: str) -> list[list[int]]:
        return [
            [i for i, (paper, _) in enumerate(trace.customdata) if paper in papers[topic]]
            for trace in figure.data
        ]

    choices: list[tuple[str, list[Any]]] = [("All papers", [None] * len(figure.data))]
    for topic in sorted(labels, key=lambda topic: (-len(papers[topic]), topic)):
        label = plotly_text(labels[topic], width=40, lines=1)
        choices.append((f"{label} ({len(papers[topic]):,})", places(topic)))
    if "" in papers:
        choices.append((f"In no topic ({len(papers['']):,})", places("")))
    figure.update_traces(unselected={"marker": {"opacity": _FADED}})
    buttons = [
        {"label": label, "method": "restyle", "args": [{"selectedpoints": rows}]}
        for label, rows in choices
    ]
    place = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "pad": {"b": 6}}
    style = {"bgcolor": "white", "font": {"size": 12}}
    figure.update_layout(updatemenus=[{"buttons": buttons, **place, **style}])
    figure.layout.margin.t += _MENU_ROOM
