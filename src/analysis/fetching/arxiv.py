"""What arXiv's API finds for a query, newest first, as the Atom pages that came, in a zip.

Known quirks, from https://info.arxiv.org/help/api/user-manual.html and the reports of those who use
it: pages that are empty or short in the middle of a result, now and then only for one page size;
a total that changes; failures far into a result. So a page is asked for again, smaller in the end;
the next page begins where the last one really ended; a result beyond `WINDOW` is taken in
stretches of days. Papers that come up meanwhile only push others back, so that none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ..errors import InputError
from ..text import first_lines, for_terminal
from .arxiv_feed import Feed, explain, read_feed
from .files import Fetched, zipped
from .limits import ARXIV_PACE
from .parts import remove
from .problems import PassingError
from .work import Where, Work, answer, finish, with_out, working

ENDPOINT = "https://export.arxiv.org"
PATH = "/api/query"
FIRST_DAY = date(1991, 8, 1)
"""arXiv begins in August 1991."""

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
class Query:
    """A query, and the days of first submission it is limited to, both given or neither."""

    text: str
    first: date | None = None
    last: date | None = None

    @property
    def search(self) -> str:
        """The query as the API takes it."""
        if self.first is None or self.last is None:
            return self.text
        days = f"submittedDate:[{self.first:%Y%m%d}0000 TO {self.last:%Y%m%d}2359]"
        return f"({self.text}) AND {days}" if self.text else days

    @property
    def name(self) -> str:
        """The days, in words that can stand in a file name."""
        return f"{self.first}--{self.last}" if self.first else "all"


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
    asked = _checked(query, first=first, last=last, today=where.today)
    days = asked.name if asked.first else str(where.today)
    out = with_out(where, name=f"arxiv-{_slug(asked.text)}-{days}.zip")
    told = {
        "query": asked.text,
        "from": asked.first and asked.first.isoformat(),
        "to": asked.last and asked.last.isoformat(),
        "max": most,
    }
    with working(where, out=out, request=told, default=ENDPOINT, pace=ARXIV_PACE) as work:
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
        return _finished(work, pages, ids=ids, total=sum(totals), most=most)


def _finished(
    work: Work, pages: list[_Page], *, ids: set[str], total: int, most: int | None
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
        told={"format": "Atom pages, zip", "said": total, "pages": len(pages)},
        notes=notes,
    )


def _checked(query: str, *, first: date | None, last: date | None, today: date) -> Query:
    text = " ".join(query.split())
    problems = []
    if not text and first is None and last is None:
        problems.append("neither a query nor days")
    if len(text) > 2000 or not text.isprintable():
        problems.append("a query that is too long or holds control characters")
    if first is None and last is None and not problems:
        return Query(text)
    begin, end = first or FIRST_DAY, last or today
    if begin > end:
        problems.append(f"--from {begin} is after --to {end}")
    if begin < FIRST_DAY or end > today:
        problems.append(f"the days {begin} to {end}")
    if problems:
        raise InputError(
            problems,
            allowed=f"a query such as cat:cs.CL, and days from {FIRST_DAY} to {today} (UTC)",
            next_step="correct the query, --from and --to",
        )
    return Query(text, begin, end)


def _slug(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return words[:60].strip("-") or "papers"


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
        for half in _halves(whole):
            for page in _pages(work, half, most=left, totals=totals):
                left = None if left is None else left - len(page.feed.entries)
                yield page
            if left is not None and left <= 0:
                return
        return
    totals.append(total)
    with work.where.progress.stage(f"arxiv {query.name}: {wanted:,} papers"):
        yield from _rest(work, query, page=first, most=most)


def _halves(query: Query) -> tuple[Query, Query]:
    """Return the later and the earlier half of the days of a query."""
    assert query.first is not None
    assert query.last is not None
    middle = query.first + timedelta(days=(query.last - query.first).days // 2)
    later = Query(query.text, middle + timedelta(days=1), query.last)
    return later, Query(query.text, query.first, middle)


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
