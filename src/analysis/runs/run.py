"""The files of a run: written whole or not at all, read back by the version that wrote them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.base.english import count, listing
from analysis.base.errors import InputError
from analysis.base.schema import READABLE_VERSIONS, TABLES, conform, empty

from .files import (
    MANIFEST,
    OUTPUTS,
    changed_files,
    damaged,
    hashes_of,
    read_file,
    read_manifest,
    read_parquet,
    sha256,
    write_json,
    write_manifest,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

RUN_FILES = (
    *(f"{name}.parquet" for name in TABLES),
    *("vectors.npy", "topics.npz", "ledger.toml", "quality.json"),
)
"""What an analysis computes, beside the manifest; pages, charts and CSV copies follow from it."""

_LATER_FILES = ("tree.parquet", "leaves.parquet", "words.parquet")
"""Files that schema version 3 lacks."""


_NEEDED = ("run", "inputs", "counts", "settings", "period")
"""Entries of every manifest that a reader relies on."""


@dataclass(frozen=True)
class Run:
    """One analysis: its tables as frames, its vectors, its quality figures and its manifest.

    Attributes
    ----------
    name : str
        Number in the series and date of the snapshot, such as `0003-2025-03-17`.
    path : Path or None
        The run's directory; None until the run is written.
    papers : DataFrame
        One row per paper; all arrays align with it.
    neighbours, memberships, evidence, reclassified, map : DataFrame
    groups, lineage, moves, changes, restated : DataFrame
    trends, verdicts, events : DataFrame
    tree, leaves, words : DataFrame
        Tables with the columns and dtypes of `analysis.base.schema.TABLES`.
    vectors : ndarray of float32, shape (n_papers, dimensions)
        Unit rows.
    quality : dict
        Coherence and diversity of the clusters' terms, share of papers well placed.
    manifest : dict
        Inputs and outputs with their hashes, settings, versions, counts and timings.
    topic_fit : dict of str to ndarray
        What the run learned about its topics; `topics.from_arrays` reads it.
    ledger : str
        The register of clusters, as TOML.
    """

    name: str
    path: Path | None
    papers: pd.DataFrame
    neighbours: pd.DataFrame
    memberships: pd.DataFrame
    evidence: pd.DataFrame
    reclassified: pd.DataFrame
    map: pd.DataFrame
    groups: pd.DataFrame
    lineage: pd.DataFrame
    moves: pd.DataFrame
    changes: pd.DataFrame
    restated: pd.DataFrame
    trends: pd.DataFrame
    verdicts: pd.DataFrame
    events: pd.DataFrame
    vectors: np.ndarray
    quality: dict[str, Any]
    manifest: dict[str, Any]
    topic_fit: dict[str, np.ndarray] = field(default_factory=dict)
    ledger: str = ""
    tree: pd.DataFrame = field(default_factory=lambda: empty("tree"))
    leaves: pd.DataFrame = field(default_factory=lambda: empty("leaves"))
    words: pd.DataFrame = field(default_factory=lambda: empty("words"))

    def __repr__(self) -> str:
        """Summarise the run in one line; frames print themselves when asked for."""
        counts = self.manifest["counts"]
        nouns = [count(counts[f"{noun}s"], noun) for noun in ("paper", "cluster", "topic")]
        return f"Run {self.name}: {', '.join(nouns)}"


def tables_of(run: Run) -> dict[str, pd.DataFrame]:
    """Return the run's tables by name, in the order of the schema."""
    return {name: getattr(run, name) for name in TABLES}


# reading


def read_run(path: Path) -> Run:
    """Read a run back.

    Parameters
    ----------
    path : Path
        A run directory.

    Raises
    ------
    InputError
        If the directory is not a complete run, a file of it is not as the manifest says or cannot
        be read, or it was written in another schema version.
    """
    import numpy as np

    manifest = read_manifest(path)
    version = manifest.get("schema_version")
    if version not in READABLE_VERSIONS:
        raise InputError(
            f"run {path.name} has schema version {version}",
            allowed=f"schema versions {listing(list(map(str, READABLE_VERSIONS)))}, "
            "which this papertide reads",
            next_step="run the analysis again on the snapshot with this version",
        )
    later = _LATER_FILES if version == 3 else ()
    missing = [name for name in RUN_FILES if name not in later and not (path / name).is_file()]
    if missing:
        raise InputError(
            f"run {path.name} lacks {', '.join(missing)}",
            allowed="a run directory with all its files",
            next_step="run the analysis again on the snapshot",
        )
    if lacking := [name for name in _NEEDED if name not in manifest]:
        raise damaged([f"run {path.name}: {MANIFEST} has no entry {name}" for name in lacking])
    outputs = hashes_of(manifest, path=path)
    names = [name for name in RUN_FILES if name not in later]
    if problems := changed_files(path, outputs=outputs, names=names):
        raise damaged([f"run {path.name}: {problem}" for problem in problems])
    files = {name: path / f"{name}.parquet" for name in TABLES}
    tables = {
        name: empty(name) if file.name in later else read_file(file, read_parquet)
        for name, file in files.items()
    }
    if later:
        tables = {name: _with_columns(table, name=name) for name, table in tables.items()}
    if lacking := [
        f"run {path.name}: table {name} lacks the column {column}"
        for name, table in tables.items()
        for column in TABLES[name].columns
        if column not in table
    ]:
        raise InputError(
            lacking,
            allowed="the tables as papertide wrote them",
            next_step="restore the run from a copy, or run the analysis again",
        )
    return Run(
        name=str(manifest["run"]),
        path=path,
        vectors=read_file(path / "vectors.npy", lambda file: np.load(file, allow_pickle=False)),
        quality=read_file(path / "quality.json", _read_json),
        manifest=manifest,
        topic_fit=read_file(path / "topics.npz", _read_arrays),
        ledger=read_file(path / "ledger.toml", lambda file: file.read_text(encoding="utf-8")),
        **tables,
    )


def _with_columns(table: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Add the columns that an older schema version lacks, all null."""
    lacking = [column for column in TABLES[name].columns if column not in table]
    if not lacking:
        return table
    return conform(table.assign(**dict.fromkeys(lacking)), name=name)


def _read_json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    import numpy as np

    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


# writing


def write_tables(run: Run, folder: Path) -> None:
    """Write the tables as Parquet, arrays as npy and npz, and the quality figures as JSON."""
    import numpy as np

    for name, table in tables_of(run).items():
        with (folder / f"{name}.parquet").open("wb") as file:
            table.to_parquet(file, index=False)
    np.save(folder / "vectors.npy", run.vectors, allow_pickle=False)
    arrays: dict[str, Any] = run.topic_fit
    np.savez(folder / "topics.npz", **arrays)
    (folder / "ledger.toml").write_text(run.ledger, encoding="utf-8")
    write_json(folder / "quality.json", run.quality)


def finish(temporary: Path, *, manifest: dict[str, Any], path: Path) -> None:
    """Add every file's hash and its own to the manifest, write it last, and name the run.

    Raises
    ------
    InputError
        If another process has finished a run of this name in the meantime.
    """
    files = sorted(p for p in temporary.rglob("*") if p.is_file())
    outputs = {p.relative_to(temporary).as_posix(): sha256(p) for p in files}
    manifest = {name: value for name, value in manifest.items() if name != OUTPUTS}
    write_manifest(temporary / MANIFEST, {**manifest, OUTPUTS: outputs})
    try:
        temporary.rename(path)
    except OSError as error:
        raise InputError(
            f"{path.name} was taken by another run that finished meanwhile ({error.strerror})",
            allowed="one run at a time in a series",
            next_step="run again",
        ) from error
