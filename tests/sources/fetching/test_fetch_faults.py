"""Responses that are late, cut, large, wrong or redirected: which are retried."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from email.utils import format_datetime
from itertools import repeat
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.sources.fetching import FetchedFile, FetchOptions, Pace, fetch_hf_daily
from analysis.sources.fetching.limits import ARXIV_PACE, HF_PACE, backoff
from simulator import NOON, Answer, Reply, Waits, at_first, hf_paper, hf_service, quick, serving

DAY = date(2025, 1, 2)
PAPERS = [hf_paper(n, day="2025-01-02") for n in range(1, 4)]
USUAL = hf_service({"2025-01-02": PAPERS})
BODY = json.dumps(PAPERS).encode()


def fetched(url: str, folder: Path, *, waits: Waits, pace: Pace | None = None) -> FetchedFile:
    options = FetchOptions(
        out=folder / "x.jsonl.gz",
        base_url=url,
        pace=pace or quick(),
        clock=waits.clock,
        progress=Progress(),
    )
    return fetch_hf_daily(first=DAY, last=DAY, options=options)


def message_of(answer: Answer, folder: Path, *, pace: Pace | None = None) -> str:
    """The error of a failing fetch, followed by its waits."""
    waits = Waits()
    with serving(answer) as service, pytest.raises(InputError) as caught:
        fetched(service.url, folder, waits=waits, pace=pace)
    text = str(caught.value).replace(service.url, "http://HERE")
    return f"{text}\nWaits: {waits.seconds}\nAsked: {len(service.asked)}"


# what passes

PASSING = {
    "429": Reply(b"slow down", status=429),
    "500": Reply(b"<html><h1>Oops</h1></html>", status=500),
    "503": Reply(status=503),
    "408": Reply(status=408),
    "html with 200": Reply(b"<!DOCTYPE html><html><body>We are mending it</body></html>"),
    "empty": Reply(b""),
    "cut json": Reply(BODY[:200]),
    "cut body": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n[{"),
    "cut headers": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Le"),
    "no http": Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
    "hangs up": Reply(raw=b" "),
    "length too long": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + BODY),
    "length too short": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + BODY),
    "length no number": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + BODY[:-9]),
    "broken gzip": Reply(b"no gzip", headers={"Content-Encoding": "gzip"}),
    "cut gzip": Reply(gzip.compress(BODY)[:-40], headers={"Content-Encoding": "gzip"}),
    "broken chunks": Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "cut chunks": Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{"),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_is_asked_about_again(tmp_path, capsys, name):
    waits = Waits()
    with serving(at_first([PASSING[name]], then=USUAL)) as service:
        done = fetched(service.url, tmp_path, waits=waits)
        assert len(service.asked) == 3
    assert done.n_papers == 3
    assert waits.seconds == [4.0, 1.0]
    said = capsys.readouterr().err
    assert "trying again in 4 s (2 of 6)" in said
    assert "\x1b" not in said


def test_late_bytes_of_a_bad_answer_are_not_read_as_the_next_one(tmp_path):
    """They arrive after the next request, if that uses the same connection."""
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
    for status in (b"200 OK", b"503 Busy"):
        folder = tmp_path / status[:3].decode()
        folder.mkdir()
        short = b"HTTP/1.1 " + status + b"\r\nContent-Length: 20\r\n\r\n" + BODY[:20]
        with serving(at_first([Reply(raw=short, late=empty)], then=USUAL)) as service:
            assert fetched(service.url, folder, waits=Waits()).n_papers == 3
            assert len(service.asked) == 3


def test_a_server_that_never_recovers_ends_it_after_six_tries(tmp_path):
    said = message_of(lambda asked: Reply(b"<h1>no \x1b[1m</h1>", status=502), tmp_path)
    assert said == (
        "Found: daily papers of 2025-01-02, page 0: http://HERE gave HTTP 502 (no [1m), 6 times\n"
        "Allowed: a response within 6 tries\n"
        "Next: check the connection, then run the same command again, or later\n"
        "Waits: [4.0, 8.0, 16.0, 32.0, 64.0]\nAsked: 6"
    )
    assert list(tmp_path.iterdir()) == []


def test_waits_double_up_to_a_bound_and_are_spread():
    waits = [backoff(n, pace=HF_PACE, jitter=0.5) for n in range(1, 8)]
    assert waits == [4, 8, 16, 32, 64, 120, 120]
    assert backoff(1, pace=HF_PACE, jitter=0.0) == 3
    assert backoff(1, pace=HF_PACE, jitter=1.0) == 5
    assert (HF_PACE.between, ARXIV_PACE.between) == (1.0, 3.0)


@pytest.mark.parametrize(
    ("text", "wait"),
    [("30", 30.0), ("1", 4.0), ("soon", 4.0), ("", 4.0), ("-5", 4.0), ("9" * 70, 4.0)],
)
def test_retry_after_is_obeyed_where_it_is_longer(tmp_path, text, wait):
    waits = Waits()
    late = Reply(status=429, headers={"Retry-After": text})
    with serving(at_first([late], then=USUAL)) as service:
        fetched(service.url, tmp_path, waits=waits)
    assert waits.seconds[0] == wait


@pytest.mark.parametrize(
    ("ahead", "wait"), [(timedelta(seconds=100), 100.0), (timedelta(days=-1), 4.0)]
)
def test_retry_after_may_be_a_date(tmp_path, ahead, wait):
    waits = Waits()
    late = Reply(status=503, headers={"Retry-After": format_datetime(NOON + ahead, usegmt=True)})
    with serving(at_first([late], then=USUAL)) as service:
        fetched(service.url, tmp_path, waits=waits)
    assert waits.seconds[0] == wait


def test_a_retry_after_of_hours_ends_it(tmp_path):
    late = Reply(b"Rate exceeded.", status=429, headers={"Retry-After": "7200"})
    said = message_of(lambda asked: late, tmp_path)
    assert "gave HTTP 429 (Rate exceeded.)\nAllowed: waits of up to 900 s" in said
    assert "Next: run the same command again in 120 minutes" in said
    assert "Waits: []\nAsked: 1" in said


def test_a_silent_server_is_given_up(tmp_path):
    silent: Iterator[bytes] = (time.sleep(2) or b"" for _ in range(3))
    said = message_of(lambda asked: Reply(pieces=silent), tmp_path, pace=quick(read=0.2, tries=1))
    assert "gave no byte in time, once" in said


def test_a_server_that_drips_is_given_up(tmp_path):
    """Each byte comes in time; the complete response does not."""
    waits = Waits()

    def drip() -> Iterator[bytes]:
        for _ in range(40):
            waits.now += 20.0
            yield b" "
            time.sleep(0.005)

    with (
        serving(lambda asked: Reply(pieces=drip())) as service,
        pytest.raises(InputError, match="incomplete after 300 s"),
    ):
        fetched(service.url, tmp_path, waits=waits, pace=quick(tries=1))


def test_no_server_at_all_is_tried_three_times(tmp_path):
    with serving(USUAL) as service:
        url = service.url
    waits = Waits()
    with pytest.raises(InputError, match="gave no connection, 3 times") as caught:
        fetched(url, tmp_path, waits=waits)
    assert waits.seconds == [4.0, 8.0]
    assert "check the connection" in str(caught.value)


# what does not


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 206, 304])
def test_a_refusal_is_not_repeated(tmp_path, status):
    body = b"" if status in (204, 304) else b'{"error": "Invalid date"}'
    said = message_of(lambda asked: Reply(body, status=status), tmp_path)
    assert f"gave HTTP {status}" in said
    assert ("(Invalid date)" in said) == bool(body)
    assert "Allowed: HTTP 200" in said
    assert "Waits: []\nAsked: 1" in said


def test_a_body_without_end_is_refused(tmp_path):
    endless = repeat(b"[" + b" " * 99_999)
    small = quick(max_bytes=2_000_000)
    said = message_of(lambda asked: Reply(pieces=endless), tmp_path, pace=small)
    assert "gave a response of more than 2 MB\nAllowed: responses of up to 2 MB" in said
    assert "Asked: 1" in said


def test_a_gzip_bomb_is_refused_early(tmp_path):
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(20)) + packer.flush()
    assert len(bomb) < 300_000  # of 200 MB
    reply = Reply(bomb, headers={"Content-Encoding": "gzip"})
    said = message_of(lambda asked: reply, tmp_path, pace=quick(max_bytes=5_000_000))
    assert "a response of more than 5 MB" in said


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip, gzip", "deflate", "x\x1b[1m"])
def test_other_encodings_are_refused(tmp_path, encoding):
    said = message_of(lambda asked: Reply(BODY, headers={"Content-Encoding": encoding}), tmp_path)
    assert "a response in the encoding" in said
    assert "Allowed: plain or gzip responses" in said
    assert "\x1b" not in said


def test_gzip_is_asked_for_and_read(tmp_path):
    packed = Reply(gzip.compress(BODY), headers={"Content-Encoding": "gzip"})
    with serving(lambda asked: packed) as service:
        done = fetched(service.url, tmp_path, waits=Waits())
        assert {asked.headers["Accept-Encoding"] for asked in service.asked} == {"gzip"}
    assert done.n_papers == 3


def test_chunks_are_read(tmp_path):
    chunks = (
        b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (BODY[:100], BODY[100:])) + b"0\r\n\r\n"
    )
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    with serving(lambda asked: Reply(raw=raw)) as service:
        assert fetched(service.url, tmp_path, waits=Waits()).n_papers == 3


def test_headers_without_end_are_no_answer(tmp_path):
    raw = b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5000
    said = message_of(lambda asked: Reply(raw=raw), tmp_path, pace=quick(tries=1))
    assert "gave a response that breaks off or is not HTTP, once" in said
