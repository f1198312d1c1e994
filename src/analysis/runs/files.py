"""Files of a run, read as they were written or not: the manifest has each hash, its own too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_terminal
from analysis.base.schema import READABLE_VERSIONS

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"

SEAL = "sha256"
"""Last entry of a manifest: the SHA-256 of the manifest without it. Manifests that end with
`OUTPUTS` were written before there was one."""

OUTPUTS = "outputs"
"""Entry of a manifest: the SHA-256 of every other file of the run."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# JSON


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that a person can read and compare line by line."""
    path.write_text(_json_text(content), encoding="utf-8")


def _json_text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


# the manifest


def write_manifest(path: Path, content: Mapping[str, Any]) -> None:
    """Write a manifest with a hash of itself as its last entry."""
    content = {name: value for name, value in content.items() if name != SEAL}
    write_json(path, {**content, SEAL: _digest(content)})


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(_json_text(content).encode("utf-8")).hexdigest()


def read_manifest(path: Path, *, strict: bool = False) -> dict[str, Any]:
    """Return the manifest of a run, without its hash of itself.

    Parameters
    ----------
    path : Path
        The run's directory.
    strict : bool
        Compare the hash also if the manifest names a schema version that is not read.

    Raises
    ------
    InputError
        If it cannot be read or is not as it was written.
    """
    file = path / MANIFEST
    raw = read_file(file, Path.read_bytes)
    content: dict[str, Any] = read_file(file, lambda _: dict(json.loads(raw)))
    is_whole = _is_whole(raw, content=content)
    content.pop(SEAL, None)
    version = content.get("schema_version")
    is_checked = strict or not isinstance(version, int) or version in READABLE_VERSIONS
    if is_checked and not is_whole:
        raise damaged([f"run {path.name}: {MANIFEST} is not as it was written"])
    return content


def _is_whole(raw: bytes, *, content: Mapping[str, Any]) -> bool:
    if SEAL not in content:
        return OUTPUTS not in content or list(content)[-1] == OUTPUTS
    rest = {name: value for name, value in content.items() if name != SEAL}
    try:
        return content[SEAL] == _digest(rest) and raw == _json_text(content).encode("utf-8")
    except ValueError:  # NaN or half a surrogate pair, which no manifest is written with
        return False


# the other files


def damaged(problems: Sequence[str]) -> InputError:
    """Return the error for files that are not as they were written."""
    return InputError(
        list(problems),
        allowed="a run directory with all its files, each with the hash in the manifest",
        next_step="restore the run from a copy, or run the analysis again on the snapshot; "
        "papertide verify lists every file that has changed",
    )


def changed_files(folder: Path, *, outputs: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Return one line for each of these files that is not as its hash in the manifest says."""
    return [line for name in names if (line := _problem(folder, name, outputs.get(name)))]


def _problem(folder: Path, name: str, expected: str | None) -> str:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        return f"{shown(name)} lies outside the run"
    file = folder / name
    try:
        if not file.is_file():
            return f"{shown(name)} is missing"
        return "" if sha256(file) == expected else f"{shown(name)} is not as it was written"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"{shown(name)} cannot be read ({reason})"


def shown(name: str) -> str:
    """Return a name from a manifest, safe to show."""
    return first_lines(clean(name), limit=120)


def hashes_of(manifest: Mapping[str, Any], *, path: Path) -> dict[str, str]:
    """Return the hash of every file that a manifest lists; `path` is the run's.

    Raises
    ------
    InputError
        If it lists none.
    """
    outputs = manifest.get(OUTPUTS)
    if not isinstance(outputs, dict) or not all(isinstance(h, str) for h in outputs.values()):
        raise InputError(
            f"{path / MANIFEST} lists no outputs",
            allowed="the manifest as Papertide wrote it",
            next_step="restore it from a copy, or run the analysis again",
        )
    return outputs


def read_table(path: Path, name: str) -> pd.DataFrame:
    """Return one table of the run at `path`.

    Raises
    ------
    InputError
        If its file is not as it was written.
    """
    file = f"{name}.parquet"
    outputs = hashes_of(read_manifest(path), path=path)
    if problems := changed_files(path, outputs=outputs, names=[file]):
        raise damaged([f"run {path.name}: {problem}" for problem in problems])
    return read_file(path / file, read_parquet)


def read_parquet(path: Path) -> pd.DataFrame:
    """Return the table of a Parquet file under any name: pyarrow itself takes UTF-8 alone."""
    import pandas as pd

    with path.open("rb") as file:
        return pd.read_parquet(file)


def read_file(path: Path, read: Callable[[Path], Any]) -> Any:
    """Read one file of a run; an `InputError` names the file, whatever its reader raises."""
    try:
        return read(path)
    except MemoryError:
        raise
    except Exception as error:
        reason = first_lines(for_terminal(str(error)) or type(error).__name__, limit=300)
        raise InputError(
            f"{path}: {reason}",
            allowed="a run directory with all its files",
            next_step="run the analysis again on the snapshot",
        ) from error
