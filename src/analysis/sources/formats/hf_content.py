"""What a saved Hugging Face papers page holds: lines of known kinds and, in HTML, whole records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from analysis.base.escaping import clean

from ..dates import MONTH_NAME
from ..ids import arxiv_id
from .services import hf_daily_record, service_of

if TYPE_CHECKING:
    from lxml.etree import _Element

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
    """Split a page into its pieces, in its order and without blank ones.

    Markdown links at the beginning of a line become their label and their address; those inside a
    sentence become their label. The lines of a wrapped text are joined.
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


# HTML

_BLOCKS = set(
    "address article aside blockquote body br button dd div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th time tr "
    "ul".split()
)
_SILENT = set("script style svg noscript template head select textarea".split())
_MAX_DEPTH = 8


def html_content(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the text of a page as a browser would copy it, and the papers in its data.

    lxml stays linear on nested, unclosed and endless tags, unlike other parsers.
    """
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    return ("", []) if root is None else (_copied_text(root), _carried_papers(root))


def _carried_papers(root: _Element) -> list[dict[str, Any]]:
    """Return the papers in the attributes from which the page builds itself, each once."""
    papers: dict[str, dict[str, Any]] = {}
    for node in root.iter():
        try:
            props = json.loads(node.get("data-props") or "null")
        except (ValueError, RecursionError):
            continue
        for item in _papers(props, depth=0):
            record = hf_daily_record(item)
            key = record.get("arxiv_id") or clean(str(record.get("title")))
            if record.get("title") and len(record) > len(papers.get(key, ())):
                papers[key] = record
    return list(papers.values())


def _papers(value: Any, *, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        if service_of(value) == "hf-daily":
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _papers(item, depth=depth + 1)


def _copied_text(root: _Element) -> str:
    """Return what a browser would copy: one line per block, a link's address on the next line."""
    from lxml.etree import iterwalk

    parts: list[str] = []
    walk = iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event in ("comment", "pi"):
            parts.append(_flat(node.tail))
            continue
        silent = node.tag in _SILENT
        if node.tag in _BLOCKS:
            parts.append("\n")
        if event == "start" and not silent:
            parts += ["\n"] if _is_heading(node) else []
            parts.append(_flat(node.text))
        elif event == "start":
            walk.skip_subtree()
        else:
            parts += [_address(node)] if node.tag == "a" else []
            parts.append(_flat(node.tail))
    return "".join(parts)


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _is_heading(node: _Element) -> bool:
    above = node.getparent()
    return node.tag == "a" and above is not None and above.tag in ("h1", "h2", "h3", "h4")


def _address(link: _Element) -> str:
    """Return the address of a link that has words; that of a picture would follow other words."""
    href = (link.get("href") or "").strip()
    leads = href.startswith(("http://", "https://", "/"))
    has_words = any(text.strip() for text in islice(link.itertext(), 100))
    if not leads or not has_words or " " in href or len(href) > 500:
        return " "
    return f"\n{href}\n"
