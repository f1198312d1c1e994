"""The audit of an extended run, and the grades of clusters: fits compared with what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis import clusters
from analysis.base.errors import InputError
from analysis.base.groups import cluster_number
from analysis.base.parallel import Workers
from analysis.base.progress import Progress
from analysis.clusters import Clustering, primary_clusters, quality
from analysis.clusters.audit import Audit, audit_clusters, audit_is_due, audit_line
from analysis.runs import Run

from .groups.extension import RunClusters
from .groups.tree import divided_fit, divided_fits
from .papers import Parent, RunPapers
from .settings import Settings

ALWAYS_BELOW = 2_000
"""Extensions with fewer papers are always audited."""


def audit_run(run: Run, *, progress: Progress) -> Audit:
    """Fit a run's papers from scratch and compare.

    Costs one fit of all papers and eight of 80 % of them, five above 6,000 papers (under 200 the
    one fit, whose subsamples serve for both); nothing is written.

    Parameters
    ----------
    run : Run
    progress : Progress

    Raises
    ------
    InputError
        If the run has no clusters.
    """
    labels = clusters.primary_clusters(run.memberships).reindex(run.papers["paper_id"].to_numpy())
    if labels.isna().any() or labels.empty:
        raise InputError(
            f"run {run.name} has no clusters",
            allowed="a run with clusters (runs of at least 60 papers have them)",
            next_step="audit another run of the series; papertide show lists them",
        )
    settings = run.manifest["settings"]
    seed = int(settings["seed"])
    with progress.stage("audit"):
        division = {name: settings.get(name) for name in ("clusters", "detail")}
        found = clusters.find_clusters(run.vectors, seed=seed)
        fresh = divided_fit(found, vectors=run.vectors, **division)
        fits = found.fits
        if fits is None:
            n = quality.n_subsamples(len(labels))
            fits = clusters.subsample_fits(run.vectors, count=n, seed=seed)
        fits = divided_fits(fits, graph=found.graph, vectors=run.vectors, **division)
        return audit_clusters(
            labels,
            fresh=fresh.numbers,
            fits=fits,
            vectors=run.vectors,
            run=run.name,
            next_id=max(map(cluster_number, run.groups["group_id"])) + 1,
        )


def add_audit(run: Run, *, always: bool, progress: Progress) -> Run:
    """Audit an extended run if it is small, if drift says so, or if asked to; record it.

    Parameters
    ----------
    run : Run
        Not yet written.
    always : bool
        Audit an extended run whatever its size and drift.
    progress : Progress

    Returns
    -------
    Run
        Its manifest has `audit`, None if there was none, and in `clustering` the number of papers
        at the last audit as `audited_at`.
    """
    extended = run.manifest["how"] == "extended"
    due = extended and (always or len(run.papers) < ALWAYS_BELOW or _drift_says_so(run))
    audit = audit_run(run, progress=progress) if due else None
    if audit is not None:
        progress.say(f"Audit: {audit_line(audit)}")
        if audit.recommends_fresh:
            progress.say("To start again from a fresh fit: papertide run SNAPSHOT --fresh")
    elif always:
        progress.say("Audit: this run is a fresh fit; there is nothing to compare it with.")
    entry = audit.as_dict() if audit else None
    account = dict(run.manifest["clustering"])
    if audit is not None:
        account["audited_at"] = audit.n_papers
    return replace(run, manifest={**run.manifest, "audit": entry, "clustering": account})


def _drift_says_so(run: Run) -> bool:
    """Return whether the run has drifted enough since its last audit or fresh fit."""
    account, drift = run.manifest["clustering"], run.quality.get("drift")
    if not drift:
        return False
    n_before = max(account.get("audited_at", 0), drift["n_fresh"])
    return audit_is_due(drift, n_papers=len(run.papers), n_before=n_before)


def contested_papers(run: Run) -> pd.DataFrame:
    """Return the contested papers of a run with their titles (`quality.contested`)."""
    papers = quality.contested(run.memberships)
    titles = dict(zip(run.papers["paper_id"], run.papers["title"], strict=True))
    return papers.assign(title=papers["paper_id"].map(titles))


def start_subsample_fits(
    fit: Clustering, *, vectors: np.ndarray, settings: Settings, workers: Workers
) -> np.ndarray | Callable[[], np.ndarray] | None:
    """Return the fits of subsamples, started if they are due and not made yet."""
    n = len(vectors)
    if fit.fits is not None:
        return fit.fits
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
    fits = run_clusters.fits
    if not isinstance(fits, np.ndarray):
        count = quality.n_subsamples(n)
        with progress.stage("grades"):
            fits = (
                clusters.subsample_fits(papers.vectors, count=count, seed=settings.seed)
                if fits is None
                else fits()
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
