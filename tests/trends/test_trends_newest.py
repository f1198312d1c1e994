"""The newest full period against those before it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.trends import newest_period

MONTHS = pd.date_range("2024-01-01", periods=14, freq="MS").as_unit("us")


def trends_of(
    counts: dict[str, list[int]], *, totals: list[int], partial: tuple[int, ...] = (), kind="topic"
) -> pd.DataFrame:
    """Return the columns of table `trends` that are read, for the last months."""
    months = MONTHS[: len(totals)]
    rows = [
        {
            **{"kind": kind, "group_id": group, "period": months[i]},
            **{"n_papers": k, "n_total": totals[i], "phi": 1.0, "is_partial": i in partial},
            **{"share": k / totals[i] if totals[i] else np.nan, "share_low": 0.0},
            "share_high": 1.0,
        }
        for group, values in counts.items()
        for i, k in enumerate(values)
    ]
    return pd.DataFrame(rows)


def one(table: pd.DataFrame, group: str) -> pd.Series:
    return table.set_index("group_id").loc[group]


def test_counts_are_those_of_the_periods_before():
    # 13 months of 100: the newest is month 12, the 12 before are all the others.
    counts = {"a": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], "b": [20] * 13, "c": [5] * 13}
    row = one(newest_period(trends_of(counts, totals=[100] * 13)), "a")
    assert (row["period"], row["n_papers"], row["n_total"]) == (MONTHS[12], 13, 100)
    assert (row["periods_3"], row["papers_3"], row["total_3"]) == (3, 33, 300)
    assert (row["periods_12"], row["papers_12"], row["total_12"]) == (12, 78, 1200)
    assert row["share_3"] == pytest.approx(0.11)
    assert row["difference_3"] == pytest.approx(0.02)
    assert row["difference_12"] == pytest.approx(0.13 - 0.065)


def test_partial_and_empty_periods_are_left_out():
    totals = [100, 100, 100, 0, 100, 100, 100]
    counts = {"a": [5, 5, 5, 0, 5, 7, 90], "b": [9] * 3 + [0] + [9] * 3, "c": [9] * 7}
    counts["c"][3] = 0
    row = one(newest_period(trends_of(counts, totals=totals, partial=(0, 6))), "a")
    assert (row["period"], row["n_papers"]) == (MONTHS[5], 7)
    # Months 1, 2 and 4: month 0 is partial, month 3 has no papers.
    assert (row["periods_3"], row["papers_3"], row["total_3"]) == (3, 15, 300)
    assert row["periods_12"] == 3


@pytest.mark.parametrize(
    ("totals", "n_rows"),
    [([], 0), ([100], 0), ([100] * 3, 0), ([100] * 4, 1), ([100] * 3 + [14], 0)],
)
def test_too_few_periods_or_papers_say_nothing(totals, n_rows):
    trends = (
        trends_of({"a": [1] * len(totals)}, totals=totals)
        if totals
        else trends_of({"a": [0]}, totals=[0])
    )
    assert len(newest_period(trends)) == n_rows


def test_p_is_that_of_two_counts():
    """The deviate of the exact p of two Poisson counts is compared with Student's t: p grows."""
    quiet = {f"g{i}": [3] * 13 for i in range(6)}
    counts = {**quiet, "a": [3] * 12 + [15]}
    row = one(newest_period(trends_of(counts, totals=[1000] * 13)), "a")
    exact = 2 * stats.binomtest(15, 15 + 36, 1 / 13, alternative="greater").pvalue
    assert exact < row["p_12"] < 10 * exact
    # Two spans, seven groups of which it is the surest, one kind.
    assert row["p_adjusted"] == pytest.approx(2 * 7 * min(row["p_3"], row["p_12"]))
    assert (row["change"], row["against"]) == ("more", 12)


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        pytest.param([0] * 12, 20, "new", id="never before"),
        pytest.param([9] * 2 + [1] * 7 + [0] * 3, 20, "back", id="not in the last three"),
        pytest.param([10] * 12, 40, "more", id="more"),
        pytest.param([40] * 12, 8, "less", id="less"),
        pytest.param([20] * 12, 0, "quiet", id="no paper any more"),
        pytest.param([10] * 12, 13, "not known", id="chance"),
    ],
)
def test_what_a_change_is_called(before, now, change):
    counts = {f"g{i}": [10 + (i + j) % 3 for j in range(13)] for i in range(8)}
    table = newest_period(trends_of({**counts, "a": [*before, now]}, totals=[300] * 13))
    assert one(table, "a")["change"] == change
    assert set(table.loc[table["group_id"] != "a", "change"]) == {"not known"}


def test_the_interval_of_the_difference_covers_it():
    counts = {"a": [10] * 12 + [40], "b": [50] * 13, "c": [0] * 13}
    table = newest_period(trends_of(counts, totals=[300] * 13))
    for row in table.to_dict("records"):
        for span in (3, 12):
            assert row[f"low_{span}"] <= row[f"difference_{span}"] <= row[f"high_{span}"]
    assert one(table, "a")["low_12"] > 0
    assert one(table, "b")["low_12"] < 0 < one(table, "b")["high_12"]


def test_the_usual_scatter_of_a_group_is_no_news():
    calm = {f"g{i}": [20] * 13 for i in range(4)}
    wild = {f"w{i}": [5, 45] * 6 + [45] for i in range(4)}
    table = newest_period(trends_of({**calm, **wild}, totals=[300] * 13))
    assert set(table["change"]) == {"not known"}
    alone = newest_period(trends_of({**calm, "a": [20] * 12 + [45]}, totals=[300] * 13))
    assert one(alone, "a")["change"] == "more"


def test_one_workshop_is_no_movement():
    trends = trends_of({"a": [5] * 12 + [30], "b": [20] * 13, "c": [9] * 13}, totals=[300] * 13)
    day = pd.Timestamp("2025-01-10")
    papers = pd.DataFrame({"kind": "topic", "group_id": "a", "day": [day] * 30})
    papers = papers.assign(day_precision="day")
    assert one(newest_period(trends, papers=papers), "a")["change"] == "not known"
    spread = papers.assign(day=pd.date_range("2025-01-01", periods=30))
    assert one(newest_period(trends, papers=spread), "a")["change"] == "more"
    monthly = papers.assign(day_precision="month")
    assert one(newest_period(trends, papers=monthly), "a")["change"] == "more"


def test_words_are_a_family_of_their_own():
    groups = trends_of({"a": [5] * 12 + [18], "b": [20] * 13, "c": [9] * 13}, totals=[300] * 13)
    words = trends_of({f"w{i}": [9] * 13 for i in range(200)}, totals=[300] * 13, kind="word")
    alone = one(newest_period(groups), "a")
    both = newest_period(pd.concat([groups, words]))
    assert one(both[both["kind"] == "topic"], "a")["p_adjusted"] == alone["p_adjusted"]


def test_draws_without_any_change_tell_nothing():
    rng = np.random.default_rng(5)
    totals = [250] * 13
    told = 0
    for _ in range(60):
        shares = rng.uniform(0.01, 0.15, size=30)
        counts = {f"g{i}": list(rng.binomial(250, p, size=13)) for i, p in enumerate(shares)}
        told += (newest_period(trends_of(counts, totals=totals))["change"] != "not known").any()
    assert told <= 4
