"""The report pages as text: content policy, escaping, numbers in sentences, sizes, CSV tables."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from analysis.report import map_page, report_page, write_csv_tables
from analysis.report import words as w
from analysis.report.drawing import MOST_POINTS, colouring, colourings, sample
from analysis.report.page import html_page, link, plotly_js, policy
from analysis.report.sentences import in_no_topic
from analysis.schema import conform, empty
from analysis.views import map_points
from hostile import HOSTILE
from page_runs import made_run

SCRIPTS = {map_page: 1, report_page: 4}
SIZES = (0, 1, 2, 3, 5, 8, 14, 15, 50, 59, 60, 61)


class Seen(HTMLParser):
    """Every tag and attribute of a page, and the text of its scripts and of the rest."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.text: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag in ("script", "style"):
            self._inside = tag

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            kind, text = self.scripts.pop()
            self.scripts.append((kind, text + data))
        elif not self._inside:
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))


def seen(page: str) -> Seen:
    parser = Seen()
    parser.feed(page.replace(plotly_js(), "/* plotly.js */"))
    parser.close()
    return parser


def data_of(page: str) -> dict:
    (only,) = [
        json.loads(text)
        for kind, text in seen(page).scripts
        if kind.get("type") == "application/json"
    ]
    return only


def text_of(page: str) -> str:
    return seen(page).words


# words


@pytest.mark.parametrize(
    ("n", "expected"), [(0, "no papers"), (1, "1 paper"), (2, "2 papers"), (1234, "1,234 papers")]
)
def test_counts_agree_with_their_noun(n, expected):
    assert w.count(n, "paper") == expected


def test_lists_end_in_and():
    assert [w.listing(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_percentages_never_round_to_nothing_or_everything():
    found = [w.percent(k, 1000) for k in (0, 1, 10, 454, 999, 1000)]
    assert found == ["0 %", "under 1 %", "1 %", "45 %", "over 99 %", "100 %"]


def test_dates_are_words_at_their_precision():
    isos = ("2025-03-17", "2025-03", "2025", "undated", "2025-13")
    assert [w.day_words(iso) for iso in isos] == [
        "17 March 2025",
        "March 2025",
        "2025",
        "undated",
        "2025-13",
    ]


def test_sentences_begin_and_end():
    assert [w.sentence(text) for text in ("", " of NLP", "Why?")] == ["", "Of NLP.", "Why?"]


def test_a_number_is_finite_or_none():
    assert [w.number(v) for v in (0.5, 1, None, float("nan"), "x", True)] == [
        0.5,
        1.0,
        None,
        None,
        None,
        None,
    ]


# the page


def test_the_policy_names_the_hash_of_every_script_and_nothing_else():
    scripts = ["let a = 1;", 'let b = "é";']
    page = html_page(title="t", body="", scripts=scripts, style="", data={})
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    expected = f"script-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}'; "
    assert f"content=\"default-src 'none'; {expected}style-src" in page
    assert "unsafe-eval" not in page
    assert "script-src 'none'" in policy([])
    assert "connect-src 'none'" in policy([])


@pytest.mark.parametrize("page_of", [map_page, report_page])
def test_every_script_of_a_page_is_in_its_policy(page_of):
    page = page_of(made_run(60))
    parser = Seen()
    parser.feed(page)
    allowed = set(re.findall(r"'sha256-([^']+)'", page[:2000]))
    run = [text for kind, text in parser.scripts if not kind]
    found = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run}
    assert len(run) == SCRIPTS[page_of]
    assert found == allowed


@pytest.mark.parametrize("script", ["x</script>", "x</SCRIPT >", "<!-- x", "a\rb", "a\0b"])
def test_a_script_that_would_end_early_is_refused(script):
    with pytest.raises(ValueError, match="script"):
        html_page(title="t", body="", scripts=[script], style="", data={})


def test_a_style_that_would_end_early_and_a_wild_id_are_refused():
    with pytest.raises(ValueError, match="style"):
        html_page(title="t", body="", scripts=[], style="</Style>", data={})
    with pytest.raises(ValueError, match="element id"):
        html_page(title="t", body="", scripts=[], style="", data={'x"': 1})


def test_only_web_addresses_become_links():
    assert 'href="https://a.b/?x=1&amp;y=2"' in link("t", url="https://a.b/?x=1&y=2")
    assert 'rel="noopener noreferrer"' in link("t", url="https://a.b/")
    for url in ("javascript:alert(1)", "data:text/html,x", "//a.b", "ftp://a.b", None, ""):
        assert "href" not in link("t", url=url)


@pytest.mark.parametrize("n", [3, 20, 80])
@pytest.mark.parametrize("page_of", [map_page, report_page])
def test_hostile_texts_stay_texts(page_of, n):
    page = page_of(made_run(n, texts=HOSTILE, topics=("a", "b", "c"), n_undated=2))
    page.encode("utf-8")
    found = seen(page)
    own = page.replace(plotly_js(), "")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", own)
    assert not re.search(r"<(script|img|svg|a) [^>]*(pwned|javascript)|<script>window", own)
    assert set(found.tags) <= ALLOWED_TAGS
    assert not [name for _, name, _ in found.attributes if name.startswith("on")]
    for _, name, value in found.attributes:
        if name in ("href", "src", "action"):
            assert value.startswith(("#", "https://", "http://")) or value == "data:,"
    assert len([1 for kind, _ in found.scripts if not kind]) == (
        0 if page_is_list(page) else SCRIPTS[page_of]
    )
    assert "window.pwned = 1" in page


ALLOWED_TAGS = set(
    re.findall(
        r"\w+",
        "html head meta link title style body header div h1 h2 h3 p main noscript aside section ul "
        "ol li button details summary label select option input span script nav a bdi table thead "
        "tbody tr th td small svg circle path dl dt dd footer canvas sup strong br code",
    )
)


def page_is_list(page: str) -> bool:
    return "script-src 'none'" in page[:2000]


@pytest.mark.parametrize("page_of", [map_page, report_page])
def test_the_same_run_gives_the_same_bytes_and_is_left_alone(page_of):
    run = made_run(70, n_undated=3)
    before = {name: getattr(run, name).copy(deep=True) for name in ("papers", "groups", "trends")}
    assert page_of(run) == page_of(made_run(70, n_undated=3))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(run, name), frame)


@pytest.mark.parametrize("n", SIZES)
def test_every_size_has_its_pages(n):
    run = made_run(n)
    text = text_of(map_page(run))
    if n < 15:
        assert page_is_list(map_page(run))
        number = {0: "No papers are", 1: "1 paper is"}.get(n, f"{n} papers are")
        assert f"{number} too few for a map" in text
    else:
        why = f"There are {n} papers; clusters are looked for from 60 on."
        assert (why in text) == (n < 60)
        assert [c["key"] for c in data_of(map_page(run))["colourings"]] == [
            *(["cluster"] if n >= 60 else []),
            "topic",
            "date",
        ]
    report = text_of(report_page(run))
    assert f"This report covers {w.count(n, 'paper')} from 1 file" in report
    assert ("A map is drawn from 15 papers on" in report) == (n < 15)


def test_a_run_without_topics_dates_or_quality_still_has_pages():
    run = made_run(20, topics=(), n_undated=20, freq=None)
    run = replace(run, quality={}, manifest={})
    assert [c["key"] for c in data_of(map_page(run))["colourings"]] == ["topic"]
    report = text_of(report_page(run))
    assert "None of them has a date." in report
    assert "There are no topics in this run." in report
    assert "snapshot of unknown date" in report
    assert "Coherence" not in report
    run = replace(run, quality={"coherence_npmi": None, "diversity": float("nan")})
    assert "Quality" not in text_of(report_page(run))


# the map


@pytest.mark.parametrize("n_undated", [0, 4, 64])
def test_each_colouring_draws_every_paper_once(n_undated):
    points = map_points(made_run(64, n_undated=n_undated))
    for color in colourings(points):
        traces = colouring(points, color=color)["traces"]
        rows = sorted(row for trace in traces for row in trace["rows"])
        assert rows == list(range(64))
    assert ("date" in colourings(points)) == (n_undated < 64)


def test_rows_of_a_trace_are_its_papers():
    (chart, *_) = data_of(report_page(made_run(64)))["charts"]
    papers = data_of(report_page(made_run(64)))["papers"]
    assert chart["key"] == "cluster"
    for trace in chart["traces"]:
        assert {papers["cluster"][row] for row in trace["rows"]} == {trace["label"]}
    points = map_points(made_run(64))
    assert papers["title"] == points["title"].tolist()
    np.testing.assert_allclose(papers["x"], points["x"], atol=1e-4)


def test_landmarks_are_the_clusters_largest_first():
    groups = data_of(report_page(made_run(62)))["groups"]
    assert [(g["plotly_label"], len(g["rows"])) for g in groups] == [
        ("Cluster 1", 16),
        ("Cluster 2", 16),
        ("Cluster 3", 15),
        ("Cluster 4", 15),
    ]


def test_too_many_points_are_sampled_evenly():
    points = pd.DataFrame({"row": range(12_501)})
    rows = sample(points)["row"]
    assert len(rows) == MOST_POINTS == rows.nunique()
    assert rows.iloc[[0, -1]].tolist() == [0, 12_500]
    assert set(rows.diff().dropna()) == {5.0, 6.0}
    assert len(sample(points.head(MOST_POINTS))) == MOST_POINTS


def test_a_sampled_map_says_so(monkeypatch):
    monkeypatch.setattr("analysis.report.drawing.MOST_POINTS", 30)
    page = report_page(made_run(64))
    assert len(data_of(page)["papers"]["title"]) == 30
    assert "Drawn are 30 of 64 papers." in text_of(page)


def test_colourings_are_those_that_some_point_has():
    points = map_points(made_run(64))
    assert colourings(points) == ["cluster", "topic", "date"]
    assert colourings(points.assign(cluster=None, published=pd.NaT)) == ["topic"]
    assert colourings(points.assign(cluster=None, topic=None)) == ["date"]


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
        "This report covers 62 papers from 1 file (papers.csv), a snapshot of 17 March 2025. "
        "The 60 with a date were published between 10 January 2023 and 24 June 2024. "
        "2 papers have no date. 1 paper has no abstract and is placed by its title alone. "
        "The papers fall into 4 clusters, which the data show; the largest is “Cluster 1” with "
        "16 papers (26 %). Of 3 topics that were looked for, the most common is “Fine-tuning” "
        "with 24 papers (39 %). 15 papers are in no topic. "
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
    assert "1 paper has no date: on the map and in the groups" in text
    text = text_of(report_page(made_run(20, n_undated=12)))
    assert "12 papers have no date" in text
    assert "And 2 more papers." in text
    page = report_page(made_run(20, n_undated=12)).split('id="undated"')[1]
    assert "Paper 17 on" in page.split('id="methods"')[0]
    assert "Paper 18 on" not in page.split('id="methods"')[0]


def test_there_is_one_chart_a_kind_or_a_sentence():
    run = made_run(64)
    assert [c["id"] for c in data_of(report_page(run))["charts"]] == [
        "topic-map",
        "share-topic",
        "share-cluster",
    ]
    text = text_of(report_page(run))
    assert "The period 2024 Q3 is partial: the snapshot does not cover it to the end." in text
    without = made_run(64, freq=None)
    assert [c["id"] for c in data_of(report_page(without))["charts"]] == ["topic-map"]
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


# CSV


def test_cells_hold_one_line_of_plain_text(tmp_path):
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-05-27", None, "2024-05-27T10:30"], format="ISO8601"),
            "weight": np.array([0.1, np.nan, 1 / 3], dtype="float32"),
            "share": [0.1, 1 / 3, np.nan],
            "n": [1, 2, 3],
            "ok": [True, False, True],
            "terms": [["a", "b"], [], np.array(["c"])],
            "text": ['two\nlines, "quoted"', None, "plain"],
        }
    )
    write_csv_tables({"t": frame}, tmp_path / "tables")
    assert (tmp_path / "tables" / "t.csv").read_bytes().decode() == (
        "day,weight,share,n,ok,terms,text\n"
        '2024-05-27,0.1,0.1,1,true,a; b,"two lines, ""quoted"""\n'
        ",,0.3333333333333333,2,false,,\n"
        "2024-05-27T10:30:00,0.33333334,,3,true,c,plain\n"
    )


def test_every_table_of_a_run_reads_back(tmp_path):
    run = made_run(64, n_undated=2, texts=HOSTILE)
    names = ("papers", "neighbours", "memberships", "map", "groups", "trends")
    tables = {name: getattr(run, name) for name in names}
    write_csv_tables(tables, tmp_path)
    for name, frame in tables.items():
        raw = (tmp_path / f"{name}.csv").read_bytes()
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8"))))
        assert rows[0] == list(frame.columns)
        assert len(rows) == len(frame) + 1 == raw.count(b"\n")
        assert not re.search(rb"[\x00-\x09\x0b-\x1f]", raw)
    back = pd.read_csv(tmp_path / "trends.csv")
    assert back["share"].tolist() == pytest.approx(run.trends["share"].tolist(), abs=0, nan_ok=True)
    weights = pd.read_csv(tmp_path / "memberships.csv")["weight"].astype("float32")
    assert weights.tolist() == run.memberships["weight"].tolist()
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_csv_tables(tables, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_an_empty_table_is_its_header(tmp_path):
    write_csv_tables({"map": empty("map")}, tmp_path)
    assert (tmp_path / "map.csv").read_text() == "paper_id,x,y,state\n"
