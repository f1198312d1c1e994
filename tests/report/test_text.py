"""Sentences on a run: hand-worked numbers, every size, and no markup from the input."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

import analysis
from analysis import InputError
from analysis.base.schema import conform
from analysis.report import report_page
from analysis.report import text as reading
from analysis.report.text import (
    describe_changes,
    describe_dates,
    describe_group,
    describe_map,
    describe_newest,
    describe_periods,
    describe_run,
    describe_shares,
    describe_verdicts,
)
from analysis.runs import Run
from hostile import HOSTILE
from page_runs import made_run
from pages_read import text_of

SENTENCES: dict[str, Callable[[Run], str]] = {
    "run": describe_run,
    "map by cluster": describe_map,
    "map by topic": lambda run: describe_map(run, kind="topic"),
    "dates": describe_dates,
    "periods": describe_periods,
    "topic shares": describe_shares,
    "cluster shares": lambda run: describe_shares(run, kind="cluster"),
    "verdicts": describe_verdicts,
    "topic verdicts": lambda run: describe_verdicts(run, kind="topic"),
    "groups": lambda run: "\n\n".join(describe_group(run, i) for i in run.groups["group_id"]),
    "newest": describe_newest,
    "two runs": lambda run: describe_changes(run, replace(run, name="0002-2025-04-17")),
    "small and large": lambda run: describe_changes(made_run(20), run),
    "large and small": lambda run: describe_changes(run, replace(made_run(70), name="0002")),
}
SIZES = (1, 2, 3, 14, 15, 59, 60, 120)


class Tags(HTMLParser):
    """The elements, attributes and characters of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]


def plain(markdown: str) -> str:
    """Return Markdown as a reader sees it, emphasis marks left in."""
    return unescape(re.sub(r"</?span>", "", markdown))


def shares(rows: list[tuple[str, str, int, int, float, float, bool]]) -> pd.DataFrame:
    """Make trends by year: group, year, papers, total, low, high, partial."""
    names = ["group_id", "year", "n_papers", "n_total", "share_low", "share_high", "is_partial"]
    frame = pd.DataFrame(rows, columns=names)
    start = pd.to_datetime(frame["year"] + "-01-01").astype("datetime64[us]")
    return conform(
        frame.assign(
            kind="topic",
            freq="year",
            period=start,
            period_end=start + pd.offsets.YearEnd(0),
            share=frame["n_papers"] / frame["n_total"],
            share_weighted=0.0,
            share_standardised=float("nan"),
            n_low_weight=0,
            phi=1.0,
        ),
        name="trends",
    )


# hand-worked


def test_a_run_in_words():
    run = made_run(80, n_undated=2)
    assert plain(describe_run(run)) == (
        "Run 0001-2025-03-17 holds 80 papers from 1 file (papers.csv), a snapshot of 17 March "
        "2025. The 78 papers with a date were published between 10 January 2023 and 3 December "
        "2024, half of them by 18 December 2023. 2 papers have no date. Of 4 clusters, the largest "
        "are **Cluster 1** (20, 25 %), **Cluster 2** (20, 25 %) and **Cluster 3** (20, 25 %). Of 3 "
        "topics, the largest are **Fine-tuning** (30, 38 %), **Pretraining** (20, 25 %) and "
        "**Multimodal** (20, 25 %). 10 papers are in several topics and 20 papers in no topic. "
        "2 rows of the input were left out: duplicate title (2)."
    )


def test_the_report_and_notebooks_say_the_same():
    run = made_run(80, n_undated=2)
    page = text_of(report_page(run))
    for words in (describe_run(run), describe_periods(run)):
        assert re.sub(r"\*\*(.*?)\*\*", r"“\1”", plain(words)) in page


def test_a_small_run_says_why_it_has_no_clusters_and_no_map():
    run = made_run(9)
    why = "There are 9 papers; clusters are looked for from 60 on."
    assert f"{why} Of 3 topics, the largest are " in plain(describe_run(run))
    assert plain(describe_map(run)) == f"There is no map: 9 papers are too few. {why}"
    assert plain(describe_map(made_run(15))) == why.replace("9", "15")


def test_a_run_of_unknown_date_and_without_abstracts():
    made = made_run(80)
    papers = made.papers.assign(abstract=made.papers["abstract"].where(made.papers.index > 0))
    run = replace(made, papers=papers, manifest={**made.manifest, "snapshot_date": None})
    text = plain(describe_run(run))
    assert "(papers.csv), a snapshot of unknown date." in text
    assert "1 paper has no abstract and is placed by its title alone." in text


def test_a_map_by_cluster():
    # Weights are .4, .5, .6, .7, .8 in turn: 16 of 80 papers lie below one half.
    assert plain(describe_map(made_run(80))) == (
        "Of 4 clusters, the largest are **Cluster 1** (20, 25 %), **Cluster 2** (20, 25 %) and "
        "**Cluster 3** (20, 25 %). 64 papers have at least half of their neighbours in their own "
        "cluster; the other 16 lie between groups and are drawn paler."
    )


def test_a_map_by_topic():
    # Topics 0, 1, 2 by remainder of 4; every eighth paper is in topic 1 too.
    assert plain(describe_map(made_run(80), kind="topic")) == (
        "Of 3 topics, the largest are **Fine-tuning** (30, 38 %), **Pretraining** (20, 25 %) and "
        "**Multimodal** (20, 25 %). 10 papers are in several topics and 20 papers in no topic."
    )


def test_dates():
    # Every ninth day from 10 January 2023; the middle of 5 is the third.
    assert describe_dates(made_run(6, n_undated=1)) == (
        "The 5 papers with a date were published between 10 January 2023 and 15 February 2023, "
        "half of them by 28 January 2023. 1 paper has no date."
    )
    assert describe_dates(made_run(1)) == "One paper has a date: 10 January 2023."
    assert describe_dates(made_run(3, n_undated=3)) == "No paper of this run has a date."


def test_a_group_with_its_papers():
    text = plain(describe_group(made_run(80), "topic-0", n=2))
    assert text == (
        "#### Pretraining\n\n"
        "Topic topic-0, 20 papers (25 % of all). All about pretraining.\n\n"
        "- [Paper 0 on subject 0](<https://arxiv.invalid/abs/2301.00000>) (2023-01-10)\n"
        "- [Paper 4 on subject 4](<https://arxiv.invalid/abs/2301.00004>) (2023-02-15)"
    )
    assert "Terms: wombat and burrow." in describe_group(made_run(80), "c0001")


def test_links_are_http_and_cannot_end_early():
    made = made_run(80)
    urls = ["https://x.invalid/a)b>c `d$e", "https://x.invalid/?a=1&b=(2)\\"] * 40
    run = replace(made, papers=made.papers.assign(url=urls))
    assert "[" not in plain(describe_group(run, "topic-0", n=1))  # a space: no address
    run = replace(made, papers=made.papers.assign(url=urls[1]))
    assert "(<https://x.invalid/?a=1&amp;b=%282%29%5C>)" in describe_group(run, "topic-0", n=1)


def test_groups_are_named_by_their_verdicts_not_by_two_shares():
    rows = [
        ("topic-0", "2020", 4, 20, 0.08, 0.42, False),
        ("topic-0", "2021", 30, 40, 0.60, 0.86, False),
        ("topic-1", "2020", 16, 20, 0.58, 0.92, False),
        ("topic-1", "2021", 4, 40, 0.04, 0.23, False),
        ("topic-2", "2020", 5, 20, 0.11, 0.47, False),
        ("topic-2", "2021", 10, 40, 0.14, 0.40, False),
    ]
    made = made_run(80)
    ways = {"topic-0": "rising", "topic-1": "falling", "topic-2": "unclear"}
    verdicts = made.verdicts.assign(
        direction=made.verdicts["group_id"].map(ways).fillna("too few to say")
    )
    run = replace(made, trends=shares(rows), verdicts=verdicts)
    text = plain(describe_shares(run, n=1))
    assert "- **Fine-tuning**: 16 of 20 papers, 80 % (58–92 %) in 2020; 4 of 40 papers" in text
    assert "10 % (4.0–23 %) in 2021; falling." in text
    assert text.count("\n- ") == 1
    assert "Of 3 topics, Pretraining is rising; Fine-tuning is falling. These verdicts rest" in text
    none = plain(describe_shares(replace(run, verdicts=made.verdicts)))
    assert "Of 3 topics, none is known to rise, to fall or to be flat" in none


def test_shares_skip_partial_periods_and_those_with_few_papers():
    rows = [
        ("topic-0", "2019", 3, 14, 0.08, 0.48, False),
        ("topic-0", "2020", 5, 15, 0.15, 0.58, False),
        ("topic-0", "2021", 9, 30, 0.17, 0.48, False),
        ("topic-0", "2022", 9, 30, 0.17, 0.48, True),
    ]
    text = plain(describe_shares(replace(made_run(80), trends=shares(rows))))
    assert "33 % (15–58 %) in 2020; 9 of 30 papers, 30 % (17–48 %) in 2021; " in text
    assert "Of one topic, none is known to rise, to fall or to be flat" in text
    few = plain(describe_shares(replace(made_run(80), trends=shares(rows[:2] + rows[3:]))))
    assert few == (
        "Fewer than two full periods have 15 papers or more, which is too few to compare the "
        "shares of topics."
    )


def test_periods_name_what_is_not_whole():
    assert plain(describe_periods(made_run(80))) == (
        "Quarters, the finest with 20 papers in the median period. The snapshot does not cover "
        "2024 Q4 to the end: this partial period rests on fewer papers, and the share may still "
        "change."
    )
    assert "partial" not in describe_periods(made_run(80, freq=None))


# any run


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", SENTENCES)
def test_every_size_gives_whole_sentences(name, n):
    for run in (made_run(n), made_run(n, n_undated=n, freq=None)):
        text = SENTENCES[name](run)
        assert text
        assert not re.search(r"\bnan\b|\bNone\b|NaT|  ", text)


@pytest.mark.parametrize("n", [14, 30, 80])
@pytest.mark.parametrize("name", SENTENCES)
def test_hostile_text_stays_text(name, n):
    page = Tags()
    page.feed(markdown2html_mistune(SENTENCES[name](made_run(n, texts=HOSTILE))))
    assert page.tags <= {"p", "strong", "em", "ul", "li", "h4", "a", "span"}
    assert page.attributes <= {"href", "id", "class"}
    assert all(link.startswith(("http://", "https://", "#")) for link in page.links)


@pytest.mark.parametrize("name", SENTENCES)
def test_the_bundled_run_reads_well(name, bundled):
    text = SENTENCES[name](bundled)
    assert "177" in text or name not in ("run", "dates", "two runs")
    assert not re.search(r"\bnan\b|\bNone\b|NaT|  ", text)


@pytest.mark.parametrize("sentence_on", [describe_map, describe_shares, describe_verdicts])
def test_an_unknown_kind_is_refused(sentence_on):
    with pytest.raises(InputError) as caught:
        sentence_on(made_run(80), kind="year")
    assert str(caught.value) == (
        "Found: kind='year'\nAllowed: cluster or topic\nNext: choose one of the two"
    )


def test_an_unknown_group_is_refused():
    with pytest.raises(InputError, match="no group 'c9' in run"):
        describe_group(made_run(80), "c9")


def test_runs_are_left_as_they_were():
    run = made_run(80, n_undated=2)
    before = {name: getattr(run, name).copy() for name in ("papers", "groups", "trends")}
    for said in SENTENCES.values():
        said(run)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(run, name), frame)


@pytest.mark.parametrize("name", reading.__all__)
def test_public_functions_are_exported_and_take_settings_by_keyword(name):
    assert getattr(analysis, name) is getattr(reading, name)
    parameters = list(inspect.signature(getattr(analysis, name)).parameters.values())
    assert parameters[0].name == ("old" if name == "describe_changes" else "run")
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters if p.default is not p.empty)
