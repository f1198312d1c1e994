"""The words that draw papers most towards given directions, for many papers at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from .builtin import all_word_counts, load_model, word_vectors, word_weights
from .choice import paper_texts
from .model_file import Model

_CHUNK = 2048


def strongest_words(
    texts: Sequence[str], *, directions: np.ndarray, model: Model | None = None
) -> list[list[tuple[str, float]]]:
    """Name the word that adds most to each paper's product with each direction.

    Parameters
    ----------
    texts : sequence of str
        "title. abstract" each.
    directions : float (t, d)
        In the built-in embedding's space.
    model : Model, optional
        Another model than the one that ships.

    Returns
    -------
    list of list of (str, float)
        For each text and direction the word, and what it adds to `vector @ direction` (the parts
        of all words add up to it; of equal ones the first by alphabet). ("", 0.0) for a text
        without words.
    """
    model = load_model() if model is None else model
    out: list[list[tuple[str, float]]] = []
    for start in range(0, len(texts), _CHUNK):
        counted = all_word_counts(texts[start : start + _CHUNK], model=model)
        words = sorted({word for counts in counted for word in counts})
        vectors = word_vectors(words, model=model)
        pulls = vectors @ np.asarray(directions, dtype=vectors.dtype).T
        places = {word: at for at, word in enumerate(words)}
        for counts in counted:
            rows = [places[word] for word in counts]
            weights = word_weights(np.fromiter(counts.values(), np.int64, len(counts)))
            out.append(_strongest(weights, vectors[rows], pulls[rows], words=list(counts)))
    return out


def _strongest(
    weights: np.ndarray, vectors: np.ndarray, pulls: np.ndarray, *, words: Sequence[str]
) -> list[tuple[str, float]]:
    norm = float(np.linalg.norm(weights @ vectors)) if len(words) else 0.0
    if norm < 1e-6:
        return [("", 0.0)] * pulls.shape[1]
    parts = weights[:, None] * pulls
    best = parts.argmax(axis=0)
    return [(words[at], float(parts[at, number]) / norm) for number, at in enumerate(best)]


def drawing_words(
    papers: pd.DataFrame, *, embedding: str
) -> Callable[[Sequence[int], np.ndarray], list[list[tuple[str, float]]]] | None:
    """Return the function that names the strongest words of chosen papers, or None.

    Parameters
    ----------
    papers : DataFrame
        `title`, `abstract`.
    embedding : str
        Name of the embedding; only the built-in one is a sum over words.
    """
    if embedding != "builtin":
        return None
    texts = paper_texts(papers["title"], papers["abstract"])

    def strongest(rows: Sequence[int], directions: np.ndarray) -> list[list[tuple[str, float]]]:
        return strongest_words([texts[row] for row in rows], directions=directions)

    return strongest
