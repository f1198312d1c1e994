"""The lists of Hugging Face's daily papers, day by day, as JSON Lines.

The API: https://huggingface.co/docs/hub/en/api#get-apidailypapers. A page may hold fewer papers
than requested, so a day ends with the first page that has no new papers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from .files import FetchedFile, gzip_lines
from .limits import HF_PACE
from .response import PermanentError, TransientError, first_words
from .session import FetchOptions, Session, finish, get_response, open_session

ENDPOINT = "https://huggingface.co"
FIRST_DAY = date(2023, 5, 1)
"""Daily papers begin in May 2023."""

LISTED = "listedOn"
"""The field that is put before a record's own: the day whose list held it. Records of 2023 and
2024 do not contain it themselves."""

PAGE = 100
MAX_PAGES = 50
KEY = "HF_TOKEN"
_PATH = "/api/daily_papers"
_READ_MB = 450
_ALLOWED = "a list of records, each with paper.id and a title"
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"


@dataclass(frozen=True)
class ListedPaper:
    """A paper of a day's list: its id, and its record as it came, on one line."""

    paper_id: str
    text: str


def fetch_hf_daily(*, first: date, last: date, options: FetchOptions) -> FetchedFile:
    """Fetch the daily papers of a range of days into `hf-daily-FIRST--LAST.jsonl.gz`.

    Returns
    -------
    FetchedFile
        The file contains one record per line: `listedOn` (the day), then the record as it came.

    Raises
    ------
    InputError, KeyboardInterrupt
        As in `fetch_arxiv`.
    """
    _check_days(first, last, today=options.today)
    out = options.out or Path(f"hf-daily-{first}--{last}.jsonl.gz")
    request = {"from": first.isoformat(), "to": last.isoformat()}
    with open_session(
        options, out=out, request=request, endpoint=ENDPOINT, pace=HF_PACE, key=KEY
    ) as session:
        days = dict(_days(session, first=first, last=last))
        lines = [json_line(p, day=day.isoformat()) for day, papers in days.items() for p in papers]
        if not lines:
            session.responses.remove()
            raise InputError(
                f"no paper is listed from {first} to {last}",
                allowed="days of which at least one has a list (few weekends and holidays do)",
                next_step="choose a longer range of days",
            )
        return finish(
            session,
            command="fetch hf-daily",
            content=gzip_lines(lines),
            n_papers=len({paper.paper_id for papers in days.values() for paper in papers}),
            facts={
                "format": "JSON Lines, gzip",
                "days": {day.isoformat(): len(papers) for day, papers in days.items()},
            },
            notes=_notes(days, lines=lines, today=options.today),
        )


def _check_days(first: date, last: date, *, today: date) -> None:
    problems = []
    if first > last:
        problems.append(f"--from {first} is after --to {last}")
    if first < FIRST_DAY:
        problems.append(f"--from {first} is before the first daily papers")
    if last > today:
        problems.append(f"--to {last} is in the future (it is {today} in UTC)")
    if problems:
        raise InputError(
            problems,
            allowed=f"days from {FIRST_DAY} to {today}, the earlier one first",
            next_step="correct --from and --to",
        )


def _days(session: Session, *, first: date, last: date) -> Iterator[tuple[date, list[ListedPaper]]]:
    progress = session.options.progress
    all_days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for month, days in groupby(all_days, key=lambda day: f"{day:%Y-%m}"):
        with progress.stage(f"hf-daily {month}"):
            for day in progress.track(f"hf-daily {month}")(list(days)):
                yield day, _day(session, day)


def _day(session: Session, day: date) -> list[ListedPaper]:
    """Return the papers of a day, each once."""
    papers: dict[str, ListedPaper] = {}
    for number in range(MAX_PAGES):
        new: dict[str, ListedPaper] = {}
        for paper in _page(session, day, number=number):
            if paper.paper_id not in papers:
                new.setdefault(paper.paper_id, paper)
        if not new:
            return list(papers.values())
        papers |= new
    raise InputError(
        f"daily papers of {day}: more than {MAX_PAGES} pages, each with new papers",
        allowed=f"lists of up to {MAX_PAGES * PAGE:,} papers per day",
        next_step="check --base-url",
    )


def _page(session: Session, day: date, *, number: int) -> list[ListedPaper]:
    query = {"date": day.isoformat(), "p": str(number), "limit": str(PAGE)}
    _, papers = get_response(
        session,
        name=f"{day.isoformat()}.page-{number}.json",
        path=_PATH,
        params=lambda attempt: query,
        parse=read_listing,
        what=f"daily papers of {day}, page {number}",
        explain=error_message,
        is_final=day < session.options.today,
    )
    return papers


def _notes(
    days: Mapping[date, list[ListedPaper]], *, lines: list[str], today: date
) -> tuple[str, ...]:
    notes = []
    if today in days:
        notes.append(f"{today} is not over (UTC): its list may grow")
    size = sum(len(line.encode("utf-8", "replace")) for line in lines) / 1_000_000
    if size > _READ_MB:
        notes.append(
            f"the file has {size:,.0f} MB decompressed: read it with --max-mb {2 * size:.0f}"
        )
    return tuple(notes)


# responses


def read_listing(body: bytes, *, attempt: int) -> list[ListedPaper]:
    """Read one page of a day's list.

    Raises
    ------
    TransientError
        If it is not JSON: a page of HTML, a response that breaks off.
    PermanentError
        If it is JSON of another form; the message names the fields that are there.
    """
    try:
        text = body.decode("utf-8-sig").strip(_SPACE)
        if text[:1] == "[":
            items = list(_items(text))
            return [_listed(raw, value, number=i) for i, (raw, value) in enumerate(items, 1)]
        other = json.loads(text)
    except (ValueError, RecursionError):
        words = first_words(body)
        raise TransientError(f"invalid JSON ({words or 'empty'})") from None
    raise PermanentError(f"{_shape(other)} instead of a list of papers", allowed=_ALLOWED)


def _items(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the raw text and the value of every item; ValueError if it is not one whole list."""
    position = _after_space(text, 1)
    mark = "," if text[position : position + 1] != "]" else "]"
    while mark == ",":
        value, end = _DECODER.raw_decode(text, position)
        yield text[position:end], value
        end = _after_space(text, end)
        mark = text[end : end + 1]
        position = _after_space(text, end + 1) if mark == "," else end
    if mark != "]" or position + 1 != len(text):
        raise ValueError("the list breaks off, or something follows it")


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


def _listed(raw: str, value: Any, *, number: int) -> ListedPaper:
    paper = value.get("paper") if isinstance(value, dict) else None
    if not isinstance(paper, dict):
        raise PermanentError(
            f"a record without paper (number {number} of the page): {_shape(value)}",
            allowed=_ALLOWED,
        )
    texts = {"paper.id": paper.get("id"), "a title": paper.get("title") or value.get("title")}
    for name, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise PermanentError(
                f"a record without {name} (number {number} of the page): {_shape(paper)}",
                allowed=_ALLOWED,
            )
    # Within a JSON string a line break is always escaped: those left are between values.
    return ListedPaper(str(paper["id"]).strip(), raw.replace("\r", " ").replace("\n", " "))


def _shape(value: Any) -> str:
    """Describe a JSON value: the fields of an object, the text of an error, or the type."""
    if not isinstance(value, dict):
        types = {list: "a list", str: "text", bool: "true or false", type(None): "null"}
        return types.get(type(value), "a number")
    if message := _message(value):
        return f"an error ({first_lines(clean(message), limit=160)})"
    names = ", ".join(first_lines(clean(str(name)), limit=30) for name in list(value)[:12])
    return f"an object with {names or 'nothing'}"


def error_message(body: bytes) -> str:
    """Return the message of an error of the API; empty if it is not JSON."""
    try:
        return _message(json.loads(body))
    except (ValueError, RecursionError):
        return ""


def _message(value: Any) -> str:
    message = value.get("error") or value.get("message") if isinstance(value, dict) else None
    return message if isinstance(message, str) else ""


def json_line(paper: ListedPaper, *, day: str) -> str:
    """Return a record as one line: the day that listed it, then the record as it came."""
    return f'{{"{LISTED}": "{day}", {paper.text[1:].lstrip()}'
