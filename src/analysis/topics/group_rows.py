"""The topics' part of the groups table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.base.groups import counted_memberships, group_rows

from .definitions import Topic


def topic_groups(
    memberships: pd.DataFrame, *, papers: pd.DataFrame, topics: Sequence[Topic]
) -> pd.DataFrame:
    """Write the topics' part of `groups`; exemplars are the papers with the highest weights.

    Parameters
    ----------
    memberships : DataFrame
        From `topics.recognise_topics`.
    papers : DataFrame
        `paper_id` and `published`; of equal weights the newer paper is the exemplar.
    topics : sequence of Topic
    """
    counted = counted_memberships(memberships, kind="topic").merge(
        papers[["paper_id", "published"]], on="paper_id"
    )
    counted = counted.sort_values(
        ["weight", "published", "paper_id"], ascending=[False, False, True], kind="stable"
    )
    rows = []
    for topic in topics:
        own = counted.loc[counted["group_id"] == topic.id, "paper_id"]
        rows.append(
            {
                "kind": "topic",
                "group_id": topic.id,
                "label": topic.label,
                "description": topic.description,
                "n_papers": len(own),
                "terms": list((topic.strong or topic.title)[:10]),
                "exemplars": own.head(3).tolist(),
                "parent_id": topic.parent,
                "definition_hash": topic.definition_hash,
            }
        )
    return group_rows(rows)
