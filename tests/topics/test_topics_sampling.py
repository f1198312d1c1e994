from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.escaping import for_spreadsheet
from analysis.topics.accuracy.gold import read_gold
from analysis.topics.accuracy.sampling import sample_for_labelling, write_sample
from analysis.topics.accuracy.scoring import match_gold, score
from hostile import HOSTILE


def population(n: int, *, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Papers, their weights for "peft" (a third have none), and whether they truly belong."""
    random = np.random.default_rng(seed)
    ids = [f"p{number:04d}" for number in range(n)]
    weights = np.where(random.random(n) < 1 / 3, 0, random.uniform(0.05, 1, n)).astype("float32")
    # The recogniser is wrong most often near the threshold.
    truth = pd.Series(random.random(n) < weights**2 * 0.9 + 0.05, index=ids)
    papers = pd.DataFrame(
        {"paper_id": ids, "title": [f"Title {i}" for i in ids], "abstract": "An abstract."}
    )
    papers = papers.astype("str").assign(aliases=[[] for _ in ids])
    rows = [(i, "topic", "peft", w, False) for i, w in zip(ids, weights.tolist(), strict=True) if w]
    columns = ["paper_id", "kind", "group_id", "weight", "is_primary"]
    members = pd.DataFrame(rows, columns=columns)
    members = members.astype({"paper_id": "str", "kind": "str", "group_id": "str"})
    return papers, members.astype({"weight": "float32"}), truth


def drawn(n_papers: int, *, n: int, **settings: object) -> pd.DataFrame:
    papers, members, _ = population(n_papers)
    return sample_for_labelling(members, papers=papers, topic="peft", n=n, **settings)


def test_half_is_random_and_half_nearest_to_the_threshold():
    papers, members, _ = population(300)
    sample = sample_for_labelling(members, papers=papers, topic="peft", n=30)
    assert list(sample.columns) == [
        *("arxiv_id", "title", "abstract", "weight", "drawn", "chance", "peft")
    ]
    assert sample["arxiv_id"].is_unique
    assert sample["drawn"].value_counts().to_dict() == {"random": 15, "near": 15}
    assert (sample["peft"] == "").all()
    own = members.set_index("paper_id")["weight"].astype(float)
    known = sample["arxiv_id"].map(own).fillna(0)
    assert sample["weight"].tolist() == pytest.approx(known.tolist())
    random = sample[sample["drawn"] == "random"]
    assert random["chance"].tolist() == [15 / 300] * 15
    near = sample[sample["drawn"] == "near"]
    assert near["chance"].isna().all()
    left = own.drop(random["arxiv_id"], errors="ignore")
    distance = np.abs(np.log(left / (1 - left)))
    assert set(near["arxiv_id"]) == set(distance.sort_values(kind="stable").index[:15])


def test_near_is_measured_in_log_odds():
    papers, _, _ = population(3)
    members = pd.DataFrame(
        [("p0000", "topic", "peft", 0.999), ("p0001", "topic", "peft", 0.1)],
        columns=["paper_id", "kind", "group_id", "weight"],
    )
    found = {
        tuple(row.arxiv_id for row in sample.itertuples() if row.drawn == "near")
        for seed in range(20)
        for sample in [sample_for_labelling(members, papers=papers, topic="peft", n=2, seed=seed)]
    }
    # .1 is nearer (2.2 against 6.9), so .999 comes only where .1 was drawn at random.
    assert found == {("p0001",), ("p0000",)}


@pytest.mark.parametrize("n_papers", [0, 1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 30])
def test_small_populations_are_drawn_as_far_as_they_go(n_papers, n):
    sample = drawn(n_papers, n=n)
    assert len(sample) <= min(n, n_papers)
    assert len(sample) >= min(n, n_papers) - 1
    assert sample["arxiv_id"].is_unique
    random = sample[sample["drawn"] == "random"]
    if n_papers:
        assert random["chance"].tolist() == [len(random) / n_papers] * len(random)


def test_where_few_papers_have_a_weight_more_are_random():
    papers, members, _ = population(100)
    sample = sample_for_labelling(members.head(2), papers=papers, topic="peft", n=20)
    assert (sample["drawn"] == "random").sum() == 18
    none = sample_for_labelling(members.head(0), papers=papers, topic="peft", n=20)
    assert none["drawn"].tolist() == ["random"] * 20


def test_papers_labelled_before_are_left_out():
    before = drawn(100, n=40)
    after = drawn(100, n=40, already=before["arxiv_id"].tolist())
    assert not set(before["arxiv_id"]) & set(after["arxiv_id"])
    chance = after["chance"].dropna()
    assert chance.iloc[0] == len(chance) / (100 - len(before))
    everything = [f"p{number:04d}" for number in range(100)]
    assert len(drawn(100, n=5, already=everything)) == 0


def test_the_order_of_rows_changes_nothing_and_the_seed_does():
    papers, members, _ = population(80)
    one = sample_for_labelling(members, papers=papers, topic="peft", n=20)
    mixed = sample_for_labelling(
        members[::-1], papers=papers.sample(frac=1, random_state=1), topic="peft", n=20
    )
    pd.testing.assert_frame_equal(one, mixed)
    assert set(one["arxiv_id"]) != set(drawn(80, n=20, seed=1)["arxiv_id"])


def test_the_random_half_is_the_same_for_every_topic():
    papers, members, _ = population(80)
    samples = [
        sample_for_labelling(members, papers=papers, topic=topic, n=20) for topic in ("peft", "x")
    ]
    ids = [set(s.loc[s["drawn"] == "random", "arxiv_id"]) for s in samples]
    assert ids[0] <= ids[1]


def test_the_inputs_are_left_as_they_were():
    papers, members, _ = population(20)
    copies = papers.copy(), members.copy()
    sample_for_labelling(members, papers=papers, topic="peft", n=10)
    pd.testing.assert_frame_equal(papers, copies[0])
    pd.testing.assert_frame_equal(members, copies[1])


def test_every_paper_has_the_same_chance_of_a_random_draw():
    papers, members, _ = population(40)
    times = pd.Series(0, index=papers["paper_id"])
    for seed in range(400):
        sample = sample_for_labelling(members, papers=papers, topic="peft", n=20, seed=seed)
        times[sample.loc[sample["drawn"] == "random", "arxiv_id"]] += 1
    # 400 draws of chance 10/40: mean 100, standard deviation 8.7.
    assert times.sum() == 4000
    assert times.between(100 - 4 * 8.7, 100 + 4 * 8.7).all()


def test_wrong_requests_are_refused():
    with pytest.raises(InputError, match="0 papers to draw"):
        drawn(10, n=0)
    papers, members, _ = population(10)
    with pytest.raises(InputError, match="topic 'title' has the name of another column"):
        sample_for_labelling(members, papers=papers, topic="title")


# the estimate


def test_the_estimate_from_random_rows_is_unbiased_and_that_from_all_rows_is_not(tmp_path):
    papers, members, truth = population(400, seed=3)
    given = papers["paper_id"].map(members.set_index("paper_id")["weight"]).fillna(0) >= 0.5
    true_precision = truth[papers.loc[given, "paper_id"]].mean()
    estimates, naive = [], []
    for seed in range(60):
        sample = sample_for_labelling(members, papers=papers, topic="peft", n=120, seed=seed)
        sample["peft"] = ["1" if truth[i] else "0" for i in sample["arxiv_id"]]
        path = tmp_path / f"{seed}.csv"
        write_sample(sample, path=path)
        gold = read_gold(path, topics=["peft"])
        found = score(members, gold=gold, papers=papers)
        assert found.n_papers == 60
        assert "only the 60 papers drawn at random count; 60 others" in found.notes[0]
        row = found.table.iloc[0]
        estimates.append((row["precision"], row["n_positive"] / row["n"]))
        own = sample[sample["weight"] >= 0.5]
        naive.append((own["peft"] == "1").mean())
    precision, share = np.mean(estimates, axis=0)
    # The standard error of a mean of 60 precisions on about 20 papers each is about .013.
    assert precision == pytest.approx(true_precision, abs=0.04)
    assert share == pytest.approx(truth.mean(), abs=0.02)
    assert np.mean(naive) < true_precision - 0.06


# the file


def labelled_back(tmp_path: Path, title: str) -> tuple[list[list[str]], pd.DataFrame]:
    papers = pd.DataFrame(
        {"paper_id": ["=1+1"], "title": [title], "abstract": ["@x\ty"], "aliases": [[]]}
    )
    papers = papers.astype({"paper_id": "str", "title": "str", "abstract": "str"})
    members = pd.DataFrame(
        [("=1+1", "topic", "peft", 0.5)], columns=["paper_id", "kind", "group_id", "weight"]
    )
    sample = sample_for_labelling(members, papers=papers, topic="peft", n=1)
    write_sample(sample.assign(peft="1"), path=tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.reader(file))
    gold = read_gold(tmp_path / "s.csv", topics=["peft"])
    return cells, match_gold(gold, papers=papers).rows


@pytest.mark.parametrize("title", [*HOSTILE, "+1", "-1", "@SUM(A1)", "=1", "＝1", "\t=1", "\r=1"])
def test_no_cell_is_a_formula_and_the_paper_is_found_again(tmp_path, title):
    stored = title.replace("\ud800", "\ufffd")
    cells, rows = labelled_back(tmp_path, stored)
    assert len(cells) == 2
    for cell in cells[1]:
        assert not cell.startswith(tuple("=+-@＝＋－＠\t\r"))
        assert "\n" not in cell
        assert "\x1b" not in cell
    assert cells[1][0] == "'=1+1"
    assert cells[1][2] == "'@x y"
    assert rows["paper_id"].tolist() == ["=1+1"]
    assert rows["peft"].tolist() == [1]


def test_formulas_are_told_by_their_first_sign():
    assert for_spreadsheet("=1") == "'=1"
    assert for_spreadsheet(" \t-1") == "'-1"
    assert for_spreadsheet("a=1") == "a=1"
    assert for_spreadsheet("") == ""


def test_an_existing_file_is_never_overwritten(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("my labels")
    with pytest.raises(InputError, match=r"s\.csv exists"):
        write_sample(drawn(5, n=3), path=path)
    assert path.read_text() == "my labels"


def test_where_nothing_can_be_written_nothing_is_left(tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        write_sample(drawn(5, n=3), path=tmp_path / "no" / "s.csv")
    assert list(tmp_path.iterdir()) == []


def test_numbers_are_short_and_nulls_empty(tmp_path):
    write_sample(drawn(7, n=4), path=tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["chance"] for row in rows if row["drawn"] == "near"} == {""}
    assert {row["chance"] for row in rows if row["drawn"] == "random"} == {f"{2 / 7:.6g}"}
    assert all(math.isfinite(float(row["weight"])) for row in rows)
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]
