"""Dates files: tables that date papers by title or arXiv id, for sources without dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_terminal, normalised_title

from ..columns import ALIASES, match_columns, shown_names, standardise
from ..ids import arxiv_ids
from ..input_file import joined_error, load
from ..read_files import read_file
from .date_columns import combine_dates

DATE_COLUMNS = ("title_key", "arxiv_id", "published", "published_precision", "problem", "text")
_DATED_BY = ("published", "year_month", "month", "year")
ALLOWED = (
    "a CSV with a title or an arxiv_id column and a date column (published: 2024-05-27, or "
    "year_month: 2024-05)"
)


def read_dates(paths: Sequence[Path]) -> pd.DataFrame:
    """Read dates files.

    Parameters
    ----------
    paths : sequence of Path
        CSV, or any other table that a snapshot can be.

    Returns
    -------
    DataFrame
        One row per row of the files: `title_key` (normalised title), `arxiv_id`, `published`
        datetime64[us], `published_precision`; `problem` and `text`: why a date was refused and
        what it was. All null where unknown.

    Raises
    ------
    InputError
        For all files that are unreadable or lack a column, together.
    """
    frames, errors = [_empty()], []
    for path in paths:
        try:
            frames.append(_read_one(Path(path)))
        except InputError as error:
            errors.append(error)
    if errors:
        raise joined_error(errors)
    return pd.concat(frames, ignore_index=True)


def _empty() -> pd.DataFrame:
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in DATE_COLUMNS})
    return empty.astype({"published": "datetime64[us]"})


def _read_one(path: Path) -> pd.DataFrame:
    shown = for_terminal(str(path))
    _, rows = read_file(load(path), tables_only=True)
    names = list(rows.frame.columns)
    matches = set(match_columns(names))
    lacking = []
    if not {"title", "arxiv_id", "id"} & matches:
        lacking.append("neither a title nor an arxiv_id column")
    if not set(_DATED_BY) & matches:
        lacking.append(f"no date column ({', '.join(a for n in _DATED_BY for a in ALIASES[n])})")
    if lacking:
        raise InputError(
            f"{shown} has {' and '.join(lacking)}; its columns are {shown_names(names)}",
            allowed=ALLOWED,
            next_step="rename the columns of the dates file",
        )
    return _table(standardise(rows.frame)[0])


def _table(known: pd.DataFrame) -> pd.DataFrame:
    nothing = pd.Series(None, index=known.index, dtype="str")
    ids = nothing
    for name in ("arxiv_id", "id"):
        if name in known:
            ids = ids.fillna(arxiv_ids(known[name], surely=name == "arxiv_id"))
    keys = nothing
    if "title" in known:
        keys = known["title"].map(_title_key).astype("str")
    dates = combine_dates(known, latest=date.max)
    out = pd.DataFrame(
        {
            "title_key": keys,
            "arxiv_id": ids,
            "published": dates["date"],
            "published_precision": dates["precision"],
            "problem": dates["problem"],
            "text": dates["text"].where(dates["problem"].notna()),
        }
    )
    return out[out["title_key"].notna() | out["arxiv_id"].notna()]


def _title_key(title: object) -> str | None:
    text = clean(title) if isinstance(title, str) else ""
    return normalised_title(text) if text else None
