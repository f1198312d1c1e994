"""Groups of papers that could become a topic: clusters, or papers near one another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from analysis.base.groups import counted_memberships

from .drafts import fold_text, strong_and_weak

FEWEST_UNCOVERED = 3
N_TERMS = 10
NEAR_RANKS = 3
MOST_HOLDING = 0.5
LEAST_LIFT = 2

Phrases = Callable[[str], Sequence[tuple[str, str]]]
"""Return the candidate phrases of a text: (form to count, as written)."""


@dataclass(frozen=True)
class Group:
    """Papers that could become a topic: row numbers, sorted, and terms, best first."""

    group_id: str
    label: str
    rows: NDArray[np.int64]
    terms: tuple[str, ...]


def clusters_as_groups(
    memberships: pd.DataFrame, *, groups: pd.DataFrame, rows_of: pd.Series
) -> list[Group]:
    """Return the clusters that have papers, with their primary papers.

    Parameters
    ----------
    memberships, groups : DataFrame
    rows_of : Series of int64
        Row number of each paper id.
    """
    primary = counted_memberships(memberships, kind="cluster")
    rows = rows_of.reindex(primary["paper_id"]).to_numpy()
    members = {
        cluster: np.sort(rows[places])
        for cluster, places in primary.groupby("group_id").indices.items()
    }
    clusters = groups[groups["kind"] == "cluster"]
    return [
        Group(group_id, label, members[group_id], tuple(terms))
        for group_id, label, terms in zip(
            clusters["group_id"], clusters["label"], clusters["terms"], strict=True
        )
        if group_id in members
    ]


def near_groups(
    papers: pd.DataFrame,
    *,
    covered: NDArray[np.bool_],
    neighbours: pd.DataFrame,
    phrases: Phrases,
    rows_of: pd.Series,
) -> list[Group]:
    """Connect uncovered papers that are among one another's three nearest.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, `title`, `abstract`, n rows.
    covered : ndarray of bool, shape (n,)
    neighbours : DataFrame
        Table `neighbours`.
    phrases : callable
    rows_of : Series of int64
        Row number of each paper id.

    Returns
    -------
    list of Group
        Connected papers, at least three per group, largest first.
    """
    near = neighbours[neighbours["rank"] <= NEAR_RANKS]
    a = rows_of.reindex(near["paper_id"]).to_numpy(dtype="int64")
    b = rows_of.reindex(near["neighbour_id"]).to_numpy(dtype="int64")
    free = ~covered[a] & ~covered[b]
    shape = (len(papers), len(papers))
    links = sp.csr_matrix((np.ones(int(free.sum())), (a[free], b[free])), shape=shape)
    _, part = connected_components(links.minimum(links.T), directed=False)
    members = pd.Series(np.flatnonzero(~covered)).groupby(part[~covered]).agg(list)
    large = [rows for rows in members if len(rows) >= FEWEST_UNCOVERED]
    texts = texts_of(papers) if large else []
    out = []
    for number, rows in enumerate(sorted(large, key=lambda rows: (-len(rows), rows)), start=1):
        terms = _terms(texts, rows=rows, phrases=phrases)
        label = terms[0][:1].upper() + terms[0][1:] if terms else f"Group {number}"
        out.append(Group(f"near-{number}", label, np.asarray(rows), terms))
    return out


def texts_of(papers: pd.DataFrame, *, fold: Callable[[str], str] = str) -> list[str]:
    """Return title and abstract of each paper as one text, passed through `fold`."""
    return [
        fold(f"{title}. {abstract}" if isinstance(abstract, str) else title)
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]


def group_phrases(group: Group, *, texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sort a group's terms into strong and weak phrases; see `strong_and_weak`.

    Left out are terms that are about as common in other papers.

    Parameters
    ----------
    group : Group
    texts : sequence of str
        All papers, from `texts_of` with `fold_text`.
    """
    shares = _own_shares(group, texts=texts)
    least = min(0.5, LEAST_LIFT * len(group.rows) / len(texts))
    pairs = zip(group.terms, shares, strict=True)
    telling = {term: share for term, share in pairs if share >= least}
    return strong_and_weak(list(telling), own=list(telling.values()))


def _own_shares(group: Group, *, texts: Sequence[str]) -> list[float]:
    """Return, for each term, the group's share of the papers that contain it.

    0 for a term that more than half of all papers contain: it distinguishes nothing, and a
    definition with such a phrase is refused.
    """
    own = set(group.rows.tolist())
    shares = []
    for term in group.terms:
        form = f" {fold_text(str(term)).split('|')[0].strip()} "
        holders = [row for row, text in enumerate(texts) if form in text]
        common = len(holders) > MOST_HOLDING * len(texts)
        shares.append(0 if common else sum(row in own for row in holders) / max(len(holders), 1))
    return shares


def _terms(texts: Sequence[str], *, rows: Sequence[int], phrases: Phrases) -> tuple[str, ...]:
    """Return the phrases whose share in the group exceeds that in the other papers most.

    A phrase must occur in two of the group's papers; longer ones win ties.
    """
    counts: dict[str, list[int]] = {}
    written: dict[str, str] = {}
    own = set(rows)
    for row, text in enumerate(texts):
        for key, spelling in dict(phrases(text)).items():
            counts.setdefault(key, [0, 0])[row not in own] += 1
            if row in own:
                written.setdefault(key, spelling)
    others = max(len(texts) - len(rows), 1)
    scored = [
        (inside / len(rows) - outside / others, key.count(" "), key)
        for key, (inside, outside) in counts.items()
        if inside >= 2 and inside / len(rows) > outside / others
    ]
    kept: list[str] = []
    for _, _, key in sorted(scored, key=lambda entry: (-entry[0], -entry[1], entry[2])):
        if not any(f" {key} " in f" {other} " or f" {other} " in f" {key} " for other in kept):
            kept.append(key)
    return tuple(written[key] for key in kept[:N_TERMS])
