"""How well topics were recognised: precision, recall, F1 and Brier score on labelled papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.schema import COUNTED_WEIGHT

from .gold import Gold
from .matching import match_gold
from .measures import Array, score_table, wilson

BINS = (0.05, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class Labelled:
    """What is known of the labelled papers of a run, as arrays of papers by topics.

    Attributes
    ----------
    papers : tuple of str
        Ids, sorted; only papers with a label.
    topics : tuple of str
    labels : ndarray of float64
        1, 0 or NaN (unknown).
    weights : ndarray of float32
        The memberships' weights; 0 where none is stored, that is under .05.
    notes : tuple of str
        What was left out, and why.
    unmatched : tuple of str
        Rows of the file that name no paper of the run.
    """

    papers: tuple[str, ...]
    topics: tuple[str, ...]
    labels: Array
    weights: NDArray[np.float32]
    notes: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scores:
    """The figures of `score`.

    Attributes
    ----------
    table : DataFrame
        See `measures.score_table`.
    reliability : DataFrame
        See `reliability`.
    n_papers : int
        Papers with a label that the figures rest on.
    notes, unmatched : tuple of str
    """

    table: pd.DataFrame
    reliability: pd.DataFrame
    n_papers: int
    notes: tuple[str, ...] = field(default=())
    unmatched: tuple[str, ...] = field(default=())


def score(
    memberships: pd.DataFrame,
    *,
    gold: Gold,
    papers: pd.DataFrame,
    topics: Sequence[str] | None = None,
    evidence: pd.DataFrame | None = None,
    thresholds: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Scores:
    """Compare a run's topics with labelled papers; the figures are those of `score_table`.

    Where the file has a column `drawn` (from `sample_for_labelling`), only rows that say
    "random" count: the others were chosen near the threshold, where errors are most frequent.
    Labels of papers that `evidence` shows to be decided by hand are left out too.

    Parameters
    ----------
    memberships : DataFrame
        Of the run; rows of kind "topic" are read.
    gold : Gold
        From `read_gold`.
    papers : DataFrame
        Of the run.
    topics : sequence of str, optional
        Ids to score, in this order; those of `gold` where left out.
    evidence : DataFrame, optional
        Of the run.
    thresholds : mapping of str to float, optional
        By topic; .5 where a topic is missing.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Scores

    Raises
    ------
    InputError
        Where two rows of the file label one paper differently.
    """
    known = labelled(memberships, gold=gold, papers=papers, topics=topics, evidence=evidence)
    cuts = thresholds or {}
    cut = np.array([cuts.get(topic, COUNTED_WEIGHT) for topic in known.topics], dtype="float32")
    table = score_table(
        known.labels,
        weights=known.weights,
        given=known.weights >= cut,
        topics=known.topics,
        seed=seed,
    )
    return Scores(table, reliability(known), len(known.papers), known.notes, known.unmatched)


def labelled(
    memberships: pd.DataFrame,
    *,
    gold: Gold,
    papers: pd.DataFrame,
    topics: Sequence[str] | None = None,
    evidence: pd.DataFrame | None = None,
) -> Labelled:
    """Bring labels and weights together; parameters as for `score`."""
    matched = match_gold(gold, papers=papers)
    rows, notes = _unbiased(matched.rows)
    asked = tuple(gold.topics if topics is None else topics)
    labels = rows.set_index("paper_id").reindex(columns=list(asked)).astype("float64")
    if evidence is not None:
        by_hand = evidence[(evidence["how"] == "override") & (evidence["kind"] == "topic")]
        decided = _grid(by_hand.assign(one=1.0), column="one", like=labels) > 0
        n = int((decided & labels.notna()).to_numpy().sum())
        if n:
            labels = labels.mask(decided)
            notes.append(f"{n:,} {'label' if n == 1 else 'labels'} left out: decided by hand")
    labels = labels[labels.notna().any(axis=1)]
    own = memberships[memberships["kind"] == "topic"]
    weights = _grid(own, column="weight", like=labels).fillna(0).to_numpy(dtype="float32")
    ids = tuple(labels.index)
    return Labelled(ids, asked, labels.to_numpy(), weights, tuple(notes), matched.unmatched)


def _unbiased(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    if not rows["drawn"].any():
        return rows, []
    random = rows[rows["drawn"] == "random"]
    note = (
        f"only the {len(random):,} papers drawn at random count; {len(rows) - len(random):,} "
        "others, chosen near the threshold or added by hand, would bias the figures"
    )
    chances = random["chance"].dropna()
    if len(chances) and chances.max() > 1.5 * chances.min():
        note += "; the random papers come from samples of unlike size and count alike here"
    return random, [note]


def _grid(rows: pd.DataFrame, *, column: str, like: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["paper_id"].isin(like.index) & rows["group_id"].isin(like.columns)]
    wide = rows.pivot(index="paper_id", columns="group_id", values=column)
    return wide.reindex(index=like.index, columns=like.columns).astype("float64")


def reliability(known: Labelled) -> pd.DataFrame:
    """Compare weights with how often they are right.

    Parameters
    ----------
    known : Labelled

    Returns
    -------
    DataFrame
        One row a bin of weights (.05 to .3, .3 to .5, .5 to .7, .7 to .9, .9 to 1; the upper end
        of the last belongs to it): `low`, `high`, `n` labelled memberships, `mean_weight`,
        `share_true` with its Wilson interval `share_low` and `share_high`; null where n is 0.
    """
    labelled = ~np.isnan(known.labels)
    labels, weights = known.labels[labelled], known.weights[labelled].astype("float64")
    edges = np.array(BINS, dtype="float32").astype("float64")
    places = np.searchsorted(edges, weights, side="right") - 1
    places[weights == 1] = len(BINS) - 2
    rows = []
    for place, (low, high) in enumerate(pairwise(BINS)):
        own = places == place
        n, k = float(own.sum()), float(labels[own].sum())
        mean = float(weights[own].mean()) if n else np.nan
        share, share_low, share_high = (float(v) for v in wilson(np.array(k), np.array(n)))
        rows.append((low, high, int(n), mean, share, share_low, share_high))
    columns = ["low", "high", "n", "mean_weight", "share_true", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=columns)
