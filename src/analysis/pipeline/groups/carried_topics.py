"""Topics of a run that extends another: decisions stand, new papers are judged as old ones were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.base.groups import counted_memberships
from analysis.base.schema import COUNTED_WEIGHT, conform
from analysis.embedding import drawing_words
from analysis.topics import Fitted, Recognised, Topic, recognise_topics

_BLOCK = 1024


@dataclass(frozen=True)
class Earlier:
    """What the parent decided: memberships and evidence of topics, what it learned, who is known.

    `again` are ids of papers to judge anew: new ones, and those whose text changed.
    """

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    fitted: Fitted
    again: frozenset[str]


def carried_topics(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    topics: Sequence[Topic],
    embedding: str,
    earlier: Earlier,
    track: Callable[..., Iterable[Any]] = list,
) -> Recognised:
    """Judge new and revised papers by what the parent learned; judge all where a topic is new.

    Papers that the parent decided by hand are judged anew, so that a decision that was taken back
    does not stay.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`, n rows.
    vectors : float32 (n, d)
    topics : sequence of Topic
    embedding : str
    earlier : Earlier
    track : callable
    """
    same = _unchanged(topics, fitted=earlier.fitted)
    by_hand = earlier.evidence.loc[earlier.evidence["how"] == "override", "paper_id"]
    again = earlier.again | frozenset(by_hand)
    every = len(same) < len(topics) or len(earlier.fitted.ids) != len(topics)
    judged = papers["paper_id"].isin(again).to_numpy() | every
    found = _judged(
        papers, vectors=vectors, rows=np.flatnonzero(judged), topics=topics, embedding=embedding,
        fitted=earlier.fitted, track=track,
    )  # fmt: skip
    kept = {}
    for name, frame, table in (
        ("memberships", earlier.memberships, found.memberships),
        ("evidence", earlier.evidence, found.evidence),
    ):
        old = frame[frame["group_id"].isin(same) & ~frame["paper_id"].isin(again)]
        old = old[old["paper_id"].isin(set(papers["paper_id"]))]
        new = table[~table["group_id"].isin(same) | table["paper_id"].isin(again)]
        kept[name] = pd.concat([old, new])
    memberships = _primary_again(kept["memberships"], topics=topics)
    evidence = _with_neighbours(
        kept["evidence"], memberships=memberships, papers=papers, vectors=vectors, again=again
    )
    return replace(
        found,
        memberships=conform(memberships, name="memberships"),
        evidence=conform(evidence, name="evidence"),
        fitted=found.fitted if every else earlier.fitted,
        common=found.common if every else [],
    )


def _judged(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    rows: np.ndarray,
    topics: Sequence[Topic],
    embedding: str,
    fitted: Fitted,
    track: Callable[..., Iterable[Any]],
) -> Recognised:
    some = papers.iloc[rows]
    return recognise_topics(
        some,
        vectors=vectors[rows],
        topics=topics,
        fitted=fitted,
        words=drawing_words(some, embedding=embedding),
        track=track,
    )


def _unchanged(topics: Sequence[Topic], *, fitted: Fitted) -> frozenset[str]:
    """Return the topics that are defined as they were."""
    before = set(zip(fitted.ids, fitted.hashes, strict=True))
    return frozenset(t.id for t in topics if (t.id, t.definition_hash) in before)


def _primary_again(memberships: pd.DataFrame, *, topics: Sequence[Topic]) -> pd.DataFrame:
    """Mark each paper's highest weight of at least .5, of equal ones the topic defined first."""
    order = {topic.id: number for number, topic in enumerate(topics)}
    rows = memberships.reset_index(drop=True)
    ranked = rows.assign(order=rows["group_id"].map(order)).sort_values(
        ["paper_id", "weight", "order"], ascending=[True, False, True], kind="stable"
    )
    first = ranked.drop_duplicates("paper_id")
    best = first.index[first["weight"] >= COUNTED_WEIGHT]
    return rows.assign(is_primary=rows.index.isin(best))


def _with_neighbours(
    evidence: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    again: frozenset[str],
) -> pd.DataFrame:
    """Name, for the papers judged, the nearest of all counted papers of the topic."""
    near = (evidence["how"] == "neighbour") & (evidence["sentence"] == "")
    rest = evidence[~(near & evidence["paper_id"].isin(again))]
    row_of = pd.Series(np.arange(len(papers)), index=papers["paper_id"].to_numpy())
    titles = papers["title"].to_numpy()
    rows = []
    for topic, own in memberships.groupby("group_id"):
        sure = row_of.reindex(counted_memberships(own)["paper_id"]).to_numpy()
        asked = row_of.reindex(own.loc[own["paper_id"].isin(again), "paper_id"]).to_numpy()
        if not len(sure):
            continue
        for start in range(0, len(asked), _BLOCK):
            block = asked[start : start + _BLOCK]
            with threadpool_limits(1):
                cosines = vectors[block] @ vectors[sure].T
            cosines[block[:, None] == sure[None, :]] = -np.inf
            best = cosines.argmax(axis=1)
            rows += [
                (papers["paper_id"].iloc[row], topic, titles[sure[at]], float(cosines[i, at]))
                for i, (row, at) in enumerate(zip(block, best, strict=True))
                if np.isfinite(cosines[i, at])
            ]
    columns = ["paper_id", "group_id", "text", "value"]
    fresh = pd.DataFrame(rows, columns=columns).assign(kind="topic", how="neighbour", sentence="")
    key = ["paper_id", "kind", "group_id", "how", "text", "sentence"]
    return pd.concat([rest, fresh[rest.columns]]).drop_duplicates(key)
