"""The registry of input formats: a new format is one module here and one line in `FORMATS`.

For a format NAME (with "_" for "-") the module offers two functions:

- ``detect_NAME(text) -> Detection | None``: whether a text is in this format, from its content
  alone and never from the file's name. A binary format gives its first bytes as `magic` instead.
- ``read_NAME(content) -> Rows``: every record of a file. It raises InputError if the file holds
  no record that it can read.

Modules are imported when they are first needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .records import Rows


@dataclass(frozen=True)
class Content:
    """The content of one file, as the readers get it.

    Attributes
    ----------
    data : bytes
    text : str
        The same, decoded; empty for a binary format.
    shown : str
        The file's path for messages, escaped.
    file_name : str
        Its base name, escaped.
    max_mb : int
        Megabytes that its rows may have, decoded.
    """

    data: bytes
    text: str
    shown: str
    file_name: str = ""
    max_mb: int = 500


@dataclass(frozen=True)
class Detection:
    """A text that looks like a format.

    Attributes
    ----------
    start : int
        Where in the text the first record or the header begins. Of several formats the one that
        begins first is taken, then the one that stands first in `FORMATS`.
    certain : bool
        Whether the text can be in no other format. Only then is another format refused if the
        user asks for it.
    """

    start: int = 0
    certain: bool = True


@dataclass(frozen=True)
class Format:
    """One input format.

    Attributes
    ----------
    name : str
        As in `--format`, in manifests and in the papers' column `source`.
    words : str
        For people: in messages, in `papertide snapshot` and in the report.
    module : str
        The module below this folder that detects and reads it.
    magic : bytes
        The first bytes of a binary format; empty for text.
    is_table : bool
        Whether a dates file may be in this format.
    """

    name: str
    words: str
    module: str
    magic: bytes = b""
    is_table: bool = False

    def detect(self, content: Content) -> Detection | None:
        """Return how surely a content is in this format; None if it is not."""
        if self.magic:
            return Detection() if content.data.startswith(self.magic) else None
        return self.function("detect")(content.text) if content.text else None

    def read(self, content: Content) -> Rows:
        """Read every record of a content; InputError if there is none."""
        return self.function("read")(content)

    def function(self, task: str) -> Callable[..., Any]:
        """Return the function of the format's module that does "detect" or "read"."""
        module = import_module(f"{__name__}.{self.module}")
        return getattr(module, f"{task}_{self.name.replace('-', '_')}")


FORMATS = (
    Format("parquet", "Parquet", "tables.parquet", magic=b"PAR1", is_table=True),
    Format("xlsx", "Excel", "tables.workbooks", magic=b"PK\x03\x04", is_table=True),
    Format("xls", "Excel 97-2003", "tables.workbooks", magic=b"\xd0\xcf\x11\xe0", is_table=True),
    Format("json", "JSON", "json_text", is_table=True),
    Format("jsonl", "JSON Lines", "json_text", is_table=True),
    Format("html", "a Hugging Face papers page saved as HTML", "hf_page"),
    Format("xml", "XML of arXiv, PubMed or EndNote", "arxiv_xml"),
    Format("bibtex", "BibTeX", "bibtex"),
    Format("ris", "RIS", "tagged"),
    Format("pubmed", "PubMed text", "tagged"),
    Format("wos", "Web of Science text", "tagged"),
    Format("enw", "EndNote text", "tagged"),
    Format("pubmed-abstract", "PubMed abstracts as text", "pubmed_text"),
    Format("csv", "CSV", "tables.delimited", is_table=True),
    Format("hf-page", "a Hugging Face papers page saved as text", "hf_page"),
)
"""All input formats. Any text that no other format recognises may be a papers page."""

FORMAT_NAMES = ("auto", *(format.name for format in FORMATS))
"""The values of `--format`."""

FORMATS_IN_WORDS = (
    f"{', '.join(format.words for format in FORMATS[:-1])} or {FORMATS[-1].words}, also in gzip "
    "or zip"
)
"""All formats for a message."""

SOURCES_IN_WORDS = {
    "hf-html": "a Hugging Face papers page saved as HTML",
    "hf-daily": "Hugging Face daily papers API",
    "arxiv-atom": "arXiv API",
    "arxiv-oai": "arXiv OAI-PMH",
    "arxiv-json": "arXiv metadata snapshot",
    "pubmed-xml": "PubMed XML",
    "endnote-xml": "EndNote XML",
    "openreview": "OpenReview notes",
    "openalex": "OpenAlex works",
    "semantic-scholar": "Semantic Scholar papers",
    "core": "CORE works",
    "dblp": "DBLP search",
    "ads": "NASA ADS documents",
    "crossref": "Crossref works",
    "csl-json": "CSL JSON (Zotero, Mendeley)",
    "europe-pmc": "Europe PMC results",
    "wos-csv": "Web of Science table",
    "wos-excel": "Web of Science Excel",
    "bibliometrix-csv": "bibliometrix table",
    "springer-csv": "SpringerLink CSV",
    "scopus-csv": "Scopus CSV",
    "ieee-csv": "IEEE Xplore CSV",
    "dimensions-csv": "Dimensions CSV",
    "lens-csv": "Lens CSV",
    "pubmed-csv": "PubMed CSV",
    "zotero-csv": "Zotero CSV",
}
"""Narrower names that a reader gives a file whose source it recognises -> words for people."""

PREAMBLE = 5000
"""The first record of a text begins within so many characters."""

_WORDS = {format.name: format.words for format in FORMATS} | SOURCES_IN_WORDS


def format_words(name: str) -> str:
    """Return the words for a format or source, as it is named in manifests; else the name."""
    return _WORDS.get(name, name)


def detect_first(pattern: re.Pattern[str], text: str) -> Detection | None:
    """Return a detection where a pattern first matches near the beginning of a text."""
    head = text[:PREAMBLE].replace("\r\n", "\n").replace("\r", "\n")
    match = pattern.search(head)
    return Detection(start=match.start()) if match else None


def detect_format(content: Content) -> tuple[Format, Detection]:
    """Return the format that a content is in, with how sure that is."""
    detections = []
    for format in FORMATS:
        detection = format.detect(content)
        if detection is not None:
            if detection.certain and not detection.start:
                return format, detection
            detections.append((format, detection))
    certain = [pair for pair in detections if pair[1].certain]
    return min(certain, key=lambda pair: pair[1].start) if certain else detections[0]
