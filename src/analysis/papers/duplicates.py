"""The duplicates of a snapshot: rows merged into papers, near misses, and their counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from .exact_duplicates import drop_duplicates, sort_rows
from .near_duplicates import find_near_duplicates

LEVELS = ("all", "exact")
"""Which rows are one paper: near duplicates too, or only rows with one id or title."""

SAME_ID, SAME_TITLE = "same arXiv id", "same title"
MERGED_COLUMNS = (
    *("paper_id", "title", "other_title", "other_id", "source", "file", "rule", "published"),
)


@dataclass(frozen=True)
class MergedPapers:
    """Papers, one row each, and the rows they were merged from.

    Attributes
    ----------
    papers : DataFrame
        One row per paper.
    rows : DataFrame
        One row per row that was merged into another: `MERGED_COLUMNS` (`title` is the kept row's,
        `published` the merged row's own date).
    near : DataFrame
        Pairs left apart; see `NearDuplicates`.
    """

    papers: pd.DataFrame
    rows: pd.DataFrame
    near: pd.DataFrame


def merge_rows(rows: pd.DataFrame, *, level: str = "all") -> MergedPapers:
    """Reduce the rows of a snapshot to one per paper.

    Parameters
    ----------
    rows : DataFrame
        With `paper_id`, from `assign_ids`, and `file`; left unchanged.
    level : str
        One of `LEVELS`; "exact" leaves near duplicates apart.
    """
    papers = drop_duplicates(rows)
    near = find_near_duplicates(papers)
    rules = pd.Series(dtype="str")
    if level == "all" and near.same:
        rules = pd.Series({gone: rule for gone, (_, rule) in near.same.items()}, dtype="str")
        kept = {gone: keep for gone, (keep, _) in near.same.items()}
        ids = rows["paper_id"]
        rows = rows.assign(first_id=ids, paper_id=ids.map(kept).fillna(ids).astype("str"))
        papers = drop_duplicates(rows)
    return MergedPapers(papers=papers, rows=_merged_rows(rows, rules=rules), near=near.near)


def _merged_rows(rows: pd.DataFrame, *, rules: pd.Series) -> pd.DataFrame:
    repeated = rows[rows["paper_id"].duplicated(keep=False)]
    if repeated.empty:
        return pd.DataFrame(columns=list(MERGED_COLUMNS))
    ordered = sort_rows(repeated)
    kept = ordered.drop_duplicates("paper_id").set_index("paper_id")
    others = ordered[ordered["paper_id"].duplicated()]

    def of_kept(column: str) -> pd.Series:
        return kept[column].reindex(others["paper_id"]).set_axis(others.index)

    first = of_kept("arxiv_id")
    rule = pd.Series(SAME_TITLE, index=others.index, dtype="str")
    rule = rule.mask((others["arxiv_id"] == first) & first.notna(), SAME_ID)
    if "first_id" in others:
        near_rule = others["first_id"].map(rules)
        near_rule = near_rule.fillna(of_kept("first_id").map(rules))
        apart = others["first_id"] != of_kept("first_id")
        rule = rule.mask(apart, near_rule.fillna(rule))
    columns = {
        "paper_id": others["paper_id"],
        "title": of_kept("title"),
        "other_title": others["title"],
        "other_id": others["arxiv_id"].fillna(others["source_id"]),
        "source": others["source"],
        "file": others["file"],
        "rule": rule,
        "published": others["published"],
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def duplicate_summary(
    papers: pd.DataFrame, *, merged: pd.DataFrame, near: pd.DataFrame, limit: int | None = None
) -> dict[str, Any]:
    """Return what was merged, ready for JSON.

    Parameters
    ----------
    papers, merged, near : DataFrame
        As in `Snapshot`.
    limit : int, optional
        Merged records and near misses listed at most; all are counted.

    Returns
    -------
    dict
        `merged` and `near` (counts), `rules` (counts), `years` (merged records by year),
        `by_year` (from `counts_by_year`), `rows` and `near_misses`.
    """
    merged = merged[merged["paper_id"].isin(papers["paper_id"])]
    by_year = counts_by_year(papers, merged=merged)
    listed = merged.head(limit or len(merged)).drop(columns="published")
    listed = listed.assign(other_id=listed["other_id"].astype("object"))
    rows = [
        row | {"other_id": row["other_id"] if isinstance(row["other_id"], str) else None}
        for row in listed.to_dict("records")
    ]
    return {
        "merged": len(merged),
        "near": len(near),
        "rules": {str(rule): int(n) for rule, n in merged["rule"].value_counts().items()},
        "years": {str(row["year"]): row["merged"] for row in by_year if row["merged"]},
        "by_year": by_year,
        "rows": rows,
        "near_misses": near.head(limit or len(near)).to_dict("records"),
    }


def counts_by_year(papers: pd.DataFrame, *, merged: pd.DataFrame) -> list[dict[str, int]]:
    """Count each year with and without its duplicates, in the order of years.

    A merged record counts by its own date `published`, or by that of its paper if it has none;
    undated papers and their records are left out.

    Returns
    -------
    list of dict
        `year`, `records` (before merging), `merged`, `papers` (after).
    """
    dates = papers.set_index("paper_id")["published"]
    days = pd.to_datetime(merged["published"]).astype("datetime64[us]")
    days = days.fillna(merged["paper_id"].map(dates).astype("datetime64[us]"))
    columns = {"merged": days, "papers": papers["published"]}
    counts = pd.DataFrame({k: v.dropna().dt.year.value_counts() for k, v in columns.items()})
    return [
        {"year": int(year), "records": gone + left, "merged": gone, "papers": left}
        for year, gone, left in counts.fillna(0).astype("int64").sort_index().itertuples()
    ]
