"""The lines of a Hugging Face papers page saved as text, each with its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.base.escaping import clean

from ..dates.parsing import MONTH_NAME
from ..ids import arxiv_id

LONG = 300
"""Characters; no title is longer, and no line of a wrapped text."""

_COUNT = r"[\d.,]+\s*[km]?"
_DATE = re.compile(
    rf"(?:(?:published|submitted)\s+on\s+)?({MONTH_NAME}\.?\s+\d{{1,2}},?\s+\d{{4}})", re.IGNORECASE
)
_DAY = re.compile(rf"({MONTH_NAME})\.?\s+(\d{{1,2}})", re.IGNORECASE)
_URL = re.compile(r"(?:https?://\S+|/papers/\S+)")
_PAPER_URL = re.compile(
    r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co))?/papers/([^\s?#]+)(?:[?#]\S*)?"
)
_DAY_URL = re.compile(r"\S*/papers/date/(\d{4}-\d{2}-\d{2})\S*")
_MARKS = re.compile(r"^(?:[\s#>*•·]|-(?=\s|$))+")
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]{0,80}\]){0,400})\]\(((?:https?://|/papers/)[^\s()]{1,500})\)"
)
_LINK_LEAD = re.compile(r"[\s#>*•·-]*")
_SUBMITTED_BY = re.compile(r"submitted\s+by", re.IGNORECASE)

_BOILERPLATE = re.compile(
    rf"""new | by | ak | subscribe | search | upvote(?:\s+{_COUNT})?
    | \[\s*[-x+]?\s*\][-\s\d.,km]*
    | get\ trending\ papers\ in\ your\ email\ inbox.*
    | (?:by\s*ak\s+)?(?:and\ )?the\ research\ community | by\s*ak
    | (?:daily|trending|weekly|monthly)(?:\ papers)?
    | hugging\ face | models | datasets | spaces | docs | enterprise | pricing | community | buckets
    | log\ in | sign\ up | previous | next | today | load\ more | view\ all | papers
    | {_COUNT} | \W+ | {_COUNT}\s+(?:authors?|comments?|replies|upvotes?|likes?|stars?)
    | github(?:\s+{_COUNT})? | arxiv(?:\s+page)? | (?:project|arxiv|paper)\ page | pdf
    | view\ (?:arxiv\ page|pdf|paper) | submitted\ by\s+\S+ | published | organization
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OWN_WORDS = re.compile(
    r"get trending papers in your email|by\s?ak\b.{0,40}research community|huggingface\.co/papers|"
    r"/papers/\d{4}\.\d{4,5}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """One piece of a page.

    `kind` is "text", "paper" (a link; `text` is the arXiv id), "link" (any other), "date" (a full
    date), "day" (a month and day without year), "day-link" (a link with an ISO date) or "noise".
    """

    kind: str
    text: str


def is_papers_page(text: str) -> bool:
    """Return whether a text has words of the papers page itself."""
    return _OWN_WORDS.search(text) is not None


def page_lines(text: str) -> list[Line]:
    """Split a page into its pieces.

    Markdown links at the beginning of a line become their label and their address; those inside a
    sentence become their label. The lines of a wrapped text are joined.

    Parameters
    ----------
    text : str
        The whole page.

    Returns
    -------
    list of Line
        In the page's order, without blank ones.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _LINK.sub(_break_link, text)
    raw = [clean(line) for line in text.split("\n")]
    joins = _wraps(raw)
    out: list[Line] = []
    block: list[str] = []
    after_submitted = False
    for stripped in [*raw, ""]:
        line = _kind(_MARKS.sub("", stripped).rstrip(" *·")) if stripped else None
        if line is not None and line.kind == "text" and not after_submitted:
            block.append(line.text)
            continue
        out += _block_lines(block, joins=joins)
        block = []
        if line is None:
            continue
        if after_submitted and line.kind == "text":
            # The name of the person who submitted a paper; a text with spaces is a title after all.
            line = Line("noise", line.text) if " " not in line.text else line
        after_submitted = line.kind == "noise" and bool(_SUBMITTED_BY.fullmatch(line.text))
        if line.kind != "noise":
            out.append(line)
    return out


def _break_link(match: re.Match[str]) -> str:
    text = match.string
    label = " ".join(match[1].split())
    start = text.rfind("\n", max(0, match.start() - 40), match.start()) + 1
    leads = start > 0 or match.start() < 40
    end = text.find("\n", match.end())
    rest = text[match.end() : end if end >= 0 else len(text)][:60].strip()
    at_start = leads and _LINK_LEAD.fullmatch(text, start, match.start()) is not None
    if at_start and (len(rest) < 40 or rest.startswith(("·", "["))):
        return f"\n{label}\n{match[2]}\n"
    return label


def _wraps(lines: list[str]) -> bool:
    """Whether adjacent lines are one text: the page has blank lines, or no line is long."""
    filled = [line for line in lines if line]
    n_blank = len(lines) - len(filled)
    return n_blank * 4 >= len(filled) or max(map(len, filled), default=0) <= 120


def _block_lines(block: list[str], *, joins: bool) -> list[Line]:
    if joins and all(len(line) <= LONG for line in block):
        return [Line("text", " ".join(block))] if block else []
    return [Line("text", line) for line in block]


def _kind(text: str) -> Line:
    if len(text) > 2 * LONG:
        return Line("text", text)
    if _URL.fullmatch(text):
        day = _DAY_URL.fullmatch(text)
        if day:
            return Line("day-link", day[1])
        paper = _PAPER_URL.fullmatch(text)
        identifier = arxiv_id(paper[1]) if paper else None
        return Line("paper", identifier) if identifier else Line("link", text)
    date = _DATE.fullmatch(text)
    if date:
        return Line("date", date[1])
    if _DAY.fullmatch(text):
        return Line("day", text)
    if not text or _SUBMITTED_BY.fullmatch(text) or _BOILERPLATE.fullmatch(text):
        return Line("noise", text)
    return Line("text", text)
