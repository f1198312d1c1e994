"""Colours, shapes, labels and densities of the map in a notebook."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import explore
from analysis.notebook.explore.colors import coloring, colorings
from analysis.notebook.explore.filters import date_bars
from analysis.notebook.explore.scene import (
    Window,
    drawn_rows,
    fit_window,
    inside,
    label_lines,
    place_labels,
    whole_map,
)
from analysis.notebook.explore.tables import view_papers
from explored import told_run

# colours


def test_colour_by_any_column(subjects):
    papers = subjects.papers.assign(
        citations=range(200),
        venue=[f"v{i % 30}" if i % 7 else None for i in range(200)],
        same="x",
        award=[i % 2 == 0 for i in range(200)],
    )
    view = explore(replace(subjects, papers=papers))
    assert view._core.colorings == ["cluster", "topic", "date", "citations", "venue", "award"]
    view.color_by("venue")
    entries = view.widgets.panel.entries
    assert [entries[-2]["label"], entries[-1]["label"]] == ["18 others", "unknown"]
    assert sum(entry["n"] for entry in entries) == 200
    view.color_by("citations")
    assert view.widgets.panel.entries == []
    assert view._core.coloring.ticks[-1] == (199.0, "199")
    view.color_by("award")
    assert len(view.widgets.panel.entries) == 2


def test_missing_values_are_grey(subjects):
    papers = view_papers(subjects).assign(score=[np.nan, *range(1, 200)])
    found = coloring(papers, color="score", allowed=["score"])
    assert found.scale[0][1] == found.scale[1][1] == "#a3a8b0"
    assert found.values[0] == np.float32(found.low)
    assert found.values[1] > found.low + (found.high - found.low) * 0.02


def test_clusters_beyond_the_palette_have_other_shapes():
    found = coloring(
        view_papers(told_run(200)).assign(cluster_symbol="square"),
        color="cluster",
        allowed=["cluster"],
    )
    assert set(found.symbols) == {1}
    assert colorings(view_papers(told_run(7, n_undated=7)), extra=[]) == ["topic"]


# the map's labels


def spots(rows) -> pd.DataFrame:
    names = ["level", "group_id", "label", "n_papers", "x", "y", "parent_id"]
    return pd.DataFrame(rows, columns=names)


def boxes(labels: pd.DataFrame, window: Window) -> list[tuple[float, ...]]:
    found = []
    for row in labels.itertuples():
        x = (row.x - window.x[0]) / (window.x[1] - window.x[0]) * window.width
        y = (window.y[1] - row.y) / (window.y[1] - window.y[0]) * window.height
        wide = max(map(len, row.lines)) * row.size * 0.56
        high = len(row.lines) * row.size * 1.3
        found.append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
    return found


def test_no_label_lies_over_another():
    chance = np.random.default_rng(0)
    rows = [
        (0, f"c{i:04d}", f"Some cluster of number {i}", 300 - i, x, y, None)
        for i, (x, y) in enumerate(chance.uniform(-10, 10, (300, 2)))
    ]
    window = fit_window((-10, 10), (-10, 10), width=800, height=560)
    found = place_labels(spots(rows), window=window, whole=window)
    assert 10 < len(found) < 40
    assert found["group_id"].iloc[0] == "c0000"
    held = boxes(found, window)
    for at, a in enumerate(held):
        assert a[0] >= -1
        assert a[2] <= window.width + 1
        for b in held[at + 1 :]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_broader_labels_from_afar_and_finer_ones_near():
    rows = [
        (0, "c0101", "Broad", 90, 0.0, 0.0, None),
        (0, "c0003", "Alone", 20, 3.0, 1.0, None),
        (1, "c0001", "Fine one", 50, -1.0, -1.0, "c0101"),
        (1, "c0002", "Fine two", 40, 1.0, 1.0, "c0101"),
    ]
    whole = fit_window((-10, 10), (-10, 10), width=800, height=560)
    far = place_labels(spots(rows), window=whole, whole=whole)
    assert far["group_id"].tolist()[:2] == ["c0101", "c0003"]
    window = fit_window((-4, 4), (-4, 4), width=800, height=560)
    near = place_labels(spots(rows), window=window, whole=whole)
    assert set(near["group_id"]) == {"c0001", "c0002", "c0003"}
    away = fit_window((20, 24), (20, 24), width=800, height=560)
    assert place_labels(spots(rows), window=away, whole=whole).empty


def test_long_words_stay_whole_and_endless_ones_do_not():
    assert label_lines("Vision-Language-Action Models") == ["Vision-Language-Action", "Models"]
    assert all(len(line) <= 20 for line in label_lines("a" * 600))
    assert len(label_lines("word " * 100)) == 3


def test_windows_hold_the_points_at_one_scale():
    window = whole_map(pd.Series([0.0, 10.0]), pd.Series([0.0, 1.0]), width=800, height=560)
    assert window.x[0] < 0 < 10 < window.x[1]
    per_pixel = (window.x[1] - window.x[0]) / 800
    assert (window.y[1] - window.y[0]) / 560 == pytest.approx(per_pixel)
    one = whole_map(pd.Series([3.0]), pd.Series([4.0]), width=800, height=560)
    assert one.x[0] < 3 < one.x[1]


# many papers


def test_a_density_stands_for_many_papers_and_points_come_near():
    chance = np.random.default_rng(1)
    x, y = chance.normal(0, 4, (2, 120_000)).astype("float32")
    whole = fit_window((-15, 15), (-15, 15), width=800, height=560)
    rows, dense = drawn_rows(x, y, window=whole)
    assert dense
    assert len(rows) == 3000
    window = fit_window((-0.5, 0.5), (-0.5, 0.5), width=800, height=560)
    rows, dense = drawn_rows(x, y, window=window)
    held = (abs(x) <= window.x[1]) & (abs(y) <= window.y[1])
    assert dense
    assert len(rows) == held.sum() < 33_000
    rows, dense = drawn_rows(x[:500], y[:500], window=window)
    assert (len(rows), dense) == (500, False)


def test_a_lasso_over_a_density_counts_papers_that_are_not_drawn(subjects):
    from plotly.callbacks import BoxSelector, LassoSelector

    scene = replace(explore(subjects)._core.scene(), dense=True, drawn=np.array([0]))
    right = scene.x > 3
    box = BoxSelector(xrange=[20, 3], yrange=[-20, 20])
    assert inside(scene, [], box).tolist() == np.flatnonzero(right).tolist()
    lasso = LassoSelector(xs=[3, 20, 20, 3], ys=[-20, -20, 20, 20])
    assert inside(scene, [], lasso).tolist() == np.flatnonzero(right).tolist()


def test_bars_are_the_finest_periods_that_fit():
    papers = pd.DataFrame(
        {
            "published": pd.to_datetime(["2000-01-01", "2020-05-01", None]),
            "published_precision": ["day", "month", "day"],
        }
    )
    bars = date_bars(papers)
    assert (bars.freq, len(bars.labels)) == ("half-year", 41)
    assert bars.counts(np.ones(3, dtype=bool))[0] == 1
    assert bars.between(None, None) == (0, 40)
    assert bars.note == "Not in the bars: 1 undated."
    coarse = papers.assign(published_precision="year")
    assert date_bars(coarse).freq == "year"
