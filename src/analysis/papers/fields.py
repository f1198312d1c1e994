"""One value of two: the fields of a paper that the series and the snapshot both have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

_EXACT = 2**53
"""Beyond this a float64 does not hold every integer."""

_RANKS = {"day": 3, "month": 2, "year": 1}


def combined(
    old: pd.Series | None, new: pd.Series | None, *, places: tuple[np.ndarray, np.ndarray]
) -> pd.Series:
    """Return the newer value where there is one, else the older.

    Parameters
    ----------
    old, new : Series or None
        The column on either side; None where a side lacks it.
    places : pair of ndarray of int64, shape (n,)
        For each paper of the union its row on either side, -1 where there is none.

    Returns
    -------
    Series
        Length n, of the common type. Integers with gaps are float64 where that is exact; what
        has no common type is text.
    """
    both = zip((old, new), places, strict=True)
    sides = [(side, at) for side, at in both if side is not None and side.notna().any()]
    if not sides:
        return pd.Series([None] * len(places[0]), dtype="str")
    kinds = {_kind(side) for side, _ in sides}
    given = [np.append(side.notna().to_numpy(), False)[at] for side, at in sides]
    whole = bool(np.logical_or.reduce(given).all())
    if kinds == {"datetime"}:
        return _last_given(sides, dtype="datetime64[us]")
    if len(kinds) == 1 and whole and kinds <= {"bool", "int"}:
        return _last_given(sides, dtype="object").astype("bool" if "bool" in kinds else "int64")
    if kinds <= {"int", "float"} and all(_is_exact(side) for side, _ in sides):
        return _last_given(sides, dtype="float64")
    return _last_given([(_texts(side), at) for side, at in sides], dtype="str")


def _kind(side: pd.Series) -> str:
    return next((name for name, is_kind in _KINDS.items() if is_kind(side.dtype)), "text")


_KINDS: dict[str, Callable[[object], bool]] = {
    "bool": pd.api.types.is_bool_dtype,
    "int": pd.api.types.is_integer_dtype,
    "float": pd.api.types.is_float_dtype,
    "datetime": pd.api.types.is_datetime64_any_dtype,
}


def _is_exact(side: pd.Series) -> bool:
    return _kind(side) == "float" or int(side.abs().max()) <= _EXACT


def aligned(side: pd.Series, places: np.ndarray) -> pd.Series:
    """Return the values at `places`, null where that is -1; the dtype must have a null."""
    return pd.Series(side.array.take(places, allow_fill=True))


def _last_given(sides: list[tuple[pd.Series, np.ndarray]], *, dtype: str) -> pd.Series:
    columns = [aligned(side.astype(dtype), at) for side, at in sides]
    return columns[0] if len(columns) == 1 else columns[1].where(columns[1].notna(), columns[0])


def _texts(side: pd.Series) -> pd.Series:
    if _kind(side) == "text":
        return side
    values = [None if pd.isna(value) else str(value) for value in side.tolist()]
    return pd.Series(values, index=side.index, dtype="str")


def dates_of_both(
    old: pd.DataFrame, new: pd.DataFrame, *, places: tuple[np.ndarray, np.ndarray]
) -> dict[str, pd.Series]:
    """Return `published`, `published_precision` and `listed` of the union.

    Parameters
    ----------
    old, new : DataFrame
        These three columns.
    places : pair of ndarray
        As for `combined`.

    Returns
    -------
    dict of str to Series
        A newer date goes with its precision; it is not taken where it is coarser than the known
        one and agrees with it (March 2024 where 8 March 2024 is known). The first listing counts.
    """
    sides = [(old, places[0]), (new, places[1])]
    known, given = (aligned(side["published"], at) for side, at in sides)
    named = [aligned(side["published_precision"].astype("str"), at) for side, at in sides]
    ranks = [names.map(_RANKS).fillna(0) for names in named]
    agrees = known.dt.year == given.dt.year
    agrees &= (ranks[1] < _RANKS["month"]) | (known.dt.month == given.dt.month)
    use = given.notna() & ~((ranks[1] < ranks[0]) & agrees)
    listed = [aligned(side["listed"], at) for side, at in sides]
    later = listed[1].isna() | (listed[0] <= listed[1])
    return {
        "published": given.where(use, known),
        "published_precision": named[1].where(use, named[0]),
        "listed": listed[0].where(listed[0].notna() & later, listed[1]),
    }
