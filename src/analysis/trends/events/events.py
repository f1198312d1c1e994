"""Bursts and changes of course: when a group's share did what one line does not tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.schema import TABLES, conform, empty

from ..counting.clumps import Clumped, clump_squares, group_effect
from ..counting.counts import Counts
from ..verdicts.dispersion import Prior, pearson, prior
from ..verdicts.fits import fit_lines
from ..verdicts.judging import within_kinds
from ..verdicts.verdicts import FLAT, LEAST_PAPERS, SURE
from .bursts import Scan, scan
from .changes import Breaks, breaks, line_prior

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LEAST_FULL_PERIODS = 6
MOST_UNUSUAL = 4
"""Periods, the furthest from a group's line, without each of which a change must show (p < .05 in
that group by itself)."""


def find_events(counts: Counts) -> pd.DataFrame:
    """Find bursts and changes of course.

    Only full periods count, groups with 20 papers in them, and grids with six. A burst is a
    stretch of at most a quarter of the periods with more papers than the group's line lets expect
    (`bursts.scan`), and at least 1.25 times as many; a change is a period from which on a second
    line fits better than one for all (`changes.breaks`). The smallest p of a group, times the
    number of stretches (or of periods), is adjusted as in `verdicts`; .05 is the limit. Where a
    group has both, the surer one is taken for true and the other tested again beside it: without
    the periods of the burst, or against the two lines. A change must also show, at .05 in its group
    alone, without each of the four periods furthest from the line, so that one odd period is none.
    At most one of each is told of a group.

    Parameters
    ----------
    counts : Counts
        From `count`.

    Returns
    -------
    DataFrame
        Table `events`: `kind`, `group_id`, `what`; of a burst `start` and `end`, its first and
        last day, `strength`, the papers in it over those expected from the other periods, and
        `n_papers` in it; of a change `start` and `end` of the first period of the new course,
        `strength`, the share from then on over the share before (null where that was 0), and
        `n_papers` from then on; `p_adjusted`.
    """
    full = ~counts.is_partial & (counts.n_total > 0)
    tested = counts.n_papers[:, full].sum(axis=1) >= LEAST_PAPERS
    if int(full.sum()) < LEAST_FULL_PERIODS or not tested.any():
        return empty("events")
    case = _case(counts, full=full, tested=tested)
    kinds = counts.groups["kind"].to_numpy()[tested]
    found = _scanned(case), _broken(case)
    corrected = [within_kinds(_smallest(each.p), kinds=kinds) for each in found]
    found = found[0], _robust(case, found[1], rows=np.flatnonzero(corrected[1] < SURE))
    corrected[1] = within_kinds(_smallest(found[1].p), kinds=kinds)
    for i in np.flatnonzero((corrected[0] < SURE) & (corrected[1] < SURE)):
        found = _told_apart(case, i, *found)
    corrected = [within_kinds(_smallest(each.p), kinds=kinds) for each in found]
    rows = [*_burst_rows(case, found[0], p=corrected[0]),
            *_change_rows(case, found[1], p=corrected[1])]  # fmt: skip
    if not rows:
        return empty("events")
    table = pd.DataFrame(rows, columns=["row", *list(TABLES["events"].columns)[2:]])
    names = counts.groups[tested].reset_index(drop=True).loc[table["row"]]
    table = table.assign(kind=names["kind"].to_numpy(), group_id=names["group_id"].to_numpy())
    return conform(table, name="events")


@dataclass(frozen=True)
class _Case:
    """The tested groups in the full periods; `k` and `n` are effective, `papers` whole."""

    papers: NDArray[np.int64]
    totals: NDArray[np.int64]
    k: Matrix
    n: Vector
    x: Vector
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    share: Matrix
    scatter: Vector
    df: Vector
    common: Prior
    least: Vector
    clumped: Clumped
    full: NDArray[np.bool_]
    tested: NDArray[np.bool_]


def _case(counts: Counts, *, full: NDArray[np.bool_], tested: NDArray[np.bool_]) -> _Case:
    phi, papers = counts.phi[full], counts.n_papers[np.ix_(tested, full)]
    k, n, x = papers / phi, counts.n_total[full] / phi, counts.years[full]
    share = fit_lines(k, n=n, x=x).share
    scatter, df = pearson(k, n=n, share=share)
    effect = group_effect(
        counts.clumped, n_groups=len(counts.groups), correlation=counts.clump_correlation, full=full
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
        scatter=scatter,
        df=df,
        common=prior(scatter, df=df),
        least=effect[tested],
        clumped=counts.clumped,
        full=full,
        tested=tested,
    )


def _scanned(case: _Case) -> Scan:
    return _scan(case, slice(None), share=case.share, scatter=case.scatter, df=case.df)


def _scan(case: _Case, rows: slice, *, share: Matrix, scatter: Vector, df: Vector) -> Scan:
    whole = np.zeros((len(case.tested), len(case.full)))
    numbers = np.flatnonzero(case.tested)[rows]
    whole[np.ix_(numbers, case.full)] = share
    squares = clump_squares(case.clumped, share=whole, full=case.full)
    return scan(
        case.k[rows],
        n=case.n,
        x=case.x,
        share=share,
        scatter=scatter,
        df=df,
        prior=case.common,
        excess=case.papers[rows] - case.totals * share,
        squares=squares[np.ix_(numbers, case.full)],
    )


def _broken(case: _Case) -> Breaks:
    return breaks(case.k, n=case.n, x=case.x, least=case.least)


def _smallest(p: Matrix) -> Vector:
    """Return the smallest p of each group times the number of places looked at (Bonferroni)."""
    return np.minimum(p.min(axis=1, initial=1.0) * p.shape[1], 1.0)


def _told_apart(case: _Case, i: int, scanned: Scan, broken: Breaks) -> tuple[Scan, Breaks]:
    """Test again what is the less sure of a group's burst and change, beside the other."""
    surest = [float(_smallest(each.p[i : i + 1])[0]) for each in (scanned, broken)]
    if surest[0] <= surest[1]:
        return scanned, _without_burst(case, i, scanned, broken)
    return _beside_change(case, i, scanned, broken), broken


def _robust(case: _Case, broken: Breaks, *, rows: NDArray[np.int64]) -> Breaks:
    """Strike changes that do not show without one of the group's most unusual periods."""
    unusual = (case.papers - case.totals * case.share) ** 2 / (case.totals * case.share)
    p = broken.p.copy()
    for i in rows:
        for period in np.argsort(-unusual[i], kind="stable")[:MOST_UNUSUAL]:
            kept = np.arange(len(case.x)) != period
            again = _broken_again(case, int(i), broken, kept=kept)
            if _smallest(again.p[i : i + 1])[0] >= SURE:
                p[i] = 1.0
                break
    return Breaks(broken.at, p)


def _without_burst(case: _Case, i: int, scanned: Scan, broken: Breaks) -> Breaks:
    window = int(scanned.p[i].argmin())
    kept = np.ones(len(case.x), dtype=bool)
    kept[scanned.first[window] : scanned.last[window] + 1] = False
    return _broken_again(case, i, broken, kept=kept)


def _broken_again(case: _Case, i: int, broken: Breaks, *, kept: NDArray[np.bool_]) -> Breaks:
    """Test one group's changes on some of the periods; what cannot be tested has p 1."""
    again = breaks(
        case.k[i : i + 1, kept],
        n=case.n[kept],
        x=case.x[kept],
        least=case.least[i : i + 1],
        common=line_prior(case.k, n=case.n, x=case.x),
    )
    p = broken.p.copy()
    p[i] = 1.0
    p[i, np.searchsorted(broken.at, np.flatnonzero(kept)[again.at])] = again.p[0]
    return Breaks(broken.at, p)


def _beside_change(case: _Case, i: int, scanned: Scan, broken: Breaks) -> Scan:
    at = int(broken.at[broken.p[i].argmin()])
    k, rest = case.k[i : i + 1], (slice(0, at), slice(at, None))
    halves = [fit_lines(k[:, part], n=case.n[part], x=case.x[part]).share for part in rest]
    share = np.concatenate(halves, axis=1)
    scatter, df = pearson(k, n=case.n, share=share, n_fitted=4)
    again = _scan(case, slice(i, i + 1), share=share, scatter=scatter, df=df)
    p, strength = scanned.p.copy(), scanned.strength.copy()
    p[i], strength[i] = again.p[0], again.strength[0]
    return Scan(scanned.first, scanned.last, p, strength)


def _burst_rows(case: _Case, scanned: Scan, *, p: Vector) -> list[tuple]:
    rows = []
    for i in np.flatnonzero(p < SURE):
        window = int(scanned.p[i].argmin())
        first, last = int(scanned.first[window]), int(scanned.last[window])
        strength = float(scanned.strength[i, window])
        if strength >= FLAT[1]:
            papers = int(case.papers[i, first : last + 1].sum())
            rows.append((i, "burst", case.starts[first], case.ends[last], strength, papers, p[i]))
    return rows


def _change_rows(case: _Case, broken: Breaks, *, p: Vector) -> list[tuple]:
    rows = []
    for i in np.flatnonzero(p < SURE):
        at = int(broken.at[broken.p[i].argmin()])
        sums = [case.papers[i, part].sum() / case.totals[part].sum()
                for part in (slice(0, at), slice(at, None))]  # fmt: skip
        strength = float(sums[1] / sums[0]) if sums[0] else np.nan
        papers = int(case.papers[i, at:].sum())
        rows.append((i, "change", case.starts[at], case.ends[at], strength, papers, p[i]))
    return rows
