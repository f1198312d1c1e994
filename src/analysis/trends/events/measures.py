"""Figures of an event: its days and papers, and the shares before it, in it and now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.base.schema import SPANS

from ..counts import Counts
from ..design_effect import ClumpCounts, group_design_effect
from ..log_odds_slopes import (
    DispersionPrior,
    Matrix,
    Vector,
    dispersion_prior,
    fit_lines,
    pearson_dispersion,
)
from ..shares import share_interval
from .humps import angles

COLUMNS = (
    *("row", "what", "start", "end", "strength", "n_papers", "p_adjusted"),
    *("share_before", "share_during", "peak", "share_peak", "share_now", "standing"),
)

_CLEARLY_APART = 1.96


@dataclass(frozen=True)
class Case:
    """The tested groups in the full periods; `k` and `n` are effective numbers of papers."""

    papers: NDArray[np.int64]
    totals: NDArray[np.int64]
    phi: Vector
    k: Matrix
    n: Vector
    x: Vector
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    share: Matrix
    dispersion: Vector
    df: Vector
    prior: DispersionPrior
    min_dispersion: Vector
    clump_counts: ClumpCounts
    full: NDArray[np.bool_]
    tested: NDArray[np.bool_]


def make_case(counts: Counts, *, full: NDArray[np.bool_], tested: NDArray[np.bool_]) -> Case:
    """Return what the scans need of the groups `tested` in the periods `full`."""
    phi, papers = counts.phi[full], counts.n_papers[np.ix_(tested, full)]
    k, n, x = papers / phi, counts.n_total[full] / phi, counts.years[full]
    share = fit_lines(k, n=n, x=x).share
    dispersion, df = pearson_dispersion(k, n=n, share=share)
    effect = group_design_effect(
        counts.clump_counts,
        n_groups=len(counts.groups),
        correlation=counts.clump_correlation,
        full=full,
    )
    return Case(
        papers=papers,
        totals=counts.n_total[full],
        phi=phi,
        k=k,
        n=n,
        x=x,
        starts=counts.starts[full],
        ends=counts.ends[full],
        share=share,
        dispersion=dispersion,
        df=df,
        prior=dispersion_prior(dispersion, df=df),
        min_dispersion=effect[tested],
        clump_counts=counts.clump_counts,
        full=full,
        tested=tested,
    )


def measure_event(
    case: Case,
    i: int,
    *,
    what: str,
    first: int,
    last: int,
    p: float,
    spread: float,
    strength: float | None = None,
) -> dict[str, object]:
    """Return a row of `events` (`COLUMNS`).

    Parameters
    ----------
    case : Case
    i : int
        Row of the group in `case`.
    what : str
        As in `schema.EVENTS`.
    first, last : int
        Periods: of an event that ends its first and last, else the first and the last full one.
    p : float
        Adjusted.
    spread : float
        Dispersion for the comparison of the newest share with that before.
    strength : float, optional
        By default the share in the event over the share before; null if that was 0.

    Returns
    -------
    dict
        `peak` is the period whose 95 % interval begins highest (of a fall or a dip: ends lowest) in
        the event, of a come-down in all periods: the highest share alone would often be that of a
        period with few papers. `standing` says whether the share of the newest full period is
        "above", "below" or "near" the share before the event.
    """
    k, totals = case.papers[i], case.totals
    before = _pooled(k, totals, slice(0, first))
    during = _pooled(k, totals, slice(first, last + 1))
    ratio = during / before if before > 0 else np.nan
    ends = case.ends[last if what in SPANS else first]
    down = what == "dip" or (what not in (*SPANS, "come-down") and ratio < 1)
    span = slice(0 if what == "come-down" else first, last + 1)
    low, high = share_interval(k[span], totals[span], phi=case.phi[span])
    peak = span.start + int(np.argmin(high) if down else np.argmax(low))
    return {
        "row": i,
        "what": what,
        "start": case.starts[first],
        "end": ends,
        "strength": ratio if strength is None else strength,
        "n_papers": int(k[first : last + 1].sum()),
        "p_adjusted": p,
        "share_before": before,
        "share_during": during,
        "peak": case.starts[peak],
        "share_peak": k[peak] / totals[peak],
        "share_now": k[-1] / totals[-1],
        "standing": _standing(case, i, first=first, spread=spread),
    }


def _pooled(k: NDArray[np.int64], totals: NDArray[np.int64], span: slice) -> float:
    n = totals[span].sum()
    return float(k[span].sum() / n) if n else np.nan


def _standing(case: Case, i: int, *, first: int, spread: float) -> str | None:
    """Return where the newest period's share lies, seen from the periods before the event."""
    if not first or first >= len(case.n):
        return None
    k = np.array([[case.k[i, :first].sum(), case.k[i, -1]]])
    n = np.array([case.n[:first].sum(), case.n[-1]])
    before, now = angles(k, n=n)[0]
    apart = (now - before) / np.sqrt(spread * (1 / n[0] + 1 / n[1]))
    return "near" if abs(apart) < _CLEARLY_APART else "above" if apart > 0 else "below"
