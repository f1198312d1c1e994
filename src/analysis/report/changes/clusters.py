"""What happened to clusters between two runs, in words."""

from __future__ import annotations

from analysis.base.english import capital, count, listing, verb
from analysis.figures.frames import period_label
from analysis.runs.compare import Comparison

from .basics import MOST_LISTED, Part, Target, name_of, quoted, titles

MOST_EVENTS = 10
_EVENTS = {
    "born": "born", "split": "split off", "merged": "merged into another", "dormant": "dormant",
    "retired": "retired", "revived": "revived",
}  # fmt: skip


def clusters(found: Comparison, *, target: Target) -> Part:
    """Return what was born, split, merged and so on, or why nothing can be said of it."""
    if found.ids == "none":
        return Part("Clusters", ("Clusters are not compared: one of the runs has none.",))
    if found.ids == "other":
        return _other_clusters(found, target=target)
    events = found.lineage
    sizes = events["event"].value_counts()
    counts = [f"{sizes[event]:,} {words}" for event, words in _EVENTS.items() if event in sizes]
    n = int(sum(sizes))
    first = f"{listing(counts)}." if n else "No cluster was born, split, merged or went dormant."
    fit = (
        ["They were found by a fit of the new run's own and matched to those before, so that ids "
         "and names carry on where the groups do."] if found.fresh else []
    )  # fmt: skip
    items = []
    for event in _EVENTS:
        rows = list(events[events["event"] == event].itertuples())
        items += [_event(found, row, target=target) for row in rows[:MOST_EVENTS]]
        if more := len(rows) - min(len(rows), MOST_EVENTS):
            items.append(f"And {more:,} more {_EVENTS[event]}.")
    return Part("Clusters", (" ".join([capital(first), *fit]),), tuple(items))


def _other_clusters(found: Comparison, *, target: Target) -> Part:
    text = (
        "The clusters of the two runs come from two fits (a refit), and nothing records which is "
        "which: the same id, or the same name, need not mean the same group. So no cluster is said "
        "to be born or gone, and shares are compared by topic alone. Where the papers of the "
        "largest clusters were before:"
    )
    items = [
        f"{quoted(row.label, target=target)} ({count(row.n_papers, 'paper')}): of the "
        f"{row.n_shared:,} that {verb(row.n_shared, 'was', 'were')} there before, {row.n_from:,} "
        f"{verb(row.n_from, 'was', 'were')} in {quoted(row.old_label, target=target)}."
        for row in found.old_homes.head(MOST_LISTED).itertuples()
    ]
    return Part("Clusters", (text,), tuple(items))


def _event(found: Comparison, row: tuple, *, target: Target) -> str:
    name = name_of(found, "cluster", row.group_id, target=target)
    before = row.previous_group_id if isinstance(row.previous_group_id, str) else ""
    other = name_of(found, "cluster", before, target=target)
    code = target.text(row.group_id)
    if row.event == "born":
        about = _about(found, row.group_id, target=target)
        came = (
            f" Of its older papers {row.n_shared:,} were in {other}."
            if before and row.n_shared
            else ""
        )
        return f"Born: {name} ({code}){about}{came}"
    if row.event == "split":
        about = _about(found, row.group_id, target=target)
        return f"Split: {name} ({code}) came out of {other}{about}"
    if row.event == "merged":
        shared = count(row.n_shared, "paper")
        return f"Merged: {other} is now part of {name}, {shared} of it."
    if row.event == "dormant":
        return f"Dormant: {name} had no paper in the last periods, where its rate would give some."
    if row.event == "retired":
        return f"Retired: {name} ({code}); its id is not used again."
    return f"{capital(row.event)}: {name} has new papers again."


def _about(found: Comparison, group_id: str, *, target: Target) -> str:
    """Say how large a new cluster is, how it grew, what is near and what stands for it."""
    rows = found.born[found.born["group_id"] == group_id]
    if rows.empty:
        return "."
    row = rows.iloc[0]
    n, added = int(row["n_papers"]), int(row["n_added"])
    said = f": {count(n, 'paper')}, {added or 'none'} of them added."
    if row["growth"]:
        names = [period_label(period, freq=found.freqs[1]) for period, _ in row["growth"]]
        numbers = [f"{k:,} in {name}" for name, (_, k) in zip(names, row["growth"], strict=True)]
        said += f" Papers: {listing(numbers)}."
    if row["similarity"] <= 0:
        said += " No known group is near."
    elif row["nearest_id"]:
        near = name_of(found, row["nearest_kind"], row["nearest_id"], target=target)
        value = f"similarity {row['similarity']:.2f}"
        said += f" Nearest known group: the {row['nearest_kind']} {near} ({value})."
    ids = list(row["exemplars"])[:3]
    return said + (f" Such as {titles(found, ids, target=target)}." if ids else "")
