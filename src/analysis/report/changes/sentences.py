"""What differs between two runs in words, for whatever target: terminal, page or notebook."""

from __future__ import annotations

import pandas as pd

from analysis.base.english import capital, count, listing, verb
from analysis.base.schema import CAUSES
from analysis.runs.compare import Comparison

from .basics import MOST_LISTED, MOST_PAPERS, Part, Target, fit_words, name_of, titles
from .clusters import clusters
from .history import reported
from .shares import changed_most


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
        clusters(found, target=target),
        _moves(found, target=target),
        _shares(found, target=target),
        reported(found, target=target),
    ]
    return [part for part in parts if part.text or part.items]


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
        "Revised": papers.revised,
    }
    items = [f"{what}: {titles(found, ids, target=target)}." for what, ids in named.items() if ids]
    notes = [target.text(note) for note in found.notes]
    return Part("Papers", (first, *notes), tuple(items))


def _moves(found: Comparison, *, target: Target) -> Part:
    lines, items = _topic_moves(found), []
    both = len(found.papers.both)
    ours = found.moves[found.moves["kind"] == "cluster"]
    if len(ours):
        n = len(ours)
        lines.append(
            f"{capital(count(n, 'paper'))} of the {both:,} in both {verb(n, 'is', 'are')} in "
            f"another cluster: {_by_cause(ours, fit=fit_words(found))}."
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
    return Part("Papers that moved", tuple(lines), tuple(items))


def _topic_moves(found: Comparison) -> list[str]:
    topics = found.moves[found.moves["kind"] == "topic"]
    if topics.empty:
        return []
    came = int((topics["to_id"] != "").sum())
    return [
        f"Papers in both came into a topic {_times(came)} and went out of one "
        f"{_times(len(topics) - came)}: "
        f"{_by_cause(topics, fit='as topics are recognised anew in each run')}."
    ]


def _times(n: int) -> str:
    return {0: "not once", 1: "once"}.get(n, f"{n:,} times")


def _by_cause(moves: pd.DataFrame, *, fit: str) -> str:
    words = {
        "override": "by a decision by hand", "definition": "by another definition of the topic",
        "revised": "after their text or date was revised", "refit": fit,
    }  # fmt: skip
    sizes = moves["cause"].value_counts()
    if len(sizes) == 1:
        return f"{'all ' if len(moves) > 1 else ''}{words[sizes.index[0]]}"
    return listing([f"{sizes[cause]:,} {words[cause]}" for cause in CAUSES if cause in sizes])


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
        table, fit=fit_words(found), name=lambda k, g: name_of(found, k, g, target=target)
    )
    most = " Those that changed most:" if items else " No share differs by .1 percentage points."
    return Part("Shares that changed most", (text + most,), tuple(items))
