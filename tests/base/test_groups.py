from __future__ import annotations

import pandas as pd
import pytest

from analysis.base.groups import (
    PALETTE,
    cluster_id,
    cluster_number,
    counted_memberships,
    primary_memberships,
)
from analysis.base.schema import TABLES, conform, empty


@pytest.mark.parametrize(
    ("number", "identifier"), [(1, "c0001"), (9, "c0009"), (9999, "c9999"), (10000, "c10000")]
)
def test_an_id_holds_the_number_of_its_cluster(number, identifier):
    assert cluster_id(number) == identifier
    assert cluster_number(identifier) == number


@pytest.mark.parametrize("identifier", ["", "c1", "c001", "x0001", "c0001 ", "agents"])
def test_another_id_has_no_number(identifier):
    assert cluster_number(identifier) == 0


MEMBERSHIPS = conform(
    pd.DataFrame(
        [
            ("p1", "cluster", "c0001", 0.3, True),
            ("p1", "cluster", "c0002", 0.6, False),
            ("p1", "topic", "t", 0.5, False),
            ("p1", "topic", "u", 0.9, True),
            ("p2", "topic", "t", 0.49, False),
        ],
        columns=list(TABLES["memberships"].columns),
    ),
    name="memberships",
)


def pairs(rows):
    return [*zip(rows["paper_id"], rows["group_id"], strict=True)]


def test_a_cluster_counts_its_primary_papers_and_a_topic_those_of_one_half():
    counted = [("p1", "c0001"), ("p1", "t"), ("p1", "u")]
    assert pairs(counted_memberships(MEMBERSHIPS)) == counted
    assert pairs(counted_memberships(MEMBERSHIPS, kind="cluster")) == counted[:1]
    assert pairs(counted_memberships(MEMBERSHIPS, kind="topic")) == counted[1:]
    assert pairs(counted_memberships(empty("memberships"))) == []


def test_a_paper_has_one_primary_group_of_a_kind():
    assert pairs(primary_memberships(MEMBERSHIPS, kind="cluster")) == [("p1", "c0001")]
    assert pairs(primary_memberships(MEMBERSHIPS, kind="topic")) == [("p1", "u")]


def test_the_palette_has_twenty_different_colours():
    assert len(set(PALETTE)) == len(PALETTE) == 20
    assert all(len(color) == 7 and int(color[1:], 16) >= 0 for color in PALETTE)
