"""Titles that many works have do not make them one; what is written differently is one title."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.escaping import normalised_title
from analysis.papers.generic_titles import are_other_works, are_several_works, is_generic_title
from analysis.papers.same_paper import match_papers
from analysis.papers.snapshot import Snapshot, read_snapshot

TODAY = date(2026, 11, 30)
Record = dict[str, object]
TEXT = "Gulls nest on flat roofs, and they come back to the roof on which they hatched, we found."


def snap(folder: Path, records: list[Record], name: str = "p") -> Snapshot:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return read_snapshot([path], today=TODAY)


def bare(title: str, doi: str | None = None, **fields: object) -> Record:
    return {"title": title, "abstract": None, "doi": doi, **fields}


@pytest.mark.parametrize(
    "title",
    """Editorial|EDITORIAL:|Guest editorial.|Preface|Vorwort|Éditorial|Presentación|Prefácio
Book Reviews|Buchbesprechungen|Einzelreferate|Einzelreferate aus der Botanik|Letter to the Editor
Editorial Vol. 12, No. 3|Issue Information|Table of Contents, Volume 8|Erratum|In memoriam|编者按
От редакции|巻頭言""".replace("\n", "|").split("|"),
)
def test_generic_titles(title: str) -> None:
    assert is_generic_title(normalised_title(title))


@pytest.mark.parametrize(
    "title",
    """Editorial practice in medical journals|A preface to gull studies|Reviewing book reviews
Introduction to gulls|Discussion of papers on gulls|Letters from the sea|Gulls|12 3""".replace(
        "\n", "|"
    ).split("|"),
)
def test_titles_that_say_something(title: str) -> None:
    assert not is_generic_title(normalised_title(title))


@pytest.mark.parametrize("title", ["Editorial", "Einzelreferate", "Presentación"])
def test_generic_titles_with_own_dois_stay_apart(tmp_path: Path, title: str) -> None:
    snapshot = snap(tmp_path, [bare(title, f"10.{1000 + i}/a{i}") for i in range(7)])
    assert len(snapshot.papers) == 7
    assert snapshot.papers["paper_id"].is_unique
    assert snapshot.near.empty
    assert snapshot.dropped == {}
    assert snapshot.notes[-1] == (
        f"7 papers have a title that others have too (“{title}”) and no abstract; their ids "
        "differ, so they are kept apart"
    )


def test_one_doi_is_one_editorial_whatever_its_case(tmp_path: Path) -> None:
    records = [
        bare("Editorial", "10.1/A"),
        bare("Editorial", "10.1/a"),
        bare("Editorial", "10.1/b"),
    ]
    assert len(snap(tmp_path, records).papers) == 2


def test_without_ids_there_is_nothing_to_tell_them_apart_by(tmp_path: Path) -> None:
    snapshot = snap(tmp_path, [bare("Editorial"), bare("Editorial")])
    assert len(snapshot.papers) == 1
    assert snapshot.dropped == {"duplicate": 1}


def test_ids_of_services_tell_generic_titles_apart_and_others_not(tmp_path: Path) -> None:
    records = [
        bare(title, id=f"PMID{i}") for i in range(3) for title in ("Preface", "Gulls on roofs")
    ]
    titles = snap(tmp_path, records).papers["title"]
    assert titles.value_counts().to_dict() == {"Preface": 3, "Gulls on roofs": 1}


def test_other_titles_with_dois_of_one_publisher_are_works_of_their_own(tmp_path: Path) -> None:
    column = [bare("Notes from the roof", f"10.55/n{i}") for i in range(2)]
    preprint = [bare("Gulls on roofs", "10.48550/x"), bare("Gulls on roofs", "10.66/y")]
    versions = [
        bare("Terns on piers", "10.21203/rs.3/v1"),
        bare("Terns on piers", "10.21203/rs.3/v2"),
    ]
    titles = snap(tmp_path, [*column, *preprint, *versions]).papers["title"]
    assert titles.value_counts().to_dict() == {
        "Notes from the roof": 2,
        "Gulls on roofs": 1,
        "Terns on piers": 1,
    }


def test_three_dois_of_one_title_are_three_works(tmp_path: Path) -> None:
    records = [bare("The roof column", f"10.{100 + i}/x") for i in range(3)]
    assert len(snap(tmp_path, records).papers) == 3


def test_an_abstract_to_compare_still_decides(tmp_path: Path) -> None:
    records = [
        {"title": "Editorial", "abstract": TEXT, "doi": "10.1/a"},
        {"title": "Editorial", "abstract": TEXT, "doi": "10.2/b"},
        bare("Editorial", "10.3/c"),
    ]
    papers = snap(tmp_path, records).papers
    assert sorted(papers["abstract"].notna()) == [False, True]


def test_the_order_of_rows_makes_no_difference(tmp_path: Path) -> None:
    records = [bare("Preface", f"10.7/p{i}", date=f"20{10 + i}-01-05") for i in range(5)]
    first = snap(tmp_path, records).papers
    pd.testing.assert_frame_equal(first, snap(tmp_path, records[::-1], "q").papers)


def test_next_months_editorial_is_a_new_paper(tmp_path: Path) -> None:
    old = snap(tmp_path, [bare("Editorial", "10.1/a"), bare("Gulls", "10.1/g")]).papers
    new = snap(tmp_path, [bare("Editorial", "10.1/b"), bare("Gulls", "10.2/g")], "q").papers
    matches = match_papers(old, new, ids_are_kept=False)
    titles = {new["title"][row]: old["title"][other] for row, other in matches.rows.items()}
    assert titles == {"Gulls": "Gulls"}
    assert "other ids" in matches.notes[0]


def test_the_laws_of_several_works() -> None:
    assert not are_several_works("editorial", [])
    assert not are_several_works("editorial", [{"10.1/a"}, {"10.1/a"}])
    assert are_several_works("editorial", [{"10.1/a"}, {"10.2/b"}])
    assert not are_several_works("gulls on roofs", [{"10.1/a"}, {"10.2/b"}])
    assert not are_other_works("editorial", set(), {"10.1/a"})
    assert not are_other_works("editorial", {"10.1/a", "10.2/b"}, {"10.1/a"})
    assert are_other_works("editorial", {"10.1/a"}, {"10.2/a"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TGF-β in gulls", "TGF-beta in gulls"),
        ("α-Tocopherol and β-carotene", "Alpha-tocopherol and beta-carotene"),
        ("The 5α form", "The 5 alpha form"),
        ("<i>Larus</i> on roofs", "Larus on roofs"),
        ("&lt;i&gt;Larus&lt;/i&gt; &amp; others", "Larus & others"),
        ("CO<sub>2</sub> in nests", "CO2 in nests"),
        ("CO₂ in nests", "CO2 in nests"),
    ],
)
def test_titles_written_differently_are_one(tmp_path: Path, one: str, other: str) -> None:
    records = [
        {"title": title, "abstract": TEXT, "doi": f"10.9/{i}"}
        for i, title in enumerate((one, other))
    ]
    assert len(snap(tmp_path, records).papers) == 1


def test_words_in_greek_stay() -> None:
    assert normalised_title("Οι γλάροι") == "οι γλάροι"
    assert normalised_title("β") == "beta"
    assert normalised_title("μm") == "mu m"


@pytest.mark.shared
def test_the_shared_editorials(shared: Path) -> None:
    snapshot = read_snapshot([shared / "cases" / "editorials.csv"], today=TODAY)
    assert len(snapshot.papers) == 150
    assert snapshot.papers["abstract"].isna().sum() == 30
    assert "Guest Editorial" in snapshot.notes[-1]


def test_rows_with_another_number_of_cells_are_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sep=,\ntitle,abstract\nGulls,Nest\nTerns,on,piers\nAuks,Dive\nSkuas\n")
    snapshot = read_snapshot([path], today=TODAY)
    assert any("2 rows have another number of cells (line 4, 6)" in note for note in snapshot.notes)
    assert snapshot.dropped == {"wrong number of cells": 2}
