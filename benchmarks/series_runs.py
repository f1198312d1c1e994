"""Series of whole runs for bench_series.py: month by month, and what an extension costs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from unittest import mock

import pandas as pd
from series_corpora import ARXIV, DAILY

from analysis.pipeline.run import Settings, run
from analysis.runs import Run

TODAY = date(2026, 1, 31)


def month_by_month(how: str, *, shared: Path, work: Path) -> pd.DataFrame:
    """Run the daily papers month by month and return a row a run after the first.

    Map page, report and charts are left out: they take most of a run's time and change nothing.

    Columns: month, how, papers, step (new papers over old), kept (share of old papers that keep
    their cluster), unlisted (moves that the run does not list, or that no event of it explains
    where it is no fresh fit), places_changed, events, clusters.
    """
    papers = pd.read_parquet(shared / "corpora" / f"{DAILY}.parquet")
    papers = papers[["id", "title", "abstract", "published"]]
    month = papers["published"].str[:7]
    series = work / f"series-{how}"
    shutil.rmtree(series, ignore_errors=True)
    before, out = None, []
    for one in sorted(month.unique()):
        chosen = month <= one if how == "cumulative" else month == one
        snapshot = work / f"{one}.parquet"
        papers[chosen].to_parquet(snapshot, index=False)
        with mock.patch("analysis.report.write_pages"):
            now = run(snapshot, settings=Settings(runs=series, today=TODAY))
        snapshot.unlink()
        if before is not None:
            out.append((one, *_step(before, now)))
        before = now
    columns = [
        "month",
        "papers",
        "step",
        "kept",
        "unlisted",
        "places_changed",
        "events",
        "clusters",
    ]
    return pd.DataFrame(out, columns=columns)


def _step(before: Run, now: Run) -> tuple[object, ...]:
    old, new = (_clusters(one) for one in (before, now))
    both = new.reindex(old.index)
    moved = both.index[(both != old).to_numpy()]
    lineage = now.lineage[now.lineage["event"].isin(["born", "split", "merged"])]
    named = set(lineage["group_id"]) | set(lineage["previous_group_id"].dropna())
    told = set(now.moves.loc[now.moves["kind"] == "cluster", "paper_id"])
    fresh = now.manifest["how"] == "fresh"
    unlisted = [p for p in moved if p not in told or not (fresh or {both[p], old[p]} & named)]
    places = before.map.merge(now.map, on="paper_id", suffixes=("", "_now"))
    stand = (places["x"] == places["x_now"]) & (places["y"] == places["y_now"])
    added = len(now.papers) - len(before.papers)
    return (
        now.manifest["how"], len(now.papers), added / len(before.papers),
        1 - len(moved) / max(len(old), 1), len(unlisted), int((~stand).sum()), len(lineage),
        new.nunique(),
    )  # fmt: skip


def _clusters(made: Run) -> pd.Series:
    rows = made.memberships[made.memberships["is_primary"]]
    return rows[rows["kind"] == "cluster"].set_index("paper_id")["group_id"].sort_index()


def cost_of_extending(*, shared: Path, work: Path) -> pd.DataFrame:
    """Return seconds by stage of a fresh run on all labelled papers and of one extended by 2 %."""
    papers = pd.read_parquet(shared / "corpora" / f"{ARXIV}.parquet")
    papers = papers[["id", "title", "abstract", "published"]].sort_values("published")
    whole, most = work / "all.parquet", work / "most.parquet"
    papers.to_parquet(whole, index=False)
    papers.iloc[: round(len(papers) / 1.02)].to_parquet(most, index=False)
    for name in ("cost-fresh", "cost-series"):
        shutil.rmtree(work / name, ignore_errors=True)
    _timed(most, runs=work / "cost-series")
    made = {
        "extended": _timed(whole, runs=work / "cost-series"),
        "fresh": _timed(whole, runs=work / "cost-fresh"),
    }
    return pd.DataFrame(made)


def _timed(snapshot: Path, *, runs: Path) -> dict[str, float]:
    """Run in a process of its own; return seconds a stage, and `wall` with start and end."""
    command = [sys.executable, "-m", "analysis", "run", str(snapshot), "--quiet"]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--runs", str(runs)], check=True, capture_output=True, text=True
    )
    wall = time.perf_counter() - start
    path = Path(done.stdout.strip().splitlines()[-1])
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    return {**manifest["seconds"], "wall": wall}
