"""Trends of a finished run counted by other periods, or shown of some groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis import (
    InputError,
    Settings,
    chart_note,
    describe_periods,
    describe_power,
    open_run,
    recount,
)
from analysis import run as run_analysis
from analysis.base.laws import check_laws
from analysis.pipeline.groups.select import select_groups
from analysis.report import report_page
from analysis.report.findings.brief import brief
from analysis.runs import Run, tables_of
from page_runs import made_run

TOLD = ("trends", "verdicts", "events", "restated")
TOPICS = """
[[topic]]
id = "wombats"
label = "Wombats, wild"
strong = ["wombat"]

[[topic]]
id = "sums"
label = "Lattice sums"
strong = ["lattice sum"]
"""


def papers(n: int) -> pd.DataFrame:
    """Papers of 16 months, three in four listed in a later month; wombats grow."""
    rows = []
    for i in range(n):
        published = pd.Timestamp("2024-01-20") + pd.DateOffset(months=i % 16)
        listed = published + pd.Timedelta(days=2 if i % 4 == 0 else 20)
        subject = "wombat burrows" if i % 5 < 1 + i % 16 // 4 else "lattice sums"
        rows.append((f"On {subject}, part {i}", f"We study {subject}. Result {i}.",
                     str(published.date()), str(listed.date())))  # fmt: skip
    return pd.DataFrame(rows, columns=["title", "abstract", "published", "listed"])


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    """Two runs: fifty-nine papers of sixteen months, and forty of them again."""
    folder = tmp_path_factory.mktemp("retold")
    (folder / "topics.toml").write_text(TOPICS, encoding="utf-8")
    settings = Settings(runs=folder / "runs", topics=folder / "topics.toml",
                        today=date(2026, 1, 1), period="month")  # fmt: skip
    table = papers(59)
    for name, rows in (("all", table), ("some", table.head(40))):
        rows.to_csv(folder / f"{name}.csv", index=False)
        run_analysis(folder / f"{name}.csv", settings=settings, pages=False)
    return folder


@pytest.fixture(scope="module")
def run(series) -> Run:
    return open_run("0002", runs_dir=series / "runs")


def assert_same(a: Run, b: Run, names: tuple[str, ...] = TOLD) -> None:
    for name in names:
        pd.testing.assert_frame_equal(getattr(a, name), getattr(b, name), check_exact=True)


# counted again


def test_the_runs_own_settings_give_its_own_tables(run):
    own = run.manifest["settings"]
    again = recount(run, period=own["period"], by=own["by"], only_snapshot=own["only_snapshot"])
    assert len(run.restated)
    assert_same(again, run)
    assert again.manifest["period"] == run.manifest["period"]
    assert f"with the settings of run {run.name}" in again.manifest["told_anew"][0]
    assert recount(run) is run


def test_the_bundled_runs_own_settings_give_its_own_bytes(bundled, tmp_path):
    again = recount(open_run(bundled.path), period="auto")
    for name in ("trends", "verdicts", "events"):
        getattr(again, name).to_parquet(tmp_path / f"{name}.parquet", index=False)
        stored = (bundled.path / f"{name}.parquet").read_bytes()
        assert (tmp_path / f"{name}.parquet").read_bytes() == stored


@pytest.mark.parametrize("asked", [
    {"period": "quarter"}, {"period": "year"}, {"by": "listed"}, {"only_snapshot": True},
    {"period": "half-year", "by": "listed", "only_snapshot": True},
])  # fmt: skip
def test_another_setting_gives_what_a_run_with_it_has(series, run, asked):
    before = {name: table.copy() for name, table in tables_of(run).items()}
    told = recount(run, **asked)
    settings = Settings(
        **{"runs": series / "-".join(map(str, asked.values())), "period": "month",
           "topics": series / "topics.toml", "today": date(2026, 1, 1)} | asked)  # fmt: skip
    for name in ("all", "some"):
        made = run_analysis(series / f"{name}.csv", settings=settings, pages=False)
    assert_same(told, made, ("trends", "verdicts", "events"))
    assert told.manifest["period"] == made.manifest["period"]
    assert {k: told.manifest["settings"][k] for k in asked} == asked
    assert check_laws(tables_of(told)) == []
    for name, table in tables_of(run).items():
        pd.testing.assert_frame_equal(table, before[name])


def test_what_differs_is_said(run):
    said = {
        "by quarter (the run: month)": recount(run, period="quarter"),
        "by the day on which papers were listed (the run: published)": recount(run, by="listed"),
        "over the papers of the snapshot (the run: all papers of the series)": recount(
            run, only_snapshot=True),
    }  # fmt: skip
    for words, told in said.items():
        assert words in told.manifest["told_anew"][0]
        assert f"run {run.name} differ" in told.manifest["told_anew"][0]
    assert "told_anew" not in run.manifest


def test_the_day_that_tells_the_period_is_said_in_reason_note_and_report(run):
    told = recount(run, by="listed")
    listed = "A paper stands in the period in which a source listed it"
    assert listed in told.manifest["period"]["reason"]
    assert listed not in run.manifest["period"]["reason"]
    assert chart_note(run) == (
        "59 dated papers, snapshot of 2025-05-10. A period contains the papers published in it."
    )
    assert chart_note(told) == (
        "59 papers with a listing date, snapshot of 2025-05-10. A period contains the papers "
        "listed in it, not those published in it."
    )
    assert chart_note(recount(run, only_snapshot=True)).startswith("40 dated papers")
    for page, day in ((report_page(run), "published"), (report_page(told), "listed")):
        assert f"papers of a group that were {day} in a period" in page
        figure = page.replace("\\u003cbr\\u003e", " ")
        assert f"A period contains the papers {day} in it" in figure
    assert listed in report_page(told)
    assert listed in describe_periods(told)


def test_a_report_says_at_its_head_how_it_differs(run):
    told = select_groups(recount(run, period="quarter"), groups=["sums"])
    page = report_page(told)
    head = page[page.index("<main") : page.index('id="moved"')]
    assert "by quarter (the run: month)" in head
    assert "show 1 of 2 groups" in head
    assert "by quarter" in brief(told)
    assert "counted again" not in report_page(run) + brief(run)


def test_how_sure_it_can_be_is_said_or_why_not(run):
    said = describe_power(run)
    assert said.startswith("With so few papers, even a doubling from 20 % to 40 % would be found")
    assert "Brackets hold intervals" in said
    assert describe_power(made_run(70)).startswith("This run does not record how large a change")
    assert "no verdicts" in describe_power(made_run(7, freq=None))


def test_earlier_shares_are_set_beside_those_of_now_only_where_time_is_cut_alike(run):
    assert recount(run, period="quarter").restated.empty
    assert recount(run, by="listed").restated.empty
    told = recount(run, only_snapshot=True)
    key = ["kind", "group_id", "period"]
    now = told.restated.merge(told.trends, on=key, how="left")
    assert len(now) == len(told.restated) > 0
    assert (now["share_now"].fillna(-1) == now["share"].fillna(-1)).all()


def test_wrong_settings_are_named_together(run):
    with pytest.raises(InputError) as caught:
        recount(run, period="week", by="seen")
    assert "period 'week': allowed are auto, month" in str(caught.value)
    assert "by 'seen': allowed are published, listed" in str(caught.value)
    with pytest.raises(InputError, match="no paper has the day"):
        recount(made_run(70), by="listed")


@pytest.mark.parametrize("n", [0, 1, 2, 7, 30])
def test_small_runs_are_told_too(n):
    made = made_run(n, freq=None if n < 7 else "quarter")
    told = recount(made, period="auto")
    assert check_laws({**tables_of(told)}) == []
    if n < 2:
        assert told.trends.empty
        with pytest.raises(InputError, match="no paper can be placed"):
            recount(made_run(n, n_undated=n), period="year")


# fewer groups


def test_fewer_groups_have_the_verdicts_they_had(run):
    told = select_groups(run, groups=["wombats"])
    for name in TOLD:
        whole = getattr(run, name)
        expected = whole[whole["group_id"] == "wombats"].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(told, name), expected, check_exact=True)
    assert told.groups is run.groups
    said = told.manifest["told_anew"][0]
    assert "show 1 of 2 groups, as asked. Verdicts are corrected for all 2 groups" in said


@pytest.mark.parametrize("names", [
    ["wombats", "sums"], ["Wombats, wild", "lattice sums"], ["WOMBATS,sums"], [" wombats ", "SUMS"],
])  # fmt: skip
def test_groups_are_named_by_id_or_label_in_any_case(run, names):
    assert set(select_groups(run, groups=names).trends["group_id"]) == {"wombats", "sums"}


def test_a_broader_cluster_stands_for_its_parts():
    made = made_run(70)
    groups = made.groups.copy()
    parts = groups["group_id"].isin(["c0001", "c0003"])
    groups.loc[parts, "parent_id"] = "c0099"
    first = groups[parts].iloc[:1].assign(group_id="c0099", label="Broad", parent_id=None)
    made = replace(made, groups=pd.concat([groups, first], ignore_index=True))
    told = select_groups(made, groups=["broad"])
    assert set(told.trends["group_id"]) == {"c0001", "c0003"}


def test_a_label_of_two_groups_stands_for_both():
    made = made_run(70, topics=("Cluster 2", "Fine-tuning", "Multimodal"))
    assert set(select_groups(made, groups=["cluster 2"]).trends["group_id"]) == {"c0002", "topic-0"}


def test_unknown_groups_are_named_together_with_near_ones(run):
    with pytest.raises(InputError) as caught:
        select_groups(run, groups=["wombat", "lattice", "wombats", "zebra"])
    assert caught.value.problems == [
        "no group 'wombat' in this run (did you mean wombats, “Wombats, wild”?)",
        "no group 'lattice' in this run (did you mean sums, “Lattice sums”?)",
        "no group 'zebra' in this run",
    ]
    assert "papertide show 0002" in str(caught.value)


def test_periods_and_groups_are_said_one_after_the_other(run):
    told = select_groups(recount(run, period="quarter"), groups=["sums"])
    assert [line.split()[0] for line in told.manifest["told_anew"]] == ["Trends", "Charts,"]
    assert told.manifest["shown_groups"] == ["sums"]
