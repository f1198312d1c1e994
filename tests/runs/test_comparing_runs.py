"""Runs made one after the other: their tables of what changed, beside what the runs hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from analysis import Settings, run
from analysis.base.schema import CAUSES, KINDS
from analysis.runs import Run, line_of, read_run
from analysis.runs.comparison import compare_opened, compare_with_parent
from conftest import TODAY
from planted import planted

pytestmark = pytest.mark.usefixtures("_without_charts", "_few_subsamples")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Three runs: the second extends the first by ten papers, the third fits anew."""
    folder = tmp_path_factory.mktemp("series")
    papers = planted(80)
    later = papers.drop(index=5)
    later.loc[7, "abstract"] += " We also trade bonds with a robot arm."
    later.loc[9, "published"] = "2018-01-01"
    files = {"a.csv": papers.head(70), "b.csv": later, "c.csv": later.drop(index=8)}
    made = []
    for name, table in files.items():
        table.to_csv(folder / name, index=False)
        settings = Settings(runs=folder / "runs", today=TODAY, fresh=name == "c.csv")
        made.append(run(folder / name, settings=settings))
    return made


def pairs(series: list[Run]) -> list[tuple[Run, Run]]:
    return list(pairwise(series))


@pytest.mark.slow
def test_what_a_run_stores_is_what_a_comparison_finds(series):
    for old, new in pairs(series):
        found = compare_opened(old, new)
        assert found.ids == "same"
        for name in ("changes", "moves"):
            pd.testing.assert_frame_equal(getattr(new, name), getattr(found, name))
        back = read_run(new.path)
        pd.testing.assert_frame_equal(back.changes, new.changes)


@pytest.mark.slow
def test_counts_of_stored_runs_add_up_and_are_those_of_their_trends(series):
    for old, new in pairs(series):
        table = new.changes.set_index(["kind", "group_id"])
        assert (table["n_new"] - table["n_old"] == table[list(CAUSES)].sum(axis=1)).all()
        for each, n, total in ((old, "n_old", "n_total_old"), (new, "n_new", "n_total_new")):
            sums = each.trends.groupby(["kind", "group_id"])[["n_papers", "n_total"]].sum()
            held = table.loc[sums.index]
            assert (held[n] == sums["n_papers"]).all()
            assert (held[total] == sums["n_total"]).all()


@pytest.mark.slow
def test_history_is_what_every_run_of_the_line_stored(series):
    last = series[-1]
    assert list(line_of(last)) == [each.name for each in reversed(series[:-1])]
    assert set(last.restated["run"]) == {each.name for each in series[:-1]}
    key = ["kind", "group_id", "period"]
    for each in series[:-1]:
        rows = last.restated[last.restated["run"] == each.name].set_index(key)
        then, now = (table.trends.set_index(key) for table in (each, last))
        assert len(rows) == len(then[then["share"].notna()].index.intersection(now.index))
        for ours, theirs in (("share_then", "share"), ("share_then_low", "share_low"),
                             ("share_then_high", "share_high")):  # fmt: skip
            pd.testing.assert_series_equal(
                rows[ours], then.loc[rows.index, theirs], check_names=False
            )
        pd.testing.assert_series_equal(
            rows["share_now"], now.loc[rows.index, "share"], check_names=False
        )


@pytest.mark.slow
def test_a_run_alone_says_the_same_as_the_two(series):
    for old, new in pairs(series):
        alone, both = compare_with_parent(new), compare_opened(old, new)
        assert alone.old == old.name
        assert (alone.papers.added, alone.papers.both) == (both.papers.added, both.papers.both)
        assert alone.whole == (new.manifest["how"] == "extended")
        if alone.whole:
            assert alone.papers == both.papers
        assert alone.born["group_id"].tolist() == both.born["group_id"].tolist()
    extended = series[1]
    assert len(compare_with_parent(extended).papers.added) == 10
    assert len(compare_with_parent(extended).papers.revised) == 2
    assert len(compare_with_parent(extended).papers.unlisted) == 1
    assert len(compare_opened(series[1], series[2]).papers.gone) == 2


@pytest.mark.slow
def test_the_report_of_each_run_says_what_changed(series):
    for each in series:
        page = (each.path / "report.html").read_text(encoding="utf-8")
        assert ("What changed since the previous run" in page) == (each is not series[0])
    page = (series[1].path / "report.html").read_text(encoding="utf-8")
    assert "80 papers; 10 of them" not in page
    assert "holds 80 papers, run <bdi>0001</bdi> held 70; 70 papers are in both." in page


@pytest.mark.slow
def test_papers_keep_the_run_that_saw_them_first(series):
    first = series[2].papers["first_run"].value_counts().to_dict()
    assert first == {series[0].name: 68, series[1].name: 10}


@pytest.mark.slow
def test_moves_name_papers_and_groups_of_the_two_runs(series):
    for old, new in pairs(series):
        ids = set(old.groups["group_id"]) | set(new.groups["group_id"]) | {""}
        assert set(new.moves["from_id"]) | set(new.moves["to_id"]) <= ids
        assert set(new.moves["kind"]) <= set(KINDS)
        assert set(new.moves["paper_id"]) <= set(compare_opened(old, new).papers.both)


@pytest.mark.slow
def test_a_run_of_another_folder_is_another_series(series, tmp_path: Path):
    copied = replace(series[0], path=tmp_path / series[0].name)
    assert compare_opened(copied, series[1]).ids == "other"
