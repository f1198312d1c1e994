"""Names checked by their form, against other groups, and against the papers that say them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.clusters.labels.choice import label_figures
from analysis.clusters.labels.occurrences import PhraseIndex
from analysis.pipeline.names.cards import cluster_cards, members
from analysis.pipeline.names.check import (
    LONGEST_NAME,
    folded_name,
    name_figures,
    name_parts,
    name_problems,
    phrase_index,
)
from page_runs import made_run

GROUPS = pd.DataFrame(
    [
        ("cluster", "c0001", "Corpus", 5),
        ("cluster", "c0002", "Agents", 4),
        ("cluster", "c0003", "Old", 0),
        ("topic", "peft", "Fine-tuning", 3),
    ],
    columns=["kind", "group_id", "label", "n_papers"],
)


def problems(names: dict[str, str]) -> list[str]:
    return name_problems(names, groups=GROUPS, run="0001")


# form and other groups


def test_good_names_have_no_problem():
    assert problems({}) == []
    assert problems({"c0001": "Machine translation", "c0002": "機械翻訳"}) == []
    assert problems({"c0001": "Corpus"}) == []  # its own
    assert problems({"c0001": "Agents", "c0002": "Corpus"}) == []  # exchanged
    assert problems({"c0001": "Old"}) == []  # of a cluster without papers


def test_wrong_ids_and_names_are_told_together():
    found = problems(
        {"c0009": "A", "peft": "B", "c0003": "C", "c0001": " \x1b ", "c0002": "--", "\x1b[1m": "D"}
    )
    assert found == [
        "run 0001 has no cluster 'c0009'",
        "peft is a topic; its label is set in topics.toml",
        "cluster c0003 has no papers in run 0001",
        "run 0001 has no cluster '[1m'",
        "c0001: no name",
        "c0002: '--' has no letter or digit",
    ]
    assert problems({"c0001": "a" * LONGEST_NAME}) == []
    (long,) = problems({"c0001": "a" * (LONGEST_NAME + 1)})
    assert long == f"c0001: '{'a' * 40}…' has {LONGEST_NAME + 1} characters"


def test_two_groups_of_one_name_are_refused():
    assert problems({"c0001": " AGENTS\t"}) == [
        "“AGENTS” would be the name of cluster c0001 and cluster c0002"
    ]
    assert problems({"c0001": "fine-tuning"}) == [
        "“fine-tuning” would be the name of cluster c0001 and topic peft"
    ]
    assert problems({"c0001": "X", "c0002": "x"}) == [
        "“X” would be the name of cluster c0001 and cluster c0002"
    ]


# papers

PAPERS = pd.DataFrame(
    [
        ("Quantization of models", "We quantize weights."),  # member
        ("Low-rank adaptation", "LoRA for optimizers."),  # member
        ("A study", None),  # member
        ("Fine-tuning", "With LoRAs and an optimizer."),
        ("Trees", "On forests."),
    ],
    columns=["title", "abstract"],
)
MEMBERS = np.array([True, True, True, False, False])


def figures(name: str, rows: np.ndarray = MEMBERS) -> tuple[float, float, int, int, int]:
    f = name_figures(name, index=phrase_index(PAPERS), members=rows)
    return f.coverage, f.precision, f.n_members, f.n_said, f.n_both


def test_figures_by_hand():
    assert figures("LoRA") == (1 / 3, 1 / 2, 3, 2, 1)
    assert figures("Quantization and LoRA") == (2 / 3, 2 / 3, 3, 3, 2)
    assert figures("Optimizers for LoRA") == (1 / 3, 1 / 2, 3, 2, 1)  # both, in any order
    assert figures("LoRA optimizers")[3] == 0  # no paper has the one beside the other
    assert figures("Low rank adaptation (LoRA)") == (1 / 3, 1 / 2, 3, 2, 1)
    assert figures("Low rank adaptation")[:2] == (1 / 3, 1.0)  # a hyphen makes no difference
    assert figures("Forest; trees")[:2] == (0.0, 0.0)


def test_what_nobody_says_has_no_precision_and_no_cluster_no_coverage():
    coverage, precision, *_ = figures("Wombats")
    assert coverage == 0
    assert math.isnan(precision)
    assert math.isnan(figures("LoRA", np.zeros(5, dtype=bool))[0])
    assert figures("the of")[3] == 0  # no content word is in every paper
    nothing = name_figures("x", index=PhraseIndex([]), members=np.zeros(0, dtype=bool))
    assert (nothing.n_members, nothing.n_said) == (0, 0)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Mixture of experts (MoE)", ["Mixture of experts", "MoE"]),
        ("Quantization, LoRA and optimizers", ["Quantization", "LoRA", "optimizers"]),
        ("Retrieval & search/ranking · QA", ["Retrieval", "search", "ranking", "QA"]),
        ("Understanding", ["Understanding"]),
        ("", []),
        ("and, (", ["("]),
    ],
)
def test_the_phrases_of_a_name(name, parts):
    assert name_parts(name) == parts


@given(st.sets(st.sampled_from(["lora", "tree", "model", "study", "weight"]), max_size=4))
def test_more_phrases_never_cover_less(words):
    together = figures(", ".join(sorted(words)))
    assert all(figures(word)[0] <= together[0] for word in words)
    assert together[4] <= min(together[2], together[3])


@given(st.text(max_size=60))
def test_any_text_can_be_measured_and_folded(text):
    figures(text)
    assert folded_name(folded_name(text)) == folded_name(text)


def test_the_figures_are_those_of_labels():
    index = phrase_index(PAPERS)
    for phrases in (["LoRA"], ["low-rank adaptation", "optimizer"], ["forests", "trees"]):
        known = label_figures(index, phrases=[index.phrase(p) for p in phrases], members=MEMBERS)
        assert figures(", ".join(phrases))[:2] == known


# cards


def test_clusters_are_shown_largest_first_and_broader_ones_last(subjects):
    cards = cluster_cards(subjects)
    assert [card.id for card in cards] == ["c0001", "c0002", "c0003", "c0004"]
    first = cards[0]
    assert first.n_papers == 50
    assert first.terms == ("wombat", "burrow")
    assert first.exemplars[0][0] == "On adapters for large language models, part 0"
    assert set(first.siblings) == {"c0002", "c0003", "c0004"}


def test_siblings_of_the_same_broader_cluster_come_first(subjects):
    groups = subjects.groups.copy()
    parents = {"c0001": "c0005", "c0002": "c0005"}
    groups["parent_id"] = groups["group_id"].map(parents)
    top = groups.iloc[[0]].assign(group_id="c0005", label="Both", n_papers=100, parent_id=None)
    run = replace(subjects, groups=pd.concat([groups, top], ignore_index=True))
    cards = {card.id: card for card in cluster_cards(run)}
    assert list(cards) == ["c0001", "c0002", "c0003", "c0004", "c0005"]
    for own, other in (("c0001", "c0002"), ("c0002", "c0001")):
        assert cards[own].siblings[0] == other
        assert set(cards[own].siblings) == {other, "c0003", "c0004"}
    assert cards["c0005"].parts == ("c0001", "c0002")
    assert len(cards["c0003"].siblings) == 3  # has no broader one: the nearest
    assert members(run, "c0005").sum() == 100
    assert members(run, "c0002").sum() == 50


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_without_clusters_there_are_no_cards(n):
    assert cluster_cards(made_run(n)) == []


@pytest.mark.parametrize("n_clusters", [1, 2, 3, 7])
def test_every_cluster_has_a_card_and_few_siblings(n_clusters):
    cards = cluster_cards(made_run(63, n_clusters=n_clusters))
    assert sum(card.n_papers for card in cards) == 63
    assert [len(card.siblings) for card in cards] == [min(n_clusters - 1, 5)] * n_clusters
