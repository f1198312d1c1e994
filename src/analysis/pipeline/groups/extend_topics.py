"""Topics of a run that extends another: decisions stay, new papers are judged as old ones were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.base.groups import counted_memberships
from analysis.base.schema import COUNTED_WEIGHT, conform
from analysis.embedding import depends_on_text_alone, embed, strongest_word_finder
from analysis.embedding.new_words import LearnedWords
from analysis.topics import Recognition, Topic, VectorFit, definition_text, recognise_topics

_BLOCK = 1024


@dataclass(frozen=True)
class ParentTopics:
    """What the parent run decided and learned: memberships and evidence of topics, vector fit.

    `to_judge` are the ids of papers to judge: new ones, and those whose text changed.
    """

    memberships: pd.DataFrame
    evidence: pd.DataFrame
    fitted: VectorFit
    to_judge: frozenset[str]


def definition_vectors(
    topics: Sequence[Topic], *, embedding: str, learned: LearnedWords | None
) -> np.ndarray | None:
    """Return the vectors of the definitions' texts; None if the embedding knows only the papers."""
    if not topics or not depends_on_text_alone(embedding):
        return None
    texts = [definition_text(topic) for topic in topics]
    return embed(texts, embedding=embedding, learned=learned)


def extend_topics(
    papers: pd.DataFrame,
    *,
    vectors: np.ndarray,
    topics: Sequence[Topic],
    embedding: str,
    parent: ParentTopics,
    learned: LearnedWords | None = None,
    track: Callable[..., Iterable[Any]] = list,
) -> Recognition:
    """Judge new and revised papers by what the parent learned; all papers if a topic is new.

    Papers that overrides decided in the parent run are judged again, so that an override that was
    removed has no effect any more.

    Parameters
    ----------
    papers : DataFrame
        Table `papers`, n rows.
    vectors : ndarray of float32, shape (n, d)
    topics : sequence of Topic
    embedding : str
    parent : ParentTopics
    track : callable
    """
    before = set(zip(parent.fitted.ids, parent.fitted.hashes, strict=True))
    same = {topic.id for topic in topics if (topic.id, topic.definition_hash) in before}
    overridden = parent.evidence.loc[parent.evidence["how"] == "override", "paper_id"]
    again = parent.to_judge | frozenset(overridden)
    every = len(same) < len(topics) or len(parent.fitted.ids) != len(topics)
    rows = np.flatnonzero(papers["paper_id"].isin(again).to_numpy() | every)
    some = papers.iloc[rows]
    recognised = recognise_topics(
        some,
        vectors=vectors[rows],
        topics=topics,
        definitions=definition_vectors(topics, embedding=embedding, learned=learned),
        fitted=parent.fitted,
        words=strongest_word_finder(some, embedding=embedding, learned=learned),
        track=track,
    )

    def combine(earlier: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
        kept = earlier[earlier["group_id"].isin(same) & ~earlier["paper_id"].isin(again)]
        kept = kept[kept["paper_id"].isin(set(papers["paper_id"]))]
        return pd.concat(
            [kept, table[~table["group_id"].isin(same) | table["paper_id"].isin(again)]]
        )

    memberships = _mark_primary(combine(parent.memberships, recognised.memberships), topics=topics)
    evidence = _add_neighbours(
        combine(parent.evidence, recognised.evidence),
        memberships=memberships,
        papers=papers,
        vectors=vectors,
        again=again,
    )
    return replace(
        recognised,
        memberships=conform(memberships, name="memberships"),
        evidence=conform(evidence, name="evidence"),
        fitted=recognised.fitted if every else parent.fitted,
        common=recognised.common if every else [],
    )


def _mark_primary(memberships: pd.DataFrame, *, topics: Sequence[Topic]) -> pd.DataFrame:
    """Mark each paper's highest weight of at least .5, of equal ones the topic defined first."""
    order = {topic.id: number for number, topic in enumerate(topics)}
    rows = memberships.reset_index(drop=True)
    ranked = rows.assign(order=rows["group_id"].map(order)).sort_values(
        ["paper_id", "weight", "order"], ascending=[True, False, True], kind="stable"
    )
    first = ranked.drop_duplicates("paper_id")
    best = first.index[first["weight"] >= COUNTED_WEIGHT]
    return rows.assign(is_primary=rows.index.isin(best))


def _add_neighbours(
    evidence: pd.DataFrame,
    *,
    memberships: pd.DataFrame,
    papers: pd.DataFrame,
    vectors: np.ndarray,
    again: frozenset[str],
) -> pd.DataFrame:
    """Add, for the papers judged, the nearest of all counted papers of the topic as evidence."""
    near = (evidence["how"] == "neighbour") & (evidence["sentence"] == "")
    rest = evidence[~(near & evidence["paper_id"].isin(again))]
    row_of = pd.Series(np.arange(len(papers)), index=papers["paper_id"].to_numpy())
    titles = papers["title"].to_numpy()
    rows = []
    for topic, own in memberships.groupby("group_id"):
        counted = row_of.reindex(counted_memberships(own)["paper_id"]).to_numpy()
        judged = row_of.reindex(own.loc[own["paper_id"].isin(again), "paper_id"]).to_numpy()
        if not len(counted):
            continue
        for start in range(0, len(judged), _BLOCK):
            block = judged[start : start + _BLOCK]
            with threadpool_limits(1):
                cosines = vectors[block] @ vectors[counted].T
            cosines[block[:, None] == counted[None, :]] = -np.inf
            best = cosines.argmax(axis=1)
            rows += [
                (papers["paper_id"].iloc[row], topic, titles[counted[j]], float(cosines[i, j]))
                for i, (row, j) in enumerate(zip(block, best, strict=True))
                if np.isfinite(cosines[i, j])
            ]
    columns = ["paper_id", "group_id", "text", "value"]
    fresh = pd.DataFrame(rows, columns=columns).assign(kind="topic", how="neighbour", sentence="")
    key = ["paper_id", "kind", "group_id", "how", "text", "sentence"]
    return pd.concat([rest, fresh[rest.columns]]).drop_duplicates(key)
