from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.laws import check_laws
from analysis.schema import FREQUENCIES, TABLES, conform, empty
from analysis.trends import choose_period, count, events, reference_day, trends, verdicts

IDS = Path(__file__).parent.parent / "data" / "arxiv_ids.csv"
REFERENCE = pd.Timestamp("2025-03-17")


def make_papers(dates: list[str | None], *, listed: list[str | None] | None = None):
    """Papers from dates such as 2024, 2024-05, 2024-05-27, None: the length is the precision."""
    precision = [None if d is None else {4: "year", 7: "month", 10: "day"}[len(d)] for d in dates]
    listed = listed or [None] * len(dates)
    return pd.DataFrame(
        {
            "paper_id": pd.Series([f"p{i:05d}" for i in range(len(dates))], dtype="str"),
            "published": _days([None if d is None else (d + "-01-01")[:10] for d in dates]),
            "published_precision": pd.Series(precision, dtype="str"),
            "listed": _days(listed),
        }
    )


def _days(values: list[str | None]) -> pd.Series:
    return pd.Series([pd.NaT if v is None else pd.Timestamp(v) for v in values], dtype="M8[us]")


def make_groups(clusters: list[str], topics: list[str]) -> pd.DataFrame:
    kinds = ["cluster"] * len(clusters) + ["topic"] * len(topics)
    return pd.DataFrame({"kind": kinds, "group_id": [*clusters, *topics]}).astype("str")


def make_memberships(rows: list[tuple]) -> pd.DataFrame:
    columns = list(TABLES["memberships"].columns)
    return conform(pd.DataFrame(rows, columns=columns), name="memberships")


def months(first: str, counts: list[int]) -> list[str]:
    starts = pd.period_range(first, periods=len(counts), freq="M")
    return [str(month) for month, n in zip(starts, counts, strict=True) for _ in range(n)]


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
    table = trends(
        make_memberships([(p, "cluster", "c0001", 1.0, True) for p in papers["paper_id"]]),
        papers=papers,
        groups=make_groups(["c0001"], []),
        freq="year",
        reference=REFERENCE,
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
    assert choice.reason.startswith(f"Papers are counted by {freq}: as asked for. ")


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
    assert choice.reason.endswith(" 240 papers known to the year only are left out.")
    more = make_papers([*by_month, *years * 60, "2023", None])
    choice = choose_period(more, reference=REFERENCE)
    assert (choice.freq, choice.n_too_coarse, choice.n_undated) == ("year", 0, 1)
    assert "241 of 481 dated papers are known to the year only" in choice.reason
    assert choice.reason.endswith(" 1 paper without a date is left out.")


def test_year_precision_alone_is_no_finer_grid():
    choice = choose_period(make_papers(["2022", "2022", "2023-05"]), reference=REFERENCE)
    assert choice.freq is None
    assert choice.reason == (
        "No trend chart: the 3 dated papers span 2 years, and a trend needs at least 4 periods; "
        "2 of 3 dated papers are known to the year only."
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
        "Papers are counted by quarter: as asked for. There is 1 quarter, none of them full. "
        "1 paper without a date is left out. 1 paper known to the year only is left out."
    )


def test_a_period_that_no_paper_fits_is_refused():
    with pytest.raises(InputError) as caught:
        choose_period(make_papers(["2024", "2023", None]), period="month", reference=REFERENCE)
    assert str(caught.value) == (
        "Found: no paper can be placed in a month: 1 without a date, 2 known to the year only\n"
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
        "Next: give one of these as the period"
    )
    with pytest.raises(InputError, match="Allowed: month, quarter, half-year, year"):
        small_case(freq="auto")


# --- the counts ---------------------------------------------------------------------------------

SMALL_PAPERS = make_papers(["2023-05", "2023-06-30", "2023", "2024-11", None, "2025-03-01"])
SMALL_GROUPS = make_groups(["c0001", "c0002"], ["data", "peft"])
SMALL_MEMBERSHIPS = make_memberships(
    [
        ("p00000", "cluster", "c0001", 0.9, True),
        ("p00000", "cluster", "c0002", 0.1, False),
        ("p00001", "cluster", "c0001", 0.4, True),
        ("p00002", "cluster", "c0001", 0.8, True),
        ("p00003", "cluster", "c0002", 0.5, True),
        ("p00004", "cluster", "c0002", 1.0, True),
        ("p00005", "cluster", "c0001", 0.3, True),
        ("p00000", "topic", "data", 0.5, True),
        ("p00000", "topic", "peft", 0.49, False),
        ("p00001", "topic", "data", 0.7, True),
        ("p00002", "topic", "data", 0.95, True),
        ("p00005", "topic", "data", 0.69, False),
        ("p00005", "topic", "peft", 0.75, True),
    ]
)


def small_case(*, freq: str = "year", memberships=SMALL_MEMBERSHIPS) -> pd.DataFrame:
    return trends(
        memberships, papers=SMALL_PAPERS, groups=SMALL_GROUPS, freq=freq, reference=REFERENCE
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
    table = trends(
        make_memberships([]),
        papers=papers,
        groups=make_groups([], ["data"]),
        freq="half-year",
        reference=pd.Timestamp(reference),
    )
    assert table["is_partial"].tolist() == partial


def test_days_before_1970_fall_into_their_period():
    table = trends(
        make_memberships([("p00000", "topic", "data", 1.0, True)]),
        papers=make_papers(["1969-12-31", "1970-01-01"]),
        groups=make_groups([], ["data"]),
        freq="quarter",
        reference=REFERENCE,
    )
    assert table["period"].dt.strftime("%Y-%m-%d").tolist() == ["1969-10-01", "1970-01-01"]
    assert table["n_papers"].tolist() == [1, 0]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("freq", FREQUENCIES)
def test_small_sizes_keep_the_schema(n, freq):
    papers = make_papers(["2024-05-27", "2024-06", None][:n])
    rows = [(p, "cluster", "c0001", 1.0, True) for p in papers["paper_id"]]
    table = trends(
        make_memberships(rows),
        papers=papers,
        groups=make_groups(["c0001"], []),
        freq=freq,
        reference=REFERENCE,
    )
    assert {c: str(d) for c, d in table.dtypes.items()} == dict(TABLES["trends"].columns)
    assert table["n_papers"].sum() == min(n, 2)


def test_no_group_no_rows():
    table = trends(
        make_memberships([]),
        papers=SMALL_PAPERS,
        groups=make_groups([], []),
        freq="year",
        reference=REFERENCE,
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


@settings(max_examples=60, deadline=None)
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
    table = trends(memberships, papers=papers, groups=groups, freq=freq, reference=REFERENCE)
    shuffled = trends(
        memberships.sample(frac=1, random_state=seed),
        papers=papers.sample(frac=1, random_state=seed),
        groups=groups.sample(frac=1, random_state=seed),
        freq=freq,
        reference=REFERENCE,
    )
    pd.testing.assert_frame_equal(table, shuffled, check_exact=True)
    assert not table.duplicated(["kind", "group_id", "period"]).any()
    counted = count(memberships, papers=papers, groups=groups, freq=freq, reference=REFERENCE)
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
            "verdicts": empty("verdicts") if counted is None else verdicts(counted),
            "events": empty("events") if counted is None else events(counted),
        }
    )
    assert laws == []
