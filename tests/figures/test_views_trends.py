"""Frames of then and now and of events: tables joined, periods chosen, order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.base.schema import TABLES, conform, empty
from analysis.figures.frames import event_table, share_table, then_and_now_table
from page_runs import made_run


def with_verdicts(run, **columns):
    """The run's topics with verdicts of their own: a column's values in the order of the ids."""
    verdicts = run.verdicts.copy()
    topics = verdicts["kind"] == "topic"
    for name, values in columns.items():
        verdicts.loc[topics, name] = values
    return replace(run, verdicts=conform(verdicts, name="verdicts"))


def with_events(run, rows):
    columns = ["kind", "group_id", "what", "start", "end", "strength", "n_papers", "p_adjusted"]
    events = pd.DataFrame(rows, columns=columns).reindex(columns=TABLES["events"].columns)
    return replace(run, events=conform(events, name="events"))


def test_then_and_now_are_the_first_and_last_full_period_with_enough_papers():
    run = made_run(120)
    shares = share_table(run, kind="topic")
    full = shares[~shares["is_partial"]]
    table = then_and_now_table(run, kind="topic")
    # 120 papers nine days apart: ten a quarter, so no period has 15 and all with papers count
    assert full["n_total"].max() < 15
    assert set(table["then"]) == {full["period"].min()}
    assert set(table["now"]) == {full["period"].max()}
    row = table.set_index("group_id").loc["topic-1"]
    first = full[(full["group_id"] == "topic-1") & (full["period"] == row["then"])].iloc[0]
    assert (row["n_then"], row["total_then"]) == (first["n_papers"], first["n_total"])
    assert (row["share_then"], row["share_then_low"], row["share_then_high"]) == (
        first["share"],
        first["share_low"],
        first["share_high"],
    )
    assert row["then_label"] == first["period_label"]


def test_periods_of_few_papers_are_passed_over():
    run = made_run(120)
    trends = run.trends.copy()
    periods = sorted(trends["period"].unique())
    trends.loc[trends["period"].isin(periods[2:5]), "n_total"] = 40
    table = then_and_now_table(replace(run, trends=trends), kind="cluster")
    assert set(table["then"]) == {periods[2]}
    assert set(table["now"]) == {periods[4]}
    assert set(table["total_now"]) == {40}


def test_the_surest_changes_come_first():
    run = with_verdicts(
        made_run(120),
        direction=["falling", "flat", "rising"],
        p_adjusted=[0.04, 0.9, 0.001],
        ratio=[0.5, 1.0, 3.0],
    )
    table = then_and_now_table(run, kind="topic")
    assert table["group_id"].tolist() == ["topic-2", "topic-0", "topic-1"]
    assert table["direction"].tolist() == ["rising", "falling", "flat"]
    assert table["ratio"].tolist() == [3.0, 0.5, 1.0]


def test_a_group_without_a_verdict_has_too_few_to_say():
    run = replace(made_run(120), verdicts=empty("verdicts"))
    table = then_and_now_table(run, kind="topic")
    assert set(table["direction"]) == {"too few to say"}
    assert table["ratio"].isna().all()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7])
def test_no_two_full_periods_is_an_empty_frame_with_all_columns(n):
    table = then_and_now_table(made_run(n), kind="topic")
    assert table.empty
    assert {"label", "share_then", "share_now_high", "direction", "ratio_low"} <= set(table)


def test_events_have_looks_labels_and_the_axis():
    start, end = pd.Timestamp("2023-07-01"), pd.Timestamp("2023-12-31")
    run = with_events(
        made_run(120),
        [
            ("topic", "topic-1", "change", start, pd.Timestamp("2023-09-30"), 0.4, 9, 0.02),
            ("topic", "topic-0", "burst", start, end, 2.5, 12, 0.01),
            ("topic", "topic-2", "change", end, end, np.nan, 3, 0.03),
            ("cluster", "c0001", "burst", start, end, 2.0, 5, 0.04),
        ],
    )
    table = event_table(run, kind="topic")
    assert table["group_id"].tolist() == ["topic-1", "topic-0", "topic-2"]
    assert table["sign"].tolist() == [-1, 1, 1]
    assert table["start_label"].tolist() == ["2023 Q3", "2023 Q3", "2023 Q4"]
    assert table["end_label"].tolist() == ["2023 Q3", "2023 Q4", "2023 Q4"]
    assert table["label"].tolist() == ["Fine-tuning", "Pretraining", "Multimodal"]
    assert set(table["freq"]) == {"quarter"}
    trends = run.trends[run.trends["kind"] == "topic"]
    assert set(table["first"]) == {trends["period"].min()}
    assert set(table["last"]) == {trends["period_end"].max()}
    assert set(table["partial_from"]) == {trends.loc[trends["is_partial"], "period"].min()}


@pytest.mark.parametrize("n", [0, 1, 30, 120])
def test_no_event_is_an_empty_frame_with_all_columns(n):
    table = event_table(made_run(n), kind="cluster")
    assert table.empty
    assert {"label", "sign", "start_label", "first", "partial_from"} <= set(table)


def test_frames_leave_the_run_alone():
    run = made_run(120)
    before = {
        name: getattr(run, name).copy() for name in ("trends", "verdicts", "events", "groups")
    }
    then_and_now_table(run, kind="cluster")
    event_table(run, kind="cluster")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(run, name), frame)
