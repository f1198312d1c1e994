"""The view of a run without a browser: state, selection, widgets set by their traits."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import InputError, explore
from analysis.exploring.asking import descendants
from analysis.exploring.labels import Window, fitted, label_lines, placed_labels, whole_map
from analysis.exploring.looks import colorings, looks
from analysis.exploring.marks import drawn_rows, inside
from analysis.exploring.papers import SELECTION, view_papers
from analysis.exploring.periods import date_bars
from analysis.exploring.search import haystack, hits, needles
from analysis.exploring.state import ViewState, state_words
from analysis.topics.definitions import read_topics
from explored import SUBJECTS, told_run, two_levels
from hostile import HOSTILE


@pytest.fixture(scope="module")
def run():
    return told_run(200)


@pytest.fixture
def view(run):
    return explore(run)


def shown(view) -> int:
    return int(view._core.shown.sum())


# searching


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [True, True, True]),
        ("   ", [True, True, True]),
        ("learn", [True, False, False]),
        ("earning", [False, False, False]),
        ("deep learning", [True, False, False]),
        ("LEARNING Deep", [True, False, False]),
        ("cafe", [False, True, False]),
        ("café", [False, True, False]),
        ("学習", [False, False, True]),
        ("...", [False, False, False]),
        ("self-sup", [True, False, False]),
    ],
)
def test_every_word_must_begin_a_word(query, found):
    haystacks = [
        haystack("Deep learning", "a self-supervised way"),
        haystack("Café tables", None),
        haystack("深層学習の研究", "ﬁne"),
    ]
    assert hits(query, haystacks=haystacks).tolist() == found


def test_ascii_and_other_texts_are_cut_alike():
    plain = haystack("A_b-c 3.5", "x'y").split()
    assert plain == ["a", "b", "c", "3", "5", "x", "y"]
    assert haystack("A_b-c 3.5 é", "x'y").split() == [*plain[:5], "e", "x", "y"]
    assert needles("A_b-c") == [" a", " b", " c"]


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_queries_find_their_own_text(query):
    found = hits(query, haystacks=[haystack(query, None), haystack("wombat", None)])
    assert found.tolist() == [bool(needles(query)), False]


# the state


def test_filters_combine_and_are_said_in_words(view):
    view.filter(text="vis tran")
    assert view.state == "50 of 200 papers with “vis tran” in title or abstract."
    view.filter(topic="Fine-tuning", dates=("2023-01-01", "2024-01-01"))
    assert view.state == (
        "10 of 200 papers with “vis tran” in title or abstract, in topic Fine-tuning, "
        "dated 2023-01-01 to 2024-01-01."
    )
    view.filter(text=None, dates=None)
    assert view.state == "75 of 200 papers in topic Fine-tuning."
    view.filter(topic=None, least_weight=0.6)
    expected = int((view._core.papers["cluster_weight"] >= np.float32(0.6)).sum())
    assert 0 < expected < 200
    assert view.state == (
        f"{expected} of 200 papers with a weight of at least 0.60 in their cluster."
    )
    view.reset()
    assert view.state == "All 200 papers shown."


def test_a_filter_that_leaves_nothing(view):
    view.filter(text="wombats of the moon")
    assert view.state == "No paper with “wombats of the moon” in title or abstract."
    assert view.widgets.table.rows == []
    assert view.widgets.table.page == 0


def test_open_sides_of_dates(view):
    assert state_words(
        replace(ViewState(), dates=(pd.Timestamp("2024-01-01"), None)),
        n_shown=1, n_papers=2, n_chosen=1, labels={},
    ) == "1 of 2 papers dated 2024-01-01 or later. 1 chosen."  # fmt: skip
    view.filter(dates=(None, "2023-01-10"))
    assert shown(view) == 1


def test_a_paper_known_to_the_year_is_shown_where_any_day_of_it_would_be(run):
    papers = run.papers.assign(published_precision="year", published=pd.Timestamp("2024-01-01"))
    view = explore(replace(run, papers=papers.astype({"published": "datetime64[us]"})))
    view.filter(dates=("2024-06-01", "2024-07-01"))
    assert shown(view) == 200
    view.filter(dates=("2025-01-01", None))
    assert shown(view) == 0


def test_undated_papers_are_hidden_by_dates_only():
    view = explore(told_run(30, n_undated=5))
    assert shown(view) == 30
    view.filter(dates=("2020-01-01", None))
    assert shown(view) == 25
    assert view.widgets.bars.note == "Not in the bars: 5 undated."


def test_a_broader_cluster_stands_for_its_parts(run):
    view = explore(two_levels(run))
    view.filter(cluster="c0101")
    assert shown(view) == 100
    assert descendants(two_levels(run).groups)["c0101"] == {"c0101", "c0001", "c0002"}
    options = [label for label, _ in view.widgets.cluster.options]
    assert options == [
        *("all clusters", "Cluster 3 (50)", "Cluster 4 (50)", "Learning at large"),
        *("    Cluster 1 (50)", "    Cluster 2 (50)"),
    ]


# choosing


def test_nothing_is_chosen_at_first(view):
    assert list(view.selection.columns) == list(SELECTION)
    assert view.selection.empty


def test_choosing_by_ids_masks_frames_words_and_groups(view, run):
    view.select(["2301.00003", "2301.00001"])
    assert list(view.selection["paper_id"]) == ["2301.00001", "2301.00003"]
    view.select(run.papers["title"].str.contains("part 7$"))
    assert list(view.selection["title"]) == [f"On {SUBJECTS[3]}, part 7"]
    view.select(view.near("speech in noise", n=5))
    assert set(view.selection["cluster_id"]) == {"c0004"}
    view.select(cluster="Cluster 2", text="part 137")
    assert view.selection["title"].tolist() == [f"On {SUBJECTS[1]}, part 137"]
    view.select(topic="topic-0")
    assert len(view.selection) == 50
    view.select()
    assert view.selection.empty


def test_the_selection_holds_no_abstract_and_carries_columns_of_the_input(run):
    view = explore(replace(run, papers=run.papers.assign(citations=range(200))))
    view.select(["2301.00009"])
    assert view.selection["citations"].tolist() == [9]
    assert "abstract" not in view.selection
    changed = view.selection.assign(title="x")
    assert view.selection["title"][0] != changed["title"][0]


def test_aliases_name_a_paper(run):
    aliases = pd.Series([["old"] if i == 4 else [] for i in range(200)], dtype="object")
    view = explore(replace(run, papers=run.papers.assign(aliases=aliases)))
    view.select(["old"])
    assert view.selection["paper_id"].tolist() == ["2301.00004"]
    assert view.near("old", n=1)["paper_id"][0] != "2301.00004"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: v.select(["no", "such", "2301.00001"]), "no paper 'no', 'such'"),
        (lambda v: v.select([True, False]), "a mask of 2 for 200 papers"),
        (lambda v: v.select(pd.DataFrame({"id": []})), "a frame without a column paper_id"),
        (lambda v: v.select(topic="wombats"), "no topic 'wombats' in run 0001-2025-03-17"),
        (lambda v: v.filter(cluster="c9"), "no cluster 'c9' in run 0001-2025-03-17"),
        (lambda v: v.filter(dates=("soon", None)), "dates=('soon', None)"),
        (
            lambda v: v.filter(dates=("2025-01-01", "2024-01-01")),
            "the last day is before the first",
        ),
        (lambda v: v.filter(least_weight=2), "least_weight=2"),
        (lambda v: v.color_by("mood"), "color 'mood'"),
        (lambda v: v.near("  "), "an empty text"),
        (lambda v: v.near("x", n=0), "n=0"),
        (lambda v: v.near(7), "7 in place of a paper"),
        (lambda v: v.name("x"), "no paper is chosen"),
    ],
)
def test_what_a_user_can_mend_is_said(view, call, message):
    with pytest.raises(InputError) as caught:
        call(view)
    assert message in str(caught.value)
    assert "Next: " in str(caught.value)
    assert view.state == "All 200 papers shown."


# near, name, trend


def test_near_a_paper_and_near_a_text(view, run):
    near = view.near("2301.00003", n=4)
    assert list(near.columns) == ["similarity", "words", "date", "title", "url", "paper_id"]
    assert "2301.00003" not in set(near["paper_id"])
    assert near["title"].str.contains("speech").all()
    row = int(near["paper_id"][0][-5:])
    assert near["similarity"][0] == pytest.approx(
        float(run.vectors[3] @ run.vectors[row]), abs=1e-6
    )
    text = view.near("speech in noise", n=3)
    assert text["words"].str.contains("speech").all()
    assert (text["similarity"].diff().dropna() <= 0).all()


def test_an_embedding_of_the_whole_corpus_embeds_no_text(run):
    manifest = {**run.manifest, "embedding": {"name": "tfidf"}}
    view = explore(replace(run, manifest=manifest))
    with pytest.raises(
        InputError, match="this run's embedding \\(tfidf\\) cannot embed a new text"
    ):
        view.near("speech")
    assert (view.near("2301.00003")["words"] == "").all()


@pytest.mark.parametrize(
    "label", ["Speech in noise", *HOSTILE[:4], HOSTILE[15], 'a "quoted" \\ one']
)
def test_a_named_selection_is_a_topic_that_can_be_read(view, label, tmp_path):
    view.select(cluster="c0004")
    text = view.name(label)
    path = tmp_path / "topics.toml"
    path.write_text(text, encoding="utf-8")
    (topic,) = read_topics(path)
    assert topic.strong
    assert any("speech" in phrase.lower() for phrase in (*topic.strong, *topic.weak))
    assert len(topic.exemplars) == 3
    assert text.startswith("# From 50 papers chosen in run 0001-2025-03-17; 50 of them compared")


def test_one_chosen_paper_can_be_named(view, tmp_path):
    view.select(["2301.00003"])
    path = tmp_path / "topics.toml"
    path.write_text(view.name("Just one"), encoding="utf-8")
    assert [topic.id for topic in read_topics(path)] == ["just-one"]


def test_the_trend_counts_the_chosen_papers(view, run):
    from analysis.exploring.naming import selection_trend

    view.select(cluster="c0001")
    rows = np.flatnonzero(view._core.chosen)
    table = selection_trend(run, rows=rows)
    assert table["n_papers"].sum() == 50
    assert table["n_total"].sum() == 200
    assert (table["share_low"] <= table["share"]).all()
    figure = view.trend()
    assert "Share of 50 chosen papers, 50 in Cluster 1" in figure.layout.title.text


def test_no_trend_without_a_choice_or_dates():
    view = explore(told_run(30, n_undated=30))
    assert "no share over time" in view.trend().layout.annotations[0].text
    view.select(["2301.00001"])
    assert "no share over time" in view.trend().layout.annotations[0].text
    assert view.widgets.bars.labels == []


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
    assert (table.listed, table.n_chosen) == ("shown", 1)
    view.select(["2301.00001", "2301.00002"])
    assert table.listed == "chosen"
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
    front.table._handle_custom_msg({"kind": "look", "id": "2301.00007"}, [])
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
    assert front.table.listed == "chosen"


def test_two_views_of_one_run_stay_apart(run):
    first, second = explore(run), explore(run)
    first.widgets.search.value = "speech"
    first.select(cluster="c0001")
    assert (shown(second), len(second.selection)) == (200, 0)
    assert second.widgets.search.value == ""


# what is stored and shown without widgets


def test_the_stored_output_is_small_and_has_a_picture(view):
    bundle, metadata = view._repr_mimebundle_()
    assert bundle["text/plain"] == "View of run 0001-2025-03-17. All 200 papers shown."
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert base64.b64decode(bundle["image/png"])[:4] == b"\x89PNG"
    assert len(json.dumps(bundle)) < 120_000
    assert metadata["image/png"]["alt"].startswith("Topic map.")


def test_no_abstract_is_in_any_widgets_state(view):
    front = view.widgets
    front.panel._handle_custom_msg({"kind": "ready"}, [])
    front.table._handle_custom_msg({"kind": "look", "id": "2301.00007"}, [])
    widgets = [front.panel, front.dates, front.table, front.search, front.cluster, front.figure]
    states = [{k: v for k, v in w.get_state().items() if k != "_esm"} for w in widgets]
    assert "experiment" not in str(states)
    assert "part 7" not in str(states[-1])  # the map holds no titles either
    assert "part 197" in str(states)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 14, 15, 30, 60])
@pytest.mark.parametrize("dated", [True, False])
def test_any_size(n, dated):
    view = explore(told_run(n, n_undated=0 if dated else n))
    front = view.widgets
    front.panel._handle_custom_msg({"kind": "ready"}, [])
    assert (front.figure is None) == (n < 15)
    view.filter(text="learning", least_weight=None)
    view.select(text="adapters")
    view.trend()
    bundle, _ = view._repr_mimebundle_()
    assert bundle["image/png"]
    view.reset()
    assert front.table.n_shown == n


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_in_every_place(text):
    view = explore(told_run(60, texts=[text]))
    view.widgets.panel._handle_custom_msg({"kind": "ready"}, [])
    annotations = [a.text for a in view.widgets.figure.layout.annotations]
    assert not any("<script" in a or "<img" in a or "<a " in a for a in annotations)
    view.widgets.table._handle_custom_msg({"kind": "look", "id": "2301.00001"}, [])
    assert all(row["url"] == "" for row in view.widgets.table.rows)
    view.select(text=text)
    assert view._repr_mimebundle_()[0]["image/png"]
    assert "<script" not in str(view.trend().layout.title.text)


# colours


def test_colour_by_any_column(run):
    papers = run.papers.assign(
        citations=range(200),
        venue=[f"v{i % 30}" if i % 7 else None for i in range(200)],
        same="x",
        award=[i % 2 == 0 for i in range(200)],
    )
    view = explore(replace(run, papers=papers))
    assert view._core.colorings == ["cluster", "topic", "date", "citations", "venue", "award"]
    view.color_by("venue")
    entries = view.widgets.panel.entries
    assert [entries[-2]["label"], entries[-1]["label"]] == ["18 others", "unknown"]
    assert sum(entry["n"] for entry in entries) == 200
    view.color_by("citations")
    assert view.widgets.panel.entries == []
    assert view._core.looks.ticks[-1] == (199.0, "199")
    view.color_by("award")
    assert len(view.widgets.panel.entries) == 2


def test_missing_values_are_grey(run):
    papers = view_papers(run).assign(score=[np.nan, *range(1, 200)])
    found = looks(papers, color="score", allowed=["score"])
    assert found.scale[0][1] == found.scale[1][1] == "#a3a8b0"
    assert found.values[0] == np.float32(found.low)
    assert found.values[1] > found.low + (found.high - found.low) * 0.02


def test_clusters_beyond_the_palette_have_other_shapes():
    found = looks(
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
    window = fitted((-10, 10), (-10, 10), width=800, height=560)
    found = placed_labels(spots(rows), window=window, whole=window)
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
    whole = fitted((-10, 10), (-10, 10), width=800, height=560)
    far = placed_labels(spots(rows), window=whole, whole=whole)
    assert far["group_id"].tolist()[:2] == ["c0101", "c0003"]
    window = fitted((-4, 4), (-4, 4), width=800, height=560)
    near = placed_labels(spots(rows), window=window, whole=whole)
    assert set(near["group_id"]) == {"c0001", "c0002", "c0003"}
    away = fitted((20, 24), (20, 24), width=800, height=560)
    assert placed_labels(spots(rows), window=away, whole=whole).empty


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
    whole = fitted((-15, 15), (-15, 15), width=800, height=560)
    rows, dense = drawn_rows(x, y, window=whole)
    assert dense
    assert len(rows) == 3000
    window = fitted((-0.5, 0.5), (-0.5, 0.5), width=800, height=560)
    rows, dense = drawn_rows(x, y, window=window)
    held = (abs(x) <= window.x[1]) & (abs(y) <= window.y[1])
    assert dense
    assert len(rows) == held.sum() < 33_000
    rows, dense = drawn_rows(x[:500], y[:500], window=window)
    assert (len(rows), dense) == (500, False)


def test_a_lasso_over_a_density_counts_papers_that_are_not_drawn(run):
    from plotly.callbacks import BoxSelector, LassoSelector

    scene = replace(explore(run)._core.scene(), dense=True, drawn=np.array([0]))
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
