"""A cold fit of a run's papers, made to audit it."""

from __future__ import annotations

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.groups import cluster_number
from analysis.base.progress import Progress
from analysis.clusters import quality
from analysis.clusters.audit import Audit, audit, audit_line
from analysis.runs import Run

from .groups.grading import subsamples
from .parent import primary

SMALLEST_UNASKED = 2_000
"""Papers below which every extension is audited."""


def audited(run: Run, *, progress: Progress) -> Audit:
    """Fit a run's papers afresh, and compare.

    Costs one fit of all papers and eight of 80 % of them, five above 6,000 papers (under 200 the
    one fit, whose subsamples serve for both); nothing is written.

    Parameters
    ----------
    run : Run
    progress : Progress

    Raises
    ------
    InputError
        Where the run has no clusters.
    """
    from analysis import clusters

    own = primary(run.memberships).reindex(run.papers["paper_id"].to_numpy())
    if own.isna().any() or own.empty:
        raise InputError(
            f"run {run.name} has no clusters",
            allowed="a run with clusters (they are looked for from 60 papers on)",
            next_step="audit another run of the series; papertide show lists them",
        )
    seed = int(run.manifest["settings"]["seed"])
    with progress.stage("audit"):
        cold = clusters.find_clusters(run.vectors, seed=seed)
        fits = cold.fits
        if fits is None:
            fits = clusters.subsample_fits(run.vectors, count=subsamples(len(own)), seed=seed)
        return audit(
            own,
            cold=cold.labels,
            fits=fits,
            vectors=run.vectors,
            run=run.name,
            next_id=max(map(cluster_number, run.groups["group_id"])) + 1,
        )


def audit_unasked(made: Run, *, asked: bool, progress: Progress) -> Run:
    """Audit an extended run that is small, or where asked, and say so in the manifest.

    Parameters
    ----------
    made : Run
        Not yet written.
    asked : bool
    progress : Progress

    Returns
    -------
    Run
        Its manifest has `audit`, None where there was none.
    """
    from dataclasses import replace

    due = made.manifest["how"] == "extended" and (asked or len(made.papers) < SMALLEST_UNASKED)
    found = audited(made, progress=progress) if due else None
    if found is not None:
        progress.say(f"Audit: {audit_line(found)}")
    elif asked:
        progress.say("Audit: this run is a fresh fit; there is nothing to compare it with.")
    said = found.as_dict() if found else None
    return replace(made, manifest={**made.manifest, "audit": said})


def contested_papers(run: Run) -> pd.DataFrame:
    """Return the contested papers of a run with their titles (`quality.contested`)."""
    found = quality.contested(run.memberships)
    titles = dict(zip(run.papers["paper_id"], run.papers["title"], strict=True))
    return found.assign(title=found["paper_id"].map(titles))
