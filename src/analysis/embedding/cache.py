"""Vectors kept between runs: one SQLite file an embedding's version, disposable at any time.

SQLite's own locks let two processes write at once. Each vector carries a CRC-32; a file or a row
that does not check is thrown away and made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from analysis.base.errors import InputError
from analysis.base.escaping import short_hash

_WAIT_SECONDS = 60.0
_KEYS_A_QUERY = 500
_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, crc INTEGER, vector BLOB)"


def through_cache(
    texts: Sequence[str],
    *,
    version: str,
    folder: Path,
    fresh: Callable[[Sequence[str]], np.ndarray],
) -> np.ndarray:
    """Return the vectors of texts, embedding only those that the cache lacks.

    Parameters
    ----------
    texts : sequence of str
    version : str
        Identifies the embedding and its version; each has a file of its own.
    folder : Path
        Made where it does not exist.
    fresh : function of a list of distinct texts to float32 (m, d)
        Embeds what is missing.

    Returns
    -------
    float32 (n, d)
        The bytes that `fresh` gave for each text, now or earlier.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    keys = [_key(text) for text in texts]
    path = _cache_path(folder, version=version)
    found = _with_repair(path, lambda: _read(path, set(keys)))
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
    if missing or not texts:
        vectors = np.ascontiguousarray(fresh(list(missing.values())), dtype=np.float32)
        made = dict(zip(missing, vectors, strict=True))
        if found and len({len(v) for v in (*made.values(), *found.values())}) > 1:
            # Vectors of another length under one version: the model was exchanged in place.
            path.unlink(missing_ok=True)
            return through_cache(texts, version=version, folder=folder, fresh=fresh)
        _with_repair(path, lambda: _write(path, made))
        found |= made
        if not texts:
            return vectors
    return np.stack([found[key] for key in keys])


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _cache_path(folder: Path, *, version: str) -> Path:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(Path(folder), error) from error
    kind = version.split(":")[0]
    safe = "".join(c if c.isalnum() or c in "-." else "_" for c in kind)
    return Path(folder) / f"{safe}-{short_hash(version)}.sqlite"


def _with_repair(path: Path, action: Callable[[], dict[bytes, np.ndarray]]) -> dict:
    """Run `action`; where the file is no sound database, delete it and run `action` again."""
    try:
        return action()
    except sqlite3.OperationalError as error:
        raise _unwritable(path, error) from error
    except sqlite3.DatabaseError:
        for name in (path, Path(f"{path}-journal")):
            name.unlink(missing_ok=True)
        return action()


@contextlib.contextmanager
def _opened(path: Path) -> Iterable[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
    try:
        with connection:
            connection.execute(_TABLE)
            yield connection
    finally:
        connection.close()


def _read(path: Path, keys: set[bytes]) -> dict[bytes, np.ndarray]:
    wanted, found = sorted(keys), {}
    with _opened(path) as connection:
        for start in range(0, len(wanted), _KEYS_A_QUERY):
            part = wanted[start : start + _KEYS_A_QUERY]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, crc, vector FROM vectors WHERE key IN ({marks})"
            for key, crc, vector in connection.execute(query, part):
                if isinstance(vector, bytes) and zlib.crc32(key + vector) == crc:
                    found[key] = np.frombuffer(vector, dtype="<f4")
    return found


def _write(path: Path, made: dict[bytes, np.ndarray]) -> dict[bytes, np.ndarray]:
    rows = ((k, v.astype("<f4").tobytes()) for k, v in made.items())
    with _opened(path) as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            ((key, zlib.crc32(key + data), data) for key, data in rows),
        )
    return made


def _unwritable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"the embedding cache {path} cannot be used: {error}",
        allowed="a folder that this user can write",
        next_step="name another folder, or go without a cache",
    )
