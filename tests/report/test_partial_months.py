"""A month that is cut short changes no verdict and no sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.base.schema import conform, empty
from analysis.pipeline.settings import Settings
from analysis.pipeline.trends import count_trends
from analysis.report.findings.brief import brief
from analysis.report.findings.facts import Facts
from analysis.report.findings.findings import select_findings
from analysis.report.findings.receipts import plain_text
from analysis.runs import Run
from page_runs import made_run

SUBJECTS = {
    "agents": "agent", "diffusion": "diffusion", "video": "video", "reasoning": "reason",
    "reinforcement": "reinforcement|rl", "vision": "vision|visual|image", "speech": "speech|audio",
    "code": "code|program", "long": "long", "data": "data", "benchmarks": "bench",
    "quantization": "quanti", "3d": "3d|gaussian|scene", "language": "language",
}  # fmt: skip
"""Topics by words of the title: memberships that are fixed, whatever the corpus holds."""


def cut(corpus: pd.DataFrame, *, last: str, day: date) -> Run:
    """Return the run of what was published by a day, as a snapshot of another day shows it."""
    rows = corpus[corpus["published"] <= last].reset_index(drop=True)
    papers = made_run(1).papers.loc[[0] * len(rows)].reset_index(drop=True)
    papers = conform(
        papers.assign(
            paper_id=rows["id"],
            title=rows["title"],
            published=pd.to_datetime(rows["published"]).astype("M8[us]"),
            listed=pd.to_datetime(rows["featured"]).astype("M8[us]"),
        ),
        name="papers",
    )
    held = [papers.loc[papers["title"].str.contains(words, case=False), ["paper_id"]].assign(
                group_id=group) for group, words in SUBJECTS.items()]  # fmt: skip
    memberships = conform(
        pd.concat(held).assign(kind="topic", weight=0.9, is_primary=False), name="memberships"
    )
    one = made_run(20).groups.iloc[:1]
    groups = one.loc[one.index.repeat(len(SUBJECTS))].assign(
        group_id=list(SUBJECTS), label=list(SUBJECTS), kind="topic", n_papers=0
    )
    groups = conform(groups, name="groups")
    tables, said = count_trends(
        papers,
        memberships=memberships,
        groups=groups,
        words=empty("words"),
        labels=empty("memberships"),
        snapshot_date=day,
        settings=Settings(period="month"),
    )
    manifest = {**made_run(0).manifest, "period": said, "snapshot_date": day.isoformat()}
    return replace(
        made_run(0),
        papers=papers,
        memberships=memberships,
        groups=groups,
        vectors=np.ones((len(papers), 1), dtype="float32"),
        manifest=manifest,
        **tables,
    )


@pytest.mark.shared
def test_a_month_cut_on_the_tenth_changes_no_verdict_and_no_sentence(shared):
    corpus = pd.read_parquet(
        shared / "corpora" / "hf_daily_2024-05_2025-12.parquet",
        columns=["id", "title", "published", "featured"],
    )
    cuts = [cut(corpus, last=last, day=date(2025, 9, 10)) for last in ("2025-09-10", "2025-08-31")]
    assert cuts[0].trends["period"].max() > cuts[1].trends["period"].max()
    for name in ("verdicts", "events"):
        pd.testing.assert_frame_equal(getattr(cuts[0], name), getattr(cuts[1], name))
    assert {"rising", "falling"} & set(cuts[0].verdicts["direction"])
    told = [select_findings(Facts(each)) for each in cuts]
    assert [plain_text(each.parts) for each in told[0].single] == [
        plain_text(each.parts) for each in told[1].single
    ]
    partial = cuts[0].trends.loc[cuts[0].trends["is_partial"], "period"].unique()
    # May 2024 begins on the 23rd; August is not listed to its end yet.
    assert [f"{day:%Y-%m}" for day in sorted(partial)] == ["2024-05", "2025-08", "2025-09"]
    pages = [brief(each).split("## ", 1)[1] for each in cuts]
    for page in pages:
        assert not re.search(r"(August|September) 2025|2025-0[89]", page)
    assert pages[0] == pages[1]
