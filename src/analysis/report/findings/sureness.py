"""How sure a report can be: what would have been found, and how to read what was."""

from __future__ import annotations

from .facts import Grounds
from .findings import LEAST_WORDS
from .receipts import Mark, Receipt, Value
from .sentences import Part

READING = (
    "Brackets hold intervals: of shares at 95 %, of changes at 90 %. What rose or fell is very "
    "sure where p, corrected for the number of groups looked at, is under 0.001, sure under 0.01, "
    "fairly sure under 0.05. What is flat is sure where the 90 % interval of its change lies "
    "within 11 % down and 12 % up, fairly sure within 20 % down and 25 % up. Unclear is what is "
    f"shown neither to change nor to be flat. Too few papers to say means {LEAST_WORDS}."
)
"""A test compares these numbers with the constants that they tell of."""

HOPELESS = 0.5
"""Where a doubling of the largest starting share is found less often, that alone is told."""

FIRST_TOLD, MOST_TOLD = 1, 3
"""Of the starting shares in the manifest the sentence tells the second to the fourth."""


def power_rows(grounds: Grounds) -> list[tuple[int, dict]]:
    """Return what the manifest says of the power to find changes, with positions."""
    period = grounds.run.manifest.get("period") or {}
    return list(enumerate(period.get("power") or []))


def power_words(grounds: Grounds) -> tuple[Part, ...]:
    """Say how often a doubling and a halving would be found with these papers.

    Returns
    -------
    tuple of str, Value and Mark
        Empty where the run says nothing of it.
    """
    rows = power_rows(grounds)
    ups = [i for i, row in rows if row["last"] > row["first"]][FIRST_TOLD:][:MOST_TOLD]
    downs = [i for i, row in rows if row["last"] < row["first"]][FIRST_TOLD + 1 :][: MOST_TOLD - 1]
    if not ups or not downs:
        return ()
    best = max(i for i, row in rows if row["last"] > row["first"])
    if dict(rows)[best]["power"] < HOPELESS:
        receipt, chance, ends = _chance(best, grounds=grounds)
        return ("With so few papers even a doubling from ", ends[0], " to ", ends[1],
                " would be found only ", chance, " of the time", Mark(receipt), ".")  # fmt: skip
    out: list[Part] = ["With this many papers, a doubling is found "]
    for i in ups:
        out += [_joint(i, ups), *_found(i, grounds=grounds)]
    out += ["; a halving is found "]
    for i in downs:
        out += [_joint(i, downs), *_found(i, grounds=grounds)]
    return (*out, ".")


def _joint(i: int, all_: list[int]) -> str:
    return "" if i == all_[0] else " and " if i == all_[-1] else ", "


def _found(i: int, *, grounds: Grounds) -> list[Part]:
    receipt, chance, ends = _chance(i, grounds=grounds)
    return [chance, " of the time from ", ends[0], " to ", ends[1], Mark(receipt)]


def _chance(i: int, *, grounds: Grounds) -> tuple[Receipt, Value, tuple[Value, Value]]:
    receipt = grounds.stated(f"period.power.{i}", "first", "last", "power")
    first, last = (grounds.value(receipt, side, "share") for side in ("first", "last"))
    return receipt, grounds.value(receipt, "power", "chance"), (first, last)
