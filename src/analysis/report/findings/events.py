"""Phrases on bursts and changes of course, with receipts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .facts import Facts
from .receipts import Part

EXTREME = 20
"""A share that grew or shrank by more than this factor is described without a number."""


def event_phrase(row: Any, *, facts: Facts) -> list[Part]:
    """Return the part of a sentence that follows the group's name; begins with a space.

    Parameters
    ----------
    row : row of `events`
    facts : Facts
    """
    receipt = facts.event_receipt(row, "start", "end", "strength", "n_papers", "p_adjusted")
    if row.what == "burst":
        start, end = (facts.value(receipt, side, facts.freq).text for side in ("start", "end"))
        when = "in {start}" if start == end else "from {start} to {end}"
        pattern = (
            f" had a {strength_words(row.strength)} burst {when}: {{n_papers:number}} papers, "
            f"{{strength:times}} times as many as expected from its other {facts.freq}s"
        )
    elif pd.isna(row.strength):
        pattern = " had no paper before {start}"
    else:
        pattern = f" changed course in {{start}}: its share since then is {_since(row.strength)}"
    return facts.phrase(pattern + "{mark}.", receipt)


def strength_words(strength: float) -> str:
    """Return how strong a burst is, by the ratio of its papers to those expected."""
    if strength < 2:
        return "mild"
    return "strong" if strength < 4 else "very strong"


def _since(strength: float) -> str:
    """Return the pattern that compares the share after a change with the share before."""
    if strength >= EXTREME:
        return "many times what it was before"
    if strength <= 1 / EXTREME:
        return "a small fraction of what it was before"
    if 1 / 1.25 < strength < 1.25:
        return "about the same on average, but moves in another direction"
    if strength < 1:
        return "{strength:change} lower than before"
    return "{strength:times} times what it was before"
