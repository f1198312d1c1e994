"""Quirks of real files: line ends, marks, encodings, files put together, headers, empty ones."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import read_snapshot

TODAY = date(2026, 1, 1)
MARK = "\ufeff"


def ris(i: int) -> str:
    return f"TY  - JOUR\nTI  - On gardens {i}\nAB  - Of the sea {i}.\nPY  - 2020\nER  - \n"


def wos(i: int) -> str:
    record = (
        f"PT J\nAU Smith, J\nTI On gardens {i}\nAB Of the sea {i}.\nPY 2020\nUT WOS:{i}\nER\n\n"
    )
    return f"FN Clarivate Analytics Web of Science\nVR 1.0\n{record}EF"


def bib(i: int) -> str:
    return (
        f"@article{{k{i},\n  title = {{On gardens {i}}},\n  abstract = {{Of the sea {i}.}},\n"
        "  year = 2020\n}\n"
    )


def pubmed(i: int) -> str:
    return f"PMID- {i}\nTI  - On gardens {i}\nAB  - Of the\n      sea {i}.\nDP  - 2020 May\n\n"


def record(i: int) -> str:
    return json.dumps({"title": f"On gardens {i}", "abstract": f"Of the sea {i}.", "year": 2020})


def atom(i: int) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<entry><id>http://arxiv.org/abs/2001.0000{i}v1</id><title>On gardens {i}</title>"
        f"<summary>Of the sea {i}.</summary><published>2020-01-05T00:00:00Z</published>"
        "</entry></feed>\n"
    )


SCOPUS_BIB = f"{MARK}Scopus\nEXPORT DATE: 1 May 2024\n\n"
HEAD = "Authors,Title,Year,Source title,DOI,Abstract,EID\n"


def row(i: int) -> str:
    return f"Smith J.,On gardens {i},2020,J. of Gardens,10.1/{i},Of the sea {i}.,2-s2.0-{i}\n"


def both(make) -> str:
    return make(1) + make(2)


TABLE = HEAD + both(row)
QUIRKS: dict[str, str | bytes] = {
    "RIS, two with marks": ris(1) + MARK + ris(2),
    "RIS, CRLF, no end": both(ris).replace("\n", "\r\n").rstrip(),
    "RIS, CR": both(ris).replace("\n", "\r"),
    "RIS, one space": both(ris).replace("  -", " -"),
    "RIS, UTF-16": both(ris).encode("utf-16"),
    "WoS, two with marks": f"{MARK}{wos(1)}\n{MARK}{wos(2)}",
    "WoS, UTF-16, CRLF": f"{wos(1)}\n{wos(2)}".replace("\n", "\r\n").encode("utf-16"),
    "WoS, tabs, UTF-16": "".join(
        "\t".join(cells) + "\r\n"
        for cells in (
            ["PT", "AU", "TI", "AB", "PY", "UT"],
            ["J", "S", "On gardens 1", "Of the sea 1.", "2020", "WOS:1"],
            ["J", "S", "On gardens 2", "Of the sea 2.", "2020", "WOS:2", ""],
        )
    ).encode("utf-16"),
    "BibTeX, two of Scopus": SCOPUS_BIB + bib(1) + SCOPUS_BIB + bib(2),
    "BibTeX, CRLF, no end": both(bib).replace("\n", "\r\n").rstrip(),
    "BibTeX, capitals": both(bib).replace("title", "TITLE").replace("@article", "@ARTICLE"),
    "BibTeX, parentheses": both(bib).replace("@article{", "@article(").replace("0\n}", "0\n)"),
    "BibTeX, one line": both(bib).replace("\n", " "),
    "BibTeX, no keys": both(bib).replace("{k1,", "{,").replace("{k2,", "{,"),
    "BibTeX, one key": both(bib).replace("k2", "k1"),
    "BibTeX, a field twice": both(bib).replace("  year", "  note={a},\n  note={b},\n  year"),
    "PubMed, CRLF, no end": both(pubmed).replace("\n", "\r\n").rstrip(),
    "PubMed, marks": f"{MARK}\n{pubmed(1)}{MARK}\n{pubmed(2)}",
    "Scopus, tabs": TABLE.replace(",", "\t"),
    "Scopus, semicolons": TABLE.replace(",", ";"),
    "Scopus, two with marks": MARK + HEAD + row(1) + MARK + HEAD + row(2),
    "CSV, capitals": HEAD.upper() + both(row),
    "CSV, mark, CRLF, no end": MARK + TABLE.replace("\n", "\r\n").rstrip(),
    "CSV, CR": TABLE.replace("\n", "\r"),
    "CSV, UTF-16, tabs": TABLE.replace(",", "\t").encode("utf-16"),
    "CSV, blank lines": f"{HEAD}\n{row(1)}\n\n{row(2)},,,,,,\n",
    "CSV, sep=": "sep=;\n" + TABLE.replace(",", ";"),
    "JSON, two answers": f'{{"data": [{record(1)}]}}\n{{"data": [{record(2)}]}}',
    "JSON, two lists": f"[{record(1)}][{record(2)}]",
    "JSON, two lists with marks": f"{MARK}[{record(1)}]\n{MARK}[{record(2)}]",
    "JSON Lines, marks, CRLF": f"{MARK}{record(1)}\r\n{MARK}{record(2)}",
    "JSON Lines, UTF-16": f"{record(1)}\n{record(2)}".encode("utf-16"),
    "JSON Lines of answers": f'{{"results": [{record(1)}]}}\n{{"results": [{record(2)}]}}',
    "Atom, two answers": both(atom),
    "Atom, two with marks": MARK + atom(1) + MARK + atom(2),
    "Atom, with a prefix": (
        both(atom)
        .replace("<feed xmlns=", "<a:feed xmlns:a=")
        .replace("</", "</a:")
        .replace("<entry", "<a:entry")
        .replace("<id", "<a:id")
        .replace("<title", "<a:title")
        .replace("<summary", "<a:summary")
        .replace("<publ", "<a:publ")
    ),
}


@pytest.mark.parametrize("content", QUIRKS.values(), ids=QUIRKS)
def test_every_record_is_found_and_none_invented(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    papers = read_snapshot([path], today=TODAY).papers.sort_values("title")
    assert papers["title"].tolist() == ["On gardens 1", "On gardens 2"]
    assert papers["abstract"].tolist() == ["Of the sea 1.", "Of the sea 2."]
    assert set(papers["published"].dt.year) == {2020}


def test_a_repeated_header_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(HEAD + row(1) + HEAD + row(2) + HEAD, encoding="utf-8")
    assert read_snapshot([path], today=TODAY).dropped == {"repeated header": 2}


@pytest.mark.parametrize("make", [ris, bib, wos])
def test_windows_1252_is_read_and_said(make, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(make(1).replace("gardens", "gärten “of” naïveté").encode("cp1252"))
    read = read_snapshot([path], today=TODAY)
    assert read.papers["title"].tolist() == ["On gärten “of” naïveté 1"]
    assert "it was read as Windows-1252" in read.notes[0]


@pytest.mark.parametrize(
    "header",
    [
        "Titel;Zusammenfassung;Jahr",
        "Titre;Résumé;Année",
        "Título;Resumen;Año",
        "Título;Resumo;Ano",
        "Titolo;Riassunto;Anno",
        "标题;摘要;年份",
        "Title-题名;Summary-摘要;Year-年",
        "タイトル;抄録;出版年",
        "Название;Аннотация;Год",
        "Назва;Анотація;Рік",
        "Tytuł;Streszczenie;Rok",
        "Titel;Samenvatting;Jaar",
        "Titel;Sammanfattning;År",
        "제목;초록;연도",
        "Başlık;Özet;Yıl",
        "Titre;Re\u0301sume\u0301;Anne\u0301e",
    ],
)
def test_headers_of_other_languages(header: str, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"{header}\nÜber Gärten;Vom Meer;2020\n", encoding="utf-8")
    paper = read_snapshot([path], today=TODAY).papers.iloc[0]
    assert (paper["title"], paper["abstract"]) == ("Über Gärten", "Vom Meer")
    assert (paper["published"].year, paper["published_precision"]) == (2020, "year")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"{MARK}\n\n", "holds nothing but spaces"),
        (HEAD, "has a header and no rows"),
        (SCOPUS_BIB, "is a text with no papers in it"),
        ("FN Clarivate Analytics Web of Science\nVR 1.0\nEF", "is a text with no papers in it"),
        ("[]", "is JSON without records"),
        ('{"total": 0, "offset": 0, "data": []}', "list of records (data) is empty"),
        ('{"meta": {"count": 0}, "results": []}', "list of records (results) is empty"),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>q</title></feed>',
            "is a response of arXiv that holds no paper",
        ),
        ('<OAI-PMH><error code="noRecordsMatch">x</error></OAI-PMH>', "noRecordsMatch"),
    ],
    ids=range(9),
)
def test_an_empty_export_is_named_as_such(content: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_snapshot([path], today=TODAY)
    assert problem in caught.value.problems[0]
