"""Changes of shares between two runs in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.base.english import capital, count, listing, period_label, verb
from analysis.base.escaping import first_lines
from analysis.runs.comparison import Comparison
from analysis.runs.shares import has_left, printed_change, share_change

from ..findings.numbers import signed
from ..markup import Part, Target

_LONG_LABEL = 80
MOST_GROUPS = 5
MOST_RESTATED = 8
_TAILS = {
    "override": "by manual decisions",
    "definition": "by another definition",
    "revised": "by revised texts or dates",
}


def name_of(comparison: Comparison, kind: str, group_id: str, *, target: Target) -> str:
    """Return a group's label in quotation marks, its id if it has none."""
    return quoted(str(comparison.labels.get((kind, group_id), group_id)), target=target)


def quoted(label: str, *, target: Target) -> str:
    """Return a label in quotation marks, cut if it is very long."""
    return f"“{target.text(first_lines(label, limit=_LONG_LABEL))}”"


def fit_words(comparison: Comparison) -> str:
    """Return what reassigned papers to clusters: a fresh fit, or the events of the lineage."""
    return "by a fresh fit" if comparison.fresh else "by births, splits and mergers"


def share_changes(comparison: Comparison, *, target: Target) -> Part:
    """Return the shares that changed most, or why shares cannot be compared."""
    table = comparison.changes
    if table.empty:
        return Part("Shares", ())
    old, new = (int(table[f"n_total_{side}"].iloc[0]) for side in ("old", "new"))
    if not old or not new:
        return Part("Shares", ("There are no shares to compare: one run has no dated paper.",))
    text = (
        f"Shares are relative to the papers with a date, over all periods: {old:,} in run "
        f"{target.text(comparison.old)}, {new:,} in run {target.text(comparison.new)}."
    )
    items = changed_most(
        table,
        fit=fit_words(comparison),
        name=lambda kind, group_id: name_of(comparison, kind, group_id, target=target),
    )
    most = "The largest changes:" if items else "No share differs by 0.1 percentage points."
    return Part("Shares that changed most", (f"{text} {most}",), tuple(items))


def changed_most(
    changes: pd.DataFrame, *, fit: str, name: Callable[[str, str], str], most: int = MOST_GROUPS
) -> list[str]:
    """Return a sentence for each of the groups whose share changed most, topics first.

    Parameters
    ----------
    changes : DataFrame
        Table `changes`.
    fit : str
        The words for a refit of clusters, such as "by a fresh fit".
    name : function of kind and group id
        Returns the group's name, escaped.
    most : int
        Groups of each kind; those whose share is the same as printed are left out.
    """
    sentences = []
    for kind in ("topic", "cluster"):
        rows = changes[changes["kind"] == kind].to_dict("records")
        rows = sorted(rows, key=lambda row: (-abs(share_change(row) or 0), row["group_id"]))
        words = [change_words(row, name=name(kind, row["group_id"]), fit=fit) for row in rows]
        sentences += [each for each in words if each][:most]
    return sentences


def change_words(row: Mapping[Any, Any], *, name: str, fit: str) -> str:
    """Return how one group's share changed and why; empty if it is the same as printed.

    `row` is one of table `changes`, `name` the group's, escaped; `fit` is as in `changed_most`.
    """
    change = printed_change(row)
    if change is None or not change.change:
        return ""
    # Topics are recognised again in every run, from all its papers.
    tails = {**_TAILS, "refit": fit if row["kind"] == "cluster" else "as recognised again"}
    parts = [
        f"{signed(value)} from {_papers(cause, int(row[cause]), tail=tails.get(cause, ''))}"
        for cause, value in change.parts.items()
        if cause != "total" and row[cause]
    ]
    old, new = int(row["n_total_old"]), int(row["n_total_new"])
    if change.parts["total"]:
        more = f"{abs(new - old):,} {'more' if new > old else 'fewer'} in total"
        parts.append(f"{signed(change.parts['total'])} from {more}")
    points = "point" if abs(change.change) == 1 else "points"
    return (
        f"{capital(row['kind'])} {name}: {change.old} % ({row['n_old']:,} of {old:,}) to "
        f"{change.new} % ({row['n_new']:,} of {new:,}), {signed(change.change)} {points}: "
        f"{listing(parts)}."
    )


def restated_shares(comparison: Comparison, *, target: Target) -> Part:
    """Return how many previously reported shares now lie outside their intervals, and which."""
    table, title = comparison.restated, "Shares reported before"
    old, new = comparison.freqs
    if old and new and old != new:
        text = (
            f"Run {target.text(comparison.old)} counts by {old}, run "
            f"{target.text(comparison.new)} by {new}: shares reported by period cannot be compared."
        )
        return Part(title, (text,))
    if table.empty:
        return Part(title, ())
    left = table[has_left(table)]
    runs = [target.text(name) for name in sorted(set(table["run"]))]
    who = f"run {runs[0]}" if len(runs) == 1 else f"{len(runs):,} earlier runs"
    shares = f"{len(table):,} {verb(len(table), 'share', 'shares')} by period that {who} reported"
    if left.empty:
        return Part(title, (f"Of {shares}, none is now outside its 95 % interval.",))
    n = len(left)
    text = (
        f"Warning: of {shares}, {n:,} {verb(n, 'is', 'are')} now outside "
        f"{verb(n, 'its', 'their')} 95 % interval. Periods that were incomplete then fill up "
        "later; in the others papers were added, are gone or are counted differently now."
    )
    below = left["share_then_low"] - left["share_now"]
    above = left["share_now"] - left["share_then_high"]
    far = pd.concat([below, above], axis=1).max(axis=1).sort_values(ascending=False, kind="stable")
    items = [_warning(comparison, left.loc[i], target=target) for i in far.index[:MOST_RESTATED]]
    more = [f"And {n - len(items):,} more, in tables/restated.csv."] if n > len(items) else []
    return Part(title, (text,), (*items, *more))


def _warning(comparison: Comparison, row: pd.Series, *, target: Target) -> str:
    name = name_of(comparison, row["kind"], row["group_id"], target=target)
    when = period_label(row["period"], freq=comparison.freqs[1])
    then, low, high, now = (
        "–" if pd.isna(row[column]) else f"{100 * row[column]:.1f}"
        for column in ("share_then", "share_then_low", "share_then_high", "share_now")
    )
    return (
        f"{capital(row['kind'])} {name} in {when}: {then} % ({low} to {high}) in run "
        f"{target.text(row['run'])}, now {now} %."
    )


def _papers(cause: str, n: int, *, tail: str) -> str:
    if cause == "added":
        return count(n, "added paper")
    if cause == "gone":
        return f"{count(-n, 'paper')} gone"
    return f"{count(abs(n), 'paper')} {'more' if n > 0 else 'fewer'} {tail}"
