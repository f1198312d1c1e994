"""The papers of two runs: shared, added, gone and revised."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from analysis.papers.same_paper import match_papers

if TYPE_CHECKING:
    from .run import Run


class PaperChanges(NamedTuple):
    """Ids of papers by what happened to them, sorted; those of the new run except for `gone`.

    `revised` papers are in both runs with a different text (title or abstract) or date, `unlisted`
    ones are in both but only the old run's snapshot lists them.
    """

    both: list[str]
    added: list[str]
    gone: list[str]
    revised: list[str]
    unlisted: list[str]


def same_papers(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    """Find the papers that two runs share.

    The rule is that of `papers.same_paper`: by id, then by alias, then by title; two papers with
    different arXiv ids are never one.

    Parameters
    ----------
    old, new : DataFrame
        Tables `papers`.

    Returns
    -------
    dict of str to str
        Id in the old run to id in the new one, one to one.
    """
    rows = match_papers(old, new, ids_are_kept=True).rows
    before, after = old["paper_id"].tolist(), new["paper_id"].tolist()
    return {before[k]: after[row] for row, k in rows.items()}


def rename_ids(ids: pd.Series, *, same: dict[str, str]) -> pd.Series:
    """Return ids of the old run as they are in the new one; those of gone papers are unchanged."""
    other = {old: new for old, new in same.items() if old != new}
    return ids.map(lambda name: other.get(name, name)).astype("str") if other else ids


def revised_papers(
    old: pd.DataFrame, new: pd.DataFrame, *, same: dict[str, str], day: str = "published"
) -> set[str]:
    """Return the ids, as in the new run, of papers whose text or date differs.

    Parameters
    ----------
    old, new : DataFrame
        Tables `papers`.
    same : dict of str to str
        From `same_papers`.
    day : str
        The column whose date counts: "published" or "listed".
    """
    columns = ["text_hash", day]
    before = old[old["paper_id"].isin(same)].set_index("paper_id")[columns].rename(index=same)
    after = new.set_index("paper_id")[columns].loc[before.index]
    same_values = (before == after) | (before.isna() & after.isna())
    return set(before.index[~same_values.all(axis=1)])


def with_first_runs(papers: pd.DataFrame, *, before: pd.DataFrame) -> pd.DataFrame:
    """Return `papers` with the earlier run's `first_run` for the papers that it knows.

    Parameters
    ----------
    papers, before : DataFrame
        Tables `papers` of a run and of an earlier one.
    """
    same = same_papers(before, papers)
    runs = dict(zip(before["paper_id"], before["first_run"], strict=True))
    first = {new: runs[old] for old, new in same.items()}
    seen = papers["paper_id"].map(first).astype("str")  # all null where no paper is in both
    return papers.assign(first_run=seen.fillna(papers["first_run"]))


def paper_changes(old: Run, new: Run) -> PaperChanges:
    """List the papers added, gone, revised and no longer listed from one run to another."""
    same = same_papers(old.papers, new.papers)
    listed = dict(zip(new.papers["paper_id"], new.papers["in_snapshot"], strict=True))
    were = old.papers[old.papers["in_snapshot"] & old.papers["paper_id"].isin(same)]
    return PaperChanges(
        both=sorted(same.values()),
        added=sorted(set(new.papers["paper_id"]) - set(same.values())),
        gone=sorted(set(old.papers["paper_id"]) - set(same)),
        revised=sorted(revised_papers(old.papers, new.papers, same=same)),
        unlisted=sorted(same[i] for i in were["paper_id"] if not listed[same[i]]),
    )
