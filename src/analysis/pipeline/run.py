"""The one place that knows the order of the stages: `Settings`, `run`, `open_run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from analysis import runs, sources, trends
from analysis.base import schema
from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.base.resources import data_file, dates_index
from analysis.embedding import ALLOWED, is_known
from analysis.papers import Snapshot, dropped_line, read_snapshot
from analysis.runs import Run, manifest

from .audit import audit_unasked
from .groups.topics import read_definitions
from .order import analyse
from .parent import Parent, find_parent, is_same
from .settings import Settings, recorded

__all__ = ["Settings", "open_run", "run"]

PERIODS = ("auto", *schema.FREQUENCIES)


def run(
    snapshot: Path | str | Sequence[Path | str],
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    pages: bool = True,
) -> Run:
    """Analyse one snapshot and write the run; it extends the newest run of the series.

    Parameters
    ----------
    snapshot : path or sequence of paths
        Files given together are one snapshot.
    settings : Settings, optional
    progress : Progress, optional
        Where progress is said; quiet by default.
    pages : bool
        Write pages, charts and CSV copies, and audit; without them the tables are the same.

    Returns
    -------
    Run
        As it can be read back with `open_run`. Where the newest run was made from the same files
        with the same settings, that run.

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
    index = dates_index() if settings.index == "auto" else settings.index
    today = settings.today or date.today()
    definitions = read_definitions(settings.topics, overrides_file=settings.overrides)
    series = runs.runs_folder(settings.runs)
    with runs.new_run_folder(series, wait=settings.wait, say=progress.say) as folder:
        with progress.stage("read"):
            read = _read(paths, settings=settings, date_files=date_files, index=index, today=today)
        files = [*definitions.hashed(), *manifest.hashed("dates", date_files)]
        files += manifest.hashed("dates index", [Path(index)] if index else [])
        for line in _said(read):
            progress.say(line)
        parent = _parent(series, settings=settings, progress=progress)
        if parent and not settings.fresh and is_same(
            parent.run, inputs=read.inputs, definitions=files, settings=recorded(settings)
        ):  # fmt: skip
            progress.say(
                f"Run {parent.run.name} was made from this snapshot with these settings; it is "
                "used as it is."
            )
            return parent.run
        path = folder.parent / runs.next_name(folder.parent, snapshot_date=read.date)
        made = analyse(
            read,
            settings=settings,
            definitions=definitions,
            parent=parent,
            path=path,
            progress=progress,
        )
        if pages:
            made = audit_unasked(made, asked=settings.audit, progress=progress)
        made.manifest.update(definitions=files, today=today.isoformat())
        _write(made, folder=folder, path=path, progress=progress, pages=pages)
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
    if settings.by not in trends.AXES:
        problems.append(f"by {settings.by!r}: allowed are {', '.join(trends.AXES)}")
    if not is_known(settings.embedding):
        problems.append(f"embedding {settings.embedding!r}: allowed are {ALLOWED}")
    if settings.format not in sources.FORMATS:
        problems.append(f"format {settings.format!r}: allowed are {', '.join(sources.FORMATS)}")
    if problems:
        raise InputError(
            problems, allowed="the names listed", next_step="correct the setting and run again"
        )


def _read(
    paths: Sequence[Path | str],
    *,
    settings: Settings,
    date_files: Sequence[Path],
    index: Path | str | None,
    today: date,
) -> Snapshot:
    read = read_snapshot(
        [Path(path) for path in paths],
        format=settings.format,
        snapshot_date=settings.snapshot_date,
        today=today,
        dates=sources.read_dates(date_files),
        max_mb=settings.max_mb,
        duplicates=settings.duplicates,
        index=Path(index) if index else None,
    )
    return read if settings.as_of is None else _as_of(read, day=settings.as_of)


def _as_of(read: Snapshot, *, day: date) -> Snapshot:
    """Keep what was listed, else published, by a day; undated papers are left out and said."""
    when = read.papers["listed"].fillna(read.papers["published"])
    kept = read.papers[when <= pd.Timestamp(day)].reset_index(drop=True)
    if kept.empty:
        raise InputError(
            f"none of {len(read.papers):,} papers was listed or published by {day}",
            allowed="a day after the first dated paper",
            next_step="give a later day with --as-of",
        )
    undated = int(when.isna().sum())
    note = (
        f"As of {day}: {len(kept):,} of {len(read.papers):,} papers ({undated:,} undated left out)"
    )
    last = min(read.date, day) if read.date else day
    return replace(read, papers=kept, date=last, notes=[*read.notes, note])


def _parent(series: Path, *, settings: Settings, progress: Progress) -> Parent | None:
    """Open the run to continue; a fresh fit goes on without one that cannot be read."""
    try:
        return find_parent(series, name=settings.extend)
    except InputError as error:
        if not settings.fresh or settings.extend is not None:
            raise
        found = "; ".join(error.problems)
        progress.say(
            f"The last run of the series cannot be read ({found}): clusters are matched to none "
            "and get new ids. To match them to another run, give it with --extend RUN."
        )
        return None


def _said(read: Snapshot) -> list[str]:
    lines = [f"{len(read.papers):,} papers, {int(read.papers['published'].notna().sum()):,} dated"]
    lines += [dropped_line(read.dropped)] if read.dropped else []
    lines += [*read.notes, sources.missing_dates(read.papers)]
    if read.date is None:
        lines.append("The snapshot's date is unknown; give it with --snapshot-date YYYY-MM-DD.")
    return [line for line in lines if line]


def _write(made: Run, *, folder: Path, path: Path, progress: Progress, pages: bool) -> None:
    from analysis.report import write_pages

    with progress.stage("write"):
        runs.write_tables(made, folder)
        if pages:
            write_pages(made, folder, csv_safe=made.manifest["settings"]["csv_safe"])
    costs = {"seconds": dict(progress.seconds), "peak_memory_mb": manifest.peak_memory_mb()}
    runs.finish(folder, manifest={**made.manifest, **costs}, path=path)
