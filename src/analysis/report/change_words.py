"""What differs between two runs in words, for whatever target: terminal, page or notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from ..comparing import Comparison, has_left
from ..schema import CAUSES
from ..text import first_lines
from ..views import period_label
from .change_shares import changed_most, decimal
from .words import capital, count, listing, verb

MOST_PAPERS = 5
MOST_LISTED = 5
MOST_RESTATED = 8
_LONG_TITLE = 120
_EVENTS = {
    "born": "born", "split": "split off", "merged": "merged into another", "dormant": "dormant",
    "retired": "retired", "revived": "revived",
}  # fmt: skip


class Target(NamedTuple):
    """How a place shows a text of the input, and a paper's title with its address."""

    text: Callable[[str], str]
    paper: Callable[[str, object], str]


class Part(NamedTuple):
    """A heading, paragraphs and a list; all of it escaped for the target."""

    title: str
    text: tuple[str, ...]
    items: tuple[str, ...] = ()


def change_parts(found: Comparison, *, target: Target) -> list[Part]:
    """Tell what differs between two runs.

    Parameters
    ----------
    found : Comparison
    target : Target

    Returns
    -------
    list of Part
        Papers, clusters, moves, shares and reported shares; parts with nothing to say are left
        out.
    """
    parts = [
        _papers(found, target=target),
        _clusters(found, target=target),
        _moves(found, target=target),
        _shares(found, target=target),
        _restated(found, target=target),
    ]
    return [part for part in parts if part.text or part.items]


def name_of(found: Comparison, kind: str, group_id: str, *, target: Target) -> str:
    """Return a group's label in quotation marks, its id where it has none."""
    return f"“{target.text(str(found.labels.get((kind, group_id), group_id)))}”"


def _papers(found: Comparison, *, target: Target) -> Part:
    papers = found.papers
    old, new = target.text(found.old), target.text(found.new)
    n_added = len(papers.added)
    if found.whole:
        first = (
            f"Run {new} holds {count(found.n_new, 'paper')}, run {old} held {found.n_old:,}; "
            f"{count(len(papers.both), 'paper')} {verb(len(papers.both), 'is', 'are')} in both. "
            f"{capital(count(n_added, 'paper'))} {verb(n_added, 'was', 'were')} added, "
            f"{len(papers.gone) or 'none'} {verb(len(papers.gone), 'is', 'are')} gone, and "
            f"{len(papers.revised) or 'none'} {verb(len(papers.revised), 'has', 'have')} another "
            "text or date."
        )
    else:
        first = (
            f"Run {new} holds {count(found.n_new, 'paper')}; {n_added or 'none'} of them "
            f"{verb(n_added, 'was', 'were')} not there in run {old}."
        )
    if n := len(papers.unlisted):
        first += (
            f" {capital(count(n, 'paper'))} that the older snapshot listed "
            f"{verb(n, 'is', 'are')} not in the newer one; {verb(n, 'it stays', 'they stay')}."
        )
    named = {
        "Added": papers.added if n_added <= MOST_PAPERS else [],
        "Gone": papers.gone,
        "Revised" if found.whole else "Revised and moved": papers.revised,
    }
    items = [f"{what}: {_titles(found, ids, target=target)}." for what, ids in named.items() if ids]
    notes = [target.text(note) for note in found.notes]
    return Part("Papers", (first, *notes), tuple(items))


def _titles(found: Comparison, ids: Sequence[str], *, target: Target) -> str:
    known = [i for i in ids if i in found.titles.index]
    rows = found.titles.loc[known[:MOST_PAPERS]]
    names = [
        target.paper(first_lines(str(title), limit=_LONG_TITLE), url)
        for title, url in zip(rows["title"], rows["url"], strict=True)
    ]
    more = len(ids) - len(names)
    return listing([*names, f"{more:,} more"] if more > 0 else names)


def _clusters(found: Comparison, *, target: Target) -> Part:
    if found.ids == "none":
        return Part("Clusters", ("Clusters are not compared: one of the runs has none.",))
    if found.ids == "other":
        return _other_clusters(found, target=target)
    events = found.lineage
    events = events[~((events["event"] == "split")
                      & (events["group_id"] == events["previous_group_id"]))]  # fmt: skip
    sizes = events["event"].value_counts()
    counts = [f"{sizes[event]:,} {words}" for event, words in _EVENTS.items() if event in sizes]
    n = int(sum(sizes))
    first = f"{listing(counts)}." if n else "No cluster was born, split, merged or went dormant."
    fit = (
        ["They were found by a fit of the new run's own and matched to those before, so that ids "
         "and names carry on where the groups do."] if found.fresh else []
    )  # fmt: skip
    items = [_event(found, row, target=target) for row in events.itertuples()]
    return Part("Clusters", (" ".join([capital(first), *fit]),), tuple(items))


def _other_clusters(found: Comparison, *, target: Target) -> Part:
    text = (
        "The clusters of the two runs come from two fits (a refit), and nothing records which is "
        "which: the same id, or the same name, need not mean the same group. So no cluster is said "
        "to be born or gone, and shares are compared by topic alone. Where the papers of the "
        "largest clusters were before:"
    )
    items = [
        f"“{target.text(row.label)}” ({count(row.n_papers, 'paper')}): of the {row.n_shared:,} "
        f"that were there before, {row.n_from:,} {verb(row.n_from, 'was', 'were')} in "
        f"“{target.text(row.old_label)}”."
        for row in found.old_homes.head(MOST_LISTED).itertuples()
    ]
    return Part("Clusters", (text,), tuple(items))


def _event(found: Comparison, row: tuple, *, target: Target) -> str:
    name = name_of(found, "cluster", row.group_id, target=target)
    before = row.previous_group_id if isinstance(row.previous_group_id, str) else ""
    other = name_of(found, "cluster", before, target=target)
    code = target.text(row.group_id)
    if row.event == "born":
        return f"Born: {name} ({code}){_about(found, row.group_id, target=target)}"
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
    if row["nearest_id"]:
        near = name_of(found, row["nearest_kind"], row["nearest_id"], target=target)
        value = f"{row['similarity']:.2f}".replace("-", "−")
        said += f" Nearest known group: the {row['nearest_kind']} {near} (similarity {value})."
    ids = list(row["exemplars"])[:3]
    return said + (f" Such as {_titles(found, ids, target=target)}." if ids else "")


def _moves(found: Comparison, *, target: Target) -> Part:
    lines, items = [], []
    both = len(found.papers.both)
    ours = found.moves[found.moves["kind"] == "cluster"]
    if len(ours):
        n = len(ours)
        lines.append(
            f"{capital(count(n, 'paper'))} of the {both:,} in both {verb(n, 'is', 'are')} in "
            f"another cluster: {_by_cause(ours, fit=_fit(found))}."
        )
        flows = ours.groupby(["from_id", "to_id"]).size().sort_values(
            ascending=False, kind="stable"
        )  # fmt: skip
        items = [
            f"From {name_of(found, 'cluster', a, target=target)} to "
            f"{name_of(found, 'cluster', b, target=target)}: {count(int(k), 'paper')}."
            for (a, b), k in flows.head(MOST_LISTED).items()
        ]
    elif found.ids == "same":
        lines.append(f"All {count(both, 'paper')} in both kept their cluster.")
    topics = found.moves[found.moves["kind"] == "topic"]
    if len(topics):
        came = int((topics["to_id"] != "").sum())
        lines.append(
            f"Papers in both came into a topic {_times(came)} and went out of one "
            f"{_times(len(topics) - came)}: "
            f"{_by_cause(topics, fit='as topics are recognised anew in each run')}."
        )
    return Part("Papers that moved", tuple(lines), tuple(items))


def _times(n: int) -> str:
    return {0: "not once", 1: "once"}.get(n, f"{n:,} times")


def _fit(found: Comparison) -> str:
    return "by a fresh fit" if found.fresh else "by births, splits and merges"


def _by_cause(moves: pd.DataFrame, *, fit: str) -> str:
    words = {
        "override": "by a decision by hand", "definition": "by another definition of the topic",
        "revised": "after their text or date was revised", "refit": fit,
    }  # fmt: skip
    sizes = moves["cause"].value_counts()
    return listing([f"{sizes[c]:,} {words.get(c, c)}" for c in CAUSES if c in sizes])


def _shares(found: Comparison, *, target: Target) -> Part:
    table = found.changes
    if table.empty:
        return Part("Shares", ())
    old, new = (int(table[f"n_total_{side}"].iloc[0]) for side in ("old", "new"))
    if not old or not new:
        return Part("Shares", ("There are no shares to compare: one run has no dated paper.",))
    names = target.text(found.old), target.text(found.new)
    text = (
        f"Shares are of the papers with a date, all periods together: {old:,} in run {names[0]}, "
        f"{new:,} in run {names[1]}."
    )
    items = changed_most(
        table, fit=_fit(found), name=lambda k, g: name_of(found, k, g, target=target)
    )
    most = " Those that changed most:" if items else " No share differs by .1 percentage points."
    return Part("Shares that changed most", (text + most,), tuple(items))


def _restated(found: Comparison, *, target: Target) -> Part:
    table, title = found.restated, "Shares reported before"
    if all(found.freqs) and found.freqs[0] != found.freqs[1]:
        text = (
            f"Run {target.text(found.old)} counts by {found.freqs[0]}, run "
            f"{target.text(found.new)} by {found.freqs[1]}: what was reported by period cannot be "
            "set beside it."
        )
        return Part(title, (text,))
    if table.empty:
        return Part(title, ())
    left = table[has_left(table)]
    runs = [target.text(name) for name in sorted(set(table["run"]))]
    who = f"run {runs[0]}" if len(runs) == 1 else f"{len(runs):,} earlier runs"
    shares = f"{len(table):,} {verb(len(table), 'share', 'shares')} by period that {who} reported"
    if left.empty:
        return Part(title, (f"Of {shares}, none lies outside its 95 % interval now.",))
    n = len(left)
    text = (
        f"Warning: of {shares}, {n:,} {verb(n, 'lies', 'lie')} outside "
        f"{verb(n, 'its', 'their')} 95 % interval now. Periods that were not over then fill up "
        "later; for the others, what was said then rests on other papers than are known now."
    )
    below, above = left["share_then_low"] - left["share_now"], left["share_now"] - left[
        "share_then_high"]  # fmt: skip
    far = pd.concat([below, above], axis=1).max(axis=1).sort_values(ascending=False, kind="stable")
    items = [_warning(found, left.loc[i], target=target) for i in far.index[:MOST_RESTATED]]
    more = [f"And {n - len(items):,} more, in tables/restated.csv."] if n > len(items) else []
    return Part(title, (text,), (*items, *more))


def _warning(found: Comparison, row: pd.Series, *, target: Target) -> str:
    name = name_of(found, row["kind"], row["group_id"], target=target)
    when = period_label(row["period"], freq=found.freqs[1])
    then, low, high, now = (
        decimal(100 * row[column])
        for column in ("share_then", "share_then_low", "share_then_high", "share_now")
    )
    return (
        f"{capital(row['kind'])} {name} in {when}: {then} % ({low} to {high}) in run "
        f"{target.text(row['run'])}, now {now} %."
    )
