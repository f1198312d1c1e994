"""Log-odds lines, their overdispersion, and adjusted p-values of many groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.trends.log_odds_slopes import (
    DispersionPrior,
    adjust_p,
    adjust_p_within_kinds,
    dispersion_prior,
    fit_lines,
    pearson_dispersion,
    shrink_dispersion,
)
from analysis.trends.verdicts import slope_tests, theil_sen_slope


def logit(p):
    return np.log(p / (1 - p))


def test_two_periods_are_fitted_by_adding_half_a_paper():
    """Jeffreys' penalty on a saturated model adds 1/2 to both counts: closed form."""
    lines = fit_lines(np.array([[0.0, 5.0], [20, 20]]), n=np.array([20.0, 20]), x=np.arange(2.0))
    expected = np.array([[0.5, 5.5], [20.5, 20.5]]) / 21
    np.testing.assert_allclose(lines.share, expected, rtol=1e-8)
    np.testing.assert_allclose(lines.slope[0], logit(5.5 / 21) - logit(0.5 / 21), rtol=1e-8)
    assert lines.slope[1] == pytest.approx(0, abs=1e-9)
    assert lines.root[1] == pytest.approx(0, abs=1e-6)


def test_many_papers_give_the_maximum_likelihood_of_statsmodels():
    """GLM(Binomial) of statsmodels .15 on these counts; the penalty is negligible."""
    k = np.array([[120_000.0, 140_000, 180_000, 260_000]])
    n = np.full(4, 1e6)
    lines = fit_lines(k, n=n, x=np.arange(4.0))
    assert lines.centre == 1.5
    assert lines.level[0] == pytest.approx(-1.5934091, abs=1e-5)
    assert lines.slope[0] == pytest.approx(0.32594159, abs=1e-5)
    assert np.sqrt(lines.var_level[0]) == pytest.approx(0.00136563, abs=1e-7)
    assert np.sqrt(lines.var_slope[0]) == pytest.approx(0.00121788, abs=1e-7)
    assert lines.covariance[0] == pytest.approx(-3.86516e-07, rel=1e-3)
    dispersion, df = pearson_dispersion(k, n=n, share=lines.share)
    assert dispersion[0] == pytest.approx(1510.5527, rel=1e-3)
    assert df[0] == pytest.approx(2, rel=1e-4)


@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_lines_stay_finite_mirror_and_do_not_hang_on_order(seed, n_periods):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 40, n_periods).astype(float)
    k = np.floor(rng.random((3, n_periods)) * (n + 1))
    k[0], k[1] = 0, n
    x = np.sort(rng.random(n_periods)) + np.arange(n_periods)
    lines = fit_lines(k, n=n, x=x)
    assert np.isfinite(lines.slope).all()
    assert ((lines.share > 0) & (lines.share < 1)).all()
    mirrored = fit_lines(n - k, n=n, x=x)
    np.testing.assert_allclose(mirrored.slope, -lines.slope, atol=1e-6)
    np.testing.assert_allclose(mirrored.root, -lines.root, atol=1e-4)
    order = rng.permutation(n_periods)
    again = fit_lines(k[:, order], n=n[order], x=x[order])
    np.testing.assert_allclose(again.slope, lines.slope, atol=1e-6)
    slower = fit_lines(k, n=n, x=2 * x)
    np.testing.assert_allclose(slower.slope, lines.slope / 2, atol=1e-6)


# scatter


def test_a_dispersion_by_hand():
    """Shares .5 of 10: variances 2.5; deviations 1, -1, 2, -2, 0: chi-squared 10 / 2.5 = 4."""
    k = np.array([[6.0, 4, 7, 3, 5]])
    dispersion, df = pearson_dispersion(k, n=np.full(5, 10.0), share=np.full((1, 5), 0.5))
    assert dispersion[0] == pytest.approx(4 / 3)
    assert df[0] == pytest.approx(3)  # (1 - 6/4) / 2.5 is below 0: no heavier than a chi-squared


def test_few_papers_are_worth_fewer_degrees_of_freedom():
    share = np.full((1, 6), 0.01)
    _, df = pearson_dispersion(np.zeros((1, 6)), n=np.full(6, 10.0), share=share)
    kurtosis = (1 - 6 * 0.0099) / (10 * 0.0099)
    assert df[0] == pytest.approx(4 / (1 + kurtosis / 2))


def test_a_prior_finds_scale_and_weight_again():
    rng = np.random.default_rng(3)
    df, d0, scale = 10.0, 8.0, 1.7
    true = scale * d0 / rng.chisquare(d0, 20_000)
    found = dispersion_prior(true * rng.chisquare(df, 20_000) / df, df=np.full(20_000, df))
    assert found.scale == pytest.approx(scale, rel=0.05)
    assert found.df == pytest.approx(d0, rel=0.15)


def test_groups_that_differ_by_chance_alone_share_one_dispersion():
    rng = np.random.default_rng(4)
    df = np.full(40, 10.0)
    found = dispersion_prior(1.3 * rng.chisquare(10, 40) / 10, df=df)
    assert found.df > 50
    assert found.scale == pytest.approx(1.3, rel=0.15)


def test_shrinking_by_hand():
    """(4 x 2 + 6 x 5) / 10 = 3.8; (4 x 2 + 6 x .1) / 10 = .86, raised to 1."""
    drawn, df = shrink_dispersion(
        np.array([5.0, 0.1]), df=np.full(2, 6.0), prior=DispersionPrior(2.0, 4.0, 100.0)
    )
    assert drawn.tolist() == pytest.approx([3.8, 1.0])
    assert df.tolist() == [10, 10]
    drawn, df = shrink_dispersion(
        np.array([5.0]), df=np.array([6.0]), prior=DispersionPrior(2.0, np.inf, 60.0)
    )
    assert (drawn[0], df[0]) == (2.0, 60.0)


def test_two_groups_learn_nothing_from_each_other():
    found = dispersion_prior(np.array([1.0, 9.0]), df=np.array([5.0, 5.0]))
    assert found.df == 0
    drawn, df = shrink_dispersion(np.array([1.0, 9.0]), df=np.array([5.0, 5.0]), prior=found)
    assert drawn.tolist() == [1.0, 9.0]
    assert df.tolist() == [5.0, 5.0]


# p values


def test_p_values_adjusted_by_hand():
    """.001 x 5, then .02 x 5/2 = .05, .03 x 5/3 = .05, .04 x 5/4 = .05, .2."""
    found = adjust_p(np.array([0.001, 0.02, 0.03, 0.2, 0.04]))
    assert found.tolist() == pytest.approx([0.005, 0.05, 0.05, 0.2, 0.05])
    assert len(adjust_p(np.array([]))) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_adjusted_p_values_are_no_smaller_and_keep_their_order(p, seed):
    p = np.array(p)
    found = adjust_p(p)
    assert (found >= p - 1e-12).all()
    assert (np.diff(found[np.argsort(p, kind="stable")]) >= -1e-12).all()
    order = np.random.default_rng(seed).permutation(len(p))
    np.testing.assert_allclose(adjust_p(p[order]), found[order])


def test_kinds_are_adjusted_apart_and_share_the_level():
    p = np.array([0.01, 0.5, 0.02])
    kinds = np.array(["cluster", "cluster", "topic"])
    assert adjust_p_within_kinds(p, kinds=kinds).tolist() == pytest.approx([0.04, 1.0, 0.04])
    assert adjust_p_within_kinds(p, kinds=np.array(["topic"] * 3)).tolist() == pytest.approx(
        [0.03, 0.5, 0.03]
    )


def test_words_are_a_family_of_their_own():
    p = np.array([0.01, 0.5, 0.02, 0.001])
    kinds = np.array(["word", "word", "topic", "cluster"])
    assert adjust_p_within_kinds(p, kinds=kinds).tolist() == pytest.approx([0.06, 1.0, 0.04, 0.002])
    without = adjust_p_within_kinds(p[2:], kinds=kinds[2:])
    assert without.tolist() == pytest.approx([0.04, 0.002])


def test_an_interval_holds_zero_exactly_where_p_is_above_the_level():
    rng = np.random.default_rng(5)
    n = np.full(10, 300.0)
    share = 1 / (1 + np.exp(-(-2 + rng.normal(0, 0.4, (200, 1)) * np.linspace(-1, 1, 10))))
    found = slope_tests(rng.binomial(300, share).astype(float), n=n, x=np.arange(10.0))
    outside = (found.low > 0) | (found.high < 0)
    assert (outside == (found.p < 0.05)).all()
    assert 20 < outside.sum() < 180
    assert (found.ratio_low <= found.ratio).all()
    assert (found.ratio <= found.ratio_high).all()
    np.testing.assert_allclose(found.ratio, found.share_last / found.share_first)


def test_another_test_that_is_less_sure_stands_and_widens_the_interval():
    k, n, x = np.array([[5.0, 10, 20, 40]]), np.full(4, 200.0), np.arange(4.0)
    alone, other = slope_tests(k, n=n, x=x), slope_tests(k, n=n, x=x, min_p=np.array([0.3]))
    assert alone.p[0] < 0.05
    assert other.p[0] == pytest.approx(0.3)
    assert other.low[0] < 0 < alone.low[0]
    assert slope_tests(k, n=n, x=x, min_p=np.array([0.0])).p[0] == alone.p[0]


def test_the_median_slope_by_hand():
    """Pairs of (0, .1), (1, .2), (3, .1): slopes .1, 0, -.05; one odd period changes nothing."""
    assert theil_sen_slope(np.array([[0.1, 0.2, 0.1]]), x=np.array([0.0, 1, 3])).tolist() == [0.0]
    straight = np.array([[0.1, 0.2, 0.3, 0.4, 0.99]])
    assert theil_sen_slope(straight, x=np.arange(5.0))[0] == pytest.approx(0.1)
    assert theil_sen_slope(np.array([[0.1]]), x=np.array([0.0])).tolist() == [0.0]
