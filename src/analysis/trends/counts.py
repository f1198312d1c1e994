"""Counts of papers by group and period, from memberships and dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from analysis.base.groups import is_counted
from analysis.base.schema import COUNTED_WEIGHT

from .design_effect import ClumpCounts, clump_correlation, design_effect, papers_by_period
from .periods import (
    check_frequency,
    first_charted_period,
    partial_periods,
    period_bounds,
    period_numbers,
)
from .standardisation import Strata, stratify

CONFIDENT_WEIGHT = {"cluster": COUNTED_WEIGHT, "topic": 0.7}
"""Counted papers below this weight are counted a second time, in `n_low_weight`."""


@dataclass(frozen=True)
class Counts:
    """Papers of each group in each period, and the clumps they arrived in.

    Attributes
    ----------
    groups : DataFrame
        `kind` and `group_id`, one row per group, sorted: the rows of the matrices.
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
        Papers of one clump arrive together: "day", "venue" or "none".
    clump_correlation : float
    clump_counts : ClumpCounts
    strata : Strata or None
        Strata for the standardisation of shares, if the papers have a suitable column.
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
    clump_counts: ClumpCounts
    strata: Strata | None = None

    @property
    def years(self) -> NDArray[np.float64]:
        """Return the middle of each period in years of 365.25 days since 1970."""
        days = self.starts.astype("datetime64[D]").astype("float64")
        last = self.ends.astype("datetime64[D]").astype("float64")
        return (days + last + 1) / 2 / 365.25


def count_papers(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    groups: pd.DataFrame,
    freq: str,
    reference: pd.Timestamp | None,
    since: pd.Timestamp | None = None,
) -> Counts | None:
    """Count papers by group and period.

    A cluster counts its primary papers, all else those with weight >= `COUNTED_WEIGHT`.
    Papers without a date, papers with only a year if periods are finer, and papers of nearly empty
    first periods (`first_charted_period`) are neither in the numerator nor in the denominator.

    Parameters
    ----------
    memberships : DataFrame
        Table `memberships`, rows in any order.
    papers : DataFrame
        With `paper_id` (unique), `published`, `published_precision`; `venue` if there is one.
    groups : DataFrame
        With `kind` and `group_id`.
    freq : {"month", "quarter", "half-year", "year"}
        Length of a period.
    reference : Timestamp or None
        A period that ends after this day is partial; None makes all of them partial.
    since : Timestamp, optional
        A period that starts before this day is partial too (`covered_since`).

    Returns
    -------
    Counts or None
        Every group in every period from the first charted to the last; None if there is no group
        or no paper can be placed.

    Raises
    ------
    InputError
        If `freq` is not a known period.
    KeyError
        If memberships name a paper or group that does not exist (a bug).
    """
    check_frequency(freq)
    numbers, placed = period_numbers(papers, freq=freq)
    if not placed.any() or groups.empty:
        return None
    # Rounding of sums over groups depends on their order.
    groups = groups.sort_values(["kind", "group_id"], ignore_index=True)
    first, last = first_charted_period(numbers[placed]), int(numbers[placed].max())
    placed = placed & (numbers >= first)
    column = np.where(placed, numbers - first, -1)
    n_periods = last - first + 1
    starts, ends = period_bounds(np.arange(first, last + 1), freq=freq)
    rows = _rows(memberships, papers=papers, groups=groups, column=column)
    clump, clump_counts = _clump_counts(papers, column=column, rows=rows)
    table, totals = papers_by_period(clump_counts, n_groups=len(groups), n_periods=n_periods)
    partial = partial_periods((starts, ends), reference=reference, since=since)
    correlation = 0.0
    if clump != "none":
        correlation = clump_correlation(clump_counts, n_groups=len(groups), full=~partial)
    return Counts(
        groups=groups[["kind", "group_id"]],
        freq=freq,
        starts=starts,
        ends=ends,
        is_partial=partial,
        n_papers=table,
        n_total=totals,
        phi=design_effect(clump_counts, correlation=correlation, n_periods=n_periods),
        clump=clump,
        clump_correlation=correlation,
        clump_counts=clump_counts,
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
    topic = ~memberships["kind"].isin(("cluster", "broader")).to_numpy(dtype=bool)
    weight = memberships["weight"].to_numpy(dtype="float32")
    counted = is_counted(memberships).to_numpy(dtype=bool)
    limits = np.where(topic, CONFIDENT_WEIGHT["topic"], CONFIDENT_WEIGHT["cluster"])
    paper = _positions(memberships["paper_id"], within=papers["paper_id"], what="paper")
    group = _group_positions(memberships, groups=groups)
    charted = column[paper] >= 0
    low = counted & (weight < limits.astype("float32"))
    columns: tuple[NDArray, ...] = (group, paper, column[paper], weight, counted, low)
    return _Rows(*(values[charted] for values in columns))


def _weights(rows: _Rows, *, n_groups: int, n_periods: int) -> dict[str, NDArray]:
    cell = rows.group * n_periods + rows.period
    size, shape = n_groups * n_periods, (n_groups, n_periods)
    # Sums of floats depend on their order, sums of integer multiples of 2^-30 do not.
    steps = np.rint(rows.weight.astype("float64") * 2**30)
    weight = np.bincount(cell, weights=steps, minlength=size) / 2**30
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


def _clump_counts(
    papers: pd.DataFrame, *, column: NDArray[np.int64], rows: _Rows
) -> tuple[str, ClumpCounts]:
    """Assign charted papers to numbered clumps and count each group's papers in them.

    Clumps are days if most charted papers have one, else venues if most have one, else periods. A
    paper without a day (or venue) among others that have one is a clump by itself.
    """
    placed = column >= 0
    kind, keys = _clump_keys(papers, placed=placed)
    frame = pd.DataFrame({"period": column[placed], "key": keys[placed]})
    codes = frame.groupby(["period", "key"], sort=True).ngroup().to_numpy()
    clump_of = np.full(len(papers), -1, dtype="int64")
    clump_of[placed] = codes
    size = np.bincount(codes)
    period = np.zeros(len(size), dtype="int64")
    period[codes] = column[placed]
    cell = rows.group[rows.counted] * len(size) + clump_of[rows.paper[rows.counted]]
    cells, n_papers = np.unique(cell, return_counts=True)
    return kind, ClumpCounts(cells // len(size), cells % len(size), n_papers, size, period)


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


def _group_positions(memberships: pd.DataFrame, *, groups: pd.DataFrame) -> NDArray[np.int64]:
    positions = np.zeros(len(memberships), dtype="int64")
    kinds = groups["kind"].to_numpy()
    for kind in memberships["kind"].unique():
        rows = (memberships["kind"] == kind).to_numpy(dtype=bool)
        of_kind = np.flatnonzero(kinds == kind)
        ids = groups["group_id"].iloc[of_kind]
        positions[rows] = of_kind[_positions(memberships["group_id"][rows], within=ids, what=kind)]
    return positions


def _positions(values: pd.Series, *, within: pd.Series, what: str) -> NDArray[np.int64]:
    texts = [pa.array(each, type=pa.large_string(), from_pandas=True) for each in (values, within)]
    positions = compute.index_in(_one_chunk(texts[0]), value_set=_one_chunk(texts[1]))
    if positions.null_count:
        raise KeyError(f"memberships name a {what} that does not exist")
    return positions.to_numpy(zero_copy_only=False).astype("int64")


def _one_chunk(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def manifest_entry(counts: Counts) -> dict[str, object]:
    """Return the manifest's entry on clumps and strata.

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
