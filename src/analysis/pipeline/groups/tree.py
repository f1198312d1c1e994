"""The tree over the clusters of a run, and the divisions that a run can be given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import clusters
from analysis.base.errors import InputError
from analysis.base.groups import broader_ids, cluster_number
from analysis.clusters import primary_clusters

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
        return clusters.tree_tables(
            clusters.build_tree(
                np.full(len(papers), -1),
                names=[],
                graph=clusters.stored_graph(neighbours, papers=papers),
                vectors=vectors,
            ),
            papers=papers,
            known=(),
        )
    of_paper = primary_clusters(memberships).reindex(papers["paper_id"])
    tree = clusters.build_tree(
        pd.Index(names, dtype="str").get_indexer(of_paper),
        names=names,
        graph=clusters.stored_graph(neighbours, papers=papers),
        vectors=clusters.centre_vectors(vectors),
        above=broader_ids(groups),
    )
    known = set(groups.loc[groups["kind"] == "cluster", "group_id"])
    return clusters.tree_tables(tree, papers=papers, known=known)


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


def division_problems(*, clusters: int | None, detail: str | None) -> list[str]:
    """Return what is wrong with the two settings of a division, whatever the papers."""
    problems = []
    if clusters is not None and detail is not None:
        problems.append(f"both {clusters:,} groups and the detail {detail!r}")
    if detail is not None and detail not in DETAILS:
        problems.append(f"detail {detail!r}: allowed are {', '.join(DETAILS)}")
    return problems
