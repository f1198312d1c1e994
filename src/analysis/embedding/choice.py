"""Which embedding a name stands for, and the one function that every caller uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analysis.base.errors import InputError

from .builtin import builtin_vectors, load_model
from .cache import through_cache
from .given import given_vectors
from .optional import (
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
"""Names that need nothing further, each with what it does; `embed` knows more, see there."""

ALLOWED = (
    "builtin, tfidf, sentence-transformers:NAME, model2vec:NAME, "
    "a file NAME.npy, or a table and its column NAME.parquet:COLUMN"
)

_PACKAGES: dict[str, Callable[..., np.ndarray]] = {
    "sentence-transformers": sentence_transformer_vectors,
    "model2vec": model2vec_vectors,
}


def paper_texts(titles: Sequence[str], abstracts: Sequence[str | None]) -> list[str]:
    """Join title and abstract as "title. abstract"; the title alone where there is no abstract."""
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
        fetched by those packages where it is not there; `NAME.npy` or `NAME.parquet:COLUMN`,
        vectors made elsewhere.
    cache : Path, optional
        Folder in which vectors are kept, so that a rerun embeds only new texts. `tfidf` and given
        vectors are not kept.
    ids : sequence of str, optional
        One id a text. Given vectors are then put into the texts' order by their ids.

    Returns
    -------
    float32 (n, d)
        Unit rows in the order of `texts`; (0, d) or (0, 0) where there are none.

    Raises
    ------
    InputError
        An unknown name, a package that is not installed, given vectors that do not fit.
    """
    _check_texts(texts)
    texts = list(texts)
    kind, _, name = embedding.partition(":")
    if embedding == "tfidf":
        return tfidf_vectors(texts)
    if embedding.endswith(".npy") or ".parquet:" in embedding:
        return given_vectors(embedding, n=len(texts), ids=ids)
    if not is_known(embedding):
        raise InputError(
            f"there is no embedding {embedding!r}", allowed=ALLOWED, next_step="name one of these"
        )

    def fresh(missing: Sequence[str]) -> np.ndarray:
        if embedding == "builtin":
            return builtin_vectors(missing)
        return _PACKAGES[kind](missing, name=name)

    if cache is None:
        return fresh(texts)
    return through_cache(texts, version=embedding_version(embedding), folder=cache, fresh=fresh)


def is_known(embedding: str) -> bool:
    """Say whether `embed` knows this name; not whether its package or file is there."""
    kind, _, name = embedding.partition(":")
    given = embedding.endswith(".npy") or ".parquet:" in embedding
    return embedding in EMBEDDINGS or given or (kind in _PACKAGES and bool(name))


def embedding_version(embedding: str) -> str:
    """Return what identifies an embedding's vectors: name and version, for cache and manifest.

    Raises
    ------
    InputError
        Where the package of an optional embedding is not installed.
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
            allowed="a sequence of strings, one a paper",
            next_step="pass [text]",
        )
    wrong = [at for at, text in enumerate(texts) if not isinstance(text, str)]
    if wrong:
        first = ", ".join(str(at) for at in wrong[:5])
        raise InputError(
            f"{len(wrong)} of {len(texts)} texts are no strings (positions {first})",
            allowed="strings; a missing abstract is left out of its text, not passed as null",
            next_step="build the texts from title and abstract first",
        )
