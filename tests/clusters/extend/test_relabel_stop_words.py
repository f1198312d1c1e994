"""Labels with words that no label may have: replaced in an extension and in a matched fresh fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.clusters import ClusterDescription
from analysis.clusters.extend.relabel import relabelled
from analysis.clusters.labels.choice import contains_any

SUBJECTS = ("prompt tuning of soft prompts", "speech recognition in noise")


def described(label: str, *, name: str = "c0001") -> ClusterDescription:
    return ClusterDescription(
        id=name,
        label=label,
        description="",
        terms=["x"],
        exemplars=["p"],
        color="#000000",
        label_coverage=1.0,
        label_precision=1.0,
    )


@pytest.fixture
def papers() -> pd.DataFrame:
    texts = [SUBJECTS[i % 2] for i in range(40)]
    return pd.DataFrame(
        {
            "title": [f"On {text}" for text in texts],
            "abstract": [f"We study {text} and find that it works." for text in texts],
        }
    )


CLUSTERS = np.array(["c0001", "c0002"] * 20)


def labels(papers: pd.DataFrame, *words: str, label: str = "Prompt tuning") -> list[str]:
    known = [described(label), described("Speech recognition", name="c0002")]
    found = relabelled(known, papers=papers, clusters=CLUSTERS, stop_words=words)
    assert [d.color for d in found] == ["#000000"] * 2
    assert [d.exemplars for d in found] == [["p"]] * 2
    return [d.label for d in found]


def test_a_good_label_stays_without_stop_words(papers):
    assert labels(papers) == ["Prompt tuning", "Speech recognition"]
    assert labels(papers, "wombat", "recognition of speech") == [
        "Prompt tuning",
        "Speech recognition",
    ]


@pytest.mark.parametrize("word", ["prompt tuning", "Prompt Tuning", "prompt-tunings", "tuning"])
def test_a_label_with_a_stop_word_is_replaced_whatever_it_covers(papers, word):
    first, second = labels(papers, word)
    assert "tuning" not in first.casefold()
    assert second == "Speech recognition"


def test_if_nothing_else_is_said_the_cluster_is_not_called_by_the_stop_word(papers):
    words = ("speech", "recognition", "noise")
    known = [described("Prompt tuning"), described("Speech recognition", name="c0002")]
    _, second = relabelled(known, papers=papers, clusters=CLUSTERS, stop_words=words)
    assert second.label == "Cluster 2"


def test_phrases_contain_one_another_word_by_word():
    assert contains_any((1, 2, 3), [(9,), (2, 3)])
    assert contains_any((1, 2), [(1, 2)])
    assert not contains_any((1, 2, 3), [(1, 3), (3, 2), (1, 2, 3, 4), ()])
    assert not contains_any((), [(1,)])
    assert not contains_any((1,), [])


def test_a_label_that_no_paper_says_any_more_is_replaced(papers):
    found = labels(papers, label="Wombats")
    assert found == ["Prompt tuning", "Speech recognition"]


def test_broader_labels_are_measured_on_the_papers_of_their_parts_and_stay(papers):
    parts = [
        replace(described("Prompt tuning"), broader="c0003"),
        replace(described("Speech recognition", name="c0002"), broader="c0003"),
    ]
    known = [*parts, described("Speech recognition, wombats", name="c0003")]
    found = relabelled(known, papers=papers, clusters=CLUSTERS)
    assert [d.label for d in found] == [d.label for d in known]
    assert [d.label_coverage for d in found] == [1.0, 1.0, 0.5]
    assert found[2].label_precision == 1.0


def test_a_name_that_a_person_gave_stays_without_figures(papers):
    by_hand = replace(described("My own"), label_coverage=np.nan, label_precision=np.nan)
    other = described("Speech recognition", name="c0002")
    found = relabelled([by_hand, other], papers=papers, clusters=CLUSTERS)
    assert found[0] is by_hand
    untested = [replace(d, label_coverage=np.nan) for d in (by_hand, other)]
    renewed = relabelled(untested, papers=papers, clusters=CLUSTERS)
    assert [d.label for d in renewed] == ["Prompt tuning", "Speech recognition"]
