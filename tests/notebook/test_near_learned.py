"""A question in words that only the run has learned finds the papers that they are about."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.embedding import embed
from analysis.embedding.new_words import FEWEST_TEXTS, learn_words, learned_arrays
from analysis.notebook.explore.tables import nearest_papers

ABOUT = {
    "qvorblat": "A graph has vertices and edges, and we prove a theorem on them by algebra",
    "zzykkra": "The galaxy and its stars emit radiation that a telescope observes in the sky",
}


@pytest.mark.parametrize("word", sorted(ABOUT))
def test_a_question_in_learned_words(word: str) -> None:
    texts = [f"On {w}. {ABOUT[w]}, year {i}." for i in range(FEWEST_TEXTS) for w in ABOUT]
    learned = learn_words(texts)
    papers = pd.DataFrame(
        {"title": [f"Paper {w}" for w in ABOUT], "abstract": list(ABOUT.values())}
    )
    papers = papers.assign(
        paper_id=["a", "b"], url="", aliases=[[], []], published_precision="day",
        published=pd.Timestamp("2020-01-01"),
    )  # fmt: skip
    vectors = embed((papers["title"] + ". " + papers["abstract"]).tolist(), learned=learned)
    run = SimpleNamespace(
        papers=papers,
        vectors=vectors,
        manifest={"embedding": {"name": "builtin"}},
        topic_fit=learned_arrays(learned),
    )
    found = nearest_papers(run, word, n=2)
    assert found["title"].tolist()[0] == f"Paper {word}"
    assert word in found["words"].tolist()[0]
    assert found["similarity"][0] > found["similarity"][1] + 0.1
