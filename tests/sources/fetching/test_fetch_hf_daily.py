"""Hugging Face's daily papers, simulated: requests, kept responses, counts, and the file."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.papers.snapshot import read_snapshot
from analysis.sources.fetching import FetchedFile, FetchOptions, fetch_hf_daily
from analysis.sources.fetching.hugging_face import read_listing
from analysis.sources.fetching.response import PermanentError, TransientError
from simulator import Answer, Reply, Service, Waits, hf_paper, hf_service, quick, serving

DAYS = {
    "2025-01-01": [],
    "2025-01-02": [hf_paper(n, day="2025-01-02") for n in range(1, 4)],
    "2025-01-03": [hf_paper(n, day="2025-01-03") for n in range(4, 9)],
}


def fetched(
    service: Service,
    folder: Path,
    *,
    first: str = "2025-01-01",
    last: str = "2025-01-03",
    waits: Waits | None = None,
) -> FetchedFile:
    options = FetchOptions(
        out=folder / "daily.jsonl.gz",
        base_url=service.url,
        pace=quick(),
        clock=(waits or Waits()).clock,
        progress=Progress(quiet=True),
    )
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    return fetch_hf_daily(**days, options=options)


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_the_records_are_kept_as_they_came_after_their_day(tmp_path):
    with serving(hf_service(DAYS)) as service:
        done = fetched(service, tmp_path)
    lines = lines_of(done.path)
    assert [line.pop("listedOn") for line in lines] == ["2025-01-02"] * 3 + ["2025-01-03"] * 5
    assert lines == DAYS["2025-01-02"] + DAYS["2025-01-03"]
    assert done.n_papers == 8
    assert b'"x": 1.5' in gzip.decompress(done.path.read_bytes())


def test_numbers_and_escapes_keep_their_spelling(tmp_path):
    record = b'{"paper": {"id": "2501.00010", "title": "A\\u00e9 \\ud83e\\udd17", "n": 1.50}}'
    with serving(lambda asked: Reply(b"[" + record + b"\n]")) as service:
        done = fetched(service, tmp_path, first="2025-01-02", last="2025-01-02")
    line = gzip.decompress(done.path.read_bytes())
    assert line == b'{"listedOn": "2025-01-02", ' + record[1:] + b"\n"


def test_the_manifest_says_what_was_asked_and_what_came(tmp_path):
    with serving(hf_service(DAYS)) as service:
        done = fetched(service, tmp_path)
        url = service.url
    told = json.loads(done.manifest.read_text())
    assert done.manifest.name == "daily.jsonl.gz.manifest.json"
    assert told["command"] == "fetch hf-daily"
    assert told["endpoint"] == url
    assert told["request"] == {"from": "2025-01-01", "to": "2025-01-03"}
    assert told["fetched"] == {"begun": "2026-01-01T12:00:00Z", "ended": "2026-01-01T12:00:00Z"}
    assert told["days"] == {"2025-01-01": 0, "2025-01-02": 3, "2025-01-03": 5}
    assert told["papers"] == 8
    content = done.path.read_bytes()
    assert told["file"] == {
        "name": "daily.jsonl.gz",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert {"python", "papertide", "urllib3"} == set(told["versions"])
    assert sorted(p.name for p in tmp_path.iterdir()) == [done.path.name, done.manifest.name]


def test_the_same_answers_give_the_same_bytes(tmp_path):
    digests = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with serving(hf_service(DAYS)) as service:
            digests.add(
                hashlib.sha256(fetched(service, tmp_path / name).path.read_bytes()).digest()
            )
    assert len(digests) == 1


def test_the_snapshot_reader_takes_papers_dates_and_day_from_it(tmp_path):
    old = [hf_paper(n, day="2024-05-27", new=False) for n in (1, 2)]
    days = {"2024-05-27": old, "2024-05-28": [hf_paper(3, day="2024-05-28")]}
    with serving(hf_service(days)) as service:
        done = fetched(service, tmp_path, first="2024-05-27", last="2024-05-29")
    read = read_snapshot([done.path], today=date(2026, 1, 1))
    assert read.inputs[0]["format"] == "hf-daily"
    assert read.inputs[0]["sha256"] == json.loads(done.manifest.read_text())["file"]["sha256"]
    assert (read.date, read.date_from) == (date(2024, 5, 28), "content")
    assert read.dropped == {}
    papers = read.papers.sort_values("paper_id")
    assert papers["paper_id"].tolist() == ["2405.00001", "2405.00002", "2405.00003"]
    assert papers["title"].iloc[0] == "On the paper number 1 of a day"
    assert papers["listed"].dt.strftime("%m-%d").tolist() == ["05-27", "05-27", "05-28"]
    assert papers["published"].dt.strftime("%m-%d").tolist() == ["05-27", "05-27", "05-28"]


def test_the_commands_of_the_next_step_read_it(cli, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.sources.fetching.hugging_face.HF_PACE", quick(between=0.0))
    out = tmp_path / "a day's list.jsonl.gz"
    with serving(hf_service(DAYS)) as service:
        said = cli(
            "fetch",
            "hf-daily",
            "--from",
            "2025-01-02",
            "--to",
            "2025-01-03",
            "--out",
            out,
            "--base-url",
            service.url,
        )
    assert (said.code, said.out) == (0, f"{out}\n")
    assert "hf-daily 2025-01: " in said.err
    assert f"8 papers. Next: papertide snapshot '{tmp_path}/a day'\"'\"'s list" in said.err
    shown = json.loads(cli("snapshot", out, "--json").out)
    assert (shown["papers"], shown["format"], shown["date"]) == (8, "hf-daily", "2025-01-03")


# pages


def test_pages_are_asked_for_until_one_brings_nothing_new(tmp_path):
    day = {"2025-01-02": [hf_paper(n, day="2025-01-02") for n in range(1, 251)]}
    with serving(hf_service(day)) as service:
        done = fetched(service, tmp_path, first="2025-01-02", last="2025-01-02")
        asked = [dict(request.query) for request in service.asked]
    assert done.n_papers == 250
    assert [query["p"] for query in asked] == ["0", "1", "2", "3"]
    assert {query["limit"] for query in asked} == {"100"}
    assert {query["date"] for query in asked} == {"2025-01-02"}


def test_a_page_may_hold_fewer_papers_than_asked_for(tmp_path):
    day = {"2025-01-02": [hf_paper(n, day="2025-01-02") for n in range(1, 56)]}
    with serving(hf_service(day, most=20)) as service:
        done = fetched(service, tmp_path, first="2025-01-02", last="2025-01-02")
    assert done.n_papers == 55


def test_a_paper_on_two_pages_of_a_day_is_taken_once(tmp_path):
    papers = [hf_paper(n, day="2025-01-02") for n in range(1, 6)]
    pages = {"0": papers[:3], "1": papers[1:4], "2": papers[3:]}

    def answer(asked):
        return Reply(json.dumps(pages.get(asked.query["p"], [])).encode())

    with serving(answer) as service:
        done = fetched(service, tmp_path, first="2025-01-02", last="2025-01-02")
    ids = [line["paper"]["id"] for line in lines_of(done.path)]
    assert ids == [f"2501.{n:05}" for n in range(1, 6)]


def test_a_server_that_knows_no_pages_is_asked_twice(tmp_path):
    body = json.dumps(DAYS["2025-01-03"]).encode()
    with serving(lambda asked: Reply(body)) as service:
        done = fetched(service, tmp_path, first="2025-01-03", last="2025-01-03")
        assert len(service.asked) == 2
    assert done.n_papers == 5


def test_endless_pages_of_new_papers_end(tmp_path):
    def answer(asked):
        return Reply(json.dumps([hf_paper(int(asked.query["p"]) + 1, day="2025-01-02")]).encode())

    with (
        serving(answer) as service,
        pytest.raises(InputError, match="more than 50 pages") as caught,
    ):
        fetched(service, tmp_path, first="2025-01-02", last="2025-01-02")
    assert "50 responses kept in" in str(caught.value)


# pace


def test_one_request_a_second(tmp_path):
    waits = Waits()
    with serving(hf_service(DAYS)) as service:
        fetched(service, tmp_path, waits=waits)
        assert len(service.asked) == 5
        agents = {asked.headers["User-Agent"] for asked in service.asked}
    assert waits.seconds == [1.0] * 4
    assert len(agents) == 1
    assert agents.pop().startswith("papertide/")


# days


def test_days_that_are_none_are_refused_together(tmp_path):
    with serving(hf_service(DAYS)) as service:
        with pytest.raises(InputError) as caught:
            fetched(service, tmp_path, first="2026-02-01", last="2022-01-01")
        with pytest.raises(InputError) as later:
            fetched(service, tmp_path, first="2022-01-01", last="2026-01-02")
        assert service.asked == []
    assert caught.value.problems == ["--from 2026-02-01 is after --to 2022-01-01"]
    assert later.value.problems == [
        "--from 2022-01-01 is before the first daily papers",
        "--to 2026-01-02 is in the future (it is 2026-01-01 in UTC)",
    ]
    assert "days from 2023-05-01 to 2026-01-01" in str(later.value)


def test_days_without_a_list_alone_leave_nothing(tmp_path):
    none = "no paper is listed from 2025-01-01 to 2025-01-03"
    with serving(hf_service({})) as service, pytest.raises(InputError, match=none):
        fetched(service, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_day_that_is_not_over_is_said_and_not_kept(tmp_path):
    days = {"2026-01-01": [hf_paper(1, day="2026-01-01")]}
    with serving(hf_service(days)) as service:
        done = fetched(service, tmp_path, first="2026-01-01", last="2026-01-01")
    assert done.notes == ("2026-01-01 is not over (UTC): its list may grow",)
    assert json.loads(done.manifest.read_text())["notes"] == list(done.notes)


# schema changes


CHANGED = {
    "without a title": (
        [{"paper": {"id": "2501.1", "name": "A", "summary": "b"}}],
        "a record without a title (number 1 of the page): an object with id, name",
    ),
    "without an id": (
        [hf_paper(1, day="2025-01-03"), {"paper": {"title": "A"}}],
        "a record without paper.id (number 2 of the page): an object with title",
    ),
    "without paper": (
        [{"article": {}}],
        "a record without paper (number 1 of the page): an object with article",
    ),
    "an object": (
        {"papers": [], "next": 2},
        "an object with papers, next instead of a list of papers",
    ),
    "an error": ({"error": "date is \x1b[31mwrong"}, "gave an error (date is"),
    "text": ("nothing", "gave text instead of a list of papers"),
}


def answering(body: bytes) -> Answer:
    usual = hf_service(DAYS)

    def answer(asked):
        return Reply(body) if asked.query["date"] == "2025-01-03" else usual(asked)

    return answer


@pytest.mark.parametrize("name", CHANGED)
def test_another_form_names_the_day_and_what_was_found(tmp_path, name):
    content, found = CHANGED[name]
    with serving(answering(json.dumps(content).encode())) as service:
        with pytest.raises(InputError) as caught:
            fetched(service, tmp_path)
        assert len(service.asked) == 4  # it would be the same the next time
    message = str(caught.value)
    assert "Found: daily papers of 2025-01-03, page 0: http://127.0.0.1" in message
    assert found in message
    assert "Allowed: a list of records, each with paper.id and a title" in message
    assert "3 responses kept in" in message
    kept = sorted(p.name for p in (tmp_path / "daily.jsonl.gz.parts").glob("*.page-*"))
    assert kept == [f"2025-01-0{d}.page-{p}.json" for d, p in ((1, 0), (2, 0), (2, 1))]
    assert not (tmp_path / "daily.jsonl.gz").exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>We are\nmending</body>",
        b"[",
        b'[{"paper": 1}',
        b"[1,]",
        b"[] []",
        b"[1 2]",
        b'["\xff"]',
        b"[" * 100_000,
        b'{"a": ',
        b"\x00",
    ],
)
def test_what_is_no_json_may_pass(body):
    with pytest.raises(TransientError, match="invalid JSON"):
        read_listing(body, attempt=0)


def test_what_is_json_will_not_pass():
    for body in (b"[1]", b'[{"paper": {"id": 1, "title": "A"}}]', b"null", b"12", b"[[]]"):
        with pytest.raises(PermanentError):
            read_listing(body, attempt=0)
    assert read_listing(b"\xef\xbb\xbf [ ] \n", attempt=0) == []
