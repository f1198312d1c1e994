"""One page under its content policy: scripts, links, words, hostile texts, every size."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pandas as pd
import pytest

from analysis.base import english as w
from analysis.report import map_page, report_page
from analysis.report.markup import html_link
from analysis.report.page.html import html_page, plotly_js, policy
from hostile import HOSTILE
from page_runs import made_run
from pages_read import Seen, data_of, seen, text_of

SCRIPTS = {map_page: 1, report_page: 2}


SIZES = (0, 1, 2, 3, 5, 8, 14, 15, 50, 59, 60, 61)


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
    assert 'href="https://a.b/?x=1&amp;y=2"' in html_link("t", "https://a.b/?x=1&y=2")
    assert 'rel="noopener noreferrer"' in html_link("t", "https://a.b/")
    for url in ("javascript:alert(1)", "data:text/html,x", "//a.b", "ftp://a.b", None, ""):
        assert "href" not in html_link("t", url)


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
    for tag, name, value in found.attributes:
        if (tag, name) == ("img", "src"):
            assert re.fullmatch(r"data:image/png;base64,[\w+/=]+", value)
        elif name in ("href", "src", "action"):
            begins = value.startswith(("#", "https://", "http://"))
            assert begins or value in ("data:,", "map.html")
    assert len([1 for kind, _ in found.scripts if not kind]) == (
        0 if page_is_list(page) else SCRIPTS[page_of]
    )
    assert "window.pwned = 1" in page


ALLOWED_TAGS = set(
    re.findall(
        r"\w+",
        "html head meta link title style body header div h1 h2 h3 p main noscript aside section ul "
        "ol li button details summary label select option input span script nav a bdi table thead "
        "tbody tr th td small svg circle path dl dt dd footer canvas img sup strong br code",
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
    assert f"holds {w.count(n, 'paper')} from 1 file (papers.csv), a snapshot of" in report
    assert ("A map needs at least 15 papers" in report) == (n < 15)


def test_a_run_without_topics_dates_or_quality_still_has_pages():
    run = made_run(20, topics=(), n_undated=20, freq=None)
    run = replace(run, quality={}, manifest={})
    assert [c["key"] for c in data_of(map_page(run))["colourings"]] == ["topic"]
    report = text_of(report_page(run))
    assert "No paper of this run has a date." in report
    assert "There are no topics in this run." in report
    assert "snapshot of unknown date" in report
    assert "Coherence" not in report
    run = replace(run, quality={"coherence_npmi": None, "diversity": float("nan")})
    assert "Quality" not in text_of(report_page(run))
