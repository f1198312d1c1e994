"""A run compared with a fresh fit of its papers: whether to extend it further or fit again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.english import count
from analysis.base.escaping import first_lines
from analysis.base.groups import cluster_id

from .lineage import lineage_rows, match_fresh, mean_vectors

LEAST_FIT = 0.95
"""Agreement with fits of subsamples, as a fraction of that of a fresh fit, from which on a run's
clusters are as good as those of a fresh fit."""

GROWN, GROWN_AND_WORSE = 0.2, 0.1
"""Growth since the last audit or fresh fit after which a run is audited unasked: in any case, and
if new papers fit worse than known ones."""

WORSE = 0.1
"""New papers fit worse if so many more of them are poorly placed, or so many fewer of their nearest
papers are in the same cluster."""

MOST_LISTED = 20
"""Contested papers that the text lists."""


@dataclass(frozen=True)
class Audit:
    """What a fresh fit would change.

    Attributes
    ----------
    run : str
    n_papers, n_clusters, n_fresh : int
        Papers, clusters of the run, clusters of the fresh fit.
    n_moved : int
        Papers whose cluster would be another one, after the clusters of the fresh fit were given
        the ids of those that they continue.
    fit, fit_fresh : float
        Mean adjusted mutual information (Vinh, Epps & Bailey 2010) of the run's (of the fresh
        fit's) clusters with fits of 80 % subsamples.
    recommends_fresh : bool
        Whether a fresh fit is recommended: `fit` is under .95 of `fit_fresh`.
    lineage : DataFrame
        Table `lineage` that a fresh fit would write.
    sizes : mapping of str to int
        Papers of each cluster of the fresh fit, by the id it would get.
    """

    run: str
    n_papers: int
    n_clusters: int
    n_fresh: int
    n_moved: int
    fit: float
    fit_fresh: float
    recommends_fresh: bool
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
            "recommends": "fresh fit" if self.recommends_fresh else "extend",
            "papers": self.n_papers,
            "clusters": self.n_clusters,
            "clusters_cold": self.n_fresh,
            "moved": self.n_moved,
            "share_moved": round(self.share_moved, 4),
            "fit": round(self.fit, 4),
            "fit_cold": round(self.fit_fresh, 4),
            "lineage": rows.to_dict("records"),
            "sizes": dict(self.sizes),
        }


def audit_clusters(
    clusters: pd.Series,
    *,
    fresh: np.ndarray,
    fits: np.ndarray,
    vectors: np.ndarray,
    run: str,
    next_id: int,
) -> Audit:
    """Compare the clusters of a run with a fresh fit of its papers.

    Two fits of the same papers differ however good the run is, so the number of papers that would
    move is not by itself a reason for either. Both are compared with fits of subsamples: if the
    run's clusters agree with these as well as those of the fresh fit, nothing is gained by moving.

    Parameters
    ----------
    clusters : Series of str, length n
        Primary cluster of each paper in the run, indexed by its id.
    fresh : ndarray of int64, shape (n,)
        Cluster number of each paper in the fresh fit.
    fits : ndarray of int64, shape (b, n)
        Fits of subsamples, -1 outside each.
    vectors : ndarray of float32, shape (n, d)
    run : str
        Name of the run.
    next_id : int
        Number of the first free cluster id.
    """
    names, numbers = np.unique(clusters.to_numpy(dtype="str"), return_inverse=True)
    count = int(fresh.max()) + 1
    matched = match_fresh(
        pd.crosstab(numbers, fresh).to_numpy(),
        ids=names.tolist(),
        centroids=(
            mean_vectors(vectors, clusters=numbers, names=range(len(names))),
            mean_vectors(vectors, clusters=fresh, names=range(count)),
        ),
    )
    ids, free = [], next_id
    for name in matched:
        ids.append(name or cluster_id(free))
        free += name is None
    after = pd.Series(np.array(ids, dtype="str")[fresh], index=clusters.index)
    fit, fit_fresh = _agreement(numbers, fits=fits), _agreement(fresh, fits=fits)
    return Audit(
        run=run,
        n_papers=len(clusters),
        n_clusters=len(names),
        n_fresh=count,
        n_moved=int((after.to_numpy() != clusters.to_numpy(dtype="str")).sum()),
        fit=fit,
        fit_fresh=fit_fresh,
        recommends_fresh=fit < LEAST_FIT * fit_fresh,
        lineage=lineage_rows(clusters, after, previous_run=run),
        sizes={name: int(n) for name, n in zip(ids, np.bincount(fresh), strict=True)},
    )


def audit_is_due(drift: Mapping[str, float | int | None], *, n_papers: int, n_before: int) -> bool:
    """Return whether a run has drifted enough for an audit that nobody asked for.

    Parameters
    ----------
    drift : mapping
        `poorly_placed`, `poorly_placed_known`, `agreement`, `agreement_known`, as
        `new_papers.NewPapersFit.as_dict` has them.
    n_papers : int
        Papers of the run.
    n_before : int
        Papers at the last audit or fresh fit.

    Returns
    -------
    bool
        True after a growth of 20 %, or of 10 % if new papers fit worse than known ones by 10
        percentage points. An audit costs about six fits, so it is not made in every run.
    """
    pairs = [
        (drift.get("poorly_placed"), drift.get("poorly_placed_known")),
        (drift.get("agreement_known"), drift.get("agreement")),
    ]
    worse = any(
        more is not None and less is not None and more - less >= WORSE for more, less in pairs
    )
    least = GROWN_AND_WORSE if worse else GROWN
    return n_papers >= (1 + least) * n_before


def _agreement(numbers: np.ndarray, *, fits: np.ndarray) -> float:
    from sklearn.metrics import adjusted_mutual_info_score

    if not len(fits):
        return 1.0
    scores = [adjusted_mutual_info_score(fit[fit >= 0], numbers[fit >= 0]) for fit in fits]
    return float(np.mean(scores))


def audit_line(audit: Audit) -> str:
    """Return in one line what is recommended, and why."""
    part = audit.fit / audit.fit_fresh if audit.fit_fresh > 0 else 1.0
    papers = count(audit.n_papers, "paper")
    why = f"its clusters fit {papers} {part:.0%} as well as a fresh fit's would"
    if audit.recommends_fresh:
        return f"fresh fit: {audit.share_moved:.0%} of papers would move ({why})"
    return f"extend: {why} (with a fresh fit {audit.share_moved:.0%} of papers would move)"


def audit_text(audit: Audit, *, labels: Mapping[str, str], contested: pd.DataFrame) -> str:
    """Describe what a fresh fit would change, cluster by cluster, and list contested papers.

    Parameters
    ----------
    audit : Audit
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
        f"Run {audit.run}: {audit_line(audit)}",
        f"Clusters: {audit.n_clusters} in the run, {audit.n_fresh} in a fresh fit.",
        "",
        "The lineage that a fresh fit would get:",
        *(f"  {line}" for line in _lineage_lines(audit, labels=labels)),
    ]
    n = len(contested)
    lines += ["", f"Papers between two clusters (weights within .1): {n:,}"]
    lines += [
        f"  {row['paper_id']}  {row['first_id']} {row['first_weight']:.2f}, "
        f"{row['second_id']} {row['second_weight']:.2f}  {first_lines(row['title'], limit=60)}"
        for row in contested.head(MOST_LISTED).to_dict("records")
    ]
    if n > MOST_LISTED:
        lines.append(f"  and {n - MOST_LISTED:,} more, all of them with --json")
    return "\n".join(lines)


def _lineage_lines(audit: Audit, *, labels: Mapping[str, str]) -> list[str]:
    def labelled(name: str) -> str:
        return f"{name} {labels[name]}" if name in labels else name

    rows = audit.lineage
    kept = rows[rows["event"] == "kept"]
    mostly = int((kept["overlap"] >= 0.9).sum())
    clusters = count(len(kept), "cluster")
    lines = [f"kept: {clusters}, {mostly} of them with at least 90 % of their papers"]
    lines += [
        f"changed: {labelled(row['group_id'])} keeps {row['overlap']:.0%} of its papers"
        for row in kept[kept["overlap"] < 0.9].sort_values("overlap").to_dict("records")
    ]
    events = rows[rows["event"].isin(["split", "merged"])]
    known = {*events["group_id"], *events["previous_group_id"].dropna()}
    # A part that keeps its id is under "kept"; born or retired clusters that split or merged are
    # listed as such.
    others = rows[(rows["event"] != "kept") & (rows["group_id"] != rows["previous_group_id"])]
    retired = rows[(rows["event"] == "retired") & ~rows["group_id"].isin(known)]
    born = others["event"].eq("born") & others["group_id"].isin(known)
    for row in pd.concat([others[~born], retired]).to_dict("records"):
        name, origin = row["group_id"], str(row["previous_group_id"])
        size = f", {count(audit.sizes[name], 'paper')}" if name in audit.sizes else ""
        if row["event"] == "born":
            lines.append(
                f"born: {name}{size}, {row['overlap']:.0%} of them from {labelled(origin)}"
            )
        elif row["event"] == "split":
            lines.append(f"split: {name}{size}, out of {labelled(origin)}")
        elif row["event"] == "merged":
            lines.append(f"merged: {labelled(origin)} into {labelled(name)}")
        elif row["event"] == "retired":
            lines.append(f"retired: {labelled(name)}")
    return lines
