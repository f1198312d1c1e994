"""Places on the map for new papers; those of known ones stay."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

_NEAREST = 3
_OFFSET = 0.5
_RINGS, _ANGLES = 40, 24
_ROOM = 0.9
_GOLDEN = np.pi * (3 - np.sqrt(5))


def places(
    known: np.ndarray,
    *,
    rows: np.ndarray,
    graph: sp.csr_matrix,
    labels: np.ndarray,
    vectors: np.ndarray,
) -> np.ndarray:
    """Place new papers among their neighbours on a map that stays as it is.

    A paper stands in the middle of its three nearest neighbours of its own cluster that have a
    place, moved by half the usual distance between points so that none covers another. Papers of
    a cluster without any place yet are put together on the nearest free ground to the neighbours
    they have elsewhere, arranged by the two leading components of their vectors.

    Parameters
    ----------
    known : ndarray of float, shape (n, 2)
        NaN for papers of `rows`.
    rows : ndarray of int64, shape (m,)
        Papers to place.
    graph : csr_matrix, shape (m, n)
        From `placing.directed_graph`.
    labels : ndarray of int64, shape (n,)
    vectors : ndarray of float32, shape (n, d)

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Known places to the bit.
    """
    out = known.astype(np.float32).copy()
    out[rows] = np.nan
    has = ~np.isnan(out[:, 0])
    step = _spacing(out[has])
    homeless: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        near = graph.indices[graph.indptr[number] : graph.indptr[number + 1]]
        weights = graph.data[graph.indptr[number] : graph.indptr[number + 1]]
        own = has[near] & (labels[near] == labels[row])
        if own.any():
            best = np.argsort(-weights[own], kind="stable")[:_NEAREST]
            spot = np.average(out[near[own][best]], axis=0, weights=weights[own][best])
            out[row] = spot + _OFFSET * step * _direction(number)
        else:
            homeless.setdefault(int(labels[row]), []).append(number)
    for numbers in homeless.values():
        own_rows = rows[numbers]
        anchor = _anchor(graph[numbers], places=out, has=has)
        shape = _arranged(vectors[own_rows], radius=_ROOM * step * np.sqrt(len(own_rows)) + step)
        taken = out[~np.isnan(out[:, 0])]
        out[own_rows] = _free_ground(anchor, taken=taken, radius=_extent(shape) + step) + shape
    return out


def _direction(number: int) -> np.ndarray:
    """Return a unit vector; those of successive numbers point well apart."""
    return np.array([np.cos(number * _GOLDEN), np.sin(number * _GOLDEN)])


def _spacing(points: np.ndarray) -> float:
    """Return the usual distance between points: that of as many evenly spread on a disc."""
    if len(points) < 2:
        return 0.5
    spread = np.percentile(points, 90, axis=0) - np.percentile(points, 10, axis=0)
    return float(np.sqrt(max(float(spread.prod()), 1e-6) / len(points)))


def _anchor(graph: sp.csr_matrix, *, places: np.ndarray, has: np.ndarray) -> np.ndarray:
    """Return the middle of the neighbours that have a place, by weight; else the map's corner."""
    weights = np.asarray(graph.sum(axis=0)).ravel() * has
    if weights.sum() > 0:
        return np.average(places[weights > 0], axis=0, weights=weights[weights > 0])
    known = places[has]
    return known.max(axis=0) if len(known) else np.zeros(2)


def _arranged(vectors: np.ndarray, *, radius: float) -> np.ndarray:
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


def _extent(shape: np.ndarray) -> float:
    return float(np.linalg.norm(shape, axis=1).max())


def _free_ground(anchor: np.ndarray, *, taken: np.ndarray, radius: float) -> np.ndarray:
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
