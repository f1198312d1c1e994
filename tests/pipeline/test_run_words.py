"""The words of a run: their table, their counts and verdicts, and what stays as it was."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis.base.laws import check_laws
from analysis.base.schema import empty
from analysis.pipeline import words
from analysis.pipeline.trends import recount
from analysis.pipeline.words import word_memberships, word_table
from analysis.runs import Run, tables_of
from told_words import RISES, STAYS, papers_with_words, run_with_words


@pytest.fixture(scope="module")
def run() -> Run:
    return run_with_words()


def test_a_phrase_that_rises_is_found_with_its_papers(run):
    said = papers_with_words()
    verdicts = run.verdicts[run.verdicts["kind"] == "word"].set_index("group_id")["direction"]
    table = run.words.set_index("word_id")
    assert {"kelp-harvest", "reef-map"} <= set(table.index)
    assert verdicts["kelp-harvest"] == "rising"
    assert verdicts["reef-map"] != "rising"
    for word_id, phrase in (("kelp-harvest", RISES), ("reef-map", STAYS)):
        expected = sorted(said.loc[said["about"] == phrase, "paper_id"])
        assert list(table.at[word_id, "paper_ids"]) == expected
        assert table.at[word_id, "n_papers"] == len(expected)


def test_counts_by_month_are_those_of_the_papers(run):
    said = papers_with_words()
    rises = said[said["about"] == RISES]
    expected = rises.groupby(rises["day"].dt.to_period("M")).size()
    rows = run.trends[run.trends["group_id"] == "kelp-harvest"].set_index("period")
    found = rows["n_papers"].groupby(rows.index.to_period("M")).sum()
    assert found[found > 0].to_dict() == expected.to_dict()
    totals = said.groupby(said["day"].dt.to_period("M")).size()
    assert rows["n_total"].groupby(rows.index.to_period("M")).sum().to_dict() == totals.to_dict()


def test_words_change_nothing_for_groups(run):
    without = recount(replace(run, words=empty("words")), by="published")
    for name in ("trends", "verdicts", "events"):
        groups = getattr(run, name)
        groups = groups[groups["kind"] != "word"].reset_index(drop=True)
        pd.testing.assert_frame_equal(groups, getattr(without, name))
    assert run.manifest["period"]["power"] == without.manifest["period"]["power"]


def test_tables_with_words_keep_the_laws(run):
    broken = check_laws(tables_of(run))
    assert [law for law in broken if "cluster" not in law and "paper" not in law] == []
    other = run.verdicts.assign(group_id=run.verdicts["group_id"].replace("reef-map", "nothing"))
    assert any("not in groups" in law for law in check_laws({**tables_of(run), "verdicts": other}))


def test_memberships_of_words_have_one_row_per_paper_that_says_it(run):
    rows = word_memberships(run.words)
    assert len(rows) == run.words["n_papers"].sum()
    assert set(rows["kind"]) == {"word"}
    assert len(word_memberships(empty("words"))) == 0


def test_too_many_papers_have_no_words(run, monkeypatch):
    monkeypatch.setattr(words, "MOST_PAPERS", 100)
    tables = {name: getattr(run, name) for name in ("neighbours", "memberships", "groups")}
    assert word_table(run.papers, **tables, by="published").empty


def test_a_group_that_carries_a_phrase_leaves_no_word(run):
    tables = {name: getattr(run, name) for name in ("neighbours", "memberships")}
    groups = run.groups.assign(label=["Kelp harvests", *run.groups["label"][1:]])
    found = word_table(run.papers, **tables, groups=groups, by="published")
    assert "kelp-harvest" not in set(found["word_id"])
    assert "reef-map" in set(found["word_id"])
