"""How fast a suggested group grows, with a corrected verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.base.schema import empty
from analysis.topics.growth.comparisons import (
    Windows,
    adjust_p,
    fisher_p,
    share_growth,
    time_windows,
)

# growth


def dated(days: list[str | None], precision: str = "day") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "published": pd.to_datetime(pd.Series(days, dtype="object"), format="ISO8601").astype(
                "datetime64[us]"
            ),
            "published_precision": precision,
        }
    )


def periods(starts: list[str], *, freq: str = "quarter", n_partial: int = 0) -> pd.DataFrame:
    begin = pd.to_datetime(pd.Series(starts))
    months = {"quarter": 3, "year": 12}[freq]
    partial = [i >= len(starts) - n_partial for i in range(len(starts))]
    ends = begin + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    return pd.DataFrame(
        {"period": begin, "period_end": ends, "freq": freq, "is_partial": partial, "n_total": 1}
    )


def test_the_last_two_full_periods_against_the_two_before():
    trends = periods(
        ["2023-10-01", "2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01"],
        n_partial=1,
    )
    papers = dated(
        [
            "2023-12-31",
            "2024-01-01",
            "2024-06-30",
            "2024-07-01",
            "2024-12-31T22:00",
            "2025-01-01",
            None,
        ]
    )
    found = time_windows(papers, trends=trends)
    assert found.before.tolist() == [False, True, True, False, False, False, False]
    assert found.last.tolist() == [False, False, False, True, True, False, False]
    assert found.words == "2024-07-01 to 2024-12-31 against 2024-01-01 to 2024-06-30"


def test_papers_known_to_the_year_count_in_years_only():
    papers = dated(["2021-01-01", "2023-01-01"], precision="year")
    years = periods(["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01"], freq="year")
    assert time_windows(papers, trends=years).last.tolist() == [False, True]
    quarters = periods(["2023-01-01", "2023-04-01", "2023-07-01", "2023-10-01"])
    found = time_windows(papers, trends=quarters)
    assert not found.last.any()
    assert not found.before.any()
    assert time_windows(papers, trends=empty("trends")).words == ""


def test_without_four_periods_the_dated_range_is_cut_in_its_middle():
    found = time_windows(
        dated(["2024-01-01", "2024-01-06", "2024-01-07", "2024-01-11"]),
        trends=periods(["2024-01-01"]),
    )
    assert found.before.tolist() == [True, True, False, False]
    assert found.last.tolist() == [False, False, True, True]
    assert found.words == "2024-01-07 to 2024-01-11 against 2024-01-01 to 2024-01-06"
    one = time_windows(dated(["2024-01-01"]), trends=empty("trends"))
    assert (one.before.tolist(), one.last.tolist()) == ([True], [False])


def test_growth_says_counts_and_a_corrected_verdict():
    before = np.arange(80) < 40
    within = Windows(before, ~before, "then")
    rises = np.r_[0:2, 40:56]
    falls = np.r_[10:28, 60:61]
    still = np.r_[0:6, 40:46]
    few = np.r_[0:3, 40:44]
    found = share_growth([rises, falls, still, few], within=within)
    assert found["growth"].tolist() == ["rises", "falls", "no clear change", "too few to say"]
    assert found["n_before"].tolist() == [2, 18, 6, 3]
    assert found["n_last"].tolist() == [16, 1, 6, 4]
    assert found["total_before"].tolist() == found["total_last"].tolist() == [40] * 4
    p = [fisher_p(2, 40, 16, 40), fisher_p(18, 40, 1, 40), 1.0]
    assert found["p"][:3].tolist() == pytest.approx(p)
    assert found["p_adjusted"][:3].tolist() == pytest.approx(adjust_p(p).tolist())
    assert found["p"].isna().tolist() == [False, False, False, True]


def test_growth_of_nothing_and_with_few_papers_in_all():
    none = np.zeros(0, dtype=bool)
    assert share_growth([], within=Windows(none, none, "")).empty
    before = np.arange(28) < 14
    found = share_growth([np.arange(28)], within=Windows(before, ~before, ""))
    assert found["growth"].tolist() == ["too few to say"]
