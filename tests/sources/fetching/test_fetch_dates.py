"""Dates looked up at a simulated arXiv: which papers are the same, and the CSV."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.papers.snapshot import read_snapshot
from analysis.sources import read_dates
from analysis.sources.fetching import FetchedFile, FetchOptions, fetch_dates
from simulator import Asked, Preprint, Reply, Waits, arxiv_service, error_feed, quick, serving

ABOUT = "We " + " ".join(f"word{i}" for i in range(40))
ELSE = "They " + " ".join(f"other{i}" for i in range(40))
KNOWN = [
    Preprint("2303.04610", "Tuning the Model: A Study", date(2023, 3, 8), ABOUT),
    Preprint("2310.00010", "Tuning the Model: A Study of Studies", date(2023, 10, 1), ABOUT),
    Preprint("2401.00001", "Two of One Name", date(2024, 1, 2), ABOUT),
    Preprint("2402.00002", "Two of one name", date(2024, 2, 3), ABOUT),
    Preprint("2403.00003", "Another Abstract Here", date(2024, 3, 4), ELSE),
    Preprint("2404.00004", "=Sum of all the formulae", date(2024, 4, 5), ABOUT),
    Preprint("2405.00005", "LoRA", date(2024, 5, 6), ABOUT),
]


def papers(*rows: tuple[str, str]) -> pd.DataFrame:
    """Undated papers of these ids and titles."""
    ids, titles = zip(*rows, strict=True)
    table = pd.DataFrame({"paper_id": ids, "title": titles, "abstract": [ABOUT] * len(rows)})
    return table.assign(
        published=pd.Series([pd.NaT] * len(rows), dtype="datetime64[us]"),
        published_precision=pd.Series([None] * len(rows), dtype="str"),
    )


def titled(*titles: str) -> pd.DataFrame:
    return papers(*((f"t{i:012x}", title) for i, title in enumerate(titles)))


def looked_up(
    table: pd.DataFrame, folder: Path, *, answer=None, precise: bool = False
) -> tuple[FetchedFile, list[Asked]]:
    with serving(answer or arxiv_service(KNOWN)) as service:
        options = FetchOptions(
            out=folder / "dates.csv",
            base_url=service.url,
            pace=quick(between=3.0),
            clock=Waits().clock,
            progress=Progress(quiet=True),
        )
        return fetch_dates(table, name="x", precise=precise, options=options), service.asked


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "title",
    ["Tuning the Model: A Study", "TUNING THE MODEL – A STUDY", "Tuning the model, a study"],
)
def test_the_same_title_counts_and_a_longer_one_does_not(tmp_path, title):
    done, asked = looked_up(titled(title), tmp_path)
    assert rows_of(done.path) == [
        ["title", "arxiv_id", "published"],
        [title, "2303.04610", "2023-03-08"],
    ]
    assert asked[0].query["search_query"].casefold() == 'ti:"tuning the model a study"'


def test_what_is_not_near_certain_stays_undated_and_is_named(tmp_path):
    table = titled(
        "Tuning the Model: A Study",
        "Two of One Name",
        "Another abstract here",
        "LoRA",
        "Never Seen at All",
    )
    done, asked = looked_up(table, tmp_path)
    assert [row[1] for row in rows_of(done.path)[1:]] == ["2303.04610"]
    assert done.notes == (
        "1 of 5 papers dated",
        "several papers with that title: “Two of One Name”",
        "another abstract under that title: “Another abstract here”",
        "titles of fewer than 3 words: “LoRA”",
        "no paper with exactly that title: “Never Seen at All”",
    )
    assert len(asked) == 4
    told = json.loads(done.manifest.read_text())
    assert told["request"]["papers"] == 5
    assert sum(told["not_found"].values()) == 4


def test_ids_are_looked_up_by_the_hundred(tmp_path):
    known = [Preprint(f"2301.{i:05}", f"T {i}", date(2023, 1, 1 + i % 28)) for i in range(1, 251)]
    table = papers(*((p.id, p.title) for p in known)).assign(
        published=pd.Timestamp("2023-01-01"), published_precision="month"
    )
    done, asked = looked_up(table, tmp_path, answer=arxiv_service(known), precise=True)
    assert done.n_papers == 250
    assert [len(a.query["id_list"].split(",")) for a in asked] == [100, 100, 50]
    days = {row[1]: row[2] for row in rows_of(done.path)[1:]}
    assert days == {p.id: p.published.isoformat() for p in known}


def test_an_id_that_arxiv_refuses_does_not_cost_the_others(tmp_path):
    known = [Preprint(f"2301.{i:05}", f"T {i}", date(2023, 1, 5)) for i in range(1, 21)]
    table = papers(*((p.id, p.title) for p in known))
    answer = arxiv_service(known, bad_ids=["2301.00007"])
    done, _ = looked_up(table, tmp_path, answer=answer)
    assert done.n_papers == 19
    assert done.notes[1] == "arXiv does not have the id: “T 7”"


def test_a_title_that_arxiv_refuses_does_not_cost_the_others(tmp_path):
    usual = arxiv_service(KNOWN)

    def answer(asked):
        odd = "Never" in asked.query["search_query"]
        return Reply(error_feed("bad query"), status=400) if odd else usual(asked)

    table = titled("Never Seen at All", "Tuning the Model: A Study")
    done, _ = looked_up(table, tmp_path, answer=answer)
    assert done.n_papers == 1
    assert done.notes[1] == "titles that arXiv refuses to search: “Never Seen at All”"


def test_a_server_that_fails_costs_nothing_that_was_found(tmp_path):
    usual = arxiv_service(KNOWN)

    def answer(asked):
        return Reply(status=500) if "Two" in asked.query["search_query"] else usual(asked)

    table = titled("Tuning the Model: A Study", "Two of One Name")
    with pytest.raises(InputError, match="HTTP 500, 6 times") as caught:
        looked_up(table, tmp_path, answer=answer)
    assert "1 response kept in" in str(caught.value)


def test_dates_to_the_day_are_left_alone(tmp_path):
    table = papers(("2303.04610", "Tuning the Model: A Study"))
    dated = table.assign(published=pd.Timestamp("2023-03-01"), published_precision="month")
    with pytest.raises(InputError, match="none of 1 paper lacks a date") as caught:
        looked_up(dated, tmp_path)
    assert "use --precise" in str(caught.value)
    done, _ = looked_up(dated, tmp_path, precise=True)
    assert rows_of(done.path)[1][2] == "2023-03-08"
    with pytest.raises(InputError, match="lacks a date to the day"):
        looked_up(dated.assign(published_precision="day"), tmp_path, precise=True)


def test_how_long_it_takes_is_said_before(tmp_path, capsys):
    with serving(arxiv_service(KNOWN)) as service:
        options = FetchOptions(
            out=tmp_path / "x.csv",
            base_url=service.url,
            pace=quick(between=3.0),
            clock=Waits().clock,
            progress=Progress(),
        )
        fetch_dates(titled(*(p.title for p in KNOWN * 6)), name="x", options=options)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "42 titles, one request each: about 2 minutes"
    assert said[1].startswith("dates of 42 titles: ")


def test_nothing_found_leaves_nothing(tmp_path):
    with pytest.raises(InputError) as caught:
        looked_up(titled("Never Seen at All", "LoRA"), tmp_path)
    assert caught.value.problems == [
        "none of 2 papers was found at arXiv",
        "no paper with exactly that title: “Never Seen at All”",
        "titles of fewer than 3 words: “LoRA”",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_title_is_no_formula_and_still_finds_its_paper(tmp_path):
    done, _ = looked_up(titled("=Sum of all the formulae"), tmp_path)
    assert rows_of(done.path)[1][0] == "'=Sum of all the formulae"
    dates = read_dates([done.path])
    assert dates["title_key"].tolist() == ["sum of all the formulae"]
    assert dates["arxiv_id"].tolist() == ["2404.00004"]


def test_quotes_and_operators_of_a_title_are_no_query(tmp_path):
    done, asked = looked_up(titled('Tuning the "Model": A Study', 'X" OR all:* AND (y'), tmp_path)
    assert done.n_papers == 1
    assert asked[1].query["search_query"] == 'ti:"X OR all AND y"'


def test_latex_in_arxivs_title_is_read_as_the_snapshot_reader_does(tmp_path):
    known = [Preprint("2501.00001", r"Schr\"odinger and the $\alpha$ Cat", date(2025, 1, 1), ABOUT)]

    def answer(asked):
        return arxiv_service(known)(replace(asked, query={**asked.query, "search_query": ""}))

    done, _ = looked_up(titled("Schrödinger and the α Cat"), tmp_path, answer=answer)
    assert done.n_papers == 1


def test_the_command_writes_what_a_run_takes(cli, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.sources.fetching.dates.ARXIV_PACE", quick(between=0.0))
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text(f"title,abstract\nTuning the Model: A Study,{ABOUT}\nB,b\n")
    with serving(arxiv_service(KNOWN)) as service:
        said = cli("fetch", "dates", "mine.csv", "--base-url", service.url)
    assert (said.code, said.out) == (0, "mine.csv.dates.csv\n")
    assert "dates of 2 titles: " in said.err
    assert "1 paper. Next: papertide run mine.csv --dates mine.csv.dates.csv" in said.err
    read = read_snapshot(
        [Path("mine.csv")], dates=read_dates([Path("mine.csv.dates.csv")]), today=date(2026, 1, 1)
    )
    dated = read.papers.set_index("title").loc["Tuning the Model: A Study"]
    assert (dated["paper_id"], dated["published_precision"]) == ("2303.04610", "day")
    assert dated["published"] == pd.Timestamp("2023-03-08")
