"""The interactive map: traces, colours, sizes, labels."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.figures import interactive
from analysis.figures.interactive.map_names import on_axes
from analysis.figures.style import darken
from tidy import make_points, named

# --- the map ------------------------------------------------------------------------------------


def test_map_by_cluster_has_a_trace_a_cluster_largest_first():
    points = make_points(60)
    before = points.copy()
    figure = interactive.topic_map(points, title="A map")
    assert [trace.name for trace in figure.data] == [
        "cluster 0 (30)",
        "cluster 1 (20)",
        "cluster 2 (10)",
    ]
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert figure.layout.legend.itemclick == "toggleothers"
    assert figure.layout.legend.itemdoubleclick == "toggle"
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.title.text == "<b>A map</b>"
    labels = [re.sub("<.*?>", "", note.text) for note in figure.layout.annotations]
    assert set(labels) <= {"cluster 0", "cluster 1", "cluster 2"}
    assert labels[0] == "cluster 0"
    pd.testing.assert_frame_equal(points, before)


def test_map_points_carry_id_link_and_hover():
    figure = interactive.topic_map(make_points(60))
    trace = named(figure, "cluster 0 (30)")
    assert list(trace.customdata[1]) == ["2403.00001", "https://arxiv.org/abs/2403.00001"]
    assert trace.hovertext[1] == (
        "<b>Paper 1</b><br>2019-08-31<br>Cluster: cluster 0 (weight 0.50)<br>"
        'Topics: PEFT 0.91 (“x”); Data 0.60<br><span style="color:#6b7280">Abstract 1.</span>'
    )
    assert trace.hovertext[0] == "<b>Paper 0</b><br>undated<br>Cluster: cluster 0 (weight 0.49)"
    assert trace.marker.opacity[0] < trace.marker.opacity[1]
    assert "pale: weight below 0.5" in figure.layout.legend.title.text


def test_map_by_topic_puts_papers_without_one_last_in_grey():
    figure = interactive.topic_map(make_points(60), color="topic")
    names = [trace.name for trace in figure.data]
    assert names == ["PEFT (24)", "Pretraining (24)", "no topic (12)"]
    assert figure.data[-1].marker.color == "#a3a8b0"
    assert not figure.layout.annotations


def test_map_by_date_has_a_scale_and_the_undated_in_grey():
    figure = interactive.topic_map(make_points(60), color="date")
    assert [trace.name for trace in figure.data] == ["undated (9)", "dated (51)"]
    bar = figure.data[1].marker.colorbar
    assert list(bar.ticktext) == ["2020", "2021", "2022", "2023", "2024"]
    first = np.datetime64("2020-01-01").astype("datetime64[D]").astype(int)
    assert bar.tickvals[0] == first
    assert figure.data[0].marker.colorbar.ticktext is None


@pytest.mark.parametrize("n_days", [0, 3, 40, 700, 20000])
def test_the_date_scale_has_readable_ticks(n_days):
    points = make_points(2).iloc[[1, 1]].assign(paper_id=["a", "b"])
    last = pd.Timestamp("2024-02-10") + pd.Timedelta(days=n_days)
    points["published"] = [pd.Timestamp("2024-02-10"), last]
    bar = interactive.topic_map(points, color="date").data[0].marker.colorbar
    assert 1 <= len(bar.ticktext) <= 9
    assert len(set(bar.ticktext)) == len(bar.ticktext)


def test_map_without_clusters_is_all_grey():
    points = make_points(20)
    looks = [c for c in points if c.startswith("cluster")]
    points[looks] = None
    figure = interactive.topic_map(points)
    assert [trace.name for trace in figure.data] == ["no cluster (20)"]
    assert "Cluster" not in figure.data[0].hovertext[0]


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("color", ["cluster", "topic", "date"])
def test_small_maps(n, color):
    figure = interactive.topic_map(make_points(n), color=color)
    assert sum(len(trace.x) for trace in figure.data) == n


@pytest.mark.parametrize("color", ["cluster", "topic", "date"])
def test_empty_map_says_so(color):
    figure = interactive.topic_map(make_points(3).head(0), color=color)
    assert not figure.data
    assert figure.layout.annotations[0].text == "No paper has a position on the map."


def test_unknown_colouring_is_refused():
    with pytest.raises(InputError) as caught:
        interactive.topic_map(make_points(3), color="weight")
    assert str(caught.value) == (
        "Found: color='weight'\nAllowed: cluster, topic, date\nNext: choose one of them"
    )


def boxes_of(figure, points):
    """Return the boxes of labels, as left, low, right and high on axes of the usual size."""
    boxes = []
    for note in figure.layout.annotations:
        at = on_axes(pd.DataFrame({"x": [note.x], "y": [note.y]}), points=points)[0]
        right, up = (note.ax, -note.ay) if note.showarrow else (note.xshift, note.yshift)
        x, y, half = at[0] + right, at[1] + up, len(re.sub("<.*?>", "", note.text)) * 6.6 / 2
        boxes.append((x - half, y - 9, x + half, y + 9))
    return boxes


@pytest.mark.parametrize("spread", [0, 1, 6])
def test_labels_on_the_map_hide_no_other_and_no_cluster_of_others(spread):
    random = np.random.default_rng(spread)
    points = make_points(60)
    codes = points["cluster_id"].map({id: i for i, id in enumerate(points["cluster_id"].unique())})
    places = random.normal(size=(60, 2)) + spread * np.column_stack([codes, codes % 2])
    points[["x", "y"]] = places.astype("float32") if spread else np.float32(0)
    boxes = boxes_of(interactive.topic_map(points), points)
    assert len(boxes) == 3
    for (a, b, c, d), (e, f, g, h) in itertools.combinations(boxes, 2):
        assert a >= g or e >= c or b >= h or f >= d
    screen = on_axes(points, points=points)
    figure = interactive.topic_map(points)
    for note, (left, low, right, high) in zip(figure.layout.annotations, boxes, strict=True):
        under = ((screen > (left, low)) & (screen < (right, high))).all(axis=1)
        own = points["cluster"] == re.sub("<.*?>", "", note.text)
        assert 2 * (under & own).sum() >= under.sum()


def test_markers_shrink_with_the_number_of_papers():
    sizes = [interactive.topic_map(make_points(n)).data[0].marker.size for n in (2, 177, 3000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] == 9


def test_darkened_by_hand():
    # .55·255 + .45·36 = 156.45, .55·255 + .45·41 = 158.7, .55·255 + .45·47 = 161.4
    assert darken("#ffffff") == "#9c9fa1"
