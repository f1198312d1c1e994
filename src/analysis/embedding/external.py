"""Embeddings from elsewhere: vectors in a file of the user, and models of other packages.

A package is imported only if its name is used.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.base.english import count
from analysis.base.errors import InputError

_ALLOWED = "one finite, non-zero vector of floats per paper, all of the same length"


def given_vectors(source: str, *, n: int, ids: Sequence[str] | None = None) -> np.ndarray:
    """Read vectors from `NAME.npy` or from a column of a Parquet table.

    Parameters
    ----------
    source : str
        `NAME.npy`, float (n, d), or `NAME.parquet:COLUMN`, one list of floats per row.
    n : int
        Number of papers.
    ids : sequence of str, optional
        One id per paper. Rows are then matched by id: by the table's column `paper_id`, or by
        `NAME.ids.txt` beside the `.npy`, one id per line. Without `ids` the rows are in the order
        of the papers.

    Returns
    -------
    float32 (n, d)
        Unit rows in the order of the papers.

    Raises
    ------
    InputError
        If the file cannot be read, or shape, dtype, values or ids do not fit.
    """
    if source.endswith(".npy"):
        matrix, file_ids = _from_npy(Path(source), wants_ids=ids is not None)
    else:
        file, _, column = source.rpartition(":")
        matrix, file_ids = _from_parquet(Path(file), column=column, wants_ids=ids is not None)
    if ids is not None:
        matrix = matrix[_row_order(file_ids, ids=ids, source=source)]
    elif len(matrix) != n:
        raise InputError(
            f"{source} contains {count(len(matrix), 'vector')} for {count(n, 'paper')}",
            allowed=_ALLOWED,
            next_step="compute the vectors again from the same papers",
        )
    return unit_rows(matrix, source=source)


def unit_rows(matrix: np.ndarray, *, source: str) -> np.ndarray:
    """Check a matrix of vectors and scale its rows to length 1; float32 (n, d)."""
    if matrix.ndim != 2 or matrix.dtype.kind != "f":
        raise InputError(
            f"{source} has shape {matrix.shape} and dtype {matrix.dtype}",
            allowed=_ALLOWED + ": two dimensions, float16, float32 or float64",
            next_step="save the vectors as a float matrix",
        )
    wide = matrix.astype(np.float64)
    norms = np.sqrt((wide * wide).sum(axis=1))
    problems = []
    if bad := int((~np.isfinite(norms)).sum()):
        problems.append(f"{bad} vectors of {source} contain NaN or infinite values")
    if zero := int((norms == 0).sum()):
        problems.append(f"{zero} vectors of {source} are all zero")
    if problems:
        raise InputError(problems, allowed=_ALLOWED, next_step="compute these vectors again")
    return (wide / norms[:, None]).astype(np.float32)


def _from_npy(path: Path, *, wants_ids: bool) -> tuple[np.ndarray, list[str]]:
    try:
        _check_file(path)
        matrix = np.load(path, allow_pickle=False)
        ids_path = path.with_suffix(".ids.txt")
        ids = ids_path.read_text(encoding="utf-8").splitlines() if wants_ids else []
    except (OSError, ValueError, EOFError) as error:
        raise _not_readable(path, error) from error
    if wants_ids and len(ids) != len(matrix):
        raise InputError(
            f"{ids_path.name} has {len(ids)} ids for {len(matrix)} vectors",
            allowed="one id per line, in the order of the vectors",
            next_step=f"write {ids_path.name} again",
        )
    return matrix, ids


def _from_parquet(path: Path, *, column: str, wants_ids: bool) -> tuple[np.ndarray, list[str]]:
    columns = [column, "paper_id"] if wants_ids else [column]
    try:
        _check_file(path)
        with path.open("rb") as file:
            names = pq.read_schema(file).names
    except (OSError, ValueError) as error:
        raise _not_readable(path, error) from error
    missing = [name for name in columns if name not in names]
    if missing:
        raise InputError(
            [f"{path.name} has no column {name!r}" for name in missing],
            allowed=f"one of its columns: {', '.join(names)}",
            next_step="name the column of vectors; ids belong in paper_id",
        )
    with path.open("rb") as file:
        frame = pd.read_parquet(file, columns=columns)
    lengths = {len(v) if isinstance(v, (list, np.ndarray)) else -1 for v in frame[column]}
    if len(lengths) > 1 or -1 in lengths:
        raise InputError(
            f"column {column!r} of {path.name} has missing vectors or several lengths",
            allowed=_ALLOWED,
            next_step="compute the column again",
        )
    matrix = np.array(frame[column].tolist()) if len(frame) else np.empty((0, 0), np.float32)
    return matrix, [str(i) for i in frame["paper_id"]] if wants_ids else []


def _row_order(file_ids: list[str], *, ids: Sequence[str], source: str) -> list[int]:
    row_of = {paper_id: row for row, paper_id in enumerate(file_ids)}
    missing = [paper_id for paper_id in ids if paper_id not in row_of]
    problems = []
    if len(row_of) < len(file_ids):
        n_repeated = len(file_ids) - len(row_of)
        problems.append(f"{source} lists {count(n_repeated, 'id')} more than once")
    if missing:
        shown = ", ".join(missing[:5])
        problems.append(f"{source} has no vector for {count(len(missing), 'paper')} ({shown})")
    if problems:
        raise InputError(
            problems,
            allowed="one vector for each paper id; further ids are ignored",
            next_step="compute the missing vectors, or leave these papers out",
        )
    return [row_of[paper_id] for paper_id in ids]


def _check_file(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise OSError("not an ordinary file")


def _not_readable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"{path.name} cannot be read: {error}",
        allowed="NAME.npy (with NAME.ids.txt beside it if papers have ids), saved without "
        "pickle, or NAME.parquet:COLUMN",
        next_step="check the path and save the vectors again",
    )


# models of other packages


def sentence_transformer_vectors(texts: Sequence[str], *, name: str) -> np.ndarray:
    """Embed with the sentence transformer `name`, a hub name or a folder; float32 unit rows."""
    package = _package("sentence-transformers")
    try:
        model = package.SentenceTransformer(name)
    except (OSError, ValueError) as error:
        raise _not_loadable("sentence-transformers", name, error) from error
    vectors = model.encode(_readable(texts), convert_to_numpy=True, show_progress_bar=False)
    return unit_rows(np.asarray(vectors), source=f"sentence-transformers:{name}")[: len(texts)]


def model2vec_vectors(texts: Sequence[str], *, name: str) -> np.ndarray:
    """Embed with the static model `name`, a hub name or a folder; float32 unit rows.

    A text without any token of the model has a zero vector there; here it gets the direction of
    (1, ..., 1), so that every row is defined.
    """
    package = _package("model2vec")
    try:
        model = package.StaticModel.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise _not_loadable("model2vec", name, error) from error
    vectors = np.array(model.encode(_readable(texts)), dtype=np.float32)
    vectors[~vectors.any(axis=1)] = 1
    return unit_rows(vectors, source=f"model2vec:{name}")[: len(texts)]


def package_version(kind: str) -> str:
    """Return the installed version of a package; the error says how to install it."""
    try:
        return importlib.metadata.version(kind)
    except importlib.metadata.PackageNotFoundError as error:
        raise _not_installed(kind) from error


def model_version(name: str) -> str:
    """Return what identifies the model `name`: for a folder, its path and its content.

    The name of a model that a package downloads identifies it. A folder may contain another model
    tomorrow, so the first 12 digits of the SHA-256 over its files' paths and contents are added.
    """
    if not Path(name).is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(p for p in Path(name).rglob("*") if p.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        digest.update(path.relative_to(name).as_posix().encode() + b"\0" + content)
    return f"{name}#{digest.hexdigest()[:12]}"


def _readable(texts: Sequence[str]) -> list[str]:
    """Replace lone surrogates, which tokenizers refuse; never empty, so that d is known."""
    return [t.encode("utf-8", "replace").decode("utf-8") for t in texts] or ["text"]


def _package(kind: str) -> ModuleType:
    try:
        return importlib.import_module(kind.replace("-", "_"))
    except ImportError as error:
        raise _not_installed(kind) from error


def _not_installed(kind: str) -> InputError:
    return InputError(
        f"the package {kind} is not installed",
        allowed="the built-in embedding, which needs no package, or this one with its package",
        next_step=f'run: pip install "papertide[{kind}]"',
    )


def _not_loadable(kind: str, name: str, error: Exception) -> InputError:
    return InputError(
        f"{kind} cannot load the model {name!r}: {error}",
        allowed="a folder with such a model, or a name that the package can download",
        next_step="check the name and the network, or use the built-in embedding",
    )
