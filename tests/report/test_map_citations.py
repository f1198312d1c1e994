"""Citations copied from the map, read back by the package's own readers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.base.escaping import clean
from analysis.report import map_page
from analysis.report.page.map_data import CITED
from analysis.sources.formats import Content
from analysis.sources.formats.bibtex import read_bibtex
from analysis.sources.formats.tagged import read_ris
from hostile import HOSTILE
from map_pages import map_data
from page_runs import made_run
from scripts import evaluated, needs_node

PAPER = {
    "id": "2301.00001",
    "title": "On 100 % of wombats & their #1 burrows, n_1",
    "authors": ["Lovelace, Ada", "Müller, Käthe"],
    "venue": "Proc. of A & B",
    "doi": "10.1/a_b",
    "year": "2023",
    "month": "04",
    "day": "05",
    "url": "https://arxiv.org/abs/2301.00001",
}


def listed(format: str, papers: list[dict[str, Any]]) -> str:
    return evaluated("map/cite.js", f"argument.map(module.{format}).join('\\n')", papers)


def content(text: str) -> Content:
    return Content(text.encode(), text, shown="p")


@needs_node
@pytest.mark.parametrize(("format", "read"), [("bibtex", read_bibtex), ("ris", read_ris)])
def test_a_citation_is_read_back(format, read):
    (row,) = read(content(listed(format, [PAPER]))).frame.to_dict("records")
    assert row["title"] == PAPER["title"]
    assert row["authors"] == "Lovelace, Ada; Müller, Käthe"
    assert row["venue"] == PAPER["venue"]
    assert row["published"] == {"bibtex": "apr 2023", "ris": "2023/04/05"}[format]
    assert row["url"] == PAPER["url"]


@needs_node
@pytest.mark.parametrize(("format", "read"), [("bibtex", read_bibtex), ("ris", read_ris)])
def test_hostile_titles_are_one_entry_each(format, read):
    texts = [clean(text) for text in HOSTILE]
    papers = [
        {**PAPER, "id": f"2301.{i:05d}", "title": text, "venue": text, "authors": [text]}
        for i, text in enumerate(texts)
    ]
    rows = read(content(listed(format, papers)))
    assert not rows.dropped
    assert len(rows.frame) == len(texts)
    assert list(rows.frame["url"]) == [PAPER["url"]] * len(texts)


@needs_node
def test_markdown_names_authors_year_and_link():
    bare = {
        **PAPER,
        "authors": [],
        "venue": "",
        "url": "",
        "year": "",
        "title": "[x](javascript:y)",
    }
    many = {**PAPER, "authors": list("abcde"), "title": "T", "url": "https://a.invalid/x(1) y"}
    assert listed("markdown", [many, bare]).split("\n") == [
        r"- a, b, c and 2 more (2023): [T](https://a.invalid/x%281%29%20y). *Proc. of A \& B*",
        "",
        r"- \[x\]\(javascript:y\)",
        "",
    ]
    first = listed("markdown", [{**PAPER, "authors": [], "venue": "", "title": "T"}])
    assert first == "- [T](https://arxiv.org/abs/2301.00001) (2023)\n"


def test_the_page_holds_the_columns_that_citations_name():
    run = made_run(64)
    plain = map_data(map_page(run))
    assert plain.meta["cited"] == []
    people = [f"Author {i}" for i in range(64)]
    run = replace(run, papers=run.papers.assign(authors=people, venue=["A", "B"] * 32))
    page = map_data(map_page(run))
    assert page.meta["cited"] == ["authors"]  # the venues are among the values
    assert set(CITED) == {"authors", "venue", "doi"}
