"""Thresholds chosen on some labelled papers and measured on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.schema import COUNTED_WEIGHT

from .gold import Gold
from .measures import score_table
from .scoring import LabelledPapers, labelled_papers

SHRINKAGE = 10
"""With this many papers of the rarer label a threshold moves half the way from .5."""

_LOWEST, _HIGHEST = 0.05, 0.95
_FEWEST = 2


@dataclass(frozen=True)
class Calibration:
    """The result of `calibrate_thresholds`.

    Attributes
    ----------
    thresholds : DataFrame
        `topic` str, `threshold` float64 (chosen on all labelled papers), `lowest` and `highest`
        float64 (of those chosen without one of the folds), `note` str. No figure here measures
        `threshold`, since every paper contributed to it.
    held_out : DataFrame
        Table of `Scores`: each paper decided with the thresholds chosen without its fold.
    at_half : DataFrame
        Table of `Scores`: the same papers decided at .5.
    decisions : DataFrame
        One row per label: `paper_id`, `topic` str, `fold` int64, `threshold`, `weight`, `label`
        float64, `given` bool.
    n_papers, folds : int
    notes, unmatched : tuple of str
    """

    thresholds: pd.DataFrame
    held_out: pd.DataFrame
    at_half: pd.DataFrame
    decisions: pd.DataFrame
    n_papers: int
    folds: int
    notes: tuple[str, ...]
    unmatched: tuple[str, ...]


def calibrate_thresholds(
    memberships: pd.DataFrame,
    *,
    gold: Gold,
    papers: pd.DataFrame,
    topics: Sequence[str] | None = None,
    evidence: pd.DataFrame | None = None,
    folds: int = 5,
    seed: int = 0,
) -> Calibration:
    """Choose a threshold for each topic from a small labelled file, by cross-validation.

    The papers are divided into folds at random, whatever their labels. For each fold the
    thresholds are chosen on the papers of the others (`choose_threshold`) and used to decide the
    fold. The figures are those of these decisions, so that no paper contributed to the threshold
    it was decided with. The thresholds to use are then chosen on all papers.

    Parameters
    ----------
    memberships, gold, papers, topics, evidence
        As for `score`; the same rows are left out.
    folds : int
        Reduced to the number of labelled papers if that is smaller.
    seed : int
        Of the folds and of the bootstrap.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        If two rows of the file label one paper differently.
    ValueError
        If `folds` is less than 2.
    """
    if folds < 2:
        raise ValueError(f"folds is {folds}, must be at least 2")
    known = labelled_papers(memberships, gold=gold, papers=papers, topics=topics, evidence=evidence)
    n = len(known.papers)
    folds = min(folds, n)
    fold = np.random.default_rng(seed).permutation(n) % max(folds, 1)
    cuts = _cuts(known, fold=fold)
    given = known.weights >= cuts.astype("float32")
    measured = partial(
        score_table, known.labels, weights=known.weights, topics=known.topics, seed=seed
    )
    return Calibration(
        thresholds=_thresholds(known, cuts=cuts),
        held_out=measured(given=given),
        at_half=measured(given=known.weights >= np.float32(COUNTED_WEIGHT)),
        decisions=_decisions(known, fold=fold, cuts=cuts, given=given),
        n_papers=n,
        folds=folds,
        notes=known.notes,
        unmatched=known.unmatched,
    )


def choose_threshold(weights: NDArray[np.float32], *, labels: NDArray[np.float64]) -> float:
    """Choose the threshold of one topic.

    The candidates are .5 and the midpoints (in log-odds) between neighbouring weights; the one
    with the best F1 is taken, of equal ones the nearest to .5. Its log-odds are then multiplied by
    m / (m + 10), where m is the number of papers of the rarer label: a shrinkage towards .5, so
    that ten papers move the threshold half the way.

    Parameters
    ----------
    weights : ndarray of float32, shape (n,)
    labels : ndarray of float64, shape (n,)
        1, 0, or NaN where unknown.

    Returns
    -------
    float
        From .05 to .95; .5 if fewer than two papers belong to the topic, or fewer than two do not.
    """
    known = ~np.isnan(labels)
    wide, positive = weights[known].astype("float64"), labels[known] == 1
    rarer = int(min(positive.sum(), (~positive).sum()))
    if rarer < _FEWEST:
        return COUNTED_WEIGHT
    inside = np.unique(np.clip(wide, _LOWEST, _HIGHEST))
    between = (_logit(inside[:-1]) + _logit(inside[1:])) / 2
    order = np.lexsort((between, np.abs(between)))
    best, best_f1 = 0.0, -1.0
    for cut in (0.0, *between[order]):
        given = wide >= _share(cut)
        f1 = 2 * int((given & positive).sum()) / int(given.sum() + positive.sum())
        if f1 > best_f1 + 1e-12:
            best, best_f1 = float(cut), f1
    return _share(best * rarer / (rarer + SHRINKAGE))


def _logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(share / (1 - share))


def _share(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _cuts(known: LabelledPapers, *, fold: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the threshold of each paper and topic, chosen without the paper's fold."""
    cuts = np.full(known.labels.shape, COUNTED_WEIGHT)
    for number in np.unique(fold):
        others = fold != number
        for topic in range(len(known.topics)):
            cuts[~others, topic] = choose_threshold(
                known.weights[others, topic], labels=known.labels[others, topic]
            )
    return cuts


def _thresholds(known: LabelledPapers, *, cuts: NDArray[np.float64]) -> pd.DataFrame:
    rows = []
    for place, topic in enumerate(known.topics):
        labels = known.labels[:, place]
        rarer = min((labels == 1).sum(), (labels == 0).sum())
        note = "too few labels to choose" if rarer < _FEWEST else ""
        threshold = choose_threshold(known.weights[:, place], labels=labels)
        ends = (cuts[:, place].min(), cuts[:, place].max()) if len(cuts) else (COUNTED_WEIGHT,) * 2
        rows.append((topic, threshold, *ends, note))
    columns = {
        **{"topic": "str", "threshold": "float64", "lowest": "float64", "highest": "float64"},
        "note": "str",
    }
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _decisions(
    known: LabelledPapers,
    *,
    fold: NDArray[np.int64],
    cuts: NDArray[np.float64],
    given: NDArray[np.bool_],
) -> pd.DataFrame:
    rows, places = np.nonzero(~np.isnan(known.labels))
    return pd.DataFrame(
        {
            "paper_id": pd.Series([known.papers[row] for row in rows], dtype="str"),
            "topic": pd.Series([known.topics[place] for place in places], dtype="str"),
            "fold": fold[rows].astype("int64"),
            "threshold": cuts[rows, places],
            "weight": known.weights[rows, places].astype("float64"),
            "label": known.labels[rows, places],
            "given": given[rows, places],
        }
    )
