"""The clusters' part of the tables memberships and groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis.base.groups import cluster_id, group_rows
from analysis.base.schema import conform

MOST_OTHER_CLUSTERS = 3
LEAST_OTHER_WEIGHT = 0.1


def cluster_memberships(
    papers: pd.DataFrame,
    *,
    labels: np.ndarray,
    weights: sp.csr_matrix,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Write the clusters' part of `memberships`.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, n rows.
    labels : ndarray of int64, shape (n,)
        Cluster of each paper; all -1 where there are none.
    weights : csr_matrix of float64, shape (n, c)
        Share of each paper's neighbours in each cluster.
    names : sequence of str, optional
        Ids of the clusters by number; c0001, c0002 and so on where left out.

    Returns
    -------
    DataFrame
        One primary row a paper, and at most three more with weight of at least .1.
    """
    ids = papers["paper_id"].to_numpy()
    names = names or [cluster_id(number + 1) for number in range(weights.shape[1])]
    rows = []
    for row in range(len(labels) if weights.shape[1] else 0):
        start, stop = weights.indptr[row], weights.indptr[row + 1]
        held = dict(zip(weights.indices[start:stop], weights.data[start:stop], strict=True))
        own = held.pop(labels[row], 0.0)
        others = sorted((-w, c) for c, w in held.items() if w >= LEAST_OTHER_WEIGHT)
        rows.append((ids[row], names[labels[row]], own, True))
        rows += [(ids[row], names[c], -w, False) for w, c in others[:MOST_OTHER_CLUSTERS]]
    columns = ["paper_id", "group_id", "weight", "is_primary"]
    return conform(pd.DataFrame(rows, columns=columns).assign(kind="cluster"), name="memberships")


def cluster_groups(
    papers: pd.DataFrame,
    *,
    labels: np.ndarray,
    headings: Sequence[str],
    terms: Sequence[Sequence[str]],
    exemplars: Sequence[Sequence[int]],
) -> pd.DataFrame:
    """Write the clusters' part of `groups`.

    Parameters
    ----------
    papers : DataFrame
        `paper_id`, n rows.
    labels : ndarray of int64, shape (n,)
    headings, terms, exemplars : sequences of length c
        From `clusters.cluster_terms` and `clusters.exemplars` (row numbers).
    """
    ids = papers["paper_id"].to_numpy()
    rows = [
        {
            "kind": "cluster",
            "group_id": cluster_id(number + 1),
            "label": heading,
            "description": f"Papers on {_listed(terms[number][:4])}." if terms[number] else "",
            "n_papers": int((labels == number).sum()),
            "terms": list(terms[number]),
            "exemplars": [str(ids[row]) for row in exemplars[number]],
            "definition_hash": None,
        }
        for number, heading in enumerate(headings)
    ]
    return group_rows(rows)


def with_broader(
    groups: pd.DataFrame,
    *,
    levels: Sequence[np.ndarray],
    headings: Sequence[Sequence[str]],
    terms: Sequence[Sequence[Sequence[str]]],
    exemplars: Sequence[Sequence[Sequence[str]]],
) -> pd.DataFrame:
    """Add broader clusters to the clusters' part of `groups`, and name them as their parts' parent.

    Parameters
    ----------
    groups : DataFrame
        From `cluster_groups`.
    levels : sequence of ndarray
        From `clusters.broader_levels`.
    headings, terms, exemplars : sequences
        For each level, for each of its broader clusters.

    Returns
    -------
    DataFrame
        The numbers of broader clusters follow those of the others. A broader one counts the papers
        of its parts and has the colour of the largest; it has no memberships of its own.
    """
    out, below = groups, groups
    for level, parents in enumerate(levels):
        ids = [cluster_id(len(out) + number + 1) for number in range(parents.max() + 1)]
        rows = []
        for number, group_id in enumerate(ids):
            parts = below[parents == number].sort_values(["n_papers"], ascending=False)
            words = list(terms[level][number])
            rows.append({
                "kind": "cluster", "group_id": group_id, "label": headings[level][number],
                "description": f"Papers on {_listed(words[:4])}." if words else "",
                "n_papers": int(parts["n_papers"].sum()), "terms": words,
                "exemplars": list(exemplars[level][number]), "definition_hash": None,
            })  # fmt: skip
            out = out.assign(
                parent_id=out["parent_id"].mask(out["group_id"].isin(parts["group_id"]), group_id)
            )
            rows[-1]["color"] = parts["color"].iloc[0]
        below = group_rows(rows).assign(color=[row["color"] for row in rows])
        out = conform(pd.concat([out, below]), name="groups")
    return out


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
