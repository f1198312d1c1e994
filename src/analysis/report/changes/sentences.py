"""All differences between two runs in words: papers, clusters, moves, shares."""

from __future__ import annotations

import pandas as pd

from analysis.base.english import capital, count, listing, verb
from analysis.base.schema import CAUSES
from analysis.runs.comparison import Comparison

from ..markup import Target
from .clusters import cluster_changes
from .parts import MOST_LISTED, MOST_PAPERS, Part, fit_words, name_of, titles
from .shares import restated_shares, share_changes


def change_parts(comparison: Comparison, *, target: Target) -> list[Part]:
    """Describe the differences between two runs.

    Parameters
    ----------
    comparison : Comparison
    target : Target

    Returns
    -------
    list of Part
        Papers, clusters, moves, shares and restated shares; parts with nothing to say are left
        out.
    """
    parts = [
        _papers(comparison, target=target),
        cluster_changes(comparison, target=target),
        _moves(comparison, target=target),
        share_changes(comparison, target=target),
        restated_shares(comparison, target=target),
    ]
    return [part for part in parts if part.text or part.items]


def _papers(comparison: Comparison, *, target: Target) -> Part:
    papers = comparison.papers
    first = _numbers_of_papers(comparison, target=target)
    if n := len(papers.unlisted):
        first += (
            f" {capital(count(n, 'paper'))} that the older snapshot listed "
            f"{verb(n, 'is', 'are')} not in the newer one; {verb(n, 'it stays', 'they stay')} in "
            "the run."
        )
    lists = {
        "Added": papers.added if len(papers.added) <= MOST_PAPERS else [],
        "Gone": papers.gone,
        "Revised": papers.revised,
    }
    items = [
        f"{name}: {titles(comparison, ids, target=target)}." for name, ids in lists.items() if ids
    ]
    notes = [target.text(note) for note in comparison.notes]
    return Part("Papers", (first, *notes), tuple(items))


def _numbers_of_papers(comparison: Comparison, *, target: Target) -> str:
    papers = comparison.papers
    old, new = target.text(comparison.old), target.text(comparison.new)
    holds = f"Run {new} holds {count(comparison.n_new, 'paper')}"
    added, gone, revised = (len(ids) for ids in (papers.added, papers.gone, papers.revised))
    if not comparison.whole:
        return f"{holds}; {added or 'none'} of them {verb(added, 'was', 'were')} not in run {old}."
    both = len(papers.both)
    return (
        f"{holds}, run {old} held {comparison.n_old:,}; "
        f"{count(both, 'paper')} {verb(both, 'is', 'are')} in both. "
        f"{capital(count(added, 'paper'))} {verb(added, 'was', 'were')} added, "
        f"{gone or 'none'} {verb(gone, 'is', 'are')} gone, and "
        f"{revised or 'none'} {verb(revised, 'has', 'have')} a different text or date."
    )


def _moves(comparison: Comparison, *, target: Target) -> Part:
    lines, items = _topic_moves(comparison), []
    both = len(comparison.papers.both)
    moves = comparison.moves[comparison.moves["kind"] == "cluster"]
    if len(moves):
        n = len(moves)
        lines.append(
            f"{capital(count(n, 'paper'))} of the {both:,} in both {verb(n, 'is', 'are')} in "
            f"another cluster: {_by_cause(moves, fit=fit_words(comparison))}."
        )
        flows = moves.groupby(["from_id", "to_id"]).size()
        flows = flows.sort_values(ascending=False, kind="stable").head(MOST_LISTED)
        for pair, k in flows.items():
            a, b = (name_of(comparison, "cluster", i, target=target) for i in pair)
            items.append(f"From {a} to {b}: {count(int(k), 'paper')}.")
    elif comparison.ids == "same":
        lines.append(f"All {count(both, 'paper')} in both kept their cluster.")
    return Part("Papers that moved", tuple(lines), tuple(items))


def _topic_moves(comparison: Comparison) -> list[str]:
    topics = comparison.moves[comparison.moves["kind"] == "topic"]
    if topics.empty:
        return []
    joined = int((topics["to_id"] != "").sum())
    why = _by_cause(topics, fit="because topics are recognised again in each run")
    return [
        f"Among the papers in both, there {verb(joined, 'is', 'are')} "
        f"{count(joined, 'new topic membership')} and "
        f"{count(len(topics) - joined, 'lost one')}: {why}."
    ]


def _by_cause(moves: pd.DataFrame, *, fit: str) -> str:
    words = {
        "override": "by a manual decision",
        "definition": "by another definition of the topic",
        "revised": "after their text or date was revised",
        "refit": fit,
    }
    sizes = moves["cause"].value_counts()
    if len(sizes) == 1:
        return f"{'all ' if len(moves) > 1 else ''}{words[sizes.index[0]]}"
    return listing([f"{sizes[cause]:,} {words[cause]}" for cause in CAUSES if cause in sizes])
