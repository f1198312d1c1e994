"""The report names the format of every input file in words (it knew five of eleven once)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.report.page.methods import method_texts
from analysis.sources.formats import FORMATS, SOURCES_IN_WORDS, format_words
from page_runs import made_run

NAMES = [*(format.name for format in FORMATS), *SOURCES_IN_WORDS]


@pytest.mark.parametrize("name", NAMES)
def test_the_report_names_every_format_in_words(name: str) -> None:
    run = made_run(8)
    inputs = [{"name": "papers.txt", "format": name, "n_papers": 8}]
    run = replace(run, manifest={**run.manifest, "inputs": inputs})
    text = method_texts(run)["Where the papers come from"]
    assert text.startswith(f"Read from papers.txt ({format_words(name)}, 8 papers).")
    assert f"({name}," not in text
