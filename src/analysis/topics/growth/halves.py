"""The earlier and the later papers of a topic, and how far their vectors lie apart."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .counting import unit

N_RANDOM = 200
CHANCE = 0.05
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Halves:
    """Row numbers of the earlier and later papers, and the first day of the later ones."""

    early: NDArray[np.int64]
    late: NDArray[np.int64]
    cut: pd.Timestamp | None


def halves(papers: pd.DataFrame, *, rows: NDArray[np.int64]) -> Halves:
    """Cut papers by date into two parts as equal as whole days allow.

    Parameters
    ----------
    papers : DataFrame
        `published`, `published_precision`.
    rows : ndarray of int64
        Row numbers of the papers to cut.

    Returns
    -------
    Halves
        No day is on both sides. Papers without a date are on neither, nor are those known to the
        month or the year that the cut falls into. Both empty, without a cut, where all papers
        with a date have the same.
    """
    days = papers["published"].iloc[rows]
    known = days.notna().to_numpy()
    rows, days = rows[known], days[known]
    cuts = np.sort(days.unique())[1:]
    nobody = np.zeros(0, dtype="int64")
    if not len(cuts):
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


def similarity(
    vectors: NDArray[np.float32], *, parts: Halves, seed: int, name: str
) -> tuple[float, float]:
    """Compare the middles of two halves with those of random halves of the same papers.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
    parts : Halves
        Neither part empty.
    seed : int
    name : str
        Seeds too, so that one topic's numbers do not hang on the others.

    Returns
    -------
    cosine, low : float
        Cosine of the mean vectors of the halves, and the value that 95 % of 200 random halves of
        the same sizes reach.
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


def nearest_cosine(
    vectors: NDArray[np.float32], *, members: Mapping[str, NDArray[np.int64]], name: str
) -> float:
    """Return the cosine of a topic's mean vector with that of the nearest other; NaN if none.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
    members : mapping of str to ndarray of int64
        Row numbers of each topic's papers.
    name : str
        A key of `members`.
    """
    centres = {
        topic: unit(vectors[rows].mean(axis=0, dtype="float64"))
        for topic, rows in members.items()
        if len(rows)
    }
    own = centres.pop(name, None)
    if own is None or not centres:
        return float("nan")
    return max(float(own @ centre) for centre in centres.values())
