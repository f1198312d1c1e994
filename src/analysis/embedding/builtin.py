"""The built-in embedding: word counts times learned word vectors, normalised.

A text's vector is the sum over its distinct words of `(1 + ln count) * vector(word)`, scaled to
length 1; a word of the title counts `title_weight` times. A word outside the vocabulary gets its
vector from its character n-grams. Each row is summed in a fixed order that does not depend on the
other rows, so that a text has the same bytes in any batch.
"""

from __future__ import annotations

import functools
import math
import zlib
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from analysis.base.spelling import fold_spelling

from .model_file import Model, ngrams, raw_tokens, read_model, token_words

MODEL_PATH = Path(__file__).with_name("builtin.npz")
_CHUNK = 2048
_TITLE_END = 300
_SMALLEST_NORM = 1e-6
_WEIGHTS = np.array([0.0, *(1 + math.log(n) for n in range(1, 65536))], dtype=np.float32)


@functools.lru_cache(maxsize=1)
def load_model() -> Model:
    """Read the model that ships with the package, once per process.

    Returns
    -------
    Model
        See `model_file.Model`.

    Raises
    ------
    InputError
        If the installed file is missing, damaged or of another version.
    """
    return read_model(MODEL_PATH)


def word_counts(text: str, *, model: Model) -> dict[str, int]:
    """Count the words of a text as the model sees them.

    Parameters
    ----------
    text : str
        "title. abstract"; the title ends at the first ". " within 300 characters.
    model : Model
        Its vocabulary decides which hyphenated words are kept as one word.

    Returns
    -------
    dict of str to int
        Words in sorted order; those of the title are counted `title_weight` times.
    """
    return all_word_counts([text], model=model)[0]


def all_word_counts(texts: Sequence[str], *, model: Model) -> list[dict[str, int]]:
    """Return the `word_counts` of each text; each distinct token is analysed once."""
    words_of = _TokenWords(model.rows)
    return [dict(sorted(_count(text, model=model, words_of=words_of).items())) for text in texts]


def word_vectors(words: Sequence[str], *, model: Model) -> np.ndarray:
    """Return float32 (len(words), d): rows of the vocabulary, others from their n-grams."""
    out = np.empty((len(words), model.vectors.shape[1]), dtype=np.float32)
    known = [i for i, word in enumerate(words) if word in model.rows]
    unknown = [i for i, word in enumerate(words) if word not in model.rows]
    if known:
        out[known] = model.vectors[[model.rows[words[i]] for i in known]]
    if unknown:
        out[unknown] = gram_vectors([words[i] for i in unknown], model.grams)
    return out


def word_weights(counts: np.ndarray) -> np.ndarray:
    """Return float32 `1 + ln count` from a table; counts above 65,535 count as 65,535."""
    return _WEIGHTS[np.minimum(counts, len(_WEIGHTS) - 1)]


def gram_vectors(words: Sequence[str], grams: np.ndarray) -> np.ndarray:
    """Return the vectors of words from their character n-grams: the mean over their buckets."""
    return gram_matrix(words, n_buckets=len(grams)) @ grams


def gram_matrix(words: Sequence[str], *, n_buckets: int) -> sp.csr_matrix:
    """Return the sparse (len(words), n_buckets) shares of each word's character n-grams.

    The bucket of an n-gram is the CRC-32 of its UTF-8 bytes modulo `n_buckets`; each row sums to 1.
    """
    rows = []
    for word in words:
        grams = [gram.encode("utf-8", "surrogatepass") for gram in ngrams(word)]
        buckets = Counter(zlib.crc32(gram) % n_buckets for gram in grams)
        rows.append([(bucket, n / len(grams)) for bucket, n in sorted(buckets.items())])
    return _sparse(rows, n_columns=n_buckets)


def builtin_vectors(texts: Sequence[str], *, model: Model | None = None) -> np.ndarray:
    """Embed texts with the built-in model.

    Parameters
    ----------
    texts : sequence of str
        "title. abstract" each; any string is allowed.
    model : Model, optional
        By default the model that ships.

    Returns
    -------
    float32 (n, d)
        Unit rows. A text without words gets the model's fixed `unknown` vector.

    Raises
    ------
    InputError
        If the model file is missing or damaged.
    """
    model = load_model() if model is None else model
    out = np.empty((len(texts), model.vectors.shape[1]), dtype=np.float32)
    words_of = _TokenWords(model.rows)
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        counts = [_count(text, model=model, words_of=words_of) for text in chunk]
        out[start : start + _CHUNK] = unit_sums(_sums(counts, model=model), model=model)
        words_of.clear_if_large()
    return out


SPELLING = "+spelling"
"""What the version of the vectors ends in since British and American spelling are one."""


class _TokenWords(dict[str, tuple[str, ...]]):
    """Raw token -> the words it stands for, each distinct token analysed once."""

    def __init__(self, vocabulary: Container[str]) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, token: str) -> tuple[str, ...]:
        words = token_words(token, vocabulary=self._vocabulary)
        folded = self[token] = tuple(map(self._known_spelling, words))
        return folded

    def _known_spelling(self, word: str) -> str:
        """Return the American form of a word if the vocabulary has it: spelling is no subject."""
        american = fold_spelling(word)
        return american if american in self._vocabulary else word

    def clear_if_large(self) -> None:
        if len(self) > 500_000:
            self.clear()


def split_title(text: str) -> tuple[str, str]:
    """Split "title. abstract" at the first ". " within 300 characters; without it, no title."""
    end = text.find(". ", 0, _TITLE_END)
    return (text[:end], text[end + 2 :]) if end >= 0 else ("", text)


def _count(text: str, *, model: Model, words_of: _TokenWords) -> Counter[str]:
    title, body = split_title(text)
    words: list[str] = []
    for token in raw_tokens(title):
        words += words_of[token]
    words *= model.title_weight
    for token in raw_tokens(body):
        words += words_of[token]
    return Counter(words)


def _sums(counts: Sequence[Counter[str]], *, model: Model) -> np.ndarray:
    """Sum weighted word vectors: known words in row order, then unknown ones alphabetically."""
    rows = model.rows
    unknown = sorted({word for count in counts for word in count if word not in rows})
    sums = weight_matrix(counts, columns=rows) @ model.vectors
    if unknown:
        columns = {word: column for column, word in enumerate(unknown)}
        sums += weight_matrix(counts, columns=columns) @ gram_vectors(unknown, model.grams)
    return sums


def weight_matrix(
    counts: Sequence[Mapping[str, int]], *, columns: Mapping[str, int]
) -> sp.csr_matrix:
    """Return the weights of words in texts, sparse (n_texts, n_columns); others are left out."""
    rows = [
        sorted((columns[word], n) for word, n in count.items() if word in columns)
        for count in counts
    ]
    matrix = _sparse(rows, n_columns=len(columns), dtype=np.int64)
    weights = word_weights(matrix.data)
    return sp.csr_matrix((weights, matrix.indices, matrix.indptr), shape=matrix.shape)


def _sparse(
    rows: Sequence[Sequence[tuple[int, float]]], *, n_columns: int, dtype: type = np.float32
) -> sp.csr_matrix:
    """Return a sparse matrix from the columns and values of its rows, columns ascending."""
    indices = np.array([column for row in rows for column, _ in row], np.int32)
    values: np.ndarray = np.array([value for row in rows for _, value in row], dtype)
    starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    return sp.csr_matrix((values, indices, starts), shape=(len(rows), n_columns))


def unit_sums(sums: np.ndarray, *, model: Model) -> np.ndarray:
    """Scale rows to length 1; a row of nearly nothing becomes the vector of an unknown text."""
    norms = np.sqrt((sums * sums).sum(axis=1))
    empty = norms < _SMALLEST_NORM
    out = sums / np.where(empty, 1, norms)[:, None]
    out[empty] = model.unknown
    return out
