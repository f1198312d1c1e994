"""What happened to clusters between two runs, in words."""

from __future__ import annotations

from typing import Any

from analysis.base.english import capital, count, listing, period_label, verb
from analysis.runs.comparison import Comparison

from ..markup import Target
from .parts import MOST_LISTED, Part, name_of, quoted, titles

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


def cluster_changes(comparison: Comparison, *, target: Target) -> Part:
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
    return Part("Clusters", (capital(text),), tuple(items))


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
    examples = titles(comparison, list(row["exemplars"])[:3], target=target)
    return text + (f" Examples: {examples}." if examples else "")
