"""The report page and the list: map, charts, groups, sentences."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image

from analysis.base.schema import conform, empty
from analysis.figures.printed.map_layers import MAP_WIDTH
from analysis.report import map_page, report_page
from analysis.report.text.groups import in_no_topic
from page_runs import made_run
from pages_read import data_of, text_of

# the map


def picture_of(page: str) -> Image.Image:
    (found,) = re.findall(r'<img class="map" src="data:image/png;base64,([^"]+)"', page)
    return Image.open(BytesIO(base64.b64decode(found)))


def test_the_map_is_a_picture_that_leads_to_the_map_page():
    page = report_page(made_run(64))
    picture = picture_of(page)
    assert picture.format == "PNG"
    colors = picture.convert("RGB").getcolors(1 << 24)
    assert colors is not None
    assert len(colors) > 10
    assert page.count('<a href="map.html">') == 2
    assert picture.width == 125 * MAP_WIDTH
    assert "their weight in their own cluster is under 0.5." in text_of(page)
    assert report_page(made_run(64)) == page


def test_a_map_without_clusters_says_nothing_of_them():
    page = report_page(made_run(30))
    assert picture_of(page).format == "PNG"
    assert "own cluster" not in text_of(page)
    assert "<img" not in report_page(made_run(14))
    assert "A map needs at least 15 papers; here there are 14 papers." in text_of(
        report_page(made_run(14))
    )


# the list


def test_the_list_has_every_paper_with_its_facts():
    run = made_run(5, n_undated=1)
    page = map_page(run)
    text = text_of(page)
    assert page.count("<details>") == 5
    assert "2023-01-10 · Pretraining, Fine-tuning" in text
    assert "undated · Pretraining" in text
    assert "Abstract 3: we study wombats." in text
    assert page.count('href="https://arxiv.invalid/abs/2301.00002"') == 5


# the report


def test_the_summary_counts_what_there_is():
    run = made_run(62, n_undated=2)
    papers = run.papers.copy()
    papers.loc[4, "abstract"] = None
    text = text_of(report_page(replace(run, papers=conform(papers, name="papers"))))
    assert (
        "Run 0001-2025-03-17 holds 62 papers from 1 file (papers.csv), a snapshot of 17 March "
        "2025. The 60 papers with a date were published between 10 January 2023 and 24 June 2024, "
        "half of them by 28 September 2023. 2 papers have no date. "
        "1 paper has no abstract and is placed by its title alone. "
        "Of 4 clusters, the largest are “Cluster 1” (16, 26 %), “Cluster 2” (16, 26 %) and "
        "“Cluster 3” (15, 24 %). Of 3 topics, the largest are “Fine-tuning” (24, 39 %), "
        "“Pretraining” (16, 26 %) and “Multimodal” (15, 24 %). "
        "8 papers are in several topics and 15 papers in no topic. "
        "2 rows of the input were left out: duplicate title (2)."
    ) in text


def test_papers_in_no_topic_are_those_no_topic_counts():
    run = made_run(8)
    assert in_no_topic(run) == 2
    weak = run.memberships.assign(weight=np.float32(0.49))
    assert in_no_topic(replace(run, memberships=weak)) == 8
    assert in_no_topic(replace(run, memberships=empty("memberships"))) == 8


def test_undated_papers_are_counted_and_the_first_ten_named():
    text = text_of(report_page(made_run(20, n_undated=1)))
    assert "1 paper has no date: it is on the map and in the groups" in text
    text = text_of(report_page(made_run(20, n_undated=12)))
    assert "12 papers have no date" in text
    assert "And 2 more papers." in text
    page = report_page(made_run(20, n_undated=12)).split('id="undated"')[1]
    assert "Paper 17 on" in page.split('id="methods"')[0]
    assert "Paper 18 on" not in page.split('id="methods"')[0]


def test_there_is_one_chart_a_kind_or_a_sentence():
    run = made_run(64)
    assert [c["id"] for c in data_of(report_page(run))] == ["share-topic", "share-cluster"]
    text = text_of(report_page(run))
    assert "The snapshot does not cover 2024 Q3 to the end: this partial period rests on" in text
    without = made_run(64, freq=None)
    assert "report-data" not in report_page(without)
    assert "Quarters, the finest with 20 papers" in text_of(report_page(without))


def test_tables_name_groups_and_exemplars():
    page = report_page(made_run(64))
    topics = page.split('id="topics"')[1].split('id="clusters"')[0]
    assert topics.count('<th scope="row">') == 3
    assert topics.index("Fine-tuning") < topics.index("Pretraining") < topics.index("Multimodal")
    assert 'href="https://arxiv.invalid/abs/2301.00002"' in topics
    clusters = page.split('id="clusters"')[1].split('id="undated"')[0]
    assert "Terms: wombat and burrow." in clusters
    assert '<td class="num" data-unit="papers">16</td><td class="num">25 %</td>' in clusters


def test_methods_explain_numbers_and_denominators():
    text = text_of(report_page(made_run(64)))
    for words in (
        "Coherence: 0.12",
        "The snapshot's date was given by hand.",
        "Diversity: 0.91",
        "Well placed: 78 %",
        "The bands are 95 % intervals",
        "not all research",
        "Clusters are dense regions",
        "Two files were read.",
    ):
        assert words in text
