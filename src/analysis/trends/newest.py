"""The newest full period against those before it: which shares differ by more than chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from analysis.base.schema import FEW_PAPERS

from .log_odds_slopes import (
    Matrix,
    Vector,
    adjust_p_within_kinds,
    dispersion_prior,
    fit_lines,
    pearson_dispersion,
    shrink_dispersion,
)
from .scans import MIN_EFFECTIVE_CLUMPS
from .shares import share_interval
from .verdicts import SURE

SPANS = (3, 12)
"""Periods before the newest that it is set against: fewer, and as many as there are up to 12."""

KINDS_OF_CHANGE = ("new", "back", "more", "less", "quiet", "not known")
"""No papers in any full period before; none in the last three; a higher or lower share; no papers
any more; nothing that chance does not explain."""

_KEY = ["kind", "group_id"]


class Scatter(NamedTuple):
    """How far the periods before scatter around their line, beyond chance: one entry per group."""

    dispersion: Vector
    df: Vector


def newest_period(trends: pd.DataFrame, *, papers: pd.DataFrame | None = None) -> pd.DataFrame:
    """Set each group's share in the newest full period against the shares before.

    Parameters
    ----------
    trends : DataFrame
        Table `trends`.
    papers : DataFrame, optional
        `kind`, `group_id`, `day` and `day_precision` of each counted paper. A share that has risen
        by the papers of fewer than four days (Kish's effective number) is not told: one workshop
        is no movement.

    Returns
    -------
    DataFrame
        One row per group: `kind`, `group_id`, `period`, `n_papers`, `n_total`, `share`,
        `share_low`, `share_high`; for the 3 and up to 12 full periods before, pooled (suffixes `_3`
        and `_12`): `periods`, `papers`, `total`, `share`, `difference` with `low` and `high` (95 %)
        and `p`; `against` (3 or 12, the one with the smaller p), `p_adjusted` and `change`
        (`KINDS_OF_CHANGE`). Empty if the newest full period has fewer than `FEW_PAPERS` papers, or
        there are fewer than three full periods with papers before it.

    Notes
    -----
    Given all papers of a group in both spans, those of the newest period are binomial if its share
    has not changed; counts are divided by the design effect and by the group's dispersion around
    the line through the periods before, shrunk over all groups, and compared with Student's t. So
    the usual scatter from period to period is no news. The smaller p of the two spans is doubled,
    then adjusted for all groups as in the verdicts; words are a family of their own. Differences
    have hybrid score intervals.

    References
    ----------
    R. G. Newcombe (1998), "Interval estimation for the difference between independent proportions:
    comparison of eleven methods", Statistics in Medicine 17:873-890, method 10. J. Przyborowski and
    H. Wilenski (1940), "Homogeneity of results in testing samples from Poisson series", Biometrika
    31:313-323.
    """
    full = trends[~trends["is_partial"] & (trends["n_total"] > 0)]
    days = np.sort(full["period"].unique())[::-1]
    if len(days) <= SPANS[0]:
        return _empty()
    is_word = full["kind"] == "word"
    families = [part for part in (full[~is_word], full[is_word]) if len(part)]
    tables = [_family(part, days=days) for part in families]
    table = pd.concat(tables, ignore_index=True)
    if int(table["n_total"].max()) < FEW_PAPERS:
        return _empty()
    best = np.minimum(table["p_3"], table["p_12"]).to_numpy()
    n_tests = len({int(table[f"periods_{span}"].iloc[0]) for span in SPANS})
    adjusted = adjust_p_within_kinds(
        np.minimum(n_tests * best, 1.0), kinds=table["kind"].to_numpy()
    )
    table["against"] = np.where(table["p_3"] < table["p_12"], *SPANS)
    table["p_adjusted"] = adjusted
    table["change"] = _changes(table, full=full, papers=papers)
    return table.sort_values(_KEY, ignore_index=True)[_columns()]


def _family(full: pd.DataFrame, *, days: np.ndarray) -> pd.DataFrame:
    """Return the rows of groups that were counted together, without correction."""
    days = days[: SPANS[-1] + 1]
    full = full[full["period"].isin(days)]
    counts = full.pivot(index=_KEY, columns="period", values="n_papers")[days].to_numpy(dtype=float)
    of_period = full.drop_duplicates("period").set_index("period").loc[days]
    phi = of_period["phi"].to_numpy(dtype=float)
    total = of_period["n_total"].to_numpy(dtype=float)
    k, n = counts / phi, total / phi
    scatter = _scatter(k[:, 1:], n=n[1:], x=_years(of_period)[1:])
    now = full[full["period"] == days[0]].sort_values(_KEY, ignore_index=True)
    out = now[[*_KEY, "period", "n_papers", "n_total", "share", "share_low", "share_high"]]
    out = out.assign(n_papers=out["n_papers"].astype("int64"))
    for span in SPANS:
        before = slice(1, min(span, len(days) - 1) + 1)
        found = _compare(k, n=n, before=before, scatter=scatter)
        out = out.assign(
            **{
                f"periods_{span}": before.stop - before.start,
                f"papers_{span}": counts[:, before].sum(axis=1).astype("int64"),
                f"total_{span}": int(total[before].sum()),
                f"share_{span}": counts[:, before].sum(axis=1) / total[before].sum(),
                **{f"{name}_{span}": values for name, values in found.items()},
            }
        )
        out[f"difference_{span}"] = out["share"] - out[f"share_{span}"]
    return out


def _years(of_period: pd.DataFrame) -> Vector:
    return of_period.index.to_numpy(dtype="datetime64[D]").astype("float64") / 365.25


def _scatter(k: Matrix, *, n: Vector, x: Vector) -> Scatter:
    lines = fit_lines(k, n=n, x=x)
    dispersion, df = pearson_dispersion(k, n=n, share=lines.share)
    return Scatter(*shrink_dispersion(dispersion, df=df, prior=dispersion_prior(dispersion, df=df)))


def _compare(k: Matrix, *, n: Vector, before: slice, scatter: Scatter) -> dict[str, Vector]:
    """Return p of the first period against a span, and the interval of the difference."""
    now, then = k[:, 0], k[:, before].sum(axis=1)
    n_now, n_then = n[0], float(n[before].sum())
    part, pooled = n_now / (n_now + n_then), (now + then) / (n_now + n_then)
    # A binomial count varies less than a Poisson count by the share of papers outside the group.
    unit = scatter.dispersion * np.maximum(1 - pooled, 0.02)
    above = _at_least(now / unit, then / unit, part=part)
    below = _at_least(then / unit, now / unit, part=1 - part)
    deviate = -special.ndtri(np.clip(np.minimum(above, below), 1e-300, 0.5))
    p = np.minimum(2 * special.stdtr(scatter.df, -deviate), 1.0)
    low_now, high_now = share_interval(now, n_now, phi=scatter.dispersion)
    low_then, high_then = share_interval(then, n_then, phi=scatter.dispersion)
    share_now, share_then = now / n_now, then / n_then
    difference = share_now - share_then
    return {
        "low": difference - np.hypot(share_now - low_now, high_then - share_then),
        "high": difference + np.hypot(high_now - share_now, share_then - low_then),
        "p": p,
    }


def _at_least(k: Vector, rest: Vector, *, part: float) -> Vector:
    """Return the chance of k or more out of k + rest, each with the probability `part`."""
    tail = special.betainc(np.maximum(k, 1e-12), rest + 1, part)
    return np.where(k > 0, tail, 1.0)


def _changes(table: pd.DataFrame, *, full: pd.DataFrame, papers: pd.DataFrame | None) -> np.ndarray:
    told = table["p_adjusted"] < SURE
    by = table["against"].eq(SPANS[0])
    up = table["difference_3"].where(by, table["difference_12"]) > 0
    if papers is not None:
        told &= ~(up & (_effective_days(table, papers=papers) < MIN_EFFECTIVE_CLUMPS))
    earlier = full[full["period"] < table["period"].iloc[0]].groupby(_KEY)["n_papers"].sum()
    before = table[_KEY].merge(earlier.rename("before"), on=_KEY, how="left")["before"].to_numpy()
    return np.select(
        [
            ~told,
            up & (before == 0),
            up & (table["papers_3"] == 0),
            up,
            ~up & (table["n_papers"] == 0),
        ],
        ["not known", "new", "back", "more", "quiet"],
        "less",
    )


def _effective_days(table: pd.DataFrame, *, papers: pd.DataFrame) -> Vector:
    """Return on how many days, in effect, each group's papers of the period are dated."""
    exact = papers[papers["day_precision"] == "day"]
    if 2 * len(exact) <= len(papers):
        return np.full(len(table), np.inf)
    exact = exact[exact["day"] >= table["period"].iloc[0]]
    sizes = exact.groupby([*_KEY, exact["day"].dt.normalize()]).size()
    by_group = sizes.groupby(level=[0, 1])
    effective = by_group.sum() ** 2 / by_group.apply(lambda each: (each**2).sum())
    found = table[_KEY].merge(effective.rename("days"), on=_KEY, how="left")["days"]
    return found.fillna(np.inf).to_numpy(dtype=float)


def _columns() -> list[str]:
    names = ("periods", "papers", "total", "share", "difference", "low", "high", "p")
    return [
        *(*_KEY, "period", "n_papers", "n_total", "share", "share_low", "share_high"),
        *(f"{name}_{span}" for span in SPANS for name in names),
        *("against", "p_adjusted", "change"),
    ]


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=_columns())
