"""Which groups a map names and where: over ground on which most papers are their own.

Page, print and notebook take names and spots from here, and place each name by the rule that
`label_placement` describes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import ndimage

PARTS = " · "
"""Separates the labels of the parts in the label of a broader cluster."""

CELL = 0.5
"""Side of the cells in which papers are counted; the map's longer side is 20."""

MOST_SPOTS = 6
_APART = 3
_AROUND = np.ones((3, 3), dtype="int64")


def named_groups(labels: pd.DataFrame, *, points: pd.DataFrame) -> pd.DataFrame:
    """Return the labels to write on a map, each with the spots where it may stand.

    The ground of a group are the cells in whose three by three surroundings most papers are its
    own. A broader cluster is named only if one connected ground holds most of its papers and its
    label says more than those of its parts; otherwise its parts take its level.

    Parameters
    ----------
    labels : DataFrame
        From `map_labels`.
    points : DataFrame
        `x`, `y` and `cluster_id` of every paper on the map.

    Returns
    -------
    DataFrame
        Rows of `labels`, sorted as there, with `level` and `parent_id` among those that are left
        and `spots`: one to `MOST_SPOTS` pairs of x and y, densest first, of which `x` and `y` are
        the first. A group without ground has one spot, where its papers are densest.
    """
    cells = _cells(points)
    parents = dict(zip(labels["group_id"], labels["parent_id"], strict=True))
    rows = rows_of_groups(labels, points=points)
    told = labels.groupby("parent_id")["label"].agg(set)
    spots: dict[str, list[tuple[float, float]]] = {}
    for group, label, x, y in zip(
        *(labels[c] for c in ("group_id", "label", "x", "y")), strict=True
    ):
        own = rows[group]
        if not len(own):
            spots[group] = [(x, y)]
            continue
        counts, ground = _ground(cells, own=own)
        repeats = group in told.index and set(str(label).split(PARTS)) <= told[group]
        if repeats or (group in told.index and not _holds_most(ground, cells[own])):
            continue
        spots[group] = _spots(points.iloc[own], cells=cells[own], counts=counts, ground=ground)
    kept = labels[labels["group_id"].isin(spots)]
    lines = [[up for up in _above(group, parents=parents) if up in spots] for group in spots]
    kept = kept.assign(
        level=pd.array([len(line) for line in lines], dtype="int64"),
        parent_id=pd.array([line[0] if line else None for line in lines], dtype="object"),
        x=[place[0][0] for place in spots.values()],
        y=[place[0][1] for place in spots.values()],
        spots=pd.Series(list(spots.values()), index=kept.index, dtype="object"),
    )
    order = ["level", "n_papers", "group_id"]
    return kept.sort_values(order, ascending=[True, False, True], ignore_index=True)


def rows_of_groups(labels: pd.DataFrame, *, points: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return for each label the rows of the points in its group or in a part of it."""
    parents = dict(zip(labels["group_id"], labels["parent_id"], strict=True))
    found: dict[str, list[np.ndarray]] = {group: [] for group in parents}
    for cluster, rows in points.groupby("cluster_id", sort=False).indices.items():
        for group in [str(cluster), *_above(str(cluster), parents=parents)]:
            if group in found:
                found[group].append(rows)
    none = np.empty(0, dtype="int64")
    return {group: np.sort(np.concatenate([none, *rows])) for group, rows in found.items()}


def _above(group: str, *, parents: dict[str, str | None]) -> list[str]:
    """Return the broader groups of a group, nearest first."""
    line = []
    while isinstance(up := parents.get(group), str):
        line.append(up)
        group = up
    return line


def _cells(points: pd.DataFrame) -> np.ndarray:
    """Return column and row of each paper's cell, shape (n, 2), with an empty border around."""
    cells = np.floor(points[["x", "y"]].to_numpy(dtype="float64") / CELL).astype("int64")
    return cells - cells.min(axis=0) + 1 if len(cells) else cells


def _counts(cells: np.ndarray, *, shape: tuple[int, ...]) -> np.ndarray:
    found = np.zeros(shape, dtype="int64")
    np.add.at(found, tuple(cells.T), 1)
    return found


def _ground(cells: np.ndarray, *, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the group's papers around each cell, and its grounds as numbers from 1."""
    shape = tuple(cells.max(axis=0) + 2)
    here = _counts(cells[own], shape=shape)
    mine = ndimage.convolve(here, _AROUND, mode="constant")
    every = ndimage.convolve(_counts(cells, shape=shape), _AROUND, mode="constant")
    return mine, ndimage.label((2 * mine > every) & (here > 0), structure=_AROUND)[0]


def _holds_most(ground: np.ndarray, cells: np.ndarray) -> bool:
    """Return whether one connected ground holds more than half of a group's papers."""
    papers = np.bincount(ground[tuple(cells.T)], minlength=2)
    return 2 * int(papers[1:].max()) > len(cells)


def _spots(
    papers: pd.DataFrame, *, cells: np.ndarray, counts: np.ndarray, ground: np.ndarray
) -> list[tuple[float, float]]:
    """Return the densest places of a group's ground, some cells apart."""
    found = np.unique(cells, axis=0)
    on_ground = found[ground[tuple(found.T)] > 0]
    lone = not len(on_ground)
    order = np.argsort(-counts[tuple((found if lone else on_ground).T)], kind="stable")
    chosen: list[np.ndarray] = []
    for cell in (found if lone else on_ground)[order]:
        if all(abs(cell - other).max() > _APART for other in chosen):
            chosen.append(cell)
    places = papers[["x", "y"]].to_numpy(dtype="float64")
    near = [abs(cells - cell).max(axis=1) <= 1 for cell in chosen[: 1 if lone else MOST_SPOTS]]
    medians = [np.median(places[one], axis=0) for one in near]
    return [(float(x), float(y)) for x, y in medians]
