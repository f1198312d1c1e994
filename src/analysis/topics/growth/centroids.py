"""Centroids of topics, and of their earlier and later papers."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.groups import counted_memberships

N_RANDOM = 200
CHANCE = 0.05
_DAY = pd.Timedelta(days=1)

Vector = NDArray[np.float64]


def unit(vector: NDArray[np.floating]) -> Vector:
    """Return a vector, or each row of a matrix, at length 1; a vector of zeros stays zero."""
    long = vector.astype("float64")
    return long / np.maximum(np.linalg.norm(long, axis=-1, keepdims=True), 1e-12)


def centroid(vectors: NDArray[np.float32]) -> Vector:
    """Return the mean of the rows at length 1."""
    return unit(vectors.mean(axis=0, dtype="float64"))


def topic_rows(
    memberships: pd.DataFrame, *, topics: Sequence[str], rows_of: pd.Series
) -> dict[str, NDArray[np.int64]]:
    """Return the row numbers of the papers that each topic counts, sorted.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`.
    topics : sequence of str
    rows_of : Series of int64
        Row number of each paper id.
    """
    counted = counted_memberships(memberships, kind="topic")
    rows = rows_of.reindex(counted["paper_id"]).to_numpy(dtype="int64")
    places = counted.groupby("group_id").indices
    nobody = np.zeros(0, dtype="int64")
    return {topic: np.sort(rows[places.get(topic, nobody)]) for topic in topics}


def topic_centroids(
    vectors: NDArray[np.float32], *, rows: Mapping[str, NDArray[np.int64]]
) -> dict[str, Vector]:
    """Return the centroid of each topic that has papers; `rows` is from `topic_rows`."""
    return {topic: centroid(vectors[own]) for topic, own in rows.items() if len(own)}


def nearest_centroid(
    vector: Vector | None, *, centroids: Mapping[str, Vector]
) -> tuple[str | None, float]:
    """Return the name of the nearest centroid and the cosine; None and NaN if there is none."""
    if vector is None or not centroids:
        return None, float("nan")
    names = list(centroids)
    cosines = [float(vector @ centroids[name]) for name in names]
    best = int(np.argmax(cosines))
    return names[best], cosines[best]


@dataclass(frozen=True)
class Halves:
    """Row numbers of the earlier and later papers, and the first day of the later ones."""

    early: NDArray[np.int64]
    late: NDArray[np.int64]
    cut: pd.Timestamp | None


def halves(papers: pd.DataFrame, *, rows: NDArray[np.int64]) -> Halves:
    """Split papers by date into two parts as equal as whole days allow.

    Parameters
    ----------
    papers : DataFrame
        `published`, `published_precision`.
    rows : ndarray of int64
        Row numbers of the papers to split.

    Returns
    -------
    Halves
        No day is on both sides. Papers without a date are on neither, nor are those known to the
        month or the year that contains the cut. Both halves are empty, without a cut, if all dated
        papers have the same date.
    """
    days = papers["published"].iloc[rows]
    known = days.notna().to_numpy()
    rows, days = rows[known], days[known]
    cuts = np.sort(days.unique())[1:]
    if not len(cuts):
        nobody = np.zeros(0, dtype="int64")
        return Halves(nobody, nobody, None)
    before = np.searchsorted(np.sort(days.to_numpy()), cuts)
    cut = pd.Timestamp(cuts[np.argmin(np.abs(before - len(days) / 2))])
    ends = _last_days(days, papers["published_precision"].iloc[rows])
    return Halves(
        early=rows[(ends < cut).to_numpy(dtype=bool)],
        late=rows[(days >= cut).to_numpy(dtype=bool)],
        cut=cut,
    )


def _last_days(days: pd.Series, precisions: pd.Series) -> pd.Series:
    ends = days.copy()
    for precision, step in (("month", pd.offsets.MonthBegin(1)), ("year", pd.offsets.YearBegin(1))):
        coarse = precisions.eq(precision).to_numpy(dtype=bool)
        ends[coarse] = days[coarse] + step - _DAY
    return ends


def half_similarity(
    vectors: NDArray[np.float32], *, parts: Halves, seed: int, name: str
) -> tuple[float, float]:
    """Compare the centroids of two halves with those of random halves of the same papers.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
    parts : Halves
        Neither part empty.
    seed : int
    name : str
        Also seeds, so that a topic's numbers do not depend on the other topics.

    Returns
    -------
    cosine, low : float
        Cosine of the centroids of the halves, and the value that 95 % of 200 random halves of the
        same sizes reach.
    """
    rows = np.concatenate([parts.early, parts.late])
    own = vectors[rows].astype("float64")
    n_early = len(parts.early)
    random = np.random.default_rng([seed, zlib.crc32(name.encode("utf-8", "replace"))])
    masks = np.zeros((N_RANDOM + 1, len(rows)))
    masks[0, :n_early] = 1
    for number in range(1, N_RANDOM + 1):
        masks[number, random.permutation(len(rows))[:n_early]] = 1
    early = masks @ own
    cosines = (unit(early) * unit(own.sum(axis=0) - early)).sum(axis=1)
    return float(cosines[0]), float(np.quantile(cosines[1:], CHANCE))
