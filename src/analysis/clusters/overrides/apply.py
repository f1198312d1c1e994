"""What a person says on clusters, put over what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.schema import conform, empty

from .read import ClusterOverride, kept_apart, mergers, place


class ByHand(NamedTuple):
    """What `apply_by_hand` returns.

    `memberships` are those of clusters; `evidence` has a row for each paper that was pinned.
    `merged` names for each cluster merged away the one that has its papers now. `pinned` and
    `apart` are the papers moved by a pin and by keeping clusters apart, with their cluster.
    `not_applied` lists decisions that found nothing to act on, or that another one made
    impossible, ready for JSON: `line`, `what`, `names`, `reason`.
    """

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    merged: dict[str, str]
    pinned: dict[str, str]
    apart: dict[str, str]
    not_applied: list[dict[str, Any]]


def apply_by_hand(
    memberships: pd.DataFrame,
    *,
    overrides: Sequence[ClusterOverride],
    find: Callable[[str], Sequence[str]],
    before: pd.Series | None = None,
    gone: Mapping[str, str] | None = None,
) -> ByHand:
    """Merge clusters, keep them apart and pin papers as a person says.

    Mergers come first, then what is kept apart, then pins, so that a pin wins over both. Applied
    twice the memberships are the same.

    Parameters
    ----------
    memberships : DataFrame
        Clusters' part of the table, with the ids of the series.
    overrides : sequence of ClusterOverride
    find : callable
        From what a person wrote to the ids of the papers it may mean.
    before : Series of str, optional
        Primary cluster of each paper in the run before, by paper id: where a fresh fit has made
        one of two clusters that are to be kept apart, papers of the one whose id is no more go
        back to it.
    gone : mapping of str to str, optional
        Clusters merged away in earlier runs and where their papers are; a pin follows them.

    Raises
    ------
    ValueError
        Where `memberships` holds rows of topics.
    """
    if not (memberships["kind"] == "cluster").all():
        raise ValueError("memberships of clusters alone are meant")
    there = set(memberships["group_id"])
    rows, merged = _merged(memberships, into=mergers(overrides), there=there)
    rows, apart = _kept_apart(rows, pairs=kept_apart(overrides), before=before)
    now = set(rows["group_id"])
    follow = {**(gone or {}), **merged}
    pins, lost = _pins(overrides, find=find, there=now, follow=follow)
    rows, evidence, pinned = _pinned(rows, pins=pins)
    refused = _refused(overrides, there=now, follow=follow)
    lines = {id(override): n for n, override in enumerate(overrides)}
    told = sorted([*lost, *refused], key=lambda pair: lines[id(pair[0])])
    return ByHand(
        conform(rows, name="memberships"),
        evidence,
        merged,
        pinned,
        apart,
        [_told(override, reason=reason) for override, reason in told],
    )


def renamed(
    groups: pd.DataFrame, *, overrides: Sequence[ClusterOverride]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Give clusters the names that a person gave them.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`; topics pass through.
    overrides : sequence of ClusterOverride

    Returns
    -------
    groups : DataFrame
    not_applied : list of dict
        Names of clusters that the run does not have, and names that two clusters have now (these
        are given nevertheless).
    """
    labels = {o.ids[0]: o for o in overrides if o.what == "rename"}
    ours = groups["kind"] == "cluster"
    given = [
        labels[name].label if mine and name in labels else label
        for name, label, mine in zip(groups["group_id"], groups["label"], ours, strict=True)
    ]
    out = groups.assign(label=pd.Series(given, index=groups.index, dtype="str"))
    there = set(groups.loc[ours, "group_id"])
    used = out.loc[ours & (out["status"] != "retired"), "label"].str.casefold().value_counts()
    told = []
    for name, override in labels.items():
        if name not in there:
            told.append(_told(override, reason=f"there is no cluster {name} in this run"))
        elif used.get(override.label.casefold(), 0) > 1:
            told.append(_told(override, reason="another cluster has this name too"))
    return conform(out, name="groups"), told


def _told(override: ClusterOverride, *, reason: str) -> dict[str, Any]:
    names = ", ".join((*override.ids, *filter(None, (override.label, override.paper))))
    return {"line": override.line, "what": override.what, "names": names, "reason": reason}


def _merged(
    rows: pd.DataFrame, *, into: Mapping[str, str], there: set[str]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Merge clusters that have papers; where the keeper has none, the first that has stands in."""
    parts: dict[str, list[str]] = {}
    for name, keeper in into.items():
        if name in there:
            parts.setdefault(keeper, []).append(name)
    merged = {}
    for keeper, names in parts.items():
        stays = keeper if keeper in there else min(names)
        merged |= {name: stays for name in names if name != stays}
    if not merged:
        return rows, merged
    named = rows.assign(group_id=rows["group_id"].replace(merged))
    return _added_up(named), merged


def _added_up(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["paper_id", "kind", "group_id"], as_index=False).agg(
        weight=("weight", "sum"), is_primary=("is_primary", "max")
    )


def _kept_apart(
    rows: pd.DataFrame, *, pairs: frozenset[frozenset[str]], before: pd.Series | None
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give back the papers of a cluster that was lost in one which it is to be kept apart from."""
    moved: dict[str, str] = {}
    if before is None:
        return rows, moved
    for one, other in sorted(tuple(sorted(pair)) for pair in pairs):
        own = rows[rows["is_primary"]].set_index("paper_id")["group_id"]
        there = set(own)
        lost = next((name for name in (other, one) if name not in there), None)
        homes = [_home(own, before=before, name=name) for name in (one, other)]
        if lost is None or homes[0] is None or homes[0] != homes[1]:
            continue
        back = own.index[(own == homes[0]) & (before.reindex(own.index) == lost)]
        rows = rows.assign(
            group_id=rows["group_id"].mask(rows["is_primary"] & rows["paper_id"].isin(back), lost)
        )
        moved |= dict.fromkeys(back, lost)
    return rows, moved


def _home(own: pd.Series, *, before: pd.Series, name: str) -> str | None:
    """Return the cluster that has most of another one's papers now; None where it had none."""
    papers = before.index[before == name]
    counts = own.reindex(papers).value_counts()
    return None if counts.empty else min(counts.index[counts == counts.iloc[0]])


_Lost = list[tuple[ClusterOverride, str]]


def _pins(
    overrides: Sequence[ClusterOverride],
    *,
    find: Callable[[str], Sequence[str]],
    there: set[str],
    follow: Mapping[str, str],
) -> tuple[dict[str, tuple[str, ClusterOverride]], _Lost]:
    """Return the cluster of each pinned paper, and the pins that cannot be followed."""
    pins: dict[str, tuple[str, ClusterOverride]] = {}
    lost: _Lost = []
    for override in overrides:
        if override.what != "pin":
            continue
        cluster, papers = _followed(override.ids[0], into=follow), find(override.paper)
        if cluster not in there:
            lost.append((override, f"cluster {override.ids[0]} has no papers in this run"))
        elif len(papers) != 1:
            reason = f"{len(papers):,} papers have this title" if papers else "no such paper"
            lost.append((override, f"{reason} in this run"))
        elif pins.setdefault(papers[0], (cluster, override))[0] != cluster:
            lost.append((override, f"{place(pins[papers[0]][1])} pins this paper elsewhere"))
    return pins, lost


def _followed(name: str, *, into: Mapping[str, str]) -> str:
    seen = {name}
    while name in into and into[name] not in seen:
        name = into[name]
        seen.add(name)
    return name


def _pinned(
    rows: pd.DataFrame, *, pins: Mapping[str, tuple[str, ClusterOverride]]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Make each pin the only row of its paper, with weight 1, and tell the weight there was."""
    if not pins:
        return rows, empty("evidence"), {}
    told = rows[rows["paper_id"].isin(set(pins))]
    weights = told.set_index(["paper_id", "group_id"])["weight"].to_dict()
    was = told[told["is_primary"]].set_index("paper_id")["group_id"].to_dict()
    present = {paper: pin for paper, pin in pins.items() if paper in was}
    own = pd.DataFrame(
        [(paper, "cluster", cluster, 1.0, True) for paper, (cluster, _) in present.items()],
        columns=["paper_id", "kind", "group_id", "weight", "is_primary"],
    )
    evidence = pd.DataFrame(
        [
            (paper, "cluster", cluster, "override", "yes", override.why,
             weights.get((paper, cluster), 0.0))
            for paper, (cluster, override) in present.items()
        ],
        columns=list(empty("evidence").columns),
    )  # fmt: skip
    rest = rows[~rows["paper_id"].isin(set(present))]
    moved = {paper: c for paper, (c, _) in present.items() if was[paper] != c}
    return pd.concat([rest, own]), conform(evidence, name="evidence"), moved


def _refused(
    overrides: Sequence[ClusterOverride], *, there: set[str], follow: Mapping[str, str]
) -> _Lost:
    """List mergers and pairs to be kept apart that name clusters the run does not have."""
    out: _Lost = []
    for override in overrides:
        if override.what not in ("merge", "keep_apart"):
            continue
        lacking = [name for name in override.ids if name not in there and name not in follow]
        if lacking:
            verb = "has" if len(lacking) == 1 else "have"
            out.append((override, f"{', '.join(lacking)} {verb} no papers in this run"))
    return out
