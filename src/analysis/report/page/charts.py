"""The charts of the report page as values that its script draws from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from analysis.base.escaping import clean
from analysis.figures.frames import chart_note, event_table, share_table, then_and_now_table
from analysis.figures.interactive import burst_timeline, share_over_time, then_and_now

if TYPE_CHECKING:
    from analysis.runs import Run

MOST_LINES = 12

_KINDS = {"topic": "Topics", "cluster": "Clusters"}


class TrendChart(NamedTuple):
    """A chart over time: its element's id, its title in words, and what the script draws from."""

    id: str
    words: str
    data: dict[str, Any]


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


def plain_figure(figure: go.Figure) -> dict[str, Any]:
    """Return a figure as plain JSON values, without the template, which the page replaces."""
    plain = json.loads(figure.to_json())
    plain["layout"]["template"] = {}
    return plain
