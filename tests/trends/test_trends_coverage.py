"""Periods that the source covers in part: at the beginning, and gaps in the middle."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.trends import choose_period, count_papers, covered_since, gaps, verdict_table
from small_counts import make_groups, make_memberships, make_papers

REFERENCE = pd.Timestamp("2024-12-31")


def every_day(first: str, last: str = "2024-12-31", *, only_weekdays: bool = False) -> list[str]:
    """Return one paper a day, or a weekday."""
    days = pd.date_range(first, last, freq="B" if only_weekdays else "D")
    return [f"{day:%Y-%m-%d}" for day in days]


@pytest.mark.parametrize(
    ("first", "since"),
    [
        pytest.param("2024-03-01", "2024-03-01", id="the first day"),
        pytest.param("2024-03-02", "2024-03-01", id="one quiet day: 1/28 by chance"),
        pytest.param("2024-03-03", "2024-03-03", id="two: under one in a hundred"),
        pytest.param("2024-03-10", "2024-03-10", id="ten days"),
        pytest.param("2024-03-28", "2024-03-28", id="almost the whole month"),
    ],
)
def test_a_daily_source_is_covered_from_its_first_paper(first, since):
    papers = make_papers(every_day(first))
    assert covered_since(papers, freq="month") == pd.Timestamp(since)


def test_a_weekend_is_no_missing_stretch():
    # 1 and 2 June 2024 are a Saturday and a Sunday, 1 May a Wednesday.
    papers = make_papers(every_day("2024-06-01", only_weekdays=True))
    assert papers["published"].min() == pd.Timestamp("2024-06-03")
    assert covered_since(papers, freq="month") == pd.Timestamp("2024-06-01")
    papers = make_papers(every_day("2024-05-03", only_weekdays=True))
    assert covered_since(papers, freq="month") == pd.Timestamp("2024-05-03")


def test_few_papers_prove_nothing():
    # A paper every 20 days: nine days without one are no wonder (.95 ** 9 = .63).
    days = pd.date_range("2024-03-10", "2024-12-31", freq="20D")
    papers = make_papers([f"{day:%Y-%m-%d}" for day in days])
    assert covered_since(papers, freq="month") == pd.Timestamp("2024-03-01")


@pytest.mark.parametrize("dates", [[], [None], ["2024"], ["2024", "2023"]])
def test_without_days_nothing_is_claimed(dates):
    papers = make_papers(dates)
    since = covered_since(papers, freq="year")
    assert since is None if not papers["published"].notna().any() else since.month == 1
    assert gaps(papers) == []


@pytest.mark.parametrize("n", [1, 2, 3, 7, 30])
def test_small_corpora_have_no_gaps(n):
    assert gaps(make_papers(every_day("2024-05-01")[:n])) == []


def test_months_are_known_by_month_only():
    months = [f"{2020 + i // 12}-{i % 12 + 1:02d}" for i in range(8, 60)]
    papers = make_papers(months)  # from September 2020, one a month
    assert covered_since(papers, freq="year") == pd.Timestamp("2020-09-01")
    assert covered_since(papers, freq="month") == pd.Timestamp("2020-09-01")
    # One in every fourth month: chance leaves eight empty ones (.77 ** 8 = .12).
    assert covered_since(make_papers(months[::4]), freq="year") == pd.Timestamp("2020-01-01")


def test_a_known_day_decides():
    papers = make_papers([*every_day("2024-04-20", "2024-04-30"), *every_day("2024-05-01")])
    day = date(2024, 5, 1)
    assert covered_since(papers, freq="month", covered_from=day) == pd.Timestamp("2024-05-01")
    choice = choose_period(papers, reference=REFERENCE, covered_from=day)
    assert choice.reason.endswith("There are 9 months, the 8 full ones with a median of 31 papers.")


def test_a_listing_that_was_down_is_found_and_holidays_are_not():
    days = every_day("2024-01-01", only_weekdays=True)
    down = [d for d in days if not "2024-07-08" <= d <= "2024-07-26"]
    assert gaps(make_papers(down)) == [(pd.Timestamp("2024-07-06"), pd.Timestamp("2024-07-28"))]
    holidays = [d for d in days if not "2024-07-08" <= d <= "2024-07-12"]
    assert gaps(make_papers(holidays)) == []


def test_a_month_that_was_not_fetched_is_found():
    days = [d for d in every_day("2024-01-01") if d[:7] != "2024-06"]
    assert gaps(make_papers(days)) == [(pd.Timestamp("2024-06-01"), pd.Timestamp("2024-06-30"))]


def verdicts_from(corpus: pd.DataFrame, *, first: str) -> pd.DataFrame:
    """Return the verdicts on what was published from a day on."""
    papers = corpus[corpus["published"] >= first].reset_index(drop=True)
    held = papers.loc[papers["held"], "paper_id"]
    counted = count_papers(
        make_memberships([(p, "topic", "t", 0.9, False) for p in held]),
        papers=papers,
        groups=make_groups([], ["t"]),
        freq="month",
        reference=REFERENCE,
        since=covered_since(papers, freq="month"),
    )
    assert counted is not None
    assert counted.is_partial.tolist()[1:] == [False] * (len(counted.starts) - 1)
    return verdict_table(counted)


@pytest.mark.parametrize("day", [3, 10, 20, 28])
def test_a_first_month_that_is_cut_changes_no_verdict(day):
    rng = np.random.default_rng(day)
    corpus = make_papers([d for d in every_day("2024-03-01") for _ in range(4)])
    corpus = corpus.assign(held=rng.random(len(corpus)) < np.linspace(0.1, 0.3, len(corpus)))
    cut, whole = (verdicts_from(corpus, first=d) for d in (f"2024-03-{day:02d}", "2024-04-01"))
    pd.testing.assert_frame_equal(cut, whole)
