"""New papers: the clusters that they join, how well they fit, and whether they belong at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from analysis.base.english import count
from analysis.base.schema import COUNTED_WEIGHT

SMALLEST_JUDGED = 20
LEAST_NEAR = 0.2
_ROUNDS = 30
_MEMBERS = 0.05


def cluster_shares(graph: sp.csr_matrix, *, numbers: np.ndarray, count: int) -> np.ndarray:
    """Return the share of each row's neighbours, by weight, in each cluster.

    Parameters
    ----------
    graph : csr_matrix, shape (m, n)
    numbers : ndarray of int64, shape (n,)
        Clusters 0..count-1; papers at -1 are in none.
    count : int

    Returns
    -------
    ndarray of float64, shape (m, count)
        Rows sum to at most 1.
    """
    known = np.flatnonzero(numbers >= 0)
    members = sp.csr_matrix(
        (np.ones(len(known)), (known, numbers[known])), shape=(len(numbers), count)
    )
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    return np.asarray((graph @ members).todense()) / np.maximum(degrees, 1e-12)[:, None]


def place_papers(
    numbers: np.ndarray, *, rows: np.ndarray, graph: sp.csr_matrix, vectors: np.ndarray, count: int
) -> np.ndarray:
    """Give each paper of `rows` the cluster that most of its neighbours, by weight, are in.

    Papers that have a cluster vote; those that got theirs in one round vote in the next. A paper
    none of whose neighbours ever has one joins the nearest centroid.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        The values of papers in `rows` are ignored.
    rows : ndarray of int64, shape (m,)
    graph : csr_matrix, shape (m, n)
        From `graph.directed_graph`.
    vectors : ndarray of float32, shape (n, d)
    count : int
        Number of clusters.

    Returns
    -------
    ndarray of int64, shape (n,)
        A new array; papers outside `rows` keep their cluster.
    """
    fixed = numbers.copy()
    fixed[rows] = -1
    current = fixed.copy()
    for _ in range(_ROUNDS):
        shares = cluster_shares(graph, numbers=current, count=count)
        best = np.where(shares.max(axis=1, initial=0) > 0, shares.argmax(axis=1), -1)
        after = fixed.copy()
        after[rows] = best
        if np.array_equal(after, current):
            break
        current = after
    left = rows[current[rows] < 0]
    if len(left):
        current[left] = _nearest_centroid(vectors, numbers=fixed, rows=left, count=count)
    return current


def _nearest_centroid(
    vectors: np.ndarray, *, numbers: np.ndarray, rows: np.ndarray, count: int
) -> np.ndarray:
    centroids = np.zeros((count, vectors.shape[1]))
    for cluster in range(count):
        members = vectors[numbers == cluster]
        if len(members):
            mean = members.mean(axis=0)
            centroids[cluster] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    with threadpool_limits(1):
        return (vectors[rows] @ centroids.T).argmax(axis=1)


def share_near(vectors: np.ndarray, *, numbers: np.ndarray, is_new: np.ndarray) -> float:
    """Return the share of new papers that are as near to some cluster as most of its members.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        Unit rows, centred.
    numbers : ndarray of int64, shape (n,)
        Clusters of known papers; the values of new ones are ignored.
    is_new : ndarray of bool, shape (n,)

    Returns
    -------
    float
        Share of new papers whose cosine with the centroid of any cluster is at least that of 95 %
        of its members; 1 if there is no new paper.
    """
    if not is_new.any():
        return 1.0
    near = np.zeros(int(is_new.sum()), dtype=bool)
    with threadpool_limits(1):
        for cluster in np.unique(numbers[~is_new & (numbers >= 0)]):
            members = vectors[~is_new & (numbers == cluster)]
            centroid = members.mean(axis=0)
            centroid = centroid / max(float(np.linalg.norm(centroid)), 1e-12)
            limit = np.quantile(members @ centroid, _MEMBERS)
            near |= vectors[is_new] @ centroid >= limit
    return float(near.mean())


@dataclass(frozen=True)
class NewPapersFit:
    """Figures of an extension, with those of the known papers for comparison.

    Attributes
    ----------
    n_new : int
        New papers of this run.
    poorly_placed, poorly_placed_known : float or None
        Share of new (of known) papers with a primary weight under .5; None if there are none.
    agreement, agreement_known : float or None
        Share of the ten nearest papers of new (of known) ones that are in the paper's cluster.
    since_fresh : int
        Papers added to the series since its last fresh fit.
    n_fresh : int
        Papers of that fit.
    """

    n_new: int
    poorly_placed: float | None
    poorly_placed_known: float | None
    agreement: float | None
    agreement_known: float | None
    since_fresh: int
    n_fresh: int

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures for `quality.json`, rounded to four digits."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def fit_of_new_papers(
    numbers: np.ndarray,
    *,
    weights: np.ndarray,
    neighbours: np.ndarray,
    is_new: np.ndarray,
    n_fresh: int,
) -> NewPapersFit:
    """Measure how well new papers fit.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Primary cluster of each paper.
    weights : ndarray of float, shape (n,)
        Its weight.
    neighbours : ndarray of int64, shape (n, k)
        Rows of each paper's nearest papers, -1 if there are fewer than k.
    is_new : ndarray of bool, shape (n,)
    n_fresh : int
        Papers of the last fresh fit.
    """
    known = neighbours >= 0
    same = known & (numbers[np.where(known, neighbours, 0)] == numbers[:, None])

    def poor(rows: np.ndarray) -> float | None:
        return float((weights[rows] < COUNTED_WEIGHT).mean()) if rows.any() else None

    def agreement(rows: np.ndarray) -> float | None:
        pairs = int(known[rows].sum())
        return float(same[rows].sum() / pairs) if pairs else None

    return NewPapersFit(
        n_new=int(is_new.sum()),
        poorly_placed=poor(is_new),
        poorly_placed_known=poor(~is_new),
        agreement=agreement(is_new),
        agreement_known=agreement(~is_new),
        since_fresh=len(numbers) - n_fresh,
        n_fresh=n_fresh,
    )


def fit_line(figures: NewPapersFit) -> str:
    """Return the figures in one line; without those of new papers if there are none."""

    def comparison(known: float | None) -> str:
        return "" if known is None else f" (known papers: {known:.0%})"

    parts = []
    if figures.poorly_placed is not None:
        parts.append(
            f"{figures.poorly_placed:.0%} of {figures.n_new:,} new papers poorly placed"
            + comparison(figures.poorly_placed_known)
        )
    if figures.agreement is not None:
        parts.append(
            f"{figures.agreement:.0%} of their nearest papers in the same cluster"
            + comparison(figures.agreement_known)
        )
    parts.append(
        f"{count(figures.since_fresh, 'paper')} added since the last fresh fit "
        f"(of {figures.n_fresh:,})"
    )
    return f"Drift: {'; '.join(parts)}"
