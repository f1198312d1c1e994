from __future__ import annotations

import pandas as pd
import pytest

from analysis.base.laws import check_laws
from analysis.base.schema import SCHEMA_VERSION, TABLES, conform, empty

DAY = pd.Timestamp("2024-01-01")


def papers() -> pd.DataFrame:
    values = dict.fromkeys(TABLES["papers"].columns)
    rows = [{**values, "paper_id": i, "title": f"Title {i}", "aliases": []} for i in "ab"]
    return conform(pd.DataFrame(rows).assign(in_snapshot=True), name="papers")


def verdict(kind: str, group_id: str, **values: object) -> dict[str, object]:
    """A row of verdicts that measures something."""
    row: dict[str, object] = dict.fromkeys(TABLES["verdicts"].columns, 1.0)
    row |= {"low": 0.5, "high": 2.0, "ratio_low": 0.5, "ratio_high": 2.0, "p": 0.01}
    row |= {"p_adjusted": 0.02, "sign_flips": False, "n_periods": 1}
    return {**row, "kind": kind, "group_id": group_id, **values}


def tables() -> dict[str, pd.DataFrame]:
    """Two papers in one cluster, one of them in a topic, in one year."""
    groups = [
        (
            "cluster",
            "c0001",
            "Label",
            "",
            2,
            [],
            [],
            "#111111",
            None,
            "active",
            None,
            None,
            0.6,
            0.8,
        ),
        ("topic", "t", "Topic", "", 1, [], [], "#222222", None, "active", "x", None, None, None),
    ]
    members = [
        ("a", "cluster", "c0001", 1.0, True),
        ("b", "cluster", "c0001", 0.5, True),
        ("a", "topic", "t", 0.5, True),
        ("b", "topic", "t", 0.3, False),
    ]
    trends = [
        ("cluster", "c0001", "year", DAY, DAY, 2, 2, 1.0, 0.3, 1.0, 0.7, None, 1, 1.0, False),
        ("topic", "t", "year", DAY, DAY, 1, 2, 0.5, 0.1, 0.9, 0.4, None, 0, 1.0, False),
    ]
    verdicts = [
        verdict("cluster", "c0001", direction="flat", n_papers=2),
        verdict("topic", "t", direction="rising", n_papers=1),
    ]
    event = ("topic", "t", "burst", DAY, DAY, 2.0, 1, 0.01, None, 0.5, DAY, 0.5, 0.5, None)
    rows = {
        "verdicts": verdicts,
        "events": [event],
        "neighbours": [("a", 1, "b", 0.5), ("b", 1, "a", 0.5)],
        "memberships": members,
        "evidence": [("a", "topic", "t", "phrase", "x", "An x.", 0.3)],
        "map": [("a", 0, 0, "new"), ("b", 1, 1, "new")],
        "groups": groups,
        "trends": trends,
    }
    made = {
        name: conform(pd.DataFrame(r, columns=list(TABLES[name].columns)), name=name)
        for name, r in rows.items()
    }
    return {"papers": papers(), **made}


# conform


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_has_every_column_in_its_dtype(name):
    frame = empty(name)
    assert len(frame) == 0
    assert list(frame.columns) == list(TABLES[name].columns)
    wanted = ["object" if d == "list" else d for d in TABLES[name].columns.values()]
    assert [str(dtype) for dtype in frame.dtypes] == wanted


def test_conform_sorts_casts_and_leaves_its_input_alone():
    frame = pd.DataFrame(
        {"y": [1, 2], "state": "new", "x": [3, 4], "paper_id": ["b", "a"], "extra": 0}
    )
    before = frame.copy()
    out = conform(frame, name="map")
    assert list(out.columns) == ["paper_id", "x", "y", "state"]
    assert list(out["paper_id"]) == ["a", "b"]
    assert list(out.index) == [0, 1]
    assert str(out["x"].dtype) == "float32"
    pd.testing.assert_frame_equal(frame, before)


def test_further_columns_ride_along_in_papers_only():
    out = conform(papers().assign(upvotes=3), name="papers")
    assert list(out.columns) == [*TABLES["papers"].columns, "upvotes"]


def test_a_missing_column_is_named():
    with pytest.raises(KeyError, match="table map lacks x, y"):
        conform(pd.DataFrame({"paper_id": ["a"], "state": ["new"]}), name="map")


def test_keys_are_columns_and_the_version_is_a_number():
    assert all(set(table.key) <= set(table.columns) for table in TABLES.values())
    assert isinstance(SCHEMA_VERSION, int)


# laws


def test_the_laws_hold_on_whole_tables():
    assert check_laws(tables()) == []
    assert check_laws({"papers": papers(), **{n: empty(n) for n in TABLES if n != "papers"}}) == []


def changed(name: str, row: int, **values: object) -> dict[str, pd.DataFrame]:
    made = tables()
    frame = made[name].copy()
    for column, value in values.items():
        frame.loc[row, column] = value
    return {**made, name: frame}


def without(name: str, row: int) -> dict[str, pd.DataFrame]:
    made = tables()
    return {**made, name: made[name].drop(index=row)}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (changed("papers", 1, paper_id="a"), "papers: the key paper_id is not unique"),
        (changed("map", 1, paper_id="a"), "map: the key paper_id is not unique"),
        (changed("map", 1, paper_id="z"), "map.paper_id names a paper that is not in papers"),
        (
            changed("neighbours", 0, neighbour_id="z"),
            "neighbours.neighbour_id names a paper that is not in papers",
        ),
        (changed("evidence", 0, group_id="z"), "evidence names a group that is not in groups"),
        (changed("evidence", 0, kind="cluster"), "evidence names a group that is not in groups"),
        (
            changed("memberships", 2, is_primary=False),
            "memberships: not every paper has exactly one primary cluster",
        ),
        (
            changed("memberships", 0, weight=1.01),
            "memberships: cluster weights of a paper sum to more than 1",
        ),
        (
            changed("groups", 0, n_papers=1),
            "groups: n_papers of c0001 is 1, its memberships differ",
        ),
        (
            changed("memberships", 3, weight=0.5),
            "groups: n_papers of t is 1, its memberships differ",
        ),
        (without("trends", 1), "verdicts: the groups are not those that have a trend"),
        (without("verdicts", 0), "verdicts: the groups are not those that have a trend"),
        (changed("verdicts", 0, direction="up"), "verdicts: a direction is not an allowed one"),
        (changed("verdicts", 0, n_papers=1), "verdicts: n_papers of c0001 is 1, its trend differs"),
        (
            changed("verdicts", 0, p=None),
            'verdicts: p is null for other verdicts than "too few to say", or not for those',
        ),
        (
            changed("verdicts", 0, direction="too few to say"),
            'verdicts: p is null for other verdicts than "too few to say", or not for those',
        ),
        (changed("verdicts", 0, low=1.1), "verdicts: log_odds_per_year lies outside its bounds"),
        (changed("verdicts", 0, ratio_high=0.9), "verdicts: ratio lies outside its bounds"),
        (changed("verdicts", 0, p=0.03), "verdicts: p_adjusted lies outside its bounds"),
        (changed("verdicts", 0, p_adjusted=1.1), "verdicts: p_adjusted lies outside its bounds"),
        (changed("events", 0, what="rise"), "events: a kind of event is not an allowed one"),
        (changed("events", 0, standing="so"), "events: a standing is not an allowed one"),
        (
            changed("events", 0, share_peak=0.4),
            "events: a peak does not have the share of its period in the trends",
        ),
        (
            changed("events", 0, end=DAY + pd.DateOffset(days=1)),
            "events: an event does not begin and end with full periods of the trends",
        ),
        (
            changed("trends", 1, period=DAY + pd.DateOffset(years=1)),
            "trends: the grid of groups and periods is not complete",
        ),
        (changed("trends", 1, n_total=3), "trends: a period has more than one n_total"),
        (changed("trends", 0, n_papers=1), "trends: the clusters' papers do not add up to n_total"),
        (changed("trends", 1, share_low=0.6), "trends: an interval does not contain its share"),
        (changed("trends", 1, share_high=0.4), "trends: an interval does not contain its share"),
    ],
)
def test_each_law_is_noticed_when_broken(broken, said):
    assert check_laws(broken) == [] if said is None else said in check_laws(broken)


def test_a_paper_with_two_primary_clusters_is_noticed():
    made = tables()
    groups = pd.concat([made["groups"], made["groups"].head(1).assign(group_id="c0002")])
    members = made["memberships"]
    second = members.head(1).assign(group_id="c0002", weight=0.0)
    made |= {"groups": groups, "memberships": pd.concat([members, second])}
    assert "memberships: not every paper has exactly one primary cluster" in check_laws(made)


def test_a_broken_interval_over_no_papers_is_no_matter():
    made = changed("trends", 1, n_total=0, share=None, share_low=None, share_high=None)
    assert not any("interval" in line for line in check_laws(made))


def test_trends_of_a_group_in_one_period_only_are_incomplete():
    made = tables()
    later = made["trends"].head(1).assign(period=DAY + pd.DateOffset(years=1))
    made["trends"] = pd.concat([made["trends"], later])
    assert "trends: the grid of groups and periods is not complete" in check_laws(made)
