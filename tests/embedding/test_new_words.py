"""Words that the built-in model does not know are learned from the papers that say them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.embedding import embed, strongest_word_finder
from analysis.embedding.builtin import load_model
from analysis.embedding.new_words import (
    FEWEST_PAPERS,
    FEWEST_TEXTS,
    learn_words,
    learned_arrays,
    learned_from_arrays,
    unknown_notes,
    unknown_words,
    with_learned,
)

SUBJECTS = {
    "qvorblat": "A graph has vertices and edges, and we prove a theorem on them by algebra",
    "zzykkra": "The galaxy and its stars emit radiation that a telescope observes in the sky",
}
"""Invented words, each with what the papers that say it are about."""


def corpus(n: int, *, said_in: int) -> list[str]:
    """Texts of both subjects in turn; the first `said_in` of each say its word."""
    texts = []
    for i in range(n):
        word, about = list(SUBJECTS.items())[i % 2]
        texts.append(f"On {word if i // 2 < said_in else 'things'}. {about}, year {i}.")
    return texts


def test_a_word_means_what_its_papers_are_about() -> None:
    learned = learn_words(corpus(FEWEST_TEXTS, said_in=60))
    assert learned is not None
    assert learned.words == tuple(sorted(SUBJECTS))
    graphs, stars = embed(list(SUBJECTS.values()))
    words = embed(list(SUBJECTS), learned=learned)
    assert words[0] @ graphs > words[0] @ stars + 0.3
    assert words[1] @ stars > words[1] @ graphs + 0.3
    assert np.allclose(np.linalg.norm(words, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30, FEWEST_TEXTS - 1])
def test_few_texts_teach_nothing(n: int) -> None:
    assert learn_words(corpus(n, said_in=n)) is None
    assert unknown_words(corpus(n, said_in=n), learned=None)["learned"] == 0


def test_rare_words_and_known_ones_are_not_learned() -> None:
    assert learn_words(corpus(FEWEST_TEXTS, said_in=FEWEST_PAPERS - 1)) is None
    assert learn_words(corpus(FEWEST_TEXTS, said_in=0)) is None


def test_words_that_are_too_few_to_matter_are_not_learned() -> None:
    assert learn_words(corpus(2000, said_in=FEWEST_PAPERS + 1)) is None


def test_the_same_texts_give_the_same_bytes_and_rare_words_keep_their_n_grams() -> None:
    texts = corpus(FEWEST_TEXTS, said_in=40)
    one, other = learn_words(texts), learn_words(list(texts))
    assert one is not None
    assert other is not None
    assert one.vectors.tobytes() == other.vectors.tobytes()
    assert one.vectors.dtype == np.float32


def test_texts_without_learned_words_keep_their_vectors() -> None:
    learned = learn_words(corpus(FEWEST_TEXTS, said_in=60))
    texts = ["Gulls on roofs. They nest.", "", "A graph. For algebra."]
    assert embed(texts).tobytes() == embed(texts, learned=learned).tobytes()


def test_arrays_give_back_the_words() -> None:
    learned = learn_words(corpus(FEWEST_TEXTS, said_in=60))
    assert learned is not None
    back = learned_from_arrays(learned_arrays(learned))
    assert back is not None
    assert back.words == learned.words
    assert back.vectors.tobytes() == learned.vectors.tobytes()
    assert learned_arrays(None) == {}
    assert learned_from_arrays({}) is None


def test_a_model_without_learned_words_is_the_model() -> None:
    model = load_model()
    assert with_learned(model, None) is model
    learned = learn_words(corpus(FEWEST_TEXTS, said_in=60))
    wider = with_learned(model, learned)
    assert len(wider.vectors) == len(wider.rows) == len(model.rows) + 2
    assert "qvorblat" not in model.rows


def test_the_account_counts_each_word_once_a_paper() -> None:
    texts = ["Graph of qvorblat. Qvorblat.", "Graph and galaxy. Telescope."]
    account = unknown_words(texts, learned=None)
    # "graph" and "qvorblat"; "graph", "galaxy" and "telescope"
    assert account["share"] == account["share_before"] == 0.2
    assert account["median"] == 0.25
    assert account["papers_above_half"] == 0
    assert account["commonest"] == ["qvorblat"]
    learned = learn_words(corpus(FEWEST_TEXTS, said_in=60))
    assert unknown_words(texts, learned=learned)["share"] == 0.0


def test_notes_say_what_was_learned_and_what_stays_unknown() -> None:
    account = {"share": 0.02, "share_before": 0.1, "learned": 1200, "commonest": ["mcda", "topsis"]}
    assert unknown_notes(account) == [
        "1,200 words that the built-in embedding does not know (“mcda”, “topsis” …) were learned "
        "from the papers themselves: 10.0% of all words were unknown, 2.0% are"
    ]
    assert unknown_notes({**account, "learned": 0}) == []
    assert unknown_notes({**account, "learned": 0, "share": 0.3}) == [
        "30% of the words are not known to the built-in embedding (“mcda”, “topsis” …); another "
        "one can be given with --embedding"
    ]


def test_evidence_names_a_learned_word() -> None:
    learned = learn_words(corpus(FEWEST_TEXTS, said_in=60))
    papers = pd.DataFrame({"title": ["On qvorblat", "On things"], "abstract": None})
    direction = embed(["qvorblat"], learned=learned)
    find = strongest_word_finder(papers, embedding="builtin", learned=learned)
    without = strongest_word_finder(papers, embedding="builtin")
    assert find is not None
    assert without is not None
    (word, value), (_, before) = find([0], direction)[0][0], without([0], direction)[0][0]
    assert word == "qvorblat"
    assert value > before + 0.1  # the parts of the word are all that the model knows of it
    assert find([1], direction)[0][0][0] != "qvorblat"
    assert strongest_word_finder(papers, embedding="tfidf", learned=learned) is None
