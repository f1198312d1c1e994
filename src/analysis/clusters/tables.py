"""Tables of the schema from clusters: memberships, neighbours, the tree of groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis.base.groups import cluster_id, primary_memberships
from analysis.base.schema import conform

from .find.graph import fuzzy_graph
from .find.tree import Tree

MOST_OTHER_CLUSTERS = 3
LEAST_OTHER_WEIGHT = 0.1


def neighbour_table(
    papers: pd.DataFrame, *, indices: np.ndarray, similarities: np.ndarray
) -> pd.DataFrame:
    """Return the table `neighbours`.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, n rows.
    indices, similarities : ndarray, shape (n, k)
        From `nearest_neighbours`.
    """
    n, k = indices.shape
    ids = papers["paper_id"].to_numpy()
    frame = pd.DataFrame(
        {
            "paper_id": np.repeat(ids, k),
            "rank": np.tile(np.arange(1, k + 1), n),
            "neighbour_id": ids[indices.ravel()],
            "similarity": similarities.ravel(),
        }
    )
    return conform(frame, name="neighbours")


def stored_graph(neighbours: pd.DataFrame, *, papers: pd.DataFrame) -> sp.csr_matrix:
    """Return the fuzzy graph of the table `neighbours`, shape (n, n); it may not be connected.

    Parameters
    ----------
    neighbours : DataFrame
        Table `neighbours`.
    papers : DataFrame
        `paper_id`, n rows, sorted as in the table.
    """
    n = len(papers)
    if neighbours.empty:
        return sp.csr_matrix((n, n))
    indices = pd.Index(papers["paper_id"]).get_indexer(neighbours["neighbour_id"])
    similarities = neighbours["similarity"].to_numpy()
    return fuzzy_graph(indices.reshape(n, -1), similarities.reshape(n, -1))


def tree_tables(
    tree: Tree, *, papers: pd.DataFrame, known: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `tree` and `leaves`.

    Parameters
    ----------
    tree : Tree
    papers : DataFrame
        `paper_id`, n rows.
    known : collection of str
        Ids of clusters and broader clusters in the table `groups`.
    """
    nodes = pd.DataFrame(
        {
            "node": tree.names,
            "parent": [tree.names[i] if i >= 0 else None for i in tree.parents.tolist()],
            "group_id": [name if name in known else None for name in tree.names],
            "from_n": tree.from_n,
            "to_n": tree.to_n,
            "n_papers": tree.sizes,
        }
    )
    rows = papers if tree.names else papers.head(0)
    finest = [tree.names[i] for i in tree.leaf.tolist() if i >= 0]
    leaves = pd.DataFrame({"paper_id": rows["paper_id"].to_numpy(), "node": finest})
    return conform(nodes, name="tree"), conform(leaves, name="leaves")


def tree_division(leaves: pd.DataFrame, *, tree: pd.DataFrame, count: int) -> pd.Series:
    """Return the node of each paper in the division into `count` groups, indexed by paper id.

    Parameters
    ----------
    leaves, tree : DataFrame
        Tables of a run.
    count : int
        Groups, from 1 to the number of leaves.
    """
    parents = dict(zip(tree["node"], tree["parent"], strict=True))
    begun = dict(zip(tree["node"], tree["from_n"], strict=True))
    above = {}
    for leaf in leaves["node"].unique():
        node = leaf
        while begun[node] > count:
            node = parents[node]
        above[leaf] = node
    return leaves.set_index("paper_id")["node"].map(above).astype("str")


def cluster_memberships(
    papers: pd.DataFrame,
    *,
    numbers: np.ndarray,
    weights: sp.csr_matrix,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the clusters' part of `memberships`.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, n rows.
    numbers : ndarray of int64, shape (n,)
        Cluster number of each paper; all -1 if there are none.
    weights : csr_matrix of float64, shape (n, c)
        Share of each paper's neighbours in each cluster.
    names : sequence of str, optional
        Ids of the clusters by number; c0001, c0002 and so on by default.

    Returns
    -------
    DataFrame
        One primary row per paper, and at most three more with a weight of at least .1.
    """
    ids = papers["paper_id"].to_numpy()
    names = names or [cluster_id(number + 1) for number in range(weights.shape[1])]
    rows = []
    for row in range(len(numbers) if weights.shape[1] else 0):
        start, stop = weights.indptr[row], weights.indptr[row + 1]
        shares = dict(zip(weights.indices[start:stop], weights.data[start:stop], strict=True))
        rows.append((ids[row], names[numbers[row]], shares.pop(numbers[row], 0.0), True))
        others = sorted((-w, c) for c, w in shares.items() if w >= LEAST_OTHER_WEIGHT)
        rows += [(ids[row], names[c], -w, False) for w, c in others[:MOST_OTHER_CLUSTERS]]
    columns = ["paper_id", "group_id", "weight", "is_primary"]
    return conform(pd.DataFrame(rows, columns=columns).assign(kind="cluster"), name="memberships")


def primary_clusters(memberships: pd.DataFrame) -> pd.Series:
    """Return the primary cluster of each paper, indexed by its id."""
    rows = primary_memberships(memberships, kind="cluster")
    return rows.set_index("paper_id")["group_id"]


def merge_clusters(memberships: pd.DataFrame, *, into: Mapping[str, str]) -> pd.DataFrame:
    """Replace clusters by those that they are merged into; a paper's weights in one are added.

    Parameters
    ----------
    memberships : DataFrame
        Clusters' part of the table.
    into : mapping of str to str
    """
    if not into:
        return memberships
    renamed = memberships.assign(group_id=memberships["group_id"].replace(dict(into)))
    return renamed.groupby(["paper_id", "kind", "group_id"], as_index=False).agg(
        weight=("weight", "sum"), is_primary=("is_primary", "max")
    )


def follow_moved_papers(memberships: pd.DataFrame, *, before: pd.Series) -> pd.DataFrame:
    """Move weight in clusters that have no papers any more to where their papers are now.

    A cluster may lose all its papers without a merger: to a born one, to pins, or because their
    texts were revised. Weights that other papers have in it then count for the cluster that most
    of its former papers are in.

    Parameters
    ----------
    memberships : DataFrame
        Clusters' part of the table.
    before : Series of str
        Primary cluster that each paper had, by paper id. Rows of a cluster without papers that
        had none before either are dropped.
    """
    now = primary_clusters(memberships)
    empty = sorted(set(memberships["group_id"]) - set(now))
    if not empty:
        return memberships
    heirs = {name: main_cluster(now, before.index[before == name]) for name in empty}
    known = memberships[~memberships["group_id"].isin([n for n in empty if heirs[n] is None])]
    return merge_clusters(known, into={name: heir for name, heir in heirs.items() if heir})


def main_cluster(clusters: pd.Series, papers: pd.Index) -> str | None:
    """Return the cluster that most of some papers are in, of equals the first; None if none is.

    Parameters
    ----------
    clusters : Series of str
        Primary cluster of each paper, by paper id.
    papers : Index of str
    """
    counts = clusters.reindex(papers).value_counts()
    return None if counts.empty else min(counts.index[counts == counts.iloc[0]])
