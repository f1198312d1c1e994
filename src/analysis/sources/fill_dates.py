"""Dates for papers whose source gives none: from dates files and from arXiv ids.

A dates file is a table that dates papers by title or arXiv id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.base.english import count, verb
from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines, for_terminal, normalised_title

from .columns import ALIASES, match_columns, shown_names, standardise
from .dates import BEFORE, LATER, OLDEST, RANK, ahead, combine_dates, refused_line
from .ids import arxiv_id, arxiv_month, first_arxiv_ids
from .input_file import joined_error, load
from .read_files import read_file

DATE_COLUMNS = ("title_key", "arxiv_id", "published", "published_precision", "problem", "text")
_MONTHS_APART = 2
_DATED_BY = ("published", "year_month", "month", "year")
ALLOWED = (
    "a CSV with a title or an arxiv_id column and a date column (published: 2024-05-27, or "
    "year_month: 2024-05)"
)


def read_dates(paths: Sequence[Path]) -> pd.DataFrame:
    """Read dates files: CSV, or any other table that a snapshot can be.

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
    frames, errors = [no_rows()], []
    for path in paths:
        try:
            frames.append(_read_one(Path(path)))
        except InputError as error:
            errors.append(error)
    if errors:
        raise joined_error(errors)
    return pd.concat(frames, ignore_index=True)


def no_rows() -> pd.DataFrame:
    """Return what `read_dates` gives for no file."""
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
    keys = pd.Series(None, index=known.index, dtype="str")
    if "title" in known:
        keys = known["title"].map(_title_key).astype("str")
    dates = combine_dates(known, latest=date.max)
    out = pd.DataFrame(
        {
            "title_key": keys,
            "arxiv_id": first_arxiv_ids(known, names=("arxiv_id", "id")),
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
    """Fill missing ids in the column `arxiv_id` of papers from dates files, by `title_key`.

    A title with more than one arXiv id in `dates`, from `read_dates`, gives none.
    """
    by_title = _clear_titles(dates).dropna(subset="arxiv_id").drop_duplicates("title_key")
    ids = _values_at(papers["title_key"], by_title.set_index("title_key")["arxiv_id"])
    return papers.assign(arxiv_id=papers["arxiv_id"].fillna(ids).astype("str"))


def add_dates(papers: pd.DataFrame, *, dates: pd.DataFrame) -> pd.DataFrame:
    """Date papers from dates files, by arXiv id and else by title.

    A paper's own date stays unless the file has a more precise one within the same month or year.
    Of several dates for one paper the most precise is taken, then the earliest.

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
    if "arxiv_id" in papers:
        ids = papers["arxiv_id"]
    else:
        ids = papers["paper_id"].where(papers["paper_id"].map(lambda i: arxiv_id(i) == i))
    keys = papers["title_key"] if "title_key" in papers else papers["title"].map(normalised_title)
    dated = dates[dates["published"].notna()]
    rank = -dated["published_precision"].map(RANK).astype("int64")
    dated = dated.assign(rank=rank).sort_values(["rank", "published"])
    by_id = dated.dropna(subset="arxiv_id").drop_duplicates("arxiv_id").set_index("arxiv_id")
    by_title = _clear_titles(dated).drop_duplicates("title_key").set_index("title_key")
    other = _values_at(keys, by_title["arxiv_id"])
    fits = ids.isna() | other.isna() | (ids == other)
    published, precision = (
        _values_at(ids, by_id[name]).fillna(_values_at(keys, by_title[name]).where(fits))
        for name in ("published", "published_precision")
    )
    use = papers["published"].isna() & published.notna()
    use |= _refines(published, precision, papers=papers)
    return papers.assign(
        published=papers["published"].mask(use, published).astype("datetime64[us]"),
        published_precision=papers["published_precision"].mask(use, precision).astype("str"),
    )


def _values_at(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return the value for each key; null for keys that are null or missing."""
    return values.reindex(keys.to_numpy()).set_axis(keys.index)


def _clear_titles(dates: pd.DataFrame) -> pd.DataFrame:
    titled = dates.dropna(subset="title_key")
    n_ids = titled.groupby("title_key")["arxiv_id"].transform("nunique")
    return titled[n_ids <= 1]


def _refines(published: pd.Series, precision: pd.Series, *, papers: pd.DataFrame) -> pd.Series:
    """Whether a date is more precise than a paper's own and within the same month or year."""
    rank, other_rank = papers["published_precision"].map(RANK), precision.map(RANK)
    same_year = published.dt.year == papers["published"].dt.year
    same_month = same_year & (published.dt.month == papers["published"].dt.month)
    same = same_month.where(rank == RANK["month"], same_year)
    return (other_rank > rank) & same


def date_from_files(
    papers: pd.DataFrame, *, dates: pd.DataFrame | None, latest: date, source: str = "dates-file"
) -> tuple[pd.DataFrame, list[str]]:
    """Date papers from dates files; return them with a line on the dates that are implausible."""
    if dates is None:
        return papers, []
    ours = dates["title_key"].isin(papers["title_key"]) & dates["title_key"].notna()
    ours |= dates["arxiv_id"].isin(papers["arxiv_id"].dropna())
    dates = dates[ours]
    daily = dates["published_precision"] == "day"
    future = dates["published"] > pd.Timestamp(latest)
    future &= daily | (dates["published"] > pd.Timestamp(ahead(latest)))
    past = dates["published"] < pd.Timestamp(OLDEST)
    problems = dates["problem"].mask(future, LATER.format(latest=latest.isoformat()))
    problems = problems.mask(past, BEFORE)
    texts = dates["text"].fillna(dates["published"].dt.strftime("%Y-%m-%d"))
    line = refused_line(problems, texts=texts, what="publication dates")
    usable = dates.assign(published=dates["published"].mask(future | past))
    out = add_dates(papers, dates=usable)
    dated = out["published"].notna() & (
        (out["published"] != papers["published"])
        | (out["published_precision"] != papers["published_precision"])
    )
    out = out.assign(provenance=_dated_by(out["provenance"], dated, source=source))
    return out, [f"dates files: {line}"] if line else []


def date_from_ids(papers: pd.DataFrame, *, latest: date) -> tuple[pd.DataFrame, list[str]]:
    """Date papers by the month of their arXiv id if they have no date, or only its year.

    Returns
    -------
    papers : DataFrame
    lines : list of str
        A line that counts the months later than `latest`, if any.
    """
    yearly = papers["published_precision"] == "year"
    ids = papers["arxiv_id"].where(papers["published"].isna() | yearly)
    months = pd.to_datetime(
        pd.Series([arxiv_month(i) if isinstance(i, str) else None for i in ids], index=ids.index)
    ).astype("datetime64[us]")
    future = (months > pd.Timestamp(latest)) & ~yearly
    problems = ids.where(future).mask(future, LATER.format(latest=latest.isoformat()))
    line = refused_line(problems, texts=ids, what="arXiv id months")
    use = months.notna() & (months <= pd.Timestamp(latest))
    use &= papers["published"].isna() | (months.dt.year == papers["published"].dt.year)
    out = papers.assign(
        published=papers["published"].mask(use, months),
        published_precision=papers["published_precision"].mask(use, "month"),
        provenance=_dated_by(papers["provenance"], use, source="arxiv-id"),
    )
    return out, [line] if line else []


def later_than_ids(papers: pd.DataFrame) -> list[str]:
    """Return a line on papers dated two months or more after the month of their arXiv id, if any.

    Such a date is another one than that of the first version: of a later version, a conference or
    a listing.
    """
    months = pd.to_datetime(
        pd.Series(
            [arxiv_month(i) if isinstance(i, str) else None for i in papers["arxiv_id"]],
            index=papers.index,
        )
    )
    dates = papers["published"]
    apart = 12 * (dates.dt.year - months.dt.year) + dates.dt.month - months.dt.month
    late = papers[(apart >= _MONTHS_APART) & (papers["published_precision"] != "year")]
    if late.empty:
        return []
    first = late.sort_values("arxiv_id").iloc[0]
    example = f"{first['arxiv_id']}, dated {first['published'].date()}"
    return [
        f"{count(len(late), 'paper')} {verb(len(late), 'has', 'have')} a date two months or more "
        f"after the month of the arXiv id (such as {example}): trends count the date"
    ]


def _dated_by(provenance: pd.Series, dated: pd.Series, *, source: str) -> pd.Series:
    """Return provenance with the source of dates that were just assigned."""
    before = provenance.fillna("").str.replace(r"(?:; )?published=[^;]*", "", regex=True)
    sources = (before.str.removeprefix("; ") + f"; published={source}").str.removeprefix("; ")
    return provenance.mask(dated, sources).astype("str")


def missing_dates(papers: pd.DataFrame, *, n_titles: int = 3) -> str:
    """Return how many papers have no date, with `n_titles` titles and what to do about it.

    Empty if every paper is dated. `papers` has `title` and `published`; titles are in the order of
    the table and not escaped.
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
        "mapped and assigned to topics but left out of the trends. To date them give --dates FILE: "
        f"{ALLOWED}."
    )
