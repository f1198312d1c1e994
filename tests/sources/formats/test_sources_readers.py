"""Every format, by a small file of its own: each record found, none invented."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.papers.snapshot import Snapshot, read_snapshot
from conftest import ROOT

DATA = ROOT / "tests" / "data" / "sources"
TODAY = date(2025, 4, 1)
DIGITS = {"year": 4, "month": 7, "day": 10}

Expected = dict[str, str]
"""Title -> date in its precision."""

SAMPLES: list[tuple[str, str, Expected, set[str], dict[str, int]]] = [
    (
        "atom.xml",
        "arxiv-atom",
        {"Walking in Gardens: O(n^2) Paths": "2024-03-01", "Stars Seen from Gardens": "2006-01-01"},
        set(),
        {},
    ),
    (
        "oai.xml",
        "arxiv-oai",
        {
            "Hedges in Spring": "2007-04-02",
            "Ponds in Winter": "2007-04-02",
            "Paths in Autumn": "2007-04-03",
        },
        set(),
        {"deleted record": 1},
    ),
    (
        "arxiv.jsonl",
        "arxiv-json",
        {
            "Garden walls of height ~ 10^{-3}": "2007-04-02",
            "Garden doors": "2007-04",
            "Garden keys": "2007-01-01",
        },
        set(),
        {"bad line": 1},
    ),
    (
        "openalex.json",
        "openalex",
        {"Bees of the Garden": "2010", "Moths at Night": "2011-05-07", "Wasps": "2024-01"},
        {"Moths at Night"},
        {"no title": 1},
    ),
    (
        "s2_search.json",
        "semantic-scholar",
        {"Ants in Rows": "2023-06", "Ants in Rings": "2022-07-08"},
        {"Ants in Rows"},
        {"not a record": 1},
    ),
    ("daily_2024.json", "hf-daily", {"Tulips: A Large Garden Model": "2024-05-24"}, set(), {}),
    (
        "daily_2025.json",
        "hf-daily",
        {"Roses": "2025-03-10", "Lilies": "2025-03-11"},
        {"Lilies"},
        {},
    ),
    (
        "scopus.bib",
        "bibtex",
        {
            "Criteria for roses: 50% of Hölder's garden": "2020",
            "A second entry under the same key": "2021",
            "The last one": "2018-03-15",
        },
        set(),
        {"broken entry": 1},
    ),
    (
        "acl.bib",
        "bibtex",
        {
            "GardenBERT: People’s Gardens – a Übersicht of S^3": "2021-08",
            "Journals of the DBLP Kind": "2017-06-12",
            "Dated by BibLaTeX: And split": "2022-03-04",
            "Trees and Leaves": "2016-01",
        },
        {"Journals of the DBLP Kind", "Dated by BibLaTeX: And split"},
        {},
    ),
    (
        "ieee.ris",
        "ris",
        {
            "The European Approach to Hedges": "2019-01",
            "Walls": "2019-09",
            "No end line before the next": "2014",
            "Cut off": "2018-05-12",
        },
        {"No end line before the next"},
        {},
    ),
    (
        "pubmed.nbib",
        "pubmed",
        {"Herbs of the north: a survey.": "2020-01-05", "Herbs without abstract.": "2019-03"},
        {"Herbs without abstract."},
        {},
    ),
    ("wos.txt", "wos", {"Moss on stones": "2018-03-15", "Ferns": "2017"}, {"Ferns"}, {}),
    (
        "wos.tsv",
        "wos-csv",
        {"Moss again": "2018-03-15", "Ferns again": "2017-06"},
        {"Ferns again"},
        {},
    ),
    ("scopus.csv", "scopus-csv", {'Roses, "red"': "2020", "Lilies": "2021"}, {"Lilies"}, {}),
    (
        "dimensions.csv",
        "dimensions-csv",
        {"Gardens in dimensions": "2021-03", "No abstract here": "2020"},
        {"No abstract here"},
        {},
    ),
    ("ieee.csv", "ieee-csv", {"Robots that mow": "2021"}, set(), {}),
    ("spanish.csv", "csv", {"Jardines pequeños": "2020"}, set(), {}),
    (
        "listing.html",
        "hf-html",
        {"Roses & Thorns": "2025-03", "Lilies on Water": "2025-03"},
        {"Roses & Thorns", "Lilies on Water"},
        {"duplicate": 1},
    ),
    (
        "trending.html",
        "hf-html",
        {"Roses & Thorns": "2025-03-10", "Memory of Gardens": "2023-09-12"},
        {"Memory of Gardens"},
        {},
    ),
    ("hydrated.html", "hf-html", {"Roses": "2025-03-10", "Lilies": "2025-03-11"}, {"Lilies"}, {}),
]


def snap(*paths: Path, **settings: object) -> Snapshot:
    return read_snapshot(paths, today=TODAY, **settings)  # type: ignore[arg-type]


def dated(snapshot: Snapshot) -> Expected:
    rows = snapshot.papers[["title", "published", "published_precision"]].itertuples(index=False)
    return {title: str(day.date())[: DIGITS[precision]] for title, day, precision in rows}


def row(snapshot: Snapshot, title: str) -> dict[str, object]:
    papers = snapshot.papers
    return papers[papers["title"] == title].iloc[0].to_dict()


@pytest.mark.parametrize(
    ("name", "format", "papers", "no_abstract", "dropped"), SAMPLES, ids=[s[0] for s in SAMPLES]
)
def test_every_record_is_found_and_none_invented(
    name: str, format: str, papers: Expected, no_abstract: set[str], dropped: dict[str, int]
) -> None:
    snapshot = snap(DATA / name)
    assert [entry["format"] for entry in snapshot.inputs] == [format]
    assert dated(snapshot) == papers
    lacking = snapshot.papers["abstract"].isna()
    assert set(snapshot.papers.loc[lacking, "title"]) == no_abstract
    assert snapshot.dropped == dropped
    assert set(snapshot.papers["source"]) == {format}


@pytest.mark.parametrize("name", [sample[0] for sample in SAMPLES])
def test_line_ends_and_marks_change_nothing(name: str, tmp_path: Path) -> None:
    data = (DATA / name).read_bytes()
    if name in ("wos.tsv", "spanish.csv"):
        data = data.decode("utf-16" if name == "wos.tsv" else "latin-1").encode()
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    for number, changed in enumerate(
        (text.encode(), text.replace("\n", "\r\n").encode("utf-8-sig"), text.encode("utf-16"))
    ):
        path = tmp_path / f"{number}"
        path.write_bytes(changed)
        assert dated(snap(path)) == dated(snap(DATA / name))


@pytest.mark.parametrize("name", [sample[0] for sample in SAMPLES])
def test_a_file_cut_anywhere_keeps_to_what_it_holds(name: str, tmp_path: Path) -> None:
    data = (DATA / name).read_bytes()
    whole = {title.casefold() for title in dated(snap(DATA / name))}
    path = tmp_path / "cut"
    found = set()
    for share in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99):
        path.write_bytes(data[: int(len(data) * share)])
        try:
            titles = set(snap(path).papers["title"].str.casefold())
        except InputError:
            continue
        found |= titles
        invented = {t for t in titles if not any(w.startswith(t[:5]) for w in whole)}
        assert not invented or name in ("wos.tsv", "spanish.csv")
    assert found or len(whole) == 1


def test_fields_beside_title_and_date() -> None:
    atom = row(snap(DATA / "atom.xml"), "Walking in Gardens: O(n^2) Paths")
    assert atom["abstract"] == "Gröbner bases & hedges are walked in turn."
    assert atom["authors"] == "José García; Ada Grün"
    assert (atom["paper_id"], atom["categories"]) == ("2403.00101", "cs.DS math.AC")
    assert atom["aliases"] == ["10.1000/garden.1"]
    bees = row(snap(DATA / "openalex.json"), "Bees of the Garden")
    assert bees["abstract"] == "Bees fly; some Bees rest."
    assert bees["aliases"] == ["10.1000/bees", "https://openalex.org/W101"]
    roses = row(snap(DATA / "daily_2025.json"), "Roses")
    assert (roses["abstract"], roses["ai_summary"]) == (
        "Roses are modelled.",
        "A machine says roses.",
    )
    assert (roses["organization"], str(roses["listed"])[:10]) == ("Rosy Lab", "2025-03-17")
    moss = row(snap(DATA / "wos.txt"), "Moss on stones")
    assert (moss["abstract"], moss["authors"]) == ("Moss grows slowly.", "Wood, Anna; Leaf, Bo")
    acl = row(snap(DATA / "acl.bib"), "GardenBERT: People’s Gardens – a Übersicht of S^3")
    assert acl["abstract"] == "We naïvely plant “seeds”; see et al."
    assert (acl["authors"], acl["venue"]) == (
        "Blöm, Márta; Ørsted, Łukasz",
        "Proceedings of Gardens",
    )
    hedges = row(snap(DATA / "ieee.ris"), "The European Approach to Hedges")
    assert hedges["abstract"] == "Hedges are grown; they are cut."
    assert hedges["authors"] == "G. Hedge"
    memory = row(snap(DATA / "trending.html"), "Memory of Gardens")
    assert memory["ai_summary"] == "A system improves the memory of gardens by paging it."


def test_days_that_the_files_tell() -> None:
    assert snap(DATA / "scopus.bib").date == date(2023, 7, 8)
    assert snap(DATA / "listing.html").date == date(2025, 3, 17)
    assert snap(DATA / "daily_2025.json").date == date(2025, 3, 17)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/api/errors#bad'
            "</id><title>Error</title><summary>incorrect id format</summary></entry></feed>",
            "is an error of arXiv's API, not a paper: incorrect id format",
        ),
        (
            '<?xml version="1.0"?><OAI-PMH>'
            '<error code="noRecordsMatch">No matches.</error></OAI-PMH>',
            "is an error of OAI-PMH, not papers: noRecordsMatch No matches.",
        ),
        (
            "<?xml version='1.0'?><rss><item/></rss>",
            "is XML without records that are known (its root is",
        ),
        ("<!DOCTYPE html><html><p>Hello</p></html>", "is an HTML page with no papers in it"),
        ("@article{a,", "looks like BibTeX but has no entry that can be read"),
    ],
)
def test_what_holds_no_papers_is_said(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        snap(path)
    assert problem in caught.value.problems[0]


def test_gzip_and_zip_are_read_as_what_they_hold(tmp_path: Path) -> None:
    packed, zipped = tmp_path / "a.jsonl.gz", tmp_path / "b.zip"
    packed.write_bytes(gzip.compress((DATA / "arxiv.jsonl").read_bytes()))
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(DATA / "acl.bib", "in/acl.bib")
        archive.write(DATA / "daily_2025.json", "2025-03-17.json")
        archive.writestr("README.md", "Nothing to read here.")
    assert dated(snap(packed)) == dated(snap(DATA / "arxiv.jsonl"))
    both = snap(zipped)
    assert dated(both) == {**dated(snap(DATA / "acl.bib")), **dated(snap(DATA / "daily_2025.json"))}
    assert {entry["format"] for entry in both.inputs} == {"bibtex", "hf-daily"}
    assert any("left out: " in note and "README.md" in note for note in both.notes)


def test_trailing_garbage_and_cut_json_are_named(tmp_path: Path) -> None:
    records = [{"title": f"T{i}", "abstract": "a"} for i in range(3)]
    path = tmp_path / "p"
    path.write_text(json.dumps({"data": records}) + "\n<html>", encoding="utf-8")
    after = snap(path)
    assert len(after.papers) == 3
    assert "holds something else after its JSON (line 1)" in after.notes[0]
    path.write_text(json.dumps({"total": 3, "data": records}, indent=1)[:-20], encoding="utf-8")
    cut = snap(path)
    assert (len(cut.papers), cut.dropped) == (2, {"record cut off": 1})
    assert "breaks off in line" in cut.notes[0]


def test_what_a_library_writes_is_read_back(tmp_path: Path) -> None:
    import bibtexparser
    from bibtexparser.model import Entry, Field

    papers = [
        ("Plain words", "An abstract, with commas.", "2020"),
        ("Ümläut {X}", "b" * 40, "1999"),
    ]
    library = bibtexparser.Library(
        [
            Entry("article", f"k{i}", [Field("title", t), Field("abstract", a), Field("year", y)])
            for i, (t, a, y) in enumerate(papers)
        ]
    )
    path = tmp_path / "p.bib"
    path.write_text(bibtexparser.write_string(library), encoding="utf-8")
    assert dated(snap(path)) == {"Plain words": "2020", "Ümläut X": "1999"}


def test_tables_that_this_program_wrote_are_read_back(tmp_path: Path) -> None:
    papers = snap(*(DATA / name for name in ("acl.bib", "ieee.ris", "openalex.json"))).papers
    kept = ["title", "abstract", "published", "published_precision", "url"]
    for name in ("csv", "json"):
        path = tmp_path / f"papers.{name}"
        if name == "csv":
            papers.drop(columns="aliases").to_csv(path, index=False)
        else:
            papers.to_json(path, orient="records", date_format="iso")
        again = snap(path).papers
        assert again[kept].to_dict("records") == papers[kept].to_dict("records")
