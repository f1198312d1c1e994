"""Rows to papers: ids, duplicates, and the list of what was merged and what was nearly."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .exact import drop_duplicates, in_order
from .near import alike

LEVELS = ("all", "exact")
"""Which rows are one paper: also those nearly alike, or only those of one id or title."""

SAME_ID, SAME_TITLE = "same arXiv id", "same title"
MERGED_COLUMNS = (
    "paper_id", "title", "other_title", "other_id", "source", "file", "rule", "published",
)  # fmt: skip


@dataclass(frozen=True)
class Merged:
    """Papers, one row each, and how they came about.

    Attributes
    ----------
    papers : DataFrame
        One row a paper.
    rows : DataFrame
        One row a row that was merged into another: `MERGED_COLUMNS` (`title` is the kept row's,
        `published` the merged row's own date).
    near : DataFrame
        Pairs left apart; see `alike.Alike`.
    """

    papers: pd.DataFrame
    rows: pd.DataFrame
    near: pd.DataFrame


def merge_rows(rows: pd.DataFrame, *, level: str = "all") -> Merged:
    """Make one row a paper.

    Parameters
    ----------
    rows : DataFrame
        With `paper_id`, from `merge.assign_ids`, and `file`; left unchanged.
    level : str
        One of `LEVELS`. "exact" undoes what "all" merges.

    Returns
    -------
    Merged
    """
    papers = drop_duplicates(rows)
    found = alike(papers)
    rules = pd.Series(dtype="str")
    if level == "all" and found.same:
        rules = pd.Series({gone: rule for gone, (_, rule) in found.same.items()}, dtype="str")
        kept = {gone: keep for gone, (keep, _) in found.same.items()}
        ids = rows["paper_id"]
        rows = rows.assign(first_id=ids, paper_id=ids.map(kept).fillna(ids).astype("str"))
        papers = drop_duplicates(rows)
    return Merged(papers=papers, rows=_merged(rows, rules=rules), near=found.near)


def _merged(rows: pd.DataFrame, *, rules: pd.Series) -> pd.DataFrame:
    repeated = rows[rows["paper_id"].duplicated(keep=False)]
    if repeated.empty:
        return pd.DataFrame(columns=list(MERGED_COLUMNS))
    ordered = in_order(repeated)
    kept = ordered.drop_duplicates("paper_id").set_index("paper_id")
    others = ordered[ordered["paper_id"].duplicated()]
    ids = others["arxiv_id"].fillna(others["source_id"])
    first = kept["arxiv_id"].reindex(others["paper_id"]).set_axis(others.index)
    rule = pd.Series(SAME_TITLE, index=others.index, dtype="str")
    rule = rule.mask((others["arxiv_id"] == first) & first.notna(), SAME_ID)
    if "first_id" in others:
        told = others["first_id"].map(rules)
        kept_rule = kept["first_id"].map(rules).reindex(others["paper_id"]).set_axis(others.index)
        apart = others["first_id"] != kept["first_id"].reindex(others["paper_id"]).to_numpy()
        rule = rule.mask(apart, told.fillna(kept_rule).fillna(rule))
    columns = {
        "paper_id": others["paper_id"],
        "title": kept["title"].reindex(others["paper_id"]).set_axis(others.index),
        "other_title": others["title"],
        "other_id": ids,
        "source": others["source"],
        "file": others["file"],
        "rule": rule,
        "published": others["published"],
    }
    return pd.DataFrame(columns).reset_index(drop=True)
