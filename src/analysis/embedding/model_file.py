"""The file of the built-in embedding: a zip of plain arrays, verified when it is read.

Parts: `meta` (JSON as bytes), `words` (UTF-8 text, one word per line, in the order of the rows),
`vectors` int8 (n_words, d) with `scales` float32 (n_words,), `grams` int8 (n_buckets, d) with
`gram_scales`, `unknown` float32 (d,). Nothing is pickled. A `.sha256` file beside it holds its
SHA-256.
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
        One vector per word, including its weight.
    grams : float32 (n_buckets, d)
        One vector per bucket of character n-grams, for words outside `rows`.
    unknown : float32 (d,)
        Unit vector of a text without any words.
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


def quantise_rows(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round each row to int8 with its own scale: row ~ int8 * scale, error <= scale / 2."""
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
    """Write a model and the file with its SHA-256; the same input gives the same bytes.

    Parameters
    ----------
    path : Path
        Ends in `.npz`; the `.sha256` file is written beside it.
    words : list of str
        One word per row of `vectors`.
    vectors, grams : float (n, d)
        They are rounded to int8 here.
    unknown : float (d,)
        Unit vector.
    meta : mapping
        Plain values, including `format`, `rules` and `title_weight`.

    Returns
    -------
    str
        The SHA-256 of the file.
    """
    vector_steps, vector_scales = quantise_rows(vectors)
    gram_steps, gram_scales = quantise_rows(grams)
    parts = {
        "meta": np.frombuffer(json.dumps(meta, sort_keys=True).encode(), np.uint8),
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "vectors": vector_steps,
        "scales": vector_scales,
        "grams": gram_steps,
        "gram_scales": gram_scales,
        "unknown": np.asarray(unknown, np.float32),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in parts.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            # A fixed date, so that training twice gives the same bytes.
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            # The int8 parts hardly shrink, and unpacking them would be most of the loading time.
            is_packed = array.dtype != np.int8
            entry.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
            archive.writestr(entry, buffer.getvalue(), compresslevel=9 if is_packed else None)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="ascii")
    return digest


def read_model(path: Path, *, rules: int) -> Model:
    """Read and verify a model file.

    Parameters
    ----------
    path : Path
        The `.npz`; its `.sha256` is beside it.
    rules : int
        Version of the word rules in use (`tokens.RULES`).

    Returns
    -------
    Model
        With float32 rows.

    Raises
    ------
    InputError
        If the file is missing, damaged, or of another version.
    """
    content = _verified_bytes(path)
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


def _verified_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        expected = path.with_suffix(".sha256").read_text(encoding="ascii").split()[0]
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise InputError(
            f"the built-in model cannot be read: {path.name} or its .sha256 ({error})",
            allowed=f"{path.name} and {path.stem}.sha256 as they were installed",
            next_step="install papertide again",
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected:
        raise InputError(
            f"{path.name} is damaged: its SHA-256 is {digest[:12]}…",
            allowed=f"the file with SHA-256 {expected[:12]}…",
            next_step="install papertide again",
        )
    return content
