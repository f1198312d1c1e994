"""A menu on the topic map: choose one topic, and the other papers fade."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import plotly.graph_objects as go

from .base import safe

FADED = 0.06
_ROOM = 34


def add_topic_menu(figure: go.Figure, points: pd.DataFrame) -> None:
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
        chosen.append((f"{safe(labels[topic], width=40, lines=1)} ({sizes[topic]:,})", rows))
    rest = [
        [place for place, point in enumerate(trace.customdata) if not topics_of[point[0]]]
        for trace in figure.data
    ]
    if any(rest):
        chosen.append((f"In no topic ({sum(map(len, rest)):,})", rest))
    figure.update_traces(unselected={"marker": {"opacity": FADED}})
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
    figure.layout.margin.t += _ROOM
