"""Events of all groups: what the scans detect, in the shape that describes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.schema import SPANS, conform, empty

from ..counts import Counts
from ..log_odds_slopes import Vector, adjust_p_within_kinds
from ..scans import BurstScan, line_prior
from ..verdicts import FLAT, MIN_PAPERS, SURE, verdict_table
from .detection import Detected, bursts_beside, detect, smallest_p
from .measures import COLUMNS, Case, make_case, measure_event
from .shapes import Shape, choose_shape

MIN_FULL_PERIODS = 6
SHORT = 0.125
"""A hump of at most this part of the periods is told as the burst that it is, if there is one."""


def find_events(counts: Counts, *, verdicts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find bursts, humps, dips, steps, come-downs and other changes of course.

    Only full periods count, at least six of them, and groups with 20 papers in them. A burst is a
    window of at most a quarter of the periods with more papers than the group's line predicts
    (`scan_bursts`), and at least 1.25 times as many; a change is a period from which a second line
    fits better than one for all (`scan_changes`); a hump (dip) is a window with a higher (lower)
    share than both before and after (`find_humps`). The smallest p of a group, times the number of
    tests, is adjusted as in `verdicts` and must be below .05. If a group has a burst and a change,
    the more certain one is accepted and the other tested again given the first. A change or hump
    must also be found (p < .05 in its group alone) without each of the four periods furthest from
    the line, so that one unusual period is neither.

    Groups with a hump, a change, or a verdict of rising or falling have changed; the shape that
    fits their shares best says how (`choose_shape`): a line (no event), a step, a hump or dip, a
    bend. A bend after which the share falls, and before which it did not, is a come-down. A group
    has at most one of these, and at most one burst that they do not account for.

    Parameters
    ----------
    counts : Counts
        From `count_papers`.
    verdicts : DataFrame, optional
        From `verdict_table`, if there are any already.

    Returns
    -------
    DataFrame
        Table `events`: `kind`, `group_id`, `what`; of a burst, hump or dip `start` and `end`, its
        first and last day; of the others those of the first period of the new level or course.
        `strength`: of a burst the papers over those expected from the other periods, else
        `share_during` / `share_before` (null if that was 0). `n_papers` in the event or from then
        on; `p_adjusted`, the smallest of those that show that the share changed; `share_before`,
        `share_during` (in the event, or from then on), `peak` and `share_peak` (the period with the
        clearly highest share in the event, of falls the lowest), `share_now` (newest full period)
        and `standing` ("above", "below" or "near" the share before).
    """
    full = ~counts.is_partial & (counts.n_total > 0)
    tested = counts.n_papers[:, full].sum(axis=1) >= MIN_PAPERS
    if int(full.sum()) < MIN_FULL_PERIODS or not tested.any():
        return empty("events")
    case = make_case(counts, full=full, tested=tested)
    kinds = counts.groups["kind"].to_numpy()[tested]
    found = detect(case, kinds=kinds)
    p = np.minimum(
        np.minimum(found.change_p, found.hump_p), _verdict_p(counts, verdicts=verdicts)[tested]
    )
    # A burst shows that the share changed: as part of a hump in its group it is told as that.
    p_with_burst = np.where(found.humps.p < SURE, np.minimum(p, found.burst_p), p)
    turns = [_turn(case, int(i), found) for i in np.flatnonzero(p_with_burst < SURE)]
    turns = [turn for turn in turns if turn.what == "hump" or (turn.what and p[turn.row] < SURE)]
    bursts = found.bursts
    for turn in turns:
        if found.burst_p[turn.row] < SURE:
            bursts = _beside(case, turn, bursts)
    rows = [
        *_burst_rows(case, bursts, p=adjust_p_within_kinds(smallest_p(bursts.p), kinds=kinds)),
        *(_row(case, turn, p=float(p_with_burst[turn.row])) for turn in turns),
    ]
    if not rows:
        return empty("events")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    names = counts.groups[tested].reset_index(drop=True).loc[table["row"]]
    table = table.assign(kind=names["kind"].to_numpy(), group_id=names["group_id"].to_numpy())
    return conform(table, name="events")


def _verdict_p(counts: Counts, *, verdicts: pd.DataFrame | None) -> Vector:
    """Return the adjusted p of groups that rise or fall, and 1 of all others."""
    verdicts = verdict_table(counts) if verdicts is None else verdicts
    moved = verdicts["direction"].isin(("rising", "falling"))
    p = verdicts.assign(p=verdicts["p_adjusted"].where(moved, 1.0))[["kind", "group_id", "p"]]
    both = counts.groups[["kind", "group_id"]].merge(p, on=["kind", "group_id"], how="left")
    return both["p"].to_numpy(dtype="float64")


@dataclass(frozen=True)
class _Turn:
    """The shape of a group that has changed; `what` is "" if it is not reported as an event."""

    row: int
    what: str
    first: int
    last: int
    shape: Shape | None
    spread: float


def _turn(case: Case, i: int, found: Detected) -> _Turn:
    """Return in which shape a group that has changed did so."""
    end = len(case.n) - 1
    window, sign = _hump(case, i, found)
    burst = _burst_window(case, i, found) if found.burst_p[i] < SURE else None
    if window and burst and _overlap(window, burst):
        if window[1] - window[0] + 1 <= SHORT * len(case.n):
            window = None
        else:
            burst = None
    shape, spread = choose_shape(
        case.k[i],
        n=case.n,
        x=case.x,
        line=case.share[i],
        window=window,
        sign=sign,
        certain=window is not None and bool(found.hump_p[i] < SURE),
        burst=burst,
        min_dispersion=float(case.min_dispersion[i]),
        prior=line_prior(case.k, n=case.n, x=case.x),
    )
    first, last = shape.first, shape.last if shape.what in SPANS else end
    what = _told_as(case, i, shape, spread=spread)
    if what == "change" and not case.papers[i, :first].any():
        first = int(np.flatnonzero(case.papers[i])[0])
    return _Turn(i, what, first, last, shape, spread)


def _told_as(case: Case, i: int, shape: Shape, *, spread: float) -> str:
    """Return the kind of event that tells a shape, "" if none does."""
    if shape.what in ("hump", "dip"):
        return shape.what
    if shape.comes_down(spread=spread):
        return "come-down"
    if shape.what == "bend":
        return "change"
    if shape.what not in ("step", "lines"):
        return ""
    before, since = (
        case.papers[i, part].sum() / case.totals[part].sum()
        for part in (slice(0, shape.first), slice(shape.first, None))
    )
    differs = not FLAT[0] * before < since < FLAT[1] * before
    if shape.what == "step":
        return "step" if differs else ""
    jumps = shape.jumps(spread=spread)
    return "step" if differs and jumps and (jumps > 0) == (since > before) else "change"


def _hump(case: Case, i: int, found: Detected) -> tuple[tuple[int, int] | None, int]:
    """Return the window of a group's hump or dip, and its sign; None without."""
    if found.humps.p[i] >= SURE:
        return None, 0
    first, last, sign = (
        int(each[i]) for each in (found.humps.first, found.humps.last, found.humps.sign)
    )
    before, inside, after = (
        case.papers[i, part].sum() / case.totals[part].sum()
        for part in (slice(0, first), slice(first, last + 1), slice(last + 1, None))
    )
    clear = (
        inside >= FLAT[1] * max(before, after)
        if sign > 0
        else inside <= FLAT[0] * min(before, after)
    )
    return ((first, last), sign) if clear else (None, 0)


def _burst_window(case: Case, i: int, found: Detected) -> tuple[int, int]:
    window = int(found.bursts.p[i].argmin())
    return int(found.bursts.first[window]), int(found.bursts.last[window])


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _beside(case: Case, turn: _Turn, bursts: BurstScan) -> BurstScan:
    """Test a group's bursts again given its shape; a hump accounts for its slopes too."""
    if turn.shape is None or turn.shape.what in ("line", "burst"):
        return bursts
    again = bursts_beside(
        case, turn.row, bursts, share=turn.shape.share, n_fitted=turn.shape.n_fitted
    )
    if turn.what in ("hump", "dip"):
        beside = (again.first <= turn.last + 1) & (again.last >= turn.first - 1)
        again.p[turn.row, beside] = 1.0
    return again


def _burst_rows(case: Case, bursts: BurstScan, *, p: Vector) -> list[dict[str, object]]:
    rows = []
    for i in np.flatnonzero(p < SURE):
        window = int(bursts.p[i].argmin())
        first, last = int(bursts.first[window]), int(bursts.last[window])
        strength = float(bursts.strength[i, window])
        if strength >= FLAT[1]:
            turn = _Turn(int(i), "burst", first, last, None, max(case.prior.scale, 1.0))
            rows.append(_row(case, turn, p=float(p[i]), strength=strength))
    return rows


def _row(case: Case, turn: _Turn, *, p: float, strength: float | None = None) -> dict[str, object]:
    return measure_event(
        case,
        turn.row,
        what=turn.what,
        first=turn.first,
        last=turn.last,
        p=p,
        spread=turn.spread,
        strength=strength,
    )
