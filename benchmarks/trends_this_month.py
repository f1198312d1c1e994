"""What the section "This month" tells: month by month, of draws without change, of doublings.

`python benchmarks/trends_this_month.py CORPUS.parquet RUNS_DIR`: snapshots of the daily papers as
of the end of each month of 2025 make a series in RUNS_DIR (those that exist are used as they are).
Printed are the groups and words told for the newest full month of each; then, with the groups of
the last run, draws in which nothing changed: the days of all papers of the 13 newest months are
permuted, papers one by one or whole days together; last, draws of the first sort with a group that
goes to 5.8, 6.1, 10.7 and 12.0 % in the last four months, as one did from April to July 2025.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import Run, Settings, open_run, trends
from analysis import run as analyse
from analysis.base.groups import broader_groups, broader_memberships, groups_of
from analysis.base.schema import KINDS
from analysis.pipeline.words import word_memberships
from analysis.runs.newest import newest_of
from analysis.trends import newest_period

DRAWS = 100
PLANTED = (0.058, 0.061, 0.107, 0.120)
BEFORE = 0.055


def series(corpus: Path, folder: Path) -> list[Run]:
    """Return the runs on the snapshots of 2025, made if they do not exist."""
    made = {path.name[5:]: path for path in folder.glob("0*")}
    runs = []
    for end in pd.date_range("2025-01-31", "2025-12-31", freq="ME"):
        day = end.date()
        settings = Settings(
            **{"runs": folder, "as_of": day, "snapshot_date": day, "period": "month"}, grades=False
        )
        known = made.get(day.isoformat())
        runs.append(open_run(known) if known else analyse(corpus, settings=settings, pages=False))
    return runs


def tables(
    papers: pd.DataFrame, *, run: Run, memberships: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table trends of groups and words, and the counted papers with their days."""
    groups = [*(groups_of(run.groups, kind=kind) for kind in KINDS), broader_groups(run.groups)]
    broader = broader_memberships(memberships, groups=run.groups)
    said = word_memberships(run.words)
    words = run.words.rename(columns={"word_id": "group_id"}).assign(kind="word")
    parts, members = [], pd.concat([memberships, broader])
    reference = pd.Timestamp(papers["published"].max()) + pd.offsets.MonthEnd(0)
    for rows, of in ((members, pd.concat(groups)), (said, words)):
        rows = rows[rows["paper_id"].isin(papers["paper_id"])]
        counts = trends.count_papers(
            rows, papers=papers, groups=of, freq="month", reference=reference
        )
        assert counts is not None
        parts.append(trends.trend_table(counts))
    counted = pd.concat([members[members["is_primary"] | (members["weight"] >= 0.5)], said])
    days = papers[["paper_id", "published", "published_precision"]]
    days = days.set_axis(["paper_id", "day", "day_precision"], axis=1)
    return pd.concat(parts, ignore_index=True), counted.merge(days, on="paper_id")


def window(run: Run) -> pd.DataFrame:
    """Return the papers of the 13 newest full months that are dated to the day."""
    full = sorted(run.trends.loc[~run.trends["is_partial"], "period"].unique())[-13:]
    papers = run.papers[run.papers["published_precision"] == "day"]
    inside = papers["published"].between(full[0], pd.Timestamp(full[-1]) + pd.offsets.MonthEnd(1))
    return papers[inside].reset_index(drop=True)


def shuffled(papers: pd.DataFrame, *, rng: np.random.Generator, whole_days: bool) -> pd.DataFrame:
    """Exchange the days of papers, one by one or whole days together."""
    if not whole_days:
        return papers.assign(published=rng.permutation(papers["published"].to_numpy()))
    days = papers["published"].drop_duplicates().sort_values().to_numpy()
    other = dict(zip(days, rng.permutation(days), strict=True))
    return papers.assign(published=papers["published"].map(other))


def planted(
    memberships: pd.DataFrame, *, papers: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Put papers into one group of topics so that its share is `PLANTED` in the last months."""
    month = papers["published"].dt.to_period("M")
    share = np.full(len(papers), BEFORE)
    for p, when in zip(PLANTED, sorted(month.unique())[-4:], strict=True):
        share[(month == when).to_numpy()] = p
    chosen = papers.loc[rng.random(len(papers)) < share, "paper_id"]
    rows = pd.DataFrame({"paper_id": chosen, "kind": "topic", "group_id": "scaling"})
    rows = rows.assign(weight=np.float32(1.0), is_primary=False)
    rest = memberships[memberships["group_id"] != "scaling"]
    return pd.concat([rest, rows], ignore_index=True)


def main(corpus: str, folder: str) -> None:
    """Print what is told."""
    runs = series(Path(corpus), Path(folder))
    for run in runs:
        newest = newest_of(run)
        if newest.table.empty:
            print(f"{run.name}: not compared")
            continue
        told = [f"{row.label} ({row.kind}, {row.change})" for row in newest.told.itertuples()]
        print(f"{newest.span[0]:%Y-%m}: {', '.join(told) or 'nothing'}")
    run, rng = runs[-1], np.random.default_rng(2025)
    papers = window(run)
    for whole in (False, True):
        silent = [0, 0]
        for _ in range(DRAWS):
            drawn = shuffled(papers, rng=rng, whole_days=whole)
            table, counted = tables(drawn, run=run, memberships=run.memberships)
            rows = newest_period(table, papers=counted)
            told = rows[rows["change"] != "not known"]
            silent[0] += told.empty
            silent[1] += told[told["kind"] != "word"].empty
        what = "whole days" if whole else "papers"
        print(f"{what} exchanged: silent {silent[0]}, on groups {silent[1]}, of {DRAWS}")
    found = np.zeros((DRAWS, 4), dtype=bool)
    for draw in range(DRAWS):
        drawn = shuffled(papers, rng=rng, whole_days=False)
        members = planted(run.memberships, papers=drawn, rng=rng)
        table, counted = tables(drawn, run=run, memberships=members)
        months = sorted(table["period"].unique())[-4:]
        for place, month in enumerate(months):
            rows = newest_period(
                table[table["period"] <= month],
                papers=counted[counted["day"] < month + pd.offsets.MonthBegin(1)],
            )
            found[draw, place] = (rows.set_index("group_id")["change"]["scaling"]) == "more"
    by = np.maximum.accumulate(found, axis=1).sum(axis=0)
    print(f"a group at {PLANTED}: told by that month in {list(map(int, by))} of {DRAWS}")


if __name__ == "__main__":
    main(*sys.argv[1:])
