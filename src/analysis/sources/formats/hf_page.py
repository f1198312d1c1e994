"""Hugging Face papers pages saved as text or as HTML: titles and abstracts.

HTML has the data that the page carries for its scripts, or else it is read as text. In text, if the
page kept its links, a title is the text before a link to its paper. Otherwise titles and
abstracts alternate after a header, and the lines are read in the way that costs least: each line
may be a title, an abstract, a title without abstract or none of these, and it costs more the less
it looks like what it is taken for. A missing line thus has an effect only where it is missing, and
never shifts the lines after it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd

from analysis.base.errors import InputError

from ..dates import file_date, parse_date
from . import FORMATS_IN_WORDS, PREAMBLE, Content, Detection
from .arxiv_xml import after_prolog
from .hf_content import LONG, Line, html_content, is_papers_page, page_lines
from .records import Rows, frame_of

Paper = dict[str, str | None]

HTML = "hf-html"
"""The source of a page saved as HTML."""
_DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_ROOT = re.compile(r"<(?:html|head|body|main|div|section|article)\b", re.IGNORECASE)

UNUSED = "line that is neither title nor abstract"
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]?$")
_SURE_ABSTRACT = 150
_HEADER_LINES = 40
LONGEST_LINE = 1_000_000
"""Characters; no page has a longer line."""
_LEAST_PAIRED = 0.8
"""Share of lines that must be titles or abstracts in a text without the page's own words."""
_NEVER = 1e9
_TRENDING = re.compile(
    r"^[#\s]*trending papers\s*$|\bpublished on\s+[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}",
    re.IGNORECASE | re.MULTILINE,
)
_INNER_END = re.compile(
    r"(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\bal)[.!?][\"'”’)\]]?\s+(?=[\"'“‘(\[A-Z0-9])"
)
LONGEST_SUMMARY = 400
"""A single sentence up to this length is an AI summary on a trending page: of 5,840 abstracts of
daily papers 4 are under 300 characters, 2 of them a single sentence."""


def detect_html(text: str) -> Detection | None:
    """Return a detection if a text begins as HTML, after its prolog."""
    is_html = _DOCTYPE.search(text[:PREAMBLE]) or _ROOT.match(after_prolog(text))
    return Detection() if is_html else None


def read_html(content: Content) -> Rows:
    """Read a saved papers page: listing, trending, or the page of one paper.

    Records are from the data that the page carries for its own scripts (all fields of the daily
    papers API) if they are there, else from its text and links as `read_hf_page` does. InputError
    if no paper is recognised.
    """
    text, records = html_content(content.text)
    try:
        rows = read_hf_page(replace(content, text=text))
    except InputError as error:
        if records:
            return Rows(frame=frame_of(records), format=HTML)
        raise InputError(
            f"{content.shown} is an HTML page with no papers in it",
            allowed=FORMATS_IN_WORDS,
            next_step="open the page in a browser, select all, copy, and save that as a text file",
        ) from error
    if len(records) < len(rows.frame):
        return replace(rows, dropped={}, format=HTML)
    return Rows(frame=frame_of(records), day=rows.day, format=HTML)


def detect_hf_page(text: str) -> Detection | None:
    """Return that any text may be a page; other formats are surer."""
    return Detection(certain=False)


def read_hf_page(content: Content) -> Rows:
    """Read a page saved as text.

    An ISO date in the file's name gives the year of a page date such as "Mar 17".

    Columns `title`, `abstract`, `arxiv_id`, `published` (texts, null where the page has none); the
    page's own date as `day`. A trending page shows an AI summary in place of some abstracts: one
    sentence, which goes to a column `ai_summary`. InputError if no paper is recognised.
    """
    text = content.text
    longest = max(map(len, text.split("\n")))
    if longest > LONGEST_LINE:
        raise _no_papers(content, n_texts=text.count("\n") + 1)
    lines = page_lines(text)
    papers, n_unused = _without_links(lines)
    by_link = _with_links(lines)
    # One link on a page without links must not hide the other papers.
    linked = 2 * len(by_link[0]) >= max(len(papers), 1)
    if linked:
        papers, n_unused = by_link
    n_texts = sum(line.kind == "text" for line in lines)
    n_paired = 2 * sum(paper["abstract"] is not None for paper in papers)
    enough = is_papers_page(text) or n_paired >= _LEAST_PAIRED * n_texts
    if not papers or not (linked or (n_paired and enough)):
        raise _no_papers(content, n_texts=n_texts)
    columns = ["title", "abstract", "arxiv_id", "published"]
    if _TRENDING.search(text):
        papers = [_without_summary(paper) for paper in papers]
        columns += ["ai_summary"] if any("ai_summary" in paper for paper in papers) else []
    frame = pd.DataFrame(papers, columns=columns)
    return Rows(
        frame=frame.astype("str"),
        dropped={UNUSED: n_unused} if n_unused else {},
        day=_page_date(lines, file_name=content.file_name),
    )


def _no_papers(content: Content, *, n_texts: int) -> InputError:
    longest = max(map(len, content.text.split("\n")))
    return InputError(
        f"{content.shown} is a text with no papers in it (lines of text: {n_texts:,}, the longest "
        f"of {longest:,} characters)",
        allowed=f"{FORMATS_IN_WORDS}; on a page each title is followed by its abstract, each on a "
        "line of its own",
        next_step="open the papers page, select all, copy, and save that as a text file; or give "
        "a table with title and abstract columns",
    )


def _with_links(lines: list[Line]) -> tuple[list[Paper], int]:
    papers: list[Paper] = []
    n_unused = 0
    for line, after in pairwise([*lines, Line("noise", "")]):
        current = papers[-1] if papers else {}
        if line.kind == "date" and papers:
            current["published"] = current["published"] or line.text
        if line.kind != "text":
            continue
        is_new = after.text != current.get("arxiv_id") or line.text == current.get("title")
        if after.kind == "paper" and is_new:
            papers.append(_paper(line.text, arxiv_id=after.text))
        elif after.kind == "link" and len(line.text) < _SURE_ABSTRACT:
            continue  # an organisation and the link to it
        elif papers and current["abstract"] is None and not _is_slight(line.text):
            current["abstract"] = line.text
        else:
            n_unused += 1
    return papers, n_unused


def _paper(title: str, *, arxiv_id: str | None = None) -> Paper:
    return {"title": title, "abstract": None, "arxiv_id": arxiv_id, "published": None}


def _without_summary(paper: Paper) -> Paper:
    """Return a paper of a trending page, with its abstract set aside if it is an AI summary."""
    text = paper["abstract"] or ""
    if not text or len(text) > LONGEST_SUMMARY or _INNER_END.search(text.rstrip()):
        return paper
    return {**paper, "abstract": None, "ai_summary": text}


def _without_links(lines: list[Line]) -> tuple[list[Paper], int]:
    days = (i for i, line in enumerate(lines[:_HEADER_LINES]) if line.kind == "day")
    start = next(days, -1) + 1
    n_header = sum(line.kind == "text" for line in lines[:start])
    places = [i for i in range(start, len(lines)) if lines[i].kind == "text"]
    roles = _roles([lines[i].text for i in places], started=start > 0)
    role_at = dict(zip(places, roles, strict=True))
    papers: list[Paper] = []
    for i in range(start, len(lines)):
        role, line = role_at.get(i), lines[i]
        if role in ("title", "lone title"):
            papers.append(_paper(line.text))
        elif role == "abstract":
            papers[-1]["abstract"] = line.text
        elif line.kind == "date" and papers:
            papers[-1]["published"] = papers[-1]["published"] or line.text
    return papers, n_header + roles.count("unused")


def _roles(texts: list[str], *, started: bool) -> list[str]:
    """Decide what each text is at the least cost: "title", "abstract", "lone title" or "unused".

    Unless the papers have `started`, so that the header is known to be over, nothing before the
    first title with a complete abstract is taken for a paper.
    """
    # A state is (a title waits for its abstract, the papers have started).
    costs: dict[tuple[bool, bool], float] = {(False, started): 0.0}
    steps: list[dict[tuple[bool, bool], tuple[tuple[bool, bool], str]]] = []
    for text in texts:
        best: dict[tuple[bool, bool], float] = {}
        back: dict[tuple[bool, bool], tuple[tuple[bool, bool], str]] = {}
        for state, cost in costs.items():
            for role, extra, after in _moves(text, state):
                if cost + extra < best.get(after, _NEVER):
                    best[after], back[after] = cost + extra, (state, role)
        costs = best
        steps.append(back)
    ends = {state: cost for state, cost in costs.items() if not state[0]}
    state = min(ends, key=lambda end: ends[end])
    roles = []
    for back in reversed(steps):
        state, role = back[state]
        roles.append(role)
    return roles[::-1]


def _moves(text: str, state: tuple[bool, bool]) -> list[tuple[str, float, tuple[bool, bool]]]:
    waiting, started = state
    slight = _is_slight(text)
    if waiting:
        cost = _abstract_cost(text) if started or len(text) >= _SURE_ABSTRACT else _NEVER
        moves = [("abstract", cost, (False, True))]
        return [*moves, ("unused", 1.0, state)] if slight else moves
    title = _title_cost(text)
    moves = [
        ("title", title + 1.5 * slight, (True, started)),
        ("unused", _unused_cost(text), state),
    ]
    if started:
        sentence = _SENTENCE_END.search(text) is not None
        moves.append(("lone title", title + 2 + 2 * slight + 2 * sentence, state))
    return moves


def _is_slight(text: str) -> bool:
    """Whether a text may be a name or a button rather than a title."""
    return len(text) <= 20 and len(text.split()) <= 2


def _title_cost(text: str) -> float:
    if len(text) > LONG:
        return 9.0 if len(text) <= 2 * LONG else 20.0  # two unused abstracts cost 8
    length = 1.0 if len(text) > 200 else 0.0
    return length + (1.5 if text.endswith(".") else 0.0)


def _abstract_cost(text: str) -> float:
    if len(text) > LONG:
        return 0.0
    sentence = _SENTENCE_END.search(text) is not None and len(text.split()) >= 5
    if len(text) >= _SURE_ABSTRACT:
        return 0.5 if sentence else 2.0
    return 1.0 if sentence else 6.0


def _unused_cost(text: str) -> float:
    if _is_slight(text):
        return 1.0
    return 4.0 if len(text) > LONG else 2.5


def _page_date(lines: list[Line], *, file_name: str) -> date | None:
    """Return the day stated on the page, with the year of a link or of the file name."""
    day = next((line.text for line in lines[:_HEADER_LINES] if line.kind == "day"), None)
    if day is None:
        return None
    linked = [parse_date(line.text)[0] for line in lines if line.kind == "day-link"]
    for near in filter(None, linked):
        for year in (near.year - 1, near.year, near.year + 1):
            dated = parse_date(f"{day}, {year}")[0]
            if dated is not None and abs((dated - near).days) <= 7:
                return dated
    named = file_date(file_name)
    stated = parse_date(f"{day}, {named.year}")[0] if named else None
    return named if named is not None and stated == named else None
