"""The topic map: one point a paper."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.base.errors import InputError
from analysis.base.escaping import safe_url
from analysis.base.schema import COUNTED_WEIGHT

from ..frames.groups import densest_point
from ..style import GREY, MUTED, darken
from .sheet import empty_figure, plotly_text, sentence_figure

COLORINGS = ("cluster", "topic", "date")
LABELS_ON_MAP = 30
OLD_TO_NEW = ["#c3d94e", "#5ec962", "#21918c", "#3b528b", "#440154"]

_HEIGHT = 680
_ASSUMED_WIDTH = 760
_LINE = 20
_LETTER = 6.6
_FADED = 0.06
_MENU_ROOM = 34


def topic_map(
    points: pd.DataFrame, *, color: str = "cluster", title: str | None = None, names: bool = True
) -> go.Figure:
    """Draw the map of papers, coloured by cluster, topic or date.

    Parameters
    ----------
    points : DataFrame
        From `views.map_points`.
    color : {"cluster", "topic", "date"}
        By cluster: one trace a cluster, most papers first, its label on the map, papers whose
        weight in it is below .5 paler. By topic: one trace a primary topic. Papers without one
        come last, in grey. By date: old light to new dark, undated papers in grey.
    title : str, optional
        Heading of the figure.
    names : bool, default True
        False leaves out the names on the map and the menu, for a page that has its own.

    Returns
    -------
    plotly.graph_objects.Figure
        `go.Scatter` traces, each point with `customdata` = [paper_id, url] (url empty where it is
        not http or https). A click in the legend shows one group alone, a double click hides or
        shows it; a menu shows the papers of one topic, whatever the colour. A sentence where
        there is no point.

    Raises
    ------
    InputError
        Where `color` is none of the three.
    """
    if color not in COLORINGS:
        raise InputError(
            f"color={color!r}",
            allowed=", ".join(COLORINGS),
            next_step="choose what the map is coloured by",
        )
    if points.empty:
        return sentence_figure("No paper has a place on the map.", title=title)
    figure = empty_figure(title=title, height=_HEIGHT)
    _set_axes(figure)
    if color == "date":
        figure.add_traces(_date_traces(points))
        if names:
            _add_topic_menu(figure, points)
        return figure
    figure.add_traces(_group_traces(points, kind=color))
    pale = color == "cluster" and bool((points["cluster_weight"] < COUNTED_WEIGHT).any())
    figure.update_layout(legend=_legend(color, pale=pale))
    if names and color == "cluster":
        _add_labels(figure, points)
    if names:
        _add_topic_menu(figure, points)
    return figure


def _set_axes(figure: go.Figure) -> None:
    plain = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_xaxes(**plain)
    figure.update_yaxes(**plain, scaleanchor="x", scaleratio=1)
    figure.update_layout(dragmode="pan", hovermode="closest", hoverdistance=12)


def _legend(kind: str, *, pale: bool) -> dict:
    lines = [f"<b>{kind.capitalize()}</b> (papers)", "click one: alone, again: all"]
    if pale:
        lines.append(f"pale: weight below {COUNTED_WEIGHT}")
    return {
        "title": {"text": "<br>".join(lines), "font": {"size": 11, "color": MUTED}},
        "itemclick": "toggleothers",
        "itemdoubleclick": "toggle",
        "itemsizing": "constant",
        "font": {"size": 12},
        "x": 1.01,
        "y": 1,
        "tracegroupgap": 0,
    }


def _group_traces(points: pd.DataFrame, *, kind: str) -> list[go.Scatter]:
    sizes = points[f"{kind}_id"].value_counts()
    order = sorted(sizes.index, key=lambda group: (-sizes[group], group))
    by_group = dict(list(points.groupby(f"{kind}_id", sort=False)))
    traces = [_group_trace(by_group[group], points=points, kind=kind) for group in order]
    rest = points[points[f"{kind}_id"].isna()]
    if len(rest):
        look = {"color": GREY, "symbol": "circle", "opacity": 0.6}
        traces.append(_trace(rest, points=points, name=f"no {kind}", marker=look))
    return traces


def _group_trace(rows: pd.DataFrame, *, points: pd.DataFrame, kind: str) -> go.Scatter:
    first = rows.iloc[0]
    opacity: float | list[float] = 0.85
    if kind == "cluster":
        opacity = np.where(rows["cluster_weight"] < COUNTED_WEIGHT, 0.35, 0.85).tolist()
    look = {"color": first[f"{kind}_color"], "symbol": first[f"{kind}_symbol"], "opacity": opacity}
    return _trace(rows, points=points, name=str(first[kind]), marker=look)


def _date_traces(points: pd.DataFrame) -> list[go.Scatter]:
    undated = points["published"].isna()
    traces = []
    if undated.any():
        look = {"color": GREY, "opacity": 0.6}
        traces.append(_trace(points[undated], points=points, name="undated", marker=look))
    if not undated.all():
        rows = points[~undated].sort_values(["published", "paper_id"])
        days = _day_numbers(rows["published"])
        look = {
            "color": days.tolist(),
            "colorscale": OLD_TO_NEW,
            "cmin": int(days.min()),
            "cmax": int(max(days.max(), days.min() + 1)),
            "opacity": 0.85,
            "colorbar": _color_bar(rows["published"]),
        }
        traces.append(_trace(rows, points=points, name="dated", marker=look))
    for trace in traces:
        trace.showlegend = len(traces) > 1
    return traces


def _day_numbers(days: pd.Series) -> np.ndarray:
    return days.to_numpy(dtype="datetime64[D]").astype("int64")


def _color_bar(published: pd.Series) -> dict:
    first, last = published.min(), published.max()
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    by_year = months > 30
    step = -(-(months // 12) // 6) if by_year else -(-months // 6)
    ticks = pd.Series(pd.date_range(first, last, freq=f"{step}{'YS' if by_year else 'MS'}"))
    if ticks.empty:
        ticks = pd.Series([first])
    return {
        "title": {"text": "<b>Date</b>", "side": "top", "font": {"size": 11, "color": MUTED}},
        "tickvals": _day_numbers(ticks).tolist(),
        "ticktext": ticks.dt.strftime("%Y" if by_year else "%Y-%m").tolist(),
        "thickness": 14,
        "len": 0.5,
        "y": 0.9,
        "yanchor": "top",
        "outlinewidth": 0,
    }


def _trace(rows: pd.DataFrame, *, points: pd.DataFrame, name: str, marker: dict) -> go.Scatter:
    size = float(np.clip(9 * (177 / len(points)) ** 0.2, 3.5, 12))
    return go.Scatter(
        x=rows["x"].to_numpy(dtype="float32"),
        y=rows["y"].to_numpy(dtype="float32"),
        mode="markers",
        name=f"{plotly_text(name, width=30, lines=1)} ({len(rows):,})",
        marker={"size": size, "line": {"width": 0.6, "color": "white"}, **marker},
        customdata=[
            [paper, safe_url(url)] for paper, url in zip(rows["paper_id"], rows["url"], strict=True)
        ],
        hovertext=[_hover(row) for row in rows.itertuples(index=False)],
        hoverinfo="text",
    )


def _hover(row: tuple) -> str:
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


def _add_labels(figure: go.Figure, points: pd.DataFrame) -> None:
    """Write the largest clusters' labels where they are densest, if there is room."""
    placed = points[points["cluster_id"].notna()]
    if placed.empty:
        return
    spots = placed.groupby("cluster_id").agg(
        label=("cluster", "first"), color=("cluster_color", "first"), n=("paper_id", "size")
    )
    centers = {
        group: densest_point(rows["x"].to_numpy(), rows["y"].to_numpy())
        for group, rows in placed.groupby("cluster_id")
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


def _with_room(spots: pd.DataFrame, *, points: pd.DataFrame) -> list[tuple[tuple, int]]:
    """Give each label a shift in pixels at which it hides no larger cluster's, or drop it.

    Worked out for a map of usual size; the legend has every label.
    """
    span = max(
        float(np.ptp(points["x"])) / _ASSUMED_WIDTH, float(np.ptp(points["y"])) / _HEIGHT, 1e-9
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


def _add_topic_menu(figure: go.Figure, points: pd.DataFrame) -> None:
    """Add the menu to a map whose points carry `customdata` = [paper_id, ...].

    Parameters
    ----------
    figure : Figure
        Changed in place; left alone where no paper counts for a topic.
    points : DataFrame
        From `views.map_points`: `paper_id`, `topic_ids`, `topic_labels`. A topic shows all papers
        that count for it, not only those whose strongest it is.
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
    chosen = [("All papers", [None] * len(figure.data))]
    for topic in sorted(labels, key=lambda topic: (-sizes[topic], topic)):
        rows = [
            [place for place, point in enumerate(trace.customdata) if topic in topics_of[point[0]]]
            for trace in figure.data
        ]
        chosen.append((f"{plotly_text(labels[topic], width=40, lines=1)} ({sizes[topic]:,})", rows))
    rest = [
        [place for place, point in enumerate(trace.customdata) if not topics_of[point[0]]]
        for trace in figure.data
    ]
    if any(rest):
        chosen.append((f"In no topic ({sum(map(len, rest)):,})", rest))
    figure.update_traces(unselected={"marker": {"opacity": _FADED}})
    figure.update_layout(
        updatemenus=[
            {
                "buttons": [
                    {"label": label, "method": "restyle", "args": [{"selectedpoints": rows}]}
                    for label, rows in chosen
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
