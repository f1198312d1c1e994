"""Topics of the bundled snapshot, as a run finds them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("name", ["pretraining", "peft", "multimodal", "scaling"])
def test_the_users_topics_are_found_in_the_snapshot(bundled, name):
    groups = bundled.groups.set_index("group_id")
    assert groups.loc[name, "n_papers"] >= 10
    assert len(groups.loc[name, "exemplars"]) == 3


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("Parameter-Efficient Fine-tuning", {"peft"}),
        ("DataComp-LM: In search of the next generation of training sets", {"data"}),
    ],
)
def test_papers_of_the_snapshot_carry_what_their_titles_say(bundled, title, topics):
    rows = bundled.papers[bundled.papers["title"].str.contains(title, regex=False)]
    members = bundled.memberships[
        (bundled.memberships["kind"] == "topic") & (bundled.memberships["weight"] >= 0.5)
    ]
    for paper in rows["paper_id"]:
        assert topics <= set(members.loc[members["paper_id"] == paper, "group_id"])
    assert len(rows) > 0
