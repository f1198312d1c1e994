"""One frame, two renderings: what plotly and matplotlib drew is the frame, in the same order."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from analysis.base.errors import InputError
from analysis.figures import interactive, printed
from analysis.figures.changes import slope_rows, timeline_rows
from analysis.figures.heat import heat_of
from analysis.figures.shares import tick_rows
from hostile import HOSTILE
from tidy import TOPICS, YEARS, drawn, make_shares
from trend_frames import make_changes, make_events

DRAW = {
    "share_over_time": make_shares,
    "share_heatmap": make_shares,
    "then_and_now": make_changes,
    "burst_timeline": make_events,
}


def plain(text: str) -> str:
    return re.sub("<.*?>", " ", text.replace("<br>", " ")).strip()


def written(figure) -> list[str]:
    return [plain(note.text) for note in figure.layout.annotations]


# shares over time


@pytest.mark.parametrize("count", [1, 3, 4, 5, 8])
@pytest.mark.parametrize(("totals", "n_partial"), [(YEARS, 1), ([20, 0, 30, 0, 40], 0), ([9], 1)])
def test_share_lines_are_the_frame_in_both(count, totals, n_partial):
    shares = make_shares(TOPICS[:count], totals=totals, n_partial=n_partial)
    lines = [t for t in interactive.share_over_time(shares).data if t.name]
    assert [line.name for line in lines] == TOPICS[:count]
    axes = printed.print_share_over_time(shares).axes
    for place, line in enumerate(lines):
        rows = shares[shares["group_id"] == f"g{place:02d}"]
        full = rows["share"].where(~rows["is_partial"]).to_numpy()
        np.testing.assert_array_equal(np.array(line.y, dtype=float), full)
        panel = axes[0] if count <= 4 else axes[place]
        own = [p for p in panel.lines if to_hex(p.get_color()) == rows["color"].iloc[0]]
        np.testing.assert_array_equal(np.asarray(own[0].get_ydata(), dtype=float), full)
        assert list(line.x) == rows["period"].dt.strftime("%Y-%m-%d").tolist()
        np.testing.assert_array_equal(own[0].get_xdata(), np.arange(len(rows)))


def test_both_kinds_of_share_chart_label_the_same_periods():
    shares = make_shares(TOPICS[:3], totals=[20] * 30, freq="month")
    labels = tick_rows(shares, limit=9)["period_label"].tolist()
    assert list(interactive.share_over_time(shares).layout.xaxis2.ticktext) == labels
    lower = printed.print_share_over_time(shares).axes[1]
    assert [tick.get_text() for tick in lower.get_xticklabels()] == labels


@pytest.mark.parametrize("count", [3, 6])
def test_bursts_and_changes_stand_in_both_share_charts(count):
    shares = make_shares(TOPICS[:count])
    events = make_events(TOPICS[:2], shares=shares)
    figure = interactive.share_over_time(shares, events=events)
    scatters = [trace for trace in figure.data if trace.type == "scatter"]
    bursts = [t for t in scatters if t.line.width == 9]
    changes = [t for t in scatters if t.marker.symbol == "triangle-down"]
    assert [list(t.x) for t in bursts] == [["2020-01-01", "2021-01-01"]]
    assert [list(t.x) for t in changes] == [["2022-01-01"]]
    assert bursts[0].hovertext[0] == "Pretraining: burst 2020 to 2021, ×2.5, 12 papers"
    assert changes[0].hovertext[0] == "PEFT: lower from 2022, ×0.4, 9 papers"
    axes = printed.print_share_over_time(shares, events=events).axes
    broad = [line for panel in axes for line in panel.lines if line.get_linewidth() == 7]
    fall = [line for panel in axes for line in panel.lines if line.get_marker() == "v"]
    assert [list(line.get_xdata()) for line in broad] == [[1, 2]]
    assert list(broad[0].get_ydata()) == list(bursts[0].y)
    assert [list(line.get_xdata()) for line in fall] == [[3]]
    assert fall[0].get_ydata()[0] == pytest.approx(changes[0].y[0])
    note = "Broad line: burst. ▲▼ beside a line: step or change of course."
    assert note in " ".join(written(figure))


# heatmap


@pytest.mark.parametrize("count", [1, 2, 7, 30])
@pytest.mark.parametrize("totals", [[40], [40, 0, 50], [20] * 24])
def test_heatmaps_have_the_same_cells_in_the_same_order(count, totals):
    shares = make_shares([f"group {i}" for i in range(count)], totals=totals, freq="month")
    heat = heat_of(shares, top=40)
    cells = interactive.share_heatmap(shares).data[0]
    level = np.array([[np.nan if z is None else z for z in row] for row in cells.z], dtype=float)
    axes = printed.print_share_heatmap(shares).axes[0]
    mesh = next(part for part in axes.collections if isinstance(part, QuadMesh))
    array = np.ma.filled(mesh.get_array().astype(float), np.nan).reshape(level.shape)
    np.testing.assert_array_equal(array, level)
    highest = shares["share"].max()
    share = shares.set_index(["label", "period"])["share"]
    for row, label in enumerate(heat.groups["label"]):
        expected = np.sqrt(share[label].to_numpy() / highest) if highest else level[row]
        np.testing.assert_allclose(level[row], expected)
    names = [text.get_text() for text in axes.get_yticklabels()]
    figure = interactive.share_heatmap(shares)
    assert names == list(figure.layout.yaxis.ticktext) == heat.groups["label"].tolist()


def test_heatmap_rows_are_ordered_by_when_groups_had_their_time():
    shares = make_shares(["late", "early", "even"], totals=[10] * 5, n_partial=1)
    shape = {"late": [0, 0, 1, 5, 9], "early": [5, 3, 0, 0, 9], "even": [2, 2, 2, 2, 9]}
    shares["share"] = [shape[row.label][i % 5] / 10 for i, row in enumerate(shares.itertuples())]
    assert heat_of(shares, top=3).groups["label"].tolist() == ["early", "even", "late"]
    assert heat_of(shares, top=2).groups["label"].tolist() == ["early", "late"]


def test_heatmap_numbers_and_hatches_are_the_same():
    shares = make_shares(TOPICS[:3])
    figure = interactive.share_heatmap(shares)
    words = [word for row in figure.data[0].text for word in row]
    axes = printed.print_share_heatmap(shares).axes[0]
    assert [text.get_text() for text in axes.texts] == words
    hatched = [patch for patch in axes.patches if patch.get_hatch()]
    assert [(p.get_x(), p.get_width()) for p in hatched] == [(5.5, 1)]
    pattern = next(t for t in figure.data if t.type == "scatter")
    assert pattern.fillpattern.shape == "/"
    assert [min(pattern.x), max(pattern.x)] == [5.5, 6.5]
    assert (
        figure.data[0]
        .hovertext[0][4]
        .endswith(
            "of 65 papers, " + words[4] + " % (" + figure.data[0].hovertext[0][4].split("(")[-1]
        )
    )


def test_heatmap_of_nothing_but_zeros_or_empty_periods():
    for totals in ([30, 30], [0, 0]):
        shares = make_shares(["a", "b"], totals=totals)
        shares["n_papers"] = 0
        shares["share"] = np.where(shares["n_total"] > 0, 0.0, np.nan)
        level = heat_of(shares, top=9).level
        assert np.isnan(level).all() if totals == [0, 0] else (level == 0).all()
        interactive.share_heatmap(shares)
        printed.print_share_heatmap(shares)


# then and now


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12, 30])
def test_slopes_are_the_frame_in_both(count):
    changes = make_changes([f"group {i}" for i in range(count)])
    rows = slope_rows(changes, top=count)
    lines = [t for t in interactive.then_and_now(changes, top=count).data if t.name]
    assert [line.name for line in lines] == rows["label"].tolist()
    assert [tuple(line.customdata) for line in lines] == list(
        zip(rows["share_then"], rows["share_now"], strict=True)
    )
    axes = printed.print_then_and_now(changes, top=count).axes
    assert len(axes) == rows["panel"].nunique()
    own = [line for panel in axes for line in panel.lines]
    for line, ours in zip(lines, own, strict=True):
        np.testing.assert_allclose(line.y, ours.get_ydata())
        np.testing.assert_allclose(line.x, ours.get_xdata())
        np.testing.assert_allclose(np.square(line.y), line.customdata)
    assert set(rows["panel"].value_counts()) <= set(range(1, 13))


def test_slopes_say_the_same_of_each_group():
    changes = make_changes(TOPICS[:5])
    figure = interactive.then_and_now(changes)
    said = [text for text in written(figure) if re.match("[▲▼=?·] ", text)]
    shown = [
        text for text in drawn(printed.print_then_and_now(changes)) if re.match("[▲▼=?·] ", text)
    ]
    assert sorted(" ".join(text.split()) for text in said) == sorted(shown)
    assert "▲ Pretraining 20 %, ×2.0 (1.5–2.6)" in shown
    assert {text[0] for text in shown} == set("▲▼=?·")
    dashes = {t.name: t.line.dash for t in figure.data if t.name}
    assert (dashes["Pretraining"], dashes["Scaling"], dashes["Data"]) == (None, "dash", "dot")


def test_printed_slope_labels_do_not_overlap():
    for columns in (1, 2):
        changes = make_changes([f"a group with a rather long name {i}" for i in range(30)])
        figure = printed.print_then_and_now(changes, top=30, columns=columns)
        renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
        for axes in figure.axes:
            for side in ("left", "right"):
                boxes = [
                    text.get_window_extent(renderer) for text in axes.texts if text.get_ha() == side
                ]
                ordered = sorted(boxes, key=lambda box: box.y0)
                gaps = [b.y0 - a.y1 for a, b in pairwise(ordered)]
                assert min(gaps) > -0.01
                assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)


# bursts


@pytest.mark.parametrize("count", [1, 2, 7, 30])
def test_bursts_are_the_frame_in_both(count):
    events = make_events([f"group {i}" for i in range(count)])
    rows = timeline_rows(events, top=30)
    figure = interactive.burst_timeline(events)
    axes = printed.print_burst_timeline(events).axes[0]
    names = [tick.get_text() for tick in axes.get_yticklabels()]
    assert names == list(figure.layout.yaxis.ticktext) == events["label"].unique().tolist()
    bursts = rows[rows["what"] == "burst"]
    bars = [t for t in figure.data if t.hoveron == "fills"]
    patches = [p for p in axes.patches if isinstance(p, Rectangle) and not p.get_hatch()]
    for row, bar, patch in zip(bursts.itertuples(), bars, patches, strict=True):
        assert [bar.x[0][:10], bar.x[1][:10]] == [
            str(row.start.date()),
            str((row.end + pd.Timedelta(days=1)).date()),
        ]
        days = (row.start - pd.Timestamp("1970-01-01")).days
        assert patch.get_x() == days
        assert patch.get_width() == (row.end - row.start).days + 1
        assert patch.get_height() == pytest.approx(max(bar.y) - min(bar.y))
        assert patch.get_y() == pytest.approx(min(bar.y))
    changes = rows[rows["what"] == "change"]
    marks = [t for t in figure.data if t.mode == "markers"]
    ours = [line for line in axes.lines if line.get_marker() in "^v"]
    for row, mark, line in zip(changes.itertuples(), marks, ours, strict=True):
        assert mark.marker.symbol == "triangle-down"
        assert line.get_marker() == "v"
        assert mark.y[0] == line.get_ydata()[0] == row.row
    assert set(rows["words"]) <= set(written(figure)) & set(
        drawn(printed.print_burst_timeline(events))
    )


# all of them


@pytest.mark.parametrize("name", DRAW)
def test_note_and_hidden_groups_stand_below_both(name):
    frame = DRAW[name](TOPICS[:5])
    for draw in (getattr(interactive, name), getattr(printed, f"print_{name}")):
        figure = draw(frame, title="T", top=3, note="99 papers, snapshot of 2025-03-17.")
        texts = written(figure) if hasattr(figure, "data") else drawn(figure)
        note = next(text for text in texts if "99 papers" in text)
        assert note.endswith("snapshot of 2025-03-17.")
        assert "not shown: " in note


@pytest.mark.parametrize("name", DRAW)
def test_bad_arguments_are_refused(name):
    frame = DRAW[name](TOPICS[:2])
    for draw in (getattr(interactive, name), getattr(printed, f"print_{name}")):
        with pytest.raises(InputError, match="top=0"):
            draw(frame, top=0)
    for rows in (frame, frame.head(0)):
        with pytest.raises(InputError) as caught:
            getattr(printed, f"print_{name}")(rows, columns=3)
        assert str(caught.value) == (
            "Found: columns=3\n"
            "Allowed: 1 or 2, the columns of a two-column page that the figure takes\n"
            "Next: choose one of them, or leave columns out"
        )


@pytest.mark.parametrize("name", DRAW)
def test_no_row_is_a_sentence_in_both(name):
    frame = DRAW[name](["a"]).head(0)
    said = getattr(interactive, name)(frame, title="T").layout.annotations[0].text
    assert said in drawn(getattr(printed, f"print_{name}")(frame, title="T"))
    assert said.endswith(".")


@pytest.mark.parametrize("name", DRAW)
def test_inputs_are_left_alone_and_figures_are_the_same_twice(name):
    frame = DRAW[name](TOPICS[:6])
    before = frame.copy()
    first, second = (getattr(interactive, name)(frame).to_json() for _ in range(2))
    assert first == second
    getattr(printed, f"print_{name}")(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", list(DRAW)[1:])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_labels_are_only_text_in_plotly(name, hostile):
    figure = getattr(interactive, name)(DRAW[name]([hostile] * 3), title=hostile, note=hostile)
    tags = re.compile(r"</?b>|<br>")
    texts = [note.text for note in figure.layout.annotations] + [figure.layout.title.text]
    texts += [text for axis in ("yaxis", "xaxis") for text in figure.layout[axis].ticktext or ()]
    texts += [str(t) for trace in figure.data for t in (trace.name, trace.text) if t is not None]
    for trace in figure.data:
        texts += np.ravel(trace.hovertext if trace.hovertext is not None else []).tolist()
    assert len(texts) > 5
    for text in texts:
        bare = tags.sub("", text)
        assert "<" not in bare
        assert "$" not in bare
        assert "%{" not in bare
