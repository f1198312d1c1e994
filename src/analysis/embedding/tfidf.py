"""TF-IDF and SVD, fitted on the given corpus: the baseline, also available by name.

Deerwester et al. (1990), Indexing by latent semantic analysis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from analysis.base.words import content_words

from .builtin import split_title

MAX_DIMENSIONS = 200
_MAX_DOCUMENT_SHARE = 0.5
_TITLE_COUNT = 3


def tfidf_vectors(texts: Sequence[str]) -> np.ndarray:
    """Embed texts by TF-IDF of single words, reduced by a truncated singular value decomposition.

    Parameters
    ----------
    texts : sequence of str, length n
        "title. abstract" each, in canonical order: the embedding is fitted on them. Words of the
        title count three times.

    Returns
    -------
    float32 (n, d)
        Unit rows, d at most `MAX_DIMENSIONS`. A text without any known word gets the mean
        direction of all others, so that it lies in the middle.
    """
    if not len(texts):
        return np.empty((0, 0), dtype=np.float32)
    with threadpool_limits(1):
        return _unit_rows(_reduce(_weights(texts)))


def _words(text: str) -> list[str]:
    title, body = split_title(text)
    return content_words(title) * _TITLE_COUNT + content_words(body)


def _weights(texts: Sequence[str]) -> sp.csr_matrix:
    n = len(texts)
    vectorizer = TfidfVectorizer(
        analyzer=_words,
        sublinear_tf=True,
        min_df=2 if n >= 50 else 1,
        max_df=_MAX_DOCUMENT_SHARE if n >= 50 else 1.0,
    )
    try:
        return vectorizer.fit_transform(texts)
    except ValueError:  # no words are left
        return sp.csr_matrix((n, 1))


def _reduce(weights: sp.csr_matrix) -> np.ndarray:
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
