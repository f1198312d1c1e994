"""Descriptions of clusters after an extension: earlier ones kept, new ones by their papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.groups import cluster_number

from ..labels.describe import ClusterDescription, cluster_color, description_of
from ..labels.labels import cluster_terms, exemplars
from ..labels.occurrences import PhraseIndex
from ..labels.phrases import count_phrases
from ..tables import primary_clusters
from .relabel import relabelled
from .splits_and_mergers import Event

_OTHERS_READ = 3_000


def describe_extended(
    known: Sequence[ClusterDescription],
    *,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    numbers: np.ndarray,
    names: Sequence[str],
    events: Sequence[Event],
    memberships: pd.DataFrame,
    taken: Collection[str] = (),
    stop_words: Collection[str] = (),
    index: PhraseIndex | None = None,
) -> list[ClusterDescription]:
    """Describe the clusters after an extension.

    Parameters
    ----------
    known : sequence of ClusterDescription
        Of the parent run.
    papers : DataFrame
        Table `papers`, n rows.
    vectors : ndarray of float32, shape (n, d)
    numbers : ndarray of int64, shape (n,)
        Cluster number of each paper.
    names : sequence of str
        Id of each cluster number.
    events : sequence of Event
    memberships : DataFrame
        Clusters' part of the table.
    taken : collection of str
        Labels of other groups, the topics; no new label is one of them.
    stop_words : collection of str
        Words and phrases that no new label contains.
    index : PhraseIndex, optional
        Of the papers' texts, "title. abstract" each.

    Returns
    -------
    list of ClusterDescription
        Known clusters keep label, terms, color and broader cluster, except that a label which the
        cluster's papers no longer say is replaced (`relabel.relabelled`). New ones get the next
        colors, and the broader cluster of the one they were split from, or of the one their papers
        have most weight in. Exemplars are chosen again; a cluster that was split or merged has no
        stability any more.
    """
    above = {cluster.id: cluster.broader for cluster in known}
    new = sorted(set(memberships["group_id"]) - set(above))
    descriptions = list(known)
    if new:
        descriptions += _describe_new_clusters(
            papers,
            clusters=np.array(names)[numbers],
            broader=_broader_of_new(
                new, above=above, events=events, names=names, memberships=memberships
            ),
            taken=[*taken, *(cluster.label for cluster in known)],
            stop_words=stop_words,
        )
    descriptions = relabelled(
        descriptions,
        papers=papers,
        clusters=np.array(names)[numbers],
        taken=taken,
        stop_words=stop_words,
        index=index,
    )
    chosen = _exemplars(
        papers, vectors=vectors, numbers=numbers, names=names, memberships=memberships
    )
    changed = {names[cluster] for event in events for cluster in (event.cluster, *event.others)}
    broader = set(above.values())
    return [
        replace(
            cluster,
            stability=np.nan if cluster.id in changed else cluster.stability,
            exemplars=cluster.exemplars if cluster.id in broader else chosen.get(cluster.id, []),
        )
        for cluster in descriptions
    ]


def _describe_new_clusters(
    papers: pd.DataFrame,
    *,
    clusters: np.ndarray,
    broader: Mapping[str, str | None],
    taken: Collection[str],
    stop_words: Collection[str],
) -> list[ClusterDescription]:
    """Describe new clusters by their papers, compared with a sample of the others.

    `clusters` are the cluster ids of the papers, `broader` the new clusters, each with its broader
    one, `taken` the labels that other clusters have. Exemplars are chosen later.
    """
    is_new = np.isin(clusters, list(broader))
    others = np.flatnonzero(~is_new)
    if len(others) > _OTHERS_READ:
        others = others[np.linspace(0, len(others) - 1, _OTHERS_READ).round().astype(int)]
    rows = np.sort(np.concatenate([np.flatnonzero(is_new), others]))
    names = sorted(set(clusters[rows].tolist()), key=cluster_number)
    numbers = pd.Index(names).get_indexer(clusters[rows])
    texts = papers.iloc[rows]
    words = cluster_terms(
        count_phrases(texts["title"], texts["abstract"]),
        numbers=numbers,
        taken=taken,
        excluded=stop_words,
    )
    used = {label.casefold() for label in taken}
    descriptions = []
    for name, parent in broader.items():
        number = names.index(name)
        terms, label = words.terms[number], words.headings[number]
        if label.casefold() in used:
            label = f"{label} ({name})"
        used.add(label.casefold())
        descriptions.append(
            ClusterDescription(
                id=name,
                label=label,
                description=description_of(terms),
                terms=terms,
                exemplars=[],
                color=cluster_color(cluster_number(name)),
                broader=parent,
                label_coverage=words.labels[number].coverage,
                label_precision=words.labels[number].precision,
            )
        )
    return descriptions


def _exemplars(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    numbers: np.ndarray,
    names: Sequence[str],
    memberships: pd.DataFrame,
) -> dict[str, list[str]]:
    primary = memberships[memberships["is_primary"]].set_index("paper_id")["weight"]
    ids = papers["paper_id"].to_numpy()
    used, compact = np.unique(numbers, return_inverse=True)
    best = exemplars(vectors, numbers=compact, weights=primary.reindex(ids).to_numpy())
    pairs = zip(used, best, strict=True)
    return {names[number]: [str(ids[row]) for row in rows] for number, rows in pairs}


def _broader_of_new(
    new: Sequence[str],
    *,
    above: Mapping[str, str | None],
    events: Sequence[Event],
    names: Sequence[str],
    memberships: pd.DataFrame,
) -> dict[str, str | None]:
    """Return the broader cluster of each new one; None if it is part of none."""
    primary = primary_clusters(memberships)
    split = {names[e.cluster]: names[e.others[0]] for e in events if e.what == "split"}
    broader = {}
    for name in new:
        origin = split.get(name)
        if origin is None:
            rows = memberships[memberships["paper_id"].map(primary).eq(name)]
            near = rows[rows["group_id"].ne(name)].groupby("group_id")["weight"].sum()
            nearest = near.sort_index().sort_values(ascending=False, kind="stable").index[:1]
            origin = next(iter(nearest), None)
        broader[name] = above.get(origin) if origin else None
    return broader
