"""An answer of Hugging Face's daily papers API: a list of papers, each as it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.base.escaping import clean, first_lines

from ..http.body import first_words
from ..http.problems import PassingError, RefusedError

LISTED = "listedOn"
"""The field that is put before a record's own: the day whose list held it. Records of 2023 and
2024 do not say it themselves."""

_ALLOWED = "a list of records, each with paper.id and a title"
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"


@dataclass(frozen=True)
class Listed:
    """A paper of a day's list: its id, and its record as it came, on one line."""

    paper_id: str
    text: str


def read_listing(body: bytes, *, attempt: int) -> list[Listed]:
    """Read one page of a day's list.

    Parameters
    ----------
    body : bytes
    attempt : int
        Not used: every page may be empty.

    Raises
    ------
    PassingError
        For anything but JSON: a page of HTML, an answer that breaks off.
    RefusedError
        For JSON of another form, with the fields that were found.
    """
    try:
        text = body.decode("utf-8-sig").strip(_SPACE)
        if text[:1] == "[":
            return [_listed(raw, value, number=i) for i, (raw, value) in enumerate(_items(text), 1)]
        other = json.loads(text)
    except (ValueError, RecursionError):
        words = first_words(body)
        raise PassingError(f"no whole JSON, but {words or 'nothing'!r}") from None
    raise RefusedError(f"no list of papers, but {_shape(other)}", allowed=_ALLOWED)


def _items(text: str) -> list[tuple[str, Any]]:
    """Return the raw text and the value of every item of a JSON list.

    Raises
    ------
    ValueError
        Where it is not one whole list.
    """
    items: list[tuple[str, Any]] = []
    at = _after_space(text, 1)
    if text[at : at + 1] == "]":
        return _whole(items, text=text, end=at + 1)
    while True:
        value, end = _DECODER.raw_decode(text, at)
        items.append((text[at:end], value))
        at = _after_space(text, end)
        mark = text[at : at + 1]
        if mark == "]":
            return _whole(items, text=text, end=at + 1)
        if mark != ",":
            raise ValueError("the list breaks off")
        at = _after_space(text, at + 1)


def _whole(items: list[tuple[str, Any]], *, text: str, end: int) -> list[tuple[str, Any]]:
    if end != len(text):
        raise ValueError("something follows the list")
    return items


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _listed(raw: str, value: Any, *, number: int) -> Listed:
    paper = value.get("paper") if isinstance(value, dict) else None
    if not isinstance(paper, dict):
        raise RefusedError(f"a record without paper (number {number} of the page): {_shape(value)}",
                      allowed=_ALLOWED)  # fmt: skip
    identifier, title = paper.get("id"), paper.get("title") or value.get("title")
    for name, found in (("paper.id", identifier), ("a title", title)):
        if not isinstance(found, str) or not found.strip():
            raise RefusedError(
                f"a record without {name} (number {number} of the page): {_shape(paper)}",
                allowed=_ALLOWED,
            )
    # Within a JSON string a line break is always escaped: those found are between values.
    return Listed(identifier.strip(), raw.replace("\r", " ").replace("\n", " "))


def _shape(value: Any) -> str:
    """Say what a JSON value is: an object's fields, an error's text, or its type."""
    if not isinstance(value, dict):
        names = {list: "a list", str: "text", bool: "true or false", type(None): "null"}
        return names.get(type(value), "a number")
    said = value.get("error") or value.get("message")
    if isinstance(said, str):
        return f"an error ({first_lines(clean(said), limit=160)})"
    names = ", ".join(first_lines(clean(str(name)), limit=30) for name in list(value)[:12])
    return f"an object with {names or 'nothing'}"


def explain(body: bytes) -> str:
    """Return what an error of the API says; empty where it is no JSON."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = told.get("error") or told.get("message") if isinstance(told, Mapping) else None
    return said if isinstance(said, str) else ""


def line_of(listed: Listed, *, day: str) -> str:
    """Return a record as one line: the day that listed it, then the record as it came."""
    return f'{{"{LISTED}": "{day}", {listed.text[1:].lstrip()}'
