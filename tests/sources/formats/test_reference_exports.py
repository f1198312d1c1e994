"""PubMed as XML and as text of abstracts, EndNote as XML and as tagged text."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.papers import read_snapshot

TODAY = date(2026, 11, 30)
DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">'
)
PUBMED = f"""<?xml version="1.0" ?>
{DOCTYPE}
<PubmedArticleSet>
<PubmedArticle><MedlineCitation><PMID Version="1">4711</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2019</Year><Month>Jul</Month><Day>8</Day></PubDate>
</JournalIssue><Title>Journal of Barges</Title></Journal>
<ArticleTitle>Barges on <i>slow</i> canals.</ArticleTitle>
<ELocationID EIdType="doi">10.1000/barge.1</ELocationID>
<Abstract><AbstractText Label="AIMS">We timed <sub>all</sub> barges.</AbstractText>
<AbstractText Label="FINDINGS">They were slow.</AbstractText></Abstract>
<AuthorList><Author><LastName>Poe</LastName><ForeName>Ada</ForeName></Author>
<Author><CollectiveName>The Barge Group</CollectiveName></Author></AuthorList>
<Language>eng</Language></Article></MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>4712</PMID><Article>
<Journal><JournalIssue><PubDate><MedlineDate>2018 Nov-Dec</MedlineDate></PubDate></JournalIssue>
</Journal><ArticleTitle>Locks and weirs</ArticleTitle></Article></MedlineCitation>
</PubmedArticle>
</PubmedArticleSet>"""
ENDNOTE = """<?xml version="1.0" encoding="UTF-8"?><xml><records>
<record><rec-number>3</rec-number><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Poe, Ada</style></author></authors>
</contributors>
<titles><title><style>Barges on </style><style face="italic">slow</style><style> canals</style>
</title><secondary-title>Journal of Barges</secondary-title></titles>
<dates><year>2019</year><pub-dates><date>Jul 8</date></pub-dates></dates>
<electronic-resource-num>https://doi.org/10.1000/barge.1</electronic-resource-num>
<abstract>We timed all barges.</abstract></record>
<record><ref-type name="Book">6</ref-type><titles><title>Locks and weirs</title></titles>
<dates><year>2018</year></dates></record></records></xml>"""
TAGGED = """%0 Journal Article
%T Barges on slow canals
%A Poe, Ada
%J Journal of Barges
%D 2019
%8 8 July
%R 10.1000/barge.1
%X We timed all barges
on two canals.

%0 Book
%T Locks and weirs
%D 2018
"""
ABSTRACTS = """1. J Barges. 2019 Jul 8;12(3):1-12. doi: 10.1000/barge.1. Epub 2019 Jan 5.

Barges on slow
canals.

Poe A(1), Roe B(2)(3).

Author information:
(1)Department of Canals.

AIMS: We timed all barges.
FINDINGS: They were slow.

Copyright 2019 Society of Barges.

DOI: 10.1000/barge.1
PMID: 4711 [Indexed for MEDLINE]

Conflict of interest statement: None.


2. Canals. 2018 Nov-Dec;3(1):5.

Locks and weirs.

Roe B.

PMID: 4712
"""
KINDS = {"pubmed-xml": PUBMED, "endnote-xml": ENDNOTE, "enw": TAGGED, "pubmed-abstract": ABSTRACTS}


@pytest.fixture(params=KINDS)
def read(request, tmp_path: Path):
    path = tmp_path / "export"
    path.write_text(KINDS[request.param], encoding="utf-8")
    return request.param, read_snapshot([path], today=TODAY)


def test_every_record_is_read_with_its_day_and_names(read) -> None:
    kind, snapshot = read
    papers = snapshot.papers.set_index(snapshot.papers["title"].str.rstrip("."))
    assert [each["format"] for each in snapshot.inputs] == [kind]
    assert set(papers.index) == {"Barges on slow canals", "Locks and weirs"}
    first = papers.loc["Barges on slow canals"]
    assert (str(first["published"].date()), first["published_precision"]) == ("2019-07-08", "day")
    assert any("10.1000/barge.1" in alias for alias in first["aliases"])
    assert "We timed all barges" in first["abstract"]
    assert papers.loc["Locks and weirs", "published"].year == 2018
    assert papers["abstract"].isna().tolist().count(True) == 1


def test_structured_abstracts_keep_all_parts_and_nothing_else(tmp_path: Path) -> None:
    for text in (PUBMED, ABSTRACTS):
        path = tmp_path / "export"
        path.write_text(text, encoding="utf-8")
        abstract = read_snapshot([path], today=TODAY).papers["abstract"].dropna().item()
        assert abstract == "AIMS: We timed all barges. FINDINGS: They were slow."


def test_a_document_type_that_declares_something_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    path = tmp_path / "p.xml"
    path.write_text(PUBMED.replace(DOCTYPE, bomb), encoding="utf-8")
    with pytest.raises(InputError, match="declares entities or a document type"):
        read_snapshot([path], today=TODAY)


def test_records_before_a_break_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.xml"
    path.write_text(PUBMED[: PUBMED.index("<PubmedArticle><MedlineCitation><PMID>4712")], "utf-8")
    snapshot = read_snapshot([path], today=TODAY)
    assert len(snapshot.papers) == 1
    assert any("breaks off" in note for note in snapshot.notes)


def test_numbered_lists_are_no_abstracts_of_pubmed(tmp_path: Path) -> None:
    path = tmp_path / "p.txt"
    path.write_text("1. Buy bread in 2019.\n\nMilk.\n\n2. Sleep.\n\nMore.\n", encoding="utf-8")
    with pytest.raises(InputError, match="no papers in it"):
        read_snapshot([path], today=TODAY)
