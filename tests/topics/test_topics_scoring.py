"""What a recogniser is worth on labelled papers: precision, recall, F1, Brier, reliability."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from analysis.topics.accuracy.calibration import calibrate_thresholds
from analysis.topics.accuracy.gold import Gold, read_gold
from analysis.topics.accuracy.measures import reliability, wilson
from analysis.topics.accuracy.scoring import LabelledPapers, labelled_papers, score
from conftest import ROOT
from labelled import figures, gold_of, known, many, memberships, papers, planted_labels


def test_figures_by_hand():
    # Given: papers 0, 1, 2; carrying: 0, 1, 3; so 2 right, 3 given, 3 carrying. Paper 5 unknown.
    one = [[1], [1], [0], [1], [0], [math.nan]]
    weights = [[0.9], [0.6], [0.5], [0.4], [0.0], [1.0]]
    row = figures(known(one, weights)).loc["t0"]
    assert row[["n", "n_positive", "n_predicted", "n_right"]].tolist() == [5, 3, 3, 2]
    assert row["precision"] == row["recall"] == row["f1"] == pytest.approx(2 / 3)
    # (.1² + .4² + .5² + .6² + 0) / 5
    assert row["brier"] == pytest.approx((0.01 + 0.16 + 0.25 + 0.36) / 5, abs=1e-7)
    # Wilson for 2 of 3 by hand: centre (2 + 1.9207)/(3 + 3.8415) = .5731, half .3653
    assert row["precision_low"] == pytest.approx(0.2077, abs=2e-4)
    assert row["precision_high"] == pytest.approx(0.9385, abs=2e-4)
    assert row["note"] == ""


def test_macro_and_pooled_by_hand():
    # t0: 1 right, 1 given, 2 carrying: P 1, R 1/2, F1 2/3. t1: 1, 2, 1: P 1/2, R 1, F1 2/3.
    labels = [[1, 1], [1, 0], [0, math.nan], [0, 0], [0, 0]]
    weights = [[0.9, 0.9], [0.1, 0.9], [0, 0.9], [0, 0], [0, 0]]
    table = figures(known(labels, weights))
    assert list(table.index) == ["t0", "t1", "macro", "pooled"]
    assert table.loc["macro", ["precision", "recall", "f1"]].tolist() == pytest.approx(
        [3 / 4, 3 / 4, 2 / 3]
    )
    assert table.loc["pooled", ["n", "n_positive", "n_predicted", "n_right"]].tolist() == [
        *(9, 3, 3, 2)
    ]
    assert table.loc["pooled", ["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3] * 3)
    brier = [(0.01 + 0.81) / 5, (0.01 + 0.81) / 4]
    assert table["brier"].tolist() == pytest.approx([*brier, sum(brier) / 2, 1.64 / 9], abs=1e-6)


def test_the_interval_is_wilson_s():
    k, n = np.array([0, 1, 2, 7, 10, 500]), np.array([5, 1, 3, 9, 10, 1000])
    _, low, high = wilson(k.astype(float), n.astype(float))
    expected = [binomtest(*pair).proportion_ci(method="wilson") for pair in zip(k, n, strict=True)]
    np.testing.assert_allclose(low, [pair.low for pair in expected], atol=1e-12)
    np.testing.assert_allclose(high, [pair.high for pair in expected], atol=1e-12)
    assert np.isnan(wilson(np.array([0.0]), np.array([0.0]))).all()


def test_what_cannot_be_had_is_null_and_said():
    #         nothing known, no positive, neither, nothing given
    labels = [[math.nan, 0, 0, 1], [math.nan, 0, 0, 0]] * 3
    weights = [[0.9, 0.9, 0, 0], [0, 0, 0, 0]] * 3
    table = figures(known(labels, weights))
    assert table["note"].tolist() == [
        "no labels",
        "no positives",
        "no positives, no predictions",
        "no predictions",
        "over the 1 of 4 topics with a positive",
        "",
    ]
    assert table["f1"].isna().tolist()[:4] == [True, True, True, False]
    assert table.loc["t1", "precision"] == 0
    assert math.isnan(table.loc["t1", "recall"])
    assert math.isnan(table.loc["t3", "precision"])
    assert table.loc["t3", ["recall", "f1"]].tolist() == [0, 0]
    assert table.loc["macro", "f1"] == 0
    assert math.isnan(table.loc["t0", "brier"])


@pytest.mark.parametrize("n", [0, 1, 2, 4, 5])
def test_any_number_of_papers_gives_a_table(n):
    weights = np.full((n, 1), 0.9, dtype="float32")
    each = LabelledPapers(tuple(many(n)), ("t0",), np.ones((n, 1)), weights)
    table = figures(each)
    assert table["n"].tolist() == [n] * 3
    assert table["f1"].isna().all() == (n == 0)
    # A bootstrap of a handful of papers would claim too much.
    assert table["f1_low"].isna().all() == (n < 5)


def test_no_topics_give_an_empty_table():
    each = LabelledPapers((), (), np.zeros((0, 0)), np.zeros((0, 0), "float32"))
    assert figures(each)["n"].tolist() == [0, 0]


def test_the_bootstrap_interval_is_that_of_a_plain_loop():
    each = planted_labels(60, seed=1)
    row = figures(each).loc["peft"]
    random = np.random.default_rng(99)
    label, given = each.labels[:, 0] == 1, each.weights[:, 0] >= 0.5
    found = []
    for _ in range(2000):
        rows = random.integers(0, 60, 60)
        right = (label[rows] & given[rows]).sum()
        found.append(2 * right / (label[rows].sum() + given[rows].sum()))
    assert row["f1_low"] == pytest.approx(np.quantile(found, 0.025), abs=0.03)
    assert row["f1_high"] == pytest.approx(np.quantile(found, 0.975), abs=0.03)
    assert row["f1_low"] < row["f1"] < row["f1_high"]


def test_the_interval_of_macro_f1_is_narrower_than_the_topics():
    table = figures(planted_labels(300, seed=3))
    width = table["f1_high"] - table["f1_low"]
    assert width["macro"] < min(width["peft"], width["data"])
    assert table.loc["macro", "f1"] == pytest.approx(table["f1"][["peft", "data"]].mean())


@settings(max_examples=40)
@given(st.integers(0, 30), st.integers(0, 10**6))
def test_figures_stay_in_bounds(n, seed):
    random = np.random.default_rng(seed)
    labels = random.choice([0.0, 1.0, math.nan], size=(n, 3))
    table = figures(
        LabelledPapers(
            tuple(many(n)), ("a", "b", "c"), labels, random.random((n, 3)).astype("float32")
        )
    )
    assert (table["n_right"] <= table[["n_positive", "n_predicted"]].min(axis=1)).all()
    for name in ("precision", "recall", "f1"):
        row = table[table[name].notna() & table[f"{name}_low"].notna()]
        assert row[name].between(0, 1).all()
        assert (row[f"{name}_low"] <= row[f"{name}_high"]).all()
    for name in ("precision", "recall"):
        row = table[table[f"{name}_low"].notna()]
        assert row[name].between(row[f"{name}_low"], row[f"{name}_high"]).all()


# scoring a run


def test_weights_are_taken_from_topics_and_missing_ones_are_0():
    gold = gold_of(
        {"peft": [1, 0, 1, math.nan]}, ids=["2401.00001", "2401.00002", "2401.00003", "2401.00004"]
    )
    frame = papers("A", "B", "C", "D")
    rows = memberships(("2401.00001", "peft", 0.7), ("2401.00002", "data", 0.9))
    clusters = memberships(("2401.00003", "peft", 1.0), kind="cluster")
    found = labelled_papers(pd.concat([rows, clusters]), gold=gold, papers=frame)
    assert found.papers == ("2401.00001", "2401.00002", "2401.00003")
    assert found.weights[:, 0].tolist() == pytest.approx([0.7, 0, 0])
    scores = score(rows, gold=gold, papers=frame)
    row = scores.table.iloc[0]
    assert (row["n"], row["n_right"], row["n_predicted"]) == (3, 1, 1)


def test_thresholds_move_what_is_given_and_the_edge_belongs():
    gold = gold_of({"peft": [1.0] * 5}, ids=many(5))
    frame = papers(*"ABCDE", ids=many(5))
    rows = memberships(
        *[(p, "peft", w) for p, w in zip(many(5), [0.2, 0.4, 0.5, 0.7, 0.9], strict=True)]
    )
    for cuts, n in [(None, 3), ({"peft": 0.7}, 2), ({"peft": 0.3}, 4), ({"data": 0.1}, 3)]:
        table = score(rows, gold=gold, papers=frame, thresholds=cuts).table
        assert table["n_predicted"].iloc[0] == n


def test_the_order_of_rows_changes_nothing():
    random = np.random.default_rng(5)
    ids = many(40)
    gold = gold_of({"peft": random.integers(0, 2, 40).astype(float).tolist()}, ids=ids)
    frame = papers(*ids, ids=ids)
    rows = memberships(
        *[(p, "peft", float(w)) for p, w in zip(ids, random.random(40), strict=True)]
    )
    one = score(rows, gold=gold, papers=frame)
    mixed = Gold("gold.csv", gold.rows.sample(frac=1, random_state=1), gold.topics, ())
    other = score(
        rows.sample(frac=1, random_state=2), gold=mixed, papers=frame.sample(frac=1, random_state=3)
    )
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.reliability, other.reliability)
    again = calibrate_thresholds(rows, gold=gold, papers=frame)
    mixed_too = calibrate_thresholds(rows[::-1], gold=mixed, papers=frame[::-1])
    pd.testing.assert_frame_equal(again.decisions, mixed_too.decisions)
    assert not one.table.equals(score(rows, gold=gold, papers=frame, seed=1).table)


def test_only_papers_drawn_at_random_count():
    ids = many(6)
    drawn = ["random", "near", "random", "near", "near", ""]
    gold = gold_of({"peft": [1, 0, 0, 0, 0, 0]}, ids=ids, drawn=drawn)
    rows = memberships(*[(p, "peft", 0.9) for p in ids])
    found = score(rows, gold=gold, papers=papers(*ids, ids=ids))
    assert found.n_papers == 2
    assert found.table["precision"].iloc[0] == 0.5
    assert found.notes[0].startswith("only the 2 papers drawn at random count; 4 others")
    plain = score(
        rows, gold=gold_of({"peft": [1, 0, 0, 0, 0, 0]}, ids=ids), papers=papers(*ids, ids=ids)
    )
    assert plain.n_papers == 6
    assert plain.notes == ()


def test_decisions_by_hand_are_left_out():
    ids = many(3)
    gold = gold_of({"peft": [1, 1, 0], "data": [1, 1, 0]}, ids=ids)
    evidence = pd.DataFrame(
        [
            (ids[0], "topic", "peft", "override", "yes", "", 0.1),
            (ids[1], "topic", "peft", "phrase", "x", "", 0.1),
        ],
        columns=["paper_id", "kind", "group_id", "how", "text", "sentence", "value"],
    )
    rows = memberships((ids[0], "peft", 1.0))
    found = score(rows, gold=gold, papers=papers(*ids, ids=ids), evidence=evidence)
    assert found.table["n"].tolist()[:2] == [2, 3]
    assert found.notes == ("1 label left out: decided by hand",)


def test_reliability_by_hand():
    weights = [[w] for w in (0.04, 0.05, 0.29, 0.3, 0.5, 0.69, 0.7, 0.9, 1.0, 1.0)]
    labels = [[1], [0], [1], [0], [1], [0], [1], [1], [1], [math.nan]]
    papers = known(labels, weights)
    table = reliability(papers.labels, weights=papers.weights)
    assert table["n"].tolist() == [2, 1, 2, 1, 2]
    assert table["mean_weight"].tolist() == pytest.approx([0.17, 0.3, 0.595, 0.7, 0.95], abs=1e-6)
    assert table["share_true"].tolist() == [0.5, 0, 0.5, 1, 1]
    assert (table["share_low"] <= table["share_true"]).all()


def test_reliability_of_calibrated_weights_lies_on_the_diagonal():
    papers = planted_labels(4000, seed=7)
    table = reliability(papers.labels, weights=papers.weights)
    assert (table["n"] > 100).all()
    assert (table["mean_weight"] - table["share_true"]).abs().max() < 0.05


# the bundled labels


def test_the_bundled_labels_are_of_the_bundled_papers(bundled):
    gold = read_gold(ROOT / "data" / "topics_gold.csv", topics=_bundled_topics(bundled))
    assert len(gold.rows) == 177
    assert gold.ignored == ()
    found = score(bundled.memberships, gold=gold, papers=bundled.papers, evidence=bundled.evidence)
    assert found.unmatched == ()
    assert found.n_papers == 177
    assert gold.rows[list(gold.topics)].isna().to_numpy().sum() == 20


def _bundled_topics(bundled) -> list[str]:
    return bundled.groups.loc[bundled.groups["kind"] == "topic", "group_id"].tolist()
