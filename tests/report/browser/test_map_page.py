"""The map page as text: what is packed into it, what it can colour by, sizes, hostile texts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.escaping import clean
from analysis.base.schema import conform, empty
from analysis.figures.frames import map_points
from analysis.report import map_page
from analysis.report.page.map_data import lines, on_grid, pack, ranks
from analysis.report.page.map_values import NO_DAY, NONE, codes, days
from analysis.runs import Run
from hostile import HOSTILE
from map_pages import map_data
from page_runs import made_run


def with_papers(run: Run, **columns: object) -> Run:
    return replace(run, papers=conform(run.papers.assign(**columns), name="papers"))


# packing


def test_columns_lie_one_after_the_other_on_multiples_of_four():
    index, data = pack(
        {
            "a": np.array([1, 2, 3], "uint8"),
            "b": np.array([258], "uint16"),
            "c": np.zeros(0, "uint8"),
        }
    )
    assert index == {
        "a": {"kind": "u8", "start": 0, "length": 3},
        "b": {"kind": "u16", "start": 4, "length": 1},
        "c": {"kind": "u8", "start": 8, "length": 0},
    }
    assert data == b"\x01\x02\x03\0\x02\x01\0\0"


def test_texts_are_lines_whatever_they_hold():
    packed = lines([["a\nb", None], ["x\x00", "é\u2028"]])
    assert packed.decode().split("\n") == ["a b", "", "x", "é", ""]
    every = lines([HOSTILE]).decode().split("\n")
    assert every == [*[clean(text) for text in HOSTILE], ""]


@given(st.lists(st.text(max_size=20), max_size=8))
def test_any_texts_give_as_many_lines(texts):
    assert lines([texts]).count(b"\n") == len(texts)


def test_codes_go_by_frequency_and_leave_nulls_out():
    column = pd.Series(["b", "a", None, "b", "c"])
    found, values = codes(column)
    assert values == ["b", "a", "c"]
    assert found.tolist() == [0, 1, NONE, 0, 2]


def test_days_count_from_1970():
    column = pd.Series(pd.to_datetime(["1970-01-02", None, "1969-12-31", "2024-02-29"]))
    assert days(column).tolist() == [1, NO_DAY, -1, 19782]


def test_coordinates_keep_their_proportions():
    x, y, scale = on_grid(np.array([-1.0, 0, 3]), np.array([5.0, 6, 7]))
    assert x.tolist() == [0, 16384, 65535]
    assert y.tolist() == [0, 16384, 32768]
    assert scale == {"x": -1.0, "y": 5.0, "step": 4 / 65535}
    same, _, scale = on_grid(np.zeros(3), np.zeros(3))
    assert (same.tolist(), scale["step"]) == ([0, 0, 0], 1.0)


def test_ranks_ignore_case_and_break_ties_by_row():
    assert ranks(["b", "A", "a", "Ä"]).tolist() == [2, 0, 1, 3]
    assert ranks([]).tolist() == []


# what the page holds


def test_texts_and_places_are_those_of_the_points():
    run = made_run(64, n_undated=2)
    points = map_points(run)
    data = map_data(map_page(run))
    assert data.title == points["title"].tolist()
    assert data.paper_id == points["paper_id"].tolist()
    assert data.url == points["url"].tolist()
    assert data.why == points["topics_why"].tolist()
    assert data.abstract == run.papers["abstract"].tolist()
    scale = data.meta["scale"]
    for axis in ("x", "y"):
        placed = scale[axis] + data.column[axis] * scale["step"]
        np.testing.assert_allclose(placed, points[axis], atol=scale["step"])
    assert (data.column["day"] == NO_DAY).sum() == 2
    np.testing.assert_array_equal(data.column["weight"], points["cluster_weight"].to_numpy("f4"))


def test_groups_are_named_by_their_place():
    run = made_run(64)
    data = map_data(map_page(run))
    groups = data.meta["groups"]
    assert [(g["kind"], g["id"]) for g in groups][:2] == [
        ("cluster", "c0001"),
        ("cluster", "c0002"),
    ]
    labels = [groups[code]["label"] for code in data.column["cluster"]]
    assert labels == map_points(run)["cluster"].tolist()
    topics = [groups[code]["label"] if code != NONE else None for code in data.column["topic"]]
    expected = map_points(run)["topic"]
    assert topics == expected.astype(object).where(expected.notna(), None).tolist()


def test_every_paper_has_its_groups_strongest_first():
    data = map_data(map_page(made_run(64)))
    start = np.cumsum([0, *data.column["members"]])
    ids = [data.meta["groups"][code]["id"] for code in data.column["member"]]
    # Paper 8 is in cluster 1 (8 mod 4 = 0) and in the topics 0 (8 mod 4) and 1 (8 mod 8 = 0).
    mine = slice(start[8], start[9])
    assert ids[mine] == ["c0001", "topic-0", "topic-1"]
    assert data.column["member_weight"][mine].tolist() == [70, 90, 60]


def test_nearest_papers_come_in_order_with_their_similarity():
    data = map_data(map_page(made_run(20)))
    near = data.near["near"].reshape(20, 10)
    assert near[0].tolist() == list(range(1, 11))
    assert near[15].tolist() == [(15 + rank) % 20 for rank in range(1, 11)]
    assert data.near["similar"].reshape(20, 10)[0].tolist() == [
        95,
        90,
        85,
        80,
        75,
        70,
        65,
        60,
        55,
        50,
    ]


def test_no_text_stands_in_the_page_unpacked():
    page = map_page(made_run(64))
    assert "we study wombats" not in page
    assert "Paper 17 on subject" not in page
    assert "plotly" not in page.lower()


@pytest.mark.parametrize("n", [15, 59, 60, 200])
def test_the_same_run_gives_the_same_bytes(n):
    assert map_page(made_run(n, n_undated=3)) == map_page(made_run(n, n_undated=3))


def test_long_lists_of_papers_cut_their_abstracts_and_say_so(monkeypatch):
    run = with_papers(made_run(64), abstract=["seven characters " * 40] * 64)
    whole = map_page(run)
    assert map_data(whole).meta["cut"] == 0
    assert "first 300 characters" not in whole
    monkeypatch.setattr("analysis.report.page.map_data.CUT_FROM", 64)
    page = map_page(run)
    data = map_data(page)
    assert data.meta["cut"] == 300
    assert {len(text) for text in data.abstract} == {295}
    assert data.abstract[0].endswith("seven…")
    assert "the first 300 characters of each abstract" in page


@pytest.mark.slow
def test_the_map_of_a_whole_listing_stays_small():
    """Random words compress worse than prose: the daily papers' page has 4.2 MB."""
    rng = np.random.default_rng(0)
    vocabulary = np.array([f"w{i:x}" for i in range(20_000)])
    words = vocabulary[rng.zipf(1.25, size=(5_840, 200)) % 20_000]
    run = with_papers(
        made_run(5_840, n_clusters=30, freq=None), abstract=[" ".join(w) for w in words]
    )
    assert len(map_page(run).encode("utf-8")) < 7_000_000


# what the map can be coloured by


def keys(run: Run) -> list[str]:
    return [colouring["key"] for colouring in map_data(map_page(run)).meta["colourings"]]


def test_colourings_are_those_that_some_paper_has():
    assert keys(made_run(64)) == ["cluster", "topic", "date"]
    assert keys(made_run(30)) == ["topic", "date"]
    assert keys(made_run(30, topics=(), n_undated=30)) == ["topic"]
    assert keys(made_run(64, topics=(), n_undated=64)) == ["cluster"]


def test_columns_that_ride_along_can_colour_the_map():
    n = 64
    run = with_papers(
        made_run(n),
        source=["csv", "page"] * 32,
        upvotes=range(n),
        venue=["NeurIPS", "ICLR", None, "ICLR"] * 16,
        few=[1.0, 2.0] * 32,
        many=[f"text {i}" for i in range(n)],
        keywords=[["a"]] * n,
        constant=["same"] * n,
        blank=[None] * n,
    )
    data = map_data(map_page(run))
    found = {c["key"]: c["kind"] for c in data.meta["colourings"][3:]}
    assert found == {
        "column source": "values",
        "column upvotes": "number",
        "column venue": "values",
        "column few": "values",
    }
    values = data.meta["values"]
    assert set(values) == {"source", "state", "first_run", "last_run", "upvotes", "venue", "few",
                           "constant"}  # fmt: skip
    assert values["venue"]["values"] == ["ICLR", "NeurIPS"]
    codes_of = data.column[values["venue"]["column"]]
    assert codes_of[:4].tolist() == [1, 0, NONE, 0]
    assert values["upvotes"] | {"column": ""} == {
        "column": "", "kind": "number", "low": 0.0, "high": 63.0, "log": False,
    }  # fmt: skip


def test_a_column_of_wild_numbers_is_scaled_by_its_logarithm():
    numbers = [0.0] * 40 + [float("inf"), float("nan")] + [10.0**i for i in range(18)] + [5.0] * 4
    data = map_data(map_page(with_papers(made_run(64), citations=numbers)))
    about = data.meta["values"]["citations"]
    assert (about["low"], about["log"]) == (0.0, True)
    column = data.column[about["column"]]
    assert np.isnan(column[40:42]).all()
    assert not np.isnan(column[:40]).any()


def test_hostile_column_names_and_values_are_texts():
    run = made_run(80, texts=HOSTILE)
    names = {f"{text} ": [text, "b"] * 40 for text in HOSTILE[:9]}
    page = map_page(with_papers(run, **names))
    found = map_data(page).meta["values"]
    assert set(found) >= {clean(text) for text in HOSTILE[:9]}
    assert "<script>window" not in page
    assert "<img" not in page


# sizes and gaps


def test_a_run_without_trends_groups_or_manifest_has_a_map():
    run = replace(made_run(20, topics=(), n_undated=20, freq=None), quality={}, manifest={})
    data = map_data(map_page(run))
    assert data.meta["groups"] == []
    assert data.meta["labels"] == []
    assert (data.column["day"] == NO_DAY).all()
    assert data.column["member"].size == 0
    lonely = replace(run, neighbours=empty("neighbours"))
    assert map_data(map_page(lonely)).near["near"].size == 0


def test_papers_in_one_place_have_a_map():
    run = made_run(20)
    run = replace(run, map=run.map.assign(x=np.float32(2), y=np.float32(-3)))
    assert set(map_data(map_page(run)).column["x"]) == {0}


def test_the_legend_knows_how_often_a_cluster_is_found_again():
    run = made_run(80)
    first = run.groups["group_id"] == "c0001"
    graded = run.groups.assign(stability=np.where(first, 0.8, np.nan))
    grades = {
        g["id"]: g["grade"] for g in map_data(map_page(replace(run, groups=graded))).meta["groups"]
    }
    assert grades["c0001"] == "often found again"
    assert grades["c0002"] == ""
