"""Humps, dips, steps, bends: the scan by hand, the choice of a shape, planted courses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from test_trends_events import course, of_first

from analysis.base.schema import STANDINGS
from analysis.trends.events import find_events
from analysis.trends.events.humps import angles, find_humps, scan_windows
from analysis.trends.events.shapes import choose_shape
from analysis.trends.log_odds_slopes import DispersionPrior
from analysis.trends.shares import share_interval

CHANCE = DispersionPrior(scale=1.0, df=np.inf, max_df=1e6)
"""Nothing but chance: a dispersion of 1, known for certain."""


def month(number: int) -> pd.Timestamp:
    return pd.Timestamp("2024-01-01") + pd.DateOffset(months=number)


def scanned(k, *, by=scan_windows):
    k = np.atleast_2d(np.asarray(k, dtype="float64"))
    return by(k, n=np.full(k.shape[1], 100.0), min_dispersion=np.ones(len(k)), prior=CHANCE)


# the scan


def test_the_p_of_a_hump_is_the_larger_of_two_comparisons():
    # One window has two periods before, in and after it: 10, 10 | 30, 30 | 20, 20 of 100.
    scan = scanned([10, 10, 30, 30, 20, 20])
    assert (scan.first.tolist(), scan.last.tolist()) == ([2], [3])
    assert scan.sign.tolist() == [[1.0]]
    inside, after = angles(np.array([30.0, 20.0]), n=np.full(2, 100.0))
    z = (inside - after) / np.sqrt(1 / 200 + 1 / 200)
    assert scan.p[0, 0] == pytest.approx(2 * stats.t.sf(z, 1e6))
    found = scanned([10, 10, 30, 30, 20, 20], by=find_humps)
    assert found.p.tolist() == scan.p[0].tolist()
    assert (found.first[0], found.last[0], found.sign[0]) == (2, 3, 1)


@pytest.mark.parametrize(
    ("k", "sign"),
    [([10, 10, 30, 30, 30, 30], 0), ([10, 10, 20, 20, 30, 30], 0), ([30, 30, 10, 10, 20, 20], -1)],
)
def test_neither_a_step_nor_a_rise_is_a_hump_but_a_dip_has_its_sign(k, sign):
    scan = scanned(k)
    assert scan.sign[0, 0] == sign
    assert (scan.p[0, 0] == 1.0) == (sign == 0)


@pytest.mark.parametrize("n_periods", [0, 1, 2, 3, 5])
def test_too_few_periods_have_no_window(n_periods):
    assert scanned(np.full((2, n_periods), 10.0)).p.shape == (2, 0)
    found = scanned(np.full((2, n_periods), 10.0), by=find_humps)
    assert found.p.tolist() == [1.0, 1.0]
    assert found.sign.tolist() == [0, 0]


def test_windows_leave_two_periods_at_both_ends_and_count_as_twice_their_starts():
    k = np.full(20, 10.0)
    k[6:14] = 17.0
    scan = scanned(k)
    assert len(scan.first) == 120
    assert scan.first.min() == 2
    assert scan.last.max() == 17
    assert ((scan.last - scan.first) >= 1).all()
    found = scanned(k, by=find_humps)
    assert (found.first[0], found.last[0]) == (6, 13)
    assert found.p[0] == pytest.approx(2 * 16 * scan.p.min())


def test_groups_looked_at_in_blocks_are_those_looked_at_together(monkeypatch):
    k = np.random.default_rng(5).binomial(100, 0.1, size=(7, 12))
    together = scanned(k, by=find_humps)
    monkeypatch.setattr("analysis.trends.events.humps._MOST_CELLS", 60)
    apart = scanned(k, by=find_humps)
    for name in ("first", "last", "sign", "p"):
        assert getattr(apart, name).tolist() == getattr(together, name).tolist()


@given(
    k=st.lists(st.integers(0, 100), min_size=6, max_size=30),
    other=st.lists(st.integers(0, 100), min_size=30, max_size=30),
)
def test_the_scan_does_not_know_direction_of_time_or_other_groups(k, other):
    scan, back = scanned(k), scanned(k[::-1])
    pairs = sorted(zip(scan.first, scan.last, scan.p[0], strict=True))
    turned = [(len(k) - 1 - b, len(k) - 1 - a, p) for a, b, p in
              zip(back.first, back.last, back.p[0], strict=True)]  # fmt: skip
    for (first, last, p), (other_first, other_last, other_p) in zip(
        pairs, sorted(turned), strict=True
    ):
        assert (first, last) == (other_first, other_last)
        assert p == pytest.approx(other_p)
    both = scanned([k, other[: len(k)]])
    assert both.p[0] == pytest.approx(scan.p[0])
    missed = scanned([100 - value for value in k])
    assert (missed.sign == -scan.sign)[scan.p < 0.5].all()


# the choice of a shape


def chosen(shares, *, window=None, sign=1, certain=False, burst=None):
    k, n = 400 * np.asarray(shares), np.full(len(shares), 400.0)
    x = np.arange(len(shares)) / 12
    line = np.full(len(shares), k.sum() / n.sum())
    shape, _ = choose_shape(
        k, n=n, x=x, line=line, window=window, sign=sign, certain=certain, burst=burst,
        min_dispersion=1.0, prior=CHANCE,
    )  # fmt: skip
    return shape


def test_each_shape_is_chosen_where_it_is_the_truth():
    level, high, rise = np.full(12, 0.06), np.full(12, 0.21), np.linspace(0.05, 0.3, 12)
    step = chosen([*level, *high])
    assert (step.what, step.first) == ("step", 12)
    assert step.share == pytest.approx([*level, *high], abs=0.002)
    assert chosen([*level, *level]).what == "line"
    assert chosen(np.sin(np.linspace(0.4, 1.0, 24) / 2) ** 2).what == "line"
    bend = chosen([*rise, *np.full(12, 0.3)])
    assert (bend.what, abs(bend.first - 11) <= 1) == ("bend", True)
    assert not bend.comes_down(spread=1.0)
    assert chosen([*rise, *rise[::-1]]).comes_down(spread=1.0)
    hump = [*level[:8], *high[:8], *level[:8]]
    assert chosen(hump, window=(8, 15)).what == "hump"
    assert chosen(1 - np.array(hump), window=(8, 15), sign=-1).what == "dip"


def test_a_step_is_no_hump_unless_that_is_certain():
    step = [*[0.06] * 12, *[0.21] * 12]
    assert chosen(step, window=(12, 17)).what == "step"
    assert chosen(step, window=(12, 17), certain=True).what == "hump"


def test_a_line_with_a_burst_is_no_step():
    shares = np.full(12, 0.05)
    shares[3:5] = 0.2
    assert chosen(shares, burst=(3, 4)).what == "burst"


# planted courses


def hump(before, peak, after):
    shares = np.full(24, before)
    shares[8:16] = np.array([0.8, 0.9, 1, 1, 0.9, 0.9, 0.8, 0.8]) * peak
    shares[16:] = after
    return shares


@pytest.mark.parametrize(("after", "standing"), [(0.05, "near"), (0.12, "above"), (0.01, "below")])
def test_a_hump_has_its_peak_and_where_the_share_stands(after, standing):
    made = course(hump(0.05, 0.36, after))
    found = of_first(made)
    assert found["what"].tolist() == ["hump"]
    row = found.iloc[0]
    assert row["start"] == month(8)
    assert row["end"] == month(16) - pd.Timedelta(days=1)
    assert row["peak"] in {month(number) for number in range(9, 13)}
    share = made.n_papers[0] / made.n_total
    assert row["share_before"] == made.n_papers[0, :8].sum() / made.n_total[:8].sum()
    assert row["share_during"] == made.n_papers[0, 8:16].sum() / made.n_total[8:16].sum()
    assert row["share_now"] == share[-1]
    assert row["n_papers"] == made.n_papers[0, 8:16].sum()
    low = share_interval(made.n_papers[0], made.n_total, phi=made.phi)[0]
    assert row["peak"] == made.starts[8 + low[8:16].argmax()]
    assert row["share_peak"] == share[8 + low[8:16].argmax()]
    assert row["standing"] == standing


def test_a_dip_is_told_by_its_lowest_month():
    found = of_first(course(0.4 - hump(0.05, 0.36, 0.05)))
    assert found["what"].tolist() == ["dip"]
    assert found["share_peak"].iloc[0] < 0.1


def test_a_hump_holds_no_burst_of_its_own():
    shares = hump(0.05, 0.2, 0.05)
    shares[10] = 0.36
    assert of_first(course(shares))["what"].tolist() == ["hump"]


def test_a_come_down_from_a_level_course_is_dated_at_the_bend():
    shares = np.concatenate([np.full(12, 0.3), np.linspace(0.3, 0.06, 12)])
    found = of_first(course(shares))
    assert found["what"].tolist() == ["come-down"]
    assert abs((found["start"].iloc[0] - month(12)).days) <= 62
    assert found["standing"].tolist() == ["below"]


@pytest.mark.parametrize("start", [6, 9, 12, 15])
def test_a_step_before_a_peak_is_dated_at_the_step(start):
    # 6 % until the step, 21 % from it, a peak of 36 % four months later, 11 % at the end.
    shares = np.where(np.arange(24) < start, 0.06, 0.21)
    shares[start + 3] = 0.36
    shares[-1] = 0.11
    found = of_first(course(shares))
    # With few months on the new level the lower end can be enough for a hump.
    turns = found[found["what"] != "burst"]
    assert turns["what"].tolist() == ["step" if start < 15 else "hump"]
    step = turns.iloc[0]
    assert step["start"] == month(start)
    assert step["peak"] == month(start + 3)
    assert step["share_peak"] == pytest.approx(0.36, abs=0.05)
    assert step["share_now"] == pytest.approx(0.11, abs=0.04)


def test_every_event_has_known_words_and_shares_within_their_counts():
    made = course(hump(0.05, 0.36, 0.1))
    table = find_events(made)
    assert set(table["standing"].dropna()) <= set(STANDINGS)
    for column in ("share_before", "share_during", "share_peak", "share_now"):
        assert table[column].dropna().between(0, 1).all()
