"""A movement is told once: as a broader cluster's with its parts named, or as a part's."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis.base.schema import TABLES
from analysis.report.findings.facts import Facts
from analysis.report.findings.levels import clearest_events, clearest_moves, with_parts
from analysis.report.findings.receipts import plain_text
from analysis.report.findings.sentences import Finding
from page_runs import made_run

PARENTS = {"c0001": "c0101", "c0002": "c0101", "c0003": "c0101", "c0101": "c0201"}
GROUPS = pd.DataFrame(
    {
        "kind": "cluster",
        "group_id": ["c0001", "c0002", "c0003", "c0004", "c0101", "c0201"],
        "parent_id": [*(PARENTS.get(f"c000{i}") for i in range(1, 5)), "c0201", None],
    }
)


def verdicts(**rows: tuple[str, float, float, float]) -> pd.DataFrame:
    """Return verdicts: direction, p, first and last share of each group."""
    return pd.DataFrame(
        [
            ("broader" if name > "c0100" else "topic" if name[0] == "t" else "cluster", name, *row)
            for name, row in rows.items()
        ],
        columns=["kind", "group_id", "direction", "p", "share_first", "share_last"],
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        # Three parts share the rise: the broader cluster is told, although one part is clearer.
        ({"c0101": ("rising", 1e-3, 0.08, 0.15), "c0001": ("rising", 1e-5, 0.01, 0.04),
          "c0002": ("rising", 1e-2, 0.01, 0.03)}, ["c0101"]),
        # One clearer part is more than all of it: that part is told.
        ({"c0101": ("rising", 1e-3, 0.09, 0.20), "c0001": ("rising", 1e-5, 0.06, 0.20)}, ["c0001"]),
        # The broader cluster has more evidence than its largest part.
        ({"c0101": ("falling", 1e-6, 0.14, 0.05), "c0001": ("falling", 1e-4, 0.07, 0.00)},
         ["c0101"]),
        # A part that moves against the others is told beside them.
        ({"c0101": ("rising", 1e-5, 0.08, 0.15), "c0001": ("falling", 1e-5, 0.04, 0.01)},
         ["c0001", "c0101"]),
        # Two levels above: the highest that no part makes up.
        ({"c0201": ("rising", 1e-4, 0.10, 0.20), "c0101": ("rising", 1e-6, 0.08, 0.17),
          "c0001": ("rising", 1e-3, 0.01, 0.04)}, ["c0101"]),
        # Topics, and clusters without a broader one that moves, are as they were.
        ({"topic-1": ("rising", 1e-3, 0.1, 0.2), "c0004": ("rising", 1e-3, 0.1, 0.2),
          "c0101": ("unclear", 0.5, 0.1, 0.1), "c0001": ("rising", 1e-4, 0.1, 0.2)},
         ["c0001", "c0004", "c0101", "topic-1"]),
    ],
)  # fmt: skip
def test_the_level_that_is_told(rows, told):
    assert sorted(clearest_moves(verdicts(**rows), groups=GROUPS)["group_id"]) == told


def test_an_event_is_told_once_too():
    events = pd.DataFrame(
        [
            ("broader", "c0101", 0.01),
            ("cluster", "c0001", 0.001),
            ("cluster", "c0004", 0.04),
            ("topic", "topic-1", 0.02),
        ],
        columns=["kind", "group_id", "p_adjusted"],
    )
    left = clearest_events(events, groups=GROUPS, told=set())
    assert left["group_id"].tolist() == ["c0001", "c0004", "topic-1"]
    left = clearest_events(events, groups=GROUPS, told={("cluster", "c0002")})
    assert left["group_id"].tolist() == ["c0001", "c0004", "topic-1"]
    left = clearest_events(events, groups=GROUPS, told={("broader", "c0101")})
    assert left["group_id"].tolist() == ["c0101", "c0004", "topic-1"]


def told_parts(gains: dict[str, float]) -> str:
    """Return the sentence on a broader cluster that rose from 10 to 20 %."""
    run = made_run(200)
    broad = run.groups.head(1).assign(group_id="c0101", label="Agents", parent_id=None)
    own = run.groups["kind"] == "cluster"
    groups = run.groups.assign(parent_id=run.groups["parent_id"].where(~own, "c0101"))
    rows = [("broader", "c0101", 0.1, 0.2)]
    rows += [("cluster", name, 0.02, 0.02 + gain) for name, gain in gains.items()]
    table = pd.DataFrame(rows, columns=["kind", "group_id", "share_first", "share_last"])
    table = table.reindex(columns=list(TABLES["verdicts"].columns)).assign(direction="rising")
    run = replace(run, groups=pd.concat([groups, broad]), verdicts=table)
    finding = Finding(("broader", "c0101"), "rising", "sure", ("It rose.",))
    return plain_text(with_parts(finding, facts=Facts(run)).parts)


def test_the_parts_that_make_up_most_are_named():
    told = told_parts({"c0001": 0.03, "c0002": 0.04, "c0003": 0.02, "c0004": 0.01})
    assert told == "It rose. Most of it is “Cluster 2” (cluster) and “Cluster 1” (cluster)."
    assert told_parts({"c0001": 0.08, "c0002": 0.02}).endswith(
        "Most of it is “Cluster 1” (cluster)."
    )


def test_no_part_is_named_if_many_share_the_change():
    told = told_parts(dict.fromkeys(("c0001", "c0002", "c0003", "c0004"), 0.01))
    assert told == "It rose. No few of its clusters make up most of it."


def test_findings_on_other_groups_stay_as_they_are():
    finding = Finding(("cluster", "c0001"), "rising", "sure", ("It rose.",))
    assert with_parts(finding, facts=Facts(made_run(60))) is finding
