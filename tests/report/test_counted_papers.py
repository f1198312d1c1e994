"""The papers behind the counts of trends, by the day that tells their period."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.base.schema import conform
from analysis.runs.causes import counted_papers
from page_runs import made_run


def test_counted_papers_are_those_of_the_trends():
    run = made_run(64, n_undated=3)
    rows = counted_papers(run)
    counts = rows.groupby(["kind", "group_id"]).size()
    trends = run.trends.groupby(["kind", "group_id"])["n_papers"].sum()
    pd.testing.assert_series_equal(counts, trends, check_names=False, check_dtype=False)
    assert rows["day"].notna().all()
    for _, group in rows.groupby(["kind", "group_id"]):
        assert group["weight"].is_monotonic_decreasing


def test_the_day_of_listing_and_the_snapshot_alone_are_followed():
    run = made_run(8)
    papers = run.papers.assign(
        listed=pd.to_datetime(["2024-02-01T10:00"] * 3 + [None] * 5, format="ISO8601"),
        in_snapshot=[False] + [True] * 7,
    )
    run = replace(run, papers=conform(papers, name="papers"))
    listed = replace(run, manifest={**run.manifest, "period": {"by": "listed"}})
    assert set(counted_papers(listed)["paper_id"]) == set(run.papers["paper_id"][:3])
    assert counted_papers(listed)["day"].unique().tolist() == [pd.Timestamp("2024-02-01")]
    alone = replace(run, manifest={**run.manifest, "settings": {"only_snapshot": True}})
    assert run.papers["paper_id"][0] not in set(counted_papers(alone)["paper_id"])
    assert counted_papers(made_run(0)).empty
