"""Shares reported before, clusters that are new, and which runs go back to which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import InputError
from analysis.base.schema import TABLES, conform, empty
from analysis.runs import Run, line_of, read_run, sha256
from analysis.runs.comparison import compare, compare_opened, compare_with_parent
from analysis.runs.new_clusters import new_clusters, old_homes
from analysis.runs.shares import has_left, restated_by_runs, restated_shares
from page_runs import made_run, written
from two_runs import lineage_rows, tiny_run, trend_rows, with_parent

DAY = "2024-01-01"


# shares reported before


def test_restated_by_hand():
    then = trend_rows([("topic", "t", "2023", 2, 10), ("topic", "t", "2024", 5, 10),
                       ("topic", "t", "2025", 0, 0), ("cluster", "c1", "2024", 3, 10)])  # fmt: skip
    now = trend_rows([("topic", "t", "2023", 4, 12), ("topic", "t", "2024", 6, 11),
                      ("topic", "t", "2025", 1, 2), ("cluster", "c1", "2024", 4, 11)])  # fmt: skip
    table = restated_shares(now, older={"0001": then})
    assert list(table.columns) == list(TABLES["restated"].columns)
    # 2025 had no paper then: nothing was reported.
    assert list(table["group_id"]) == ["c1", "t", "t"]
    first = table.iloc[1]
    assert first[["run", "kind"]].tolist() == ["0001", "topic"]
    assert first["period"] == pd.Timestamp("2023-01-01")
    assert first["share_then"] == pytest.approx(0.2)
    assert first["share_then_low"] == pytest.approx(0.1)
    assert first["share_then_high"] == pytest.approx(0.3)
    assert first["share_now"] == pytest.approx(1 / 3)
    # 4/12 lies above .3; 6/11 = .545 within .4 to .6; 4/11 = .364 within .2 to .4.
    assert has_left(table).tolist() == [False, True, False]
    assert set(restated_shares(now, older={"0001": then}, clusters=False)["kind"]) == {"topic"}


def test_a_share_below_its_interval_has_left_it_and_a_lost_one_has_not():
    then = trend_rows([("topic", "t", "2023", 5, 10), ("topic", "t", "2024", 5, 10)])
    now = trend_rows([("topic", "t", "2023", 1, 10), ("topic", "t", "2024", 0, 0)])
    table = restated_shares(now, older={"0001": then})
    assert has_left(table).tolist() == [True, False]
    assert table["share_now"].isna().tolist() == [False, True]


def test_history_agrees_with_the_stored_runs(tmp_path):
    runs = [replace(made_run(n), name=f"000{k}") for k, n in enumerate((40, 80, 120), start=1)]
    folders = {run.name: written(run, tmp_path) for run in runs[:2]}
    table = restated_by_runs(runs[2].trends, folders=folders)
    assert set(table["run"]) == {"0001", "0002"}
    key = ["kind", "group_id", "period"]
    stored = {run.name: run.trends.set_index(key) for run in runs}
    for row in table.to_dict("records"):
        place = tuple(row[name] for name in key)
        then = stored[row["run"]].loc[place]
        assert row["share_then"] == then["share"]
        assert (row["share_then_low"], row["share_then_high"]) == (
            then["share_low"], then["share_high"])  # fmt: skip
        assert row["share_now"] == stored["0003"].at[place, "share"]
    # Every share that was reported of what both have is there.
    known = set(stored["0003"].index)
    for name in folders:
        reported = stored[name][stored[name]["share"].notna()].index
        assert (table["run"] == name).sum() == len(set(reported) & known)


def test_runs_of_other_periods_and_without_trends_have_no_history():
    years = trend_rows([("topic", "t", "2024", 5, 10)])
    quarters = trend_rows([("topic", "t", "2024", 5, 10)], freq="quarter")
    nothing = empty("trends")
    assert restated_shares(years, older={"0001": quarters, "0002": nothing}).empty
    assert restated_shares(nothing, older={"0001": years}).empty
    assert restated_shares(years, older={}).dtypes.equals(empty("restated").dtypes)


# new clusters


def three_clusters() -> Run:
    """c1 and c2 lie apart, c3 lies by c2; the papers e and f came last."""
    rows = [("a", DAY, "c1", "t"), ("b", DAY, "c1", ""), ("c", DAY, "c2", ""),
            ("d", DAY, "c2", ""), ("e", DAY, "c3", ""), ("f", "2025-01-01", "c3", "")]  # fmt: skip
    vectors = np.array([[1, 0], [1, 0], [-0.6, 0.8], [-0.6, 0.8], [-0.8, 0.6], [-0.8, 0.6]])
    trends = trend_rows([("cluster", "c3", "2024", 1, 5), ("cluster", "c3", "2025", 1, 1)])
    return tiny_run(rows, name="0002", vectors=vectors.astype("float32"), trends=trends,
                    labels={"c2": "Second", "c3": "Third"})  # fmt: skip


def test_a_born_cluster_by_hand():
    table = new_clusters(three_clusters(), known={"c1", "c2"}, added={"f", "x"})
    assert len(table) == 1
    row = table.iloc[0]
    assert row[["group_id", "label", "n_papers", "n_added"]].tolist() == ["c3", "Third", 2, 1]
    near = row[["nearest_kind", "nearest_id", "nearest_label"]].tolist()
    assert near == ["cluster", "c2", "Second"]
    # The mean of all is (-2/15, 7/15): c2 lies at (-7/15, 1/3) from it, c3 at (-2/3, 2/15).
    c2, c3 = np.array([-7 / 15, 1 / 3]), np.array([-2 / 3, 2 / 15])
    cosine = c2 @ c3 / (np.linalg.norm(c2) * np.linalg.norm(c3))
    assert row["similarity"] == pytest.approx(cosine, abs=1e-6)
    assert row["growth"] == [(pd.Timestamp("2024-01-01"), 1), (pd.Timestamp("2025-01-01"), 1)]
    assert row["exemplars"] == ["e", "f"]


def test_the_nearest_known_group_may_be_a_topic():
    run = three_clusters()
    table = new_clusters(run, known=set(), added=set()).set_index("group_id")
    assert (table["nearest_id"] == "t").all()
    bare = replace(run, memberships=run.memberships[run.memberships["kind"] == "cluster"])
    alone = new_clusters(bare, known=set(), added=set())
    assert (alone["nearest_id"] == "").all()
    assert alone["similarity"].isna().all()
    assert new_clusters(run, known={"c1", "c2", "c3"}, added=set()).empty


def test_where_the_papers_of_a_cluster_were():
    old = tiny_run([("a", DAY, "c1", ""), ("b", DAY, "c1", ""), ("c", DAY, "c2", "")], name="0001",
                   labels={"c1": "First"})  # fmt: skip
    new = tiny_run([("a", DAY, "c9", ""), ("b", DAY, "c9", ""), ("c", DAY, "c9", ""),
                    ("d", DAY, "c8", "")], name="0002")  # fmt: skip
    table = old_homes(old, new, same={i: i for i in "abc"})
    assert table.to_dict("records") == [
        {"group_id": "c9", "label": "c9", "n_papers": 3, "n_shared": 3, "old_id": "c1",
         "old_label": "First", "n_from": 2}
    ]  # fmt: skip


# which runs go back to which


@pytest.fixture
def series(tmp_path: Path) -> list[Run]:
    """Three runs that extend one another: b moves, then c3 splits off c1, then c2 merges."""
    one = tiny_run([("a", DAY, "c1", "t"), ("b", DAY, "c1", ""), ("c", DAY, "c2", "")],
                   name="0001")  # fmt: skip
    paths = [written(one, tmp_path)]
    two = tiny_run([("a", DAY, "c1", "t"), ("b", DAY, "c3", ""), ("c", DAY, "c2", ""),
                    ("d", DAY, "c3", "")], name="0002",
                   lineage=lineage_rows(("kept", "c1", "c1"), ("split", "c3", "c1")))  # fmt: skip
    paths.append(written(with_parent(two, paths[0]), tmp_path))
    three = tiny_run([("a", DAY, "c1", "t"), ("b", DAY, "c3", ""), ("c", DAY, "c3", ""),
                      ("d", DAY, "c3", ""), ("e", DAY, "c3", "t")], name="0003",
                     lineage=lineage_rows(("merged", "c3", "c2")))  # fmt: skip
    paths.append(written(with_parent(three, paths[1]), tmp_path))
    return [read_run(path) for path in paths]


def test_a_line_is_followed_to_its_start(series):
    assert list(line_of(series[2])) == ["0002", "0001"]
    assert list(line_of(series[0])) == []


def test_a_line_ends_at_a_parent_that_is_not_the_one(series):
    manifest = series[0].path / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n", encoding="utf-8")
    assert list(line_of(series[2])) == ["0002"]
    assert compare_opened(series[0], series[2]).ids == "other"
    (series[1].path / "manifest.json").unlink()
    assert list(line_of(series[2])) == []


def test_the_lineage_between_is_that_of_all_runs_between(series):
    assert compare_opened(series[1], series[2]).lineage["event"].tolist() == ["merged"]
    far = compare_opened(series[0], series[2])
    assert far.ids == "same"
    assert far.lineage["event"].tolist() == ["split", "merged"]
    assert far.born["group_id"].tolist() == ["c3"]
    # Backwards the ids mean the same, but nothing was born.
    back = compare_opened(series[2], series[0])
    assert (back.ids, len(back.lineage)) == ("same", 0)
    assert "reads backwards" in back.notes[0]


def test_runs_of_two_series_share_no_ids(series, tmp_path):
    other = read_run(written(replace(series[1], name="0009"), tmp_path / "other"))
    assert compare_opened(series[0], other).ids == "other"


def test_of_its_parent_says_what_the_two_runs_say(series):
    old, new = series[0], series[1]
    found = compare(old, new, ids="same", lineage=new.lineage)
    papers = new.papers.assign(first_run=["0001", "0001", "0001", "0002"])
    stored = replace(new, papers=papers, changes=found.changes, moves=found.moves,
                     restated=found.restated)  # fmt: skip
    alone = compare_with_parent(stored)
    for name in ("changes", "moves", "lineage", "restated", "born"):
        pd.testing.assert_frame_equal(getattr(alone, name), getattr(found, name))
    assert (alone.old, alone.new) == (found.old, found.new)
    assert (alone.papers.added, alone.papers.both) == (found.papers.added, found.papers.both)
    assert alone.papers.added == ["d"]
    assert compare_with_parent(old) is None


def test_other_embeddings_are_noted():
    old = tiny_run([("a", DAY, None, "")], name="0001")
    new = replace(old, name="0002", manifest={**old.manifest, "embedding": {"name": "tfidf"}})
    assert compare(old, new).notes == (
        "The runs compare texts in different ways (embedding builtin and tfidf), which moves "
        "papers by itself.",
    )
    assert compare(old, new).ids == "none"


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30, 80])
def test_any_sizes_can_be_compared_and_stay_as_they_were(n):
    old, new = made_run(n), replace(made_run(30), name="0002")
    before = {name: getattr(new, name).copy() for name in TABLES}
    for ids in ("same", "other"):
        found = compare(old, new, ids=ids)
        assert len(found.papers.both) == min(n, 30)
        assert found.changes.equals(conform(found.changes, name="changes"))
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(new, name), table)


def test_a_damaged_manifest_of_the_line_is_told(series):
    path = series[0].path / "manifest.json"
    path.write_text("{", encoding="utf-8")
    record = {"run": "0001", "manifest_sha256": sha256(path)}
    new = replace(series[1], manifest={**series[1].manifest, "parent": record})
    with pytest.raises(InputError, match=r"manifest\.json"):
        line_of(new)
