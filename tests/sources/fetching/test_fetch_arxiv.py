"""The arXiv API, simulated: pages, quirks, days, and the files written and read again."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.papers.snapshot import read_snapshot
from analysis.sources.fetching import FetchedFile, FetchOptions, arxiv, fetch_arxiv
from analysis.sources.fetching.arxiv_api import read_feed
from simulator import (
    NOON,
    Answer,
    Asked,
    Reply,
    Waits,
    arxiv_service,
    at_first,
    error_feed,
    feed,
    preprints,
    quick,
    serving,
)

PAPERS = preprints(450)
MONTH = {"first": date(2025, 1, 1), "last": date(2025, 1, 31)}


def fetched(
    url: str, folder: Path, *, query: str = "cat:cs.CL", waits: Waits | None = None, **settings: Any
) -> FetchedFile:
    options = FetchOptions(
        out=folder / "x.zip",
        base_url=url,
        pace=quick(between=3.0),
        clock=(waits or Waits()).clock,
        progress=Progress(quiet=True),
    )
    return fetch_arxiv(query, options=options, **settings)


def from_service(answer: Answer, folder: Path, **settings: Any) -> tuple[FetchedFile, list[Asked]]:
    with serving(answer) as service:
        return fetched(service.url, folder, **settings), service.asked


def message_of(answer: Answer, folder: Path, **settings: Any) -> tuple[str, list[Asked]]:
    with serving(answer) as service:
        with pytest.raises(InputError) as caught:
            fetched(service.url, folder, **settings)
        return str(caught.value), service.asked


def ids_of(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        feeds = [read_feed(archive.read(name)) for name in archive.namelist()]
    return [entry.paper_id for found in feeds for entry in found.entries]


# the usual course


def test_pages_are_kept_as_they_came_newest_first(tmp_path):
    waits = Waits()
    service = arxiv_service(PAPERS)
    done, asked = from_service(service, tmp_path, waits=waits, **MONTH)
    n_in_january = sum(p.published <= MONTH["last"] for p in PAPERS)
    assert done.n_papers == n_in_january == 310
    with zipfile.ZipFile(done.path) as archive:
        assert archive.namelist() == [
            "2025-01-01--2025-01-31.000000.atom.xml",
            "2025-01-01--2025-01-31.000200.atom.xml",
        ]
        assert archive.read(archive.namelist()[1]) == service(asked[1]).body
    assert ids_of(done.path) == sorted((p.id for p in PAPERS[:310]), reverse=True)
    assert [request.query["start"] for request in asked] == ["0", "200"]
    assert asked[0].query["search_query"] == (
        "(cat:cs.CL) AND submittedDate:[202501010000 TO 202501312359]"
    )
    assert {a.query["sortBy"] + " " + a.query["sortOrder"] for a in asked} == {
        "submittedDate descending"
    }
    assert waits.seconds == [3.0]


def test_the_manifest_and_the_snapshot_agree(tmp_path):
    done, _ = from_service(arxiv_service(PAPERS), tmp_path, query='ti:"a" AND cat:cs.*', **MONTH)
    told = json.loads(done.manifest.read_text())
    assert told["request"] == {
        "query": 'ti:"a" AND cat:cs.*',
        "from": "2025-01-01",
        "to": "2025-01-31",
        "max": None,
    }
    assert told["searched"] == (
        '(ti:"a" AND cat:cs.*) AND submittedDate:[202501010000 TO 202501312359]'
    )
    assert (told["papers"], told["said"], told["pages"], told["notes"]) == (310, 310, 2, [])
    read = read_snapshot([done.path], today=date(2026, 1, 1))
    assert len(read.papers) == 310
    assert read.dropped == {}
    assert {entry["format"] for entry in read.inputs} == {"arxiv-atom"}
    assert read.inputs[0]["sha256"] == told["file"]["sha256"]
    assert (read.date, read.date_from) == (date(2026, 1, 1), "content")
    assert read.papers["published"].max() == pd.Timestamp(2025, 1, 31)


def test_the_same_answers_give_the_same_bytes(tmp_path):
    digests = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        done, _ = from_service(arxiv_service(PAPERS), tmp_path / name)
        digests.add(hashlib.sha256(done.path.read_bytes()).digest())
    assert len(digests) == 1


def test_without_days_the_query_is_asked_as_it_is(tmp_path):
    done, asked = from_service(arxiv_service(PAPERS), tmp_path, query="  cat:cs.CL\n AND x ")
    assert done.n_papers == 450
    assert {a.query["search_query"] for a in asked} == {"cat:cs.CL AND x"}


@pytest.mark.parametrize("most", [1, 200, 250, 400, 450, 1000])
def test_max_gives_the_newest(tmp_path, most):
    done, asked = from_service(arxiv_service(PAPERS), tmp_path, limit=most)
    newest = sorted((p.id for p in PAPERS), reverse=True)[:most]
    assert ids_of(done.path) == newest
    assert done.n_papers == len(newest)
    assert done.notes == ()
    assert len(asked) == -(-len(newest) // 200)


def test_the_command_names_the_file_after_query_and_days(cli, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.sources.fetching.arxiv.ARXIV_PACE", quick(between=0.0))
    monkeypatch.chdir(tmp_path)
    with serving(arxiv_service(PAPERS)) as service:
        said = cli(
            "fetch",
            "arxiv",
            'ti:"Topic/Models" AND cat:cs.CL',
            "--from",
            "2025-01-01",
            "--to",
            "2025-01-02",
            "--base-url",
            service.url,
        )
    assert (said.code, said.out) == (
        0,
        "arxiv-ti-topic-models-and-cat-cs-cl-2025-01-01--2025-01-02.zip\n",
    )
    assert "arxiv 2025-01-01--2025-01-02: 20 papers: " in said.err
    assert json.loads(cli("snapshot", said.out.strip(), "--json").out)["papers"] == 20


# quirks


def test_an_empty_page_in_the_middle_is_asked_for_again_and_smaller(tmp_path):
    """Sometimes a page is empty for one page size only."""
    usual = arxiv_service(PAPERS)

    def answer(asked):
        odd = asked.query["start"] == "200" and asked.query["max_results"] == "200"
        return Reply(feed([], total=450, start=200)) if odd else usual(asked)

    done, asked = from_service(answer, tmp_path)
    assert done.n_papers == 450
    sizes = [a.query["max_results"] for a in asked]
    assert sizes == ["200", "200", "200", "200", "100", "200"]


def test_a_page_in_the_middle_that_stays_empty_ends_it_and_keeps_the_rest(tmp_path):
    usual = arxiv_service(preprints(1000))

    def answer(asked):
        return Reply(feed([], total=1000)) if asked.query["start"] == "400" else usual(asked)

    said, asked = message_of(answer, tmp_path)
    assert "Found: arXiv all, papers from 400 on: http" in said
    assert "gave a page without papers, 6 times" in said
    assert "2 responses kept in" in said
    assert len(asked) == 8


def test_a_total_that_counts_too_many_is_said(tmp_path):
    usual = arxiv_service(PAPERS)

    def answer(asked):
        reply = usual(asked)
        return replace(reply, body=reply.body.replace(b">450<", b">457<"))

    done, asked = from_service(answer, tmp_path)
    assert done.n_papers == 450
    assert done.notes == ("arXiv announced 457 papers and returned 450",)
    assert json.loads(done.manifest.read_text())["notes"] == list(done.notes)
    assert len(asked) == 3 + 6


def test_short_pages_lose_nothing(tmp_path):
    usual = arxiv_service(PAPERS)

    def answer(asked):
        fewer = {**asked.query, "max_results": "70"}
        return usual(replace(asked, query=fewer))

    done, _ = from_service(answer, tmp_path)
    assert done.n_papers == 450


def test_papers_that_come_up_meanwhile_push_none_out(tmp_path):
    asked_for = []

    def answer(asked):
        asked_for.append(asked)
        return arxiv_service(preprints(450 + 7 * len(asked_for)))(asked)

    done, _ = from_service(answer, tmp_path)
    found = ids_of(done.path)
    assert len(found) > len(set(found)) == done.n_papers
    assert {p.id for p in preprints(457)} <= set(found)
    read = read_snapshot([done.path], today=date(2026, 1, 1))
    assert len(read.papers) == done.n_papers
    assert read.dropped == {"duplicate": len(found) - done.n_papers}


def test_the_wrong_page_is_noticed(tmp_path):
    usual = arxiv_service(PAPERS)

    def answer(asked):
        return usual(replace(asked, query={**asked.query, "start": "0"}))

    said, _ = message_of(answer, tmp_path)
    assert "gave the papers from 0 on, not those from 200, 6 times" in said


BAD = (
    *(Reply(status=500), Reply(b"Rate exceeded.", status=429), Reply(b"<feed><entry>")),
    *(Reply(b"<!DOCTYPE html><html>Later</html>"), Reply(b"<html>Later</html>")),
    *(Reply(feed([], total=0)), Reply(feed([], total=450))),
)


@pytest.mark.parametrize("reply", BAD)
def test_a_bad_first_answer_passes(tmp_path, reply):
    done, asked = from_service(at_first([reply], then=arxiv_service(PAPERS)), tmp_path)
    assert done.n_papers == 450
    assert len(asked) == 4


def test_nothing_found_is_asked_twice_and_leaves_nothing(tmp_path):
    said, asked = message_of(arxiv_service([]), tmp_path, query="abs:zzz", **MONTH)
    assert "Found: arXiv finds no papers for abs:zzz from 2025-01-01 to 2025-01-31" in said
    assert len(asked) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_entry_is_said_in_arxivs_words(tmp_path, status):
    reply = Reply(error_feed("max_results must be\x9b an <integer>"), status)
    said, asked = message_of(lambda a: reply, tmp_path)
    assert "max_results must be an <integer>" in said
    assert "check the query" in said or "correct the query" in said
    assert len(asked) == 1


# more than a stretch


def test_a_large_result_is_taken_in_halves_of_its_days(tmp_path, monkeypatch):
    monkeypatch.setattr(arxiv, "WINDOW", 150)
    done, asked = from_service(
        arxiv_service(PAPERS), tmp_path, first=date(2025, 1, 1), last=date(2025, 2, 20)
    )
    assert ids_of(done.path) == sorted((p.id for p in PAPERS), reverse=True)
    assert done.n_papers == 450
    assert json.loads(done.manifest.read_text())["said"] == 450
    assert max(int(a.query["start"]) for a in asked) < 150


def test_a_large_result_without_days_is_taken_in_halves_too(tmp_path, monkeypatch):
    monkeypatch.setattr(arxiv, "WINDOW", 300)
    done, _ = from_service(arxiv_service(PAPERS), tmp_path, limit=400)
    assert ids_of(done.path) == sorted((p.id for p in PAPERS), reverse=True)[:400]


def test_one_day_cannot_be_halved(tmp_path, monkeypatch):
    monkeypatch.setattr(arxiv, "WINDOW", 150)
    papers = preprints(420, a_day=420)
    done, _ = from_service(
        arxiv_service(papers), tmp_path, first=papers[0].published, last=papers[0].published
    )
    assert done.n_papers == 420


def test_too_much_is_refused_at_once(tmp_path):
    def answer(asked):
        return Reply(feed(PAPERS[:200], total=2_000_000))

    said, asked = message_of(answer, tmp_path)
    assert "Found: the query has 2,000,000 papers\nAllowed: up to 150,000 papers per file" in said
    assert len(asked) == 1


# queries and days


@pytest.mark.parametrize(
    ("query", "days", "found"),
    [
        ("", {}, "neither a query nor days"),
        (" \n", {}, "neither a query nor days"),
        ("a\x00b", {}, "control characters"),
        ("a" * 2001, {}, "too long"),
        ("a", {"first": date(2025, 2, 1), "last": date(2025, 1, 1)}, "--from 2025-02-01 is after"),
        ("a", {"last": date(2026, 1, 2)}, "the days 1991-08-01 to 2026-01-02"),
        ("a", {"first": date(1990, 1, 1)}, "the days 1990-01-01 to 2026-01-01"),
    ],
)
def test_queries_that_are_none(tmp_path, query, days, found):
    said, asked = message_of(arxiv_service(PAPERS), tmp_path, query=query, **days)
    assert found in said
    assert asked == []


def test_days_alone_are_a_query(tmp_path):
    done, asked = from_service(arxiv_service(PAPERS), tmp_path, query="", first=date(2025, 2, 14))
    assert asked[0].query["search_query"] == "submittedDate:[202502140000 TO 202601012359]"
    assert done.n_papers == 10


# an open range


def test_an_open_range_ends_on_the_day_on_which_it_began(tmp_path, monkeypatch):
    """A fetch that resumes after midnight requests the same days, into the same file."""
    monkeypatch.chdir(tmp_path)
    usual, broken = arxiv_service(PAPERS), [True]

    def answer(asked):
        late = asked.query["start"] == "400" and broken[0]
        return Reply(status=500) if late else usual(asked)

    with serving(answer) as service:
        options = FetchOptions(
            base_url=service.url,
            pace=quick(between=0),
            clock=Waits().clock,
            progress=Progress(quiet=True),
        )
        days = {"first": date(2025, 1, 1)}
        with pytest.raises(InputError, match="2 responses kept in arxiv-x-2025-01-01--2026-01-01"):
            fetch_arxiv("x", **days, options=options)
        broken[0] = False
        tomorrow = replace(options.clock, now=lambda: NOON + timedelta(days=1))
        done = fetch_arxiv("x", **days, options=replace(options, clock=tomorrow))
        assert len({a.query["search_query"] for a in service.asked}) == 1
    assert done.path.name == "arxiv-x-2025-01-01--2026-01-01.zip"
    assert json.loads(done.manifest.read_text())["fetched"] == {
        "begun": "2026-01-01T12:00:00Z",
        "ended": "2026-01-02T12:00:00Z",
    }
