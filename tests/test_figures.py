from __future__ import annotations

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib import rcParams
from matplotlib.colors import to_hex
from matplotlib.text import Text

from analysis.errors import InputError
from analysis.figures import axis_top, columns_for, darkened, interactive, printed, tick_rows, wrap
from analysis.figures import notes as chart_notes
from analysis.figures import percent as in_percent
from analysis.figures import shown as shown_groups
from analysis.text import clean
from analysis.trends import share_interval
from analysis.views import SYMBOLS, period_label
from hostile import HOSTILE

COLORS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"]
TOPICS = [
    *("Pretraining", "PEFT", "Multimodal", "Scaling"),
    *("Data", "Alignment", "Efficiency", "Domain"),
]
YEARS = [1, 4, 8, 18, 65, 65, 16]
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def make_shares(
    labels: list[str],
    *,
    totals: list[int] = YEARS,
    freq: str = "year",
    start: str = "2019-01-01",
    n_partial: int = 1,
) -> pd.DataFrame:
    """A share table as `views.share_table` gives it; the g-th group has every (g+2)th paper."""
    rows = []
    for group in range(len(labels)):
        for place, total in enumerate(totals):
            first = pd.Timestamp(start) + pd.DateOffset(months=MONTHS[freq] * place)
            after = first + pd.DateOffset(months=MONTHS[freq])
            count = total // (group + 2)
            low, high = share_interval(count, total)
            share = count / total if total else np.nan
            rows.append(
                {
                    "group_id": f"g{group:02d}",
                    "label": group,
                    "color": COLORS[group % len(COLORS)],
                    "symbol": SYMBOLS[group // len(COLORS)],
                    "period_label": period_label(first, freq=freq),
                    "kind": "topic",
                    "freq": freq,
                    "period": first,
                    "period_end": after - pd.Timedelta(days=1),
                    "n_papers": count,
                    "n_total": total,
                    "share": share,
                    "share_low": float(low),
                    "share_high": float(high),
                    "share_weighted": share,
                    "share_standardised": np.nan,
                    "n_low_weight": 0,
                    "phi": 1.0,
                    "is_partial": place >= len(totals) - n_partial,
                }
            )
    shares = pd.DataFrame(rows)
    # Not the str dtype, which could not hold the lone surrogate among the hostile strings.
    return shares.assign(label=pd.Series([labels[g] for g in shares["label"]], dtype="object"))


def make_points(n: int, *, n_clusters: int = 3) -> pd.DataFrame:
    """Points as `views.map_points` gives them: every 5th without a topic, every 7th undated."""
    place = np.arange(n)
    cluster = (place % (n_clusters * (n_clusters + 1) // 2)) if n_clusters else place
    cluster = np.searchsorted(np.cumsum(np.arange(n_clusters, 0, -1)), cluster, side="right")
    dated = place % 7 != 0
    topic = [None if i % 5 == 0 else i % 2 for i in place]
    days = pd.Series(pd.Timestamp("2019-08-01") + pd.to_timedelta(30 * place, unit="D"))
    return pd.DataFrame(
        {
            "paper_id": [f"2403.{i:05d}" for i in place],
            "x": np.cos(place).astype("float32"),
            "y": np.sin(2 * place).astype("float32"),
            "state": "new",
            "title": [f"Paper {i}" for i in place],
            "snippet": ["" if i % 3 == 0 else f"Abstract {i}." for i in place],
            "published": days.where(pd.Series(dated)).astype("datetime64[us]"),
            "date": [
                str(d.date()) if known else "undated" for d, known in zip(days, dated, strict=True)
            ],
            "url": [f"https://arxiv.org/abs/2403.{i:05d}" for i in place],
            "cluster_id": [f"c{c:04d}" for c in cluster],
            "cluster": [f"cluster {c}" for c in cluster],
            "cluster_color": [COLORS[c] for c in cluster],
            "cluster_symbol": "circle",
            "cluster_weight": np.where(place % 4 == 0, 0.49, 0.5),
            "topic_id": [None if t is None else TOPICS[t].lower() for t in topic],
            "topic": [None if t is None else TOPICS[t] for t in topic],
            "topic_color": [None if t is None else COLORS[t] for t in topic],
            "topic_symbol": [None if t is None else "circle" for t in topic],
            "topics": ["" if t is None else f"{TOPICS[t]}, Data" for t in topic],
            "topics_why": [
                "" if t is None else f"{TOPICS[t]} 0.91 (“x”); Data 0.60" for t in topic
            ],
            "topic_ids": [[] if t is None else [f"t{t}", "data"] for t in topic],
            "topic_labels": [[] if t is None else [TOPICS[t], "Data"] for t in topic],
        }
    )


def named(figure, name: str):
    return next(trace for trace in figure.data if trace.name == name)


# --- what both kinds of figure share ------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (0.0004, "0.0"), (0.024, "2.4"), (0.1, "10"), (12 / 65, "18"), (1, "100")],
)
def test_percent(share, text):
    assert in_percent(share) == text


def test_percent_says_hundred_only_for_all():
    assert in_percent(0.996) == "99.6"


def test_wrap_cuts_with_an_ellipsis():
    assert wrap("one two three four", width=8) == ["one two", "three", "four"]
    assert wrap("one two three four", width=8, lines=2) == ["one two", "three…"]
    assert wrap("a" * 30, width=10, lines=2) == ["a" * 10, "a" * 9 + "…"]
    assert wrap("", width=10) == [""]


@pytest.mark.parametrize(
    ("freq", "start", "n", "limit", "labels"),
    [
        ("year", "2019-01-01", 7, 9, ["2019", "2020", "2021", "2022", "2023", "2024", "2025"]),
        ("year", "2019-01-01", 7, 4, ["2019", "2021", "2023", "2025"]),
        ("month", "2023-11-01", 15, 4, ["2024-01", "2024-07", "2025-01"]),
        ("quarter", "2023-04-01", 8, 4, ["2023 Q3", "2024 Q1", "2024 Q3", "2025 Q1"]),
        ("half-year", "2019-07-01", 12, 6, ["2020 H1", "2021 H1", "2022 H1", "2023 H1"]),
        ("month", "2024-02-01", 1, 4, ["2024-02"]),
    ],
)
def test_ticks_stand_at_round_periods(freq, start, n, limit, labels):
    shares = make_shares(["a"], totals=[5] * n, freq=freq, start=start)
    found = tick_rows(shares, limit=limit)["period_label"].tolist()
    assert found[: len(labels)] == labels
    assert len(found) <= limit


def test_the_axis_is_not_stretched_by_lonely_papers():
    shares = make_shares(["a", "b"])
    many = shares[shares["n_total"] >= 15]
    assert axis_top(shares) == pytest.approx(1.06 * many["share_high"].max())
    few = make_shares(["a"], totals=[1, 2, 2])
    assert axis_top(few) == pytest.approx(min(1, 1.06 * few["share_high"].max()))
    assert axis_top(make_shares(["a"], totals=[0, 0])) == 1


def test_columns_leave_few_empty_places():
    assert [columns_for(n) for n in range(5, 14)] == [3, 3, 4, 4, 3, 4, 4, 4, 3]


def test_notes_say_what_the_chart_cannot():
    labels = [f"group {i}" for i in range(13)]
    shares = make_shares(labels, totals=[1, 0, 30, 20], n_partial=2)
    shares.loc[0, ["share", "share_high"]] = 1.0
    text = " ".join(chart_notes(shares, top=3))
    assert "2021 to 2022 are not complete: open markers, dashed lines." in text
    assert "▲ lies above the axis (a period with fewer than 15 papers)." in text
    assert "A line has a gap where a period has no papers." in text
    assert "Shown are the 3 groups with the most papers, not shown: group 3, " in text
    assert text.endswith("group 10 and 2 more.")
    assert chart_notes(make_shares(["a"], totals=[30, 30], n_partial=0), top=3) == [
        "Share of all papers of a period; bands are 95 % intervals."
    ]


def test_shown_groups_keep_the_order_of_the_frame():
    shares = make_shares(["z", "a", "m"])
    assert [label for label, _ in shown_groups(shares, top=2)] == ["z", "a"]
    with pytest.raises(InputError, match="Allowed: 1 or more groups"):
        interactive.share_over_time(shares, top=0)


def test_the_shared_file_loads_no_drawing_library():
    code = "import sys, analysis.figures; print({'plotly', 'matplotlib'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


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
    assert figure.layout.annotations[0].text == "No paper has a place on the map."


def test_unknown_colouring_is_refused():
    with pytest.raises(InputError) as caught:
        interactive.topic_map(make_points(3), color="weight")
    assert str(caught.value) == (
        "Found: color='weight'\n"
        "Allowed: cluster, topic, date\n"
        "Next: choose what the map is coloured by"
    )


def test_labels_on_the_map_hide_no_other():
    points = make_points(60)
    points[["x", "y"]] = np.float32(0)  # all labels want the same spot
    points.loc[0, "x"] = np.float32(1)
    figure = interactive.topic_map(points)
    shifts = [note.yshift for note in figure.layout.annotations]
    assert shifts == [0, 20, -20]


def test_markers_shrink_with_the_number_of_papers():
    sizes = [interactive.topic_map(make_points(n)).data[0].marker.size for n in (2, 177, 3000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] == 9


def test_darkened_by_hand():
    # .55·255 + .45·36 = 156.45, .55·255 + .45·41 = 158.7, .55·255 + .45·47 = 161.4
    assert darkened("#ffffff") == "#9c9fa1"


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
    assert line.hovertext[6].endswith("<br>the period is not complete")
    band = next(t for t in figure.data if t.fill == "toself" and t.legendgroup == "g01")
    rows = shares[shares["group_id"] == "g01"]
    assert list(band.y[:7]) == rows["share_high"].tolist()
    assert list(band.y[7:14]) == rows["share_low"].tolist()[::-1]
    dashed = next(t for t in figure.data if t.line.dash == "dot" and t.legendgroup == "g01")
    assert list(dashed.x) == ["2024-01-01", "2025-01-01"]
    assert dashed.y[1] == 5 / 16
    assert dashed.marker.symbol == "circle-open"
    assert list(dashed.marker.size) == [0, 7]
    pd.testing.assert_frame_equal(shares, before)


def test_partial_periods_are_shaded_and_named():
    figure = interactive.share_over_time(make_shares(TOPICS[:3]))
    assert [shape.x0[:10] for shape in figure.layout.shapes] == ["2024-07-02"] * 2
    texts = [note.text for note in figure.layout.annotations]
    assert "partial" in texts
    assert "2025 is not complete: open markers, dashed lines." in texts[-1].replace("<br>", " ")
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
    assert bars[0].hovertext[6] == "2025: 16 papers<br>the period is not complete"
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


def test_no_shares_is_a_sentence_in_both():
    nothing = make_shares(["a"]).head(0)
    figure = interactive.share_over_time(nothing, title="T")
    assert figure.layout.annotations[0].text == "There is no share over time to show."
    printed_figure = printed.share_over_time(nothing, title="T")
    assert "There is no share over time to show." in drawn(printed_figure)


def test_figures_are_the_same_twice():
    for figures in (
        [interactive.topic_map(make_points(40)) for _ in range(2)],
        [interactive.share_over_time(make_shares(TOPICS)) for _ in range(2)],
    ):
        assert figures[0].to_json() == figures[1].to_json()


def every_text(value) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in every_text(part)]
    if isinstance(value, list):
        return [text for part in value for text in every_text(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_only_text_in_plotly(hostile):
    points = make_points(10)
    for column in ("cluster", "topic", "title", "snippet", "url", "topics", "date"):
        points[column] = pd.Series([hostile] * 10, dtype="object")
    figures = [interactive.topic_map(points, color=c, title=hostile) for c in ("cluster", "topic")]
    for count in (2, 6):
        shares = make_shares([hostile] * count)
        figures.append(interactive.share_over_time(shares, title=hostile, top=count - 1))
    allowed = re.compile(r'</?b>|<br>|<span style="color:#6b7280">|</span>')
    for figure in figures:
        texts = every_text(json.loads(figure.to_json()))
        assert len(texts) > 10
        for text in texts:
            bare = allowed.sub("", text)
            assert "<" not in bare
            assert "$" not in bare
            assert "%{" not in bare
            assert not re.search(r"[\x00-\x08\x1b\u202e\ud800]", bare)
    links = {link for trace in figures[0].data for _, link in trace.customdata}
    assert links == {""}


# --- shares, printed ----------------------------------------------------------------------------


def drawn(figure) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in figure.findobj(Text)]


def shown_axes(figure) -> list:
    return [axes for axes in figure.axes if axes.get_visible()]


def test_print_few_groups_are_named_at_their_lines():
    figure = printed.share_over_time(make_shares(TOPICS[:3]), title="Topics", note="Source: us.")
    texts = drawn(figure)
    assert {"Pretraining", "PEFT", "Multimodal", "Papers per period", "Topics"} <= set(texts)
    assert any("2025 is not complete" in text and text.endswith("Source: us.") for text in texts)
    assert [text for text in texts if text in {"1", "4", "8", "18", "65", "16"}] == [
        str(n) for n in YEARS
    ]
    assert len({line.get_marker() for line in figure.axes[0].lines} - {"", "None"}) == 3
    assert figure.get_figwidth() == 7.2


def test_print_draws_the_numbers_of_the_table():
    shares = make_shares(TOPICS[:2])
    axes = printed.share_over_time(shares).axes[0]
    color = shares["color"].iloc[0]
    full, dashed, partial = (line for line in axes.lines if to_hex(line.get_color()) == color)
    share = shares.loc[shares["group_id"] == "g00", "share"].to_numpy()
    np.testing.assert_array_equal(full.get_ydata(), [*share[:6], np.nan])
    np.testing.assert_array_equal(dashed.get_ydata(), share[5:])
    np.testing.assert_array_equal(partial.get_ydata(), [np.nan] * 6 + [share[6]])
    assert partial.get_markerfacecolor() == "white"
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == shares["share_high"][:7].max()
    assert any(patch.get_hatch() for patch in axes.patches)


def test_print_many_groups_get_a_panel_each_on_one_scale():
    figure = printed.share_over_time(make_shares(TOPICS))
    axes = shown_axes(figure)
    assert [panel.get_title(loc="left") for panel in axes] == [*TOPICS, "Papers per period"]
    assert len({panel.get_ylim() for panel in axes[:-1]}) == 1
    assert axes[0].get_ylim()[0] == 0
    assert [bar.get_height() for bar in axes[-1].patches[: len(YEARS)]] == YEARS


@pytest.mark.parametrize("count", [1, 4, 5])
@pytest.mark.parametrize("totals", [[5], [0, 3], [20, 0, 30, 0, 0, 9], [40] * 50])
def test_print_any_size(count, totals, tmp_path):
    shares = make_shares([f"group {i}" for i in range(count)], totals=totals, freq="month")
    path = printed.save_figure(printed.share_over_time(shares), tmp_path / "a.png", dpi=40)
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_saved_figures_are_the_same_bytes(tmp_path, suffix):
    shares = make_shares(TOPICS[:5])
    paths = [
        printed.save_figure(
            printed.share_over_time(shares, title="T"), tmp_path / f"{i}{suffix}", dpi=60
        )
        for i in range(4)
    ]
    assert len({path.read_bytes() for path in paths}) == 1
    assert len(list(tmp_path.iterdir())) == 4


def test_svg_has_outlines_and_no_date(tmp_path):
    path = printed.save_figure(printed.share_over_time(make_shares(TOPICS)), tmp_path / "a.svg")
    svg = path.read_text(encoding="utf-8")
    assert "<text" not in svg
    assert "<dc:date>" not in svg


def test_a_users_style_changes_nothing_and_is_left_alone(tmp_path):
    shares = make_shares(TOPICS[:2])
    plain = printed.save_figure(printed.share_over_time(shares), tmp_path / "a.svg")
    before = rcParams["lines.linewidth"], rcParams["axes.facecolor"]
    try:
        rcParams["axes.facecolor"], rcParams["lines.linewidth"] = "red", 9.0
        other = printed.save_figure(printed.share_over_time(shares), tmp_path / "b.svg")
        assert (rcParams["lines.linewidth"], rcParams["axes.facecolor"]) == (9.0, "red")
    finally:
        rcParams["lines.linewidth"], rcParams["axes.facecolor"] = before
    assert plain.read_bytes() == other.read_bytes()


def test_an_unknown_suffix_is_refused(tmp_path):
    figure = printed.share_over_time(make_shares(["a"]))
    with pytest.raises(InputError) as caught:
        printed.save_figure(figure, tmp_path / "chart.jpeg")
    assert str(caught.value) == (
        "Found: a figure file named chart.jpeg\n"
        "Allowed: names that end in .svg, .png, .pdf\n"
        "Next: choose one of these endings"
    )
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path):
    figure = printed.share_over_time(make_shares(["a"]))
    with pytest.raises(InputError, match="cannot be written") as caught:
        printed.save_figure(figure, tmp_path / "no" / "chart.svg")
    assert "Next: create the folder, or choose another path" in str(caught.value)
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        printed.save_figure(figure, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_print_needs_no_pyplot(tmp_path):
    code = (
        "import sys; from analysis.figures import printed; "
        "print('matplotlib.pyplot' in sys.modules, 'plotly' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_only_text_in_print(hostile, tmp_path):
    for count in (2, 5):
        shares = make_shares([hostile] * count, totals=[30, 40])
        figure = printed.share_over_time(shares, title=hostile, note=hostile)
        path = printed.save_figure(figure, tmp_path / f"{count}.svg")
        elements = [element.tag.split("}")[-1] for element in ElementTree.parse(path).iter()]
        assert not {"script", "text", "a", "image", "foreignObject"} & set(elements)
        assert not any(text.get_parse_math() for text in figure.findobj(Text) if text.get_text())
    first_word = clean(hostile).split(" ")[0][:20]
    if first_word.isascii():
        assert any(first_word in text for text in drawn(figure))


def test_undrawable_characters_become_squares(monkeypatch):
    monkeypatch.setattr("analysis.figures.printed.base.FALLBACK_FONTS", ())
    figure = printed.share_over_time(make_shares(["日本 é"], totals=[30, 40]))
    assert "□□ é" in drawn(figure)


def test_no_button_sends_a_chart_away():
    figure = interactive.topic_map(make_points(6))
    assert figure.layout.modebar.remove == ("sendChartToCloud",)
