"""Responses without an end, in every part of one, and bytes that follow a complete response."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest
from test_fetch_faults import BODY, DAY

from analysis.base.errors import InputError
from analysis.base.progress import Progress
from analysis.sources.fetching import FetchedFile, FetchOptions, Pace, fetch_hf_daily
from simulator import Reply, hf_paper, quick, serving

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
EMPTY_BLOCK = gzip.compress(b"")
SECONDS = 1.5


def fetched(url: str, folder: Path, *, pace: Pace) -> FetchedFile:
    """Fetch a day by the system's clock."""
    options = FetchOptions(out=folder / "x.gz", base_url=url, pace=pace, progress=Progress())
    return fetch_hf_daily(first=DAY, last=DAY, options=options)


def slowly(piece: bytes) -> Iterator[bytes]:
    for _ in range(100_000):
        time.sleep(0.02)
        yield piece


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


ENDLESS = {
    "status line": ([b"HTTP/1.1 200 "], b"O"),
    "header": ([OK], b"a"),
    "100 continue": ([], b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 continue with headers": ([], b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n"),
    "chunk extension": ([CHUNKED, b"1;"], b"a"),
    "trailers": ([CHUNKED, chunk(BODY), b"0\r\n"], b"A: b\r\n"),
    "empty gzip": (
        [OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"],
        chunk(EMPTY_BLOCK),
    ),
    "body without length": ([OK + b"\r\n"], b" "),
    "error body": ([b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n"], chunk(b"a")),
    "redirect headers": ([b"HTTP/1.1 302 Found\r\nLocation: /x\r\n"], b"A"),
}


@pytest.mark.timeout(120)  # the pieces alone take 2,000 s
@pytest.mark.parametrize("part", ENDLESS)
def test_one_deadline_holds_for_every_part_of_a_response(part: str, tmp_path: Path):
    begin, more = ENDLESS[part]
    pace = quick(response=SECONDS, tries=1)
    with (
        serving(lambda asked: Reply(status=0, pieces=chain(begin, slowly(more)))) as service,
        pytest.raises(InputError),
    ):
        fetched(service.url, tmp_path, pace=pace)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["100 continue with headers", "empty gzip", "trailers"])
def test_bytes_are_counted_as_they_come(part: str, tmp_path: Path):
    begin, more = ENDLESS[part]
    sent = [0]

    def fast() -> Iterator[bytes]:
        for piece in repeat(more * (65_536 // len(more)), 500):  # 32 MB
            sent[0] += len(piece)
            yield piece

    pace = quick(max_bytes=100_000, tries=1)
    with (
        serving(lambda asked: Reply(status=0, pieces=chain(begin, fast()))) as service,
        pytest.raises(InputError, match="a response of more than 0 MB"),
    ):
        fetched(service.url, tmp_path, pace=pace)
    assert sent[0] < 12_000_000


def test_what_follows_a_complete_response_is_not_the_next_one(tmp_path: Path):
    stale = json.dumps([hf_paper(9, day="2025-01-02")]).encode()

    def response(body: bytes) -> bytes:
        return OK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body

    replies = iter([Reply(raw=response(BODY) + response(stale)), Reply(b"[]"), Reply(b"[]")])
    with serving(lambda asked: next(replies)) as service:
        done = fetched(service.url, tmp_path, pace=quick(between=0.0))
    assert done.n_papers == 3
    lines = gzip.decompress(done.path.read_bytes()).decode().splitlines()
    assert [json.loads(line)["paper"]["id"] for line in lines] == [
        paper["paper"]["id"] for paper in json.loads(BODY)
    ]
