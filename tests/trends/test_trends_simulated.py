"""The simulations of the benchmark, with few draws and slightly wider tolerances."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

from analysis.trends import detection_power, share_interval
from analysis.trends.events import find_events
from analysis.trends.verdicts import verdict_table
from conftest import ROOT

BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture(scope="module")
def simulated():
    """The module `trends_simulated`."""
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module("trends_simulated")
    sys.path.remove(str(BENCHMARKS))
    sys.modules.pop("trends_simulated", None)


def rate(draws: int, hit) -> float:
    return float(np.mean([hit(np.random.default_rng([11, i])) for i in range(draws)]))


@pytest.mark.parametrize("correlation", [0.0, 0.1])
@pytest.mark.parametrize(("n", "share"), [(10, 0.1), (100, 0.05), (1000, 0.2)])
def test_intervals_hold_their_share(simulated, n, share, correlation):
    rng = np.random.default_rng([12, n])
    k, sizes = simulated.beta_binomial(
        n, share=share, correlation=correlation, clump=10, draws=2000, rng=rng
    )
    phi = 1 + correlation * ((sizes**2).sum() / n - 1)
    low, high = share_interval(k.sum(axis=1), n, phi=phi)
    assert ((low <= share) & (share <= high)).mean() > 0.91


def test_next_to_nothing_is_found_where_nothing_happens(simulated):
    base = simulated.made_up(
        np.full((24, 30), 1 / 30), per_month=300, correlation=0.05, rng=np.random.default_rng(13)
    )

    def any_verdict(rng):
        dealt = simulated.dealt_anew(base, rng=rng)
        return verdict_table(dealt)["direction"].isin(["rising", "falling"]).any()

    def any_event(rng):
        return len(find_events(simulated.dealt_anew(base, rng=rng))) > 0

    assert rate(100, any_verdict) <= 0.1
    assert rate(100, any_event) <= 0.1


def test_a_doubling_twice_over_is_found(simulated):
    shares = simulated.with_others(np.linspace(0.03, 0.12, 12))

    def found(rng):
        made = simulated.made_up(shares, per_month=200, correlation=0.0, rng=rng)
        return verdict_table(made)["direction"][0] == "rising"

    assert rate(60, found) >= 0.85
    foreseen = detection_power(np.full(12, 200), first=0.03, last=0.12, n_groups=30)
    assert rate(60, found) == pytest.approx(foreseen, abs=0.12)


def test_a_month_of_four_times_as_many_is_found_and_dated(simulated):
    def found(rng):
        course, month = np.full(12, 0.05), int(rng.integers(12))
        course[month] = 0.2
        made = simulated.made_up(
            simulated.with_others(course), per_month=200, correlation=0.0, rng=rng
        )
        table = find_events(made)
        mine = table[(table["group_id"] == "c0001") & (table["what"] == "burst")]
        first = np.searchsorted(made.starts, mine["start"].to_numpy())
        last = np.searchsorted(made.ends, mine["end"].to_numpy())
        return ((first >= month - 1) & (last <= month + 1)).any()

    assert rate(60, found) >= 0.8
