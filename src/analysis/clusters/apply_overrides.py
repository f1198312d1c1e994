"""Overrides of clusters applied: merged, kept apart, papers pinned, clusters renamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.schema import conform, empty

from .overrides import ClusterOverride, mergers, pairs_apart, place
from .tables import follow_moved_papers, main_cluster, merge_clusters, primary_clusters


class OverrideResult(NamedTuple):
    """The result of `apply_cluster_overrides`.

    `memberships` are those of clusters; `evidence` has a row for each paper that was pinned.
    `merged` gives for each cluster merged away the one that has its papers now. `not_applied` lists
    overrides that match nothing in the run, or that another one makes impossible, ready for JSON:
    `line`, `what`, `names`, `reason`.
    """

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    merged: dict[str, str]
    not_applied: list[dict[str, Any]]


_Pins = dict[str, tuple[str, ClusterOverride]]


def apply_cluster_overrides(
    memberships: pd.DataFrame,
    *,
    overrides: Sequence[ClusterOverride],
    find: Callable[[str], Sequence[str]],
    before: pd.Series | None = None,
    merged_earlier: Mapping[str, str] | None = None,
) -> OverrideResult:
    """Merge clusters, keep them apart and pin papers.

    Mergers come first, then clusters kept apart, then pins, so that a pin takes precedence over
    both. Applying the overrides twice gives the same memberships.

    Parameters
    ----------
    memberships : DataFrame
        Clusters' part of the table, with the ids of the series.
    overrides : sequence of ClusterOverride
    find : callable
        From an id or title as written to the ids of the papers that it may mean.
    before : Series of str, optional
        Primary cluster of each paper in the parent run, by paper id: if a fresh fit has joined two
        clusters that are to be kept apart, papers of the one whose id is gone return to it.
    merged_earlier : mapping of str to str, optional
        Clusters merged away in earlier runs and where their papers are; a pin follows them.

    Raises
    ------
    ValueError
        If `memberships` has rows of topics.
    """
    if not (memberships["kind"] == "cluster").all():
        raise ValueError("memberships of clusters only are expected")
    original = primary_clusters(memberships)
    rows, merged = _merge(memberships, into=mergers(overrides))
    if before is not None:
        rows = _keep_apart(rows, pairs=pairs_apart(overrides), before=before)
    pins, not_applied = _find_pins(
        overrides,
        find=find,
        present=set(rows["group_id"]),
        follow={**(merged_earlier or {}), **merged},
    )
    rows, evidence = _pin(rows, pins=pins)
    followed = conform(follow_moved_papers(rows, before=original), name="memberships")
    return OverrideResult(followed, evidence, merged, not_applied)


def override_labels(
    labels: Mapping[str, str],
    *,
    overrides: Sequence[ClusterOverride],
    retired: Collection[str] = (),
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Rename clusters.

    Parameters
    ----------
    labels : mapping of str to str
        Label of each cluster by its id.
    overrides : sequence of ClusterOverride
    retired : collection of str
        Ids of retired clusters, whose labels may be given again.

    Returns
    -------
    labels : dict of str to str
    not_applied : list of dict
        New names of clusters that the run does not have, and names that two clusters have now
        (these are given nevertheless).
    """
    renames = {o.ids[0]: o for o in overrides if o.what == "rename"}
    renamed = {n: renames[n].label if n in renames else label for n, label in labels.items()}
    used = Counter(label.casefold() for n, label in renamed.items() if n not in retired)
    problems = []
    for name, override in renames.items():
        if name not in labels:
            reason = f"there is no cluster {name} in this run"
            problems.append(_not_applied(override, reason=reason))
        elif used[override.label.casefold()] > 1:
            problems.append(_not_applied(override, reason="another cluster has this name too"))
    return renamed, problems


def override_colors(
    colors: Mapping[str, str], *, overrides: Sequence[ClusterOverride]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Color clusters.

    Parameters
    ----------
    colors : mapping of str to str
        Color of each cluster by its id.
    overrides : sequence of ClusterOverride

    Returns
    -------
    colors : dict of str to str
    not_applied : list of dict
        Colors of clusters that the run does not have.
    """
    given = {o.ids[0]: o for o in overrides if o.what == "color"}
    problems = [
        _not_applied(override, reason=f"there is no cluster {name} in this run")
        for name, override in given.items()
        if name not in colors
    ]
    return {n: given[n].color if n in given else color for n, color in colors.items()}, problems


def _not_applied(override: ClusterOverride, *, reason: str) -> dict[str, Any]:
    names = ", ".join((*override.ids, *filter(None, (override.label, override.paper))))
    return {"line": override.line, "what": override.what, "names": names, "reason": reason}


def _merge(rows: pd.DataFrame, *, into: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Merge clusters that have papers; if the keeper has none, the first that has replaces it."""
    present = set(rows["group_id"])
    parts: dict[str, list[str]] = {}
    for name, keeper in into.items():
        if name in present:
            parts.setdefault(keeper, []).append(name)
    merged: dict[str, str] = {}
    for keeper, names in parts.items():
        stays = keeper if keeper in present else min(names)
        merged |= {name: stays for name in names if name != stays}
    return merge_clusters(rows, into=merged), merged


def _keep_apart(
    rows: pd.DataFrame, *, pairs: frozenset[frozenset[str]], before: pd.Series
) -> pd.DataFrame:
    """Return papers to a cluster that was lost in one which it is to be kept apart from."""
    for one, other in sorted(tuple(sorted(pair)) for pair in pairs):
        clusters = primary_clusters(rows)
        present = set(clusters)
        lost = next((name for name in (other, one) if name not in present), None)
        homes = [main_cluster(clusters, before.index[before == name]) for name in (one, other)]
        if lost is None or homes[0] is None or homes[0] != homes[1]:
            continue
        back = clusters.index[(clusters == homes[0]) & (before.reindex(clusters.index) == lost)]
        rows = rows.assign(
            group_id=rows["group_id"].mask(rows["is_primary"] & rows["paper_id"].isin(back), lost)
        )
    return rows


def _find_pins(
    overrides: Sequence[ClusterOverride],
    *,
    find: Callable[[str], Sequence[str]],
    present: set[str],
    follow: Mapping[str, str],
) -> tuple[_Pins, list[dict[str, Any]]]:
    """Return the cluster of each pinned paper, and the overrides that cannot be applied."""
    pins: _Pins = {}
    problems = []
    for override in overrides:
        reason = ""
        if override.what in ("merge", "keep_apart"):
            missing = [name for name in override.ids if name not in present and name not in follow]
            if missing:
                verb = "has" if len(missing) == 1 else "have"
                reason = f"{', '.join(missing)} {verb} no papers in this run"
        elif override.what == "pin":
            cluster, papers = _follow(override.ids[0], into=follow), find(override.paper)
            if cluster not in present:
                reason = f"cluster {override.ids[0]} has no papers in this run"
            elif len(papers) != 1:
                reason = f"{len(papers):,} papers have this title" if papers else "no such paper"
                reason += " in this run"
            elif pins.setdefault(papers[0], (cluster, override))[0] != cluster:
                reason = f"{place(pins[papers[0]][1])} pins this paper elsewhere"
        if reason:
            problems.append(_not_applied(override, reason=reason))
    return pins, problems


def _follow(name: str, *, into: Mapping[str, str]) -> str:
    seen = {name}
    while name in into and into[name] not in seen:
        name = into[name]
        seen.add(name)
    return name


def _pin(rows: pd.DataFrame, *, pins: _Pins) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make each pin the only row of its paper, with weight 1; evidence keeps the earlier weight."""
    if not pins:
        return rows, empty("evidence")
    is_pinned = rows["paper_id"].isin(set(pins))
    weights = rows[is_pinned].set_index(["paper_id", "group_id"])["weight"].to_dict()
    papers = set(rows.loc[is_pinned, "paper_id"])
    present = {paper: pin for paper, pin in pins.items() if paper in papers}
    pinned = pd.DataFrame(
        [(paper, "cluster", cluster, 1.0, True) for paper, (cluster, _) in present.items()],
        columns=["paper_id", "kind", "group_id", "weight", "is_primary"],
    )
    evidence = pd.DataFrame(
        [
            (
                paper,
                "cluster",
                cluster,
                "override",
                "yes",
                pin.why,
                weights.get((paper, cluster), 0.0),
            )
            for paper, (cluster, pin) in present.items()
        ],
        columns=list(empty("evidence").columns),
    )
    return pd.concat([rows[~is_pinned], pinned]), conform(evidence, name="evidence")
