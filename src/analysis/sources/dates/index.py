"""Local metadata, such as arXiv's own, indexed by arXiv id and normalised title to date papers.

The index is one Parquet file of four columns. A run reads of it only the rows of its own papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import for_terminal, normalised_title
from analysis.base.files import written_whole

from ..files.input_file import MAX_MB
from ..files.read_files import read_parts
from ..records.paper_rows import papers_of
from .arxiv_metadata import arxiv_dates
from .files import DATE_COLUMNS, read_dates
from .parsing import GRACE, RANK

COLUMNS = ("title_key", "arxiv_id", "published", "published_precision")


def add_to_index(
    paths: Sequence[Path], *, index: Path, today: date, max_mb: int = MAX_MB
) -> tuple[int, int]:
    """Add the dates of files to an index, which is made where it is not there.

    Parameters
    ----------
    paths : sequence of Path
        Files of any format that a snapshot can have, or dates files; what they do not date is
        left out.
    index : Path
        The Parquet file; replaced as a whole or not at all.
    today : date
        Later dates are refused.
    max_mb : int
        Megabytes that each file may have, unpacked.

    Returns
    -------
    n_added, n_total : int
        Rows that are new or more precise than before, and all rows.

    Raises
    ------
    InputError
        Where a file cannot be read or dates nothing, or the index cannot be read or written.
    """
    before = _read(index) if index.exists() else _empty()
    found = pd.concat([_dated(path, today=today, max_mb=max_mb) for path in paths])
    if found.empty:
        names = ", ".join(for_terminal(str(path)) for path in paths)
        raise InputError(
            f"{names}: no paper with a date",
            allowed="records with a title or an arXiv id, and a date",
            next_step="give arXiv's metadata, or a CSV with title, arxiv_id and published",
        )
    both = pd.concat([before.assign(new=False), found.assign(new=True)], ignore_index=True)
    both = both.assign(rank=-both["published_precision"].map(RANK).astype("float64"))
    both = both.sort_values(["arxiv_id", "title_key", "rank", "published", "new"], kind="stable")
    both = both.drop_duplicates(["arxiv_id", "title_key"], ignore_index=True)
    _write(both[list(COLUMNS)], index=index)
    return int(both["new"].sum()), len(both)


def look_up(index: Path, *, papers: pd.DataFrame) -> pd.DataFrame:
    """Return the dates that an index has for papers.

    Parameters
    ----------
    index : Path
    papers : DataFrame
        `title_key`, `arxiv_id`.

    Returns
    -------
    DataFrame
        As `dates_files.read_dates` returns.
    """
    import pyarrow.parquet as pq

    ids, keys = papers["arxiv_id"].dropna().tolist(), papers["title_key"].tolist()
    try:
        table = pq.read_table(index, columns=list(COLUMNS),
                              filters=[[("arxiv_id", "in", ids or [""])],
                                       [("title_key", "in", keys or [""])]])  # fmt: skip
    except (OSError, ValueError, KeyError) as error:
        raise _broken(index, error) from None
    found = table.to_pandas().reset_index(drop=True)
    found = found.astype({"title_key": "str", "arxiv_id": "str", "published": "datetime64[us]",
                          "published_precision": "str"})  # fmt: skip
    nothing = pd.Series(None, index=found.index, dtype="str")
    return found.assign(problem=nothing, text=nothing)[list(DATE_COLUMNS)]


def _dated(path: Path, *, today: date, max_mb: int) -> pd.DataFrame:
    lines = arxiv_dates(path, latest=today + GRACE, max_mb=max_mb)
    if lines is not None:
        return lines
    try:
        rows = read_rows([path], today=today, max_mb=max_mb)
    except InputError as error:
        try:
            rows = read_dates([path])
        except InputError:
            raise error from None
    return rows.loc[rows["published"].notna(), list(COLUMNS)]


def read_rows(paths: Sequence[Path], *, today: date, max_mb: int = MAX_MB) -> pd.DataFrame:
    """Read the rows of files, cleaned and with `title_key`, without merging any."""
    latest = today + GRACE
    rows = [
        papers_of(part.rows.frame, listed=part.listed, source=part.format, latest=latest)[0]
        for part in read_parts(paths, format="auto", latest=latest, max_mb=max_mb)
    ]
    found = pd.concat(rows, ignore_index=True)
    return found.assign(title_key=found["title"].map(normalised_title).astype("str"))


def _empty() -> pd.DataFrame:
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})
    return empty.astype({"published": "datetime64[us]"})


def _read(index: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(index)[list(COLUMNS)].astype(_empty().dtypes.to_dict())
    except (OSError, ValueError, KeyError) as error:
        raise _broken(index, error) from None


def _broken(index: Path, error: Exception) -> InputError:
    return InputError(
        f"{for_terminal(str(index))} is no index of dates ({for_terminal(str(error))[:120]})",
        allowed="a file that papertide dates add wrote",
        next_step="delete it and add the files again",
    )


def _write(table: pd.DataFrame, *, index: Path) -> None:
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(index) as temporary:
            table.to_parquet(temporary, index=False)
    except OSError as error:
        raise InputError(
            f"cannot write {for_terminal(str(index))}: {error.strerror or error}",
            allowed="a file in a folder that can be written",
            next_step="choose another with --to FILE",
        ) from None
