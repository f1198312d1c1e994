"""Coordinates of papers on the map: laid out from scratch, or added to a map that stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from analysis.base.schema import conform, empty

from .find.graph import SMALLEST_LISTED, spectral_coordinates

_NEAREST = 3
_OFFSET = 0.5
_RINGS, _ANGLES = 40, 24
_ROOM = 0.9
_GOLDEN = np.pi * (3 - np.sqrt(5))
_SMALLEST_MEASURED, _MOST_MEASURED = 30, 1_500


def map_layout(
    graph: sp.csr_matrix, *, seed: int = 0, bar: dict[str, Any] | None = None
) -> np.ndarray:
    """Lay the graph out in two dimensions with UMAP (McInnes, Healy & Melville 2018).

    The layout starts from the graph's own spectral coordinates and runs in one thread with a
    fixed seed, so that it is the same in every process.

    Parameters
    ----------
    graph : csr_matrix, shape (n, n)
        From `neighbour_graph`, connected.
    seed : int
        Seed of the layout's negative samples.
    bar : dict, optional
        Keywords for tqdm; draws a progress bar over the epochs.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Centred, the longer side from -10 to 10; no row under 15 points, which are shown as a list.
    """
    n = graph.shape[0]
    if n < SMALLEST_LISTED:
        return np.empty((0, 2), dtype=np.float32)
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    a, b = find_ab_params(1.0, 0.1)
    with threadpool_limits(1):
        start = spectral_coordinates(graph, dimensions=3)[:, 1:]
        start = (start / np.abs(start).max() * 10).astype(np.float32)  # UMAP's usual start of ±10
        points, _ = simplicial_set_embedding(
            data=None,
            graph=graph.tocoo(copy=True),  # umap writes into it
            n_components=2,
            initial_alpha=1.0,
            a=a,
            b=b,
            gamma=1.0,
            negative_sample_rate=5,
            n_epochs=500 if n <= 10_000 else 200,
            init=start,
            random_state=np.random.RandomState(seed),
            metric="cosine",
            metric_kwds={},
            densmap=False,
            densmap_kwds={},
            output_dens=False,
            parallel=False,
            verbose=False,
            tqdm_kwds={"disable": True} if bar is None else {"disable": False, **bar},
        )
    points = points - (points.max(axis=0) + points.min(axis=0)) / 2
    return (points / max(float(np.abs(points).max()), 1e-9) * 10).astype(np.float32)


def map_table(papers: pd.DataFrame, *, places: np.ndarray) -> pd.DataFrame:
    """Return the table `map`; the state of all papers is "new".

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, n rows.
    places : ndarray of float32, shape (n, 2)
        From `map_layout`; no row if there is no map.
    """
    if not len(places):
        return empty("map")
    frame = pd.DataFrame(places, columns=["x", "y"])
    return conform(frame.assign(paper_id=papers["paper_id"].to_numpy(), state="new"), name="map")


def align_map(places: pd.DataFrame, *, before: pd.DataFrame) -> pd.DataFrame:
    """Rotate a fresh map so that known papers lie as near as possible to where they were.

    Parameters
    ----------
    places, before : DataFrame
        Tables `map`, new and old.

    Returns
    -------
    DataFrame
        Rotated and mirrored only (orthogonal Procrustes, Schönemann 1966); known papers have the
        state "moved". Unchanged if fewer than three papers are in both.
    """
    from scipy.linalg import orthogonal_procrustes

    both = places.merge(before, on="paper_id", suffixes=("", "_old"))
    if len(both) < 3:
        return places
    new = both[["x", "y"]].to_numpy(dtype=np.float64)
    old = both[["x_old", "y_old"]].to_numpy(dtype=np.float64)
    rotation, _ = orthogonal_procrustes(new - new.mean(axis=0), old - old.mean(axis=0))
    rotated = places[["x", "y"]].to_numpy(dtype=np.float64) @ rotation
    known = places["paper_id"].isin(set(before["paper_id"]))
    state = np.where(known, "moved", places["state"])
    return conform(places.assign(x=rotated[:, 0], y=rotated[:, 1], state=state), name="map")


def map_figures(table: pd.DataFrame, *, vectors: np.ndarray, seed: int) -> dict[str, float | None]:
    """Measure how far the map can be trusted, on at most 1,500 papers.

    Parameters
    ----------
    table : DataFrame
        Table `map`; no row if there is no map.
    vectors : ndarray of float32, shape (n, d)
        Centred, as the map's layout uses them.
    seed : int

    Returns
    -------
    dict
        `map_trustworthiness` (Venna & Kaski 2001, ten neighbours), `map_moved`: share of known
        papers whose place has changed; None without a map.
    """
    from sklearn.manifold import trustworthiness

    if len(table) < _SMALLEST_MEASURED:
        return {"map_trustworthiness": None, "map_moved": None}
    rows = np.arange(len(table))
    if len(rows) > _MOST_MEASURED:
        sample = np.random.default_rng(seed).choice(len(rows), _MOST_MEASURED, replace=False)
        rows = np.sort(sample)
    score = trustworthiness(
        vectors[rows], table[["x", "y"]].to_numpy()[rows], n_neighbors=10, metric="cosine"
    )
    old = table["state"] != "new"
    moved = float((table.loc[old, "state"] == "moved").mean()) if old.any() else None
    return {"map_trustworthiness": round(float(score), 4), "map_moved": moved}


def place_on_map(
    known: np.ndarray,
    *,
    rows: np.ndarray,
    graph: sp.csr_matrix,
    numbers: np.ndarray,
    vectors: np.ndarray,
) -> np.ndarray:
    """Place new papers among their neighbours on a map that stays as it is.

    A paper is placed at the mean of its three nearest neighbours of its own cluster that have a
    place, moved by half the usual distance between points so that none covers another. Papers of
    a cluster without any place yet are put together on the free area nearest to the neighbours
    that they have elsewhere, arranged by the two leading components of their vectors.

    Parameters
    ----------
    known : ndarray of float, shape (n, 2)
        NaN for papers of `rows`.
    rows : ndarray of int64, shape (m,)
        Papers to place.
    graph : csr_matrix, shape (m, n)
        From `graph.directed_graph`.
    numbers : ndarray of int64, shape (n,)
    vectors : ndarray of float32, shape (n, d)

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Known places are the same to the bit.
    """
    places = known.astype(np.float32).copy()
    places[rows] = np.nan
    has_place = ~np.isnan(places[:, 0])
    step = _spacing(places[has_place])
    clusters_without: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        near = graph.indices[graph.indptr[number] : graph.indptr[number + 1]]
        weights = graph.data[graph.indptr[number] : graph.indptr[number + 1]]
        same = has_place[near] & (numbers[near] == numbers[row])
        if same.any():
            best = np.argsort(-weights[same], kind="stable")[:_NEAREST]
            middle = np.average(places[near[same][best]], axis=0, weights=weights[same][best])
            places[row] = middle + _OFFSET * step * _direction(number)
        else:
            clusters_without.setdefault(int(numbers[row]), []).append(number)
    for positions in clusters_without.values():
        papers = rows[positions]
        anchor = _anchor(graph[positions], places=places, has_place=has_place)
        shape = _arrange(vectors[papers], radius=_ROOM * step * np.sqrt(len(papers)) + step)
        taken = places[~np.isnan(places[:, 0])]
        extent = float(np.linalg.norm(shape, axis=1).max())
        places[papers] = _free_area(anchor, taken=taken, radius=extent + step) + shape
    return places


def _direction(number: int) -> np.ndarray:
    """Return a unit vector; those of successive numbers point well apart."""
    return np.array([np.cos(number * _GOLDEN), np.sin(number * _GOLDEN)])


def _spacing(points: np.ndarray) -> float:
    """Return the usual distance between points: that of as many evenly spread on a disc."""
    if len(points) < 2:
        return 0.5
    spread = np.percentile(points, 90, axis=0) - np.percentile(points, 10, axis=0)
    return float(np.sqrt(max(float(spread.prod()), 1e-6) / len(points)))


def _anchor(graph: sp.csr_matrix, *, places: np.ndarray, has_place: np.ndarray) -> np.ndarray:
    """Return the weighted mean of the neighbours that have a place; else the map's corner."""
    weights = np.asarray(graph.sum(axis=0)).ravel() * has_place
    if weights.sum() > 0:
        return np.average(places[weights > 0], axis=0, weights=weights[weights > 0])
    known = places[has_place]
    return known.max(axis=0) if len(known) else np.zeros(2)


def _arrange(vectors: np.ndarray, *, radius: float) -> np.ndarray:
    """Lay vectors out by their two leading components within a radius."""
    if len(vectors) == 1:
        return np.zeros((1, 2))
    centred = vectors - vectors.mean(axis=0)
    left, values, _ = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    flat = (left * values)[:, :2]
    if flat.shape[1] < 2:
        flat = np.column_stack([flat, np.zeros(len(flat))])
    signs = np.sign(flat[np.abs(flat).argmax(axis=0), np.arange(2)])
    flat = flat * np.where(signs == 0, 1, signs)
    reach = np.quantile(np.linalg.norm(flat, axis=1), 0.9)
    flat = flat / max(float(reach), 1e-9) * radius
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return flat * np.minimum(1, 1.2 * radius / np.maximum(length, 1e-9))


def _free_area(anchor: np.ndarray, *, taken: np.ndarray, radius: float) -> np.ndarray:
    """Return the spot nearest to `anchor` with the fewest points within `radius`."""
    if not len(taken):
        return anchor
    spots = [anchor] + [
        anchor + ring * radius / 2 * np.array([np.cos(angle), np.sin(angle)])
        for ring in range(1, _RINGS)
        for angle in np.arange(_ANGLES) * 2 * np.pi / _ANGLES
    ]
    best, fewest = anchor, len(taken) + 1
    for spot in spots:
        inside = int((((taken - spot) ** 2).sum(axis=1) < radius**2).sum())
        if inside < fewest:
            best, fewest = spot, inside
        if not fewest:
            break
    return best
