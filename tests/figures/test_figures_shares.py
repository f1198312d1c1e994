"""Shares over time, interactive."""

import re

import pandas as pd

from analysis.figures import interactive
from tidy import TOPICS, YEARS, make_points, make_shares, named

# --- shares, interactive ------------------------------------------------------------------------


def test_few_groups_share_a_panel_with_line_and_band():
    shares = make_shares(TOPICS[:3])
    before = shares.copy()
    figure = interactive.share_over_time(shares, title="Topics")
    assert figure.layout.showlegend is False
    names = [note.text for note in figure.layout.annotations if note.ax == 16]
    assert names == ["<b>Pretraining</b>", "<b>PEFT</b>", "<b>Multimodal</b>"]
    line = named(figure, "PEFT")
    assert list(line.x) == [f"{year}-01-01" for year in range(2019, 2026)]
    assert line.y[4] == 21 / 65
    assert line.y[6] is None  # partial: drawn by the dashed trace
    assert line.hovertext[4] == "<b>PEFT</b><br>2023: 21 of 65 papers, 32 % (21–45 %)"
    assert line.hovertext[6].endswith("<br>incomplete period")
    band = next(t for t in figure.data if t.fill == "toself" and t.legendgroup == "g01")
    rows = shares[shares["group_id"] == "g01"]
    assert list(band.y[:7]) == rows["share_high"].tolist()
    assert list(band.y[7:14]) == rows["share_low"].tolist()[::-1]
    dashed = next(t for t in figure.data if t.line.dash == "dot" and t.legendgroup == "g01")
    assert list(dashed.x) == ["2024-01-01", "2025-01-01"]
    assert dashed.y[1] == 5 / 16
    assert dashed.marker.symbol == "square-open"  # the second line of the panel
    assert list(dashed.marker.size) == [0, 7]
    pd.testing.assert_frame_equal(shares, before)


def test_partial_periods_are_shaded_and_named():
    figure = interactive.share_over_time(make_shares(TOPICS[:3]))
    assert [shape.x0[:10] for shape in figure.layout.shapes] == ["2024-07-02"] * 2
    texts = [note.text for note in figure.layout.annotations]
    assert "partial" in texts
    assert "2025 is incomplete: open markers, dashed lines." in texts[-1].replace("<br>", " ")
    whole = interactive.share_over_time(make_shares(TOPICS[:3], n_partial=0))
    assert not whole.layout.shapes
    assert all(trace.line.dash is None for trace in whole.data if trace.type == "scatter")


def test_many_groups_get_a_panel_each_and_the_papers_one():
    figure = interactive.share_over_time(make_shares(TOPICS))
    headings = [re.sub("<.*?>", "", note.text) for note in figure.layout.annotations]
    assert [h for h in headings if h in TOPICS] == TOPICS
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [list(bar.y) for bar in bars] == [YEARS]
    assert bars[0].hovertext[0] == "2019: 1 paper"
    assert bars[0].hovertext[6] == "2025: 16 papers<br>incomplete period"
    ranges = {tuple(figure.layout[f"yaxis{i}"].range) for i in range(2, 9)}
    assert ranges == {tuple(figure.layout.yaxis.range)}
    assert figure.layout.yaxis.range[0] == 0


def test_a_gap_is_a_gap_and_a_lonely_period_has_a_band():
    shares = make_shares(["a"], totals=[20, 0, 30, 0, 40, 50], n_partial=0)
    figure = interactive.share_over_time(shares)
    line = named(figure, "a")
    assert [y is None for y in line.y] == [False, True, False, True, False, False]
    assert line.hovertext[1] == "<b>a</b><br>2020: no papers"
    band = next(trace for trace in figure.data if trace.fill == "toself")
    assert list(band.y).count(None) == 3
    assert len(set(band.x[:4])) == 2  # widened, so that it can be seen


def test_what_lies_above_the_axis_is_marked():
    shares = make_shares(["a"], totals=[1, 30, 30])
    shares.loc[0, ["n_papers", "share", "share_high"]] = [1, 1.0, 1.0]
    figure = interactive.share_over_time(shares)
    above = next(t for t in figure.data if t.marker.symbol == "triangle-up")
    assert list(above.x) == ["2019-01-01"]
    assert list(above.text) == [" 100 %"]
    assert above.hovertext[0].startswith("<b>a</b><br>2019: 1 of 1 papers, 100 % (")


def test_groups_beyond_top_are_named():
    figure = interactive.share_over_time(make_shares(TOPICS), top=6)
    assert sum(trace.name in TOPICS for trace in figure.data) == 6
    note = figure.layout.annotations[-1].text.replace("<br>", " ")
    assert "not shown: Efficiency, Domain." in note


def test_no_button_sends_a_chart_away():
    figure = interactive.topic_map(make_points(6))
    assert figure.layout.modebar.remove == ("sendChartToCloud",)
