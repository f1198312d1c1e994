"""Arguments of a view's methods: groups, papers, dates and weights, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.english import count, listing
from analysis.base.errors import InputError
from analysis.base.escaping import clean
from analysis.report.page.map_values import MOST_VALUES

from .filters import COLUMN

if TYPE_CHECKING:
    from analysis.runs import Run

_MOST_NAMED = 5


def group_id(run: Run, asked: str | None, *, kind: str) -> str | None:
    """Return the id of a group given by its id or its label; None for None or "".

    Raises
    ------
    InputError
        If there is no such group, or several groups have the label.
    """
    if asked is None or (isinstance(asked, str) and not asked):
        return None
    rows = run.groups[run.groups["kind"] == kind]
    ids = list(rows["group_id"])
    if asked in ids:
        return str(asked)
    named = rows.loc[rows["label"] == asked, "group_id"].tolist()
    if len(named) == 1:
        return str(named[0])
    found = f"no {kind} {asked!r} in run {run.name}"
    if named:
        found = f"{len(named)} {kind}s have the label {asked!r}: {listing(named)}"
    allowed = ", ".join(ids) if ids else f"none: the run has no {kind}s"
    next_step = "look at run.groups for ids and labels"
    raise InputError(found, allowed=allowed, next_step=next_step)


def paper_mask(papers: pd.DataFrame, asked: Any) -> NDArray[np.bool_]:
    """Return the papers given by a frame, a mask, ids, or None (all of them).

    `papers` has `paper_id` and `aliases`, n rows.

    Raises
    ------
    InputError
        If ids are unknown (the first five are named), or a mask does not have n entries.
    """
    n = len(papers)
    if asked is None:
        return np.ones(n, dtype=bool)
    if isinstance(asked, pd.DataFrame):
        if "paper_id" not in asked:
            raise InputError(
                "a frame without the column paper_id",
                allowed="a frame with paper_id, a mask, or ids",
                next_step="select(frame['...']) with the column that has the ids",
            )
        asked = asked["paper_id"]
    values = [asked] if isinstance(asked, str) else list(asked)
    if values and all(isinstance(value, bool | np.bool_) for value in values):
        if len(values) != n:
            raise InputError(
                f"a mask of {len(values):,} for {count(n, 'paper')}",
                allowed="one True or False per row of run.papers",
                next_step="make the mask from run.papers, or select by ids",
            )
        return np.array(values, dtype=bool)
    row_of = {name: row for row, names in enumerate(papers["aliases"]) for name in names}
    row_of |= {paper: row for row, paper in enumerate(papers["paper_id"])}
    rows = [row_of.get(value) if isinstance(value, str) else None for value in values]
    unknown = [repr(v) for v, row in zip(values, rows, strict=True) if row is None]
    if unknown:
        named = ", ".join(unknown[:_MOST_NAMED])
        more = f" and {len(unknown) - _MOST_NAMED:,} more" if len(unknown) > _MOST_NAMED else ""
        raise InputError(
            f"no paper {named}{more}",
            allowed="ids of run.papers, a mask over them, or a frame with paper_id",
            next_step="to search in titles and abstracts, use select(text='...')",
        )
    selected = np.zeros(n, dtype=bool)
    selected[[row for row in rows if row is not None]] = True
    return selected


def date_range(asked: Any) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Return (first, last) as days; None, or None on a side, leaves it open.

    Raises
    ------
    InputError
        If it is not a pair of days, or the last is before the first.
    """
    if asked is None:
        return None, None
    allowed = "(first, last), such as ('2024-05-01', '2024-12-31'); None leaves a side open"
    try:
        first, last = (None if day is None else _day(day) for day in asked)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"dates={asked!r}", allowed=allowed, next_step="write both days as YYYY-MM-DD"
        ) from error
    if first is not None and last is not None and last < first:
        raise InputError(
            f"dates={asked!r}: the last day is before the first",
            allowed=allowed,
            next_step="swap the two days",
        )
    return first, last


def _day(value: Any) -> pd.Timestamp:
    day = pd.Timestamp(value)
    if pd.isna(day):
        raise ValueError("no day")
    return day.tz_localize(None).normalize()


def least_weight(asked: float | None) -> float:
    """Return a weight from 0 to 1; 0 for None.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if asked is None:
        return 0.0
    try:
        value = float(asked)
    except (TypeError, ValueError):
        value = float("nan")
    if not 0 <= value <= 1:
        raise InputError(
            f"least_weight={asked!r}",
            allowed="a number from 0 (show all) to 1",
            next_step="0.5 hides papers with less than half of their neighbours in their cluster",
        )
    return value


def colouring_key(meta: Mapping[str, Any], asked: str) -> str:
    """Return the key of what the map can be coloured by.

    `meta` is that of `report.page.map_data.Columns`.

    Raises
    ------
    InputError
        If there is no such colouring.
    """
    known = {colouring["key"] for colouring in meta["colourings"]}
    for key in (asked, f"{COLUMN}{asked}"):
        if key in known:
            return key
    raise InputError(
        f"color {asked!r}",
        allowed=", ".join(key.removeprefix(COLUMN) for key in sorted(known)),
        next_step="choose one of them; a column needs numbers, dates, or at least two values that "
        f"many papers share, and at most {MOST_VALUES}",
    )


def values_by_key(
    meta: Mapping[str, Any], asked: Mapping[str, Sequence[Any]] | None
) -> dict[str, tuple[str | None, ...]]:
    """Return the values of columns that pass a filter, by the key of the column's colouring.

    Raises
    ------
    InputError
        If a column or a value is unknown, or a column has numbers.
    """
    out: dict[str, tuple[str | None, ...]] = {}
    for name, values in (asked or {}).items():
        key = colouring_key(meta, name)
        known = meta["values"].get(name, {}).get("values")
        if known is None or not key.startswith(COLUMN):
            raise InputError(
                f"only={{{name!r}: …}}: not a column with few values",
                allowed=", ".join(n for n, v in meta["values"].items() if "values" in v) or "none",
                next_step="for clusters, topics and dates use cluster=, topic= and dates=",
            )
        texts = tuple(None if pd.isna(value) else clean(str(value)) for value in values)
        unknown = [repr(text) for text in texts if text is not None and text not in known]
        if unknown:
            raise InputError(
                f"{name} has no value {', '.join(unknown[:_MOST_NAMED])}",
                allowed=", ".join(known),
                next_step="choose among these values",
            )
        out[key] = texts
    return out


def same_papers(run: Run, other: Run) -> None:
    """Check that two runs have the same papers, so that their views can share a selection.

    Raises
    ------
    InputError
        If they differ.
    """
    if not run.papers["paper_id"].equals(other.papers["paper_id"]):
        raise InputError(
            f"linked= is a view of run {other.name}, whose papers are not those of run {run.name}",
            allowed="a view of the same papers",
            next_step="link views of one run, or leave linked out",
        )
