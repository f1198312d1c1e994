"""What a run computes from its papers, stage by stage, anew or carried on from another run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import runs
from analysis.base import laws, schema
from analysis.base.progress import Progress
from analysis.clusters import quality
from analysis.clusters.identity.ledger import ledger_text
from analysis.embedding import EMBEDDINGS, embedding_version
from analysis.papers import Snapshot
from analysis.runs import Run, manifest
from analysis.runs import compare as comparing
from analysis.topics import as_arrays

from .groups.grading import graded, is_due
from .groups.grouping import Grouped, grouped
from .groups.identities import registered
from .groups.overrides import Corrected, corrected
from .groups.topics import Definitions, changed_words
from .papers import Papers, papers_of, said_of_union
from .parent import Parent
from .settings import Settings, recorded
from .trends import over_time


def analyse(
    read: Snapshot,
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
    found = grouped(
        papers, settings=settings, definitions=definitions, parent=parent, folder=path.parent,
        progress=progress,
    )  # fmt: skip
    found = _graded(papers, found=found, settings=settings, parent=parent, progress=progress)
    hand = _corrected(
        papers, found=found, definitions=definitions, parent=parent, progress=progress
    )
    found = replace(found, memberships=hand.memberships, groups=hand.groups)
    with progress.stage("drift"):
        drift = _drift(papers, found=found, definitions=definitions, parent=parent)
    with progress.stage("trends"):
        over, period = over_time(
            papers.table,
            memberships=found.memberships,
            groups=found.groups,
            snapshot_date=read.date,
            settings=settings,
        )
    known = set(parent.run.papers["paper_id"]) if parent else set()
    groups, lineage, ledger = registered(
        found.groups,
        memberships=found.memberships,
        trends=over["trends"],
        parent=parent,
        added=[paper for paper in papers.table["paper_id"] if paper not in known],
        run=path.name,
        snapshot_date=read.date,
    )
    decided = _decided(papers, found=found, settings=settings) | {
        "period": period, "vocabulary_drift": drift, "clusters_by_hand": hand.told
    }  # fmt: skip
    said = manifest.manifest(
        papers.table, groups=groups, name=path.name, read=read, decided=decided
    )
    tables = {**over, "groups": groups, "lineage": lineage, "evidence": hand.evidence}
    made = _run(papers, found=found, tables=tables, ledger=ledger_text(ledger), manifest=said)
    made = _compared(made, parent=parent, folder=path.parent)
    if broken := laws.check_laws(runs.tables_of(made)):
        raise AssertionError("; ".join(broken))
    return made


def _run(
    papers: Papers,
    *,
    found: Grouped,
    tables: dict[str, pd.DataFrame],
    ledger: str,
    manifest: dict[str, Any],
) -> Run:
    """Put a run together whose comparison with earlier ones is still to come."""
    to_come = ("moves", "changes", "restated")
    return Run(
        name=manifest["run"],
        path=None,
        papers=papers.table,
        neighbours=found.neighbours,
        memberships=found.memberships,
        reclassified=found.about.reclassified,
        map=found.map,
        **tables,
        **{name: schema.empty(name) for name in to_come},
        vectors=papers.vectors,
        topic_fit=as_arrays(found.about.fitted),
        ledger=ledger,
        quality=found.quality,
        manifest=manifest,
    )


def _decided(papers: Papers, *, found: Grouped, settings: Settings) -> dict[str, Any]:
    """Return what the manifest says of how the groups were found."""
    return {
        "how": found.how,
        "clustering": found.clustering,
        **found.about.decided,
        "embedding": {
            "name": settings.embedding,
            "version": embedding_version(settings.embedding),
            "description": EMBEDDINGS.get(settings.embedding, settings.embedding),
        },
        "settings": recorded(settings),
        "union": said_of_union(papers.joined),
    }


def _corrected(
    papers: Papers,
    *,
    found: Grouped,
    definitions: Definitions,
    parent: Parent | None,
    progress: Progress,
) -> Corrected:
    """Apply what people say of clusters, and say what could not be applied."""
    hand = corrected(
        found.memberships,
        found.groups,
        found.about.evidence,
        papers=papers.table,
        definitions=definitions,
        parent=parent,
    )
    for line in hand.told["not_applied"]:
        progress.say(f"Not applied ({line['what']} {line['names']}): {line['reason']}")
    return hand


def _graded(
    papers: Papers, *, found: Grouped, settings: Settings, parent: Parent | None, progress: Progress
) -> Grouped:
    """Grade the clusters where it is due; else those of the parent keep the grades they had."""
    ours = found.memberships[found.memberships["kind"] == "cluster"]
    if ours.empty:
        return found
    looked = parent is not None and found.clustering.get("looked_at") == len(papers.table)
    fitted = found.how == "fresh" or (looked and len(papers.table) > len(parent.run.papers))
    groups, clustering = found.groups, found.clustering
    if is_due(len(papers.table), fitted=fitted, grades=settings.grades):
        groups, said = graded(
            groups,
            papers=papers.table,
            memberships=ours,
            vectors=papers.vectors,
            fits=found.fits,
            seed=settings.seed,
            progress=progress,
        )
        clustering = {**clustering, "grades": said}
    figures = {**found.quality, "contested": len(quality.contested(ours))}
    return replace(found, groups=groups, clustering=clustering, quality=figures)


def _drift(
    papers: Papers, *, found: Grouped, definitions: Definitions, parent: Parent | None
) -> list[dict[str, object]]:
    """Look for changed words, or keep what the parent found where no fresh look was due."""
    if found.how == "extended" and parent is not None:
        before = parent.run.manifest
        if found.clustering["looked_at"] == before["clustering"].get("looked_at"):
            return list(before.get("vocabulary_drift", []))
    return changed_words(
        papers.table,
        vectors=papers.vectors,
        memberships=found.about.memberships,
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
