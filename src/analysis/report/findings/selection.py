"""What a report tells of groups over time, and in which order: rows of a run's tables, chosen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

MOST_MOVED = 5
MOST_FLAT = 3
LEAST_OF_EITHER = 2
"""Rising groups leave room for so many falling ones, and the other way round."""

ALIKE = 0.6
"""Part of the smaller group's papers that are in the larger one, from which on both tell one
thing."""

Key = tuple[str, str]


def within_counts(verdicts: pd.DataFrame, *, trends: pd.DataFrame) -> pd.DataFrame:
    """Draw fitted shares into the intervals of the shares counted in the same periods.

    A line through shares that rose and fell again can end where no share ever was.

    Parameters
    ----------
    verdicts, trends : DataFrame
        Tables of a run.

    Returns
    -------
    DataFrame
        `verdicts` with other `share_first` and `share_last`; as they were where there is nothing
        counted.
    """
    out = verdicts.reset_index(drop=True)
    full = trends[~trends["is_partial"] & (trends["n_total"] > 0)]
    key = ["kind", "group_id"]
    for side, day in (("share_first", full["period"].min()), ("share_last", full["period"].max())):
        ends = full.loc[full["period"] == day, [*key, "share_low", "share_high"]]
        ends = out[key].merge(ends, on=key, how="left")
        out = out.assign(**{side: out[side].clip(
            ends["share_low"].fillna(0), ends["share_high"].fillna(1))})  # fmt: skip
    return out


def moved(
    verdicts: pd.DataFrame, *, papers: Mapping[Key, frozenset[str]], most: int = MOST_MOVED
) -> list[tuple[Key, tuple[Key, ...]]]:
    """Choose the rises and falls to tell.

    Rising and falling groups come in the order of Cohen's h, the difference of the shares of the
    first and the last period on the scale 2 arcsin sqrt(share), which weighs 1 to 3 % about as 20
    to 28 %. A group that moves the same way as a chosen one and shares `ALIKE` of its
    papers with it is told with it. Of the rarer direction at least two are told where there are
    two.

    Parameters
    ----------
    verdicts : DataFrame
        Table `verdicts`, or what `within_counts` makes of it.
    papers : mapping of (kind, group id) to frozenset of str
        The papers of each group.
    most : int

    Returns
    -------
    list of ((kind, group id), tuple of (kind, group id))
        Each choice with the groups that are told with it, the largest change first.

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
        near = [head for head in heads if ways[head] == way
                and _alike(papers.get(key), papers.get(head))]  # fmt: skip
        if near:
            heads[near[0]].append(key)
        else:
            heads[key] = []
    return [(key, tuple(heads[key])) for key in _balanced(list(heads), ways=ways, most=most)]


def _balanced(keys: list[Key], *, ways: Mapping[Key, str], most: int) -> list[Key]:
    kept = [key for way in ("rising", "falling")
            for key in [k for k in keys if ways[k] == way][:LEAST_OF_EITHER]]  # fmt: skip
    kept = kept[:most]
    kept += [key for key in keys if key not in kept][: most - len(kept)]
    return [key for key in keys if key in kept]


def _alike(own: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    if not own or not other:
        return False
    return len(own & other) >= ALIKE * min(len(own), len(other))


def seem_changed(verdicts: pd.DataFrame, *, ends: pd.DataFrame, most: int = MOST_FLAT) -> list[Key]:
    """Choose flat groups of which a chart of counts, or of two shares, would say that they changed.

    They come in the order of the larger of two misleading changes on the logarithmic scale: of
    the papers counted, which grow with the whole, and of the shares counted in the first and the
    last full period, which scatter.

    Parameters
    ----------
    verdicts : DataFrame
        Table `verdicts`.
    ends : DataFrame
        From `first_and_last`.
    most : int

    Returns
    -------
    list of (kind, group id)
    """
    flat = verdicts[verdicts["direction"] == "flat"]
    rows = flat.merge(ends, on=["kind", "group_id"])
    k = np.log(rows["n_last"] + 0.5) - np.log(rows["n_first"] + 0.5)
    n = np.log(rows["total_last"] + 1.0) - np.log(rows["total_first"] + 1.0)
    rows = rows.assign(seems=np.maximum(k.abs(), (k - n).abs()))
    rows = rows.sort_values(["seems", "kind", "group_id"], ascending=[False, True, True])
    return list(zip(rows["kind"], rows["group_id"], strict=True))[:most]


def not_known(verdicts: pd.DataFrame, *, most: int) -> list[Key]:
    """Choose unclear groups of which most is known: they neither halved nor doubled.

    Their intervals hold 1 and lie within 1/2 to 2, the narrowest first.

    Parameters
    ----------
    verdicts : DataFrame
        Table `verdicts`.
    most : int

    Returns
    -------
    list of (kind, group id)
    """
    rows = verdicts[verdicts["direction"] == "unclear"]
    rows = rows[rows["ratio_low"].between(0.5, 1) & rows["ratio_high"].between(1, 2)]
    rows = rows.assign(width=np.log(rows["ratio_high"]) - np.log(rows["ratio_low"]))
    rows = rows.sort_values(["width", "kind", "group_id"])
    return list(zip(rows["kind"], rows["group_id"], strict=True))[: max(most, 0)]


def first_and_last(trends: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of what verdicts rest on: the first and the last full period with papers.

    Parameters
    ----------
    trends : DataFrame
        Table `trends`.

    Returns
    -------
    DataFrame
        `kind`, `group_id`, `period_first`, `n_first`, `total_first`, and the same with `_last`;
        no row where there are not two such periods.
    """
    full = trends[~trends["is_partial"] & (trends["n_total"] > 0)]
    names = {"period": "period", "n_papers": "n", "n_total": "total"}
    key = ["kind", "group_id"]
    sides = []
    for side, day in (("first", full["period"].min()), ("last", full["period"].max())):
        rows = full.loc[full["period"] == day, [*key, *names]]
        sides.append(rows.rename(columns={old: f"{new}_{side}" for old, new in names.items()}))
    both = sides[0].merge(sides[1], on=key)
    return both[both["period_first"] < both["period_last"]].reset_index(drop=True)


def told_events(events: pd.DataFrame, *, told: set[Key], most: int) -> pd.DataFrame:
    """Choose bursts and changes of groups that are not told already, the surest first."""
    keys = pd.Series(list(zip(events["kind"], events["group_id"], strict=True)), dtype="object")
    rows = events[~keys.isin(told).to_numpy(dtype=bool)]
    order = ["p_adjusted", "kind", "group_id", "what"]
    return rows.sort_values(order, kind="stable").head(most)
