"""What the tests of the notebook's view share: runs with texts, vectors and two levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.embedding import embed, paper_texts
from analysis.notebook.explore.view import View
from analysis.runs import Run
from page_runs import made_run

SUBJECTS = (
    "adapters for large language models",
    "scaling laws of vision transformers",
    "reinforcement learning from feedback",
    "speech recognition in noisy rooms",
)


def told_run(n: int = 200, *, texts: Sequence[str] | None = None, n_undated: int = 0) -> Run:
    """Return a made-up run whose papers say what their cluster is about, with real vectors.

    Papers of cluster i lie round a place of their own; with `texts` every string shown is hostile.
    """
    run = made_run(n, n_undated=n_undated, texts=texts)
    papers = run.papers
    if texts is None:
        subject = [SUBJECTS[i % 4] for i in range(n)]
        papers = papers.assign(
            title=[f"On {name}, part {i}" for i, name in enumerate(subject)],
            abstract=[
                f"We study {name} in experiment {i % 9} and tell what was found."
                for i, name in enumerate(subject)
            ],
        )
    places = run.map
    if len(places):
        turn = np.arange(n) % 4 * (np.pi / 2)
        places = run.map.assign(
            x=(6 * np.cos(turn) + run.map["x"] / 6).astype("float32"),
            y=(6 * np.sin(turn) + run.map["y"] / 6).astype("float32"),
        )
    vectors = embed(paper_texts(papers["title"], papers["abstract"])) if n else run.vectors
    manifest = {**run.manifest, "embedding": {**run.manifest["embedding"], "name": "builtin"}}
    return replace(run, papers=papers, map=places, vectors=vectors, manifest=manifest)


def two_levels(run: Run) -> Run:
    """Put the first two clusters of a run into a broader one, c0101."""
    broad = run.groups[run.groups["group_id"] == "c0001"].assign(
        group_id="c0101", label="Learning at large", n_papers=0, terms=[["learning"]]
    )
    own = run.groups["group_id"].isin(["c0001", "c0002"])
    groups = run.groups.assign(parent_id=run.groups["parent_id"].where(~own, "c0101"))
    groups = pd.concat([groups, broad]).sort_values(["kind", "group_id"], ignore_index=True)
    return replace(run, groups=groups)


def shown(view: View) -> int:
    """Return how many papers a view shows."""
    return int(view._core.passing(view._core.state).sum())
