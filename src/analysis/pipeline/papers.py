"""The papers of a run and their vectors, alone or joined with the earlier run that it continues."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import clusters, runs
from analysis.base import schema
from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.groups import cluster_number, groups_of
from analysis.base.progress import Progress
from analysis.clusters.extend.new_papers import LEAST_NEAR, SMALLEST_JUDGED, share_near
from analysis.clusters.labels.occurrences import PhraseIndex
from analysis.clusters.ledger import Ledger, read_ledger
from analysis.embedding import embed, embedding_version, paper_texts
from analysis.embedding.new_words import LearnedWords, learn_words, learned_from_arrays
from analysis.papers import PaperUnion, Snapshot, join_papers
from analysis.papers.boilerplate import analysed_papers, repeated_of
from analysis.runs import Run

from .settings import Settings, recorded_settings

LARGEST_STEP = 3.0
"""New papers, as a multiple of the known ones, above which all are fitted from scratch."""

CACHE = ".embeddings"
"""Folder in the series' directory where vectors of optional embeddings are kept; disposable."""


# the run that is continued


@dataclass(frozen=True)
class Parent:
    """The run that a new one continues, and its register of clusters."""

    run: Run
    ledger: Ledger


def find_parent(folder: Path, *, settings: Settings, progress: Progress) -> Parent | None:
    """Open the run to continue: `settings.extend`, else the newest finished run of the series.

    Returns
    -------
    Parent or None
        None if the series has no run yet, or if its newest cannot be read and a fresh fit, which
        can do without, is asked for.

    Raises
    ------
    InputError
        If the run is damaged, of another schema version, or not in this series.
    """
    known = runs.list_runs(folder)
    name = settings.extend
    if name is None and not known:
        return None
    path = runs.find_run(name, runs=folder) if name is not None else known[-1]
    if path.parent.resolve() != folder.resolve():
        raise InputError(
            f"run {path} is not in the series {folder}",
            allowed="a run of the series that the new one is written into",
            next_step="name one that `papertide show` lists, or give its folder with --runs",
        )
    try:
        run = runs.read_run(path)
        ledger = read_ledger(path / "ledger.toml")
        free = max(ledger.next_id, next_number(folder))
        return Parent(run, replace(ledger, next_id=free))
    except InputError as error:
        if settings.fresh and name is None:
            progress.say(
                f"The last run of the series cannot be read ({'; '.join(error.problems)}): "
                "clusters are not matched to it and get new ids. To match them to another run, "
                "give it with --extend RUN."
            )
            return None
        raise InputError(
            error.problems,
            allowed=error.allowed,
            next_step="extend another run with --extend RUN, make a fresh fit with --fresh, or "
            "begin another series with --runs DIR",
        ) from error


def next_number(folder: Path) -> int:
    """Return the lowest cluster number above all that the runs of a series have given.

    Runs may extend one another in branches, and some may be unreadable as a whole.
    """
    return max((_highest_number(path) for path in runs.list_runs(folder)), default=0) + 1


def _highest_number(path: Path) -> int:
    """Return the highest cluster number in the files of a run that may be damaged; 0 without."""
    highest = 0
    with contextlib.suppress(InputError):
        highest = read_ledger(path / "ledger.toml").next_id - 1
    try:
        groups = runs.read_parquet(path / "groups.parquet")
        ids = groups.loc[groups["kind"] == "cluster", "group_id"]
        return max([highest, *map(cluster_number, ids)])
    except Exception:  # whatever a damaged file makes its reader raise
        return highest


def is_unchanged(
    parent: Run,
    *,
    inputs: Sequence[Mapping[str, Any]],
    definitions: Sequence[Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> bool:
    """Whether a run was made from these files with these settings."""
    before = parent.manifest
    ours, theirs = (
        sorted((str(one.get("role", "input")), str(one["sha256"])) for one in entries)
        for entries in (
            [*inputs, *definitions],
            [*before["inputs"], *before.get("definitions", [])],
        )
    )
    recorded = {**recorded_settings(Settings()), **before["settings"]}  # older runs lack the newer
    return ours == theirs and dict(settings) == recorded


def has_clusters(run: Run) -> bool:
    """Whether a run has any cluster that papers belong to."""
    return len(groups_of(run.groups, kind="cluster")) > 0


# papers and vectors


@dataclass(frozen=True)
class RunPapers:
    """The papers of a run and their vectors.

    Attributes
    ----------
    table : DataFrame
        Table `papers` of the run, as it is stored.
    vectors : ndarray
        float32 (n, d), unit rows.
    union : PaperUnion or None
        None if no run is continued.
    analysed : DataFrame
        `table` with the abstracts as they are analysed: without boilerplate.
    boilerplate : dict
        The manifest's entry.
    learned : LearnedWords or None
        Words that the series has learned from the papers of its first run.
    """

    table: pd.DataFrame
    vectors: np.ndarray
    union: PaperUnion | None
    analysed: pd.DataFrame
    boilerplate: dict[str, Any]
    learned: LearnedWords | None = None

    @property
    def seen(self) -> RunPapers:
        """The papers as the analysis sees them: `analysed` in place of `table`."""
        return replace(self, table=self.analysed)

    @cached_property
    def index(self) -> PhraseIndex:
        """Where in the papers' texts each word stands, made once for all stages that ask."""
        return PhraseIndex(paper_texts(self.table["title"], self.table["abstract"]))


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
    chosen: dict[str, Any] = {"embedding": settings.embedding}
    chosen["cache"] = path.parent / CACHE if ":" in settings.embedding else None
    if parent is None or settings.fresh:
        table = read.papers.assign(in_snapshot=True, first_run=path.name, last_run=path.name)
        table = schema.conform(table, name="papers")
        with progress.stage("embed"):
            seen = analysed_papers(
                table, repeated=read.boilerplate.repeated, found=read.boilerplate
            )
            texts = paper_texts(seen["title"], seen["abstract"])
            learned = chosen["learned"] = learn_words(texts, embedding=settings.embedding)
            vectors = embed(texts, ids=table["paper_id"], **chosen)
        return RunPapers(table, vectors, None, seen, read.boilerplate.entry, learned)
    _check_embedding(parent.run, embedding=settings.embedding)
    union = join_papers(parent.run.papers, read.papers, run=path.name)
    for line in (_union_line(union, run=parent.run.name), *union.notes):
        progress.say(line)
    # What the series has left out or learned once, it goes on to.
    repeated = sorted({*repeated_of(parent.run.manifest), *read.boilerplate.repeated})
    learned = chosen["learned"] = learned_from_arrays(parent.run.topic_fit)
    with progress.stage("embed"):
        seen = analysed_papers(union.papers, repeated=repeated, found=read.boilerplate)
        vectors = _union_vectors(union, papers=seen, parent=parent.run, chosen=chosen)
    _refuse_unrelated(union, vectors=vectors, parent=parent.run, folder=path.parent)
    entry = {**read.boilerplate.entry, "repeated": repeated}
    return RunPapers(union.papers, vectors, union, seen, entry, learned)


def _check_embedding(parent: Run, *, embedding: str) -> None:
    """Refuse an embedding that gives known papers other vectors than they have.

    Runs of earlier versions, in whose vectors British and American spelling differ, go on: papers
    in American spelling have the same vectors, and those in British spelling keep theirs.
    """
    before = parent.manifest["embedding"]
    version = embedding_version(embedding)
    if embedding == "tfidf":
        problem = (
            "the embedding tfidf, which is fitted on each snapshot, in a run that extends "
            f"{parent.name}"
        )
    elif (before["name"], before["version"]) not in (
        (embedding, version),
        (embedding, version.removesuffix("+spelling")),
    ):
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
    union: PaperUnion, *, papers: pd.DataFrame, parent: Run, chosen: Mapping[str, Any]
) -> np.ndarray:
    """Return the vectors of the union's papers: those of the parent run, else of their texts.

    `chosen` are the further arguments of `embed`.
    """
    ids = papers["paper_id"]
    is_new = ids.isin([*union.added, *union.revised]).to_numpy()
    out = np.zeros((len(papers), parent.vectors.shape[1]), dtype=np.float32)
    row_of = pd.Series(np.arange(len(parent.papers)), index=parent.papers["paper_id"].to_numpy())
    out[~is_new] = parent.vectors[row_of.reindex(ids[~is_new]).to_numpy()]
    if is_new.any():
        new = papers[is_new]
        texts = paper_texts(new["title"], new["abstract"])
        out[is_new] = embed(texts, ids=new["paper_id"], **chosen)
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
