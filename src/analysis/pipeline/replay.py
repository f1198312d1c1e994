"""A run made again from what its manifest names, and compared with what was stored."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import runs
from analysis.base.errors import InputError
from analysis.base.groups import counted_memberships
from analysis.base.progress import Progress
from analysis.base.resources import data_file, dates_index
from analysis.base.schema import SCHEMA_VERSION, TABLES
from analysis.clusters.extend.thresholds import Thresholds
from analysis.runs import Run
from analysis.runs.manifest import versions

from . import run as pipeline
from .papers import CACHE
from .settings import Settings

FILES = (*(f"{name}.parquet" for name in TABLES), "vectors.npy", "topics.npz", "ledger.toml",
         "quality.json")  # fmt: skip
"""What is compared byte for byte; pages follow from these."""

_NO_LIMIT = 1_000_000
"""Megabytes of an input: it was read once already."""


@dataclass(frozen=True)
class Replayed:
    """What `replay` found.

    Attributes
    ----------
    run : str
    equal, differing : tuple of str
        Files that came out byte for byte as stored, and those that did not.
    reasons : tuple of str
        What is not as it was: inputs, definitions, versions; one line each.
    memberships : str
        How many papers have the same clusters and topics; "" where all files are equal.
    """

    run: str
    equal: tuple[str, ...]
    differing: tuple[str, ...]
    reasons: tuple[str, ...]
    memberships: str


@dataclass(frozen=True)
class _Found:
    """Files that play the parts a manifest names, and what is not as it was."""

    inputs: tuple[Path, ...]
    definitions: Mapping[str, tuple[Path, ...]]
    reasons: tuple[str, ...]


def replay(
    path: Path,
    *,
    files: Sequence[Path] = (),
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Make a run again in a temporary directory and compare.

    Parameters
    ----------
    path : Path
        A run directory; its parent lies beside it.
    files : sequence of Path
        Candidates for the inputs and definitions, known by their hash.
    folder : Path, optional
        Looked through for files of the names in the manifest; the working directory by default.
    progress : Progress, optional

    Returns
    -------
    Replayed

    Raises
    ------
    InputError
        Where an input or the parent cannot be found, or the run's schema version is another one.
    """
    stored = runs.read_run(path)
    found = _files(stored.manifest, files=files, folder=folder or Path.cwd())
    with tempfile.TemporaryDirectory(prefix="papertide-replay-") as temporary:
        series = Path(temporary) / "runs"
        _lay_out(stored, series=series)
        made = pipeline.run(
            list(found.inputs),
            settings=_settings(stored.manifest, series=series, found=found),
            progress=progress,
            pages=False,
        )
        if made.path is None or made.path.parent != series:
            raise AssertionError("the replay was not written where it was to be")
        return _compared(stored, made, reasons=found.reasons)


def _files(manifest: Mapping[str, Any], *, files: Sequence[Path], folder: Path) -> _Found:
    wanted = [*manifest["inputs"], *manifest.get("definitions", [])]
    names = {str(one["name"]) for one in wanted}
    defaults = [*_defaults(), *filter(None, [dates_index()])]
    hashed = {p: runs.sha256(p) for p in _unique([*files, *_named(folder, names), *defaults])}
    inputs, definitions, reasons, missing = [], {}, [], []
    for one in wanted:
        role, name = str(one.get("role", "input")), str(one["name"])
        at = next((p for p, digest in hashed.items() if digest == one["sha256"]), None)
        if at is None:
            given = files if role == "input" else [*files, *defaults]
            at = next((p for p in given if p.name == name), None)
            what = f"{role} {name} has another SHA-256 than {str(one['sha256'])[:12]}…"
            (missing if at is None else reasons).append(what if at else f"{role} {name}")
        if at is not None and role == "input" and at not in inputs:
            inputs.append(at)
        elif at is not None and role != "input":
            definitions.setdefault(role, []).append(at)
    if missing:
        raise InputError(
            [f"no file is the {one} of run {manifest['run']}" for one in missing],
            allowed="files with the names or hashes in the run's manifest",
            next_step="name them after RUN, or the folder they lie in with --inputs DIR",
        )
    reasons += _version_reasons(manifest)
    return _Found(
        tuple(inputs), {role: tuple(ps) for role, ps in definitions.items()}, tuple(reasons)
    )


def _unique(paths: Iterable[Path]) -> list[Path]:
    return list(dict.fromkeys(p.resolve() for p in paths if p.is_file()))


def _named(folder: Path, names: set[str]) -> list[Path]:
    """Return the files under a folder that have one of these names; hidden folders are left out."""
    found = []
    for here, below, there in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [Path(here) / name for name in sorted(there) if name in names]
    return found


def _defaults() -> list[Path]:
    return [data_file(name) for name in ("topics.toml", "overrides.toml", "arxiv_ids.csv")]


def _version_reasons(manifest: Mapping[str, Any]) -> list[str]:
    before, now = dict(manifest.get("versions", {})), versions()
    return [
        f"{name} {now.get(name, 'not installed')}, then {before.get(name, 'not installed')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


def _lay_out(stored: Run, *, series: Path) -> None:
    """Put the runs that came before beside the place of the new one, as links."""
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
            next_step="put the parent back from a copy",
        )
    last = int(earlier[-1].name.split("-")[0]) if earlier else 0
    if last < number - 1:
        # Runs were removed since: an empty one keeps the number.
        gap = series / f"{number - 1:04d}"
        gap.mkdir()
        runs.write_json(gap / "manifest.json", {"schema_version": SCHEMA_VERSION})


def _settings(manifest: Mapping[str, Any], *, series: Path, found: _Found) -> Settings:
    told = dict(manifest["settings"])
    days = {
        name: date.fromisoformat(value) if (value := told.pop(name, None)) else None
        for name in ("as_of", "snapshot_date")
    }
    limits = Thresholds(**told.pop("thresholds", {}))
    of_role = {role: paths[0] for role, paths in found.definitions.items()}
    today = manifest.get("today")
    parent = manifest.get("parent") or {}
    return replace(
        Settings(**told),
        **days,
        runs=series,
        extend=parent.get("run"),
        topics=of_role.get("topics"),
        overrides=of_role.get("overrides"),
        dates=found.definitions.get("dates", ()),
        index=next(iter(found.definitions.get("dates index", ())), None),
        max_mb=_NO_LIMIT,
        today=date.fromisoformat(today) if today else None,
        thresholds=limits,
    )


def _compared(stored: Run, made: Run, *, reasons: Sequence[str]) -> Replayed:
    outputs = stored.manifest["outputs"]
    again = made.manifest["outputs"]
    equal = tuple(name for name in FILES if again.get(name) == outputs.get(name))
    differing = tuple(name for name in FILES if name not in equal)
    told = list(reasons)
    if stored.name != made.name:
        told.append(f"the run is named {made.name}, then {stored.name}")
    if stored.manifest.get("parent") != made.manifest.get("parent"):
        told.append("the parent's manifest is another one than was extended")
    same = _same_memberships(stored, made) if differing else ""
    return Replayed(stored.name, equal, differing, tuple(told), same)


def _same_memberships(stored: Run, made: Run) -> str:
    both = sorted(set(stored.papers["paper_id"]) & set(made.papers["paper_id"]))
    gone = len(stored.papers) - len(both)
    added = len(made.papers) - len(both)
    parts = [f"{len(both):,} papers in both, {gone:,} only stored, {added:,} only made again"]
    for kind in ("cluster", "topic"):
        sides = [_groups_by_paper(run, kind=kind).reindex(both, fill_value="") for run in
                 (stored, made)]  # fmt: skip
        same = int((sides[0] == sides[1]).sum())
        share = f" ({same / len(both):.1%})" if both else ""
        parts.append(f"the same {kind}{'s' if kind == 'topic' else ''}: {same:,} papers{share}")
    return "; ".join(parts)


def _groups_by_paper(run: Run, *, kind: str) -> pd.Series:
    """Return what a paper counts for: its primary cluster, or its topics."""
    rows = counted_memberships(run.memberships, kind=kind)
    return rows.sort_values("group_id").groupby("paper_id")["group_id"].agg(" ".join)
