"""Events: bursts and changes that one line does not explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.schema import TABLES, conform, empty

from .counts import Counts
from .design_effect import ClumpCounts, group_design_effect, squared_deviations
from .log_odds_slopes import (
    DispersionPrior,
    Matrix,
    Vector,
    adjust_p_within_kinds,
    dispersion_prior,
    fit_lines,
    pearson_dispersion,
)
from .scans import BurstScan, ChangeScan, line_prior, scan_bursts, scan_changes
from .verdicts import FLAT, MIN_PAPERS, SURE

MIN_FULL_PERIODS = 6
UNUSUAL_PERIODS = 4
"""A change must remain (p < .05 in its group alone) without each of these many periods furthest
from the line."""


def find_events(counts: Counts) -> pd.DataFrame:
    """Find bursts and changes.

    Only full periods count, at least six of them, and groups with 20 papers in them. A burst is a
    window of at most a quarter of the periods with more papers than the group's line predicts
    (`scan_bursts`), and at least 1.25 times as many; a change is a period from which a second line
    fits better than one for all (`scan_changes`). The smallest p of a group, times the number of
    windows (or change points), is adjusted as in `verdicts` and must be below .05. If a group has
    both, the more certain one is accepted and the other tested again given the first: without the
    periods of the burst, or against the two lines. A change must also be found (p < .05 in its
    group alone) without each of the four periods furthest from the line, so that one unusual period
    is not a change. At most one of each is reported per group.

    Parameters
    ----------
    counts : Counts
        From `count_papers`.

    Returns
    -------
    DataFrame
        Table `events`: `kind`, `group_id`, `what`; of a burst `start` and `end`, its first and
        last day, `strength`, the papers in it over those expected from the other periods, and
        `n_papers` in it; of a change `start` and `end` of the first period of the second
        line, `strength`, the share from then on over the share before (null if that was 0), and
        `n_papers` from then on; `p_adjusted`.
    """
    full = ~counts.is_partial & (counts.n_total > 0)
    tested = counts.n_papers[:, full].sum(axis=1) >= MIN_PAPERS
    if int(full.sum()) < MIN_FULL_PERIODS or not tested.any():
        return empty("events")
    case = _case(counts, full=full, tested=tested)
    kinds = counts.groups["kind"].to_numpy()[tested]

    def p_adjusted(scan: BurstScan | ChangeScan) -> Vector:
        return adjust_p_within_kinds(_smallest_p(scan.p), kinds=kinds)

    bursts = _scan_bursts(
        case, slice(None), share=case.share, dispersion=case.dispersion, df=case.df
    )
    changes = scan_changes(case.k, n=case.n, x=case.x, min_dispersion=case.min_dispersion)
    burst_p = p_adjusted(bursts)
    changes = _robust_changes(case, changes, rows=np.flatnonzero(p_adjusted(changes) < SURE))
    for i in np.flatnonzero((burst_p < SURE) & (p_adjusted(changes) < SURE)):
        bursts, changes = _separate(case, int(i), bursts, changes)
    rows = [
        *_burst_rows(case, bursts, p=p_adjusted(bursts)),
        *_change_rows(case, changes, p=p_adjusted(changes)),
    ]
    if not rows:
        return empty("events")
    table = pd.DataFrame(rows, columns=["row", *list(TABLES["events"].columns)[2:]])
    names = counts.groups[tested].reset_index(drop=True).loc[table["row"]]
    table = table.assign(kind=names["kind"].to_numpy(), group_id=names["group_id"].to_numpy())
    return conform(table, name="events")


@dataclass(frozen=True)
class _Case:
    """The tested groups in the full periods; `k` and `n` are effective numbers of papers."""

    papers: NDArray[np.int64]
    totals: NDArray[np.int64]
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


def _case(counts: Counts, *, full: NDArray[np.bool_], tested: NDArray[np.bool_]) -> _Case:
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
    return _Case(
        papers=papers,
        totals=counts.n_total[full],
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


def _scan_bursts(
    case: _Case, rows: slice, *, share: Matrix, dispersion: Vector, df: Vector
) -> BurstScan:
    all_shares = np.zeros((len(case.tested), len(case.full)))
    numbers = np.flatnonzero(case.tested)[rows]
    all_shares[np.ix_(numbers, case.full)] = share
    squares = squared_deviations(case.clump_counts, share=all_shares, full=case.full)
    return scan_bursts(
        case.k[rows],
        n=case.n,
        x=case.x,
        share=share,
        dispersion=dispersion,
        df=df,
        prior=case.prior,
        excess=case.papers[rows] - case.totals * share,
        squares=squares[np.ix_(numbers, case.full)],
    )


def _smallest_p(p: Matrix) -> Vector:
    """Return the smallest p of each group times the number of tests (Bonferroni)."""
    return np.minimum(p.min(axis=1, initial=1.0) * p.shape[1], 1.0)


def _separate(
    case: _Case, i: int, bursts: BurstScan, changes: ChangeScan
) -> tuple[BurstScan, ChangeScan]:
    """Test the less certain of a group's burst and change again, given the other."""
    burst_p, change_p = (_smallest_p(scan.p[i : i + 1])[0] for scan in (bursts, changes))
    if burst_p <= change_p:
        return bursts, _without_burst(case, i, bursts, changes)
    return _given_change(case, i, bursts, changes), changes


def _robust_changes(case: _Case, changes: ChangeScan, *, rows: NDArray[np.int64]) -> ChangeScan:
    """Remove changes that disappear without one of the group's most unusual periods."""
    unusual = (case.papers - case.totals * case.share) ** 2 / (case.totals * case.share)
    p = changes.p.copy()
    for i in rows:
        for period in np.argsort(-unusual[i], kind="stable")[:UNUSUAL_PERIODS]:
            kept = np.arange(len(case.x)) != period
            again = _scan_changes_again(case, int(i), changes, kept=kept)
            if _smallest_p(again.p[i : i + 1])[0] >= SURE:
                p[i] = 1.0
                break
    return ChangeScan(changes.start, p)


def _without_burst(case: _Case, i: int, bursts: BurstScan, changes: ChangeScan) -> ChangeScan:
    window = int(bursts.p[i].argmin())
    kept = np.ones(len(case.x), dtype=bool)
    kept[bursts.first[window] : bursts.last[window] + 1] = False
    return _scan_changes_again(case, i, changes, kept=kept)


def _scan_changes_again(
    case: _Case, i: int, changes: ChangeScan, *, kept: NDArray[np.bool_]
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


def _given_change(case: _Case, i: int, bursts: BurstScan, changes: ChangeScan) -> BurstScan:
    start = int(changes.start[changes.p[i].argmin()])
    k, parts = case.k[i : i + 1], (slice(0, start), slice(start, None))
    halves = [fit_lines(k[:, part], n=case.n[part], x=case.x[part]).share for part in parts]
    share = np.concatenate(halves, axis=1)
    dispersion, df = pearson_dispersion(k, n=case.n, share=share, n_fitted=4)
    again = _scan_bursts(case, slice(i, i + 1), share=share, dispersion=dispersion, df=df)
    p, strength = bursts.p.copy(), bursts.strength.copy()
    p[i], strength[i] = again.p[0], again.strength[0]
    return BurstScan(bursts.first, bursts.last, p, strength)


def _burst_rows(case: _Case, bursts: BurstScan, *, p: Vector) -> list[tuple]:
    rows = []
    for i in np.flatnonzero(p < SURE):
        window = int(bursts.p[i].argmin())
        first, last = int(bursts.first[window]), int(bursts.last[window])
        strength = float(bursts.strength[i, window])
        if strength >= FLAT[1]:
            papers = int(case.papers[i, first : last + 1].sum())
            rows.append((i, "burst", case.starts[first], case.ends[last], strength, papers, p[i]))
    return rows


def _change_rows(case: _Case, changes: ChangeScan, *, p: Vector) -> list[tuple]:
    rows = []
    for i in np.flatnonzero(p < SURE):
        start = int(changes.start[changes.p[i].argmin()])
        sums = [
            case.papers[i, part].sum() / case.totals[part].sum()
            for part in (slice(0, start), slice(start, None))
        ]
        strength = float(sums[1] / sums[0]) if sums[0] else np.nan
        papers = int(case.papers[i, start:].sum())
        rows.append((i, "change", case.starts[start], case.ends[start], strength, papers, p[i]))
    return rows
