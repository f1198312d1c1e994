"""Words that make a paper similar to a group, or two papers similar to each other.

The built-in embedding is a sum over words, so the cosine is one too: the parts below add up to it
(up to rounding). They explain this cosine, not the clustering, which uses nearest neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.base.errors import InputError

from .builtin import all_word_counts, load_model, word_counts, word_vectors, word_weights
from .model_file import Model
from .new_words import LearnedWords, with_learned
from .registry import paper_texts

NO_WORD = "(no word)"
"""Stands for a text in which the model recognises no word."""

_CHUNK = 2048
_SMALLEST_NORM = 1e-6


def explain(text: str, *, centroid: np.ndarray, model: Model | None = None) -> pd.DataFrame:
    """Split the cosine between a paper and a direction into the parts of its words.

    Parameters
    ----------
    text : str
        "title. abstract".
    centroid : float (d,)
        A group's centroid, or any other direction in the space of the built-in embedding; its
        length is irrelevant.
    model : Model, optional
        By default the model that ships.

    Returns
    -------
    DataFrame
        `word` str, `count` int64 (words of the title counted more than once), `value` float64:
        the word's part of the cosine between paper and centroid. Sorted by descending value, then
        by word; the values add up to the cosine.

    Raises
    ------
    InputError
        If the centroid does not fit the built-in embedding.
    """
    model = load_model() if model is None else model
    direction = _direction(centroid, d=model.vectors.shape[1])
    words, counts, parts = _parts(text, model=model)
    return _sorted(pd.DataFrame({"word": words, "count": counts, "value": parts @ direction}))


def explain_pair(text: str, other: str, *, model: Model | None = None) -> pd.DataFrame:
    """Split the cosine between two papers into the parts of their words.

    Parameters
    ----------
    text, other : str
        "title. abstract" each.
    model : Model, optional
        By default the model that ships.

    Returns
    -------
    DataFrame
        `word` str, `count` and `count_other` int64, `value` float64: half of the word's part of
        the cosine as a word of the first paper plus half as a word of the other, so that a word of
        both papers, or one with a close relative in the other, ranks high. Sorted by descending
        value, then by word; the values add up to the papers' cosine.
    """
    model = load_model() if model is None else model
    sides = [_parts(t, model=model) for t in (text, other)]
    totals = [parts.sum(axis=0) for _, _, parts in sides]
    frames = [
        pd.DataFrame({"word": words, name: counts, value: parts @ total / 2})
        for (words, counts, parts), total, name, value in zip(
            sides, totals[::-1], ("count", "count_other"), ("value", "value_other"), strict=True
        )
    ]
    both = frames[0].merge(frames[1], on="word", how="outer").fillna(0)
    both["value"] += both.pop("value_other")
    return _sorted(both.astype({"count": "int64", "count_other": "int64"}))


def strongest_words(
    texts: Sequence[str], *, directions: np.ndarray, model: Model | None = None
) -> list[list[tuple[str, float]]]:
    """Return the word that adds most to each paper's product with each direction.

    Parameters
    ----------
    texts : sequence of str
        "title. abstract" each.
    directions : float (t, d)
        In the space of the built-in embedding.
    model : Model, optional
        By default the model that ships.

    Returns
    -------
    list of list of (str, float)
        For each text and direction the word and its part of `vector @ direction`, to which the
        parts of all words add up; the first in alphabetical order if several are equal. ("", 0.0)
        for a text without words.
    """
    model = load_model() if model is None else model
    out: list[list[tuple[str, float]]] = []
    for start in range(0, len(texts), _CHUNK):
        counts_by_text = all_word_counts(texts[start : start + _CHUNK], model=model)
        words = sorted({word for counts in counts_by_text for word in counts})
        vectors = word_vectors(words, model=model)
        pulls = vectors @ np.asarray(directions, dtype=vectors.dtype).T
        row_of = {word: row for row, word in enumerate(words)}
        for counts in counts_by_text:
            rows = [row_of[word] for word in counts]
            weights = word_weights(np.fromiter(counts.values(), np.int64, len(counts)))
            out.append(_strongest(weights, vectors[rows], pulls[rows], words=list(counts)))
    return out


def _strongest(
    weights: np.ndarray, vectors: np.ndarray, pulls: np.ndarray, *, words: Sequence[str]
) -> list[tuple[str, float]]:
    norm = float(np.linalg.norm(weights @ vectors)) if len(words) else 0.0
    if norm < _SMALLEST_NORM:
        return [("", 0.0)] * pulls.shape[1]
    parts = weights[:, None] * pulls
    best = parts.argmax(axis=0)
    return [(words[row], float(parts[row, column]) / norm) for column, row in enumerate(best)]


def strongest_word_finder(
    papers: pd.DataFrame, *, embedding: str, learned: LearnedWords | None = None
) -> Callable[[Sequence[int], np.ndarray], list[list[tuple[str, float]]]] | None:
    """Return a function that finds the strongest words of given papers, or None.

    Parameters
    ----------
    papers : DataFrame
        `title`, `abstract`.
    embedding : str
        Name of the embedding; None is returned unless it is the built-in one, a sum over words.
    learned : LearnedWords, optional
        Words that the run's vectors know too.
    """
    if embedding != "builtin":
        return None
    texts = paper_texts(papers["title"], papers["abstract"])
    model = with_learned(load_model(), learned)
    return lambda rows, directions: strongest_words(
        [texts[row] for row in rows], directions=directions, model=model
    )


def _parts(text: str, *, model: Model) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return words, counts and float64 (n_words, d) parts that add up to the text's unit vector."""
    counts = word_counts(text, model=model)
    words = list(counts)
    n = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
    parts = word_weights(n).astype(np.float64)[:, None] * word_vectors(words, model=model)
    norm = np.linalg.norm(parts.sum(axis=0))
    if norm < _SMALLEST_NORM:
        return [NO_WORD], np.zeros(1, np.int64), model.unknown.astype(np.float64)[None, :]
    return words, n, parts / norm


def _direction(centroid: np.ndarray, *, d: int) -> np.ndarray:
    direction = np.asarray(centroid, dtype=np.float64)
    norm = np.linalg.norm(direction)
    if direction.shape != (d,) or not np.isfinite(norm) or norm == 0:
        raise InputError(
            f"a centroid of shape {direction.shape} and length {norm:.3g}",
            allowed=f"a finite vector of {d} numbers, not all zero, of the built-in embedding",
            next_step="explain only runs made with the built-in embedding",
        )
    return direction / norm


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(
        ["value", "word"], ascending=[False, True], kind="stable", ignore_index=True
    )
