"""The clusters and topics of a run: from scratch, or extended from its parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import clusters
from analysis.base import schema
from analysis.base.parallel import Workers
from analysis.base.progress import Progress
from analysis.clusters import Clustering, primary_clusters
from analysis.clusters.extend.relabel import relabelled
from analysis.clusters.labels.by_language import separate_languages
from analysis.papers.languages import foreign_papers, label_stop_words
from analysis.topics import from_arrays

from ..audit import grade, start_subsample_fits
from ..papers import LARGEST_STEP, Parent, RunPapers, has_clusters, next_number
from ..settings import Settings
from .extend_topics import ParentTopics
from .extension import STORED_NEIGHBOURS, RunClusters, extend_parent
from .group_table import group_table, override_clusters
from .identities import match_parent, renumber_clusters
from .topics import Definitions, RunTopics, find_topics
from .tree import divided_fit


@dataclass(frozen=True)
class Groups:
    """The groups of a run: tables of the schema, and what the manifest says of them.

    `how` is "fresh" or "extended"; `overrides` is the account of overrides of clusters.
    """

    memberships: pd.DataFrame
    groups: pd.DataFrame
    evidence: pd.DataFrame
    neighbours: pd.DataFrame
    map: pd.DataFrame
    quality: dict[str, Any]
    clustering: dict[str, Any]
    overrides: dict[str, Any]
    topics: RunTopics
    how: str


def group_papers(
    papers: RunPapers,
    *,
    settings: Settings,
    definitions: Definitions,
    parent: Parent | None,
    folder: Path,
    workers: Workers,
    progress: Progress,
) -> Groups:
    """Find the groups of a run: the parent's extended, or from scratch and matched to them.

    Parameters
    ----------
    papers : RunPapers
    settings : Settings
    definitions : Definitions
    parent : Parent or None
        The run to continue.
    folder : Path
        The series' directory; its runs show which cluster numbers are taken.
    workers : Workers
    progress : Progress
    """
    with progress.stage("topics"):
        topics = find_topics(
            papers.table,
            vectors=papers.vectors,
            definitions=definitions,
            embedding=settings.embedding,
            before=parent.run if parent else None,
            parent=_parent_topics(papers, parent=parent),
            learned=papers.learned,
            progress=progress,
        )
    run_clusters = _find_clusters(
        papers,
        settings=settings,
        topics=[topic.label for topic in definitions.topics],
        parent=parent,
        folder=folder,
        workers=workers,
        progress=progress,
    )
    run_clusters = _by_language(
        run_clusters, papers=papers, settings=settings, parent=parent, progress=progress
    )
    overridden = override_clusters(
        run_clusters.memberships,
        run_clusters.descriptions,
        overrides=definitions.clusters,
        papers=papers.table,
        parent=parent,
    )
    _say_not_applied(overridden.account, progress=progress)
    memberships = _stack([overridden.memberships, topics.memberships], name="memberships")
    return Groups(
        memberships=memberships,
        groups=group_table(
            overridden.clusters,
            topics=definitions.topics,
            memberships=memberships,
            papers=papers.table,
        ),
        evidence=_stack([topics.evidence, overridden.evidence], name="evidence"),
        neighbours=run_clusters.neighbours,
        map=run_clusters.map,
        quality=run_clusters.quality,
        clustering=run_clusters.clustering,
        overrides=overridden.account,
        topics=topics,
        how=run_clusters.how,
    )


def _find_clusters(
    papers: RunPapers,
    *,
    settings: Settings,
    topics: Sequence[str],
    parent: Parent | None,
    folder: Path,
    workers: Workers,
    progress: Progress,
) -> RunClusters:
    """Find the clusters; `topics` are the topics' labels, which no cluster gets."""
    joined = papers.union
    if (
        joined is not None
        and parent is not None
        and has_clusters(parent.run)
        and len(joined.added) <= LARGEST_STEP * len(parent.run.papers)
    ):
        return extend_parent(
            papers,
            parent=parent.run,
            revised=joined.revised,
            next_id=parent.ledger.next_id,
            settings=settings,
            taken=topics,
            progress=progress,
        )
    fresh = _fit(papers, settings=settings, topics=topics, workers=workers, progress=progress)
    if parent is not None:
        memberships, descriptions = match_parent(
            fresh.memberships,
            fresh.descriptions,
            papers=papers.table,
            vectors=papers.vectors,
            parent=parent,
        )
        descriptions = relabelled(
            descriptions,
            papers=papers.table,
            clusters=primary_clusters(memberships).reindex(papers.table["paper_id"]).to_numpy(),
            taken=topics,
            stop_words=(*(settings.not_in_labels or ()), *label_stop_words(papers.table)),
            index=papers.index,
        )
        table = clusters.align_map(fresh.map, before=parent.run.map)
        return replace(fresh, memberships=memberships, descriptions=descriptions, map=table)
    first = next_number(folder)
    if first == 1:
        return fresh
    memberships, descriptions = renumber_clusters(
        fresh.memberships, fresh.descriptions, first=first
    )
    return replace(fresh, memberships=memberships, descriptions=descriptions)


def _say_not_applied(account: dict[str, Any], *, progress: Progress) -> None:
    for line in account["not_applied"]:
        progress.say(f"Not applied ({line['what']} {line['names']}): {line['reason']}")


def _by_language(
    found: RunClusters,
    *,
    papers: RunPapers,
    settings: Settings,
    parent: Parent | None,
    progress: Progress,
) -> RunClusters:
    """Grade clusters, and keep papers in languages that the embedding does not know apart.

    In an extension, known papers stay where they are.
    """
    found = grade(found, papers=papers, settings=settings, parent=parent, progress=progress)
    languages = foreign_papers(papers.table)
    if settings.embedding != "builtin" or not languages or not found.descriptions:
        return found
    union = papers.union
    is_extended = found.how == "extended" and union is not None
    memberships, descriptions = separate_languages(
        found.memberships,
        found.descriptions,
        languages=languages,
        movable=[*union.added, *union.revised] if is_extended and union else None,
    )
    return replace(found, memberships=memberships, descriptions=descriptions)


def _fit(
    papers: RunPapers,
    *,
    settings: Settings,
    topics: Sequence[str],
    workers: Workers,
    progress: Progress,
) -> RunClusters:
    """Find clusters and places on the map from scratch; ids begin with c0001."""
    table, vectors, n, seed = papers.table, papers.vectors, len(papers.table), settings.seed
    workers.prepare("umap.umap_")
    with progress.stage("cluster"):
        indices, similarities = clusters.nearest_neighbours(vectors, k=STORED_NEIGHBOURS)
        found = clusters.find_clusters(vectors, seed=seed)
        fit = divided_fit(
            found, vectors=vectors, clusters=settings.clusters, detail=settings.detail
        )
    bar = progress.bar("map") if workers.jobs == 1 else None
    layout = workers.start(clusters.map_layout, fit.graph, seed=seed, bar=bar)
    fits = start_subsample_fits(fit, vectors=vectors, settings=settings, workers=workers)
    with progress.stage("label"):
        descriptions, figures = clusters.describe_clusters(
            table,
            vectors=vectors,
            clustering=fit,
            taken=topics,
            stop_words=(*(settings.not_in_labels or ()), *label_stop_words(table)),
            index=papers.index,
            track=progress.track("label"),
        )
    with progress.stage("map"):
        places = layout()
    drawn = clusters.map_table(table, places=places)
    return RunClusters(
        memberships=clusters.cluster_memberships(table, numbers=fit.numbers, weights=fit.weights),
        descriptions=descriptions,
        neighbours=clusters.neighbour_table(table, indices=indices, similarities=similarities),
        map=drawn,
        quality={
            **figures,
            **clusters.map_figures(drawn, vectors=clusters.centre_vectors(vectors), seed=seed),
        },
        clustering={
            "rule": fit.rule,
            "why_none": "" if descriptions else fit.rule,
            "settings": fit.settings,
            "looked_at": n,
            "revised_at": n,
            "fitted_at": n,
            **_division(fit, found=found),
        },
        how="fresh",
        fits=fits,
    )


def _division(fit: Clustering, *, found: Clustering) -> dict[str, Any]:
    """Return the manifest's entry on a division that is not the one found."""
    n, medium = fit.weights.shape[1], found.weights.shape[1]
    return {"division": {"clusters": n, "medium": medium}} if n != medium else {}


def _parent_topics(papers: RunPapers, *, parent: Parent | None) -> ParentTopics | None:
    """Return what the parent decided on topics; None in a fresh fit."""
    if parent is None or papers.union is None:
        return None
    memberships, evidence = parent.run.memberships, parent.run.evidence
    return ParentTopics(
        memberships=memberships[memberships["kind"] == "topic"],
        evidence=evidence[evidence["kind"] == "topic"],
        fitted=from_arrays(parent.run.topic_fit),
        to_judge=frozenset([*papers.union.added, *papers.union.revised]),
    )


def _stack(frames: Sequence[pd.DataFrame], *, name: str) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    return schema.conform(pd.concat(full), name=name) if full else schema.empty(name)
