"""The shape of a share over time: a line, a step, a hump or a dip, a bend, two lines.

All are least squares on angles, 2 arcsin(sqrt(share)), whose variance is about 1 / n.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..log_odds_slopes import DispersionPrior, Matrix, Vector
from ..scans import MIN_SIDE
from .humps import angles, shrunk_spread

CLEARLY_BETTER = 6.0
"""How much lower a shape's information criterion must be than the line's: "strong" evidence on the
scale of Kass and Raftery (1995)."""

NOT_WORTH_MORE = 2.0
"""Within this of the best, a step stands: "not worth more than a bare mention"."""

_CLEAR = 2.0
_NO_COURSES = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Shape:
    """A shape fitted to one group's shares.

    Attributes
    ----------
    what : str
        "line", "step" (two levels), "hump", "dip" (three levels), "bend" (two lines that meet),
        "lines" (two that do not), or "burst" (a line, and a window apart from it).
    first, last : int
        First and last period of the window; of a step, a bend or two lines the first period of the
        second part, twice; of a line 0 and 0.
    share : ndarray of float64, shape (n_periods,)
        Fitted shares.
    squares : float
        Squared deviations of the angles.
    n_fitted : int
        Fitted numbers, each place among them.
    courses : (float, float, float)
        Of a bend or two lines: slope before, jump (of a bend 0), slope after, each over its
        standard error without dispersion.
    """

    what: str
    first: int
    last: int
    share: Vector
    squares: float
    n_fitted: int
    courses: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def comes_down(self, *, spread: float) -> bool:
        """Whether a rise or a level course bends and falls, or a rise ends with a jump down."""
        before, jump, after = (each / np.sqrt(spread) for each in self.courses)
        if self.what == "bend":
            return before > -_CLEAR and after < min(before, -_CLEAR)
        return self.what == "lines" and before > _CLEAR and jump < -_CLEAR

    def jumps(self, *, spread: float) -> int:
        """Return 1 if two lines are a clear jump upwards apart, -1 if downwards, else 0."""
        jump = self.courses[1] / np.sqrt(spread)
        return int(np.sign(jump)) if abs(jump) > _CLEAR else 0


def choose_shape(
    k: Vector,
    *,
    n: Vector,
    x: Vector,
    line: Vector,
    window: tuple[int, int] | None,
    sign: int,
    certain: bool,
    burst: tuple[int, int] | None,
    min_dispersion: float,
    prior: DispersionPrior,
) -> tuple[Shape, float]:
    """Choose the shape of a share that is known to have changed.

    The lowest Schwarz criterion, squares / dispersion + fitted numbers x log(periods), with places
    counted as fitted numbers (Yao 1988). The line stands unless another is lower by
    `CLEARLY_BETTER`, a step if a bend or two lines are lower by less than `NOT_WORTH_MORE`. A hump
    that is better than line and step comes before bends and two lines, which say less. This
    describes a change that another test has found, and tests nothing.

    Parameters
    ----------
    k, n, x : ndarray, shape (n_periods,)
        Effective counts, effective totals, years.
    line : ndarray, shape (n_periods,)
        Shares on the line of log-odds, from `fit_lines`: it and the line of angles both count as
        lines, since a long rise is straight on one of the two scales alone.
    window, sign : (int, int) or None, int
        A hump (1) or dip (-1) that `find_humps` has found.
    certain : bool
        Whether that hump or dip holds for all groups together: then it is the shape.
    burst : (int, int) or None
        First and last period of a burst of the group.
    min_dispersion : float
    prior : DispersionPrior
        From `line_prior`.

    Returns
    -------
    (Shape, float)
        And the dispersion around the shape that fits best.

    References
    ----------
    G. Schwarz (1978), "Estimating the dimension of a model", Annals of Statistics 6:461-464; Y.-C.
    Yao (1988), "Estimating the number of change-points via Schwarz' criterion", Statistics and
    Probability Letters 6:181-189; R. E. Kass and A. E. Raftery (1995), "Bayes factors", JASA
    90:773-795.
    """
    z = angles(k[None, :], n=n)[0]
    fits = list(_fits(z, n=n, x=x, window=window, sign=sign, burst=burst))
    squares = float((n * (z - 2 * np.arcsin(np.sqrt(line))) ** 2).sum())
    if squares < fits[0].squares:
        fits[0] = replace(fits[0], share=line, squares=squares)
    least = min(float(fit.squares) for fit in fits)
    spread, _ = shrunk_spread(np.array([least]), n_periods=len(n), n_fitted=5, prior=prior)
    dispersion = max(float(spread[0]), min_dispersion)
    by_name = {fit.what: fit for fit in fits}
    hump = by_name.get("hump" if sign > 0 else "dip")
    if hump is not None and certain:
        return hump, dispersion
    cost = {fit.what: fit.squares / dispersion + fit.n_fitted * np.log(len(n)) for fit in fits}
    best = min(cost, key=lambda what: cost[what])
    if best in ("bend", "lines") and cost["step"] <= cost[best] + NOT_WORTH_MORE:
        best = "step"
    plain = min(cost[what] for what in ("line", "step", "burst") if what in cost)
    if hump is not None and cost[hump.what] < plain:
        best = hump.what
    return by_name[best if cost[best] <= cost["line"] - CLEARLY_BETTER else "line"], dispersion


def _fits(
    z: Vector,
    *,
    n: Vector,
    x: Vector,
    window: tuple[int, int] | None,
    sign: int,
    burst: tuple[int, int] | None,
) -> Iterator[Shape]:
    """Yield the best fit of each shape, the line first."""
    one, t, place = np.ones(len(n)), x - x.mean(), np.arange(len(n))

    def fit(what: str, first: int, last: int, n_places: int, *columns: Vector) -> Shape:
        design = np.stack(columns, axis=1)
        root = np.sqrt(n)[:, None]
        found = np.linalg.lstsq(design * root, z * root[:, 0], rcond=None)[0].astype("float64")
        fitted = design @ found
        squares = float((n * (z - fitted) ** 2).sum())
        share = np.sin(np.clip(fitted, 0.0, np.pi) / 2) ** 2
        courses = _courses(design * root, found) if what in ("bend", "lines") else _NO_COURSES
        return Shape(what, first, last, share, squares, len(columns) + n_places, courses)

    yield fit("line", 0, 0, 0, one, t)
    sides = range(MIN_SIDE, len(n) - MIN_SIDE + 1)
    later = {i: (place >= i).astype("float64") for i in sides}
    ways = [
        [fit("step", i, i, 1, one, later[i]) for i in sides],
        [fit("bend", i, i, 1, one, t, np.maximum(x - x[i], 0.0)) for i in sides if i < len(n) - 2],
        [fit("lines", i, i, 1, one, t, later[i], later[i] * (x - x[i])) for i in sides],
    ]
    yield from (min(way, key=lambda shape: shape.squares) for way in ways if way)
    for what, span in (("hump" if sign > 0 else "dip", window), ("burst", burst)):
        if span is not None:
            inside = ((place >= span[0]) & (place <= span[1])).astype("float64")
            after = (place > span[1]).astype("float64")
            yield fit(what, *span, 2, one, inside, t if what == "burst" else after)


def _courses(design: Matrix, found: Vector) -> tuple[float, float, float]:
    """Return slope before, jump and slope after over their standard errors (dispersion 1)."""
    covariance = np.linalg.pinv(design.T @ design)
    sums = np.zeros((3, len(found)))
    sums[0, 1] = sums[2, 1] = sums[2, -1] = 1.0
    if len(found) > 3:
        sums[1, 2] = 1.0
    errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", sums, covariance, sums), 1e-300))
    before, jump, after = sums @ found / errors
    return float(before), float(jump), float(after)
