"""What a run computes from its papers, stage by stage, anew or carried on from another run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import comparing, laws, manifest, quality, runs, schema, sources
from .carried_topics import Earlier
from .cluster_stage import describe_clusters
from .embedding import EMBEDDINGS, embedding_version
from .extend_stage import extend_clusters, map_figures
from .extension.ledger import ledger_text
from .grade_stage import graded, is_due
from .hand_stage import corrected
from .identity_stage import aligned, identified, numbered_from, registered
from .paper_stage import Papers, papers_of, said_of_union
from .progress import Progress
from .runs import Run
from .series_stage import (
    LARGEST_STEP,
    Parent,
    decisions_of,
    has_clusters,
    next_number,
)
from .settings import Settings
from .topic_stage import Definitions, changed_words, find_topics
from .topic_stage import Found as TopicsFound
from .topics import as_arrays, from_arrays
from .trend_stage import over_time

STORED_NEIGHBOURS = 10


@dataclass(frozen=True)
class _Grouped:
    """What the group stages hand on."""

    memberships: pd.DataFrame
    groups: pd.DataFrame
    neighbours: pd.DataFrame
    map: pd.DataFrame
    quality: dict[str, Any]
    clustering: dict[str, Any]
    about: TopicsFound
    how: str = "fresh"
    fits: np.ndarray | None = None


def analyse(
    read: sources.Snapshot,
    *,
    settings: Settings,
    definitions: Definitions,
    parent: Parent | None,
    path: Path,
    progress: Progress,
) -> Run:
    """Compute everything of a run but its manifest's hashes.

    Parameters
    ----------
    read : Snapshot
    settings : Settings
    definitions : Definitions
    parent : Parent or None
        The run to continue: extended, or matched where `settings.fresh`.
    path : Path
        Where the run will be; its name is the run's.
    progress : Progress

    Raises
    ------
    InputError
        Where the snapshot does not belong to the series, or has another embedding.
    """
    papers = papers_of(read, settings=settings, parent=parent, path=path, progress=progress)
    grouped = _grouped(
        papers, settings=settings, definitions=definitions, parent=parent, folder=path.parent,
        progress=progress,
    )  # fmt: skip
    grouped = _graded(papers, grouped=grouped, settings=settings, parent=parent, progress=progress)
    hand = corrected(
        grouped.memberships,
        grouped.groups,
        grouped.about.evidence,
        papers=papers.table,
        definitions=definitions,
        parent=parent,
    )
    grouped = replace(grouped, memberships=hand.memberships, groups=hand.groups)
    for line in hand.told["not_applied"]:
        progress.say(f"Not applied ({line['what']} {line['names']}): {line['reason']}")
    with progress.stage("drift"):
        drift = _drift(papers, grouped=grouped, definitions=definitions, parent=parent)
    with progress.stage("trends"):
        over, period = over_time(
            papers.table,
            memberships=grouped.memberships,
            groups=grouped.groups,
            snapshot_date=read.date,
            settings=settings,
        )
    known = set(parent.run.papers["paper_id"]) if parent else set()
    groups, lineage, ledger = registered(
        grouped.groups,
        memberships=grouped.memberships,
        trends=over["trends"],
        parent=parent,
        added=[paper for paper in papers.table["paper_id"] if paper not in known],
        run=path.name,
        snapshot_date=read.date,
    )
    decided = {
        "period": period,
        "how": grouped.how,
        "clustering": grouped.clustering,
        "vocabulary_drift": drift,
        **grouped.about.decided,
        "clusters_by_hand": hand.told,
        "embedding": {
            "name": settings.embedding,
            "version": embedding_version(settings.embedding),
            "description": EMBEDDINGS.get(settings.embedding, settings.embedding),
        },
        "settings": told(settings),
        "union": said_of_union(papers.joined),
    }
    made = Run(
        name=path.name,
        path=None,
        papers=papers.table,
        neighbours=grouped.neighbours,
        memberships=grouped.memberships,
        evidence=hand.evidence,
        reclassified=grouped.about.reclassified,
        map=grouped.map,
        groups=groups,
        lineage=lineage,
        moves=schema.empty("moves"),
        changes=schema.empty("changes"),
        restated=schema.empty("restated"),
        **over,
        vectors=papers.vectors,
        topic_fit=as_arrays(grouped.about.fitted),
        ledger=ledger_text(ledger),
        quality=grouped.quality,
        manifest=manifest.manifest(
            papers.table, groups=groups, name=path.name, read=read, decided=decided
        ),
    )
    made = _compared(made, parent=parent, folder=path.parent)
    if broken := laws.check_laws(runs.tables_of(made)):
        raise AssertionError("; ".join(broken))
    return made


def _grouped(
    papers: Papers,
    *,
    settings: Settings,
    definitions: Definitions,
    parent: Parent | None,
    folder: Path,
    progress: Progress,
) -> _Grouped:
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
) -> _Grouped:
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
    return _Grouped(
        memberships=_stacked([found.memberships, about.memberships], name="memberships"),
        groups=_stacked([found.groups, about.groups], name="groups"),
        neighbours=found.neighbours,
        map=found.map,
        quality=found.quality,
        clustering=found.clustering,
        about=about,
        how="extended",
    )


def _graded(
    papers: Papers,
    *,
    grouped: _Grouped,
    settings: Settings,
    parent: Parent | None,
    progress: Progress,
) -> _Grouped:
    """Grade the clusters where it is due; else those of the parent keep the grades they had."""
    ours = grouped.memberships[grouped.memberships["kind"] == "cluster"]
    if ours.empty:
        return grouped
    looked = parent is not None and grouped.clustering.get("looked_at") == len(papers.table)
    fitted = grouped.how == "fresh" or (looked and len(papers.table) > len(parent.run.papers))
    groups, clustering = grouped.groups, grouped.clustering
    if is_due(len(papers.table), fitted=fitted, grades=settings.grades):
        groups, said = graded(
            groups,
            papers=papers.table,
            memberships=ours,
            vectors=papers.vectors,
            fits=grouped.fits,
            seed=settings.seed,
            progress=progress,
        )
        clustering = {**clustering, "grades": said}
    figures = {**grouped.quality, "contested": len(quality.contested(ours))}
    return replace(grouped, groups=groups, clustering=clustering, quality=figures)


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


def _drift(
    papers: Papers, *, grouped: _Grouped, definitions: Definitions, parent: Parent | None
) -> list[dict[str, object]]:
    """Look for changed words, or keep what the parent found where no fresh look was due."""
    if grouped.how == "extended" and parent is not None:
        before = parent.run.manifest
        if grouped.clustering["looked_at"] == before["clustering"].get("looked_at"):
            return list(before.get("vocabulary_drift", []))
    return changed_words(
        papers.table,
        vectors=papers.vectors,
        memberships=grouped.about.memberships,
        definitions=definitions,
    )


def _compared(made: Run, *, parent: Parent | None, folder: Path) -> Run:
    """Add what changed since the parent, and what earlier runs of its line had said."""
    if parent is None or parent.run.path is None:
        return made
    link = {
        "run": parent.run.name,
        "manifest_sha256": runs.sha256(parent.run.path / "manifest.json"),
    }
    papers = comparing.first_seen(made.papers, before=parent.run.papers)
    made = replace(made, papers=papers, manifest={**made.manifest, "parent": link})
    older = comparing.line_of(made, folder=folder)
    return replace(
        made,
        moves=comparing.moves(parent.run, made),
        changes=comparing.changes(parent.run, made),
        restated=comparing.restated_by(
            made.trends, folders=older, by=made.manifest["period"]["by"]
        ),
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
) -> _Grouped:
    """Find clusters, topics and places anew."""
    from . import clusters

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
    return _Grouped(
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


def told(settings: Settings) -> dict[str, Any]:
    """Return the settings that are not files; those stand in the manifest by name and hash."""
    day = settings.snapshot_date
    return {
        "fresh": settings.fresh,
        "only_snapshot": settings.only_snapshot,
        "as_of": settings.as_of.isoformat() if settings.as_of else None,
        "period": settings.period,
        "by": settings.by,
        "embedding": settings.embedding,
        "format": settings.format,
        "duplicates": settings.duplicates,
        "seed": settings.seed,
        "grades": settings.grades,
        "csv_safe": settings.csv_safe,
        "thresholds": asdict(settings.thresholds),
        "snapshot_date": day.isoformat() if day else None,
    }
