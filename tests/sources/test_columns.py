"""Columns under names that nobody knows: given with `--columns`, or proposed and never taken."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.papers import read_snapshot
from analysis.sources.columns import given_columns, match_columns
from analysis.sources.texts.capitals import without_capitals

TODAY = date(2026, 11, 30)
PROSE = (
    "We measured how tall the reeds grow beside slow water and report the growth of a summer. " * 4
)
TITLES = ["Reeds beside slow water", "The growth of tall grasses", "Ponds in a dry summer"]
DAYS = ["2021-03-09", "2021-04-10", "2022-01-02"]


def table(path: Path, **columns: list[str]) -> Path:
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def unknown(path: Path) -> Path:
    prose = [f"{i} {PROSE}" for i in range(3)]
    return table(path, Kopf=TITLES, Inhaltstext=prose, Wann=DAYS, Ort=["Kiel", "Kiel", "Bonn"])


def test_columns_that_are_given_are_read(tmp_path: Path) -> None:
    columns = given_columns("title=Kopf, abstract=Inhaltstext, date=Wann")
    papers = read_snapshot([unknown(tmp_path / "p.csv")], today=TODAY, columns=columns).papers
    assert sorted(papers["title"]) == sorted(TITLES)
    assert papers["abstract"].notna().all()
    assert sorted(papers["published"].dt.strftime("%Y-%m-%d")) == DAYS


def test_unknown_columns_are_proposed_and_not_taken(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_snapshot([unknown(tmp_path / "p.csv")], today=TODAY)
    text = str(caught.value)
    assert "has no title and no abstract column; its columns are Kopf, Inhaltstext" in text
    assert "--columns 'title=Kopf,abstract=Inhaltstext,date=Wann'" in text


def test_what_is_proposed_can_be_given(tmp_path: Path) -> None:
    path = unknown(tmp_path / "p.csv")
    with pytest.raises(InputError) as caught:
        read_snapshot([path], today=TODAY)
    proposed = str(caught.value).split("--columns '")[1].split("'")[0]
    assert len(read_snapshot([path], today=TODAY, columns=given_columns(proposed)).papers) == 3


def test_titles_without_abstracts_are_read_with_a_note(tmp_path: Path) -> None:
    read = read_snapshot([table(tmp_path / "p.csv", Titel=TITLES, Datum=DAYS)], today=TODAY)
    assert len(read.papers) == 3
    assert read.papers["abstract"].isna().all()
    assert any("has no abstract column; titles alone are read" in note for note in read.notes)


def test_abstracts_under_an_unknown_name_are_not_dropped_silently(tmp_path: Path) -> None:
    path = table(tmp_path / "p.csv", title=TITLES, body_en=[f"{i} {PROSE}" for i in range(3)])
    with pytest.raises(InputError, match="--columns abstract=none"):
        read_snapshot([path], today=TODAY)
    alone = read_snapshot([path], today=TODAY, columns=given_columns("abstract=none"))
    assert alone.papers["abstract"].isna().all()


def test_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    columns = given_columns("title=Heading,abstract=Inhaltstext")
    with pytest.raises(InputError, match="has no column Heading"):
        read_snapshot([unknown(tmp_path / "p.csv")], today=TODAY, columns=columns)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("heading=A", "heading=: not a column papertide knows"),
        ("title=", "title=: no name follows"),
        ("title", "title: no name follows"),
        ("title=A,title=B", "--columns names a column twice"),
        (",", "--columns names no column"),
    ],
)
def test_a_wrong_list_of_columns_is_refused(text: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        given_columns(text)
    assert found in str(caught.value)


def test_names_with_commas_are_quoted() -> None:
    assert given_columns('title="Title, main",abstract=B') == {
        "title": "Title, main",
        "abstract": "B",
    }


@given(st.text(max_size=60))
def test_any_list_is_read_or_refused(text: str) -> None:
    try:
        found = given_columns(text)
    except InputError:
        return
    assert found is None or all(found.values())


@pytest.mark.parametrize(
    ("names", "standard"),
    [
        (["Titel", "Zusammenfassung", "Datum"], ["title", "abstract", "published"]),
        (["Título", "Resumen", "Fecha"], ["title", "abstract", "published"]),
        (["Titre", "Résumé", "Date de publication"], ["title", "abstract", "published"]),
        (["Titolo", "Riassunto", "Data"], ["title", "abstract", "published"]),
        (["标题", "摘要", "出版日期"], ["title", "abstract", "published"]),
    ],
)
def test_names_in_other_languages(names: list[str], standard: list[str]) -> None:
    assert list(match_columns(names)) == standard


def test_capitals_become_small_letters_and_formulas_stay() -> None:
    frame = pd.DataFrame({"TI": ["CO2 IN PONDS"], "AB": ["REEDS GROW. THEY DO."], "AU": ["KIM J"]})
    out = without_capitals(frame)
    assert out["TI"][0] == "CO2 in ponds"
    assert out["AB"][0] == "Reeds grow. They do."
    assert out["AU"][0] == "KIM J"
    assert frame["TI"][0] == "CO2 IN PONDS"
