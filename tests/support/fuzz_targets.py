"""What is fuzzed: each reader, and all of reading; bytes in, papers or one message out.

`fuzz_sources.py` looks for bytes that break these, `test_fuzz_findings.py` replays those it found.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from analysis.base.errors import InputError
from analysis.base.escaping import clean, for_terminal
from analysis.papers.snapshot import read_snapshot
from analysis.sources.fill_dates import read_dates
from analysis.sources.formats import FORMAT_NAMES
from analysis.sources.input_file import File, unpack
from analysis.sources.large.filtering import filter_file
from analysis.sources.large.selection import read_conditions
from analysis.sources.large.stream import Limits
from analysis.sources.paper_rows import paper_rows
from analysis.sources.read_files import read_part
from analysis.sources.texts.latex import clean_source, from_latex

TODAY = date(2026, 1, 1)
_CONDITIONS = read_conditions(categories=["cs.*"], first="2007", any_words=['"of the" a'])


def read_as(data: bytes, *, format: str) -> None:
    """Read bytes in one format, and clean the rows."""
    part = read_part(File(path=Path("p"), data=data), format=format, latest=TODAY)
    paper_rows(part.rows.frame, listed=part.listed, source=part.format, latest=TODAY)


def archive(data: bytes) -> None:
    """Unpack a gzip or zip file."""
    for start in (b"\x1f\x8b", b"PK\x03\x04"):
        file = File(path=Path("p"), data=data if data.startswith(start) else start + data)
        unpack(file, max_mb=20)


def snapshot(data: bytes) -> None:
    """Read bytes as a user gives them, and look at what became of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p"
        path.write_bytes(data)
        read = read_snapshot([path], today=TODAY, max_mb=20)
    papers = read.papers
    assert papers["title"].str.strip().ne("").all()
    assert papers["title"].map(clean).equals(papers["title"])
    assert papers["paper_id"].is_unique
    assert (papers["published"].isna() == papers["published_precision"].isna()).all()
    n_read = sum(entry["n_papers"] for entry in read.inputs)
    assert n_read == len(papers) + read.dropped.get("duplicate", 0)


def large(data: bytes) -> None:
    """Stream bytes as JSON Lines; what is written is read back."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "p", Path(folder) / "o.parquet"
        path.write_bytes(data)
        filter_file(
            path, out=out, conditions=_CONDITIONS, limits=Limits(line=20_000, total=10**7, part=999)
        )
        read_snapshot([out], today=TODAY)


def dates(data: bytes) -> None:
    """Read bytes as a file of dates."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.csv"
        path.write_bytes(data)
        read_dates([path])


def latex(data: bytes) -> None:
    """Clean bytes as a text of arXiv and of BibTeX."""
    text = data.decode("utf-8", "replace")
    clean_source(text)
    from_latex(text, braces=True)


TARGETS: dict[str, Callable[[bytes], None]] = {
    **{name: partial(read_as, format=name) for name in FORMAT_NAMES if name != "auto"},
    "archive": archive,
    "snapshot": snapshot,
    "large": large,
    "dates": dates,
    "latex": latex,
}


def outcome(name: str, data: bytes) -> str:
    """Run one target and return the message with which it refuses, "" where it reads."""
    try:
        TARGETS[name](data)
    except InputError as error:
        parts = (*error.problems, error.allowed, error.next_step)
        assert all(part.strip() and for_terminal(part) == part for part in parts), parts
        assert max(map(len, parts)) < 3000, parts
        return str(error)
    return ""
