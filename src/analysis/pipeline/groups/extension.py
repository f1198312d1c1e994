"""The clusters, map places and neighbours of a run that extends another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import clusters
from analysis.base import schema
from analysis.base.groups import cluster_id, cluster_number
from analysis.base.progress import Progress
from analysis.clusters import ClusterDescription, Extension, primary_clusters
from analysis.clusters.extend.growth import steps_of_arrival
from analysis.papers.languages import label_stop_words

from .extension_account import (
    announce,
    drift_of,
    extended_account,
    extended_quality,
    parent_account,
)
from .group_table import descriptions_of
from .tree import fresh_fit

if TYPE_CHECKING:
    from analysis.clusters import FreshFit
    from analysis.clusters.extend.splits_and_mergers import Thresholds
    from analysis.runs import Run

    from ..papers import RunPapers
    from ..settings import Settings

STORED_NEIGHBOURS = 10


@dataclass(frozen=True)
class RunClusters:
    """The clusters of a run, from scratch or extended; frames as in the schema.

    `how` is "fresh" or "extended"; `clustering` is the manifest's account of them; `fits` are
    the fits of subsamples, or a function that waits for them, if they are due.
    """

    memberships: pd.DataFrame
    descriptions: Sequence[ClusterDescription]
    neighbours: pd.DataFrame
    map: pd.DataFrame
    quality: dict[str, Any]
    clustering: dict[str, Any]
    how: str
    fits: np.ndarray | Callable[[], np.ndarray] | None = None


def extend_parent(
    found: RunPapers,
    *,
    parent: Run,
    revised: Sequence[str],
    next_id: int,
    settings: Settings,
    taken: Collection[str],
    progress: Progress,
) -> RunClusters:
    """Extend the clusters of `parent` to the union of its papers and a snapshot's.

    Parameters
    ----------
    found : RunPapers
    parent : Run
        Has clusters.
    revised : sequence of str
        Known papers whose text changed.
    next_id : int
        Number of the next cluster id.
    settings : Settings
    taken : collection of str
        Labels of the topics.
    progress : Progress
    """
    papers, vectors = found.table, found.vectors
    known = sorted(primary_clusters(parent.memberships).unique(), key=cluster_number)
    numbers = _known_numbers(papers, known=known, parent=parent)
    is_revised = papers["paper_id"].isin(list(revised)).to_numpy()
    changed = is_revised | (numbers < 0)
    centred, account = clusters.centre_vectors(vectors), parent_account(parent)
    with progress.stage("cluster"):
        near = _neighbours(papers, vectors=vectors, parent=parent, changed=changed)
        extension = _extended(
            papers,
            vectors=centred,
            numbers=numbers,
            is_revised=is_revised,
            account=account,
            fit=lambda: fresh_fit(
                vectors, seed=settings.seed, division=(settings.clusters, settings.detail)
            ),
            limits=settings.thresholds,
        )
    names = _cluster_names(extension.numbers, known=known, next_id=next_id)
    memberships = extended_memberships(papers, extension=extension, names=names, parent=parent)
    weights = memberships.loc[memberships["is_primary"], "weight"].to_numpy()
    with progress.stage("label"):
        descriptions = clusters.describe_extended(
            descriptions_of(parent.groups),
            papers=papers,
            vectors=vectors,
            numbers=extension.numbers,
            names=names,
            events=extension.events,
            memberships=memberships,
            taken=taken,
            stop_words=(*(settings.not_in_labels or ()), *label_stop_words(papers)),
            index=found.index,
        )
    with progress.stage("map"):
        table = _map(papers, vectors=centred, parent=parent, extension=extension, changed=changed)
    drift = drift_of(extension, weights=weights, neighbours=near[0], known=numbers, account=account)
    announce(drift, extension=extension, names=names, progress=progress)
    return RunClusters(
        memberships=memberships,
        descriptions=descriptions,
        neighbours=clusters.neighbour_table(papers, indices=near[0], similarities=near[1]),
        map=table,
        quality=extended_quality(parent, weights=weights, drift=drift)
        | clusters.map_figures(table, vectors=centred, seed=settings.seed),
        clustering=extended_account(account, extension=extension, parent=parent, n=len(papers)),
        how="extended",
    )


def _extended(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    numbers: np.ndarray,
    is_revised: np.ndarray,
    account: dict[str, Any],
    fit: Callable[[], FreshFit],
    limits: Thresholds,
) -> Extension:
    """Extend the clusters `numbers`, -1 for new papers; `vectors` are centred."""
    return clusters.extend_clusters(
        vectors,
        numbers=numbers,
        is_new=numbers < 0,
        revised=is_revised,
        n_last_fit=account["looked_at"],
        n_last_review=account["revised_at"],
        arrived=steps_of_arrival(papers["first_run"]),
        fit=fit,
        limits=limits,
    )


def _known_numbers(papers: pd.DataFrame, *, known: Sequence[str], parent: Run) -> np.ndarray:
    """Return the place in `known` of each paper's cluster in the parent run, -1 for new papers."""
    of_paper = primary_clusters(parent.memberships).reindex(papers["paper_id"])
    return pd.Index(known, dtype="str").get_indexer(of_paper)


def _cluster_names(numbers: np.ndarray, *, known: Sequence[str], next_id: int) -> list[str]:
    """Return the id of each cluster number; new ones get the next free ids, "" if unused."""
    names = [*known, *[""] * (int(numbers.max()) + 1 - len(known))]
    for number in sorted(set(numbers.tolist())):
        if number >= len(known):
            names[number] = cluster_id(next_id)
            next_id += 1
    return names


def extended_memberships(
    papers: pd.DataFrame, *, extension: Extension, names: Sequence[str], parent: Run
) -> pd.DataFrame:
    """Return new rows for the papers that were weighed, and the parent's rows of the others.

    Parameters
    ----------
    papers : DataFrame
        Table `papers` of the new run, n rows.
    extension : Extension
        Of n papers.
    names : sequence of str
        Id of each cluster number.
    parent : Run

    Returns
    -------
    DataFrame
        Clusters' part of `memberships`. Weights in clusters that were merged away, or that lost
        all their papers, count for the cluster that has these papers now.
    """
    weighed = np.flatnonzero(extension.weighed)
    new = clusters.cluster_memberships(
        papers.iloc[weighed],
        numbers=extension.numbers[weighed],
        weights=extension.weights[weighed],
        names=names,
    )
    rows = parent.memberships[parent.memberships["kind"] == "cluster"]
    kept = rows[~rows["paper_id"].isin(papers["paper_id"].to_numpy()[weighed])]
    merged = {
        names[other]: names[event.cluster]
        for event in extension.events
        if event.what == "merged"
        for other in event.others
    }
    both = pd.concat([clusters.merge_clusters(kept, into=merged), new])
    followed = clusters.follow_moved_papers(both, before=primary_clusters(rows))
    return schema.conform(followed, name="memberships")


def _neighbours(
    papers: pd.DataFrame, *, vectors: np.ndarray, parent: Run, changed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bring the parent's lists of nearest papers up to date."""
    ids = papers["paper_id"].to_numpy()
    row_of = pd.Series(np.arange(len(ids)), index=ids)
    table = parent.neighbours
    width = int(table["rank"].max()) if len(table) else 0
    indices = np.full((len(ids), width), -1, dtype=np.int64)
    similarities = np.full((len(ids), width), -np.inf, dtype=np.float32)
    rows, columns = row_of.reindex(table["paper_id"]).to_numpy(), table["rank"].to_numpy() - 1
    indices[rows, columns] = row_of.reindex(table["neighbour_id"]).to_numpy()
    similarities[rows, columns] = table["similarity"].to_numpy()
    return clusters.updated_neighbours(
        vectors,
        indices=indices,
        similarities=similarities,
        rows=np.flatnonzero(changed),
        k=STORED_NEIGHBOURS,
    )


def _map(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    parent: Run,
    extension: Extension,
    changed: np.ndarray,
) -> pd.DataFrame:
    """Keep the known places, put new and revised papers near their neighbours."""
    known = parent.map.set_index("paper_id").reindex(papers["paper_id"])
    places = clusters.place_on_map(
        known[["x", "y"]].to_numpy(dtype=np.float32),
        rows=np.flatnonzero(changed),
        graph=extension.new_graph,
        numbers=extension.numbers,
        vectors=vectors,
    )
    table = clusters.map_table(papers, places=places)
    has_place = table["paper_id"].isin(set(parent.map["paper_id"]))
    state = np.where(~has_place, "new", np.where(changed, "moved", "kept"))
    return schema.conform(table.assign(state=state), name="map")
