"""Suggestions: groups of papers that no topic covers, as drafts of definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.errors import InputError
from analysis.base.escaping import clean

from .candidates import (
    FEWEST_UNCOVERED,
    Draft,
    Group,
    Phrases,
    as_toml,
    clusters_as_groups,
    fold_text,
    group_phrases,
    near_groups,
    slug,
    texts_of,
)
from .comparisons import (
    Vector,
    centroid,
    counted_rows,
    nearest_centroid,
    share_growth,
    time_windows,
    topic_centroids,
)

MOSTLY = 0.5
N_EXEMPLARS = 3


@dataclass(frozen=True)
class Suggestions:
    """What no topic covers.

    Attributes
    ----------
    table : DataFrame
        One row per suggestion; see `suggest`.
    outside : DataFrame
        `nearest_topic` (null if no topic has papers), `n_papers`: uncovered papers that are in no
        mostly uncovered group, by the topic nearest to them, most first.
    n_papers, n_uncovered, n_groups : int
        All papers, those that no topic counts, and mostly uncovered groups, shown or not.
    window : str
        The days that growth compares; empty if no paper has a date.
    """

    table: pd.DataFrame
    outside: pd.DataFrame
    n_papers: int
    n_uncovered: int
    n_groups: int
    window: str

    @property
    def toml(self) -> str:
        """All drafts as one text that `read_topics` accepts."""
        return "\n".join(self.table["toml"])


def suggest(
    papers: pd.DataFrame,
    *,
    vectors: NDArray[np.float32],
    memberships: pd.DataFrame,
    groups: pd.DataFrame,
    trends: pd.DataFrame,
    neighbours: pd.DataFrame,
    phrases: Phrases,
    n: int = 10,
) -> Suggestions:
    """Find the groups of papers that no topic covers.

    A paper is covered if a topic has it with a weight of at least .5. Groups are the clusters; if
    there are none (fewer than 60 papers), uncovered papers that are connected by being among one
    another's three nearest. Groups are suggested if at least half of their papers, and at least
    three, are uncovered.

    Parameters
    ----------
    papers, memberships, groups, trends, neighbours : DataFrame
        Tables of one run.
    vectors : ndarray of float32, shape (len(papers), d)
    phrases : callable
        Candidate phrases of a text; called only if there are no clusters.
    n : int, default 10
        Number of suggestions at most.

    Returns
    -------
    Suggestions
        Its table, ordered by uncovered papers: `group_id` (of the cluster; "near-1" and so on
        without clusters), `label`, `n_papers`, `n_uncovered`, `share_covered`, the columns of
        `share_growth` (corrected for all groups, shown or not), `nearest_topic` and `similarity`
        (cosine of the centroids of the group's papers and of the topic's counted ones; null if no
        topic has papers), `strong`, `weak` (lists of phrases), `exemplars` (ids of the three
        uncovered papers nearest to the centroid of the uncovered ones), `topic_id` (a slug that no
        topic has) and `toml`.

    Raises
    ------
    InputError
        If `n` is below 1.
    """
    if n < 1:
        raise InputError(
            f"n={n}", allowed="1 or more suggestions", next_step="leave out n, or give a number"
        )
    rows_of = pd.Series(np.arange(len(papers)), index=papers["paper_id"])
    topics = groups.loc[groups["kind"] == "topic", "group_id"].tolist()
    members = counted_rows(memberships, kind="topic", ids=topics, rows_of=rows_of)
    covered = np.zeros(len(papers), dtype=bool)
    covered[[row for rows in members.values() for row in rows]] = True
    candidates = clusters_as_groups(memberships, groups=groups, rows_of=rows_of) or near_groups(
        papers, covered=covered, neighbours=neighbours, phrases=phrases, rows_of=rows_of
    )
    open_groups = [group for group in candidates if _is_open(group, covered=covered)]
    open_groups.sort(key=lambda group: (-int((~covered[group.rows]).sum()), group.group_id))
    centroids = topic_centroids(vectors, rows=members)
    windows = time_windows(papers, trends=trends)
    growth = share_growth([group.rows for group in open_groups], within=windows)
    texts = texts_of(papers, fold=fold_text) if open_groups else []
    records, taken = [], {*topics}
    for number, group in enumerate(open_groups[:n]):
        record = _place(group, papers=papers, vectors=vectors, covered=covered, centroids=centroids)
        strong, weak = group_phrases(group, texts=texts)
        record |= {"strong": list(strong), "weak": list(weak), **growth.iloc[number].to_dict()}
        record["topic_id"] = slug(record["label"], taken=taken)
        taken.add(record["topic_id"])
        records.append(record | {"toml": as_toml(_draft(record, window=windows.words))})
    inside = np.isin(np.arange(len(papers)), [row for group in open_groups for row in group.rows])
    return Suggestions(
        table=_table(records),
        outside=_outside(np.flatnonzero(~covered & ~inside), vectors=vectors, centroids=centroids),
        n_papers=len(papers),
        n_uncovered=int((~covered).sum()),
        n_groups=len(open_groups),
        window=windows.words,
    )


def _is_open(group: Group, *, covered: NDArray[np.bool_]) -> bool:
    n = int((~covered[group.rows]).sum())
    return n >= FEWEST_UNCOVERED and n >= MOSTLY * len(group.rows)


def _place(
    group: Group,
    *,
    papers: pd.DataFrame,
    vectors: NDArray[np.float32],
    covered: NDArray[np.bool_],
    centroids: dict[str, Vector],
) -> dict[str, Any]:
    uncovered = group.rows[~covered[group.rows]]
    nearest, similarity = nearest_centroid(centroid(vectors[group.rows]), centroids=centroids)
    nearness = vectors[uncovered] @ centroid(vectors[uncovered])
    order = np.argsort(-nearness, kind="stable")[:N_EXEMPLARS]
    return {
        "group_id": group.group_id,
        "label": clean(group.label),
        "n_papers": len(group.rows),
        "n_uncovered": len(uncovered),
        "share_covered": 1 - len(uncovered) / len(group.rows),
        "nearest_topic": nearest,
        "similarity": similarity,
        "exemplars": papers["paper_id"].iloc[uncovered[order]].tolist(),
    }


def _outside(
    rows: NDArray[np.int64], *, vectors: NDArray[np.float32], centroids: dict[str, Vector]
) -> pd.DataFrame:
    nearest = [nearest_centroid(centroid(vectors[[row]]), centroids=centroids)[0] for row in rows]
    counts = pd.Series(nearest, dtype="object").value_counts(dropna=False)
    frame = counts.rename_axis("nearest_topic").reset_index(name="n_papers")
    frame = frame.astype({"nearest_topic": "str", "n_papers": "int64"})
    order = ["n_papers", "nearest_topic"]
    return frame.sort_values(order, ascending=[False, True], ignore_index=True)


def _draft(record: dict[str, Any], *, window: str) -> Draft:
    strong, weak = record["strong"], record["weak"]
    subject = ", ".join([*strong, *weak][:3]) or "?"
    topic = record["nearest_topic"]
    nearest = "no topic has papers yet."
    if topic:
        nearest = f"the nearest topic is {topic} (cosine {record['similarity']:.2f})."
    remark = (
        f"{record['n_uncovered']} of the {record['n_papers']} papers of {record['group_id']} "
        f"({record['label']}) are in no topic; {nearest}\n{_growth_words(record, window=window)}"
    )
    return Draft(
        id=record["topic_id"],
        label=record["label"] or record["group_id"],
        description=f"DRAFT, please edit: is about {subject}. When does a paper belong here?",
        strong=tuple(strong),
        weak=tuple(weak),
        exemplars=tuple(record["exemplars"]),
        remark=remark,
    )


def _growth_words(record: dict[str, Any], *, window: str) -> str:
    """Return how a suggested group's share changed, with its counts; empty without dates."""
    if not window:
        return ""
    counts = (
        f"{record['n_last']} of {record['total_last']} papers against "
        f"{record['n_before']} of {record['total_before']} before"
    )
    clear = record["growth"] in ("rises", "falls")
    verdict = f"Its share {record['growth']}" if clear else f"Growth: {record['growth']}"
    return f"{verdict} ({counts}; {window})."


def _table(records: list[dict[str, Any]]) -> pd.DataFrame:
    columns = {
        **{"group_id": "str", "label": "str", "n_papers": "int64", "n_uncovered": "int64"},
        **{"share_covered": "float64", "n_before": "int64", "total_before": "int64"},
        **{"n_last": "int64", "total_last": "int64", "p": "float64", "p_adjusted": "float64"},
        **{"growth": "str", "nearest_topic": "str", "similarity": "float64"},
        **dict.fromkeys(("strong", "weak", "exemplars"), "object"),
        **{"topic_id": "str", "toml": "str"},
    }
    return pd.DataFrame(records, columns=list(columns)).astype(columns)
