"""Shares of two runs: those reported earlier beside today's, and a change of share by cause.

The parts of a change add up exactly, and also as printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.schema import CAUSES, conform, empty

from .files import read_manifest, read_table

_KEY = ["kind", "group_id", "period"]
_THEN = {"share": "share_then", "share_low": "share_then_low", "share_high": "share_then_high"}

PARTS = (*CAUSES, "total")
"""The causes of a change in count, and the effect of the change of the denominator alone."""


# shares reported earlier


def restated_shares(
    trends: pd.DataFrame, *, older: Mapping[str, pd.DataFrame], clusters: bool = True
) -> pd.DataFrame:
    """Return the shares that earlier runs stored beside those of this one.

    Parameters
    ----------
    trends : DataFrame
        Table `trends` of this run.
    older : mapping of str to DataFrame
        Name to table `trends` of each earlier run, as stored.
    clusters : bool
        False if the cluster ids of those runs do not mean the same groups: topics only.

    Returns
    -------
    DataFrame
        Table `restated`: one row per share reported then, of a group and period that this run has
        too; words have none, since each run chooses its own. Runs whose periods have another
        length have no rows; a share that was null then (no paper in the period) was not reported.
        `share_now` is null if this run has no paper in the period.
    """
    freq = set(trends["freq"])
    parts = []
    for name, table in older.items():
        rows = table[table["share"].notna() & table["freq"].isin(freq) & (table["kind"] != "word")]
        rows = rows if clusters else rows[rows["kind"] == "topic"]
        now = trends[[*_KEY, "share"]].rename(columns={"share": "share_now"})
        parts.append(rows.rename(columns=_THEN).merge(now, on=_KEY).assign(run=name))
    full = [part for part in parts if len(part)]
    return conform(pd.concat(full), name="restated") if full else empty("restated")


def restated_by_runs(
    trends: pd.DataFrame,
    *,
    folders: Mapping[str, Path],
    by: str = "published",
    clusters: bool = True,
) -> pd.DataFrame:
    """Return `restated_shares` for the runs in these folders that use the same day for periods.

    Parameters
    ----------
    trends, clusters
        As for `restated_shares`.
    folders : mapping of str to Path
        Name to directory of each earlier run; table `trends` and the manifest are read.
    by : {"published", "listed"}
        The day that decides a paper's period in this run.
    """
    periods = {name: read_manifest(path).get("period") or {} for name, path in folders.items()}
    folders = {
        name: path for name, path in folders.items() if (periods[name].get("by") or by) == by
    }
    older = {name: read_table(path, "trends") for name, path in folders.items()}
    return restated_shares(trends, older=older, clusters=clusters)


def has_left(table: pd.DataFrame) -> pd.Series:
    """Return for each row of `restated` whether the share now lies outside the interval then."""
    now = table["share_now"]
    return (now < table["share_then_low"]) | (now > table["share_then_high"])


# a change of share, split by cause


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
    parts = {cause: Fraction(int(row[cause]), new) for cause in CAUSES}
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
