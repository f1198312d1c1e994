"""One value of two: the fields of a paper that both the series and the snapshot have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_EXACT = 2**53
"""Beyond this a float64 does not hold every integer."""

_PRECISIONS = {"day": 3, "month": 2, "year": 1}

Rows = NDArray[np.int64]
"""For each paper of the union its row on one side, -1 if it has none."""


def combine_columns(
    old: pd.Series | None, new: pd.Series | None, *, rows: tuple[Rows, Rows]
) -> pd.Series:
    """Return the newer value where there is one, else the older.

    Parameters
    ----------
    old, new : Series or None
        The column on either side; None if a side lacks it.
    rows : pair of ndarray of int64, shape (n,)
        For each paper of the union its row on either side, -1 if it has none.

    Returns
    -------
    Series
        Length n, of the common type. Integers with gaps are float64 where that is exact; values
        without a common type are text.
    """
    pairs = zip((old, new), rows, strict=True)
    sides = [(side, at) for side, at in pairs if side is not None and side.notna().any()]
    if not sides:
        return pd.Series([None] * len(rows[0]), dtype="str")
    kinds = {_kind(side) for side, _ in sides}
    given = [np.append(side.notna().to_numpy(), False)[at] for side, at in sides]
    complete = bool(np.logical_or.reduce(given).all())
    if kinds == {"datetime"}:
        return _newest(sides, dtype="datetime64[us]")
    if len(kinds) == 1 and complete and kinds <= {"bool", "int"}:
        return _newest(sides, dtype="object").astype("bool" if "bool" in kinds else "int64")
    if kinds <= {"int", "float"} and all(_is_exact(side) for side, _ in sides):
        return _newest(sides, dtype="float64")
    return _newest([(_as_text(side), at) for side, at in sides], dtype="str")


def _kind(side: pd.Series) -> str:
    return next((name for name, is_kind in _KINDS.items() if is_kind(side.dtype)), "text")


_KINDS: dict[str, Callable[[Any], bool]] = {
    "bool": pd.api.types.is_bool_dtype,
    "int": pd.api.types.is_integer_dtype,
    "float": pd.api.types.is_float_dtype,
    "datetime": pd.api.types.is_datetime64_any_dtype,
}


def _is_exact(side: pd.Series) -> bool:
    return _kind(side) == "float" or int(side.abs().max()) <= _EXACT


def take_rows(side: pd.Series, rows: Rows) -> pd.Series:
    """Return the values in `rows`, null where that is -1; the dtype must have a null."""
    return pd.Series(side.array.take(rows, allow_fill=True))


def _newest(sides: list[tuple[pd.Series, Rows]], *, dtype: Any) -> pd.Series:
    columns = [take_rows(side.astype(dtype), at) for side, at in sides]
    return columns[0] if len(columns) == 1 else columns[1].where(columns[1].notna(), columns[0])


def _as_text(side: pd.Series) -> pd.Series:
    if _kind(side) == "text":
        return side
    values = [None if pd.isna(value) else str(value) for value in side.tolist()]
    return pd.Series(values, index=side.index, dtype="str")


def combine_dates(
    old: pd.DataFrame, new: pd.DataFrame, *, rows: tuple[Rows, Rows]
) -> dict[str, pd.Series]:
    """Return `published`, `published_precision` and `listed` of the union.

    Parameters
    ----------
    old, new : DataFrame
        These three columns.
    rows : pair of ndarray
        As for `combine_columns`.

    Returns
    -------
    dict of str to Series
        A newer date comes with its precision; it is ignored if it is coarser than the known one
        and agrees with it (March 2024 where 8 March 2024 is known). The first listing counts.
    """
    sides = [(old, rows[0]), (new, rows[1])]
    known, given = (take_rows(side["published"], at) for side, at in sides)
    precisions = [take_rows(side["published_precision"].astype("str"), at) for side, at in sides]
    ranks = [names.map(_PRECISIONS).fillna(0) for names in precisions]
    agrees = known.dt.year == given.dt.year
    agrees &= (ranks[1] < _PRECISIONS["month"]) | (known.dt.month == given.dt.month)
    use = given.notna() & ~((ranks[1] < ranks[0]) & agrees)
    listed = [take_rows(side["listed"], at) for side, at in sides]
    later = listed[1].isna() | (listed[0] <= listed[1])
    return {
        "published": given.where(use, known),
        "published_precision": precisions[1].where(use, precisions[0]),
        "listed": listed[0].where(listed[0].notna() & later, listed[1]),
    }
