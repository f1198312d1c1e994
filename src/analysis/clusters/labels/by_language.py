"""Papers in other languages, which an embedding of English words groups by language.

Words that an embedding does not know say nothing of a subject: such papers lie near others of their
language, or near no paper. They are kept out of clusters of other subjects, and clusters of such
papers are named by what they have in common.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.english import listing

from ..tables import primary_clusters
from .describe import ClusterDescription

LOW = 0.1
"""Weight of a paper in a cluster that says nothing of its subject."""

PAPERS_IN = "Papers in "
_MOST_NAMED = 2
_NAMED_SHARE = 0.1


def separate_languages(
    memberships: pd.DataFrame,
    descriptions: Sequence[ClusterDescription],
    *,
    languages: Mapping[str, str],
    movable: Collection[str] | None = None,
) -> tuple[pd.DataFrame, list[ClusterDescription]]:
    """Keep papers in other languages out of clusters of other subjects, and name their clusters.

    A cluster of which half of the papers or more are in other languages is one of languages. A
    paper in another language that is elsewhere moves to the cluster with most papers of its
    language; where there is none it stays, with a weight of at most `LOW`.

    Parameters
    ----------
    memberships : DataFrame
        Clusters' part of the table.
    descriptions : sequence of ClusterDescription
    languages : mapping of str to str
        Name of the language of each paper that is not in the corpus's own, by paper id. If these
        are half of the papers or more, nothing is done.
    movable : collection of str, optional
        Papers that may move; all by default.

    Returns
    -------
    memberships : DataFrame
    descriptions : list of ClusterDescription
        Labels that name languages were not tested on the papers' words.
    """
    primary = primary_clusters(memberships)
    foreign = pd.Series(dict(languages), dtype="str").reindex(primary.index).dropna()
    if foreign.empty or 2 * len(foreign) >= len(primary):
        return memberships, list(descriptions)
    counts = pd.crosstab(primary[foreign.index].to_numpy(), foreign.to_numpy())
    sizes = primary.value_counts().reindex(counts.index)
    homes = counts[2 * counts.sum(axis=1) >= sizes]
    movable = foreign.index if movable is None else foreign.index.intersection(list(movable))
    where = {name: column.idxmax() for name, column in homes.items() if column.max() > 0}
    rows, moved = _moved(memberships, languages=foreign[movable], homes=homes.index, where=where)
    named = _labels(homes, descriptions=descriptions)
    return rows, [
        _described(cluster, label=named.get(cluster.id), counts=homes, sizes=sizes, without=moved)
        for cluster in descriptions
    ]


def _moved(
    memberships: pd.DataFrame, *, languages: pd.Series, homes: pd.Index, where: Mapping[str, str]
) -> tuple[pd.DataFrame, set[str]]:
    """Return the table with papers moved home, or with low weights, and the papers that moved."""
    rows = memberships.copy()
    home = languages.map(where)
    is_away = rows["paper_id"].isin(languages.index) & ~rows["group_id"].isin(homes)
    has_home = rows["paper_id"].map(home).notna()
    away = is_away & ~has_home
    rows.loc[away, "weight"] = np.minimum(rows.loc[away, "weight"], LOW)
    gone = rows[is_away & has_home]
    movers = gone.loc[gone["is_primary"], "paper_id"]
    rows = rows[~(is_away & has_home)].copy()
    target = movers.map(home)
    pairs = set(zip(movers, target, strict=True))
    stands = pd.Series(list(zip(rows["paper_id"], rows["group_id"], strict=True)), index=rows.index)
    is_target = stands.isin(pairs)
    rows.loc[is_target, "is_primary"] = True
    missing = pairs - set(stands[is_target])
    added = pd.DataFrame(sorted(missing), columns=["paper_id", "group_id"]).assign(
        kind="cluster", weight=np.float32(LOW), is_primary=True
    )
    both = pd.concat([rows, added[rows.columns].astype(rows.dtypes)], ignore_index=True)
    order = both.sort_values(["paper_id", "kind", "group_id"], kind="stable", ignore_index=True)
    return order, set(movers)


def _labels(homes: pd.DataFrame, *, descriptions: Sequence[ClusterDescription]) -> dict[str, str]:
    """Return the labels of clusters of languages, with former ones where several are equal."""
    labels = {}
    for cluster, counts in homes.iterrows():
        most = counts[counts >= _NAMED_SHARE * counts.sum()].sort_index().sort_values(
            ascending=False, kind="stable"
        )  # fmt: skip
        names = list(most.index) if len(most) <= _MOST_NAMED else ["other languages"]
        labels[str(cluster)] = PAPERS_IN + listing(names)
    before = {cluster.id: cluster.label for cluster in descriptions}
    names = list(labels.values())
    return {
        cluster: before.get(cluster, label)
        if before.get(cluster, "").startswith(PAPERS_IN)
        else f"{label}: {before.get(cluster, cluster)}"
        if names.count(label) > 1
        else label
        for cluster, label in labels.items()
    }


def _described(
    cluster: ClusterDescription,
    *,
    label: str | None,
    counts: pd.DataFrame,
    sizes: pd.Series,
    without: Collection[str],
) -> ClusterDescription:
    if label is None:
        kept = [paper for paper in cluster.exemplars if paper not in without]
        return replace(cluster, exemplars=kept)
    n = int(counts.loc[cluster.id].sum())
    return replace(
        cluster,
        label=label,
        description=f"Grouped by language rather than subject: {n:,} of {sizes[cluster.id]:,} "
        "papers are in other languages, of which the embedding knows few words.",
        label_coverage=np.nan,
        label_precision=np.nan,
    )
