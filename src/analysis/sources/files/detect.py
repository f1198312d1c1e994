"""Which format a file is in, told from its content and never from its name."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass

from ..records.columns import column_key, match_columns

DELIMITERS = (",", ";", "\t", "|")
_HEAD = 200_000
_HEADER_WITHIN = 8
_LONGEST_HEADER = 20_000
_JSON_START = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_SEPARATOR_LINE = re.compile(r"sep=([,;|\t])\r?\n", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[\d.,-]+\s*")
_PROLOG = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>|<!--(?:(?!-->).){0,2000}-->|<!doctype\b[^>\[]{0,500}>|\s)*",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ROOT = re.compile(r"<(?:html|head|body|main|div|section|article)\b", re.IGNORECASE)
_HTML_TYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_XML_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?[A-Za-z][\w.-]{0,60}[\s>/]|<!DOCTYPE|<!ENTITY|<\?xml")
_BIBTEX = re.compile(r"^[ \t]*@[a-z]{2,40}[ \t]*[{(]", re.IGNORECASE | re.MULTILINE)
_TAGGED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ris", re.compile(r"^TY  ?-(?: |$)", re.MULTILINE)),
    ("pubmed", re.compile(r"^PMID- ?\d", re.MULTILINE)),
    ("wos", re.compile(r"^PT [A-Z]\s*$", re.MULTILINE)),
)
_PREAMBLE = 5000
"""A BibTeX entry or a record of tagged lines begins within so many characters."""


@dataclass(frozen=True)
class Looks:
    """The format that a content looks like, and whether no other reader could mean it."""

    format: str
    certain: bool


def looks_like(data: bytes, *, text: str | None) -> Looks:
    """Tell the format of a file.

    Parameters
    ----------
    data : bytes
        The file's bytes.
    text : str or None
        The same, decoded; None where it is Parquet.

    Returns
    -------
    Looks
        One of parquet, json, jsonl, xml, html, bibtex, ris, pubmed, wos, csv, hf-page.
    """
    if text is None:
        return Looks("parquet", certain=True)
    if _JSON_START.match(text):
        return Looks(_json_kind(text), certain=True)
    marked = _markup(text) or _tagged(text)
    if marked:
        return Looks(marked, certain=True)
    delimiter, header = sniff(text)
    if "title" in match_columns(header):
        return Looks("csv", certain=True)
    known = len(match_columns(header)) > 0 and len(header) > 1
    if known or _is_table(text, delimiter=delimiter, header=header):
        return Looks("csv", certain=False)
    return Looks("hf-page", certain=False)


def _markup(text: str) -> str:
    """Return "html" or "xml" where a text begins as one, else nothing."""
    prolog = _PROLOG.match(text[:_PREAMBLE])
    rest = text[prolog.end() if prolog else 0 :][:200]
    if _HTML_TYPE.search(text[:_PREAMBLE]) or _HTML_ROOT.match(rest):
        return "html"
    return "xml" if _XML_ROOT.match(rest) else ""


def _tagged(text: str) -> str:
    """Return the format of entries or tagged lines that begins first, else nothing."""
    head = text[:_PREAMBLE].replace("\r\n", "\n").replace("\r", "\n")
    places = {name: form.search(head) for name, form in (*_TAGGED, ("bibtex", _BIBTEX))}
    found = {name: match.start() for name, match in places.items() if match}
    if not found:
        return ""
    first = min(found, key=lambda name: found[name])
    header = "title" in match_columns(sniff(head[: found[first]])[1])
    return "" if header else first


def is_parquet(data: bytes) -> bool:
    """Return whether the first bytes are Parquet's."""
    return data.startswith(b"PAR1")


def sniff(text: str) -> tuple[str, list[str]]:
    """Find the delimiter of a table in text, and its header.

    The delimiter under which most header cells have a known name wins, then the one that gives
    most cells.

    Returns
    -------
    delimiter : str
        One of `DELIMITERS`.
    header : list of str
        The cells of the first record.
    """
    head = skip_preamble(text)[:_HEAD]
    choices = []
    for delimiter in DELIMITERS:
        header = _first_records(head, delimiter=delimiter, count=1)
        cells = header[0] if header else []
        choices.append((len(match_columns(cells)), len(cells), delimiter, cells))
    best = max(choices, key=lambda choice: choice[:2])
    return best[2], best[3]


def skip_preamble(text: str) -> str:
    """Return a table without a first line such as "sep=;" and without lines before its header.

    Lines are skipped where the first is no header but one of the next is: it has three cells or
    more, a title and another known column.
    """
    match = _SEPARATOR_LINE.match(text)
    text = text[match.end() :] if match else text
    place = 0
    for line in text[:_HEAD].split("\n")[:_HEADER_WITHIN]:
        if len(line) < _LONGEST_HEADER and any(_is_header(line, d) for d in DELIMITERS):
            return text[place:]
        place += len(line) + 1
    return text


def _is_header(line: str, delimiter: str) -> bool:
    records = _first_records(line, delimiter=delimiter, count=1)
    known = match_columns(records[0]) if records and len(records[0]) > 2 else {}
    return "title" in known and len(known) > 1


def _first_records(head: str, *, delimiter: str, count: int) -> list[list[str]]:
    records = []
    try:
        for record in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if record:
                records.append(record)
            if len(records) == count:
                break
    except csv.Error:  # a cell beyond the limit of the csv module: no header of a table
        return []
    return records


def _is_table(text: str, *, delimiter: str, header: list[str]) -> bool:
    names = [column_key(cell) for cell in header]
    if len(names) < 2 or not all(names) or max(map(len, header)) > 60:
        return False
    if any(_NUMBER.fullmatch(cell) for cell in header):
        return False
    head = skip_preamble(text)[:_HEAD]
    records = _first_records(head, delimiter=delimiter, count=5)
    return len(records) > 1 and all(len(record) == len(header) for record in records)


def _json_kind(text: str) -> str:
    lines = [line for line in text[:_HEAD].split("\n") if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith("{"):
        return "json"
    if _is_object(lines[0]):
        whole = _holds_records(lines[0]) and not any(_is_object(line) for line in lines[1:20])
        return "json" if whole else "jsonl"
    if any(_is_object(line) for line in lines[1:20]):
        return "json" if _parses(text) else "jsonl"
    return "json"


def _holds_records(line: str) -> bool:
    values = json.loads(line).values()
    return any(
        isinstance(v, list) and v and isinstance(v[0], dict) and "title" in v[0] for v in values
    )


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
