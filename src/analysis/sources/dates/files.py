"""Dates files: tables that date papers by title or arXiv id, where a source gives no dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_terminal, normalised_title

from ..files.input_file import joined, load
from ..files.read_file import read_file
from ..records.columns import ALIASES, match_columns, shown_names, standardise
from ..records.ids import arxiv_id, arxiv_ids
from .parsing import RANK, combine_dates

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
        One row a row of the files: `title_key` (normalised title), `arxiv_id`, `published`
        datetime64[us], `published_precision`; `problem` and `text`: why a date was refused and
        what it was. All null where not known.

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
        raise joined(errors)
    return pd.concat(frames, ignore_index=True)


def _empty() -> pd.DataFrame:
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in DATE_COLUMNS})
    return empty.astype({"published": "datetime64[us]"})


def _read_one(path: Path) -> pd.DataFrame:
    shown = for_terminal(str(path))
    _, rows = read_file(load(path), asked="auto", tables_only=True)
    found = match_columns(list(rows.frame.columns))
    lacking = []
    if not {"title", "arxiv_id", "id"} & set(found):
        lacking.append("neither a title nor an arxiv_id column")
    if not set(_DATED_BY) & set(found):
        lacking.append(f"no date column ({', '.join(a for n in _DATED_BY for a in ALIASES[n])})")
    if lacking:
        names = shown_names(list(rows.frame.columns))
        raise InputError(
            f"{shown} has {' and '.join(lacking)}; its columns are {names}",
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


def add_arxiv_ids(papers: pd.DataFrame, *, dates: pd.DataFrame) -> pd.DataFrame:
    """Fill missing arXiv ids from dates files, by title.

    Parameters
    ----------
    papers : DataFrame
        `title_key`, `arxiv_id`; left unchanged.
    dates : DataFrame
        From `read_dates`. A title that has more than one arXiv id there names none.

    Returns
    -------
    DataFrame
        With `arxiv_id` filled.
    """
    by_title = _clear_titles(dates).dropna(subset="arxiv_id").drop_duplicates("title_key")
    found = _looked_up(papers["title_key"], by_title.set_index("title_key")["arxiv_id"])
    return papers.assign(arxiv_id=papers["arxiv_id"].fillna(found).astype("str"))


def add_dates(papers: pd.DataFrame, *, dates: pd.DataFrame) -> pd.DataFrame:
    """Date papers from dates files, by arXiv id and else by title.

    A paper's own date stays unless the file has a more precise one within the same month or
    year. Of several dates for one paper the most precise counts, then the earliest.

    Parameters
    ----------
    papers : DataFrame
        `title`, `published`, `published_precision` and `arxiv_id` or `paper_id`; left unchanged.
    dates : DataFrame
        From `read_dates`.

    Returns
    -------
    DataFrame
        With `published` and `published_precision` filled or refined. Ids stay as they are.
    """
    ids = papers["arxiv_id"] if "arxiv_id" in papers else _arxiv_only(papers["paper_id"])
    keys = papers["title_key"] if "title_key" in papers else papers["title"].map(normalised_title)
    dated = dates[dates["published"].notna()]
    rank = -dated["published_precision"].map(RANK).astype("int64")
    dated = dated.assign(rank=rank).sort_values(["rank", "published"])
    by_id = dated.dropna(subset="arxiv_id").drop_duplicates("arxiv_id").set_index("arxiv_id")
    by_title = _clear_titles(dated).drop_duplicates("title_key").set_index("title_key")
    other = _looked_up(keys, by_title["arxiv_id"])
    fits = ids.isna() | other.isna() | (ids == other)
    published, precision = (
        _looked_up(ids, by_id[name]).fillna(_looked_up(keys, by_title[name]).where(fits))
        for name in ("published", "published_precision")
    )
    use = papers["published"].isna() & published.notna()
    use |= _refines(published, precision, papers=papers)
    return papers.assign(
        published=papers["published"].mask(use, published).astype("datetime64[us]"),
        published_precision=papers["published_precision"].mask(use, precision).astype("str"),
    )


def _looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return the value under each key; null for keys that are null or not there."""
    return values.reindex(keys.to_numpy()).set_axis(keys.index)


def _arxiv_only(ids: pd.Series) -> pd.Series:
    return ids.where(ids.map(lambda identifier: arxiv_id(identifier) == identifier))


def _clear_titles(dates: pd.DataFrame) -> pd.DataFrame:
    titled = dates.dropna(subset="title_key")
    n_ids = titled.groupby("title_key")["arxiv_id"].transform("nunique")
    return titled[n_ids <= 1]


def _refines(published: pd.Series, precision: pd.Series, *, papers: pd.DataFrame) -> pd.Series:
    own, found = papers["published_precision"].map(RANK), precision.map(RANK)
    same_year = published.dt.year == papers["published"].dt.year
    same_month = same_year & (published.dt.month == papers["published"].dt.month)
    same = same_month.where(own == RANK["month"], same_year)
    return (found > own) & same


def missing_dates(papers: pd.DataFrame, *, n_titles: int = 3) -> str:
    """Say how many papers have no date, name some, and what to do about it.

    Parameters
    ----------
    papers : DataFrame
        `title`, `published`.
    n_titles : int
        How many titles to name, in the order of the table.

    Returns
    -------
    str
        Empty where every paper is dated. Titles are not escaped for any target.
    """
    undated = papers[papers["published"].isna()]
    if undated.empty:
        return ""
    named = ", ".join(f"“{first_lines(title, limit=80)}”" for title in undated["title"][:n_titles])
    n_more = len(undated) - min(n_titles, len(undated))
    more = f" and {n_more:,} more" if n_more else ""
    have = "paper has" if len(papers) == 1 else "papers have"
    return (
        f"{len(undated):,} of {len(papers):,} {have} no date: {named}{more}. Undated papers are "
        "mapped and given topics but left out of the trends. To date them give --dates FILE: "
        f"{ALLOWED}."
    )
