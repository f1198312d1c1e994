"""A run made again from the files that its manifest names, and compared with what was stored."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import runs
from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.files import data_file, dates_index, default_topics, topic_sets
from analysis.base.groups import counted_memberships
from analysis.base.progress import Progress
from analysis.base.schema import SCHEMA_VERSION
from analysis.clusters.extend.splits_and_mergers import Thresholds
from analysis.runs import RUN_FILES, Run, versions

from . import run as pipeline
from .papers import CACHE
from .settings import DAYS, Settings

_NO_LIMIT = 1_000_000
"""Megabytes of an input: it was read once before."""


@dataclass(frozen=True)
class Replay:
    """The outcome of `replay`.

    Attributes
    ----------
    run : str
    equal, differing : tuple of str
        Files that came out byte for byte as stored, and those that did not; pages follow from
        these files.
    reasons : tuple of str
        Inputs, definitions and versions that have changed; one line each.
    memberships : str
        How many papers have the same clusters and topics; "" if all files are equal.
    """

    run: str
    equal: tuple[str, ...]
    differing: tuple[str, ...]
    reasons: tuple[str, ...]
    memberships: str


@dataclass(frozen=True)
class _Sources:
    """The files that a manifest names, by role, and one line on each that has changed."""

    inputs: list[Path]
    definitions: dict[str, list[Path]]
    reasons: list[str]


def replay(
    path: Path,
    *,
    files: Sequence[Path] = (),
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Replay:
    """Make a run again in a temporary directory and compare.

    Parameters
    ----------
    path : Path
        A run directory; its parent lies beside it.
    files : sequence of Path
        Candidates for the inputs and definitions, recognised by their hash.
    folder : Path, optional
        Searched for files with the names in the manifest; the working directory by default.
    progress : Progress, optional

    Returns
    -------
    Replay

    Raises
    ------
    InputError
        If an input or the parent run cannot be found, or the run has another schema version.
    """
    stored = runs.read_run(path)
    sources = _find_sources(stored.manifest, files=files, folder=folder or Path.cwd())
    with tempfile.TemporaryDirectory(prefix="papertide-replay-") as temporary:
        series = Path(temporary) / "runs"
        _link_earlier_runs(stored, series=series)
        replayed = pipeline.run(
            sources.inputs,
            settings=_settings(stored.manifest, series=series, sources=sources),
            progress=progress,
            pages=False,
        )
        if replayed.path is None or replayed.path.parent != series:
            raise AssertionError("the replay was not written to its temporary series")
        return _compare(stored, replayed, reasons=sources.reasons)


def _find_sources(manifest: Mapping[str, Any], *, files: Sequence[Path], folder: Path) -> _Sources:
    wanted = [*manifest["inputs"], *manifest.get("definitions", [])]
    names = {str(one["name"]) for one in wanted}
    defaults = [data_file(name) for name in ("overrides.toml", "arxiv_ids.csv")]
    defaults += [default_topics(), *topic_sets().values()]
    defaults += filter(None, [dates_index()])
    candidates = [*files, *_files_named(folder, names), *defaults]
    paths = dict.fromkeys(path.resolve() for path in candidates if path.is_file())
    hashes = {path: runs.sha256(path) for path in paths}
    inputs: list[Path] = []
    definitions: dict[str, list[Path]] = {}
    reasons: list[str] = []
    missing: list[str] = []
    for one in wanted:
        role, name = str(one.get("role", "input")), str(one["name"])
        path = next((p for p, digest in hashes.items() if digest == one["sha256"]), None)
        if path is None:
            given = files if role == "input" else [*files, *defaults]
            path = next((p for p in given if p.name == name), None)
            if path is None:
                missing.append(f"{role} {name}")
                continue
            reasons.append(f"{role} {name} has another SHA-256 than {str(one['sha256'])[:12]}…")
        if role != "input":
            definitions.setdefault(role, []).append(path)
        elif path not in inputs:
            inputs.append(path)
    if missing:
        raise InputError(
            [f"no file is the {one} of run {manifest['run']}" for one in missing],
            allowed="files with the names or hashes in the run's manifest",
            next_step="name them after RUN, or the folder they lie in with --inputs DIR",
        )
    return _Sources(inputs, definitions, [*reasons, *_version_reasons(manifest)])


def _files_named(folder: Path, names: set[str]) -> list[Path]:
    """Return the files below a folder that have one of these names; hidden folders are skipped."""
    paths = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths += [Path(here) / name for name in sorted(files) if name in names]
    return paths


def _version_reasons(manifest: Mapping[str, Any]) -> list[str]:
    before, now = dict(manifest.get("versions", {})), versions()
    return [
        f"{name} {now.get(name, 'not installed')}, then {before.get(name, 'not installed')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


def _link_earlier_runs(stored: Run, *, series: Path) -> None:
    """Link the earlier runs of the series into the temporary one."""
    series.mkdir(parents=True)
    number = int(stored.name.split("-")[0])
    home = stored.path.parent if stored.path else series
    earlier = [p for p in runs.list_runs(home) if int(p.name.split("-")[0]) < number]
    for path in earlier:
        (series / path.name).symlink_to(path.resolve(), target_is_directory=True)
    cache = home / CACHE
    if cache.is_dir():
        (series / CACHE).symlink_to(cache.resolve(), target_is_directory=True)
    parent = stored.manifest.get("parent")
    if parent and not (series / str(parent["run"]) / "manifest.json").is_file():
        raise InputError(
            f"run {stored.name} was made from run {parent['run']}, which is not in {home}",
            allowed="a run whose parent is in the same series",
            next_step="restore the parent from a copy",
        )
    last = int(earlier[-1].name.split("-")[0]) if earlier else 0
    if last < number - 1:
        # Runs have been removed since: an empty one reserves the number.
        gap = series / f"{number - 1:04d}"
        gap.mkdir()
        runs.write_manifest(gap / "manifest.json", {"schema_version": SCHEMA_VERSION})


def _settings(manifest: Mapping[str, Any], *, series: Path, sources: _Sources) -> Settings:
    recorded = dict(manifest["settings"])
    days: dict[str, Any] = {name: _day(recorded.pop(name, None)) for name in DAYS}
    thresholds = Thresholds(**recorded.pop("thresholds", {}))
    not_in_labels = tuple(recorded.pop("not_in_labels", ()))
    of_role = {role: paths[0] for role, paths in sources.definitions.items()}
    parent = manifest.get("parent") or {}
    return replace(
        Settings(**recorded),
        **days,
        runs=series,
        extend=parent.get("run"),
        topics=of_role.get("topics", "none"),
        overrides=of_role.get("overrides"),
        dates=tuple(sources.definitions.get("dates", ())),
        index=of_role.get("dates index"),
        max_mb=_NO_LIMIT,
        today=_day(manifest.get("today")),
        thresholds=thresholds,
        not_in_labels=not_in_labels,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _compare(stored: Run, replayed: Run, *, reasons: Sequence[str]) -> Replay:
    outputs = stored.manifest["outputs"]
    again = replayed.manifest["outputs"]
    equal = tuple(name for name in RUN_FILES if again.get(name) == outputs.get(name))
    differing = tuple(name for name in RUN_FILES if name not in equal)
    changes = list(reasons)
    if stored.name != replayed.name:
        changes.append(f"the run is named {replayed.name}, then {stored.name}")
    if stored.manifest.get("parent") != replayed.manifest.get("parent"):
        changes.append("the parent's manifest has changed since it was extended")
    same = _same_memberships(stored, replayed) if differing else ""
    return Replay(stored.name, equal, differing, tuple(changes), same)


def _same_memberships(stored: Run, replayed: Run) -> str:
    both = sorted(set(stored.papers["paper_id"]) & set(replayed.papers["paper_id"]))
    gone, added = (len(run.papers) - len(both) for run in (stored, replayed))
    parts = [
        f"{count(len(both), 'paper')} in both, {gone:,} only stored, {added:,} only made again"
    ]
    for kind, words in (("cluster", "cluster"), ("topic", "topics")):
        before, now = (
            _groups_by_paper(run, kind=kind).reindex(both, fill_value="")
            for run in (stored, replayed)
        )
        same = int((before == now).sum())
        share = f" ({same / len(both):.1%})" if both else ""
        parts.append(f"the same {words}: {count(same, 'paper')}{share}")
    return "; ".join(parts)


def _groups_by_paper(run: Run, *, kind: str) -> pd.Series:
    """Return the groups that count each paper: its primary cluster, or its topics."""
    rows = counted_memberships(run.memberships, kind=kind)
    return rows.sort_values("group_id").groupby("paper_id")["group_id"].agg(" ".join)
