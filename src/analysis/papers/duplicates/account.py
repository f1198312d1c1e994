"""What is said of duplicates: what was merged, what nearly was, and the counts by year."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..snapshot import Snapshot


def duplicates_told(read: Snapshot, *, limit: int | None = None) -> dict[str, Any]:
    """Return what was merged, ready for JSON.

    Parameters
    ----------
    read : Snapshot
    limit : int, optional
        Merged records and near misses named at most; all are counted.

    Returns
    -------
    dict
        `merged` and `near` (counts), `rules` (counts), `years` (merged records by year),
        `by_year` (from `counts_by_year`), `rows` and `near_misses`.
    """
    merged = read.merged[read.merged["paper_id"].isin(read.papers["paper_id"])]
    near = read.near
    by_year = counts_by_year(read.papers, merged=merged)
    return {
        "merged": len(merged),
        "near": len(near),
        "rules": {str(rule): int(n) for rule, n in merged["rule"].value_counts().items()},
        "years": {str(row["year"]): row["merged"] for row in by_year if row["merged"]},
        "by_year": by_year,
        "rows": [
            {
                "paper_id": row.paper_id,
                "title": row.title,
                "other_title": row.other_title,
                "other_id": row.other_id if isinstance(row.other_id, str) else None,
                "source": row.source,
                "file": row.file,
                "rule": row.rule,
            }
            for row in merged.head(limit or len(merged)).itertuples()
        ],
        "near_misses": near.head(limit or len(near)).to_dict("records"),
    }


def counts_by_year(papers: pd.DataFrame, *, merged: pd.DataFrame) -> list[dict[str, int]]:
    """Count each year with and without its duplicates.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `published`.
    merged : DataFrame
        `paper_id`, `published`: one row a merged record, counted by its own date, by that of its
        paper where it has none.

    Returns
    -------
    list of dict
        `year`, `records` (before merging), `merged`, `papers` (after), in the order of years;
        undated papers and their records are left out.
    """
    dates = papers.set_index("paper_id")["published"]
    own = pd.to_datetime(merged["published"]).astype("datetime64[us]")
    others = own.fillna(merged["paper_id"].map(dates).astype("datetime64[us]"))
    after = papers["published"].dropna().dt.year.value_counts()
    gone = others.dropna().dt.year.value_counts()
    years = sorted({*map(int, after.index), *map(int, gone.index)})
    return [
        {"year": year, "records": int(after.get(year, 0) + gone.get(year, 0)),
         "merged": int(gone.get(year, 0)), "papers": int(after.get(year, 0))}
        for year in years
    ]  # fmt: skip
