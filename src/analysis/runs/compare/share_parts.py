"""A change of share split by cause, exactly, and rounded so that the printed parts add up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

PARTS = ("added", "gone", "override", "definition", "revised", "refit", "total")
"""The causes of a change in count, and the effect of the change of the denominator alone."""


class PrintedChange(NamedTuple):
    """Percentages that add up: `old` + `change` is `new`, and the parts add up to `change`."""

    old: Decimal
    new: Decimal
    change: Decimal
    parts: dict[str, Decimal]


def share_parts(row: Mapping[str, Any]) -> dict[str, Fraction]:
    """Split the change of one group's share by cause.

    With A the papers counted and N the denominator, in the old (0) and the new (1) run:
    A1/N1 - A0/N0 = (A1 - A0)/N1 + A0 (1/N1 - 1/N0), and A1 - A0 is the sum of the causes.

    Parameters
    ----------
    row : mapping
        A row of table `changes`.

    Returns
    -------
    dict of str to Fraction
        One part per name in `PARTS`; their sum is exactly the change of share. Empty if one of the
        denominators is 0: there is no share then.
    """
    old, new = int(row["n_total_old"]), int(row["n_total_new"])
    if not old or not new:
        return {}
    parts = {cause: Fraction(int(row[cause]), new) for cause in PARTS[:-1]}
    return {**parts, "total": int(row["n_old"]) * (Fraction(1, new) - Fraction(1, old))}


def share_change(row: Mapping[str, Any]) -> Fraction | None:
    """Return the exact change of one group's share; None if one of the denominators is 0."""
    parts = share_parts(row)
    return sum(parts.values(), Fraction(0)) if parts else None


def printed_change(row: Mapping[str, Any], *, digits: int = 1) -> PrintedChange | None:
    """Round shares and parts to percentages whose sums are correct as printed.

    Both shares are rounded, halves up, their change is the difference of the two as printed, and
    the parts are rounded by largest remainder to add up to it. No part is off by a full last
    digit, none changes its sign, and a part of 0 stays 0.

    Parameters
    ----------
    row : mapping
        A row of table `changes`.
    digits : int
        After the decimal point.

    Returns
    -------
    PrintedChange or None
        None if one of the denominators is 0.
    """
    parts = share_parts(row)
    if not parts:
        return None
    unit = 100 * 10**digits
    # Halves go up: to the even neighbour 12.5 and 7.5 would be 12 and 8, 4 apart though the parts
    # add up to exactly 5.
    old = floor(Fraction(int(row["n_old"]), int(row["n_total_old"])) * unit + Fraction(1, 2))
    new = floor(Fraction(int(row["n_new"]), int(row["n_total_new"])) * unit + Fraction(1, 2))
    rounded = largest_remainder({k: v * unit for k, v in parts.items()}, total=new - old)
    return PrintedChange(
        old=Decimal(old).scaleb(-digits),
        new=Decimal(new).scaleb(-digits),
        change=Decimal(new - old).scaleb(-digits),
        parts={name: Decimal(n).scaleb(-digits) for name, n in rounded.items()},
    )


def largest_remainder(parts: Mapping[str, Fraction], *, total: int) -> dict[str, int]:
    """Round numbers to integers that add up to a given whole.

    Each is rounded down, and those with the largest remainders are rounded up instead until the
    sum is right; of equal remainders the first goes up (Hamilton's method of apportionment).

    Parameters
    ----------
    parts : mapping of str to Fraction
    total : int
        Less than 1 away from the sum of the parts.

    Raises
    ------
    ValueError
        If no such rounding has the requested sum.
    """
    down = {name: floor(value) for name, value in parts.items()}
    rest = {name: value - down[name] for name, value in parts.items()}
    order = sorted((name for name in parts if rest[name]), key=lambda name: -rest[name])
    missing = total - sum(down.values())
    if not 0 <= missing <= len(order):
        raise ValueError(f"parts that add up to {sum(parts.values())} cannot be printed as {total}")
    up = set(order[:missing])
    return {name: value + (name in up) for name, value in down.items()}
