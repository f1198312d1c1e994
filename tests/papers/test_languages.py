"""The language of each paper is told, counted and said; English corpora are as before."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.cli.main import cli
from analysis.papers.languages import (
    LANGUAGE,
    function_words,
    label_stop_words,
    language_counts,
    language_notes,
    languages_of,
    table_languages,
)
from analysis.papers.snapshot import read_snapshot

TODAY = date(2026, 11, 30)
TEXTS = {
    "de": "Die Möwen brüten auf flachen Dächern, wobei sie jedes Jahr auf das Dach "
    "zurückkehren, auf dem sie geschlüpft sind. Wir haben die Nester in drei Städten "
    "gezählt.",
    "es": "Las gaviotas anidan en los tejados planos y vuelven cada año al tejado en el que "
    "nacieron. Hemos contado los nidos de tres ciudades.",
    "fr": "Les goélands nichent sur les toits plats et reviennent chaque année sur le toit où "
    "ils sont nés. Nous avons compté les nids dans trois villes.",
    "pt": "As gaivotas fazem ninhos nos telhados planos e voltam todos os anos ao telhado em "
    "que nasceram. Contamos os ninhos de três cidades.",
    "ru": "Чайки гнездятся на плоских крышах и каждый год возвращаются на ту крышу, где "
    "вылупились.",
    "zh": "海鸥在平屋顶上筑巢，每年都会回到它们孵化的屋顶。我们统计了三个城市的巢数。",
    "ja": "カモメは平らな屋根に巣を作り、毎年孵化した屋根に戻ります。三つの都市で巣を数えました。",
    "ko": "갈매기는 평평한 지붕에 둥지를 틀고 매년 부화한 지붕으로 돌아온다. 우리는 둥지를 세었다.",
    "en": "Gulls nest on flat roofs, and every year they come back to the roof on which they "
    "hatched. We counted the nests of three cities.",
}


@pytest.mark.parametrize("code", TEXTS)
def test_languages_of_abstracts(code: str) -> None:
    assert languages_of(["Larus"], [TEXTS[code]]) == [code]


@pytest.mark.parametrize(
    "title",
    ["Quo vadis, Larus?", "BERT", "Larus argentatus", "Deep residual nests", "1984", "", "Ω"],
)
def test_names_and_short_titles_are_not_taken_for_another_language(title: str) -> None:
    assert languages_of([title], [None])[0] in ("", "en")


def test_counts_and_notes() -> None:
    counts = language_counts(["en"] * 6 + ["de", "de", "es", ""])
    assert counts == {"en": 6, "de": 2, "": 1, "es": 1}
    assert language_notes(counts)[0].startswith(
        "3 of 10 papers (30%) are not in English (German 2 and Spanish 1): the built-in embedding"
    )
    assert language_notes({"en": 5, "": 2}) == []
    assert language_notes({}) == []
    many = dict.fromkeys(("de", "es", "fr", "it", "nl", "pl"), 1)
    assert "Italian 1 and 2 more)" in language_notes(many)[0]


def test_function_words_are_those_of_most_papers() -> None:
    german = function_words(["de"] * 3 + ["en"])
    assert {"wobei", "sowie", "der"} <= set(german)
    assert "dach" not in german
    assert list(german) == sorted(german)
    assert function_words(["en", "en", "de"]) == ()
    assert function_words([]) == ()
    assert function_words(["de", "es", "fr"]) == ()


def write(folder: Path, codes: list[str]) -> Path:
    path = folder / "p.csv"
    rows = [
        {"title": f"Larus {i}", "abstract": f"{TEXTS[code]} {i}.", "id": f"x{i}"}
        for i, code in enumerate(codes)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_a_mixed_snapshot_tells_the_language_of_each_paper(tmp_path: Path) -> None:
    path = write(tmp_path, ["en", "en", "de", "zh"])
    snapshot = read_snapshot([path], today=TODAY, duplicates="exact")
    by_title = snapshot.papers.set_index("title")[LANGUAGE]
    assert by_title.to_dict() == {
        "Larus 0": "en",
        "Larus 1": "en",
        "Larus 2": "de",
        "Larus 3": "zh",
    }
    assert table_languages(snapshot.papers) == {"en": 2, "de": 1, "zh": 1}
    assert label_stop_words(snapshot.papers) == ()
    assert snapshot.notes[-1].startswith("2 of 4 papers (50%) are not in English (German 1 and")
    said = CliRunner().invoke(cli, ["snapshot", str(path)]).stdout
    assert "2 of 4 papers (50%) are not in English" in " ".join(said.split())
    content = json.loads(CliRunner().invoke(cli, ["snapshot", "--json", str(path)]).stdout)
    assert content["languages"] == {"en": 2, "de": 1, "zh": 1}
    assert LANGUAGE not in content["columns"]


def test_a_snapshot_in_english_is_as_before(tmp_path: Path) -> None:
    snapshot = read_snapshot([write(tmp_path, ["en"] * 3)], today=TODAY, duplicates="exact")
    assert LANGUAGE not in snapshot.papers
    assert table_languages(snapshot.papers) == {}
    assert label_stop_words(snapshot.papers) == ()
    assert snapshot.notes == []


def test_a_column_of_the_input_with_that_name_is_replaced(tmp_path: Path) -> None:
    path = write(tmp_path, ["en", "de"])
    pd.read_csv(path).assign(text_language="xx").to_csv(path, index=False)
    papers = read_snapshot([path], today=TODAY, duplicates="exact").papers
    assert sorted(papers[LANGUAGE]) == ["de", "en"]
