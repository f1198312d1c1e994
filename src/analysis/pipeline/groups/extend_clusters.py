"""The clusters, places and neighbours of a run that extends another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.base import schema
from analysis.base.groups import cluster_id, counted_memberships
from analysis.base.progress import Progress
from analysis.clusters import quality
from analysis.clusters.extend.extend import Carried, carry_on
from analysis.clusters.extend.fit_of_new_papers import drift, drift_line
from analysis.clusters.extend.map_places import places
from analysis.clusters.extend.neighbours import updated_neighbours
from analysis.clusters.extend.splits_and_mergers import Event
from analysis.clusters.extend.thresholds import Thresholds
from analysis.clusters.group_rows import cluster_memberships

from .extended_rows import extended_groups

if TYPE_CHECKING:
    import scipy.sparse as sp

    from analysis.runs import Run

STORED_NEIGHBOURS = 10


@dataclass(frozen=True)
class Change:
    """One birth, split or merger, by the ids of the clusters."""

    what: str
    cluster: str
    others: tuple[str, ...]
    evidence: float
    n_moved: int


@dataclass(frozen=True)
class Extended:
    """What an extension makes of the clusters; frames as in the schema, clusters only."""

    memberships: pd.DataFrame
    groups: pd.DataFrame
    neighbours: pd.DataFrame
    map: pd.DataFrame
    quality: dict[str, Any]
    clustering: dict[str, Any]
    changes: tuple[Change, ...]


def extend_clusters(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    parent: Run,
    revised: Sequence[str],
    next_id: int,
    seed: int,
    limits: Thresholds,
    progress: Progress,
) -> Extended:
    """Carry the clusters of `parent` on to the union of its papers and a snapshot's.

    Parameters
    ----------
    papers : DataFrame
        Table `papers` of the new run, n rows.
    vectors : float32 (n, d)
    parent : Run
        Has clusters.
    revised : sequence of str
        Known papers whose text changed.
    next_id : int
        Number of the next cluster id.
    seed : int
    limits : Thresholds
    progress : Progress
    """
    from analysis import clusters

    is_new = ~papers["paper_id"].isin(parent.papers["paper_id"]).to_numpy()
    again = papers["paper_id"].isin(list(revised)).to_numpy()
    known, labels = _known_labels(papers, parent=parent)
    centred = clusters.centred(vectors)
    before = parent.manifest["clustering"]
    with progress.stage("cluster"):
        near = _neighbours(papers, vectors=vectors, parent=parent, rows=is_new | again)
        carried = carry_on(
            centred,
            labels=labels,
            is_new=is_new,
            revised=again,
            n_looked=before.get("looked_at", len(parent.papers)),
            n_revised=before.get("revised_at", len(parent.papers)),
            fit=lambda: _fresh(vectors, seed=seed),
            limits=limits,
        )
    names = _names(carried.labels, known=known, next_id=next_id)
    changes = tuple(_named(event, names=names) for event in carried.events)
    memberships = _memberships(papers, carried=carried, names=names, parent=parent,
                               changes=changes)  # fmt: skip
    with progress.stage("label"):
        groups = extended_groups(
            papers, vectors=vectors, carried=carried, names=names, parent=parent, changes=changes,
            memberships=memberships,
        )  # fmt: skip
    with progress.stage("map"):
        drawn = _map(papers, vectors=centred, parent=parent, carried=carried,
                     placed=is_new | again)  # fmt: skip
    own = counted_memberships(memberships, kind="cluster")["weight"].to_numpy()
    figures = drift(
        carried.labels,
        weights=own,
        neighbours=near[0],
        is_new=is_new,
        n_fresh=before.get("fitted_at", before.get("revised_at", len(parent.papers))),
    )
    progress.say(drift_line(figures))
    return Extended(
        memberships=memberships,
        groups=groups,
        neighbours=clusters.neighbour_table(papers, indices=near[0], similarities=near[1]),
        map=drawn,
        quality={
            **{key: parent.quality.get(key) for key in ("coherence_npmi", "diversity")},
            "share_well_placed": quality.share_well_placed(own),
            **map_figures(drawn, vectors=centred, seed=seed),
            "drift": figures.as_dict(),
        },
        clustering=_said(before, carried=carried, parent=parent, n=len(papers)),
        changes=changes,
    )


def map_figures(drawn: pd.DataFrame, *, vectors: np.ndarray, seed: int) -> dict[str, Any]:
    """Return how far the map can be trusted, on at most 1,500 papers.

    Parameters
    ----------
    drawn : DataFrame
        Table `map`; no row where there is none.
    vectors : float32 (n, d)
        As the map's layout sees them.
    seed : int

    Returns
    -------
    dict
        `map_trustworthiness` (Venna & Kaski 2001, ten neighbours), `map_moved`: share of known
        papers that stand elsewhere than before; None where there is no map.
    """
    from sklearn.manifold import trustworthiness

    if len(drawn) < 30:
        return {"map_trustworthiness": None, "map_moved": None}
    rows = np.arange(len(drawn))
    if len(rows) > 1500:
        rows = np.sort(np.random.default_rng(seed).choice(len(rows), 1500, replace=False))
    score = trustworthiness(
        vectors[rows], drawn[["x", "y"]].to_numpy()[rows], n_neighbors=10, metric="cosine"
    )
    old = drawn["state"] != "new"
    moved = float((drawn.loc[old, "state"] == "moved").mean()) if old.any() else None
    return {"map_trustworthiness": round(float(score), 4), "map_moved": moved}


def _fresh(vectors: np.ndarray, *, seed: int) -> tuple[np.ndarray, sp.csr_matrix, int]:
    from analysis import clusters

    found = clusters.find_clusters(vectors, seed=seed)
    return found.labels, found.graph, int(found.settings.get("min_cluster_size", 0))


def _known_labels(papers: pd.DataFrame, *, parent: Run) -> tuple[list[str], np.ndarray]:
    """Return the ids of the parent's clusters and each paper's cluster by number, -1 for new."""
    rows = counted_memberships(parent.memberships, kind="cluster")
    known = sorted(rows["group_id"].unique(), key=lambda name: (len(name), name))
    number = {name: i for i, name in enumerate(known)}
    of_paper = dict(zip(rows["paper_id"], rows["group_id"].map(number), strict=True))
    return known, np.array([of_paper.get(paper, -1) for paper in papers["paper_id"]])


def _names(labels: np.ndarray, *, known: Sequence[str], next_id: int) -> list[str]:
    """Return the id of each cluster number; new ones get the next free ids, "" where unused."""
    names = list(known) + [""] * (int(labels.max()) + 1 - len(known))
    for number in sorted(set(labels.tolist())):
        if number >= len(known):
            names[number] = cluster_id(next_id)
            next_id += 1
    return names


def _named(event: Event, *, names: Sequence[str]) -> Change:
    others = tuple(names[other] for other in event.others)
    return Change(event.what, names[event.cluster], others, event.evidence, event.n_moved)


def _memberships(
    papers: pd.DataFrame,
    *,
    carried: Carried,
    names: Sequence[str],
    parent: Run,
    changes: Sequence[Change],
) -> pd.DataFrame:
    """Write new rows for the papers that were weighed, keep those of the others."""
    some = np.flatnonzero(carried.weighed)
    fresh = cluster_memberships(
        papers.iloc[some], labels=carried.labels[some], weights=carried.weights[some], names=names
    )
    kept = parent.memberships[parent.memberships["kind"] == "cluster"]
    kept = kept[~kept["paper_id"].isin(papers["paper_id"].to_numpy()[some])]
    into = {other: c.cluster for c in changes if c.what == "merged" for other in c.others}
    if into:
        kept = _merged(kept, into=into)
    return schema.conform(pd.concat([kept, fresh]), name="memberships")


def _merged(rows: pd.DataFrame, *, into: dict[str, str]) -> pd.DataFrame:
    """Name merged clusters by the one they are part of now; weights of one paper in it add up."""
    rows = rows.assign(group_id=rows["group_id"].replace(into))
    return rows.groupby(["paper_id", "kind", "group_id"], as_index=False).agg(
        weight=("weight", "sum"), is_primary=("is_primary", "max")
    )


def _neighbours(
    papers: pd.DataFrame, *, vectors: np.ndarray, parent: Run, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bring the parent's lists of nearest papers up to date."""
    ids = papers["paper_id"].to_numpy()
    row_of = pd.Series(np.arange(len(ids)), index=ids)
    table = parent.neighbours
    width = int(table["rank"].max()) if len(table) else 0
    indices = np.full((len(ids), width), -1, dtype=np.int64)
    similarities = np.full((len(ids), width), -np.inf, dtype=np.float32)
    at = row_of.reindex(table["paper_id"]).to_numpy()
    place = table["rank"].to_numpy() - 1
    indices[at, place] = row_of.reindex(table["neighbour_id"]).to_numpy()
    similarities[at, place] = table["similarity"].to_numpy()
    return updated_neighbours(
        vectors,
        indices=indices,
        similarities=similarities,
        rows=np.flatnonzero(rows),
        k=STORED_NEIGHBOURS,
    )


def _map(
    papers: pd.DataFrame, *, vectors: np.ndarray, parent: Run, carried: Carried, placed: np.ndarray
) -> pd.DataFrame:
    """Keep the places there are, put new and revised papers near their neighbours."""
    from analysis import clusters

    drawn = parent.map.set_index("paper_id").reindex(papers["paper_id"])
    rows = np.flatnonzero(placed)
    at = places(
        drawn[["x", "y"]].to_numpy(dtype=np.float32),
        rows=rows,
        graph=carried.near,
        labels=carried.labels,
        vectors=vectors,
    )
    table = clusters.map_table(papers, places=at)
    known = table["paper_id"].isin(set(parent.map["paper_id"]))
    state = np.where(~known, "new", np.where(placed, "moved", "kept"))
    return schema.conform(table.assign(state=state), name="map")


def _said(before: dict[str, Any], *, carried: Carried, parent: Run, n: int) -> dict[str, Any]:
    """Say how the clusters came about, for the manifest and the pages."""
    base = before.get("base_rule") or before["rule"]
    looked = "All papers were clustered afresh to look for news. " if carried.looked else ""
    waiting = (
        f"{carried.waiting} further changes wait for a later run, because a small step may not "
        "move so many papers. "
        if carried.waiting
        else ""
    )
    rule = (
        f"Clusters carried on from run {parent.name}: known papers keep theirs, new ones join the "
        f"one that most of their neighbours are in. {looked}{waiting}At the start of the series: "
        f"{base[:1].lower() + base[1:] if base[:2] != 'HD' else base}"
    )
    return {
        **before,
        "rule": rule,
        "base_rule": base,
        "looked_at": n if carried.looked else before.get("looked_at", len(parent.papers)),
        "revised_at": n if carried.revised else before.get("revised_at", len(parent.papers)),
        "waiting": carried.waiting,
    }
