"""The tree over the clusters of a run, and the divisions that a run can be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.groups import broader_ids, cluster_id, cluster_number
from analysis.base.schema import empty
from analysis.clusters import (
    Clustering,
    FreshFit,
    build_tree,
    centre_vectors,
    find_clusters,
    groups_at,
    primary_clusters,
    stored_graph,
    tree_tables,
)
from analysis.clusters.find.partition import neighbour_shares, number_by_size

if TYPE_CHECKING:
    import scipy.sparse as sp

Division = tuple[int | None, str | None]
"""A number of clusters, or a detail in its place."""

DETAILS = ("coarse", "medium", "fine")
COARSER = 3
"""A coarse division has a third of the groups of the run, a fine one three times as many."""


def run_tree(
    papers: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    neighbours: pd.DataFrame,
    vectors: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `tree` and `leaves` of a run.

    Everything that is read is stored in the run, so that the tree is that of the run's clusters
    however they came about.

    Parameters
    ----------
    papers, memberships, groups, neighbours : DataFrame
        Tables of the run.
    vectors : ndarray of float32, shape (n, d)
    """
    names = sorted(set(primary_clusters(memberships)), key=cluster_number)
    if not names:
        return empty("tree"), empty("leaves")
    of_paper = primary_clusters(memberships).reindex(papers["paper_id"])
    tree = build_tree(
        pd.Index(names, dtype="str").get_indexer(of_paper),
        names=names,
        graph=stored_graph(neighbours, papers=papers),
        vectors=centre_vectors(vectors),
        above=broader_ids(groups),
    )
    known = set(groups.loc[groups["kind"] == "cluster", "group_id"])
    return tree_tables(tree, papers=papers, known=known)


def wanted_groups(
    n_clusters: int, *, n_leaves: int, clusters: int | None, detail: str | None
) -> int:
    """Return into how many groups papers are to be divided.

    Parameters
    ----------
    n_clusters : int
        Groups of the medium division.
    n_leaves : int
        Groups of the finest division.
    clusters : int or None
        The number asked for.
    detail : {"coarse", "medium", "fine"} or None
        Asked for in place of a number; medium by default.

    Raises
    ------
    InputError
        If there is no such division.
    """
    if problems := division_problems(clusters=clusters, detail=detail):
        raise InputError(
            problems,
            allowed=f"a number of groups, or one of {', '.join(DETAILS)}",
            next_step="give one of the two",
        )
    if clusters is not None:
        if not 2 <= clusters <= n_leaves:
            raise InputError(
                f"{clusters:,} groups",
                allowed=f"2 to {n_leaves:,} for these papers"
                if n_leaves > 1
                else "papers that can be divided: at least 60",
                next_step="give another number with --clusters",
            )
        return clusters
    if detail == "coarse":
        return max(min(2, n_clusters), round(n_clusters / COARSER))
    return min(COARSER * n_clusters, n_leaves) if detail == "fine" else n_clusters


def divided_fit(
    fit: Clustering, *, vectors: np.ndarray, clusters: int | None, detail: str | None
) -> Clustering:
    """Return a fresh fit with its clusters joined or divided, as asked.

    Parameters
    ----------
    fit : Clustering
        From `find_clusters`.
    vectors : ndarray of float32, shape (n, d)
    clusters, detail
        As for `wanted_groups`.

    Raises
    ------
    InputError
        If there is no such division of these papers.
    """
    n_found = fit.weights.shape[1]
    if clusters is None and (detail in (None, "medium") or not n_found):
        return fit
    numbers = divided_numbers(
        fit.numbers, graph=fit.graph, vectors=vectors, clusters=clusters, detail=detail
    )
    wanted = int(numbers.max()) + 1
    if wanted == n_found:
        return fit
    rule = f"{fit.rule} From these {n_found:,} clusters {wanted:,} were made, as asked."
    weights = neighbour_shares(numbers, graph=fit.graph)
    return replace(fit, numbers=numbers, weights=weights, rule=rule, fits=None)


def fresh_fit(vectors: np.ndarray, *, seed: int, division: Division) -> FreshFit:
    """Return the fresh fit that an extension compares with, in the division of the run."""
    found = find_clusters(vectors, seed=seed)
    fit = divided_fit(found, vectors=vectors, clusters=division[0], detail=division[1])
    return FreshFit(fit.numbers, fit.graph, int(fit.settings.get("min_cluster_size", 0)))


def divided_numbers(
    numbers: np.ndarray,
    *,
    graph: sp.csr_matrix,
    vectors: np.ndarray,
    clusters: int | None,
    detail: str | None,
) -> np.ndarray:
    """Return the group of each paper, 0 for the largest, in a division along the tree of a fit."""
    n_found = int(numbers.max(initial=-1)) + 1
    tree = build_tree(
        numbers,
        names=[cluster_id(number + 1) for number in range(n_found)],
        graph=graph,
        vectors=centre_vectors(vectors),
    )
    wanted = wanted_groups(n_found, n_leaves=tree.n_leaves, clusters=clusters, detail=detail)
    return number_by_size(groups_at(tree, count=wanted))


def divided_fits(
    fits: np.ndarray,
    *,
    graph: sp.csr_matrix,
    vectors: np.ndarray,
    clusters: int | None,
    detail: str | None,
) -> np.ndarray:
    """Return fits of subsamples (`subsample_fits`) divided as the fit of all papers is.

    Parameters
    ----------
    fits : ndarray of int64, shape (b, n)
        -1 outside each subsample.
    graph : csr_matrix, shape (n, n)
        A neighbour graph of all papers.
    vectors : ndarray of float32, shape (n, d)
    clusters, detail
        As for `wanted_groups`. A subsample that has no such division keeps its clusters.
    """
    if clusters is None and detail in (None, "medium"):
        return fits
    divided = fits.copy()
    for row, fit in enumerate(fits):
        inside = np.flatnonzero(fit >= 0)
        try:
            divided[row, inside] = divided_numbers(
                np.unique(fit[inside], return_inverse=True)[1],
                graph=graph[inside][:, inside],
                vectors=vectors[inside],
                clusters=clusters,
                detail=detail,
            )
        except InputError:
            continue
    return divided


def kept_division(given: Division, *, before: Mapping[str, Any] | None, run: str) -> Division:
    """Return the number of clusters and the detail of a run: an extension keeps its parent's.

    Parameters
    ----------
    given : (int or None, str or None)
        The settings `clusters` and `detail`.
    before : mapping or None
        The recorded settings of the run that is extended; None for a fresh fit.
    run : str
        Its name.

    Raises
    ------
    InputError
        If another division is asked for than the run has.
    """
    wanted = (given[0], None if given[1] == "medium" else given[1])
    if before is None:
        return wanted
    kept = before.get("clusters"), before.get("detail")
    if given != (None, None) and wanted != kept:
        asked = f"{given[0]:,} clusters" if given[0] is not None else f"the detail {given[1]!r}"
        raise InputError(
            f"{asked} for a run that extends run {run}, which is divided otherwise",
            allowed="the division of the run that is extended: its clusters are kept",
            next_step="leave the option out and use it with papertide report, or make a fresh fit "
            "with --fresh",
        )
    return kept


def division_problems(*, clusters: int | None, detail: str | None) -> list[str]:
    """Return what is wrong with the two settings of a division, whatever the papers."""
    problems = []
    if clusters is not None and detail is not None:
        problems.append(f"both {clusters:,} groups and the detail {detail!r}")
    if detail is not None and detail not in DETAILS:
        problems.append(f"detail {detail!r}: allowed are {', '.join(DETAILS)}")
    return problems
