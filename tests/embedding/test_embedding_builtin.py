"""The built-in embedding: bytes, edge cases, explanations, the model file."""

from __future__ import annotations

import hashlib
import json
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.embedding import (
    builtin,
    embed,
    embedding_version,
    explain,
    explain_pair,
    model_file,
    paper_texts,
)
from hostile import HOSTILE

STRANGE = [
    *HOSTILE,
    "",
    " ",
    "\x00",
    "🧪👩‍🔬",
    "the of and",
    "12 345 6.7",
    "大規模言語モデルの評価",
    "Большие языковые модели",
    r"We prove $\mathbb{E}[x^2] \leq \frac{1}{2}$ for Poincar\'e maps and G\"{o}del numbers.",
    "word " * 100_000,
    "- -- --- a-b-c-",
    "ﬁne-tuning ＬＬＭ",
]
PAPERS = [
    "Low-rank adaptation of language models. We fine-tune a few weights of a large model.",
    "Learning transferable visual models. We align images and text by contrastive pretraining.",
    "Graphene nanoribbons. The band gap of narrow ribbons is measured by transport.",
    "Group relative policy optimisation. GRPO drops the critic of PPO.",
    "On sums of primes. We bound the exceptional set in Goldbach's problem.",
]


def small_model(*, title_weight: int = 2) -> model_file.Model:
    """Two known words along the axes, one bucket for all others along the third axis."""
    return model_file.Model(
        rows={"alpha": 0, "beta": 1},
        vectors=np.array([[1, 0, 0], [0, 2, 0]], dtype=np.float32),
        grams=np.array([[0, 0, 3]], dtype=np.float32),
        unknown=np.array([0.6, 0.8, 0], dtype=np.float32),
        title_weight=title_weight,
        version="builtin-test",
    )


def test_a_vector_is_the_weighted_sum_of_word_vectors_worked_by_hand():
    # alpha once in the title (counts 2) and once in the abstract: 1 + ln 3; beta once: 1 * 2.
    vector = builtin.builtin_vectors(["Alpha. Alphas beta the 12"], model=small_model())[0]
    by_hand = np.array([1 + np.log(3), 2, 0])
    assert vector == pytest.approx(by_hand / np.linalg.norm(by_hand), abs=1e-6)


def test_a_word_outside_the_vocabulary_is_the_mean_of_its_letter_groups():
    vector = builtin.builtin_vectors(["alpha gamma"], model=small_model())[0]
    assert vector == pytest.approx(np.array([1, 0, 3]) / np.sqrt(10), abs=1e-6)


def test_letter_groups_are_those_of_the_marked_word():
    assert list(model_file.ngrams("abc")) == ["<ab", "abc", "bc>", "<abc", "abc>", "<abc>"]
    shares = builtin.gram_matrix(["abc"], n_buckets=64)
    assert shares.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Pre-training models", ["pretraining", "model"]),
        ("vision-language", ["vision", "language"]),
        ("multi-modal", ["multi-modal"]),
        (r"Poincar\'e and G\"{o}del", ["poincare", "godel"]),
        (r"sp{\'e}cialis{\'e}s \v{C}ech \c{c}a", ["specialise", "cech", "ca"]),
        (r"\cite{x1} \right) \textbf{bold} \alpha", ["x1", "bold", "alpha"]),
        ("state-of-the-art", ["state", "art"]),
        ("The 3D 42", ["3d"]),
        ("ＬＬＭ", ["llm"]),
    ],
)
def test_words(text, words):
    known = {"pretraining", "multi-modal"}
    assert [
        w
        for raw in model_file.raw_tokens(text)
        for w in model_file.token_words(raw, vocabulary=known)
    ] == words


def test_a_text_without_words_gets_the_unknown_vector():
    found = builtin.builtin_vectors(["", "the of", "12"], model=small_model())
    assert (found == small_model().unknown).all()


def test_every_strange_text_has_a_unit_vector():
    vectors = embed(STRANGE)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors.astype(np.float64), axis=1) == pytest.approx(1, abs=1e-5)


@settings(max_examples=60)
@given(st.lists(st.text(st.characters(), max_size=60), max_size=5))
def test_any_text_has_a_unit_vector_of_its_own(texts):
    vectors = embed(texts)
    assert vectors.shape == (len(texts), builtin.load_model().vectors.shape[1])
    for text, vector in zip(texts, vectors, strict=True):
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        assert embed([text])[0].tobytes() == vector.tobytes()


def many_texts(n: int) -> list[str]:
    rng = random.Random(0)
    words = [w for paper in PAPERS for w in paper.split()] + ["qzxv", "zorbl-flux", "Ωmega"]
    return [" ".join(rng.choices(words, k=rng.randint(0, 80))) for _ in range(n)]


def test_bytes_do_not_depend_on_batch_or_order():
    texts = [*many_texts(2300), *STRANGE]
    whole = embed(texts)
    for size in (1, 7, 64):
        parts = [embed(texts[at : at + size]) for at in range(0, 130, size)]
        assert np.vstack(parts)[:130].tobytes() == whole[:130].tobytes()
    order = np.random.default_rng(0).permutation(len(texts))
    assert embed([texts[at] for at in order]).tobytes() == whole[order].tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "2"])
def test_bytes_do_not_depend_on_the_process_or_its_threads(threads):
    code = (
        "import hashlib, json, sys; from analysis.embedding import embed;"
        "print(hashlib.sha256(embed(json.load(sys.stdin)).tobytes()).hexdigest())"
    )
    paths = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(PAPERS),
        env={"PYTHONPATH": paths, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(embed(PAPERS).tobytes()).hexdigest()


def test_the_default_never_touches_the_network(monkeypatch):
    def blocked(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, blocked)
    builtin.load_model.cache_clear()
    assert embed(PAPERS).shape[0] == len(PAPERS)


def test_kin_is_near():
    peft, clip, graphene, grpo, primes = embed(PAPERS)
    llm, rl = embed(["LoRA fine-tuning of LLMs", "reinforcement learning from rewards"])
    assert llm @ peft > max(llm @ graphene, llm @ primes)
    assert rl @ grpo > max(rl @ clip, rl @ graphene, rl @ primes)


def test_explanations_add_up_to_the_cosine():
    vectors = embed(PAPERS)
    centroid = vectors[:2].mean(axis=0)
    for text, vector in zip(PAPERS, vectors, strict=True):
        parts = explain(text, centroid=centroid)
        cosine = vector @ centroid / np.linalg.norm(centroid)
        assert parts["value"].sum() == pytest.approx(cosine, abs=1e-5)
        assert parts["value"].is_monotonic_decreasing
    for text in ["", "🧪", "zorblflux qzxv"]:
        total = explain(text, centroid=centroid)["value"].sum()
        expected = embed([text])[0] @ centroid / np.linalg.norm(centroid)
        assert total == pytest.approx(expected, abs=1e-5)


def test_an_explanation_worked_by_hand():
    parts = explain("beta alpha", centroid=np.array([3.0, 4.0, 0.0]), model=small_model())
    # The text is (1, 2) / sqrt 5, the centroid (.6, .8).
    assert parts["word"].tolist() == ["beta", "alpha"]
    assert parts["value"].tolist() == pytest.approx([1.6 / np.sqrt(5), 0.6 / np.sqrt(5)])


def test_a_pair_is_explained_from_both_sides():
    parts = explain_pair(PAPERS[0], PAPERS[3])
    first, other = embed([PAPERS[0], PAPERS[3]])
    assert parts["value"].sum() == pytest.approx(first @ other, abs=1e-5)
    turned = explain_pair(PAPERS[3], PAPERS[0])
    assert turned["value"].tolist() == pytest.approx(parts["value"].tolist())
    assert explain_pair("alpha", "alpha", model=small_model())["value"].tolist() == [1.0]


@pytest.mark.parametrize("centroid", [np.zeros(3), np.ones(4), np.array([np.nan, 1, 1])])
def test_a_centroid_that_does_not_fit_is_refused(centroid):
    with pytest.raises(InputError, match="a finite vector of 3 numbers"):
        explain("alpha", centroid=centroid, model=small_model())


def test_texts_are_joined_without_the_word_null():
    assert paper_texts(["A", "B"], ["c", None]) == ["A. c", "B."]


def test_no_texts_give_no_rows():
    assert embed([]).shape == (0, builtin.load_model().vectors.shape[1])
    assert embed([], embedding="tfidf").shape == (0, 0)


def test_the_model_file_is_small_and_named_by_its_hash():
    assert builtin.MODEL_PATH.stat().st_size <= 15_000_000
    promised = builtin.MODEL_PATH.with_suffix(".sha256").read_text().split()[0]
    assert embedding_version("builtin") == f"builtin-{promised[:12]}+spelling"


def write_small(path: Path, **meta: object) -> str:
    return model_file.write_model(
        path,
        words=["alpha", "beta"],
        vectors=np.array([[1, 0.5], [0, -2]], dtype=np.float32),
        grams=np.zeros((4, 2), np.float32),
        unknown=np.array([1, 0], np.float32),
        meta={"format": model_file.FORMAT, "rules": model_file.RULES, "title_weight": 2} | meta,
    )


def test_a_model_comes_back_within_half_a_step_and_is_written_alike_twice(tmp_path):
    first, second = (write_small(tmp_path / name) for name in ("a.npz", "b.npz"))
    model = model_file.read_model(tmp_path / "a.npz")
    assert first == second
    assert model.rows == {"alpha": 0, "beta": 1}
    assert model.vectors == pytest.approx(np.array([[1, 0.5], [0, -2]]), abs=1 / 127)


def test_a_damaged_model_is_noticed(tmp_path):
    path = tmp_path / "m.npz"
    write_small(path)
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"is damaged: its SHA-256"):
        model_file.read_model(path)
    path.unlink()
    with pytest.raises(InputError, match="install papertide again"):
        model_file.read_model(path)


def test_a_model_of_another_version_names_both(tmp_path):
    write_small(tmp_path / "m.npz", format=99)
    with pytest.raises(InputError, match=r"format 99[\s\S]*format 1"):
        model_file.read_model(tmp_path / "m.npz")


def test_spelling_makes_no_difference_where_the_vocabulary_has_both_words():
    british = "Tumour behaviour. We analyse the organisation of haemodynamic modelling"
    american = "Tumor behavior. We analyze the organization of hemodynamic modeling"
    np.testing.assert_array_equal(*embed([british, american]))
    model = builtin.load_model()
    assert builtin.word_counts(british, model=model) == builtin.word_counts(american, model=model)
