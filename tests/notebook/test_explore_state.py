"""The search and the filters of a view of the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import InputError, explore
from analysis.notebook.explore.filters import ViewState, state_words
from explored import shown, told_run, two_levels

# the state


def test_filters_combine_and_are_said_in_words(view):
    view.filter(text="vis tran")
    assert view.state == "50 of 200 papers with “vis tran” in title or abstract."
    view.filter(topic="Fine-tuning", dates=("2023-01-01", "2024-01-01"))
    assert view.state == (
        "10 of 200 papers with “vis tran” in title or abstract, in topic Fine-tuning, "
        "dated 2023-01-01 to 2024-01-01."
    )
    view.filter(text=None, dates=None)
    assert view.state == "75 of 200 papers in topic Fine-tuning."
    view.filter(topic=None, least_weight=0.6)
    expected = int((view._core.papers["cluster_weight"] >= np.float32(0.6)).sum())
    assert 0 < expected < 200
    assert view.state == (
        f"{expected} of 200 papers with a weight of at least 0.60 in their cluster."
    )
    view.reset()
    assert view.state == "All 200 papers shown."


def test_a_filter_that_leaves_nothing(view):
    view.filter(text="wombats of the moon")
    assert view.state == "No paper with “wombats of the moon” in title or abstract."
    assert shown(view) == 0


def test_open_sides_of_dates(view):
    assert (
        state_words(
            replace(ViewState(), dates=(pd.Timestamp("2024-01-01"), None)),
            n_shown=1,
            n_papers=2,
            n_selected=1,
            groups=told_run(2).groups,
        )
        == "1 of 2 papers dated 2024-01-01 or later. 1 selected."
    )
    view.filter(dates=(None, "2023-01-10"))
    assert shown(view) == 1


def test_a_paper_known_to_the_year_is_shown_where_any_day_of_it_would_be(subjects):
    papers = subjects.papers.assign(
        published_precision="year", published=pd.Timestamp("2024-01-01")
    )
    view = explore(replace(subjects, papers=papers.astype({"published": "datetime64[us]"})))
    view.filter(dates=("2024-06-01", "2024-07-01"))
    assert shown(view) == 200
    view.filter(dates=("2025-01-01", None))
    assert shown(view) == 0


def test_undated_papers_are_hidden_by_dates_only():
    view = explore(told_run(30, n_undated=5))
    assert shown(view) == 30
    view.filter(dates=("2020-01-01", None))
    assert shown(view) == 25


def test_a_broader_cluster_stands_for_its_parts(subjects):
    view = explore(two_levels(subjects))
    view.filter(cluster="c0101")
    assert shown(view) == 100
    assert view.state == "100 of 200 papers in cluster Learning at large."
    view.filter(cluster="c0002")
    assert view.state == "50 of 200 papers in cluster Cluster 2."


def test_values_of_columns_are_filters(subjects):
    venues = [None if i % 10 == 9 else f"v{i % 3}" for i in range(200)]
    view = explore(replace(subjects, papers=subjects.papers.assign(venue=venues)))
    view.filter(only={"venue": ["v1"]}, cluster="c0001")
    expected = sum(v == "v1" and i % 4 == 0 for i, v in enumerate(venues))
    assert view.state == f"{expected} of 200 papers with venue v1, in cluster Cluster 1."
    view.filter(only={"venue": ["v1", None]}, cluster=None)
    assert shown(view) == venues.count("v1") + 20
    assert view.state.endswith("papers with venue v1 or (no venue).")
    view.color_by("venue")
    assert view.widget.color == "column venue"
    view.filter(only=None)
    assert shown(view) == 200
    for asked, message in (({"venue": ["v9"]}, "venue has no value 'v9'"), ({"x": []}, "color 'x'"),
                           ({"cluster": ["c0001"]}, "not a column with few values")):  # fmt: skip
        with pytest.raises(InputError) as caught:
            view.filter(only=asked)
        assert message in str(caught.value)


def test_a_phrase_in_quotes_stays_together(subjects):
    view = explore(subjects)
    for query, n in (
        ("noisy rooms", 50),
        ('"noisy rooms"', 50),
        ("rooms noisy", 50),
        ('"rooms noisy"', 0),
        ('part "models in experiment"', 50),
    ):
        view.filter(text=query)
        assert shown(view) == n, query
