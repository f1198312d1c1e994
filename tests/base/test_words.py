from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.words import STOP_WORDS, content_words, fold_plural, fold_word, sentences


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("models", "model"),
        ("studies", "study"),
        ("losses", "loss"),
        ("approaches", "approach"),
        ("mixtures", "mixture"),
        ("boxes", "box"),
        ("bias", "bias"),
        ("biases", "bias"),
        ("news", "news"),
        ("matrices", "matrix"),
        ("corpora", "corpus"),
        ("loss", "loss"),
        ("corpus", "corpus"),
        ("analysis", "analysis"),
        ("ties", "tie"),
        ("gas", "gas"),
        ("is", "is"),
    ],
)
def test_plurals(plural, singular):
    assert fold_plural(plural) == singular


@pytest.mark.parametrize(
    "words",
    [
        ("Pre-training", "pretraining", "Pre-Training", "PRETRAINING"),
        ("LLM's", "LLMs", "llm", "LLM’s"),
        ("fine-tuned", "finetuned", "Fine-Tuned"),
    ],
)
def test_spellings_of_one_word_fold_together(words):
    assert len({fold_word(word) for word in words}) == 1


@given(st.sampled_from(["model", "study", "loss", "mixture", "corpus", "box", "pre-training"]))
def test_folding_twice_changes_nothing(word):
    assert fold_word(fold_word(word)) == fold_word(word)


def test_content_words_leave_out_stop_words_numbers_and_letters():
    text = "We don't and don’t use the 3 Models of x in 2024, but GPT-4 and Auto-Encoders."
    assert content_words(text) == ["use", "model", "gpt4", "autoencoder"]
    assert content_words("") == []
    assert content_words("the of and") == []


def test_words_of_any_script_count():
    assert content_words("日本語 モデル naïve") == ["日本語", "モデル", "naïve"]


def test_stop_words_are_lower_case():
    assert {word for word in STOP_WORDS if word != word.lower()} == set()


def test_sentences_begin_with_a_capital_or_a_number():
    text = "We train it (e.g. on text). It works! Does it? 3.5 times better. See i.e. this."
    assert sentences(text) == [
        "We train it (e.g. on text).",
        "It works!",
        "Does it?",
        "3.5 times better.",
        "See i.e. this.",
    ]
    assert sentences("  ") == []


@given(st.text(alphabet="aB1.!? \n", max_size=60))
def test_sentences_lose_nothing_but_spaces(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
