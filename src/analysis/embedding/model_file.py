"""The file of the built-in embedding: one zip of plain arrays, checked before it is believed.

Parts: `meta` (JSON as bytes), `words` (UTF-8 text, one word a line, in the order of the rows),
`vectors` int8 (n_words, d) with `scales` float32 (n_words,), `grams` int8 (n_buckets, d) with
`gram_scales`, `unknown` float32 (d,). Nothing is pickled. The SHA-256 of the file stands beside it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.base.errors import InputError

FORMAT = 1
"""Version of the layout above."""


@dataclass(frozen=True)
class Model:
    """A linear map from words to vectors.

    Attributes
    ----------
    rows : mapping of str to int
        Word to row of `vectors`.
    vectors : float32 (n_words, d)
        One vector a word, its weight included.
    grams : float32 (n_buckets, d)
        One vector a bucket of letter groups, for words outside `rows`.
    unknown : float32 (d,)
        Unit vector of a text without any word.
    title_weight : int
        How many times a word of the title counts.
    version : str
        `builtin-` and the first 12 digits of the file's SHA-256.
    """

    rows: Mapping[str, int]
    vectors: np.ndarray
    grams: np.ndarray
    unknown: np.ndarray
    title_weight: int
    version: str


def quantised(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round each row to int8 under one scale a row: row ~ int8 * scale, error <= scale / 2."""
    scales = np.abs(matrix).max(axis=1) / 127
    steps = matrix / np.where(scales > 0, scales, 1)[:, None]
    return np.rint(steps).astype(np.int8), scales.astype(np.float32)


def write_model(
    path: Path,
    *,
    words: list[str],
    vectors: np.ndarray,
    grams: np.ndarray,
    unknown: np.ndarray,
    meta: Mapping[str, object],
) -> str:
    """Write a model and the file with its hash; the same input gives the same bytes.

    Parameters
    ----------
    path : Path
        Ends in `.npz`; `.sha256` is written beside it.
    words : list of str
        One word a row of `vectors`.
    vectors, grams : float (n, d)
        Rounded to int8 rows here.
    unknown : float (d,)
        Unit vector.
    meta : mapping
        Plain values; `format` and the rules' version are added by the caller.

    Returns
    -------
    str
        The SHA-256 of the file.
    """
    q, s = quantised(vectors)
    gq, gs = quantised(grams)
    parts = {
        "meta": np.frombuffer(json.dumps(meta, sort_keys=True).encode(), np.uint8),
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "vectors": q,
        "scales": s,
        "grams": gq,
        "gram_scales": gs,
        "unknown": np.asarray(unknown, np.float32),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in parts.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            # A fixed date, so that training twice gives one file.
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            # The int8 parts hardly shrink, and unpacking them is most of the time of a load.
            packed = array.dtype != np.int8
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            archive.writestr(entry, buffer.getvalue(), compresslevel=9 if packed else None)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="ascii")
    return digest


def read_model(path: Path, *, rules: int) -> Model:
    """Read and check a model file.

    Parameters
    ----------
    path : Path
        The `.npz`; its `.sha256` lies beside it.
    rules : int
        Version of the word rules in use.

    Returns
    -------
    Model
        Rows back in float32.

    Raises
    ------
    InputError
        Where the file is missing, damaged, or of another version.
    """
    content = _checked_bytes(path)
    with np.load(io.BytesIO(content), allow_pickle=False) as parts:
        meta = json.loads(parts["meta"].tobytes())
        if meta["format"] != FORMAT or meta["rules"] != rules:
            raise InputError(
                f"{path.name} has format {meta['format']} and word rules {meta['rules']}",
                allowed=f"format {FORMAT} and word rules {rules}, which this version reads",
                next_step="install papertide again; its model file belongs to another version",
            )
        words = parts["words"].tobytes().decode().split("\n")
        vectors = parts["vectors"] * parts["scales"][:, None]
        grams = parts["grams"] * parts["gram_scales"][:, None]
        unknown = parts["unknown"]
    return Model(
        rows={word: row for row, word in enumerate(words)},
        vectors=vectors,
        grams=grams,
        unknown=unknown,
        title_weight=int(meta["title_weight"]),
        version=f"builtin-{hashlib.sha256(content).hexdigest()[:12]}",
    )


def _checked_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        promised = path.with_suffix(".sha256").read_text(encoding="ascii").split()[0]
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise InputError(
            f"the built-in model cannot be read: {path.name} or its .sha256 ({error})",
            allowed=f"{path.name} and {path.stem}.sha256 as they were installed",
            next_step="install papertide again",
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != promised:
        raise InputError(
            f"{path.name} is damaged: its SHA-256 is {found[:12]}…",
            allowed=f"the file with SHA-256 {promised[:12]}…",
            next_step="install papertide again",
        )
    return content
