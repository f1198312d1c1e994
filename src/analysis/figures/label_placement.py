"""Positions of labels on a map: without overlaps, inside the page, near what they label.

Pure geometry, for print in points of 1/72 inch, origin at the lower left; nothing is drawn here.
`report/assets/map/labels.js` follows the same rule as the reader zooms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

SWEEPS = 2
"""How often every label is placed again among the others."""

_DIRECTIONS = 16
_GAPS = (2, 6, 12, 20, 30, 42, 56, 74, 96, 122, 152, 190)
_OVER = (0.35, 0.7)
_LINE_FROM = 14.0
_CELL = 3.0
_CHUNK = 48
_CROSSED = 60.0
_EDGE = 8.0
_HIDES_OWN = 0.5


@dataclass(frozen=True)
class Label:
    """A label to place: its anchor and the boxes it may have.

    `boxes` are widths and heights, one per way of breaking the text into lines. `is_own` marks the
    points of what it labels, which it may cover at a lower cost. A label with `line` false is
    placed at or near its anchor, without a leader line.
    """

    x: float
    y: float
    boxes: Sequence[tuple[float, float]]
    is_own: np.ndarray
    line: bool = True


@dataclass(frozen=True)
class Place:
    """The position of a label: centre and size of its box, index of the box, and leader line.

    `line` is x, y at the anchor, then x, y at the box; None if the label is near enough.
    """

    x: float
    y: float
    width: float
    height: float
    variant: int
    line: tuple[float, float, float, float] | None


def hiding_cost(n: int) -> float:
    """Return the cost of a hidden point on a map of `n`: as the area of a marker in print."""
    return float(np.clip(13.7 * (177 / max(n, 1)) ** 0.72, 0.18, 22.7))


def place_labels(
    labels: Sequence[Label],
    *,
    points: np.ndarray,
    width: float,
    height: float,
    hiding: float = 1.0,
    pad: float = 2.0,
) -> list[Place | None]:
    """Return a position for each label, the first labels first.

    A greedy choice among positions on and around the anchor, then `SWEEPS` rounds in which each
    label is placed again among the others. The cost of a position is its distance from the anchor
    plus the points it hides. A label that overlaps another, crosses the edge, has a leader line
    through another label, or hides more points of others than of its own, is not allowed. After
    E. Imhof, Positioning names on maps (1975), and the point-feature heuristics of Christensen,
    Marks and Shieber (ACM Trans. Graphics 14, 1995).

    Parameters
    ----------
    labels : sequence of Label
        Most important first.
    points : ndarray of float, shape (n, 2)
        Points that labels should not hide.
    width, height : float
        Size of the page.
    hiding : float, default 1
        Cost of a hidden point, in points of distance; half of it for the label's own points.
    pad : float, default 2
        Empty space around each box.

    Returns
    -------
    list of Place or None
        One per label; None if there is no room.
    """
    all_counts = _sums(points, width=width, height=height)
    places: list[Place | None] = [None] * len(labels)
    for sweep in range(SWEEPS + 1):
        for i, label in enumerate(labels):
            if sweep > 1 and places[i] is None:
                continue
            others = [place for j, place in enumerate(places) if place and j != i]
            own_counts = _sums(points[label.is_own], width=width, height=height)
            places[i] = _best(
                label,
                others=others,
                points=points,
                all_counts=all_counts,
                own_counts=own_counts,
                room=(width, height),
                hiding=hiding,
                pad=pad,
            )
    return places


def _best(
    label: Label,
    *,
    others: list[Place],
    points: np.ndarray,
    all_counts: np.ndarray,
    own_counts: np.ndarray,
    room: tuple[float, float],
    hiding: float,
    pad: float,
) -> Place | None:
    centres, halves, variants = _candidates(label)
    low, high = centres - halves - pad, centres + halves + pad
    fits = ((low >= _EDGE) & (high <= np.asarray(room) - _EDGE)).all(axis=1)
    centres, halves, variants, low, high = (
        each[fits] for each in (centres, halves, variants, low, high)
    )
    if not len(centres):
        return None
    anchor = np.array([label.x, label.y])
    ends = np.clip(anchor, low, high)
    gaps = np.hypot(*(ends - anchor).T)
    cost = gaps + 0.15 * np.hypot(*(centres - anchor).T) + 2.0 * variants
    hidden_own = _count(own_counts, low, high)
    hidden = _count(all_counts, low, high) - hidden_own
    cost += hiding * (_HIDES_OWN * hidden_own + hidden)
    cost[hidden > hidden_own] = np.inf
    if not label.line:
        cost[gaps > _LINE_FROM] = np.inf

    def conflicts(rows: np.ndarray) -> np.ndarray:
        boxes = ends[rows], low[rows], high[rows]
        return _conflicts(*boxes, anchor=anchor, gaps=gaps[rows], others=others, pad=pad)

    while True:
        best = _cheapest(cost, conflicts if others else None)
        if best is None:
            return None
        # The counts are of whole cells; what is taken is counted exactly.
        if not _is_on_others(points, label.is_own, low[best] + pad, high[best] - pad):
            break
        cost[best] = np.inf
    end = (float(ends[best, 0]), float(ends[best, 1]))
    return Place(
        x=float(centres[best, 0]),
        y=float(centres[best, 1]),
        width=float(2 * halves[best, 0]),
        height=float(2 * halves[best, 1]),
        variant=int(variants[best]),
        line=(label.x, label.y, *end) if gaps[best] > _LINE_FROM else None,
    )


def _is_on_others(
    points: np.ndarray, is_own: np.ndarray, low: np.ndarray, high: np.ndarray
) -> bool:
    """Return whether most points in a box are not the label's own."""
    own = is_own[((points > low) & (points < high)).all(axis=1)]
    return 2 * int(own.sum()) < len(own)


def _candidates(label: Label) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    turn = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    direction = np.column_stack([np.cos(turn), np.sin(turn)])
    centres, halves, variants = [], [], []
    for variant, box in enumerate(label.boxes):
        half = np.asarray(box) / 2
        around = [np.zeros((1, 2))]
        around += [direction * half * share for share in _OVER]
        around += [direction * half + direction * gap for gap in _GAPS]
        shifts = np.concatenate(around)
        centres.append(np.array([label.x, label.y]) + shifts)
        halves.append(np.broadcast_to(half, shifts.shape))
        variants.append(np.full(len(shifts), variant))
    return np.concatenate(centres), np.concatenate(halves), np.concatenate(variants)


def _cheapest(cost: np.ndarray, conflicts: Callable[[np.ndarray], np.ndarray] | None) -> int | None:
    """Return the cheapest candidate; the cost of conflicts is computed for cheap ones first."""
    order = np.argsort(cost, kind="stable")
    order = order[np.isfinite(cost[order])]
    best, least = None, np.inf
    for start in range(0, len(order), _CHUNK):
        rows = order[start : start + _CHUNK]
        if cost[rows[0]] >= least:
            break
        total = cost[rows] + conflicts(rows) if conflicts else cost[rows]
        if total.min() < least:
            best, least = int(rows[np.argmin(total)]), float(total.min())
    return best


def _conflicts(
    ends: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    anchor: np.ndarray,
    gaps: np.ndarray,
    others: list[Place],
    pad: float,
) -> np.ndarray:
    """Return the cost of each candidate's conflicts with placed labels; infinite if forbidden."""
    centre = np.array([(p.x, p.y) for p in others])
    half = np.array([(p.width, p.height) for p in others]) / 2
    other_low, other_high = centre - half, centre + half
    overlaps = (low[:, None] < other_high[None]) & (high[:, None] > other_low[None])
    forbidden = np.any(np.all(overlaps, axis=2), axis=1)
    cost = np.where(forbidden, np.inf, 0.0)
    free = np.flatnonzero(~forbidden)
    start = np.broadcast_to(anchor, (len(free), 2))
    lined = gaps[free] > _LINE_FROM
    through = _segments_meet_boxes(start, ends[free], other_low, other_high).any(axis=1)
    cost[free[lined & through]] = np.inf
    lines = np.array([p.line for p in others if p.line]).reshape(-1, 4)
    if len(lines):
        first, last = lines[:, :2], lines[:, 2:]
        under = _segments_meet_boxes(first, last, low[free] - 1 + pad, high[free] + 1 - pad)
        cost[free[under.any(axis=0)]] = np.inf
        crossed = _segments_cross(start, ends[free], first, last).sum(axis=1)
        cost[free] += _CROSSED * lined * crossed
    return cost


def _segments_meet_boxes(
    start: np.ndarray, end: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Return whether each segment meets each box (slab test), shape (segments, boxes)."""
    step = (end - start)[:, None]
    safe = np.where(np.abs(step) < 1e-9, 1e-9, step)
    first = (low[None] - start[:, None]) / safe
    second = (high[None] - start[:, None]) / safe
    enters = np.minimum(first, second).max(axis=2)
    leaves = np.maximum(first, second).min(axis=2)
    return (enters <= leaves) & (leaves >= 0) & (enters <= 1)


def _segments_cross(
    a_start: np.ndarray, a_end: np.ndarray, b_start: np.ndarray, b_end: np.ndarray
) -> np.ndarray:
    """Return whether each pair of segments crosses, shape (a, b)."""

    def side(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) > (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )

    a0, a1, b0, b1 = a_start[:, None], a_end[:, None], b_start[None], b_end[None]
    return (side(a0, b0, b1) != side(a1, b0, b1)) & (side(a0, a1, b0) != side(a0, a1, b1))


def _sums(points: np.ndarray, *, width: float, height: float) -> np.ndarray:
    """Return cumulative counts of points in cells from the lower left (a summed-area table)."""
    shape = (int(width / _CELL) + 1, int(height / _CELL) + 1)
    cells = np.clip((points / _CELL).astype(int), 0, np.array(shape) - 1)
    counts = np.bincount(cells[:, 0] * shape[1] + cells[:, 1], minlength=shape[0] * shape[1])
    out = np.zeros((shape[0] + 1, shape[1] + 1))
    out[1:, 1:] = counts.reshape(shape).cumsum(axis=0).cumsum(axis=1)
    return out


def _count(sums: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    most = np.array(sums.shape) - 1
    (x0, y0), (x1, y1) = (
        np.clip((corner / _CELL).astype(int) + extra, 0, most).T
        for corner, extra in ((low, 0), (high, 1))
    )
    return sums[x1, y1] - sums[x0, y1] - sums[x1, y0] + sums[x0, y0]
