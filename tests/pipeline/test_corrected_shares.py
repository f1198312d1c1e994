"""Shares of topics corrected for what their recogniser misses and adds: tables and command."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import InputError, corrected_shares
from analysis.base.schema import empty
from analysis.trends import corrected_share
from conftest import ROOT
from page_runs import made_run

GOLD = ROOT / "data" / "topics_gold.csv"


def scores(**topics: tuple[int, int, int]) -> pd.DataFrame:
    """Labels by topic: counted rightly, counted, belonging."""
    rows = [(topic, *three) for topic, three in topics.items()]
    return pd.DataFrame(rows, columns=["topic", "n_right", "n_predicted", "n_positive"])


def test_a_topic_that_is_counted_too_often_has_a_smaller_share():
    run = made_run(64)
    topic = run.trends.loc[run.trends["kind"] == "topic", "group_id"].iloc[0]
    found = corrected_shares(run, scores(**{topic: (30, 60, 30), "other": (1, 1, 1)}))
    stored = run.trends[run.trends["group_id"] == topic].reset_index(drop=True)
    assert found["group_id"].unique().tolist() == [topic]
    pd.testing.assert_series_equal(found["share"], stored["share"])
    assert found["corrected"].to_numpy() == pytest.approx(0.5 * stored["share"], nan_ok=True)
    one = corrected_share(
        stored["n_papers"], stored["n_total"], precision=(30, 60), recall=(30, 30),
        phi=stored["phi"],
    )  # fmt: skip
    np.testing.assert_array_equal(found["corrected_high"], one[2])
    assert (found["precision"].iloc[0], found["recall"].iloc[0]) == (0.5, 1.0)


def test_nothing_labelled_gives_nothing():
    run = made_run(64)
    assert corrected_shares(run, scores()).empty
    topic = run.trends.loc[run.trends["kind"] == "topic", "group_id"].iloc[0]
    found = corrected_shares(run, scores(**{topic: (0, 3, 0)}))
    assert found["corrected"].isna().all()
    assert found["recall"].isna().all()


def test_a_run_without_trends_is_refused():
    with pytest.raises(InputError, match="has no shares over time"):
        corrected_shares(replace(made_run(64), trends=empty("trends")), scores())


def test_the_command_prints_both_ends_of_every_topic(cli, bundled):
    said = cli("topics", "score", GOLD, bundled.path, "--shares")
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 100
    lines = [line.split() for line in said.out.splitlines() if line.startswith("peft ")]
    assert [line[1] for line in lines] == ["2019", "2024"]
    own = bundled.trends[bundled.trends["group_id"] == "peft"].set_index("period")
    last = own.loc[pd.Timestamp("2024-01-01")]
    assert lines[1][2:5] == [str(last["n_papers"]), "of", str(last["n_total"])]
    told = json.loads(cli("topics", "score", GOLD, bundled.path, "--shares", "--json").out)
    rows = pd.DataFrame(told)
    assert len(rows) == (bundled.trends["kind"] == "topic").sum()
    kept = rows.dropna(subset="corrected")
    factor = kept["precision"] / kept["recall"]
    assert kept["corrected"].to_numpy() == pytest.approx(np.minimum(kept["share"] * factor, 1))


def test_two_things_at_once_are_refused(cli, bundled):
    said = cli("topics", "score", GOLD, bundled.path, "--shares", "--calibrate")
    assert said.code == 2
    assert "one of the two, as they show different things" in said.err
