"""The rows of one file under standard names, cleaned: texts, dates, ids and addresses."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analysis.base.escaping import clean, safe_url

from .columns import standardise
from .dates.date_columns import combine_dates, refused_line
from .dates.parsing import MISSING
from .extra_columns import tidy_names
from .ids import arxiv_ids, source_ids

_NO_ABSTRACT = MISSING | {
    "no abstract",
    "no abstract available",
    "no abstract available.",
    "[no abstract available]",
    "abstract not available",
}


def paper_rows(
    frame: pd.DataFrame, *, listed: pd.DataFrame, source: str, latest: date
) -> tuple[pd.DataFrame, list[str]]:
    """Clean the rows of one file, and drop those without a title.

    Parameters
    ----------
    frame : DataFrame
        As it was read, with a title and an abstract column; left unchanged.
    listed : DataFrame
        Its listing dates, from `parse_dates`.
    source : str
        The reader's name.
    latest : date
        Later publication dates are refused.

    Returns
    -------
    rows : DataFrame
        `title`, `abstract`, `published`, `published_precision`, `listed`, `source`, `url`,
        `arxiv_id`, `source_id` (the source's own name for a paper; null if none), `aliases` (all
        such names, lists), then the further columns of the input, with their names made safe.
    refused : list of str
        Lines that count the dates not used.
    """
    known, extra = standardise(frame)
    dates = combine_dates(known, latest=latest)
    nothing = pd.Series(None, index=known.index, dtype="str")
    columns = {
        "title": _texts(known["title"], missing=MISSING),
        "abstract": _texts(known["abstract"], missing=_NO_ABSTRACT),
        "published": dates["date"],
        "published_precision": dates["precision"],
        "listed": listed["date"],
        "source": pd.Series(source, index=known.index, dtype="str"),
        "url": known["url"].map(_url).astype("str") if "url" in known else nothing,
        "arxiv_id": _arxiv_column(known),
        **_source_columns(known),
    }
    rows = pd.concat([pd.DataFrame(columns), tidy_names(extra)], axis=1)
    kept = rows["title"].notna()
    lines = [
        refused_line(dates["problem"][kept], texts=dates["text"], what="publication dates"),
        refused_line(listed["problem"][kept], texts=listed["text"], what="listing dates"),
    ]
    return rows[kept], [line for line in lines if line]


def _texts(values: pd.Series, *, missing: frozenset[str]) -> pd.Series:
    longest = max(map(len, missing))
    texts = [
        text if text and (len(text) > longest or text.casefold() not in missing) else None
        for text in map(_text, values.tolist())
    ]
    return pd.Series(texts, index=values.index, dtype="str")


def _text(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return clean(" ".join(value))
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return ""
    return str(value)


def _url(value: object) -> str | None:
    return safe_url(value.strip() if isinstance(value, str) else value) or None


def _arxiv_column(known: pd.DataFrame) -> pd.Series:
    ids = pd.Series(None, index=known.index, dtype="str")
    for name in ("arxiv_id", "id", "doi", "url"):
        if name in known:
            ids = ids.fillna(arxiv_ids(known[name], surely=name == "arxiv_id"))
    return ids


def _source_columns(known: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the source's own id of each row, and all its ids that are names, as lists."""
    source_id = pd.Series(None, index=known.index, dtype="str")
    aliases = []
    for name in ("id", "doi", "arxiv_id"):
        if name in known:
            aliases.append(source_ids(known[name]))
            source_id = source_id.fillna(aliases[-1])
    lists = [
        sorted({alias for alias in row if isinstance(alias, str)})
        for row in zip(*(column.tolist() for column in aliases), strict=True)
    ] or [[] for _ in range(len(known))]
    return {"source_id": source_id, "aliases": pd.Series(lists, index=known.index, dtype=object)}
