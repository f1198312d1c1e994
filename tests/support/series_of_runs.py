"""Series of runs on made-up corpora: six fields, of which five are known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.pipeline.run import Settings, run
from analysis.runs import Run
from planted import planted

TODAY = date(2025, 1, 1)
CORPUS = planted(1320, n_fields=6).assign(
    published=[f"{2019 + i // 6 % 6}-{i // 36 % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(1320)]
)
KNOWN = CORPUS[CORPUS["field"] != "proof"].reset_index(drop=True)
PROOF = CORPUS[CORPUS["field"] == "proof"].reset_index(drop=True)
BASE = 300


def csv(papers: pd.DataFrame, path: Path) -> Path:
    papers.drop(columns="field").to_csv(path, index=False)
    return path


def made(papers: pd.DataFrame, runs: Path, **settings: object) -> Run:
    """Run a snapshot into a series; the laws are checked on the way."""
    runs.parent.mkdir(exist_ok=True)
    file = csv(papers, runs.parent / "snapshot.csv")
    told = {"today": TODAY, "snapshot_date": date(2024, 12, 31), **settings}
    return run(file, settings=Settings(runs=runs, **told))


def clusters(made: Run) -> pd.Series:
    rows = made.memberships[
        (made.memberships["kind"] == "cluster") & made.memberships["is_primary"]
    ]
    return rows.set_index("paper_id")["group_id"].sort_index()


def rows_of(frame: pd.DataFrame, papers: pd.Index) -> pd.DataFrame:
    return frame[frame["paper_id"].isin(papers)].reset_index(drop=True)


def changed(before: Run, after: Run) -> list[str]:
    """Say what is not to the bit as it was: memberships and places of known papers, clusters."""
    old = before.papers["paper_id"]
    ours, theirs = (
        rows_of(one.memberships[one.memberships["kind"] == "cluster"], old)
        for one in (after, before)
    )
    places = rows_of(after.map, old)
    groups = [one.groups[one.groups["kind"] == "cluster"].set_index("group_id") for one in
              (after, before)]  # fmt: skip
    told = {
        name: [each.loc[groups[1].index, name].map(_plain).tolist() for each in groups]
        for name in ("label", "terms", "color", "description", "parent_id")
    }
    columns = ["paper_id", "x", "y"]
    same = {
        "memberships": ours.equals(theirs),
        "places": places[columns].equals(before.map[columns]),
        "state": set(places["state"]) == {"kept"},
        **{name: now == then for name, (now, then) in told.items()},
    }
    return [name for name, is_same in same.items() if not is_same]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, list | np.ndarray) else str(value)


def left_behind(folder: Path) -> list[Path]:
    """Return what a refused run left in a series' directory."""
    return list(folder.glob(".writing-*"))
