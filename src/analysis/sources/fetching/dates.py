"""Dates of undated papers, from the arXiv API, as a CSV for `--dates`.

A paper with an arXiv id is looked up by it, any other by its title. A title counts only if exactly
one paper has the same one, ignoring case and punctuation, and their abstracts do not contradict:
a wrong date is worse than none.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.english import count
from analysis.base.errors import InputError
from analysis.base.escaping import (
    first_lines,
    for_spreadsheet,
    for_terminal,
    normalised_title,
    short_hash,
)

from .arxiv import ENDPOINT, PATH
from .arxiv_api import Entry, error_message, read_feed
from .files import FetchedFile
from .limits import ARXIV_PACE
from .response import QueryRefusedError
from .session import FetchOptions, Session, finish, get_response, open_session

if TYPE_CHECKING:
    import pandas as pd

BATCH = 100
"""Ids per request."""

CANDIDATES = 25
"""The most papers that a request for a title returns."""

FEWEST_WORDS = 3
"""A title of fewer words is too unspecific to be looked up."""

ABSTRACTS_ALIKE = 0.3
"""Jaccard similarity of the words below which two abstracts contradict each other."""

_WORDS = re.compile(r"\w+")
_WORDS_TO_COMPARE = 20
_SHOWN = 3


@dataclass(frozen=True)
class _Undated:
    """A paper to look up; `arxiv_id` is empty if it has none."""

    title: str
    abstract: str
    arxiv_id: str


@dataclass
class _Result:
    """The rows of the CSV, and the titles of papers without a result, by reason."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)

    def miss(self, paper: _Undated, *, why: str) -> None:
        self.missing.setdefault(why, []).append(paper.title)


def fetch_dates(
    papers: pd.DataFrame, *, name: str, precise: bool = False, options: FetchOptions
) -> FetchedFile:
    """Look up the dates of undated papers into `NAME.dates.csv`.

    Parameters
    ----------
    papers : DataFrame
        The papers of a snapshot: `paper_id`, `title`, `abstract`, `published`,
        `published_precision`.
    name : str
        The name in `NAME.dates.csv`, without its folder.
    precise : bool
        Also look up papers of which only the month or the year is known.
    options : FetchOptions

    Returns
    -------
    FetchedFile
        The file has the columns `title`, `arxiv_id` and `published` (a day).

    Raises
    ------
    InputError, KeyboardInterrupt
        As in `fetch_arxiv`; and if there is nothing to look up or no date is found.
    """
    undated = list(_undated(papers, precise=precise))
    if not undated:
        raise _nothing_undated(len(papers), precise=precise)
    out = options.out or Path(f"{Path(name).name}.dates.csv")
    content = json.dumps([[p.arxiv_id, p.title, p.abstract] for p in undated]).encode()
    request = {"papers": len(undated), "papers_sha256": hashlib.sha256(content).hexdigest()}
    result = _Result()
    with open_session(
        options, out=out, request=request, endpoint=ENDPOINT, pace=ARXIV_PACE
    ) as session:
        _look_up_ids(session, [p for p in undated if p.arxiv_id], result=result)
        _look_up_titles(session, [p for p in undated if not p.arxiv_id], result=result)
        if not result.rows:
            session.responses.remove()
            raise _nothing_found(result, n_undated=len(undated))
        return finish(
            session,
            command="fetch dates",
            content=_csv(result.rows),
            n_papers=len(result.rows),
            facts={"format": "CSV", "not_found": {w: len(t) for w, t in result.missing.items()}},
            notes=_notes(result, n_undated=len(undated)),
        )


def _undated(papers: pd.DataFrame, *, precise: bool) -> Iterator[_Undated]:
    from ..ids import arxiv_id

    is_undated = papers["published"].isna()
    if precise:
        is_undated |= papers["published_precision"] != "day"
    rows = papers.loc[is_undated, ["paper_id", "title", "abstract"]]
    for identifier, title, abstract in rows.itertuples(index=False):
        is_arxiv = arxiv_id(identifier) == identifier
        text = abstract if isinstance(abstract, str) else ""
        yield _Undated(title, text, identifier if is_arxiv else "")


def _look_up_ids(session: Session, papers: Sequence[_Undated], *, result: _Result) -> None:
    if not papers:
        return
    progress = session.options.progress
    batches = [papers[start : start + BATCH] for start in range(0, len(papers), BATCH)]
    with progress.stage(f"dates of {len(papers):,} arXiv ids"):
        for batch in progress.track("arXiv ids")(batches):
            entries = {entry.paper_id: entry for entry in _entries(session, batch)}
            for paper in batch:
                entry = entries.get(paper.arxiv_id)
                if entry is None:
                    result.miss(paper, why="arXiv does not have the id")
                else:
                    _take(entry, paper=paper, result=result)


def _entries(session: Session, batch: Sequence[_Undated]) -> tuple[Entry, ...]:
    """Return the entries of a batch of ids; if arXiv refuses it, each half is requested."""
    ids = ",".join(paper.arxiv_id for paper in batch)
    query = {"id_list": ids, "max_results": str(len(batch))}
    what = f"arXiv, {len(batch)} ids from {batch[0].arxiv_id} on"
    try:
        return _request(session, query, name=f"ids-{short_hash(ids)}", what=what)
    except QueryRefusedError:
        half = len(batch) // 2
        if not half:
            return ()
        return (*_entries(session, batch[:half]), *_entries(session, batch[half:]))


def _look_up_titles(session: Session, papers: Sequence[_Undated], *, result: _Result) -> None:
    if not papers:
        return
    progress = session.options.progress
    minutes = len(papers) * session.client.pace.between / 60
    if minutes >= 1:
        duration = count(round(minutes), "minute")
        progress.say(f"{count(len(papers), 'title')}, one request each: about {duration}")
    with progress.stage(f"dates of {count(len(papers), 'title')}"):
        for paper in progress.track("titles")(papers):
            words = _WORDS.findall(paper.title)
            if len(words) < FEWEST_WORDS:
                result.miss(paper, why=f"titles of fewer than {FEWEST_WORDS} words")
                continue
            try:
                candidates = _candidates(session, words)
            except QueryRefusedError:
                result.miss(paper, why="titles that arXiv refuses to search")
                continue
            _match(paper, candidates, result=result)


def _candidates(session: Session, words: Sequence[str]) -> tuple[Entry, ...]:
    search = f'ti:"{" ".join(words)}"'
    query = {"search_query": search, "start": "0", "max_results": str(CANDIDATES)}
    what = f"arXiv, the title {first_lines(' '.join(words), limit=60)}"
    return _request(session, query, name=f"title-{short_hash(search)}", what=what)


def _request(
    session: Session, query: Mapping[str, str], *, name: str, what: str
) -> tuple[Entry, ...]:
    _, feed = get_response(
        session,
        name=f"{name}.atom.xml",
        path=PATH,
        params=lambda attempt: query,
        parse=lambda body, *, attempt: read_feed(body),
        what=what,
        explain=error_message,
    )
    return feed.entries


def _match(paper: _Undated, entries: Sequence[Entry], *, result: _Result) -> None:
    from ..texts.latex import clean_source

    key = normalised_title(paper.title)
    same = {e.paper_id: e for e in entries if normalised_title(clean_source(e.title)) == key}
    agreeing = [e for e in same.values() if not _contradicts(paper.abstract, e.abstract)]
    if len(agreeing) == 1:
        _take(agreeing[0], paper=paper, result=result)
    elif agreeing:
        result.miss(paper, why="several papers with that title")
    else:
        why = "another abstract under that title" if same else "no paper with exactly that title"
        result.miss(paper, why=why)


def _contradicts(abstract: str, other: str) -> bool:
    words = [frozenset(_WORDS.findall(text.casefold())) for text in (abstract, other)]
    if min(map(len, words)) < _WORDS_TO_COMPARE:
        return False
    return len(words[0] & words[1]) / len(words[0] | words[1]) < ABSTRACTS_ALIKE


def _take(entry: Entry, *, paper: _Undated, result: _Result) -> None:
    from ..dates import parse_date

    day, precision, _ = parse_date(entry.published)
    if day is None or precision != "day":
        result.miss(paper, why="arXiv's date cannot be read")
        return
    result.rows.append((paper.title, entry.paper_id, day.isoformat()))


def _csv(rows: Sequence[tuple[str, str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["title", "arxiv_id", "published"])
    writer.writerows([for_spreadsheet(cell) for cell in row] for row in sorted(rows))
    return out.getvalue().encode("utf-8", "replace")


def _notes(result: _Result, *, n_undated: int) -> tuple[str, ...]:
    notes = [f"{len(result.rows):,} of {n_undated:,} papers dated"]
    for why, titles in result.missing.items():
        shown = ", ".join(f"“{first_lines(title, limit=60)}”" for title in titles[:_SHOWN])
        more = f" and {len(titles) - _SHOWN:,} more" if len(titles) > _SHOWN else ""
        notes.append(f"{why}: {shown}{more}")
    return tuple(for_terminal(note) for note in notes)


def _nothing_undated(n_papers: int, *, precise: bool) -> InputError:
    which = "a date to the day" if precise else "a date"
    next_step = "no look-up is needed"
    if not precise:
        next_step = "use --precise to look up papers of which only the month or year is known"
    return InputError(
        f"none of {count(n_papers, 'paper')} lacks {which}",
        allowed="a file with papers that lack it",
        next_step=next_step,
    )


def _nothing_found(result: _Result, *, n_undated: int) -> InputError:
    reasons = _notes(result, n_undated=n_undated)[1:]
    return InputError(
        [f"none of {count(n_undated, 'paper')} was found at arXiv", *reasons],
        allowed="papers that arXiv has under the same title or arXiv id",
        next_step="find their dates elsewhere, and put them into a CSV for --dates",
    )
