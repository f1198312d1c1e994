"""Topics in maps and side by side: evidence in words, the topic menu, two runs compared."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis import compare_shares, compare_topics, default_topics, describe_topics, topic_map
from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.base.schema import TABLES, conform, empty
from analysis.figures.frames import best_evidence, map_points
from analysis.figures.interactive import share_over_time
from analysis.report.page.charts import topic_choices
from analysis.runs import Run
from hostile import HOSTILE
from page_runs import made_run

P0, P8 = "2301.00000", "2301.00008"


def said(run: Run, rows: list[tuple[str, str, str, str, float]]) -> Run:
    """Give a run evidence: paper, topic, how, text, value."""
    whole = [(paper, "topic", topic, how, text, "", v) for paper, topic, how, text, v in rows]
    frame = pd.DataFrame(whole, columns=list(TABLES["evidence"].columns))
    return replace(run, evidence=conform(frame, name="evidence"))


# evidence in words


def test_the_best_evidence_is_chosen_by_kind_then_value():
    run = said(
        made_run(9),
        [
            (P0, "topic-0", "word", "w", 9.0),
            (P0, "topic-0", "neighbour", "A title", 1.0),
            (P0, "topic-1", "word", "w", 0.1),
            (P0, "topic-1", "word", "v", 0.2),
            (P8, "topic-0", "phrase", "b", 1.0),
            (P8, "topic-0", "phrase", "a", 1.0),
            (P8, "topic-1", "phrase", "x", 3.0),
            (P8, "topic-1", "override", "yes", 0.0),
        ],
    )
    found = best_evidence(run)
    assert found.to_dict("list") == {
        "paper_id": [P0, P0, P8, P8],
        "group_id": ["topic-0", "topic-1"] * 2,
        "why": ["like “A title”", "“v”", "“a”", "set by hand"],
    }
    long = said(made_run(9), [(P0, "topic-0", "neighbour", "word " * 30, 1.0)])
    assert len(best_evidence(long)["why"].iloc[0]) <= 70
    assert best_evidence(made_run(9)).empty


def test_points_carry_every_topic_with_weight_and_reason():
    run = said(made_run(80), [(P8, "topic-0", "phrase", "pre-training", 2.0)])
    points = map_points(run).set_index("paper_id")
    assert points.loc[P8, "topics"] == "Pretraining, Fine-tuning"
    assert points.loc[P8, "topics_why"] == "Pretraining 0.90 (“pre-training”); Fine-tuning 0.60"
    assert points.loc[P8, "topic_ids"] == ["topic-0", "topic-1"]
    assert points.loc[P8, "topic_labels"] == ["Pretraining", "Fine-tuning"]
    none = points.loc["2301.00003"]
    assert (none["topics"], none["topics_why"], none["topic_ids"]) == ("", "", [])


@pytest.mark.parametrize("n", [15, 30])
def test_points_of_a_run_without_topics(n):
    points = map_points(made_run(n, topics=()))
    assert (points["topics_why"] == "").all()
    assert points["topic_ids"].map(len).sum() == 0
    assert topic_choices(points) == []
    assert not topic_map(points, color="date").layout.updatemenus


# the menu and the page's choices


def test_choices_hold_all_papers_of_a_topic_and_the_rest():
    points = map_points(made_run(16))
    assert topic_choices(points) == [
        {"id": "topic-1", "label": "Fine-tuning", "rows": [0, 1, 5, 8, 9, 13]},
        {"id": "topic-0", "label": "Pretraining", "rows": [0, 4, 8, 12]},
        {"id": "topic-2", "label": "Multimodal", "rows": [2, 6, 10, 14]},
        {"id": "", "label": "in no topic", "rows": [3, 7, 11, 15]},
    ]


@pytest.mark.parametrize("color", ["cluster", "topic", "date"])
def test_the_menu_selects_what_the_choice_says(color):
    points = map_points(made_run(80, n_undated=3))
    figure = topic_map(points, color=color)
    (menu,) = figure.layout.updatemenus
    labels = [button.label for button in menu.buttons]
    assert labels == [
        "All papers",
        "Fine-tuning (30)",
        "Pretraining (20)",
        "Multimodal (20)",
        "In no topic (20)",
    ]
    assert menu.buttons[0].args[0]["selectedpoints"] == [None] * len(figure.data)
    for button, choice in zip(menu.buttons[1:], topic_choices(points), strict=True):
        chosen = [
            trace.customdata[place][0]
            for trace, places in zip(figure.data, button.args[0]["selectedpoints"], strict=True)
            for place in places
        ]
        assert sorted(chosen) == points["paper_id"].iloc[choice["rows"]].tolist()
    assert all(trace.unselected.marker.opacity < 0.1 for trace in figure.data)


def test_hostile_labels_in_the_menu_are_text():
    run = made_run(80, texts=HOSTILE)
    figure = topic_map(map_points(run), color="topic")
    labels = [button.label for button in figure.layout.updatemenus[0].buttons]
    assert not [label for label in labels if "<" in label or "%{" in label or "$" in label]
    choices = topic_choices(map_points(run))
    assert all(choice["label"] == clean(choice["label"]) for choice in choices)


# two runs


def with_weights(run: Run, weights: dict[tuple[str, str], float]) -> Run:
    rows = run.memberships.copy()
    for (paper, topic), weight in weights.items():
        here = (rows["paper_id"] == paper) & (rows["group_id"] == topic)
        rows.loc[here, "weight"] = weight
    return replace(run, memberships=rows)


def test_papers_that_came_and_went():
    old = said(made_run(16), [(P0, "topic-0", "phrase", "old", 1.0)])
    new = with_weights(old, {(P0, "topic-0"): 0.2, ("2301.00002", "topic-2"): 0.7})
    new = said(new, [(P8, "topic-1", "phrase", "new", 1.0)])
    old = with_weights(old, {(P8, "topic-1"): 0.3})
    found = compare_topics(old, new)
    assert found["group_id"].tolist() == ["topic-0", "topic-1"]
    assert found["change"].tolist() == ["went", "came"]
    assert found["why"].tolist() == ["“old”", "“new”"]
    assert found["weight_before"].tolist() == pytest.approx([0.9, 0.3])
    assert found["weight_after"].tolist() == pytest.approx([0.2, 0.6])
    assert found["paper_id"].tolist() == [P0, P8]
    back = compare_topics(new, old)
    assert back["change"].tolist() == ["came", "went"]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_run_beside_itself_changes_nothing(n):
    assert compare_topics(made_run(n), made_run(n)).empty


def test_what_one_run_lacks_did_not_change():
    old, new = made_run(8), made_run(16)
    assert compare_topics(old, new).empty
    fewer = made_run(16, topics=("Pretraining",))
    assert set(compare_topics(made_run(16), fewer)["group_id"]) <= {"topic-0"}
    assert (
        compare_topics(replace(old, memberships=empty("memberships")), old)["change"]
        .eq("came")
        .all()
    )


def test_one_topic_in_two_runs_is_two_lines():
    old, new = made_run(80), made_run(80)
    shares = compare_shares(old, new, "topic-1")
    assert shares["group_id"].drop_duplicates().tolist() == ["before", "after"]
    assert shares["label"].drop_duplicates().tolist() == [
        "Fine-tuning, before",
        "Fine-tuning, after",
    ]
    own = old.trends[old.trends["group_id"] == "topic-1"]
    assert shares["n_papers"].tolist() == own["n_papers"].tolist() * 2
    names = [trace.name for trace in share_over_time(shares).data if trace.showlegend]
    assert names == ["Fine-tuning, before", "Fine-tuning, after"]


def test_shares_that_cannot_stand_side_by_side():
    old = made_run(80)
    with pytest.raises(InputError) as caught:
        compare_shares(old, old, "peft")
    assert str(caught.value) == (
        "Found: topic 'peft' is not in both run 0001-2025-03-17 and run 0001-2025-03-17\n"
        "Allowed: one of topic-0, topic-1, topic-2\n"
        "Next: look at run.groups for ids and labels"
    )
    yearly = replace(old, trends=old.trends.assign(freq="year"))
    with pytest.raises(InputError, match=r"counts by quarter, run .* by year"):
        compare_shares(old, yearly, "topic-0")
    assert compare_shares(made_run(3, freq=None), old, "topic-0").empty


# in words


def test_topics_in_words():
    text = describe_topics(made_run(80))
    assert "has **3 topics**; 20 of its 80 papers are in none." in text
    assert "- **Fine-tuning** (topic-1): 30 papers, 38 %\n- **Pretraining**" in text
    assert describe_topics(made_run(80, topics=())) == "This run has no topics."
    assert "1 of its 4 papers is in none" in describe_topics(made_run(4))
    assert "each of its 3 papers is in at least one" in describe_topics(made_run(3))


def test_changed_words_are_said_in_words():
    run = made_run(80)
    phrase = {"phrase": "soft *prompts*", "change": "fades", "n_early": 30, "n_late": 1}
    new = {"phrase": "LoRA", "change": "new", "n_early": 0, "n_late": 12}
    topic = {"topic": "a", "label": "PEFT", "vectors": "stay", "n_early": 40, "n_late": 41}
    drifted = [{**topic, "fades": [phrase], "rises": [new]}]
    text = describe_topics(replace(run, manifest={**run.manifest, "vocabulary_drift": drifted}))
    assert text.endswith(
        "The words of **PEFT** changed: “soft &#42;prompts&#42;” fades (30 of 40 earlier, 1 of 41 "
        "later papers) and “LoRA” is new (0 of 40 earlier, 12 of 41 later papers)."
    )


def test_the_definitions_in_use_can_be_had():
    assert default_topics().name == "ml.toml"
    assert "[[topic]]" in default_topics().read_text(encoding="utf-8")
