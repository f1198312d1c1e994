"""Made-up counts with a known course, and counts of a run dealt out again over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.trends import Counts
from analysis.trends.design_effect import (
    ClumpCounts,
    clump_correlation,
    design_effect,
    papers_by_period,
)

DAYS = 21
"""Days of a month on which papers are listed."""


def recounted(counts: Counts, clumped: ClumpCounts) -> Counts:
    """Return counts of other clumps in the same periods, phi estimated from them."""
    n_groups, n_periods = len(counts.groups), len(counts.starts)
    n_papers, n_total = papers_by_period(clumped, n_groups=n_groups, n_periods=n_periods)
    full = ~counts.is_partial
    correlation = clump_correlation(clumped, n_groups=n_groups, full=full)
    return replace(
        counts,
        n_papers=n_papers,
        n_total=n_total,
        clump_counts=clumped,
        clump_correlation=correlation,
        phi=design_effect(clumped, correlation=correlation, n_periods=n_periods),
        strata=None,
    )


def full_only(counts: Counts) -> Counts:
    """Return counts without their partial periods."""
    full, clumped = ~counts.is_partial, counts.clump_counts
    kept = full[clumped.period]
    rows = kept[clumped.clump]
    left = ClumpCounts(
        group=clumped.group[rows],
        clump=(np.cumsum(kept) - 1)[clumped.clump[rows]],
        n_papers=clumped.n_papers[rows],
        size=clumped.size[kept],
        period=(np.cumsum(full) - 1)[clumped.period[kept]],
    )
    periods = {name: getattr(counts, name)[full] for name in ("starts", "ends", "is_partial")}
    return recounted(replace(counts, **periods), left)


def dealt_anew(counts: Counts, *, rng: np.random.Generator) -> Counts:
    """Return counts in which whole clumps (days, venue-years) have changed dates at random."""
    clumped = counts.clump_counts
    return recounted(counts, replace(clumped, period=rng.permutation(clumped.period)))


def made_up(
    shares: NDArray[np.float64], *, per_month: int, correlation: float, rng: np.random.Generator
) -> Counts:
    """Draw papers: `per_month` of them over 21 days, groups of a day from a Dirichlet.

    Parameters
    ----------
    shares : ndarray of float, shape (n_months, n_groups)
        Rows add to 1.
    per_month : int
    correlation : float
        Of two papers of one day.
    rng : Generator
    """
    n_months, n_groups = shares.shape
    period = np.repeat(np.arange(n_months), DAYS)
    equal = np.full(DAYS, 1 / DAYS)
    size = np.concatenate([rng.multinomial(per_month, equal) for _ in range(n_months)])
    chances = shares[period]
    if correlation:
        drawn = rng.gamma(np.maximum(chances * (1 - correlation) / correlation, 1e-9))
        chances = drawn / drawn.sum(axis=1, keepdims=True)
    table = rng.multinomial(size, chances)
    clump, group = np.nonzero(table)
    order = np.lexsort((clump, group))
    clump, group = clump[order], group[order]
    clumped = ClumpCounts(group, clump, table[clump, group], size, period)
    starts = np.datetime64("2024-01", "M") + np.arange(n_months)
    nothing = np.zeros((n_groups, n_months))
    names = [f"c{i + 1:04d}" for i in range(n_groups)]
    blank = Counts(
        groups=pd.DataFrame({"kind": "cluster", "group_id": names}),
        freq="month",
        starts=starts.astype("datetime64[us]"),
        ends=((starts + 1).astype("datetime64[D]") - 1).astype("datetime64[us]"),
        is_partial=np.zeros(n_months, dtype=bool),
        n_papers=nothing.astype("int64"),
        n_low_weight=nothing.astype("int64"),
        weight=nothing,
        n_total=size,
        phi=np.ones(n_months),
        clump="day",
        clump_correlation=0.0,
        clump_counts=clumped,
    )
    return recounted(blank, clumped)


def with_others(course: NDArray[np.float64], *, n_groups: int = 30) -> NDArray[np.float64]:
    """Return shares of `n_groups` groups: the first takes the course, the others share the rest."""
    rest = np.repeat((1 - course)[:, None] / (n_groups - 1), n_groups - 1, axis=1)
    return np.concatenate([course[:, None], rest], axis=1)


def beta_binomial(
    n: int, *, share: float, correlation: float, clump: int, draws: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw papers of one group in one period: (draws, clumps) and the clumps' sizes."""
    n_clumps = max(1, round(n / clump))
    sizes = np.full(n_clumps, n // n_clumps)
    sizes[: n % n_clumps] += 1
    chances = np.full((draws, n_clumps), share)
    if correlation:
        weight = (1 - correlation) / correlation
        chances = rng.beta(share * weight, (1 - share) * weight, size=(draws, n_clumps))
    return rng.binomial(sizes, chances), sizes
