"""The one place that knows the order of the stages: `Settings`, `run`, `open_run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import manifest, runs, schema, sources, trends
from .cluster_stage import describe_clusters
from .embedding import (
    ALLOWED,
    EMBEDDINGS,
    embed,
    embedding_version,
    is_known,
    paper_texts,
)
from .errors import InputError
from .progress import Progress
from .resources import data_file, dates_index
from .runs import Run
from .topic_stage import Definitions, changed_words, find_topics, read_definitions
from .topic_stage import Found as TopicsFound
from .topics import as_arrays

PERIODS = ("auto", *schema.FREQUENCIES)
STORED_NEIGHBOURS = 10
CACHE = ".embeddings"
"""Folder in the series' directory where vectors of optional embeddings are kept; disposable."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides what a run computes from its snapshot.

    Attributes
    ----------
    runs : Path or None
        Directory of the series; see `runs.runs_folder` for the default.
    topics : Path or None
        Topic definitions; `data/topics.toml` by default.
    overrides : Path or None
        Decisions on topics by hand; `data/overrides.toml` by default.
    dates : tuple of Path
        CSV files that date papers by title or arXiv id; `data/arxiv_ids.csv` by default.
    snapshot_date : date or None
        The day of the snapshot, where the content or the file name does not tell.
    period : str
        "auto", "month", "quarter", "half-year" or "year".
    embedding : str
        A name that `embedding.embed` knows.
    format : str
        "auto" or a name in `sources.FORMATS`.
    seed : int
        Seed of the subsamples and of the map's layout.
    max_mb : int
        Megabytes that each input file may have, unpacked.
    duplicates : str
        "all" merges papers that are nearly alike too, "exact" only those of one id or title.
    today : date or None
        The day from which dates count as too late where the snapshot's date is unknown.
    """

    runs: Path | None = None
    topics: Path | None = None
    overrides: Path | None = None
    dates: tuple[Path, ...] = ()
    snapshot_date: date | None = None
    period: str = "auto"
    embedding: str = "builtin"
    format: str = "auto"
    seed: int = 0
    max_mb: int = sources.MAX_MB
    duplicates: str = "all"
    today: date | None = None


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


def run(
    snapshot: Path | str | Sequence[Path | str],
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Run:
    """Analyse one snapshot and write the run.

    Parameters
    ----------
    snapshot : path or sequence of paths
        Files given together are one snapshot.
    settings : Settings, optional
    progress : Progress, optional
        Where progress is said; quiet by default.

    Returns
    -------
    Run
        As it can be read back with `open_run`.

    Raises
    ------
    InputError
        Where the input, a definition or a setting is wrong, or the directory cannot be written;
        nothing is left behind.
    """
    settings = settings or Settings()
    progress = progress or Progress(quiet=True)
    _check(settings)
    paths = [snapshot] if isinstance(snapshot, str | Path) else list(snapshot)
    date_files = settings.dates or (data_file("arxiv_ids.csv"),)
    local = tuple(filter(None, [dates_index()]))
    definitions = read_definitions(settings.topics, overrides_file=settings.overrides)
    with runs.new_run_folder(runs.runs_folder(settings.runs)) as folder:
        with progress.stage("read"):
            read = _read(paths, settings=settings, date_files=date_files)
        files = [*definitions.hashed(), *manifest.hashed("dates", date_files + local)]
        for line in _said(read):
            progress.say(line)
        path = folder.parent / runs.next_name(folder.parent, snapshot_date=read.date)
        made = _analyse(
            read,
            settings=settings,
            definitions=definitions,
            path=path,
            progress=progress,
        )
        made.manifest["definitions"] = files
        _write(made, folder=folder, path=path, progress=progress)
    return replace(made, path=path, manifest=runs.read_manifest(path))


def open_run(name: str | Path | None = None, *, runs_dir: Path | None = None) -> Run:
    """Open a finished run.

    Parameters
    ----------
    name : str or Path, optional
        A name in the series, its number alone, or a path; where left out, the run that the
        environment variable `PAPERTIDE_RUN` names, else the newest.
    runs_dir : Path, optional
        Directory of the series; see `runs.runs_folder` for the default.

    Raises
    ------
    InputError
        Where there is no such run or another schema version wrote it.
    """
    return runs.read_run(runs.find_run(name, runs=runs_dir))


def _check(settings: Settings) -> None:
    problems = []
    if settings.period not in PERIODS:
        problems.append(f"period {settings.period!r}: allowed are {', '.join(PERIODS)}")
    if not is_known(settings.embedding):
        problems.append(f"embedding {settings.embedding!r}: allowed are {ALLOWED}")
    if settings.format not in sources.FORMATS:
        problems.append(f"format {settings.format!r}: allowed are {', '.join(sources.FORMATS)}")
    if problems:
        raise InputError(
            problems, allowed="the names listed", next_step="correct the setting and run again"
        )


def _read(
    paths: Sequence[Path | str], *, settings: Settings, date_files: Sequence[Path]
) -> sources.Snapshot:
    return sources.read_snapshot(
        [Path(path) for path in paths],
        format=settings.format,
        snapshot_date=settings.snapshot_date,
        today=settings.today or date.today(),
        dates=sources.read_dates(date_files),
        max_mb=settings.max_mb,
        duplicates=settings.duplicates,
        index=dates_index(),
    )


def _said(read: sources.Snapshot) -> list[str]:
    lines = [f"{len(read.papers):,} papers, {int(read.papers['published'].notna().sum()):,} dated"]
    lines += [sources.dropped_line(read.dropped)] if read.dropped else []
    lines += [*read.notes, sources.missing_dates(read.papers)]
    if read.date is None:
        lines.append("The snapshot's date is unknown; give it with --snapshot-date YYYY-MM-DD.")
    return [line for line in lines if line]


def _analyse(
    read: sources.Snapshot,
    *,
    settings: Settings,
    definitions: Definitions,
    path: Path,
    progress: Progress,
) -> Run:
    name = path.name
    papers = read.papers.assign(in_snapshot=True, first_run=name, last_run=name)
    papers = schema.conform(papers, name="papers")
    with progress.stage("embed"):
        # A model from a hub embeds 10 to 30 papers a second: what it made once is kept.
        cache = path.parent / CACHE if ":" in settings.embedding else None
        texts = paper_texts(papers["title"], papers["abstract"])
        vectors = embed(texts, embedding=settings.embedding, cache=cache, ids=papers["paper_id"])
    grouped = _group(
        papers,
        vectors=vectors,
        definitions=definitions,
        embedding=settings.embedding,
        before=runs.last_decisions(path.parent),
        seed=settings.seed,
        progress=progress,
    )
    with progress.stage("drift"):
        drift = changed_words(
            papers,
            vectors=vectors,
            memberships=grouped.about.memberships,
            definitions=definitions,
        )
    with progress.stage("trends"):
        table, choice = _trends(papers, grouped=grouped, read=read, period=settings.period)
    decided = {
        "period": {"freq": choice.freq, "reason": choice.reason},
        "clustering": grouped.clustering,
        "vocabulary_drift": drift,
        **grouped.about.decided,
        "embedding": {
            "name": settings.embedding,
            "version": embedding_version(settings.embedding),
            "description": EMBEDDINGS.get(settings.embedding, settings.embedding),
        },
        "settings": _told(settings),
    }
    made = Run(
        name=name,
        path=None,
        papers=papers,
        neighbours=grouped.neighbours,
        memberships=grouped.memberships,
        evidence=grouped.about.evidence,
        reclassified=grouped.about.reclassified,
        map=grouped.map,
        groups=grouped.groups,
        lineage=schema.empty("lineage"),
        moves=schema.empty("moves"),
        changes=schema.empty("changes"),
        restated=schema.empty("restated"),
        trends=table,
        vectors=vectors,
        topic_fit=as_arrays(grouped.about.fitted),
        quality=grouped.quality,
        manifest=manifest.manifest(
            papers, groups=grouped.groups, name=name, read=read, decided=decided
        ),
    )
    if broken := schema.check_laws(runs.tables_of(made)):
        raise AssertionError("; ".join(broken))
    return made


def _group(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    definitions: Definitions,
    embedding: str,
    before: runs.Decisions | None,
    seed: int,
    progress: Progress,
) -> _Grouped:
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
            progress=progress,
        )
    with progress.stage("map"):
        places = clusters.map_layout(found.graph, seed=seed, bar=progress.bar("map"))
    return _Grouped(
        memberships=_stacked([placed.memberships, about.memberships], name="memberships"),
        groups=_stacked([placed.groups, about.groups], name="groups"),
        neighbours=clusters.neighbour_table(papers, indices=near[0], similarities=near[1]),
        map=clusters.map_table(papers, places=places),
        quality=placed.figures,
        clustering={
            "rule": found.rule,
            "why_none": "" if len(placed.groups) else found.rule,
            "settings": found.settings,
        },
        about=about,
    )


def _stacked(frames: Sequence[pd.DataFrame], *, name: str) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    return schema.conform(pd.concat(full), name=name) if full else schema.empty(name)


def _trends(
    papers: pd.DataFrame, *, grouped: _Grouped, read: sources.Snapshot, period: str
) -> tuple[pd.DataFrame, trends.PeriodChoice]:
    reference = trends.reference_day(papers, snapshot_date=read.date)
    choice = trends.choose_period(papers, period=period, reference=reference)
    if choice.freq is None:
        return schema.empty("trends"), choice
    table = trends.trends(
        grouped.memberships,
        papers=papers,
        groups=pd.concat([schema.groups_of(grouped.groups, kind=kind) for kind in schema.KINDS]),
        freq=choice.freq,
        reference=reference,
    )
    return table, choice


def _told(settings: Settings) -> dict[str, Any]:
    """Return the settings that are not files; those stand in the manifest by name and hash."""
    day = settings.snapshot_date
    return {
        "period": settings.period,
        "embedding": settings.embedding,
        "format": settings.format,
        "seed": settings.seed,
        "snapshot_date": day.isoformat() if day else None,
    }


def _write(made: Run, *, folder: Path, path: Path, progress: Progress) -> None:
    from .report import write_pages

    with progress.stage("write"):
        runs.write_tables(made, folder)
        write_pages(made, folder)
    costs = {"seconds": dict(progress.seconds), "peak_memory_mb": manifest.peak_memory_mb()}
    runs.finish(folder, manifest={**made.manifest, **costs}, path=path)
