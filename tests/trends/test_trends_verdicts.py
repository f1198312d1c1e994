"""Verdicts: planted trends, too few papers, and partial periods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.base.schema import DIRECTIONS, TABLES
from analysis.trends import Counts, count_papers
from analysis.trends.design_effect import ClumpCounts
from analysis.trends.events import find_events
from analysis.trends.verdicts import verdict_table

MEASURES = ("log_odds_per_year", "low", "high", "ratio", "p", "p_adjusted", "share_first", "df")


def counts(papers, totals, *, kind="cluster", partial=0, freq="month") -> Counts:
    """Counts without clumps, by month from January 2024; the last `partial` are not full."""
    papers, totals = np.atleast_2d(np.asarray(papers)), np.asarray(totals)
    n_groups, n_periods = papers.shape
    starts = np.datetime64("2024-01", "M") + np.arange(n_periods)
    group, period = np.nonzero(papers)
    clumped = ClumpCounts(group, period, papers[group, period], totals, np.arange(n_periods))
    names = [f"g{i}" for i in range(n_groups)]
    return Counts(
        groups=pd.DataFrame({"kind": kind, "group_id": names}),
        freq=freq,
        starts=starts.astype("M8[us]"),
        ends=((starts + 1).astype("M8[D]") - 1).astype("M8[us]"),
        is_partial=np.arange(n_periods) >= n_periods - partial,
        n_papers=papers,
        n_low_weight=papers * 0,
        weight=papers.astype(float),
        n_total=totals,
        phi=np.ones(n_periods),
        clump="none",
        clump_correlation=0.0,
        clump_counts=clumped,
    )


def directions(made: Counts) -> list[str]:
    return verdict_table(made)["direction"].tolist()


def test_planted_courses_are_told():
    totals = np.full(12, 1000)
    rising = np.linspace(30, 120, 12).astype(int)
    papers = [rising, rising[::-1], np.full(12, 300), np.full(12, 6), [0] * 12]
    papers.append(totals - np.sum(papers, axis=0))
    table = verdict_table(counts(papers, totals))
    assert table["direction"].tolist() == [
        "rising",
        "falling",
        "flat",
        "unclear",
        "too few to say",
        "flat",
    ]
    assert table["ratio"][0] == pytest.approx(4, rel=0.25)
    assert table["ratio"][0] * table["ratio"][1] == pytest.approx(1, rel=0.05)
    # Fourfold in 11 months: doubled in 5.5, give or take what a line of log-odds differs.
    assert table["doubling_years"][0] == pytest.approx(5.5 / 12, rel=0.15)
    assert table["doubling_years"][1] == pytest.approx(-5.5 / 12, rel=0.15)
    assert table["doubling_years"][2:].isna().all()
    assert table["theil_sen"][0] == pytest.approx(0.09 / (11 / 12), rel=0.05)
    assert (table["n_periods"] == 12).all()
    assert table["n_papers"].tolist()[:3] == [int(rising.sum()), int(rising.sum()), 3600]


@pytest.mark.parametrize("n_periods", range(6))
@pytest.mark.parametrize("n_groups", range(4))
def test_small_grids(n_groups, n_periods):
    papers = np.full((n_groups, n_periods), 10, dtype=int)
    made = counts(papers.reshape(n_groups, n_periods), np.full(n_periods, 40))
    table = verdict_table(made)
    assert list(table.columns) == list(TABLES["verdicts"].columns)
    assert len(table) == n_groups
    assert set(table["direction"]) <= set(DIRECTIONS)
    few = n_periods < 4
    assert (table["direction"] == "too few to say").all() or not few
    assert table["p"].isna().all() == (few or n_groups == 0)
    assert find_events(made).empty


@pytest.mark.parametrize(("papers", "said"), [(19, True), (20, False)])
def test_twenty_papers_are_needed(papers, said):
    row = [papers - 9, 3, 3, 3]
    assert (directions(counts(row, [100] * 4))[0] == "too few to say") == said


def test_periods_without_any_paper_are_none():
    table = verdict_table(counts([10, 0, 10, 0, 10, 10], [50, 0, 50, 0, 50, 50]))
    assert table["n_periods"][0] == 4
    assert table["direction"][0] != "too few to say"
    assert directions(counts([10, 0, 10, 0, 10], [50, 0, 50, 0, 50])) == ["too few to say"]


def test_all_and_nothing_are_no_trend():
    table = verdict_table(counts([[0] * 8, [50] * 8], [50] * 8))
    assert table["direction"].tolist() == ["too few to say", "flat"]
    assert table["ratio"][1] == pytest.approx(1, abs=0.02)


def test_a_group_that_is_born_late_rises_with_finite_numbers():
    rng = np.random.default_rng(3)
    late = [0, 0, 0, 0, 0, 0, 0, 40, 90, 150]
    table = verdict_table(counts([late, *rng.poisson(20, (9, 10))], [400] * 10))
    assert table["direction"][0] == "rising"
    assert np.isfinite(table[list(MEASURES)].to_numpy(dtype=float)).all()


def test_one_odd_month_at_the_end_is_no_rise():
    """Eleven months at 10 of 200, slowly falling, then 60: the median slope is negative."""
    row = [14, 13, 13, 12, 11, 10, 10, 9, 8, 8, 7, 60]
    table = verdict_table(counts([row, [50] * 12], [200] * 12))
    assert table["theil_sen"][0] < 0 < table["log_odds_per_year"][0]
    assert table["direction"][0] == "unclear"


def test_partial_periods_enter_nothing():
    totals = np.array([400] * 12 + [90])
    rows = np.array([np.r_[np.linspace(20, 80, 12).astype(int), last] for last in (0, 90)])
    made = [counts([row, totals - row], totals, partial=1) for row in rows]
    for table in (verdict_table, find_events):
        pd.testing.assert_frame_equal(table(made[0]), table(made[1]))
    alone = counts([rows[0][:12], (totals - rows[0])[:12]], totals[:12])
    pd.testing.assert_frame_equal(verdict_table(alone), verdict_table(made[0]))
    assert (
        directions(replace(made[0], is_partial=np.ones(13, dtype=bool))) == ["too few to say"] * 2
    )


def test_verdicts_do_not_hang_on_the_order_of_rows_or_on_the_name_of_time():
    rng = np.random.default_rng(7)
    papers = rng.poisson(np.linspace(10, 30, 10), (6, 10))
    made = counts(papers, papers.sum(axis=0) + 50)
    table = verdict_table(made)
    order = rng.permutation(6)
    shuffled = replace(
        counts(papers[order], made.n_total), groups=made.groups.iloc[order].reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(verdict_table(shuffled), table, rtol=1e-9)
    later = replace(
        made,
        starts=made.starts + np.timedelta64(3653, "D"),
        ends=made.ends + np.timedelta64(3653, "D"),
    )
    pd.testing.assert_frame_equal(verdict_table(later), table, rtol=1e-6)


def test_more_groups_looked_at_make_each_less_sure():
    """Alone and among 200 constant groups: p is about the same, the adjusted p is not."""
    rng = np.random.default_rng(8)
    row = np.array([7, 9, 8, 12, 11, 14, 14, 13, 17, 19])
    few = verdict_table(counts([row, *rng.poisson(10, (3, 10))], [1000] * 10)).iloc[0]
    many = verdict_table(counts([row, *rng.poisson(10, (200, 10))], [1000] * 10)).iloc[0]
    assert few["direction"] == "rising"
    assert many["direction"] == "unclear"
    assert many["p"] == pytest.approx(few["p"], abs=0.02)
    assert many["p_adjusted"] > 2 * few["p_adjusted"]


def test_one_huge_clump_is_no_trend():
    """Sixty papers on one day at the end, with 20 per day otherwise: a single clump is no trend."""
    days, months = 20, 12
    period = np.repeat(np.arange(months), days)
    size = np.full(days * months, 20)
    rng = np.random.default_rng(9)
    own = rng.binomial(20, 0.05, len(period))
    size[-1], own[-1] = 80, 60
    group = np.zeros(len(period), dtype=int)
    clumped = ClumpCounts(group, np.arange(len(period)), own, size, period)
    papers = np.bincount(period, weights=own).astype(int)
    totals = np.bincount(period, weights=size).astype(int)
    others = rng.multinomial(totals - papers, np.full(6, 1 / 6)).T
    made = counts([papers, *others], totals)
    assert verdict_table(made)["p"][0] < 0.05
    assert (find_events(made)["what"] == "burst").any()
    known = replace(made, clump_counts=clumped)
    assert verdict_table(known)["p"][0] > 0.05
    assert not (find_events(known)["what"] == "burst").any()


def test_a_mix_that_shifts_turns_the_sign_and_is_flagged():
    """Within each category the share falls, but the category with the high share grows."""
    rows = []
    for month in range(12):
        for category, total, share in (("a", 300 - 20 * month, 0.05), ("b", 60 + 20 * month, 0.4)):
            hits = round(total * share * (1 - 0.02 * month))
            rows += [(month, category, i < hits) for i in range(total)]
    frame = pd.DataFrame(rows, columns=["month", "category", "hit"])
    papers = pd.DataFrame(
        {
            "paper_id": [f"p{i:05d}" for i in range(len(frame))],
            "published": pd.to_datetime([f"2024-{m + 1:02d}-01" for m in frame["month"]]),
            "published_precision": "month",
            "category": frame["category"],
        }
    ).astype({"paper_id": "str", "published": "M8[us]", "published_precision": "str"})
    members = pd.DataFrame(
        {
            "paper_id": papers["paper_id"],
            "kind": "cluster",
            "group_id": np.where(frame["hit"], "c1", "c2"),
            "weight": 1.0,
            "is_primary": True,
        }
    )
    groups = pd.DataFrame({"kind": ["cluster"] * 2, "group_id": ["c1", "c2"]})
    made = count_papers(
        members, papers=papers, groups=groups, freq="month", reference=pd.Timestamp("2024-12-31")
    )
    assert made.strata.column == "category"
    table = verdict_table(made)
    assert table["direction"].tolist() == ["rising", "flat"]
    assert table["standardised"][0] < 0 < table["log_odds_per_year"][0]
    assert table["sign_flips"].all()
    same = verdict_table(replace(made, strata=None))
    assert same["standardised"].isna().all()
    assert not same["sign_flips"].any()
