"""Queries follow the map page: words begin words, phrases in quotes stay together."""

from __future__ import annotations

import pytest

from analysis.base.words import fold, matching_texts, query_terms, searchable_text
from hostile import HOSTILE

PAPERS = (
    ("Deep learning", "a self-supervised way; language, models"),
    ("Café tables", None),
    ("深層学習の研究", "ﬁne models of language"),
)


def matches(query: str) -> list[int]:
    texts = [searchable_text(*paper) for paper in PAPERS]
    return [row for row, match in enumerate(matching_texts(query, texts=texts)) if match]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [0, 1, 2]),
        ("   ", [0, 1, 2]),
        ("learn", [0]),
        ("earning", []),
        ("deep learning", [0]),
        ("LEARNING Deep", [0]),
        ("cafe", [1]),
        ("café", [1]),
        ("fine", [2]),
        ("学習", [2]),
        ("...", []),
        ("self-sup", [0]),
    ],
)
def test_every_word_must_begin_a_word(query: str, rows: list[int]) -> None:
    assert matches(query) == rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("language model", [0, 2]),
        ('"language model"', [0]),
        ("“Language model”", [0]),
        ("«models of» lang", [2]),
        ('"models of language" 学習', [2]),
        ('"models of language" deep', []),
        ('"learning a self"', [0]),  # from the end of the title into the abstract
        ('"anguage model"', []),
        ('"language model', [0, 2]),  # a quote that is not closed
        ('""', []),
        ('"学習"', [2]),
    ],
)
def test_a_phrase_in_quotes_stays_together(query: str, rows: list[int]) -> None:
    assert matches(query) == rows


def test_terms_are_folded_words_and_phrases() -> None:
    assert query_terms("A_b-c") == [" a", " b", " c"]
    assert query_terms('x "É, b" X') == [" x", " e b"]
    assert query_terms("pre-training b", join_hyphens=True) == [" pre training", " b"]
    assert query_terms("学習 深い-学習", join_hyphens=True) == ["学習", " 深い 学習"]


def test_ascii_and_other_texts_are_cut_at_the_same_places() -> None:
    assert searchable_text("A_b-c 3.5", "x'y") == " a b c 3 5 x y"
    assert searchable_text("A_b-c 3.5 é", "x'y") == " a b c 3 5 e x y"
    assert fold("Ｄéjà") == "deja"


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_queries_find_their_own_text(query: str) -> None:
    texts = [searchable_text(query, None), searchable_text("wombat", None)]
    assert matching_texts(query, texts=texts).tolist() == [bool(query_terms(query)), False]
