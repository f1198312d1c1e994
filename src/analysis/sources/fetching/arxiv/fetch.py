"""What arXiv's API finds for a query, newest first, as the Atom pages that came, in a zip.

Known quirks, from https://info.arxiv.org/help/api/user-manual.html and the reports of those who use
it: pages that are empty or short in the middle of a result, now and then only for one page size;
a total that changes; failures far into a result. So a page is asked for again, smaller in the end;
the next page begins where the last one really ended; a result beyond `WINDOW` is taken in
stretches of days. Papers that come up meanwhile only push others back, so that none is lost.
"""

from __future__ import annotations

import contextlib
import glob
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import first_lines, for_terminal

from ..files import Fetched, zipped
from ..http.limits import ARXIV_PACE
from ..http.problems import PassingError
from ..parts import remove, request_of
from ..work import Where, Work, answer, finish, with_out, working
from .feed import Feed, explain, read_feed
from .query import FIRST_DAY, Query, checked, halves, slug

ENDPOINT = "https://export.arxiv.org"
PATH = "/api/query"
SIZES = (200, 200, 200, 100, 50, 25)
"""Papers asked for in the first and every further try of a page."""

WINDOW = 10_000
"""Papers of one stretch of days: further into a result the API fails."""

MOST_PAPERS = 150_000
"""Papers of one file: the readers take 1,000 members and 500 MB from a zip."""

_MOST_MEMBERS = 1000
_NOTHING_TRIES = 2
"""How often no paper at all is asked about: the API gives empty answers now and then."""


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
    most: int | None = None,
    where: Where,
) -> Fetched:
    """Fetch what arXiv's API finds into `arxiv-QUERY-FIRST--LAST.zip`.

    Parameters
    ----------
    query : str
        In arXiv's own language: `cat:cs.CL AND ti:"topic model"`.
    first, last : date, optional
        Days of first submission; with one of them alone, up to today or from 1991.
    most : int, optional
        Only so many papers, the newest.
    where : Where

    Returns
    -------
    Fetched
        The file holds the pages as they came.

    Raises
    ------
    InputError
        For a query or days that are none, where nothing or too much is found, the file exists,
        and where the service does not answer well; what was fetched is kept then.
    KeyboardInterrupt
        With what was kept.
    """
    asked = checked(query, first=first, last=last, today=where.today)
    request = {
        "query": asked.text,
        "from": first and first.isoformat(),
        "to": last and last.isoformat(),
        "max": most,
    }
    begun = _begun(where, request=request, text=asked.text)
    if asked.first and last is None:
        asked = Query(asked.text, asked.first, begun)
    name = f"arxiv-{slug(asked.text)}-{asked.name if asked.first else begun}.zip"
    out = with_out(where, name=name)
    with working(where, out=out, request=request, default=ENDPOINT, pace=ARXIV_PACE) as work:
        pages, totals = [], []
        ids: set[str] = set()
        for page in _pages(work, asked, most=most, totals=totals):
            pages.append(page)
            ids.update(entry.paper_id for entry in page.feed.entries)
            if len(pages) > _MOST_MEMBERS:
                raise _too_much(f"more than {_MOST_MEMBERS:,} pages")
        if not ids:
            remove(work.parts.folder)
            raise _nothing(asked)
        return _finished(work, pages, query=asked, ids=ids, total=sum(totals), most=most)


def _begun(where: Where, *, request: dict[str, Any], text: str) -> date:
    """Return the day on which this fetch began: an open range ends there, also after midnight."""
    folder = where.out.parent if where.out else Path()
    name = where.out.name if where.out else f"arxiv-{slug(text)}-*.zip"
    pattern = f"{glob.escape(name) if where.out else name}.parts"
    for parts in sorted(folder.glob(pattern), reverse=True):
        told = request_of(parts)
        asked = told.get("request")
        if isinstance(asked, dict) and {k: asked.get(k) for k in request} == request:
            with contextlib.suppress(ValueError):
                return date.fromisoformat(str(told.get("begun"))[:10])
    return where.today


def _finished(
    work: Work, pages: list[_Page], *, query: Query, ids: set[str], total: int, most: int | None
) -> Fetched:
    expected = total if most is None else min(total, most)
    notes = ()
    if len(ids) < expected:
        notes = (f"arXiv said {expected:,} papers and gave {len(ids):,}",)
    members = [(page.name, page.body) for page in pages]
    return finish(
        work,
        command="fetch arxiv",
        content=zipped(members),
        n_papers=len(ids),
        told={
            "format": "Atom pages, zip",
            "searched": query.search,
            "said": total,
            "pages": len(pages),
        },
        notes=notes,
    )


def _pages(work: Work, query: Query, *, most: int | None, totals: list[int]) -> Iterator[_Page]:
    """Yield the pages of a query, newest first; a large result in halves of its days.

    What arXiv said of each stretch that was taken whole is added to `totals`.
    """
    first = _page(work, query, start=0, most=most)
    total = first.feed.total
    if most is None and total > MOST_PAPERS:
        raise _too_much(f"the query has {total:,} papers")
    whole = query if query.first else Query(query.text, FIRST_DAY, work.where.today)
    wanted = total if most is None else min(total, most)
    if wanted > WINDOW and whole.first != whole.last:
        left = most
        for half in halves(whole):
            for page in _pages(work, half, most=left, totals=totals):
                left = None if left is None else left - len(page.feed.entries)
                yield page
            if left is not None and left <= 0:
                return
        return
    totals.append(total)
    with work.where.progress.stage(f"arxiv {query.name}: {wanted:,} papers"):
        yield from _rest(work, query, page=first, most=most)


def _rest(work: Work, query: Query, *, page: _Page, most: int | None) -> Iterator[_Page]:
    """Yield a first page and those after it; each begins where the one before it ended."""
    from tqdm import tqdm

    settings = work.where.progress.bar(f"arxiv {query.name}")
    start = 0
    with tqdm(total=most or page.feed.total, **(settings or {"disable": True})) as bar:
        while page.feed.entries:
            yield page
            start += len(page.feed.entries)
            bar.update(len(page.feed.entries))
            if start >= page.feed.total or (most is not None and start >= most):
                return
            page = _page(work, query, start=start, total=page.feed.total, most=most)


def _page(
    work: Work, query: Query, *, start: int, total: int = 0, most: int | None = None
) -> _Page:
    """Return the page that begins at a place of the result; an empty one where it ends early."""
    last_try = min(len(SIZES), work.client.pace.tries) - 1

    def read(body: bytes, *, attempt: int) -> Feed:
        feed = read_feed(body)
        if feed.start is not None and feed.start != start and feed.entries:
            raise PassingError(f"the papers from {feed.start:,} on, not those from {start:,}")
        if feed.entries:
            return feed
        if start == 0 and feed.total == 0 and attempt + 1 >= _NOTHING_TRIES:
            return feed
        if start and total - start <= SIZES[0] and attempt >= last_try:
            return feed  # a total that counts papers which cannot be had
        raise PassingError("a page without papers")

    sizes = SIZES if most is None else [min(size, most - start) for size in SIZES]
    name = f"{query.name}.{start:06}.atom.xml"
    body, feed = answer(
        work,
        name=name,
        path=PATH,
        params=lambda attempt: {
            "search_query": query.search,
            "start": str(start),
            "max_results": str(sizes[min(attempt, len(sizes) - 1)]),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        },
        read=read,
        what=f"arXiv {query.name}, papers from {start:,} on",
        explain=explain,
    )
    return _Page(name, body, feed)


def _nothing(query: Query) -> InputError:
    days = f" from {query.first} to {query.last}" if query.first else ""
    shown = first_lines(for_terminal(query.text), limit=100)
    return InputError(
        f"arXiv finds no paper for {shown or 'these days'}{days}",
        allowed="a query that finds at least one paper",
        next_step="check its words and days; ti: means title, abs: abstract, cat: category",
    )


def _too_much(found: str) -> InputError:
    return InputError(
        found,
        allowed=f"up to {MOST_PAPERS:,} papers a file",
        next_step="fetch it in parts with --from and --to, or the newest with --max; for all of "
        "arXiv read its metadata file instead",
    )
