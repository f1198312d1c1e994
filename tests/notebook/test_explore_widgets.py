"""The widgets of a view, set by their traits as a browser sets them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import explore
from explored import shown

# widgets, set as a browser sets them


def test_typing_narrows_and_counts(view):
    front = view.widgets
    front.search.value = "speech"
    assert front.table.words == "50 of 200 papers with “speech” in title or abstract."
    assert {row["cluster"] for row in front.table.rows} == {"Cluster 4"}
    assert sum(front.dates.counts) == 50
    view.filter(text="adapters")
    assert front.search.value == "adapters"
    front.reset.click()
    assert front.search.value == ""
    assert front.table.words == "All 200 papers shown."


def test_menus_and_slider_set_filters_and_follow_them(view):
    front = view.widgets
    front.topic.value = "topic-1"
    assert shown(view) == 75
    front.weight.value = 0.5
    assert view._core.state.least_weight == 0.5
    view.filter(topic=None, cluster="c0003")
    assert (front.topic.value, front.cluster.value) == ("", "c0003")
    front.color.value = "date"
    assert front.panel.entries == []
    view.color_by("topic")
    assert front.color.value == "topic"


def test_the_date_slider_is_in_step_both_ways(view):
    front = view.widgets
    assert (front.dates.low, front.dates.high) == (0, len(front.dates.labels) - 1)
    front.dates.set_state({"low": 2, "high": 3})
    assert view._core.state.dates == (pd.Timestamp("2023-03-01"), pd.Timestamp("2023-04-30"))
    assert sum(front.dates.counts[2:4]) == shown(view)
    assert sum(front.dates.counts) == 200  # the bars show what the other filters leave
    view.filter(dates=("2024-02-10", None))
    assert front.dates.labels[front.dates.low] == "2024-02"
    view.reset()
    assert (front.dates.low, front.dates.high) == (0, len(front.dates.labels) - 1)


def test_the_table_sorts_turns_and_ticks(view):
    table = view.widgets.table
    assert (table.pages, table.rows[0]["date"] > table.rows[-1]["date"]) == (20, True)
    table.set_state({"sort": "title", "descending": False, "page": 1})
    titles = sorted((p for p in view._core.papers["title"]), key=str.casefold)
    assert [row["title"] for row in table.rows] == titles[10:20]
    table.page = 99
    assert table.page == 19
    table._handle_custom_msg({"kind": "tick", "id": "2301.00005", "on": True}, [])
    assert list(view.selection["paper_id"]) == ["2301.00005"]
    assert (table.listed, table.n_selected) == ("shown", 1)
    view.select(["2301.00001", "2301.00002"])
    assert table.listed == "selected"
    assert {row["id"] for row in table.rows} == {"2301.00001", "2301.00002"}
    table._handle_custom_msg({"kind": "tick", "id": "2301.00001", "on": False}, [])
    assert list(view.selection["paper_id"]) == ["2301.00002"]
    table._handle_custom_msg({"kind": "tick", "id": "nobody", "on": True}, [])
    assert len(view.selection) == 1


def test_a_line_of_the_legend_filters_and_lets_go(view):
    panel = view.widgets.panel
    assert [entry["n"] for entry in panel.entries] == [50] * 4
    panel._handle_custom_msg({"kind": "group", "id": "c0002"}, [])
    assert shown(view) == 50
    assert [entry["pressed"] for entry in panel.entries].count(True) == 1
    panel._handle_custom_msg({"kind": "group", "id": "c0002"}, [])
    assert shown(view) == 200


def test_the_map_is_made_when_a_browser_asks_and_follows(view):
    front = view.widgets
    assert front.figure is None
    front.panel.map_width = 700
    front.panel._handle_custom_msg({"kind": "ready"}, [])
    density, points, rings = front.figure.data
    assert (len(points.x), points.type, density.visible) == (200, "scatter", False)
    assert points.x.dtype == np.float32
    assert front.figure.layout.width == 700
    view.filter(text="speech")
    assert (np.asarray(points.marker.opacity) < 0.1).sum() == 150
    view.select(cluster="c0001")
    assert len(points.selectedpoints) == 50
    front.table._handle_custom_msg({"kind": "open", "id": "2301.00007"}, [])
    assert rings.x[0] == view._core.x[7]
    front.panel._handle_custom_msg({"kind": "close"}, [])
    assert len(rings.x) == 0
    labels = [a.text for a in front.figure.layout.annotations]
    assert labels == ["Cluster 1", "Cluster 2", "Cluster 3", "Cluster 4"]


def test_a_lasso_takes_only_what_is_shown(view):
    from plotly.callbacks import LassoSelector, Points

    front = view.widgets
    front.panel._handle_custom_msg({"kind": "ready"}, [])
    view.filter(cluster="c0001")
    points = Points(point_inds=[0, 1, 4], xs=[], ys=[], trace_name="papers", trace_index=1)
    front.map._lassoed(None, points, LassoSelector(xs=[0], ys=[0]))
    assert list(view.selection["paper_id"]) == ["2301.00000", "2301.00004"]
    assert front.table.listed == "selected"


def test_two_views_of_one_run_stay_apart(subjects):
    first, second = explore(subjects), explore(subjects)
    first.widgets.search.value = "speech"
    first.select(cluster="c0001")
    assert (shown(second), len(second.selection)) == (200, 0)
    assert second.widgets.search.value == ""
