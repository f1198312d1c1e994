"""Confidence intervals of shares, power, and shares corrected for classification errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta

from analysis.trends import corrected_share, detection_power, share_interval

LEVELS = st.sampled_from([0.5, 0.8, 0.95, 0.999])


@pytest.mark.parametrize(
    ("k", "n", "phi", "low", "high"),
    [
        # Beta(5 + 1/6, 5 + 5/6) at .025 and Beta(5 + 5/6, 5 + 1/6) at .975
        (5, 10, 1, 0.19897, 0.80103),
        (1, 10, 1, 0.00466, 0.42455),
        (0, 10, 1, 0.0, 0.28101),  # between Jeffreys' .2172 and Clopper-Pearson's .3085
        (10, 10, 1, 0.71899, 1.0),
        (12, 65, 1, 0.10115, 0.29736),
        (12, 65, 2, 0.07422, 0.35351),  # as 6 of 32.5
        (0, 1, 1, 0.0, 0.94992),
    ],
)
def test_intervals_by_hand(k, n, phi, low, high):
    found = share_interval(k, n, phi=phi)
    assert found[0] == pytest.approx(low, abs=5e-6)
    assert found[1] == pytest.approx(high, abs=5e-6)


@pytest.mark.parametrize(("k", "n", "phi"), [(3, 20, 1.0), (7, 9, 1.5), (40, 400, 3.0)])
def test_the_ends_cut_the_tails_of_their_beta_densities(k, n, phi):
    low, high = (float(end) for end in share_interval(k, n, phi=phi))

    def below(end: float, a: float, b: float) -> float:
        return quad(lambda s: s ** (a - 1) * (1 - s) ** (b - 1), 0, end)[0] / beta(a, b)

    hits, misses = k / phi, (n - k) / phi
    assert below(low, hits + 1 / 6, misses + 5 / 6) == pytest.approx(0.025, abs=1e-6)
    assert below(high, hits + 5 / 6, misses + 1 / 6) == pytest.approx(0.975, abs=1e-6)


def test_ends_are_exact_and_nothing_out_of_nothing_is_nan():
    n = np.arange(1, 2000)
    assert (share_interval(0 * n, n)[0] == 0).all()
    assert (share_interval(n, n, phi=7)[1] == 1).all()
    low, high = share_interval([0, 3], [0, 4])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert low[1] < 0.75 < high[1]


@given(st.integers(0, 10**6), st.integers(0, 10**6), LEVELS, st.sampled_from([1.0, 1.3, 40.0]))
def test_an_interval_contains_its_share_and_mirrors(a, b, level, phi):
    n = a + b
    low, high = share_interval(a, n, phi=phi, level=level)
    if n == 0:
        assert np.isnan(low)
        return
    assert 0 <= low <= a / n <= high <= 1
    mirror_low, mirror_high = share_interval(b, n, phi=phi, level=level)
    assert low == pytest.approx(1 - mirror_high, abs=1e-9)
    assert high == pytest.approx(1 - mirror_low, abs=1e-9)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(1, 50))
def test_clumps_never_narrow_an_interval(a, b, phi):
    if a + b == 0:
        return
    plain, clumped = share_interval(a, a + b), share_interval(a, a + b, phi=phi)
    assert clumped[0] <= plain[0] + 1e-12
    assert clumped[1] >= plain[1] - 1e-12


def test_what_is_no_share_is_refused():
    with pytest.raises(ValueError, match="between 0 and n"):
        share_interval([1, 3], [2, 2])
    with pytest.raises(ValueError, match="level is 95"):
        share_interval(1, 2, level=95)
    with pytest.raises(ValueError, match="phi must be at least 1"):
        share_interval(1, 2, phi=0.9)


# what would be found


def test_power_is_the_level_where_nothing_moves_and_grows_with_papers():
    still = detection_power(np.full(12, 200), first=0.05, last=0.05, n_groups=1)
    assert still == pytest.approx(0.05, abs=0.002)
    rising = [
        detection_power(np.full(12, n), first=0.03, last=0.06, n_groups=30)
        for n in (100, 400, 1600)
    ]
    assert rising[0] < rising[1] < rising[2]
    assert rising[2] > 0.99


def test_power_falls_with_groups_and_clumps_and_is_none_without_periods():
    case = {"first": 0.03, "last": 0.06}
    n = np.full(12, 800)
    one, many = (detection_power(n, n_groups=g, **case) for g in (1, 300))
    assert one > many
    assert detection_power(n, n_groups=1, phi=2.0, **case) == pytest.approx(
        detection_power(n / 2, n_groups=1, **case)
    )
    assert detection_power([100, 100, 100], n_groups=1, **case) == 0
    assert detection_power([100, 100, 100, 0, 0], n_groups=1, **case) == 0


# shares corrected for error


def test_a_corrected_share_by_hand():
    share, low, high = corrected_share(20, 200, precision=(40, 50), recall=(40, 80))
    assert share == pytest.approx(0.1 * 0.8 / 0.5)
    plain = share_interval(20, 200)
    assert low < plain[0] * 1.6
    assert high > plain[1] * 1.6


def test_perfect_recognition_that_is_known_perfectly_changes_next_to_nothing():
    share, low, high = corrected_share(20, 200, precision=(10**6,) * 2, recall=(10**6,) * 2)
    plain = share_interval(20, 200)
    assert share == pytest.approx(0.1)
    assert low == pytest.approx(plain[0], rel=1e-3)
    assert high == pytest.approx(plain[1], rel=1e-3)


def test_a_corrected_share_of_nothing_or_by_nothing():
    share, low, high = corrected_share([0, 0], [10, 0], precision=(9, 10), recall=(8, 10))
    assert (share[0], low[0]) == (0, 0)
    assert 0 < high[0] <= 1
    assert np.isnan(share[1])
    assert np.isnan(corrected_share(1, 10, precision=(0, 0), recall=(1, 2))[0])
