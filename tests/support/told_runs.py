"""A run whose groups are planted: a rise, a fall, flat ones, a late one, a burst."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis import trends
from analysis.base.schema import TABLES, conform, empty
from analysis.runs import Run
from page_runs import made_run

MONTHS = pd.date_range("2023-01-01", periods=19, freq="MS")
"""Eighteen full months; the last is cut on its tenth day."""

LABELS = {
    "rises": "GPT-4 agents",
    "falls": "Word vectors",
    "level": "Data sets",
    "steady": "Optimisation",
    "late": "State space models",
    "bursts": "Protein folding",
    "rare": "Wombats",
    "twin": "Agents once more",
}


def share(group: str, month: int) -> float:
    """Return the planted share of a group in a month; none has papers in the partial one."""
    full = len(MONTHS) - 1
    if month == full:
        return 0.0
    at = month / (full - 1)
    return {
        "rises": 0.04 + 0.16 * at,
        "falls": 0.20 - 0.15 * at,
        "level": 0.30,
        "steady": 0.25,
        "late": 0.0 if month < 11 else 0.015 * (month - 10),
        "bursts": 0.25 if month == 9 else 0.05,
        "rare": 0.0005,
    }[group]


def planted_run(*, per_month: int = 700, seed: int = 3, growth: float = 0.08) -> Run:
    """Make papers of nineteen months, each group a topic, and count and judge them as a run does.

    The papers of the rising group, but for a tenth, are in a second topic too ("twin").
    """
    random = np.random.default_rng(seed)
    rows, members = [], []
    for month, start in enumerate(MONTHS):
        n_days = 10 if month == len(MONTHS) - 1 else start.days_in_month
        size = int(per_month * (1 + growth) ** month * n_days / 30)
        ids = np.array([f"{start:%y%m}.{i:05d}" for i in range(size)])
        days = start + pd.to_timedelta(random.integers(0, n_days, size), unit="D")
        rows.append(pd.DataFrame({"paper_id": ids, "day": days}))
        for group in sorted(set(LABELS) - {"twin"}):
            inside = ids[random.random(size) < share(group, month)]
            members += [(paper, group) for paper in inside]
            if group == "rises":
                members += [(paper, "twin") for paper in inside[random.random(len(inside)) < 0.9]]
    return judged(pd.concat(rows, ignore_index=True), members=members)


def judged(days: pd.DataFrame, *, members: list[tuple[str, str]]) -> Run:
    """Return a run of papers with days and (paper, topic) pairs, counted and judged."""
    papers = _papers(days)
    frame = pd.DataFrame(members, columns=["paper_id", "group_id"])
    memberships = conform(
        frame.assign(kind="topic", weight=0.9, is_primary=False), name="memberships"
    )
    sizes = frame["group_id"].value_counts()
    ids = sorted(sizes.index)
    groups = _groups(ids, sizes=sizes)
    reference = pd.Timestamp(papers["published"].max())
    counts = trends.count_papers(
        memberships, papers=papers, groups=groups, freq="month", reference=reference
    )
    verdicts = trends.verdict_table(counts)
    made = made_run(0)
    period = {"freq": "month", "reason": "Months.", "by": "published"}
    period |= trends.manifest_entry(counts)
    period["power"] = trends.power_figures(counts, verdicts=verdicts)
    manifest = {**made.manifest, "period": period, "snapshot_date": reference.date().isoformat()}
    return replace(
        made,
        papers=papers,
        neighbours=empty("neighbours"),
        memberships=memberships,
        groups=groups,
        trends=trends.trend_table(counts),
        verdicts=verdicts,
        events=trends.find_events(counts),
        vectors=np.ones((len(papers), 1), dtype="float32"),
        manifest=manifest,
    )


def _papers(days: pd.DataFrame) -> pd.DataFrame:
    ids = days["paper_id"]
    frame = made_run(1).papers.drop(columns=["paper_id", "published", "title", "url"])
    frame = frame.loc[[0] * len(ids)].reset_index(drop=True)
    frame = frame.assign(
        paper_id=ids,
        published=days["day"],
        title="Paper " + ids,
        url="https://arxiv.invalid/abs/" + ids,
    )
    return conform(frame, name="papers")


def _groups(ids: list[str], *, sizes: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"group_id": ids, "kind": "topic"})
    frame = frame.assign(
        label=[LABELS.get(i, i) for i in ids],
        description="About it.",
        n_papers=[int(sizes[i]) for i in ids],
        terms=[["wombat"]] * len(ids),
        exemplars=[[]] * len(ids),
        color="#4269d0",
        parent_id=None,
        status="active",
        definition_hash="0" * 12,
        stability=np.nan,
        label_coverage=np.nan,
        label_precision=np.nan,
    )
    return conform(frame[list(TABLES["groups"].columns)], name="groups")
