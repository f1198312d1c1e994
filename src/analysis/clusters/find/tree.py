"""One tree over clusters: joined to one group above them, divided into finer parts below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import scipy.sparse as sp

from analysis.base.parallel import one_thread

from .partition import ties_between

MOST_LEAVES = 400

_SMALLEST, _SMALLEST_BY_SIZE = 5, 0.2
_POWER_STEPS, _MOVES = 12, 30
_NOTHING = 1e-12


@dataclass(frozen=True)
class Tree:
    """A binary tree of groups; the nodes with `from_n` <= N <= `to_n` divide the papers into N.

    Attributes
    ----------
    names : list of str
        One per node. The root is first, a node stands after its parent.
    parents : ndarray of int64, shape (m,)
        Position of each node's parent; -1 for the root.
    from_n, to_n : ndarray of int64, shape (m,)
        The smallest and the largest division that a node is in.
    sizes : ndarray of int64, shape (m,)
        Papers.
    leaf : ndarray of int64, shape (n,)
        Position of each paper's finest node.
    """

    names: list[str]
    parents: np.ndarray
    from_n: np.ndarray
    to_n: np.ndarray
    sizes: np.ndarray
    leaf: np.ndarray

    @property
    def n_leaves(self) -> int:
        """The number of groups of the finest division."""
        return int(self.to_n.max(initial=0))


def smallest_part(n: int) -> int:
    """Return how many papers a part of a cluster has at least, of n papers: .2 times their root."""
    return max(_SMALLEST, round(_SMALLEST_BY_SIZE * n**0.5))


def build_tree(
    numbers: np.ndarray,
    *,
    names: Sequence[str],
    graph: sp.csr_matrix,
    vectors: np.ndarray,
    above: Mapping[str, str] | None = None,
    most: int = MOST_LEAVES,
) -> Tree:
    """Join clusters two by two to one group, and divide them into finer parts.

    Above the clusters those pairs are joined first between which the graph has the most ties for
    their size, as in `partition.broader_levels`; parts of one broader cluster before others. Below,
    that group is divided next whose two parts differ most: of all divisions by two means the one
    that reduces the variance most (bisecting k-means: Steinbach, Karypis & Kumar 2000, started
    from the two sides of the leading principal direction, after Boley 1998). Nothing is random,
    each division refines the one before it.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Cluster of each paper, 0..c-1; each has papers.
    names : sequence of str, length c
        Their ids.
    graph : csr_matrix, shape (n, n)
        A neighbour graph of the papers.
    vectors : ndarray of float32, shape (n, d)
        Centred.
    above : mapping of str to str, optional
        The broader cluster of each cluster, or broader cluster, that has one.
    most : int
        Groups of the finest division, unless there are more clusters.

    Returns
    -------
    Tree
        Nodes that are a cluster or a broader cluster have its id. A part of c0012 is c0012.1 or
        c0012.2, the larger first, and theirs c0012.1.1 and so on; a join of clusters that is no
        broader cluster is named by its largest, as c0003+1. No nodes without clusters.
    """
    count = len(names)
    if not count:
        none = np.zeros(0, dtype=np.int64)
        return Tree([], none, none, none, none, np.full(len(numbers), -1))
    ties = ties_between(numbers, graph=graph)
    sizes = np.bincount(numbers, minlength=count)
    joins = _join_clusters(ties, names=names, sizes=sizes, above=above or {})
    with one_thread():
        splits, leaf = _divide_clusters(numbers, names=names, vectors=vectors, most=most)
    return _assemble(joins, splits, names=names, leaf=leaf)


def groups_at(tree: Tree, *, count: int) -> np.ndarray:
    """Return the position of each paper's node in the division into `count` groups, shape (n,)."""
    node = tree.leaf.copy()
    while len(finer := np.flatnonzero(tree.from_n[node] > count)):
        node[finer] = tree.parents[node[finer]]
    return node


# above the clusters

_Step = tuple[str, str, str]
"""A group and the two that it consists of, the larger first."""


def _join_clusters(
    ties: np.ndarray, *, names: Sequence[str], sizes: np.ndarray, above: Mapping[str, str]
) -> list[_Step]:
    """Join the clusters two by two, the closest pair first."""
    ties, volumes, sizes = ties.copy(), ties.sum(axis=1), sizes.copy()
    parents, parts = _broader_with_parts(names, above=above)
    group, largest = list(names), list(names)
    broader = [parents.get(name) for name in names]
    joined: Counter[str] = Counter()
    steps = []
    while len(group) > 1:
        a, b = _closest(ties, volumes=volumes, broader=broader)
        if sizes[b] > sizes[a]:
            largest[a] = largest[b]
        first, second = (group[a], group[b]) if sizes[a] >= sizes[b] else (group[b], group[a])
        whole = broader[a] if broader[a] == broader[b] else None
        broader[a] = whole
        if whole:
            parts[whole] -= 1
        if whole and parts[whole] == 1:
            group[a], broader[a] = whole, parents.get(whole)
        else:
            joined[largest[a]] += 1
            group[a] = f"{largest[a]}+{joined[largest[a]]}"
        steps.append((group[a], first, second))
        ties[a] += ties[b]
        ties[:, a] += ties[:, b]
        ties = np.delete(np.delete(ties, b, axis=0), b, axis=1)
        volumes[a] += volumes[b]
        sizes[a] += sizes[b]
        volumes, sizes = np.delete(volumes, b), np.delete(sizes, b)
        del group[b], largest[b], broader[b]
    return steps


def _broader_with_parts(
    names: Sequence[str], *, above: Mapping[str, str]
) -> tuple[dict[str, str], Counter[str]]:
    """Return the broader cluster of each, and how many parts each has; all have at least two."""
    parents: dict[str, str] = {}
    for name in names:
        while name in above and name not in parents:
            parents[name] = name = above[name]
    while True:
        parts = Counter(parents.values())
        single = {name for name, count in parts.items() if count == 1}
        if not single:
            return parents, parts
        beyond = {name: parents.get(name) for name in single}
        kept = {name: beyond.get(p, p) for name, p in parents.items() if name not in single}
        parents = {name: parent for name, parent in kept.items() if parent is not None}


def _closest(
    ties: np.ndarray, *, volumes: np.ndarray, broader: Sequence[str | None]
) -> tuple[int, int]:
    """Return the two groups with the most ties for their size, within broader ones first."""
    close = ties / np.maximum(np.outer(volumes, volumes), 1e-300)
    codes = np.unique([name or "" for name in broader], return_inverse=True)[1]
    together = (codes[:, None] == codes) & np.array([name is not None for name in broader])
    np.fill_diagonal(together, False)
    if together.any():
        close[~together] = -1
    np.fill_diagonal(close, -2)
    a, b = sorted(np.unravel_index(int(close.argmax()), close.shape))
    return int(a), int(b)


# below the clusters


def _divide_clusters(
    numbers: np.ndarray, *, names: Sequence[str], vectors: np.ndarray, most: int
) -> tuple[list[_Step], np.ndarray]:
    """Divide the clusters in two again and again, each time where the variance falls most.

    Returns the divisions in their order, and the name of each paper's finest part.
    """
    least = smallest_part(len(numbers))
    group = np.array(names, dtype=object)[numbers]
    waiting: list[tuple[float, str, np.ndarray, np.ndarray]] = []

    def consider(name: str, rows: np.ndarray) -> None:
        found = two_means(vectors[rows], least=least) if len(rows) >= 2 * least else None
        if found is not None:
            side, gain = found
            heappush(waiting, (-gain, name, rows[side], rows[~side]))

    for number, name in enumerate(names):
        consider(name, np.flatnonzero(numbers == number))
    steps: list[_Step] = []
    while waiting and len(names) + len(steps) < most:
        _, name, first, second = heappop(waiting)
        if len(second) > len(first):
            first, second = second, first
        parts = f"{name}.1", f"{name}.2"
        steps.append((name, *parts))
        for part, rows in zip(parts, (first, second), strict=True):
            group[rows] = part
            consider(part, rows)
    return steps, group


def two_means(vectors: np.ndarray, *, least: int) -> tuple[np.ndarray, float] | None:
    """Divide papers in two by 2-means, started from the two sides of their main direction.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
    least : int
        Papers that each part has at least.

    Returns
    -------
    side : ndarray of bool, shape (n,)
        True for the papers of one part.
    gain : float
        By how much the sum of squared distances from the mean falls. None in place of both if a
        part would be smaller.
    """
    centred = vectors - vectors.mean(axis=0)
    squares = np.einsum("ij,ij->i", centred, centred)
    direction = centred[int(squares.argmax())]
    for _ in range(_POWER_STEPS):
        direction = centred.T @ (centred @ direction)
        length = float(np.linalg.norm(direction))
        if length < _NOTHING:
            return None
        direction = direction / length
    side = centred @ direction > 0
    for _ in range(_MOVES):
        n = int(side.sum())
        if min(n, len(side) - n) < least:
            return None
        # The means of the two sides: their difference, and the middle between them.
        total = centred[side].sum(axis=0)
        one, other = total / n, -total / (len(side) - n)
        moved = centred @ (one - other) > float((one @ one - other @ other) / 2)
        if np.array_equal(moved, side):
            break
        side = moved
    n = int(side.sum())
    if min(n, len(side) - n) < least:
        return None
    total = centred[side].sum(axis=0, dtype=np.float64)
    return side, float(total @ total) * len(side) / (n * (len(side) - n))


def _assemble(
    joins: Sequence[_Step], splits: Sequence[_Step], *, names: Sequence[str], leaf: np.ndarray
) -> Tree:
    """Put the nodes in order from the root on, with the divisions that each is in."""
    order = [*joins[::-1], *splits]
    root = order[0][0] if order else names[0]
    found, parents, from_n, to_n = [root], [-1], [1], [len(order) + 1]
    position = {root: 0}
    for count, (name, *parts) in enumerate(order, start=2):
        to_n[position[name]] = count - 1
        for part in parts:
            position[part] = len(found)
            found.append(part)
            parents.append(position[name])
            from_n.append(count)
            to_n.append(len(order) + 1)
    leaves = np.array([position[name] for name in leaf.tolist()], dtype=np.int64)
    sizes = np.bincount(leaves, minlength=len(found))
    for node in range(len(found) - 1, 0, -1):
        sizes[parents[node]] += sizes[node]
    return Tree(found, np.array(parents), np.array(from_n), np.array(to_n), sizes, leaves)
