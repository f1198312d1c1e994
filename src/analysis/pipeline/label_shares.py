"""How the words of a cluster's label moved among all papers, beside the cluster itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import trends
from analysis.base.groups import cluster_number
from analysis.base.schema import conform, empty
from analysis.clusters.labels.choice import papers_saying
from analysis.clusters.labels.names import label_phrases
from analysis.clusters.labels.occurrences import PhraseIndex
from analysis.embedding import paper_texts

COLUMNS = ("label_first", "label_last")


def label_memberships(
    papers: pd.DataFrame, *, groups: pd.DataFrame, index: PhraseIndex | None = None
) -> pd.DataFrame:
    """Return one row per cluster and paper that says the cluster's label, of kind "word".

    Parameters
    ----------
    papers : DataFrame
        Papers as they are analysed. One says a label if it says one of its phrases.
    groups : DataFrame
        Table of the run.
    index : PhraseIndex, optional
        Of the papers' texts, "title. abstract" each.
    """
    clusters = groups[(groups["kind"] == "cluster") & (groups["status"] != "retired")]
    if clusters.empty:
        return empty("memberships")
    index = index or PhraseIndex(paper_texts(papers["title"], papers["abstract"]))
    ids = papers["paper_id"].to_numpy()
    rows = []
    for name, label in zip(clusters["group_id"], clusters["label"], strict=True):
        phrases = label_phrases(str(label), index=index)
        said = np.flatnonzero(papers_saying(index, phrases=phrases))
        rows.append(pd.DataFrame({"paper_id": ids[said], "group_id": name}))
    frame = pd.concat(rows).assign(kind="word", weight=1.0, is_primary=False)
    return conform(frame, name="memberships")


def with_label_shares(
    verdicts: pd.DataFrame,
    *,
    said: pd.DataFrame,
    dated: pd.DataFrame,
    freq: str,
    reference: pd.Timestamp | None,
    since: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Add to the verdicts of clusters how the share of papers that say their label moved.

    Parameters
    ----------
    verdicts : DataFrame
        Table `verdicts`; its columns `label_first` and `label_last` are replaced.
    said : DataFrame
        From `label_memberships`.
    dated : DataFrame
        The papers with the day that decides their period.
    freq : str
    reference, since : Timestamp or None
        As for `trends.count_papers`.

    Returns
    -------
    DataFrame
        `label_first` and `label_last` are where the trend line of the papers that say a label
        begins and ends, fitted as the clusters' own; null for topics and words, and where too few
        papers say it.
    """
    names = sorted(set(said["group_id"]), key=cluster_number)
    counts = trends.count_papers(
        said,
        papers=dated,
        groups=pd.DataFrame({"kind": "word", "group_id": names}),
        freq=freq,
        reference=reference,
        since=since,
    )
    if not counts:
        return conform(verdicts.assign(**dict.fromkeys(COLUMNS)), name="verdicts")
    lines = trends.verdict_table(counts).set_index("group_id")[["share_first", "share_last"]]
    of_cluster = verdicts["kind"].isin(["cluster", "broader"])
    out = verdicts.copy()
    for column, share in zip(COLUMNS, lines, strict=True):
        known = verdicts["group_id"].map(lines[share]).astype("float64")
        out[column] = known.where(of_cluster)
    return conform(out, name="verdicts")
