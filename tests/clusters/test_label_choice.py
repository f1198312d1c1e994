"""Labels as queries for their cluster's papers: occurrences, acronyms, names, choice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.clusters.labels.acronyms import find_acronyms, short_form
from analysis.clusters.labels.choice import label_figures, label_options
from analysis.clusters.labels.labels import MIXED, cluster_terms
from analysis.clusters.labels.names import complete_name, written_form
from analysis.clusters.labels.occurrences import PhraseIndex
from analysis.clusters.labels.phrases import count_phrases
from analysis.clusters.labels.terms import ranked_columns
from hostile import HOSTILE


def rows(index: PhraseIndex, text: str) -> list[int]:
    return index.rows(index.phrase(text)).tolist()


# occurrences


def test_spellings_plurals_hyphens_and_case_are_one_phrase():
    index = PhraseIndex(
        [
            "Fine-tuning of tumour models.",
            "fine tuning a Tumor model",
            "finetuning tumours",
            "We tune. Fine. Tuning",
        ]
    )
    assert rows(index, "fine-tuning") == rows(index, "Finetuning") == [0, 1, 2]
    assert rows(index, "tumor models") == [0, 1]
    assert rows(index, "tumour") == [0, 1, 2]
    assert rows(index, "unheard of") == rows(index, "") == rows(index, "...") == []


def test_a_phrase_stands_in_one_sentence_of_one_text():
    index = PhraseIndex(
        ["a graph", "network of a graph. Network", "graph (network)", "graph network"]
    )
    assert rows(index, "graph network") == [3]


def test_an_acronym_that_two_papers_define_counts_as_its_long_form():
    texts = [
        "Retrieval-augmented generation (RAG) helps.",
        "We use retrieval augmented generation (RAG).",
        "RAG agents fail.",
        "A rag doll.",
    ]
    index = PhraseIndex(texts)
    assert index.acronyms == {"RAG": "retrieval augmented generation"}
    assert rows(index, "retrieval-augmented generation") == rows(index, "RAG") == [0, 1, 2]
    assert rows(index, "RAGs") == [0, 1, 2]
    assert rows(index, "rag doll") == [3]
    assert rows(PhraseIndex(texts[:1] + texts[2:]), "retrieval-augmented generation") == [0]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Large language models (LLMs) grow.", "LLM", "large language model"),
        ("mixture of experts (MoE)", "MoE", "mixture of expert"),
        ("the Data Protection Act (DPA)", "DPA", "data protection act"),
        ("a long story about tests (ABC)", None, None),
        ("(LLM) comes first", None, None),
        ("one word (OW", None, None),
        ("magnetic resonance (see MR)", None, None),
    ],
)  # fmt: skip
def test_acronyms_are_found_by_initials(text, short, long):
    assert find_acronyms([text, text]) == ({short: long} if short else {})
    assert find_acronyms([text]) == {}


def test_an_acronym_with_two_meanings_has_none():
    texts = ["prostate cancer antigen (PCA)"] * 2 + ["principal component analysis (PCA)"] * 2
    assert find_acronyms(texts) == {}
    assert short_form("LLMs") == "LLM"
    assert short_form("Llama") == short_form("a") == short_form("(X)") == ""


@given(st.lists(st.sampled_from([*HOSTILE, "a b", "A-B c", "(AB)", "alpha beta (AB)"]), max_size=6))
def test_any_texts_can_be_indexed_and_every_paper_says_its_own_words(texts):
    index = PhraseIndex(texts)
    for row, text in enumerate(texts):
        for word in text.split():
            phrase = index.phrase(word)
            assert not phrase or row in index.rows(phrase)


def test_no_texts_and_empty_texts():
    for texts in ([], [""], ["", "..."]):
        index = PhraseIndex(texts)
        assert rows(index, "anything") == []
        assert index.n_texts == len(texts)


@pytest.mark.parametrize("text", ["a" * 500_000, "a-" * 30_000, "(AB) " * 10_000, "a " * 10_000])
def test_long_texts_take_time_in_proportion(text):
    texts = [f"{text} speech", f"{text} speech"]
    assert rows(PhraseIndex(texts), "speech") == [0, 1]
    assert len(count_phrases(texts, [None, None]).texts) == 2


# names


def named(text: str, n: int = 4) -> tuple[PhraseIndex, np.ndarray, list[str]]:
    texts = [text] * n + ["Nothing of the kind."] * n
    return PhraseIndex(texts), np.arange(2 * n) < n, texts


@pytest.mark.parametrize(
    ("text", "part", "name"),
    [
        ("The Middle East respiratory syndrome came.", "respiratory syndrome",
         "middle east respiratory syndrome"),
        ("A short-chain fatty acid is small.", "fatty acid", "short chain fatty acid"),
        ("The General Data Protection Regulation grew.", "protection regulation",
         "general data protection regulation"),
        ("Some mixture of experts was used.", "experts", "mixture of expert"),
        ("It was high performance computing.", "computing", "high performance computing"),
        ("We saw the model there.", "model", "model"),
    ],
)  # fmt: skip
def test_names_are_completed(text, part, name):
    index, members, _ = named(text)
    assert index.key(complete_name(index, index.phrase(part), members=members)) == name


def test_a_name_needs_three_papers_and_has_at_most_six_words():
    index, members, _ = named("Middle East respiratory syndrome", n=2)
    phrase = index.phrase("respiratory syndrome")
    assert complete_name(index, phrase, members=members) == phrase
    index, members, _ = named("red blue green gray pink white black brown stones")
    longest = complete_name(index, index.phrase("stones"), members=members)
    assert index.key(longest) == "gray pink white black brown stone"


def test_a_phrase_is_written_as_papers_do_with_its_acronym():
    texts = ["T. Many reward models (RM) win. A reward model loses."] * 3 + [
        "T. The RM is good."
    ] * 3
    index = PhraseIndex(texts)
    phrase = index.phrase("reward model")
    assert written_form(index, phrase, texts=texts, rows=index.rows(phrase)) == (
        "reward models",
        "RM",
    )


# labels


def options(texts: list[str], members: np.ndarray, **settings: object):
    counts = count_phrases(texts, [None] * len(texts))
    numbers = np.where(members, 0, 1)
    columns = ranked_columns(counts, numbers=numbers)[0]
    return counts, label_options(counts, members=members, columns=columns, **settings)


def test_coverage_and_precision_are_counted():
    texts = ["Speech encoders"] * 6 + ["Speech decoders"] * 2 + ["Quiet rooms"] * 2
    texts += ["Speech encoders"] * 2 + ["Green tea"] * 28
    members = np.arange(40) < 10
    index = PhraseIndex([f"{text}. " for text in texts])
    phrases = [index.phrase("speech encoders")]
    assert label_figures(index, phrases=phrases, members=members) == (0.6, 0.75)
    both = [*phrases, index.phrase("quiet rooms")]
    assert label_figures(index, phrases=both, members=members) == (0.8, 0.8)
    assert label_figures(index, phrases=[()], members=members)[0] == 0.0
    assert np.isnan(label_figures(index, phrases=phrases, members=np.zeros(40, dtype=bool))).all()


def test_a_cluster_of_two_subjects_is_called_by_both():
    texts = ["Speech encoders"] * 10 + ["Protein folding"] * 10 + ["Green tea"] * 60
    counts, found = options(texts, np.arange(80) < 20)
    assert {counts.index.key(phrase) for phrase in found[0].phrases} == {
        "speech encoder",
        "protein folding",
    }
    assert (found[0].coverage, found[0].precision, found[0].is_mixed) == (1.0, 1.0, False)


def test_a_cluster_that_nothing_covers_is_mixed():
    nouns = ["speech", "protein", "galaxy", "lattice", "polymer", "enzyme", "glacier", "volcano"]
    texts = [f"{noun} atlas{i}" for noun in nouns for i in range(2)]
    texts = [f"Old {noun}" for noun in nouns for _ in range(2)] + ["Green tea"] * 60
    numbers = np.where(np.arange(76) < 16, 0, 1)
    found = cluster_terms(count_phrases(texts, [None] * 76), numbers=numbers)
    assert found.labels[0].is_mixed
    assert found.headings[0].startswith(MIXED)
    assert not found.headings[1].startswith(MIXED)


def test_words_that_no_label_uses_and_labels_that_others_have():
    texts = ["Speech encoders in rooms"] * 10 + ["Green tea"] * 30
    numbers = np.where(np.arange(40) < 10, 0, 1)
    counts = count_phrases(texts, [None] * 40)
    plain = cluster_terms(counts, numbers=numbers)
    assert plain.headings[0] == "Speech encoders"
    without = cluster_terms(counts, numbers=numbers, excluded=["encoder"])
    assert "ncoder" not in without.headings[0]
    taken = cluster_terms(counts, numbers=numbers, taken=["speech encoders", "Green tea"])
    assert {h.casefold() for h in taken.headings}.isdisjoint({"speech encoders", "green tea"})


@given(st.lists(st.integers(0, 3), min_size=4, max_size=30))
def test_labels_are_different_and_their_figures_are_shares(kinds):
    words = ["Speech encoders", "Protein folding", "Green tea", "Speech encoders for proteins"]
    numbers = np.unique(kinds, return_inverse=True)[1]
    counts = count_phrases([words[kind] for kind in kinds], [None] * len(kinds))
    found = cluster_terms(counts, numbers=numbers)
    assert len({heading.casefold() for heading in found.headings}) == len(found.headings)
    for label in found.labels:
        assert not label.phrases or (0 < label.coverage <= 1 and 0 < label.precision <= 1)
