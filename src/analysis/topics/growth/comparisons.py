"""Comparisons for suggestions and drift: shares of papers at two times, centroids, halves."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.base.groups import counted_memberships

Vector = NDArray[np.float64]

N_RANDOM = 200
CHANCE = 0.05
_DAY = pd.Timedelta(days=1)
FEWEST_COUNTED = 8
FEWEST_TOTAL = 15
LEVEL = 0.05
PERIODS_COMPARED = 2
TOO_FEW = "too few to say"


@lru_cache(maxsize=100_000)
def fisher_p(k_first: int, n_first: int, k_second: int, n_second: int) -> float:
    """Return the two-sided p of Fisher's exact test on `k_first` of `n_first` and the second.

    Parameters
    ----------
    k_first, n_first, k_second, n_second : int
        Papers counted and papers in total on either side; p is 1 if one side has no papers or
        nothing was counted.

    Raises
    ------
    ValueError
        If a count is below 0 or above its total.

    References
    ----------
    R. A. Fisher (1935), "The logic of inductive inference", JRSS 98:39-82.
    """
    table = [[k_first, n_first - k_first], [k_second, n_second - k_second]]
    return float(stats.fisher_exact(table).pvalue)


def adjust_p(p: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values corrected for their number, in the order given.

    Rejecting those below .05 keeps the false discovery rate there.

    References
    ----------
    Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", JRSS B
    57:289-300.
    """
    values = np.asarray(p, dtype="float64")
    return stats.false_discovery_control(values, method="bh") if len(values) else values


@dataclass(frozen=True)
class Windows:
    """Two stretches of time: which papers are in each, and the days they cover, in words."""

    before: NDArray[np.bool_]
    last: NDArray[np.bool_]
    words: str


def time_windows(papers: pd.DataFrame, *, trends: pd.DataFrame) -> Windows:
    """Choose what is compared: the last two full periods with the two before them.

    If the trends have fewer than four full periods, the dated range is split in the middle. Papers
    known only to the year are in no window, unless the periods are years.

    Parameters
    ----------
    papers : DataFrame
        `published` and `published_precision`, n rows.
    trends : DataFrame
        Table `trends`, of which only the periods are read.

    Returns
    -------
    Windows
        Masks of shape (n,); all false if no paper has a date.
    """
    days = papers["published"]
    periods = trends.drop_duplicates("period").sort_values("period")
    full = periods[~periods["is_partial"]].tail(2 * PERIODS_COMPARED)
    yearly = papers["published_precision"].eq("year").to_numpy(dtype=bool)
    dated = days.notna().to_numpy() & ~yearly
    if len(full) == 2 * PERIODS_COMPARED:
        if full["freq"].iloc[0] == "year":
            dated = days.notna().to_numpy()
        halves = full.iloc[:PERIODS_COMPARED], full.iloc[PERIODS_COMPARED:]
        ends = [(part["period"].iloc[0], part["period_end"].iloc[-1]) for part in halves]
    elif dated.any():
        start, stop = days[dated].min().normalize(), days[dated].max().normalize()
        middle = (start + (stop - start) // 2).normalize()
        ends = [(start, middle), (middle + _DAY, max(stop, middle + _DAY))]
    else:
        nowhere = np.zeros(len(papers), dtype=bool)
        return Windows(nowhere, nowhere, "")
    before, last = (
        dated & ((days >= start) & (days < stop + _DAY)).to_numpy(dtype=bool)
        for start, stop in ends
    )
    spans = [f"{start:%Y-%m-%d} to {stop:%Y-%m-%d}" for start, stop in ends]
    return Windows(before, last, f"{spans[1]} against {spans[0]}")


def share_growth(members: Sequence[NDArray[np.int64]], *, within: Windows) -> pd.DataFrame:
    """Compare each group's share of all papers in the two windows.

    Parameters
    ----------
    members : sequence of ndarray of int64
        Row numbers of each group's papers.
    within : Windows

    Returns
    -------
    DataFrame
        One row per group: `n_before`, `total_before`, `n_last`, `total_last` (papers), `p`
        (Fisher's exact test, two-sided), `p_adjusted` (for the number of groups that are tested,
        Benjamini and Hochberg) and `growth`: "rises" or "falls" if `p_adjusted` is below .05, else
        "no clear change"; "too few to say" (p null) with fewer than eight of the group's papers
        in both windows together or fewer than fifteen papers in total in either.
    """
    totals = int(within.before.sum()), int(within.last.sum())
    rows = []
    for group in members:
        counts = int(within.before[group].sum()), int(within.last[group].sum())
        enough = sum(counts) >= FEWEST_COUNTED and min(totals) >= FEWEST_TOTAL
        p = fisher_p(counts[0], totals[0], counts[1], totals[1]) if enough else np.nan
        rows.append((counts[0], totals[0], counts[1], totals[1], p))
    columns = ["n_before", "total_before", "n_last", "total_last", "p"]
    casts = {**dict.fromkeys(columns, "int64"), "p": "float64"}
    frame = pd.DataFrame(rows, columns=columns).astype(casts).assign(p_adjusted=np.nan)
    tested = frame["p"].notna()
    frame.loc[tested, "p_adjusted"] = adjust_p(frame.loc[tested, "p"].to_numpy())
    rises = frame["n_last"] * frame["total_before"] > frame["n_before"] * frame["total_last"]
    words = np.select(
        [~tested, frame["p_adjusted"] >= LEVEL, rises],
        [TOO_FEW, "no clear change", "rises"],
        "falls",
    )
    return frame.assign(growth=pd.Series(words, index=frame.index, dtype="str"))


# Centroids, and the earlier and later papers of a topic


def unit(vector: NDArray[np.floating]) -> Vector:
    """Return a vector, or each row of a matrix, at length 1; a vector of zeros stays zero."""
    long = vector.astype("float64")
    return long / np.maximum(np.linalg.norm(long, axis=-1, keepdims=True), 1e-12)


def centroid(vectors: NDArray[np.float32]) -> Vector:
    """Return the mean of the rows at length 1."""
    return unit(vectors.mean(axis=0, dtype="float64"))


def counted_rows(
    memberships: pd.DataFrame, *, kind: str, ids: Sequence[str], rows_of: pd.Series
) -> dict[str, NDArray[np.int64]]:
    """Return the row numbers of the papers that each cluster or topic counts, sorted.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`.
    kind : {"cluster", "topic"}
    ids : sequence of str
    rows_of : Series of int64
        Row number of each paper id.
    """
    counted = counted_memberships(memberships, kind=kind)
    rows = rows_of.reindex(counted["paper_id"]).to_numpy(dtype="int64")
    places = counted.groupby("group_id").indices
    nobody = np.zeros(0, dtype="int64")
    return {group: np.sort(rows[places.get(group, nobody)]) for group in ids}


def topic_centroids(
    vectors: NDArray[np.float32], *, rows: Mapping[str, NDArray[np.int64]]
) -> dict[str, Vector]:
    """Return the centroid of each topic that has papers; `rows` is from `counted_rows`."""
    return {topic: centroid(vectors[own]) for topic, own in rows.items() if len(own)}


def nearest_centroid(
    vector: Vector | None, *, centroids: Mapping[str, Vector]
) -> tuple[str | None, float]:
    """Return the name of the nearest centroid and the cosine; None and NaN if there is none."""
    if vector is None or not centroids:
        return None, float("nan")
    cosines = {name: float(vector @ other) for name, other in centroids.items()}
    best = max(cosines, key=cosines.__getitem__)
    return best, cosines[best]


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
        return Halves(rows[:0], rows[:0], None)
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
