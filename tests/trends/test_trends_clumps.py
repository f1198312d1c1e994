"""Papers that arrive together: their intraclass correlation and effective number."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.trends.design_effect import (
    ClumpCounts,
    clump_correlation,
    design_effect,
    exchangeability_p,
    group_design_effect,
    papers_by_period,
    squared_deviations,
)


def clumps(table, *, size, period) -> ClumpCounts:
    """From papers by clump (rows) and group (columns)."""
    table = np.asarray(table)
    clump, group = np.nonzero(table)
    return ClumpCounts(group, clump, table[clump, group], np.asarray(size), np.asarray(period))


def drawn(correlation: float, *, seed: int, n_periods: int = 20, days: int = 20, groups: int = 10):
    rng = np.random.default_rng(seed)
    period = np.repeat(np.arange(n_periods), days)
    size = rng.integers(2, 25, len(period))
    chances = np.full((len(period), groups), 1 / groups)
    if correlation:
        raw = rng.gamma(chances * (1 - correlation) / correlation)
        chances = raw / raw.sum(axis=1, keepdims=True)
    return clumps(rng.multinomial(size, chances), size=size, period=period)


def test_counts_by_hand():
    made = clumps([[1, 0], [2, 1], [0, 3]], size=[4, 5, 6], period=[0, 0, 1])
    papers, totals = papers_by_period(made, n_groups=3, n_periods=2)
    assert papers.tolist() == [[3, 0], [1, 3], [0, 0]]
    assert totals.tolist() == [9, 6]


@pytest.mark.parametrize("true", [0.0, 0.02, 0.1, 0.4])
def test_a_known_correlation_is_found_again(true):
    found = [
        clump_correlation(drawn(true, seed=s), n_groups=10, full=np.ones(20, dtype=bool))
        for s in range(10)
    ]
    assert np.mean(found) == pytest.approx(true, abs=0.005 + 0.05 * true)


def test_clumps_of_one_mind_have_the_highest_correlation_and_partial_periods_none():
    rng = np.random.default_rng(1)
    rows = np.eye(2, dtype=int)[rng.integers(0, 2, 60)] * 5
    made = clumps(rows, size=np.full(60, 5), period=np.repeat(np.arange(6), 10))
    assert clump_correlation(made, n_groups=2, full=np.ones(6, dtype=bool)) == 0.95
    assert clump_correlation(made, n_groups=2, full=np.zeros(6, dtype=bool)) == 0


def test_too_few_clumps_say_nothing():
    made = clumps([[3, 0]] * 6, size=[3] * 6, period=[0, 0, 0, 1, 1, 1])
    full = np.ones(2, dtype=bool)
    assert clump_correlation(made, n_groups=2, full=full) == 0
    assert group_design_effect(made, n_groups=2, correlation=0, full=full).tolist() == [1, 1]
    assert exchangeability_p(made, n_groups=2, x=np.arange(2.0), full=full).tolist() == [0, 0]
    assert squared_deviations(made, share=np.full((2, 2), 0.5), full=full).sum() == 0


def test_a_design_effect_by_hand():
    """Period 0: sizes 4 and 2, mean clump size of a paper 20 / 6; period 1 has no papers."""
    made = clumps([[1], [1]], size=[4, 2], period=[0, 0])
    phi = design_effect(made, correlation=0.3, n_periods=2)
    assert phi.tolist() == pytest.approx([1 + 0.3 * (20 / 6 - 1), 1.0])


def test_one_workshop_is_no_trend_wherever_it_falls():
    """A group of one clump of 30 papers in the last of 20 periods: no slope beyond chance.

    The correlation of one clump in 200 with time is small: p by hand from r = 9.5 / sqrt(sum of
    squares), which is far from .05 adjusted for even a few groups.
    """
    table = np.zeros((200, 1), dtype=int)
    table[199] = 30
    made = clumps(table, size=np.full(200, 40), period=np.repeat(np.arange(20), 10))
    p = exchangeability_p(made, n_groups=1, x=np.arange(20.0), full=np.ones(20, dtype=bool))
    assert 0.05 < p[0] < 0.2


def test_the_exchange_test_is_right_where_nothing_happens_and_sees_what_does():
    full, x = np.ones(20, dtype=bool), np.arange(20.0)
    p = np.concatenate(
        [
            exchangeability_p(drawn(0.1, seed=s), n_groups=10, x=x, full=full)
            for s in range(100, 160)
        ]
    )
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.02)
    rng = np.random.default_rng(2)
    period = np.repeat(np.arange(20), 20)
    chances = 0.05 + 0.01 * period
    table = rng.binomial(10, chances)[:, None]
    made = clumps(table, size=np.full(400, 10), period=period)
    assert exchangeability_p(made, n_groups=1, x=x, full=full)[0] < 1e-6


def test_a_group_of_one_clump_a_period_is_more_clumped_than_the_rest():
    rng = np.random.default_rng(6)
    table = rng.multinomial(10, np.full(10, 0.1), size=400)
    period = np.repeat(np.arange(20), 20)
    table[:, 0] = 0
    table[::20, 0] = 8
    made = clumps(table, size=np.full(400, 10), period=period)
    effect = group_design_effect(made, n_groups=10, correlation=0.0, full=np.ones(20, dtype=bool))
    assert effect[0] > 5
    assert effect[1:].max() < 1.5


def test_squares_round_given_shares_by_hand():
    """(3 - .5 x 4)^2 + (0 - .5 x 2)^2 = 2 in a period with ten clumps without such papers."""
    table = [[3], [0], *[[0]] * 10]
    made = clumps(table, size=[4, 2, *[1] * 10], period=[0, 0, *[1] * 10])
    full = np.array([True, True])
    found = squared_deviations(made, share=np.array([[0.5, 0.1]]), full=full)
    assert found[0].tolist() == pytest.approx([2.0, 10 * 0.01])
