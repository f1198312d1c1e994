"""The clusters and topics of a run: found anew, or carried on from its parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import runs
from analysis.base import schema
from analysis.base.progress import Progress
from analysis.topics import from_arrays

from ..papers import Papers
from ..parent import LARGEST_STEP, Parent, decisions_of, has_clusters, next_number
from ..settings import Settings
from .carried_topics import Earlier
from .describe_clusters import describe_clusters
from .extend_clusters import STORED_NEIGHBOURS, extend_clusters, map_figures
from .identities import aligned, identified, numbered_from
from .topics import Definitions, find_topics
from .topics import Found as TopicsFound


@dataclass(frozen=True)
class Grouped:
    """What the group stages hand on: tables of the schema, and what the manifest says of them."""

    memberships: pd.DataFrame
    groups: pd.DataFrame
    neighbours: pd.DataFrame
    map: pd.DataFrame
    quality: dict[str, Any]
    clustering: dict[str, Any]
    about: TopicsFound
    how: str = "fresh"
    fits: np.ndarray | None = None


def grouped(
    papers: Papers,
    *,
    settings: Settings,
    definitions: Definitions,
    parent: Parent | None,
    folder: Path,
    progress: Progress,
) -> Grouped:
    """Return the groups of a run: the parent's carried on, or found anew and matched to them.

    Parameters
    ----------
    papers : Papers
    settings : Settings
    definitions : Definitions
    parent : Parent or None
        The run to continue.
    folder : Path
        The series' directory; its runs say which numbers of clusters are taken.
    progress : Progress
    """
    joined = papers.joined
    if (
        joined is not None
        and parent is not None
        and has_clusters(parent.run)
        and len(joined.added) <= LARGEST_STEP * len(parent.run.papers)
    ):
        return _carried_on(
            papers, settings=settings, definitions=definitions, parent=parent, progress=progress
        )
    earlier = _earlier(papers, parent=parent)
    made = _group(
        papers.table,
        vectors=papers.vectors,
        definitions=definitions,
        embedding=settings.embedding,
        before=decisions_of(parent),
        earlier=earlier,
        seed=settings.seed,
        progress=progress,
    )
    first = 1 if parent else next_number(folder)
    if parent is None and first == 1:
        return made
    ours = made.memberships["kind"] == "cluster"
    clusters = made.memberships[ours], made.groups[made.groups["kind"] == "cluster"]
    memberships, groups = (
        identified(*clusters, papers=papers.table, vectors=papers.vectors, parent=parent)
        if parent
        else numbered_from(*clusters, first=first)
    )
    return replace(
        made,
        memberships=_stacked([memberships, made.memberships[~ours]], name="memberships"),
        groups=_stacked([groups, made.groups[made.groups["kind"] == "topic"]], name="groups"),
        map=aligned(made.map, before=parent.run.map) if parent else made.map,
    )


def _carried_on(
    papers: Papers,
    *,
    settings: Settings,
    definitions: Definitions,
    parent: Parent,
    progress: Progress,
) -> Grouped:
    """Extend the clusters and the topics of the parent."""
    found = extend_clusters(
        papers.table,
        vectors=papers.vectors,
        parent=parent.run,
        revised=papers.joined.revised if papers.joined else (),
        next_id=parent.ledger.next_id,
        seed=settings.seed,
        limits=settings.thresholds,
        progress=progress,
    )
    for change in found.changes:
        others = f" ({', '.join(change.others[:5])})" if change.others else ""
        progress.say(f"{change.what}: {change.cluster}{others}")
    with progress.stage("topics"):
        about = find_topics(
            papers.table,
            vectors=papers.vectors,
            definitions=definitions,
            embedding=settings.embedding,
            before=decisions_of(parent),
            earlier=_earlier(papers, parent=parent),
            progress=progress,
        )
    return Grouped(
        memberships=_stacked([found.memberships, about.memberships], name="memberships"),
        groups=_stacked([found.groups, about.groups], name="groups"),
        neighbours=found.neighbours,
        map=found.map,
        quality=found.quality,
        clustering=found.clustering,
        about=about,
        how="extended",
    )


def _earlier(papers: Papers, *, parent: Parent | None) -> Earlier | None:
    """Return what stands of the parent's topics; nothing in a fresh run."""
    if parent is None or papers.joined is None:
        return None
    rows, told = parent.run.memberships, parent.run.evidence
    return Earlier(
        memberships=rows[rows["kind"] == "topic"],
        evidence=told[told["kind"] == "topic"],
        fitted=from_arrays(parent.run.topic_fit),
        again=frozenset([*papers.joined.added, *papers.joined.revised]),
    )


def _group(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    definitions: Definitions,
    embedding: str,
    before: runs.Decisions | None,
    earlier: Earlier | None,
    seed: int,
    progress: Progress,
) -> Grouped:
    """Find clusters, topics and places anew."""
    from analysis import clusters

    with progress.stage("cluster"):
        near = clusters.nearest_neighbours(vectors, k=STORED_NEIGHBOURS)
        found = clusters.find_clusters(vectors, seed=seed)
    with progress.stage("label"):
        placed = describe_clusters(papers, vectors=vectors, found=found, progress=progress)
    with progress.stage("topics"):
        about = find_topics(
            papers,
            vectors=vectors,
            definitions=definitions,
            embedding=embedding,
            before=before,
            earlier=earlier,
            progress=progress,
        )
    with progress.stage("map"):
        places = clusters.map_layout(found.graph, seed=seed, bar=progress.bar("map"))
    drawn = clusters.map_table(papers, places=places)
    return Grouped(
        memberships=_stacked([placed.memberships, about.memberships], name="memberships"),
        groups=_stacked([placed.groups, about.groups], name="groups"),
        neighbours=clusters.neighbour_table(papers, indices=near[0], similarities=near[1]),
        map=drawn,
        quality={
            **placed.figures,
            **map_figures(drawn, vectors=clusters.centred(vectors), seed=seed),
        },
        clustering={
            "rule": found.rule,
            "why_none": "" if len(placed.groups) else found.rule,
            "settings": found.settings,
            "looked_at": len(papers),
            "revised_at": len(papers),
            "fitted_at": len(papers),
        },
        about=about,
        fits=found.fits,
    )


def _stacked(frames: Sequence[pd.DataFrame], *, name: str) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    return schema.conform(pd.concat(full), name=name) if full else schema.empty(name)
