"""Which format a file is in, told from its content and never from its name."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass

from .columns import column_key, match_columns

DELIMITERS = (",", ";", "\t", "|")
_HEAD = 200_000
_JSON_START = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_SEPARATOR_LINE = re.compile(r"sep=([,;|\t])\r?\n", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[\d.,-]+\s*")
FOREIGN: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"\s*(<!doctype html|<html)", re.IGNORECASE),
        "an HTML page",
        "open the page in a browser, select all, copy, and save that as a text file",
    ),
    (re.compile(r"\s*<\?xml|\s*<feed\b", re.IGNORECASE), "XML", "export it as CSV or JSON"),
    (re.compile(r"[^@]{0,2000}^@[a-z]+\s*\{", re.I | re.M), "BibTeX", "export it as CSV or JSON"),
    (re.compile(r".{0,2000}?^TY  - \w", re.M | re.S), "RIS", "export it as CSV or JSON"),
)
"""Text formats that are recognised only to say so: pattern, name, next step."""


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
        One of parquet, json, jsonl, csv, hf-page.
    """
    if text is None:
        return Looks("parquet", certain=True)
    if _JSON_START.match(text):
        return Looks(_json_kind(text), certain=True)
    delimiter, header = sniff(text)
    if "title" in match_columns(header):
        return Looks("csv", certain=True)
    known = len(match_columns(header)) > 0 and len(header) > 1
    if known or _is_table(text, delimiter=delimiter, header=header):
        return Looks("csv", certain=False)
    return Looks("hf-page", certain=False)


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
    head = skip_separator_line(text)[0][:_HEAD]
    choices = []
    for delimiter in DELIMITERS:
        header = _first_records(head, delimiter=delimiter, count=1)
        cells = header[0] if header else []
        choices.append((len(match_columns(cells)), len(cells), delimiter, cells))
    best = max(choices, key=lambda choice: choice[:2])
    return best[2], best[3]


def skip_separator_line(text: str) -> tuple[str, int]:
    """Return `text` without a first line such as "sep=;", and the number of lines left out."""
    match = _SEPARATOR_LINE.match(text)
    return (text[match.end() :], 1) if match else (text, 0)


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
    head = skip_separator_line(text)[0][:_HEAD]
    records = _first_records(head, delimiter=delimiter, count=5)
    return len(records) > 1 and all(len(record) == len(header) for record in records)


def _json_kind(text: str) -> str:
    lines = [line for line in text[:_HEAD].split("\n") if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith("{"):
        return "json"
    if _is_object(lines[0]):
        return "jsonl"
    if any(_is_object(line) for line in lines[1:20]):
        return "json" if _parses(text) else "jsonl"
    return "json"


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
