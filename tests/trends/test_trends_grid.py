"""The first period, full periods, the date axis, and standardisation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.trends import choose_period, count_papers, listing_lag, papers_on_axis, trend_table
from analysis.trends.periods import first_charted_period
from analysis.trends.standardisation import (
    Strata,
    standardised_shares,
    standardised_slopes,
    stratify,
)
from small_counts import make_groups, make_memberships, make_papers, months


def listed_papers(days: int, *, lag: int = 2, late: int = 12, n: int = 400) -> pd.DataFrame:
    """Papers of so many days before July 2024, 98 in 100 listed after `lag`, the others `late`."""
    published = pd.Timestamp("2024-07-01") - pd.to_timedelta(1 + np.arange(n) % days, unit="D")
    lags = np.where(np.arange(n) % 50 == 0, late, lag)
    listed = published + pd.to_timedelta(lags, unit="D")
    return make_papers(list(published.astype(str)), listed=list(listed.astype(str)))


# the lag of listing


def test_the_lag_is_the_day_by_which_99_in_100_are_listed():
    papers = listed_papers(100)
    reference = pd.Timestamp("2024-07-10")
    assert listing_lag(papers, reference=reference) == 12
    assert listing_lag(listed_papers(100, late=2), reference=reference) == 2
    # Papers of the reference day's month say nothing yet.
    assert listing_lag(papers, reference=pd.Timestamp("2024-03-20")) == 0
    assert listing_lag(papers, reference=None) == 0


def test_a_listing_of_old_papers_has_no_lag():
    assert listing_lag(listed_papers(100, lag=400), reference=pd.Timestamp("2024-07-10")) == 0


def test_papers_known_to_the_month_have_no_lag():
    papers = listed_papers(100).assign(published_precision="month")
    assert listing_lag(papers, reference=pd.Timestamp("2024-07-10")) == 0


def test_the_lag_is_said():
    choice = choose_period(
        make_papers(months("2024-01", [20] * 6)), reference=pd.Timestamp("2024-06-30"), lag=12
    )
    assert choice.reason.endswith(
        " A month counts as full from 12 days after its end, when 99 % of its papers are listed."
    )


# the axis


def test_listed_days_take_the_place_of_published_ones():
    papers = make_papers(
        ["2023-05", "2024-01-02", None], listed=["2024-06-05 14:00", None, "2024-06-06"]
    )
    before = papers.copy()
    dated = papers_on_axis(papers, by="listed")
    assert dated["published"].tolist()[0] == pd.Timestamp("2024-06-05")
    assert pd.isna(dated["published"][1])
    assert dated["published_precision"].tolist()[::2] == ["day", "day"]
    pd.testing.assert_frame_equal(papers, before)
    assert papers_on_axis(papers, by="published") is papers


def test_an_axis_that_is_not_there_is_refused():
    with pytest.raises(InputError) as caught:
        papers_on_axis(make_papers(["2024-01-02"]), by="listed")
    assert str(caught.value) == (
        "Found: trends by listed, but no paper has the day on which it was listed\n"
        "Allowed: a snapshot that contains the day on which each paper was listed\n"
        "Next: leave --by out"
    )
    with pytest.raises(InputError, match="Allowed: published, listed"):
        papers_on_axis(make_papers([]), by="seen")


# where the chart begins


@pytest.mark.parametrize(
    ("counts", "first"),
    [
        ([5] * 40, 0),  # even: 2.5 % of the papers is one period
        ([1, 0, 1, 0, 0, 100, 200, 300], 5),  # 2 of 602 in five of eight periods
        ([1, 0, 100, 200, 300], 2),
        ([1, 100, 200, 300, 300], 0),  # a quarter of the periods is not exceeded
        ([20, 0, 0, 0, 100, 200], 0),  # 6 % of the papers
        ([7], 0),
    ],
)
def test_a_trickle_at_the_start_is_not_charted(counts, first):
    numbers = np.repeat(np.arange(len(counts)) + 33, counts)
    assert first_charted_period(numbers) == 33 + first


def test_what_is_not_charted_is_counted_and_said():
    papers = make_papers(["1990", "1995", *(str(y) for y in range(2000, 2006) for _ in range(50))])
    choice = choose_period(papers, reference=pd.Timestamp("2005-12-31"))
    assert (choice.n_periods, choice.n_early) == (6, 2)
    assert (
        " 2 papers before 2000 are not charted: they are too few for so many years."
        in choice.reason
    )
    members = make_memberships([(p, "cluster", "c1", 1.0, True) for p in papers["paper_id"]])
    made = count_papers(
        members,
        papers=papers,
        groups=make_groups(["c1"], []),
        freq="year",
        reference=pd.Timestamp("2005-12-31"),
    )
    assert made.n_total.tolist() == [50] * 6


# clumps in a table of papers


def papers_by_venue(n_venues: int, *, named: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    papers = make_papers([str(2010 + i % 8) for i in range(800)])
    venue = pd.Series(rng.integers(0, n_venues, 800)).map(lambda v: f"Venue {v}")
    return papers.assign(venue=venue if named else None)


def one_cluster(papers: pd.DataFrame, member: np.ndarray, **more: object):
    rows = [
        (p, "cluster", "c1" if m else "c2", 1.0, True)
        for p, m in zip(papers["paper_id"], member, strict=True)
    ]
    return count_papers(
        make_memberships(rows),
        papers=papers,
        groups=make_groups(["c1", "c2"], []),
        freq="year",
        reference=pd.Timestamp("2017-12-31"),
        **more,
    )


def test_venues_are_clumps_where_days_are_not_known():
    papers = papers_by_venue(20)
    alike = papers["venue"].isin([f"Venue {i}" for i in range(5)]).to_numpy()
    made = one_cluster(papers, alike)
    assert made.clump == "venue"
    assert made.clump_correlation > 0.8
    assert made.phi.min() > 2
    table = trend_table(made)
    width = (table["share_high"] - table["share_low"]).mean()
    scattered = one_cluster(papers, np.random.default_rng(2).random(800) < 0.25)
    assert scattered.clump_correlation < 0.05
    plain = trend_table(scattered)
    assert width > 1.3 * (plain["share_high"] - plain["share_low"]).mean()


def test_without_day_or_venue_papers_count_as_independent():
    made = one_cluster(papers_by_venue(20, named=False), np.arange(800) % 4 == 0)
    assert made.clump == "none"
    assert made.phi.tolist() == [1.0] * 8


# what is held constant


def test_only_columns_whose_values_last_are_held_constant():
    period = np.arange(800) % 8
    papers = pd.DataFrame({"venue": [f"V{p}" for p in period], "source": "csv"})
    assert stratify(papers, period=period, n_periods=8) is None
    papers["category"] = np.where(np.arange(800) % 3 == 0, "a", "b")
    column, number = stratify(papers, period=period, n_periods=8)
    assert column == "category"
    assert sorted(set(number)) == [0, 1]
    rare = papers.assign(category=np.where(np.arange(800) == 7, "c", papers["category"]))
    assert sorted(set(stratify(rare, period=period, n_periods=8)[1])) == [0, 1, 2]
    assert stratify(papers.assign(category=None), period=period, n_periods=8) is None


def test_a_standardised_share_by_hand():
    """Strata of 30 and 10 papers: weights 3/4, 1/4; the second is absent from the last period."""
    strata = Strata(
        "category",
        n_papers=np.array([[[1, 2, 5], [4, 1, 0]]]),
        n_total=np.array([[10, 10, 10], [5, 5, 0]]),
    )
    found = standardised_shares(strata, full=np.ones(3, dtype=bool))
    assert found[0].tolist() == pytest.approx(
        [0.75 * 0.1 + 0.25 * 0.8, 0.75 * 0.2 + 0.25 * 0.2, 0.5]
    )


def test_a_slope_within_strata_by_hand():
    """One stratum, 10 papers per period, 2 then 4: score 2 x .5 - ... = 1, variance .21 x 5."""
    strata = Strata("category", n_papers=np.array([[[2, 4]]]), n_total=np.array([[10, 10]]))
    slope, error = standardised_slopes(strata, x=np.arange(2.0), full=np.ones(2, dtype=bool))
    assert slope[0] == pytest.approx(1 / (0.3 * 0.7 * 5))
    assert error[0] == pytest.approx(1 / np.sqrt(0.3 * 0.7 * 5))
