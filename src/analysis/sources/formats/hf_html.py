"""Hugging Face papers pages saved as HTML: the data that they carry, else the text they show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean

from . import FORMATS_IN_WORDS, PREAMBLE, Content, Detection
from .arxiv_xml import after_prolog
from .hf_page import read_hf_page
from .records import Rows, frame_of
from .services import hf_daily_record, service_of

if TYPE_CHECKING:
    from lxml.etree import _Element

FORMAT = "hf-html"
_DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_ROOT = re.compile(r"<(?:html|head|body|main|div|section|article)\b", re.IGNORECASE)
_BLOCKS = set(
    "address article aside blockquote body br button dd div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th time tr "
    "ul".split()
)
_SILENT = set("script style svg noscript template head select textarea".split())
_MAX_DEPTH = 8


def detect_html(text: str) -> Detection | None:
    """Return a detection if a text begins as HTML, after its prolog."""
    is_html = _DOCTYPE.search(text[:PREAMBLE]) or _ROOT.match(after_prolog(text))
    return Detection() if is_html else None


def read_html(content: Content) -> Rows:
    """Read a saved papers page: listing, trending, or the page of one paper.

    Returns
    -------
    Rows
        From the data that the page carries for its own scripts (all fields of the daily papers
        API) if they are there, else from its text and links as `read_hf_page` does.

    Raises
    ------
    InputError
        If no paper is recognised.
    """
    root = _tree(content.text)
    records = _embedded(root)
    try:
        rows = read_hf_page(replace(content, text=_text(root)))
    except InputError as error:
        if records:
            return Rows(frame=frame_of(records), format=FORMAT)
        raise InputError(
            f"{content.shown} is an HTML page with no papers in it",
            allowed=FORMATS_IN_WORDS,
            next_step="open the page in a browser, select all, copy, and save that as a text file",
        ) from error
    if len(records) < len(rows.frame):
        return Rows(frame=rows.frame, notes=rows.notes, day=rows.day, format=FORMAT)
    return Rows(frame=frame_of(records), day=rows.day, format=FORMAT)


def _tree(text: str) -> _Element | None:
    """Parse by lxml, which unlike others stays linear on nested, unclosed and endless tags."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _embedded(root: _Element | None) -> list[dict[str, Any]]:
    """Return the papers in the attributes from which the page builds itself, each once."""
    papers: dict[str, dict[str, Any]] = {}
    for node in () if root is None else root.iter():
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


def _text(root: _Element | None) -> str:
    """Return what a browser would copy: one line per block, a link's address on the next line."""
    from lxml.etree import iterwalk

    parts: list[str] = []
    if root is None:
        return ""
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
    return re.sub(r"\s+", " ", text) if text else ""


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
