"""The order of the stages: what a run computes from its papers, from scratch or extended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import runs
from analysis.base import laws, schema
from analysis.base.parallel import Workers
from analysis.base.progress import Progress
from analysis.clusters.ledger import ledger_text
from analysis.embedding import EMBEDDINGS, embedding_version, paper_texts
from analysis.embedding.new_words import learned_arrays, unknown_notes, unknown_words
from analysis.papers import PaperUnion, Snapshot
from analysis.runs import Run, run_manifest
from analysis.runs.causes import changes, moves
from analysis.runs.paper_changes import with_first_runs
from analysis.runs.renamed import renamed_clusters
from analysis.runs.shares import restated_by_runs
from analysis.topics import as_arrays

from .groups.group_papers import Groups, group_papers
from .groups.identities import register_clusters
from .groups.topics import Definitions, changed_words
from .groups.tree import run_tree
from .label_shares import label_memberships
from .papers import Parent, RunPapers, prepare_papers
from .settings import Settings, recorded_settings
from .trends import count_trends
from .words import word_table


def analyse(
    read: Snapshot,
    *,
    settings: Settings,
    definitions: Definitions,
    parent: Parent | None,
    path: Path,
    workers: Workers,
    progress: Progress,
) -> Run:
    """Compute everything of a run but the hashes in its manifest.

    The stages in their order: papers and their vectors; groups; changed words of topics; words of
    no group; trends; identities of clusters; the comparison with the parent run.

    Parameters
    ----------
    read : Snapshot
    settings : Settings
    definitions : Definitions
    parent : Parent or None
        The run to continue: extended, or matched if `settings.fresh`.
    path : Path
        Where the run will be; its name is the run's.
    workers : Workers
    progress : Progress

    Raises
    ------
    InputError
        If the snapshot does not belong to the series, or has another embedding.
    AssertionError
        If the tables break a law (`laws.check_laws`): a bug, not a problem with the input.
    """
    papers = prepare_papers(read, settings=settings, parent=parent, path=path, progress=progress)
    seen = papers.seen
    groups = group_papers(
        seen,
        settings=settings,
        definitions=definitions,
        parent=parent,
        folder=path.parent,
        workers=workers,
        progress=progress,
    )
    workers.prepare("analysis.figures.printed")
    with progress.stage("drift"):
        drift = _vocabulary_drift(seen, groups=groups, definitions=definitions, parent=parent)
    with progress.stage("words"):
        words = _words(seen, groups=groups, settings=settings)
    with progress.stage("trends"):
        trends, period = count_trends(
            papers.table,
            memberships=groups.memberships,
            groups=groups.groups,
            words=words,
            labels=label_memberships(seen.table, groups=groups.groups, index=seen.index),
            snapshot_date=read.date,
            settings=settings,
        )
    registered, lineage, ledger = register_clusters(
        groups.groups,
        memberships=groups.memberships,
        trends=trends["trends"],
        parent=parent,
        run=path.name,
        snapshot_date=read.date,
    )
    decisions = _decisions(papers, groups=groups, settings=settings)
    decisions |= {"period": period, "vocabulary_drift": drift}
    manifest = run_manifest(
        papers.table, groups=registered, name=path.name, read=read, decisions=decisions
    )
    tables = {**trends, "words": words, "groups": registered, "lineage": lineage}
    run = _assemble(
        papers, groups=groups, tables=tables, ledger=ledger_text(ledger), manifest=manifest
    )
    run = _with_comparison(run, parent=parent, folder=path.parent)
    if broken := laws.check_laws(runs.tables_of(run)):
        raise AssertionError("; ".join(broken))
    return run


def _assemble(
    papers: RunPapers,
    *,
    groups: Groups,
    tables: dict[str, pd.DataFrame],
    ledger: str,
    manifest: dict[str, Any],
) -> Run:
    """Assemble a run whose comparison with earlier ones is still to come."""
    tree, leaves = run_tree(
        papers.table,
        memberships=groups.memberships,
        groups=tables["groups"],
        neighbours=groups.neighbours,
        vectors=papers.vectors,
    )
    return Run(
        name=manifest["run"],
        path=None,
        papers=papers.table,
        neighbours=groups.neighbours,
        memberships=groups.memberships,
        evidence=groups.evidence,
        reclassified=groups.topics.reclassified,
        map=groups.map,
        tree=tree,
        leaves=leaves,
        **tables,
        **{name: schema.empty(name) for name in ("moves", "changes", "restated")},
        vectors=papers.vectors,
        topic_fit={**as_arrays(groups.topics.fitted), **learned_arrays(papers.learned)},
        ledger=ledger,
        quality={**groups.quality, **_unknown(papers, manifest=manifest)},
        manifest=manifest,
    )


def _unknown(papers: RunPapers, *, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of `quality.json` on words that the built-in embedding does not know."""
    if manifest["embedding"]["name"] != "builtin":
        return {}
    texts = paper_texts(papers.analysed["title"], papers.analysed["abstract"])
    account = unknown_words(texts, learned=papers.learned)
    manifest["notes"] = [*manifest["notes"], *unknown_notes(account)]
    return {"unknown_words": account}


def _decisions(papers: RunPapers, *, groups: Groups, settings: Settings) -> dict[str, Any]:
    """Return the manifest's entries on how the groups came about."""
    return {
        "how": groups.how,
        "clustering": groups.clustering,
        **groups.topics.decided,
        "clusters_by_hand": groups.overrides,
        "embedding": {
            "name": settings.embedding,
            "version": embedding_version(settings.embedding),
            "description": EMBEDDINGS.get(settings.embedding, settings.embedding),
        },
        "settings": recorded_settings(settings),
        "union": _union_entry(papers.union),
        "boilerplate": papers.boilerplate,
    }


def _union_entry(union: PaperUnion | None) -> dict[str, Any]:
    """Return the manifest's entry on a union: counts, and the papers that changed; else {}."""
    if union is None:
        return {}
    return {
        **{name: len(getattr(union, name)) for name in ("added", "known", "gone")},
        **{name: list(getattr(union, name)) for name in ("revised", "redated")},
        "renamed": dict(union.renamed),
        "notes": list(union.notes),
    }


def _words(papers: RunPapers, *, groups: Groups, settings: Settings) -> pd.DataFrame:
    return word_table(
        papers.table,
        neighbours=groups.neighbours,
        memberships=groups.memberships,
        groups=groups.groups,
        by=settings.by,
        without=settings.not_in_labels or (),
    )


def _vocabulary_drift(
    papers: RunPapers, *, groups: Groups, definitions: Definitions, parent: Parent | None
) -> list[dict[str, object]]:
    """Look for changed words; an extension that was not revised keeps the parent run's."""
    if groups.how == "extended" and parent is not None:
        before = parent.run.manifest
        if groups.clustering["looked_at"] == before["clustering"].get("looked_at"):
            return list(before.get("vocabulary_drift", []))
    return changed_words(
        papers.table,
        vectors=papers.vectors,
        memberships=groups.topics.memberships,
        definitions=definitions,
    )


def _with_comparison(run: Run, *, parent: Parent | None, folder: Path) -> Run:
    """Add what changed since the parent run, and the shares that earlier runs had reported."""
    if parent is None or parent.run.path is None:
        return run
    link = {
        "run": parent.run.name,
        "manifest_sha256": runs.sha256(parent.run.path / "manifest.json"),
    }
    papers = with_first_runs(run.papers, before=parent.run.papers)
    renamed = renamed_clusters(parent.run, run).to_dict("records")
    run = replace(run, papers=papers, manifest={**run.manifest, "parent": link, "renamed": renamed})
    return replace(
        run,
        moves=moves(parent.run, run),
        changes=changes(parent.run, run),
        restated=restated_by_runs(
            run.trends, folders=runs.line_of(run, folder=folder), by=run.manifest["period"]["by"]
        ),
    )
