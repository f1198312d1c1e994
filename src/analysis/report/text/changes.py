"""All differences between two runs in words: papers, clusters, moves, shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.base.english import capital, count, listing, period_label, verb
from analysis.base.escaping import first_lines
from analysis.base.schema import CAUSES
from analysis.runs.comparison import Comparison

from ..markup import Part, Target
from .share_changes import fit_words, name_of, quoted, restated_shares, share_changes

MOST_PAPERS = 5
MOST_LISTED = 5
_LONG_TITLE = 120
MOST_EVENTS = 10
_EVENTS = {
    "born": "born",
    "split": "split off",
    "merged": "merged into another",
    "dormant": "dormant",
    "retired": "retired",
    "revived": "revived",
}
_NO_EVENT = "No cluster was born, split, merged or went dormant."


def change_parts(comparison: Comparison, *, target: Target) -> list[Part]:
    """Return what differs in papers, clusters, moves and shares, without the empty parts."""
    parts = [
        _papers(comparison, target=target),
        _clusters(comparison, target=target),
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
        f"{name}: {_titles(comparison, ids, target=target)}." for name, ids in lists.items() if ids
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


def _clusters(comparison: Comparison, *, target: Target) -> Part:
    """Return which clusters were born, split, merged and so on, or why that is not known."""
    if comparison.ids == "none":
        return Part("Clusters", ("Clusters are not compared: one of the runs has none.",))
    if comparison.ids == "other":
        return _unrelated_clusters(comparison, target=target)
    events = comparison.lineage
    sizes = events["event"].value_counts()
    counts = [f"{sizes[event]:,} {words}" for event, words in _EVENTS.items() if event in sizes]
    text = f"{listing(counts)}." if counts else _NO_EVENT
    if comparison.fresh:
        text += (
            " The clusters of the new run come from a fresh fit and were matched to the previous "
            "ones, so that ids and labels persist if the groups do."
        )
    items = []
    for event in _EVENTS:
        rows = list(events[events["event"] == event].itertuples())
        items += [_event(comparison, row, target=target) for row in rows[:MOST_EVENTS]]
        if more := len(rows) - min(len(rows), MOST_EVENTS):
            items.append(f"And {more:,} more {_EVENTS[event]}.")
    items += _renamed(comparison, target=target)
    return Part("Clusters", (capital(text),), tuple(items))


def _renamed(comparison: Comparison, *, target: Target) -> list[str]:
    """Return the clusters with another label: the former name, the new one, and who gave it."""
    rows = list(comparison.renamed.itertuples())
    items = [
        f"Renamed{' by hand' if row.by_hand else ''}: {quoted(row.old_label, target=target)} is "
        f"now {quoted(row.new_label, target=target)} ({target.text(row.group_id)})."
        for row in rows[:MOST_EVENTS]
    ]
    more = len(rows) - len(items)
    return [*items, f"And {more:,} more renamed."] if more else items


def _unrelated_clusters(comparison: Comparison, *, target: Target) -> Part:
    text = (
        "The clusters of the two runs come from separate fits, and nothing records which cluster "
        "corresponds to which: the same id or label need not mean the same group. Births and "
        "losses of clusters are therefore not reported, and only topic shares are compared. "
        "Previous clusters of the papers in the largest clusters:"
    )
    items = [
        f"{quoted(row.label, target=target)} ({count(row.n_papers, 'paper')}): of the "
        f"{row.n_shared:,} that {verb(row.n_shared, 'was', 'were')} there before, {row.n_from:,} "
        f"{verb(row.n_from, 'was', 'were')} in {quoted(row.old_label, target=target)}."
        for row in comparison.old_homes.head(MOST_LISTED).itertuples()
    ]
    return Part("Clusters", (text,), tuple(items))


def _event(comparison: Comparison, row: Any, *, target: Target) -> str:
    name = name_of(comparison, "cluster", row.group_id, target=target)
    before = row.previous_group_id if isinstance(row.previous_group_id, str) else ""
    other = name_of(comparison, "cluster", before, target=target)
    code = target.text(row.group_id)
    if row.event == "born":
        about = _about(comparison, row.group_id, target=target)
        known = before and row.n_shared
        came = f" Of its older papers, {row.n_shared:,} were in {other}." if known else ""
        return f"Born: {name} ({code}){about}{came}"
    if row.event == "split":
        about = _about(comparison, row.group_id, target=target)
        return f"Split: {name} ({code}) split off from {other}{about}"
    if row.event == "merged":
        shared = count(row.n_shared, "paper")
        return f"Merged: {other} is now part of {name}, with {shared}."
    if row.event == "dormant":
        return f"Dormant: {name} had no papers in the last periods, though its rate predicts some."
    if row.event == "retired":
        return f"Retired: {name} ({code}); its id is not used again."
    return f"{capital(row.event)}: {name} has new papers again."


def _about(comparison: Comparison, group_id: str, *, target: Target) -> str:
    """Return the size and growth of a new cluster, the nearest known group and examples."""
    rows = comparison.born[comparison.born["group_id"] == group_id]
    if rows.empty:
        return "."
    row = rows.iloc[0]
    n, added = int(row["n_papers"]), int(row["n_added"])
    text = f": {count(n, 'paper')}, {added or 'none'} of them added."
    if row["growth"]:
        numbers = [
            f"{k:,} in {period_label(period, freq=comparison.freqs[1])}"
            for period, k in row["growth"]
        ]
        text += f" Papers: {listing(numbers)}."
    if row["similarity"] <= 0:
        text += " No known group is near."
    elif row["nearest_id"]:
        near = name_of(comparison, row["nearest_kind"], row["nearest_id"], target=target)
        value = f"similarity {row['similarity']:.2f}"
        text += f" Nearest known group: the {row['nearest_kind']} {near} ({value})."
    examples = _titles(comparison, list(row["exemplars"])[:3], target=target)
    return text + (f" Examples: {examples}." if examples else "")


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


def _titles(comparison: Comparison, ids: Sequence[str], *, target: Target) -> str:
    """Return the titles of the first few papers, and how many more there are."""
    known = [i for i in ids if i in comparison.titles.index]
    rows = comparison.titles.loc[known[:MOST_PAPERS]]
    names = [
        target.paper(first_lines(str(title), limit=_LONG_TITLE), url)
        for title, url in zip(rows["title"], rows["url"], strict=True)
    ]
    more = len(ids) - len(names)
    return listing([*names, f"{more:,} more"] if more > 0 else names)
