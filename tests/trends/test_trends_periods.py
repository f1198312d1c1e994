"""The choice of period, and the reference day."""

from datetime import date

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.trends import choose_period, count_papers, reference_day, trend_table
from conftest import ROOT
from small_counts import REFERENCE, make_groups, make_memberships, make_papers, months, small_case

IDS = ROOT / "data" / "arxiv_ids.csv"


# --- the reference day --------------------------------------------------------------------------


def test_reference_day_takes_the_first_that_is_known():
    papers = make_papers(["2024-05", "2024-07"], listed=["2024-08-02 13:00", None])
    assert reference_day(papers, snapshot_date=date(2025, 3, 17)) == REFERENCE
    assert reference_day(papers, snapshot_date=None) == pd.Timestamp("2024-08-02")
    unlisted = papers.assign(listed=pd.NaT)
    assert reference_day(unlisted, snapshot_date=None) == pd.Timestamp("2024-07-01")
    assert reference_day(make_papers([None, None]), snapshot_date=None) is None
    assert reference_day(make_papers([]), snapshot_date=None) is None


# --- the period ---------------------------------------------------------------------------------


def bundled_papers() -> pd.DataFrame:
    ids = pd.read_csv(IDS, dtype="str")
    return make_papers(
        [
            month if pd.isna(day) else day
            for month, day in zip(ids["year_month"], ids["published"], strict=True)
        ]
    )


def test_the_bundled_snapshot_is_counted_by_year():
    """177 papers from August 2019 to March 2025.

    Months: 68 with a median of 1 paper; quarters: 23, 3.5; half-years: 12, 8; years: 7 with
    1, 4, 8, 18, 65, 65 papers in the full ones (median 13) and 16 in 2025. No length reaches a
    median of 20, so the coarsest with at least 4 periods is taken: the year.
    """
    papers = bundled_papers()
    assert papers["published_precision"].value_counts().to_dict() == {"month": 135, "day": 42}
    choice = choose_period(papers, reference=REFERENCE)
    assert choice.freq == "year"
    assert (choice.n_periods, choice.median_papers) == (7, 13.0)
    assert (choice.n_undated, choice.n_too_coarse) == (0, 0)
    assert choice.reason == (
        "Papers are counted by year: no length gives at least 6 periods with a median of at least "
        "20 papers in the full ones, so this is the coarsest with at least 4. There are 7 years, "
        "the 6 full ones with a median of 13 papers."
    )
    table = trend_table(
        count_papers(
            make_memberships([(p, "cluster", "c0001", 1.0, True) for p in papers["paper_id"]]),
            papers=papers,
            groups=make_groups(["c0001"], []),
            freq="year",
            reference=REFERENCE,
        )
    )
    assert table["n_total"].tolist() == [1, 4, 8, 18, 65, 65, 16]
    assert table["is_partial"].tolist() == [False] * 6 + [True]


@pytest.mark.parametrize(
    ("freq", "n_periods", "median"),
    [("month", 68, 1.0), ("quarter", 23, 3.5), ("half-year", 12, 8.0)],
)
def test_the_bundled_snapshot_by_finer_periods(freq, n_periods, median):
    choice = choose_period(bundled_papers(), period=freq, reference=REFERENCE)
    assert (choice.freq, choice.n_periods, choice.median_papers) == (freq, n_periods, median)
    assert choice.reason.startswith(f"Papers are counted by {freq}: as requested. ")


@pytest.mark.parametrize(
    ("dates", "reference", "freq"),
    [
        pytest.param(
            months("2024-01", [20] * 6), "2024-06-30", "month", id="six full months of 20"
        ),
        pytest.param(months("2024-01", [20] * 6), "2024-06-29", "month", id="the sixth is partial"),
        pytest.param(
            months("2024-01", [19] * 6), "2024-06-30", "month", id="19 a month, no quarters"
        ),
        pytest.param(
            months("2024-01", [20] * 5), "2024-05-31", "month", id="5 good, coarsest of 4"
        ),
        pytest.param(months("2024-01", [1] * 4), "2024-04-30", "month", id="4 months of 1"),
        pytest.param(months("2024-01", [99] * 3), "2024-03-31", None, id="3 months"),
        pytest.param(months("2024-01", [7] * 18), "2025-06-30", "quarter", id="quarters of 21"),
        pytest.param(months("2024-01", [7] * 15), "2025-03-31", "quarter", id="5 quarters, not 6"),
        pytest.param(months("2020-01", [4] * 36), "2022-12-31", "half-year", id="half-years of 24"),
        pytest.param(months("2020-01", [2] * 72), "2025-12-31", "year", id="years of 24"),
        pytest.param(months("2020-01", [1] * 72), "2025-12-31", "year", id="years of 12"),
        pytest.param(months("2020-01", [1] * 24), "2021-12-31", "half-year", id="4 half-years"),
        pytest.param([], "2024-01-01", None, id="no paper"),
        pytest.param(["2024-05"], "2024-06-01", None, id="1 paper"),
        pytest.param(["2024-05", "2024-06"], "2024-06-01", None, id="2 papers"),
        pytest.param(["2024-05", "2024-08", None], "2024-09-01", "month", id="3 papers, 4 months"),
        pytest.param(["2019", "2022"], "2024-09-01", "year", id="4 years by year"),
        pytest.param(["2019", "2021"], "2024-09-01", None, id="3 years by year"),
    ],
)
def test_automatic_period(dates, reference, freq):
    choice = choose_period(make_papers(dates), reference=pd.Timestamp(reference))
    assert choice.freq == freq
    assert (choice.n_periods == 0) == (freq is None)
    assert choice.reason.startswith("No trend chart: " if freq is None else "Papers are counted by")
    assert choice.reason.endswith(".")


def test_the_median_counts_empty_full_periods_and_skips_the_partial_one():
    # Full months: 30, 0, 30, 0, 0, 30 -> median (0 + 30) / 2 = 15; with the partial 500 it were 30.
    dates = months("2024-01", [30, 0, 30, 0, 0, 30, 500])
    choice = choose_period(make_papers(dates), period="month", reference=pd.Timestamp("2024-07-30"))
    assert (choice.n_periods, choice.median_papers) == (7, 15.0)
    assert choice.reason.endswith("There are 7 months, the 6 full ones with a median of 15 papers.")


def test_year_precision_decides_above_a_half_only():
    by_month = months("2022-01", [20] * 12)
    years = ["2020", "2021", "2022", "2023"]
    half = make_papers(by_month + years * 60)
    choice = choose_period(half, reference=REFERENCE)
    assert (choice.freq, choice.n_too_coarse) == ("month", 240)
    assert choice.reason.endswith(" 240 papers with only a year are left out.")
    more = make_papers([*by_month, *years * 60, "2023", None])
    choice = choose_period(more, reference=REFERENCE)
    assert (choice.freq, choice.n_too_coarse, choice.n_undated) == ("year", 0, 1)
    assert "241 of 481 dated papers have only a year" in choice.reason
    assert choice.reason.endswith(" 1 paper without a date is left out.")


def test_year_precision_alone_is_no_finer_grid():
    choice = choose_period(make_papers(["2022", "2022", "2023-05"]), reference=REFERENCE)
    assert choice.freq is None
    assert choice.reason == (
        "No trend chart: the 3 dated papers span 2 years, and a trend needs at least 4 periods; "
        "2 of 3 dated papers have only a year."
    )


def test_no_date_at_all_gives_a_sentence():
    choice = choose_period(make_papers([None, None]), reference=None)
    assert choice.freq is None
    assert choice.n_undated == 2
    assert choice.reason == (
        "No trend chart: no paper has a date. 2 papers without a date are left out."
    )


def test_an_explicit_period_is_used_as_asked():
    papers = make_papers(["2024-05-27", None, "2023"])
    choice = choose_period(papers, period="quarter", reference=pd.Timestamp("2024-06-01"))
    assert choice.freq == "quarter"
    assert (choice.n_periods, choice.median_papers) == (1, None)
    assert (choice.n_undated, choice.n_too_coarse) == (1, 1)
    assert choice.reason == (
        "Papers are counted by quarter: as requested. There is 1 quarter, none of them full. "
        "1 paper without a date is left out. 1 paper with only a year is left out."
    )


def test_a_period_that_no_paper_fits_is_refused():
    with pytest.raises(InputError) as caught:
        choose_period(make_papers(["2024", "2023", None]), period="month", reference=REFERENCE)
    assert str(caught.value) == (
        "Found: no paper can be placed in a month: 1 without a date, 2 with only a year\n"
        "Allowed: a period that the papers' dates are precise enough for\n"
        "Next: use --period year"
    )
    with pytest.raises(InputError, match="date the papers with --dates FILE"):
        choose_period(make_papers([None]), period="year", reference=None)


def test_an_unknown_period_is_refused():
    with pytest.raises(InputError) as caught:
        choose_period(make_papers(["2024"]), period="weekly", reference=REFERENCE)
    assert str(caught.value) == (
        "Found: the period 'weekly'\n"
        "Allowed: auto, month, quarter, half-year, year\n"
        "Next: use one of these as the period"
    )
    with pytest.raises(InputError, match="Allowed: month, quarter, half-year, year"):
        small_case(freq="auto")
