"""The share of a selection over time as the page computes it, against the numbers of Python."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.base.schema import conform
from analysis.notebook.topics import selection_trend
from analysis.report import map_page
from analysis.runs import Run
from analysis.trends.shares import share_interval
from map_pages import map_data
from page_runs import made_run
from scripts import evaluated, needs_node

pytestmark = needs_node


def in_page(run: Run, rows: list[int]) -> list[dict[str, Any]]:
    """What the page's script says of a selection; rows are those of `run.papers`."""
    page = map_data(map_page(run))
    ids = set(run.papers["paper_id"].iloc[rows])
    names = {"day", "precision", "venue"} & set(page.column)
    data = {
        "n": page.meta["n"],
        "periods": page.meta["periods"],
        "column": {name: page.column[name].tolist() for name in names},
        "mask": [int(paper_id in ids) for paper_id in page.paper_id],
    }
    return evaluated("map/trend.js", "module.shares(argument, argument.mask)", data)


def assert_same(run: Run, rows: list[int]) -> pd.DataFrame:
    found, table = in_page(run, rows), selection_trend(run, rows=rows)
    assert [one["label"] for one in found] == list(table["period_label"])
    assert [one["isPartial"] for one in found] == list(table["is_partial"])
    assert [(one["n"], one["of"]) for one in found] == list(
        zip(table["n_papers"], table["n_total"], strict=True)
    )
    for name, column in (("share", "share"), ("low", "share_low"), ("high", "share_high")):
        numbers = np.array([one[name] for one in found], dtype="float64")
        assert numbers == pytest.approx(table[column].to_numpy(), abs=1e-9, nan_ok=True)
    return table


def clumped(run: Run, **columns: object) -> Run:
    return replace(run, papers=conform(run.papers.assign(**columns), name="papers"))


@pytest.mark.parametrize("step", [1, 2, 3, 7, 30])
def test_the_page_has_the_numbers_of_python(subjects, step):
    assert_same(subjects, list(range(0, len(subjects.papers), step)))


def test_a_selection_that_arrived_together_has_the_wider_interval_of_python():
    # Eight papers a day; the selected ones are all those of every fifth day.
    run = made_run(240, n_clusters=4)
    days = pd.Timestamp("2023-01-10") + pd.to_timedelta(np.arange(240) // 8 * 20, unit="D")
    run = clumped(run, published=days)
    table = assert_same(run, [i for i in range(240) if i // 8 % 5 == 0])
    assert (table["phi"] > 2).all()
    scattered = assert_same(run, list(range(0, 240, 8)))
    assert (scattered["phi"] == 1).all()


def test_papers_of_one_venue_are_a_clump_where_days_are_unknown():
    run = made_run(200)
    venues = [None if i % 11 == 0 else f"venue {i // 6}" for i in range(200)]
    papers = run.papers.assign(published_precision=["year"] * 10 + ["month"] * 190, venue=venues)
    run = replace(run, papers=papers)
    table = assert_same(run, [i for i in range(200) if i // 6 % 4 == 0])
    assert (table["phi"] > 1).any()


def test_the_bundled_papers_by_cluster(bundled):
    cluster = bundled.memberships.query("kind == 'cluster' and is_primary").set_index("paper_id")
    ids = bundled.papers["paper_id"].map(cluster["group_id"])
    for one in ids.value_counts().index[:3]:
        assert_same(bundled, list(np.flatnonzero(ids == one)))


def test_without_dates_there_is_nothing_to_count():
    run = made_run(64, n_undated=64, freq=None)
    assert map_data(map_page(run)).meta["periods"] is None
    assert in_page(run, [1, 2]) is None


def test_the_interval_is_that_of_trends():
    rng = np.random.default_rng(3)
    n = np.concatenate([np.arange(40), rng.integers(40, 60_000, 60)])
    k = (n * rng.random(100)).astype(int)
    k[::7], k[3::7] = 0, n[3::7]
    phi = np.where(np.arange(100) % 3, 1 + 4 * rng.random(100), 1)
    asked = [[int(a), int(b), float(c)] for a, b, c in zip(k, n, phi, strict=True)]
    found = evaluated("map/trend.js", "argument.map((one) => module.interval(...one))", asked)
    low, high = share_interval(k, n, phi=phi)
    numbers = np.array(found, dtype="float64")
    assert numbers[:, 0] == pytest.approx(low, abs=1e-10, nan_ok=True)
    assert numbers[:, 1] == pytest.approx(high, abs=1e-10, nan_ok=True)


def test_words_that_distinguish_papers_are_found():
    texts = ["wombats dig deep burrows", "koalas sleep in gum trees", "the and of we"]
    inside = {"wombats": 10, "papers": 10, "deep burrows": 9}
    outside = {"papers": 40, "wombats": 1, "koalas": 30}
    ranked = evaluated(
        "map/terms.js",
        "module.ranked(new Map(argument[0]), new Map(argument[1]), 10, 40)",
        [list(inside.items()), list(outside.items())],
    )
    assert [one["term"] for one in ranked] == ["deep burrows", "wombats"]
    terms = evaluated(
        "map/terms.js",
        "argument.map((text) => [...module.termsOf(text, new Set(['the', 'and', 'in']))])",
        texts,
    )
    assert terms[0][:4] == ["wombats", "dig", "wombats dig", "deep"]
    assert "sleep gum" not in terms[1]
    assert terms[2] == []
