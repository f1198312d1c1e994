"""Precision, recall, F1, Brier score and reliability on labelled papers, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DRAWS = 2_000
FEWEST_PAPERS = 5
"""With fewer labelled papers no bootstrap interval is given: it would be too short."""

BINS = (0.05, 0.3, 0.5, 0.7, 0.9, 1.0)
_Z2 = NormalDist().inv_cdf(0.975) ** 2
_CHUNK = 250

Array = NDArray[np.float64]


def score_table(
    labels: Array,
    *,
    weights: NDArray[np.float32],
    given: NDArray[np.bool_],
    topics: Sequence[str],
    seed: int = 0,
) -> pd.DataFrame:
    """Measure decisions on labelled papers.

    Precision is the share of the papers given a topic that belong to it, recall the share of the
    papers that belong that were given it, F1 = 2 right / (given + belonging). Figures that cannot
    be computed are null and explained in `note`: without a positive recall and F1, without a
    prediction precision. Intervals of precision and recall are Wilson's (1927, JASA 22:209,
    equation 3); in the row "pooled" they treat the labels of one paper as independent. Intervals
    of F1 are the 2.5 and 97.5 % points of 2,000 bootstrap samples of papers (B. Efron (1979),
    "Bootstrap methods", Annals of Statistics 7:1-26), drawn once for all topics together; samples
    without a positive are skipped. The Brier score is the mean squared difference of weight and
    label (G. W. Brier (1950), Monthly Weather Review 78:1-3); 0 is best.

    Parameters
    ----------
    labels : ndarray of float64, shape (n, t)
        1, 0 or NaN (unknown) of n papers in t topics.
    weights : ndarray of float32, shape (n, t)
    given : ndarray of bool, shape (n, t)
        Which paper is given which topic.
    topics : sequence of str, length t
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row per topic, then "macro" (the mean over the topics that have a positive) and
        "pooled" (all labels together): `topic` str; `n` labels, `n_positive`, `n_predicted`,
        `n_right` int64; `precision`, `recall`, `f1`, each followed by its 95 % interval `_low`
        and `_high`, and `brier`, float64; `note` str.
    """
    known = ~np.isnan(labels)
    positive = known & (labels == 1)
    parts = np.stack([known, positive, known & given, positive & given]).astype("float64")
    sums = parts.sum(axis=1)
    figures = _figures(np.column_stack([sums, sums.sum(axis=1)]))
    figures["brier"] = _brier(labels, weights=weights, known=known)
    samples = _bootstrap(parts[1:], seed=seed)
    samples = np.column_stack([samples, _mean(samples[:, :-1], axis=1)])
    figures["f1_low"], figures["f1_high"] = _percentiles(samples)
    rows = [
        {"topic": topic, **{name: values[place] for name, values in figures.items()}}
        for place, topic in enumerate([*topics, "pooled", "macro"])
    ]
    for row in rows:
        row["note"] = _note(row)
    if len(topics) and 0 < (n := int((sums[1] > 0).sum())) < len(topics):
        rows[-1]["note"] = f"over the {n} of {len(topics)} topics with a positive"
    return _score_frame([*rows[:-2], rows[-1], rows[-2]])


def reliability(labels: Array, *, weights: NDArray[np.float32]) -> pd.DataFrame:
    """Compare weights with how often they are right.

    Parameters
    ----------
    labels : ndarray of float64, shape (n, t)
        1, 0 or NaN (unknown).
    weights : ndarray of float32, shape (n, t)

    Returns
    -------
    DataFrame
        One row per bin of weights (.05 to .3, .3 to .5, .5 to .7, .7 to .9, .9 to 1, which
        includes 1): `low`, `high`, `n` labelled memberships, `mean_weight`, `share_true` with its
        Wilson interval `share_low` and `share_high`; null if n is 0.
    """
    known = ~np.isnan(labels)
    labels, wide = labels[known], weights[known].astype("float64")
    edges = np.array(BINS, dtype="float32").astype("float64")
    bins = np.searchsorted(edges, wide, side="right") - 1
    bins[wide == 1] = len(BINS) - 2
    rows = []
    for number, (low, high) in enumerate(pairwise(BINS)):
        inside = bins == number
        n, k = float(inside.sum()), float(labels[inside].sum())
        mean = float(wide[inside].mean()) if n else np.nan
        rows.append((low, high, int(n), mean, *map(float, wilson(np.array(k), np.array(n)))))
    columns = ["low", "high", "n", "mean_weight", "share_true", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=columns)


def wilson(k: Array, n: Array) -> tuple[Array, Array, Array]:
    """Return the share k / n and its 95 % Wilson interval, all NaN where n is 0."""
    known = np.where(n > 0, n, np.nan)
    share = k / known
    centre = (k + _Z2 / 2) / (known + _Z2)
    half = np.sqrt(_Z2 * (k * (1 - share) + _Z2 / 4)) / (known + _Z2)
    low = np.where(k == 0, 0.0 * known, np.minimum(centre - half, share))
    high = np.where(k == n, 1.0 + 0.0 * known, np.maximum(centre + half, share))
    return share, np.maximum(low, 0.0), np.minimum(high, 1.0)


def _brier(labels: Array, *, weights: NDArray[np.float32], known: NDArray[np.bool_]) -> Array:
    """Return the Brier score by topic, then of all labels, then the mean over topics."""
    squares = np.where(known, (weights - np.nan_to_num(labels)) ** 2, 0.0)
    sums, n = squares.sum(axis=0), known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        values = np.append(sums, sums.sum()) / np.append(n, n.sum())
    return np.append(values, _mean(values[:-1]))


def _percentiles(samples: Array) -> tuple[Array, Array]:
    columns = [column[~np.isnan(column)] for column in samples.T]
    ends = [np.quantile(c, [0.025, 0.975]) if len(c) else (np.nan, np.nan) for c in columns]
    low, high = np.array(ends, dtype="float64").T
    return low, high


def _figures(sums: Array) -> dict[str, Array]:
    """Return counts and shares by topic, pooled, then averaged; `sums` has no average yet."""
    n, positive, predicted, right = sums
    out: dict[str, Array] = {}
    for name, total in (("precision", predicted), ("recall", positive)):
        share, low, high = wilson(right, total)
        out |= {name: share, f"{name}_low": low, f"{name}_high": high}
    out["f1"] = _f1(positive, predicted, right)
    has_positive = positive[:-1] > 0
    for name, values in out.items():
        average = np.nan if "_" in name else _mean(np.where(has_positive, values[:-1], np.nan))
        out[name] = np.append(values, average)
    counts = {"n": n, "n_positive": positive, "n_predicted": predicted, "n_right": right}
    return {**{name: np.append(v, v[-1]) for name, v in counts.items()}, **out}


def _f1(positive: Array, predicted: Array, right: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(positive > 0, 2 * right / (positive + predicted), np.nan)


def _bootstrap(parts: Array, *, seed: int) -> Array:
    """Return F1 of resampled papers, shape (draws, topics + 1), all topics together at the end.

    `parts` holds positive, given and right, shape (3, papers, topics).
    """
    n_papers = parts.shape[1]
    if n_papers < FEWEST_PAPERS:
        return np.full((DRAWS, parts.shape[2] + 1), np.nan)
    random = np.random.default_rng(seed)
    out = []
    for start in range(0, DRAWS, _CHUNK):
        times = random.multinomial(
            n_papers, np.full(n_papers, 1 / n_papers), size=min(_CHUNK, DRAWS - start)
        ).astype("float64")
        sums = [times @ part for part in parts]
        out.append(_f1(*(np.column_stack([each, each.sum(axis=1)]) for each in sums)))
    return np.vstack(out)


def _mean(values: Array, *, axis: int = 0) -> Array:
    """Return the mean of the known values, NaN if there are none."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0.0).sum(axis=axis) / known.sum(axis=axis)


def _note(row: Mapping[str, object]) -> str:
    if not row["n"]:
        return "no labels"
    notes = {"n_positive": "no positives", "n_predicted": "no predictions"}
    return ", ".join(note for name, note in notes.items() if not row[name])


def _score_frame(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    counts = ["n", "n_positive", "n_predicted", "n_right"]
    shares = [n + end for n in ("precision", "recall", "f1") for end in ("", "_low", "_high")]
    frame = pd.DataFrame(rows, columns=["topic", *counts, *shares, "brier", "note"])
    casts = dict.fromkeys(counts, "int64") | dict.fromkeys([*shares, "brier"], "float64")
    return frame.astype({"topic": "str", **casts, "note": "str"})
