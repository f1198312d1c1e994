"""The lists of Hugging Face's daily papers, day by day, as JSON Lines.

The API: https://huggingface.co/docs/hub/en/api#get-apidailypapers. A page may hold fewer papers
than asked for, so a day ends where a page brings nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from analysis.base.errors import InputError

from ..files import Fetched, gzipped
from ..http.limits import HF_PACE
from ..parts import remove
from ..work import Where, Work, answer, finish, with_out, working
from .answers import Listed, explain, line_of, read_listing

ENDPOINT = "https://huggingface.co"
FIRST_DAY = date(2023, 5, 1)
"""Daily papers begin in May 2023."""

PAGE = 100
MOST_PAGES = 50
KEY = "HF_TOKEN"
_PATH = "/api/daily_papers"
_READ_MB = 450


def fetch_hf_daily(*, first: date, last: date, where: Where) -> Fetched:
    """Fetch the daily papers of some days into `hf-daily-FIRST--LAST.jsonl.gz`.

    Parameters
    ----------
    first, last : date
        The first and the last day.
    where : Where

    Returns
    -------
    Fetched
        The file holds one record a line: `listedOn` (the day), then the record as it came.

    Raises
    ------
    InputError
        For days that are none, where the file exists, and where the service does not answer well;
        what was fetched is kept then.
    KeyboardInterrupt
        With what was kept.
    """
    _check(first, last, today=where.today)
    out = with_out(where, name=f"hf-daily-{first}--{last}.jsonl.gz")
    request = {"from": first.isoformat(), "to": last.isoformat()}
    with working(where, out=out, request=request, default=ENDPOINT, pace=HF_PACE, key=KEY) as work:
        days = dict(_days(work, first=first, last=last))
        lines = [line_of(p, day=day.isoformat()) for day, papers in days.items() for p in papers]
        if not lines:
            remove(work.parts.folder)
            raise _nothing(first, last)
        n_papers = len({paper.paper_id for papers in days.values() for paper in papers})
        return finish(
            work,
            command="fetch hf-daily",
            content=gzipped(lines),
            n_papers=n_papers,
            told={
                "format": "JSON Lines, gzip",
                "days": {day.isoformat(): len(papers) for day, papers in days.items()},
            },
            notes=_notes(days, lines=lines, today=where.today),
        )


def _check(first: date, last: date, *, today: date) -> None:
    problems = []
    if first > last:
        problems.append(f"--from {first} is after --to {last}")
    if first < FIRST_DAY:
        problems.append(f"--from {first} is before the first daily papers")
    if last > today:
        problems.append(f"--to {last} has not come yet (it is {today} in UTC)")
    if problems:
        raise InputError(problems, allowed=f"days from {FIRST_DAY} to {today}, the first one first",
                         next_step="correct --from and --to")  # fmt: skip


def _days(work: Work, *, first: date, last: date) -> Iterator[tuple[date, list[Listed]]]:
    progress = work.where.progress
    everything = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for month, days in groupby(everything, key=lambda day: f"{day:%Y-%m}"):
        with progress.stage(f"hf-daily {month}"):
            for day in progress.track(f"hf-daily {month}")(list(days)):
                yield day, _day(work, day)


def _day(work: Work, day: date) -> list[Listed]:
    """Return the papers of a day, each once."""
    found: dict[str, Listed] = {}
    for page in range(MOST_PAGES):
        papers = _page(work, day, page=page)
        new = {paper.paper_id: paper for paper in reversed(papers) if paper.paper_id not in found}
        if not new:
            return list(found.values())
        found |= dict(reversed(new.items()))
    raise InputError(
        f"daily papers of {day}: more than {MOST_PAGES} pages, each with new papers",
        allowed=f"lists of up to {MOST_PAGES * PAGE:,} papers a day",
        next_step="check --base-url",
    )


def _page(work: Work, day: date, *, page: int) -> list[Listed]:
    query = {"date": day.isoformat(), "p": str(page), "limit": str(PAGE)}
    _, papers = answer(
        work,
        name=f"{day.isoformat()}.page-{page}.json",
        path=_PATH,
        params=lambda attempt: query,
        read=read_listing,
        what=f"daily papers of {day}, page {page}",
        explain=explain,
        lasting=day < work.where.today,
    )
    return papers


def _nothing(first: date, last: date) -> InputError:
    return InputError(
        f"no paper is listed from {first} to {last}",
        allowed="days of which at least one has a list (few weekends and holidays have)",
        next_step="take more days",
    )


def _notes(days: dict[date, list[Listed]], *, lines: list[str], today: date) -> tuple[str, ...]:
    notes = []
    if today in days:
        notes.append(f"{today} is not over (UTC): its list may grow")
    size = sum(len(line.encode("utf-8", "replace")) for line in lines) / 1_000_000
    if size > _READ_MB:
        notes.append(f"unpacked the file has {size:,.0f} MB: read it with --max-mb {2 * size:.0f}")
    return tuple(notes)
