from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.spelling import fold_spelling
from analysis.base.words import fold_word


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("tumour", "tumor"),
        ("behavioural", "behavioral"),
        ("organisation", "organization"),
        ("generalised", "generalized"),
        ("analysed", "analyzed"),
        ("catalysing", "catalyzing"),
        ("modelling", "modeling"),
        ("labelled", "labeled"),
        ("haemoglobin", "hemoglobin"),
        ("leukaemia", "leukemia"),
        ("diarrhoea", "diarrhea"),
        ("centre", "center"),
        ("programme", "program"),
        ("licence", "license"),
        ("grey", "gray"),
    ],
)
def test_british_and_american_spelling_have_one_form(british, american):
    assert fold_spelling(british) == fold_spelling(american) == american
    assert fold_word(british.title() + "s") == fold_word(american + "s")


@pytest.mark.parametrize(
    "word",
    "four hour contour noise wise rise raise disease basis analysis filling filled call parameter "
    "diameter programming does phoenix our".split(),
)
def test_words_that_only_look_british_stay(word):
    assert fold_spelling(word) == word


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text):
    folded = fold_spelling(text.lower())
    assert fold_spelling(folded) == folded
