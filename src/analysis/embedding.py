"""Texts to unit vectors.

The built-in embedding is fitted on the texts it is given: TF-IDF of single words, reduced by a
truncated singular value decomposition (Deerwester et al. 1990). It needs no download.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from .errors import InputError
from .words import content_words

EMBEDDINGS = {
    "builtin": "TF-IDF weights of the words in title and abstract, reduced to at most 200 "
    "dimensions by a singular value decomposition of this snapshot",
}
"""Names that `embed` knows, each with what it does."""

MAX_DIMENSIONS = 200
_MAX_DOCUMENT_SHARE = 0.5
_TITLE_COUNT = 3


def paper_texts(titles: Sequence[str], abstracts: Sequence[str | None]) -> list[str]:
    """Join title and abstract as the text of a paper; the title stands three times.

    The title says what a paper is about in few words, so it counts as much as a few sentences.
    """
    return [
        ". ".join([title] * _TITLE_COUNT + ([abstract] if isinstance(abstract, str) else []))
        for title, abstract in zip(titles, abstracts, strict=True)
    ]


def embed(texts: Sequence[str], *, embedding: str = "builtin") -> np.ndarray:
    """Turn texts into unit vectors.

    Parameters
    ----------
    texts : sequence of str, length n
        In canonical order: the built-in embedding is fitted on them.
    embedding : str
        A name in `EMBEDDINGS`.

    Returns
    -------
    ndarray of float32, shape (n, d)
        Rows of length 1, d at most `MAX_DIMENSIONS`. A text without any known word gets the mean
        direction of all others, so that it lies in the middle and not at random.

    Raises
    ------
    InputError
        Where the embedding's name is unknown.
    """
    if embedding not in EMBEDDINGS:
        raise InputError(
            f"the embedding {embedding!r}",
            allowed=f"one of {', '.join(EMBEDDINGS)}",
            next_step="choose one of these with --embedding",
        )
    if not len(texts):
        return np.empty((0, 1), dtype=np.float32)
    with threadpool_limits(1):
        return _unit_rows(_reduced(_tfidf(texts)))


def _tfidf(texts: Sequence[str]) -> sp.csr_matrix:
    n = len(texts)
    vectorizer = TfidfVectorizer(
        analyzer=content_words,
        sublinear_tf=True,
        min_df=2 if n >= 50 else 1,
        max_df=_MAX_DOCUMENT_SHARE if n >= 50 else 1.0,
    )
    try:
        return vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's way to say that no word is left
        return sp.csr_matrix((n, 1))


def _reduced(weights: sp.csr_matrix) -> np.ndarray:
    dimensions = min(MAX_DIMENSIONS, min(weights.shape) - 1)
    if dimensions < 1 or weights.nnz == 0:
        return weights.toarray()
    start = np.ones(min(weights.shape))
    left, values, _ = svds(weights, k=dimensions, v0=start)
    order = np.argsort(-values, kind="stable")
    left = left[:, order]
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])
    return left * signs * values[order]


def _unit_rows(vectors: np.ndarray) -> np.ndarray:
    empty = np.linalg.norm(vectors, axis=1) < 1e-9
    if empty.all():
        vectors = np.ones_like(vectors)
    elif empty.any():
        vectors = np.where(empty[:, None], normalize(vectors[~empty]).mean(axis=0), vectors)
    return normalize(vectors).astype(np.float32)
