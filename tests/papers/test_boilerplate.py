"""What abstracts hold besides the paper: left out of the analysis, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cli.main import cli
from analysis.papers.boilerplate import (
    analysed_abstracts,
    analysed_papers,
    find_boilerplate,
    is_placeholder,
    missing_abstracts,
)
from analysis.papers.boilerplate.repeated import repeated_sentences
from analysis.papers.snapshot import Snapshot, read_snapshot

TODAY = date(2026, 1, 1)
BODY = "Deep sowing raised barley yields in dry years."
MORE = "We dug trenches."

LINES = (
    """
© 2021 Elsevier Ltd. All rights reserved.
Copyright © 2011 John Wiley & Sons, Ltd.
(C) 2013 Elsevier B.V. All rights reserved.
© 2018 The Author(s). Published by Oxford University Press on behalf of the Tide Society.
This article is protected by copyright. All rights reserved.
This is an open-access article distributed under the terms of the Creative Commons Attribution \
License, which permits unrestricted use, distribution, and reproduction in any medium, provided \
the original author and source are credited.
© 2020 by the authors. Licensee MDPI, Basel, Switzerland.
© 2022, The Author(s), under exclusive licence to Springer Nature B.V.
2022 IEEE.
Copyright 2004, Elsevier Science (USA).
Crown Copyright © 2010 Published by Elsevier Inc. All rights reserved.
© Georg Thieme Verlag KG Stuttgart · New York.
Copyright © 2015 S. Karger AG, Basel.
© 2019 Informa UK Limited, trading as Taylor & Francis Group.
Published by Elsevier Inc.
This work is licensed under a Creative Commons Attribution-NonCommercial 4.0 International License.
This is an open access article under the CC BY-NC-ND license \
(http://creativecommons.org/licenses/by-nc-nd/4.0/).
(PsycInfo Database Record (c) 2020 APA, all rights reserved).
Published under licence by IOP Publishing Ltd.
Content from this work may be used under the terms of the CC BY 4.0 licence.
Please use the Get access link above for information on how to access this content.
Reproduced by permission of the publisher.
Copyright of Tide Journal is the property of Sage and its content may not be copied or emailed to \
multiple sites without the copyright holder's express written permission.
Copyright 2008 by the authors; licensee BioMed Central Ltd.
Alle Rechte vorbehalten.
Supplementary data are available at Tides online.
""".replace("\\\n", "")
    .strip()
    .split("\n")
)


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_left_out_wherever_it_stands(line: str) -> None:
    texts = [f"{BODY} {line}", f"{line} {BODY}", f"{BODY} {line} {MORE}", line]
    assert analysed_abstracts(texts) == [BODY, BODY, f"{BODY} {MORE}", None]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{BODY} (c) 2009 Wiley Periodicals, Inc. J Tides 2009;91:1-9.", BODY),
        (f"{BODY[:-1]} (C) 2013 Elsevier B.V. All rights reserved.", BODY[:-1]),
        (f"© 2020 IEEE {MORE}", MORE),
        (f"International audience{BODY}", BODY),
        (f"{BODY} Contains fulltext : 98765.pdf (publisher's version ) (Open Access)", BODY),
        (f"{BODY} info:eu-repo/semantics/publishedVersion", BODY),
        (f"{BODY} Peer reviewed", BODY),
        (f"Abstract © 2011 IEEE. {BODY}", BODY),
    ],
)
def test_lines_that_run_into_the_text(text: str, left: str) -> None:
    assert analysed_abstracts([text]) == [left]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("BACKGROUND: Tides rise. METHODS: Gauges ran.", "Tides rise. Gauges ran."),
        ("OBJECTIVE —To see. RESULTS—It rose.", "To see. It rose."),
        ("Background.-Tides rise. Methods.-Gauges ran.", "Tides rise. Gauges ran."),
        ("DATA COLLECTION AND ANALYSIS: Two read all.", "Two read all."),
        ("Main outcome measures: height. It rose.Conclusions:High.", "height. It rose. High."),
        ("[Purpose] Tides rise. [Methods] Look. [Results] It rose.", "Tides rise. Look. It rose."),
        ("DESIGN Randomised trial. MAIN OUTCOME MEASURES Height.", "Randomised trial. Height."),
        ("Background Tides rise. Methods We ran gauges.", "Tides rise. We ran gauges."),
        ("Design/methodology/approach - Gauges ran. Originality/value - It is new.",
         "Gauges ran. It is new."),
        ("PATIENTS AND METHODS: Ten took part.", "Ten took part."),
        ("Abstract: Tides rise.", "Tides rise."),
        ("ABSTRACT The tide rises.", "The tide rises."),
        ("Summary We ran gauges.", "We ran gauges."),
        ("Abstract. Background: Tides rise.", "Tides rise."),
        ("Methods. Gauges ran. Results. It rose.", "Gauges ran. It rose."),
        ("AUTHORS' CONCLUSIONS: High.", "High."),
    ],
)  # fmt: skip
def test_headings_are_left_out(text: str, left: str) -> None:
    assert analysed_abstracts([text]) == [left]


KEPT = """
Copyright law shapes how museums digitise their collections. We compare courts.
Papers under a CC BY license are cited more often than closed ones. The effect is small.
We study open access publishing in chemistry journals between 2010 and 2020. Fees rose.
The IEEE 802.11 standard defines medium access control. We model delays.
Elsevier journals charge authors more. We regress fees on impact.
In 2019 Springer and the German consortium agreed on terms. We analyse the deal.
Its rules are in the Clinical Guidelines for Stroke published by the Royal College of Physicians.
Results suggest that tides matter. Methods differ by port. Conclusions drawn from polls mislead.
Abstract Meaning Representation (AMR) is a graph formalism. Abstract Syntax Trees are too.
Abstract meaning is vague. Summary statistics mislead.
The full text of this corpus is available in six languages. We align it.
All animals were treated under a licence from the Home Office. Mice recovered.
Click fraud harms advertisers. Click here to buy is a common phrase in spam.
The right to copy: (c) the third argument is weak. Then we rest.
Supplementary feeding is common in calves. It raises growth.
Permission to reuse water in farms is rarely granted. We ask why.
Peer review is slow. National audience figures fell.
BERT: a model of words. GPT: another. NASA: Mars rovers drive.
RESULTS SHOW THAT TIDES RISE. METHODS DIFFER.
Our contributions are: a gauge and a tide table.
We ask one question: who pays? The answer: ships do.
""".strip().split("\n")


MORE_LINES = """
© 2021 The Authors. Tide Journal published by John Wiley & Sons Ltd on behalf of the Tide Society.
The online version contains supplementary material available at 10.1007/s00000-021-0000-0.
Supplemental digital content is available in the text.
To view this article, please visit the publisher.
Get full access to this article. View full text. Download PDF.
This article is part of the special issue "Soils".
ClinicalTrials.gov Identifier: NCT00000000.
Este es un artículo Open Access bajo la licencia CC BY-NC-ND.
Cet article est publié en open access sous licence CC BY.
Diese Arbeit ist unter CC BY lizenziert.
© 2019 Los Autores. Publicado por Elsevier España.
""".strip().split("\n")


@pytest.mark.parametrize("line", MORE_LINES)
def test_lines_of_other_places_and_languages_go(line: str) -> None:
    assert analysed_abstracts([f"{BODY} {MORE} {line}"]) == [f"{BODY} {MORE}"]


@pytest.mark.parametrize(
    "heading",
    """Objetivo:|Métodos:|Ergebnisse.|MATERIAL UND METHODEN:|Schlussfolgerung –|Contexte :|目的：
【方法】|[结果]|Purpose ?|Key Points:|Plain Language Summary:|Theoretical framework:
What is already known about this topic?""".replace("\n", "|").split("|"),
)
def test_headings_of_other_languages_and_forms_go(heading: str) -> None:
    assert analysed_abstracts([f"{heading} {BODY} {MORE}"]) == [f"{BODY} {MORE}"]
    assert analysed_abstracts([f"{MORE} {heading} {BODY}"]) == [f"{MORE} {BODY}"]


@pytest.mark.parametrize(
    "text",
    [
        "The special issue of rents is raised. Rents rose.",
        "Access to clean water is an issue of this section of the coast.",
        "Ziele der Arbeit wurden geprüft: Fische, Muscheln und Tang.",
        "方法论研究海带。结果表明海带生长。",
    ],
)
def test_sentences_with_words_of_lines_and_headings_are_kept(text: str) -> None:
    assert analysed_abstracts([text])[0] is text


@pytest.mark.parametrize("text", KEPT)
def test_what_papers_are_about_is_kept(text: str) -> None:
    assert analysed_abstracts([text])[0] is text


PLACEHOLDERS = """N/A|n.a.|NA|-|--|…|None|null|no abstract|[No abstract]|[No abstract available]
No abstract is available for this article.|Abstract not available|Abstract unavailable.
An abstract is not available for this item|There is no abstract available for this paper.
Publisher: Abstract available from the publisher.|The abstract of this article is not available.
This record has no abstract|Abstract missing|No abstract was provided by the authors.
Abstract withheld|Abstract to follow.|Summary not available.|See PDF for abstract|See full text
Full text available|First page preview|Kein Abstract verfügbar|Pas de résumé disponible.
Sin resumen|Resumen no disponible|摘要|无摘要|info:eu-repo/semantics/article|International audience
Contains fulltext : 12.pdf|Peer reviewed|Click to increase image size|© 2020 Elsevier Ltd.
Abstract:|Not available.|(no abstract)|<No abstract>|Background: Methods: Results:|Summary
Access to the full text of this article is restricted|This article does not have an abstract.
&NA;|[Figure: see text].|RETRACTED ARTICLE|Voir le résumé dans le PDF|This item is not available
The abstract of this article can be found on the publisher's page"""


@pytest.mark.parametrize("text", PLACEHOLDERS.replace("\n", "|").split("|"))
def test_placeholders_are_missing_abstracts(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        *("No difference was found.", "A title that is a number.", "Not all birds sing."),
        *("No abstract reasoning was seen in crows.", "Abstract art sells.", "Data are available."),
        *("The record is missing pages 3 to 9 of the chronicle.", "Access to water is restricted."),
        "Recommendations guiding physicians in biomedical research involving human subjects.",
    ],
)
def test_short_abstracts_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


# repetition


def returning(n: int, *, text: str) -> tuple[list[str], list[str | None]]:
    """100 papers on tides at places of different names; the first `n` end with `text`."""
    names = [f"{chr(97 + i // 10)}{chr(107 + i % 10)}port" for i in range(100)]
    body = "Gauges at {} ran. Sea level rose near {}."
    abstracts: list[str | None] = [
        body.format(name, name) + (f" {text}" if row < n else "") for row, name in enumerate(names)
    ]
    return [f"Tides of {name}" for name in names], abstracts


def test_a_sentence_that_returns_and_carries_no_subject_is_left_out() -> None:
    titles, abstracts = returning(5, text="Volume 12 of the Harbour Notes series.")
    found, analysed = find_boilerplate(titles, abstracts, placeholders=0)
    assert found.repeated == ("volume 0 of the harbour notes series.",)
    assert (found.lines, found.headings) == (5, 0)
    assert analysed == returning(0, text="")[1]
    assert analysed_abstracts(abstracts, repeated=found.repeated) == analysed


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (4, "Volume 12 of the Harbour Notes series."),  # too few
        (50, "Sea walls are needed."),  # its words stand elsewhere
        (50, "Tides matter."),  # … in titles
    ],
)
def test_other_sentences_that_return_are_kept(n: int, text: str) -> None:
    titles, abstracts = returning(n, text=text)
    found, analysed = find_boilerplate(titles, abstracts, placeholders=0)
    assert found.repeated == ()
    assert analysed == abstracts


@pytest.mark.parametrize(("n", "found"), [(999, 1), (1001, 0)])
def test_one_record_in_a_hundred_must_have_a_sentence(n: int, found: int) -> None:
    # 10 of 999 and of 1,001 records
    names = [f"{chr(97 + i // 100)}{chr(97 + i // 10 % 10)}{chr(97 + i % 10)}" for i in range(n)]
    texts = [f"Gauge {name} rose." + " Harbour Notes." * (i < 10) for i, name in enumerate(names)]
    assert len(repeated_sentences(["A title"] * n, texts)) == found


def test_an_abstract_of_five_papers_that_says_nothing_of_their_titles_is_missing() -> None:
    titles = [*(f"Tides of {name}port" for name in "abcdef"), "Sea walls"]
    abstracts: list[str | None] = ["Harbour Notes, special issue."] * 6 + [None]
    assert missing_abstracts(titles, abstracts) == [True] * 6 + [False]
    assert missing_abstracts(titles[:4], abstracts[:4]) == [False] * 4
    about: list[str | None] = ["Tides at ports."] * 6
    assert missing_abstracts(titles[:6], about) == [False] * 6


# laws

PIECES = [
    *LINES,
    *KEPT,
    *PLACEHOLDERS.split("\n"),
    BODY,
    MORE,
    "METHODS:",
    "Results",
    "©",
    "Abstract",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=8).map(" ".join)


@settings(max_examples=150)
@given(TEXTS)
def test_nothing_is_left_to_leave_out_and_no_word_is_new(text: str) -> None:
    text = " ".join(text.split())
    (left,) = analysed_abstracts([text])
    if left is None:
        return
    assert analysed_abstracts([left])[0] is left
    words = iter(text)
    assert all(any(letter == other for other in words) for letter in left if letter != " ")


@settings(max_examples=100)
@given(st.lists(st.sampled_from([BODY, MORE, *KEPT]), min_size=1, max_size=6).map(" ".join))
def test_a_text_without_boilerplate_is_returned_itself(text: str) -> None:
    assert analysed_abstracts([text])[0] is text


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30])
def test_any_number_of_papers(n: int) -> None:
    papers = pd.DataFrame({"abstract": pd.Series([f"{BODY} © 2020 IEEE."] * n, dtype="str")})
    before = papers.copy()
    assert analysed_papers(papers)["abstract"].tolist() == [BODY] * n
    pd.testing.assert_frame_equal(papers, before)


HOSTILE = (
    *("(", "© ", "METHODS", "METHODS: ", "A.", "Copyright ", ". ", "under a ", "(c) 2", "[A", "!"),
    *("open access ", "BACKGROUND AND ", "info:eu-repo/", " ", "Results ", '"”) '),
)


@pytest.mark.timeout(120)  # hours if it grew with the square
@pytest.mark.parametrize("unit", HOSTILE)
def test_long_hostile_texts_are_read_to_their_end(unit: str) -> None:
    text = "© copyright published licensee " + unit * (400_000 // len(unit))
    (left,) = analysed_abstracts([text])
    assert left is None or set(left.split()) <= set(text.split())
    assert missing_abstracts(["A title"], [text]) == [False]
    _, analysed = find_boilerplate(["A title"], [text], placeholders=0)
    assert analysed == [left]


# snapshots


def snap(folder: Path, records: Sequence[Mapping[str, object]]) -> Snapshot:
    path = folder / "p.json"
    path.write_text(json.dumps(list(records)), encoding="utf-8")
    return read_snapshot([path], today=TODAY)


def test_a_snapshot_counts_what_is_not_analysed_and_stores_abstracts_whole(tmp_path: Path) -> None:
    abstracts = [
        f"{BODY} © 2020 IEEE.",
        f"METHODS: {MORE} © 2020 IEEE.",
        "N/A",
        "[No abstract]",
        None,
    ]
    records = [{"title": f"Tides at {i} ports", "abstract": a} for i, a in enumerate(abstracts)]
    snapshot = snap(tmp_path, records)
    stored = snapshot.papers.set_index("title")["abstract"]
    assert stored["Tides at 0 ports"] == abstracts[0]
    assert stored["Tides at 1 ports"] == abstracts[1]
    assert stored.isna().sum() == 3
    assert "analysed" not in snapshot.papers
    assert snapshot.boilerplate.entry == {
        "placeholders": 2,
        "lines": 2,
        "headings": 1,
        "repeated": [],
    }
    assert snapshot.notes == [
        "2 abstracts are placeholders and count as missing (“No abstract available”)",
        "3 papers have no abstract; they are placed by title",
    ]


def test_the_account_of_a_snapshot_says_what_is_not_analysed(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"title,abstract\nTides,METHODS: {MORE} © 2020 IEEE.\nWaves,{BODY}\n", "utf-8")
    said = CliRunner().invoke(cli, ["snapshot", str(path)])
    assert (
        "Stored, but not analysed: lines of publishers, licences or repositories in 1 abstract, "
        "headings in 1 abstract." in " ".join(said.stdout.split())
    )
    content = json.loads(CliRunner().invoke(cli, ["snapshot", "--json", str(path)]).stdout)
    assert content["boilerplate"]["lines"] == 1
    path.write_text(f"title,abstract\nWaves,{BODY}\n", "utf-8")
    assert "not analysed" not in CliRunner().invoke(cli, ["snapshot", str(path)]).stdout


def test_records_that_differ_in_a_line_alone_are_one_paper(tmp_path: Path) -> None:
    short = "Gauges ran."
    records = [
        {"title": "Tides", "abstract": short, "id": "a"},
        {
            "title": "Tides",
            "abstract": f"{short} © 2020 Elsevier Ltd. All rights reserved.",
            "id": "b",
        },
    ]
    snapshot = snap(tmp_path, records)
    assert len(snapshot.papers) == 1
    assert snapshot.papers["abstract"].tolist() == [short]


def test_of_two_records_the_longer_abstract_counts_without_its_lines(tmp_path: Path) -> None:
    texts = ["Gauges ran far out.", "Gauges ran. © 2020 Elsevier Ltd. All rights reserved."]
    snapshot = snap(tmp_path, [{"title": "Tides", "abstract": text} for text in texts])
    assert snapshot.papers["abstract"].tolist() == texts[:1]


@pytest.mark.parametrize("end", [".(ABSTRACT", ". (ABSTRACT", ", of whom (ABSTRACT"])
def test_the_note_of_medline_on_cut_abstracts_is_no_text(end):
    begin = end.split("(", maxsplit=1)[0].rstrip()
    text = f"Drugs helped twelve patients{end} TRUNCATED AT 250 WORDS)"
    assert analysed_abstracts([text]) == [f"Drugs helped twelve patients{begin}"]
    kept = "The abstract truncated norm of words is studied."
    assert analysed_abstracts([kept]) == [kept]
