"""A view of the map in a notebook: choosing papers, asking about them, what is stored."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import InputError, explore
from analysis.notebook.explore.tables import SELECTION
from analysis.topics.definitions import read_topics
from explored import SUBJECTS, shown, told_run
from hostile import HOSTILE

# choosing


def test_nothing_is_chosen_at_first(view):
    assert list(view.selection.columns) == list(SELECTION)
    assert view.selection.empty


def test_choosing_by_ids_masks_frames_words_and_groups(view, subjects):
    view.select(["2301.00003", "2301.00001"])
    assert list(view.selection["paper_id"]) == ["2301.00001", "2301.00003"]
    view.select(subjects.papers["title"].str.contains("part 7$"))
    assert list(view.selection["title"]) == [f"On {SUBJECTS[3]}, part 7"]
    view.select(view.near("speech in noise", n=5))
    assert set(view.selection["cluster_id"]) == {"c0004"}
    view.select(cluster="Cluster 2", text="part 137")
    assert view.selection["title"].tolist() == [f"On {SUBJECTS[1]}, part 137"]
    view.select(topic="topic-0")
    assert len(view.selection) == 50
    view.select()
    assert view.selection.empty


def test_the_selection_holds_no_abstract_and_carries_columns_of_the_input(subjects):
    view = explore(replace(subjects, papers=subjects.papers.assign(citations=range(200))))
    view.select(["2301.00009"])
    assert view.selection["citations"].tolist() == [9]
    assert "abstract" not in view.selection
    changed = view.selection.assign(title="x")
    assert view.selection["title"][0] != changed["title"][0]


def test_aliases_name_a_paper(subjects):
    aliases = pd.Series([["old"] if i == 4 else [] for i in range(200)], dtype="object")
    view = explore(replace(subjects, papers=subjects.papers.assign(aliases=aliases)))
    view.select(["old"])
    assert view.selection["paper_id"].tolist() == ["2301.00004"]
    assert view.near("old", n=1)["paper_id"][0] != "2301.00004"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: v.select(["no", "such", "2301.00001"]), "no paper 'no', 'such'"),
        (lambda v: v.select([True, False]), "a mask of 2 for 200 papers"),
        (lambda v: v.select(pd.DataFrame({"id": []})), "a frame without the column paper_id"),
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
        (lambda v: v.near(7), "7 where a paper is expected"),
        (lambda v: v.name("x"), "no papers are selected"),
    ],
)
def test_what_a_user_can_mend_is_said(view, call, message):
    with pytest.raises(InputError) as caught:
        call(view)
    assert message in str(caught.value)
    assert "Next: " in str(caught.value)
    assert view.state == "All 200 papers shown."


# near, name, trend


def test_near_a_paper_and_near_a_text(view, subjects):
    near = view.near("2301.00003", n=4)
    assert list(near.columns) == ["similarity", "words", "date", "title", "url", "paper_id"]
    assert "2301.00003" not in set(near["paper_id"])
    assert near["title"].str.contains("speech").all()
    row = int(near["paper_id"][0][-5:])
    assert near["similarity"][0] == pytest.approx(
        float(subjects.vectors[3] @ subjects.vectors[row]), abs=1e-6
    )
    text = view.near("speech in noise", n=3)
    assert text["words"].str.contains("speech").all()
    assert (text["similarity"].diff().dropna() <= 0).all()


def test_an_embedding_of_the_whole_corpus_embeds_no_text(subjects):
    manifest = {**subjects.manifest, "embedding": {"name": "tfidf"}}
    view = explore(replace(subjects, manifest=manifest))
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
    assert text.startswith("# From 50 papers selected in run 0001-2025-03-17; 50 of them compared")


def test_one_chosen_paper_can_be_named(view, tmp_path):
    view.select(["2301.00003"])
    path = tmp_path / "topics.toml"
    path.write_text(view.name("Just one"), encoding="utf-8")
    assert [topic.id for topic in read_topics(path)] == ["just-one"]


def test_the_trend_counts_the_chosen_papers(view, subjects):
    from analysis.notebook.topics import selection_trend

    view.select(cluster="c0001")
    rows = np.flatnonzero(subjects.papers["paper_id"].isin(view.selection["paper_id"]))
    table = selection_trend(subjects, rows=rows)
    assert table["n_papers"].sum() == 50
    assert table["n_total"].sum() == 200
    assert (table["share_low"] <= table["share"]).all()
    figure = view.trend()
    assert "Share of 50 selected papers, 50 in Cluster 1" in figure.layout.title.text


def test_no_trend_without_a_choice_or_dates():
    view = explore(told_run(30, n_undated=30))
    assert "no shares over time" in view.trend().layout.annotations[0].text
    view.select(["2301.00001"])
    assert "no shares over time" in view.trend().layout.annotations[0].text


# what is stored and shown without widgets


def test_the_stored_output_is_small_and_has_a_picture(view):
    bundle, metadata = view._repr_mimebundle_()
    assert bundle["text/plain"] == "View of run 0001-2025-03-17. All 200 papers shown."
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert base64.b64decode(bundle["image/png"])[:4] == b"\x89PNG"
    assert len(json.dumps(bundle)) < 120_000
    assert metadata["image/png"]["alt"].startswith("Topic map.")


def test_the_stored_state_of_the_widget_holds_no_paper(view):
    view.select(cluster="c0001")
    state = view.widget.get_state()
    assert state.pop("_esm").startswith("const Common = ")
    assert "experiment" not in str(state)
    assert "part 7" not in str(state)
    assert len(state["selected"]) == 25


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 14, 15, 30, 60])
@pytest.mark.parametrize("dated", [True, False])
def test_any_size(n, dated):
    view = explore(told_run(n, n_undated=0 if dated else n))
    view.filter(text="learning", least_weight=None)
    view.select(text="adapters")
    view.trend()
    bundle, _ = view._repr_mimebundle_()
    if n < 15:
        assert bundle["text/html"].count("<li>") >= n
        assert "application/vnd.jupyter.widget-view+json" not in bundle
    else:
        assert bundle["image/png"]
    view.reset()
    assert shown(view) == n


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_in_every_place(text):
    view = explore(told_run(60, texts=[text]))
    body = view.widget.content.body
    assert not any(mark in body for mark in ("<script", "<img", "<iframe"))
    view.select(text=text)
    assert view._repr_mimebundle_()[0]["image/png"]
    assert "<script" not in str(view.trend().layout.title.text)
