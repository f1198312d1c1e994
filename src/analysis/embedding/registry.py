"""Embeddings by name, and the one function that every caller uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analysis.base.errors import InputError

from .builtin import builtin_vectors, load_model
from .cache import cached_vectors
from .external import (
    given_vectors,
    model2vec_vectors,
    model_version,
    package_version,
    sentence_transformer_vectors,
)
from .tfidf import tfidf_vectors

EMBEDDINGS = {
    "builtin": "a linear map from the words of title and abstract to 256 numbers, learned from a "
    "sentence transformer; it ships with Papertide and needs no download",
    "tfidf": "TF-IDF weights of the words, reduced by a singular value decomposition of this "
    "snapshot",
}
"""Embeddings without parameters, with a description of each; `embed` accepts more names."""

ALLOWED_NAMES = (
    "builtin, tfidf, sentence-transformers:NAME, model2vec:NAME, "
    "a file NAME.npy, or a table and its column NAME.parquet:COLUMN"
)

_PACKAGES: dict[str, Callable[..., np.ndarray]] = {
    "sentence-transformers": sentence_transformer_vectors,
    "model2vec": model2vec_vectors,
}


def paper_texts(titles: Sequence[str], abstracts: Sequence[str | None]) -> list[str]:
    """Join title and abstract as "title. abstract"; the title alone if there is no abstract."""
    return [
        f"{title}. {abstract}" if isinstance(abstract, str) else f"{title}."
        for title, abstract in zip(titles, abstracts, strict=True)
    ]


def embed(
    texts: Sequence[str],
    *,
    embedding: str = "builtin",
    cache: Path | None = None,
    ids: Sequence[str] | None = None,
) -> np.ndarray:
    """Turn texts into unit vectors.

    Parameters
    ----------
    texts : sequence of str
        "title. abstract" each; any string is allowed, the empty one too.
    embedding : str, default "builtin"
        `builtin`, the model that ships (a function of each text alone); `tfidf`, fitted on these
        texts; `sentence-transformers:NAME` or `model2vec:NAME`, a model by its name or folder,
        downloaded by those packages if necessary; `NAME.npy` or `NAME.parquet:COLUMN`, vectors
        computed elsewhere.
    cache : Path, optional
        Folder in which vectors are kept, so that a rerun embeds only new texts. `tfidf` and given
        vectors are not kept.
    ids : sequence of str, optional
        One id per text. Given vectors are then put into the order of the texts by their ids.

    Returns
    -------
    float32 (n, d)
        Unit rows in the order of `texts`; (0, d) or (0, 0) if there are none.

    Raises
    ------
    InputError
        If the name is unknown, a package is not installed, or given vectors do not fit.
    """
    _check_texts(texts)
    texts = list(texts)
    kind, _, name = embedding.partition(":")
    if embedding == "tfidf":
        return tfidf_vectors(texts)
    if embedding.endswith(".npy") or ".parquet:" in embedding:
        return given_vectors(embedding, n=len(texts), ids=ids)
    if not is_embedding_name(embedding):
        raise InputError(
            f"unknown embedding {embedding!r}", allowed=ALLOWED_NAMES, next_step="use one of these"
        )

    def compute(missing: Sequence[str]) -> np.ndarray:
        if embedding == "builtin":
            return builtin_vectors(missing)
        return _PACKAGES[kind](missing, name=name)

    if cache is None:
        return compute(texts)
    version = embedding_version(embedding)
    return cached_vectors(texts, version=version, folder=cache, compute=compute)


def is_embedding_name(embedding: str) -> bool:
    """Whether `embed` accepts this name; its package or file may still be missing."""
    kind, _, name = embedding.partition(":")
    is_file = embedding.endswith(".npy") or ".parquet:" in embedding
    return embedding in EMBEDDINGS or is_file or (kind in _PACKAGES and bool(name))


def embedding_version(embedding: str) -> str:
    """Return what identifies an embedding's vectors: name and version, for cache and manifest.

    Raises
    ------
    InputError
        If the package of an optional embedding is not installed.
    """
    if embedding == "builtin":
        return load_model().version
    kind, _, name = embedding.partition(":")
    if kind in _PACKAGES and name:
        return f"{kind}-{package_version(kind)}:{model_version(name)}"
    return embedding


def _check_texts(texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise InputError(
            "one string in place of a sequence of texts",
            allowed="a sequence of strings, one per paper",
            next_step="pass [text]",
        )
    wrong = [row for row, text in enumerate(texts) if not isinstance(text, str)]
    if wrong:
        first = ", ".join(map(str, wrong[:5]))
        raise InputError(
            f"{len(wrong)} of {len(texts)} texts are not strings (positions {first})",
            allowed="strings; a missing abstract is left out of its text, not passed as null",
            next_step="build the texts from title and abstract first",
        )
