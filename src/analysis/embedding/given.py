"""Vectors that the user made elsewhere: checked, put into order, normalised."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.base.errors import InputError

ALLOWED = "one finite, non-zero vector of floats a paper, all of one length"


def given_vectors(source: str, *, n: int, ids: Sequence[str] | None = None) -> np.ndarray:
    """Read vectors from `NAME.npy` or from a column of a Parquet table.

    Parameters
    ----------
    source : str
        `NAME.npy`, float (n, d), or `NAME.parquet:COLUMN`, one list of floats a row.
    n : int
        Number of papers.
    ids : sequence of str, optional
        One id a paper. Rows are then matched by id: by the table's column `paper_id`, or by
        `NAME.ids.txt` beside the `.npy`, one id a line. Without `ids` the rows are taken in the
        order of the papers.

    Returns
    -------
    float32 (n, d)
        Unit rows in the order of the papers.

    Raises
    ------
    InputError
        Where the file cannot be read, or shape, dtype, values or ids do not fit; all at once.
    """
    if source.endswith(".npy"):
        matrix, found_ids = _from_npy(Path(source), wants_ids=ids is not None)
    else:
        file, _, column = source.rpartition(":")
        matrix, found_ids = _from_parquet(Path(file), column=column, wants_ids=ids is not None)
    if ids is not None:
        matrix = matrix[_order(found_ids, ids=ids, source=source)]
    elif len(matrix) != n:
        raise InputError(
            f"{source} holds {len(matrix)} vectors for {n} papers",
            allowed=ALLOWED,
            next_step="make the vectors again from the same papers",
        )
    return unit_rows(matrix, source=source)


def unit_rows(matrix: np.ndarray, *, source: str) -> np.ndarray:
    """Check a matrix of vectors and scale its rows to length 1; float32 (n, d)."""
    if matrix.ndim != 2 or matrix.dtype.kind != "f":
        raise InputError(
            f"{source} has shape {matrix.shape} and dtype {matrix.dtype}",
            allowed=ALLOWED + ": two dimensions, float16, float32 or float64",
            next_step="save the vectors as a float matrix",
        )
    wide = matrix.astype(np.float64)
    norms = np.sqrt((wide * wide).sum(axis=1))
    problems = []
    if bad := int((~np.isfinite(norms)).sum()):
        problems.append(f"{bad} vectors of {source} hold NaN or infinite values")
    if zero := int((norms == 0).sum()):
        problems.append(f"{zero} vectors of {source} are all zero")
    if problems:
        raise InputError(problems, allowed=ALLOWED, next_step="make these vectors again")
    return (wide / norms[:, None]).astype(np.float32)


def _from_npy(path: Path, *, wants_ids: bool) -> tuple[np.ndarray, list[str]]:
    try:
        matrix = np.load(path, allow_pickle=False)
        ids_path = path.with_suffix(".ids.txt")
        ids = ids_path.read_text(encoding="utf-8").splitlines() if wants_ids else []
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if wants_ids and len(ids) != len(matrix):
        raise InputError(
            f"{ids_path.name} has {len(ids)} ids for {len(matrix)} vectors",
            allowed="one id a line, in the order of the vectors",
            next_step=f"write {ids_path.name} again",
        )
    return matrix, ids


def _from_parquet(path: Path, *, column: str, wants_ids: bool) -> tuple[np.ndarray, list[str]]:
    columns = [column, "paper_id"] if wants_ids else [column]
    try:
        names = pq.read_schema(path).names
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    missing = [name for name in columns if name not in names]
    if missing:
        raise InputError(
            [f"{path.name} has no column {name!r}" for name in missing],
            allowed=f"one of its columns: {', '.join(names)}",
            next_step="name the column of vectors; ids stand in paper_id",
        )
    frame = pd.read_parquet(path, columns=columns)
    lengths = {len(v) if isinstance(v, (list, np.ndarray)) else -1 for v in frame[column]}
    if len(lengths) > 1 or -1 in lengths:
        raise InputError(
            f"column {column!r} of {path.name} holds missing vectors or several lengths",
            allowed=ALLOWED,
            next_step="make the column again",
        )
    matrix = np.array(frame[column].tolist()) if len(frame) else np.empty((0, 0), np.float32)
    return matrix, [str(i) for i in frame["paper_id"]] if wants_ids else []


def _order(found: list[str], *, ids: Sequence[str], source: str) -> list[int]:
    place = {paper_id: at for at, paper_id in enumerate(found)}
    missing = [paper_id for paper_id in ids if paper_id not in place]
    problems = []
    if len(place) < len(found):
        problems.append(f"{source} names {len(found) - len(place)} ids more than once")
    if missing:
        named = ", ".join(missing[:5])
        problems.append(f"{source} has no vector for {len(missing)} papers ({named})")
    if problems:
        raise InputError(
            problems,
            allowed="one vector for each paper id; further ids are left aside",
            next_step="make the missing vectors, or leave these papers out",
        )
    return [place[paper_id] for paper_id in ids]


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"{path.name} cannot be read: {error}",
        allowed="NAME.npy (with NAME.ids.txt beside it where papers have ids), saved without "
        "pickle, or NAME.parquet:COLUMN",
        next_step="check the path and save the vectors again",
    )
