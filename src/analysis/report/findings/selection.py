"""Which groups a report describes over time, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Set

import numpy as np
import pandas as pd

from analysis.figures.frames.trends import compared_periods

from .receipts import Key

MOST_MOVED = 5
MOST_FLAT = 3
LEAST_OF_EITHER = 2
"""Rising groups leave room for this many falling ones, and vice versa."""

SAME_PAPERS = 0.6
"""Two groups that move the same way are reported as one finding if at least this part of the
smaller one's papers is in the larger one."""


def clip_to_intervals(verdicts: pd.DataFrame, *, trends: pd.DataFrame) -> pd.DataFrame:
    """Clip fitted shares to the intervals of the shares counted in the same periods.

    A line through shares that rose and fell again can end where no share ever was.

    Parameters
    ----------
    verdicts, trends : DataFrame
        Tables of a run.

    Returns
    -------
    DataFrame
        `verdicts` with other `share_first` and `share_last`; unchanged for groups without counts.
    """
    out = verdicts.reset_index(drop=True)
    full = trends[~trends["is_partial"] & (trends["n_total"] > 0)]
    key = ["kind", "group_id"]
    for side, day in (("share_first", full["period"].min()), ("share_last", full["period"].max())):
        ends = full.loc[full["period"] == day, [*key, "share_low", "share_high"]]
        ends = out[key].merge(ends, on=key, how="left")
        low, high = ends["share_low"].fillna(0), ends["share_high"].fillna(1)
        out = out.assign(**{side: out[side].clip(low, high)})
    return out


def select_moves(
    verdicts: pd.DataFrame, *, papers: Mapping[Key, frozenset[str]], most: int = MOST_MOVED
) -> list[tuple[Key, tuple[Key, ...]]]:
    """Select the rises and falls to report.

    Rising and falling groups are ordered by Cohen's h, the difference between the shares of the
    first and the last period on the scale 2 arcsin sqrt(share), which weighs 1 to 3 % about as 20
    to 28 %. A group that moves the same way as a selected one and shares `SAME_PAPERS` of its
    papers with it is reported together with it. At least two groups of the rarer direction are
    reported if there are two.

    Parameters
    ----------
    verdicts : DataFrame
        Table `verdicts`, or the result of `clip_to_intervals`.
    papers : mapping of (kind, group id) to frozenset of str
        The papers of each group.
    most : int

    Returns
    -------
    list of ((kind, group id), tuple of (kind, group id))
        Each selected group with those reported together with it, the largest change first.

    References
    ----------
    J. Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences", chapter 6.
    """
    rows = verdicts[verdicts["direction"].isin(("rising", "falling"))]
    angle = [2 * np.arcsin(np.sqrt(rows[side])) for side in ("share_first", "share_last")]
    rows = rows.assign(effect=(angle[1] - angle[0]).abs())
    rows = rows.sort_values(["effect", "kind", "group_id"], ascending=[False, True, True])
    heads: dict[Key, list[Key]] = {}
    ways = {(row.kind, row.group_id): row.direction for row in rows.itertuples()}
    for key, way in ways.items():
        same = [
            head
            for head in heads
            if ways[head] == way and have_same_papers(papers.get(key), papers.get(head))
        ]
        if same:
            heads[same[0]].append(key)
        else:
            heads[key] = []
    return [(key, tuple(heads[key])) for key in _balanced(list(heads), ways=ways, most=most)]


def _balanced(keys: list[Key], *, ways: Mapping[Key, str], most: int) -> list[Key]:
    kept = []
    for way in ("rising", "falling"):
        kept += [key for key in keys if ways[key] == way][:LEAST_OF_EITHER]
    kept = kept[:most]
    kept += [key for key in keys if key not in kept][: most - len(kept)]
    return [key for key in keys if key in kept]


def have_same_papers(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Whether `SAME_PAPERS` of the smaller set of papers is in the larger one."""
    if not one or not other:
        return False
    return len(one & other) >= SAME_PAPERS * min(len(one), len(other))


def select_flat(verdicts: pd.DataFrame, *, ends: pd.DataFrame, most: int = MOST_FLAT) -> list[Key]:
    """Select flat groups that a chart of counts, or of two shares, would show as changed.

    They are ordered by the larger of two misleading changes on the logarithmic scale: that of
    the papers counted, which grow with the total, and that of the shares counted in the first and
    the last full period, which scatter.

    `verdicts` is the table, `ends` the result of `first_and_last`. Returns kinds and group ids.
    """
    flat = verdicts[verdicts["direction"] == "flat"]
    rows = flat.merge(ends, on=["kind", "group_id"])
    k = np.log(rows["n_last"] + 0.5) - np.log(rows["n_first"] + 0.5)
    n = np.log(rows["total_last"] + 1.0) - np.log(rows["total_first"] + 1.0)
    rows = rows.assign(seems=np.maximum(k.abs(), (k - n).abs()))
    rows = rows.sort_values(["seems", "kind", "group_id"], ascending=[False, True, True])
    return list(zip(rows["kind"], rows["group_id"], strict=True))[:most]


def select_unclear(
    verdicts: pd.DataFrame, *, without: Set[Key] = frozenset(), most: int
) -> list[Key]:
    """Select the unclear groups that are known best: those that neither halved nor doubled.

    Their intervals contain 1 and lie within 1/2 to 2, the narrowest first. Groups `without` have
    events, so they are known to have changed. Returns kinds and group ids.
    """
    rows = verdicts[verdicts["direction"] == "unclear"]
    keys = zip(rows["kind"], rows["group_id"], strict=True)
    rows = rows[np.array([key not in without for key in keys], dtype=bool)]
    rows = rows[rows["ratio_low"].between(0.5, 1) & rows["ratio_high"].between(1, 2)]
    rows = rows.assign(width=np.log(rows["ratio_high"]) - np.log(rows["ratio_low"]))
    rows = rows.sort_values(["width", "kind", "group_id"])
    return list(zip(rows["kind"], rows["group_id"], strict=True))[: max(most, 0)]


def first_and_last(trends: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of the first and the last full period that may be compared.

    Parameters
    ----------
    trends : DataFrame
        Table `trends`.

    Returns
    -------
    DataFrame
        `kind`, `group_id`, `period_first`, `n_first`, `total_first`, and the same with `_last`;
        no rows if there are not two such periods (`compared_periods`).
    """
    full = compared_periods(trends)
    names = {"period": "period", "n_papers": "n", "n_total": "total"}
    key = ["kind", "group_id"]
    sides = []
    for side, day in (("first", full["period"].min()), ("last", full["period"].max())):
        rows = full.loc[full["period"] == day, [*key, *names]]
        sides.append(rows.rename(columns={old: f"{new}_{side}" for old, new in names.items()}))
    both = sides[0].merge(sides[1], on=key)
    return both[both["period_first"] < both["period_last"]].reset_index(drop=True)


def select_events(events: pd.DataFrame, *, without: set[Key], most: int) -> pd.DataFrame:
    """Select bursts and changes of course, except of the groups `without`, the surest first."""
    keys = pd.Series(list(zip(events["kind"], events["group_id"], strict=True)), dtype="object")
    rows = events[~keys.isin(without).to_numpy(dtype=bool)]
    order = ["p_adjusted", "kind", "group_id", "what"]
    return rows.sort_values(order, kind="stable").head(most)
