"""Detection of bursts, changes and humps in all groups, corrected for what is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..design_effect import squared_deviations
from ..log_odds_slopes import Matrix, Vector, adjust_p_within_kinds, fit_lines, pearson_dispersion
from ..scans import BurstScan, ChangeScan, line_prior, scan_bursts, scan_changes
from ..verdicts import SURE
from .humps import Humps, find_humps
from .measures import Case

UNUSUAL_PERIODS = 4
"""A change or hump must remain (p < .05 in its group alone) without each of these many periods
furthest from the line."""


@dataclass(frozen=True)
class Detected:
    """What the scans show in the tested groups.

    Attributes
    ----------
    bursts, changes, humps : BurstScan, ChangeScan, Humps
    burst_p, change_p, hump_p : ndarray of float64, shape (n_groups,)
        Adjusted for places and groups; `humps.p` is adjusted for places alone.
    """

    bursts: BurstScan
    changes: ChangeScan
    humps: Humps
    burst_p: Vector
    change_p: Vector
    hump_p: Vector


def detect(case: Case, *, kinds: NDArray) -> Detected:
    """Scan all groups; a group's burst and change are each tested given the more certain one."""
    prior = line_prior(case.k, n=case.n, x=case.x)
    bursts = burst_scan(case, slice(None))
    changes = scan_changes(case.k, n=case.n, x=case.x, min_dispersion=case.min_dispersion)
    humps = find_humps(case.k, n=case.n, min_dispersion=case.min_dispersion, prior=prior)

    def adjusted(p: Vector) -> Vector:
        return adjust_p_within_kinds(p, kinds=kinds)

    burst_p = adjusted(smallest_p(bursts.p))
    changes = _robust_changes(
        case, changes, rows=np.flatnonzero(adjusted(smallest_p(changes.p)) < SURE)
    )
    for i in np.flatnonzero((burst_p < SURE) & (adjusted(smallest_p(changes.p)) < SURE)):
        bursts, changes = _separate(case, int(i), bursts, changes)
    humps = _robust_humps(case, humps, rows=np.flatnonzero(humps.p < SURE))
    return Detected(
        bursts=bursts,
        changes=changes,
        humps=humps,
        burst_p=adjusted(smallest_p(bursts.p)),
        change_p=adjusted(smallest_p(changes.p)),
        hump_p=adjusted(humps.p),
    )


def burst_scan(
    case: Case, rows: slice, *, share: Matrix | None = None, n_fitted: int = 2
) -> BurstScan:
    """Test windows of some groups around given shares, by default those of the groups' lines."""
    around = case.share[rows] if share is None else share
    dispersion, df = case.dispersion[rows], case.df[rows]
    if share is not None:
        dispersion, df = pearson_dispersion(case.k[rows], n=case.n, share=around, n_fitted=n_fitted)
    all_shares = np.zeros((len(case.tested), len(case.full)))
    numbers = np.flatnonzero(case.tested)[rows]
    all_shares[np.ix_(numbers, case.full)] = around
    squares = squared_deviations(case.clump_counts, share=all_shares, full=case.full)
    return scan_bursts(
        case.k[rows],
        n=case.n,
        x=case.x,
        share=around,
        dispersion=dispersion,
        df=df,
        prior=case.prior,
        excess=case.papers[rows] - case.totals * around,
        squares=squares[np.ix_(numbers, case.full)],
    )


def bursts_beside(
    case: Case, i: int, bursts: BurstScan, *, share: Vector, n_fitted: int
) -> BurstScan:
    """Test the bursts of one group again, around the shares that another shape fits to it."""
    again = burst_scan(case, slice(i, i + 1), share=share[None, :], n_fitted=n_fitted)
    p, strength = bursts.p.copy(), bursts.strength.copy()
    p[i], strength[i] = again.p[0], again.strength[0]
    return replace(bursts, p=p, strength=strength)


def smallest_p(p: Matrix) -> Vector:
    """Return the smallest p of each group times the number of tests (Bonferroni)."""
    return np.minimum(p.min(axis=1, initial=1.0) * p.shape[1], 1.0)


def _separate(
    case: Case, i: int, bursts: BurstScan, changes: ChangeScan
) -> tuple[BurstScan, ChangeScan]:
    """Test the less certain of a group's burst and change again, given the other."""
    burst_p, change_p = (smallest_p(scan.p[i : i + 1])[0] for scan in (bursts, changes))
    if burst_p <= change_p:
        return bursts, _without_burst(case, i, bursts, changes)
    return _given_change(case, i, bursts, changes), changes


def _robust_changes(case: Case, changes: ChangeScan, *, rows: NDArray[np.int64]) -> ChangeScan:
    """Remove changes that disappear without one of the group's most unusual periods."""
    p = changes.p.copy()
    for i in rows:
        for period in unusual_periods(case, int(i)):
            kept = np.arange(len(case.x)) != period
            again = _scan_changes_again(case, int(i), changes, kept=kept)
            if smallest_p(again.p[i : i + 1])[0] >= SURE:
                p[i] = 1.0
                break
    return ChangeScan(changes.start, p)


def _without_burst(case: Case, i: int, bursts: BurstScan, changes: ChangeScan) -> ChangeScan:
    window = int(bursts.p[i].argmin())
    kept = np.ones(len(case.x), dtype=bool)
    kept[bursts.first[window] : bursts.last[window] + 1] = False
    return _scan_changes_again(case, i, changes, kept=kept)


def _scan_changes_again(
    case: Case, i: int, changes: ChangeScan, *, kept: NDArray[np.bool_]
) -> ChangeScan:
    """Test one group's changes in some of the periods; p is 1 if that is impossible."""
    again = scan_changes(
        case.k[i : i + 1, kept],
        n=case.n[kept],
        x=case.x[kept],
        min_dispersion=case.min_dispersion[i : i + 1],
        prior=line_prior(case.k, n=case.n, x=case.x),
    )
    p = changes.p.copy()
    p[i] = 1.0
    p[i, np.searchsorted(changes.start, np.flatnonzero(kept)[again.start])] = again.p[0]
    return ChangeScan(changes.start, p)


def _given_change(case: Case, i: int, bursts: BurstScan, changes: ChangeScan) -> BurstScan:
    start = int(changes.start[changes.p[i].argmin()])
    k, parts = case.k[i : i + 1], (slice(0, start), slice(start, None))
    halves = [fit_lines(k[:, part], n=case.n[part], x=case.x[part]).share for part in parts]
    return bursts_beside(case, i, bursts, share=np.concatenate(halves, axis=1)[0], n_fitted=4)


def _robust_humps(case: Case, humps: Humps, *, rows: NDArray[np.int64]) -> Humps:
    """Remove humps that disappear without one of the group's most unusual periods."""
    p = humps.p.copy()
    for i in rows:
        for period in unusual_periods(case, int(i)):
            kept = np.arange(len(case.x)) != period
            again = find_humps(
                case.k[i : i + 1, kept],
                n=case.n[kept],
                min_dispersion=case.min_dispersion[i : i + 1],
                prior=line_prior(case.k, n=case.n, x=case.x),
            )
            if again.p[0] >= SURE:
                p[i] = 1.0
                break
    return replace(humps, p=p)


def unusual_periods(case: Case, i: int) -> NDArray[np.int64]:
    """Return the periods of a group furthest from its line."""
    expected = case.totals * case.share[i]
    return np.argsort(-((case.papers[i] - expected) ** 2) / expected, kind="stable")[
        :UNUSUAL_PERIODS
    ]
