"""PubMed's format "Abstract (text)": numbered records of blocks between empty lines."""

from __future__ import annotations

import re

from analysis.base.errors import InputError

from . import Content, Detection, detect_first
from .records import Record, Rows, frame_of, names_text, without_empty

_RECORD = re.compile(
    r"^1\. \S[^\n]{0,300}\b(?:1[89]|20)\d\d\b[^\n]*\n(?:[^\n]+\n){0,4}\n"
    r"(?:(?!^\d+\. )[^\n]*\n){2,400}?"
    r"PMID: \d+",
    re.MULTILINE,
)
_DATE = re.compile(r"\b((?:1[89]|20)\d\d(?: [A-Z][a-z]{2}(?:-[A-Z][a-z]{2})?(?: \d{1,2})?)?)\b")
_PMID, _DOI = re.compile(r"^PMID: (\d+)", re.MULTILINE), re.compile(r"\b10\.\d{4,9}/\S+[^\s.;,]")
_MARKS = re.compile(r"\(\d+(?:\)\(\d+)*\)")
_NO_ABSTRACT = re.compile(
    r"(?:Author information|Collaborators|Comment (?:in|on)|Conflict of interest|Copyright|DOI|"
    r"Erratum|PMCID|PMID|Republished|Update (?:in|of)|©|\[(?:Article in|Indexed))"
)


def detect_pubmed_abstract(text: str) -> Detection | None:
    """Return where the first record begins: a numbered citation, with a PMID at its end."""
    return detect_first(_RECORD, text)


def read_pubmed_abstract(content: Content) -> Rows:
    """Read every record; standard columns, InputError if there is none."""
    text = content.text.replace("\r\n", "\n")
    parts = re.split(r"\n{2,}(?=\d{1,6}\. \S)", text[text.find("1. ") :])
    records = [without_empty(record) for part in parts if (record := _record(part))]
    if not records:
        raise InputError(
            f"{content.shown} looks like PubMed abstracts as text but has no record",
            allowed="records that begin with a number and end with PMID",
            next_step="save the search again, with the format PubMed (.nbib) or Abstract (text)",
        )
    return Rows(frame=frame_of(records))


def _record(text: str) -> Record | None:
    """Return a record: citation, title, authors, then the abstract among other blocks."""
    pmid = _PMID.search(text)
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text) if block.strip()]
    if pmid is None or len(blocks) < 3:
        return None
    citation = re.sub(r"^\d+\. ", "", blocks[0])
    date, doi = _DATE.search(citation), _DOI.search(text)
    has_authors = not _NO_ABSTRACT.match(blocks[2])
    rest = [block for block in blocks[3:] if not _NO_ABSTRACT.match(block)]
    return {
        "title": blocks[1],
        "abstract": " ".join(rest) or None,
        "id": f"PMID:{pmid[1]}",
        "doi": doi.group() if doi else None,
        "published": date[1] if date else None,
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid[1]}/",
        "authors": names_text(_MARKS.sub("", blocks[2]).rstrip(".").split(", "))
        if has_authors
        else None,
        "venue": citation.partition(". ")[0],
    }
