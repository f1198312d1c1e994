"""How dates and groups are named and marked, the same in every figure and table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.base.groups import groups_of

if TYPE_CHECKING:
    from analysis.runs import Run

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
"""Marker shapes: groups beyond the 20 colours of the palette get another shape, never a shade."""


def date_label(published: pd.Timestamp, precision: object) -> str:
    """Return a paper's date at the precision that is known: 2024-05-27, 2024-05, 2024, undated."""
    if published is None or published != published:
        return "undated"
    return str(published.date())[: {"year": 4, "month": 7}.get(str(precision), 10)]


def looks(run: Run, *, kind: str) -> pd.DataFrame:
    """Return how the groups of a kind are named and marked.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `color`, `symbol`, `n_group` (papers), sorted by id.
    """
    groups = groups_of(run.groups, kind=kind).copy()
    groups["symbol"] = symbols(groups["color"])
    columns = {"n_papers": "n_group"}
    return groups[["group_id", "label", "color", "symbol", "n_papers"]].rename(columns=columns)


def symbols(colors: pd.Series) -> list[str]:
    """Give each group a marker shape: the n-th group of one colour gets the n-th shape.

    Groups come sorted by id, so that a shape, like a colour, belongs to the group.
    """
    seen = colors.groupby(colors).cumcount()
    return [SYMBOLS[count % len(SYMBOLS)] for count in seen]
