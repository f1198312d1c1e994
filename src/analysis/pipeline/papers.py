"""The papers of a run and their vectors: a snapshot's alone, or joined with what is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.base import schema
from analysis.base.progress import Progress
from analysis.embedding import embed, paper_texts
from analysis.papers import Snapshot
from analysis.papers.union import PaperUnion, join_papers

from .parent import Parent, check_embedding, refuse_unrelated, union_vectors
from .settings import Settings

CACHE = ".embeddings"
"""Folder in the series' directory where vectors of optional embeddings are kept; disposable."""


@dataclass(frozen=True)
class Papers:
    """The papers of a run and their vectors; `joined` is None where no run is continued."""

    table: pd.DataFrame
    vectors: np.ndarray
    joined: PaperUnion | None


def papers_of(
    read: Snapshot, *, settings: Settings, parent: Parent | None, path: Path, progress: Progress
) -> Papers:
    """Join the snapshot with what the series knows, and embed what is new."""
    # A model from a hub embeds 10 to 30 papers a second: what it made once is kept.
    cache = path.parent / CACHE if ":" in settings.embedding else None
    if parent is None or settings.fresh:
        name = path.name
        table = read.papers.assign(in_snapshot=True, first_run=name, last_run=name)
        table = schema.conform(table, name="papers")
        with progress.stage("embed"):
            texts = paper_texts(table["title"], table["abstract"])
            vectors = embed(texts, embedding=settings.embedding, cache=cache, ids=table["paper_id"])
        return Papers(table, vectors, None)
    check_embedding(parent.run, embedding=settings.embedding)
    joined = join_papers(parent.run.papers, read.papers, run=path.name)
    for line in (_counted(joined, run=parent.run.name), *joined.notes):
        progress.say(line)
    with progress.stage("embed"):
        vectors = union_vectors(
            joined.papers,
            parent=parent.run,
            joined=joined,
            embedding=settings.embedding,
            cache=cache,
        )
    refuse_unrelated(
        joined.papers, vectors=vectors, parent=parent.run, joined=joined, folder=path.parent
    )
    return Papers(joined.papers, vectors, joined)


def _counted(joined: PaperUnion, *, run: str) -> str:
    return (
        f"Extends run {run}: {len(joined.added):,} new papers, {len(joined.known):,} known "
        f"({len(joined.revised):,} revised), {len(joined.gone):,} not listed any more; "
        f"{len(joined.papers):,} in all"
    )


def said_of_union(joined: PaperUnion | None) -> dict[str, Any]:
    """Return what the manifest says of a union: counts, and the papers that changed; else {}."""
    if joined is None:
        return {}
    return {
        **{name: len(getattr(joined, name)) for name in ("added", "known", "gone")},
        **{name: list(getattr(joined, name)) for name in ("revised", "redated")},
        "renamed": dict(joined.renamed),
        "notes": list(joined.notes),
    }
