"""The lineage of clusters: which one continues which, and what became of each between two runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from analysis.base.schema import conform

PRICE = 0.5
PAPERS = 0.7
"""Weight of the shared papers in the similarity of two clusters that have many."""

CENTROIDS = 2 / 3
"""Weight of the centroids in the rest; the remainder goes to the terms."""

DOUBT = 3.0
"""With this many papers that both runs know, the shared papers have half of their weight."""

SHARE = 0.6
LEAST = 10
QUIET_PERIODS = 4
EXPECTED = 8.0


def match_fresh(
    shared: np.ndarray,
    *,
    ids: Sequence[str],
    centroids: tuple[np.ndarray, np.ndarray] | None = None,
    terms: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] | None = None,
    price: float = PRICE,
) -> list[str | None]:
    """Match the clusters of a fresh fit one to one with those of the previous run.

    Of all assignments the one with the largest gain is taken, where a pair gains its similarity
    less 1 - `price` (`scipy.optimize.linear_sum_assignment`; Crouse 2016): less similar pairs are
    never matched, so that both stay without a partner.

    The similarity depends on the shared papers first: .7 m / (m + 3) of it is their Jaccard
    similarity, counted among papers that both runs know, m of which are in the larger of the two
    clusters. Two thirds of the rest are the cosine of the centroids, one third is the Jaccard
    similarity of the terms; if one of these is not given the other takes its weight, and if
    neither is the papers alone decide.

    Parameters
    ----------
    shared : ndarray of int64, shape (o, n)
        Papers in each pair of an old and a new cluster.
    ids : sequence of str, length o
        Ids of the old clusters.
    centroids : pair of ndarray, shapes (o, d) and (n, d), optional
        Means of the clusters' vectors, old and new; any length.
    terms : pair of sequences, optional
        Terms of each old and each new cluster.
    price : float
        From 0 (nothing is matched) to 1 (clusters with any similarity may be).

    Returns
    -------
    list of str or None, length n
        The old id of each new cluster, None for one that is new. The order of the old clusters
        does not matter.
    """
    order = np.argsort(np.asarray(ids, dtype="str"), kind="stable")
    similarity = cluster_similarity(shared, centroids=centroids, terms=terms)[order]
    gain = np.maximum(similarity - (1 - price), 0)
    out: list[str | None] = [None] * shared.shape[1]
    for row, column in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
        if gain[row, column] > 0:
            out[column] = str(ids[order[row]])
    return out


def cluster_similarity(
    shared: np.ndarray,
    *,
    centroids: tuple[np.ndarray, np.ndarray] | None = None,
    terms: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] | None = None,
) -> np.ndarray:
    """Return the similarity of each pair of clusters, from 0 to 1.

    Parameters
    ----------
    shared, centroids, terms
        As for `match_fresh`.

    Returns
    -------
    ndarray of float64, shape (o, n)
    """
    counts = shared.astype("float64")
    old, new = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    by_papers = counts / np.maximum(old + new - counts, 1)
    others = []
    if centroids is not None:
        others.append((CENTROIDS, np.clip(_unit(centroids[0]) @ _unit(centroids[1]).T, 0, 1)))
    if terms is not None:
        others.append((1 - CENTROIDS, _term_similarity(*terms)))
    if not others:
        return by_papers
    total = sum(weight for weight, _ in others)
    by_content = sum(weight / total * figures for weight, figures in others)
    most = np.maximum(old, new)
    weight = PAPERS * most / (most + DOUBT)
    return weight * by_papers + (1 - weight) * by_content


def mean_vectors(
    vectors: np.ndarray, *, clusters: np.ndarray, names: Iterable[str | int]
) -> np.ndarray:
    """Return the mean of the vectors in each of some clusters, shape (len(names), d)."""
    return np.stack([vectors[clusters == name].mean(axis=0) for name in names])


def _unit(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype("float64")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def _term_similarity(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> np.ndarray:
    before, after = (
        [frozenset(term.casefold() for term in terms) for terms in side] for side in (old, new)
    )
    return np.array(
        [[len(a & b) / max(len(a | b), 1) for b in after] for a in before], dtype=np.float64
    ).reshape(len(before), len(after))


def lineage_rows(
    old: pd.Series, new: pd.Series, *, previous_run: str, share: float = SHARE, least: int = LEAST
) -> pd.DataFrame:
    """Return the table `lineage` of a run from the primary clusters of two runs.

    Ids are those of the series: which cluster keeps an id has been decided before. With "old
    papers" being those that both runs have:

    - *kept*: the id is in both. `overlap`: share of its old papers that are still in it.
    - *born*: the id is not in the earlier run (the smaller parts of a split too).
      `previous_group_id` is where most of its old papers were (null if it has none), `overlap`
      their share.
    - *split*: two or more clusters of at least `least` old papers each have at least `share` of
      these from one. One row per part; `overlap` is that share.
    - *merged*: two or more clusters of at least `least` old papers each have at least `share` of
      these in one cluster now, and all but one of the ids are gone. One row per former cluster;
      `overlap` is that share.
    - *retired*: no paper has the id any more.

    Parameters
    ----------
    old, new : Series of str
        Primary cluster of each paper, indexed by its id.
    previous_run : str
        Name of the run that `old` is from.
    share, least : float, int
        Thresholds of splits and mergers.

    Returns
    -------
    DataFrame
        Table `lineage`.
    """
    papers = pd.DataFrame({"previous_group_id": old, "group_id": new}).dropna()
    pairs = (
        papers.groupby(["previous_group_id", "group_id"]).size().rename("n_shared").reset_index()
    )
    pairs["n_part"] = pairs.groupby("group_id")["n_shared"].transform("sum")
    pairs["of_part"] = pairs["n_shared"] / pairs["n_part"]
    pairs["n_former"] = pairs.groupby("previous_group_id")["n_shared"].transform("sum")
    pairs["of_former"] = pairs["n_shared"] / pairs["n_former"]
    before, now = set(old.dropna()), set(new.dropna())
    gone = sorted(before - now)
    retired = pd.DataFrame({"group_id": gone, "previous_group_id": gone}, dtype="str")
    same = pairs[pairs["group_id"] == pairs["previous_group_id"]]
    largest = pairs.sort_values(["n_shared", "previous_group_id"], ascending=[False, True])
    both, born = sorted(before & now), sorted(now - before)
    parts = [
        _rows_of(both, same, overlap="of_former").assign(previous_group_id=both, event="kept"),
        _rows_of(born, largest, overlap="of_part").assign(event="born"),
        _split_rows(pairs, share=share, least=least).assign(event="split"),
        _merged_rows(pairs, gone=gone, share=share, least=least).assign(event="merged"),
        retired.assign(event="retired", n_shared=0, overlap=0.0),
    ]
    rows = pd.concat([part for part in parts if len(part)] or parts[-1:])
    return conform(rows.assign(previous_run=previous_run), name="lineage")


def _rows_of(ids: list[str], pairs: pd.DataFrame, *, overlap: str) -> pd.DataFrame:
    """Return for each cluster its first pair, with no shared papers if it has none."""
    first = pairs.drop_duplicates("group_id").set_index("group_id").reindex(ids)
    first = first.assign(overlap=first[overlap].fillna(0), n_shared=first["n_shared"].fillna(0))
    return first.rename_axis("group_id").reset_index()


def _split_rows(pairs: pd.DataFrame, *, share: float, least: int) -> pd.DataFrame:
    parts = pairs[(pairs["of_part"] >= share) & (pairs["n_part"] >= least)]
    parts = parts[parts["previous_group_id"].duplicated(keep=False)]
    return parts.assign(overlap=parts["of_part"])


def _merged_rows(pairs: pd.DataFrame, *, gone: list[str], share: float, least: int) -> pd.DataFrame:
    former = pairs[(pairs["of_former"] >= share) & (pairs["n_former"] >= least)]
    same = former["group_id"] == former["previous_group_id"]
    former = former[same | former["previous_group_id"].isin(gone)]
    former = former[former["group_id"].duplicated(keep=False)]
    return former.assign(overlap=former["of_former"])


def dormant_clusters(
    trends: pd.DataFrame, *, periods: int = QUIET_PERIODS, expected: float = EXPECTED
) -> tuple[str, ...]:
    """Return the clusters that get no papers any more.

    A cluster is dormant if it has no paper since the beginning of the last `periods` full
    periods, although its share before them, times all papers counted in them, would give at least
    `expected`. A paper in a partial period after them counts too. Shares rather than counts are
    projected, so that a snapshot that lists fewer papers makes no cluster dormant.

    Parameters
    ----------
    trends : DataFrame
        Table `trends`.
    periods : int
    expected : float
        Papers.

    Returns
    -------
    tuple of str
        Sorted; empty if there is no earlier period.
    """
    rows = trends[trends["kind"] == "cluster"]
    full = sorted(rows.loc[~rows["is_partial"], "period"].unique())
    if len(full) < periods:
        return ()
    start = full[-periods]
    earlier = rows[rows["period"] < start].groupby("group_id")[["n_papers", "n_total"]].sum()
    recent = rows[rows["period"] >= start]
    n_recent = recent.groupby("group_id")["n_papers"].sum()
    counted = recent[~recent["is_partial"]].groupby("group_id")["n_total"].sum()
    known = earlier[earlier["n_total"] > 0]
    projected = known["n_papers"] / known["n_total"] * counted.reindex(known.index)
    silent = (projected >= expected) & (n_recent.reindex(known.index) == 0)
    return tuple(sorted(known.index[silent]))
