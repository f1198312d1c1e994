"""Whether a run is still what it was when it was finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .folder import read_manifest, sha256

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Verified:
    """What `verify` found: the files that were looked at, and what is wrong, one line each."""

    n_files: int
    problems: tuple[str, ...]
    parent: str


def verify(path: Path) -> Verified:
    """Compare the files of a run with the hashes in its manifest.

    Parameters
    ----------
    path : Path
        A run directory, of any schema version.

    Returns
    -------
    Verified
        `problems` names each file whose hash differs, that is missing, that the manifest does not
        know or that cannot be read, and a parent in the same series whose manifest is another one
        than was extended. `parent` says what could be said of the parent.

    Raises
    ------
    InputError
        Where the manifest cannot be read or lists no files.
    """
    manifest = read_manifest(path)
    outputs = manifest.get("outputs")
    if not isinstance(outputs, dict) or not all(isinstance(h, str) for h in outputs.values()):
        raise InputError(
            f"{path / MANIFEST} lists no outputs",
            allowed="the manifest as Papertide wrote it",
            next_step="put it back from a copy, or run the analysis again",
        )
    there = {p.relative_to(path).as_posix() for p in path.rglob("*") if not p.is_dir()}
    extra = sorted(there - set(outputs) - {MANIFEST})
    problems = [
        *(line for name in sorted(outputs) if (line := _problem(path, name, outputs[name]))),
        *(f"{_shown(name)} is not in the manifest" for name in extra),
    ]
    parent, differs = _parent(manifest.get("parent"), series=path.parent)
    return Verified(len(outputs), (*problems, *differs), parent)


def _problem(folder: Path, name: str, expected: str) -> str:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        return f"{_shown(name)} lies outside the run"
    file = folder / name
    try:
        if not file.is_file():
            return f"{_shown(name)} is missing"
        return "" if sha256(file) == expected else f"{_shown(name)} is not what was written"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"{_shown(name)} cannot be read ({reason})"


def _parent(parent: object, *, series: Path) -> tuple[str, list[str]]:
    """Return a line on the parent, and what is wrong with it."""
    if not isinstance(parent, Mapping):
        return "", []
    name = str(parent.get("run", ""))
    file = series / PurePosixPath(name).name / MANIFEST
    shown = _shown(name)
    if not file.is_file():
        return f"Its parent {shown} is not in this series and was not compared.", []
    if sha256(file) == parent.get("manifest_sha256"):
        return f"Its parent {shown} has the manifest that was extended.", []
    return "", [f"the parent {shown} has another manifest than the one that was extended"]


def _shown(name: str) -> str:
    return first_lines(clean(name), limit=120)
