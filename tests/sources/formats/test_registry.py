"""One registry of formats: each has words, is detected, and has a reader that imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.sources.columns import EXPORTERS
from analysis.sources.formats import (
    FORMAT_NAMES,
    FORMATS,
    FORMATS_IN_WORDS,
    SOURCES_IN_WORDS,
    Content,
    Format,
    detect_format,
    format_words,
)
from analysis.sources.formats.hf_page import HTML as HF_HTML
from analysis.sources.formats.services import SERVICES
from analysis.sources.input_file import File
from analysis.sources.read_files import read_file

EXAMPLES = {
    "parquet": b"PAR1",
    "xlsx": b"PK\x03\x04",
    "xls": b"\xd0\xcf\x11\xe0",
    "json": b'[{"title": "A", "abstract": "a"}]',
    "jsonl": b'{"title": "A", "abstract": "a"}\n{"title": "B", "abstract": "b"}\n',
    "html": b"<!DOCTYPE html>\n<html><body>TY  - JOUR</body></html>",
    "xml": b'<?xml version="1.0"?>\n<feed></feed>',
    "bibtex": b"Scopus\n\n@article{a, title={TY  - B}}",
    "ris": b"Provider: X\nTY  - JOUR\nTI  - A\nER  - \n",
    "pubmed": b"\nPMID- 1\nTI  - A\n",
    "wos": b"FN Clarivate\nVR 1.0\nPT J\nTI A\nER\n",
    "enw": b"%0 Journal Article\n%T A\n%X TY  - JOUR\n",
    "pubmed-abstract": b"1. J A. 2020 May 1;1(1):1.\n\nA title.\n\nPoe A.\n\nText.\n\nPMID: 1\n",
    "csv": b'title,abstract\nA,"a\nTY  - JOUR"\n',
    "hf-page": b"A title\n\nAn abstract.\n",
}


def content(data: bytes) -> Content:
    text = "" if data in (EXAMPLES["parquet"], EXAMPLES["xlsx"], EXAMPLES["xls"]) else data.decode()
    return Content(data, text, shown="p")


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_every_format_has_words_a_detector_and_a_reader(format: Format) -> None:
    assert format.words
    assert format_words(format.name) == format.words
    assert format.words in FORMATS_IN_WORDS
    assert callable(format.function("read"))
    assert format.magic or callable(format.function("detect"))
    assert detect_format(content(EXAMPLES[format.name]))[0] == format


def test_every_source_that_a_reader_names_has_words() -> None:
    named = {*SERVICES, *EXPORTERS, HF_HTML, "arxiv-atom", "arxiv-oai"}
    named |= {"pubmed-xml", "endnote-xml"}
    assert named == set(SOURCES_IN_WORDS)
    assert not named & set(FORMAT_NAMES)
    assert format_words("a format of tomorrow") == "a format of tomorrow"


def test_messages_use_the_words_and_names_of_the_registry() -> None:
    file = File(Path("p"), EXAMPLES["bibtex"])
    with pytest.raises(InputError, match="p was to be read as RIS but looks like BibTeX"):
        read_file(file, format="ris")
    with pytest.raises(InputError) as caught:
        read_file(file, format="xlsb")
    assert caught.value.allowed == ", ".join(FORMAT_NAMES)
    with pytest.raises(InputError) as caught:
        read_file(File(Path("p"), b"%PDF-1.7"))
    assert caught.value.allowed == FORMATS_IN_WORDS
