"""Clusters described: label, terms, exemplars, and the broader cluster that each is part of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis.base.groups import PALETTE, cluster_id

from .. import quality
from ..find.partition import broader_levels
from .labels import MIXED, ClusterTerms, capitalised, cluster_terms, exemplars, papers_by_label
from .occurrences import PhraseIndex
from .phrases import PhraseCounts, count_phrases

if TYPE_CHECKING:
    from ..find.fit import Clustering

DESCRIBED_TERMS = 4
_SPREAD, _LEAST_SHARE = 0.75, 0.2


@dataclass(frozen=True)
class ClusterDescription:
    """One cluster, or broader cluster, as the table `groups` shows it; papers are counted there.

    `broader` is the id of the broader cluster that it is part of, None if there is none;
    `stability`, `label_coverage` and `label_precision` are NaN where not measured.
    """

    id: str
    label: str
    description: str
    terms: Sequence[str]
    exemplars: Sequence[str]
    color: str
    broader: str | None = None
    status: str = "active"
    stability: float = np.nan
    label_coverage: float = np.nan
    label_precision: float = np.nan


def describe_clusters(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    clustering: Clustering,
    taken: Collection[str] = (),
    stop_words: Collection[str] = (),
    index: PhraseIndex | None = None,
    track: Callable[..., Iterable[Any]] = list,
) -> tuple[list[ClusterDescription], dict[str, float | None]]:
    """Describe the clusters of a fresh fit and measure them.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`, n rows.
    vectors : ndarray of float32, shape (n, d)
    clustering : Clustering
        From `find_clusters`.
    taken : collection of str
        Labels of other groups, the topics; no cluster gets one of them.
    stop_words : collection of str
        Words and phrases that no label contains.
    index : PhraseIndex, optional
        Of the papers' texts, "title. abstract" each.
    track : callable
        Iterates over a sequence; may draw a progress bar.

    Returns
    -------
    descriptions : list of ClusterDescription
        Ids from c0001 on, largest cluster first; those of broader clusters follow.
    figures : dict
        `coherence_npmi`, `diversity` and `share_well_placed`; None without clusters.
    """
    names = ("coherence_npmi", "diversity", "share_well_placed")
    if clustering.weights.shape[1] == 0:
        return [], dict.fromkeys(names)
    numbers = clustering.numbers
    weights = np.asarray(clustering.weights[np.arange(len(papers)), numbers]).ravel()
    counts = count_phrases(papers["title"], papers["abstract"], index=index, track=track)
    words = cluster_terms(counts, numbers=numbers, taken=taken, excluded=stop_words)
    ids = papers["paper_id"].to_numpy()
    best = exemplars(vectors, numbers=numbers, weights=weights)
    leaves = [
        ClusterDescription(
            id=cluster_id(number),
            label=heading,
            description=description_of(terms),
            terms=terms,
            exemplars=[str(ids[row]) for row in rows],
            color=cluster_color(number),
            label_coverage=label.coverage,
            label_precision=label.precision,
        )
        for number, (heading, label, terms, rows) in enumerate(
            zip(words.headings, words.labels, words.terms, best, strict=True), start=1
        )
    ]
    descriptions = add_broader(
        leaves,
        numbers=numbers,
        graph=clustering.graph,
        counts=counts,
        vectors=vectors,
        weights=weights,
        ids=ids,
        taken=taken,
        stop_words=stop_words,
    )
    coherence = quality.coherence(words.terms, presence=words.presence, columns=words.columns)
    figures = (coherence, quality.diversity(words.terms), quality.share_well_placed(weights))
    return descriptions, dict(zip(names, figures, strict=True))


def add_broader(
    leaves: Sequence[ClusterDescription],
    *,
    numbers: np.ndarray,
    graph: sp.csr_matrix,
    counts: PhraseCounts,
    vectors: np.ndarray,
    weights: np.ndarray,
    ids: np.ndarray,
    taken: Collection[str] = (),
    stop_words: Collection[str] = (),
) -> list[ClusterDescription]:
    """Add descriptions of broader clusters, if there are enough papers for any.

    Parameters
    ----------
    leaves : sequence of ClusterDescription
        One per cluster number.
    numbers : ndarray of int64, shape (n,)
    graph : csr_matrix, shape (n, n)
    counts : PhraseCounts
        Of n papers.
    vectors : ndarray of float32, shape (n, d)
    weights : ndarray of float64, shape (n,)
        Weight of each paper in its own cluster.
    ids : ndarray of str, shape (n,)
    taken, stop_words : collection of str
        As for `describe_clusters`.

    Returns
    -------
    list of ClusterDescription
        `leaves`, each with its broader cluster, then the broader ones. A broader one has the color
        of its largest part.
    """
    descriptions, parts, of_paper = list(leaves), list(leaves), numbers
    for parents in broader_levels(numbers, graph=graph):
        sizes = np.bincount(of_paper[of_paper >= 0], minlength=len(parts))
        below, of_paper = of_paper, np.where(of_paper >= 0, parents[of_paper], -1)
        inside = np.flatnonzero(of_paper >= 0)
        words = cluster_terms(
            counts,
            numbers=of_paper,
            taken=[*taken, *(d.label for d in descriptions)],
            excluded=stop_words,
            broader=True,
        )
        names = [part.label for part in parts]
        labels = _broader_labels(words, counts=counts, parts=below, parents=parents, names=names)
        best = exemplars(vectors[inside], numbers=of_paper[inside], weights=weights[inside])
        broader = []
        for number, (label, terms, rows) in enumerate(zip(labels, words.terms, best, strict=True)):
            largest = max(np.flatnonzero(parents == number), key=lambda part: sizes[part])
            broader.append(
                ClusterDescription(
                    id=cluster_id(len(descriptions) + number + 1),
                    label=label[0],
                    description=description_of(terms),
                    terms=terms,
                    exemplars=[str(ids[inside][row]) for row in rows],
                    color=parts[largest].color,
                    label_coverage=label[1],
                    label_precision=label[2],
                )
            )
        above = {
            part.id: broader[number].id
            for part, number in zip(parts, parents, strict=True)
            if number >= 0
        }
        descriptions = [replace(d, broader=above.get(d.id, d.broader)) for d in descriptions]
        descriptions, parts = [*descriptions, *broader], broader
    return descriptions


def _broader_labels(
    words: ClusterTerms,
    *,
    counts: PhraseCounts,
    parts: np.ndarray,
    parents: np.ndarray,
    names: Sequence[str],
) -> list[tuple[str, float, float]]:
    """Name broader clusters by phrases that most of their parts contain, else by their parts.

    Returns label, coverage and precision of each; NaN where the parts give the name.
    """
    sizes = np.bincount(parts[parts >= 0], minlength=len(parents))
    said = papers_by_label(counts, words.labels)
    labels = []
    for number, (heading, label) in enumerate(zip(words.headings, words.labels, strict=True)):
        own = np.flatnonzero(parents == number)
        shares = [float(said[parts == part, number].mean()) for part in own]
        below = [names[part] for part in own.tolist()]
        name = broader_heading(
            "" if label.is_mixed else heading, shares=shares, sizes=sizes[own].tolist(), parts=below
        )
        measured = name == heading
        labels.append(
            (name, label.coverage if measured else np.nan, label.precision if measured else np.nan)
        )
    return labels


def cluster_color(number: int) -> str:
    """Return the color of a cluster by its number in the series, counted from 1."""
    return PALETTE[(number - 1) % len(PALETTE)]


def description_of(terms: Sequence[str]) -> str:
    """Return a sentence that names the first terms of a cluster; "" without terms."""
    words = terms[:DESCRIBED_TERMS]
    if len(words) < 2:
        return f"Papers on {words[0]}." if words else ""
    return f"Papers on {', '.join(words[:-1])} and {words[-1]}."


def broader_heading(
    heading: str, *, shares: Sequence[float], sizes: Sequence[int], parts: Sequence[str]
) -> str:
    """Choose the heading of a broader cluster.

    Parameters
    ----------
    heading : str
        The label that its papers together would get as one cluster; "" if it would be mixed.
    shares : sequence of float
        For each cluster in it, the share of papers that contain this heading.
    sizes : sequence of int
        Papers of each cluster in it.
    parts : sequence of str
        The headings of the clusters in it.

    Returns
    -------
    str
        `heading`, if at least 20 % of the papers of clusters that make up three quarters of it
        say it and none of them has that name already; else the names of the two largest.
    """
    spread = sum(n for n, share in zip(sizes, shares, strict=True) if share >= _LEAST_SHARE)
    known = {part.casefold() for part in parts}
    if heading and spread >= _SPREAD * sum(sizes) and heading.casefold() not in known:
        return heading
    order = sorted(range(len(parts)), key=lambda i: (parts[i].startswith(MIXED), -sizes[i], i))
    first = (parts[i].split(" · ")[0].removeprefix(MIXED).split(", ")[0] for i in order[:2])
    return " · ".join(map(capitalised, first))
