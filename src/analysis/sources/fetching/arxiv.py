"""Papers that the arXiv API finds for a query, newest first, as the Atom pages that came, in a zip.

Known quirks, from https://info.arxiv.org/help/api/user-manual.html and reports of its users: pages
that are empty or short in the middle of a result, sometimes only for one page size; a total that
changes; failures far into a result. So a page is requested again, with a smaller size in the end;
the next page begins where the last one really ended; a result beyond `WINDOW` is requested in
ranges of days. Papers that are added meanwhile only push others back, so that none is lost.
"""

from __future__ import annotations

import contextlib
import glob
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.escaping import first_lines, for_terminal

from .arxiv_api import FIRST_DAY, Feed, Query, error_message, halves, parse_query, read_feed, slug
from .files import FetchedFile, stored_request, zip_members
from .limits import ARXIV_PACE
from .response import TransientError
from .session import FetchOptions, Session, finish, get_response, open_session

ENDPOINT = "https://export.arxiv.org"
PATH = "/api/query"
SIZES = (200, 200, 200, 100, 50, 25)
"""Papers requested in the first and every further try of a page."""

WINDOW = 10_000
"""Papers of one range of days: further into a result the API fails."""

MAX_PAPERS = 150_000
"""Papers of one file: the readers accept 1,000 members and 500 MB of a zip."""

_MAX_MEMBERS = 1000
_EMPTY_TRIES = 2
"""How often an empty result is requested: the API gives empty responses now and then."""


@dataclass(frozen=True)
class _Page:
    name: str
    body: bytes
    feed: Feed


def fetch_arxiv(
    query: str,
    *,
    first: date | None = None,
    last: date | None = None,
    limit: int | None = None,
    options: FetchOptions,
) -> FetchedFile:
    """Fetch the papers that the arXiv API finds into `arxiv-QUERY-FIRST--LAST.zip`.

    Parameters
    ----------
    query : str
        In arXiv's query language: `cat:cs.CL AND ti:"topic model"`.
    first, last : date, optional
        Days of first submission; the range may be open at one end.
    limit : int, optional
        Only the newest papers, at most this many.
    options : FetchOptions

    Returns
    -------
    FetchedFile
        The file contains the pages as they came.

    Raises
    ------
    InputError
        If the query or the days are invalid, too many papers or none are found, the file exists,
        or the service fails; responses are kept then.
    KeyboardInterrupt
        With the number of responses kept.
    """
    parsed = parse_query(query, first=first, last=last, today=options.today)
    request = {
        "query": parsed.text,
        "from": first and first.isoformat(),
        "to": last and last.isoformat(),
        "max": limit,
    }
    begun = _begun(options, request=request, text=parsed.text)
    if parsed.first and last is None:
        parsed = Query(parsed.text, parsed.first, begun)
    name = f"arxiv-{slug(parsed.text)}-{parsed.name if parsed.first else begun}.zip"
    out = options.out or Path(name)
    with open_session(
        options, out=out, request=request, endpoint=ENDPOINT, pace=ARXIV_PACE
    ) as session:
        pages: list[_Page] = []
        totals: list[int] = []
        for page in _pages(session, parsed, limit=limit, totals=totals):
            pages.append(page)
            if len(pages) > _MAX_MEMBERS:
                raise _too_many(f"more than {_MAX_MEMBERS:,} pages")
        if not any(page.feed.entries for page in pages):
            session.responses.remove()
            raise _nothing_found(parsed)
        return _finish(session, pages, query=parsed, total=sum(totals), limit=limit)


def _begun(options: FetchOptions, *, request: dict[str, Any], text: str) -> date:
    """Return the day on which this fetch began: an open range ends there, also after midnight."""
    out = options.out
    folder = out.parent if out else Path()
    name = glob.escape(out.name) if out else f"arxiv-{slug(text)}-*.zip"
    for parts in sorted(folder.glob(f"{name}.parts"), reverse=True):
        stored = stored_request(parts)
        earlier = stored.get("request")
        if isinstance(earlier, dict) and {k: earlier.get(k) for k in request} == request:
            with contextlib.suppress(ValueError):
                return date.fromisoformat(str(stored.get("begun"))[:10])
    return options.today


def _finish(
    session: Session, pages: list[_Page], *, query: Query, total: int, limit: int | None
) -> FetchedFile:
    n_papers = len({entry.paper_id for page in pages for entry in page.feed.entries})
    expected = total if limit is None else min(total, limit)
    note = f"arXiv announced {count(expected, 'paper')} and returned {n_papers:,}"
    return finish(
        session,
        command="fetch arxiv",
        content=zip_members([(page.name, page.body) for page in pages]),
        n_papers=n_papers,
        facts={
            "format": "Atom pages, zip",
            "searched": query.search,
            "said": total,
            "pages": len(pages),
        },
        notes=(note,) if n_papers < expected else (),
    )


def _pages(
    session: Session, query: Query, *, limit: int | None, totals: list[int]
) -> Iterator[_Page]:
    """Yield the pages of a query, newest first; a large result in halves of its days.

    The total that arXiv announced for each range of days is appended to `totals`.
    """
    first = _page(session, query, start=0, limit=limit)
    total = first.feed.total
    if limit is None and total > MAX_PAPERS:
        raise _too_many(f"the query has {total:,} papers")
    dated = query if query.first else Query(query.text, FIRST_DAY, session.options.today)
    wanted = total if limit is None else min(total, limit)
    if wanted > WINDOW and dated.first != dated.last:
        left = limit
        for half in halves(dated):
            for page in _pages(session, half, limit=left, totals=totals):
                left = None if left is None else left - len(page.feed.entries)
                yield page
            if left is not None and left <= 0:
                return
        return
    totals.append(total)
    with session.options.progress.stage(f"arxiv {query.name}: {count(wanted, 'paper')}"):
        yield from _pages_from(session, query, page=first, limit=limit)


def _pages_from(
    session: Session, query: Query, *, page: _Page, limit: int | None
) -> Iterator[_Page]:
    """Yield a first page and those after it; each begins where the one before it ended."""
    from tqdm import tqdm

    settings = session.options.progress.bar(f"arxiv {query.name}")
    start = 0
    with tqdm(total=limit or page.feed.total, **(settings or {"disable": True})) as bar:
        while page.feed.entries:
            yield page
            start += len(page.feed.entries)
            bar.update(len(page.feed.entries))
            if start >= page.feed.total or (limit is not None and start >= limit):
                return
            page = _page(session, query, start=start, total=page.feed.total, limit=limit)


def _page(
    session: Session, query: Query, *, start: int, total: int = 0, limit: int | None = None
) -> _Page:
    """Return the page that begins at `start` in the result; empty if the result ends early."""
    last_try = min(len(SIZES), session.client.pace.tries) - 1

    def parse(body: bytes, *, attempt: int) -> Feed:
        feed = read_feed(body)
        if feed.start is not None and feed.start != start and feed.entries:
            raise TransientError(f"the papers from {feed.start:,} on, not those from {start:,}")
        if feed.entries:
            return feed
        if start == 0 and feed.total == 0 and attempt + 1 >= _EMPTY_TRIES:
            return feed
        if start and total - start <= SIZES[0] and attempt >= last_try:
            return feed  # the total counts papers that the API does not return
        raise TransientError("a page without papers")

    sizes = [size if limit is None else min(size, limit - start) for size in SIZES]
    name = f"{query.name}.{start:06}.atom.xml"
    body, feed = get_response(
        session,
        name=name,
        path=PATH,
        params=lambda attempt: {
            "search_query": query.search,
            "start": str(start),
            "max_results": str(sizes[min(attempt, len(sizes) - 1)]),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        },
        parse=parse,
        what=f"arXiv {query.name}, papers from {start:,} on",
        explain=error_message,
    )
    return _Page(name, body, feed)


def _nothing_found(query: Query) -> InputError:
    days = f" from {query.first} to {query.last}" if query.first else ""
    shown = first_lines(for_terminal(query.text), limit=100)
    return InputError(
        f"arXiv finds no papers for {shown or 'these days'}{days}",
        allowed="a query that finds at least one paper",
        next_step="check its words and days; ti: means title, abs: abstract, cat: category",
    )


def _too_many(problem: str) -> InputError:
    return InputError(
        problem,
        allowed=f"up to {MAX_PAPERS:,} papers per file",
        next_step="fetch it in parts with --from and --to, or the newest with --max; for all of "
        "arXiv read its metadata file instead",
    )
