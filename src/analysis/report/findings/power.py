"""How sure findings can be: the changes that would have been found, and how to read the grades."""

from __future__ import annotations

from typing import Any

from .facts import Facts
from .findings import TOO_FEW
from .receipts import Part

READING = (
    "Brackets hold intervals: 95 % for shares, 90 % for changes. A rise or fall is “very sure” if "
    "p, corrected for the number of groups tested, is under 0.001, “sure” under 0.01 and “fairly "
    "sure” under 0.05. A flat group is “sure” if the 90 % interval of its change lies within 11 % "
    "down and 12 % up, “fairly sure” within 20 % down and 25 % up. “Unclear” means that the data "
    f"show neither a change nor stability. “Too few papers to say” means {TOO_FEW}."
)
"""A test compares these numbers with the constants that they describe."""

HOPELESS = 0.5
"""If a doubling of the largest starting share is found less often, only that is reported."""

FIRST_USED, MOST_USED = 1, 3
"""The sentence uses the second to the fourth of the starting shares in the manifest."""


def power_rows(facts: Facts) -> list[tuple[int, dict[str, Any]]]:
    """Return the manifest's entries on the power to detect changes, with their positions."""
    return list(enumerate(facts.period.get("power") or []))


def power_words(facts: Facts) -> tuple[Part, ...]:
    """Return how often a doubling and a halving would be found with these papers.

    Returns
    -------
    tuple of str, Value and Mark
        Empty if the run does not record it.
    """
    rows = power_rows(facts)
    ups = [i for i, row in rows if row["last"] > row["first"]]
    downs = [i for i, row in rows if row["last"] < row["first"]]
    used_ups = ups[FIRST_USED:][:MOST_USED]
    used_downs = downs[FIRST_USED + 1 :][: MOST_USED - 1]
    if not used_ups or not used_downs:
        return ()
    if dict(rows)[max(ups)]["power"] < HOPELESS:
        text = (
            "With so few papers, even a doubling from {first:share} to {last:share} would be found "
            "only {power:chance} of the time{mark}."
        )
        return tuple(_phrase(text, max(ups), facts=facts))
    out: list[Part] = ["With this many papers, a doubling is found "]
    out += _chances(used_ups, facts=facts)
    return (*out, "; a halving is found ", *_chances(used_downs, facts=facts), ".")


def _chances(positions: list[int], *, facts: Facts) -> list[Part]:
    out: list[Part] = []
    for i in positions:
        joint = "" if i == positions[0] else " and " if i == positions[-1] else ", "
        text = f"{joint}{{power:chance}} of the time from {{first:share}} to {{last:share}}{{mark}}"
        out += _phrase(text, i, facts=facts)
    return out


def _phrase(text: str, position: int, *, facts: Facts) -> list[Part]:
    columns = ("first", "last", "power")
    return facts.phrase(text, facts.manifest_receipt(f"period.power.{position}", *columns))
