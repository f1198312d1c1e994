"""Bursts and changes, planted and absent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_trends_verdicts import counts

from analysis.base.schema import TABLES
from analysis.trends.events import find_events


def course(months, *, others: int = 8, seed: int = 1, per_month: int = 400):
    """A group with the shares `months`, among others that are constant."""
    rng = np.random.default_rng(seed)
    own = rng.binomial(per_month, months)
    rest = rng.multinomial(per_month, np.full(others + 1, 1 / (others + 1)), len(months))
    return counts([own, *rest[:, :others].T], np.full(len(months), per_month))


def of_first(made) -> pd.DataFrame:
    table = find_events(made)
    return table[table["group_id"] == "g0"]


@pytest.mark.parametrize("month", [0, 1, 7, 14, 15])
def test_a_month_of_four_times_as_many_is_a_burst(month):
    shares = np.full(16, 0.05)
    shares[month] = 0.2
    found = of_first(course(shares))
    assert found["what"].tolist() == ["burst"]
    start = pd.Timestamp("2024-01-01") + pd.DateOffset(months=month)
    assert found["start"].tolist() == [start]
    assert found["end"].tolist() == [start + pd.offsets.MonthEnd()]
    assert found["strength"].iloc[0] == pytest.approx(4, rel=0.4)
    assert found["p_adjusted"].iloc[0] < 0.05


def test_a_burst_of_three_months_has_its_dates():
    shares = np.full(24, 0.05)
    shares[10:13] = 0.14
    found = of_first(course(shares))
    assert found["what"].tolist() == ["burst"]
    assert found["start"].iloc[0] == pd.Timestamp("2024-11-01")
    assert found["end"].iloc[0] == pd.Timestamp("2025-01-31")


@pytest.mark.parametrize(("before", "after"), [(0.04, 0.14), (0.14, 0.04), (0.0, 0.1)])
def test_a_step_is_dated_at_the_first_month_of_the_new_level(before, after):
    shares = np.where(np.arange(24) < 14, before, after)
    found = of_first(course(shares))
    assert found["what"].tolist() == ["step"]
    assert found["start"].tolist() == [pd.Timestamp("2025-03-01")]
    assert found["end"].tolist() == [pd.Timestamp("2025-03-31")]
    assert found["share_before"].iloc[0] == pytest.approx(before, abs=0.01)
    assert found["share_during"].iloc[0] == pytest.approx(after, abs=0.02)
    assert found["standing"].tolist() == ["above" if after > before else "below"]
    if before:
        assert found["strength"].iloc[0] == pytest.approx(after / before, rel=0.3)
    else:
        assert np.isnan(found["strength"].iloc[0])


@pytest.mark.parametrize("ends", [(0.05, 0.05), (0.03, 0.12), (0.3, 0.1)])
def test_straight_courses_have_no_event(ends):
    low, high = (np.log(end / (1 - end)) for end in ends)
    shares = 1 / (1 + np.exp(-np.linspace(low, high, 24)))
    assert of_first(course(shares)).empty


def test_under_six_full_periods_there_are_no_events():
    assert find_events(course(np.array([0.05, 0.05, 0.4, 0.05, 0.05]))).empty
    assert list(find_events(course(np.full(5, 0.1))).columns) == list(TABLES["events"].columns)


def test_nothing_at_all_has_no_event():
    assert find_events(counts(np.zeros((3, 12), dtype=int), np.full(12, 100))).empty
    assert find_events(counts(np.zeros((0, 12), dtype=int), np.full(12, 100))).empty
    assert find_events(counts(np.full((1, 12), 100), np.full(12, 100))).empty


def test_events_do_not_hang_on_the_order_of_groups():
    shares = np.full(16, 0.05)
    shares[5] = 0.25
    made = course(shares)
    order = np.arange(len(made.groups))[::-1]
    turned = counts(made.n_papers[order], made.n_total)
    found = find_events(turned)
    assert found["group_id"].tolist() == [f"g{len(order) - 1}"]
    pd.testing.assert_frame_equal(
        found.drop(columns="group_id"), find_events(made).drop(columns="group_id"), rtol=1e-9
    )
