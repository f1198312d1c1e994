"""Run an analysis and open its result: `run` reads the input, calls the stages and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import runs, sources
from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.files import data_file, dates_index, default_topics
from analysis.base.parallel import Workers, workers
from analysis.base.progress import Progress
from analysis.embedding import ALLOWED_NAMES, is_embedding_name
from analysis.papers import Snapshot, dropped_line, read_snapshot
from analysis.runs import Run, file_entries, peak_memory_mb
from analysis.sources.dates.fetched import covered_from

from .audit import add_audit
from .groups.topic_set import TopicSet, choose_set, given_set
from .groups.topics import Definitions, read_definitions
from .groups.tree import Division, division_problems, kept_division
from .names.label_words import checked_words, words_of_parent
from .papers import Parent, find_parent, has_clusters, is_unchanged
from .settings import Settings, period_problems, recorded_settings
from .stages import analyse

__all__ = ["Settings", "open_run", "run"]

_USED_AS_IT_IS = "was made from this snapshot with these settings; it is used as it is."


def run(
    snapshot: Path | str | pd.DataFrame | Sequence[Path | str | pd.DataFrame],
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    pages: bool = True,
) -> Run:
    """Analyse one snapshot and write the run; it extends the newest run of the series.

    Parameters
    ----------
    snapshot : path, DataFrame, or sequence of these
        Files, folders of files, and DataFrames with one row per paper; those given together are
        one snapshot. A DataFrame is checked like a table in a file; `Settings.columns` names
        columns that are not known.
    settings : Settings, optional
    progress : Progress, optional
        Where progress is reported; quiet by default.
    pages : bool
        Write pages, charts and CSV copies, and audit; the tables are the same without.

    Returns
    -------
    Run
        As `open_run` reads it back. If the newest run was made from the same files with the same
        settings, that run.

    Raises
    ------
    InputError
        If the input, a definition or a setting is wrong, or the directory cannot be written;
        nothing is left behind.
    """
    settings = settings or Settings()
    progress = progress or Progress(quiet=True)
    _check_settings(settings)
    inputs = [snapshot] if isinstance(snapshot, str | Path | pd.DataFrame) else [*snapshot]
    date_files = settings.dates or (data_file("arxiv_ids.csv"),)
    index = dates_index() if settings.index == "auto" else settings.index
    today = settings.today or date.today()
    given = given_set(settings.topics) if settings.topics is not None else None
    definitions = read_definitions(
        given.file if given else default_topics(), overrides_file=settings.overrides
    )
    series = runs.runs_folder(settings.runs)
    with (
        runs.new_run_folder(series, wait=settings.wait, say=progress.say) as folder,
        workers(settings.jobs) as others,
    ):
        with progress.stage("read"):
            read = _read(inputs, settings=settings, date_files=date_files, index=index, today=today)
        for line in _snapshot_lines(read):
            progress.say(line)
        parent = find_parent(series, settings=settings, progress=progress)
        chosen = given or _choose_topics(read, parent=parent, definitions=definitions)
        definitions = read_definitions(chosen.file, overrides_file=settings.overrides)
        progress.say(chosen.said)
        files = _definition_files(definitions, dates=date_files, index=index)
        settings = _with_what_is_known(settings, parent=parent, inputs=inputs)
        recorded = recorded_settings(settings)
        if (
            parent
            and not settings.fresh
            and is_unchanged(parent.run, inputs=read.inputs, definitions=files, settings=recorded)
        ):
            progress.say(f"Run {parent.run.name} {_USED_AS_IT_IS}")
            return parent.run
        path = folder.parent / runs.next_name(folder.parent, snapshot_date=read.date)
        result = analyse(
            read,
            settings=settings,
            definitions=definitions,
            parent=parent,
            path=path,
            workers=others,
            progress=progress,
        )
        if pages:
            result = add_audit(result, always=settings.audit, progress=progress)
        result.manifest.update(definitions=files, topic_set=chosen.entry(), today=today.isoformat())
        _write(result, folder=folder, path=path, workers=others, progress=progress, pages=pages)
    return replace(result, path=path, manifest=runs.read_manifest(path))


def open_run(name: str | Path | None = None, *, runs_dir: str | Path | None = None) -> Run:
    """Open a finished run.

    Parameters
    ----------
    name : str or Path, optional
        A name in the series, its number alone, or a path; by default the run that the environment
        variable `PAPERTIDE_RUN` names, else the newest.
    runs_dir : str or Path, optional
        Directory of the series; see `runs.runs_folder` for the default.

    Raises
    ------
    InputError
        If there is no such run or another schema version wrote it.
    """
    return runs.read_run(runs.find_run(name, runs=runs_dir))


def _choose_topics(read: Snapshot, *, parent: Parent | None, definitions: Definitions) -> TopicSet:
    before = parent.run.manifest if parent else None
    return choose_set(read.papers, before=before, decided=bool(definitions.overrides))


def _definition_files(
    definitions: Definitions, *, dates: Sequence[Path], index: Path | str | None
) -> list[dict[str, Any]]:
    files = [*definitions.file_entries(), *file_entries("dates", dates)]
    return files + file_entries("dates index", [Path(index)] if index else [])


def _with_what_is_known(
    settings: Settings, *, parent: Parent | None, inputs: Sequence[Path | str | pd.DataFrame]
) -> Settings:
    """Fill what is not given from the run that is continued and from the fetched files."""
    known = parent.run.manifest["settings"] if parent else None
    clusters, detail = _division(settings, parent=parent)
    return replace(
        settings,
        not_in_labels=words_of_parent(settings.not_in_labels, settings=known),
        clusters=clusters,
        detail=detail,
        covered_from=_covered_from(inputs, settings=settings, known=known),
    )


def _division(settings: Settings, *, parent: Parent | None) -> Division:
    continued = parent is not None and not settings.fresh and has_clusters(parent.run)
    return kept_division(
        (settings.clusters, settings.detail),
        before=parent.run.manifest["settings"] if parent and continued else None,
        run=parent.run.name if parent else "",
    )


def _covered_from(
    inputs: Sequence[Path | str | pd.DataFrame],
    *,
    settings: Settings,
    known: Mapping[str, Any] | None,
) -> date | None:
    """Return the day from which the papers are covered: as given, else as they were fetched.

    A run that continues another covers what that one does, too. None if it is not known for all.
    """
    if settings.covered_from is not None:
        return settings.covered_from
    days = [None if isinstance(i, pd.DataFrame) else covered_from(Path(i)) for i in inputs]
    if known is not None and not settings.fresh:
        before = known.get("covered_from")
        days.append(date.fromisoformat(before) if before else None)
    return None if None in days else min(day for day in days if day is not None)


def _check_settings(settings: Settings) -> None:
    checked_words(settings.not_in_labels or ())
    problems = period_problems(period=settings.period, by=settings.by)
    problems += division_problems(clusters=settings.clusters, detail=settings.detail)
    if not is_embedding_name(settings.embedding):
        problems.append(f"embedding {settings.embedding!r}: allowed are {ALLOWED_NAMES}")
    if settings.format not in sources.FORMAT_NAMES:
        allowed = ", ".join(sources.FORMAT_NAMES)
        problems.append(f"format {settings.format!r}: allowed are {allowed}")
    if problems:
        raise InputError(
            problems, allowed="the names listed", next_step="correct the setting and run again"
        )


def _read(
    inputs: Sequence[Path | str | pd.DataFrame],
    *,
    settings: Settings,
    date_files: Sequence[Path],
    index: Path | str | None,
    today: date,
) -> Snapshot:
    read = read_snapshot(
        [Path(one) if isinstance(one, str) else one for one in inputs],
        format=settings.format,
        snapshot_date=settings.snapshot_date,
        today=today,
        dates=sources.read_dates(date_files),
        max_mb=settings.max_mb,
        duplicates=settings.duplicates,
        index=Path(index) if index else None,
        columns=settings.columns,
    )
    return read if settings.as_of is None else _as_of(read, day=settings.as_of)


def _as_of(read: Snapshot, *, day: date) -> Snapshot:
    """Keep papers listed, else published, by a day; undated papers are left out, with a note."""
    days = read.papers["listed"].fillna(read.papers["published"])
    kept = read.papers[days <= pd.Timestamp(day)].reset_index(drop=True)
    if kept.empty:
        raise InputError(
            f"none of {count(len(read.papers), 'paper')} was listed or published by {day}",
            allowed="a day after the first dated paper",
            next_step="give a later day with --as-of",
        )
    undated = int(days.isna().sum())
    note = (
        f"As of {day}: {len(kept):,} of {count(len(read.papers), 'paper')} "
        f"({undated:,} undated left out)"
    )
    last = min(read.date, day) if read.date else day
    return replace(read, papers=kept, date=last, notes=[*read.notes, note])


def _snapshot_lines(read: Snapshot) -> list[str]:
    dated = int(read.papers["published"].notna().sum())
    lines = [f"{count(len(read.papers), 'paper')}, {dated:,} dated"]
    lines += [dropped_line(read.dropped)] if read.dropped else []
    lines += [*read.notes, sources.missing_dates(read.papers)]
    if read.date is None:
        lines.append("The snapshot's date is unknown; give it with --snapshot-date YYYY-MM-DD.")
    return [line for line in lines if line]


def _write(
    result: Run, *, folder: Path, path: Path, workers: Workers, progress: Progress, pages: bool
) -> None:
    from analysis.report import write_pages

    with progress.stage("write"):
        runs.write_tables(result, folder)
        if pages:
            csv_safe = result.manifest["settings"]["csv_safe"]
            write_pages(result, folder, workers=workers, csv_safe=csv_safe)
    peak = peak_memory_mb() + (workers.start(peak_memory_mb)() if workers.running else 0)
    costs = {"seconds": dict(progress.seconds), "peak_memory_mb": peak}
    runs.finish(folder, manifest={**result.manifest, **costs}, path=path)
