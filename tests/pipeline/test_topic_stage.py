"""Topics in runs: definitions that change, a topic that is added, phrases that say nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import InputError, Settings, open_run, run
from analysis.report import report_page
from analysis.topics import from_arrays
from analysis.topics.vector_evidence import score

pytestmark = pytest.mark.usefixtures("_without_pages", "_few_subsamples")

AGENTS = '[[topic]]\nid = "agents"\nlabel = "Agents"\nstrong = ["agent", "tool use"]\n'
VISION = '[[topic]]\nid = "vision"\nlabel = "Vision"\nstrong = ["image", "video"]\n'
SUBJECTS = {
    "agents": ["We present an agent that uses tools.", "Agents plan and act in steps."],
    "images": ["We present a model of images.", "Image features are learned from pixels."],
    "graphs": ["We present a model of graphs.", "Graph features are learned from edges."],
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    """Four quarters of 30 papers; agents are 2, 6, 12 and 18 of them."""
    rng = np.random.default_rng(0)
    rows = []
    for quarter, n_agents in enumerate([2, 6, 12, 18]):
        for number in range(30):
            subject = "agents" if number < n_agents else ("images", "graphs")[number % 2]
            words = " ".join(rng.choice(["fast", "robust", "large", "open", "deep"], 3))
            day = pd.Timestamp(2025, 1 + 3 * quarter, 1) + pd.Timedelta(days=2 * number)
            rows.append(
                {
                    "title": f"Work {quarter}-{number} on {subject}",
                    "abstract": f"{SUBJECTS[subject][0]} {SUBJECTS[subject][1]} It is {words}.",
                    "published": day.date().isoformat(),
                }
            )
    path = tmp_path_factory.mktemp("corpus") / "2026-01-31.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def made(corpus: Path, folder: Path, definitions: str):
    file = folder / "topics.toml"
    file.write_text(definitions, encoding="utf-8")
    return run(corpus, settings=Settings(runs=folder / "runs", topics=file, period="quarter"))


@pytest.fixture(scope="module")
def series(corpus, tmp_path_factory):
    """Three runs of one snapshot: a topic, one added, the first with a changed definition."""
    folder = tmp_path_factory.mktemp("series")
    texts = [VISION, VISION + AGENTS, VISION.replace('"image", "video"', '"graph"') + AGENTS]
    return [made(corpus, folder, text) for text in texts]


def test_a_topic_that_is_added_gets_a_trend_without_a_line_of_code(series):
    _, second, _ = series
    shares = second.trends[second.trends["group_id"] == "agents"].sort_values("period")
    assert shares["n_papers"].tolist() == [2, 6, 12, 18]
    assert shares["share"].is_monotonic_increasing
    assert series[0].trends["group_id"].eq("agents").sum() == 0


def test_an_added_topic_reclassifies_nothing(series):
    first, second, _ = series
    assert first.reclassified.empty
    assert first.manifest["reclassified"] == {}
    assert second.reclassified.empty
    told = second.manifest["reclassified"]
    assert (told["previous_run"], told["n"], told["redefined"]) == (first.name, 0, [])
    assert told["said"] == ""


def test_old_papers_whose_decision_changes_are_listed(series):
    _, second, third = series
    table = third.reclassified
    assert set(table["group_id"]) == {"vision"}
    assert set(table["previous_run"]) == {second.name}
    titles = third.papers.set_index("paper_id")["title"]
    for row in table.itertuples():
        gone = "images" in titles[row.paper_id]
        assert (row.weight_before >= 0.5) == gone
        assert (row.weight >= 0.5) == (not gone)
    changed = titles.str.contains("images|graphs").sum()
    assert len(table) == changed
    told = third.manifest["reclassified"]
    assert told["redefined"] == ["vision"]
    assert told["said"] == (
        f"{changed} decisions on topics changed since run {second.name} (vision {changed}); "
        "definition changed: vision."
    )
    assert f"{changed} decisions on topics changed" in report_page(third)


def test_what_was_learned_is_kept_as_plain_arrays(series):
    again = open_run(series[1].path)
    fitted, first = from_arrays(again.topic_fit), from_arrays(series[1].topic_fit)
    assert fitted.ids == ("vision", "agents")
    np.testing.assert_array_equal(
        score(again.vectors, fitted=fitted), score(series[1].vectors, fitted=first)
    )


def test_a_run_of_another_version_is_not_extended(corpus, series, tmp_path):
    first = made(corpus, tmp_path, VISION)
    manifest = first.path / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"schema_version": ', '"schema_version": 9'), encoding="utf-8")
    with pytest.raises(InputError, match="has schema version 9") as caught:
        made(corpus, tmp_path, VISION)
    assert "--fresh" in caught.value.next_step


def test_a_phrase_that_every_paper_holds_is_refused_before_the_clustering(
    corpus, tmp_path, monkeypatch
):
    unwanted = "analysis.pipeline.groups.group_papers._find_clusters"
    monkeypatch.setattr(unwanted, lambda *a, **k: pytest.fail("clusters are found"))
    text = VISION + AGENTS.replace('"tool use"', '"present"')
    with pytest.raises(InputError) as caught:
        made(corpus, tmp_path, text)
    assert caught.value.problems == [
        f"topics file {tmp_path / 'topics.toml'}, line 8: topic agents: strong phrase 'present' "
        "stands in 120 of 120 papers"
    ]
    assert not list((tmp_path / "runs").glob("0*"))


def test_no_topics_at_all_are_fine(corpus, tmp_path):
    empty = made(corpus, tmp_path, "")
    assert (empty.groups["kind"] == "cluster").all()
    assert from_arrays(open_run(empty.path).topic_fit).ids == ()
