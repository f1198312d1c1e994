"""Counts and shares by group and period, on a complete grid."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.laws import check_laws
from analysis.base.schema import FREQUENCIES, TABLES, empty
from analysis.trends import choose_period, count_papers, reference_day, trend_table
from analysis.trends.events import find_events
from analysis.trends.verdicts import verdict_table
from small_counts import (
    REFERENCE,
    SMALL_GROUPS,
    SMALL_MEMBERSHIPS,
    SMALL_PAPERS,
    make_groups,
    make_memberships,
    make_papers,
    small_case,
)


def rows_of(table: pd.DataFrame, group_id: str, column: str) -> list:
    return table.loc[table["group_id"] == group_id, column].tolist()


def test_counts_by_hand():
    table = small_case()
    assert rows_of(table, "c0001", "n_total") == [3, 1, 1]
    assert rows_of(table, "c0001", "n_papers") == [3, 0, 1]
    assert rows_of(table, "c0002", "n_papers") == [0, 1, 0]  # a second cluster is not counted
    assert rows_of(table, "data", "n_papers") == [3, 0, 1]
    assert rows_of(table, "peft", "n_papers") == [0, 0, 1]  # .49 is not counted
    assert rows_of(table, "c0001", "n_low_weight") == [1, 0, 1]  # below .5
    assert rows_of(table, "c0002", "n_low_weight") == [0, 0, 0]  # .5 is not below .5
    assert rows_of(table, "data", "n_low_weight") == [1, 0, 1]  # .5 and .69; not .7
    assert rows_of(table, "peft", "share_weighted") == pytest.approx([0.49 / 3, 0, 0.75])
    assert rows_of(table, "c0002", "share_weighted") == pytest.approx([0.1 / 3, 0.5, 0])
    assert rows_of(table, "c0001", "share") == [1.0, 0.0, 1.0]
    assert rows_of(table, "data", "is_partial") == [False, False, True]
    assert table["phi"].eq(1.0).all()
    assert table["period"].dt.strftime("%Y-%m-%d").unique().tolist() == [
        "2023-01-01",
        "2024-01-01",
        "2025-01-01",
    ]
    assert table["period_end"].dt.strftime("%m-%d").unique().tolist() == ["12-31"]


def test_finer_grids_leave_out_year_precision_and_fill_gaps():
    table = small_case(freq="half-year")
    assert rows_of(table, "c0001", "n_total") == [2, 0, 0, 1, 1]
    assert rows_of(table, "c0001", "n_papers") == [2, 0, 0, 0, 1]
    assert rows_of(table, "data", "n_papers") == [2, 0, 0, 0, 1]
    empty = table[table["n_total"] == 0]
    assert len(empty) == 2 * len(SMALL_GROUPS)
    assert empty[["share", "share_low", "share_high", "share_weighted"]].isna().all(axis=None)
    assert empty["n_papers"].eq(0).all()


@pytest.mark.parametrize(
    ("freq", "first", "last"),
    [
        ("month", ("2023-05-01", "2023-05-31"), ("2025-03-01", "2025-03-31")),
        ("quarter", ("2023-04-01", "2023-06-30"), ("2025-01-01", "2025-03-31")),
        ("half-year", ("2023-01-01", "2023-06-30"), ("2025-01-01", "2025-06-30")),
        ("year", ("2023-01-01", "2023-12-31"), ("2025-01-01", "2025-12-31")),
    ],
)
def test_periods_begin_and_end_on_their_days(freq, first, last):
    days = small_case(freq=freq)[["period", "period_end"]].drop_duplicates()
    assert [str(day.date()) for day in days.iloc[0]] == list(first)
    assert [str(day.date()) for day in days.iloc[-1]] == list(last)
    following = days["period"].iloc[1:].reset_index(drop=True)
    gap = following - days["period_end"].iloc[:-1].reset_index(drop=True)
    assert (gap == pd.Timedelta(days=1)).all()


@pytest.mark.parametrize(
    ("reference", "partial"),
    [("2023-06-29", [True] * 2), ("2023-06-30", [False, True]), ("2023-12-31", [False, False])],
)
def test_a_period_is_full_once_its_last_day_has_come(reference, partial):
    papers = make_papers(["2023-05", "2023-12"])
    table = trend_table(
        count_papers(
            make_memberships([]),
            papers=papers,
            groups=make_groups([], ["data"]),
            freq="half-year",
            reference=pd.Timestamp(reference),
        )
    )
    assert table["is_partial"].tolist() == partial


def test_days_before_1970_fall_into_their_period():
    table = trend_table(
        count_papers(
            make_memberships([("p00000", "topic", "data", 1.0, True)]),
            papers=make_papers(["1969-12-31", "1970-01-01"]),
            groups=make_groups([], ["data"]),
            freq="quarter",
            reference=REFERENCE,
        )
    )
    assert table["period"].dt.strftime("%Y-%m-%d").tolist() == ["1969-10-01", "1970-01-01"]
    assert table["n_papers"].tolist() == [1, 0]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("freq", FREQUENCIES)
def test_small_sizes_keep_the_schema(n, freq):
    papers = make_papers(["2024-05-27", "2024-06", None][:n])
    rows = [(p, "cluster", "c0001", 1.0, True) for p in papers["paper_id"]]
    table = trend_table(
        count_papers(
            make_memberships(rows),
            papers=papers,
            groups=make_groups(["c0001"], []),
            freq=freq,
            reference=REFERENCE,
        )
    )
    assert {c: str(d) for c, d in table.dtypes.items()} == dict(TABLES["trends"].columns)
    assert table["n_papers"].sum() == min(n, 2)


def test_no_group_no_rows():
    table = trend_table(
        count_papers(
            make_memberships([]),
            papers=SMALL_PAPERS,
            groups=make_groups([], []),
            freq="year",
            reference=REFERENCE,
        )
    )
    assert table.empty


def test_a_membership_of_nobody_is_a_defect():
    stray = make_memberships([("p00000", "topic", "unheard-of", 1.0, True)])
    with pytest.raises(KeyError, match="name a topic that does not exist"):
        small_case(memberships=stray)
    stray = make_memberships([("p99999", "topic", "data", 1.0, True)])
    with pytest.raises(KeyError, match="name a paper that does not exist"):
        small_case(memberships=stray)


def test_inputs_are_left_as_they_were():
    memberships, papers = SMALL_MEMBERSHIPS.copy(), SMALL_PAPERS.copy()
    groups = SMALL_GROUPS.copy()
    small_case()
    choose_period(SMALL_PAPERS, reference=REFERENCE)
    reference_day(SMALL_PAPERS, snapshot_date=None)
    pd.testing.assert_frame_equal(memberships, SMALL_MEMBERSHIPS)
    pd.testing.assert_frame_equal(papers, SMALL_PAPERS)
    pd.testing.assert_frame_equal(groups, SMALL_GROUPS)


DATES = st.one_of(
    st.none(),
    st.integers(2019, 2025).map(str),
    st.tuples(st.integers(2019, 2025), st.integers(1, 12)).map(lambda d: f"{d[0]}-{d[1]:02d}"),
    st.dates(date(2019, 1, 1), date(2025, 12, 31)).map(str),
)


@settings(max_examples=60)
@given(
    dates=st.lists(DATES, max_size=30),
    freq=st.sampled_from(FREQUENCIES),
    seed=st.integers(0, 2**32 - 1),
)
def test_laws_and_shuffle_invariance(dates, freq, seed):
    rng = np.random.default_rng(seed)
    papers = make_papers(dates)
    groups = make_groups(["c0001", "c0002", "c0003"], ["data", "peft"])
    rows = [
        (p, "cluster", f"c000{rng.integers(1, 4)}", rng.random(), True) for p in papers.paper_id
    ]
    rows += [
        (p, "topic", t, rng.random(), False) for p in papers.paper_id for t in ("data", "peft")
    ]
    memberships = make_memberships(rows)
    table = trend_table(
        count_papers(memberships, papers=papers, groups=groups, freq=freq, reference=REFERENCE)
    )
    shuffled = trend_table(
        count_papers(
            memberships.sample(frac=1, random_state=seed),
            papers=papers.sample(frac=1, random_state=seed),
            groups=groups.sample(frac=1, random_state=seed),
            freq=freq,
            reference=REFERENCE,
        )
    )
    pd.testing.assert_frame_equal(table, shuffled, check_exact=True)
    assert not table.duplicated(["kind", "group_id", "period"]).any()
    counted = count_papers(
        memberships, papers=papers, groups=groups, freq=freq, reference=REFERENCE
    )
    placeable = sum(d is not None and (freq == "year" or len(d) > 4) for d in dates)
    assert table.groupby("period")["n_total"].first().sum() == placeable
    clusters = table[table["kind"] == "cluster"]
    assert (clusters.groupby("period")["n_papers"].sum()).sum() == placeable
    counts = {"cluster": {}, "topic": {}}
    for row in memberships.itertuples():
        if row.is_primary or (row.kind == "topic" and row.weight >= 0.5):
            counts[row.kind][row.group_id] = counts[row.kind].get(row.group_id, 0) + 1
    laws = check_laws(
        {
            "papers": papers,
            "memberships": memberships,
            "groups": groups.assign(
                n_papers=[
                    counts[k].get(g, 0)
                    for k, g in zip(groups["kind"], groups["group_id"], strict=True)
                ],
                parent_id=None,
                status="active",
            ),
            "trends": table,
            "evidence": empty("evidence"),
            "verdicts": empty("verdicts") if counted is None else verdict_table(counted),
            "events": empty("events") if counted is None else find_events(counted),
        }
    )
    assert laws == []
