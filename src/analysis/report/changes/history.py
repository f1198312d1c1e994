"""Shares that earlier runs reported and that this one contradicts, in words."""

from __future__ import annotations

import pandas as pd

from analysis.base.english import capital, verb
from analysis.figures.frames import period_label
from analysis.runs.compare import Comparison, has_left

from .basics import Part, Target, name_of
from .shares import decimal

MOST_RESTATED = 8


def reported(found: Comparison, *, target: Target) -> Part:
    """Return how many shares reported before lie outside their intervals now, and which."""
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
        "later; in the others papers were added, are gone or are counted differently now."
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
