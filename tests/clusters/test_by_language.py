"""Papers in other languages: out of clusters of other subjects, in clusters named by language."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.base.schema import conform
from analysis.clusters import primary_clusters
from analysis.clusters.labels.by_language import LOW, separate_languages
from analysis.clusters.labels.describe import ClusterDescription


def table(**weights: dict[str, float]) -> pd.DataFrame:
    """Memberships: for each paper the weight in each cluster, the primary one first."""
    rows = [
        (paper, "cluster", group, weight, i == 0)
        for paper, of_paper in weights.items()
        for i, (group, weight) in enumerate(of_paper.items())
    ]
    frame = pd.DataFrame(rows, columns=["paper_id", "kind", "group_id", "weight", "is_primary"])
    return conform(frame, name="memberships")


def clusters(*names: str, exemplars: dict[str, list[str]] | None = None):
    return [
        ClusterDescription(
            id=name, label=f"Label {name}", description="", terms=["a"], color="#4269d0",
            exemplars=(exemplars or {}).get(name, []), label_coverage=0.5, label_precision=0.5,
        )
        for name in names
    ]  # fmt: skip


ENGLISH = {f"e{i}": {"c0001": 0.9} for i in range(8)}
GERMAN = {f"g{i}": {"c0002": 1.0} for i in range(4)}


def test_a_cluster_of_one_language_is_named_and_gets_its_papers_from_elsewhere():
    papers = {**ENGLISH, **GERMAN, "g8": {"c0001": 0.6, "c0002": 0.3}, "g9": {"c0001": 0.7}}
    languages = {paper: "German" for paper in papers if paper.startswith("g")}
    before = table(**papers)
    rows, described = separate_languages(
        before, clusters("c0001", "c0002", exemplars={"c0001": ["e1", "g9"]}), languages=languages
    )
    assert before.equals(table(**papers))
    primary = primary_clusters(rows)
    assert set(primary[list(languages)]) == {"c0002"}
    assert set(primary[[p for p in papers if p not in languages]]) == {"c0001"}
    weight = rows.set_index(["paper_id", "group_id"])["weight"]
    assert weight["g8", "c0002"] == np.float32(0.3)
    assert weight["g9", "c0002"] == np.float32(LOW)
    assert not {("g8", "c0001"), ("g9", "c0001")} & set(weight.index)
    assert rows.groupby("paper_id")["is_primary"].sum().eq(1).all()
    assert conform(rows, name="memberships").equals(rows)
    subject, language = described
    assert (subject.label, subject.exemplars) == ("Label c0001", ["e1"])
    assert language.label == "Papers in German"
    assert language.description.startswith("Grouped by language rather than subject: 4 of 4 papers")
    assert np.isnan(language.label_coverage)


def test_without_a_cluster_of_their_language_they_stay_with_low_weights():
    papers = {**ENGLISH, "s1": {"c0001": 0.9, "c0002": 0.1}, "x": {"c0002": 0.8}}
    rows, described = separate_languages(
        table(**papers), clusters("c0001", "c0002"), languages={"s1": "Spanish"}
    )
    of_paper = rows[rows["paper_id"] == "s1"]
    assert of_paper["weight"].max() <= np.float32(LOW)
    assert primary_clusters(rows)["s1"] == "c0001"
    assert [cluster.label for cluster in described] == ["Label c0001", "Label c0002"]
    assert (rows.loc[rows["paper_id"] == "e0", "weight"] == np.float32(0.9)).all()


def test_several_clusters_of_a_language_keep_their_words_and_mixtures_name_both():
    papers = {**ENGLISH, **{f"e{i}": {"c0001": 0.9} for i in range(8, 20)}, **GERMAN}
    papers |= {f"h{i}": {"c0003": 1.0} for i in range(3)}
    papers |= {"s1": {"c0004": 1.0}, "s2": {"c0004": 1.0}, "f1": {"c0004": 1.0}}
    languages = {
        p: {"s": "Spanish", "f": "French"}.get(p[0], "German") for p in papers if p[0] in "ghsf"
    }
    names = ("c0001", "c0002", "c0003", "c0004")
    rows, described = separate_languages(table(**papers), clusters(*names), languages=languages)
    labels = [cluster.label for cluster in described]
    assert labels == [
        "Label c0001", "Papers in German: Label c0002", "Papers in German: Label c0003",
        "Papers in Spanish and French",
    ]  # fmt: skip
    again, same = separate_languages(rows, described, languages=languages)
    assert again.equals(rows)
    assert [cluster.label for cluster in same] == labels


def test_in_an_extension_only_new_papers_move():
    papers = {**ENGLISH, **GERMAN, "g8": {"c0001": 0.6}, "g9": {"c0001": 0.7}}
    languages = {paper: "German" for paper in papers if paper.startswith("g")}
    rows, _ = separate_languages(
        table(**papers), clusters("c0001", "c0002"), languages=languages, movable=["g9", "e1"]
    )
    assert primary_clusters(rows)[["g8", "g9"]].tolist() == ["c0001", "c0002"]
    assert rows.loc[rows["paper_id"] == "g8", "weight"].tolist() == [np.float32(0.6)]


@pytest.mark.parametrize("n", [0, 6])
def test_a_corpus_of_one_language_is_left_alone(n):
    papers = {**ENGLISH, **GERMAN}
    languages = dict.fromkeys(list(papers)[:n], "German")
    given = table(**papers)
    described = clusters("c0001", "c0002")
    rows, same = separate_languages(given, described, languages=languages)
    assert rows.equals(given)
    assert same == described
