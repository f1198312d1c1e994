"""The alias table: under which names a column of the input is known.

Names are compared without case, spaces, underscores and punctuation, so that `Arxiv ID`,
`arxiv_id` and `arxivId` are one. If two columns of an input match one name, the alias that comes
first here wins and the other column is kept unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .dates import parse_dates

ALIASES: dict[str, tuple[str, ...]] = {
    standard: tuple(names.split())
    for standard, names in {
        "title": """title paper_title article_title document_title primary_title display_name titel
            titre título titulo titolo 标题 题名 title_题名 標題 タイトル название назва tytuł 제목
            başlık""",
        "abstract": """abstract summary abstract_text paper_abstract abstract_note description
            zusammenfassung résumé resumen resumo riassunto 摘要 summary_摘要 抄録 аннотация
            анотація streszczenie samenvatting sammanfattning 초록 özet""",
        "arxiv_id": "arxiv_id arxiv arxiv_number arxiv_identifier eprint",
        "id": """id paper_id acl_id anthology_id openalex_id publication_id lens_id pmid corpus_id
            eid identifier uid key""",
        "doi": "doi doi_url",
        "published": """published published_at publication_date date_published published_date
            pub_date date day submitted submitted_date submission_date online_date issue_date""",
        "published_precision": "published_precision",
        "year_month": "year_month publication_month month_published",
        "year": """year publication_year pub_year jahr année año ano anno 年 年份 year_年 出版年 год
            рік rok jaar år 연도 yıl""",
        "month": "month",
        "early_access": "early_access early_access_date",
        "listed": "listed featured submitted_on_daily_at listed_at featured_at date_listed",
        "url": """url link paper_url landing_page_url abs_url arxiv_url pdf_url pdf_link
            source_linkout external_url dimensions_url""",
    }.items()
}
"""Standard name -> the column names that mean it, best first."""

WOS_TAGS = {
    "TI": "title",
    "AB": "abstract",
    "DI": "doi",
    "UT": "id",
    "PY": "year",
    "PD": "month",
    "ID": "keywords_plus",
    "DE": "keywords",
    "AU": "authors",
    "SO": "venue",
    "DT": "document_type",
    "EA": "early_access",
    "DA": "export_date",
}
"""Column names of Web of Science's tab-delimited export."""

EXPORTERS: dict[str, frozenset[str]] = {
    "wos-csv": frozenset(("pt", "ti", "ut")),
    "scopus-csv": frozenset(("title", "sourcetitle", "eid")),
    "ieee-csv": frozenset(("documenttitle", "publicationtitle")),
    "dimensions-csv": frozenset(("publicationid", "title", "pubyear")),
    "lens-csv": frozenset(("lensid", "title")),
    "pubmed-csv": frozenset(("pmid", "title", "journalbook")),
    "zotero-csv": frozenset(("itemtype", "title", "publicationtitle")),
}
"""Services whose CSV is recognised by these column keys; their exports may lack the abstracts."""

EXPORT_KEYS = frozenset(("exportdate", "dateofexport", "dateexported", "exportedon"))
"""Keys of columns that say when a row was exported."""

NEEDED = ("title", "abstract")
_NOT_KEY = re.compile(r"[\W_]+")


def column_key(name: object) -> str:
    """Return the form under which column names are compared."""
    return _NOT_KEY.sub("", unicodedata.normalize("NFC", str(name)).casefold())


_KEYS = {
    standard: tuple(column_key(alias) for alias in aliases) for standard, aliases in ALIASES.items()
}


def match_columns(names: Sequence[object]) -> dict[str, int]:
    """Find the standard columns among `names`.

    Returns
    -------
    dict
        Standard name -> position of the column that carries it; names without one are left out.
    """
    places: dict[str, int] = {}
    for position, name in enumerate(plain_names(names)):
        places.setdefault(column_key(name), position)
    first_keys = {
        standard: next((key for key in keys if key in places), None)
        for standard, keys in _KEYS.items()
    }
    return {standard: places[key] for standard, key in first_keys.items() if key is not None}


def plain_names(names: Sequence[object]) -> list[object]:
    """Return column names, those of Web of Science's export in words."""
    is_wos = EXPORTERS["wos-csv"] <= {column_key(name) for name in names}
    return [WOS_TAGS.get(str(name).strip(), name) for name in names] if is_wos else list(names)


def exporter_of(names: Sequence[object]) -> str:
    """Return which service's CSV has these columns; empty for any other table."""
    keys = {column_key(name) for name in names}
    return next((name for name, marks in EXPORTERS.items() if marks <= keys), "")


def last_export(frame: pd.DataFrame, *, exporter: str) -> date | None:
    """Return the last day in the columns that say when a table's rows were exported, if any."""
    wanted = EXPORT_KEYS | ({"dateadded"} if exporter == "zotero-csv" else set())
    names = plain_names(list(frame.columns))
    days = []
    for i in (i for i, name in enumerate(names) if column_key(name) in wanted):
        dates = parse_dates(frame.iloc[:, i].drop_duplicates(), latest=date.max)
        days.append(dates["date"][dates["precision"] == "day"].max())
    return max((day.date() for day in days if not pd.isna(day)), default=None)


def standardise(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a table as it was read into its standard columns and the rest.

    Returns
    -------
    known, extra : DataFrame
        `known` has the standard columns that were recognised, under their standard names; `extra`
        has all other columns under their own names, repeated ones included. Both keep the index.
    """
    matches = match_columns(list(frame.columns))
    known = frame.iloc[:, list(matches.values())].set_axis(list(matches), axis=1)
    rest = [i for i in range(frame.shape[1]) if i not in matches.values()]
    names = plain_names(list(frame.columns))
    return known, frame.iloc[:, rest].set_axis([names[i] for i in rest], axis=1)


def missing_columns(frame: pd.DataFrame, *, shown: str) -> InputError | None:
    """Return the error for a table that lacks a title or an abstract column, else None."""
    matches = match_columns(list(frame.columns))
    lacking = [name for name in NEEDED if name not in matches]
    if not lacking:
        return None
    accepted = "; ".join(f"{name}: {', '.join(ALIASES[name])}" for name in NEEDED)
    return InputError(
        f"{shown} has no {' and no '.join(lacking)} column; its columns are "
        f"{shown_names(list(frame.columns))}",
        allowed=f"a title and an abstract column, under one of these names ({accepted}); case, "
        "spaces and underscores do not matter",
        next_step=f"rename the column that holds the {lacking[0]}",
    )


def shown_names(names: Sequence[object], *, limit: int = 20) -> str:
    """Join column names for a message: cleaned, cut at 40 characters, at most `limit` of them.

    "none" if there is no column.
    """
    shown = [first_lines(clean(str(name)), limit=40) or "(no name)" for name in names[:limit]]
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(shown) + more if shown else "none"
