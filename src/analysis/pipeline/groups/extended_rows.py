"""The table of clusters of a run that extends another: old names stay, born ones get theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from analysis.base.groups import (
    PALETTE,
    broader_clusters,
    cluster_number,
    counted_memberships,
    parts_of,
)
from analysis.base.schema import conform

if TYPE_CHECKING:
    from analysis.clusters.extend.extend import Carried
    from analysis.runs import Run

_OTHERS_READ = 3_000


class Changed(Protocol):
    """What is known of a birth, split or merger."""

    what: str
    cluster: str
    others: tuple[str, ...]


def extended_groups(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    carried: Carried,
    names: Sequence[str],
    parent: Run,
    changes: Sequence[Changed],
    memberships: pd.DataFrame,
) -> pd.DataFrame:
    """Write the clusters' part of `groups`.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`, n rows.
    vectors : float32 (n, d)
    carried : Carried
    names : sequence of str
        Id of each cluster number.
    parent : Run
    changes : sequence of Changed
    memberships : DataFrame
        The clusters' part.

    Returns
    -------
    DataFrame
        Clusters of the parent keep label, terms, colour and broader cluster. Those merged away
        stay as rows without papers, status "retired". New ones get the next colours, and the
        broader cluster of what they came from, or of the clusters that their papers are near to.
        Exemplars are chosen anew; a cluster that was split or merged has no stability any more.
    """
    from analysis import clusters

    groups = parent.groups[parent.groups["kind"] == "cluster"]
    rows = groups.to_dict("records")
    known = {row["group_id"] for row in rows}
    fresh = sorted(set(memberships["group_id"]) - known)
    if fresh:
        rows += _new_rows(
            papers, carried=carried, names=names, fresh=fresh, taken={r["label"] for r in rows},
            parents=_parents(fresh, groups=groups, changes=changes, memberships=memberships),
        )  # fmt: skip
    primary = counted_memberships(memberships, kind="cluster")
    sizes = primary["group_id"].value_counts()
    own = primary.set_index("paper_id")["weight"]
    weights = own.reindex(papers["paper_id"]).to_numpy()
    used, labels = np.unique(carried.labels, return_inverse=True)
    best = clusters.exemplars(vectors, labels=labels, weights=weights)
    ids = papers["paper_id"].to_numpy()
    examples = {
        names[number]: [str(ids[row]) for row in chosen]
        for number, chosen in zip(used, best, strict=True)
    }
    broader = broader_clusters(groups)
    changed = {name for change in changes for name in (change.cluster, *change.others)}
    for row in rows:
        name = row["group_id"]
        if name in changed:
            row["stability"] = np.nan
        if name not in broader:
            row["n_papers"] = int(sizes.get(name, 0))
            row["exemplars"] = examples.get(name, [])
            row["status"] = row["status"] if row["n_papers"] else "retired"
            row["parent_id"] = row["parent_id"] if row["n_papers"] else None
    return with_sizes_of_broader(conform(pd.DataFrame(rows), name="groups"), broader=broader)


def with_sizes_of_broader(groups: pd.DataFrame, *, broader: frozenset[str]) -> pd.DataFrame:
    """Count the papers of broader clusters anew; one without parts is retired.

    Parameters
    ----------
    groups : DataFrame
        Table `groups`, the papers of other clusters counted.
    broader : frozenset of str
        Ids of the broader clusters, from before any of them lost its parts.
    """
    sizes = dict(zip(groups["group_id"], groups["n_papers"], strict=True))
    out = groups.copy()
    for name in sorted(broader):
        parts = parts_of(groups, name) - {name}
        n = sum(sizes[part] for part in parts)
        out.loc[out["group_id"] == name, "n_papers"] = n
        if not n:
            out.loc[out["group_id"] == name, ["status", "parent_id"]] = ["retired", None]
    return conform(out, name="groups")


def _parents(
    fresh: Sequence[str],
    *,
    groups: pd.DataFrame,
    changes: Sequence[Changed],
    memberships: pd.DataFrame,
) -> dict[str, str | None]:
    """Return the broader cluster of each new one; None where it hangs from none."""
    above = dict(zip(groups["group_id"], groups["parent_id"], strict=True))
    primary = counted_memberships(memberships, kind="cluster").set_index("paper_id")["group_id"]
    out: dict[str, str | None] = {}
    for name in fresh:
        origin = [c.others[0] for c in changes if c.cluster == name and c.what == "split"]
        if not origin:
            rows = memberships[memberships["paper_id"].map(primary).eq(name)]
            near = rows[rows["group_id"].ne(name)].groupby("group_id")["weight"].sum()
            origin = near.sort_index().sort_values(ascending=False, kind="stable").index[:1]
        parent = above.get(origin[0]) if len(origin) else None
        out[name] = parent if isinstance(parent, str) else None
    return out


def _new_rows(
    papers: pd.DataFrame,
    *,
    carried: Carried,
    names: Sequence[str],
    fresh: Sequence[str],
    taken: set[str],
    parents: dict[str, str | None],
) -> list[dict[str, Any]]:
    """Name new clusters by their papers, against an even sample of the others."""
    from analysis import clusters

    number = {name: i for i, name in enumerate(names)}
    is_fresh = np.isin(carried.labels, [number[name] for name in fresh])
    others = np.flatnonzero(~is_fresh)
    if len(others) > _OTHERS_READ:
        others = others[np.linspace(0, len(others) - 1, _OTHERS_READ).round().astype(int)]
    rows = np.sort(np.concatenate([np.flatnonzero(is_fresh), others]))
    _, labels = np.unique(carried.labels[rows], return_inverse=True)
    at = {names[old]: new for new, old in enumerate(np.unique(carried.labels[rows]))}
    read = papers.iloc[rows]
    words = clusters.cluster_terms(
        clusters.count_phrases(read["title"], read["abstract"]), labels=labels
    )
    used = {label.casefold() for label in taken}
    out = []
    for name in fresh:
        terms = words.terms[at[name]]
        wished = [words.labels[at[name]], *(term[:1].upper() + term[1:] for term in terms)]
        free = [label for label in wished if label.casefold() not in used]
        label = free[0] if free else f"{wished[0]} ({name})"
        used.add(label.casefold())
        out.append({
            "kind": "cluster", "group_id": name, "label": label,
            "description": f"Papers on {', '.join(terms[:4])}." if terms else "",
            "n_papers": 0, "terms": list(terms), "exemplars": [],
            "color": PALETTE[(cluster_number(name) - 1) % len(PALETTE)], "parent_id": parents[name],
            "status": "active", "definition_hash": None, "stability": np.nan,
        })  # fmt: skip
    return out
