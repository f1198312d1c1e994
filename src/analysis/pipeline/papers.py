"""The papers of a run and their vectors: a snapshot's alone, or joined with the series'."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import clusters
from analysis.base import schema
from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.clusters.extend.new_papers import LEAST_NEAR, SMALLEST_JUDGED, share_near
from analysis.embedding import embed, embedding_version, paper_texts
from analysis.papers import PaperUnion, Snapshot, join_papers
from analysis.runs import Run

from .parent import Parent, has_clusters
from .settings import Settings

CACHE = ".embeddings"
"""Folder in the series' directory where vectors of optional embeddings are kept; disposable."""


@dataclass(frozen=True)
class RunPapers:
    """The papers of a run and their vectors; `union` is None if no run is continued."""

    table: pd.DataFrame
    vectors: np.ndarray
    union: PaperUnion | None


def prepare_papers(
    read: Snapshot, *, settings: Settings, parent: Parent | None, path: Path, progress: Progress
) -> RunPapers:
    """Join the snapshot's papers with those of the series, and embed new and revised ones.

    Raises
    ------
    InputError
        If the snapshot does not belong to the series, or has another embedding.
    """
    # A model from a hub embeds 10 to 30 papers per second: its vectors are kept.
    cache = path.parent / CACHE if ":" in settings.embedding else None
    if parent is None or settings.fresh:
        name = path.name
        table = read.papers.assign(in_snapshot=True, first_run=name, last_run=name)
        table = schema.conform(table, name="papers")
        with progress.stage("embed"):
            texts = paper_texts(table["title"], table["abstract"])
            vectors = embed(texts, embedding=settings.embedding, cache=cache, ids=table["paper_id"])
        return RunPapers(table, vectors, None)
    _check_embedding(parent.run, embedding=settings.embedding)
    union = join_papers(parent.run.papers, read.papers, run=path.name)
    for line in (_union_line(union, run=parent.run.name), *union.notes):
        progress.say(line)
    with progress.stage("embed"):
        vectors = _union_vectors(
            union, parent=parent.run, embedding=settings.embedding, cache=cache
        )
    _refuse_unrelated(union, vectors=vectors, parent=parent.run, folder=path.parent)
    return RunPapers(union.papers, vectors, union)


def _check_embedding(parent: Run, *, embedding: str) -> None:
    """Refuse an embedding that gives known papers other vectors than they have."""
    before = parent.manifest["embedding"]
    version = embedding_version(embedding)
    if embedding == "tfidf":
        problem = (
            "the embedding tfidf, which is fitted on each snapshot, in a run that extends "
            f"{parent.name}"
        )
    elif (before["name"], before["version"]) != (embedding, version):
        problem = (
            f"embedding {embedding} (version {version}); run {parent.name} has {before['name']} "
            f"(version {before['version']})"
        )
    else:
        return
    raise InputError(
        problem,
        allowed="the embedding of the run that is extended",
        next_step=f"give --embedding {before['name']}, make a fresh fit with --fresh, or begin "
        "another series with --runs DIR",
    )


def _union_line(union: PaperUnion, *, run: str) -> str:
    return (
        f"Extends run {run}: {count(len(union.added), 'new paper')}, {len(union.known):,} known "
        f"({len(union.revised):,} revised), {len(union.gone):,} no longer listed; "
        f"{len(union.papers):,} in all"
    )


def _union_vectors(
    union: PaperUnion, *, parent: Run, embedding: str, cache: Path | None
) -> np.ndarray:
    """Return the vectors of the union's n papers, float32 (n, d).

    Those of the parent run; new and revised texts are embedded.
    """
    papers, ids = union.papers, union.papers["paper_id"]
    is_new = ids.isin([*union.added, *union.revised]).to_numpy()
    out = np.zeros((len(papers), parent.vectors.shape[1]), dtype=np.float32)
    row_of = pd.Series(np.arange(len(parent.papers)), index=parent.papers["paper_id"].to_numpy())
    out[~is_new] = parent.vectors[row_of.reindex(ids[~is_new]).to_numpy()]
    if is_new.any():
        new = papers[is_new]
        texts = paper_texts(new["title"], new["abstract"])
        out[is_new] = embed(texts, embedding=embedding, cache=cache, ids=new["paper_id"])
    return out


def _refuse_unrelated(union: PaperUnion, *, vectors: np.ndarray, parent: Run, folder: Path) -> None:
    """Refuse a snapshot that has nothing to do with the series.

    That is if at least 20 papers are listed, none of them known, and under 20 % of them lie as
    near to some cluster as 95 % of its members do.
    """
    n = len(union.added)
    if union.known or n < SMALLEST_JUDGED or not has_clusters(parent):
        return
    ids = union.papers["paper_id"]
    labels = clusters.primary_clusters(parent.memberships).reindex(ids.to_numpy())
    numbers = np.unique(labels.fillna(""), return_inverse=True)[1] - 1
    is_new = ids.isin(union.added).to_numpy()
    share = share_near(clusters.centre_vectors(vectors), numbers=numbers, is_new=is_new)
    if share < LEAST_NEAR:
        raise InputError(
            f"none of the {n:,} papers is in the series {folder}, and {share:.0%} of them lie near "
            "any of its clusters",
            allowed="a snapshot of the literature that the series follows",
            next_step="begin another series with --runs DIR, or make a fresh fit here with --fresh",
        )


def union_entry(union: PaperUnion | None) -> dict[str, Any]:
    """Return the manifest's entry on a union: counts, and the papers that changed; else {}."""
    if union is None:
        return {}
    return {
        **{name: len(getattr(union, name)) for name in ("added", "known", "gone")},
        **{name: list(getattr(union, name)) for name in ("revised", "redated")},
        "renamed": dict(union.renamed),
        "notes": list(union.notes),
    }
