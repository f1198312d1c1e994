"""The clusters of a run in a coarser or finer division: their papers, weights and descriptions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis import clusters
from analysis.base.groups import PALETTE, cluster_number
from analysis.base.schema import conform
from analysis.clusters import ClusterDescription
from analysis.clusters.find.partition import neighbour_shares
from analysis.clusters.labels.describe import description_of
from analysis.clusters.labels.labels import cluster_terms, exemplars
from analysis.clusters.labels.phrases import count_phrases
from analysis.papers.boilerplate import papers_as_analysed
from analysis.runs import Run

from .group_table import descriptions_of

_OWN = 1e-9

MOST_READ, LEAST_READ, OTHERS_READ = 800, 8, 200
"""Papers read to label new groups: of all together, of each at least, and of the other groups.

Reading all 5,840 daily papers takes 7 s, these 1.3 s.
"""


def divided_memberships(run: Run, *, node: pd.Series) -> pd.DataFrame:
    """Return the clusters' part of `memberships` in another division.

    Groups that consist of clusters have the sum of their weights. The weight of a paper in a
    cluster that is divided is shared out as its neighbours in the cluster are.

    Parameters
    ----------
    run : Run
    node : Series of str
        The group of each paper, by paper id: clusters joined, or clusters divided.
    """
    rows = run.memberships[run.memberships["kind"] == "cluster"]
    of_cluster = clusters.primary_clusters(run.memberships)
    pairs = pd.DataFrame({"cluster": of_cluster, "node": node.reindex(of_cluster.index)})
    pairs = pairs.drop_duplicates()
    if not pairs["cluster"].duplicated().any():
        into = zip(pairs["cluster"], pairs["node"], strict=True)
        return conform(clusters.merge_clusters(rows, into=dict(into)), name="memberships")
    pairs = pairs.sort_values("node")
    names = pairs["node"].tolist()
    numbers = pd.Index(names).get_indexer(node.reindex(run.papers["paper_id"]))
    weights = _shared_out(run, rows=rows, numbers=numbers, above=pairs["cluster"].tolist())
    return clusters.cluster_memberships(run.papers, numbers=numbers, weights=weights, names=names)


def _shared_out(
    run: Run, *, rows: pd.DataFrame, numbers: np.ndarray, above: Sequence[str]
) -> sp.csr_matrix:
    """Return the weight of each paper in each part; `above` is the cluster of each part."""
    n, ids = len(run.papers), sorted(set(above))
    of_part = pd.Index(ids).get_indexer(above)
    paper = pd.Index(run.papers["paper_id"]).get_indexer(rows["paper_id"])
    cluster = pd.Index(ids).get_indexer(rows["group_id"])
    weights = rows["weight"].to_numpy(dtype=np.float64)
    weight = sp.csr_matrix((weights, (paper, cluster)), shape=(n, len(ids)))
    graph = clusters.stored_graph(run.neighbours, papers=run.papers)
    # A paper counts a little for its own part, so that it is in it even without neighbours there.
    own = sp.csr_matrix((np.full(n, _OWN), (np.arange(n), numbers)), shape=(n, len(above)))
    near = (neighbour_shares(numbers, graph=graph) + own).tocoo()
    onto = sp.csr_matrix(
        (np.ones(len(above)), (np.arange(len(above)), of_part)), shape=(len(above), len(ids))
    )
    within = (near.tocsr() @ onto).tocsr()
    shared = [np.asarray(m[near.row, of_part[near.col]]).ravel() for m in (weight, within)]
    values = shared[0] * near.data / shared[1]
    return sp.csr_matrix((values, (near.row, near.col)), shape=near.shape)


def divided_descriptions(run: Run, *, memberships: pd.DataFrame) -> list[ClusterDescription]:
    """Describe the groups of another division, and the broader clusters above them.

    Parameters
    ----------
    run : Run
    memberships : DataFrame
        From `divided_memberships`.

    Returns
    -------
    list of ClusterDescription
        Clusters and broader clusters of the run as they are; of new groups label, terms and
        exemplars come from a part of their papers. A join has the color of its largest cluster,
        the parts of a cluster the colors from its own on.
    """
    known = {cluster.id: cluster for cluster in descriptions_of(run.groups)}
    parents = dict(zip(run.tree["node"], run.tree["parent"], strict=True))
    primary = clusters.primary_clusters(memberships)
    names = sorted(set(primary))
    new = [name for name in names if name not in known]
    broader = {}
    for name in names:
        child = name
        while (parent := _named_above(child, parents=parents, known=known)) is not None:
            broader[child] = child = parent
    shown = {name: known[name] for name in (*names, *broader.values()) if name in known}
    shown |= _describe_new(run, primary=primary, memberships=memberships, new=new, known=shown)
    return [replace(each, broader=broader.get(name)) for name, each in sorted(shown.items())]


def _named_above(
    node: str, *, parents: Mapping[str, str | None], known: Collection[str]
) -> str | None:
    """Return the nearest node above one that is a cluster or a broader cluster."""
    above = parents.get(node)
    while isinstance(above, str) and above not in known:
        above = parents.get(above)
    return above if isinstance(above, str) else None


def _describe_new(
    run: Run,
    *,
    primary: pd.Series,
    memberships: pd.DataFrame,
    new: Sequence[str],
    known: Mapping[str, ClusterDescription],
) -> dict[str, ClusterDescription]:
    if not new:
        return {}
    groups = primary.reindex(run.papers["paper_id"])
    names = sorted(set(groups))
    numbers = pd.Index(names).get_indexer(groups)
    rows = _rows_to_read(numbers, new=[names.index(name) for name in new])
    texts = papers_as_analysed(run.papers.iloc[rows], manifest=run.manifest)
    of_new = pd.Index(new).get_indexer(np.array(names, dtype=object)[numbers[rows]])
    topics = run.groups.loc[run.groups["kind"] == "topic", "label"]
    taken = sorted({*topics, *(each.label for each in known.values())})
    words = cluster_terms(
        count_phrases(texts["title"], texts["abstract"]),
        numbers=of_new,
        taken=taken,
        excluded=run.manifest["settings"].get("not_in_labels", ()),
        broader=any("+" in name for name in new),
    )
    own = memberships[memberships["is_primary"]].set_index("paper_id")["weight"]
    best = exemplars(
        run.vectors, numbers=numbers, weights=own.reindex(run.papers["paper_id"]).to_numpy()
    )
    used = {label.casefold() for label in taken}
    # Of some of the papers read, coverage is an estimate; precision would need all of them.
    read_all = len(rows) == len(numbers)
    ids = run.papers["paper_id"].to_numpy()
    described = {}
    for position, name in enumerate(new):
        terms, label = words.terms[position], words.labels[position]
        heading = words.headings[position]
        if heading.casefold() in used:
            heading = f"{heading} ({name})"
        used.add(heading.casefold())
        described[name] = ClusterDescription(
            id=name,
            label=heading,
            description=description_of(terms),
            terms=terms,
            exemplars=[str(ids[row]) for row in best[names.index(name)]],
            color=_color(name, names=names, known=known),
            label_coverage=label.coverage,
            label_precision=label.precision if read_all else np.nan,
        )
    return described


def _rows_to_read(numbers: np.ndarray, *, new: Sequence[int]) -> np.ndarray:
    """Return the papers that are read: of each new group as many, evenly spaced, and of others."""
    each = max(LEAST_READ, MOST_READ // len(new))
    parts = [np.flatnonzero(numbers == number) for number in new]
    chosen = [_spaced(rows, count=each) for rows in parts]
    others = np.flatnonzero(~np.isin(numbers, list(new)))
    return np.sort(np.concatenate([*chosen, _spaced(others, count=OTHERS_READ)]))


def _spaced(rows: np.ndarray, *, count: int) -> np.ndarray:
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(int)]


def _color(name: str, *, names: Sequence[str], known: Mapping[str, ClusterDescription]) -> str:
    """Return the color of a new group: of the cluster that it is named by, or one further on."""
    cluster = re.split("[.+]", name)[0]
    parts = [other for other in names if other.startswith(f"{cluster}.")]
    first = cluster_number(cluster) - 1
    if cluster in known and known[cluster].color in PALETTE:
        first = PALETTE.index(known[cluster].color)
    return PALETTE[(first + (parts.index(name) if name in parts else 0)) % len(PALETTE)]
