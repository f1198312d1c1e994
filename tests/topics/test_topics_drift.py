"""Vocabulary drift: halves, vectors against chance, phrases that fade, grow or are new."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.clusters.labels.phrases import phrases
from analysis.topics import Topic
from analysis.topics.growth.comparisons import (
    Halves,
    fisher_p,
    half_similarity,
    halves,
    nearest_centroid,
    topic_centroids,
    unit,
)
from analysis.topics.growth.drift import Drift, drift, drift_findings
from hostile import HOSTILE
from replaced_words import ADAPTERS, counted, replaced


def papers_of(texts: list[str], *, days: list[str | None] | None = None) -> pd.DataFrame:
    first = pd.Timestamp("2024-01-01")
    given = days or [str((first + pd.Timedelta(days=i)).date()) for i in range(len(texts))]
    return pd.DataFrame(
        {
            "paper_id": [f"p{i:04d}" for i in range(len(texts))],
            "title": [f"Paper number {i}" for i in range(len(texts))],
            "abstract": pd.Series(texts, dtype="object"),
            "published": pd.to_datetime(pd.Series(given, dtype="object")).astype("datetime64[us]"),
            "published_precision": "day",
        }
    )


def found_in(
    texts: list[str], *, of_topic: int | None = None, vectors: np.ndarray | None = None
) -> Drift:
    """Look at papers of which the first `of_topic` (all where left out) are the topic's."""
    papers = papers_of(texts)
    if of_topic is not None:
        days = papers["published"].copy()
        days[of_topic:] = days[: len(texts) - of_topic].to_numpy()
        papers = papers.assign(published=days)
    same = np.tile(np.array([1, 0], dtype="float32"), (len(texts), 1))
    return drift(
        papers,
        vectors=same if vectors is None else vectors,
        memberships=counted(papers["paper_id"].head(of_topic or len(texts)).tolist()),
        topics=[ADAPTERS],
        phrases=phrases,
    )


# halves


def test_halves_are_as_equal_as_whole_days_allow():
    days = ["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-02", "2024-01-03", None]
    parts = halves(papers_of(["x"] * 6, days=days), rows=np.arange(6))
    # Cut before 2 January: 1 and 4; before 3 January: 4 and 1. Of equal ones the earlier.
    assert parts.cut == pd.Timestamp("2024-01-02")
    assert parts.early.tolist() == [0]
    assert parts.late.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_halves_of_few(n):
    parts = halves(papers_of(["x"] * n), rows=np.arange(n))
    assert (len(parts.early), len(parts.late)) == {0: (0, 0), 1: (0, 0), 2: (1, 1), 3: (1, 2)}[n]
    assert (parts.cut is None) == (n < 2)


def test_one_day_cannot_be_cut():
    parts = halves(papers_of(["x"] * 4, days=["2024-01-01"] * 4), rows=np.arange(4))
    assert parts.cut is None


def test_what_the_cut_falls_into_is_on_neither_side():
    days = ["2024-01-01", "2024-02-01", "2024-02-15", "2024-02-20", "2024-01-01"]
    papers = papers_of(["x"] * 5, days=days)
    papers["published_precision"] = ["day", "month", "day", "day", "year"]
    parts = halves(papers, rows=np.arange(5))
    # Cuts at 1 Feb, 15 Feb, 20 Feb hold 2, 3 and 4 before; 2.5 would be best, the earlier wins.
    assert parts.cut == pd.Timestamp("2024-02-01")
    assert parts.early.tolist() == [0]  # the paper of "2024" may lie on either side
    assert parts.late.tolist() == [1, 2, 3]
    papers["published"] = pd.to_datetime(
        pd.Series(["2024-01-01", "2024-02-01", "2024-02-15", "2024-02-20", "2023-01-01"])
    )
    papers.loc[1, "published"] = pd.Timestamp("2024-02-01")
    parts = halves(
        papers.assign(published_precision=["day", "month", "day", "day", "year"]),
        rows=np.array([0, 1, 2, 3, 4]),
    )
    assert 4 in parts.early.tolist()


# vectors


def test_halves_that_are_alike_stay_and_others_do_not():
    random = np.random.default_rng(1)
    cloud = unit(np.c_[np.full(200, 3.0), random.normal(size=(200, 4))]).astype("float32")
    parts = Halves(np.arange(100), np.arange(100, 200), pd.Timestamp("2024-01-01"))
    cosine, low = half_similarity(cloud, parts=parts, seed=0, name="a")
    assert low <= cosine <= 1
    moved = cloud.copy()
    moved[100:, 1] += 1
    cosine, low = half_similarity(unit(moved).astype("float32"), parts=parts, seed=0, name="a")
    assert cosine < low < 1
    assert half_similarity(cloud, parts=parts, seed=0, name="a") == half_similarity(
        cloud, parts=parts, seed=0, name="a"
    )
    assert half_similarity(cloud, parts=parts, seed=1, name="a")[1] != pytest.approx(
        half_similarity(cloud, parts=parts, seed=0, name="a")[1], abs=0
    )


def test_the_cosine_of_halves_worked_by_hand():
    vectors = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], dtype="float32")
    parts = Halves(np.array([0, 1]), np.array([2, 3]), pd.Timestamp("2024-01-01"))
    cosine, low = half_similarity(vectors, parts=parts, seed=0, name="a")
    # (1, 0) against (.5, .5); every way to halve these four gives the same.
    assert cosine == pytest.approx(0.5**0.5)
    assert low == pytest.approx(0.5**0.5)


def test_the_nearest_other_topic():
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype="float32")
    members = {
        "a": np.array([0]),
        "b": np.array([1]),
        "c": np.array([2]),
        "none": np.array([], int),
    }
    centroids = topic_centroids(vectors, rows=members)
    assert list(centroids) == ["a", "b", "c"]
    for name, cosine in (("a", 0.6), ("b", 0.8)):
        others = {other: vector for other, vector in centroids.items() if other != name}
        nearest = nearest_centroid(centroids[name], centroids=others)
        assert nearest == ("c", pytest.approx(cosine))
    assert np.isnan(nearest_centroid(None, centroids=centroids)[1])
    assert np.isnan(nearest_centroid(centroids["a"], centroids={})[1])


def test_move_is_measured_by_the_next_topic():
    texts = ["We study an adapter layer."] * 80
    vectors = np.tile(np.array([1, 0], dtype="float32"), (80, 1))
    vectors[20:40] = unit(np.array([1, 0.9])).astype("float32")
    papers = papers_of(texts)
    both = pd.concat(
        [
            counted(papers["paper_id"].head(40).tolist()),
            counted(papers["paper_id"].tail(40).tolist(), topic="other"),
        ]
    )
    topics = [ADAPTERS, Topic("other", "Other", strong=("x y",))]
    for angle, verdict in ((0.8, "move"), (-3.0, "shift")):
        vectors[40:] = unit(np.array([1, angle])).astype("float32")
        found = drift(papers, vectors=vectors, memberships=both, topics=topics, phrases=phrases)
        assert found.topics["vectors"].tolist() == [verdict, "stay"]


# phrases


def test_a_replaced_phrase_fades_and_the_new_one_is_named():
    texts = replaced(30) + ["We look at galaxies."] * 60
    found = found_in(texts, of_topic=60)
    assert found.topics.loc[0, "vectors"] == "stay"
    rows = found.phrases.set_index("phrase")
    assert sorted(rows.index) == ["soft prompt", "steering tokens"]
    gone, new = rows.loc["soft prompt"], rows.loc["steering tokens"]
    assert (gone["change"], gone["in_definition"]) == ("fades", True)
    assert (new["change"], new["in_definition"]) == ("new", False)
    assert (gone["n_early"], gone["total_early"], gone["n_late"], gone["total_late"]) == (
        *(30, 30),
        *(0, 30),
    )
    assert (new["n_early"], new["n_late"]) == (0, 30)
    assert gone["p"] == pytest.approx(fisher_p(30, 30, 0, 30))
    # Looked at are four: two phrases of the definition, and "steering tokens" with its head.
    assert gone["p_adjusted"] >= gone["p"]
    (said,) = drift_findings(found)
    assert [entry["phrase"] for entry in said["fades"]] == ["soft prompt"]
    assert [entry["phrase"] for entry in said["rises"]] == ["steering tokens"]


def test_a_phrase_that_comes_up_everywhere_is_not_the_topics():
    everywhere = ["We look at galaxies."] * 30 + ["We put steering tokens on galaxies."] * 30
    found = found_in(replaced(30) + everywhere, of_topic=60)
    assert found.phrases["phrase"].tolist() == ["soft prompt"]


def test_a_phrase_grows_when_it_was_there_before():
    texts = ["We train soft prompts."] * 5 + ["We train an adapter layer."] * 25
    texts += ["We train soft prompts."] * 20 + ["We train an adapter layer."] * 10
    rows = found_in(texts).phrases.set_index("phrase")
    assert rows.loc["soft prompt", "change"] == "grows"
    assert rows.loc["adapter layer", "change"] == "fades"


def test_what_does_not_change_is_not_said():
    found = found_in(["We train soft prompts on an adapter layer."] * 60)
    assert found.phrases.empty
    assert drift_findings(found) == []


@pytest.mark.parametrize("n", [0, 1, 2, 3, 19])
def test_small_topics_say_too_few(n):
    found = found_in(replaced(n))
    assert found.topics["vectors"].tolist() == ["too few to say"]
    assert found.phrases.empty
    assert drift_findings(found) == []


def test_twenty_papers_in_each_half_are_enough():
    found = found_in(replaced(20))
    assert found.topics["vectors"].tolist() == ["stay"]
    assert len(found.phrases) == 2


def test_no_topic_and_no_date():
    papers = papers_of(replaced(30), days=[None] * 60)
    vectors = np.ones((60, 2), dtype="float32")
    nothing = drift(papers, vectors=vectors, memberships=counted([]), topics=[], phrases=phrases)
    assert nothing.topics.empty
    found = drift(
        papers,
        vectors=vectors,
        memberships=counted(papers["paper_id"].tolist()),
        topics=[ADAPTERS],
        phrases=phrases,
    )
    assert found.topics["vectors"].tolist() == ["too few to say"]
    assert found.topics["cut"].isna().all()


def test_order_and_inputs():
    texts = replaced(25)
    papers = papers_of(texts)
    before = papers.copy(deep=True)
    vectors = np.random.default_rng(0).normal(size=(50, 3)).astype("float32")
    rows = counted(papers["paper_id"].tolist())
    first = drift(papers, vectors=vectors, memberships=rows, topics=[ADAPTERS], phrases=phrases)
    other = drift(
        papers, vectors=vectors, memberships=rows.iloc[::-1], topics=[ADAPTERS], phrases=phrases
    )
    pd.testing.assert_frame_equal(papers, before)
    pd.testing.assert_frame_equal(first.topics, other.topics)
    pd.testing.assert_frame_equal(first.phrases, other.phrases)


def test_papers_without_an_abstract_and_hostile_ones():
    texts = [*HOSTILE * 3, *replaced(25)]
    papers = papers_of([t.replace("\ud800", "") for t in texts])
    papers.loc[0, "abstract"] = None
    found = drift(
        papers,
        vectors=np.ones((len(texts), 2), dtype="float32"),
        memberships=counted(papers["paper_id"].tolist()),
        topics=[ADAPTERS],
        phrases=phrases,
    )
    assert "soft prompt" in set(found.phrases["phrase"])
