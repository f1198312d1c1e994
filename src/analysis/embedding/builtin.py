"""The built-in embedding: counted words times learned word vectors, normalised.

A text's vector is the sum over its distinct words of `(1 + ln count) * vector(word)`, scaled to
length 1; a word of the title counts `title_weight` times. A word outside the vocabulary gets its
vector from its letter groups. Each row is summed in a fixed order of its own, so that a text has
the same bytes in any batch.
"""

from __future__ import annotations

import functools
import math
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from . import tokens
from .model_file import Model, read_model

MODEL_PATH = Path(__file__).with_name("builtin.npz")
_CHUNK = 2048
_TITLE_END = 300
_SMALLEST_NORM = 1e-6
_WEIGHTS = np.array([0.0, *(1 + math.log(n) for n in range(1, 65536))], dtype=np.float32)


@functools.lru_cache(maxsize=1)
def load_model() -> Model:
    """Read the model that ships with the package, once a process.

    Returns
    -------
    Model
        See `model_file.Model`.

    Raises
    ------
    InputError
        Where the installed file is missing, damaged or of another version.
    """
    return read_model(MODEL_PATH, rules=tokens.RULES)


def word_counts(text: str, *, model: Model) -> dict[str, int]:
    """Count the words of a text as the model sees them.

    Parameters
    ----------
    text : str
        "title. abstract"; what stands before the first ". " within 300 characters is the title.
    model : Model
        Its vocabulary decides which hyphenated words stay whole.

    Returns
    -------
    dict of str to int
        Words in sorted order, those of the title counted `title_weight` times.
    """
    return all_word_counts([text], model=model)[0]


def all_word_counts(texts: Sequence[str], *, model: Model) -> list[dict[str, int]]:
    """Return the `word_counts` of each text; what a token stands for is worked out once."""
    known = _Features(model.rows)
    return [dict(sorted(_count(text, model=model, known=known).items())) for text in texts]


def word_vectors(words: Sequence[str], *, model: Model) -> np.ndarray:
    """Return float32 (len(words), d): rows of the vocabulary, others from their letter groups."""
    out = np.empty((len(words), model.vectors.shape[1]), dtype=np.float32)
    known = [(at, model.rows[word]) for at, word in enumerate(words) if word in model.rows]
    strange = [(at, word) for at, word in enumerate(words) if word not in model.rows]
    if known:
        out[[at for at, _ in known]] = model.vectors[[row for _, row in known]]
    if strange:
        out[[at for at, _ in strange]] = gram_rows([w for _, w in strange], model.grams)
    return out


def word_weights(counts: np.ndarray) -> np.ndarray:
    """Return float32 `1 + ln count` from a table (counts above 65,535 count as that)."""
    return _WEIGHTS[np.minimum(counts, len(_WEIGHTS) - 1)]


def gram_rows(words: Sequence[str], grams: np.ndarray) -> np.ndarray:
    """Return the vectors of words from their letter groups: the mean over the groups' buckets."""
    return gram_matrix(words, n_buckets=len(grams)) @ grams


def gram_matrix(words: Sequence[str], *, n_buckets: int) -> sp.csr_matrix:
    """Return the sparse (len(words), n_buckets) shares of each word's letter groups.

    A group's bucket is the CRC-32 of its UTF-8 bytes modulo `n_buckets`; each row sums to 1.
    """
    starts, indices, shares = [0], [], []
    for word in words:
        groups = Counter(
            zlib.crc32(gram.encode("utf-8", "surrogatepass")) % n_buckets
            for gram in tokens.ngrams(word)
        )
        total = groups.total()
        for bucket, n in sorted(groups.items()):
            indices.append(bucket)
            shares.append(n / total)
        starts.append(len(indices))
    return sp.csr_matrix(
        (np.array(shares, np.float32), np.array(indices, np.int32), np.array(starts, np.int64)),
        shape=(len(words), n_buckets),
    )


def builtin_vectors(texts: Sequence[str], *, model: Model | None = None) -> np.ndarray:
    """Embed texts with the built-in model.

    Parameters
    ----------
    texts : sequence of str
        "title. abstract" each; any string is allowed.
    model : Model, optional
        Another model than the one that ships; for training and tests.

    Returns
    -------
    float32 (n, d)
        Unit rows. A text without words gets the model's fixed `unknown` vector.

    Raises
    ------
    InputError
        Where the model file is missing or damaged.
    """
    model = load_model() if model is None else model
    out = np.empty((len(texts), model.vectors.shape[1]), dtype=np.float32)
    known = _Features(model.rows)
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        counts = [_count(text, model=model, known=known) for text in chunk]
        out[start : start + _CHUNK] = _unit_rows(_sums(counts, model=model), model=model)
        known.forget_if_large()
    return out


class _Features(dict):
    """Raw token -> the words it stands for, worked out once a distinct token."""

    def __init__(self, rows: object) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, raw: str) -> tuple[str, ...]:
        words = self[raw] = tuple(tokens.features(raw, known=self._rows))
        return words

    def forget_if_large(self) -> None:
        if len(self) > 500_000:
            self.clear()


def split_title(text: str) -> tuple[str, str]:
    """Cut "title. abstract" at the first ". " within 300 characters; no cut: no title."""
    end = text.find(". ", 0, _TITLE_END)
    return (text[:end], text[end + 2 :]) if end >= 0 else ("", text)


def _count(text: str, *, model: Model, known: _Features) -> Counter[str]:
    title, body = split_title(text)
    words: list[str] = []
    for raw in tokens.raw_words(title):
        words += known[raw]
    words *= model.title_weight
    for raw in tokens.raw_words(body):
        words += known[raw]
    return Counter(words)


def _sums(counts: Sequence[Counter[str]], *, model: Model) -> np.ndarray:
    """Weighted sums of word vectors: known words in row order, then strange ones by alphabet."""
    rows = model.rows
    strange = sorted({word for count in counts for word in count if word not in rows})
    sums = _weighted(counts, rows) @ model.vectors
    if strange:
        places = {word: at for at, word in enumerate(strange)}
        sums += _weighted(counts, places) @ gram_rows(strange, model.grams)
    return sums


def _weighted(counts: Sequence[Counter[str]], places: object) -> sp.csr_matrix:
    starts, indices, values = [0], [], []
    for count in counts:
        row = sorted((places[w], n) for w, n in count.items() if w in places)  # type: ignore
        indices += [at for at, _ in row]
        values += [n for _, n in row]
        starts.append(len(indices))
    weights = word_weights(np.array(values, dtype=np.int64))
    return sp.csr_matrix(
        (weights, np.array(indices, np.int32), np.array(starts, np.int64)),
        shape=(len(counts), len(places)),  # type: ignore[arg-type]
    )


def _unit_rows(sums: np.ndarray, *, model: Model) -> np.ndarray:
    norms = np.sqrt((sums * sums).sum(axis=1))
    empty = norms < _SMALLEST_NORM
    out = sums / np.where(empty, 1, norms)[:, None]
    out[empty] = model.unknown
    return out
