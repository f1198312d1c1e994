"""Thresholds chosen on labelled papers, judged on papers that had no part in choosing."""

import math

import numpy as np
import pytest

from analysis.topics.accuracy.calibration import calibrate_thresholds, choose_threshold
from labelled import figures, gold_of, known, many, memberships, papers, planted_labels

# thresholds


def test_a_threshold_by_hand():
    # 12 carrying at .2 to .31, 12 not at .0: best cut between .05 (clipped 0) and .2, 12 of each.
    weights = np.array([0.2 + n / 100 for n in range(12)] + [0.0] * 12, dtype="float32")
    labels = np.array([1.0] * 12 + [0.0] * 12)
    best = (math.log(0.05 / 0.95) + math.log(0.2 / 0.8)) / 2
    expected = 1 / (1 + math.exp(-best * 12 / 22))
    assert choose_threshold(weights, labels=labels) == pytest.approx(expected, abs=1e-6)


def test_little_data_stays_near_the_middle():
    for n in (0, 1):
        labels = np.array([1.0] * n + [0.0] * 30)
        assert choose_threshold(np.full(30 + n, 0.2, "float32"), labels=labels) == 0.5
        assert choose_threshold(np.full(30 + n, 0.2, "float32"), labels=1 - labels) == 0.5
    distances = []
    for n in (2, 10, 100):
        weights = np.array([0.8] * n + [0.6] * n, dtype="float32")
        labels = np.array([1.0] * n + [0.0] * n)
        distances.append(choose_threshold(weights, labels=labels) - 0.5)
    assert 0 < distances[0] < distances[1] < distances[2] < 0.21


def test_where_the_middle_is_as_good_it_stays():
    weights = np.array([0.9] * 10 + [0.1] * 10, dtype="float32")
    assert choose_threshold(weights, labels=np.array([1.0] * 10 + [0.0] * 10)) == 0.5
    assert choose_threshold(weights, labels=np.full(20, np.nan)) == 0.5


def calibrated(labels: np.ndarray, weights: np.ndarray, *, seed: int = 0):
    ids = many(len(labels))
    gold = gold_of({"peft": labels.tolist()}, ids=ids)
    rows = memberships(*[(p, "peft", float(w)) for p, w in zip(ids, weights, strict=True)])
    return calibrate_thresholds(rows, gold=gold, papers=papers(*ids, ids=ids), seed=seed)


def test_every_paper_is_decided_by_a_threshold_chosen_without_it():
    each = planted_labels(50, seed=2)
    shifted = (each.weights[:, 0] * 0.5).astype("float32")
    found = calibrated(each.labels[:, 0], shifted)
    rows = found.decisions
    assert len(rows) == 50
    assert sorted(rows["fold"].unique()) == list(range(5))
    assert rows["fold"].value_counts().tolist() == [10] * 5
    for fold, own in rows.groupby("fold"):
        others = rows[rows["fold"] != fold]
        expected = choose_threshold(
            others["weight"].to_numpy(dtype="float32"), labels=others["label"].to_numpy()
        )
        assert own["threshold"].tolist() == [expected] * 10
    assert rows["threshold"].nunique() > 1
    assert (
        rows["given"].tolist()
        == (rows["weight"].astype("float32") >= rows["threshold"].astype("float32")).tolist()
    )


def test_the_label_of_a_paper_does_not_reach_its_own_threshold():
    """This fails where a paper has a part in the threshold it is decided by."""
    each = planted_labels(50, seed=2)
    weights = (each.weights[:, 0] * 0.5).astype("float32")
    before = calibrated(each.labels[:, 0], weights).decisions
    changed = 0
    for fold in range(5):
        own = (before["fold"] == fold).to_numpy()
        flipped = np.where(own, 1 - each.labels[:, 0], each.labels[:, 0])
        after = calibrated(flipped, weights).decisions
        assert after.loc[own, "threshold"].equals(before.loc[own, "threshold"])
        changed += not after.loc[~own, "threshold"].equals(before.loc[~own, "threshold"])
    assert changed == 5


def test_figures_on_the_papers_that_chose_look_better_than_held_out_ones():
    """Weights that mean nothing: what a threshold gains on its own papers beyond others is chance.

    (Any low threshold lifts F1 a little here, so the held-out gain itself is not 0.)
    """
    gains, leaks = [], []
    for seed in range(30):
        random = np.random.default_rng(seed)
        labels = (random.random(50) < 0.3).astype("float64")
        weights = random.uniform(0.3, 0.7, 50).astype("float32")
        found = calibrated(labels, weights, seed=seed)
        half = found.at_half["f1"].iloc[0]
        gains.append(found.held_out["f1"].iloc[0] - half)
        cut = np.float32(found.thresholds["threshold"].iloc[0])
        leaked = figures(known(labels[:, None].tolist(), weights[:, None].tolist()), at=cut)
        leaks.append(leaked.loc["t0", "f1"] - half)
    assert np.mean(gains) < np.mean(leaks) - 0.01


def test_a_shifted_recogniser_is_mended_held_out():
    random = np.random.default_rng(0)
    labels = np.array([1.0] * 60 + [0.0] * 140)
    weights = np.where(labels == 1, random.uniform(0.2, 0.4, 200), random.uniform(0.0, 0.15, 200))
    found = calibrated(labels, weights.astype("float32"))
    assert found.at_half["f1"].iloc[0] == 0
    assert found.held_out["f1"].iloc[0] > 0.9
    assert 0.1 < found.thresholds["threshold"].iloc[0] < 0.3
    assert found.thresholds["lowest"].iloc[0] <= found.thresholds["highest"].iloc[0]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_calibration_of_next_to_nothing_keeps_the_middle(n):
    found = calibrated(np.array([1.0, 0.0, 1.0])[:n], np.array([0.4, 0.3, 0.2])[:n])
    assert found.thresholds["threshold"].tolist() == [0.5]
    assert found.thresholds["note"].tolist() == ["too few labels to choose"]
    assert found.folds == n
    assert len(found.decisions) == n


def test_fewer_than_two_folds_are_a_defect():
    with pytest.raises(ValueError, match="folds is 1"):
        calibrate_thresholds(
            memberships(), gold=gold_of({"peft": []}, ids=[]), papers=papers(), folds=1
        )
