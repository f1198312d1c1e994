"""Answers of catalogues: their records found in the response, with dates, ids and abstracts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.papers.snapshot import read_snapshot
from analysis.sources.formats.services.publishers import date_text

CROSSREF = {"status": "ok", "message": {"facets": {}, "items": [
    {"DOI": "10.5555/a", "title": ["Kelp in the north"], "abstract": "<jats:p>On kelp.</jats:p>",
     "issued": {"date-parts": [[None]]}, "published-online": {"date-parts": [[2019, 11]]},
     "author": [{"given": "A.", "family": "Doe"}], "container-title": ["Kelp"]}]}}  # fmt: skip
CROSSREF_ONE = {"message-type": "work", "message": CROSSREF["message"]["items"][0]}
CSL = [
    {"id": "ITEM-1", "type": "thesis", "title": "Kelp in the south", "abstract": "On kelp.",
     "issued": {"literal": "August 2018"}, "author": [{"literal": "Kelp Group"}]},
    {"id": "ITEM-2", "type": "book", "title": "Kelp in the east",
     "issued": {"date-parts": [["2017"]], "season": "2"}},
    {"id": "ITEM-3", "type": "article", "title": "Kelp in the west", "container-title": "K"},
]  # fmt: skip
OPENREVIEW_1 = {"notes": [{"id": "x1", "forum": "x1", "cdate": 1500000000000, "content": {
    "title": "Kelp nets", "abstract": "On kelp nets.", "authors": ["A Doe"]}}]}  # fmt: skip
OPENREVIEW_2 = {"notes": [{"id": "x2", "cdate": 1500000000000, "pdate": 1600000000000,
    "content": {"title": {"value": "Kelp nets"},
                "abstract": {"value": "On kelp nets."}}}]}  # fmt: skip
ADS = {"response": {"numFound": 1, "docs": [
    {"bibcode": "2020K", "title": ["Kelp on Mars"], "abstract": "None found.", "pubdate":
     "2020-03-00", "identifier": ["arXiv:2003.01234"], "doi": ["10.5555/m"]}]}}  # fmt: skip
EUROPE = {"hitCount": 1, "request": {"sort": ""}, "resultList": {"result": [
    {"id": "31", "source": "MED", "pmid": "31", "title": "Kelp diet", "abstractText": "On diet.",
     "firstPublicationDate": "2016-07-08", "authorString": "Doe A."}]}}  # fmt: skip
DBLP = {"result": {"completions": {"c": [{"@sc": "1", "text": "kelp"}]}, "hits": {"hit": [
    {"@score": "2", "info": {"title": "Kelp graphs.", "year": "2014", "venue": "KELP",
     "authors": {"author": {"text": "A Doe"}}}}]}}}  # fmt: skip
CORE = {"totalHits": 1, "results": [
    {"id": 7, "title": "Kelp theses", "abstract": "On theses.", "publishedDate":
     "2012-01-01T00:00:00", "yearPublished": 2012, "downloadUrl": "https://core.ac.uk/7.pdf",
     "authors": [{"name": "Doe, A"}]}]}  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "source", "title", "abstract", "day"),
    [
        (CROSSREF, "crossref", "Kelp in the north", "On kelp.", "2019-11"),
        (CROSSREF_ONE, "crossref", "Kelp in the north", "On kelp.", "2019-11"),
        (CSL[:1], "csl-json", "Kelp in the south", "On kelp.", "2018-08"),
        (CSL[1:2], "csl-json", "Kelp in the east", None, "2017"),
        (CSL[2:], "csl-json", "Kelp in the west", None, ""),
        (OPENREVIEW_1, "openreview", "Kelp nets", "On kelp nets.", "2017-07-14"),
        (OPENREVIEW_2, "openreview", "Kelp nets", "On kelp nets.", "2020-09-13"),
        (ADS, "ads", "Kelp on Mars", "None found.", "2020-03"),
        (EUROPE, "europe-pmc", "Kelp diet", "On diet.", "2016-07-08"),
        (DBLP, "dblp", "Kelp graphs.", None, "2014"),
        (CORE, "core", "Kelp theses", "On theses.", "2012"),
    ],
)
@pytest.mark.parametrize("as_lines", [False, True])
def test_an_answer_is_read(
    answer: Any,
    source: str,
    title: str,
    abstract: str | None,
    day: str,
    as_lines: bool,
    tmp_path: Path,
) -> None:
    path = tmp_path / "answer.json"
    documents = answer if isinstance(answer, list) else [answer]
    text = "\n".join(json.dumps(one) for one in [*documents, *documents])
    path.write_text(text if as_lines else json.dumps(answer))
    read = read_snapshot([path], today=date(2026, 1, 1))
    assert len(read.papers) == 1
    paper = read.papers.iloc[0]
    assert (paper["source"], paper["title"]) == (source, title)
    assert (paper["abstract"] if abstract else None) == abstract
    digits = {"day": 10, "month": 7, "year": 4}.get(paper["published_precision"], 0)
    assert (str(paper["published"])[:digits] if digits else "") == day


def test_the_arxiv_id_of_an_ads_record_is_the_papers(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(ADS))
    papers = read_snapshot([tmp_path / "a.json"], today=date(2026, 1, 1)).papers
    assert papers["paper_id"].tolist() == ["2003.01234"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"date-parts": [["2021", 3, 9]]}, "2021-03-09"),
        ({"date-parts": [[2021, 3], [2021, 4]]}, "2021-03"),
        ({"date-parts": [2021, 12]}, "2021-12"),
        ({"date-parts": [[2021, 21]]}, "2021"),
        ({"date-parts": [[None]]}, None),
        ({"date-parts": [["in press"]]}, None),
        ({"date-parts": [[2021, "x", 4]]}, "2021"),
        ({"date-parts": "2021"}, None),
        ({"raw": "2020-03/2020-04"}, "2020-03"),
        ({"raw": "2020-03-05"}, "2020-03-05"),
        ({"literal": "Spring 2020"}, "Spring 2020"),
        ({"year": 2019, "month": 2}, "2019-02"),
        ({}, None),
        ("2020-01-02", "2020-01-02"),
        ([], None),
    ],
)
def test_dates_of_csl(value: object, text: str | None) -> None:
    assert date_text(value) == text


def test_a_plain_record_with_a_type_keeps_its_own_date(tmp_path: Path) -> None:
    record = {"title": "Kelp", "abstract": "On kelp.", "type": "article", "date": "2020-05"}
    (tmp_path / "a.json").write_text(json.dumps([record]))
    read = read_snapshot([tmp_path / "a.json"], today=date(2026, 1, 1))
    assert read.papers["published"].notna().all()
    assert read.inputs[0]["format"] == "json"
