"""Which words make a paper near to a group, or two papers near to each other.

The built-in embedding is a sum over words, so the cosine is one too: the parts below add up to it
exactly (up to rounding). They explain this cosine, not the clustering, which looks at neighbours.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.base.errors import InputError

from .builtin import load_model, word_counts, word_vectors
from .builtin import word_weights as _weights
from .model_file import Model

NO_WORD = "(no word)"
"""Stands for the whole of a text in which the model finds no word."""


def explain(text: str, *, centroid: np.ndarray, model: Model | None = None) -> pd.DataFrame:
    """Say which words of a paper pull it to a direction, and which push it away.

    Parameters
    ----------
    text : str
        "title. abstract".
    centroid : float (d,)
        A group's centroid, or any other direction in the built-in embedding's space; its length
        does not count.
    model : Model, optional
        Another model than the one that ships.

    Returns
    -------
    DataFrame
        `word` str, `count` int64 (words of the title counted more than once), `value` float64:
        the word's part of the cosine between paper and centroid. Sorted by falling value, then by
        word; the values add up to the cosine.

    Raises
    ------
    InputError
        Where the centroid does not fit the built-in embedding.
    """
    model = load_model() if model is None else model
    direction = _direction(centroid, d=model.vectors.shape[1])
    words, counts, parts = _parts(text, model=model)
    return _sorted(pd.DataFrame({"word": words, "count": counts, "value": parts @ direction}))


def explain_pair(text: str, other: str, *, model: Model | None = None) -> pd.DataFrame:
    """Say which words make two papers near.

    Parameters
    ----------
    text, other : str
        "title. abstract" each.
    model : Model, optional
        Another model than the one that ships.

    Returns
    -------
    DataFrame
        `word` str, `count` and `count_other` int64, `value` float64: half of the word's part of
        the cosine seen from the first paper plus half of that seen from the other, so that a word
        of both papers, or one with close kin in the other, stands high. Sorted by falling value,
        then by word; the values add up to the papers' cosine.
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


def _parts(text: str, *, model: Model) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Words, counts and float64 (n_words, d) parts, which sum to the text's unit vector."""
    counts = word_counts(text, model=model)
    words = list(counts)
    n = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
    parts = _weights(n).astype(np.float64)[:, None] * word_vectors(words, model=model)
    norm = np.linalg.norm(parts.sum(axis=0))
    if norm < 1e-6:
        return [NO_WORD], np.zeros(1, np.int64), model.unknown.astype(np.float64)[None, :]
    return words, n, parts / norm


def _direction(centroid: np.ndarray, *, d: int) -> np.ndarray:
    direction = np.asarray(centroid, dtype=np.float64)
    norm = np.linalg.norm(direction)
    if direction.shape != (d,) or not np.isfinite(norm) or norm == 0:
        raise InputError(
            f"a centroid of shape {direction.shape} and length {norm:.3g}",
            allowed=f"a finite vector of {d} numbers, not all zero, of the built-in embedding",
            next_step="explain only runs that were made with the built-in embedding",
        )
    return direction / norm


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(
        ["value", "word"], ascending=[False, True], kind="stable", ignore_index=True
    )
