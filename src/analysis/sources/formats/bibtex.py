"""BibTeX and BibLaTeX, parsed by bibtexparser: Scopus, Web of Science, ACL, DBLP, Zotero."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from analysis.base.errors import InputError
from analysis.base.escaping import clean, first_lines

from ..dates import export_day, parse_date
from ..texts.latex import from_latex, unmixed
from . import Content, Detection, detect_first
from .records import Record, Rows, frame_of, names_text, without_empty

if TYPE_CHECKING:
    from bibtexparser import Library
    from bibtexparser.model import Entry, ParsingFailedBlock

BROKEN = "broken entry"
_SHOWN = 5
_ALLOWED = "BibTeX entries such as @article{key, title = {…}, abstract = {…}, year = {2024}}"
_ENTRY = re.compile(r"^[ \t]*@[a-z]{2,40}[ \t]*[{(]", re.IGNORECASE | re.MULTILINE)
_GLUE = re.compile(r"[\"}]\s*#\s*[\"{]")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_ADDED = ("da", "date-added", "timestamp")
"""Fields in which Web of Science, BibDesk and JabRef write the day of the export or of adding."""
_SPLIT_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*\\)\r?\n[ \t]*(?=[{}])")
"""A backslash that Web of Science wrapped away from its brace."""
_EID = re.compile(r"eid=(2-s2\.0-\d+)")
_COMMAND = re.compile(r"[#\"~{}]")
_IN_TEXT = re.compile(
    r"arxiv(?:\.org/abs/|[:\s]|\s*preprint)+(?P<id>[a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})",
    re.IGNORECASE,
)
_DBLP = re.compile(r"abs/((?:[a-z-]+/\d{7})|\d{4}\.\d{4,5})", re.IGNORECASE)


def detect_bibtex(text: str) -> Detection | None:
    """Return where the first entry begins; None if there is none near the beginning."""
    return detect_first(_ENTRY, text)


def read_bibtex(content: Content) -> Rows:
    """Read BibTeX; anything before the first entry is allowed.

    Standard columns; every entry that can be read, those with a repeated key or field too. An entry
    that breaks off is dropped and counted. The day is the one of export (Scopus,
    Web of Science), else the last on which an entry was added. InputError if there is
    no entry.
    """
    import bibtexparser

    with _quiet("bibtexparser.splitter"), _quiet("bibtexparser.library"):
        library = bibtexparser.parse_string(_SPLIT_ESCAPE.sub(r"\1", content.text))
    entries = list(_entries(library))
    broken = [
        block
        for block in library.failed_blocks
        if getattr(block, "ignore_error_block", None) is None
    ]
    if not entries:
        raise InputError(
            f"{content.shown} looks like BibTeX but has no entry that can be read",
            allowed=_ALLOWED,
            next_step="export the entries again, or fix the first one",
        )
    return Rows(
        frame=frame_of([without_empty(_record(entry)) for entry in entries]),
        dropped={BROKEN: len(broken)} if broken else {},
        notes=_broken_entries(broken, shown=content.shown),
        day=export_day(content.text[:2000]) or _last_added(entries),
    )


def _broken_entries(blocks: list[ParsingFailedBlock], *, shown: str) -> tuple[str, ...]:
    """Return a line that names the entries that could not be read, if any."""
    if not blocks:
        return ()
    named = [
        f"line {(block.start_line or 0) + 1:,}: {first_lines(clean(block.raw or ''), limit=60)}"
        for block in blocks[:_SHOWN]
    ]
    more = f" and {len(blocks) - _SHOWN:,} more" if len(blocks) > _SHOWN else ""
    what = "1 entry is" if len(blocks) == 1 else f"{len(blocks):,} entries are"
    return (f"{shown}: {what} broken and left out ({'; '.join(named)}{more})",)


def _last_added(entries: list[Entry]) -> date | None:
    days = [
        parse_date(str(field.value).strip()[:10])
        for entry in entries
        for field in entry.fields
        if field.key.strip().lower() in _ADDED
    ]
    return max((day for day, precision, _ in days if day and precision == "day"), default=None)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep the library from writing one line per broken entry to stderr."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _entries(library: Library) -> Iterator[Entry]:
    from bibtexparser.model import Entry

    for block in library.blocks:
        block = getattr(block, "ignore_error_block", None) or block
        if isinstance(block, Entry):
            yield block


def _record(entry: Entry) -> Record:
    fields: dict[str, str] = {}
    for field in entry.fields:
        fields.setdefault(field.key.strip().lower(), str(field.value))
    title, subtitle = _text(fields, "title"), _text(fields, "subtitle")
    url = _raw(fields, "url", "howpublished", "bdsk-url-1")
    eid = _EID.search(url)
    return {
        "title": f"{title}: {subtitle}" if title and subtitle else title,
        "abstract": _text(fields, "abstract", "annote", "abstractnote"),
        "id": _raw(fields, "unique-id", "acl-id") or (eid[1] if eid else None),
        "arxiv_id": _arxiv(fields),
        "doi": _raw(fields, "doi"),
        **_dates(fields),
        "url": url.removeprefix(r"\url") or None,
        "authors": names_text(_AND.split(_text(fields, "author", "editor") or "")),
        "venue": _text(fields, "journal", "journaltitle", "booktitle", "series", "publisher"),
        "keywords": _text(fields, "keywords", "author_keywords", "keyword"),
        "document_type": _raw(fields, "type") or entry.entry_type.lower(),
        "bibtex_key": entry.key,
    }


def _text(fields: Mapping[str, str], *names: str) -> str | None:
    value = next((fields[name] for name in names if fields.get(name)), None)
    if value is None:
        return None
    text = " ".join(from_latex(unmixed(_GLUE.sub("", value)), braces=True).split())
    return text or None


def _raw(fields: Mapping[str, str], *names: str) -> str:
    value = next((fields[name] for name in names if fields.get(name)), "")
    return value.replace(r"\_", "_").replace(r"\%", "%").replace(r"\&", "&").strip("{} \n\t")


def _dates(fields: Mapping[str, str]) -> Record:
    """Return BibLaTeX's date (for a span, its beginning), or year, month and day."""
    year = _COMMAND.sub(" ", fields.get("year", "")).strip()
    month = " ".join(_COMMAND.sub(" ", fields.get("month", "")).split())
    day = _COMMAND.sub(" ", fields.get("day", "")).strip()
    date = _COMMAND.sub(" ", fields.get("date", "")).strip().partition("/")[0]
    if not date and day.isdigit() and month and year:
        date = f"{year}-{month}-{day}" if month.isdigit() else f"{month} {day} {year}"
    named = bool(month) and not month.isdigit()
    return {
        "published": date or (f"{month} {year}" if named else None),
        "month": month or None,
        "year": year or None,
    }


def _arxiv(fields: Mapping[str, str]) -> str | None:
    kind = (fields.get("archiveprefix") or fields.get("eprinttype") or "").casefold()
    eprint = _raw(fields, "eprint", "arxivid")
    if eprint and kind in ("", "arxiv"):
        return eprint
    for name in ("journal", "note", "howpublished", "booktitle", "publisher"):
        match = _IN_TEXT.search(fields.get(name, "")[:500])
        if match:
            return match["id"]
    match = _DBLP.fullmatch(_raw(fields, "volume"))
    return match[1] if match else None
