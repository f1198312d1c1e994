"""A made-up run in which one phrase rises, one stays, and no group carries either."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.schema import conform
from analysis.pipeline.trends import recount
from analysis.pipeline.words import word_table
from analysis.runs import Run
from told_runs import judged

FILLER = "rivers mountains lakes forests deserts islands valleys meadows glaciers canyons".split()
PER_MONTH, MONTHS = 80, 20
RISES, STAYS = "kelp harvest", "reef map"


def papers_with_words(*, seed: int = 0, rise: float = 0.2) -> pd.DataFrame:
    """Return dated papers: those that say `RISES` go from 2 % to 2 % + `rise`, `STAYS` is 8 %.

    Every second paper that says a phrase has it in the title; `about` is the phrase or "".
    """
    random = np.random.default_rng(seed)
    rows = []
    for i in range(PER_MONTH * MONTHS):
        month = i // PER_MONTH
        draw = random.random()
        share = 0.02 + rise * month / (MONTHS - 1)
        about = RISES if draw < share else STAYS if draw > 0.92 else ""
        words = " and ".join(random.choice(FILLER, 4))
        rows.append(
            {
                "day": pd.Timestamp("2024-01-01") + pd.DateOffset(months=month)
                + pd.Timedelta(days=int(random.integers(0, 28))),
                "title": f"{words} by {about}" if about and i % 2 else words,
                "abstract": f"Of {words}. And {about}s.",
                "about": about,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.assign(paper_id=[f"p{i:05d}" for i in range(len(frame))])


def neighbours_of(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the table: each paper's nearest are four of those about the same."""
    parts = []
    for _, ids in papers.groupby("about")["paper_id"]:
        ids = ids.to_numpy()
        for rank in (1, 2, 3, 4):
            near = np.roll(ids, -rank)
            part = {"paper_id": ids, "rank": rank, "neighbour_id": near, "similarity": 0.5}
            parts.append(pd.DataFrame(part))
    return conform(pd.concat(parts), name="neighbours")


def run_with_words(*, seed: int = 0, rise: float = 0.2) -> Run:
    """Return a run of two topics that have nothing to do with the phrases, words counted."""
    said = papers_with_words(seed=seed, rise=rise)
    random = np.random.default_rng(seed + 1)
    topics = random.choice(["steady", "late"], len(said))
    run = judged(
        said[["paper_id", "day"]], members=list(zip(said["paper_id"], topics, strict=True))
    )
    texts = said.set_index("paper_id").loc[run.papers["paper_id"], ["title", "abstract"]]
    papers = run.papers.assign(**{c: texts[c].to_numpy() for c in texts})
    run = replace(run, papers=conform(papers, name="papers"), neighbours=neighbours_of(said))
    words = word_table(
        run.papers,
        neighbours=run.neighbours,
        memberships=run.memberships,
        groups=run.groups,
        by="published",
    )
    return recount(replace(run, words=words), by="published")
