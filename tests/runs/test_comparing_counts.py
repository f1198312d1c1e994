"""Counts of two runs taken apart by cause: worked by hand, and laws over drawn runs."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.schema import CAUSES, TABLES, conform
from analysis.runs import Run
from analysis.runs.causes import changes, moves
from analysis.runs.paper_changes import paper_changes, same_papers
from page_runs import made_run
from two_runs import tiny_run

DAY = "2024-01-01"
few = settings(max_examples=15)


def row_of(table: pd.DataFrame, group: str) -> dict[str, object]:
    return table[table["group_id"] == group].iloc[0].to_dict()


def moved(table: pd.DataFrame) -> list[tuple[str, str, str, str, str]]:
    return list(table.itertuples(index=False, name=None))


# by hand


def test_added_gone_and_refit_by_hand():
    old = tiny_run(
        [("a", DAY, "c1", "t"), ("b", DAY, "c1", ""), ("c", DAY, "c2", "t"), ("d", None, "c2", "")],
        name="0001",
    )
    new = tiny_run(
        [("a", DAY, "c1", "t"), ("b", DAY, "c2", ""), ("d", None, "c1", ""), ("e", DAY, "c2", "t")],
        name="0002",
    )
    table = changes(old, new)
    # c is gone, e added, b moved; d moved too but has no date, so that no share counts it.
    assert list(table["group_id"]) == ["c1", "c2", "t", "u"]
    first = {"n_old": 2, "n_new": 1, "n_total_old": 3, "n_total_new": 3, "added": 0, "gone": 0,
             "refit": -1, "revised": 0, "override": 0, "definition": 0}  # fmt: skip
    assert row_of(table, "c1") == {"kind": "cluster", "group_id": "c1", **first}
    second = {"n_old": 1, "n_new": 2, "added": 1, "gone": -1, "refit": 1}
    assert row_of(table, "c2").items() >= second.items()
    assert row_of(table, "t").items() >= {"n_old": 2, "n_new": 2, "added": 1, "gone": -1}.items()
    assert moved(moves(old, new)) == [
        ("b", "cluster", "c1", "c2", "refit"),
        ("d", "cluster", "c2", "c1", "refit"),
    ]


def one(topics: str, **more: object) -> Run:
    return tiny_run([("a", DAY, "c1", topics)], name=str(more.pop("name", "0001")), **more)


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ({}, {}, "refit"),
        ({}, {"texts": {"a": "1"}}, "revised"),
        ({}, {"texts": {"a": "1"}, "hashes": {"t": "i"}}, "definition"),
        ({"hashes": {"u": "h"}}, {}, "definition"),
        (
            {},
            {"texts": {"a": "1"}, "hashes": {"t": "i"}, "by_hand": [("a", "topic", "t", "yes")]},
            "override",
        ),
        ({"by_hand": [("a", "topic", "t", "no")]}, {}, "override"),
        # A decision on another topic, or on another kind, says nothing of this one.
        ({}, {"by_hand": [("a", "topic", "u", "yes")]}, "refit"),
        ({}, {"by_hand": [("a", "cluster", "c1", "pinned")]}, "refit"),
    ],
)
def test_the_first_cause_that_applies(old, new, cause):
    before, after = one("", **old), one("t", name="0002", **new)
    assert row_of(changes(before, after), "t").items() >= {"n_new": 1, cause: 1}.items()
    assert moved(moves(before, after)) == [("a", "topic", "", "t", cause)]
    back = row_of(changes(after, before), "t")
    assert back[cause] == -1
    assert moved(moves(after, before)) == [("a", "topic", "t", "", cause)]


def test_a_date_that_becomes_known_counts_as_revised_and_moves_nothing():
    old = tiny_run([("a", None, "c1", "t")], name="0001")
    new = tiny_run([("a", DAY, "c1", "t")], name="0002", by_hand=[("a", "topic", "t", "yes")])
    old = replace(old, evidence=new.evidence)
    table = changes(old, new)
    # The decision by hand is the same in both: it is not what differs.
    for group in ("c1", "t"):
        assert row_of(table, group).items() >= {"n_old": 0, "n_new": 1, "revised": 1}.items()
    assert (table["n_total_old"] == 0).all()
    assert moves(old, new).empty


def test_a_pinned_paper_leaves_and_joins_by_hand():
    old = tiny_run([("a", DAY, "c1", ""), ("b", DAY, "c2", "")], name="0001")
    new = tiny_run(
        [("a", DAY, "c2", ""), ("b", DAY, "c2", "")],
        name="0002",
        by_hand=[("a", "cluster", "c2", "pinned")],
    )
    table = changes(old, new)
    assert row_of(table, "c1")["override"] == -1
    assert row_of(table, "c2")["override"] == 1
    assert moved(moves(old, new)) == [("a", "cluster", "c1", "c2", "override")]


def test_clusters_whose_ids_mean_something_else_are_left_out():
    old = tiny_run([("a", DAY, "c1", "t")], name="0001")
    new = tiny_run([("a", DAY, "c2", "t")], name="0002")
    assert set(changes(old, new, clusters=False)["kind"]) == {"topic"}
    assert moves(old, new, clusters=False).empty
    assert len(moves(old, new)) == 1


def test_a_run_of_its_snapshot_alone_counts_what_that_lists():
    rows = [("a", DAY, "c1", "t"), ("b", DAY, "c1", "t")]
    old, new = tiny_run(rows, name="0001"), tiny_run(rows, name="0002")
    papers = new.papers.assign(in_snapshot=[True, False])
    alone = {**new.manifest, "settings": {"only_snapshot": True}}
    listed = replace(new, papers=papers, manifest=alone)
    found = row_of(changes(old, listed), "t")
    assert found.items() >= {"n_old": 2, "n_new": 1, "gone": -1, "n_total_new": 1}.items()
    assert row_of(changes(old, replace(new, papers=papers)), "t")["n_new"] == 2


def test_old_clusters_that_are_retired_keep_a_row():
    old = tiny_run([("a", DAY, "c1", ""), ("b", DAY, "c2", "")], name="0001")
    new = tiny_run([("a", DAY, "c1", ""), ("b", DAY, "c1", "")], name="0002")
    dead = old.groups[old.groups["group_id"] == "c2"].assign(status="retired", n_papers=0)
    new = replace(new, groups=conform(pd.concat([new.groups, dead]), name="groups"))
    assert row_of(changes(old, new), "c2").items() >= {"n_old": 1, "n_new": 0, "refit": -1}.items()


# which paper is which


def test_papers_are_matched_by_id_then_alias_then_title():
    old = tiny_run([(i, DAY, None, "") for i in "abcde"], name="0001")
    new = tiny_run([(i, DAY, None, "") for i in "avxyz"], name="0002")
    new = replace(
        new,
        papers=new.papers.assign(
            title=["Other", "Paper d", "New", "PAPER  c!", "Paper d"],
            aliases=[[], [], ["b"], [], []],
        ),
    )
    # b got the id x; c is found by its title; two papers are called as d is, so neither is d.
    assert same_papers(old.papers, new.papers) == {"a": "a", "b": "x", "c": "y"}
    found = paper_changes(old, new)
    assert (found.both, found.added, found.gone) == (["a", "x", "y"], ["v", "z"], ["d", "e"])
    assert found.revised == []


def test_two_arxiv_ids_are_two_papers_whatever_their_titles():
    old = tiny_run([("2401.00001", DAY, None, "")], name="0001").papers.assign(title="A title")
    new = tiny_run([("2402.00002", DAY, None, "")], name="0002").papers.assign(title="A title")
    assert same_papers(old, new) == {}
    assert same_papers(old, new.assign(aliases=[["2401.00001"]])) == {"2401.00001": "2402.00002"}
    again = old.assign(aliases=[["2402.00002"]])
    assert same_papers(again, new) == {"2401.00001": "2402.00002"}


def test_one_title_with_other_ids_and_another_abstract_is_two_papers():
    papers = tiny_run([("x1", DAY, None, "")], name="0001").papers
    old = papers.assign(title="Introduction", abstract="On the walks of small gardens by the sea.")
    new = old.assign(paper_id=["x2"], abstract="How large models of language learn from rewards.")
    assert same_papers(old, new) == {}
    assert same_papers(old, new.assign(abstract=old["abstract"])) == {"x1": "x2"}


def test_one_id_in_two_runs_is_one_paper():
    papers = tiny_run([("t0123456789ab", DAY, None, "")], name="0001").papers
    old = papers.assign(title="One", abstract="On walks.", aliases=[["A1"]])
    new = papers.assign(title="Two", abstract="On rewards.", aliases=[["B2"]])
    assert same_papers(old, new) == {"t0123456789ab": "t0123456789ab"}


def test_moves_of_a_paper_with_another_id_carry_the_new_one():
    old = tiny_run([("h1", DAY, "c1", "t")], name="0001", by_hand=[("h1", "topic", "t", "yes")])
    new = tiny_run([("2401.1", DAY, "c1", "")], name="0002")
    new = replace(new, papers=new.papers.assign(aliases=[["h1"]]))
    assert moved(moves(old, new)) == [("2401.1", "topic", "t", "", "override")]
    assert row_of(changes(old, new), "t")["override"] == -1


def test_papers_revised_and_no_longer_listed():
    old = tiny_run([(i, DAY, None, "") for i in "abc"], name="0001")
    new = tiny_run([("a", "2024-02-01", None, ""), ("b", DAY, None, ""), ("c", DAY, None, "")],
                   name="0002", texts={"b": "9"})  # fmt: skip
    new = replace(new, papers=new.papers.assign(in_snapshot=[True, True, False]))
    found = paper_changes(old, new)
    assert found.revised == ["a", "b"]
    assert found.unlisted == ["c"]


# laws


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Run, Run]:
    """Draw two runs whose papers, dates, clusters, topics, texts and decisions differ at will."""
    made = []
    for name in ("0001", "0002"):
        ids = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1))
        rows = [
            (
                i,
                draw(st.sampled_from([None, DAY, "2024-02-01"])),
                draw(st.sampled_from(["c1", "c2", "c3"])),
                draw(st.sampled_from(["", "t", "u", "tu"])),
            )
            for i in ids
        ]
        some = st.lists(st.sampled_from(ids), unique=True, max_size=2)
        by_hand = [(i, "topic", "t", draw(st.sampled_from(["yes", "no"]))) for i in draw(some)]
        made.append(
            tiny_run(
                rows,
                name=name,
                hashes={"t": draw(st.sampled_from("hi")), "u": "h"},
                by_hand=by_hand,
                texts=dict.fromkeys(draw(some), "9"),
            )
        )
    return made[0], made[1]


@few
@given(pairs())
def test_counts_add_up_in_integers(pair):
    old, new = pair
    table = changes(old, new)
    assert table.dtypes.drop(["kind", "group_id"]).eq("int64").all()
    assert (table["n_new"] - table["n_old"] == table[list(CAUSES)].sum(axis=1)).all()
    assert (table["added"] >= 0).all()
    assert (table["gone"] <= 0).all()
    for run, n, total in ((old, "n_old", "n_total_old"), (new, "n_new", "n_total_new")):
        dated = run.papers[run.papers["published"].notna()]
        assert (table[total] == len(dated)).all()
        own = run.memberships[run.memberships["paper_id"].isin(dated["paper_id"])]
        counts = own.groupby("group_id").size()
        assert (table[n] == table["group_id"].map(counts).fillna(0)).all()
    clusters = table[table["kind"] == "cluster"]
    assert clusters["n_new"].sum() == clusters["n_total_new"].iloc[0]


@few
@given(pairs())
def test_each_way_back_undoes_the_way(pair):
    there, back = changes(*pair), changes(*pair[::-1])
    for cause, other in (("added", "gone"), ("gone", "added"), *((c, c) for c in CAUSES[2:])):
        assert (there[cause] == -back[other]).all()
    table = moves(*pair)
    turned = moves(*pair[::-1])
    assert sorted(moved(turned.rename(columns={"from_id": "to_id", "to_id": "from_id"})[
        list(table.columns)])) == sorted(moved(table))  # fmt: skip


@few
@given(pairs())
def test_moves_are_what_changes_count_where_dates_are_known(pair):
    old, new = pair
    table, listed = changes(old, new), moves(old, new)
    dated = [set(run.papers.loc[run.papers["published"].notna(), "paper_id"]) for run in pair]
    known = listed[listed["paper_id"].isin(dated[0] & dated[1])]
    both = set(old.papers["paper_id"]) & set(new.papers["paper_id"])
    for cause in ("override", "definition", "refit"):
        for row in table.to_dict("records"):
            of = known[(known["cause"] == cause) & (known["kind"] == row["kind"])]
            net = (of["to_id"] == row["group_id"]).sum() - (of["from_id"] == row["group_id"]).sum()
            if both <= dated[0] & dated[1]:
                assert net == row[cause]
    assert not listed.duplicated(list(TABLES["moves"].key)).any()
    assert set(listed["paper_id"]) <= both


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30, 80])
def test_a_run_beside_itself_has_not_changed(n):
    run = made_run(n, n_undated=n // 3)
    before = run.memberships.copy()
    table = changes(run, run)
    assert len(table) == len(run.groups)
    assert not table[list(CAUSES)].to_numpy().any()
    assert moves(run, run).empty
    pd.testing.assert_frame_equal(run.memberships, before)


@pytest.mark.parametrize("n", [1, 7, 30, 80])
def test_counts_are_those_of_the_stored_trends(n):
    old, new = made_run(n), made_run(2 * n, n_undated=n // 4)
    table = changes(old, new)
    for run, count, total in ((old, "n_old", "n_total_old"), (new, "n_new", "n_total_new")):
        sums = run.trends.groupby(["kind", "group_id"])[["n_papers", "n_total"]].sum()
        held = table.set_index(["kind", "group_id"]).reindex(sums.index)
        assert (held[count] == sums["n_papers"]).all()
        assert (held[total] == sums["n_total"]).all()
