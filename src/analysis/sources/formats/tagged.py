"""Formats of tagged lines: RIS, PubMed's MEDLINE text and Web of Science's tagged text.

They are cut into records here and not by rispy, which loses what the field's exports lack: a
record without its ER line, the last record of a file cut short, a second title tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.base.errors import InputError

from ..files.input_file import Rows
from ..records.records import Record, filled, frame_of, names_text

Tags = dict[str, list[str]]
"""The values of one record by tag, in the order of the file."""


@dataclass(frozen=True)
class Dialect:
    """How the lines of one format look.

    `line` matches a line that opens a field (tag, value); `starts` are the tags that open a
    record, `ends` those that close it, `outside` those that belong to no record.
    """

    name: str
    line: re.Pattern[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    outside: tuple[str, ...]


RIS = Dialect("RIS", re.compile(r"([A-Z][A-Z0-9])  ?-(?:\s(.*))?"), ("TY",), ("ER",), ())
PUBMED = Dialect("PubMed", re.compile(r"([A-Z]{2,4}) {0,2}- (.*)"), ("PMID",), (), ())
WOS = Dialect(
    "Web of Science", re.compile(r"([A-Z][A-Z0-9])(?: (.*))?"), ("PT",), ("ER",), ("FN", "VR", "EF")
)
_CLOSED = re.compile(r"([A-Z][A-Z0-9])  -(?:\s(.*))?")
_YEAR = re.compile(r"\d{4}")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_HTTP = re.compile(r"https?://\S+")


def read_ris(text: str, *, shown: str) -> Rows:
    """Read RIS: title in TI or T1, abstract in AB or N2, date in DA, Y1 or PY.

    Takes and returns what every reader does (`raw.Rows`): standard columns, every record of the
    file. InputError where there is none.
    """
    dialect = RIS
    if re.search(r"^TY  -", text, re.MULTILINE):
        dialect = Dialect("RIS", _CLOSED, RIS.starts, RIS.ends, RIS.outside)
    return _read(text, dialect=dialect, record=_ris_record, shown=shown)


def read_pubmed(text: str, *, shown: str) -> Rows:
    """Read PubMed's MEDLINE text (.nbib); parameters, results and errors as `read_ris`."""
    return _read(text, dialect=PUBMED, record=_pubmed_record, shown=shown)


def read_wos(text: str, *, shown: str) -> Rows:
    """Read Web of Science's tagged text; parameters, results and errors as `read_ris`."""
    return _read(text, dialect=WOS, record=wos_record, shown=shown)


def _read(text: str, *, dialect: Dialect, record: Callable[[Tags], Record], shown: str) -> Rows:
    records = [filled(record(tags)) for tags in _cut(text, dialect=dialect)]
    if not records:
        raise InputError(
            f"{shown} looks like {dialect.name} but has no record",
            allowed=f"{dialect.name} records, each opened by a line with {dialect.starts[0]}",
            next_step="export the records again, with titles and abstracts",
        )
    return Rows(frame=frame_of(records))


def _cut(text: str, *, dialect: Dialect) -> Iterator[Tags]:
    # The lines of a value are kept apart until its record ends: adding to a text copies it.
    tags: dict[str, list[list[str]]] | None = None
    value: list[str] | None = None
    for line in text.splitlines():
        match = dialect.line.fullmatch(line.rstrip())
        tag, told = (match[1], (match[2] or "").strip()) if match else ("", line.strip())
        if tag in dialect.starts or (tag in dialect.ends and tags is not None):
            if tags:
                yield _whole(tags)
            tags, value = ({} if tag in dialect.starts else None), None
        if tag in dialect.ends or tag in dialect.outside:
            value = None
        elif tag:
            # After an ER some exports begin the next record without its first tag.
            tags = {} if tags is None else tags
            value = [told]
            tags.setdefault(tag, []).append(value)
        elif told and value is not None:
            value.append(told)
    if tags:
        yield _whole(tags)


def _whole(tags: dict[str, list[list[str]]]) -> Tags:
    return {tag: ["\n".join(lines) for lines in values] for tag, values in tags.items()}


def _first(tags: Tags, *names: str) -> str | None:
    found = (value for name in names for value in tags.get(name, ()) if value)
    return next(found, None)


def _joined(tags: Tags, *names: str) -> str | None:
    for name in names:
        values = list(dict.fromkeys(value for value in tags.get(name, ()) if value))
        if values:
            return " ".join(values)
    return None


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
        "year_month": _first(tags, "EA") if not year else None,
        "year": year,
        "authors": names_text(re.split(r"\n|; ", names)),
        "venue": _joined(tags, "SO"),
        "keywords": names_text((_joined(tags, "DE") or "").split(";")),
        "document_type": _first(tags, "DT"),
    }
