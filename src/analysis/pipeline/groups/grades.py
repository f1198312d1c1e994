"""Grades of clusters: in how many fits of subsamples each is found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from analysis import clusters
from analysis.base.parallel import Workers
from analysis.base.progress import Progress
from analysis.clusters import Clustering, primary_clusters, quality

from ..papers import Parent, RunPapers
from ..settings import Settings
from .extension import RunClusters
from .tree import divided_fits


def start_subsample_fits(
    fit: Clustering, *, vectors: np.ndarray, settings: Settings, workers: Workers
) -> Callable[[], np.ndarray] | None:
    """Start the fits of subsamples that grade the clusters, if they are due and not made yet."""
    made, n = fit.fits, len(vectors)
    if made is not None:
        return lambda: made
    if not quality.grading_is_due(n, fitted=True, grades=settings.grades):
        return None
    count = quality.n_subsamples(n)
    return workers.start(clusters.subsample_fits, vectors, count=count, seed=settings.seed)


def grade(
    run_clusters: RunClusters,
    *,
    papers: RunPapers,
    settings: Settings,
    parent: Parent | None,
    progress: Progress,
) -> RunClusters:
    """Grade the clusters if it is due; else those of the parent keep their grades."""
    if run_clusters.memberships.empty:
        return run_clusters
    n = len(papers.table)
    looked = run_clusters.clustering.get("looked_at") == n
    grown = parent is not None and n > len(parent.run.papers)
    fitted = run_clusters.how == "fresh" or (looked and grown)
    contested = len(quality.contested(run_clusters.memberships))
    run_clusters = replace(run_clusters, quality={**run_clusters.quality, "contested": contested})
    if not quality.grading_is_due(n, fitted=fitted, grades=settings.grades):
        return run_clusters
    with progress.stage("grades"):
        fits = (
            run_clusters.fits()
            if run_clusters.fits is not None
            else clusters.subsample_fits(
                papers.vectors, count=quality.n_subsamples(n), seed=settings.seed
            )
        )
    fits = divided_fits(
        fits,
        graph=clusters.stored_graph(run_clusters.neighbours, papers=papers.table),
        vectors=papers.vectors,
        clusters=settings.clusters,
        detail=settings.detail,
    )
    ids = papers.table["paper_id"].to_numpy()
    stability = quality.grade_clusters(
        primary_clusters(run_clusters.memberships).reindex(ids), fits=fits
    )
    return replace(
        run_clusters,
        descriptions=[
            replace(cluster, stability=stability.get(cluster.id, float("nan")))
            for cluster in run_clusters.descriptions
        ],
        clustering={**run_clusters.clustering, "grades": {"subsamples": len(fits), "papers": n}},
    )
