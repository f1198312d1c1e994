"""Dates for papers whose source gives none, in the order of trust, and where each is from."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ..records.ids import arxiv_month
from .files import add_dates
from .parsing import BEFORE, EARLIEST, LATER, refused_line


def with_dates(
    papers: pd.DataFrame, *, dates: pd.DataFrame | None, latest: date, source: str = "dates-file"
) -> tuple[pd.DataFrame, list[str]]:
    """Add what the dates files tell of these papers, and say which of it is implausible."""
    if dates is None:
        return papers, []
    ours = dates["title_key"].isin(papers["title_key"]) & dates["title_key"].notna()
    ours |= dates["arxiv_id"].isin(papers["arxiv_id"].dropna())
    dates = dates[ours]
    future = dates["published"] > pd.Timestamp(latest)
    past = dates["published"] < pd.Timestamp(EARLIEST)
    problems = dates["problem"].mask(future, LATER.format(latest=latest.isoformat()))
    problems = problems.mask(past, BEFORE)
    texts = dates["text"].fillna(dates["published"].dt.strftime("%Y-%m-%d"))
    line = refused_line(problems, texts=texts, what="publication dates")
    usable = dates.assign(published=dates["published"].mask(future | past))
    out = add_dates(papers, dates=usable)
    given = out["published"].notna() & (
        (out["published"] != papers["published"])
        | (out["published_precision"] != papers["published_precision"])
    )
    out = out.assign(provenance=_dated_by(out["provenance"], given, source=source))
    return out, [f"dates files: {line}"] if line else []


def date_by_id(papers: pd.DataFrame, *, latest: date) -> tuple[pd.DataFrame, list[str]]:
    """Date papers by the month of their arXiv id: those without a date, and years it falls into."""
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


def _dated_by(provenance: pd.Series, dated: pd.Series, *, source: str) -> pd.Series:
    """Return provenance with the source of the dates that were just given."""
    before = provenance.fillna("").str.replace(r"(?:; )?published=[^;]*", "", regex=True)
    said = (before.str.removeprefix("; ") + f"; published={source}").str.removeprefix("; ")
    return provenance.mask(dated, said).astype("str")
