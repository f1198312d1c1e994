from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.topics.phrase_evidence import sentence_roles
from analysis.topics.phrases import (
    EXCLUDED,
    STRONG,
    drop_excluded,
    find_phrases,
    phrase_forms,
    phrase_matcher,
    sequences,
)


def found(text: str, *phrases: str, excluded: tuple[str, ...] = ()) -> set[str]:
    look = phrase_matcher([(p, 0, STRONG) for p in phrases] + [(p, 0, EXCLUDED) for p in excluded])
    hits = [
        hit for words in sequences(text) for hit in drop_excluded(find_phrases(words, matcher=look))
    ]
    return {hit.pattern.phrase for hit in hits}


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("pre-training", "Pretraining again"),
        ("pre-training", "PRE-TRAINING again"),
        ("pre-training", "Better pre training"),
        ("pretraining", "Better Pre-training"),
        ("fine-tuning", "Finetuning at home"),
        ("adapter", "Adapters"),
        ("adapters", "One adapter"),
        ("case study", "Case studies"),
        ("scaling law", "The Scaling-Laws of things"),
        ("LoRA", "lora: low rank"),
        ("RLHF", "(RLHF)"),
        ("mixture-of-experts", "A Mixture of Experts"),
        ("text-to-image", "On Text-to-Image models"),
        ("text-to-image", "On text to image models"),
        ("distil*", "Distillation"),
        ("distil*", "DistilBERT is small"),
        ("*LoRA", "QLoRA and others"),
        ("*lora*", "Explorations"),
        ("introduc* ... dataset", "We introduce a new large dataset"),
        ("introduc* ... dataset", "introducing datasets"),
        ("introduce ... dataset", "introduce a b c d e f g h dataset"),
        ("reduc* ... cost of training", "reduces the total cost of training"),
        ("C.L.I.P", "C.L.I.P"),
    ],
)
def test_forms_that_are_found(phrase, text):
    assert found(text, phrase) == {phrase}


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("adapter", "Adaptation"),
        ("MoE", "Moenchengladbach"),
        ("data", "Database"),
        ("scaling law", "Scaling and law"),
        ("distil", "Distillation"),
        ("image text", "Image"),
        ("low-rank", "Low and rank"),
        ("a.b", "aXb"),
        ("*LoRA", "Explorations"),
        ("introduc* ... dataset", "dataset we introduce"),
        ("introduce ... dataset", "introduce a b c d e f g h i dataset"),  # nine between
        ("reduc* ... cost of training", "reduces the cost and training"),
    ],
)
def test_forms_that_are_not_found(phrase, text):
    assert found(text, phrase) == set()


def test_an_excluded_phrase_bars_what_it_overlaps_and_only_that():
    text = "A pre-trained model, and pre-training of another."
    assert found(text, "pre-trained", excluded=("pre-trained model",)) == set()
    assert found(text, "pre-training", excluded=("pre-trained model",)) == {"pre-training"}
    assert found("pretrained on text", "pre-trained", excluded=("pre-trained model",)) == {
        "pre-trained"
    }


def test_an_excluded_phrase_of_one_topic_bars_nothing_of_another():
    look = phrase_matcher([("data", 0, STRONG), ("data", 1, EXCLUDED)])
    hits = drop_excluded(find_phrases(["data"], matcher=look))
    assert [hit.pattern.owner for hit in hits] == [0]


@pytest.mark.parametrize("phrase", ["", "*", "...", "... data", "data ...", "--", "$%&"])
def test_phrases_without_words_have_no_form(phrase):
    assert phrase_forms(phrase) == []


words = st.lists(st.sampled_from(["data", "set", "pre-train", "a", "LoRA"]), max_size=12)


@given(words)
def test_a_phrase_without_marks_is_found_exactly_where_its_words_stand(text):
    look = phrase_matcher([("data set", 0, STRONG)])
    hits = [(h.start, h.end) for h in find_phrases(text, matcher=look)]
    assert hits == [(i, i + 2) for i in range(len(text) - 1) if text[i : i + 2] == ["data", "set"]]


# roles of sentences


def roles(*sentences: str) -> list[str]:
    return [part.role for part in sentence_roles("T", " ".join(sentences))][1:]


@pytest.mark.parametrize(
    "sentence",
    [
        "We propose a method.",
        "In this paper, we introduce it.",
        "This work studies adapters.",
        "This survey reviews the field.",
        "To this end, a method is proposed.",
        "A benchmark, called BenchX, follows.",
        "Our contributions include a release and analysis.",
    ],
)
def test_sentences_that_say_what_is_proposed(sentence):
    assert roles(sentence) == ["proposal"]


def test_background_ends_with_the_first_proposal():
    assert roles("Models grow.", "Our world too.", "We propose X.", "Models grow.") == [
        "background",
        "rest",
        "proposal",
        "rest",
    ]


def test_an_abstract_without_proposal_has_no_background():
    assert roles("Models grow.", "Costs do too.") == ["rest", "rest"]


def test_a_paper_without_abstract_is_its_title():
    for abstract in (None, "", " "):
        assert [(p.role, p.text) for p in sentence_roles("T", abstract)] == [("title", "T")]
