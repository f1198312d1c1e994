"""What a run takes over from its series: the parent, its papers and their vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import runs
from analysis.base.errors import InputError
from analysis.base.groups import cluster_number, counted_memberships, groups_of
from analysis.clusters.extend.fit_of_new_papers import LEAST_NEAR, SMALLEST_JUDGED, share_near
from analysis.clusters.identity.ledger import Ledger, read_ledger
from analysis.embedding import embed, embedding_version, paper_texts
from analysis.papers.union import PaperUnion
from analysis.runs import Run

LARGEST_STEP = 3.0
"""New papers, as a multiple of the known ones, above which all are fitted anew and matched."""


@dataclass(frozen=True)
class Parent:
    """The run that a new one continues, and its register of clusters."""

    run: Run
    ledger: Ledger


def find_parent(folder: Path, *, name: str | Path | None) -> Parent | None:
    """Open the run to continue: the one named, else the newest whole run of the series.

    Returns
    -------
    Parent or None
        None where the series has no run yet.

    Raises
    ------
    InputError
        Where it is damaged, of another schema version, or not in this series.
    """
    known = runs.list_runs(folder)
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
        ledger = read_ledger(path / "ledger.toml")
        free = max(ledger.next_id, next_number(folder))
        return Parent(runs.read_run(path), replace(ledger, next_id=free))
    except InputError as error:
        raise InputError(
            error.problems,
            allowed=error.allowed,
            next_step="extend another run with --extend RUN, fit the snapshot anew with --fresh, "
            "or begin another series with --runs DIR",
        ) from error


def next_number(folder: Path) -> int:
    """Return a number for the next cluster that no run of the series has given.

    Runs may extend one another in branches, and a run may be one that cannot be read as a whole.

    Parameters
    ----------
    folder : Path
        Directory of the series.
    """
    return max((_highest(path) for path in runs.list_runs(folder)), default=0) + 1


def _highest(path: Path) -> int:
    """Return the highest number of a cluster of a run, 0 where nothing can be read of it."""
    try:
        return read_ledger(path / "ledger.toml").next_id - 1
    except InputError:
        pass
    try:
        groups = pd.read_parquet(path / "groups.parquet", columns=["kind", "group_id"])
    except (OSError, ValueError):
        return 0
    ids = groups.loc[groups["kind"] == "cluster", "group_id"]
    return max(map(cluster_number, ids), default=0)


def is_same(parent: Run, *, inputs: Sequence[Mapping[str, Any]], definitions: Sequence[Mapping],
            settings: Mapping[str, Any]) -> bool:  # fmt: skip
    """Say whether a run was made from these files with these settings by this version."""
    before = parent.manifest
    ours = sorted(str(one["sha256"]) for one in inputs)
    theirs = sorted(str(one["sha256"]) for one in before["inputs"])
    hashes = [sorted((str(one["role"]), str(one["sha256"])) for one in side)
              for side in (definitions, before.get("definitions", []))]  # fmt: skip
    return ours == theirs and hashes[0] == hashes[1] and dict(settings) == before["settings"]


def check_embedding(parent: Run, *, embedding: str) -> None:
    """Refuse an embedding that gives known papers other vectors than they have.

    Raises
    ------
    InputError
    """
    before = parent.manifest["embedding"]
    if embedding == "tfidf":
        found = f"the embedding tfidf, which is fitted on each snapshot, in a run that extends " \
                f"{parent.name}"  # fmt: skip
    elif (before["name"], before["version"]) != (embedding, embedding_version(embedding)):
        found = (
            f"embedding {embedding} (version {embedding_version(embedding)}); run {parent.name} "
            f"has {before['name']} (version {before['version']})"
        )
    else:
        return
    raise InputError(
        found,
        allowed="the embedding of the run that is extended",
        next_step=f"give --embedding {before['name']}, fit anew with --fresh, or begin another "
        "series with --runs DIR",
    )


def union_vectors(
    papers: pd.DataFrame, *, parent: Run, joined: PaperUnion, embedding: str, cache: Path | None
) -> np.ndarray:
    """Return the vectors of the union: those of the parent, new ones for new and revised texts.

    Parameters
    ----------
    papers : DataFrame
        Table `papers` of the union, n rows.
    parent : Run
    joined : PaperUnion
    embedding : str
    cache : Path or None

    Returns
    -------
    float32 (n, d)
    """
    ids = papers["paper_id"]
    anew = ids.isin([*joined.added, *joined.revised]).to_numpy()
    out = np.zeros((len(papers), parent.vectors.shape[1]), dtype=np.float32)
    row_of = pd.Series(np.arange(len(parent.papers)), index=parent.papers["paper_id"].to_numpy())
    out[~anew] = parent.vectors[row_of.reindex(ids[~anew]).to_numpy()]
    if anew.any():
        some = papers[anew]
        texts = paper_texts(some["title"], some["abstract"])
        out[anew] = embed(texts, embedding=embedding, cache=cache, ids=some["paper_id"])
    return out


def refuse_unrelated(
    papers: pd.DataFrame, *, vectors: np.ndarray, parent: Run, joined: PaperUnion, folder: Path
) -> None:
    """Stop where a snapshot has nothing to do with the series.

    Raises
    ------
    InputError
        Where at least 20 papers are listed, none of them known, and under 20 % of them lie as
        near to some cluster as 95 % of its members do.
    """
    from analysis import clusters

    n = len(joined.added)
    if joined.known or n < SMALLEST_JUDGED or not has_clusters(parent):
        return
    labels = primary_labels(papers, run=parent)
    numbers = np.unique(labels.fillna(""), return_inverse=True)[1] - 1
    is_new = papers["paper_id"].isin(joined.added).to_numpy()
    centred = clusters.centred(vectors)
    share = share_near(centred, labels=numbers, is_new=is_new)
    if share < LEAST_NEAR:
        raise InputError(
            f"none of the {n:,} papers is in the series {folder}, and {share:.0%} of them lie near "
            "any of its clusters",
            allowed="a snapshot of the literature that the series follows",
            next_step="begin another series with --runs DIR, or fit it anew here with --fresh",
        )


def has_clusters(run: Run) -> bool:
    """Whether a run has any cluster that papers belong to."""
    return len(groups_of(run.groups, kind="cluster")) > 0


def primary_labels(papers: pd.DataFrame, *, run: Run) -> pd.Series:
    """Return the primary cluster of each paper in a run, null where it has none."""
    return primary(run.memberships).reindex(papers["paper_id"].to_numpy())


def primary(memberships: pd.DataFrame) -> pd.Series:
    """Return the primary cluster of each paper, indexed by its id."""
    rows = counted_memberships(memberships, kind="cluster")
    return rows.set_index("paper_id")["group_id"]


def decisions_of(parent: Parent | None) -> runs.Decisions | None:
    """Return what the parent decided on topics, to say what changed."""
    if parent is None:
        return None
    topics = parent.run.groups[parent.run.groups["kind"] == "topic"]
    rows = parent.run.memberships
    return runs.Decisions(
        parent.run.name,
        rows[rows["kind"] == "topic"],
        frozenset(parent.run.papers["paper_id"]),
        dict(zip(topics["group_id"], topics["definition_hash"], strict=True)),
    )
