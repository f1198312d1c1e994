"""Labels side by side on one line, moved apart as little as possible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(
    wanted: Sequence[float], *, sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Return centres for labels so that none touches the next, each near where it wants to be.

    The sum of squared moves is the least possible: isotonic regression of the places less the
    room taken by the labels before (pool adjacent violators), then cut to the room. Labels of one
    wanted place keep their order. Where there is not room for all, all are squeezed alike.

    Parameters
    ----------
    wanted : sequence of float
        Centres, in any order.
    sizes : sequence of float
        Heights of the labels, in the same unit.
    low, high : float
        Ends of the room.

    Returns
    -------
    list of float
        Centres in the order of `wanted`.

    References
    ----------
    R. E. Barlow, D. J. Bartholomew, J. M. Bremner, H. D. Brunk, Statistical Inference under Order
    Restrictions (Wiley, 1972).
    """
    if not len(wanted):
        return []
    order = np.argsort(np.asarray(wanted, dtype="float64"), kind="stable")
    size = np.asarray(sizes, dtype="float64")[order]
    if size.sum() > high - low:
        size = size * (high - low) / size.sum()
    before = np.concatenate([[0.0], np.cumsum((size[:-1] + size[1:]) / 2)])
    free = _isotonic(np.asarray(wanted, dtype="float64")[order] - before)
    least, most = low + size[0] / 2, high - size[-1] / 2 - before[-1]
    placed = np.empty(len(order))
    placed[order] = np.clip(free, least, max(least, most)) + before
    return [float(place) for place in placed]


def _isotonic(values: np.ndarray) -> np.ndarray:
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, n = blocks.pop()
            total = blocks[-1][1] + n
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * n) / total, total]
    return np.concatenate([np.full(int(n), mean) for mean, n in blocks])
