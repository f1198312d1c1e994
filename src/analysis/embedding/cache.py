"""Vectors kept between runs: one file per version of an embedding, disposable at any time."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analysis.base.errors import InputError
from analysis.base.escaping import short_hash
from analysis.base.files import exclusive_lock, written_whole

_WAIT_SECONDS = 60.0


def cached_vectors(
    texts: Sequence[str],
    *,
    version: str,
    folder: Path,
    compute: Callable[[Sequence[str]], np.ndarray],
) -> np.ndarray:
    """Return the vectors of texts, computing only those that the cache lacks.

    A damaged file counts as empty: the CRC-32 of the zip is checked when it is read.

    Parameters
    ----------
    texts : sequence of str
    version : str
        Identifies the embedding and its version; each has its own file.
    folder : Path
        Created if it does not exist.
    compute : function of a list of distinct texts to float32 (m, d)
        Embeds the texts that the cache lacks.

    Returns
    -------
    float32 (n, d)
        The bytes that `compute` gave for each text, now or earlier.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    kind = "".join(c if c.isalnum() or c in "-." else "_" for c in version.split(":")[0])
    path = Path(folder) / f"{kind}-{short_hash(version)}.npz"
    vectors = _load(path)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
    if not missing and texts:
        return np.stack([vectors[key] for key in keys])
    computed = np.ascontiguousarray(compute(list(missing.values())), dtype=np.float32)
    if not texts:
        return computed
    new = dict(zip(missing, computed, strict=True))
    if {len(vector) for vector in vectors.values()} - {computed.shape[1]}:
        # Another length under the same version: the model was replaced.
        path.unlink(missing_ok=True)
        return cached_vectors(texts, version=version, folder=folder, compute=compute)
    _add(path, new)
    vectors |= new
    return np.stack([vectors[key] for key in keys])


def _load(path: Path) -> dict[bytes, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as parts:
            return dict(zip(map(bytes, parts["keys"]), parts["vectors"], strict=True))
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return {}


def _add(path: Path, new: dict[bytes, np.ndarray]) -> None:
    """Add vectors to a file, together with those that other processes have added meanwhile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_lock(path.with_suffix(".lock"), wait=_WAIT_SECONDS):
            vectors = _load(path) | new
            keys = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(len(vectors), -1)
            with written_whole(path) as temporary, temporary.open("wb") as file:
                np.savez(file, keys=keys, vectors=np.stack(list(vectors.values())))
    except OSError as error:
        raise InputError(
            f"the embedding cache {path} cannot be used: {error}",
            allowed="a folder that this user can write",
            next_step="name another folder, or run without a cache",
        ) from error
