"""Embeddings by name, given vectors, and the cache."""

from __future__ import annotations

import os
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.embedding import embed, external, given_vectors
from analysis.embedding.registry import cached_vectors

TEXTS = ["Alpha beta. One paper", "Beta gamma. Another paper", "Delta. A third paper"]


def test_an_unknown_name_is_told_what_is_allowed():
    for name in ("minilm", "model2vec:", "Builtin", ""):
        with pytest.raises(InputError, match=r"(?s)unknown embedding.*sentence-transformers:"):
            embed(TEXTS, embedding=name)


@pytest.mark.parametrize("kind", ["sentence-transformers", "model2vec"])
def test_a_missing_package_is_told_with_its_pip_line(kind, monkeypatch):
    monkeypatch.setitem(sys.modules, kind.replace("-", "_"), None)
    with pytest.raises(InputError, match=rf'pip install "papertide\[{kind}\]"'):
        embed(TEXTS, embedding=f"{kind}:name")


def test_an_optional_package_is_asked_for_its_model(monkeypatch):
    class Fake:
        def __init__(self, name: str) -> None:
            if name != "right":
                raise OSError("no such model")

        from_pretrained = classmethod(lambda cls, name: cls(name))

        def encode(self, texts: list[str], **kwargs: object) -> np.ndarray:
            return np.array([[len(t), 1.0] if t else [0.0, 0.0] for t in texts])

    fake = types.SimpleNamespace(SentenceTransformer=Fake, StaticModel=Fake)
    monkeypatch.setattr(external, "_package", lambda kind: fake)
    by_transformer = embed(TEXTS, embedding="sentence-transformers:right")
    assert np.linalg.norm(by_transformer, axis=1) == pytest.approx(1)
    static = embed(["", "ab"], embedding="model2vec:right")
    assert static[0] == pytest.approx([np.sqrt(0.5)] * 2)
    with pytest.raises(InputError, match="cannot load the model 'wrong': no such model"):
        embed(TEXTS, embedding="model2vec:wrong")


@pytest.mark.parametrize("n", [0, 1, 2, 3, 60])
def test_tfidf_has_unit_rows_for_every_size(n):
    texts = [f"{TEXTS[at % 3]} word{at} term{at % 7}" for at in range(n)]
    vectors = embed(texts, embedding="tfidf")
    assert len(vectors) == n
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(n))


def test_texts_must_be_a_sequence_of_strings():
    with pytest.raises(InputError, match="one string in place of a sequence"):
        embed("abc")
    with pytest.raises(InputError, match=r"2 of 3 texts are not strings \(positions 1, 2\)"):
        embed(["a", None, 3])


def test_given_vectors_are_normalised_and_put_in_order(tmp_path):
    path = tmp_path / "v.npy"
    np.save(path, np.array([[3, 4], [0, 2], [5, 0]], np.float32))
    assert embed(TEXTS, embedding=str(path))[0] == pytest.approx([0.6, 0.8])
    (tmp_path / "v.ids.txt").write_text("p1\np 2\np3\n")
    ordered = given_vectors(str(path), n=2, ids=["p3", "p 2"])
    assert ordered.tolist() == [[1, 0], [0, 1]]
    table = tmp_path / "v.parquet"
    rows = {"paper_id": ["p1", "p2", "p3"], "v": [[3.0, 4.0], [0.0, 2.0], [5.0, 0.0]]}
    pd.DataFrame(rows).to_parquet(table)
    assert given_vectors(f"{table}:v", n=2, ids=["p3", "p2"]).tolist() == [[1, 0], [0, 1]]
    assert given_vectors(f"{table}:v", n=3).shape == (3, 2)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.ones((2, 4)), "contains 2 vectors for 3 papers"),
        (np.ones(3), r"shape \(3,\)"),
        (np.ones((3, 4), int), "dtype int64"),
        (np.array([[1, np.nan], [1, np.inf], [0, 0.0]]), r"(?s)2 vectors .*1 vectors .* zero"),
        (np.array([["a"]] * 3, dtype=object), "cannot be read"),
    ],
)
def test_given_vectors_that_do_not_fit_are_refused(tmp_path, matrix, words):
    np.save(tmp_path / "v.npy", matrix, allow_pickle=True)
    with pytest.raises(InputError, match=words):
        embed(TEXTS, embedding=str(tmp_path / "v.npy"))


def test_given_vectors_are_refused_for_ids_columns_and_files(tmp_path):
    table = tmp_path / "v.parquet"
    pd.DataFrame({"paper_id": ["a", "a"], "v": [[1.0], [2.0, 3.0]]}).to_parquet(table)
    with pytest.raises(InputError, match="has no column 'w'"):
        given_vectors(f"{table}:w", n=2)
    with pytest.raises(InputError, match="missing vectors or several lengths"):
        given_vectors(f"{table}:v", n=2)
    with pytest.raises(InputError, match="cannot be read"):
        given_vectors(str(tmp_path / "none.npy"), n=2)
    pd.DataFrame({"paper_id": ["a", "a"], "v": [[1.0], [2.0]]}).to_parquet(table)
    with pytest.raises(InputError, match=r"(?s)1 id more than once.*no vector for 1 paper \(b\)"):
        given_vectors(f"{table}:v", n=2, ids=["a", "b"])


class Counting:
    """Embeds a text by its length and records the texts."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.seen += texts
        return np.array([[len(t), 1] for t in texts], np.float32).reshape(len(texts), 2)


def cached(texts: list[str], folder: Path, fresh: Counting, version: str = "v:1") -> np.ndarray:
    return cached_vectors(texts, version=version, folder=folder, compute=fresh)


def test_a_rerun_embeds_only_what_is_new(tmp_path):
    fresh = Counting()
    first = cached(["a", "bb", "a"], tmp_path, fresh)
    again = cached(["bb", "ccc", "a"], tmp_path, fresh)
    assert fresh.seen == ["a", "bb", "ccc"]
    assert first.tolist() == [[1, 1], [2, 1], [1, 1]]
    assert again.tolist() == [[2, 1], [3, 1], [1, 1]]
    assert cached([], tmp_path, fresh).shape == (0, 2)


def test_versions_do_not_mix(tmp_path):
    fresh = Counting()
    cached(["a"], tmp_path, fresh)
    cached(["a"], tmp_path, fresh, version="v:2")
    assert fresh.seen == ["a", "a"]
    assert len(list(tmp_path.glob("*.npz"))) == 2


@pytest.mark.parametrize("damage", [b"", b"not a zip file at all, " * 50, None])
def test_a_damaged_cache_is_noticed_and_made_again(tmp_path, damage):
    fresh = Counting()
    cached(["a", "bb"], tmp_path, fresh)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:300] if damage is None else damage)
    assert cached(["a", "bb"], tmp_path, fresh).tolist() == [[1, 1], [2, 1]]
    assert len(fresh.seen) == 4
    cached(["a", "bb"], tmp_path, fresh)
    assert len(fresh.seen) == 4


def test_a_damaged_vector_is_noticed(tmp_path):
    fresh = Counting()
    cached(["a", "bb"], tmp_path, fresh)
    (file,) = tmp_path.glob("*.npz")
    content = file.read_bytes()
    one = np.float32(2).tobytes()
    assert content.count(one) == 1
    file.write_bytes(content.replace(one, np.float32(3).tobytes()))
    assert cached(["a", "bb"], tmp_path, fresh).tolist() == [[1, 1], [2, 1]]
    assert len(fresh.seen) == 4


def test_a_model_replaced_under_the_same_version_is_noticed(tmp_path):
    cached(["a", "bb"], tmp_path, Counting())
    vectors = cached_vectors(
        ["bb", "ccc"],
        version="v:1",
        folder=tmp_path,
        compute=lambda texts: np.ones((len(texts), 5), np.float32),
    )
    assert vectors.tolist() == [[1] * 5] * 2


def test_several_writers_lose_nothing(tmp_path):
    texts = [[f"{k}" * (n + 1) for n in range(30)] for k in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda part: cached(part, tmp_path, Counting()), texts))
    after = Counting()
    cached([t for part in texts for t in part], tmp_path, after)
    assert after.seen == []


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="embedding cache"):
        cached(["a"], tmp_path / "file", Counting())


def test_the_built_in_embedding_is_the_same_from_the_cache(tmp_path):
    plain = embed(TEXTS)
    for _ in range(2):
        assert embed(pd.Series(TEXTS), cache=tmp_path).tobytes() == plain.tobytes()


@pytest.mark.timeout(120)
def test_vectors_that_are_empty_or_no_file_are_refused(tmp_path):
    (tmp_path / "empty.npy").touch()
    for name in ("v.npy", "v.parquet"):
        os.mkfifo(tmp_path / name)
    for source in ("empty.npy", "v.npy", "v.parquet:column"):
        with pytest.raises(InputError, match="cannot be read"):
            given_vectors(str(tmp_path / source), n=2)
