"""Rows that are one paper by id or title: their ids, and the one row made of them.

Nothing here depends on the order of the rows: of equal rows the one with the longest abstract, as
it is analysed, is kept, then the one with the earliest date, then the first in text order.
`near_duplicates` finds rows with different ids that are one paper all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis.base.escaping import short_hash
from analysis.sources.dates import RANK

from .generic_titles import are_several_works, is_generic_title, work_dois

_BREAK = "\x1f"
_WITHOUT_PROVENANCE = frozenset(
    """
    aliases analysed file first_id provenance published_precision source source_id title_key
    """.split()
)
"""Columns that provenance does not mention."""


def assign_ids(papers: pd.DataFrame) -> pd.Series:
    """Give every row the id of its paper.

    The id is the row's arXiv id; else the one arXiv id that other rows of the same title have
    (unless the row has another id and another abstract); else "t" and a hash of the normalised
    title. Rows of one title without arXiv id but with different ids and different abstracts are
    different papers (`same_paper`), and so are rows without abstracts with different DOIs if these
    are several works (`are_several_works`), and with different ids if the title is a generic one:
    the first in the order of their ids keeps the title's hash, the later ones get a hash of title
    and id.

    Parameters
    ----------
    papers : DataFrame
        `title_key`, `abstract` (`analysed` is compared in its place if there), `arxiv_id` and
        `source_id` (null if there is none), `aliases` (lists) if there; left unchanged.

    Returns
    -------
    Series of str
        The `paper_id` of each row, same index.
    """
    hashes = "t" + papers["title_key"].map(short_hash).astype("str")
    ids = papers["arxiv_id"].where(papers["arxiv_id"].notna(), hashes).tolist()
    shared = papers["title_key"].duplicated(keep=False).to_numpy()
    groups: dict[str, list[_Row]] = {}
    for row in _rows(papers, places=shared.nonzero()[0].tolist()):
        groups.setdefault(row.title_key, []).append(row)
    for key, rows in groups.items():
        named = [row for row in rows if row.arxiv_id]
        if len({row.arxiv_id for row in named}) != 1:
            named = []
        known = {row.abstract for row in named}
        adopted = {row.place for row in rows if not row.arxiv_id and _belongs(row, known=known)}
        for place in adopted:
            ids[place] = named[0].arxiv_id
        rest = [row for row in rows if not row.arxiv_id and row.place not in adopted]
        for place, identifier in _split(rest, key=key).items():
            ids[place] = identifier
    return pd.Series(ids, index=papers.index, dtype="str")


@dataclass(frozen=True)
class _Row:
    """One row that shares its title with others; "" for missing values."""

    place: int
    title_key: str
    arxiv_id: str
    source_id: str
    abstract: str
    dois: frozenset[str]


def _rows(papers: pd.DataFrame, *, places: Sequence[int]) -> Iterator[_Row]:
    abstract = "analysed" if "analysed" in papers else "abstract"
    columns = ("title_key", "arxiv_id", "source_id", abstract)
    values = [papers[column].iloc[places].fillna("").tolist() for column in columns]
    aliases = papers["aliases"].iloc[places] if "aliases" in papers else [()] * len(places)
    for place, key, arxiv_id, source_id, abstract, names in zip(
        places, *values, aliases, strict=True
    ):
        dois = work_dois([source_id, *names])
        yield _Row(place, key, arxiv_id, source_id, abstract.casefold(), dois)


def _belongs(row: _Row, *, known: Collection[str]) -> bool:
    """Whether a row is the paper that has an arXiv id and its title; `known` are its abstracts."""
    return bool(known) and (row.abstract in known or not (row.source_id and row.abstract))


def _split(rows: Sequence[_Row], *, key: str) -> dict[int, str]:
    """Return the ids, by place, of rows that are not the first paper of their title."""
    rows = _with_marks(rows, key=key)
    complete = [row for row in rows if row.source_id and row.abstract]
    if len({row.source_id for row in complete}) < 2:
        return {}
    names = _names([(row.source_id, row.abstract) for row in complete])
    by_source = {row.source_id: name for row, name in zip(complete, names, strict=True)}
    by_abstract = {row.abstract: name for row, name in zip(complete, names, strict=True)}
    first = min(names)
    out = {}
    for row in rows:
        name = by_source.get(row.source_id) or by_abstract.get(row.abstract, first)
        if name != first:
            out[row.place] = "t" + short_hash(f"{key}\n{name}")
    return out


def _with_marks(rows: Sequence[_Row], *, key: str) -> list[_Row]:
    """Put a work's DOI or id in place of the abstract where rows without one are several works."""
    bare = [row for row in rows if row.source_id and not row.abstract]
    generic = is_generic_title(key)
    if not generic and not are_several_works(key, [row.dois for row in bare if row.dois]):
        return list(rows)
    marks = {row.place: min(row.dois, default=row.source_id if generic else "") for row in bare}
    return [
        replace(row, abstract=f"{_BREAK}{mark}") if (mark := marks.get(row.place)) else row
        for row in rows
    ]


def _names(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Group (source id, abstract) pairs that share either part; a group's name is its least id."""
    from scipy.cluster.hierarchy import DisjointSet

    links = DisjointSet()
    for source, abstract in pairs:
        links.add(("id", source))
        links.add(("abstract", abstract))
        links.merge(("id", source), ("abstract", abstract))
    names: dict[str, str] = {}
    for subset in links.subsets():
        ids = [value for what, value in subset if what == "id"]
        names |= dict.fromkeys(ids, min(ids))
    return [names[source] for source, _ in pairs]


def drop_duplicates(papers: pd.DataFrame) -> pd.DataFrame:
    """Reduce the rows with one `paper_id` to one row.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `abstract`, `published`, `published_precision`, `source`, `aliases`
        (lists) and any further columns of scalars; left unchanged.

    Returns
    -------
    DataFrame
        The kept row of each paper; missing values are filled from the others in their order, the
        date is the most precise one, of these the earliest, and `aliases` is the sorted union.
        `provenance` lists which sources filled which fields ("abstract=bibtex;
        published=arxiv-atom"); null if all are from the paper's `source`. New index.
    """
    # A table that Papertide wrote has a provenance already.
    provenance = papers.get("provenance", pd.Series(None, index=papers.index, dtype="str"))
    papers = papers.assign(provenance=provenance.astype("str"))
    repeated = papers["paper_id"].duplicated(keep=False)
    if not repeated.any():
        return papers.reset_index(drop=True)
    rows = sort_rows(papers[repeated])
    scalars = [column for column in papers.columns if column != "aliases"]
    groups = rows[scalars].groupby("paper_id", sort=True)
    merged = groups.first()
    best = _best_dates(rows)
    for column in ("published", "published_precision"):
        if column in merged:
            merged[column] = best[column].astype(papers[column].dtype)
    filled = _provenance(rows, kept=groups.head(1), merged=merged, dated=best)
    merged["provenance"] = filled.fillna(merged["provenance"])
    merged["aliases"] = rows.groupby("paper_id")["aliases"].agg(_union)
    merged = merged.reset_index()[list(papers.columns)]
    merged = merged.astype({c: papers[c].dtype for c in scalars})
    return pd.concat([papers[~repeated], merged], ignore_index=True)


def sort_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows sorted by paper; of each paper the row that is kept comes first."""
    order = pd.DataFrame(
        {
            "paper_id": rows["paper_id"],
            "length": -rows.get("analysed", rows["abstract"]).str.len().fillna(0),
            "published": rows["published"],
            "text": _row_texts(rows.drop(columns=["aliases", "analysed", "file"], errors="ignore")),
        }
    )
    order = order.sort_values(["paper_id", "length", "published", "text"], na_position="last")
    return rows.loc[order.index]


def _best_dates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the most precise, then earliest date of each paper, by `paper_id`."""
    precise = -rows.get("published_precision", pd.Series("day", index=rows.index)).map(RANK)
    dated = rows.assign(precise=precise).sort_values(
        ["paper_id", "precise", "published"], kind="stable", na_position="last"
    )
    return dated.drop_duplicates("paper_id").set_index("paper_id")


def _provenance(
    rows: pd.DataFrame, *, kept: pd.DataFrame, merged: pd.DataFrame, dated: pd.DataFrame
) -> pd.Series:
    """Return for each paper the sources of the fields that are not the kept row's."""
    kept = kept.set_index("paper_id").reindex(merged.index)
    out = pd.Series("", index=merged.index, dtype="str")
    for column in sorted({*merged.columns} - _WITHOUT_PROVENANCE):
        if column == "published":
            other = merged[column].notna() & (merged[column] != kept[column])
            source = dated["source"].reindex(merged.index)
        else:
            other = merged[column].notna() & kept[column].isna()
            givers = rows[rows[column].notna()].drop_duplicates("paper_id")
            source = givers.set_index("paper_id")["source"].reindex(merged.index)
        out = out.mask(other, out + "; " + column + "=" + source.astype("str"))
    return out.str.removeprefix("; ").replace("", None).astype("str")


def _row_texts(rows: pd.DataFrame) -> pd.Series:
    columns = sorted(rows.columns, key=lambda name: (name != "title", name != "abstract", name))
    parts = [rows[column].astype("str").fillna("").tolist() for column in columns]
    texts = [_BREAK.join(row) for row in zip(*parts, strict=True)]
    return pd.Series(texts, index=rows.index, dtype="str")


def _union(lists: pd.Series) -> list[str]:
    return sorted({alias for aliases in lists for alias in aliases})
