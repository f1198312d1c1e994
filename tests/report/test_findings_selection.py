"""Which groups the report describes, and in which order."""

from __future__ import annotations

import pandas as pd

from analysis.report.findings.selection import (
    first_and_last,
    select_flat,
    select_moves,
    select_unclear,
)
from told_runs import MONTHS, planted_run


def verdict_rows(rows: list[tuple]) -> pd.DataFrame:
    """Make verdicts: group, direction, share first and last, ratio's interval."""
    names = ["group_id", "direction", "share_first", "share_last", "ratio_low", "ratio_high"]
    return pd.DataFrame(rows, columns=names).assign(kind="topic")


def test_rises_and_falls_come_by_their_effect_and_leave_room_for_the_rarer():
    rows = verdict_rows(
        [(f"up{i}", "rising", 0.10, 0.30 + i / 100, 2.0, 3.0) for i in range(6)]
        + [("down", "falling", 0.020, 0.010, 0.3, 0.7), ("flat", "flat", 0.5, 0.5, 0.9, 1.1)]
    )
    chosen = [key[1] for key, _ in select_moves(rows, papers={})]
    assert chosen == ["up5", "up4", "up3", "up2", "down"]
    # h of 1 to 4 % is .20, of 20 to 25 % is .12
    rows = verdict_rows([("a", "rising", 0.20, 0.25, 1, 2), ("b", "rising", 0.01, 0.04, 1, 2)])
    assert [key[1] for key, _ in select_moves(rows, papers={})] == ["b", "a"]
    assert select_moves(rows.iloc[:0], papers={}) == []


def test_groups_of_the_same_papers_are_told_once():
    rows = verdict_rows(
        [("a", "rising", 0.1, 0.3, 2, 3), ("b", "rising", 0.1, 0.25, 2, 3),
         ("c", "falling", 0.3, 0.1, 0.2, 0.4)]
    )  # fmt: skip
    papers = {("topic", "a"): frozenset("12345"), ("topic", "b"): frozenset("345"),
              ("topic", "c"): frozenset("345")}  # fmt: skip
    assert select_moves(rows, papers=papers) == [
        (("topic", "c"), ()),
        (("topic", "a"), (("topic", "b"),)),
    ] or select_moves(rows, papers=papers) == [
        (("topic", "a"), (("topic", "b"),)),
        (("topic", "c"), ()),
    ]
    papers[("topic", "b")] = frozenset("3678")
    assert len(select_moves(rows, papers=papers)) == 3


def test_flat_groups_that_seem_to_have_changed_most_come_first():
    verdicts = verdict_rows([(name, "flat", 0.1, 0.1, 0.9, 1.1) for name in "abcd"])
    names = ["group_id", "n_first", "n_last", "total_first", "total_last"]
    ends = pd.DataFrame(
        [("a", 10, 10, 100, 100), ("b", 10, 80, 100, 800), ("c", 10, 40, 100, 100),
         ("d", 10, 20, 100, 200)], columns=names,
    ).assign(kind="topic")  # fmt: skip
    assert [key[1] for key in select_flat(verdicts, ends=ends)] == ["b", "c", "d"]


def test_of_unclear_groups_those_are_told_that_neither_halved_nor_doubled():
    rows = verdict_rows([
        ("wide", "unclear", 0.1, 0.1, 0.3, 1.5), ("up", "unclear", 0.1, 0.1, 1.01, 1.5),
        ("known", "unclear", 0.1, 0.1, 0.7, 1.6), ("best", "unclear", 0.1, 0.1, 0.8, 1.3),
        ("flat", "flat", 0.1, 0.1, 0.9, 1.1),
    ])  # fmt: skip
    assert [key[1] for key in select_unclear(rows, most=3)] == ["best", "known"]
    assert select_unclear(rows, most=0) == []
    best = rows[rows["group_id"] == "best"].iloc[0]
    without = {(best["kind"], best["group_id"])}
    assert [key[1] for key in select_unclear(rows, without=without, most=3)] == ["known"]
    assert select_unclear(rows.iloc[:0], most=3) == []


def test_ends_are_the_first_and_the_last_full_period_with_papers():
    run = planted_run()
    ends = first_and_last(run.trends)
    assert ends["period_first"].eq(MONTHS[0]).all()
    assert ends["period_last"].eq(MONTHS[-2]).all()
    assert first_and_last(run.trends.iloc[:0]).empty
    one = run.trends[run.trends["period"].isin((MONTHS[0], MONTHS[-1]))]
    assert first_and_last(one).empty
