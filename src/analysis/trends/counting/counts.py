"""Memberships and dates to counts: how many papers of each group in each period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from analysis.base.groups import is_counted
from analysis.base.schema import COUNTED_WEIGHT, KINDS

from .clumps import Clumped, clump_correlation, counted, design_effect
from .grid import bounds, check_freq, first_charted, is_partial, place
from .standardised import Strata, stratify

CONFIDENT_WEIGHT = {"cluster": COUNTED_WEIGHT, "topic": 0.7}
"""Counted papers below this weight are counted a second time, in `n_low_weight`."""


@dataclass(frozen=True)
class Counts:
    """Papers of each group in each period, and how they arrived together.

    Attributes
    ----------
    groups : DataFrame
        `kind` and `group_id`, one row a group, sorted: the rows of the matrices.
    freq : str
    starts, ends : ndarray of datetime64[us], shape (n_periods,)
        First and last day of each period.
    is_partial : ndarray of bool, shape (n_periods,)
    n_papers, n_low_weight : ndarray of int64, shape (n_groups, n_periods)
    weight : ndarray of float64, shape (n_groups, n_periods)
        Sum of all stored weights, counted or not.
    n_total : ndarray of int64, shape (n_periods,)
    phi : ndarray of float64, shape (n_periods,)
        Design effect of clumped arrivals, >= 1.
    clump : str
        What papers arrive in: "day", "venue" or "none".
    clump_correlation : float
    clumped : Clumped
    strata : Strata or None
        What shares are standardised by, where the papers say it.
    """

    groups: pd.DataFrame
    freq: str
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    is_partial: NDArray[np.bool_]
    n_papers: NDArray[np.int64]
    n_low_weight: NDArray[np.int64]
    weight: NDArray[np.float64]
    n_total: NDArray[np.int64]
    phi: NDArray[np.float64]
    clump: str
    clump_correlation: float
    clumped: Clumped
    strata: Strata | None = None

    @property
    def years(self) -> NDArray[np.float64]:
        """Return the middle of each period in years of 365.25 days since 1970."""
        days = self.starts.astype("datetime64[D]").astype("float64")
        last = self.ends.astype("datetime64[D]").astype("float64")
        return (days + last + 1) / 2 / 365.25


def count(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    groups: pd.DataFrame,
    freq: str,
    reference: pd.Timestamp | None,
) -> Counts | None:
    """Count papers by group and period.

    A cluster counts its primary papers, a topic those with weight >= `COUNTED_WEIGHT`.
    Undated papers are in no period, papers known to the year only in none finer than a year, and
    the first periods are left out where they are nearly empty (`first_charted`): neither in the
    numerator nor in the denominator.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`, rows in any order.
    papers : DataFrame
        With `paper_id` (unique), `published`, `published_precision`; `venue` where there is one.
    groups : DataFrame
        With `kind` and `group_id`.
    freq : {"month", "quarter", "half-year", "year"}
        Length of a period.
    reference : Timestamp or None
        A period that ends after this day is partial; None makes all of them partial.

    Returns
    -------
    Counts or None
        Every group in every period from the first charted to the last; None where there is no
        group or no paper can be placed.

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
        return None
    # Sums over groups round by their order.
    groups = groups.sort_values(["kind", "group_id"], ignore_index=True)
    first, last = first_charted(numbers[placed]), int(numbers[placed].max())
    placed = placed & (numbers >= first)
    column = np.where(placed, numbers - first, -1)
    n_periods = last - first + 1
    starts, ends = bounds(np.arange(first, last + 1), freq=freq)
    rows = _rows(memberships, papers=papers, groups=groups, column=column)
    what, clumped = _clumps(papers, column=column, rows=rows)
    table, totals = counted(clumped, n_groups=len(groups), n_periods=n_periods)
    partial = is_partial(ends, reference=reference)
    correlation = 0.0
    if what != "none":
        correlation = clump_correlation(clumped, n_groups=len(groups), full=~partial)
    return Counts(
        groups=groups[["kind", "group_id"]],
        freq=freq,
        starts=starts,
        ends=ends,
        is_partial=partial,
        n_papers=table,
        n_total=totals,
        phi=design_effect(clumped, correlation=correlation, n_periods=n_periods),
        clump=what,
        clump_correlation=correlation,
        clumped=clumped,
        strata=_strata(rows, papers=papers, column=column, shape=table.shape),
        **_weights(rows, n_groups=len(groups), n_periods=n_periods),
    )


@dataclass(frozen=True)
class _Rows:
    """Memberships of charted papers, as numbers."""

    group: NDArray[np.int64]
    paper: NDArray[np.int64]
    period: NDArray[np.int64]
    weight: NDArray[np.float32]
    counted: NDArray[np.bool_]
    low: NDArray[np.bool_]


def _rows(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    groups: pd.DataFrame,
    column: NDArray[np.int64],
) -> _Rows:
    topic = (memberships["kind"] != "cluster").to_numpy(dtype=bool)
    weight = memberships["weight"].to_numpy(dtype="float32")
    taken = is_counted(memberships).to_numpy(dtype=bool)
    limits = np.where(topic, CONFIDENT_WEIGHT["topic"], CONFIDENT_WEIGHT["cluster"])
    paper = _positions(memberships["paper_id"], within=papers["paper_id"], what="paper")
    group = _group_positions(memberships, topic=topic, groups=groups)
    here = column[paper] >= 0
    values = (
        *(group, paper, column[paper], weight, taken),
        taken & (weight < limits.astype("float32")),
    )
    return _Rows(*(each[here] for each in values))


def _weights(rows: _Rows, *, n_groups: int, n_periods: int) -> dict[str, NDArray]:
    cell = rows.group * n_periods + rows.period
    size, shape = n_groups * n_periods, (n_groups, n_periods)
    # Sums of floats depend on their order, sums of whole numbers of 2^-30 do not.
    whole = np.rint(rows.weight.astype("float64") * 2**30)
    weight = np.bincount(cell, weights=whole, minlength=size) / 2**30
    low = np.bincount(cell[rows.low], minlength=size)
    return {"weight": weight.reshape(shape), "n_low_weight": low.reshape(shape)}


def _strata(
    rows: _Rows, *, papers: pd.DataFrame, column: NDArray[np.int64], shape: tuple[int, int]
) -> Strata | None:
    n_groups, n_periods = shape
    chosen = stratify(papers, period=column, n_periods=n_periods)
    if chosen is None:
        return None
    name, stratum = chosen
    n_strata, placed = int(stratum.max()) + 1, column >= 0
    total = np.bincount(
        stratum[placed] * n_periods + column[placed], minlength=n_strata * n_periods
    )
    group, paper = rows.group[rows.counted], rows.paper[rows.counted]
    cell = (group * n_strata + stratum[paper]) * n_periods + column[paper]
    n_papers = np.bincount(cell, minlength=n_groups * n_strata * n_periods)
    return Strata(
        column=name,
        n_papers=n_papers.reshape(n_groups, n_strata, n_periods),
        n_total=total.reshape(n_strata, n_periods),
    )


def _clumps(papers: pd.DataFrame, *, column: NDArray[np.int64], rows: _Rows) -> tuple[str, Clumped]:
    """Put numbers to the clumps of the charted papers and count each group's papers in them.

    Days where most charted papers have one, else venues where there are any, else every period is
    one clump. Papers without a day (or venue) among others that have one are clumps of their own.
    """
    placed = column >= 0
    what, keys = _clump_keys(papers, placed=placed)
    frame = pd.DataFrame({"period": column[placed], "key": keys[placed]})
    codes = frame.groupby(["period", "key"], sort=True).ngroup().to_numpy()
    clump_of = np.full(len(papers), -1, dtype="int64")
    clump_of[placed] = codes
    size = np.bincount(codes)
    period = np.zeros(len(size), dtype="int64")
    period[codes] = column[placed]
    cell = rows.group[rows.counted] * len(size) + clump_of[rows.paper[rows.counted]]
    cells, n_papers = np.unique(cell, return_counts=True)
    clumped = Clumped(cells // len(size), cells % len(size), n_papers, size, period)
    return what, clumped


def _clump_keys(papers: pd.DataFrame, *, placed: NDArray[np.bool_]) -> tuple[str, NDArray]:
    exact = (papers["published_precision"] == "day").fillna(False).to_numpy(dtype=bool)
    alone = -1 - np.arange(len(papers))
    if 2 * exact[placed].sum() > placed.sum():
        days = papers["published"].to_numpy(dtype="datetime64[D]").astype("int64")
        # Days before 1970 are negative too.
        return "day", np.where(exact, days + 10**7, alone)
    if "venue" in papers:
        codes = pd.factorize(papers["venue"], sort=False)[0]
        if 2 * (codes[placed] >= 0).sum() > placed.sum():
            return "venue", np.where(codes >= 0, codes, alone)
    return "none", np.zeros(len(papers), dtype="int64")


def _group_positions(
    memberships: pd.DataFrame, *, topic: NDArray[np.bool_], groups: pd.DataFrame
) -> NDArray[np.int64]:
    positions = np.zeros(len(memberships), dtype="int64")
    kinds = groups["kind"].to_numpy()
    for kind, rows in zip(KINDS, (~topic, topic), strict=True):
        ours = np.flatnonzero(kinds == kind)
        ids = groups["group_id"].iloc[ours]
        found = _positions(memberships["group_id"][rows], within=ids, what=kind)
        positions[rows] = ours[found]
    return positions


def _positions(values: pd.Series, *, within: pd.Series, what: str) -> NDArray[np.int64]:
    texts = [pa.array(each, type=pa.large_string(), from_pandas=True) for each in (values, within)]
    found = compute.index_in(_one_piece(texts[0]), value_set=_one_piece(texts[1]))
    if found.null_count:
        raise KeyError(f"memberships name a {what} that does not exist")
    return found.to_numpy(zero_copy_only=False).astype("int64")


def _one_piece(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def arrivals(counts: Counts) -> dict[str, object]:
    """Return what the manifest says of clumps and strata.

    Returns
    -------
    dict
        `clump` ("day", "venue" or "none"), `clump_correlation`, `phi` (median over the full
        periods) and `standardised_by` (a column of papers, or None).
    """
    full = counts.phi[~counts.is_partial]
    return {
        "clump": counts.clump,
        "clump_correlation": round(counts.clump_correlation, 6),
        "phi": round(float(np.median(full)), 6) if len(full) else 1.0,
        "standardised_by": counts.strata.column if counts.strata else None,
    }
