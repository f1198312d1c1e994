"""Properties that every embedding has."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.base.errors import InputError
from analysis.embedding import EMBEDDINGS, embed, paper_texts
from hostile import HOSTILE
from planted import planted


def texts(n: int) -> list[str]:
    frame = planted(n)
    return paper_texts(frame["title"], frame["abstract"])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30, 60])
def test_unit_rows_of_float32(n):
    vectors = embed(texts(n))
    assert vectors.dtype == np.float32
    assert vectors.ndim == 2
    assert len(vectors) == n
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(n), abs=1e-5)


@pytest.mark.parametrize(
    "odd", [["", "", ""], ["the of and", "", "12"], ["", "speech audio", "robot arm"], HOSTILE]
)
def test_texts_without_a_known_word_have_a_vector_too(odd):
    vectors = embed(odd)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(odd)), abs=1e-5)


def test_the_same_texts_give_the_same_bytes():
    assert embed(texts(30)).tobytes() == embed(texts(30)).tobytes()


def test_papers_of_one_field_are_nearer_than_papers_of_two():
    vectors = embed(texts(60))
    fields = planted(60)["field"].to_numpy()
    same = fields[:, None] == fields[None, :]
    cosines = vectors @ vectors.T
    assert cosines[same].mean() > cosines[~same].mean() + 0.2


def test_a_paper_without_an_abstract_is_its_title():
    joined = paper_texts(["A title", "Another"], [None, "An abstract."])
    assert "A title" in joined[0]
    assert "None" not in joined[0]
    assert "nan" not in paper_texts(["A title"], [float("nan")])[0]
    assert "An abstract." in joined[1]


def test_an_unknown_embedding_is_named():
    with pytest.raises(InputError, match="'nope'") as caught:
        embed(["text"], embedding="nope")
    assert all(name in caught.value.allowed for name in EMBEDDINGS)
    assert caught.value.next_step
