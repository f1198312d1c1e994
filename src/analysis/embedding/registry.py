"""Embeddings by name, and their cache: one file per version, disposable at any time."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from analysis.base.errors import InputError
from analysis.base.escaping import short_hash
from analysis.base.files import exclusive_lock, written_whole

from .builtin import SPELLING, builtin_vectors, load_model
from .external import (
    given_vectors,
    model2vec_vectors,
    model_version,
    package_version,
    sentence_transformer_vectors,
)
from .new_words import LearnedWords, with_learned
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

_WAIT_SECONDS = 60.0
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
    learned: LearnedWords | None = None,
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
    learned : LearnedWords, optional
        Words that the built-in model knows besides its own; see `learn_words`.

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
    if _is_file(embedding):
        return given_vectors(embedding, n=len(texts), ids=ids)
    if not is_embedding_name(embedding):
        raise InputError(
            f"unknown embedding {embedding!r}", allowed=ALLOWED_NAMES, next_step="use one of these"
        )
    if kind == "builtin" and learned is not None:
        return builtin_vectors(texts, model=with_learned(load_model(), learned))
    compute = builtin_vectors if kind == "builtin" else partial(_PACKAGES[kind], name=name)
    if cache is None:
        return compute(texts)
    version = embedding_version(embedding)
    return cached_vectors(texts, version=version, folder=cache, compute=compute)


def is_embedding_name(embedding: str) -> bool:
    """Whether `embed` accepts this name; its package or file may still be missing."""
    kind, _, name = embedding.partition(":")
    return embedding in EMBEDDINGS or _is_file(embedding) or (kind in _PACKAGES and bool(name))


def depends_on_text_alone(embedding: str) -> bool:
    """Whether any text can be embedded, not only the papers that were given or fitted."""
    return embedding != "tfidf" and not _is_file(embedding)


def _is_file(embedding: str) -> bool:
    return embedding.endswith(".npy") or ".parquet:" in embedding


def embedding_version(embedding: str) -> str:
    """Return what identifies an embedding's vectors: name and version, for cache and manifest.

    Raises
    ------
    InputError
        If the package of an optional embedding is not installed.
    """
    if embedding == "builtin":
        return load_model().version + SPELLING
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


# the cache


def cached_vectors(
    texts: Sequence[str],
    *,
    version: str,
    folder: Path,
    compute: Callable[[Sequence[str]], np.ndarray],
) -> np.ndarray:
    """Return the vectors of texts, computing only those that the cache lacks.

    A damaged file counts as empty: the CRC-32 of the zip is checked when it is read.

    Parameters
    ----------
    texts : sequence of str
    version : str
        Identifies the embedding and its version; each has its own file.
    folder : Path
        Created if it does not exist.
    compute : function of a list of distinct texts to float32 (m, d)
        Embeds the texts that the cache lacks.

    Returns
    -------
    float32 (n, d)
        The bytes that `compute` gave for each text, now or earlier.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    kind = "".join(c if c.isalnum() or c in "-." else "_" for c in version.split(":")[0])
    path = Path(folder) / f"{kind}-{short_hash(version)}.npz"
    vectors = _load(path)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
    if not missing and texts:
        return np.stack([vectors[key] for key in keys])
    computed = np.ascontiguousarray(compute(list(missing.values())), dtype=np.float32)
    if not texts:
        return computed
    new = dict(zip(missing, computed, strict=True))
    if {len(vector) for vector in vectors.values()} - {computed.shape[1]}:
        # Another length under the same version: the model was replaced.
        path.unlink(missing_ok=True)
        return cached_vectors(texts, version=version, folder=folder, compute=compute)
    _add(path, new)
    vectors |= new
    return np.stack([vectors[key] for key in keys])


def _load(path: Path) -> dict[bytes, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as parts:
            return dict(zip(map(bytes, parts["keys"]), parts["vectors"], strict=True))
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return {}


def _add(path: Path, new: dict[bytes, np.ndarray]) -> None:
    """Add vectors to a file, together with those that other processes have added meanwhile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(path.with_suffix(".lock"), wait=_WAIT_SECONDS):
            vectors = _load(path) | new
            keys = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(len(vectors), -1)
            with written_whole(path) as temporary, temporary.open("wb") as file:
                np.savez(file, keys=keys, vectors=np.stack(list(vectors.values())))
    except OSError as error:
        raise InputError(
            f"the embedding cache {path} cannot be used: {error}",
            allowed="a folder that this user can write",
            next_step="name another folder, or run without a cache",
        ) from error
