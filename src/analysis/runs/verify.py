"""Verification: whether a run is still as it was when it was finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .run import MANIFEST, read_manifest, sha256


@dataclass(frozen=True)
class Verification:
    """The outcome of `verify`: the number of files and the problems, one line each."""

    n_files: int
    problems: tuple[str, ...]
    parent: str


def verify(path: Path) -> Verification:
    """Compare the files of a run with the hashes in its manifest.

    Parameters
    ----------
    path : Path
        A run directory, of any schema version.

    Returns
    -------
    Verification
        `problems` lists each file whose hash differs, that is missing, that is not in the manifest
        or that cannot be read, and a parent run in the same series whose manifest has changed
        since it was extended. `parent` is a line on the parent run.

    Raises
    ------
    InputError
        If the manifest cannot be read or lists no files.
    """
    manifest = read_manifest(path)
    outputs = manifest.get("outputs")
    if not isinstance(outputs, dict) or not all(isinstance(h, str) for h in outputs.values()):
        raise InputError(
            f"{path / MANIFEST} lists no outputs",
            allowed="the manifest as Papertide wrote it",
            next_step="restore it from a copy, or run the analysis again",
        )
    present = {p.relative_to(path).as_posix() for p in path.rglob("*") if not p.is_dir()}
    extra = sorted(present - set(outputs) - {MANIFEST})
    problems = [
        *(line for name in sorted(outputs) if (line := _problem(path, name, outputs[name]))),
        *(f"{_shown(name)} is not in the manifest" for name in extra),
    ]
    parent, parent_problems = _parent(manifest.get("parent"), series=path.parent)
    return Verification(len(outputs), (*problems, *parent_problems), parent)


def _problem(folder: Path, name: str, expected: str) -> str:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        return f"{_shown(name)} lies outside the run"
    file = folder / name
    try:
        if not file.is_file():
            return f"{_shown(name)} is missing"
        return "" if sha256(file) == expected else f"{_shown(name)} is not as it was written"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"{_shown(name)} cannot be read ({reason})"


def _parent(parent: object, *, series: Path) -> tuple[str, list[str]]:
    """Return a line on the parent run, and its problems."""
    if not isinstance(parent, Mapping):
        return "", []
    name = str(parent.get("run", ""))
    file = series / PurePosixPath(name).name / MANIFEST
    shown = _shown(name)
    if not file.is_file():
        return f"Its parent {shown} is not in this series and was not checked.", []
    if sha256(file) == parent.get("manifest_sha256"):
        return f"Its parent {shown} has the manifest that was extended.", []
    return "", [f"the manifest of the parent {shown} has changed since it was extended"]


def _shown(name: str) -> str:
    return first_lines(clean(name), limit=120)
