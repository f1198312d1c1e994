"""One policy for duplicates, what it lists, and where merged fields come from."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.base.errors import InputError
from analysis.cli.main import cli
from analysis.papers.snapshot import Snapshot, read_snapshot
from conftest import ROOT

DATA = ROOT / "tests" / "data" / "sources"
TODAY = date(2025, 4, 1)
WORDS = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(200)]
TITLE = "Walking in small gardens by the sea at night"


def abstract(seed: int, *, changed: int = 0) -> str:
    words = Random(seed).sample(WORDS, 60)
    return " ".join([*words[changed:], *(f"other{chr(97 + i)}" for i in range(changed))])


def snap(folder: Path, records: list[dict[str, object]], **settings: object) -> Snapshot:
    path = folder / "p.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return read_snapshot([path], today=TODAY, **settings)  # type: ignore[arg-type]


def paper(title: str, text: str | None, **fields: object) -> dict[str, object]:
    return {"title": title, "abstract": text, **fields}


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        (paper(TITLE, abstract(1), id="2310.00010v1"),
         paper("Walks in gardens", abstract(2), id="2310.00010v2"), "same arXiv id"),
        (paper(TITLE, abstract(1), id="W-1"), paper(TITLE.upper(), None, id="W-2"), "same title"),
        (paper(TITLE, abstract(1), doi="10.1/x", id="a"),
         paper(TITLE + ": a study", abstract(2), doi="10.1/X", id="b"), "same DOI"),
        (paper("Naïve co-walking: " + TITLE, abstract(1), id="a"),
         paper("Naive cowalking " + TITLE, abstract(1, changed=5), id="b"),
         "same title, give or take spaces and accents"),
        (paper("On " + TITLE, abstract(1), id="a"),
         paper(TITLE, abstract(1, changed=3), id="b"), "near-identical title and abstract"),
    ],
    ids=range(5),
)  # fmt: skip
def test_what_is_merged_is_listed_with_its_rule(
    tmp_path: Path, one: dict[str, object], other: dict[str, object], rule: str
) -> None:
    snapshot = snap(tmp_path, [one, other])
    assert len(snapshot.papers) == 1
    assert snapshot.dropped == {"duplicate": 1}
    assert snapshot.merged["rule"].tolist() == [rule]
    assert {snapshot.merged["title"].iloc[0], snapshot.merged["other_title"].iloc[0]} == {
        one["title"],
        other["title"],
    }
    assert snapshot.near.empty


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (paper(TITLE, abstract(1), id="2310.00010"), paper(TITLE, abstract(1), id="2310.00011"),
         "but different arXiv ids"),
        (paper(TITLE, abstract(1), id="a"), paper(TITLE, abstract(2), id="b"),
         "same title, but another abstract"),
        (paper(TITLE + " part 1", abstract(1), id="a"),
         paper(TITLE + " part 2", abstract(1, changed=2), id="b"), "titles alike by 0.8"),
        (paper(TITLE, abstract(1), doi="10.1/x", id="a"),
         paper("Bees", abstract(2), doi="10.1/x", id="b"), "same DOI, but another title"),
        (paper("Stations announced", abstract(1), id="a"),
         paper("Airports seen", abstract(1), id="b"), "same abstract, but titles alike by 0.00"),
    ],
    ids=range(5),
)  # fmt: skip
def test_what_is_nearly_one_is_left_apart_and_named(
    tmp_path: Path, one: dict[str, object], other: dict[str, object], why: str
) -> None:
    snapshot = snap(tmp_path, [one, other])
    assert len(snapshot.papers) == 2
    assert len(snapshot.near) == 1
    assert why in snapshot.near["why"].iloc[0]
    assert snapshot.merged.empty


def test_merging_can_be_undone_and_hangs_on_no_order(tmp_path: Path) -> None:
    records = [
        paper("On " + TITLE, abstract(1), id="a", year=2020),
        paper(TITLE, abstract(1, changed=3), id="2310.00010", year=2023),
        paper(TITLE + "!", None, id="c"),
        paper("Bees", abstract(9), id="d"),
    ]
    merged = snap(tmp_path, records)
    assert merged.papers["paper_id"].tolist()[0] == "2310.00010"
    assert len(merged.papers) == 2
    exact = snap(tmp_path, records, duplicates="exact")
    assert len(exact.papers) == 3
    assert len(exact.near) == 0 or "paper_id" in exact.near
    for seed in range(4):
        shuffled = Random(seed).sample(records, len(records))
        pd.testing.assert_frame_equal(snap(tmp_path, shuffled).papers, merged.papers)
    with pytest.raises(InputError, match="all, exact"):
        snap(tmp_path, records, duplicates="some")


def test_fields_filled_from_another_source_say_so(tmp_path: Path) -> None:
    bib = tmp_path / "a.bib"
    bib.write_text(
        "@article{a, title={Walls of gardens}, year={2021}, url={https://example.org/a}}",
        encoding="utf-8",
    )
    works = tmp_path / "b.json"
    works.write_text(
        json.dumps({"results": [{"id": "https://openalex.org/W1", "title": "Walls of gardens",
                                 "abstract_inverted_index": {"Walls.": [0]},
                                 "publication_date": "2021-06-07"}]}),
        encoding="utf-8",
    )  # fmt: skip
    row = read_snapshot([bib, works], today=TODAY).papers.iloc[0]
    assert (row["source"], row["abstract"]) == ("openalex", "Walls.")
    assert (row["published"], row["published_precision"]) == (pd.Timestamp(2021, 6, 7), "day")
    assert "url=bibtex" in row["provenance"].split("; ")
    assert "abstract" not in row["provenance"]


def test_a_date_by_the_arxiv_id_says_so(tmp_path: Path) -> None:
    papers = snap(tmp_path, [paper("A", "a", id="2310.00010", year=2023),
                             paper("B", "b", id="2310.00011"),
                             paper("C", "c", id="2310.00012", year=2022)]).papers  # fmt: skip
    assert papers["published"].dt.strftime("%Y-%m").tolist() == ["2023-10", "2023-10", "2022-01"]
    assert papers["published_precision"].tolist() == ["month", "month", "year"]
    assert papers["provenance"].fillna("").tolist() == ["published=arxiv-id"] * 2 + [""]


# papertide snapshot


def run(*arguments: object, folder: Path | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_snapshot_prints_json_and_writes_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("acl.bib", "daily_2025.json", "openalex.json")
    code, out, err = run("snapshot", "--json", *(DATA / name for name in names))
    shown = json.loads(out)
    assert (code, err) == (0, "")
    assert (shown["format"], shown["papers"], shown["undated"]) == ("mixed", 9, 0)
    assert shown["dropped"] == {"no title": 1}
    assert shown["precision"] == {"day": 5, "month": 3, "year": 1}
    assert shown["years"]["2025"] == 2
    assert [file["format"] for file in shown["files"]] == ["bibtex", "hf-daily", "openalex"]
    assert len(shown["sample"]) == 5
    assert not list(tmp_path.iterdir())


def test_snapshot_as_text_reads_aloud(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("snapshot", DATA / "openalex.json")
    assert code == 0
    assert "3 papers, 1 of them without an abstract." in out
    assert "Dated: 3 (1 to the day, 1 to the month, 1 to the year)." in out
    assert "Left out: 1 no title." in out
    assert "OpenAlex works" in out
    assert out.rstrip().endswith("analyses these papers.")
    assert max(map(len, out.splitlines())) <= 100
    assert not list(tmp_path.iterdir())


def test_snapshot_of_bad_input_ends_with_two_and_one_message(tmp_path: Path) -> None:
    path = tmp_path / "p.txt"
    path.write_text("\x1b[31mNothing here.", encoding="utf-8")
    code, out, err = run("snapshot", path, "--json")
    assert (code, out) == (2, "")
    assert err.startswith("Found: ")
    assert "\x1b" not in err
    code, _, err = run("snapshot", DATA / "acl.bib", "--max-mb", "0")
    assert code == 2


def test_hostile_titles_reach_the_terminal_harmless(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps([paper("\x1b]0;owned\x07Title \u202eabc", "a")]), encoding="utf-8")
    code, out, _ = run("snapshot", path)
    assert code == 0
    assert not set(out) & {"\x1b", "\x07", "\u202e"}
