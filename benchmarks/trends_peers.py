"""Methods that look right, on the same simulations: Mann-Kendall, and Kleinberg's two states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy
from scipy.stats import kendalltau

from analysis.trends import Counts
from analysis.trends.log_odds_slopes import adjust_p


def mann_kendall(counts: Counts) -> NDArray[np.bool_]:
    """Say which groups' shares rise or fall: Kendall's tau with time, Benjamini-Hochberg at .05."""
    share = counts.n_papers / np.maximum(counts.n_total, 1)
    p = np.array([kendalltau(counts.years, row).pvalue for row in share])
    return adjust_p(np.nan_to_num(p, nan=1.0)) < 0.05


def kleinberg(counts: Counts, *, times: float = 2.0, gamma: float = 1.0) -> NDArray[np.bool_]:
    """Return groups by periods: in the burst state of the batch model or not.

    J. Kleinberg (2002), "Bursty and hierarchical structure in streams", section 4: a usual share,
    one `times` as high, the binomial cost of each period's papers in each state, and gamma times
    the logarithm of the number of periods for entering the higher one.
    """
    k, n = counts.n_papers.astype("float64"), counts.n_total.astype("float64")
    usual = np.clip(k.sum(axis=1) / n.sum(), 1e-9, 0.999)
    n_groups, n_periods = k.shape
    costs = [
        -xlogy(k, share[:, None]) - xlogy(n - k, 1 - share[:, None])
        for share in (usual, np.minimum(times * usual, 0.9999))
    ]
    toll = gamma * np.log(n_periods)
    total = [np.zeros(n_groups), np.full(n_groups, toll)]
    came_from_low = np.zeros((2, n_groups, n_periods), dtype=bool)
    for t in range(n_periods):
        stay_low, leave = total[0] <= total[1], total[1]
        enter = total[0] + toll < total[1] if t else np.ones(n_groups, dtype=bool)
        came_from_low[:, :, t] = stay_low, enter
        low = np.where(stay_low, total[0], leave)
        high = np.where(enter, total[0] + toll, total[1])
        total = [low + costs[0][:, t], high + costs[1][:, t]]
    states = np.zeros((n_groups, n_periods), dtype=bool)
    now = total[1] < total[0]
    for t in range(n_periods - 1, -1, -1):
        states[:, t] = now
        now = ~np.where(now, came_from_low[1, :, t], came_from_low[0, :, t])
    return states
