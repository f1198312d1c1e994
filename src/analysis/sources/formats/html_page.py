"""Hugging Face papers pages saved as HTML: the data that they carry, else what they show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.escaping import clean

from ..files.input_file import FORMATS_IN_WORDS, Rows
from ..records.records import frame_of
from .hf_page import read_page
from .json import hf_daily
from .json.services import kind_of

if TYPE_CHECKING:
    from lxml.etree import _Element

FORMAT = "hf-html"
_BLOCKS = frozenset(
    """address article aside blockquote body br button dd div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th time tr ul"""
    .split()
)  # fmt: skip
_SILENT = frozenset(
    ("script", "style", "svg", "noscript", "template", "head", "select", "textarea")
)
_MAX_DEPTH = 8


def read_html(text: str, *, shown: str, file_name: str) -> Rows:
    """Read a saved papers page: listing, trending, or the page of one paper.

    Parameters
    ----------
    text : str
        The whole file.
    shown, file_name : str
        As for `hf_page.read_page`.

    Returns
    -------
    Rows
        From the data that the page carries for its own scripts (all fields of the daily papers
        API) where they are there, else from its text and links as `read_page` does.

    Raises
    ------
    InputError
        Where no paper is found.
    """
    root = _tree(text)
    records = _embedded(root)
    try:
        rows = read_page(_text(root), shown=shown, file_name=file_name)
    except InputError as error:
        if records:
            return Rows(frame=frame_of(records), format=FORMAT)
        raise InputError(
            f"{shown} is an HTML page with no papers in it",
            allowed=FORMATS_IN_WORDS,
            next_step="open the page in a browser, select all, copy, and save that as a text file",
        ) from error
    if len(records) < len(rows.frame):
        return Rows(frame=rows.frame, notes=rows.notes, day=rows.day, format=FORMAT)
    return Rows(frame=frame_of(records), day=rows.day, format=FORMAT)


def _tree(text: str) -> _Element | None:
    """Parse by lxml: on nested, unclosed and endless tags it stays linear, as others do not."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _embedded(root: _Element | None) -> list[dict[str, Any]]:
    """Return the papers in the attributes from which the page builds itself, each once."""
    found: dict[str, dict[str, Any]] = {}
    for node in () if root is None else root.iter():
        try:
            props = json.loads(node.get("data-props") or "null")
        except (ValueError, RecursionError):
            continue
        for item in _papers(props, depth=0):
            record = hf_daily.record_of(item)
            key = record.get("arxiv_id") or clean(str(record.get("title")))
            if record.get("title") and len(record) > len(found.get(key, ())):
                found[key] = record
    return list(found.values())


def _papers(value: Any, *, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        if kind_of(value) == "hf-daily":
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _papers(item, depth=depth + 1)


def _text(root: _Element | None) -> str:
    """Return what a browser would copy: a line a block, the address of a link on the next."""
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
    """Return the address of a link that has words; a picture's link would follow other words."""
    href = (link.get("href") or "").strip()
    leads = href.startswith(("http://", "https://", "/"))
    has_words = any(text.strip() for text in islice(link.itertext(), 100))
    if not leads or not has_words or " " in href or len(href) > 500:
        return " "
    return f"\n{href}\n"
