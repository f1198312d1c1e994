"""Counts to the table `trends`: shares and their intervals, one row a group and period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.base.schema import conform, empty

from .counts import Counts, count
from .intervals import share_interval
from .standardised import standardised_shares


def trends(
    memberships: pd.DataFrame,
    *,
    papers: pd.DataFrame,
    groups: pd.DataFrame,
    freq: str,
    reference: pd.Timestamp | None,
) -> pd.DataFrame:
    """Count papers by group and period, with shares and their intervals.

    `trend_table` of `count`, which says what the arguments are.
    """
    counts = count(memberships, papers=papers, groups=groups, freq=freq, reference=reference)
    return empty("trends") if counts is None else trend_table(counts)


def trend_table(counts: Counts) -> pd.DataFrame:
    """Return the table `trends`.

    Returns
    -------
    DataFrame
        Every group in every period of the grid: `kind`, `group_id`, `freq`, `period` (first day),
        `period_end` (last day), `n_papers`, `n_total` (all placeable papers of the period),
        `share` = n_papers / n_total, `share_low` and `share_high` (95 %, `share_interval`),
        `share_weighted` (sum of the weights of all stored memberships, counted or not, over
        n_total), `share_standardised` (`standardised_shares`; null where the papers name no
        lasting category, venue or source), `n_low_weight` (counted papers with a weight below .5
        for clusters, below .7 for topics), `phi` (design effect of clumped arrivals in the period)
        and `is_partial`. Shares and interval are null where n_total is 0.
    """
    n_groups, n_periods = counts.n_papers.shape
    low, high = share_interval(counts.n_papers, counts.n_total, phi=counts.phi)
    known = np.where(counts.n_total > 0, counts.n_total, np.nan)
    table = pd.DataFrame(
        {
            "kind": np.repeat(counts.groups["kind"].to_numpy(), n_periods),
            "group_id": np.repeat(counts.groups["group_id"].to_numpy(), n_periods),
            "freq": counts.freq,
            "period": np.tile(counts.starts, n_groups),
            "period_end": np.tile(counts.ends, n_groups),
            "n_papers": counts.n_papers.ravel(),
            "n_total": np.tile(counts.n_total, n_groups),
            "share": (counts.n_papers / known).ravel(),
            "share_low": low.ravel(),
            "share_high": high.ravel(),
            "share_weighted": (counts.weight / known).ravel(),
            "share_standardised": _standardised(counts).ravel(),
            "n_low_weight": counts.n_low_weight.ravel(),
            "phi": np.tile(counts.phi, n_groups),
            "is_partial": np.tile(counts.is_partial, n_groups),
        }
    )
    return conform(table, name="trends")


def _standardised(counts: Counts) -> np.ndarray:
    if counts.strata is None:
        return np.full(counts.n_papers.shape, np.nan)
    return standardised_shares(counts.strata, full=~counts.is_partial)
