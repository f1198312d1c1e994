"""Words: counted wherever they stand, joined to forms, chosen by titles and neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from analysis.clusters.labels.ngrams import (
    bracketed,
    frequent_ngrams,
    mostly_foreign,
    spellings,
    tokens_of,
)
from analysis.clusters.labels.words import Word, find_words

FILLER = "rivers mountains lakes forests deserts islands valleys meadows glaciers canyons".split()


def said(titles: list[str], abstracts: list[str | None], *, least: int) -> dict[str, int]:
    """How many papers say each phrase."""
    tokens = tokens_of(titles, abstracts)
    out: dict[str, int] = {}
    for grams in frequent_ngrams(tokens, least=least):
        counts = np.asarray(grams.presence(tokens, n=len(titles)).sum(axis=0)).ravel()
        out |= {" ".join(key): int(n) for key, n in zip(grams.keys, counts, strict=True)}
    return out


# runs of words


def test_phrases_are_counted_wherever_they_stand():
    found = said(
        ["World models", "On world model learning", "A world of models"],
        ["We use a World-Model.", None, "The world. Models."],
        least=1,
    )
    assert found["world model"] == 2
    assert found["world model learning"] == 1
    assert found["worldmodel"] == 1
    assert "model world" not in found
    assert "model" not in found  # too general to stand alone


def test_phrases_end_at_signs_function_words_and_stock_words():
    found = said(["Wombats, burrows", "wombats use burrows", "wombats and burrows"], [None] * 3,
                 least=1)  # fmt: skip
    assert found == {"wombat": 3, "burrow": 3}
    found = said(["wombat (burrow)", "wombat_burrow", "Wombat"], [None] * 3, least=1)
    assert found == {"wombat": 3, "burrow": 2}


def test_papers_are_counted_not_occurrences():
    assert said(["wombat wombat burrow"], ["Wombat burrow. Wombat burrow."], least=1) == {
        "wombat": 1,
        "burrow": 1,
        "wombat burrow": 1,
    }
    assert said(["wombat burrow"] * 3 + ["wombat"], [None] * 4, least=4) == {"wombat": 4}


@given(st.lists(st.lists(st.sampled_from(["wombat", "burrow", "kelp", "of", ","]), max_size=8)))
def test_counts_are_those_of_a_naive_search(texts):
    titles = [" ".join(words) for words in texts]
    expected: dict[str, set[int]] = {}
    for row, words in enumerate(texts):
        for start in range(len(words)):
            for stop in range(start + 1, min(start + 4, len(words)) + 1):
                run = words[start:stop]
                if not {"of", ","} & set(run) and len(set(run)) == len(run):
                    expected.setdefault(" ".join(run), set()).add(row)
    assert said(titles, [None] * len(titles), least=1) == {
        key: len(rows) for key, rows in expected.items()
    }


def test_spellings_are_counted_in_abstracts_and_in_titles_where_there_is_no_other():
    tokens = tokens_of(
        ["World Models", "Kelp Beds"], ["World models. A world model, world models.", None]
    )
    pairs = [grams for grams in frequent_ngrams(tokens, least=1) if grams.length == 2]
    columns = [pairs[0].keys.index(key) for key in (("world", "model"), ("kelp", "bed"))]
    assert spellings(pairs[0], tokens, columns=columns) == [
        [("world model", 1), ("world models", 1), ("World models", 1)],
        [("Kelp Beds", 1)],
    ]


def test_short_forms_are_those_whose_capitals_are_the_initials():
    text = "Kelp bed models (KBMs). Kelp bed models (KBM), kelp bed models (see), bed models (KBM)."
    tokens = tokens_of([text], [None])
    rows = {
        " ".join(grams.keys[row.column]): (row.word, row.n)
        for grams in frequent_ngrams(tokens, least=1)
        if grams.keys
        for row in bracketed(grams, tokens).itertuples()
    }
    assert rows == {"kelp bed model": ("kbm", 2)}


def test_papers_of_other_languages_are_told_by_their_function_words():
    tokens = tokens_of(
        ["The burrow of the wombat", "Le terrier du wombat dans les bois", "Wombat"], [None] * 3
    )
    assert mostly_foreign(tokens, n=3).tolist() == [False, True, False]


# words


def corpus(n: int = 400, *, seed: int = 0) -> pd.DataFrame:
    """Papers of two fields, even and odd rows; some of the even ones are about kelp harvest.

    Every fifth paper says "marine survey", in no title; every tenth even one "KH", the short form.
    """
    random = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        about = i % 2 == 0 and i % 8 == 0
        words = " and ".join(random.choice(FILLER, 4))
        title = f"{words} by kelp harvest" if about and i % 16 == 0 else words
        abstract = f"Of {words}."
        if about:
            abstract += " Kelp-harvest (KH)." if i % 10 == 0 else " Kelp harvest trials."
        if i % 5 == 0:
            abstract += " A marine survey."
        rows.append({"paper_id": f"p{i:04d}", "title": title, "abstract": abstract})
    return pd.DataFrame(rows)


def near_of(n: int) -> sp.csr_matrix:
    """Each paper is near the next four of its remainder by eight."""
    rows = np.repeat(np.arange(n), 4)
    return sp.csr_matrix(
        (np.ones(4 * n, "float32"), (rows, (rows + 8 * np.tile([1, 2, 3, 4], n)) % n)), shape=(n, n)
    )


def words_of(papers: pd.DataFrame, *, near: sp.csr_matrix | None = None, **options) -> list[Word]:
    n = len(papers)
    options = {"groups": sp.csr_matrix((n, 0)), "labels": [], **options}
    options = {"dated": np.ones(n, dtype=bool), **options}
    return find_words(papers, near=near_of(n) if near is None else near, **options)


def kelp(words: list[Word]) -> Word | None:
    return next((word for word in words if word.id == "kelp-harvest"), None)


def test_a_phrase_of_titles_and_neighbours_is_a_word_with_all_its_papers():
    word = kelp(words_of(corpus()))
    assert word is not None
    assert word.label == "Kelp harvest"
    assert word.rows.tolist() == list(range(0, 400, 8))
    assert word.forms[0] == "Kelp harvest"
    assert not {"Kelp-harvest", "kelp harvest"} & set(word.forms)


def test_stock_phrases_are_no_words():
    papers = corpus()
    assert "marine-survey" not in {word.id for word in words_of(papers)}
    everywhere = sp.csr_matrix(np.ones((400, 400), "float32") - np.eye(400, dtype="float32"))
    assert kelp(words_of(papers, near=everywhere)) is None


def test_what_a_group_carries_is_no_word():
    papers = corpus()
    rows = np.arange(0, 400, 8)
    for size, is_word in ((len(rows), False), (400, True)):
        group = np.zeros((400, 1), "float32")
        group[rows] = 1
        group[: max(size - len(rows), 0)] = 1
        found = kelp(words_of(papers, groups=sp.csr_matrix(group), labels=["Seaweed"]))
        assert (found is not None) == is_word


@pytest.mark.parametrize(
    ("label", "part", "is_word"),
    [
        ("Kelp harvests", 0.0, False),
        ("The kelp-harvest of today", 0.0, False),
        ("Boats", 0.0, True),
        ("Kelp", 0.0, True),
        ("Boats, kelp harvest", 0.4, True),
        ("Boats, kelp harvest", 0.6, False),
        ("Kelp, harvest", 0.6, True),
        ("Kelp harvest · Boats", 0.6, False),
    ],
)
def test_a_label_carries_its_phrase_and_a_list_those_whose_papers_it_has(label, part, is_word):
    group = np.zeros((400, 1), "float32")
    group[np.arange(0, 400, 8)[: int(50 * part)]] = 1
    group[1::2] = 1
    words = words_of(corpus(), groups=sp.csr_matrix(group), labels=[label])
    assert (kelp(words) is not None) == is_word


def test_words_that_are_not_wanted_are_left_out():
    assert kelp(words_of(corpus(), without=["KELP"])) is None
    assert kelp(words_of(corpus(), without=["sea"])) is not None


def test_a_word_needs_twenty_dated_papers():
    papers = corpus()
    dated = np.zeros(400, dtype=bool)
    dated[: 8 * 20] = True
    assert kelp(words_of(papers, dated=dated)) is not None
    dated[0] = False
    assert kelp(words_of(papers, dated=dated)) is None


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_few_papers_have_no_words(n):
    assert words_of(corpus().head(n), near=sp.csr_matrix((n, n), dtype="float32")) == []


def test_titles_alone_are_enough():
    papers = corpus().assign(abstract=None)
    papers["title"] = np.where(np.arange(400) % 8 == 0, "Kelp harvest", papers["title"])
    assert kelp(words_of(papers)) is not None


def test_the_order_of_papers_does_not_matter():
    papers = corpus()
    order = np.random.default_rng(1).permutation(400)
    plain = words_of(papers)
    mixed = words_of(papers.iloc[order].reset_index(drop=True), near=near_of(400)[order][:, order])
    assert [(word.id, word.label, word.forms) for word in plain] == [
        (word.id, word.label, word.forms) for word in mixed
    ]
    for one, other in zip(plain, mixed, strict=True):
        assert one.rows.tolist() == sorted(order[other.rows].tolist())


def test_the_commonest_words_are_kept():
    assert [word.id for word in words_of(corpus(), most=1)] == [words_of(corpus())[0].id]


def test_hostile_text_is_only_text():
    papers = corpus()
    papers["abstract"] += " <script>alert(1)</script> \u202e \x00 =HYPERLINK(1)"
    assert kelp(words_of(papers)) is not None
