"""Labels tested again after an extension, and replaced where papers no longer say them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.groups import cluster_number

from ..labels.choice import contains_any, label_figures
from ..labels.describe import ClusterDescription, description_of
from ..labels.labels import cluster_terms
from ..labels.names import MIXED, label_phrases
from ..labels.occurrences import PhraseIndex
from ..labels.phrases import count_phrases

_GONE, _FADED = 0.3, 0.6
_LABELLED = 6_000


def relabelled(
    descriptions: Sequence[ClusterDescription],
    *,
    papers: pd.DataFrame,
    clusters: np.ndarray,
    taken: Collection[str] = (),
    stop_words: Collection[str] = (),
    index: PhraseIndex | None = None,
) -> list[ClusterDescription]:
    """Test the labels of clusters on their papers, and replace those that say too little.

    A label is replaced if fewer than 30 % of the cluster's papers say it, or less than 60 % of the
    share that said it when it was given, and if a label is found that more of them say. A label
    with one of `stop_words` is replaced in any case. A label without figures stays if others have
    some: a person gave it. Runs of schema version 3 have figures of none, and all are tested.

    Parameters
    ----------
    descriptions : sequence of ClusterDescription
    papers : DataFrame
        `title` and `abstract` of n papers.
    clusters : ndarray of str, shape (n,)
        Id of each paper's cluster. The labels of broader clusters are measured on the papers of
        their parts and stay.
    taken, stop_words : collection of str
        As for `labels.labels.cluster_terms`.
    index : PhraseIndex, optional
        Of the papers' texts, "title. abstract" each.

    Returns
    -------
    list of ClusterDescription
        With the coverage and precision of each label now; new labels and terms where replaced.
    """
    index = index or PhraseIndex(list(map(_text, papers["title"], papers["abstract"])))
    unwanted = [phrase for word in stop_words if (phrase := index.phrase(word))]
    measured: list[ClusterDescription] = []
    faded, refused = set(), set()
    parts = _parts(descriptions)
    were_tested = any(np.isfinite(cluster.label_coverage) for cluster in descriptions)
    for cluster in descriptions:
        if were_tested and np.isnan(cluster.label_coverage):
            measured.append(cluster)
            continue
        members = np.isin(clusters, parts[cluster.id])
        phrases = label_phrases(cluster.label, index=index)
        if members.any() and " · " not in cluster.label:
            coverage, precision = label_figures(index, phrases=phrases, members=members)
            is_leaf = parts[cluster.id] == [cluster.id]
            if is_leaf and any(contains_any(phrase, unwanted) for phrase in phrases):
                refused.add(cluster.id)
            gone = coverage < _GONE and not cluster.label.startswith(MIXED)
            if is_leaf and (gone or coverage < _FADED * cluster.label_coverage):
                faded.add(cluster.id)
            cluster = replace(cluster, label_coverage=coverage, label_precision=precision)
        measured.append(cluster)
    wanted = [cluster.id for cluster in measured if cluster.id in faded | refused]
    if not wanted:
        return measured
    used = [*taken, *(cluster.label for cluster in measured)]
    found = _new_labels(papers, clusters=clusters, wanted=wanted, taken=used, stop_words=stop_words)
    return [
        _renamed(cluster, found[cluster.id])
        if cluster.id in refused
        else _better(cluster, found.get(cluster.id))
        for cluster in measured
    ]


def _parts(descriptions: Sequence[ClusterDescription]) -> dict[str, list[str]]:
    """Return the clusters that each cluster consists of: itself, if it is no broader one."""
    below: dict[str, list[str]] = {}
    for cluster in descriptions:
        if cluster.broader:
            below.setdefault(cluster.broader, []).append(cluster.id)

    def leaves(name: str) -> list[str]:
        return [leaf for part in below[name] for leaf in leaves(part)] if name in below else [name]

    return {cluster.id: leaves(cluster.id) for cluster in descriptions}


def _better(cluster: ClusterDescription, found: ClusterDescription | None) -> ClusterDescription:
    """Return the cluster with its new label and terms, if more of its papers say that label."""
    if found is None or found.label.startswith(MIXED):
        return cluster
    return _renamed(cluster, found) if found.label_coverage > cluster.label_coverage else cluster


def _renamed(cluster: ClusterDescription, found: ClusterDescription) -> ClusterDescription:
    return replace(
        cluster,
        label=found.label,
        description=found.description,
        terms=found.terms,
        label_coverage=found.label_coverage,
        label_precision=found.label_precision,
    )


def _new_labels(
    papers: pd.DataFrame,
    *,
    clusters: np.ndarray,
    wanted: Sequence[str],
    taken: Collection[str],
    stop_words: Collection[str],
) -> dict[str, ClusterDescription]:
    """Describe some clusters, compared with all other papers; only labels and terms are set."""
    rows = _spread(len(papers), most=_LABELLED)
    inside = np.flatnonzero(np.isin(clusters, list(wanted)))
    rows = np.union1d(rows, inside)
    of_paper = pd.Index(wanted).get_indexer(clusters[rows])
    numbers = np.where(of_paper >= 0, of_paper, len(wanted))
    texts = papers.iloc[rows]
    words = cluster_terms(
        count_phrases(texts["title"], texts["abstract"]),
        numbers=numbers,
        taken=taken,
        excluded=stop_words,
    )
    headings = [  # a cluster without a phrase is called by its number in the series
        f"Cluster {cluster_number(name)}" if heading == f"Cluster {number}" else heading
        for number, (name, heading) in enumerate(zip(wanted, words.headings, strict=False), start=1)
    ]
    return {
        name: ClusterDescription(
            id=name,
            label=headings[number],
            description=description_of(words.terms[number]),
            terms=words.terms[number],
            exemplars=(),
            color="",
            label_coverage=words.labels[number].coverage,
            label_precision=words.labels[number].precision,
        )
        for number, name in enumerate(wanted)
    }


def _spread(n: int, *, most: int) -> np.ndarray:
    """Return all row numbers, or `most` of them at equal distances."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).round().astype(np.int64)


def _text(title: str, abstract: object) -> str:
    return f"{title}. {abstract}" if isinstance(abstract, str) else f"{title}. "
