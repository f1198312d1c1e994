"""How well the new papers of an extension fit the clusters there are."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from analysis.base.schema import COUNTED_WEIGHT


@dataclass(frozen=True)
class Drift:
    """Figures of an extension; those of the known papers stand beside them for comparison.

    Attributes
    ----------
    n_new : int
        New papers of this run.
    poorly_placed, poorly_placed_known : float or None
        Share of new (of known) papers with a primary weight under .5; None where there are none.
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


def drift(
    labels: np.ndarray,
    *,
    weights: np.ndarray,
    neighbours: np.ndarray,
    is_new: np.ndarray,
    n_fresh: int,
) -> Drift:
    """Measure how well new papers fit.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        Primary cluster of each paper.
    weights : ndarray of float, shape (n,)
        Its weight.
    neighbours : ndarray of int64, shape (n, k)
        Rows of each paper's nearest papers, -1 where there are fewer than k.
    is_new : ndarray of bool, shape (n,)
    n_fresh : int
        Papers of the last fresh fit.
    """
    there = neighbours >= 0
    alike = there & (labels[np.where(there, neighbours, 0)] == labels[:, None])

    def poor(rows: np.ndarray) -> float | None:
        return float((weights[rows] < COUNTED_WEIGHT).mean()) if rows.any() else None

    def agreement(rows: np.ndarray) -> float | None:
        pairs = int(there[rows].sum())
        return float(alike[rows].sum() / pairs) if pairs else None

    return Drift(
        n_new=int(is_new.sum()),
        poorly_placed=poor(is_new),
        poorly_placed_known=poor(~is_new),
        agreement=agreement(is_new),
        agreement_known=agreement(~is_new),
        since_fresh=len(labels) - n_fresh,
        n_fresh=n_fresh,
    )


def drift_line(figures: Drift) -> str:
    """Say the figures in one line; without those of new papers where there are none."""
    parts = []
    if figures.poorly_placed is not None:
        parts.append(
            f"{figures.poorly_placed:.0%} of {figures.n_new:,} new papers poorly placed"
            + _beside(figures.poorly_placed_known)
        )
    if figures.agreement is not None:
        parts.append(
            f"{figures.agreement:.0%} of their nearest papers in the same cluster"
            + _beside(figures.agreement_known)
        )
    parts.append(
        f"{figures.since_fresh:,} papers added since the last fresh fit (of {figures.n_fresh:,})"
    )
    return f"Drift: {'; '.join(parts)}"


def _beside(known: float | None) -> str:
    return "" if known is None else f" (known ones {known:.0%})"
