"""The laws of a run's tables: what must agree, whatever the papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .groups import broader_clusters, broader_ids, counted_memberships, groups_of
from .schema import DIRECTIONS, EVENTS, KINDS, STANDINGS, TABLES

if TYPE_CHECKING:
    import pandas as pd


def check_laws(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return which laws the tables of one run break.

    The laws: keys are unique; every paper of another table is in `papers` and every group in
    `groups`; if there are clusters, each paper has exactly one primary cluster; the cluster weights
    of a paper sum to at most 1; `groups.n_papers` counts primary papers (clusters) or weights of at
    least `COUNTED_WEIGHT` (topics); a broader cluster has the papers of its parts, and no
    memberships of kind "cluster" of its own, its trend is the sum of theirs; the tree has a root
    and in every division the nodes have all papers, each once, those of a cluster the cluster's;
    the trend grid is complete; per period all groups of a run have one `n_total`, and clusters'
    `n_papers` add up to it; every group with a trend has one verdict, and no other has; a verdict
    counts the papers of full periods, its intervals contain their estimates, and with too few
    papers it has no estimates; events lie in full periods of the trends.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        All tables of a run, by name.

    Returns
    -------
    list of str
        One sentence per broken law; empty if all hold.
    """
    return [
        *_broken_keys(tables),
        *_broken_references(tables),
        *_broken_memberships(tables),
        *_broken_hierarchy(tables),
        *broken_tree(tables),
        *_broken_trends(tables["trends"]),
        *_broken_broader(tables),
        *_broken_verdicts(tables["verdicts"], trends=tables["trends"]),
        *_broken_events(tables["events"], trends=tables["trends"]),
    ]


def _broken_keys(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    return [
        f"{name}: the key {', '.join(TABLES[name].key)} is not unique"
        for name, frame in tables.items()
        if frame.duplicated(list(TABLES[name].key)).any()
    ]


_NAMING_GROUPS = ("memberships", "evidence", "reclassified", "trends", "verdicts", "events")
"""Tables with groups of the run alone; others also name groups of earlier runs."""


def _broken_references(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    known_papers = set(tables["papers"]["paper_id"])
    groups, words = tables["groups"], tables.get("words")
    known_groups = set(zip(groups["kind"], groups["group_id"], strict=True))
    known_groups |= {("broader", name) for name in broader_clusters(groups)}
    known_groups |= set() if words is None else {("word", name) for name in words["word_id"]}
    broken = []
    for name, frame in tables.items():
        for column in ("paper_id", "neighbour_id"):
            if (
                name != "moves"
                and column in frame
                and not set(frame[column].unique()) <= known_papers
            ):
                broken.append(f"{name}.{column} names a paper that is not in papers")
        if name in _NAMING_GROUPS:
            rows = frame[["kind", "group_id"]].drop_duplicates()
            named = set(zip(rows["kind"], rows["group_id"], strict=True))
            if not named <= known_groups:
                broken.append(f"{name} names a group that is not in groups")
    return broken


def _broken_memberships(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    import pandas as pd

    memberships, groups = tables["memberships"], tables["groups"]
    clusters = memberships[memberships["kind"] == "cluster"]
    topics = memberships[memberships["kind"] == "topic"]
    broken = []
    primaries = counted_memberships(clusters)
    if (groups["kind"] == "cluster").any():
        ids = sorted(primaries["paper_id"])
        if ids != sorted(tables["papers"]["paper_id"]):
            broken.append("memberships: not every paper has exactly one primary cluster")
    weights = clusters.groupby("paper_id")["weight"].sum()
    if (weights > 1 + 1e-5).any():
        broken.append("memberships: cluster weights of a paper sum to more than 1")
    counts = {
        (kind, group): n
        for kind, rows in (("cluster", primaries), ("topic", counted_memberships(topics)))
        for group, n in rows.groupby("group_id").size().items()
    }
    rows = pd.concat([groups_of(groups, kind=kind) for kind in KINDS])
    for kind, group_id, n in zip(rows["kind"], rows["group_id"], rows["n_papers"], strict=True):
        if counts.get((kind, group_id), 0) != n:
            broken.append(f"groups: n_papers of {group_id} is {n}, its memberships differ")
    return broken


def _broken_hierarchy(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    groups = tables["groups"]
    clusters = groups[groups["kind"] == "cluster"]
    broader = broader_clusters(groups)
    broken = [
        f"groups: the broader cluster {name} is not in groups"
        for name in sorted(broader - set(clusters["group_id"]))
    ]
    parts = clusters.groupby("parent_id")["n_papers"].sum()
    for group_id, n in zip(clusters["group_id"], clusters["n_papers"], strict=True):
        if group_id in broader and parts[group_id] != n:
            broken.append(f"groups: {group_id} has {n} papers, its parts have {parts[group_id]}")
    for name in ("memberships", "evidence", "trends", "verdicts", "events"):
        frame = tables[name]
        if frame.loc[frame["kind"] == "cluster", "group_id"].isin(broader).any():
            broken.append(f"{name}: a broader cluster has rows of its own")
    return broken


def broken_tree(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return which laws of the tables `tree` and `leaves` are broken."""
    tree, leaves = tables.get("tree"), tables.get("leaves")
    if tree is None or leaves is None or tree.empty:
        return [] if leaves is None or leaves.empty else ["leaves: there is no tree"]
    broken = []
    if sorted(leaves["paper_id"]) != sorted(tables["papers"]["paper_id"]):
        broken.append("leaves: not every paper has exactly one finest node")
    parts = tree[tree["parent"].notna()]
    if len(tree) - len(parts) != 1 or not set(parts["parent"]) <= set(tree["node"]):
        return [*broken, "tree: there is not one root to which all nodes lead"]
    sizes = leaves["node"].value_counts().to_dict()
    below = parts.groupby("parent").agg(n=("n_papers", "sum"), k=("node", "size"))
    last = tree["to_n"].max()
    divided = 0
    for row in tree.itertuples(index=False):
        inner = row.node in below.index
        n = below["n"][row.node] if inner else sizes.get(row.node, 0)
        divided += inner and below["k"][row.node] == 2
        if n != row.n_papers or row.from_n > row.to_n or inner == (row.to_n == last):
            broken.append(f"tree: papers or divisions of {row.node} differ from those of its parts")
    ends = dict(zip(tree["node"], tree["to_n"], strict=True))
    begun = zip(parts["from_n"], parts["parent"], strict=True)
    follows = all(from_n == ends[parent] + 1 for from_n, parent in begun)
    if not follows or len(parts) != 2 * divided or last != divided + 1:
        broken.append("tree: a division does not refine the one before it by one group")
    groups = tables["groups"]
    counted = dict(zip(groups["group_id"], groups["n_papers"], strict=True))
    named = tree[tree["group_id"].notna()]
    if any(counted.get(g) != n for g, n in zip(named["group_id"], named["n_papers"], strict=True)):
        broken.append("tree: a node does not have the papers of its group")
    return broken


def _broken_trends(trends: pd.DataFrame) -> list[str]:
    if trends.empty:
        return []
    broken = []
    n_groups = len(trends[["kind", "group_id"]].drop_duplicates())
    if len(trends) != n_groups * trends["period"].nunique():
        broken.append("trends: the grid of groups and periods is not complete")
    if (trends.groupby("period")["n_total"].nunique() > 1).any():
        broken.append("trends: a period has more than one n_total")
    clusters = trends[trends["kind"] == "cluster"]
    by_period = clusters.groupby("period").agg(n=("n_papers", "sum"), total=("n_total", "first"))
    if (by_period["n"] != by_period["total"]).any():
        broken.append("trends: the clusters' papers do not add up to n_total")
    known = trends[trends["n_total"] > 0]
    inside = (known["share_low"] <= known["share"]) & (known["share"] <= known["share_high"])
    if not inside.all():
        broken.append("trends: an interval does not contain its share")
    return broken


def _broken_broader(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    trends, above = tables["trends"], broader_ids(tables["groups"])
    broader = trends[trends["kind"] == "broader"].set_index(["group_id", "period"])["n_papers"]
    parts = trends[trends["kind"].isin(("cluster", "broader"))]
    parts = parts.assign(group_id=parts["group_id"].map(above)).dropna(subset="group_id")
    sums = parts.groupby(["group_id", "period"])["n_papers"].sum().reindex(broader.index)
    if not (sums == broader).all():
        return ["trends: a broader cluster does not have the papers of its parts"]
    return []


def _broken_verdicts(verdicts: pd.DataFrame, *, trends: pd.DataFrame) -> list[str]:
    broken = []
    groups = set(zip(trends["kind"], trends["group_id"], strict=True))
    if set(zip(verdicts["kind"], verdicts["group_id"], strict=True)) != groups:
        broken.append("verdicts: the groups are not those that have a trend")
    if not set(verdicts["direction"]) <= set(DIRECTIONS):
        broken.append("verdicts: a direction is not an allowed one")
    full = trends[~trends["is_partial"]]
    counts = full.groupby(["kind", "group_id"])["n_papers"].sum()
    for kind, group_id, n in zip(
        verdicts["kind"], verdicts["group_id"], verdicts["n_papers"], strict=True
    ):
        if counts.get((kind, group_id), 0) != n:
            broken.append(f"verdicts: n_papers of {group_id} is {n}, its trend differs")
    measured = verdicts[verdicts["direction"] != "too few to say"]
    if verdicts["p"].notna().sum() != len(measured) or measured["p"].isna().any():
        broken.append(
            'verdicts: p is null for other verdicts than "too few to say", or not for those'
        )
    for low, value, high in (
        ("low", "log_odds_per_year", "high"),
        ("ratio_low", "ratio", "ratio_high"),
        ("p", "p_adjusted", None),
    ):
        above = measured[high] if high else 1.0
        if not ((measured[low] <= measured[value]) & (measured[value] <= above)).all():
            broken.append(f"verdicts: {value} lies outside its bounds")
    return broken


def _broken_events(events: pd.DataFrame, *, trends: pd.DataFrame) -> list[str]:
    broken = []
    if not set(events["what"]) <= set(EVENTS):
        broken.append("events: a kind of event is not an allowed one")
    full = trends[~trends["is_partial"]]
    inside = events["start"].isin(set(full["period"])) & events["end"].isin(set(full["period_end"]))
    if not (inside & (events["start"] <= events["end"])).all():
        broken.append("events: an event does not begin and end with full periods of the trends")
    if not set(events["standing"].dropna()) <= set(STANDINGS):
        broken.append("events: a standing is not an allowed one")
    peaks = events.dropna(subset="peak").merge(
        full,
        left_on=["kind", "group_id", "peak"],
        right_on=["kind", "group_id", "period"],
        how="left",
    )
    if not (peaks["share_peak"] == peaks["share"]).all():
        broken.append("events: a peak does not have the share of its period in the trends")
    return broken
