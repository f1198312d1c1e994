"""Memberships and dates to counts, denominators, shares and intervals."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..schema import COUNTED_WEIGHT, KINDS, conform, empty
from .periods import bounds, check_freq, is_partial, place

CONFIDENT_WEIGHT = {"cluster": COUNTED_WEIGHT, "topic": 0.7}
"""Counted papers below this weight are counted a second time, in `n_low_weight`."""


def wilson(
    k: ArrayLike, n: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Wilson score interval of `k` papers out of `n`.

    Parameters
    ----------
    k, n : array-like of numbers, shapes that broadcast
        Papers counted and papers in all, 0 <= k <= n.
    level : float, default .95
        Confidence, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float64
        Shares from 0 to 1 with low <= k / n <= high; low is exactly 0 where k = 0, high exactly 1
        where k = n, both NaN where n = 0.

    Raises
    ------
    ValueError
        Where k < 0, k > n, or `level` is not between 0 and 1.

    References
    ----------
    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference",
    JASA 22:209-212, equation 3; recommended for small n by L. D. Brown, T. T. Cai and A. DasGupta
    (2001), "Interval estimation for a binomial proportion", Statistical Science 16:101-133.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, must lie between 0 and 1")
    k, n = np.broadcast_arrays(np.asarray(k, dtype="float64"), np.asarray(n, dtype="float64"))
    if ((k < 0) | (k > n)).any():
        raise ValueError("k must lie between 0 and n")
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    known = np.where(n > 0, n, np.nan)
    centre = (k + z2 / 2) / (known + z2)
    half = np.sqrt(z2 * (k * (known - k) / known + z2 / 4)) / (known + z2)
    share = k / known
    # Rounding may leave the exact ends, and the share itself, a hair outside.
    low = np.where(k == 0, np.minimum(known, 0.0), np.minimum(centre - half, share))
    high = np.where(k == n, np.minimum(known, 1.0), np.maximum(centre + half, share))
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def trends(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    groups: pd.DataFrame,
    freq: str,
    reference: pd.Timestamp | None,
) -> pd.DataFrame:
    """Count papers by group and period, with shares and their intervals.

    A cluster counts its primary papers, a topic those with weight >= `schema.COUNTED_WEIGHT`.
    Undated papers are in no period, papers known to the year only in none finer than a year:
    neither in the numerator nor in the denominator.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`, rows in any order.
    papers : DataFrame
        With `paper_id` (unique), `published`, `published_precision`.
    groups : DataFrame
        With `kind` and `group_id`: the rows of the grid.
    freq : {"month", "quarter", "half-year", "year"}
        Length of a period.
    reference : Timestamp or None
        A period that ends after this day is partial; None makes all of them partial.

    Returns
    -------
    DataFrame
        Table `trends`, every group in every period from the first to the last placeable paper:
        `kind`, `group_id`, `freq`, `period` (first day), `period_end` (last day), `n_papers`,
        `n_total` (all placeable papers of the period), `share` = n_papers / n_total, `share_low`
        and `share_high` (95 % Wilson interval), `share_weighted` (sum of the weights of all stored
        memberships, counted or not, over n_total), `n_low_weight` (counted papers with a weight
        below .5 for clusters, below .7 for topics), `phi` (1: papers are taken to arrive
        independently) and `is_partial`. Shares and interval are null where n_total is 0. Empty
        where there is no group or no paper can be placed.

    Raises
    ------
    InputError
        Where `freq` is not a known period.
    KeyError
        Where memberships name a paper or group that does not exist: a defect of ours.
    """
    check_freq(freq)
    numbers, placed = place(papers, freq=freq)
    if not placed.any() or groups.empty:
        return empty("trends")
    first, last = int(numbers[placed].min()), int(numbers[placed].max())
    n_periods = last - first + 1
    column = np.where(placed, numbers - first, -1)
    n_total = np.bincount(column[placed], minlength=n_periods)
    counts = _count_cells(
        memberships, papers=papers, groups=groups, column=column, n_periods=n_periods
    )
    starts, ends = bounds(np.arange(first, last + 1), freq=freq)
    n_groups = len(groups)
    totals = np.tile(n_total, n_groups)
    low, high = wilson(counts["n_papers"], totals)
    known = np.where(totals > 0, totals, np.nan)
    table = pd.DataFrame(
        {
            "kind": np.repeat(groups["kind"].to_numpy(), n_periods),
            "group_id": np.repeat(groups["group_id"].to_numpy(), n_periods),
            "freq": freq,
            "period": np.tile(starts, n_groups),
            "period_end": np.tile(ends, n_groups),
            "n_papers": counts["n_papers"],
            "n_total": totals,
            "share": counts["n_papers"] / known,
            "share_low": low,
            "share_high": high,
            "share_weighted": counts["weight"] / known,
            "n_low_weight": counts["n_low_weight"],
            "phi": 1.0,
            "is_partial": np.tile(is_partial(ends, reference=reference), n_groups),
        }
    )
    return conform(table, name="trends")


def _count_cells(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    groups: pd.DataFrame,
    column: NDArray[np.int64],
    n_periods: int,
) -> dict[str, NDArray]:
    """Count memberships by group (rows) and period (columns), flattened row by row."""
    kind = memberships["kind"].to_numpy()
    weight = memberships["weight"].to_numpy(dtype="float32")
    counted = np.where(
        kind == "cluster",
        memberships["is_primary"].to_numpy(dtype=bool),
        weight >= np.float32(COUNTED_WEIGHT),
    )
    limits = np.where(kind == "cluster", CONFIDENT_WEIGHT["cluster"], CONFIDENT_WEIGHT["topic"])
    low = counted & (weight < limits.astype("float32"))
    paper = _positions(memberships["paper_id"], within=papers["paper_id"], what="paper")
    cell = _group_positions(memberships, groups=groups) * n_periods + column[paper]
    here = column[paper] >= 0
    n_cells = len(groups) * n_periods
    # Sums of floats depend on their order: sorted by weight they do not depend on the rows'.
    order = np.lexsort((weight, cell))
    order = order[here[order]]
    return {
        "n_papers": np.bincount(cell[counted & here], minlength=n_cells),
        "n_low_weight": np.bincount(cell[low & here], minlength=n_cells),
        "weight": np.bincount(
            cell[order], weights=weight[order].astype("float64"), minlength=n_cells
        ),
    }


def _group_positions(memberships: pd.DataFrame, *, groups: pd.DataFrame) -> NDArray[np.int64]:
    positions = np.zeros(len(memberships), dtype="int64")
    for kind in KINDS:
        rows = (memberships["kind"] == kind).to_numpy(dtype=bool)
        ours = np.flatnonzero((groups["kind"] == kind).to_numpy(dtype=bool))
        ids = groups["group_id"].iloc[ours]
        found = _positions(memberships["group_id"][rows], within=ids, what=kind)
        positions[rows] = ours[found]
    return positions


def _positions(values: pd.Series, *, within: pd.Series, what: str) -> NDArray[np.int64]:
    positions = pd.Index(within).get_indexer(pd.Index(values))
    if (positions < 0).any():
        raise KeyError(f"memberships name a {what} that does not exist")
    return positions
