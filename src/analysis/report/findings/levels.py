"""A movement told once, at the level of the clusters at which it is clearest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.groups import broader_ids, parts_of

from .facts import Facts
from .receipts import Key, Mark, Name, Part
from .sentences import Finding

MOST_PARTS = 3
MOST_OF_IT = 0.5
"""Parts are named if so few of them make up this much of the movement of a broader cluster."""

INSTEAD = 2 / 3
"""A part with more evidence that makes up this much of it is told in place of a broader cluster."""


def clearest_moves(verdicts: pd.DataFrame, *, groups: pd.DataFrame) -> pd.DataFrame:
    """Keep one level of clusters where a broader cluster and parts of it move the same way.

    The broader cluster is told, unless a part has more evidence (a smaller p) and makes up two
    thirds of its change.

    Parameters
    ----------
    verdicts : DataFrame
        Rows of the table `verdicts`.
    groups : DataFrame
        Table `groups`.

    Returns
    -------
    DataFrame
        The rows of `verdicts` that are told.
    """
    above = broader_ids(groups)
    moved = verdicts[verdicts["direction"].isin(("rising", "falling"))]
    rows = {row.group_id: row for row in moved[moved["kind"] != "topic"].itertuples()}
    wide = sorted(set(above.values()) & set(rows), key=lambda i: (len(_line(i, above=above)), i))
    left_out: set[str] = set()
    for group_id in wide:
        if group_id in left_out:
            continue
        whole = rows[group_id]
        parts = [
            row
            for name, row in rows.items()
            if group_id in _line(name, above=above) and row.direction == whole.direction
        ]
        change = whole.share_last - whole.share_first
        better = [
            row
            for row in parts
            if row.p < whole.p and (row.share_last - row.share_first) / change >= INSTEAD
        ]
        left_out |= {group_id} if better else {row.group_id for row in parts}
    return verdicts[(verdicts["kind"] == "topic") | ~verdicts["group_id"].isin(left_out)]


def clearest_events(events: pd.DataFrame, *, groups: pd.DataFrame, told: set[Key]) -> pd.DataFrame:
    """Leave out events of clusters with a surer one above or below, or whose movement is told.

    Parameters
    ----------
    events : DataFrame
        Rows of the table `events`.
    groups : DataFrame
        Table `groups`.
    told : set of (kind, group id)
        Groups that other findings are on.
    """
    above = broader_ids(groups)
    ids = {group_id for kind, group_id in told if kind in ("cluster", "broader")}
    rows = events[events["kind"].isin(("cluster", "broader"))]
    near = [
        any(_are_related(i, other, above=above) for other in ids - {i}) for i in rows["group_id"]
    ]
    left = set(rows.index[np.array(near, dtype=bool)])
    rest = rows[~rows.index.isin(left)].sort_values(["p_adjusted", "group_id"], kind="stable")
    kept: list[str] = []
    for position, group_id in zip(rest.index, rest["group_id"], strict=True):
        if any(_are_related(group_id, other, above=above) for other in kept if other != group_id):
            left.add(position)
        else:
            kept.append(group_id)
    return events[~events.index.isin(left)]


def _are_related(one: str, other: str, *, above: Mapping[str, str]) -> bool:
    return one in _line(other, above=above) or other in _line(one, above=above)


def _line(group_id: str, *, above: Mapping[str, str]) -> set[str]:
    """Return the broader clusters that a cluster is in, at any level."""
    line = set()
    while group_id in above:
        group_id = above[group_id]
        line.add(group_id)
    return line


def with_parts(finding: Finding, *, facts: Facts) -> Finding:
    """Add to a finding on a broader cluster which of its parts its movement comes from."""
    if finding.key[0] != "broader":
        return finding
    return replace(finding, parts=(*finding.parts, *_parts_sentence(finding.key, facts=facts)))


def _parts_sentence(key: Key, *, facts: Facts) -> list[Part]:
    whole = facts.verdicts[key]
    change = whole.share_last - whole.share_first
    gains: dict[Key, float] = {}
    for group_id in parts_of(facts.run.groups, key[1]):
        row = facts.verdicts.get(("cluster", group_id))
        if row is not None and not pd.isna(row.share_first):
            gains["cluster", group_id] = (row.share_last - row.share_first) / change
    order = sorted(gains, key=lambda part: (-gains[part], part))[:MOST_PARTS]
    counts = [n for n in range(1, len(order) + 1) if _sum(gains, order[:n]) >= MOST_OF_IT]
    if not counts:
        return [" No few of its clusters make up most of it."] if gains else []
    out: list[Part] = []
    named = order[: counts[0]]
    for i, part in enumerate(named):
        joint = " Most of it is " if not i else " and " if i == len(named) - 1 else ", "
        receipt = facts.verdict_receipt(part, "direction", "share_first", "share_last")
        out += [joint, Name(part, facts.labels[part]), Mark(receipt)]
    return [*out, "."]


def _sum(gains: Mapping[Key, float], keys: list[Key]) -> float:
    return sum(gains[key] for key in keys)
