"""Dates for papers without one, from arXiv's API, as a CSV that `--dates` takes.

A paper with an arXiv id is looked up by it. One without is looked up by its title, and only a
title that is the same without case and punctuation counts, of one paper alone, whose abstract
does not contradict: a wrong date is worse than none.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.escaping import (
    first_lines,
    for_spreadsheet,
    for_terminal,
    normalised_title,
    short_hash,
)

from .arxiv.feed import Entry, Feed, explain, read_feed
from .arxiv.fetch import ENDPOINT, PATH
from .files import Fetched
from .http.limits import ARXIV_PACE
from .http.problems import QueryRefusedError
from .parts import remove
from .work import Where, Work, answer, finish, with_out, working

if TYPE_CHECKING:
    import pandas as pd

BATCH = 100
"""Ids of one request."""

CANDIDATES = 25
"""Papers that a request for a title brings at most."""

FEWEST_WORDS = 3
"""A title of fewer words says too little to be looked up."""

ABSTRACTS_ALIKE = 0.3
"""Share of common words (Jaccard) under which two abstracts contradict each other."""

_WORDS = re.compile(r"\w+")
_WORDS_TO_COMPARE = 20
_SHOWN = 3


@dataclass(frozen=True)
class _Wanted:
    """A paper to look up; `arxiv_id` is empty where it has none."""

    title: str
    abstract: str
    arxiv_id: str


@dataclass
class _Result:
    """The rows of the CSV, and the titles of what was not found, by reason."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)

    def miss(self, paper: _Wanted, *, why: str) -> None:
        self.missing.setdefault(why, []).append(paper.title)


def fetch_dates(papers: pd.DataFrame, *, name: str, precise: bool = False, where: Where) -> Fetched:
    """Look up the dates of undated papers into `NAME.dates.csv`.

    Parameters
    ----------
    papers : DataFrame
        The papers of a snapshot: `paper_id`, `title`, `abstract`, `published`,
        `published_precision`.
    name : str
        What the file is called after.
    precise : bool
        Also look up papers of which only the month or the year is known.
    where : Where

    Returns
    -------
    Fetched
        The file has the columns `title`, `arxiv_id` and `published` (a day).

    Raises
    ------
    InputError
        Where there is nothing to look up, nothing is found, the file exists, and where the service
        does not answer well; what was found is kept then.
    KeyboardInterrupt
        With what was kept.
    """
    wanted = list(_wanted(papers, precise=precise))
    if not wanted:
        raise _no_work(len(papers), precise=precise)
    out = with_out(where, name=f"{Path(name).name}.dates.csv")
    key = json.dumps([[p.arxiv_id, p.title, p.abstract] for p in wanted]).encode()
    told = {"papers": len(wanted), "papers_sha256": hashlib.sha256(key).hexdigest()}
    result = _Result()
    with working(where, out=out, request=told, default=ENDPOINT, pace=ARXIV_PACE) as work:
        _by_id(work, [p for p in wanted if p.arxiv_id], result=result)
        _by_title(work, [p for p in wanted if not p.arxiv_id], result=result)
        if not result.rows:
            remove(work.parts.folder)
            raise _not_found(result, n_wanted=len(wanted))
        return finish(
            work,
            command="fetch dates",
            content=_csv(result.rows),
            n_papers=len(result.rows),
            told={"format": "CSV", "not_found": {w: len(t) for w, t in result.missing.items()}},
            notes=_notes(result, n_wanted=len(wanted)),
        )


def _wanted(papers: pd.DataFrame, *, precise: bool) -> Iterator[_Wanted]:
    from ..records.ids import arxiv_id

    undated = papers["published"].isna()
    if precise:
        undated |= papers["published_precision"] != "day"
    rows = papers.loc[undated, ["paper_id", "title", "abstract"]]
    for identifier, title, abstract in rows.itertuples(index=False):
        ours = arxiv_id(identifier) == identifier
        text = abstract if isinstance(abstract, str) else ""
        yield _Wanted(title, text, identifier if ours else "")


def _by_id(work: Work, papers: Sequence[_Wanted], *, result: _Result) -> None:
    if not papers:
        return
    progress = work.where.progress
    batches = [papers[at : at + BATCH] for at in range(0, len(papers), BATCH)]
    with progress.stage(f"dates of {len(papers):,} arXiv ids"):
        for batch in progress.track("arXiv ids")(batches):
            found = {entry.paper_id: entry for entry in _entries(work, batch)}
            for paper in batch:
                entry = found.get(paper.arxiv_id)
                if entry is None:
                    result.miss(paper, why="arXiv does not have the id")
                else:
                    _take(entry, paper=paper, result=result)


def _entries(work: Work, batch: Sequence[_Wanted]) -> tuple[Entry, ...]:
    """Return what arXiv has of some ids; where it refuses them together, halves are asked for."""
    ids = ",".join(paper.arxiv_id for paper in batch)
    query = {"id_list": ids, "max_results": str(len(batch))}
    try:
        _, feed = answer(
            work,
            name=f"ids-{short_hash(ids)}.atom.xml",
            path=PATH,
            params=lambda attempt: query,
            read=_read,
            what=f"arXiv, {len(batch)} ids from {batch[0].arxiv_id} on",
            explain=explain,
        )
    except QueryRefusedError:
        half = len(batch) // 2
        if not half:
            return ()
        return (*_entries(work, batch[:half]), *_entries(work, batch[half:]))
    return feed.entries


def _by_title(work: Work, papers: Sequence[_Wanted], *, result: _Result) -> None:
    if not papers:
        return
    progress = work.where.progress
    minutes = len(papers) * work.client.pace.between / 60
    if minutes >= 1:
        progress.say(f"{len(papers):,} titles, each a request: about {minutes:,.0f} minutes")
    with progress.stage(f"dates of {len(papers):,} titles"):
        for paper in progress.track("titles")(papers):
            words = _WORDS.findall(paper.title)
            if len(words) < FEWEST_WORDS:
                result.miss(paper, why=f"titles of under {FEWEST_WORDS} words")
                continue
            try:
                candidates = _candidates(work, words)
            except QueryRefusedError:
                result.miss(paper, why="titles that arXiv refuses to look for")
                continue
            _match(paper, candidates, result=result)


def _candidates(work: Work, words: Sequence[str]) -> tuple[Entry, ...]:
    search = f'ti:"{" ".join(words)}"'
    query = {"search_query": search, "start": "0", "max_results": str(CANDIDATES)}
    _, feed = answer(
        work,
        name=f"title-{short_hash(search)}.atom.xml",
        path=PATH,
        params=lambda attempt: query,
        read=_read,
        what=f"arXiv, the title {first_lines(' '.join(words), limit=60)}",
        explain=explain,
    )
    return feed.entries


def _read(body: bytes, *, attempt: int) -> Feed:
    return read_feed(body)


def _match(paper: _Wanted, entries: Sequence[Entry], *, result: _Result) -> None:
    from ..formats.latex import clean_source

    key = normalised_title(paper.title)
    same = {e.paper_id: e for e in entries if normalised_title(clean_source(e.title)) == key}
    agreeing = [e for e in same.values() if not _contradicts(paper.abstract, e.abstract)]
    if len(agreeing) == 1:
        _take(agreeing[0], paper=paper, result=result)
    elif agreeing:
        result.miss(paper, why="several papers of that title")
    else:
        why = "another abstract under that title" if same else "no paper of exactly that title"
        result.miss(paper, why=why)


def _contradicts(one: str, other: str) -> bool:
    words = [frozenset(_WORDS.findall(text.casefold())) for text in (one, other)]
    if min(map(len, words)) < _WORDS_TO_COMPARE:
        return False
    return len(words[0] & words[1]) / len(words[0] | words[1]) < ABSTRACTS_ALIKE


def _take(entry: Entry, *, paper: _Wanted, result: _Result) -> None:
    from ..dates.parsing import parse_date

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


def _notes(result: _Result, *, n_wanted: int) -> tuple[str, ...]:
    notes = [f"{len(result.rows):,} of {n_wanted:,} papers dated"]
    for why, titles in result.missing.items():
        named = ", ".join(f"“{first_lines(title, limit=60)}”" for title in titles[:_SHOWN])
        more = f" and {len(titles) - _SHOWN:,} more" if len(titles) > _SHOWN else ""
        notes.append(f"{why}: {named}{more}")
    return tuple(for_terminal(note) for note in notes)


def _no_work(n_papers: int, *, precise: bool) -> InputError:
    which = "a date to the day" if precise else "a date"
    next_step = "nothing is to be done"
    if not precise:
        next_step = "give --precise to look up the days of months and years"
    return InputError(
        f"no paper of {n_papers:,} lacks {which}",
        allowed="a file with papers that lack one",
        next_step=next_step,
    )


def _not_found(result: _Result, *, n_wanted: int) -> InputError:
    reasons = _notes(result, n_wanted=n_wanted)[1:]
    return InputError(
        [f"none of {n_wanted:,} papers was found at arXiv", *reasons],
        allowed="papers that arXiv has, under the same title or their arXiv id",
        next_step="look for their dates elsewhere, and put them into a CSV for --dates",
    )
