"""A run beside a cold fit of its papers: extend it further, or fit afresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.escaping import first_lines
from analysis.base.groups import cluster_id

from .identity.lineage import lineage_rows
from .identity.matching import match_fresh

LEAST_FIT = 0.95
"""Agreement with fits of subsamples, as a part of what a cold fit has, from which on a run's
clusters are as good as a cold fit's."""

MOST_LISTED = 20
"""Contested papers that the text lists."""


@dataclass(frozen=True)
class Audit:
    """What a cold fit would change.

    Attributes
    ----------
    run : str
    n_papers, n_clusters, n_cold : int
        Papers, clusters of the run, clusters of the cold fit.
    n_moved : int
        Papers whose cluster would be another one, after cold clusters were given the ids of those
        that they continue.
    fit, fit_cold : float
        Mean adjusted mutual information (Vinh, Epps & Bailey 2010) of the run's (of the cold
        fit's) clusters with fits of 80 % subsamples.
    fresh : bool
        Whether a fresh fit is recommended: `fit` is under .95 of `fit_cold`.
    lineage : DataFrame
        Table `lineage` that a fresh fit would write.
    sizes : mapping of str to int
        Papers of each cluster of the cold fit, by the id it would get.
    """

    run: str
    n_papers: int
    n_clusters: int
    n_cold: int
    n_moved: int
    fit: float
    fit_cold: float
    fresh: bool
    lineage: pd.DataFrame
    sizes: Mapping[str, int]

    @property
    def share_moved(self) -> float:
        """Share of the papers that would move."""
        return self.n_moved / max(self.n_papers, 1)

    def as_dict(self) -> dict[str, Any]:
        """Return the audit for JSON, its lineage as a list of rows."""
        columns = ["event", "group_id", "previous_group_id", "n_shared", "overlap"]
        rows = self.lineage[columns].astype({"overlap": "float64"}).round(4)
        rows = rows.astype("object").where(rows.notna(), None)
        return {
            "recommends": "fresh fit" if self.fresh else "extend",
            "papers": self.n_papers,
            "clusters": self.n_clusters,
            "clusters_cold": self.n_cold,
            "moved": self.n_moved,
            "share_moved": round(self.share_moved, 4),
            "fit": round(self.fit, 4),
            "fit_cold": round(self.fit_cold, 4),
            "lineage": rows.to_dict("records"),
            "sizes": dict(self.sizes),
        }


def audit(
    own: pd.Series,
    *,
    cold: np.ndarray,
    fits: np.ndarray,
    vectors: np.ndarray,
    run: str,
    next_id: int,
) -> Audit:
    """Compare the clusters of a run with a cold fit of its papers.

    Two fits of the same papers differ whatever the run is worth, so the number of papers that
    would move recommends nothing by itself. Both are held against fits of subsamples: where the
    run's clusters agree with these as well as the cold fit's do, nothing is gained by moving.

    Parameters
    ----------
    own : Series of str, length n
        Primary cluster of each paper in the run, indexed by its id.
    cold : ndarray of int64, shape (n,)
        Cluster of each paper in the cold fit.
    fits : ndarray of int64, shape (b, n)
        Fits of subsamples, -1 outside each.
    vectors : float32 (n, d)
    run : str
        Name of the run.
    next_id : int
        Number of the first free cluster id.

    Returns
    -------
    Audit
    """
    names, numbers = np.unique(own.to_numpy(dtype="str"), return_inverse=True)
    count = int(cold.max()) + 1
    shared = np.zeros((len(names), count), dtype=np.int64)
    np.add.at(shared, (numbers, cold), 1)
    found = match_fresh(
        shared,
        ids=names.tolist(),
        centroids=(_means(vectors, numbers, len(names)), _means(vectors, cold, count)),
    )
    given, free = [], next_id
    for name in found:
        given.append(name or cluster_id(free))
        free += name is None
    new = pd.Series(np.array(given, dtype="str")[cold], index=own.index)
    fit, fit_cold = _agreement(numbers, fits=fits), _agreement(cold, fits=fits)
    return Audit(
        run=run,
        n_papers=len(own),
        n_clusters=len(names),
        n_cold=count,
        n_moved=int((new.to_numpy() != own.to_numpy(dtype="str")).sum()),
        fit=fit,
        fit_cold=fit_cold,
        fresh=fit < LEAST_FIT * fit_cold,
        lineage=lineage_rows(own, new, previous_run=run),
        sizes={name: int(n) for name, n in zip(given, np.bincount(cold), strict=True)},
    )


def _means(vectors: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    return np.stack([vectors[labels == number].mean(axis=0) for number in range(count)])


def _agreement(labels: np.ndarray, *, fits: np.ndarray) -> float:
    from sklearn.metrics import adjusted_mutual_info_score

    if not len(fits):
        return 1.0
    inside = [fit >= 0 for fit in fits]
    pairs = zip(fits, inside, strict=True)
    return float(np.mean([adjusted_mutual_info_score(fit[at], labels[at]) for fit, at in pairs]))


def audit_line(found: Audit) -> str:
    """Say in one line what is recommended, and why."""
    part = found.fit / found.fit_cold if found.fit_cold > 0 else 1.0
    why = f"its clusters fit {found.n_papers:,} papers {part:.0%} as well as a cold fit's would"
    if found.fresh:
        return f"fresh fit: {found.share_moved:.0%} of papers would move ({why})"
    return f"extend: {why} (of a fresh fit {found.share_moved:.0%} of papers would move)"


def audit_text(found: Audit, *, labels: Mapping[str, str], contested: pd.DataFrame) -> str:
    """Say what a cold fit would change, cluster by cluster, and list contested papers.

    Parameters
    ----------
    found : Audit
    labels : mapping of str to str
        Labels of the run's clusters.
    contested : DataFrame
        From `quality.contested`, with `title`.

    Returns
    -------
    str
        Plain lines, not escaped.
    """
    lines = [
        f"Run {found.run}: {audit_line(found)}",
        f"Clusters: {found.n_clusters} in the run, {found.n_cold} in a cold fit.",
        "",
        "The lineage that a fresh fit would get:",
        *(f"  {line}" for line in _lineage(found, labels=labels)),
    ]
    n = len(contested)
    lines += ["", f"Papers between two clusters (weights within .1): {n:,}"]
    lines += [
        f"  {row.paper_id}  {row.first_id} {row.first_weight:.2f}, "
        f"{row.second_id} {row.second_weight:.2f}  {first_lines(row.title, limit=60)}"
        for row in contested.head(MOST_LISTED).itertuples()
    ]
    if n > MOST_LISTED:
        lines.append(f"  and {n - MOST_LISTED:,} more, all of them with --json")
    return "\n".join(lines)


def _lineage(found: Audit, *, labels: Mapping[str, str]) -> list[str]:
    def named(name: object) -> str:
        return f"{name} {labels[name]}" if name in labels else str(name)

    rows = found.lineage
    kept = rows[rows["event"] == "kept"]
    whole = int((kept["overlap"] >= 0.9).sum())
    lines = [f"kept: {len(kept)} clusters, {whole} of them with at least 90 % of their papers"]
    lines += [
        f"changed: {named(row.group_id)} keeps {row.overlap:.0%} of its papers"
        for row in kept[kept["overlap"] < 0.9].sort_values("overlap").itertuples()
    ]
    told = rows[rows["event"].isin(["split", "merged"])]
    known = {*told["group_id"], *told["previous_group_id"].dropna()}
    # A part that keeps its id is under "kept"; born or retired ones that split or merged are said
    # there.
    others = rows[(rows["event"] != "kept") & (rows["group_id"] != rows["previous_group_id"])]
    retired = rows[(rows["event"] == "retired") & ~rows["group_id"].isin(known)]
    born = others["event"].eq("born") & others["group_id"].isin(known)
    for row in pd.concat([others[~born], retired]).itertuples():
        size = f", {found.sizes[row.group_id]:,} papers" if row.group_id in found.sizes else ""
        if row.event == "born":
            lines.append(f"born: {row.group_id}{size}, {row.overlap:.0%} of them from "
                         f"{named(row.previous_group_id)}")  # fmt: skip
        elif row.event == "split":
            lines.append(f"split: {row.group_id}{size}, out of {named(row.previous_group_id)}")
        elif row.event == "merged":
            lines.append(f"merged: {named(row.previous_group_id)} into {named(row.group_id)}")
        elif row.event == "retired":
            lines.append(f"retired: {named(row.group_id)}")
    return lines
