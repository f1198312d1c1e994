"""Labels, colours and marker shapes of groups, and where clusters are labelled on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.base.groups import broader_groups, broader_ids, counted_memberships, shown_groups

from ..naming import CELL
from ..style import SYMBOLS

if TYPE_CHECKING:
    from analysis.runs import Run

_COLUMNS = ["level", "group_id", "label", "color", "n_papers", "x", "y", "parent_id"]


def group_styles(run: Run, *, kind: str) -> pd.DataFrame:
    """Return label, colour and marker shape of the groups of one kind.

    Returns
    -------
    DataFrame
        `group_id`, `label`, `color`, `symbol`, `n_group` (papers), sorted by id.
    """
    broader = kind == "broader"
    groups = broader_groups(run.groups) if broader else shown_groups(run.groups, kind=kind).copy()
    groups["symbol"] = symbols(groups["color"])
    columns = {"n_papers": "n_group"}
    return groups[["group_id", "label", "color", "symbol", "n_papers"]].rename(columns=columns)


def symbols(colors: pd.Series) -> list[str]:
    """Return a marker shape per group: the n-th group of one colour gets the n-th shape.

    Groups must be sorted by id, so that a shape, like a colour, belongs to the group.
    """
    seen = colors.groupby(colors).cumcount()
    return [SYMBOLS[count % len(SYMBOLS)] for count in seen]


def map_labels(run: Run) -> pd.DataFrame:
    """Return the cluster labels to write on the map, broader clusters before finer ones.

    Parameters
    ----------
    run : Run

    Returns
    -------
    DataFrame
        One row per cluster, of any level, that has papers on the map: `level` (0 for a cluster
        that is not part of a broader one, 1 for a part of it, and so on), `group_id`, `label`,
        `color`, `n_papers`, `x` and `y` (where its papers are densest), `parent_id` (null at level
        0). When zoomed in, a map shows the parts in place of the broader cluster; a cluster
        without parts keeps its label at every zoom, whatever its level. Sorted by level, then
        most papers first. Empty if there is no map or no cluster.
    """
    clusters = run.groups[run.groups["kind"] == "cluster"]
    if clusters.empty or run.map.empty:
        return _as_table(pd.DataFrame(columns=_COLUMNS))
    parents = broader_ids(run.groups)
    rows = counted_memberships(run.memberships, kind="cluster").merge(run.map, on="paper_id")
    lines = {group: _line(group, parents=parents) for group in clusters["group_id"]}
    ancestors = pd.DataFrame(
        [(ancestor, group) for group in rows["group_id"].unique() for ancestor in lines[group]],
        columns=["ancestor", "group_id"],
    )
    positions = rows[["group_id", "x", "y"]].merge(ancestors, on="group_id")
    centers = {
        group: densest_point(papers["x"].to_numpy(), papers["y"].to_numpy())
        for group, papers in positions.groupby("ancestor")
    }
    table = clusters[clusters["group_id"].isin(centers)]
    ids = table["group_id"].tolist()
    table = table.assign(
        level=[len(lines[group]) - 1 for group in ids],
        x=[centers[group][0] for group in ids],
        y=[centers[group][1] for group in ids],
    )
    return _as_table(table)


def densest_point(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return where points are densest: the median of those in the fullest three by three cells.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        At least one point.
    """
    columns = np.floor(x / CELL).astype(np.int64)
    rows = np.floor(y / CELL).astype(np.int64)
    columns, rows = columns - columns.min() + 1, rows - rows.min() + 1
    counts = np.zeros((columns.max() + 2, rows.max() + 2), dtype=np.int64)
    np.add.at(counts, (columns, rows), 1)
    shifts = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    # The border is empty, so nothing wraps around.
    neighbourhood = np.sum([np.roll(counts, shift, axis=(0, 1)) for shift in shifts], axis=0)
    best = int(neighbourhood[columns, rows].argmax())
    near = (abs(columns - columns[best]) <= 1) & (abs(rows - rows[best]) <= 1)
    return float(np.median(x[near])), float(np.median(y[near]))


def _line(group: str, *, parents: dict[str, str]) -> list[str]:
    """Return a cluster and all broader clusters that contain it."""
    line = [group]
    while line[-1] in parents:
        line.append(parents[line[-1]])
    return line


def _as_table(table: pd.DataFrame) -> pd.DataFrame:
    order = ["level", "n_papers", "group_id"]
    types = {"level": "int64", "n_papers": "int64", "x": "float64", "y": "float64"}
    out = table[_COLUMNS].astype(types)
    return out.sort_values(order, ascending=[True, False, True], ignore_index=True)
