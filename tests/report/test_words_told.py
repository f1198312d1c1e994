"""Words in report, brief, map, workbook, `show`, and `papertide topics add`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from analysis.base.schema import conform
from analysis.clusters.labels import words
from analysis.report import map_page, report_page
from analysis.report.findings import selection
from analysis.report.findings.brief import brief
from analysis.report.findings.facts import Facts
from analysis.report.findings.receipts import plain_text
from analysis.report.findings.words import (
    WORDS_RULE,
    moved_words,
    word_findings,
    word_searches,
    words_counted,
)
from analysis.report.workbook import save_workbook
from analysis.runs import Run
from told_words import RISES, papers_with_words, run_with_words


@pytest.fixture(scope="module")
def run() -> Run:
    return run_with_words()


def test_the_rule_in_words_has_the_numbers_of_the_code():
    assert f"at least {words.LEAST_PAPERS} dated" in WORDS_RULE
    assert words.TITLE_SHARE == 0.1
    assert "a tenth of them have it in the title" in WORDS_RULE
    assert words.CARRIED == 2 / 3
    assert "F1 of at least two thirds" in WORDS_RULE
    assert f"{selection.SAME_PAPERS:.0%}".replace("%", " %") in WORDS_RULE


def test_a_word_that_rose_is_told_with_counted_numbers(run):
    findings = word_findings(Facts(run))
    said = papers_with_words()
    last = said[said["day"].dt.strftime("%Y-%m") == "2025-07"]
    n = (last["about"] == RISES).sum()
    text = plain_text(findings[0].parts)
    assert text.startswith("“Kelp harvests” (word) rose from ")
    assert f"{n} of {len(last)} papers in July 2025" in text
    assert plain_text(words_counted(Facts(run))).endswith(" 1 rose and 0 fell.")


def test_a_word_that_goes_with_a_group_is_not_told(run):
    facts = Facts(run)
    papers = run.words.set_index("word_id").at["kelp-harvest", "paper_ids"]
    verdicts = run.verdicts.assign(
        direction=run.verdicts["direction"].mask(run.verdicts["group_id"] == "late", "rising")
    )
    moving = Facts(_with(run, verdicts=verdicts))
    for part, told in ((0.5, 1), (0.61, 0)):
        moving.paper_sets["topic", "late"] = frozenset(papers[: int(part * len(papers) + 1)])
        assert len(moved_words(moving)) == told
    assert len(moved_words(facts)) == 1


def test_the_pages_tell_words(run):
    page = report_page(run)
    section = page[page.index('<h2 id="words">') :].split("</section>")[0]
    assert "Kelp harvests" in section
    assert "papertide topics add" in section
    assert "Phrases that no group carries: **Kelp harvests** (word)" in brief(run)
    assert 'data-query="&#34;kelp harvest&#34;"' in map_page(_with_map(run))


def test_runs_without_words_have_no_section(run):
    lacking = _with(
        run,
        words=run.words.head(0),
        verdicts=run.verdicts[run.verdicts["kind"] != "word"],
        trends=run.trends[run.trends["kind"] != "word"],
    )
    assert '<h2 id="words">' not in report_page(lacking)
    assert "Phrases that no group" not in brief(lacking)
    assert "data-query=" not in map_page(_with_map(lacking)).split("<script")[0]


def test_hostile_words_are_escaped(run):
    label = "<img src=x onerror=alert(1)>\"'"
    table = run.words.assign(label=label, forms=[[label]] * len(run.words))
    hostile = _with(run, words=table)
    assert "<img src=x" not in report_page(hostile).split("<script")[0]
    assert "<img" not in brief(hostile)
    assert "<img src=x" not in map_page(_with_map(hostile)).split("<script")[0]


def test_searches_begin_as_all_forms_do(run):
    assert word_searches(Facts(run), most=5) == [
        {"label": "Kelp harvests", "direction": "rising", "query": '"kelp harvest"'}
    ]


def test_the_workbook_lists_words(run, tmp_path: Path):
    book = openpyxl.load_workbook(save_workbook(run, tmp_path / "book.xlsx"))
    rows = list(book["words"].values)
    assert rows[0][:5] == ("word", "word_id", "forms", "papers", "verdict")
    assert rows[1][:2] == ("Kelp harvests", "kelp-harvest")
    assert rows[1][4] == "rising"
    assert not any("kelp-harvest" in row for row in book["verdicts"].values)


def _with(run: Run, **tables: object) -> Run:
    return replace(run, **tables)


def _with_map(run: Run) -> Run:
    places = np.arange(len(run.papers), dtype="float32")
    table = {"paper_id": run.papers["paper_id"], "x": places, "y": places % 7, "state": "new"}
    return _with(run, map=conform(pd.DataFrame(table), name="map"))


def test_no_number_is_in_plain_words(run):
    for finding in word_findings(Facts(run)):
        assert not [part for part in finding.parts if type(part) is str and re.search(r"\d", part)]
