"""The section on the newest full period: what it tells, of what, and what it leaves out."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import describe_newest
from analysis.base.schema import conform
from analysis.cli.show import _newest_text
from analysis.report.csv_tables import write_csv_tables
from analysis.report.findings.brief import brief
from analysis.report.findings.newest import MOST_TOLD, newest_parts, newest_title
from analysis.report.markup import HTML, MARKDOWN, PLAIN
from analysis.report.page.report import report_page
from analysis.runs import Run
from analysis.runs.newest import newest_of
from hostile import HOSTILE
from page_runs import made_run
from pages_read import text_of
from told_runs import judged


def month_run(
    counts: dict[str, list[int]], *, per_month: int = 200, names: dict[str, str] | None = None
) -> Run:
    """Return a run with so many papers of each topic in each month, spread over its days."""
    n = len(next(iter(counts.values())))
    rows, members = [], []
    for month, start in enumerate(pd.date_range("2024-01-01", periods=n, freq="MS")):
        ids = [f"{start:%y%m}.{i:05d}" for i in range(per_month)]
        days = [start + pd.Timedelta(days=i % 28) for i in range(per_month)]
        days[-1] = start + pd.offsets.MonthEnd(0)
        rows.append(pd.DataFrame({"paper_id": ids, "day": days}))
        for place, (group, values) in enumerate(counts.items()):
            taken = [(17 * place + i) % per_month for i in range(values[month])]
            members += [(ids[i], group) for i in taken]
    run = judged(pd.concat(rows, ignore_index=True), members=members)
    labels = run.groups["group_id"].map(lambda i: (names or {}).get(i, i))
    return replace(run, groups=run.groups.assign(label=labels))


STILL = {f"calm-{i}": [20 + (i + j) % 3 for j in range(13)] for i in range(6)}


@pytest.fixture(scope="module")
def grown() -> Run:
    return month_run({**STILL, "robots": [10] * 9 + [10, 11, 12, 40]})


def test_a_movement_is_told_with_its_numbers_and_papers(grown):
    said = describe_newest(grown)
    assert said.startswith(
        "January 2025, the newest full month, has 200 papers. Of 7 groups whose share in it was "
        "set against the 3 and the 12 full months before, 1 differs by more than chance explains "
        "among so many (brackets after points: 95 % interval).\n\n- ▲ **robots** (topic): 20 % "
        "(40 of 200 papers), against 5.1 % in the 12 months before (123 of 2,400) and 5.5 % in the "
        "3 months before (33 of 600). Against the 12 months: +14.9 points ("
    )
    assert ", very sure. Its papers: [Paper 2501" in said
    assert said.count("](<https://arxiv.invalid/abs/2501.") == 3
    assert said.endswith(" and 37 more.")


def test_page_brief_and_terminal_say_the_same(grown):
    wanted = "20 % (40 of 200 papers), against 5.1 % in the 12 months before (123 of 2,400)"
    assert newest_title(newest_of(grown)) == "This month: January 2025"
    for text in (text_of(report_page(grown)), brief(grown), _newest_text(grown)):
        assert "This month: January 2025" in text
        assert wanted in text.replace("\u00a0", " ")


def test_the_table_is_written_with_every_group(grown, tmp_path):
    write_csv_tables({"newest": newest_of(grown).table}, tmp_path)
    read = pd.read_csv(tmp_path / "newest.csv").set_index("group_id")
    assert sorted(read.index) == sorted([*STILL, "robots"])
    assert read.loc["robots", ["n_papers", "papers_12", "change"]].tolist() == [40, 123, "more"]


def test_a_month_without_news_says_so():
    said = describe_newest(month_run(STILL))
    assert said.endswith(
        "none differs by more than chance explains among so many. That does not prove that "
        "nothing happened."
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0] * 12 + [30], ", its first in any full month, against 0 %"),
        ([9] * 9 + [0] * 3 + [40], ", after none in the three before, against"),
        ([30] * 12 + [0], "0 % (0 of 200 papers), none any more, against 15 %"),
    ],
)
def test_what_is_new_back_or_gone_is_called_so(values, words):
    assert words in describe_newest(month_run({**STILL, "robots": values}))


def test_groups_of_the_same_papers_are_told_together():
    twin = [10] * 12 + [40]
    run = month_run({"robots": twin, **STILL})
    same = run.memberships[run.memberships["group_id"] == "robots"].assign(group_id="other")
    members = pd.concat([run.memberships, same])[["paper_id", "group_id"]]
    days = run.papers[["paper_id", "published"]].set_axis(["paper_id", "day"], axis=1)
    both = judged(days, members=list(members.itertuples(index=False, name=None)))
    said = describe_newest(both)
    assert said.count("▲") == 1
    assert "With it, in largely the same papers: **robots** (topic)." in said


def test_what_is_left_out_is_counted():
    many = {f"g{i}": [3] * 12 + [30] for i in range(MOST_TOLD + 2)}
    calm = {f"calm-{i}": [8 + (i + j) % 3 for j in range(13)] for i in range(20)}
    run = month_run({**many, **calm}, per_month=2000)
    assert "- And 2 more, in tables/newest.csv." in describe_newest(run)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 30])
def test_small_runs_have_no_such_section(n):
    run = made_run(n)
    assert describe_newest(run).startswith("The newest full quarter is not set against those")
    assert "This quarter" not in text_of(report_page(run)) + brief(run) + _newest_text(run)


def test_runs_without_periods_say_so():
    assert describe_newest(made_run(20, freq=None)) == (
        "There are no shares over time, so no period can be set against those before."
    )


def test_chosen_groups_alone_are_not_tested(grown):
    run = replace(grown, manifest={**grown.manifest, "shown_groups": ["robots"]})
    assert newest_of(run).table.empty


def test_hostile_labels_and_titles_are_escaped():
    texts = [text.encode("utf-8", "ignore").decode() for text in HOSTILE]
    run = month_run({**STILL, "robots": [5] * 12 + [40]})
    for text in texts:
        groups = run.groups.assign(label=text)
        told = newest_of(replace(run, groups=groups, papers=run.papers.assign(title=text)))
        for target in (HTML, MARKDOWN, PLAIN):
            said = "".join(newest_parts(told, target=target)[0].items)
            assert "\x1b" not in said
            assert "\u202e" not in said
            if target is not PLAIN:
                assert not re.search(r"<(script|img|svg|a href=.javascript)", said)
            assert target is not MARKDOWN or "](javascript" not in said


def test_the_rerun_stands_apart(grown):
    papers, start = grown.papers, pd.Timestamp("2025-01-01")
    clusters = pd.DataFrame(
        {"paper_id": papers["paper_id"], "kind": "cluster", "group_id": "c0001"}
    )
    clusters.loc[papers["published"] >= start, "group_id"] = "c0002"
    trends = grown.trends[grown.trends["group_id"] == "robots"]
    counts = [
        trends.assign(kind="cluster", group_id=group, n_papers=np.where(inside, 200, 0))
        for group, inside in (
            ("c0001", trends["period"] < start),
            ("c0002", trends["period"] >= start),
        )
    ]
    row = grown.groups.iloc[:1].assign(kind="cluster")
    groups = [
        row.assign(group_id=i, label=name) for i, name in (("c0001", "Old"), ("c0002", "Born"))
    ]
    lineage = pd.DataFrame({"event": ["born"], "group_id": ["c0002"]})
    restated = grown.trends[grown.trends["group_id"] == "calm-0"]
    restated = restated.assign(run="0001", share_then=0.05, share_now=restated["share"])
    restated = restated[["run", "kind", "group_id", "period", "share_then", "share_now"]]
    run = replace(
        grown,
        trends=pd.concat([grown.trends, *counts]),
        groups=conform(pd.concat([grown.groups, *groups]), name="groups"),
        memberships=pd.concat(
            [grown.memberships, clusters.assign(weight=np.float32(1), is_primary=True)]
        ),
        lineage=lineage.assign(previous_group_id=None),
        restated=restated,
        vectors=np.eye(len(papers), 3, dtype="float32"),
        manifest={**grown.manifest, "parent": {"run": "0001"}},
    )
    newest = newest_of(run)
    assert "c0002" not in set(newest.table["group_id"])
    assert newest.born()[["group_id", "n_papers"]].to_numpy().tolist() == [["c0002", 200]]
    assert newest.restated()["group_id"].tolist() == ["calm-0"]
    said = describe_newest(run)
    assert "#### What the rerun itself made different" in said
    assert "- New cluster: **Born** (cluster), 200 papers in this month. Its papers: " in said
    # 11 of the 12 months before: the last may have been partial in the run before.
    assert "Counted again: **calm-0** (topic), 5.0 % in the months before as run 0001" in said
