"""A topic without papers is told in one sentence and drawn nowhere."""

from __future__ import annotations

import pytest

import analysis
from analysis.report.page.map import map_content
from page_runs import made_run

EMPTY = "Zebra husbandry"
FRAMES = ("share_table", "then_and_now_table", "event_table")
SENTENCES = ("describe_shares", "describe_verdicts", "describe_map")


@pytest.fixture(scope="module")
def run():
    made = made_run(200, topics=("Pretraining", "Fine-tuning", "Multimodal", EMPTY))
    of_topics = made.groups[made.groups["kind"] == "topic"].set_index("label")["n_papers"]
    assert of_topics[EMPTY] == 0
    assert of_topics["Pretraining"] > 0
    return made


@pytest.mark.parametrize("name", FRAMES)
def test_no_frame_of_a_figure_has_it(run, name):
    frame = getattr(analysis, name)(run, kind="topic")
    assert EMPTY not in frame["label"].tolist()
    assert name == "event_table" or "Pretraining" in frame["label"].tolist()


@pytest.mark.parametrize("name", SENTENCES)
def test_no_sentence_on_shares_has_it(run, name):
    said = getattr(analysis, name)(run, kind="topic")
    assert EMPTY not in said
    assert "Pretraining" in said or name != "describe_map"


def test_it_cannot_be_chosen_on_the_map_and_no_paper_names_it(run):
    content = map_content(run)
    assert EMPTY not in content.body
    assert "Pretraining" in content.body
    assert EMPTY not in analysis.map_points(run)["topics"].str.cat()


def test_one_sentence_names_it(run):
    said = analysis.describe_topics(run)
    assert said.count(EMPTY) == 1
    assert f"Topics without papers: **{EMPTY}**." in said
