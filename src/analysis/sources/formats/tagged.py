"""Formats of tagged lines: RIS, PubMed's MEDLINE text, Web of Science's and EndNote's text.

They are split into records here and not by rispy, which loses records of real exports: those
without an ER line, the last one of a truncated file, and a second title tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from analysis.base.errors import InputError

from ..dates import export_day, parse_date
from . import Content, detect_first
from .records import Record, Rows, frame_of, names_text, without_empty

Tags = dict[str, list[str]]
"""The values of one record by tag, in the order of the file."""


@dataclass(frozen=True)
class Dialect:
    """How the lines of one format look.

    Attributes
    ----------
    name : str
    record : pattern
        A line that opens a record, for detection.
    line : pattern
        A line that opens a field: tag, value.
    starts, ends, outside : tuple of str
        Tags that open a record, that close it, and that belong to no record.
    exported : str or None
        Tag in which the day of the export may stand.
    """

    name: str
    record: re.Pattern[str]
    line: re.Pattern[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    exported: str | None = None


RIS = Dialect(
    "RIS",
    record=re.compile(r"^TY  ?-(?: |$)", re.MULTILINE),
    line=re.compile(r"([A-Z][A-Z0-9])  ?-(?:\s(.*))?"),
    starts=("TY",),
    ends=("ER",),
    exported="N1",
)
PUBMED = Dialect(
    "PubMed",
    record=re.compile(r"^PMID- ?\d", re.MULTILINE),
    line=re.compile(r"([A-Z]{2,4}) {0,2}-(?: (.*))?"),
    starts=("PMID",),
)
WOS = Dialect(
    "Web of Science",
    record=re.compile(r"^PT [A-Z]\s*$", re.MULTILINE),
    line=re.compile(r"([A-Z][A-Z0-9])(?: (.*))?"),
    starts=("PT",),
    ends=("ER",),
    outside=("FN", "VR", "EF"),
    exported="DA",
)
ENDNOTE = Dialect(
    "EndNote text",
    record=re.compile(r"^%0 [A-Z]", re.MULTILINE),
    line=re.compile(r"%([A-Z0-9@!?+*<=>(&~#$^\[\]])(?: (.*))?"),
    starts=("0",),
)
_STRICT_LINE = re.compile(r"([A-Z][A-Z0-9])  -(?:\s(.*))?")
_YEAR = re.compile(r"\d{4}")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_HTTP = re.compile(r"https?://\S+")


detect_ris, detect_pubmed, detect_wos, detect_enw = (
    partial(detect_first, dialect.record) for dialect in (RIS, PUBMED, WOS, ENDNOTE)
)
"""Return where the first record of the format begins; None if it is not near the beginning."""


def read_ris(content: Content) -> Rows:
    """Read RIS: title in TI or T1, abstract in AB or N2, date in DA, Y1 or PY.

    Standard columns, every record of the file; InputError if there is none.
    """
    dialect = RIS
    if re.search(r"^TY  -", content.text, re.MULTILINE):
        dialect = replace(RIS, line=_STRICT_LINE)
    return _read(content, dialect=dialect, record=_ris_record)


def read_pubmed(content: Content) -> Rows:
    """Read PubMed's MEDLINE text (.nbib); result and errors as `read_ris`."""
    return _read(content, dialect=PUBMED, record=_pubmed_record)


def read_wos(content: Content) -> Rows:
    """Read Web of Science's tagged text; result and errors as `read_ris`."""
    return _read(content, dialect=WOS, record=wos_record)


def read_enw(content: Content) -> Rows:
    """Read EndNote's tagged text (.enw); result and errors as `read_ris`."""
    return _read(content, dialect=ENDNOTE, record=_endnote_record)


def _read(content: Content, *, dialect: Dialect, record: Callable[[Tags], Record]) -> Rows:
    found = list(_split(content.text, dialect=dialect))
    records = [without_empty(record(tags)) for tags in found]
    if not records:
        raise InputError(
            f"{content.shown} looks like {dialect.name} but has no record",
            allowed=f"{dialect.name} records, each opened by a line with {dialect.starts[0]}",
            next_step="export the records again, with titles and abstracts",
        )
    return Rows(frame=frame_of(records), day=_export_day(found, dialect=dialect))


def _export_day(records: list[Tags], *, dialect: Dialect) -> date | None:
    """Return the last day on which records were exported: Web of Science and Scopus say it."""
    if dialect.exported is None:
        return None
    texts = (value for tags in records for value in tags.get(dialect.exported, ()))
    stated = dict.fromkeys(text for text in texts if len(text) < 200)
    days = [export_day(text) or _iso_day(text) for text in stated]
    return max((day for day in days if day is not None), default=None)


def _iso_day(text: str) -> date | None:
    return parse_date(text)[0] if _ISO.fullmatch(text) else None


def _split(text: str, *, dialect: Dialect) -> Iterator[Tags]:
    # The lines of a value are kept apart until its record ends: adding to a text copies it.
    tags: dict[str, list[list[str]]] | None = None
    lines: list[str] | None = None
    for line in text.splitlines():
        match = dialect.line.fullmatch(line.rstrip())
        tag, value = (match[1], (match[2] or "").strip()) if match else ("", line.strip())
        if tag in dialect.starts or (tag in dialect.ends and tags is not None):
            if tags:
                yield _joined_lines(tags)
            tags, lines = ({} if tag in dialect.starts else None), None
        if tag in dialect.ends or tag in dialect.outside:
            lines = None
        elif tag:
            # After an ER some exports begin the next record without its first tag.
            tags = {} if tags is None else tags
            lines = [value]
            tags.setdefault(tag, []).append(lines)
        elif value and lines is not None:
            lines.append(value)
    if tags:
        yield _joined_lines(tags)


def _joined_lines(tags: dict[str, list[list[str]]]) -> Tags:
    return {tag: ["\n".join(lines) for lines in values] for tag, values in tags.items()}


def _first(tags: Tags, *names: str) -> str | None:
    return next((value for name in names for value in tags.get(name, ()) if value), None)


def _joined(tags: Tags, *names: str) -> str | None:
    values = (dict.fromkeys(filter(None, tags.get(name, ()))) for name in names)
    return next((" ".join(texts) for texts in values if texts), None)


def _doi(tags: Tags, *names: str) -> str | None:
    text = _first(tags, *names)
    match = _DOI.search(text) if text else None
    return match.group() if match else None


def _ris_record(tags: Tags) -> Record:
    addresses = "\n".join(
        value for name in ("UR", "L2", "LK", "L1") for value in tags.get(name, ())
    )
    address = _HTTP.search(addresses)
    return {
        "title": _first(tags, "TI", "T1", "CT", "BT"),
        "abstract": _joined(tags, "AB", "N2"),
        "id": _first(tags, "AN", "ID"),
        "doi": _doi(tags, "DO", "DI", "L3", "UR"),
        "published": _first(tags, "DA") or _first(tags, "Y1"),
        "year_month": _first(tags, "Y1"),
        "year": _first(tags, "PY", "YR"),
        "url": address.group() if address else None,
        "authors": names_text([*tags.get("AU", []), *tags.get("A1", [])]),
        "venue": _first(tags, "T2", "JO", "JF", "JA"),
        "keywords": names_text(tags.get("KW", [])),
        "document_type": _first(tags, "TY"),
    }


def _pubmed_record(tags: Tags) -> Record:
    dois = [value for name in ("LID", "AID") for value in tags.get(name, ()) if "[doi]" in value]
    pmid = _first(tags, "PMID")
    date = _first(tags, "DP")
    year = _YEAR.match(date) if date else None
    return {
        "title": _first(tags, "TI", "BTI", "TT"),
        "abstract": _joined(tags, "AB"),
        "id": f"PMID:{pmid}" if pmid else None,
        "doi": dois[0].removesuffix("[doi]").strip() if dois else None,
        "published": date,
        "year": year.group() if year else None,
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid and pmid.isdigit() else None,
        "authors": names_text(tags.get("FAU") or tags.get("AU", [])),
        "venue": _first(tags, "JT", "TA"),
        "keywords": names_text([*tags.get("OT", []), *tags.get("MH", [])]),
    }


def _endnote_record(tags: Tags) -> Record:
    address = _HTTP.search(_first(tags, "U") or "")
    return {
        "title": _joined(tags, "T"),
        "abstract": _joined(tags, "X"),
        "id": _first(tags, "M", "F"),
        "doi": _doi(tags, "R", "U"),
        "published": _first(tags, "8"),
        "year": _first(tags, "D"),
        "url": address.group() if address else None,
        "authors": names_text(tags.get("A", [])),
        "venue": _first(tags, "J", "B"),
        "keywords": names_text("\n".join(tags.get("K", [])).split("\n")),
        "document_type": _first(tags, "0"),
    }


def wos_record(tags: Tags) -> Record:
    """Return the record of Web of Science's tags; the tab-delimited export has the same."""
    year = _first(tags, "PY")
    day = _first(tags, "PD")
    names = "\n".join(tags.get("AF") or tags.get("AU", []))
    return {
        "title": _joined(tags, "TI"),
        "abstract": _joined(tags, "AB"),
        "id": _first(tags, "UT"),
        "doi": _doi(tags, "DI", "D2"),
        "published": f"{day} {year}" if day and year else None,
        "early_access": _first(tags, "EA"),
        "year": year,
        "authors": names_text(re.split(r"\n|; ", names)),
        "venue": _joined(tags, "SO"),
        "keywords": names_text((_joined(tags, "DE") or "").split(";")),
        "document_type": _first(tags, "DT"),
    }
