"""A local server that answers like Hugging Face and arXiv, including their failures."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from analysis.sources.fetching import Clock, Pace

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""The day on which the tests of fetching take place."""


@dataclass(frozen=True)
class Asked:
    """One request; `body` is None for a GET."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """One reply. `raw` is written as it is instead of everything else; `pieces` one by one, with
    status 0 also without anything before them.

    `late` follows `raw` on the same connection, but only once the client has sent something more on
    it.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    late: bytes = b""
    pieces: Iterator[bytes] | None = None


Answer = Callable[[Asked], Reply]


@dataclass
class Service:
    """A running server: its address, and the requests."""

    url: str
    asked: list[Asked] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that hang up."""


@contextmanager
def serving(answer: Answer) -> Iterator[Service]:
    """Serve on a free port of this machine."""
    service = Service("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._take(None)

        def do_POST(self) -> None:
            self._take(self.rfile.read(int(self.headers["Content-Length"])))

        def _take(self, body: bytes | None) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked = Asked(parts.path, query, dict(self.headers.items()), body)
            service.asked.append(asked)
            with contextlib.suppress(ConnectionError):
                _write(self, answer(asked))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _write(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    if reply.raw:
        handler.wfile.write(reply.raw)
        if reply.late and handler.rfile.readline():
            handler.wfile.write(reply.late)
        handler.close_connection = True
        return
    if reply.pieces is not None and not reply.status:
        handler.close_connection = True
        for piece in reply.pieces:
            handler.wfile.write(piece)
        return
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if reply.pieces is not None:
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        for piece in reply.pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
        return
    if "Content-Length" not in reply.headers:
        handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    handler.wfile.write(reply.body)


def at_first(replies: Sequence[Reply], *, then: Answer) -> Answer:
    """Give these replies first, one per request."""
    left = list(replies)
    lock = threading.Lock()

    def answer(asked: Asked) -> Reply:
        with lock:
            if left:
                return left.pop(0)
        return then(asked)

    return answer


# time


@dataclass
class Waits:
    """A clock that records waits without waiting."""

    seconds: list[float] = field(default_factory=list)
    now: float = 0.0
    chance: float = 0.5

    def sleep(self, seconds: float) -> None:
        self.seconds.append(round(seconds, 3))
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(
            monotonic=lambda: self.now,
            sleep=self.sleep,
            now=lambda: NOON,
            random=lambda: self.chance,
        )


def quick(**changes: float) -> Pace:
    """Limits with which a test ends quickly."""
    return Pace(**{"between": 1.0, "connect": 10.0, "read": 10.0, **changes})  # type: ignore[arg-type]


# Hugging Face


def hf_paper(number: int, *, day: str, new: bool = True) -> dict[str, Any]:
    """One record, with the fields of 2025 or (not `new`) those of 2024."""
    paper: dict[str, Any] = {
        "id": f"{day[2:4]}{day[5:7]}.{number:05}",
        "authors": [{"_id": f"{number:024x}", "name": "Ada Lovelace", "hidden": False}],
        "publishedAt": f"{day}T07:23:19.000Z",
        "title": f"On the paper number {number}\n  of a day",
        "summary": f"We study the number {number}.\nIt is a number – like \U0001f917 others.",
        "upvotes": number,
    }
    record = {"paper": paper, "publishedAt": f"{day}T00:00:00.000Z", "title": paper["title"]}
    if new:
        paper["submittedOnDailyAt"] = f"{day}T00:44:05.364Z"
        record |= {"summary": paper["summary"], "numComments": 1, "aFieldToCome": {"x": 1.50}}
    return record


def hf_service(days: Mapping[str, Sequence[Any]], *, most: int = 100) -> Answer:
    """Answer like the daily papers API, with at most so many records a page."""

    def answer(asked: Asked) -> Reply:
        if asked.path != "/api/daily_papers":
            return Reply(b'{"error":"Not found"}', status=404)
        size = min(int(asked.query.get("limit", "50")), most)
        at = int(asked.query.get("p", "0")) * size
        found = list(days.get(asked.query.get("date", ""), ()))[at : at + size]
        body = json.dumps(found, indent=2, ensure_ascii=False).encode()
        return Reply(body, headers={"Content-Type": "application/json; charset=utf-8"})

    return answer


# arXiv


@dataclass(frozen=True)
class Preprint:
    """A paper as arXiv has it."""

    id: str
    title: str
    published: date
    abstract: str = "We say what is so, and why."


def preprints(count: int, *, first: date = date(2025, 1, 1), a_day: int = 10) -> list[Preprint]:
    """Papers numbered from 1, oldest first, so many a day."""
    days = [first + timedelta(days=i // a_day) for i in range(count)]
    return [
        Preprint(f"{day:%y%m}.{i:05}", f"Of the making of model {i}", day)
        for i, day in enumerate(days, 1)
    ]


def feed(
    papers: Sequence[Preprint], *, total: int, start: int = 0, day: str = "2026-01-01"
) -> bytes:
    """Write a page of Atom as arXiv does."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{p.id}v2</id><title>{escape(p.title)}</title>"
        f"<updated>2025-12-24T15:05:19Z</updated>"
        f'<link href="https://arxiv.org/abs/{p.id}v2" rel="alternate" type="text/html"/>'
        f"<summary>{escape(p.abstract)}</summary><category term='cs.CL'/>"
        f"<published>{p.published.isoformat()}T15:05:19Z</published>"
        "<author><name>Ada Lovelace</name></author></entry>\n"
        for p in papers
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>https://arxiv.org/api/x</id><title>arXiv Query</title><updated>{day}T01:02:03Z"
        f"</updated><opensearch:itemsPerPage>{len(papers)}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>\n{entries}</feed>\n"
    ).encode()


def error_feed(said: str) -> bytes:
    """Write an error of the arXiv API: an entry titled Error."""
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry>'
        "<id>http://arxiv.org/api/errors#no</id><title>Error</title>"
        f"<summary>{escape(said)}</summary></entry></feed>"
    ).encode()


_DAYS = re.compile(r"submittedDate:\[(\d{8})0000 TO (\d{8})2359\]")


def arxiv_service(papers: Sequence[Preprint], *, bad_ids: Sequence[str] = ()) -> Answer:
    """Answer like the arXiv API: days of submission, a title, or a list of ids."""

    def answer(asked: Asked) -> Reply:
        if asked.path != "/api/query":
            return Reply(b"<html><title>404</title></html>", status=404)
        ids = [i for i in asked.query.get("id_list", "").split(",") if i]
        if set(ids) & set(bad_ids):
            return Reply(error_feed(f"incorrect id format for {ids[0]}"), status=400)
        search = asked.query.get("search_query", "")
        found = [p for p in papers if p.id in ids] if ids else _found(papers, search=search)
        start, size = int(asked.query.get("start", "0")), int(asked.query.get("max_results", "10"))
        page = found[start : start + size]
        return Reply(feed(page, total=len(found), start=start))

    return answer


def _found(papers: Sequence[Preprint], *, search: str) -> list[Preprint]:
    days = _DAYS.search(search)
    if days:
        first, last = (datetime.strptime(text, "%Y%m%d").date() for text in days.groups())
        papers = [p for p in papers if first <= p.published <= last]
    title = re.match(r'ti:"(.*)"$', search)
    if title:
        words = title[1].casefold()
        papers = [p for p in papers if words in " ".join(re.findall(r"\w+", p.title)).casefold()]
    return sorted(papers, key=lambda p: (p.published, p.id), reverse=True)
