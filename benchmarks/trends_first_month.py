"""Verdicts on corpora that begin in the middle of a month, beside those that begin with one.

`python benchmarks/trends_first_month.py RUN_DIR`: a run of the daily papers, whose groups are kept.
From each of ten months on, the papers are cut on the 3rd, 10th, 20th and 28th. If the first month
is found partial, verdicts, lines and p-values of all groups are to be those of the corpus that
begins with the next month; if not, verdicts are to be those of the one that begins with this.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from analysis import Run, open_run, trends
from analysis.base.groups import broader_groups, broader_memberships, groups_of
from analysis.base.schema import KINDS

DAYS = (3, 10, 20, 28)
EXACT = ["direction", "share_first", "share_last", "p_adjusted"]
MONTHS = pd.period_range("2024-06", periods=10, freq="M")


def told(run: Run, *, first: str, covers: bool) -> dict[str, pd.DataFrame]:
    """Return verdicts and events on the papers since a day, and the months."""
    papers = run.papers[run.papers["published"] >= first].reset_index(drop=True)
    day = run.manifest["snapshot_date"]
    reference = trends.reference_day(papers, snapshot_date=pd.Timestamp(day).date())
    memberships = pd.concat(
        [run.memberships, broader_memberships(run.memberships, groups=run.groups)]
    )
    counts = trends.count_papers(
        memberships[memberships["paper_id"].isin(papers["paper_id"])],
        papers=papers,
        groups=pd.concat(
            [*(groups_of(run.groups, kind=kind) for kind in KINDS), broader_groups(run.groups)]
        ),
        freq="month",
        reference=reference,
        since=trends.covered_since(papers, freq="month") if covers else None,
    )
    assert counts is not None
    verdicts = trends.verdict_table(counts)
    events = trends.find_events(counts, verdicts=verdicts)
    return {"verdicts": verdicts, "events": events, "months": counts.is_partial}


def same(one: pd.DataFrame, other: pd.DataFrame, *, columns: list[str]) -> bool:
    """Whether the same groups have the same values."""
    key = ["kind", "group_id"]
    sides = (one, other)
    first, second = (side[key + columns].sort_values(key + columns) for side in sides)
    return first.reset_index(drop=True).equals(second.reset_index(drop=True))


def main(folder: str) -> None:
    """Print the number of months, of ten, with the same verdicts, by day of the cut."""
    run = open_run(Path(folder))
    first = {month: f"{month}-01" for month in pd.period_range(MONTHS[0], MONTHS[-1] + 1)}
    for covers in (False, True):
        print("with" if covers else "without", "the day from which papers are covered")
        whole = {month: told(run, first=day, covers=covers) for month, day in first.items()}
        for day in DAYS:
            agree = marked = 0
            for month in MONTHS:
                cut = told(run, first=f"{month}-{day:02d}", covers=covers)
                partial = bool(cut["months"][0])
                beside = whole[month + 1 if partial else month]
                columns = EXACT if partial else ["direction"]
                agree += same(cut["verdicts"], beside["verdicts"], columns=columns)
                marked += partial
            print(f"  cut on the {day}: partial {marked}, same verdicts {agree} of {len(MONTHS)}")


if __name__ == "__main__":
    main(sys.argv[1])
